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

use super::super::clock::ManualClock;
use super::super::random::Random;
use super::trace::Trace;
use crate::ports::clock::Clock;

/// Where a task lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside greffon: goes on whatever happens to the process.
    World,
    /// In the process of greffon: gone when it crashes.
    Process,
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
    /// Polls of the process that are left until it crashes.
    fuse: Cell<Option<u64>>,
    pub(super) trace: Trace,
}

/// Why [`Executor::turn`] did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A task was polled.
    Polled,
    /// A task was polled, and then the process crashed.
    Crashed,
    /// Every task waits.
    Idle,
}

impl Executor {
    pub(super) fn new(random: Random, clock: Arc<ManualClock>) -> Rc<Self> {
        Rc::new(Self {
            tasks: RefCell::default(),
            spawned: RefCell::default(),
            ready: Arc::default(),
            next_task: Cell::new(0),
            random: RefCell::new(random),
            clock,
            fuse: Cell::new(None),
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

    /// Runs a future in the process and waits for it outside.
    pub(super) async fn request<T: 'static>(&self, request: impl Future<Output = T> + 'static) -> Result<T, Crashed> {
        let (answer, waiting) = oneshot::channel();
        self.spawn(Place::Process, async move {
            // Whoever asked may have crashed as well: then nobody listens.
            drop(answer.send(request.await));
        });
        waiting.await.map_err(|_| Crashed)
    }

    /// The process crashes after so many more polls.
    pub(super) fn crash_after(&self, polls: u64) {
        self.fuse.set(Some(polls));
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
        if place == Place::Process
            && let Some(left) = self.fuse.get()
        {
            self.fuse.set(left.checked_sub(1));
            if left == 0 {
                self.crash();
                return Turn::Crashed;
            }
        }
        Turn::Polled
    }

    /// Drops everything that was under way in the process.
    fn crash(&self) {
        self.adopt();
        let (gone, kept) = std::mem::take(&mut *self.tasks.borrow_mut())
            .into_iter()
            .partition(|(_, task)| task.place == Place::Process);
        *self.tasks.borrow_mut() = kept;
        // Dropped last: what a future drops may wake or spawn others.
        drop::<BTreeMap<u64, Task>>(gone);
    }

    /// Any of the tasks that can go on; those that are gone are skipped.
    fn next_ready(&self) -> Option<(u64, Task)> {
        let mut ready = lock(&self.ready);
        loop {
            let waiting = u64::try_from(ready.len()).unwrap_or(0);
            if waiting == 0 {
                return None;
            }
            let index = usize::try_from(self.random.borrow_mut().below(waiting)).unwrap_or(0);
            let id = ready.swap_remove(index);
            if let Some(task) = self.tasks.borrow_mut().remove(&id) {
                return Some((id, task));
            }
        }
    }

    fn adopt(&self) {
        let spawned = std::mem::take(&mut *self.spawned.borrow_mut());
        self.tasks.borrow_mut().extend(spawned);
    }
}
