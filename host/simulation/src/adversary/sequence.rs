//! One sequence, from its seed to its end.

use std::time::Duration;

use greffon_core::flow::FlowError;
use greffon_core::ids::ContactId;
use greffon_core::model::alert::Alert;
use greffon_core::model::contact::{Contact, ContactChannel, ContactState};
use greffon_core::model::job::Job;
use greffon_core::model::triage::Orientation;
use greffon_core::model::view::ContactView;

use super::ledger::Ledger;
use super::oracle::{Judge, Judged, holds};
use super::report::{Attack, Breach, Rule};
use super::world::World;
use crate::Sabotage;
use crate::random::Random;

/// What is done next, so many times in a hundred.
const DEEDS: [(Deed, u64); 12] = [
    (Deed::Tell, 24),
    (Deed::Everything, 7),
    (Deed::Answer, 22),
    (Deed::SetLevel, 6),
    (Deed::Acknowledge, 4),
    (Deed::EndAlert, 7),
    (Deed::Book, 8),
    (Deed::Close, 9),
    (Deed::Wait, 7),
    (Deed::Look, 3),
    (Deed::Edit, 1),
    (Deed::Restart, 2),
];

/// Long enough for every answer that is waited for.
const LONG: Duration = Duration::from_secs(4 * 60);

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Tell,
    Everything,
    Answer,
    SetLevel,
    Acknowledge,
    EndAlert,
    Book,
    Close,
    Wait,
    Look,
    Edit,
    Restart,
}

/// One sequence while it is played.
pub(super) struct Sequence {
    pub(super) world: World,
    pub(super) random: Random,
    pub(super) ledger: Ledger,
    pub(super) attack: Attack,
    pub(super) channel: ContactChannel,
    pub(super) contact: Option<Contact>,
    pub(super) alert: Option<Alert>,
    /// What was shown last.
    pub(super) view: Option<ContactView>,
    /// Whether a practitioner lowered the level in this step.
    pub(super) lowered: bool,
    deeds: Vec<(Deed, usize)>,
    seed: u64,
    step: u32,
}

