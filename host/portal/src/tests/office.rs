//! One practice with an open alert and people who have codes, its ports in memory.

use std::sync::{Arc, LazyLock};

use greffon_core::flow::{NewAcknowledgement, NewContact, NewEnd, NewFact, Reception};
use greffon_core::ids::{AlertId, ContactId, PracticeId};
use greffon_core::jobs::Jobs;
use greffon_core::model::alert::{Alert, AlertOutcome, AlertState, NextStep};
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::{Level, Value, keys};
use greffon_core::model::channel::Address;
use greffon_core::model::contact::ContactChannel;
use greffon_core::model::message::MessageCause;
use greffon_core::model::practice::{Practice, Recipient, Rung};
use greffon_core::model::secret::Secret;
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::practices::{LivePractice, Practices as _};
use greffon_core::time::Instant;
use greffon_simulation::{
    AgendaStyle, ChannelStyle, FakeAgenda, FakeChannel, FakePlugins, FaultPlan, FixedPractices, ManualClock,
    MemoryStorage, Pace, SeededIds, french_features, french_practice,
};

use crate::gate::Portal;
use crate::hash_code;

/// Tuesday 24 November 2026, 9:00 in Paris.
const NOW: Instant = Instant(1_795_507_200_000);

/// The code of everybody who has one.
pub const CODE: &str = "clé-de-Béa";

/// What the caller says: no page may show it before the code was said.
pub const WORDS: &str = "il ne respire plus";

static HASH: LazyLock<String> = LazyLock::new(|| hash_code(CODE, *b"sixteen bytes...").unwrap());

pub struct Office {
    pub practice: PracticeId,
    pub clock: Arc<ManualClock>,
    pub storage: MemoryStorage,
    pub plan: Arc<FaultPlan>,
    pub reception: Reception,
    pub portal: Arc<Portal>,
    pub alert: AlertId,
    practices: FixedPractices,
}

impl Office {
    /// Somebody cannot breathe.
    pub async fn alarmed() -> Self {
        Self::with(WORDS, |_| {}).await
    }

    /// Somebody cannot breathe, and says so in these words.
    pub async fn with(words: &str, change: impl FnOnce(&mut Practice)) -> Self {
        let mut practice = french_practice("tilleuls");
        chained(&mut practice);
        change(&mut practice);
        let id = practice.id.clone();
        let clock = Arc::new(ManualClock::at(NOW));
        let (plan, pace) = (Arc::new(FaultPlan::none()), Arc::new(Pace::default()));
        let storage = MemoryStorage::with(clock.clone(), plan.clone(), pace.clone(), None);
        let plugins = FakePlugins::with(plan.clone(), pace.clone());
        let agenda = FakeAgenda::with(AgendaStyle::Arbitrated, clock.clone(), plan.clone(), pace.clone());
        let channel = FakeChannel::with(ChannelStyle::Mail, clock.clone(), plan.clone(), pace);
        let features = french_features(&plugins, &agenda, &channel);
        let practices = FixedPractices::new([LivePractice { practice, features }]);
        let (kept, turns) = (Arc::new(storage.clone()), Arc::new(storage.clone()));
        let ids = Arc::new(SeededIds::new(1));
        let reception = Reception::new(kept, turns, Arc::new(practices.clone()), clock.clone(), ids);
        let portal = Arc::new(Portal::new(reception.alerts.clone()));
        let (_, alert) = vital(&reception, &id, words).await;
        Self { practice: id, clock, storage, plan, reception, portal, alert, practices }
    }

    /// The practice's file changes.
    pub fn reload(&self, change: impl FnOnce(&mut Practice)) {
        let mut live = LivePractice::clone(&self.practices.get(&self.practice).unwrap());
        change(&mut live.practice);
        self.practices.put(live);
    }

    /// Everything that is stored, queued jobs among it.
    pub fn everything(&self) -> String {
        format!("{:?} {:?}", self.storage.rows(&self.practice), self.storage.jobs())
    }

    pub fn stored(&self) -> Alert {
        self.storage.look(&self.practice, |rows| rows.alerts[&self.alert].clone())
    }

    /// Lines of the journal with this action.
    pub fn journal(&self, action: &str) -> usize {
        self.storage.look(&self.practice, |rows| rows.audit.iter().filter(|event| event.action == action).count())
    }

