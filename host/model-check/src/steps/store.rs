//! One change of an intent with everything that it brings with it, as `flow/booking/step.rs` and
//! `settle.rs` store it.

use greffon_core::model::intent::{IntentEffect, IntentEvent, IntentState};

use crate::breach::Breach;
use crate::defence::Defence;
use crate::protocol::Protocol;
use crate::state::{Call, Kind, Known, Node, Row, RowId, Seen, Sought, State, Step, What};
use crate::time::{NOW, Ticks, WRITES, ago, gap};

impl Protocol {
    /// Stores what a process has seen, or what its plugin said.
    pub(super) fn store(&self, state: &mut State, node: usize) -> Option<()> {
        match state.nodes[node] {
            Node::Idle | Node::Waiting(_) => None,
            Node::Calling(call) => self.store_answer(state, node, &call),
            Node::Looked(row, seen, window) => {
                state.nodes[node] = Node::Idle;
                self.store_look(state, node, row, seen, window)
            }
        }
    }

    fn store_answer(&self, state: &mut State, node: usize, call: &Call) -> Option<()> {
        let Step::Over(said) = call.step else { return None };
        state.nodes[node] = Node::Idle;
        let answer = self.answer(state, call, said);
        if let What::TakeOut { .. } = call.what {
            if self.may_store(state, node) {
                self.give_back_turn(state, node);
                self.step(state, call.row, IntentEvent::TakenOut(answer), false)?;
            }
            return Some(());
        }
        let send = u32::from(call.send);
        let event = if self.give_back_turn(state, node) {
            IntentEvent::Answered { send, answer }
        } else {
            IntentEvent::AnsweredLate { send, answer, rule: self.rule(state.row(call.row)) }
        };
        self.step(state, call.row, event, false)?;
        if !self.has(Defence::JobIsWrittenWithTheSend) {
            state.row_mut(call.row).has_job = true;
        }
        Some(())
    }

    fn store_look(&self, state: &mut State, node: usize, id: RowId, seen: Seen, window: u8) -> Option<()> {
        if !self.may_store(state, node) {
            return Some(());
        }
        let rule = self.rule(state.row(id));
        let age = WRITES.saturating_sub(window);
        let asked_at = if self.has(Defence::SightsAreDated) { ago(age) } else { NOW };
        let (event, last) = match seen {
            Seen::Send => (IntentEvent::Send, false),
            Seen::Overdue => (IntentEvent::Overdue(rule), false),
            Seen::Outcome { found, send, last } => {
                witness_absence(state.row_mut(id), found, send, age);
                (IntentEvent::LookedUp { finding: self.outcome(state, id, found), asked_at, rule }, last)
            }
            Seen::Remains { found, wanted, last } => {
                (IntentEvent::Remains { finding: self.remains(state, id, found).0, asked_at, wanted, rule }, last)
            }
        };
        let calls = self.step(state, id, event, last).unwrap_or(false);
        if !calls {
            self.give_back_turn(state, node);
            return Some(());
        }
        let row = state.row(id);
        let what = match row.kind {
            Kind::Book => What::Book,
            Kind::Cancel(of) => {
                let fresh = state.row(of).known.is_some_and(|known| known.sight.fresh);
                What::Cancel { of, fresh, again: false }
            }
        };
        let call = Call { row: id, send: row.sends, what, step: Step::First, window };
        state.nodes[node] = Node::Calling(call);
        Some(())
    }

    /// Nothing is stored under a turn that somebody else has by now. Taken out, it is.
    fn may_store(&self, state: &State, node: usize) -> bool {
        state.has_turn(node) || !self.has(Defence::TurnIsChecked)
    }

    /// Decides one event of an intent and stores what follows. Says whether the agenda must be
    /// called; `None` when the state forbids the event.
    pub(super) fn step(&self, state: &mut State, id: RowId, event: IntentEvent, last: bool) -> Option<bool> {
        let by_a_person = matches!(event, IntentEvent::Verdict(_));
        let remains = matches!(event, IntentEvent::Remains { .. });
        let (mut next, effects) = self.decide(state.row(id), id, event, last)?;
        let calls = effects.contains(&IntentEffect::Call);
        let sent_again = calls && next.kind == Kind::Book && next.sends > 1;
        if sent_again && !next.witness.absent_twice {
            state.breach(Breach::SentBlindly);
        }
        if calls {
            next.witness.absent_for = None;
            next.witness.absent_twice = false;
        }
        // Taken out, the job that looks after a send is written once it was answered.
        if effects.contains(&IntentEffect::Watch) && (!calls || self.has(Defence::JobIsWrittenWithTheSend)) {
            next.has_job = true;
        }
        next.witness.looked_out = next.look_in.is_none() && (next.witness.looked_out || (remains && last));
        *state.row_mut(id) = next;
        if effects.iter().any(|one| matches!(one, IntentEffect::Settle | IntentEffect::SettleUntold)) {
            self.settle(state, id, by_a_person);
        }
        if let Kind::Cancel(of) = next.kind
            && next.state.is_final()
        {
            let booking = state.row_mut(of);
            booking.known.iter_mut().for_each(|known| known.pending = false);
            // Whoever was told that it stands wants it.
            booking.witness.unwanted &= next.state != IntentState::Refused;
        }
        Some(calls)
    }

    /// The mirror follows, and those concerned are told.
    fn settle(&self, state: &mut State, id: RowId, by_a_person: bool) {
        let row = *state.row(id);
        let Some(held) = row.held else { return };
        if let Kind::Cancel(of) = row.kind {
            self.let_go(state, of);
            state.row_mut(of).known.iter_mut().for_each(|known| known.stands = false);
            return;
        }
        if !by_a_person {
            if !row.witness.written {
                state.breach(Breach::ToldOfNothing);
            }
            if row.witness.unwanted {
                state.breach(Breach::ToldOfCalledOff);
            }
            let of_others = |slot| state.entries.iter().any(|entry| entry.op.is_none() && entry.slot == slot);
            if state.entry_of(id).is_some_and(|entry| entry.over_another && of_others(entry.slot)) {
                state.breach(Breach::ToldOverAnother);
            }
        }
        let known = Known { sight: held, stands: true, struck_out: false, double: false, pending: false };
        state.row_mut(id).known = Some(known);
    }

    /// Lets the time of a booking go whose appointment is over. Taken out, nobody looks for what a
    /// send of it still brings.
    pub(super) fn let_go(&self, state: &mut State, id: RowId) {
        if self.has(Defence::SupersededIsLookedFor) {
            let event = IntentEvent::Superseded(self.rule(state.row(id)));
            // No state refuses this event.
            let _ = self.step(state, id, event, false);
        }
        state.row_mut(id).claim = None;
    }
}

/// Keeps account of absences that were seen since the last send, each when the agenda was asked.
fn witness_absence(row: &mut Row, found: Sought, send: u8, age: Ticks) {
    if row.kind == Kind::Book && found == Sought::Absent && row.sends == send {
        row.witness.absent_twice |= row.witness.absent_for.is_some_and(|since| since >= age + gap());
        row.witness.absent_for.get_or_insert(age);
    }
}
