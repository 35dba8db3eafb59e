//! A practice as its file describes it: the configuration that the domain
//! reads. The file format itself belongs to the cli.

mod agenda_changes;
mod hours;
mod lookups;
mod motive_rules;

use std::collections::BTreeMap;

pub use agenda_changes::{AgendaChanges, WhoTells};
pub use greffon_kinds::PluginKind;
pub use hours::{Absence, WeekHours};
pub use motive_rules::{OneOf, OwnDuration, ReservedHours, Resource};
use serde::{Deserialize, Serialize};

use super::care::Level;
use super::channel::Address;
use super::disclosure::Disclosure;
use super::holidays::Closures;
use super::laboratory::OwnLimits;
use super::person::Identifier;
use super::retention::Retention;
use super::scheduling::{PatientRule, VisitMode};
use crate::ids::{AgendaId, FeatureId, MotiveId, PracticeId, PractitionerId, SiteId};
use crate::time::{Instant, Span};

/// A practice (cabinet). Immutable: a changed file makes a new one with a
/// higher revision.
#[derive(Clone, Debug)]
pub struct Practice {
    /// Its name in paths, tokens and rows.
    pub id: PracticeId,
    /// Its name for people.
    pub name: String,
    /// IANA zone, checked to exist.
    pub time_zone: String,
    /// Digest of the file, so that a cache knows when it changed.
    pub revision: String,
    /// What is said when the line is picked up.
    pub greeting: Option<String>,
    /// Number shown and spoken to patients.
    pub phone: Option<String>,
    /// Whether its grids and data are synthetic; such content says so.
    pub demo: bool,
    /// Places, at least one.
    pub sites: Vec<Site>,
    /// People who see patients.
    pub practitioners: Vec<Practitioner>,
    /// What patients come for.
    pub motives: Vec<Motive>,
    /// Rooms and devices that motives take.
    pub resources: Vec<Resource>,
    /// Hours that are kept for some motives.
    pub reserved: Vec<ReservedHours>,
    /// Red flags that the practice adds to the national core set.
    pub red_flags: Vec<RedFlag>,
    /// Its own alert thresholds for results of laboratories.
    pub laboratory: Vec<OwnLimits>,
    /// Approved texts that may be said, by id.
    pub instructions: Vec<Instruction>,
    /// Who is told of what.
    pub recipients: BTreeMap<String, Recipient>,
    /// Who is told of an alert, rung after rung; empty for the usual chain.
    pub alerts: Vec<Rung>,
    /// When the chain is tested every day, in civil minutes since midnight, below 1440;
    /// never when absent.
    pub alert_test: Option<u16>,
    /// Who is told what of a patient, and who may change whose appointment.
    pub disclosure: Disclosure,
    /// What the operator adds.
    pub supervision: Supervision,
    /// Delays the practice promises.
    pub delays: Delays,
    /// So many seconds after an agenda was read a search for slots may rely on it; at 0 each search
    /// asks the agenda. A booking asks it always.
    pub agenda_fresh_s: u32,
    /// Who tells patients what practitioners change in their agendas.
    pub agenda_changes: AgendaChanges,
    /// When whose call-backs are made; those of others at any hour.
    pub callback_windows: Vec<CallbackWindows>,
    /// How long what it knows of its patients is kept.
    pub retention: Retention,
}

impl Practice {
    /// The motive of this name.
    #[must_use]
    pub fn motive(&self, id: &MotiveId) -> Option<&Motive> {
        self.motives.iter().find(|motive| motive.id == *id)
    }

    /// The practitioner of this name.
    #[must_use]
    pub fn practitioner(&self, id: &PractitionerId) -> Option<&Practitioner> {
        self.practitioners.iter().find(|one| one.id == *id)
    }

    /// Whose agenda this is, and as what they have it.
    #[must_use]
    pub fn agenda_of(&self, feature: &FeatureId, agenda: &AgendaId) -> Option<(&Practitioner, &PractitionerAgenda)> {
        self.practitioners.iter().find_map(|practitioner| {
            let own = practitioner.agendas.iter().find(|one| one.feature == *feature && one.agenda == *agenda)?;
            Some((practitioner, own))
        })
    }

    /// The time of an appointment of a motive that starts then in an agenda, without
    /// buffers; as long as the motive usually is in an agenda that is nobody's.
    #[must_use]
    pub fn visit(&self, motive: &Motive, feature: &FeatureId, agenda: &AgendaId, start: Instant) -> Span {
        let minutes = self
            .agenda_of(feature, agenda)
            .map_or(motive.duration_min, |(practitioner, own)| motive.duration_at(&practitioner.id, &own.site));
        Span { start, end: start.plus_minutes(i64::from(minutes)) }
    }

    /// The site of this name.
    #[must_use]
    pub fn site(&self, id: &SiteId) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == *id)
    }
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its name in the file.
    pub id: SiteId,
    /// Its name for people.
    pub name: String,
    /// Where it is, as said in a recap.
    pub address: Option<String>,
    /// When somebody answers there.
    pub hours: WeekHours,
    /// On which days nobody does.
    pub closures: Closures,
}

/// Somebody who sees patients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practitioner {
    /// Their name in the file.
    pub id: PractitionerId,
    /// Their name for people: `Dr Claire Martin`.
    pub name: String,
    /// What they do.
    pub speciality: Option<String>,
    /// RPPS number.
    pub identifier: Option<Identifier>,
    /// Where they work; several sites have several agendas.
    pub agendas: Vec<PractitionerAgenda>,
    /// When they are away.
    pub absences: Vec<Absence>,
}