    /// Who was told, in order.
    pub fn told(&self) -> Vec<String> {
        let mut people: Vec<String> = self.stored().told.into_iter().map(|told| told.person).collect();
        people.dedup();
        people
    }

    /// Codes counted on the link of whoever was told first.
    pub fn tries(&self) -> u32 {
        self.stored().told[0].link.as_ref().expect("a link").tries
    }

    /// The address that somebody was last sent, without its origin.
    pub fn link(&self, person: &str) -> String {
        let cause = MessageCause::Alert(self.alert);
        let link = self.storage.look(&self.practice, |rows| {
            let mut sent = rows.messages.values().filter(|one| one.cause == cause && one.recipient == person);
            sent.next_back().expect("a message").link.clone().expect("a link")
        });
        link.strip_prefix("https://accueil.example").expect("the installation's origin").to_owned()
    }

    /// The secret of that link.
    pub fn secret(&self, person: &str) -> Secret {
        Secret::read(self.link(person).rsplit('/').next().unwrap()).unwrap()
    }

    /// Runs everything that is due within so many seconds.
    pub async fn wait_s(&self, seconds: i64) {
        let end = self.clock.now().plus_millis(seconds * 1000);
        let jobs = Jobs::new(self.reception.clone());
        loop {
            while jobs.run_due(50).await.unwrap() > 0 {}
            let Some(at) = self.storage.next_due().filter(|at| *at <= end) else { break };
            self.clock.set(at);
        }
        self.clock.set(end);
    }

    /// Somebody else takes it in hand in the application.
    pub async fn taken_elsewhere(&self) {
        let new = NewAcknowledgement { next: NextStep::SeeNow, until: self.clock.now().plus_minutes(12) };
        self.reception.alerts.acknowledge(&self.practice, self.alert, new, &doctor()).await.unwrap();
    }

    /// Somebody else ends it in the application.
    pub async fn ended_elsewhere(&self, note: &str) {
        let new = NewEnd { outcome: AlertOutcome::SpokenTo, note: Some(note.to_owned()) };
        self.reception.alerts.end(&self.practice, self.alert, new, &doctor()).await.unwrap();
        assert_eq!(self.stored().state, AlertState::Ended);
    }
}

fn doctor() -> Actor {
    Actor { subject: "dr-petit".to_owned(), role: Role::Practitioner }
}

/// Three rungs: whoever is asked for, the secretariat, the operator's supervisor.
fn chained(practice: &mut Practice) {
    let to = |name: &str| {
        let address = Address { scheme: "mailto".to_owned(), value: format!("{name}@p.example") };
        (name.to_owned(), Recipient { addresses: vec![address], code: Some(HASH.clone()) })
    };
    practice.recipients = ["secretariat", "dr-martin", "on-call", "astreinte"].map(to).into_iter().collect();
    let rung = |persons: &[&str]| Rung { persons: persons.iter().map(|one| (*one).to_owned()).collect(), hours: None };
    practice.alerts = vec![rung(&["on-call", "dr-martin"]), rung(&["secretariat"])];
    practice.supervision.supervisors = vec!["astreinte".to_owned()];
    practice.supervision.origin = Some("https://accueil.example".to_owned());
}

/// The group question answered with yes.
async fn vital(reception: &Reception, practice: &PracticeId, words: &str) -> (ContactId, AlertId) {
    let actor = Actor { subject: "secretary-1".to_owned(), role: Role::Secretary };
    let fact = |key: &str, value: Value| NewFact { key: key.to_owned(), value, source: None };
    let facts = vec![fact(keys::WORDS, Value::Text(words.to_owned()))];
    let origin = Some("+33612345678".to_owned());
    let new = NewContact { channel: ContactChannel::Phone, origin, facts, about: None };
    let contact = reception.contacts.receive(practice, new, &actor).await.unwrap().contact;
    let yes = vec![fact("red-flag.breathing", Value::Yes)];
    let view = reception.contacts.advance(practice, contact, yes, &actor).await.unwrap();
    assert_eq!(view.level, Some(Level::Vital));
    (contact, view.alert.expect("an alert").id)
}
