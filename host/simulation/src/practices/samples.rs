//! Rows for the unit tests of this crate.

use greffon_core::ids::{ContactId, IntentId, PracticeId};
use greffon_core::model::contact::{Contact, ContactChannel};
use greffon_core::model::intent::{Claim, Intent, IntentKind, IntentState};
use greffon_core::model::person::{Identifier, Person};
use greffon_core::model::scheduling::{BookingRequest, VisitMode};
use greffon_core::time::{Instant, Span};
use uuid::Uuid;

/// A contact that just arrived; `number` makes its id.
pub(crate) fn sample_contact(practice: &PracticeId, number: u128) -> Contact {
    let id = ContactId(Uuid::from_u128(number));
    let received = Contact::received(id, practice.clone(), ContactChannel::Phone, Instant(0));
    Contact { origin: Some("+33612345678".to_owned()), ..received }
}

/// A consultation for Jeanne Dupont.
pub(crate) fn sample_request(agenda: &str, span: Span) -> BookingRequest {
    BookingRequest {
        agenda: agenda.into(),
        span,
        motive: "consultation".into(),
        mode: VisitMode::Office,
        patient: Person { family: "Dupont".to_owned(), given: vec!["Jeanne".to_owned()], ..Person::default() },
        resources: Vec::new(),
        slot_handle: None,
        slot_version: None,
        note: None,
        operator: Identifier { system: "urn:greffon:subject".to_owned(), value: "secretary-1".to_owned() },
        allow_overlap: false,
        entry: None,
    }
}

/// A claimed booking of `agenda:agenda/dr-martin`; `number` makes ids and
/// op-id, and its chain is its own.
pub(crate) fn sample_intent(practice: &PracticeId, number: u128, span: Span) -> Intent {
    let id = IntentId(Uuid::from_u128(number));
    let request = sample_request("dr-martin", span);
    let by = "secretary-1".to_owned();
    Intent {
        op: format!("op-{number}").into(),
        state: IntentState::Claimed,
        claims: vec![Claim { resource: "agenda:agenda/dr-martin".to_owned(), seat: 0, span }],
        ..Intent::drafted(id, practice.clone(), IntentKind::Book, "agenda".into(), request, by, Instant(0))
    }
}
