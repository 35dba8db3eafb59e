//! What pure plugins make of their settings, once, for all their calls.
//!
//! A pure plugin imports nothing, so what it prepares depends on its component
//! and on the settings alone: whoever binds the same component with the same
//! settings shares one copy, whichever practice it is. Nothing of a contact is in
//! it. It lives in memory, for as long as a binding has it, and never on disk.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use greffon_core::model::triage::Finding;
use sha2::{Digest as _, Sha256};

use crate::api_version::SERVED;
use crate::problem::Problem;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// Most bytes that may be prepared of settings of this size: the larger of
/// 64 KiB and four times as many, and 4 MiB at most.
pub(crate) fn most_bytes(settings: &str) -> u64 {
    let size = u64::try_from(settings.len()).unwrap_or(u64::MAX);
    size.saturating_mul(4).clamp(64 * KIB, 4 * MIB)
}

/// Prepared settings. Dropped with the last binding that has them.
#[derive(Debug)]
pub(crate) struct Prepared {
    bytes: Box<[u8]>,
    warnings: Vec<Finding>,
    /// What the bytes are counted in.
    total: Arc<AtomicU64>,
}

impl Prepared {
    /// What every call gets a copy of.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What somebody should look at.
    pub(crate) fn warnings(&self) -> &[Finding] {
        &self.warnings
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        self.total.fetch_sub(size_of_bytes(&self.bytes), Ordering::Relaxed);
    }
}

fn size_of_bytes(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// What a guest answered to `prepare`, taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub bytes: Vec<u8>,
    pub warnings: Vec<Finding>,
}

/// What came of `prepare`.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// The settings may go live.
    Ready(Arc<Prepared>),
    /// They may not; at least one of the findings is an error.
    Refused(Vec<Finding>),
}

/// Component, settings and contract. Two bindings that agree on them share what
/// was prepared.
type Key = [u8; 32];

/// All prepared settings of this process.
#[derive(Debug)]
pub(crate) struct PreparedSettings {
    kept: Mutex<HashMap<Key, Weak<Prepared>>>,
    total: Arc<AtomicU64>,
    most_bytes: u64,
}

impl PreparedSettings {
    /// Keeps up to so many bytes in all.
    pub(crate) fn new(most_bytes: u64) -> Self {
        Self { kept: Mutex::default(), total: Arc::default(), most_bytes }
    }

    /// What `component` makes of `settings`, from `ask` if nobody has it. Asked
    /// twice, since a plugin that does not answer the same to the same would
    /// answer otherwise on another node.
    ///
    /// # Errors
    /// What `ask` fails with, which is not remembered; bytes that differ, or are
    /// more than there may be.
    pub(crate) fn of(
        &self,
        component: &str,
        settings: &str,
        ask: impl Fn() -> Result<Result<Made, Vec<Finding>>, Problem>,
    ) -> Result<Verdict, Problem> {
        let key = key(component, settings);
        if let Some(prepared) = self.lock().get(&key).and_then(Weak::upgrade) {
            return Ok(Verdict::Ready(prepared));
        }
        let first = ask()?;
        if ask()? != first {
            return Err(Problem::lasting(
                "plugin",
                "it prepares the same settings in two ways",
                "tell the plugin's author: the same settings must give the same bytes, so a map is an ordered one",
            ));
        }
        match first {
            Ok(made) => self.keep(key, settings, made).map(Verdict::Ready),
            Err(findings) => Ok(Verdict::Refused(findings)),
        }
    }

