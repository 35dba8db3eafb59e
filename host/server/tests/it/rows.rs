//! Rows as an earlier day would have left them.

use greffon_core::ids::{
    AbsenceId, AlertId, AuditId, CommitmentId, ContactId, InboundAddressId, IntentId, JobId, MessageId, PatientId,
};
use greffon_core::model::absence::{Missing, ReportedAbsence};
use greffon_core::model::alert::{Alert, AlertState, Told};
use greffon_core::model::audit::{Actor, AuditEvent, Role};
use greffon_core::model::care::{ContentRef, Level, Sensitivity};
use greffon_core::model::channel::Address;
use greffon_core::model::commitment::{Commitment, CommitmentState};
use greffon_core::model::contact::{Contact, ContactChannel};
use greffon_core::model::dead_letter::{DeadLetter, DeadLetterState};
use greffon_core::model::inbound::InboundAddress;
use greffon_core::model::intent::{Appointment, Claim, Intent, IntentKind, IntentState};
use greffon_core::model::job::{Job, Lane};
use greffon_core::model::message::{Message, MessageCause, MessageState};
use greffon_core::model::patient::Patient;
use greffon_core::model::person::{Identifier, Person};
use greffon_core::model::scheduling::{AgendaAppointment, AppointmentStatus, BookingRequest, ByWhom, VisitMode};
use greffon_core::model::standing::Standing;
use greffon_core::time::{Instant, Span};
use uuid::Uuid;

use super::support::{NOW, instant};

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0192_f0c4_7a3e_7000_8000_0000_0000_0000 + number)
}

pub fn contact(practice: &str, number: u128) -> Contact {
    let received = Contact::received(ContactId(id(number)), practice.into(), ContactChannel::Phone, instant(NOW));
    Contact { origin: Some("+33612345678".to_owned()), ..received }
}

