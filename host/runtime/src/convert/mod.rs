//! Between the contract's types and the domain's.
//!
//! Towards a guest everything converts (`From`). From a guest nothing is
//! trusted: an [`Intake`] counts and checks what comes in, and a breach ends
//! the call.

mod agenda;
mod callback;
mod channel;
mod practice;
mod script;
mod triage;

use greffon_core::model::person::IdentityTrust;
use greffon_core::time::{Instant, Span};
use thiserror::Error;

use crate::bindings::practice as wit;

/// Bytes of an id.
const ID_BYTES: usize = 1_024;
/// Bytes of a text.
const TEXT_BYTES: usize = 64 << 10;
/// Bytes of a cursor: what the contract allows.
const CURSOR_BYTES: usize = 4_096;
/// Characters kept of a reason: it is for logs and screens.
const WHY_CHARS: usize = 300;
/// Items of a list.
const ITEMS: usize = 50_000;
/// What an item counts for beside its texts.
const ITEM_BYTES: u64 = 16;
/// 9999-12-31T23:59:59.999Z: no calendar goes further.
const LAST_INSTANT: i64 = 253_402_300_799_999;

/// An answer that the host does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Breach {
    /// Larger than the call's limit, or than any such thing can be.
    #[error("the answer is too large")]
    TooMuch,
    /// Against the contract: an empty id, a reversed period…
    #[error("the answer breaks the contract")]
    Contract,
}

/// Takes an answer in, up to a number of bytes.
#[derive(Debug)]
pub(crate) struct Intake {
    left: u64,
    trust: IdentityTrust,
}

/// What can be made of a guest's value.
pub(crate) trait FromGuest<W>: Sized {
    /// Checks and converts.
    fn from_guest(value: W, intake: &mut Intake) -> Result<Self, Breach>;
}

impl Intake {
    /// Takes up to `bytes` of text, data and items.
    pub(crate) fn new(bytes: u64) -> Self {
        Self { left: bytes, trust: IdentityTrust::Provisional }
    }

    /// Lets people come back with the trust that the guest was told, and no
    /// more.
    pub(crate) fn trusting(mut self, told: IdentityTrust) -> Self {
        self.trust = told;
        self
    }

    /// Takes a value in.
    pub(crate) fn take<T: FromGuest<W>, W>(&mut self, value: W) -> Result<T, Breach> {
        T::from_guest(value, self)
    }

    fn count(&mut self, bytes: u64) -> Result<(), Breach> {
        self.left = self.left.checked_sub(bytes).ok_or(Breach::TooMuch)?;
        Ok(())
    }

    fn sized(&mut self, text: String, most: usize) -> Result<String, Breach> {
        if text.len() > most {
            return Err(Breach::TooMuch);
        }
        self.count(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
        Ok(text)
    }

    /// An identifier: never empty.
    fn id(&mut self, text: String) -> Result<String, Breach> {
        if text.is_empty() {
            return Err(Breach::Contract);
        }
        self.sized(text, ID_BYTES)
    }

    fn optional_id(&mut self, text: Option<String>) -> Result<Option<String>, Breach> {
        text.map(|text| self.id(text)).transpose()
    }

    fn ids<T: From<String>>(&mut self, ids: Vec<String>) -> Result<Vec<T>, Breach> {
        self.each(ids, |intake, id| Ok(intake.id(id)?.into()))
    }

    /// Where a reader is.
    fn cursor(&mut self, text: String) -> Result<String, Breach> {
        self.sized(text, CURSOR_BYTES)
    }

    /// A text, possibly empty.
    fn text(&mut self, text: String) -> Result<String, Breach> {
        self.sized(text, TEXT_BYTES)
    }

    /// A reason: shortened, and on one line, as it ends up in logs.
    fn why(&mut self, text: &str) -> String {
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WHY_CHARS).collect()
    }

    fn each<W, T>(
        &mut self,
        items: Vec<W>,
        mut item: impl FnMut(&mut Self, W) -> Result<T, Breach>,
    ) -> Result<Vec<T>, Breach> {
        if items.len() > ITEMS {
            return Err(Breach::TooMuch);
        }
        items
            .into_iter()
            .map(|one| {
                self.count(ITEM_BYTES)?;
                item(self, one)
            })
            .collect()
    }

    /// The lower of what the guest says and what it was told. The states of
    /// RNIV have no order but one: all others lie between the first and last.
    fn trust(&self, said: IdentityTrust) -> IdentityTrust {
        if said == self.trust || self.trust == IdentityTrust::Qualified { said } else { IdentityTrust::Provisional }
    }
}

impl<W, T: FromGuest<W>> FromGuest<Option<W>> for Option<T> {
    fn from_guest(value: Option<W>, intake: &mut Intake) -> Result<Self, Breach> {
        value.map(|value| intake.take(value)).transpose()
    }
}

