//! Counts what a process says to its databases: all of it, on whatever thread, so
//! whoever counts is alone in the process.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::AddAssign;
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber, span};

/// Where sqlx tells of a statement, and greffon-storage of a transaction's limits.
const STATEMENTS: &str = "sqlx::query";
/// Transactions that are not greffon-storage's are told there by who makes them.
pub const LIMITS: &str = "greffon_storage::transaction";

static SEEN: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// What was said to the databases, by the first words of the statement.
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// All statements, the limits of transactions among them, without the looks at
    /// the queue and the set-up of connections: how often the queue is looked at and
    /// when the pool opens one more are matters of time, not of contacts.
    pub fn statements(&self) -> u64 {
        self.of(|what| !is_look(what) && !is_set_up(what))
    }

    /// Transactions of more than one statement.
    pub fn transactions(&self) -> u64 {
        self.of(|what| what == "BEGIN")
    }

    /// Looks at the queue.
    pub fn looks(&self) -> u64 {
        self.of(is_look)
    }

    fn of(&self, wanted: impl Fn(&str) -> bool) -> u64 {
        self.0.iter().filter(|(what, _)| wanted(what)).map(|(_, count)| count).sum()
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        for (what, count) in more.0 {
            *self.0.entry(what).or_default() += count;
        }
    }
}

impl fmt::Display for Counts {
    /// One line per kind of statement, the most frequent first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds: Vec<_> = self.0.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        kinds.iter().try_for_each(|(what, count)| writeln!(f, "{count:5}  {what}"))
    }
}

fn is_look(what: &str) -> bool {
    what.starts_with("UPDATE jobs SET due_at") || what.starts_with("WITH clock AS")
}

/// What sqlx says to a SQLite connection that it opens; greffon says none of it.
fn is_set_up(what: &str) -> bool {
    what.starts_with("PRAGMA foreign_keys")
}

/// Begins to count, for the rest of the process.
pub fn begin() {
    tracing::subscriber::set_global_default(Counter).expect("whoever counts is alone in the process");
}

/// What was counted since the last time, and begins anew.
pub fn take() -> Counts {
    Counts(std::mem::take(&mut *SEEN.lock().unwrap_or_else(PoisonError::into_inner)))
}

struct Counter;

impl Subscriber for Counter {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        matches!(metadata.target(), STATEMENTS | LIMITS)
    }

    fn event(&self, event: &Event<'_>) {
        let mut said = Said(String::new());
        event.record(&mut said);
        let limit = ["COMMIT", "RELEASE", "BEGIN", "SAVEPOINT"].iter().any(|word| said.0.starts_with(word));
        // sqlx tells of some limits too: each is counted once.
        if event.metadata().target() == STATEMENTS && limit {
            return;
        }
        *SEEN.lock().unwrap_or_else(PoisonError::into_inner).entry(said.0).or_default() += 1;
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The first words of a statement.
struct Said(String);

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if matches!(field.name(), "summary" | "message") {
            self.0.clear();
            let _ = write!(self.0, "{value:?}");
        }
    }
}