pub fn commitment(practice: &str, number: u128) -> Commitment {
    Commitment {
        id: CommitmentId(id(number)),
        practice: practice.into(),
        contact: ContactId(id(1)),
        what: "callback".to_owned(),
        said: "Le secrétariat vous rappelle avant midi.".to_owned(),
        owner: "secretariat".to_owned(),
        level: Level::Soon,
        promised_at: instant(NOW),
        due: instant(NOW).plus_minutes(60 + i64::try_from(number).unwrap()),
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

/// A job that delivers the message of this number.
pub fn dead_letter(practice: &str, number: u128, message: u128) -> DeadLetter {
    DeadLetter {
        id: JobId(id(number)),
        practice: practice.into(),
        job: Job::DeliverMessage(MessageId(id(message))),
        lane: Lane::Alert,
        failures: 12,
        code: "panic".to_owned(),
        died_at: instant(NOW),
        state: DeadLetterState::Open,
        ended_by: None,
        ended_at: None,
        reason: None,
        version: 0,
    }
}

pub fn absence(practice: &str, number: u128) -> ReportedAbsence {
    ReportedAbsence {
        id: AbsenceId(id(number)),
        practice: practice.into(),
        missing: Missing::Practitioner("dr-martin".into()),
        from: instant(NOW).plus_minutes(7 * 24 * 60),
        until: None,
        note: None,
        by: "secretary-1".to_owned(),
        told_at: instant(NOW),
        ended_at: None,
        to_displace: vec![],
        version: 0,
    }
}

pub fn inbound_address(practice: &str, number: u128) -> InboundAddress {
    InboundAddress {
        id: InboundAddressId(id(number)),
        practice: practice.into(),
        feature: "agenda".into(),
        digest: format!("{number:064x}"),
        made_at: instant(NOW),
        made_by: "admin-1".to_owned(),
        revoked_at: None,
        revoked_by: None,
        version: 0,
    }
}

pub fn patient(practice: &str, number: u128) -> Patient {
    let told = Person {
        family: "Lefèvre".to_owned(),
        given: vec!["Chloé".to_owned()],
        birth_date: Some("1988-03-07".to_owned()),
        phone: Some("+33639980001".to_owned()),
        ..Person::default()
    };
    Patient::told(PatientId(id(number)), practice.into(), &told, Vec::new(), instant(NOW))
}

pub fn alert(practice: &str, number: u128) -> Alert {
    Alert {
        id: AlertId(id(number)),
        practice: practice.into(),
        contact: ContactId(id(1)),
        level: Level::Vital,
        raised_at: instant(NOW).plus_minutes(i64::try_from(number).unwrap()),
        promised: None,
        state: AlertState::Open,
        rung: 1,
        repeats: 0,
        watch_at: instant(NOW).plus_minutes(2),
        watch: 1,
        told: vec![Told {
            rung: 0,
            person: "dr-martin".to_owned(),
            message: MessageId(id(number)),
            at: instant(NOW),
            lost: false,
            link: None,
        }],
        acknowledged: Vec::new(),
        end: None,
        version: 0,
    }
}

/// A booking of which only a person can tell what became of it.
pub fn intent(practice: &str, number: u128) -> Intent {
    let start = instant(NOW).plus_minutes(24 * 60);
    let span = Span { start, end: start.plus_minutes(15) };
    let request = BookingRequest {
        agenda: "dr-martin".into(),
        span,
        motive: "consultation".into(),
        mode: VisitMode::Office,
        patient: Person { family: "Dupont".to_owned(), ..Person::default() },
        resources: Vec::new(),
        slot_handle: None,
        slot_version: None,
        note: None,
        operator: Identifier { system: "urn:greffon:subject".to_owned(), value: "secretaire-1".to_owned() },
        allow_overlap: false,
        entry: None,
    };
    let by = "secretaire-1".to_owned();
    let claims = vec![Claim { resource: "agenda:agenda/dr-martin".to_owned(), seat: 0, span }];
    Intent {
        state: IntentState::NeedsHuman,
        sends: 1,
        claims,
        ..Intent::drafted(
            IntentId(id(number)),
            practice.into(),
            IntentKind::Book,
            "agenda".into(),
            request,
            by,
            instant(NOW),
        )
    }
}

pub fn appointment(practice: &str, name: &str, start: Instant) -> Appointment {
    Appointment {
        id: name.into(),
        practice: practice.into(),
        feature: "agenda".into(),
        intent: IntentId(id(900)),
        chain: IntentId(id(900)),
        pending: None,
        contact: None,
        held: AgendaAppointment {
            id: name.into(),
            op: Some("op-0".into()),
            version: None,
            agenda: "dr-martin".into(),
            span: Span { start, end: start.plus_minutes(15) },
            buffer: None,
            motive: Some("consultation".into()),
            status: AppointmentStatus::Booked,
            patient: Some(Person { family: "Dupont".to_owned(), ..Person::default() }),
            resources: Vec::new(),
            replaces: None,
            series: None,
            entry: None,
            last_change: None,
            by: ByWhom::Secretary,
            ours: true,
        },
        standing: Standing::default(),
        updated_at: instant(NOW),
        version: 0,
    }
}

pub fn message(practice: &str, number: u128, state: MessageState) -> Message {
    Message {
        id: MessageId(id(number)),
        practice: practice.into(),
        cause: MessageCause::Contact(ContactId(id(1))),
        recipient: "secretariat".to_owned(),
        to: Address { scheme: "mailto".to_owned(), value: "secretariat@tilleuls.example".to_owned() },
        subject: "Demande de rappel".to_owned(),
        body: "Rappeler Mme Dupont.".to_owned(),
        link: None,
        sensitivity: Sensitivity::Personal,
        level: Level::Soon,
        template: ContentRef { id: "rappel".to_owned(), version: "1".to_owned(), digest: Vec::new() },
        valid_until: None,
        state,
        feature: None,
        provider_id: None,
        attempts: 0,
        failure: None,
        receipts: Vec::new(),
        created_at: instant(NOW),
        updated_at: instant(NOW),
        version: 0,
    }
}

pub fn event(practice: &str, number: u128, contact: Option<ContactId>) -> AuditEvent {
    AuditEvent {
        id: AuditId(id(number)),
        practice: practice.into(),
        at: instant(NOW),
        actor: Actor { subject: "s-1".to_owned(), role: Role::Secretary },
        action: "contact.received".to_owned(),
        contact,
        subject: None,
        fields: vec![("channel".to_owned(), "phone".to_owned())],
    }
}
