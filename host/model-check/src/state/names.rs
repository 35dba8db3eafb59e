//! What things are called, in few bits and as the core names them.

use greffon_core::ids::{AppointmentId, OpId};
use greffon_core::time::{Instant, Span};

/// Which intent, from 0.
pub(crate) type RowId = u8;

/// A time of the agenda. Bookings want the first; hands move things to the second.
pub(crate) type Slot = u8;

/// The time of a slot.
pub(crate) fn span_of(slot: Slot) -> Span {
    let start = Instant(90_000_000_000).plus_minutes(i64::from(slot) * 15);
    Span { start, end: start.plus_minutes(15) }
}

/// The slot of a time.
pub(crate) fn slot_of(span: Span) -> Slot {
    Slot::from(span != span_of(0))
}

/// The op-id of an intent.
pub(crate) fn op_of(row: RowId) -> OpId {
    format!("op-{row}").into()
}

/// The name of the entry that an op-id wrote.
pub(crate) fn id_of(row: RowId) -> AppointmentId {
    format!("apt-{row}").into()
}
