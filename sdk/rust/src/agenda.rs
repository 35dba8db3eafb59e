//! Agenda plugins: a practice's own agendas, read and written without ever
//! booking twice.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

pub use crate::bindings::imports::greffon::scheduling::types::{
    Absence, Agenda as AgendaInfo, AgendaId, Appointment, AppointmentId, Audience, Caps, Change, Conflict, Delta,
    Descriptor, EntryRef, Error, Found, Hold, Motive, MotiveId, Notice, OpId, PatientRule, Probed, Request, Rule, Slot,
    SlotPage, SlotQuery, SlotState, Status, Version,
};
use crate::failure::Failure;
pub use crate::practice::{ByWhom, CallbackError, Delivery, HttpIn, HttpOut, Instant, Span};
use crate::{log, settings};

/// Shorthand of the functions below.
pub type Result<T> = std::result::Result<T, Error>;

/// An agenda plugin. One value serves one call; nothing is kept between calls
/// but what stands in the agenda or in [`keyvalue`](crate::keyvalue).
///
/// Every error but `OutcomeUnknown` promises that nothing changed in the
/// agenda. What a plugin does not override is `Unsupported` ([`Self::motives`]:
/// none). A read-only agenda overrides the reads; one that takes bookings
/// overrides `book`, `look_up` and `cancel` together. The flags of
/// [`Descriptor::caps`] tell the host about the rest beforehand.
pub trait Agenda: Sized {
    /// The practice's settings.
    type Settings: DeserializeOwned;

    /// Makes the plugin from its settings. No network.
    ///
    /// # Errors
    /// `Invalid` for a content that the schema lets pass and the plugin cannot use.
    fn new(settings: Self::Settings) -> Result<Self>;

    /// Returns what the plugin is. No network.
    fn describe(&self) -> Descriptor;

    /// Checks that the agenda answers and lets us in. Returns what it is.
    ///
    /// # Errors
    /// `Unavailable`, `Denied`.
    fn probe(&self) -> Result<Probed> {
        Err(Error::unsupported("probe"))
    }

    /// Returns the agendas that the settings give access to.
    ///
    /// # Errors
    /// `Unavailable`, `Denied`.
    fn agendas(&self) -> Result<Vec<AgendaInfo>> {
        Err(Error::unsupported("agendas"))
    }

    /// Returns the motives of an agenda. By default none: the practice's file
    /// tells them.
    ///
    /// # Errors
    /// `NotFound` for an unknown agenda.
    fn motives(&self, of: &AgendaId) -> Result<Vec<Motive>> {
        let _ = of;
        Ok(Vec::new())
    }

    /// Returns free slots with `serves-slots`, else what is not free. An agenda
    /// that cannot be read makes the page incomplete.
    ///
    /// # Errors
    /// `Unavailable` when none can be read.
    fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage> {
        let _ = query;
        Err(Error::unsupported("find-slots"))
    }

    /// Returns what changed since the cursor; none as cursor: everything.
    ///
    /// # Errors
    /// `CursorExpired`, `NotFound`.
    fn changes(&self, of: &AgendaId, cursor: Option<&str>, window: Span, limit: u32) -> Result<Delta> {
        let _ = (of, cursor, window, limit);
        Err(Error::unsupported("changes"))
    }

    /// Keeps a slot for a while.
    ///
    /// # Errors
    /// `SlotTaken`, `RuleBroken`.
    fn place_hold(&self, op: &OpId, what: &Request, ttl_s: u32) -> Result<Hold> {
        let _ = (op, what, ttl_s);
        Err(Error::unsupported("place-hold"))
    }

    /// Gives a hold back; one that is gone is a success.
    ///
    /// # Errors
    /// `Unavailable`.
    fn release_hold(&self, op: &OpId, token: &str) -> Result<()> {
        let _ = (op, token);
        Err(Error::unsupported("release-hold"))
    }

    /// Books. Again with the same op-id: the same appointment, or `Already`.
    ///
    /// # Errors
    /// `SlotTaken`, `HoldExpired`, `RuleBroken`, `Stale`, `OutcomeUnknown`.
    fn book(&self, op: &OpId, what: &Request, held: Option<&Hold>) -> Result<Appointment> {
        let _ = (op, what, held);
        Err(Error::unsupported("book"))
    }

    /// Returns what the agenda holds for an op-id, from the agenda alone.
    /// `Absent` only after a complete read.
    ///
    /// # Errors
    /// `Unavailable`.
    fn look_up(&self, op: &OpId, what: &Request) -> Result<Found> {
        let _ = (op, what);
        Err(Error::unsupported("look-up"))
    }

    /// Moves an appointment in place. Without it the host books and
    /// then cancels.
    ///
    /// # Errors
    /// As [`Self::book`], and `Stale`, `NotFound`.
    fn move_to(&self, op: &OpId, id: &AppointmentId, expected: Option<&Version>, to: &Request) -> Result<Appointment> {
        let _ = (op, id, expected, to);
        Err(Error::unsupported("move-to"))
    }

