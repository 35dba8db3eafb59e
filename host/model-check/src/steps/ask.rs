//! Somebody asks for a time: the claim, the turn and the send, as in `flow/booking/claim.rs`.

use greffon_core::model::intent::IntentEvent;

use crate::action::Action;
use crate::defence::Defence;
use crate::protocol::Protocol;
use crate::state::{Call, Kind, Node, Row, RowId, State, Step, Turn, What};
use crate::time::{ARRIVAL, Ticks, WRITE_TIMEOUT};

impl Protocol {
    pub(super) fn asks(&self, state: &State, node: usize, actions: &mut Vec<Action>) {
        if state.left.intents > 0 && self.may_claim(state, self.next_practice(state)) {
            actions.push(Action::Ask(node));
        }
    }

    pub(super) fn ask(&self, state: &mut State, node: usize) -> Option<()> {
        state.left.intents -= 1;
        let id = RowId::try_from(state.rows.len()).ok()?;
        let draft = Row::drafted(Kind::Book, self.next_practice(state), 0);
        state.rows.push(draft);
        self.step(state, id, IntentEvent::Claim, false)?;
        if self.may_take_turn(state) {
            self.send_in_turn(state, node, id, What::Book)
        } else {
            state.nodes[node] = Node::Waiting(id);
            Some(())
        }
    }

    /// Takes the turn, and makes an intent a send.
    pub(super) fn send_in_turn(&self, state: &mut State, node: usize, id: RowId, what: What) -> Option<()> {
        self.take_turn(state, node, WRITE_TIMEOUT);
        self.step(state, id, IntentEvent::Send, false)?;
        let send = state.row(id).sends;
        state.nodes[node] = Node::Calling(Call { row: id, send, what, step: Step::First, window: WRITE_TIMEOUT });
        Some(())
    }

    pub(super) fn take_turn_at_last(&self, state: &mut State, node: usize) -> Option<()> {
        let id = state.nodes[node].row()?;
        let mut sent = state.clone();
        if self.send_in_turn(&mut sent, node, id, What::Book).is_some() {
            *state = sent;
        } else {
            // It was let go or taken up meanwhile.
            state.nodes[node] = Node::Idle;
        }
        Some(())
    }

    pub(super) fn stop_waiting(&self, state: &mut State, node: usize) -> Option<()> {
        let id = state.nodes[node].row()?;
        state.nodes[node] = Node::Idle;
        self.step(state, id, IntentEvent::Wait, false)?;
        Some(())
    }

    /// A turn that nobody has, or that is over, is given to whoever asks. Taken out, it is given
    /// away under the feet of whoever has it.
    pub(super) fn may_take_turn(&self, state: &State) -> bool {
        state.is_turn_free() || !self.has(Defence::TurnsExclude)
    }

    pub(super) fn take_turn(&self, state: &mut State, node: usize, writes: Ticks) {
        state.turn = Some(Turn { node: Some(node), ends: writes + ARRIVAL });
    }

    /// Says whether it was still this process's.
    pub(super) fn give_back_turn(&self, state: &mut State, node: usize) -> bool {
        let held = state.has_turn(node);
        if held {
            state.turn = None;
        }
        held
    }

    /// The database refuses what overlaps a live claim of the same practice. Taken out, it does not.
    fn may_claim(&self, state: &State, practice: u8) -> bool {
        let taken = |row: &Row| row.state.is_live() && row.practice == practice && row.claim == Some(0);
        !self.has(Defence::ClaimsExclude) || !state.rows.iter().any(taken)
    }

    fn next_practice(&self, state: &State) -> u8 {
        let bookings = state.rows.iter().filter(|row| row.kind == Kind::Book).count();
        u8::from(self.shared && bookings % 2 == 1)
    }
}
