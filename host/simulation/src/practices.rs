//! Practices that tests can have at once.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use greffon_core::ids::PracticeId;
use greffon_core::model::agenda_mirror::AGENDA_FRESH_S;
use greffon_core::model::approval::Content;
use greffon_core::model::care::Level;
use greffon_core::model::channel::Address;
use greffon_core::model::disclosure::Disclosure;
use greffon_core::model::holidays::Closures;
use greffon_core::model::pin::KeptSettings;
use greffon_core::model::practice::{
    AgendaChanges, Delays, Instruction, Motive, Practice, Practitioner, PractitionerAgenda, Recipient, Serves, Site,
    Supervision, WeekHours,
};
use greffon_core::model::retention::Retention;
use greffon_core::model::scheduling::{PatientRule, VisitMode};
use greffon_core::ports::plugins::{Bound, Stamp};
use greffon_core::ports::practices::{Feature, LivePractice, Practices};

use super::agenda::FakeAgenda;
use super::channel::FakeChannel;
use super::plugins::FakePlugins;

mod message;
#[cfg(test)]
mod samples;

pub use message::sample_message;
#[cfg(test)]
pub(crate) use samples::{sample_contact, sample_intent, sample_request};

/// Practices that change when a test says so. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct FixedPractices {
    practices: Arc<RwLock<BTreeMap<PracticeId, Arc<LivePractice>>>>,
    contents: Arc<RwLock<BTreeMap<PracticeId, Vec<Content>>>>,
}

impl FixedPractices {
    /// These practices.
    #[must_use]
    pub fn new<P: Into<LivePractice>>(practices: impl IntoIterator<Item = P>) -> Self {
        let fixed = Self::default();
        practices.into_iter().for_each(|practice| fixed.put(practice));
        fixed
    }

    /// A new practice, or a new revision of one: whoever began with the former
    /// keeps it.
    pub fn put(&self, practice: impl Into<LivePractice>) {
        let practice = Arc::new(practice.into());
        self.practices.write().unwrap_or_else(PoisonError::into_inner).insert(practice.id.clone(), practice);
    }

