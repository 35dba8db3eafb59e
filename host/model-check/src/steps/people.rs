//! What people at the desk want: to call off, and to say what no machine can tell.

use greffon_core::model::intent::{IntentEvent, IntentState, Verdict, fits};
use greffon_core::model::scheduling::{AgendaAppointment, AppointmentStatus};

use super::reconcile::sought;
use crate::action::{Action, Word};
use crate::protocol::Protocol;
use crate::state::{Hand, Kind, Row, RowId, Sought, State, What, appointment};

impl Protocol {
    /// Who calls off what stands, at a process that has nothing to do.
    pub(super) fn cancellations(&self, state: &State, node: usize, actions: &mut Vec<Action>) {
        if state.left.cancels == 0 || !self.may_take_turn(state) {
            return;
        }
        let standing = |id: &RowId| state.row(*id).known.is_some_and(|known| known.stands && !known.pending);
        actions.extend(state.row_ids().filter(standing).map(|id| Action::Cancel(node, id)));
    }

    /// Who calls off what is not confirmed, and what persons say who looked.
    pub(super) fn words(&self, state: &State, actions: &mut Vec<Action>) {
        for id in state.row_ids() {
            let row = state.row(id);
            let not_confirmed = matches!(row.state, IntentState::Claimed | IntentState::Sending | IntentState::Unknown);
            if row.kind == Kind::Book && not_confirmed && !row.witness.unwanted && state.left.cancels > 0 {
                actions.push(Action::CallOff(id));
            }
            if row.state == IntentState::NeedsHuman && state.left.verdicts > 0 {
                let words = [Word::Done, Word::NotDone, Word::TakeOut, Word::ByHand];
                actions.extend(words.map(|word| Action::Verdict(id, word)));
            }
        }
    }

    pub(super) fn cancel(&self, state: &mut State, node: usize, of: RowId) -> Option<()> {
        state.left.cancels -= 1;
        let booking = state.row_mut(of);
        let known = booking.known.as_mut()?;
        known.pending = true;
        let (sight, practice) = (known.sight, booking.practice);
        booking.witness.unwanted = true;
        let id = RowId::try_from(state.rows.len()).ok()?;
        state.rows.push(Row::drafted(Kind::Cancel(of), practice, sight.slot));
        self.send_in_turn(state, node, id, What::Cancel { of, fresh: sight.fresh, again: false })
    }

    pub(super) fn call_off(&self, state: &mut State, id: RowId) -> Option<()> {
        state.left.cancels -= 1;
        self.step(state, id, IntentEvent::CallOff, false)?;
        state.row_mut(id).witness.unwanted = true;
        Some(())
    }

    pub(super) fn verdict(&self, state: &mut State, id: RowId, word: Word) -> Option<()> {
        state.left.verdicts -= 1;
        let row = *state.row(id);
        // Persons look before they speak.
        let stands = state.entry_of(row.booking(id)).is_some();
        let is_so = match (row.kind, word) {
            (Kind::Book, Word::NotDone) | (Kind::Cancel(_), Word::Done) => !stands,
            (Kind::Cancel(_), Word::NotDone) => stands,
            // For the core it is the same as not done.
            (Kind::Cancel(_), Word::TakeOut) => false,
            (Kind::Book, Word::Done | Word::TakeOut) | (_, Word::ByHand) => true,
        };
        if !is_so {
            return None;
        }
        let verdict = match word {
            Word::Done => Verdict::Done(Box::new(seen_as_asked(state, &row, id)?)),
            Word::TakeOut => Verdict::TakeOut(Box::new(seen(state, &row, id)?)),
            Word::NotDone => Verdict::NotDone,
            Word::ByHand => Verdict::ByHand,
        };
        let booking = row.booking(id);
        let witness = &mut state.row_mut(booking).witness;
        match (row.kind, word) {
            (Kind::Book, Word::ByHand) => witness.theirs = true,
            (Kind::Cancel(_), Word::ByHand) => {}
            // The person knew of it, whoever had called it off before.
            (Kind::Book, Word::Done) => {
                witness.unwanted = false;
                witness.vouched_for = true;
            }
            (Kind::Cancel(_), Word::NotDone | Word::TakeOut) => witness.unwanted = false,
            (Kind::Book, Word::NotDone | Word::TakeOut) | (Kind::Cancel(_), Word::Done) => witness.unwanted = true,
        }
        if row.kind == Kind::Book && matches!(word, Word::Done | Word::TakeOut) {
            // They know of everything that was done to it so far.
            let own = state.entries.iter_mut().filter(|entry| entry.op == Some(booking));
            own.for_each(|entry| entry.hand = Hand::Nothing);
        }
        self.step(state, id, IntentEvent::Verdict(verdict), false)?;
        Some(())
    }
}

/// What the agenda shows of what an intent wanted.
fn seen(state: &State, row: &Row, id: RowId) -> Option<AgendaAppointment> {
    match row.kind {
        Kind::Cancel(of) => {
            let known = state.row(of).known?;
            Some(AgendaAppointment { status: AppointmentStatus::Cancelled, ..appointment(of, known.sight) })
        }
        Kind::Book => match sought(state, id) {
            Sought::There { sight, .. } => Some(appointment(id, sight)),
            Sought::Absent | Sought::Several | Sought::Unreadable => None,
        },
    }
}

fn seen_as_asked(state: &State, row: &Row, id: RowId) -> Option<AgendaAppointment> {
    seen(state, row, id).filter(|held| fits(&row.intent(id), held))
}
