//! Everybody is hostile at once: the practice's file, its grids and its script, the
//! caller, and whoever holds the line. Any sequence of facts, keys, cuts, overrides,
//! levels and phrases goes through the real flow and jobs, over the ports in memory; an
//! oracle that knows nothing of the code keeps account of what was said and answered, and
//! judges after every step. A seed decides everything, so a failing sequence replays.

mod caller;
mod grid;
mod ledger;
mod oracle;
mod people;
mod practice;
mod report;
mod script;
mod sentences;
mod sequence;
mod world;

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use caller::{answers, anything, everything};
pub use report::{Attack, Breach, Rule};

use super::Sabotage;
use super::random::Random;

/// Plays so many sequences, on all cores. The seed of each follows from `seed` and its
/// number, so the report does not depend on the cores. `progress` is told now and then how
/// many are over.
#[must_use]
pub fn attack(seed: u64, sequences: u64, progress: impl Fn(u64) + Sync) -> Attack {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let (over, progress) = (AtomicU64::new(0), &progress);
    std::thread::scope(|scope| {
        let run = |core: usize| {
            let mut attack = Attack::default();
            for number in (0..sequences).skip(core).step_by(cores) {
                attack.absorb(play(sequence_seed(seed, number), None));
                let over = over.fetch_add(1, Ordering::Relaxed) + 1;
                if over.is_multiple_of(10_000) {
                    progress(over);
                }
            }
            attack
        };
        let threads: Vec<_> = (0..cores).map(|core| scope.spawn(move || run(core))).collect();
        let mut attack = Attack::default();
        for thread in threads {
            match thread.join() {
                Ok(part) => attack.absorb(part),
                // A panic in the domain is a finding: it goes on as it came.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        attack.breaches.sort_by_key(|breach| breach.sequence);
        attack
    })
}

/// The seed of one of [`attack`]'s sequences.
#[must_use]
pub fn sequence_seed(seed: u64, number: u64) -> u64 {
    Random::new(seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).next_u64()
}

/// Plays one sequence by its own seed, perhaps with a rule taken out.
#[must_use]
pub fn play(sequence: u64, sabotage: Option<Sabotage>) -> Attack {
    sequence::Sequence::new(sequence, sabotage).run()
}

#[cfg(test)]
mod tests;
