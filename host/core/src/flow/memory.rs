//! What one process remembers between calls. Losing it loses nothing: all of it
//! is asked again, and what must not be lost is in the database.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::Reception;
use crate::ids::{AgendaId, FeatureId, PracticeId};
use crate::model::channel::ChannelCaps;
use crate::model::practice::Practice;
use crate::model::scheduling::{AgendaDescriptor, AgendaError};
use crate::model::script::ScriptInfo;
use crate::model::triage::Protocol;
use crate::model::view::OfferedSlot;
use crate::ports::plugins::{PluginFailure, PluginStatus, Pure};
use crate::time::Instant;

/// How long what a plugin says of itself is believed: a new version of a plugin
/// says it anew after that.
const DESCRIBED_FOR_MS: i64 = 60_000;

/// How long free slots that were read for one refused booking serve the others
/// who wanted the same slot.
const SNAPSHOT_FOR_MS: i64 = 3_000;

/// More snapshots than this are of contests long over.
const MAX_SNAPSHOTS: usize = 512;

type Feature = (PracticeId, FeatureId);
type Agenda = (PracticeId, FeatureId, AgendaId);
/// An agenda, a motive and the start that was wanted.
type Contest = (PracticeId, FeatureId, AgendaId, String, Instant);

/// Free slots, and when they were read.
pub(super) type Snapshot = Arc<AsyncMutex<Option<(Instant, Arc<Vec<OfferedSlot>>)>>>;

/// Shared by all clones of a reception.
#[derive(Default)]
pub(super) struct Memory {
    writers: Mutex<HashMap<Agenda, Arc<AsyncMutex<()>>>>,
    snapshots: Mutex<HashMap<Contest, Snapshot>>,
    agendas: Remembered<Feature, AgendaDescriptor>,
    channels: Remembered<Feature, ChannelCaps>,
    protocols: Remembered<Feature, Arc<Vec<Protocol>>>,
    scripts: Remembered<Feature, Arc<Vec<ScriptInfo>>>,
    plugins: Remembered<PracticeId, Arc<Vec<PluginStatus>>>,
}

/// The right to write to some agendas, until it is dropped: one writer per
/// external agenda, so that greffon never races itself there.
pub(crate) struct Writing {
    _held: Vec<OwnedMutexGuard<()>>,
}

impl Memory {
    fn writers(&self, practice: &PracticeId, feature: &FeatureId, agendas: &[&AgendaId]) -> Vec<Arc<AsyncMutex<()>>> {
        let mut sorted: Vec<&AgendaId> = agendas.to_vec();
        // One order for everybody: two moves across two agendas never block each other.
        sorted.sort_unstable();
        sorted.dedup();
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |agenda: &AgendaId| (practice.clone(), feature.clone(), agenda.clone());
        sorted.into_iter().map(|agenda| writers.entry(key(agenda)).or_default().clone()).collect()
    }

    /// The right to write, if nobody has it now.
    pub(super) fn try_writing(
        &self,
        practice: &PracticeId,
        feature: &FeatureId,
        agendas: &[&AgendaId],
    ) -> Option<Writing> {
        let mut held = Vec::new();
        for writer in self.writers(practice, feature, agendas) {
            held.push(writer.try_lock_owned().ok()?);
        }
        Some(Writing { _held: held })
    }

    /// The right to write, once it is free.
    pub(super) async fn writing(&self, practice: &PracticeId, feature: &FeatureId, agendas: &[&AgendaId]) -> Writing {
        let mut held = Vec::new();
        for writer in self.writers(practice, feature, agendas) {
            held.push(writer.lock_owned().await);
        }
        Writing { _held: held }
    }

    /// The place where the free slots around a contested start are kept. Whoever
    /// holds it reads the agenda; the others wait and find them.
    pub(super) fn snapshot(&self, contest: Contest, now: Instant) -> Snapshot {
        let mut snapshots = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        if snapshots.len() >= MAX_SNAPSHOTS {
            snapshots.retain(|_, kept| {
                // One that is held is being read.
                kept.try_lock().map_or(true, |kept| kept.as_ref().is_some_and(|(at, _)| is_fresh(*at, now)))
            });
        }
        snapshots.entry(contest).or_default().clone()
    }
}

