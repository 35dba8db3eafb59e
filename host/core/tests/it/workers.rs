//! The workers of a process: what hangs, panics or fails for ever in one practice
//! hurts nobody else, and ends with a person.

use std::sync::Arc;
use std::time::Duration;

use futures::executor::{LocalPool, LocalSpawner, block_on};
use futures::future::BoxFuture;
use futures::task::LocalSpawnExt;
use greffon_core::flow::Reception;
use greffon_core::ids::{JobId, MessageId, PracticeId};
use greffon_core::jobs::{Process, Workers};
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::Level;
use greffon_core::model::dead_letter::DeadLetterState;
use greffon_core::model::job::{Due, Job, Lane};
use greffon_core::model::message::MessageState;
use greffon_core::model::practice::Practice;
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::practices::LivePractice;
use greffon_core::ports::storage::Storage as _;
use greffon_simulation::{
    AgendaStyle, ChannelStyle, FakeAgenda, FakeChannel, FakePlugins, FixedPractices, ManualClock, MemoryStorage, Pace,
    SeededIds, french_features, french_practice, sample_message,
};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::office::NOW;

/// A process with workers, on one thread, and practices with a channel each.
struct Shop {
    pool: LocalPool,
    clock: Arc<ManualClock>,
    storage: MemoryStorage,
    reception: Reception,
    workers: Arc<Workers>,
    channels: Vec<FakeChannel>,
    paces: Vec<Arc<Pace>>,
    bell: Arc<Notify>,
    stop: watch::Sender<bool>,
    next: u128,
}

#[derive(Clone)]
struct Local {
    spawner: LocalSpawner,
    bell: Arc<Notify>,
}

impl Process for Local {
    fn spawn(&self, job: BoxFuture<'static, ()>) {
        self.spawner.spawn_local(job).unwrap();
    }

    fn idle(&self, _: Lane) -> BoxFuture<'static, ()> {
        let bell = Arc::clone(&self.bell);
        Box::pin(async move { bell.notified().await })
    }
}

fn practice(number: usize) -> PracticeId {
    format!("cabinet-{number}").into()
}

impl Shop {
    fn open(practices: usize) -> Self {
        let pool = LocalPool::new();
        let clock = Arc::new(ManualClock::at(NOW));
        let storage = MemoryStorage::on(clock.clone());
        let plugins = FakePlugins::new();
        let paces: Vec<_> = (0..practices).map(|_| Arc::new(Pace::default())).collect();
        let channels = paces
            .iter()
            .map(|pace| FakeChannel::with(ChannelStyle::Mail, clock.clone(), Arc::default(), Arc::clone(pace)));
        let channels: Vec<_> = channels.collect();
        // Nothing can be booked here: there are channels only.
        let agenda = FakeAgenda::with(AgendaStyle::Arbitrated, clock.clone(), Arc::default(), Arc::default());
        let known = channels.iter().enumerate().map(|(number, channel)| {
            let mut features = french_features(&plugins, &agenda, channel);
            features.retain(|feature| feature.id().as_str() == "courrier");
            LivePractice { practice: Practice { id: practice(number), ..french_practice("cabinet") }, features }
        });
        let reception = Reception::new(
            Arc::new(storage.clone()),
            Arc::new(storage.clone()),
            Arc::new(FixedPractices::new(known)),
            clock.clone(),
            Arc::new(SeededIds::new(1)),
        );
        let workers = Workers::new(reception.clone(), reception.clone());
        let (bell, (stop, stopped)) = (Arc::new(Notify::new()), watch::channel(false));
        for lane in Lane::ALL {
            let process = Local { spawner: pool.spawner(), bell: Arc::clone(&bell) };
            pool.spawner().spawn_local(Arc::clone(&workers).work(lane, process, stopped.clone())).unwrap();
        }
        Self { pool, clock, storage, reception, workers, channels, paces, bell, stop, next: 1 }
    }

    /// Runs everything until all wait for time, a peer or a commit.
    fn run(&mut self) {
        self.pool.run_until_stalled();
        self.bell.notify_waiters();
        self.pool.run_until_stalled();
    }

    /// Lets so much time pass, from job to job.
    fn wait(&mut self, time: Duration) {
        let end = self.clock.now() + time;
        self.run();
        while let Some(at) = self.storage.next_due().filter(|at| *at <= end) {
            self.clock.set(at);
            self.run();
        }
        self.clock.set(end);
        self.run();
    }

