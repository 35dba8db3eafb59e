//! The mirror: what the plugin knows of a calendar, brought up to date before every answer.
//!
//! Servers are wrong about recurring events, and a query over one broken object may fail as a whole. So nothing is
//! asked of them but which objects changed and what is in those; what an object means is decided here, and recurrence
//! is expanded by the host. The mirror makes that cheap: one `sync-collection` brings the difference, and an answer is
//! as fresh as that request.

mod closures;
pub mod expand;
pub mod inbox;
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

/// Most earlier contents of recurring objects that are remembered, the largest of them in bytes, and for how long, in
/// milliseconds: a month.
const MOST_EARLIER: usize = 60;
const EARLIER_BYTES: usize = 4_096;
const EARLIER_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Most steps from token to token that are remembered, and most bytes of names in them.
const MOST_STEPS: usize = 60;
const MOST_STEP_BYTES: usize = 50_000;

/// An object of greffon's that is not there any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// What it was.
    pub object: Object,
    /// The op-id that removed it. None: somebody else did.
    pub by: Option<String>,
}

/// What a recurring object said before it changed: its occurrences were told one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Name of the object.
    pub name: String,
    /// When it changed.
    pub at: i64,
    /// What it said.
    pub content: Content,
}

/// What one sync brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Token that it began from.
    pub from: String,
    /// Names of the objects that it told.
    pub names: BTreeSet<String>,
}

/// What is known of the Inbox of a calendar's owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// When it was looked for. None: never.
    pub found: Option<i64>,
    /// Where it is. None: there is none.
    pub path: Option<String>,
    /// When it was read.
    pub read: i64,
    /// When what it says was another last.
    pub changed: i64,
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
    /// Objects by name. One that is `unread` is there in a version that nobody read.
    pub objects: BTreeMap<String, Object>,
    /// Objects of greffon's that were there, oldest first.
    pub gone: Vec<Gone>,
    /// What recurring objects said before, oldest first.
    pub earlier: Vec<Earlier>,
    /// What was said earlier is not known any more for those who asked before this instant.
    pub earlier_from: i64,
    /// The last steps, up to `token`.
    pub steps: Vec<Step>,
    /// The availability that is kept beside the calendar.
    pub inbox: Inbox,
    /// The server used one entity tag for two contents: equal tags prove nothing.
    pub doubtful: bool,
    /// The instant of this call.
    now: i64,
    /// Names that greffon wrote in this call.
    fresh: BTreeSet<String>,
    /// Names of objects that were written or removed since the mirror was stored.
    touched: BTreeSet<String>,
    /// Anything differs from what was stored.
    changed: bool,
}

impl Mirror {
    /// An empty mirror, at an instant.
    pub fn new(now: i64) -> Self {
        Self { floor: now.saturating_sub(REACH_MS), earlier_from: now, now, changed: true, ..Self::default() }
    }

    /// Writes an object into the mirror.
    pub fn put(&mut self, object: Object) {
        self.supersede(&object.name, Some(&object.content));
        self.touch(&object.name);
        self.objects.insert(object.name.clone(), object);
    }

    /// As `put`, for what was written in this call: who wrote it knows what it is.
    pub fn put_own(&mut self, object: Object) {
        self.fresh.insert(object.name.clone());
        self.put(object);
    }

    /// Notes that an object is there in a version that may not have been read: `stamp` where everything was listed, so
    /// that equal versions are one; none where it was told to have changed, whatever its version is.
    fn put_seen(&mut self, name: &str, etag: &str, stamp: Option<&str>) {
        let before = self.objects.get(name);
        let told = before.is_some_and(|object| !etag.is_empty() && object.etag == etag);
        let unmoved = match (before, stamp) {
            (Some(object), Some(stamp)) => object.stamp == stamp && (!self.doubtful || !stamp.is_empty()),
            _ => false,
        };
        let same = told && (unmoved || self.fresh.contains(name));
        let read = before.is_some_and(|object| !object.content.unread);
        let stamp = stamp.unwrap_or_default().to_owned();
        let object = match before {
            Some(object) if same && read => Object { stamp, ..object.clone() },
            // What it said stays until it is read. Why it could not be read says nothing of another version.
            Some(object) => {
                let content = Content { unread: true, blind: same && object.content.blind, ..object.content.clone() };
                Object { etag: etag.to_owned(), stamp, content, ..object.clone() }
            }
            None => {
                let content = Content { unread: true, ..Content::default() };
                Object { name: name.to_owned(), etag: etag.to_owned(), stamp, content, ..Object::default() }
            }
        };
        if before != Some(&object) {
            self.touch(name);
            self.objects.insert(name.to_owned(), object);
        }
    }

