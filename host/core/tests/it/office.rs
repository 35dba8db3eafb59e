//! One practice with its ports in memory, and the words of a test.

use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use greffon_core::flow::{
    BookingOutcome, Flow, FlowError, NewBooking, NewClosing, NewContact, NewEnd, NewFact, NewOverride, Reception,
    SlotSearch,
};
use greffon_core::ids::{AppointmentId, ContactId, JobId, PatientId, PracticeId};
use greffon_core::jobs::Jobs;
use greffon_core::model::alert::{AlertOutcome, AlertState};
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::{Source, Value, keys};
use greffon_core::model::channel::{Address, Outbound};
use greffon_core::model::contact::{ContactChannel, OverrideCode, RecapOutcome};
use greffon_core::model::job::{Due, Job, Lane};
use greffon_core::model::patient::Patient;
use greffon_core::model::practice::{Practice, Recipient, Rung};
use greffon_core::model::script::{Effect as ScriptEffect, View};
use greffon_core::model::view::{ContactView, OfferedSlot};
use greffon_core::ports::plugins::Bound;
use greffon_core::ports::practices::{LivePractice, Practices as _};
use greffon_core::ports::storage::Storage;
use greffon_core::time::Instant;
use greffon_simulation::{
    AgendaStyle, ChannelStyle, FakeAgenda, FakeChannel, FakePlugins, FaultPlan, FixedPractices, ManualClock,
    MemoryStorage, Pace, Rows, SeededIds, french_features, french_practice,
};

use crate::counting::Counting;

/// Tuesday 24 November 2026, 9:00 in Paris.
pub const NOW: Instant = Instant(1_795_507_200_000);

pub struct Office {
    pub practice: PracticeId,
    pub clock: Arc<ManualClock>,
    pub storage: MemoryStorage,
    pub plan: Arc<FaultPlan>,
    pub plugins: Counting,
    pub agenda: FakeAgenda,
    pub channel: FakeChannel,
    pub sent: Arc<Mutex<Vec<Outbound>>>,
    pub practices: FixedPractices,
    ids: Arc<SeededIds>,
    pub reception: Reception,
}

impl Office {
    pub fn open() -> Self {
        Self::with(AgendaStyle::Arbitrated, |_| {})
    }

    pub fn with(style: AgendaStyle, change: impl FnOnce(&mut Practice)) -> Self {
        Self::paced(style, Arc::new(Pace::default()), change)
    }

    /// With others running between any two steps.
    pub fn crowded(change: impl FnOnce(&mut Practice)) -> Self {
        Self::paced(AgendaStyle::Arbitrated, Arc::new(Pace::interleaving()), change)
    }

    fn paced(style: AgendaStyle, pace: Arc<Pace>, change: impl FnOnce(&mut Practice)) -> Self {
        let mut practice = french_practice("tilleuls");
        change(&mut practice);
        let id = practice.id.clone();
        let clock = Arc::new(ManualClock::at(NOW));
        let plan = Arc::new(FaultPlan::none());
        let storage = MemoryStorage::with(clock.clone(), plan.clone(), pace.clone(), None);
        let plugins = Counting::over(FakePlugins::with(plan.clone(), pace.clone()));
        let agenda = FakeAgenda::with(style, clock.clone(), plan.clone(), pace.clone());
        let channel = FakeChannel::with(ChannelStyle::Mail, clock.clone(), plan.clone(), pace);
        let features = french_features(&plugins.fakes, &agenda, &channel);
        let features = features.into_iter().map(|feature| plugins.around(feature)).collect();
        let sent: Arc<Mutex<Vec<Outbound>>> = Arc::default();
        let seen = sent.clone();
        channel.watch(move |message| seen.lock().unwrap().push(message.clone()));
        let practices = FixedPractices::new([LivePractice { practice, features }]);
        let ids = Arc::new(SeededIds::new(1));
        let reception = Reception::new(
            Arc::new(storage.clone()),
            Arc::new(storage.clone()),
            Arc::new(practices.clone()),
            clock.clone(),
            ids.clone(),
        );
        Self { practice: id, clock, storage, plan, plugins, agenda, channel, sent, practices, ids, reception }
    }

    /// The process dies and another one starts over the same world.
    pub fn restart(&mut self) {
        self.storage.end_leases();
        self.start();
    }

    /// Another process starts over the same world. What the last one held stays held until
    /// its leases end.
    pub fn start(&mut self) {
        self.reception = Reception::new(
            Arc::new(self.storage.clone()),
            Arc::new(self.storage.clone()),
            Arc::new(self.practices.clone()),
            self.clock.clone(),
            self.ids.clone(),
        );
    }

    pub fn live(&self) -> LivePractice {
        LivePractice::clone(&self.practices.get(&self.practice).unwrap())
    }

    /// The practice's files change.
    pub fn reload(&self, change: impl FnOnce(&mut LivePractice)) {
        let mut live = self.live();
        change(&mut live);
        self.practices.put(live);
    }

