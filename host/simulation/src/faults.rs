//! Which effect goes wrong, and how.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::random::Random;

/// An effect outside the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// A read of the database, or the beginning of a transaction.
    StorageRead,
    /// The commit of a transaction, or a change of the queue.
    StorageWrite,
    /// A read of an agenda.
    AgendaRead,
    /// A book, move, cancel, status, hold or block.
    AgendaWrite,
    /// A look-up of an op-id.
    AgendaLookup,
    /// Anything of a channel that sends nothing.
    ChannelRead,
    /// A send or withdrawal.
    ChannelSend,
    /// A triage step.
    Triage,
    /// A script view.
    Script,
}

/// What a report calls a fault.
pub(super) fn name_of(effect: Effect, fault: Fault) -> &'static str {
    macro_rules! names {
        ($($case:ident $name:literal),+ $(,)?) => {
            match (effect, fault) {$(
                (Effect::$case, Fault::Lost) => concat!("fault.", $name, ".lost"),
                (Effect::$case, Fault::Late) => concat!("fault.", $name, ".late"),
                (Effect::$case, Fault::Doubled) => concat!("fault.", $name, ".doubled"),
                (Effect::$case, Fault::Refused) => concat!("fault.", $name, ".refused"),
                (Effect::$case, Fault::ResponseLost) => concat!("fault.", $name, ".response-lost"),
            )+}
        };
    }
    names! {
        StorageRead "storage-read",
        StorageWrite "storage-write",
        AgendaRead "agenda-read",
        AgendaWrite "agenda-write",
        AgendaLookup "agenda-lookup",
        ChannelRead "channel-read",
        ChannelSend "channel-send",
        Triage "triage",
        Script "script",
    }
}

/// How an effect goes wrong. A fault that makes no sense for an effect counts
/// as the nearest that does: a read can only be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The request never arrives, and the caller cannot know.
    Lost,
    /// The request arrives after the caller has given up.
    Late,
    /// The request arrives twice.
    Doubled,
    /// The request is refused, and nothing happened.
    Refused,
    /// The request is carried out, and the answer is lost.
    ResponseLost,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Lost, Self::Late, Self::Doubled, Self::Refused, Self::ResponseLost];
}

/// How often each fault happens, in ten thousand effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// [`Fault::Lost`].
    pub lost: u32,
    /// [`Fault::Late`].
    pub late: u32,
    /// [`Fault::Doubled`].
    pub doubled: u32,
    /// [`Fault::Refused`].
    pub refused: u32,
    /// [`Fault::ResponseLost`].
    pub response_lost: u32,
    /// Not a rate: the longest that an agenda takes before it acts, in
    /// milliseconds.
    pub latency_ms: u32,
    /// How often a process stops for up to twenty minutes at a bad moment, right
    /// after it looked whether a time is free.
    pub stops: u32,
    /// Not a rate: how late a request that is [`Fault::Late`] arrives at most, in
    /// milliseconds.
    pub late_ms: u32,
}

/// Decides for every effect whether it goes wrong: what a test scripted first,
/// then the seeded rates.
#[derive(Debug, Default)]
pub struct FaultPlan {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    scripted: Vec<(Effect, Fault)>,
    seeded: Option<(Rates, Random)>,
    happened: BTreeMap<(Effect, Fault), u64>,
}

impl FaultPlan {
    /// Nothing goes wrong but what is scripted with [`FaultPlan::next`].
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Faults at these rates.
    #[must_use]
    pub fn seeded(rates: Rates, random: Random) -> Self {
        let plan = Self::default();
        plan.lock().seeded = Some((rates, random));
        plan
    }

    /// The next effect of this kind goes wrong in this way, once. Several wait
    /// for each other.
    pub fn next(&self, effect: Effect, fault: Fault) {
        self.lock().scripted.push((effect, fault));
    }

    /// From now on nothing goes wrong by chance.
    pub fn calm(&self) {
        self.lock().seeded = None;
    }

    /// What happened so far.
    #[must_use]
    pub fn happened(&self) -> BTreeMap<(Effect, Fault), u64> {
        self.lock().happened.clone()
    }

    pub(super) fn draw(&self, effect: Effect) -> Option<Fault> {
        let mut inner = self.lock();
        let scripted = inner.scripted.iter().position(|(wanted, _)| *wanted == effect);
        let fault = match scripted {
            Some(index) => Some(inner.scripted.remove(index).1),
            None => inner.seeded.as_mut().and_then(|(rates, random)| by_chance(*rates, random)),
        };
        if let Some(fault) = fault {
            *inner.happened.entry((effect, fault)).or_default() += 1;
        }
        fault
    }

    /// How long an agenda takes this time, in milliseconds.
    pub(super) fn latency_ms(&self) -> i64 {
        self.lock().seeded.as_mut().map_or(0, |(rates, random)| random.between(0, i64::from(rates.latency_ms)))
    }

    /// Whether the process stops here, and for how many milliseconds.
    pub(super) fn stop_ms(&self) -> Option<i64> {
        let mut inner = self.lock();
        let (rates, random) = inner.seeded.as_mut()?;
        random.chance(rates.stops).then(|| random.between(5_000, 20 * 60_000))
    }

    /// How late a request arrives this time, in milliseconds: at least one.
    pub(super) fn lateness_ms(&self) -> i64 {
        self.lock().seeded.as_mut().map_or(1, |(rates, random)| random.between(1, i64::from(rates.late_ms)))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn by_chance(rates: Rates, random: &mut Random) -> Option<Fault> {
    let mut drawn = random.below(10_000);
    let of = [rates.lost, rates.late, rates.doubled, rates.refused, rates.response_lost];
    for (fault, rate) in Fault::ALL.into_iter().zip(of) {
        let rate = u64::from(rate);
        if drawn < rate {
            return Some(fault);
        }
        drawn -= rate;
    }
    None
}
