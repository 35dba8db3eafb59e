//! What greffon knows of an entry, in few bits and as the core reads it.

use greffon_core::model::scheduling::{AgendaAppointment, AgendaError, AppointmentStatus, ByWhom, Found};

use super::names::{RowId, Slot, id_of, op_of, slot_of, span_of};

/// An entry as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Sight {
    pub(crate) slot: Slot,
    /// Nobody has changed the entry since.
    pub(crate) fresh: bool,
}

/// What a look for an op-id found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Sought {
    Absent,
    /// It is there.
    There {
        sight: Sight,
        /// Somebody else's entry has the same time.
        beside: bool,
    },
    /// Several entries bear the op-id.
    Several,
    /// The agenda gave no answer.
    Unreadable,
}

impl Sought {
    /// As a plugin says it.
    pub(crate) fn said(self, op: RowId) -> Result<Found, AgendaError> {
        let other = || AgendaAppointment { id: "other".into(), op: None, ours: false, ..appointment(op, OF_OTHERS) };
        match self {
            Self::Absent => Ok(Found::Absent),
            Self::There { sight, beside: false } => Ok(Found::Present(appointment(op, sight))),
            Self::There { sight, beside: true } => {
                let other = AgendaAppointment { span: span_of(sight.slot), ..other() };
                Ok(Found::Ambiguous(vec![appointment(op, sight), other]))
            }
            Self::Several => Ok(Found::Ambiguous(vec![appointment(op, OF_OTHERS), appointment(op, OF_OTHERS)])),
            Self::Unreadable => Err(AgendaError::Unavailable("down".to_owned())),
        }
    }
}

const OF_OTHERS: Sight = Sight { slot: 0, fresh: true };

/// The word for the version that the entry has now; any other word is an old one.
const FRESH: &str = "fresh";

/// An entry as an agenda shows it.
pub(crate) fn appointment(op: RowId, sight: Sight) -> AgendaAppointment {
    AgendaAppointment {
        id: id_of(op),
        op: Some(op_of(op)),
        version: Some(if sight.fresh { FRESH } else { "old" }.to_owned()),
        agenda: "agenda".into(),
        span: span_of(sight.slot),
        buffer: None,
        motive: None,
        status: AppointmentStatus::Booked,
        patient: None,
        resources: Vec::new(),
        replaces: None,
        series: None,
        entry: None,
        last_change: None,
        by: ByWhom::Secretary,
        ours: true,
    }
}

/// What is kept of an entry that was shown.
pub(crate) fn sight_of(held: &AgendaAppointment) -> Sight {
    Sight { slot: slot_of(held.span), fresh: held.version.as_deref() == Some(FRESH) }
}
