//! The job that looks after an intent, as in `flow/booking/reconcile.rs`.

use greffon_core::model::intent::{IntentEvent, IntentState};

use crate::action::{Action, Look};
use crate::protocol::Protocol;
use crate::state::{Call, Node, Row, RowId, Seen, Sight, Sought, State, Step, What};
use crate::time::WRITES;

impl Protocol {
    pub(super) fn jobs(&self, state: &State, node: usize, actions: &mut Vec<Action>) {
        if !self.may_take_turn(state) {
            return;
        }
        for id in state.row_ids() {
            let row = state.row(id);
            if !is_due(row) {
                continue;
            }
            actions.push(Action::Reconcile(node, id, Look::Once));
            if row.state.is_final() && row.open > 0 {
                actions.push(Action::Reconcile(node, id, Look::ToTheEnd));
            }
            let asks = row.state == IntentState::Unknown || row.state.is_final();
            if asks && state.left.drops > 0 {
                actions.push(Action::Reconcile(node, id, Look::Down));
            }
        }
    }

    pub(super) fn reconcile(&self, state: &mut State, node: usize, id: RowId, look: Look) -> Option<()> {
        self.take_turn(state, node, WRITES);
        let row = *state.row(id);
        let found = match look {
            Look::Once | Look::ToTheEnd => sought(state, row.booking(id)),
            Look::Down => {
                state.left.drops -= 1;
                Sought::Unreadable
            }
        };
        let last = look != Look::Once;
        let seen = match row.state {
            IntentState::Claimed => Seen::Send,
            IntentState::Sending => Seen::Overdue,
            IntentState::Unknown => Seen::Outcome { found, send: row.sends, last },
            IntentState::Compensating => {
                let what = What::TakeOut { fresh: row.held.is_some_and(|held| held.fresh) };
                let call = Call { row: id, send: row.sends, what, step: Step::First, window: WRITES };
                state.nodes[node] = Node::Calling(call);
                return Some(());
            }
            _ => {
                let (_, wanted) = self.remains(state, id, found);
                // The ladder is for what is not there and must not be.
                if look == Look::ToTheEnd && (found != Sought::Absent || wanted) {
                    return None;
                }
                Seen::Remains { found, wanted, last }
            }
        };
        state.nodes[node] = Node::Looked(id, seen, WRITES);
        Some(())
    }

    /// Lets a claim go that nobody waits with.
    pub(super) fn expire(&self, state: &mut State, id: RowId) -> Option<()> {
        self.step(state, id, IntentEvent::Abandon, false).map(drop)
    }
}

/// Whether its job has something to do now. A claim that waits tries whenever the turn is free.
fn is_due(row: &Row) -> bool {
    let due = if row.state.is_final() { row.look_in } else { row.due };
    row.has_job && row.is_looked_after() && (row.state == IntentState::Claimed || due.is_none_or(|due| due == 0))
}

/// What the agenda has under an op-id.
pub(super) fn sought(state: &State, op: RowId) -> Sought {
    let mut own = state.entries.iter().filter(|entry| entry.op == Some(op));
    match (own.next(), own.next()) {
        (None, _) => Sought::Absent,
        (Some(_), Some(_)) => Sought::Several,
        (Some(own), None) => {
            let beside = state.entries.iter().any(|entry| entry.op != Some(op) && entry.slot == own.slot);
            Sought::There { sight: Sight { slot: own.slot, fresh: true }, beside }
        }
    }
}
