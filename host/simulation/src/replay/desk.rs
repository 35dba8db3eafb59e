//! One practice with a desk, at which deeds are done.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::executor::block_on;
use greffon_core::flow::{Flow, Reception};
use greffon_core::ids::{AlertId, ContactId, PracticeId};
use greffon_core::jobs::Jobs;
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::practice::Rung;
use greffon_core::model::view::ContactView;
use greffon_core::ports::practices::LivePractice;
use greffon_core::time::Instant;

use super::story::{Deed, Seen};
use crate::agenda::{AgendaStyle, FakeAgenda};
use crate::channel::{ChannelStyle, FakeChannel};
use crate::clock::{ManualClock, SeededIds};
use crate::faults::FaultPlan;
use crate::pace::Pace;
use crate::plugins::FakePlugins;
use crate::practices::{FixedPractices, french_features, french_practice};
use crate::storage::MemoryStorage;

/// Jobs beget jobs.
const MOST_ROUNDS: u32 = 40;

/// A desk at which nobody has sat yet.
pub(super) struct Desk {
    practice: PracticeId,
    clock: Arc<ManualClock>,
    storage: MemoryStorage,
    reception: Reception,
    sent: Arc<Mutex<Vec<(String, String)>>>,
    contact: Option<ContactId>,
}

impl Desk {
    pub(super) fn open(number: u64, at: Instant) -> Self {
        let (plan, pace) = (Arc::new(FaultPlan::none()), Arc::new(Pace::default()));
        let clock = Arc::new(ManualClock::at(at));
        let storage = MemoryStorage::with(clock.clone(), plan.clone(), pace.clone(), None);
        let plugins = FakePlugins::with(plan.clone(), pace.clone());
        let agenda = FakeAgenda::new(AgendaStyle::Arbitrated, clock.clone());
        let channel = FakeChannel::with(ChannelStyle::Mail, clock.clone(), plan, pace);
        let sent: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let seen = sent.clone();
        channel.watch(move |message| {
            let left = (message.to.value.clone(), message.body.clone());
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(left);
        });
        let features = french_features(&plugins, &agenda, &channel);
        let mut practice = french_practice("tilleuls");
        let rung =
            |persons: &[&str]| Rung { persons: persons.iter().map(|one| (*one).to_owned()).collect(), hours: None };
        practice.alerts = vec![rung(&["practitioner", "on-call"]), rung(&["secretariat"])];
        let id = practice.id.clone();
        let practices = FixedPractices::new([LivePractice { practice, features }]);
        let ids = Arc::new(SeededIds::new(number));
        let shared = Arc::new(storage.clone());
        let reception = Reception::new(shared.clone(), shared, Arc::new(practices), clock.clone(), ids);
        Self { practice: id, clock, storage, reception, sent, contact: None }
    }

    pub(super) fn now(&self) -> Instant {
        use greffon_core::ports::clock::Clock as _;
        self.clock.now()
    }