    /// Cancels an appointment; again is a success.
    ///
    /// # Errors
    /// `Stale`, `NotFound`, `RuleBroken`, `OutcomeUnknown`.
    fn cancel(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&Version>,
        by: ByWhom,
        reason: &str,
    ) -> Result<Appointment> {
        let _ = (op, id, expected, by, reason);
        Err(Error::unsupported("cancel"))
    }

    /// Sets the state of an appointment.
    ///
    /// # Errors
    /// `Stale`, `NotFound`, `RuleBroken` with `StatusTransition`.
    fn set_status(&self, op: &OpId, id: &AppointmentId, expected: Option<&Version>, to: Status) -> Result<Appointment> {
        let _ = (op, id, expected, to);
        Err(Error::unsupported("set-status"))
    }

    /// Writes an absence and returns its id.
    ///
    /// # Errors
    /// `NotFound`, `OutcomeUnknown`.
    fn block(&self, op: &OpId, of: &AgendaId, over: Span, label: &str) -> Result<String> {
        let _ = (op, of, over, label);
        Err(Error::unsupported("block"))
    }

    /// Takes an absence away; one that is gone is a success.
    ///
    /// # Errors
    /// `OutcomeUnknown`.
    fn unblock(&self, op: &OpId, block_id: &str) -> Result<()> {
        let _ = (op, block_id);
        Err(Error::unsupported("unblock"))
    }

    /// Reads what an outside service tells. By default `NotMine`: nobody calls.
    ///
    /// # Errors
    /// `BadSignature`, `NotMine`, `Malformed`.
    fn callback(&self, request: &HttpIn) -> std::result::Result<Notice, CallbackError> {
        let _ = request;
        Err(CallbackError::NotMine)
    }

    /// Makes the answer to a request of a platform that the plugin serves. By
    /// default `NotMine`: it serves none.
    ///
    /// # Errors
    /// `BadSignature`, `NotMine`, `Malformed`.
    fn answer(&self, request: &HttpIn, slots: &SlotPage) -> std::result::Result<HttpOut, CallbackError> {
        let _ = (request, slots);
        Err(CallbackError::NotMine)
    }

    /// Tells a platform of an appointment that another agenda holds.
    ///
    /// # Errors
    /// `Invalid`, `Denied`, `Unavailable`, `OutcomeUnknown`.
    fn declare(&self, op: &OpId, what: &Appointment) -> Result<()> {
        let _ = (op, what);
        Err(Error::unsupported("declare"))
    }
}

impl Error {
    /// The plugin does not do this.
    #[must_use]
    pub fn unsupported(what: &str) -> Self {
        Self::Unsupported(what.to_owned())
    }

    /// What a failed host call means for a function that only reads.
    #[must_use]
    pub fn read_failed(cause: &impl Failure) -> Self {
        if cause.denied() { Self::Denied(cause.to_string()) } else { Self::Unavailable(cause.to_string()) }
    }

    /// What a failed host call means for a function that was about to write:
    /// `OutcomeUnknown` unless nothing was done for certain.
    #[must_use]
    pub fn write_failed(cause: &impl Failure) -> Self {
        if cause.nothing_done() { Self::read_failed(cause) } else { Self::OutcomeUnknown(cause.to_string()) }
    }
}

impl From<settings::Error> for Error {
    fn from(error: settings::Error) -> Self {
        Self::Invalid((format!("settings{}", error.pointer), error.problem))
    }
}

/// Whether a text is an op-id: 1 to 64 characters of `[0-9A-Za-z-]`. The op-ids
/// that a plugin is called with are; what it reads in an agenda may be anything.
#[must_use]
pub fn is_op_id(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain && (1..=64).contains(&text.len())
}

/// What [`export_agenda!`](crate::export_agenda) exports.
#[doc(hidden)]
#[derive(Debug)]
pub struct Export<T>(PhantomData<T>);

fn open<T: Agenda>() -> Result<T> {
    T::new(settings::load()?)
}

/// Settings that cannot be used, where the contract has no case for it.
fn unopened(error: Error) -> CallbackError {
    match error {
        Error::Invalid((field, why)) => CallbackError::Other(format!("{field}: {why}")),
        _ => CallbackError::Other("the settings cannot be used".to_owned()),
    }
}

/// The same for a call with an op-id, which ends up in names and addresses.
fn open_for<T: Agenda>(op: &str) -> Result<T> {
    if !is_op_id(op) {
        return Err(Error::Invalid(("op".to_owned(), "not 1 to 64 of [0-9A-Za-z-]".to_owned())));
    }
    open()
}

