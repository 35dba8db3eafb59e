//! What a plugin and its agenda do, request by request.

use crate::action::{Action, Fate};
use crate::bounds::Style;
use crate::breach::Breach;
use crate::defence::Defence;
use crate::protocol::Protocol;
use crate::state::{Call, Entry, Hand, Node, Request, RowId, Said, State, Step, What};

impl Call {
    /// Whether the plugin has said what it says.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.step, Step::Over(_))
    }
}

impl Protocol {
    /// In which ways the next request of a plugin may end.
    pub(super) fn requests(&self, state: &State, node: usize, call: &Call, actions: &mut Vec<Action>) {
        if call.is_over() {
            return;
        }
        actions.push(Action::Plugin(node, Fate::Answered));
        if !self.writes_next(call) || self.is_window_closed(call) {
            return;
        }
        if state.left.drops > 0 {
            actions.push(Action::Plugin(node, Fate::AnswerLost));
        }
        if state.left.lates > 0 && !matches!(call.step, Step::Yields { .. }) {
            actions.push(Action::Plugin(node, Fate::Late));
            actions.push(Action::Plugin(node, Fate::Slow));
        }
    }

    /// The next request of a plugin.
    pub(super) fn request(&self, state: &mut State, node: usize, fate: Fate) -> Option<()> {
        let Node::Calling(mut call) = state.nodes[node] else { return None };
        call.step = if call.step == Step::UnderWay {
            self.arrived(state, &mut call)
        } else if !self.writes_next(&call) {
            self.look(state, &call)
        } else if self.is_window_closed(&call) {
            match call.step {
                Step::Yields { .. } => Step::Over(Said::Unknown),
                _ => Step::Over(Said::Unavailable),
            }
        } else {
            if !state.has_turn(node) {
                state.breach(Breach::WroteOutOfTurn);
            }
            self.write(state, &mut call, fate)
        };
        state.nodes[node] = Node::Calling(call);
        Some(())
    }

    /// Whether the next request changes the agenda.
    pub(crate) fn writes_next(&self, call: &Call) -> bool {
        match call.step {
            Step::First => call.what != What::Book || !self.looks(),
            Step::Free | Step::Yields { .. } => true,
            Step::UnderWay | Step::Written | Step::Over(_) => false,
        }
    }

    /// Nothing begins after the window of the turn. Taken out, it does.
    fn is_window_closed(&self, call: &Call) -> bool {
        call.window == 0 && self.has(Defence::WindowCloses)
    }

    fn looks(&self) -> bool {
        matches!(self.style, Style::Verifies | Style::Looks)
    }

    fn verifies(&self) -> bool {
        self.style == Style::Verifies && self.has(Defence::WritesAreVerified)
    }

    /// A look before the write, or after it.
    fn look(&self, state: &State, call: &Call) -> Step {
        let own = state.entry_of(call.row);
        let slot = own.map_or(state.row(call.row).slot, |own| own.slot);
        let others = state.entries.iter().any(|entry| entry.op != Some(call.row) && entry.slot == slot);
        match (call.step, own) {
            (Step::Written, None) => Step::Over(Said::Unknown),
            (Step::Written, Some(_)) if others => Step::Yields { fresh: true },
            // Whoever asks again was never told the end.
            (Step::First, Some(_)) if self.verifies() => Step::Written,
            (Step::First, Some(_)) if others => Step::Yields { fresh: true },
            (_, Some(own)) => Step::Over(Said::Done { slot: own.slot, fresh: true }),
            (_, None) if others => Step::Over(Said::Taken),
            (_, None) => Step::Free,
        }
    }

    fn write(&self, state: &mut State, call: &mut Call, fate: Fate) -> Step {
        match fate {
            Fate::Answered => self.arrived(state, call),
            Fate::AnswerLost => {
                state.left.drops -= 1;
                self.arrived(state, call);
                Step::Over(Said::Unknown)
            }
            Fate::Late => {
                state.left.lates -= 1;
                state.late.push(match call.what {
                    What::Book => Request::Book(call.row),
                    What::Cancel { of, fresh, .. } => Request::Remove { of, by: call.row, fresh },
                    What::TakeOut { fresh } => Request::Remove { of: call.row, by: call.row, fresh },
                });
                Step::Over(Said::Unknown)
            }
            Fate::Slow => {
                state.left.lates -= 1;
                Step::UnderWay
            }
        }
    }