    /// The grids and scripts of a practice, as its files have them now.
    pub fn put_contents(&self, practice: &PracticeId, contents: Vec<Content>) {
        self.contents.write().unwrap_or_else(PoisonError::into_inner).insert(practice.clone(), contents);
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<PracticeId, Arc<LivePractice>>> {
        self.practices.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Practices for FixedPractices {
    fn get(&self, id: &PracticeId) -> Option<Arc<LivePractice>> {
        self.read().get(id).cloned()
    }

    fn list(&self) -> Vec<PracticeId> {
        self.read().keys().cloned().collect()
    }

    fn contents(&self, id: &PracticeId) -> Vec<Content> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned().unwrap_or_default()
    }
}

/// A feature that is bound, without settings, and serves everybody.
#[must_use]
pub fn feature(id: &str, bound: Bound) -> Feature {
    let stamp =
        Stamp { feature: id.into(), plugin: format!("{id}-essai"), version: "0.0.0".to_owned(), digest: String::new() };
    let none = KeptSettings::new(&stamp.plugin, "{}".to_owned()).map(Arc::new);
    Feature {
        settings: none.filter(|_| bound.kind().spec().pure),
        stamp,
        kind: Some(bound.kind()),
        serves: Serves::default(),
        bound: Ok(bound),
        earlier: None,
    }
}

/// The features that [`french_practice`] needs: `agenda`, `triage`, `script` and
/// `courrier`.
#[must_use]
pub fn french_features(plugins: &FakePlugins, agenda: &FakeAgenda, channel: &FakeChannel) -> Vec<Feature> {
    vec![
        feature("agenda", Bound::Agenda(Arc::new(agenda.clone()))),
        feature("triage", plugins.triage()),
        feature("script", plugins.script()),
        feature("courrier", Bound::Channel(Arc::new(channel.clone()))),
    ]
}

/// A small, realistic practice in Paris: one site, Dr Claire Martin
/// (`dr-martin`) and Dr Paul Petit (`dr-petit`), who see patients from Monday to
/// Saturday noon; motives `consultation` (medical, 15 min), `suivi` (medical,
/// 30 min with 5 min after it, known patients), `vaccination` (medical, 10 min,
/// two seats), `certificat`, `renouvellement` and `information`
/// (administrative); features
/// as [`french_features`] has them. Every field can be changed afterwards.
#[must_use]
pub fn french_practice(id: &str) -> Practice {
    let recipient = |name: &str| {
        let address = Address { scheme: "mailto".to_owned(), value: format!("{name}@{id}.example") };
        let to = Recipient { addresses: vec![address], code: None };
        (name.to_owned(), to)
    };
    Practice {
        id: id.into(),
        name: format!("Cabinet {id}"),
        time_zone: "Europe/Paris".to_owned(),
        revision: "1".to_owned(),
        greeting: Some(format!("Cabinet {id}, bonjour.")),
        phone: Some("+33199000001".to_owned()),
        demo: true,
        sites: vec![Site {
            id: "nord".into(),
            name: "Site Nord".to_owned(),
            address: Some("1 rue des Tilleuls, 75000 Paris".to_owned()),
            hours: week(&[(480, 750), (840, 1140)], &[(480, 720)]),
            closures: Closures::default(),
        }],
        practitioners: vec![practitioner("dr-martin", "Dr Claire Martin"), practitioner("dr-petit", "Dr Paul Petit")],
        motives: vec![
            motive("consultation", "Consultation", 15),
            Motive { after_min: 5, patients: PatientRule::KnownOnly, ..motive("suivi", "Consultation de suivi", 30) },
            Motive { seats: 2, grid_min: 10, ..motive("vaccination", "Vaccination", 10) },
            Motive { medical: false, ..motive("certificat", "Certificat médical", 15) },
            Motive { medical: false, ..motive("renouvellement", "Renouvellement d'ordonnance", 15) },
            Motive { medical: false, ..motive("information", "Demande de renseignement", 15) },
        ],
        resources: Vec::new(),
        reserved: Vec::new(),
        red_flags: Vec::new(),
        laboratory: Vec::new(),
        instructions: vec![Instruction {
            id: "aggravation".to_owned(),
            version: "1".to_owned(),
            text: "Si cela s'aggrave, rappelez-nous ou faites le 15.".to_owned(),
            approved_by: "10003456789".to_owned(),
        }],
        recipients: ["secretariat", "dr-martin", "dr-petit", "on-call"].map(recipient).into_iter().collect(),
        alerts: Vec::new(),
        alert_test: None,
        disclosure: Disclosure::default(),
        supervision: Supervision::default(),
        delays: Delays::default(),
        agenda_fresh_s: AGENDA_FRESH_S,
        agenda_changes: AgendaChanges::default(),
        callback_windows: Vec::new(),
        retention: Retention::default(),
    }
}

/// Weekdays, and Saturday.
fn week(days: &[(u16, u16)], saturday: &[(u16, u16)]) -> WeekHours {
    WeekHours(std::array::from_fn(|day| match day {
        0..=4 => days.to_vec(),
        5 => saturday.to_vec(),
        _ => Vec::new(),
    }))
}

fn practitioner(id: &str, name: &str) -> Practitioner {
    Practitioner {
        id: id.into(),
        name: name.to_owned(),
        speciality: Some("médecine générale".to_owned()),
        identifier: None,
        agendas: vec![PractitionerAgenda {
            agenda: id.into(),
            feature: "agenda".into(),
            site: "nord".into(),
            hours: week(&[(510, 720), (840, 1080)], &[(540, 720)]),
        }],
        absences: Vec::new(),
    }
}

fn motive(id: &str, label: &str, duration_min: u32) -> Motive {
    Motive {
        id: id.into(),
        label: label.to_owned(),
        synonyms: Vec::new(),
        medical: true,
        floor: (id == "consultation").then_some(Level::Soon),
        duration_min,
        durations: Vec::new(),
        before_min: 0,
        after_min: 0,
        grid_min: 15,
        min_notice_min: 0,
        max_horizon_days: 60,
        max_per_day: None,
        patients: PatientRule::Any,
        modes: vec![VisitMode::Office],
        practitioners: Vec::new(),
        seats: 1,
        resources: Vec::new(),
        instructions: None,
        documents: vec!["carte Vitale".to_owned()],
        arrive_early_min: 5,
    }
}
