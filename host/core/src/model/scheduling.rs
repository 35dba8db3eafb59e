//! Agendas: what an agenda plugin is asked and what it answers.

mod change;
mod rule;

use serde::{Deserialize, Serialize};

pub use self::change::{AgendaAbsence, Change, Delta};
pub use self::rule::Rule;
use super::callback::Delivery;
use super::person::{Identifier, Person};
use crate::ids::{AgendaId, AppointmentId, MotiveId, OpId};
use crate::time::{Instant, Span};

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// A person who sees patients.
    Practitioner,
    /// A practitioner at one place.
    PractitionerRole,
    /// A place.
    Site,
    /// A room.
    Room,
    /// A device.
    Equipment,
    /// A service.
    Service,
}

/// One resource that an appointment takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceRef {
    /// What it is.
    pub kind: ResourceKind,
    /// Its name in the agenda.
    pub id: String,
    /// Its official identifier.
    pub identifier: Option<Identifier>,
    /// For the eye.
    pub display: Option<String>,
}

/// How patient and practitioner meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VisitMode {
    /// At the practice.
    Office,
    /// At the patient's home.
    Home,
    /// By video.
    Teleconsultation,
    /// By phone.
    Telephone,
}

/// Who may be given a slot (TRE_R314-TypeCreneau, and the practice's own
/// patients).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Audience {
    /// Anybody.
    pub public: bool,
    /// Professionals, for their patients.
    pub professional: bool,
    /// Unscheduled care (SNP).
    pub snp: bool,
    /// The local health community (CPTS).
    pub cpts: bool,
    /// Patients known to the practice.
    pub own_patients: bool,
}

/// Which patients a motive is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatientRule {
    /// Any patient.
    #[default]
    Any,
    /// Known patients.
    KnownOnly,
    /// New patients.
    NewOnly,
    /// Patients sent by a professional.
    ReferredOnly,
}

/// What a stretch of an agenda is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotState {
    /// Can be booked.
    Free,
    /// Kept for somebody for a short time.
    Held,
    /// Taken.
    Busy,
    /// Closed.
    Unavailable,
}

/// An agenda, as its plugin describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaInfo {
    /// Its name.
    pub id: AgendaId,
    /// What it is, whoever names it, as the plugin says.
    pub identity: Option<String>,
    /// For the eye.
    pub label: String,
    /// IANA zone.
    pub zone: String,
    /// RPPS of the practitioner.
    pub practitioner: Option<Identifier>,
    /// Where.
    pub site: Option<ResourceRef>,
    /// What its appointments take.
    pub resources: Vec<ResourceRef>,
    /// How far it goes.
    pub horizon: Option<Span>,
    /// Whether it can be written to.
    pub writable: bool,
}

/// A motive, as an agenda describes it. The practice's own rules are
/// [`super::practice::Motive`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaMotive {
    /// Its name.
    pub id: MotiveId,
    /// For the eye.
    pub label: String,
    /// Its code.
    pub code: Option<Identifier>,
    /// Minutes with the patient.
    pub duration_min: u32,
    /// Minutes kept free before.
    pub before_min: u32,
    /// Minutes kept free after.
    pub after_min: u32,
    /// Starts are aligned to so many minutes after the hour.
    pub grid_min: Option<u32>,
    /// Shortest time between booking and start.
    pub min_notice_min: u32,
    /// Longest time between booking and start.
    pub max_horizon_days: Option<u32>,
    /// At most so many a day.
    pub max_per_day: Option<u32>,
    /// For whom.
    pub patients: PatientRule,
    /// How.
    pub modes: Vec<VisitMode>,
    /// Who may be given it.
    pub audience: Audience,
    /// Whether the practice confirms each.
    pub needs_approval: bool,
    /// How many patients at once.
    pub seats: u32,
    /// What it takes.
    pub requires: Vec<ResourceKind>,
    /// How to prepare.
    pub instructions: Option<String>,
    /// What to bring.
    pub documents: Vec<String>,
    /// Where it can be booked; everywhere when empty.
    pub agendas: Vec<AgendaId>,
}