impl Sequence {
    pub(super) fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        use ContactChannel::{Chat, Counter, Email, Form, Phone};
        let mut random = Random::new(seed);
        let world = World::new(&mut random, sabotage);
        let channel = random.pick(&[Phone, Phone, Phone, Chat, Counter, Form, Email]).copied().unwrap_or(Phone);
        let ledger = Ledger::new(&world.flags, channel.can_be_asked());
        let attack = Attack { sequences: 1, ..Attack::default() };
        Self {
            world,
            random,
            ledger,
            attack,
            channel,
            contact: None,
            alert: None,
            view: None,
            lowered: false,
            deeds: Vec::new(),
            seed,
            step: 0,
        }
    }

    /// Plays it until its end, or until a rule is broken.
    pub(super) fn run(mut self) -> Attack {
        if let Err((rule, text)) = self.play() {
            let deeds = self.story();
            self.attack.breaches.push(Breach { sequence: self.seed, step: self.step, rule, text, deeds });
        }
        self.attack
    }

    /// What was done, with the facts that were taken.
    fn story(&self) -> Vec<String> {
        let mut told = self.ledger.told.iter();
        let mut story = vec![format!("{:?}, flags {:?}", self.channel, self.world.flags)];
        for (deed, until) in &self.deeds {
            let new = until.saturating_sub(self.ledger.told.len() - told.len());
            let facts = told.by_ref().take(new).map(|fact| format!("\n    {fact:?}"));
            story.push(format!("{deed:?}{}", facts.collect::<String>()));
        }
        story
    }

    fn play(&mut self) -> Judged {
        let received = self.receive();
        self.deeds.push((Deed::Tell, self.ledger.told.len()));
        received?;
        self.judge()?;
        let mut after_the_end = 2;
        for _ in 0..4 + self.random.below(12) {
            self.step += 1;
            let deed = self.next_deed();
            self.attack.add("steps");
            let done = self.act(deed);
            self.deeds.push((deed, self.ledger.told.len()));
            done?;
            self.judge()?;
            if self.is_closed() {
                after_the_end -= 1;
                if after_the_end == 0 {
                    break;
                }
            }
        }
        self.step += 1;
        self.wait(LONG)?;
        self.look()?;
        self.judge()?;
        self.count_the_end();
        Ok(())
    }

    fn next_deed(&mut self) -> Deed {
        let mut left = self.random.below(DEEDS.iter().map(|(_, weight)| weight).sum());
        for (deed, weight) in DEEDS {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return deed,
            }
        }
        Deed::Look
    }

    fn act(&mut self, deed: Deed) -> Judged {
        match deed {
            Deed::Tell => self.tell_anything(),
            Deed::Everything => self.tell_everything(),
            Deed::Answer => self.answer(),
            Deed::SetLevel => self.set_level(),
            Deed::Acknowledge => self.acknowledge(),
            Deed::EndAlert => self.end_alert(),
            Deed::Book => self.book(),
            Deed::Close => self.close(),
            Deed::Look => self.look(),
            Deed::Wait => {
                let seconds = self.random.pick(&[1, 30, 190, 190, 900, 3 * 3600, 14 * 3600]).copied().unwrap_or(1);
                self.wait(Duration::from_secs(seconds))
            }
            Deed::Edit => {
                self.world.edit(&mut self.random);
                Ok(())
            }
            Deed::Restart => {
                self.world.restart(&mut self.random);
                Ok(())
            }
        }
    }

    fn wait(&mut self, by: Duration) -> Judged {
        let waited = self.world.wait(&mut self.random, by);
        self.ledger.worked(self.world.now());
        waited.map_err(|error| (Rule::Refusals, error))
    }

    /// Looks at what is stored now, and judges it beside what was there before.
    fn judge(&mut self) -> Judged {
        let (id, before) = match (&self.contact, &self.view) {
            (Some(contact), _) => (contact.id, self.contact.clone()),
            (None, Some(view)) => (view.contact, None),
            (None, None) => return Ok(()),
        };
        let (after, alert) = self.read(id)?;
        let called = after.assessment.as_ref().map(|one| &one.orientation);
        let is_emergency = matches!(called, Some(Orientation::EmergencyCall(_)));
        self.ledger.note_cut_line(self.channel == ContactChannel::Phone && !self.is_closed(), is_emergency);
        let jobs: Vec<Job> = self.world.storage.jobs().into_iter().map(|(_, job, _)| job).collect();
        let judge = Judge {
            ledger: &self.ledger,
            before: before.as_ref(),
            after: &after,
            alert: alert.as_ref(),
            jobs: &jobs,
            lowered: self.lowered,
        };
        judge.stored()?;
        // What was shown of a former state is judged no more.
        if let Some(view) = &self.view
            && let Some(file) = self.world.file()
        {
            judge.shown(view, &file.instructions)?;
        }
        self.trace(&after);
        self.alert = alert;
        self.contact = Some(after);
        self.view = None;
        self.lowered = false;
        self.ledger.go_on();
        Ok(())
    }

    fn read(&self, id: ContactId) -> Result<(Contact, Option<Alert>), (Rule, String)> {
        self.world.storage.look(&self.world.practice, |rows| {
            let contact = rows.contacts.get(&id).ok_or((Rule::FactsStay, "it is not stored".to_owned()))?;
            let alert = contact.alert.and_then(|alert| rows.alerts.get(&alert).cloned());
            Ok((contact.clone(), alert))
        })
    }

    /// What is stored now, beside what is known of it.
    pub(super) fn may_be_booked(&self, id: ContactId) -> Judged {
        let (after, alert) = self.read(id)?;
        let Self { ledger, lowered, .. } = self;
        Judge { ledger, before: None, after: &after, alert: alert.as_ref(), jobs: &[], lowered: *lowered }
            .may_be_booked()
    }

    /// A step that was refused: it may be, for a reason of the contract.
    pub(super) fn refused(&mut self, error: &FlowError) -> Judged {
        self.attack.add("steps refused");
        let expected = !matches!(error, FlowError::Storage(_) | FlowError::Conflict | FlowError::NotFound(_));
        holds(expected, Rule::Refusals, || format!("{error}"))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.contact.as_ref().is_some_and(|contact| contact.state == ContactState::Closed)
    }

    fn trace(&mut self, after: &Contact) {
        let level = after.level.map_or("none", |level| level.as_str());
        let words = format!("{} {level} {} {}", after.state.as_str(), after.facts.len(), after.version);
        for byte in words.bytes() {
            // FNV-1a.
            self.attack.trace = (self.attack.trace ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    fn count_the_end(&mut self) {
        let Some(contact) = &self.contact else { return };
        let level = contact.level.map_or("final level: none", |level| match level.as_str() {
            "vital" => "final level: vital",
            "very-urgent" => "final level: very urgent",
            "same-day" => "final level: same day",
            "soon" => "final level: soon",
            _ => "final level: routine",
        });
        let (has_alert, was_heard) = (contact.alert.is_some(), !contact.hearing.heard.is_empty());
        let closed = contact.state == ContactState::Closed;
        let was_cut = self.ledger.line_cut.is_some();
        self.attack.add(level);
        for (name, counts) in [
            ("alerts", has_alert),
            ("with a sign in words", was_heard),
            ("closed", closed),
            ("lines cut in an emergency", was_cut),
        ] {
            if counts {
                self.attack.add(name);
            }
        }
    }
}
