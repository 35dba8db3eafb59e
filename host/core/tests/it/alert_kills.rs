//! An alert whose process dies, or whose database does not answer, at any point of its
//! road: it is never lost, never silent, and ends by people's word alone.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use futures::executor::block_on;
use futures::future::BoxFuture;
use greffon_core::flow::{Flow, FlowError, NewAcknowledgement, NewClosing, NewEnd, Reception};
use greffon_core::ids::{ContactId, MessageId, PracticeId};
use greffon_core::jobs::Jobs;
use greffon_core::model::alert::{Alert, AlertOutcome, AlertState, LONGEST_PAUSE, NextStep};
use greffon_core::model::care::{Level, Value, keys};
use greffon_core::model::contact::{ContactState, RecapOutcome};
use greffon_core::model::job::Job;
use greffon_core::model::message::{MessageCause, MessageState, RETRY_LADDER_S};
use greffon_core::model::practice::Serves;
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::plugins::Bound;
use greffon_core::ports::storage::{Page, StorageError};
use greffon_core::time::Instant;
use greffon_simulation::{ChannelStyle, Effect, FakeChannel, Fault, FaultPlan, Pace, Random, Rates, feature};

use crate::office::{Office, chained, choice, cut_off, doctor, fact, secretary, text};

/// A job that a dead process holds is free again after a minute, and what its channel sends
/// once for one key is sent again ten seconds later.
const TAKEN_UP_S: i64 = 60 + RETRY_LADDER_S[0];

/// How long the practice's people have to answer at this level, a rung.
const ANSWER_S: i64 = 120;

/// What happens to the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accident {
    /// It dies, and another one is there after so many seconds.
    Kill { down_s: i64 },
    /// The next such effect of the database goes wrong.
    Database(Effect, Fault),
}

/// All that happens at each point.
const ACCIDENTS: [Accident; 5] = [
    Accident::Kill { down_s: 0 },
    Accident::Kill { down_s: 1800 },
    Accident::Database(Effect::StorageRead, Fault::Lost),
    Accident::Database(Effect::StorageWrite, Fault::Lost),
    Accident::Database(Effect::StorageWrite, Fault::ResponseLost),
];

/// What the channels do with whatever they are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    /// They take it.
    Fair,
    /// They never take anything, and say so.
    Refuses,
    /// Nothing arrives, and nobody can know.
    Loses,
    /// All arrives, after nobody waits for the answer any more.
    Late,
}

const DOWN: [Weather; 3] = [Weather::Refuses, Weather::Loses, Weather::Late];

impl Weather {
    fn plan(self) -> Arc<FaultPlan> {
        let always = 10_000;
        let rates = match self {
            Self::Fair => Rates::default(),
            Self::Refuses => Rates { refused: always, ..Rates::default() },
            Self::Loses => Rates { lost: always, ..Rates::default() },
            Self::Late => Rates { late: always, ..Rates::default() },
        };
        Arc::new(FaultPlan::seeded(rates, Random::new(1)))
    }
}

/// Somebody whom a channel told.
struct Heard {
    person: String,
    at: Instant,
}

/// One practice with a process that has one accident.
struct Life {
    office: Office,
    contact: ContactId,
    heard: Arc<Mutex<Vec<Heard>>>,
    /// Steps between two port calls so far.
    steps: u64,
    /// The step before which it happens, until it has.
    accident: Option<(u64, Accident)>,
    /// For how long, in seconds, nobody may have looked after anything because of it.
    slack_s: i64,
    /// Until when somebody has it in hand who was answered that they have.
    taken: Vec<Instant>,
    /// Somebody has said what came of it.
    said_end: bool,
}