/// Where an entry stands in its agenda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRef {
    /// The agenda's object; all entries of a series have the same one.
    pub object: String,
    /// Which occurrence of the series: its start by the rule.
    pub recurrence: Option<Instant>,
}

/// What answers at the other end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    /// Its clock, or the host's.
    pub clock: Instant,
    /// Name of its software.
    pub product: Option<String>,
    /// Version of its software.
    pub version: Option<String>,
}

/// What an outside service told of its agendas in one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaNotice {
    /// Which request it was.
    pub delivery: Delivery,
    /// Agendas in which something changed.
    pub changed: Vec<AgendaId>,
}

/// A stretch of an agenda, with its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Which agenda.
    pub agenda: AgendaId,
    /// When.
    pub span: Span,
    /// What it is.
    pub state: SlotState,
    /// For which motives; all when empty.
    pub motives: Vec<MotiveId>,
    /// For whom.
    pub audience: Audience,
    /// How.
    pub modes: Vec<VisitMode>,
    /// How many patients it still takes.
    pub seats_left: u32,
    /// What `book` must present.
    pub handle: Option<String>,
    /// The version that `handle` goes with.
    pub version: Option<String>,
    /// Where a person could book it by hand.
    pub booking_url: Option<String>,
    /// Which entry occupies it.
    #[serde(default)]
    pub entry: Option<EntryRef>,
}

/// What `find-slots` is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotQuery {
    /// Which agendas.
    pub agendas: Vec<AgendaId>,
    /// For which motive.
    pub motive: Option<MotiveId>,
    /// When.
    pub window: Span,
    /// For whom.
    pub audience: Audience,
    /// How; any when empty.
    pub modes: Vec<VisitMode>,
    /// Whether the practice knows the patient.
    pub known_patient: Option<bool>,
    /// At most so many.
    pub limit: u32,
}

/// What `find-slots` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotPage {
    /// The stretches.
    pub slots: Vec<Slot>,
    /// Whether nothing was left out.
    pub complete: bool,
    /// When the agenda was read.
    pub as_of: Instant,
}

/// Life of an appointment (FHIR R4 `AppointmentStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppointmentStatus {
    /// Suggested.
    Proposed,
    /// Held.
    Pending,
    /// Agreed.
    Booked,
    /// Waiting for a free slot.
    Waitlist,
    /// The patient is here.
    Arrived,
    /// It took place.
    Fulfilled,
    /// The patient did not come.
    Noshow,
    /// Called off.
    Cancelled,
    /// Never was.
    EnteredInError,
}

/// Who did something to an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ByWhom {
    /// The patient.
    Patient,
    /// The practitioner.
    Practitioner,
    /// Whoever holds the line.
    Secretary,
    /// The agenda itself.
    Agenda,
    /// greffon.
    System,
}

/// An appointment, as its agenda holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgendaAppointment {
    /// Its name in the agenda.
    pub id: AppointmentId,
    /// The op-id that created it, when it can be read back.
    pub op: Option<OpId>,
    /// Its version.
    pub version: Option<String>,
    /// Which agenda.
    pub agenda: AgendaId,
    /// When.
    pub span: Span,
    /// With its buffers.
    pub buffer: Option<Span>,
    /// What for.
    pub motive: Option<MotiveId>,
    /// How far.
    pub status: AppointmentStatus,
    /// For whom.
    pub patient: Option<Person>,
    /// What it takes.
    pub resources: Vec<ResourceRef>,
    /// The appointment that it replaces.
    pub replaces: Option<AppointmentId>,
    /// The series that it is part of.
    pub series: Option<String>,
    /// Which entry of the agenda it is.
    #[serde(default)]
    pub entry: Option<EntryRef>,
    /// When it last changed.
    pub last_change: Option<Instant>,
    /// Who changed it.
    pub by: ByWhom,
    /// Whether greffon created it.
    pub ours: bool,
}