/// The agenda of a practitioner at a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PractitionerAgenda {
    /// The name that the agenda plugin knows it by.
    pub agenda: AgendaId,
    /// The binding that serves it.
    pub feature: FeatureId,
    /// Where.
    pub site: SiteId,
    /// When the practitioner sees patients there.
    pub hours: WeekHours,
}

/// A motive (motif de rendez-vous) with the practice's rules, all of which the
/// host checks again at booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Motive {
    /// Its name in the file.
    pub id: MotiveId,
    /// Its name for people.
    pub label: String,
    /// Other words that callers use.
    pub synonyms: Vec<String>,
    /// Whether it is medical, and so needs a triage conclusion before booking.
    pub medical: bool,
    /// No conclusion about it may be lower.
    pub floor: Option<Level>,
    /// Minutes with the patient, where nothing else is said.
    pub duration_min: u32,
    /// Minutes with the patient of some practitioners, or at some sites.
    pub durations: Vec<OwnDuration>,
    /// Minutes kept free before.
    pub before_min: u32,
    /// Minutes kept free after.
    pub after_min: u32,
    /// Starts are aligned to so many minutes after the hour.
    pub grid_min: u32,
    /// Shortest time between booking and start, in minutes.
    pub min_notice_min: u32,
    /// Longest time between booking and start, in days.
    pub max_horizon_days: u32,
    /// At most so many a civil day and practitioner, at all of their sites together.
    pub max_per_day: Option<u32>,
    /// For which patients.
    pub patients: PatientRule,
    /// How.
    pub modes: Vec<VisitMode>,
    /// Who offers it; everybody when empty.
    pub practitioners: Vec<PractitionerId>,
    /// Patients at once, at least 1.
    pub seats: u32,
    /// Rooms and devices that it takes, one of each; none for a motive of several seats.
    pub resources: Vec<OneOf>,
    /// How to prepare.
    pub instructions: Option<String>,
    /// What to bring.
    pub documents: Vec<String>,
    /// Minutes before the start to arrive.
    pub arrive_early_min: u32,
}

/// A red flag: a question whose positive, unknown or refused answer makes the
/// contact at least `level`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedFlag {
    /// Fact key without the prefix: `chest-pain`.
    pub id: String,
    /// The words to say.
    pub spoken: String,
    /// Words of the caller that bring the question up, lower case, without
    /// accents.
    pub words: Vec<String>,
    /// The level of a yes.
    pub level: Level,
}

/// A text that may be said (consigne), approved by a clinician.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The words.
    pub text: String,
    /// Who approved it.
    pub approved_by: String,
}

/// Somebody who is told things, under the name that scripts use.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Where to write, the one for everyday messages first. An alert uses all of them.
    pub addresses: Vec<Address>,
    /// What opens a link to an alert: the argon2id hash of their own code (a PHC
    /// string). Without one they acknowledge in the application only.
    pub code: Option<String>,
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let schemes: Vec<&str> = self.addresses.iter().map(|one| one.scheme.as_str()).collect();
        f.debug_struct("Recipient").field("schemes", &schemes).finish_non_exhaustive()
    }
}

/// Those who are told of an alert at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Names of recipients; `practitioner` is whoever the contact is for.
    pub persons: Vec<String>,
    /// When they are to be told; always when absent.
    pub hours: Option<WeekHours>,
}

/// What an operator adds to all practices of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supervision {
    /// Names of recipients of the operator: the last rung of every alert.
    pub supervisors: Vec<String>,
    /// Those of them who belong to this practice: its test of the chain is theirs as well.
    pub own: Vec<String>,
    /// Where links to alerts lead: `https://accueil.example`, without a final slash.
    pub origin: Option<String>,
}

/// Delays in minutes after which a promise of this kind is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delays {
    /// A clinician decides, for vital and very urgent.
    pub urgent_decision_min: u32,
    /// A clinician decides, for the rest.
    pub decision_min: u32,
    /// A message gets its answer.
    pub answer_min: u32,
    /// A document is ready.
    pub document_min: u32,
}

/// The longest delays that a practice may promise, in minutes, in the order of
/// [`Delays`]' fields: a quarter of an hour for what is very urgent, a day for another
/// decision, a week for an answer, a month for a document.
pub const LONGEST_DELAYS: Delays =
    Delays { urgent_decision_min: 15, decision_min: 24 * 60, answer_min: 7 * 24 * 60, document_min: 31 * 24 * 60 };

impl Default for Delays {
    fn default() -> Self {
        Self { urgent_decision_min: 15, decision_min: 120, answer_min: 24 * 60, document_min: 48 * 60 }
    }
}

/// When an owner of promises calls back. No two of the same owner overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackWindows {
    /// Whose: a recipient of the practice, a person or a role.
    pub owner: String,
    /// On the days on which this site is closed there are none.
    pub site: SiteId,
    /// When.
    pub hours: WeekHours,
    /// How many call-backs fit into each period, at least 1.
    pub room: u32,
}

/// For whom a feature is; whatever is empty leaves nobody out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serves {
    /// Sites.
    pub sites: Vec<SiteId>,
    /// Practitioners.
    pub practitioners: Vec<PractitionerId>,
    /// Recipients of messages, by the names that scripts use.
    pub recipients: Vec<String>,
}

impl Serves {
    /// Whether it is for a contact at this site that asks for this
    /// practitioner. Without a practitioner asked for, what is one
    /// practitioner's is not everybody's.
    #[must_use]
    pub fn contact(&self, site: Option<&SiteId>, practitioner: Option<&PractitionerId>) -> bool {
        (self.sites.is_empty() || site.is_some_and(|site| self.sites.contains(site)))
            && (self.practitioners.is_empty() || practitioner.is_some_and(|one| self.practitioners.contains(one)))
    }
}
