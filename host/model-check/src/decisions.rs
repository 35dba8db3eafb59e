//! The one place where the core is asked to decide. A defence that is the core's own is taken out
//! here, by a lie to `decide` or about its answer.

use greffon_core::model::intent::{
    Answer, Finding, Intent, IntentEffect, IntentEvent, IntentState, ResendRule, decide, read_answer,
    read_cancel_look_up, read_look_up, read_remains,
};
use greffon_core::model::scheduling::{AgendaAppointment, AgendaError, AppointmentStatus, Conflict};

use crate::bounds::Style;
use crate::defence::Defence;
use crate::protocol::Protocol;
use crate::state::{Call, Kind, Row, RowId, Said, Sight, Sought, State, What, appointment, op_of};
use crate::time::{LONG_AGO, NOW, rule};

/// As many looks as no ladder has rungs.
const LAST: u32 = 100;

impl Protocol {
    /// What the agenda allows for this intent.
    pub(crate) fn rule(&self, row: &Row) -> ResendRule {
        let named = self.style != Style::Nameless || !self.has(Defence::OnlyNamedIsSentAgain);
        rule(named || row.kind != Kind::Book)
    }

    /// One step of an intent, decided by the core. `last` stands for as many looks, with the same
    /// finding, as the ladder has rungs left. `None` when the state forbids the event.
    pub(crate) fn decide(
        &self,
        row: &Row,
        id: RowId,
        event: IntentEvent,
        last: bool,
    ) -> Option<(Row, Vec<IntentEffect>)> {
        let mut before = row.intent(id);
        let event = self.lie_about(&mut before, event);
        if last {
            before.lookups = LAST;
        }
        let (mut after, effects) = decide(&before, event, NOW).ok()?;
        self.twist(&mut after);
        let mut next = *row;
        if after != before || !effects.is_empty() {
            next.absorb(&after, self.rule(row));
        }
        Some((next, effects))
    }

    /// What is not so is said of an intent, or of what happened to it.
    fn lie_about(&self, intent: &mut Intent, event: IntentEvent) -> IntentEvent {
        let Some(missing) = self.without else { return event };
        match (missing, event) {
            (Defence::AbsenceIsSeenTwice, event @ IntentEvent::LookedUp { finding: Finding::Absent, .. }) => {
                intent.absent_since = Some(LONG_AGO);
                intent.open.absent_from = None;
                event
            }
            (Defence::SightsAreApart, event @ IntentEvent::LookedUp { .. }) => {
                intent.absent_since = intent.absent_since.map(|_| LONG_AGO);
                intent.open.absent_from = None;
                event
            }
            // The send that is answered is the only one, and before its answer there is none.
            (Defence::OpenSendsAreCounted, event) => {
                intent.open.count = u32::from(matches!(event, IntentEvent::Answered { .. }));
                event
            }
            (Defence::OverdueIsUnknown, IntentEvent::Overdue(_)) => {
                IntentEvent::Answered { send: intent.sends, answer: Answer::Refused("overdue".to_owned()) }
            }
            (Defence::LateAnswersAreLookedInto, IntentEvent::AnsweredLate { send, answer, .. }) => {
                IntentEvent::Answered { send, answer }
            }
            (Defence::ByHandIsTheirs, event) if intent.state == IntentState::Refused => {
                intent.refusal = None;
                event
            }
            (Defence::WantedRemainsStay, IntentEvent::Remains { finding, asked_at, rule, .. }) => {
                IntentEvent::Remains { finding, asked_at, wanted: false, rule }
            }
            (Defence::PutBackIsAskedAbout, IntentEvent::SeenAfterwards { rule, .. }) => {
                IntentEvent::SeenAfterwards { struck_out_there: false, rule }
            }
            (_, event) => event,
        }
    }

    /// What was decided is stored otherwise.
    fn twist(&self, intent: &mut Intent) {
        match self.without {
            Some(Defence::UnknownKeepsItsClaim) if intent.state == IntentState::Unknown => intent.claims.clear(),
            Some(Defence::RemainsAreLookedFor) if intent.state.is_final() => intent.open.look_at = None,
            Some(Defence::CalledOffIsTakenOut) => intent.open.called_off = false,
            _ => {}
        }
    }

