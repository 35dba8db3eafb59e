//! What others do in the agenda.

use greffon_core::model::intent::IntentState;

use crate::action::{Action, Deed};
use crate::protocol::Protocol;
use crate::state::{Entry, Hand, Kind, Row, State};

impl Protocol {
    pub(super) fn deeds(&self, state: &State, actions: &mut Vec<Action>) {
        if state.left.foreign == 0 {
            return;
        }
        let of_others = state.entries.iter().any(|entry| entry.op.is_none());
        actions.push(Action::Hand(if of_others { Deed::Leave } else { Deed::Enter }));
        for id in state.row_ids().filter(|id| state.row(*id).kind == Kind::Book) {
            match state.entry_of(id) {
                Some(_) => actions.extend([Deed::Strike(id), Deed::Move(id)].map(Action::Hand)),
                None if may_be_put_back(state.row(id)) => {
                    actions.push(Action::Hand(Deed::PutBack(id)));
                }
                None => {}
            }
        }
    }

    pub(super) fn deed(&self, state: &mut State, deed: Deed) -> Option<()> {
        state.left.foreign -= 1;
        match deed {
            Deed::Enter => {
                state.entries.push(Entry { op: None, slot: 0, hand: Hand::Nothing, over_another: false });
            }
            Deed::Leave => {
                state.entries.retain(|entry| entry.op.is_some());
                state.entries.iter_mut().for_each(|entry| entry.over_another = false);
            }
            Deed::Strike(id) => {
                state.entries.retain(|entry| entry.op != Some(id));
                state.outdate(id);
            }
            Deed::Move(id) => {
                let entry = state.entries.iter_mut().find(|entry| entry.op == Some(id))?;
                entry.slot = 1 - entry.slot;
                entry.hand = Hand::Moved;
                state.outdate(id);
            }
            Deed::PutBack(id) => {
                let slot = state.row(id).known?.sight.slot;
                state.entries.push(Entry { op: Some(id), slot, hand: Hand::PutBack, over_another: false });
            }
        }
        Some(())
    }
}

/// Whether somebody struck it out who may put it back. The known gap of the README: while it is
/// taken out, greffon takes what is there again for that.
fn may_be_put_back(row: &Row) -> bool {
    row.state != IntentState::Compensating && row.known.is_some_and(|known| known.struck_out)
}
