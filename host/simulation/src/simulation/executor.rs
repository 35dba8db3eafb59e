//! Runs everything of a day on one thread, in an order that the seed decides,
//! on a clock that jumps to the next thing to do.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};

use futures::channel::oneshot;
use greffon_core::ports::clock::Clock;
use greffon_core::time::Instant;

use super::super::clock::ManualClock;
use super::super::pace::Pace;
use super::super::random::Random;
use super::trace::Trace;

/// Where a task lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside greffon: goes on whatever happens to the process.
    World,
    /// In the process of this number: gone when it crashes.
    Node(usize),
}

/// What happens to a process in the middle of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accident {
    /// It dies.
    Crash,
    /// It stands still for so many milliseconds and goes on as if nothing had
    /// been: a suspended machine.
    Stall(i64),
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    ready: Arc<Ready>,
    place: Place,
}

/// Puts its task in the queue of those that can go on, once.
struct Ready {
    task: u64,
    queued: AtomicBool,
    queue: Arc<Mutex<Vec<u64>>>,
}

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::Relaxed) {
            lock(&self.queue).push(self.task);
        }
    }
}

fn lock(queue: &Mutex<Vec<u64>>) -> MutexGuard<'_, Vec<u64>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The process crashed while it worked on the request: nobody knows how far it
/// came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crashed;

/// The tasks of one day.
pub(super) struct Executor {
    tasks: RefCell<BTreeMap<u64, Task>>,
    spawned: RefCell<Vec<(u64, Task)>>,
    ready: Arc<Mutex<Vec<u64>>>,
    next_task: Cell<u64>,
    random: RefCell<Random>,
    clock: Arc<ManualClock>,
    pace: Arc<Pace>,
    /// What will happen to a process, and its polls that are left until then.
    fuse: Cell<Option<(usize, u64, Accident)>>,
    /// A process that stands still, and until when.
    stalled: Cell<Option<(usize, Instant)>>,
    /// Tasks of a process that stands still and could go on.
    parked: RefCell<Vec<u64>>,
    /// How often a process stopped right after it had looked at an agenda.
    pub(super) stops: Cell<u64>,
    pub(super) trace: Trace,
}

/// Why [`Executor::turn`] did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A task was polled.
    Polled,
    /// A task was polled, and then its process crashed.
    Crashed(usize),
    /// Every task waits.
    Idle,
}

impl Executor {
    pub(super) fn new(random: Random, clock: Arc<ManualClock>, pace: Arc<Pace>) -> Rc<Self> {
        Rc::new(Self {
            tasks: RefCell::default(),
            spawned: RefCell::default(),
            ready: Arc::default(),
            next_task: Cell::new(0),
            random: RefCell::new(random),
            clock,
            pace,
            fuse: Cell::new(None),
            stalled: Cell::new(None),
            parked: RefCell::default(),
            stops: Cell::new(0),
            trace: Trace::default(),
        })
    }

    pub(super) fn spawn(&self, place: Place, future: impl Future<Output = ()> + 'static) {
        let id = self.next_task.get();
        self.next_task.set(id + 1);
        let ready = Arc::new(Ready { task: id, queued: AtomicBool::new(false), queue: self.ready.clone() });
        ready.wake_by_ref();
        self.spawned.borrow_mut().push((id, Task { future: Box::pin(future), ready, place }));
    }

    /// Runs a future in a process and waits for it outside.
    pub(super) async fn request<T: 'static>(
        &self,
        node: usize,
        request: impl Future<Output = T> + 'static,
    ) -> Result<T, Crashed> {
        let (answer, waiting) = oneshot::channel();
        self.spawn(Place::Node(node), async move {
            // Whoever asked may have crashed as well: then nobody listens.
            drop(answer.send(request.await));
        });
        waiting.await.map_err(|_| Crashed)
    }

    /// The accident happens after so many more polls of the process.
    pub(super) fn light_fuse(&self, node: usize, polls: u64, accident: Accident) {
        self.fuse.set(Some((node, polls, accident)));
    }

    /// When a process that stands still goes on.
    pub(super) fn stalled_until(&self) -> Option<Instant> {
        self.stalled.get().map(|(_, until)| until)
    }

    /// Polls one ready task.
    pub(super) fn turn(&self) -> Turn {
        self.adopt();
        let Some((id, mut task)) = self.next_ready() else { return Turn::Idle };
        self.trace.mix(id);
        self.trace.mix(u64::try_from(self.clock.now().0).unwrap_or(0));
        task.ready.queued.store(false, Ordering::Relaxed);
        let waker = Waker::from(task.ready.clone());
        let place = task.place;
        if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            self.tasks.borrow_mut().insert(id, task);
        }
        if let (Some(pause_ms), Place::Node(node), None) = (self.pace.take_stop(), place, self.stalled.get()) {
            self.stalled.set(Some((node, self.clock.now().plus_millis(pause_ms))));
            self.stops.set(self.stops.get() + 1);
        }
        let Some((doomed, left, accident)) = self.fuse.get().filter(|(doomed, ..)| place == Place::Node(*doomed))
        else {
            return Turn::Polled;
        };
        if left > 0 {
            self.fuse.set(Some((doomed, left - 1, accident)));
            return Turn::Polled;
        }
        self.fuse.set(None);
        match accident {
            Accident::Crash => {
                self.crash(doomed);
                return Turn::Crashed(doomed);
            }
            Accident::Stall(pause_ms) => self.stalled.set(Some((doomed, self.clock.now().plus_millis(pause_ms)))),
        }
        Turn::Polled
    }

    /// Drops everything that was under way in a process.
    fn crash(&self, node: usize) {
        self.adopt();
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        let (gone, kept) = tasks.into_iter().partition(|(_, task)| task.place == Place::Node(node));
        *self.tasks.borrow_mut() = kept;
        // Dropped last: what a future drops may wake or spawn others.
        drop::<BTreeMap<u64, Task>>(gone);
    }

    /// Drops every task: those that wait for ever hold the executor itself.
    pub(super) fn clear(&self) {
        self.adopt();
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        drop::<BTreeMap<u64, Task>>(tasks);
        self.spawned.borrow_mut().clear();
    }

    /// Any of the tasks that can go on; those that are gone are skipped, those
    /// of a process that stands still are put aside.
    fn next_ready(&self) -> Option<(u64, Task)> {
        let mut ready = lock(&self.ready);
        if self.stalled.get().is_some_and(|(_, until)| until <= self.clock.now()) {
            self.stalled.set(None);
            ready.append(&mut self.parked.borrow_mut());
        }
        loop {
            let waiting = u64::try_from(ready.len()).unwrap_or(0);
            if waiting == 0 {
                return None;
            }
            let index = usize::try_from(self.random.borrow_mut().below(waiting)).unwrap_or(0);
            let id = ready.swap_remove(index);
            let mut tasks = self.tasks.borrow_mut();
            let still = |task: &Task| self.stalled.get().is_some_and(|(node, _)| task.place == Place::Node(node));
            match tasks.get(&id) {
                Some(task) if still(task) => self.parked.borrow_mut().push(id),
                Some(_) => return tasks.remove(&id).map(|task| (id, task)),
                None => {}
            }
        }
    }

    fn adopt(&self) {
        let spawned = std::mem::take(&mut *self.spawned.borrow_mut());
        self.tasks.borrow_mut().extend(spawned);
    }
}