    /// Takes an object out of the mirror; `by` is the op-id that removed it.
    pub fn remove(&mut self, name: &str, by: Option<&str>) {
        self.supersede(name, None);
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

    /// Leaves out an object of the past, which is still there.
    fn forget(&mut self, name: &str) {
        self.supersede(name, None);
        if self.objects.remove(name).is_some() {
            self.touch(name);
        }
    }

    /// Remembers what a recurring object says before it says something else.
    fn supersede(&mut self, name: &str, new: Option<&Content>) {
        let Some(old) = self.objects.get(name) else { return };
        let content = Content { unread: false, blind: false, ..old.content.clone() };
        if !content.recurs() || new == Some(&content) {
            return;
        }
        let now = self.now;
        if serde_json::to_string(&content).map_or(true, |text| text.len() > EARLIER_BYTES) {
            self.earlier_from = now + 1;
            return;
        }
        self.earlier.push(Earlier { name: name.to_owned(), at: now, content });
        let old = self.earlier.iter().take_while(|earlier| earlier.at < now.saturating_sub(EARLIER_MS)).count();
        let excess = old.max(self.earlier.len().saturating_sub(MOST_EARLIER));
        if let Some(last) = self.earlier.drain(..excess).next_back() {
            self.earlier_from = self.earlier_from.max(last.at + 1);
        }
    }

    /// Notes what a sync told on its way to the present token.
    fn step(&mut self, from: String, names: BTreeSet<String>) {
        self.steps.push(Step { from, names });
        let bytes = |steps: &[Step]| steps.iter().flat_map(|step| &step.names).map(String::len).sum::<usize>();
        while self.steps.len() > MOST_STEPS || bytes(&self.steps) > MOST_STEP_BYTES {
            self.steps.remove(0);
        }
    }

    /// Names of the objects that changed since a token. None: that is not known here.
    pub fn names_since(&self, token: &str) -> Option<BTreeSet<String>> {
        if self.token.as_deref() == Some(token) {
            return Some(BTreeSet::new());
        }
        let first = self.steps.iter().position(|step| step.from == token)?;
        Some(self.steps[first..].iter().flat_map(|step| step.names.iter().cloned()).collect())
    }

    fn touch(&mut self, name: &str) {
        self.touched.insert(name.to_owned());
        self.changed = true;
    }

    /// Bookings that an op-id created or changed last.
    pub fn written_by(&self, op: &str) -> Vec<&Object> {
        let by = |known: &Option<String>| known.as_deref() == Some(op);
        let ours = |object: &&Object| {
            let content = &object.content;
            content.mark == Mark::Booking && !content.unread && (by(&content.op) || by(&content.last_op))
        };
        self.objects.values().filter(ours).collect()
    }

    /// Whether some object was never read, so that its time may be any.
    pub fn has_unread(&self) -> bool {
        self.objects.values().any(|object| object.content.unread && !object.content.blind)
    }

    /// What an object said before.
    pub fn earlier_of<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Content> {
        self.earlier.iter().filter(move |earlier| earlier.name == name).map(|earlier| &earlier.content)
    }

    /// Names of the objects of which nobody knows when they are.
    pub fn unplaced(&self) -> Vec<&str> {
        self.objects.values().filter(|object| !object.content.is_placed()).map(|object| object.name.as_str()).collect()
    }
}