    /// Another plugin stands behind a feature from now on.
    pub fn rebind(&self, feature: &str, bound: Bound) {
        self.reload(|practice| {
            let feature = practice.features.iter_mut().find(|one| one.id().as_str() == feature).unwrap();
            feature.kind = Some(bound.kind());
            feature.bound = Ok(bound);
        });
    }

    pub fn rows(&self) -> Rows {
        self.storage.rows(&self.practice)
    }

    pub fn receive(&self, facts: Vec<NewFact>) -> ContactView {
        let origin = Some("+33612345678".to_owned());
        let new = NewContact { channel: ContactChannel::Phone, origin, facts, about: None };
        block_on(self.reception.contacts.receive(&self.practice, new, &secretary())).unwrap()
    }

    pub fn tell(&self, contact: ContactId, facts: Vec<NewFact>) -> Flow<ContactView> {
        block_on(self.reception.contacts.advance(&self.practice, contact, facts, &secretary()))
    }

    pub fn look(&self, contact: ContactId) -> ContactView {
        block_on(self.reception.reads.contact(&self.practice, contact)).unwrap().view
    }

    /// A contact whose medical triage is concluded: a slot within days.
    pub fn triaged(&self) -> ContactId {
        self.triaged_for("consultation")
    }

    pub fn triaged_for(&self, motive: &str) -> ContactId {
        let view = self.receive(everything(motive));
        assert!(view.may_book, "{view:?}");
        view.contact
    }

    pub fn slots(&self, contact: ContactId) -> Vec<OfferedSlot> {
        self.search(contact).unwrap()
    }

    pub fn search(&self, contact: ContactId) -> Flow<Vec<OfferedSlot>> {
        let search = SlotSearch { practitioner: Some("dr-martin".into()), limit: 10, ..SlotSearch::default() };
        block_on(self.reception.bookings.search(&self.practice, contact, search)).map(|offer| offer.slots)
    }

    pub fn book(&self, contact: ContactId, new: NewBooking) -> Flow<BookingOutcome> {
        block_on(self.reception.bookings.book(&self.practice, contact, new, &secretary()))
    }

    /// Books the first free slot.
    pub fn booked(&self, contact: ContactId, op: &str) -> BookingOutcome {
        let slot = self.slots(contact).remove(0);
        self.book(contact, booking(&slot, op)).unwrap()
    }

    pub fn close(&self, contact: ContactId) -> Flow<ContactView> {
        self.close_with(contact, NewClosing { recap: RecapOutcome::Confirmed, statements: vec![], overriding: None })
    }

    /// A practitioner says of every alert what came of it.
    pub fn end_alerts(&self) {
        for (id, alert) in self.rows().alerts {
            if alert.state != AlertState::Ended {
                let end = NewEnd { outcome: AlertOutcome::SpokenTo, note: None };
                block_on(self.reception.alerts.end(&self.practice, id, end, &doctor())).unwrap();
            }
        }
    }

    /// Closes it like this.
    pub fn close_with(&self, contact: ContactId, new: NewClosing) -> Flow<ContactView> {
        block_on(self.reception.contacts.close(&self.practice, contact, new, &secretary()))
    }

    /// Runs everything that is due now.
    pub fn work(&self) {
        let jobs = Jobs::new(self.reception.clone());
        while block_on(jobs.run_due(50)).unwrap() > 0 {}
    }

    /// Moves the clock from job to job until `seconds` have gone.
    pub fn wait_s(&self, seconds: i64) {
        let end = Instant(greffon_core::ports::clock::Clock::now(&*self.clock).0 + seconds * 1000);
        self.work();
        while let Some(at) = self.storage.next_due().filter(|at| *at <= end) {
            self.clock.set(at);
            self.work();
        }
        self.clock.set(end);
        self.work();
    }

    /// Waits until the news of what was just booked has left: the agenda is looked at once more
    /// before.
    pub fn news_leaves(&self) {
        self.wait_s(6);
    }

    /// Somebody has a reason to look at an appointment in its agenda.
    pub fn suspect(&self, appointment: &AppointmentId) {
        let job = Job::LookAgain("agenda".into(), appointment.clone());
        block_on(async {
            let mut tx = self.storage.begin(&self.practice).await?;
            tx.enqueue(JobId(self.reception.fresh_id()), &job, Lane::Watch, Due::NOW).await?;
            tx.commit().await
        })
        .unwrap();
    }

    /// The agendas are followed from now on.
    pub fn follow(&self) {
        assert!(block_on(Jobs::new(self.reception.clone()).enqueue_agenda_watches()).unwrap() > 0);
    }

    /// What left, by recipient's address.
    pub fn sent_to(&self, address: &str) -> Vec<Outbound> {
        self.sent.lock().unwrap().iter().filter(|one| one.to.value == address).cloned().collect()
    }