impl Life {
    /// The practice's channel is of this style and in this weather, the operator's in that one.
    fn begin(style: ChannelStyle, practice: Weather, operator: Weather) -> Self {
        let office = Office::crowded(chained);
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let channel = |weather: Weather| {
            let pace = Arc::new(Pace::interleaving());
            let channel = FakeChannel::with(style, office.clock.clone(), weather.plan(), pace);
            let (heard, storage, clock) = (heard.clone(), office.storage.clone(), office.clock.clone());
            let practice: PracticeId = office.practice.clone();
            channel.watch(move |message| {
                let id: MessageId = message.key.parse().expect("its key is a message's name");
                let person = storage.look(&practice, |rows| rows.messages[&id].recipient.clone());
                heard.lock().unwrap().push(Heard { person, at: clock.now() });
            });
            Bound::Channel(Arc::new(channel))
        };
        let (own, theirs) = (channel(practice), channel(operator));
        office.rebind("courrier", own);
        office.reload(|live| {
            let serves = Serves { recipients: vec!["astreinte".to_owned()], ..Serves::default() };
            live.features.push(greffon_core::ports::practices::Feature { serves, ..feature("plateforme", theirs) });
        });
        let contact = office.receive(vec![text(keys::WORDS, "bonjour")]).contact;
        Self { office, contact, heard, steps: 0, accident: None, slack_s: 0, taken: Vec::new(), said_end: false }
    }

    fn now(&self) -> Instant {
        self.office.clock.now()
    }

    /// Runs a part of the process, step by step. Nothing comes back when it dies.
    fn drive<T>(&mut self, part: impl Future<Output = T>) -> Option<T> {
        let dead = {
            let mut part = pin!(part);
            let mut context = Context::from_waker(Waker::noop());
            loop {
                if let Some(Accident::Kill { down_s }) = self.strike() {
                    break down_s;
                }
                self.steps += 1;
                assert!(self.steps < 1_000_000, "nothing moves");
                let answer = part.as_mut().poll(&mut context);
                self.check();
                if let Poll::Ready(answer) = answer {
                    return Some(answer);
                }
            }
        };
        self.office.clock.set(self.now().plus_millis(dead * 1000));
        self.office.start();
        None
    }

    /// The accident, when it is time.
    fn strike(&mut self) -> Option<Accident> {
        let (_, accident) = self.accident.take_if(|(step, _)| *step == self.steps)?;
        match accident {
            Accident::Kill { down_s } => self.slack_s = TAKEN_UP_S + down_s,
            Accident::Database(effect, fault) => {
                self.slack_s = TAKEN_UP_S;
                self.office.plan.next(effect, fault);
            }
        }
        Some(accident)
    }

    /// Somebody asks until they are answered.
    fn ask<T>(&mut self, request: impl Fn(Reception, Instant) -> BoxFuture<'static, Flow<T>>) -> Flow<T> {
        for _ in 0..5 {
            let request = request(self.office.reception.clone(), self.now());
            match self.drive(request) {
                None | Some(Err(FlowError::Conflict | FlowError::Storage(StorageError::Unavailable(_)))) => {}
                Some(answer) => return answer,
            }
        }
        panic!("nobody is answered");
    }

    /// Runs everything that is due.
    fn work(&mut self) {
        loop {
            let jobs = Jobs::new(self.office.reception.clone());
            if let Some(Ok(0)) = self.drive(jobs.run_due(50)) {
                return;
            }
        }
    }

    /// Lets time pass, from job to job.
    fn wait_s(&mut self, seconds: i64) {
        let end = self.now().plus_millis(seconds * 1000);
        self.work();
        while let Some(at) = self.office.storage.next_due().filter(|at| *at <= end) {
            // What a dead process holds keeps the practice's other jobs waiting, due or not.
            self.office.clock.set(at.max(self.now().plus_millis(1000)));
            self.work();
        }
        self.office.clock.set(end);
        self.work();
    }

    /// Somebody says what makes it vital.
    fn tell(&mut self) {
        let (practice, contact) = (self.office.practice.clone(), self.contact);
        let told = self.ask(move |reception, _| {
            let practice = practice.clone();
            let facts = vec![text(keys::WORDS, "il ne respire plus"), fact("red-flag.breathing", Value::Yes)];
            Box::pin(async move { reception.contacts.advance(&practice, contact, facts, &secretary()).await })
        });
        assert_eq!(told.expect("told").level, Some(Level::Vital));
    }