    fn write(&mut self, practice: &PracticeId, level: Level) -> MessageId {
        let id = MessageId(Uuid::from_u128(self.next));
        self.next += 1;
        let lane = if level == Level::Vital { Lane::Alert } else { Lane::Normal };
        let mut message = sample_message(practice, id, level, NOW);
        block_on(async {
            let mut tx = self.storage.begin(practice).await.unwrap();
            tx.save_message(&mut message).await.unwrap();
            tx.enqueue(JobId(id.0), &Job::DeliverMessage(id), lane, Due::NOW).await.unwrap();
            tx.commit().await.unwrap();
        });
        id
    }

    fn enqueue(&mut self, practice: &PracticeId, lane: Lane, job: &Job) -> JobId {
        let id = JobId(Uuid::from_u128(self.next << 64));
        self.next += 1;
        block_on(async {
            let mut tx = self.storage.begin(practice).await.unwrap();
            tx.enqueue(id, job, lane, Due::NOW).await.unwrap();
            tx.commit().await.unwrap();
        });
        id
    }

    fn state(&self, practice: &PracticeId, id: MessageId) -> MessageState {
        self.storage.look(practice, |rows| rows.messages[&id].state)
    }
}

fn supervisor() -> Actor {
    Actor { subject: "s-1".to_owned(), role: Role::Supervisor }
}

#[test]
fn an_alert_leaves_while_the_channels_of_200_practices_hang_some_with_alerts_of_their_own() {
    let mut shop = Shop::open(201);
    for number in 0..200 {
        shop.paces[number].hold();
        for _ in 0..5 {
            shop.write(&practice(number), Level::Routine);
            if number < 8 {
                shop.write(&practice(number), Level::Vital);
            }
        }
    }
    shop.run();
    assert!(shop.channels[..200].iter().all(|channel| channel.sent().is_empty()));
    let healthy = practice(200);
    let (alert, routine) = (shop.write(&healthy, Level::Vital), shop.write(&healthy, Level::Routine));
    shop.run();
    assert_eq!(shop.state(&healthy, alert), MessageState::Sent);
    assert_eq!(shop.state(&healthy, routine), MessageState::Queued, "its lane is full; alerts have their own");
    // Nobody starves either: what hung goes on, and the rest follows.
    for pace in &shop.paces {
        pace.release();
    }
    shop.run();
    assert!(shop.channels[..8].iter().all(|channel| channel.sent().len() == 10));
    assert!(shop.channels[8..200].iter().all(|channel| channel.sent().len() == 5));
    assert_eq!(shop.state(&healthy, routine), MessageState::Sent);
}

#[test]
fn a_practice_whose_channel_hangs_holds_its_share_of_a_lane_and_no_more() {
    let mut shop = Shop::open(2);
    shop.paces[0].hold();
    for _ in 0..50 {
        shop.write(&practice(0), Level::Routine);
    }
    let other = shop.write(&practice(1), Level::Routine);
    shop.run();
    assert_eq!(shop.state(&practice(1), other), MessageState::Sent);
    let taken = shop.storage.look(&practice(0), |rows| {
        rows.messages.values().filter(|message| message.state == MessageState::Sending).count()
    });
    assert_eq!(taken, 3);
}

#[test]
fn a_freed_place_takes_the_next_job_without_waiting_for_the_others() {
    let mut shop = Shop::open(2);
    shop.paces[0].hold();
    let hung = shop.write(&practice(0), Level::Routine);
    shop.run();
    for _ in 0..40 {
        let next = shop.write(&practice(1), Level::Routine);
        shop.run();
        assert_eq!(shop.state(&practice(1), next), MessageState::Sent);
    }
    assert_eq!(shop.state(&practice(0), hung), MessageState::Sending);
}

#[test]
fn a_panic_is_contained_and_its_message_ends_with_a_person() {
    let mut shop = Shop::open(2);
    shop.channels[0].watch(|_| panic!("on purpose"));
    let doomed = shop.write(&practice(0), Level::Vital);
    shop.run();
    assert_eq!(shop.state(&practice(0), doomed), MessageState::Sending);
    let other = shop.write(&practice(1), Level::Vital);
    shop.run();
    assert_eq!(shop.state(&practice(1), other), MessageState::Sent, "the lane goes on");
    // Run again: nobody knows whether it left.
    shop.wait(Duration::from_secs(5));
    assert_eq!(shop.state(&practice(0), doomed), MessageState::Uncertain);
    assert_eq!(shop.storage.jobs().len(), 0);
}