    /// The agenda does what was asked, and the plugin hears of it.
    fn arrived(&self, state: &mut State, call: &mut Call) -> Step {
        let done = |said| Step::Over(said);
        match call.what {
            What::Book => match call.step {
                Step::Yields { fresh } => match self.remove(state, call.row, call.row, fresh, true) {
                    Said::Done { .. } => done(Said::Taken),
                    _ => done(Said::Unknown),
                },
                _ => match self.enter(state, call.row) {
                    Said::Done { .. } if self.verifies() => Step::Written,
                    said => done(said),
                },
            },
            What::TakeOut { fresh } => done(self.remove(state, call.row, call.row, fresh, false)),
            What::Cancel { of, fresh, again } => match self.remove(state, of, call.row, fresh, false) {
                // The same visit with another note: asked once more of what is there now.
                Said::Stale { slot, .. } if !again && Some(slot) == state.row(of).stands_at() => {
                    call.what = What::Cancel { of, fresh: true, again: true };
                    Step::First
                }
                said => done(said),
            },
        }
    }

    /// A request arrives for whose answer nobody waits.
    pub(super) fn arrive(&self, state: &mut State, index: usize) {
        match state.late.remove(index) {
            // Whatever stands there by now, nobody looked before this write.
            Request::Book(row) => {
                self.enter(state, row);
                state
                    .entries
                    .iter_mut()
                    .filter(|entry| entry.op == Some(row))
                    .for_each(|entry| entry.over_another = false);
            }
            Request::Remove { of, by, fresh } => {
                self.remove(state, of, by, fresh, false);
            }
        }
    }

    /// What the agenda does with a new entry.
    fn enter(&self, state: &mut State, op: RowId) -> Said {
        let slot = state.row(op).slot;
        if self.style != Style::Nameless
            && let Some(own) = state.entry_of(op)
        {
            return Said::Done { slot: own.slot, fresh: true };
        }
        let of_others = state.entries.iter().any(|entry| entry.op.is_none() && entry.slot == slot);
        let taken = state.entries.iter().any(|entry| entry.slot == slot);
        let refused = match self.style {
            Style::Arbitrates => taken,
            Style::Nameless => of_others,
            Style::Verifies | Style::Looks => false,
        };
        if refused {
            return Said::Taken;
        }
        state.entries.push(Entry { op: Some(op), slot, hand: Hand::Nothing, over_another: of_others });
        state.row_mut(op).witness.written = true;
        Said::Done { slot, fresh: true }
    }

    /// What the agenda does with the end of an entry. `back` is what was just written, and taken
    /// back before anybody was told.
    fn remove(&self, state: &mut State, of: RowId, by: RowId, fresh: bool, back: bool) -> Said {
        let Some(index) = state.entries.iter().position(|entry| entry.op == Some(of)) else { return Said::NotFound };
        let entry = state.entries[index];
        // Taken out, the agenda is not told which version is meant.
        if !fresh && self.has(Defence::WritesAreConditional) {
            return Said::Stale { slot: entry.slot, fresh: true };
        }
        let row = *state.row(of);
        let asked_by_nobody = of == by && !back;
        if (entry.hand != Hand::Nothing && !fresh)
            || (asked_by_nobody && (entry.hand == Hand::PutBack || row.witness.theirs))
        {
            state.breach(Breach::UndidAHand);
        }
        if asked_by_nobody && row.stands_at().is_some() && !row.witness.unwanted {
            state.breach(Breach::TookOutWanted);
        }
        state.entries.remove(index);
        state.outdate(of);
        Said::Done { slot: entry.slot, fresh: true }
    }
}