    fn acknowledge(&mut self, minutes: i64) {
        let (practice, id) = (self.office.practice.clone(), self.alert().id);
        let taken = self.ask(move |reception, now| {
            let practice = practice.clone();
            let new = NewAcknowledgement { next: NextStep::CallBack, until: now.plus_minutes(minutes) };
            Box::pin(async move { reception.alerts.acknowledge(&practice, id, new, &doctor()).await })
        });
        self.taken.extend(taken.expect("taken").acknowledged.last().map(|last| last.until));
    }

    fn end(&mut self) {
        let (practice, id) = (self.office.practice.clone(), self.alert().id);
        self.said_end = true;
        let ended = self.ask(move |reception, _| {
            let practice = practice.clone();
            let new = NewEnd { outcome: AlertOutcome::EmergencyServices, note: None };
            Box::pin(async move { reception.alerts.end(&practice, id, new, &doctor()).await })
        });
        assert_eq!(ended.expect("ended").state, AlertState::Ended);
    }

    fn close(&mut self) {
        let (practice, contact) = (self.office.practice.clone(), self.contact);
        // Whoever is not answered asks again, and may find it closed by then.
        let _closed_before = self.ask(move |reception, _| {
            let practice = practice.clone();
            let outcome = vec![choice(keys::EMERGENCY_OUTCOME, "transferred")];
            let new = NewClosing {
                recap: RecapOutcome::Confirmed,
                statements: Vec::new(),
                overriding: Some(cut_off("appel transféré au service")),
            };
            Box::pin(async move {
                reception.contacts.advance(&practice, contact, outcome, &secretary()).await?;
                reception.contacts.close(&practice, contact, new, &secretary()).await
            })
        });
        let state = self.office.storage.look(&self.office.practice, |rows| rows.contacts[&contact].state);
        assert_eq!(state, ContactState::Closed);
    }

    fn alert(&self) -> Alert {
        let alerts = self.office.storage.look(&self.office.practice, |rows| rows.alerts.clone());
        assert_eq!(alerts.len(), 1, "one alert of one contact");
        alerts.into_values().next().expect("an alert")
    }

    /// What is true at every moment, whoever looks into the database.
    fn check(&self) {
        let jobs = self.office.storage.jobs();
        let has = |job: &Job| jobs.iter().any(|(_, queued, _)| queued == job);
        self.office.storage.look(&self.office.practice, |rows| {
            let contact = &rows.contacts[&self.contact];
            let alert = contact.alert.map(|id| &rows.alerts[&id]);
            assert_eq!(contact.level == Some(Level::Vital), alert.is_some(), "a level is stored with its alert");
            assert_eq!(rows.alerts.len(), usize::from(alert.is_some()));
            for message in rows.messages.values().filter(|message| !message.state.is_final()) {
                assert!(has(&Job::DeliverMessage(message.id)), "{message:?} is forgotten");
            }
            assert!(rows.dead_letters.is_empty(), "{:?}", rows.dead_letters);
            let Some(alert) = alert else { return };
            assert!(!alert.told.is_empty());
            assert!(alert.told.iter().all(|told| rows.messages.contains_key(&told.message)));
            for until in &self.taken {
                assert!(
                    alert.acknowledged.iter().any(|one| one.until == *until),
                    "somebody was told that they have it"
                );
            }
            if alert.state == AlertState::Ended {
                assert!(self.said_end && alert.end.is_some(), "only people end it");
                return;
            }
            assert!(has(&Job::EscalateAlert(alert.id, alert.watch)), "nobody looks at it again");
            let late_s = self.now().millis_since(alert.watch_at) / 1000;
            assert!(late_s <= self.slack_s, "{late_s} s late");
            assert_ne!(contact.state, ContactState::Closed, "its alert has not ended");
        });
    }