#[test]
fn a_job_that_fails_for_ever_ends_as_a_dead_letter_and_can_be_retried_and_closed() {
    let mut shop = Shop::open(1);
    let here = practice(0);
    let id = shop.write(&here, Level::Vital);
    shop.storage.spoil_message(&here, id);
    shop.wait(Duration::from_secs(7 * 60));
    let letters = |shop: &Shop| shop.storage.rows(&here).dead_letters.into_values().collect::<Vec<_>>();
    let [letter] = &letters(&shop)[..] else { panic!("{:?}", letters(&shop)) };
    assert_eq!((letter.failures, letter.code.as_str(), letter.state), (12, "storage", DeadLetterState::Open));
    assert_eq!(shop.storage.jobs(), [], "it is not repeated");
    let journal = shop.storage.rows(&here).audit;
    assert_eq!(journal.last().unwrap().action, "job.given-up");

    // What was wrong is put right, and somebody tries again.
    shop.storage.mend_message(&here, id);
    block_on(shop.reception.dead_letters.retry(&here, letter.id, &supervisor())).unwrap();
    shop.run();
    assert_eq!(shop.state(&here, id), MessageState::Sent);
    assert_eq!(letters(&shop)[0].state, DeadLetterState::Retried);
}

#[test]
fn a_job_whose_worker_dies_of_it_each_time_is_given_up_unrun() {
    let mut shop = Shop::open(1);
    let here = practice(0);
    shop.paces[0].hold();
    let id = shop.write(&here, Level::Vital);
    let minute = Duration::from_secs(60);
    block_on(async {
        for _ in 0..13 {
            // Taken by a process that dies before it can do or say anything.
            assert_eq!(shop.storage.lease_jobs(Lane::Alert, 1, 9, minute).await.unwrap().len(), 1);
            shop.clock.advance(minute);
        }
    });
    shop.run();
    assert_eq!(shop.state(&here, id), MessageState::Failed);
    let letter = shop.storage.rows(&here).dead_letters.into_values().next().unwrap();
    assert_eq!(letter.code, "worker-died");
}

#[test]
fn a_job_that_lost_its_lease_is_stopped_and_ends_nothing() {
    let mut shop = Shop::open(1);
    let here = practice(0);
    shop.paces[0].hold();
    let id = shop.write(&here, Level::Vital);
    shop.run();
    block_on(shop.workers.renew()).unwrap();
    shop.clock.advance(Duration::from_secs(59));
    block_on(shop.workers.renew()).unwrap();
    assert_eq!(block_on(shop.storage.lease_jobs(Lane::Alert, 9, 9, Duration::from_secs(60))).unwrap(), []);
    // The process was stopped for long, and another one took the job.
    shop.clock.advance(Duration::from_secs(61));
    let taken = block_on(shop.storage.lease_jobs(Lane::Alert, 9, 9, Duration::from_secs(60))).unwrap();
    assert_eq!(taken[0].attempt, 2);
    block_on(shop.workers.renew()).unwrap();
    shop.run();
    shop.paces[0].release();
    shop.run();
    assert!(shop.channels[0].sent().is_empty(), "what was stopped does not send");
    assert_eq!(shop.state(&here, id), MessageState::Sending, "the other one finds it so");
    assert_eq!(shop.storage.jobs().len(), 1);
}

#[test]
fn a_stop_takes_no_more_jobs_and_lets_those_that_run_end() {
    let mut shop = Shop::open(2);
    shop.paces[0].hold();
    let running = shop.write(&practice(0), Level::Vital);
    shop.run();
    shop.stop.send_replace(true);
    shop.run();
    let late = shop.write(&practice(1), Level::Vital);
    shop.run();
    assert_eq!(shop.state(&practice(1), late), MessageState::Queued);
    shop.paces[0].release();
    shop.pool.run();
    assert_eq!(shop.state(&practice(0), running), MessageState::Sent, "every lane has ended");
    assert_eq!(shop.storage.jobs().len(), 1, "the one that came late");
}

#[test]
fn nothing_of_a_practice_whose_file_is_gone_is_given_up() {
    let mut shop = Shop::open(1);
    let gone: PracticeId = "cabinet-fermé".into();
    shop.enqueue(&gone, Lane::Alert, &Job::DeliverMessage(MessageId(Uuid::nil())));
    shop.wait(Duration::from_secs(24 * 3600));
    assert_eq!(shop.storage.jobs().len(), 1);
    assert!(shop.storage.rows(&gone).dead_letters.is_empty());
}