    /// A person writes into the record of the patient of a contact.
    pub fn write_record(&self, contact: ContactId, write: impl FnOnce(&mut Patient)) -> PatientId {
        let id = self.rows().contacts[&contact].patient.patient().expect("registered");
        let storage: &dyn Storage = &self.storage;
        block_on(async {
            let mut tx = storage.begin(&self.practice).await.unwrap();
            let mut record = tx.patient(id).await.unwrap().expect("kept");
            write(&mut record);
            tx.save_patient(&mut record).await.unwrap();
            tx.commit().await.unwrap();
        });
        id
    }

    pub fn journal(&self, action: &str) -> usize {
        self.storage.look(&self.practice, |rows| rows.audit.iter().filter(|event| event.action == action).count())
    }
}

/// Three rungs: whoever is asked for, the secretariat, the operator's supervisor; each by
/// mail and by telephone.
pub fn chained(practice: &mut Practice) {
    let address = |scheme: &str, value: String| Address { scheme: scheme.to_owned(), value };
    let to = |name: &str| {
        let addresses = vec![address("mailto", format!("{name}@p.example")), address("tel", "+33199000009".to_owned())];
        (name.to_owned(), Recipient { addresses, code: Some("$argon2id$essai".to_owned()) })
    };
    practice.recipients = ["secretariat", "dr-martin", "on-call", "astreinte"].map(to).into_iter().collect();
    let rung = |persons: &[&str]| Rung { persons: persons.iter().map(|one| (*one).to_owned()).collect(), hours: None };
    practice.alerts = vec![rung(&["practitioner", "on-call"]), rung(&["secretariat"])];
    practice.supervision.supervisors = vec!["astreinte".to_owned()];
    practice.supervision.origin = Some("https://accueil.example".to_owned());
}

pub fn secretary() -> Actor {
    Actor { subject: "secretary-1".to_owned(), role: Role::Secretary }
}

pub fn doctor() -> Actor {
    Actor { subject: "dr-martin".to_owned(), role: Role::Practitioner }
}

pub fn fact(key: &str, value: Value) -> NewFact {
    NewFact { key: key.to_owned(), value, source: None }
}

pub fn choice(key: &str, id: &str) -> NewFact {
    fact(key, Value::Choice(id.to_owned()))
}

pub fn text(key: &str, words: &str) -> NewFact {
    fact(key, Value::Text(words.to_owned()))
}

/// All that a complete contact tells.
pub fn everything(motive: &str) -> Vec<NewFact> {
    vec![
        choice(keys::CALLER_KIND, "patient"),
        text(keys::PATIENT_FAMILY, "Dupont"),
        text(keys::PATIENT_GIVEN, "Jeanne"),
        text(keys::PATIENT_EMAIL, "jeanne@dupont.example"),
        fact(keys::PATIENT_KNOWN, Value::Yes),
        text(keys::CALLER_PHONE, "06 12 34 56 78"),
        text(keys::WORDS, "je voudrais voir le docteur"),
        NewFact { source: Some(Source::Operator), ..fact(keys::RED_FLAGS_ALL, Value::No) },
        choice(keys::MOTIVE, motive),
        fact("grid.worse", Value::No),
    ]
}

/// A booking of a slot, whatever the patient has already: in most tests everybody is Jeanne Dupont.
pub fn booking(slot: &OfferedSlot, op: &str) -> NewBooking {
    NewBooking {
        op_id: op.into(),
        feature: slot.feature.clone(),
        agenda: slot.slot.agenda.clone(),
        start: slot.slot.span.start,
        motive: None,
        mode: None,
        patient: None,
        slot_handle: slot.slot.handle.clone(),
        slot_version: slot.slot.version.clone(),
        note: None,
        again: true,
    }
}

/// A reason to close although something is missing.
pub fn cut_off(words: &str) -> NewOverride {
    NewOverride { code: OverrideCode::CutOff, words: words.to_owned() }
}

pub fn code(error: &FlowError) -> &'static str {
    match error {
        FlowError::NotAllowed { code, .. } | FlowError::Forbidden { code } => code,
        FlowError::NotFound(thing) => thing.as_str(),
        FlowError::SlotTaken { .. } => "slot-taken",
        FlowError::SecondAppointment { .. } => "second-appointment",
        FlowError::RuleBroken { .. } => "rule-broken",
        FlowError::OpIdReused => "op-id-reused",
        FlowError::Conflict => "conflict",
        FlowError::AgendaUnavailable(_) => "agenda-unavailable",
        FlowError::AgendaUnidentified(_) => "agenda-unidentified",
        FlowError::Invalid { .. } => "invalid",
        FlowError::Storage(_) => "storage",
    }
}

/// The codes of what is shown on top.
pub fn banners(view: &ContactView) -> Vec<&str> {
    view.banners.iter().map(|banner| banner.code.as_str()).collect()
}

/// What a script shows that has nothing to show.
pub fn empty_view(effects: Vec<ScriptEffect>) -> View {
    View { prompts: vec![], missing: vec![], may_close: true, recap: None, effects }
}