    /// How many seconds after `from` somebody of these was first told, at `from` or later.
    fn first_heard_s(&self, from: Instant, who: &[&str]) -> Option<i64> {
        let heard = self.heard.lock().unwrap();
        let first =
            heard.iter().filter(|one| one.at >= from && who.contains(&one.person.as_str())).map(|one| one.at).min();
        first.map(|at| at.millis_since(from) / 1000)
    }

    fn assert_heard_within(&self, from: Instant, seconds: i64, who: &[&str]) {
        let first = self.first_heard_s(from, who);
        assert!(first.is_some_and(|first| first <= seconds + self.slack_s), "{who:?} after {first:?} s");
    }
}

/// Everybody but the supervisors, and all.
const SECOND: [&str; 2] = ["secretariat", "astreinte"];
const ANYBODY: [&str; 3] = ["on-call", "secretariat", "astreinte"];

/// From the word to the end: rung 2 is told, somebody takes it in hand and says nothing, it
/// opens again, somebody says what came of it, and the contact is closed.
fn followed(life: &mut Life) {
    life.tell();
    let raised_at = life.alert().raised_at;
    life.wait_s(ANSWER_S + 5);
    life.wait_s(life.slack_s);
    life.assert_heard_within(raised_at, 0, &ANYBODY);
    life.assert_heard_within(raised_at, ANSWER_S, &SECOND);
    if life.slack_s == 0 {
        assert_eq!(life.first_heard_s(raised_at, &["secretariat"]), Some(ANSWER_S));
    }
    life.acknowledge(10);
    let until = *life.taken.last().expect("taken");
    life.wait_s(until.millis_since(life.now()) / 1000 + 5);
    life.wait_s(life.slack_s);
    assert_eq!(life.alert().state, AlertState::Open, "nobody has said what came of it");
    life.assert_heard_within(until, 0, &ANYBODY);
    life.acknowledge(15);
    life.end();
    let heard = life.heard.lock().unwrap().len();
    life.close();
    life.wait_s(3 * 3600);
    assert_eq!(life.heard.lock().unwrap().len(), heard, "nobody is told of what is over");
    let left = life.office.storage.jobs();
    assert!(left.iter().all(|(_, job, _)| !matches!(job, Job::EscalateAlert(..) | Job::DeliverMessage(_))), "{left:?}");
}

/// Nobody ever answers, for three hours.
fn abandoned(life: &mut Life) {
    life.tell();
    let raised_at = life.alert().raised_at;
    life.wait_s(15 * 60);
    life.wait_s(life.slack_s);
    // Where a kill makes the operator's own message uncertain, they are told again after
    // another answer's time.
    life.assert_heard_within(raised_at, 3 * ANSWER_S, &["astreinte"]);
    if life.slack_s == 0 {
        assert!(life.first_heard_s(raised_at, &["astreinte"]) <= Some(2 * ANSWER_S));
    }
    life.wait_s(3 * 3600);
    assert_eq!(life.alert().state, AlertState::Open);
    // Where a kill made the last message uncertain, the next one an hour later tells them.
    let pause_s = i64::try_from(LONGEST_PAUSE.as_secs()).expect("an hour") * if life.slack_s == 0 { 1 } else { 2 };
    life.assert_heard_within(life.now().plus_millis(-(pause_s + life.slack_s) * 1000), pause_s, &["astreinte"]);
}

/// Plays a story without an accident, and then with each accident before each of its steps.
/// Says how often it happened.
fn at_every_step(begin: impl Fn() -> Life, story: impl Fn(&mut Life)) -> u64 {
    let mut calm = begin();
    story(&mut calm);
    let mut happened = 0;
    for accident in ACCIDENTS {
        for step in 0..calm.steps {
            let mut life = begin();
            life.accident = Some((step, accident));
            let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| story(&mut life)));
            assert!(told.is_ok(), "{accident:?} before step {step} of {}", calm.steps);
            assert!(life.accident.is_none(), "{accident:?} before step {step} of {}", calm.steps);
            happened += 1;
        }
    }
    happened
}

