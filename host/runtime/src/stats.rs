//! How long calls took, per kind. Fixed memory, no lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use greffon_kinds::{KINDS, PluginKind};

/// Each power of two is cut into so many buckets: an error of 6 % at most.
const STEPS: usize = 16;
/// Microseconds up to 2^32: more than an hour.
const POWERS: usize = 32;

/// Calls of one kind so far, waiting for a permit included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindStats {
    /// Which kind.
    pub kind: PluginKind,
    /// How many calls, failed ones included.
    pub count: u64,
    /// Median, in microseconds.
    pub p50_us: u64,
    /// 99th percentile, in microseconds.
    pub p99_us: u64,
}

/// The histograms of all kinds.
#[derive(Debug, Default)]
pub(crate) struct CallTimes([Histogram; KINDS.len()]);

impl CallTimes {
    pub(crate) fn record(&self, kind: PluginKind, took: Duration) {
        self.0[kind.index()].record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    pub(crate) fn all(&self) -> Vec<KindStats> {
        KINDS
            .iter()
            .zip(&self.0)
            .map(|(spec, histogram)| {
                let counts = histogram.counts();
                let quantile = |percent| quantile(&counts, percent);
                KindStats { kind: spec.kind, count: counts.iter().sum(), p50_us: quantile(50), p99_us: quantile(99) }
            })
            .collect()
    }
}

#[derive(Debug)]
struct Histogram(Box<[AtomicU64]>);

impl Default for Histogram {
    fn default() -> Self {
        Self((0..STEPS * POWERS).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Histogram {
    fn record(&self, value: u64) {
        if let Some(bucket) = self.0.get(bucket_of(value).min(STEPS * POWERS - 1)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn counts(&self) -> Vec<u64> {
        self.0.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect()
    }
}

/// Values below [`STEPS`] have a bucket each; above, the four bits after the
/// first one choose the step.
fn bucket_of(value: u64) -> usize {
    let value = usize::try_from(value).unwrap_or(usize::MAX);
    if value < STEPS {
        return value;
    }
    let power = value.ilog2();
    let shift = power - STEPS.ilog2();
    let step = (value >> shift) - STEPS;
    usize::try_from(shift + 1).unwrap_or(usize::MAX).saturating_mul(STEPS).saturating_add(step)
}

/// The largest value of a bucket.
fn top_of(bucket: usize) -> u64 {
    let (row, step) = (bucket / STEPS, bucket % STEPS);
    let top = match row {
        0 => step,
        _ => ((STEPS + step + 1) << (row - 1)) - 1,
    };
    u64::try_from(top).unwrap_or(u64::MAX)
}

/// The value that `percent` of the counted ones do not exceed; 0 without any.
fn quantile(counts: &[u64], percent: u64) -> u64 {
    let total: u64 = counts.iter().sum();
    let rank = (total * percent).div_ceil(100);
    let mut seen = 0;
    for (bucket, count) in counts.iter().enumerate() {
        seen += count;
        if seen >= rank && *count > 0 {
            return top_of(bucket);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_at_most_six_percent_too_high() {
        let times = CallTimes::default();
        for micros in 1..=10_000 {
            times.record(PluginKind::Triage, Duration::from_micros(micros));
        }
        let stats = times.all()[0];
        assert_eq!(stats.count, 10_000);
        assert!((5_000..=5_320).contains(&stats.p50_us), "{stats:?}");
        assert!((9_900..=10_520).contains(&stats.p99_us), "{stats:?}");
        assert_eq!(times.all()[1].count, 0);
        assert_eq!(times.all()[1].p99_us, 0);
    }

    #[test]
    fn every_value_lies_below_the_top_of_its_bucket() {
        for value in (0..5_000).chain([1 << 20, (1 << 31) + 7, (1 << 32) - 1]) {
            let bucket = bucket_of(value);
            assert!(top_of(bucket) >= value, "{value}");
            assert!(bucket == 0 || top_of(bucket - 1) < value, "{value}");
        }
    }

    #[test]
    fn an_endless_call_is_counted_in_the_last_bucket() {
        let times = CallTimes::default();
        times.record(PluginKind::Agenda, Duration::MAX);
        assert_eq!(times.all()[2].count, 1);
    }
}