    /// Does it, and looks.
    pub(super) fn act(&mut self, deed: &Deed) -> Seen {
        let done = self.perform(deed);
        let view = match (&done, self.contact) {
            (Ok(Some(view)), _) => Some((**view).clone()),
            (_, Some(contact)) => self.look(contact),
            (_, None) => None,
        };
        let sent = std::mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner));
        let mut seen = view.map(|view| self.seen(&view)).unwrap_or_default();
        seen.refused = done.err();
        seen.sent = sent;
        seen
    }

    /// What the contact shows now.
    pub(super) fn look(&self, contact: ContactId) -> Option<ContactView> {
        block_on(self.reception.reads.contact(&self.practice, contact)).ok().map(|read| read.view)
    }

    /// The contact that was received last, as it is shown now.
    pub(super) fn shown(&self) -> Option<ContactView> {
        self.look(self.contact?)
    }

    /// The view that it came to, when it is one that shows one; or why it was refused.
    fn perform(&mut self, deed: &Deed) -> Result<Option<Box<ContactView>>, String> {
        let secretary = Actor { subject: "secretary-1".to_owned(), role: Role::Secretary };
        let doctor = Actor { subject: "dr-martin".to_owned(), role: Role::Practitioner };
        let (practice, reception) = (self.practice.clone(), self.reception.clone());
        if let Deed::Wait(seconds) = deed {
            return self.wait(*seconds).map(|()| None);
        }
        if let Deed::Receive(new) = deed {
            let view = shown(block_on(reception.contacts.receive(&practice, new.clone(), &secretary)))?;
            self.contact = view.as_ref().map(|view| view.contact);
            return Ok(view);
        }
        let contact = self.contact.ok_or("there is no contact")?;
        match deed {
            Deed::Tell(facts) => {
                shown(block_on(reception.contacts.advance(&practice, contact, facts.clone(), &secretary)))
            }
            Deed::SetLevel(new) => {
                shown(block_on(reception.contacts.set_level(&practice, contact, new.clone(), &doctor)))
            }
            Deed::Close(new) => shown(block_on(reception.contacts.close(&practice, contact, new.clone(), &secretary))),
            Deed::Acknowledge(new) => {
                let alert = self.alert(contact).ok_or("there is no alert")?;
                done(block_on(reception.alerts.acknowledge(&practice, alert, *new, &doctor)))
            }
            Deed::EndAlert(new) => {
                let alert = self.alert(contact).ok_or("there is no alert")?;
                done(block_on(reception.alerts.end(&practice, alert, new.clone(), &doctor)))
            }
            Deed::Receive(_) | Deed::Wait(_) => Ok(None),
        }
    }

    fn wait(&self, seconds: u32) -> Result<(), String> {
        self.clock.advance(Duration::from_secs(seconds.into()));
        let jobs = Jobs::new(self.reception.clone());
        for _ in 0..MOST_ROUNDS {
            if block_on(jobs.run_due(50)).map_err(|error| error.to_string())? == 0 {
                break;
            }
        }
        Ok(())
    }

    fn alert(&self, contact: ContactId) -> Option<AlertId> {
        self.storage.look(&self.practice, |rows| rows.contacts.get(&contact)?.alert)
    }

    fn seen(&self, view: &ContactView) -> Seen {
        let alert = self.storage.look(&self.practice, |rows| {
            let alert = rows.alerts.get(&rows.contacts.get(&view.contact)?.alert?)?;
            Some((alert.level, alert.state))
        });
        let asked = view.questions.iter().map(|one| &one.question);
        let asked = asked.chain(view.prompts.iter().flat_map(|prompt| &prompt.asks));
        let mut texts: Vec<String> = view.banners.iter().map(|banner| banner.text.fr().to_owned()).collect();
        texts.extend(view.prompts.iter().map(|prompt| prompt.spoken.clone()));
        texts.extend(view.to_say.iter().map(|one| one.text.clone()));
        texts.extend(view.recap.iter().map(|recap| recap.text.clone()));
        texts.extend(view.commitments.iter().map(|promise| promise.said.clone()));
        texts.extend(view.assessment.iter().flat_map(|one| &one.reasons).map(|reason| reason.text.clone()));
        texts.extend(view.close_blockers.iter().cloned());
        Seen {
            refused: None,
            state: Some(view.state),
            level: view.level,
            alert,
            questions: asked.map(|question| (question.key.clone(), question.spoken.clone())).collect(),
            shown: texts,
            sent: Vec::new(),
        }
    }
}

fn shown(answer: Flow<ContactView>) -> Result<Option<Box<ContactView>>, String> {
    answer.map(|view| Some(Box::new(view))).map_err(|error| error.to_string())
}

fn done<T>(answer: Flow<T>) -> Result<Option<Box<ContactView>>, String> {
    answer.map(|_| None).map_err(|error| error.to_string())
}