/// Whether a snapshot read at `at` still serves.
pub(super) fn is_fresh(at: Instant, now: Instant) -> bool {
    now.millis_since(at) < SNAPSHOT_FOR_MS
}

/// Answers kept for a while, for as long as the practice's file stays the same.
struct Remembered<K, V> {
    kept: Mutex<HashMap<K, (String, Instant, V)>>,
}

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self { kept: Mutex::default() }
    }
}

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    fn get(&self, key: &K, revision: &str, now: Instant) -> Option<V> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, at, value) = kept.get(key)?;
        (of == revision && now.millis_since(*at) < DESCRIBED_FOR_MS).then(|| value.clone())
    }

    fn keep(&self, key: K, revision: &str, now: Instant, value: &V) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key, (revision.to_owned(), now, value.clone()));
    }
}

impl Reception {
    /// What an agenda plugin says that it can do.
    pub(crate) async fn agenda_descriptor(
        &self,
        practice: &Practice,
        feature: &FeatureId,
    ) -> Result<AgendaDescriptor, AgendaError> {
        let (key, now) = ((practice.id.clone(), feature.clone()), self.clock.now());
        if let Some(known) = self.memory.agendas.get(&key, &practice.revision, now) {
            return Ok(known);
        }
        let said = self.plugins.agenda(practice, feature).describe().await?;
        self.memory.agendas.keep(key, &practice.revision, now, &said);
        Ok(said)
    }

    /// What a channel plugin says that it can do.
    pub(crate) async fn channel_caps(
        &self,
        practice: &Practice,
        feature: &FeatureId,
    ) -> Result<ChannelCaps, PluginFailure> {
        let (key, now) = ((practice.id.clone(), feature.clone()), self.clock.now());
        if let Some(known) = self.memory.channels.get(&key, &practice.revision, now) {
            return Ok(known);
        }
        let said = self.plugins.channel(practice, feature).describe().await?;
        self.memory.channels.keep(key, &practice.revision, now, &said);
        Ok(said)
    }

    /// The grids of a triage plugin.
    pub(crate) async fn protocols(&self, practice: &Practice, feature: &FeatureId) -> Pure<Arc<Vec<Protocol>>> {
        let (key, now) = ((practice.id.clone(), feature.clone()), self.clock.now());
        if let Some(known) = self.memory.protocols.get(&key, &practice.revision, now) {
            return Ok(Ok(known));
        }
        let said = match self.plugins.triage_protocols(practice, feature).await? {
            Ok(said) => Arc::new(said),
            Err(error) => return Ok(Err(error)),
        };
        self.memory.protocols.keep(key, &practice.revision, now, &said);
        Ok(Ok(said))
    }

    /// The scripts of a script plugin.
    pub(crate) async fn scripts(&self, practice: &Practice, feature: &FeatureId) -> Pure<Arc<Vec<ScriptInfo>>> {
        let (key, now) = ((practice.id.clone(), feature.clone()), self.clock.now());
        if let Some(known) = self.memory.scripts.get(&key, &practice.revision, now) {
            return Ok(Ok(known));
        }
        let said = match self.plugins.script_catalogue(practice, feature).await? {
            Ok(said) => Arc::new(said),
            Err(error) => return Ok(Err(error)),
        };
        self.memory.scripts.keep(key, &practice.revision, now, &said);
        Ok(Ok(said))
    }

    /// Which plugin of which version serves a feature, for the journal. Never
    /// while a transaction is open.
    pub(crate) async fn plugin_fields(&self, practice: &Practice, feature: &FeatureId) -> Vec<(String, String)> {
        let now = self.clock.now();
        let known = match self.memory.plugins.get(&practice.id, &practice.revision, now) {
            Some(known) => known,
            None => {
                let said = Arc::new(self.plugins.status(practice).await);
                self.memory.plugins.keep(practice.id.clone(), &practice.revision, now, &said);
                said
            }
        };
        let mut fields = vec![("feature".to_owned(), feature.0.clone())];
        if let Some(status) = known.iter().find(|status| status.feature == *feature) {
            fields.push(("plugin".to_owned(), status.plugin.clone()));
            fields.push(("plugin-version".to_owned(), status.version.clone()));
        }
        fields
    }
}