/// What `book` and `move` ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingRequest {
    /// Which agenda.
    pub agenda: AgendaId,
    /// When, without buffers.
    pub span: Span,
    /// What for.
    pub motive: MotiveId,
    /// How.
    pub mode: VisitMode,
    /// For whom.
    pub patient: Person,
    /// What it takes.
    pub resources: Vec<ResourceRef>,
    /// From the slot.
    pub slot_handle: Option<String>,
    /// From the slot.
    pub slot_version: Option<String>,
    /// A note for the practitioner.
    pub note: Option<String>,
    /// Who books.
    pub operator: Identifier,
    /// Whether an overlap is wanted.
    pub allow_overlap: bool,
    /// The entry of somebody else's that a person took over, and that this is about; `None` when
    /// greffon wrote it.
    #[serde(default)]
    pub entry: Option<AppointmentId>,
}

/// A slot kept for a short time in the agenda itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// What to present.
    pub token: String,
    /// Until when.
    pub expires: Instant,
    /// The pending appointment that stands for it.
    pub appointment: Option<AppointmentId>,
    /// Its version.
    pub version: Option<String>,
}

/// What stands in the way of a booking.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// What is there.
    pub existing: Vec<AgendaAppointment>,
    /// What could be had instead.
    pub alternatives: Vec<Slot>,
}

/// Why an agenda did not do it. Every case except `OutcomeUnknown` promises
/// that nothing changed in the agenda. A trap, a time-out and exhausted limits
/// arrive here as `OutcomeUnknown`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgendaError {
    /// Somebody else has it.
    SlotTaken(Conflict),
    /// The hold is over.
    HoldExpired,
    /// It changed meanwhile; this is how it is now.
    Stale(AgendaAppointment),
    /// No such thing.
    NotFound,
    /// Done before, under the same op-id.
    Already(AgendaAppointment),
    /// A rule of the agenda forbids it.
    RuleBroken(Rule, String),
    /// This field of the request is wrong.
    Invalid(String, String),
    /// Not allowed.
    Denied(String),
    /// Too many calls; again after so many seconds.
    RateLimited(Option<u32>),
    /// Not reachable, and nothing was sent.
    Unavailable(String),
    /// Start reading from the beginning.
    CursorExpired,
    /// This agenda cannot do that.
    Unsupported(String),
    /// It may or may not have been done.
    OutcomeUnknown(String),
    /// Something else; nothing changed.
    Other(String),
}

/// What an agenda can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct AgendaCaps {
    /// The agenda refuses overlaps by itself.
    pub refuses_overlap: bool,
    /// Holds exist in the agenda.
    pub native_hold: bool,
    /// It deduplicates on the op-id, so that `book` may be sent again.
    pub idempotent_create: bool,
    /// Updates and deletes are conditional.
    pub conditional_write: bool,
    /// Several resources in one write.
    pub atomic_multi: bool,
    /// Changes by cursor.
    pub delta: bool,
    /// It announces changes.
    pub push: bool,
    /// `find-slots` returns free slots; otherwise what is not free.
    pub serves_slots: bool,
    /// Moves keep the id.
    pub moves: bool,
    /// `block` and `unblock`.
    pub absences: bool,
    /// A waiting list.
    pub waitlist: bool,
    /// Series.
    pub series: bool,
    /// `set-status`.
    pub statuses: bool,
    /// More than one patient at once.
    pub seats: bool,
    /// What somebody else wrote can be found by its name, moved and cancelled.
    pub takes_over: bool,
}

/// What an agenda plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaDescriptor {
    /// For the eye.
    pub name: String,
    /// `CalDAV (RFC 4791)`, `FHIR R4`…
    pub standard: String,
    /// What it can do.
    pub caps: AgendaCaps,
    /// How far back it can be read, in seconds.
    pub max_lookback_s: u32,
    /// Shortest pause between two reads, in seconds.
    pub min_poll_s: u32,
    /// Calls allowed per minute.
    pub calls_per_min: Option<u32>,
    /// Longest a write may take, in milliseconds.
    pub write_timeout_ms: u32,
}

/// What `look-up` found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "short-lived, one at a time; a box would only hide it")]
pub enum Found {
    /// Nothing under this op-id.
    Absent,
    /// This, and it stands alone in its span.
    Present(AgendaAppointment),
    /// More than one candidate, or somebody else in the same span.
    Ambiguous(Vec<AgendaAppointment>),
}
