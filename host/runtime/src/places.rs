//! Places for plugin calls: how many run at once, and for whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use greffon_core::ids::PracticeId;
use greffon_kinds::{KINDS, KindSpec, PluginKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many bindings to earlier settings are made at once: each holds two threads.
const EARLIER_AT_ONCE: u32 = 4;
/// The same for one practice.
const EARLIER_PER_PRACTICE: u32 = 1;
/// How long one waits for its place. Somebody is on the line.
const EARLIER_WAIT: Duration = Duration::from_secs(5);

/// How many calls run at once: for one practice, then for all, and at both levels
/// no kind more than its share. Always in this order, so that a practice that waits
/// holds no place of the others.
#[derive(Debug)]
pub(crate) struct Permits {
    all: Places,
    practices: Mutex<HashMap<PracticeId, Weak<Places>>>,
    per_practice: u32,
    wait: Duration,
}

/// The places of one level.
#[derive(Debug)]
pub struct Places {
    all: Arc<Semaphore>,
    /// Of these, those that each kind may hold; `None` for a kind that may hold all.
    of_kind: [Option<Arc<Semaphore>>; KINDS.len()],
}

/// The permits of a call; given back when dropped.
pub(crate) struct Held {
    _of_practice: Taken,
    _of_all: Taken,
}

struct Taken {
    _of_kind: Option<OwnedSemaphorePermit>,
    _place: OwnedSemaphorePermit,
}

impl Places {
    pub(crate) fn new(calls: u32) -> Self {
        let count = |calls: u32| usize::try_from(calls).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let share = |spec: &KindSpec| {
            let some = u64::from(calls) * u64::from(spec.places_percent) / 100;
            let some = u32::try_from(some).unwrap_or(u32::MAX).max(1);
            (spec.places_percent < 100).then(|| Arc::new(Semaphore::new(count(some))))
        };
        Self { all: Arc::new(Semaphore::new(count(calls))), of_kind: KINDS.each_ref().map(share) }
    }

    fn try_take(&self, kind: PluginKind) -> Option<Taken> {
        let of_kind = match &self.of_kind[kind.index()] {
            Some(places) => Some(Arc::clone(places).try_acquire_owned().ok()?),
            None => None,
        };
        Some(Taken { _of_kind: of_kind, _place: Arc::clone(&self.all).try_acquire_owned().ok()? })
    }

    async fn take(&self, kind: PluginKind) -> Option<Taken> {
        let of_kind = match &self.of_kind[kind.index()] {
            Some(places) => Some(Arc::clone(places).acquire_owned().await.ok()?),
            None => None,
        };
        Some(Taken { _of_kind: of_kind, _place: Arc::clone(&self.all).acquire_owned().await.ok()? })
    }
}

impl Permits {
    pub(crate) fn new(calls: u32, per_practice: u32, wait: Duration) -> Self {
        Self { all: Places::new(calls), practices: Mutex::default(), per_practice, wait }
    }

    /// Those for bindings to settings that a practice had before.
    pub(crate) fn for_earlier_settings() -> Self {
        Self::new(EARLIER_AT_ONCE, EARLIER_PER_PRACTICE, EARLIER_WAIT)
    }

    /// Waits a short time for a place; `None` when there is none.
    pub(crate) async fn take(&self, of_practice: &Places, kind: PluginKind) -> Option<Held> {
        // The common case costs no timer.
        if let Some(practice) = of_practice.try_take(kind)
            && let Some(all) = self.all.try_take(kind)
        {
            return Some(Held { _of_practice: practice, _of_all: all });
        }
        let both = async {
            let practice = of_practice.take(kind).await?;
            Some(Held { _of_practice: practice, _of_all: self.all.take(kind).await? })
        };
        tokio::time::timeout(self.wait, both).await.ok().flatten()
    }

    /// The places of a practice, for all its bindings; they are gone with the
    /// last of those.
    pub(crate) fn of(&self, practice: &PracticeId) -> Arc<Places> {
        // Entries are added and removed as a whole: the map is whole whatever
        // panicked.
        let mut practices = self.practices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = practices.get(practice).and_then(Weak::upgrade) {
            return places;
        }
        let places = Arc::new(Places::new(self.per_practice));
        practices.retain(|_, places| places.strong_count() > 0);
        practices.insert(practice.clone(), Arc::downgrade(&places));
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIAGE: PluginKind = PluginKind::Triage;

    #[tokio::test]
    async fn a_practice_has_so_many_calls_at_once_and_others_still_find_a_place() {
        let permits = Permits::new(3, 2, Duration::ZERO);
        let (a, b) = (permits.of(&"a".into()), permits.of(&"b".into()));
        let first = permits.take(&a, TRIAGE).await.expect("a place");
        let _second = permits.take(&a, TRIAGE).await.expect("a place");
        assert!(permits.take(&a, TRIAGE).await.is_none(), "the practice is full");
        let _other = permits.take(&b, TRIAGE).await.expect("the others are not");
        assert!(permits.take(&b, TRIAGE).await.is_none(), "the host is full");
        drop(first);
        assert!(permits.take(&a, TRIAGE).await.is_some());
    }

    #[test]
    fn the_bindings_of_a_practice_share_its_places_until_the_last_is_gone() {
        let permits = Permits::new(3, 2, Duration::ZERO);
        let first = permits.of(&"a".into());
        assert!(Arc::ptr_eq(&first, &permits.of(&"a".into())));
        drop(first);
        drop(permits.of(&"b".into()));
        assert_eq!(permits.of(&"a".into()).all.available_permits(), 2);
        assert_eq!(permits.practices.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_call_that_waits_gets_the_next_place() {
        let permits = Permits::new(1, 1, Duration::from_secs(60));
        let practice = permits.of(&"a".into());
        let held = permits.take(&practice, TRIAGE).await.expect("a place");
        let (next, ()) = tokio::join!(permits.take(&practice, TRIAGE), async { drop(held) });
        assert!(next.is_some());
    }

    #[tokio::test]
    async fn agendas_and_channels_that_hang_leave_places_to_each_other_and_to_the_triage() {
        let permits = Permits::new(64, 16, Duration::ZERO);
        let mut held = Vec::new();
        let hung = [(PluginKind::Agenda, 32), (PluginKind::Notification, 25)];
        for (kind, most) in hung {
            for practice in 0..200 {
                let places = permits.of(&format!("p-{practice}").as_str().into());
                held.extend(permits.take(&places, kind).await);
            }
            let all: usize = hung.iter().take_while(|(one, _)| *one != kind).map(|(_, most)| most).sum();
            assert_eq!(held.len(), all + most, "{kind:?}");
        }
        assert!(permits.take(&permits.of(&"other".into()), TRIAGE).await.is_some());
    }

    #[tokio::test]
    async fn the_agenda_of_a_practice_leaves_places_to_its_own_triage() {
        let permits = Permits::new(64, 2, Duration::ZERO);
        let practice = permits.of(&"a".into());
        let _hung = permits.take(&practice, PluginKind::Agenda).await.expect("a place");
        assert!(permits.take(&practice, PluginKind::Agenda).await.is_none());
        assert!(permits.take(&practice, TRIAGE).await.is_some());
    }
}
