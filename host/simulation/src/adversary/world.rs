//! One practice in memory with everybody hostile around it, and the two processes that
//! serve it, with clocks that need not agree.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures::executor::block_on;
use greffon_core::flow::Reception;
use greffon_core::ids::PracticeId;
use greffon_core::jobs::Jobs;
use greffon_core::model::practice::{Practice, RedFlag};
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::{Bound, Problem};
use greffon_core::ports::practices::{Feature, LivePractice};
use greffon_core::time::{BootInstant, Instant};

use super::grid::HostileGrid;
use super::practice::{flags, hostile};
use super::script::HostileScript;
use crate::Sabotage;
use crate::agenda::{AgendaStyle, FakeAgenda};
use crate::channel::{ChannelStyle, FakeChannel};
use crate::clock::{ManualClock, SeededIds};
use crate::practices::{FixedPractices, feature};
use crate::random::Random;
use crate::storage::MemoryStorage;

/// Tuesday 24 November 2026, 0:00 in Paris.
const MIDNIGHT: Instant = Instant(1_795_474_800_000);
/// A process's clock is off by no more than this, as in the simulated days.
const MOST_SKEW_MS: i64 = 3 * 60 * 60 * 1000;
/// Jobs beget jobs; a queue that never empties is a finding of the simulated days.
const MOST_ROUNDS: u32 = 40;

/// The world of one sequence.
pub(super) struct World {
    pub(super) practice: PracticeId,
    pub(super) flags: Vec<RedFlag>,
    pub(super) storage: MemoryStorage,
    clock: Arc<ManualClock>,
    practices: FixedPractices,
    features: Vec<Feature>,
    nodes: [Node; 2],
    revision: u32,
}

/// One process of greffon.
pub(super) struct Node {
    pub(super) reception: Reception,
    clock: Arc<NodeClock>,
}

/// What the clock of a process shows.
struct NodeClock {
    world: Arc<ManualClock>,
    skew_ms: AtomicI64,
}

impl Clock for NodeClock {
    fn now(&self) -> Instant {
        self.world.now().plus_millis(self.skew_ms.load(Ordering::Relaxed))
    }

    /// A machine's own clock cannot be set.
    fn boot(&self) -> BootInstant {
        self.world.boot()
    }
}

impl World {
    pub(super) fn new(random: &mut Random, sabotage: Option<Sabotage>) -> Self {
        let clock = Arc::new(ManualClock::at(MIDNIGHT.plus_minutes(random.between(0, 2 * 24 * 60))));
        let storage = MemoryStorage::with(clock.clone(), Arc::default(), Arc::default(), sabotage);
        let agenda = FakeAgenda::new(AgendaStyle::Arbitrated, clock.clone());
        let channel = FakeChannel::with(ChannelStyle::Mail, clock.clone(), Arc::default(), Arc::default());
        let mut features = vec![
            feature("agenda", Bound::Agenda(Arc::new(agenda))),
            feature("courrier", Bound::Channel(Arc::new(channel))),
        ];
        for number in 0..random.below(3) {
            let grid = Bound::Triage(Arc::new(HostileGrid::new(random.fork())));
            features.push(feature(&format!("grille-{number}"), grid));
        }
        for number in 0..random.below(5).min(1) {
            let script = Bound::Script(Arc::new(HostileScript::new(random.fork())));
            features.push(feature(&format!("script-{number}"), script));
        }
        // A plugin that is not found: nobody knows what it would have been.
        if random.chance(500)
            && let Some(out) = features.pop()
        {
            let problem = Problem::lasting("plugin", "there is no such plugin", "");
            features.push(Feature { kind: None, bound: Err(problem), settings: None, ..out });
        }
        let ids = Arc::new(SeededIds::new(random.next_u64()));
        let practices = FixedPractices::default();
        let nodes = std::array::from_fn(|_| {
            let node = Arc::new(NodeClock { world: clock.clone(), skew_ms: AtomicI64::new(0) });
            let reception = Reception::new(
                Arc::new(storage.clone()),
                Arc::new(storage.clone()),
                Arc::new(practices.clone()),
                node.clone(),
                ids.clone(),
            );
            Node { reception, clock: node }
        });
        let flags = flags(random);
        let practice = PracticeId::from("adversary");
        let mut world = Self { practice, flags, storage, clock, practices, features, nodes, revision: 0 };
        world.edit(random);
        world
    }

    /// The practice's file changes; its own flags stand, as does the contact's grid.
    pub(super) fn edit(&mut self, random: &mut Random) {
        self.revision += 1;
        let practice = Practice { red_flags: self.flags.clone(), ..hostile(random, self.revision) };
        self.practices.put(LivePractice { practice, features: self.features.clone() });
    }

    /// The practice as its file is now.
    pub(super) fn file(&self) -> Option<Arc<LivePractice>> {
        greffon_core::ports::practices::Practices::get(&self.practices, &self.practice)
    }

    /// A process dies, and another one starts on a machine whose clock is off.
    pub(super) fn restart(&self, random: &mut Random) {
        let skew_ms = random.between(-MOST_SKEW_MS, MOST_SKEW_MS);
        if let Some(node) = random.pick(&self.nodes) {
            node.clock.skew_ms.store(skew_ms, Ordering::Relaxed);
        }
    }

    /// Whichever process takes the next request.
    pub(super) fn node(&self, random: &mut Random) -> &Node {
        &self.nodes[usize::from(random.chance(3000))]
    }

    /// What a process believes that it is.
    pub(super) fn now_at(&self, node: &Node) -> Instant {
        node.clock.now()
    }

    /// What it is.
    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Time passes, then all jobs are run that are due by then. The first error of the
    /// queue itself is returned.
    pub(super) fn wait(&self, random: &mut Random, by: Duration) -> Result<(), String> {
        self.clock.advance(by);
        let jobs = Jobs::new(self.node(random).reception.clone());
        for _ in 0..MOST_ROUNDS {
            match block_on(jobs.run_due(50)) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(())
    }
}