impl<T: Agenda> crate::bindings::agenda::exports::greffon::scheduling::agenda::Guest for Export<T> {
    fn describe() -> Descriptor {
        match open::<T>() {
            Ok(agenda) => agenda.describe(),
            // The contract has no error here. Nothing is promised, and the
            // first real call tells what is wrong.
            Err(_) => {
                log::error("settings-unusable", &[]);
                Descriptor {
                    name: String::new(),
                    standard: "proprietary".to_owned(),
                    caps: Caps::empty(),
                    max_lookback_s: 0,
                    min_poll_s: 0,
                    calls_per_min: None,
                    write_timeout_ms: 0,
                }
            }
        }
    }

    fn probe() -> Result<Probed> {
        open::<T>()?.probe()
    }

    fn agendas() -> Result<Vec<AgendaInfo>> {
        open::<T>()?.agendas()
    }

    fn motives(of: AgendaId) -> Result<Vec<Motive>> {
        open::<T>()?.motives(&of)
    }

    fn find_slots(query: SlotQuery) -> Result<SlotPage> {
        open::<T>()?.find_slots(&query)
    }

    fn changes(of: AgendaId, cursor: Option<String>, window: Span, limit: u32) -> Result<Delta> {
        open::<T>()?.changes(&of, cursor.as_deref(), window, limit)
    }

    fn place_hold(op: OpId, what: Request, ttl_s: u32) -> Result<Hold> {
        open_for::<T>(&op)?.place_hold(&op, &what, ttl_s)
    }

    fn release_hold(op: OpId, token: String) -> Result<()> {
        open_for::<T>(&op)?.release_hold(&op, &token)
    }

    fn book(op: OpId, what: Request, held: Option<Hold>) -> Result<Appointment> {
        open_for::<T>(&op)?.book(&op, &what, held.as_ref())
    }

    fn look_up(op: OpId, what: Request) -> Result<Found> {
        open_for::<T>(&op)?.look_up(&op, &what)
    }

    fn move_to(op: OpId, id: AppointmentId, expected: Option<Version>, to: Request) -> Result<Appointment> {
        open_for::<T>(&op)?.move_to(&op, &id, expected.as_ref(), &to)
    }

    fn cancel(
        op: OpId,
        id: AppointmentId,
        expected: Option<Version>,
        by: ByWhom,
        reason: String,
    ) -> Result<Appointment> {
        open_for::<T>(&op)?.cancel(&op, &id, expected.as_ref(), by, &reason)
    }

    fn set_status(op: OpId, id: AppointmentId, expected: Option<Version>, to: Status) -> Result<Appointment> {
        open_for::<T>(&op)?.set_status(&op, &id, expected.as_ref(), to)
    }

    fn block(op: OpId, of: AgendaId, over: Span, label: String) -> Result<String> {
        open_for::<T>(&op)?.block(&op, &of, over, &label)
    }

    fn unblock(op: OpId, block_id: String) -> Result<()> {
        open_for::<T>(&op)?.unblock(&op, &block_id)
    }

    fn callback(request: HttpIn) -> std::result::Result<Notice, CallbackError> {
        open::<T>().map_err(unopened)?.callback(&request)
    }

    fn answer(request: HttpIn, slots: SlotPage) -> std::result::Result<HttpOut, CallbackError> {
        open::<T>().map_err(unopened)?.answer(&request, &slots)
    }

    fn declare(op: OpId, what: Appointment) -> Result<()> {
        open_for::<T>(&op)?.declare(&op, &what)
    }
}

/// Exports a type with the trait [`Agenda`](crate::agenda::Agenda) as the
/// agenda plugin of this crate, and stamps the contract's version. Once a crate.
#[macro_export]
macro_rules! export_agenda {
    ($plugin:ty) => {
        $crate::__export!($plugin, agenda, $crate::agenda::Agenda);
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http;

    #[test]
    fn an_op_id_is_short_and_plain() {
        for good in ["1", "0192f0c4-7a3e-7cc0-98c4-dc0c0c07398f", &"x".repeat(64)] {
            assert!(is_op_id(good), "{good}");
        }
        for bad in ["", "a b", "../etc", "a.b", "a_b", "é", "a\r\nb", &"x".repeat(65)] {
            assert!(!is_op_id(bad), "{bad}");
        }
    }

    #[test]
    fn a_lost_response_is_an_unknown_outcome_for_writes_only() {
        let lost = http::Error::ResponseLost("connection reset".to_owned());
        assert!(matches!(Error::write_failed(&lost), Error::OutcomeUnknown(_)));
        assert!(matches!(Error::read_failed(&lost), Error::Unavailable(_)));
        let refused = http::Error::NotSent("connection refused".to_owned());
        assert!(matches!(Error::write_failed(&refused), Error::Unavailable(_)));
        let denied = http::Error::Denied("no grant".to_owned());
        assert!(matches!(Error::write_failed(&denied), Error::Denied(_)));
    }
}
