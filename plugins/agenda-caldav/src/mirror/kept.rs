//! The mirror in keyvalue space: a small index that changes often, and large parts that never change.
//!
//! | key | what |
//! | --- | --- |
//! | `mirror/<agenda>` | the index: token, what differs from the parts |
//! | `base/<agenda>/<generation>/<n>` | objects, written once |
//! | `generation` | a counter: no two writers write the same parts |
//!
//! A mirror may be older than the calendar, never other: it goes with its token, and the next sync brings the
//! difference. So two calls at once may both store theirs, and the second one is simply not stored.

use std::collections::BTreeSet;

use greffon_sdk::keyvalue::{Bucket, Error, Update};
use greffon_sdk::log;
use serde::{Deserialize, Serialize};

use super::Inbox;
use super::object::Object;
use super::{Earlier, Gone, Mirror, REACH_MS, Step};

/// Shape of the index and the parts.
const FORMAT: u32 = 3;

/// Differences after which parts are written anew.
const MOST_DIFFERENCES: usize = 150;

/// Bytes of differences after which parts are written anew.
const MOST_BYTES: usize = 200 * 1024;

/// Bytes of one part; a value may have 1 MiB.
const PART_BYTES: usize = 400 * 1024;

/// Tries to read an index and parts that belong together.
const TRIES: u32 = 3;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Index {
    format: u32,
    /// Which calendar it is of, and in which zone it was read.
    source: String,
    /// Grows with every write.
    serial: u64,
    token: Option<String>,
    ctag: Option<String>,
    floor: i64,
    generation: i64,
    parts: u32,
    written: Vec<Object>,
    removed: BTreeSet<String>,
    gone: Vec<Gone>,
    earlier: Vec<Earlier>,
    earlier_from: i64,
    steps: Vec<Step>,
    inbox: Inbox,
    doubtful: bool,
}

/// Where the mirror of one agenda is kept.
pub struct Store<'a> {
    bucket: &'a Bucket,
    agenda: &'a str,
    source: String,
    now: i64,
    /// The index that the mirror came from.
    loaded: Option<Index>,
}

impl<'a> Store<'a> {
    /// The store of an agenda. A mirror of another `source` is not used.
    pub fn new(bucket: &'a Bucket, agenda: &'a str, source: String, now: i64) -> Self {
        Self { bucket, agenda, source, now, loaded: None }
    }

    fn index_key(&self) -> String {
        format!("mirror/{}", self.agenda)
    }

    fn part_key(&self, generation: i64, part: u32) -> String {
        format!("base/{}/{generation}/{part}", self.agenda)
    }

    /// Returns the stored mirror, or an empty one.
    pub fn load(&mut self) -> Result<Mirror, Error> {
        for _ in 0..TRIES {
            let index = match self.bucket.get::<Index>(&self.index_key()) {
                // What an older version wrote is read from the server again.
                Err(Error::Unreadable { .. }) => {
                    self.bucket.delete(&self.index_key())?;
                    None
                }
                other => other?,
            };
            let Some(index) = index else { break };
            if index.format != FORMAT || index.source != self.source {
                self.loaded = Some(index);
                return Ok(Mirror::new(self.now));
            }
            if let Some(mirror) = self.assemble(&index)? {
                self.loaded = Some(index);
                return Ok(mirror);
            }
        }
        Ok(Mirror::new(self.now))
    }

    /// None: a part is gone, because somebody wrote new ones meanwhile.
    fn assemble(&self, index: &Index) -> Result<Option<Mirror>, Error> {
        let mut mirror = Mirror {
            token: index.token.clone(),
            ctag: index.ctag.clone(),
            floor: index.floor,
            gone: index.gone.clone(),
            earlier: index.earlier.clone(),
            earlier_from: index.earlier_from,
            steps: index.steps.clone(),
            inbox: index.inbox.clone(),
            doubtful: index.doubtful,
            now: self.now,
            ..Mirror::default()
        };
        for part in 0..index.parts {
            let Some(objects) = self.bucket.get::<Vec<Object>>(&self.part_key(index.generation, part))? else {
                return Ok(None);
            };
            mirror.objects.extend(objects.into_iter().map(|object| (object.name.clone(), object)));
        }
        for name in &index.removed {
            mirror.objects.remove(name);
        }
        for object in &index.written {
            mirror.objects.insert(object.name.clone(), object.clone());
        }
        Ok(Some(mirror))
    }