    /// What a plugin said, as the core reads it.
    pub(crate) fn answer(&self, state: &State, call: &Call, said: Said) -> Answer {
        let row = state.row(call.row);
        let booking = row.booking(call.row);
        let shown = |slot, fresh| appointment(booking, Sight { slot, fresh });
        let cancelled = |slot| AgendaAppointment { status: AppointmentStatus::Cancelled, ..shown(slot, true) };
        let result = match said {
            Said::Done { slot, fresh } if call.what == What::Book => Ok(shown(slot, fresh)),
            Said::Done { slot, .. } => Ok(cancelled(slot)),
            Said::Taken => Err(AgendaError::SlotTaken(Conflict::default())),
            Said::Stale { slot, fresh } => Err(AgendaError::Stale(shown(slot, fresh))),
            Said::NotFound => Err(AgendaError::NotFound),
            Said::Unavailable => Err(AgendaError::Unavailable("down".to_owned())),
            Said::Unknown if !self.has(Defence::UnknownIsNoRefusal) => {
                Err(AgendaError::Unavailable("no answer".to_owned()))
            }
            Said::Unknown if !self.has(Defence::UnknownIsNoSuccess) => match call.what {
                What::Book => Ok(shown(row.slot, true)),
                What::Cancel { .. } | What::TakeOut { .. } => Ok(cancelled(row.slot)),
            },
            Said::Unknown => Err(AgendaError::OutcomeUnknown("no answer".to_owned())),
        };
        let before = match call.what {
            What::Book => None,
            What::Cancel { of, .. } => state.row(of).known.map(|known| appointment(of, known.sight)),
            What::TakeOut { .. } => row.held.map(|sight| appointment(booking, sight)),
        };
        let asked = match call.what {
            // Whoever takes out asks for the end of its own entry.
            What::TakeOut { .. } => Row { kind: Kind::Cancel(call.row), ..*row },
            What::Book | What::Cancel { .. } => *row,
        };
        read_answer(&asked.intent(call.row), before.as_ref(), result)
    }

    /// What became of an intent, as the core reads what was found.
    pub(crate) fn outcome(&self, state: &State, id: RowId, found: Sought) -> Finding {
        let row = state.row(id);
        let found = self.as_told(found);
        match row.kind {
            Kind::Book => read_look_up(&row.intent(id), found.said(id)),
            Kind::Cancel(of) => match state.row(of).known {
                Some(known) => read_cancel_look_up(&appointment(of, known.sight), found.said(of)),
                None => Finding::Unreadable,
            },
        }
    }

    /// What an intent that is over left, as the core reads what was found, and whether that is
    /// wanted.
    pub(crate) fn remains(&self, state: &State, id: RowId, found: Sought) -> (Finding, bool) {
        let row = state.row(id);
        let found = self.as_told(found);
        if let Kind::Cancel(of) = row.kind {
            let standing = state.row(of).known.filter(|known| known.stands);
            let Some(known) = standing else { return (Finding::Absent, false) };
            return (read_cancel_look_up(&appointment(of, known.sight), found.said(of)), false);
        }
        let finding = read_remains(&op_of(id), found.said(id));
        let struck_out = row.known.is_some_and(|known| !known.stands && known.struck_out);
        match (&finding, found, row.stands_at()) {
            (Finding::Present(_) | Finding::Beside(_), ..) if struck_out && self.has(Defence::PutBackIsAskedAbout) => {
                (Finding::Ambiguous, true)
            }
            (Finding::Present(_) | Finding::Beside(_), Sought::There { sight, .. }, Some(slot))
                if sight.slot != slot =>
            {
                (Finding::Ambiguous, true)
            }
            (Finding::Present(_) | Finding::Beside(_), _, stands) => (finding, stands.is_some()),
            (_, _, stands) => (finding, row.state == IntentState::Confirmed && stands.is_some()),
        }
    }

    fn as_told(&self, found: Sought) -> Sought {
        match found {
            Sought::There { sight, .. } if !self.has(Defence::BesideIsNotAlone) => {
                Sought::There { sight, beside: false }
            }
            found => found,
        }
    }
}