    fn keep(&self, key: Key, settings: &str, made: Made) -> Result<Arc<Prepared>, Problem> {
        let (size, most) = (size_of_bytes(&made.bytes), most_bytes(settings));
        if size > most {
            return Err(Problem::lasting(
                "plugin",
                format!("it prepares {size} bytes of {} bytes of settings; it may prepare {most}", settings.len()),
                "tell the plugin's author, or make the settings smaller",
            ));
        }
        let mut kept = self.lock();
        // Somebody else was as fast: these bytes are the same.
        if let Some(prepared) = kept.get(&key).and_then(Weak::upgrade) {
            return Ok(prepared);
        }
        let before = self.total.fetch_add(size, Ordering::Relaxed);
        let prepared =
            Arc::new(Prepared { bytes: made.bytes.into(), warnings: made.warnings, total: Arc::clone(&self.total) });
        if before.saturating_add(size) > self.most_bytes {
            // Dropped here, it is not counted any more.
            return Err(Problem::passing(
                "plugin",
                format!(
                    "no room for {} KiB of prepared settings; all may have {} MiB",
                    size / KIB,
                    self.most_bytes / MIB
                ),
                "raise limits.prepared-mib of greffon.toml",
            ));
        }
        kept.retain(|_, prepared| prepared.strong_count() > 0);
        kept.insert(key, Arc::downgrade(&prepared));
        Ok(prepared)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Weak<Prepared>>> {
        // Entries are added and removed as a whole: the map is whole whatever
        // panicked.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(component: &str, settings: &str) -> Key {
    let mut hash = Sha256::new();
    for text in [component, settings, &SERVED.to_string()] {
        // With its length, so that no two lists of texts are one.
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use greffon_core::model::triage::FindingSeverity;

    use super::*;

    fn made(bytes: usize) -> Made {
        Made { bytes: vec![1; bytes], warnings: Vec::new() }
    }

    fn ready(verdict: Result<Verdict, Problem>) -> Arc<Prepared> {
        match verdict {
            Ok(Verdict::Ready(prepared)) => prepared,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn whoever_has_the_same_component_and_settings_shares_the_bytes_until_the_last_is_gone() {
        let settings = PreparedSettings::new(MIB);
        let asked = Cell::new(0);
        let of = |component, json| {
            settings.of(component, json, || {
                asked.set(asked.get() + 1);
                Ok(Ok(made(100)))
            })
        };
        let (first, second) = (ready(of("a", "{}")), ready(of("a", "{}")));
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(asked.get(), 2, "asked twice for the first, not at all for the second");
        let other = ready(of("a", "{\"x\":1}"));
        let elsewhere = ready(of("b", "{}"));
        assert!(!Arc::ptr_eq(&other, &elsewhere) && !Arc::ptr_eq(&first, &other));
        assert_eq!(settings.total.load(Ordering::Relaxed), 300);
        drop((first, other, elsewhere));
        assert_eq!(settings.total.load(Ordering::Relaxed), 100, "the second has it still");
        drop(second);
        assert_eq!(settings.total.load(Ordering::Relaxed), 0);
        ready(of("a", "{}"));
        assert_eq!(asked.get(), 8, "nobody had it any more");
    }

    #[test]
    fn bytes_that_differ_from_one_time_to_the_next_are_refused() {
        let settings = PreparedSettings::new(MIB);
        let size = Cell::new(0);
        let differs = settings.of("a", "{}", || {
            size.set(size.get() + 1);
            Ok(Ok(made(size.get())))
        });
        let problem = differs.expect_err("refused");
        assert!(problem.message.contains("two ways") && !problem.passing, "{problem:?}");
        assert!(settings.lock().is_empty());
    }

    #[test]
    fn the_most_is_four_times_the_settings_between_64_kib_and_4_mib() {
        assert_eq!(most_bytes(""), 64 << 10);
        assert_eq!(most_bytes(&"x".repeat(16 << 10)), 64 << 10);
        assert_eq!(most_bytes(&"x".repeat((16 << 10) + 1)), (64 << 10) + 4);
        assert_eq!(most_bytes(&"x".repeat(1 << 20)), 4 << 20);
        assert_eq!(most_bytes(&"x".repeat((1 << 20) + 1)), 4 << 20);

        let settings = PreparedSettings::new(MIB);
        assert!(settings.of("a", "{}", || Ok(Ok(made(64 << 10)))).is_ok());
        let problem = settings.of("b", "{}", || Ok(Ok(made((64 << 10) + 1)))).expect_err("one more");
        assert!(problem.message.contains("65537 bytes") && problem.message.contains("65536"), "{problem:?}");
    }

    #[test]
    fn all_together_have_what_the_operator_gives_them() {
        let settings = PreparedSettings::new(100 * KIB);
        let first = ready(settings.of("a", "{}", || Ok(Ok(made(60 << 10)))));
        let _second = ready(settings.of("b", "{}", || Ok(Ok(made(40 << 10)))));
        let problem = settings.of("c", "{}", || Ok(Ok(made(1)))).expect_err("full");
        assert!(problem.passing && problem.hint.contains("limits.prepared-mib"), "{problem:?}");
        drop(first);
        assert!(settings.of("c", "{}", || Ok(Ok(made(60 << 10)))).is_ok());
    }

    #[test]
    fn no_answer_is_not_remembered_and_a_refusal_keeps_nothing() {
        let settings = PreparedSettings::new(MIB);
        let failed = settings.of("a", "{}", || Err(Problem::passing("plugin", "trapped", "")));
        assert!(failed.is_err_and(|problem| problem.passing));
        let wrong = vec![Finding { severity: FindingSeverity::Error, path: String::new(), message: "x".to_owned() }];
        let refused = settings.of("a", "{}", || Ok(Err(wrong.clone())));
        assert!(matches!(refused, Ok(Verdict::Refused(findings)) if findings == wrong));
        ready(settings.of("a", "{}", || Ok(Ok(made(1)))));
    }
}