#[test]
fn a_kill_or_a_silent_database_at_any_step_loses_no_alert_and_leaves_none_silent() {
    for style in [ChannelStyle::Mail, ChannelStyle::Gateway] {
        let points = at_every_step(|| Life::begin(style, Weather::Fair, Weather::Fair), followed);
        println!("{style:?}: {points} accidents on the road of an alert");
    }
}

#[test]
fn whatever_the_practice_s_channels_do_the_supervisors_have_it_over_every_kill() {
    for weather in DOWN {
        let points = at_every_step(|| Life::begin(ChannelStyle::Mail, weather, Weather::Fair), abandoned);
        println!("{weather:?}: {points} accidents while nobody of the practice hears");
    }
}

#[test]
fn with_every_channel_down_it_goes_on_at_least_hourly_and_everybody_who_looks_sees_it() {
    for weather in DOWN {
        let mut life = Life::begin(ChannelStyle::Mail, weather, weather);
        life.tell();
        let mut told = Vec::new();
        // A week, looked at every ten minutes.
        for _ in 0..7 * 24 * 6 {
            life.wait_s(600);
            told.extend(life.alert().told.last().map(|last| last.at));
        }
        told.dedup();
        let hour = i64::try_from(LONGEST_PAUSE.as_millis()).expect("an hour");
        let longest = told.windows(2).map(|pair| pair[1].millis_since(pair[0])).max();
        assert!(longest <= Some(hour), "{weather:?}: {longest:?} ms");
        let page = Page { limit: 10, cursor: None };
        let reads = &life.office.reception.reads;
        let open = block_on(reads.alerts(&life.office.practice, Some(AlertState::Open), &page)).expect("a list");
        assert_eq!(open.items.len(), 1, "{weather:?}");
        let failed = life
            .office
            .rows()
            .messages
            .into_values()
            .filter(|one| matches!(one.state, MessageState::Failed | MessageState::Uncertain));
        assert!(failed.count() > 150, "{weather:?}: every try can be seen");
        // The first who can be told is told.
        life.office.reload(|live| {
            live.features.retain(|feature| feature.id().as_str() != "plateforme");
            live.features.push(feature("courriel", Bound::Channel(Arc::new(life.office.channel.clone()))));
            live.features.retain(|feature| feature.id().as_str() != "courrier");
        });
        life.wait_s(hour / 1000);
        assert!(!life.office.sent.lock().unwrap().is_empty(), "{weather:?}: within the hour");
    }
}

/// A test of the chain, an hour from now, and what comes of it.
fn tested(life: &mut Life) {
    life.office.reload(|live| live.practice.alert_test = Some(10 * 60));
    loop {
        let jobs = Jobs::new(life.office.reception.clone());
        if let Some(Ok(_)) = life.drive(jobs.enqueue_alert_tests()) {
            break;
        }
    }
    life.wait_s(3 * 3600);
    life.wait_s(life.slack_s);
    let rows = life.office.rows();
    let test = rows.alert_test.as_ref().expect("a test");
    assert!(test.ended);
    let messages: Vec<_> = rows.messages.values().collect();
    let of_test = messages.iter().filter(|one| matches!(one.cause, MessageCause::AlertTest(_)));
    assert_eq!(of_test.count(), 4, "everybody once: three by mail, one telephone");
    let written: Vec<_> = rows.messages.values().cloned().collect();
    let told = messages.iter().filter(|one| one.template.id == "host.alert-test-missed").count();
    assert_eq!(told, usize::from(!test.unreached(&written).is_empty()), "told once, of what a kill left uncertain");
}

#[test]
fn a_kill_or_a_silent_database_at_any_step_of_a_test_leaves_one_test_and_one_report() {
    let points = at_every_step(|| Life::begin(ChannelStyle::Mail, Weather::Fair, Weather::Fair), tested);
    println!("{points} accidents on the road of a test");
}
