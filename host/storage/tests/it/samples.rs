//! One of each model, with everything that storage looks at.

use std::sync::atomic::{AtomicU64, Ordering};

use greffon_core::ids::{
    AgendaId, AlertId, AppointmentId, AuditId, CommitmentId, ContactId, FeatureId, IntentId, JobId, MessageId, OpId,
    PracticeId,
};
use greffon_core::model::alert::{Alert, AlertState};
use greffon_core::model::audit::{Actor, AuditEvent};
use greffon_core::model::care::{Fact, Level, Source, Value};
use greffon_core::model::commitment::{Commitment, CommitmentState};
use greffon_core::model::contact::{Contact, ContactChannel};
use greffon_core::model::intent::{Appointment, Claim, Intent, IntentKind, IntentState};
use greffon_core::model::job::Job;
use greffon_core::model::message::{Message, MessageCause};
use greffon_core::model::person::{Identifier, Person};
use greffon_core::model::scheduling::{AgendaAppointment, AppointmentStatus, BookingRequest, ByWhom, VisitMode};
use greffon_core::time::{Instant, Span};
use greffon_simulation::sample_message;
use uuid::Uuid;

use crate::support::nord;

/// A Monday morning.
pub const MONDAY: Instant = Instant(1_795_417_200_000);

/// The resource that most claims are for.
pub const RESOURCE: &str = "agenda:agenda-nord/dr-martin";

/// Ids in the order in which they are asked for.
pub fn id() -> Uuid {
    static LAST: AtomicU64 = AtomicU64::new(0);
    Uuid::from_u128(u128::from(LAST.fetch_add(1, Ordering::Relaxed)) + 1)
}

/// So many minutes after [`MONDAY`].
pub fn minute(minutes: i64) -> Instant {
    MONDAY.plus_minutes(minutes)
}

pub fn minutes(from: i64, to: i64) -> Span {
    Span { start: minute(from), end: minute(to) }
}

pub fn contact() -> Contact {
    let words = Fact {
        key: "request.words".to_owned(),
        value: Value::Text("fièvre, \"39,5\" ✓ \0 fin".to_owned()),
        source: Source::Caller,
        at: MONDAY,
        by: "secretary-1".to_owned(),
    };
    Contact {
        origin: Some("+33612345678".to_owned()),
        facts: vec![words],
        level: Some(Level::SameDay),
        ..Contact::received(ContactId(id()), nord(), ContactChannel::Phone, MONDAY)
    }
}

pub fn claim(from: i64, to: i64) -> Claim {
    Claim { resource: RESOURCE.to_owned(), seat: 0, span: minutes(from, to) }
}

/// A claimed booking of these minutes, in a chain of its own.
pub fn intent(from: i64, to: i64) -> Intent {
    let intent = IntentId(id());
    let request = BookingRequest {
        agenda: AgendaId::from("dr-martin"),
        span: minutes(from, to),
        motive: "consultation".into(),
        mode: VisitMode::Office,
        patient: Person { family: "Durand".to_owned(), ..Person::default() },
        resources: Vec::new(),
        slot_handle: None,
        slot_version: None,
        note: None,
        operator: Identifier { system: "urn:greffon".to_owned(), value: "secretary-1".to_owned() },
        allow_overlap: false,
        entry: None,
    };
    let by = "secretary-1".to_owned();
    Intent {
        op: OpId(format!("op-{}", intent.0.simple())),
        request_digest: "digest".to_owned(),
        state: IntentState::Claimed,
        claims: vec![claim(from, to)],
        ..Intent::drafted(intent, nord(), IntentKind::Book, "agenda-nord".into(), request, by, MONDAY)
    }
}

pub fn appointment(name: &str, span: Span) -> Appointment {
    let intent = IntentId(id());
    Appointment {
        id: AppointmentId::from(name),
        practice: nord(),
        feature: FeatureId::from("agenda-nord"),
        intent,
        chain: intent,
        pending: None,
        contact: None,
        held: AgendaAppointment {
            id: AppointmentId::from(name),
            op: None,
            version: Some("\"etag\"".to_owned()),
            agenda: AgendaId::from("dr-martin"),
            span,
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
        },
        standing: greffon_core::model::standing::Standing::default(),
        updated_at: MONDAY,
        version: 0,
    }
}

pub fn message() -> Message {
    Message {
        cause: MessageCause::Contact(ContactId(id())),
        recipient: "patient".to_owned(),
        ..sample_message(&nord(), MessageId(id()), Level::Routine, MONDAY)
    }
}

pub fn alert(raised_at: Instant) -> Alert {
    Alert {
        id: AlertId(id()),
        practice: nord(),
        contact: ContactId(id()),
        level: Level::Vital,
        raised_at,
        promised: None,
        state: AlertState::Open,
        rung: 1,
        repeats: 0,
        watch_at: raised_at.plus_minutes(2),
        watch: 1,
        told: Vec::new(),
        acknowledged: Vec::new(),
        end: None,
        version: 0,
    }
}

pub fn commitment(due: Instant) -> Commitment {
    Commitment {
        id: CommitmentId(id()),
        practice: nord(),
        contact: ContactId(id()),
        what: "callback".to_owned(),
        said: "Le docteur vous rappelle".to_owned(),
        owner: "dr-martin".to_owned(),
        level: Level::SameDay,
        promised_at: MONDAY,
        due,
        window: None,
        beyond_room: false,
        state: CommitmentState::Promised,
        rung: 0,
        moves: Vec::new(),
        closing_note: None,
        ended_at: None,
        version: 0,
    }
}

pub fn audit_event(at: Instant, contact: Option<ContactId>) -> AuditEvent {
    AuditEvent {
        id: AuditId(id()),
        practice: nord(),
        at,
        actor: Actor::job("test"),
        action: "contact.received".to_owned(),
        contact,
        subject: None,
        fields: vec![("channel".to_owned(), "phone".to_owned())],
    }
}

pub fn job_id() -> JobId {
    JobId(id())
}

pub fn watch() -> Job {
    Job::WatchCommitment(CommitmentId(id()))
}

/// The same thing, of another practice.
pub fn sud() -> PracticeId {
    "sud".into()
}