impl<W, T: FromGuest<W>> FromGuest<Vec<W>> for Vec<T> {
    fn from_guest(items: Vec<W>, intake: &mut Intake) -> Result<Self, Breach> {
        intake.each(items, Intake::take)
    }
}

impl FromGuest<String> for String {
    fn from_guest(text: Self, intake: &mut Intake) -> Result<Self, Breach> {
        intake.text(text)
    }
}

impl FromGuest<()> for () {
    fn from_guest((): Self, _: &mut Intake) -> Result<Self, Breach> {
        Ok(())
    }
}

impl FromGuest<i64> for Instant {
    fn from_guest(millis: i64, _: &mut Intake) -> Result<Self, Breach> {
        if millis.abs_diff(0) > LAST_INSTANT.unsigned_abs() { Err(Breach::Contract) } else { Ok(Self(millis)) }
    }
}

impl FromGuest<wit::Span> for Span {
    fn from_guest(span: wit::Span, intake: &mut Intake) -> Result<Self, Breach> {
        Self::new(intake.take(span.start)?, intake.take(span.end)?).ok_or(Breach::Contract)
    }
}

impl From<Span> for wit::Span {
    fn from(span: Span) -> Self {
        Self { start: span.start.0, end: span.end.0 }
    }
}

/// Enums with the same cases on both sides.
macro_rules! same_cases {
    ($($core:ty = $wit:ty { $($case:ident),+ $(,)? })+) => {$(
        impl From<$core> for $wit {
            fn from(value: $core) -> Self {
                match value {
                    $(<$core>::$case => Self::$case,)+
                }
            }
        }

        impl From<$wit> for $core {
            fn from(value: $wit) -> Self {
                match value {
                    $(<$wit>::$case => Self::$case,)+
                }
            }
        }
    )+};
}
use same_cases;

/// Converts each element.
fn all<W, C>(items: Vec<C>) -> Vec<W>
where
    W: From<C>,
{
    items.into_iter().map(W::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_counted_to_the_last_byte() {
        let mut intake = Intake::new(5);
        assert_eq!(intake.text("abc".to_owned()), Ok("abc".to_owned()));
        assert_eq!(intake.text("de".to_owned()), Ok("de".to_owned()));
        assert_eq!(intake.text("f".to_owned()), Err(Breach::TooMuch));
    }

    #[test]
    fn lists_and_ids_have_a_largest_size() {
        let mut intake = Intake::new(u64::MAX);
        assert!(intake.take::<Vec<String>, _>(vec![String::new(); ITEMS]).is_ok());
        assert_eq!(intake.take::<Vec<String>, _>(vec![String::new(); ITEMS + 1]), Err(Breach::TooMuch));
        assert!(intake.id("x".repeat(ID_BYTES)).is_ok());
        assert_eq!(intake.id("x".repeat(ID_BYTES + 1)), Err(Breach::TooMuch));
        assert_eq!(intake.id(String::new()), Err(Breach::Contract));
        assert_eq!(intake.text("x".repeat(TEXT_BYTES + 1)), Err(Breach::TooMuch));
    }

    #[test]
    fn empty_items_count_too() {
        let mut intake = Intake::new(3 * ITEM_BYTES);
        assert_eq!(intake.take::<Vec<String>, _>(vec![String::new(); 4]), Err(Breach::TooMuch));
    }

    #[test]
    fn a_period_goes_forward_and_stays_in_the_calendar() {
        let mut intake = Intake::new(0);
        let mut span = |start, end| intake.take::<Span, _>(wit::Span { start, end });
        assert!(span(0, 1).is_ok());
        for (start, end) in [(1, 1), (2, 1), (0, i64::MAX), (i64::MIN, 0), (0, LAST_INSTANT + 1)] {
            assert_eq!(span(start, end), Err(Breach::Contract), "{start} {end}");
        }
    }

    #[test]
    fn a_reason_is_short_and_on_one_line() {
        let why = Intake::new(0).why(&format!("a\nb\u{1b}[31m{}", "x".repeat(10_000)));
        assert!(why.starts_with("a b [31m") && why.chars().count() == WHY_CHARS);
    }

    #[test]
    fn a_guest_never_raises_an_identity() {
        use IdentityTrust::{Provisional, Qualified, Recovered, Validated};
        let said = |told, said| Intake::new(0).trusting(told).trust(said);
        assert_eq!(said(Provisional, Qualified), Provisional);
        assert_eq!(said(Recovered, Validated), Provisional);
        assert_eq!(said(Validated, Validated), Validated);
        assert_eq!(said(Qualified, Recovered), Recovered);
    }
}
