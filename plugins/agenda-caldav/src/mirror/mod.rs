//! The mirror: what the plugin knows of a calendar, brought up to date before every answer.
//!
//! Servers are wrong about recurring events, and a query over one broken object may fail as a whole. So nothing is
//! asked of them but which objects changed and what is in those; what an object means is decided here, and recurrence
//! is expanded by the host. The mirror makes that cheap: one `sync-collection` brings the difference, and an answer is
//! as fresh as that request.

mod kept;
pub mod object;
pub mod refresh;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use self::kept::Store;
use self::object::{Content, Mark, Object};

/// How far back the mirror reaches, in milliseconds.
pub const REACH_MS: i64 = 35 * 24 * 60 * 60 * 1000;

/// Most objects of greffon's that are remembered after they are gone.
const MOST_GONE: usize = 100;

/// Most names of recurring objects that are remembered.
const MOST_RECURRED: usize = 2_000;

/// An object of greffon's that is not there any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// What it was.
    pub object: Object,
    /// The op-id that removed it. None: somebody else did.
    pub by: Option<String>,
}

/// What is known of one calendar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mirror {
    /// State of the server that the mirror stands for. None: it must list everything.
    pub token: Option<String>,
    /// The same for servers without sync-collection (`getctag`).
    pub ctag: Option<String>,
    /// Objects that ended before this instant may have been left out.
    pub floor: i64,
    /// Objects by name. One that is `unread` is there, and nobody knows what is in it.
    pub objects: BTreeMap<String, Object>,
    /// Objects of greffon's that were there, oldest first.
    pub gone: Vec<Gone>,
    /// Names of objects that recur or did: their occurrences were told one by one.
    pub recurred: BTreeSet<String>,
    /// Names of objects that were written or removed since the mirror was stored.
    touched: BTreeSet<String>,
    /// Anything differs from what was stored.
    changed: bool,
}

impl Mirror {
    /// An empty mirror, at an instant.
    pub fn new(now: i64) -> Self {
        Self { floor: now.saturating_sub(REACH_MS), changed: true, ..Self::default() }
    }

    /// Writes an object into the mirror.
    pub fn put(&mut self, object: Object) {
        if object.content.recurs() && self.recurred.len() < MOST_RECURRED {
            self.recurred.insert(object.name.clone());
        }
        self.touch(&object.name);
        self.objects.insert(object.name.clone(), object);
    }

    /// Notes that an object is there in a version that was not read.
    fn put_unread(&mut self, name: &str, etag: &str) {
        let known = self.objects.get(name).is_some_and(|object| object.etag == etag && !etag.is_empty());
        if !known {
            let content = Content { unread: true, ..Content::default() };
            self.touch(name);
            self.objects.insert(name.to_owned(), Object { name: name.to_owned(), etag: etag.to_owned(), content });
        }
    }

    /// Takes an object out of the mirror; `by` is the op-id that removed it.
    pub fn remove(&mut self, name: &str, by: Option<&str>) {
        let Some(object) = self.objects.remove(name) else { return };
        self.touch(name);
        if object.content.mark != Mark::Foreign {
            self.gone.retain(|gone| gone.object.name != name);
            self.gone.push(Gone { object, by: by.map(str::to_owned) });
            if self.gone.len() > MOST_GONE {
                self.gone.remove(0);
            }
        }
    }

    fn touch(&mut self, name: &str) {
        self.touched.insert(name.to_owned());
        self.changed = true;
    }

    /// Bookings that an op-id created or changed last.
    pub fn written_by(&self, op: &str) -> Vec<&Object> {
        let by = |known: &Option<String>| known.as_deref() == Some(op);
        let ours = |object: &&Object| {
            object.content.mark == Mark::Booking && (by(&object.content.op) || by(&object.content.last_op))
        };
        self.objects.values().filter(ours).collect()
    }

    /// Whether some object was never read, so that its time may be any.
    pub fn has_unread(&self) -> bool {
        self.objects.values().any(|object| object.content.unread && !object.content.blind)
    }
}
