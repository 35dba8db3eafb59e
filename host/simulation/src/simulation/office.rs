//! The process of greffon and what the people of one practice share.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use greffon_core::flow::{Flow, FlowError, Reception};
use greffon_core::ids::{ContactId, MotiveId, PracticeId};
use greffon_core::jobs::Jobs;
use greffon_core::model::view::OfferedSlot;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::practices::Practices;
use greffon_core::ports::storage::StorageError;
use greffon_core::time::{BootInstant, Instant};

use super::super::agenda::FakeAgenda;
use super::super::clock::{ManualClock, SeededIds};
use super::super::practices::FixedPractices;
use super::super::random::Random;
use super::super::storage::MemoryStorage;
use super::executor::{Crashed, Executor, Place};
use super::report::{Oracle, Report, Violation};

/// The processes of greffon over one database: what a crash takes away, and how
/// it comes back.
pub(super) struct Server {
    pub(super) executor: Rc<Executor>,
    pub(super) storage: MemoryStorage,
    pub(super) practices: FixedPractices,
    pub(super) clock: Arc<ManualClock>,
    pub(super) ids: Arc<SeededIds>,
    nodes: Vec<RefCell<Option<Reception>>>,
    /// How far the clock of each process is off, in milliseconds.
    skews_ms: Vec<i64>,
    resting: RefCell<Vec<Waker>>,
    /// Whether agendas are followed: a second net, under which the first shows no hole.
    follows: bool,
    pub(super) crashes: Cell<u64>,
}

/// The clock of one process.
struct NodeClock {
    world: Arc<ManualClock>,
    skew_ms: i64,
}

impl Clock for NodeClock {
    fn now(&self) -> Instant {
        self.world.now().plus_millis(self.skew_ms)
    }

    /// A machine's own clock cannot be set.
    fn boot(&self) -> BootInstant {
        self.world.boot()
    }
}

/// Workers of one process: two, so that jobs run beside each other.
const WORKERS: usize = 2;

/// How often a process sees that agendas are followed.
const ASKS_EVERY: Duration = Duration::from_secs(15 * 60);

impl Server {
    pub(super) fn new(
        executor: Rc<Executor>,
        storage: MemoryStorage,
        practices: FixedPractices,
        clock: Arc<ManualClock>,
        ids: Arc<SeededIds>,
        skews_ms: Vec<i64>,
        follows: bool,
    ) -> Rc<Self> {
        Rc::new(Self {
            executor,
            storage,
            practices,
            clock,
            ids,
            nodes: skews_ms.iter().map(|_| RefCell::default()).collect(),
            skews_ms,
            resting: RefCell::default(),
            follows,
            crashes: Cell::new(0),
        })
    }

    /// How far the fastest clock of a process is ahead, in milliseconds.
    pub(super) fn ahead_ms(&self) -> i64 {
        self.skews_ms.iter().copied().max().unwrap_or(0)
    }

    /// How many processes there are.
    pub(super) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// What the clock of a process shows: it may be off by hours.
    fn clock_of(&self, node: usize) -> Arc<dyn Clock> {
        let skew_ms = self.skews_ms.get(node).copied().unwrap_or(0);
        Arc::new(NodeClock { world: self.clock.clone(), skew_ms })
    }

    /// A new process over the same database and the same world.
    pub(super) fn start(self: &Rc<Self>, node: usize) {
        let reception = Reception::new(
            Arc::new(self.storage.clone()),
            Arc::new(self.storage.clone()),
            Arc::new(self.practices.clone()),
            self.clock_of(node),
            self.ids.clone(),
        );
        *self.nodes[node].borrow_mut() = Some(reception.clone());
        for _ in 0..WORKERS {
            let (server, jobs) = (self.clone(), Jobs::new(reception.clone()));
            self.executor.spawn(Place::Node(node), async move {
                let mut asked: Option<Instant> = None;
                loop {
                    // As a process does when it starts, and now and then: the database may not answer.
                    let now = server.clock.now();
                    if server.follows
                        && asked.is_none_or(|at| now.since(at) >= ASKS_EVERY)
                        && jobs.enqueue_agenda_watches().await.is_ok()
                    {
                        asked = Some(now);
                    }
                    let ran = jobs.run_due(3).await;
                    if ran.unwrap_or(0) == 0 {
                        server.rest().await;
                    }
                }
            });
        }
    }

    /// The executor has dropped what was under way; forget the rest.
    pub(super) fn crashed(&self, node: usize) {
        self.crashes.set(self.crashes.get() + 1);
        *self.nodes[node].borrow_mut() = None;
    }

