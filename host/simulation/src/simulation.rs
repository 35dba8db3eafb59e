//! Whole days at three practices, through the real flow and jobs, over the
//! fakes: people call, click twice, change their minds; agendas, channels,
//! plugins and the database fail in every way; the process dies in the middle
//! of anything. A seed decides everything, so a failing day replays exactly.
//!
//! The three practices differ in the class of their agenda: one that arbitrates,
//! one that stores whatever it is given, one that knows no op-ids.

mod cast;
mod day;
mod executor;
mod faults;
mod hands;
mod line;
mod office;
mod oracle;
mod report;
mod secretary;
mod trace;

pub use report::{Oracle, Report, Violation};

use std::num::NonZero;

pub use faults::{Faults, Harm};

use super::Sabotage;
use super::random::Random;

/// Simulates so many days, on all cores. The seed of each day follows from
/// `seed` and its number, so the report does not depend on the cores.
#[must_use]
pub fn simulate(seed: u64, days: u64, faults: Faults) -> Report {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        let run = |core: usize| {
            let mut report = Report::default();
            for day in (0..days).skip(core).step_by(cores) {
                report.absorb(simulate_day(day_seed(seed, day), faults, None));
            }
            report
        };
        let threads: Vec<_> = (0..cores).map(|core| scope.spawn(move || run(core))).collect();
        let mut report = Report::default();
        for thread in threads {
            match thread.join() {
                Ok(part) => report.absorb(part),
                // A panic in the domain is a finding: it goes on as it came.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        report.violations.sort_by_key(|violation| violation.day_seed);
        report
    })
}

/// The seed of one of [`simulate`]'s days.
#[must_use]
pub fn day_seed(seed: u64, day: u64) -> u64 {
    Random::new(seed ^ day.wrapping_mul(0x9E37_79B9_7F4A_7C15)).next_u64()
}

/// Simulates one day by its own seed, perhaps with a rule taken out.
#[must_use]
pub fn simulate_day(day_seed: u64, faults: Faults, sabotage: Option<Sabotage>) -> Report {
    day::Day::new(day_seed, faults, sabotage).run()
}

#[cfg(test)]
mod tests;
