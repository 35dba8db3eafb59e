//! Whoever follows the agenda, as `flow/appointment/watch.rs` and `look.rs` do, and lets go of
//! claims that nobody waits with.

use greffon_core::model::intent::{IntentEvent, IntentState};
use greffon_core::model::standing::{Difference, Follow, Haste, Seen, Standing, decide, read_look};

use super::reconcile::sought;
use crate::action::Action;
use crate::defence::Defence;
use crate::protocol::Protocol;
use crate::state::{Kind, Known, Node, RowId, Sight, State, appointment, sight_of};
use crate::time::{LONG_AGO, NOW};

impl Protocol {
    pub(super) fn follow_ups(&self, state: &State, actions: &mut Vec<Action>) {
        for id in state.row_ids() {
            let row = state.row(id);
            let waited_with = state.nodes.contains(&Node::Waiting(id));
            if row.state == IntentState::Claimed && !waited_with {
                actions.push(Action::Expire(id));
            }
            if row.kind != Kind::Book {
                continue;
            }
            if self.is_unknown(state, id) {
                actions.push(Action::Watch(id));
            }
            if self.differs(state, id).is_some() {
                actions.push(Action::LookAgain(id));
            }
        }
    }

    /// Whether an entry stands of which nobody knows, and somebody is to be told of it.
    fn is_unknown(&self, state: &State, id: RowId) -> bool {
        let row = state.row(id);
        let unknown = state.entry_of(id).is_some() && row.stands_at().is_none() && row.look_in.is_none();
        unknown && self.has(Defence::UnknownEntriesAreFound) && self.come_upon(&mut state.clone(), id).is_some()
    }

    pub(super) fn come_upon(&self, state: &mut State, id: RowId) -> Option<()> {
        let row = *state.row(id);
        let struck_out_there = row.known.is_some_and(|known| known.struck_out);
        let event = IntentEvent::SeenAfterwards { struck_out_there, rule: self.rule(&row) };
        self.step(state, id, event, false)?;
        (*state.row(id) != row).then_some(())
    }

    /// How an appointment that stands is otherwise in the agenda, once that was seen for so long
    /// that it is believed.
    fn differs(&self, state: &State, id: RowId) -> Option<(Option<Difference>, Option<Sight>)> {
        let known = state.row(id).known.filter(|known| known.stands && !known.pending)?;
        if !self.has(Defence::AppointmentsAreLookedAt) {
            return None;
        }
        let held = appointment(id, known.sight);
        let look = read_look(&held, sought(state, id).said(id));
        let (first, ..) = decide(&held, &Standing::written(LONG_AGO), look.clone(), Haste::None, NOW, NOW);
        let seen = first.seen.map(|seen| Seen { since: LONG_AGO, ..seen });
        let standing = Standing { seen, ..Standing::written(LONG_AGO) };
        match decide(&held, &standing, look, Haste::None, NOW, NOW).1 {
            Follow::Keep(held) => Some((None, Some(sight_of(&held)))).filter(|_| !known.sight.fresh),
            Follow::Tell(difference @ (Difference::Gone | Difference::Moved(_)), held) => {
                Some((Some(difference), held.as_deref().map(sight_of)))
            }
            // Whoever looks is told, and nothing changes.
            Follow::Tell(Difference::Double | Difference::Unclear, _) | Follow::Nothing => None,
        }
    }

    pub(super) fn look_again(&self, state: &mut State, id: RowId) -> Option<()> {
        let (difference, sight) = self.differs(state, id)?;
        let known = state.row(id).known?;
        let next = Known { sight: sight.unwrap_or(known.sight), ..known };
        state.row_mut(id).known = Some(next);
        match difference {
            Some(Difference::Gone) => {
                self.let_go(state, id);
                state.row_mut(id).known = Some(Known { stands: false, struck_out: true, ..next });
            }
            Some(Difference::Moved(_)) => {
                // Its claim goes with it, unless somebody else has the time: the hand counts more.
                let practice = state.row(id).practice;
                let taken = state.row_ids().any(|other| {
                    let row = state.row(other);
                    other != id && row.state.is_live() && row.practice == practice && row.claim == Some(next.sight.slot)
                });
                state.row_mut(id).claim = Some(next.sight.slot).filter(|_| !taken);
                state.row_mut(id).held = Some(next.sight);
                state.row_mut(id).known = Some(Known { double: next.double || taken, ..next });
            }
            _ => {}
        }
        Some(())
    }
}