    /// Stores the mirror, if it differs from what is stored. A failure costs time at the next call and nothing else.
    pub fn save(&mut self, mirror: &mut Mirror) {
        if !mirror.changed {
            return;
        }
        match self.write(mirror) {
            Ok(()) => {
                mirror.changed = false;
                mirror.touched.clear();
            }
            Err(_) => log::warn("mirror-not-stored", &[]),
        }
    }

    fn write(&mut self, mirror: &mut Mirror) -> Result<(), Error> {
        let before = self.loaded.as_ref().filter(|index| index.format == FORMAT && index.source == self.source);
        let mut names = mirror.touched.clone();
        if let Some(before) = before {
            names.extend(before.written.iter().map(|object| object.name.clone()));
            names.extend(before.removed.iter().cloned());
        }
        let written: Vec<Object> = names.iter().filter_map(|name| mirror.objects.get(name)).cloned().collect();
        let bytes: usize = written.iter().map(|object| text(object).len()).sum();
        let mut index = Index {
            format: FORMAT,
            source: self.source.clone(),
            serial: self.loaded.as_ref().map_or(0, |index| index.serial) + 1,
            token: mirror.token.clone(),
            ctag: mirror.ctag.clone(),
            floor: mirror.floor,
            generation: before.map_or(0, |index| index.generation),
            parts: before.map_or(0, |index| index.parts),
            removed: names.into_iter().filter(|name| !mirror.objects.contains_key(name)).collect(),
            written,
            gone: mirror.gone.clone(),
            earlier: mirror.earlier.clone(),
            earlier_from: mirror.earlier_from,
            steps: mirror.steps.clone(),
            inbox: mirror.inbox.clone(),
            doubtful: mirror.doubtful,
        };
        let differences = index.written.len() + index.removed.len();
        let rewrite = differences > MOST_DIFFERENCES || bytes > MOST_BYTES;
        if rewrite {
            self.rewrite(mirror, &mut index)?;
        }
        let serial = self.loaded.as_ref().map(|index| index.serial);
        let stored = self.bucket.update(&self.index_key(), |current: Option<Index>| {
            let same = current.map(|current| current.serial) == serial;
            Ok::<_, Error>(if same { Update::Write(index.clone(), true) } else { Update::Keep(false) })
        })?;
        let unused = if stored { self.loaded.replace(index.clone()) } else { Some(index.clone()) };
        if let Some(unused) = unused.filter(|unused| rewrite && (unused.generation != index.generation || !stored)) {
            for part in 0..unused.parts {
                self.bucket.delete(&self.part_key(unused.generation, part))?;
            }
        }
        Ok(())
    }

    /// Writes all objects into new parts, and forgets those that are past.
    fn rewrite(&self, mirror: &mut Mirror, index: &mut Index) -> Result<(), Error> {
        let floor = mirror.floor.max(self.now.saturating_sub(REACH_MS));
        if mirror.token.is_some() {
            mirror.objects.retain(|_, object| object.content.reaches(floor));
        }
        mirror.floor = floor;
        let generation = self.bucket.increment("generation", 1)?;
        let mut parts = 0;
        let mut part = String::new();
        for object in mirror.objects.values() {
            let object = text(object);
            if !part.is_empty() && part.len() + object.len() > PART_BYTES {
                self.bucket.set_bytes(&self.part_key(generation, parts), format!("[{part}]").as_bytes())?;
                parts += 1;
                part.clear();
            }
            if !part.is_empty() {
                part.push(',');
            }
            part.push_str(&object);
        }
        self.bucket.set_bytes(&self.part_key(generation, parts), format!("[{part}]").as_bytes())?;
        index.generation = generation;
        index.parts = parts + 1;
        index.floor = floor;
        index.written.clear();
        index.removed.clear();
        Ok(())
    }
}

fn text(object: &Object) -> String {
    serde_json::to_string(object).expect("an object has text keys and finite numbers only")
}