    /// Wakes the workers.
    pub(super) fn ring(&self) {
        for waker in self.resting.take() {
            waker.wake();
        }
    }

    pub(super) fn is_up(&self) -> bool {
        self.nodes.iter().any(|node| node.borrow().is_some())
    }

    async fn rest(&self) {
        let mut rested = false;
        std::future::poll_fn(|context| {
            if rested {
                return Poll::Ready(());
            }
            rested = true;
            self.resting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// What is found out on the way, shared by everybody and by the channels'
/// witnesses.
#[derive(Clone, Default)]
pub(super) struct Notes {
    inner: Arc<Mutex<Noted>>,
}

#[derive(Default)]
pub(super) struct Noted {
    pub(super) accepted: Vec<(PracticeId, ContactId)>,
    pub(super) report: Report,
}

impl Notes {
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut Noted) -> T) -> T {
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn count(&self, name: &'static str) {
        self.with(|noted| noted.report.add(name, 1));
    }

    pub(super) fn violation(&self, oracle: Oracle, text: String) {
        // The day's seed is filled in when the day ends.
        self.with(|noted| noted.report.violations.push(Violation { day_seed: 0, oracle, text }));
    }
}

/// One practice, seen from outside greffon.
#[derive(Clone)]
pub(super) struct Office {
    pub(super) server: Rc<Server>,
    pub(super) practice: PracticeId,
    pub(super) agenda: FakeAgenda,
    pub(super) notes: Notes,
    pub(super) random: Rc<RefCell<Random>>,
}

/// How often a person presses the same button before giving up.
const PATIENCE: usize = 40;

impl Office {
    /// Sends a request until it is answered: a crash, a database that does not
    /// answer and a lost race are tried again, with the same request. `None`
    /// when patience ends.
    pub(super) async fn ask<T, F>(&self, what: &str, request: impl Fn(Reception) -> F) -> Option<Flow<T>>
    where
        T: 'static,
        F: Future<Output = Flow<T>> + 'static,
    {
        for _ in 0..PATIENCE {
            // Behind a balancer: the next try may meet another process.
            let node = self.below(self.server.nodes());
            let reception = self.server.nodes[node].borrow().clone();
            let answer = match reception {
                None => Err(Crashed),
                Some(reception) => self.server.executor.request(node, request(reception)).await,
            };
            match answer {
                Err(Crashed) | Ok(Err(FlowError::Conflict | FlowError::Storage(StorageError::Unavailable(_)))) => {
                    self.notes.count("retries");
                    self.pause_s(1, 15).await;
                }
                Ok(Err(FlowError::Storage(leaked))) => {
                    self.notes.violation(Oracle::WrongAnswer, format!("{what}: {leaked}"));
                    return None;
                }
                Ok(answer) => return Some(answer),
            }
        }
        self.notes.count("gave-up");
        None
    }

    /// Waits so many seconds of the day's clock, a little more or less.
    pub(super) async fn pause_s(&self, from: i64, to: i64) {
        let pause_ms = self.random.borrow_mut().between(from * 1000, to * 1000);
        let clock = &self.server.clock;
        clock.sleep_until(clock.now().plus_millis(pause_ms)).await;
    }

    pub(super) fn below(&self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(0);
        usize::try_from(self.random.borrow_mut().below(end)).unwrap_or(0)
    }

    pub(super) fn chance(&self, per_ten_thousand: u32) -> bool {
        self.random.borrow_mut().chance(per_ten_thousand)
    }

    /// The doctor writes the same time into the agenda just then, now and then.
    pub(super) fn perhaps_be_quicker(&self, slot: &OfferedSlot) {
        if !self.chance(600) {
            return;
        }
        if let Some(entry) = self.agenda.enter_if_free(&slot.slot.agenda, slot.slot.span) {
            self.notes.count("beaten-by-hand");
            let office = self.clone();
            self.server.executor.spawn(Place::World, async move { office.perhaps_strike(entry).await });
        }
    }

    /// How many patients of a motive come together.
    pub(super) fn seats(&self, motive: &MotiveId) -> u32 {
        let practice = self.server.practices.get(&self.practice);
        practice.as_ref().and_then(|practice| practice.motive(motive)).map_or(1, |motive| motive.seats.max(1))
    }

    /// A fresh op-id, as a client mints it at the first click.
    pub(super) fn op_id(&self) -> greffon_core::ids::OpId {
        format!("op-{:016x}", self.random.borrow_mut().next_u64()).into()
    }
}
