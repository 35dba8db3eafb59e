//! Rows for the unit tests of this crate.

use greffon_core::ids::{ContactId, IntentId, PracticeId};
use greffon_core::model::contact::{Contact, ContactChannel, ContactState};
use greffon_core::model::intent::{Claim, Intent, IntentKind, IntentState, OpenSends};
use greffon_core::model::person::{Identifier, Person};
use greffon_core::model::scheduling::{BookingRequest, VisitMode};
use greffon_core::time::{Instant, Span};
use uuid::Uuid;

/// A contact that just arrived; `number` makes its id.
pub(crate) fn sample_contact(practice: &PracticeId, number: u128) -> Contact {
    Contact {
        id: ContactId(Uuid::from_u128(number)),
        practice: practice.clone(),
        channel: ContactChannel::Phone,
        origin: Some("+33612345678".to_owned()),
        state: ContactState::Received,
        received_at: Instant(0),
        closed_at: None,
        facts: Vec::new(),
        level: None,
        assessment: None,
        lowered: None,
        script: None,
        pins: Vec::new(),
        done: Vec::new(),
        statements: Vec::new(),
        intents: Vec::new(),
        commitments: Vec::new(),
        about: None,
        repeated: 0,
        outcome: None,
        version: 0,
    }
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
    }
}

/// A claimed booking of `agenda:agenda/dr-martin`; `number` makes ids and
/// op-id, and its chain is its own.
pub(crate) fn sample_intent(practice: &PracticeId, number: u128, span: Span) -> Intent {
    let id = IntentId(Uuid::from_u128(number));
    Intent {
        id,
        practice: practice.clone(),
        contact: None,
        op: format!("op-{number}").into(),
        request_digest: String::new(),
        kind: IntentKind::Book,
        feature: "agenda".into(),
        request: sample_request("dr-martin", span),
        state: IntentState::Claimed,
        claims: vec![Claim { resource: "agenda:agenda/dr-martin".to_owned(), seat: 0, span }],
        chain: id,
        sends: 0,
        lookups: 0,
        absent_since: None,
        sent_at: None,
        open: OpenSends::default(),
        appointment: None,
        refusal: None,
        created_at: Instant(0),
        updated_at: Instant(0),
        by: "secretary-1".to_owned(),
        version: 0,
    }
}
