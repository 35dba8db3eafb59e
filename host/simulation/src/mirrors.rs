//! What agendas hold, as far as they were followed, in memory.

use std::collections::BTreeMap;

use greffon_core::ids::{AgendaId, FeatureId};
use greffon_core::model::agenda_mirror::{EntryName, MirrorChange, MirrorEntry, Mirrored};
use greffon_core::time::{Instant, Span};

/// The mirrors of a practice, by feature and agenda.
pub type Mirrors = BTreeMap<(FeatureId, AgendaId), Mirror>;

/// What one agenda holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    binding: String,
    whole: Span,
    read_at: Instant,
    complete: bool,
    entries: BTreeMap<EntryName, MirrorEntry>,
}

/// What a transaction does to a mirror with its commit.
#[derive(Clone, Debug)]
pub enum Step {
    /// What one reading showed.
    Change(FeatureId, AgendaId, MirrorChange),
    /// An entry is out.
    TakeOut(FeatureId, AgendaId, EntryName),
    /// What ended before this instant is forgotten.
    Purge(Instant),
}

pub(super) fn take(mirrors: &mut Mirrors, step: Step) {
    match step {
        Step::Change(feature, agenda, change) => {
            let place = (feature, agenda);
            if let Some(whole) = change.whole {
                let MirrorChange { binding, read_at, complete, .. } = change.clone();
                mirrors.insert(place.clone(), Mirror { binding, whole, read_at, complete, entries: BTreeMap::new() });
            }
            let Some(mirror) = mirrors.get_mut(&place).filter(|mirror| mirror.binding == change.binding) else {
                return;
            };
            mirror.read_at = change.read_at;
            mirror.complete = change.complete;
            mirror.entries.retain(|name, _| !change.gone.contains(name));
            mirror.entries.extend(change.there.into_iter().map(|entry| (entry.name.clone(), entry)));
        }
        Step::TakeOut(feature, agenda, entry) => {
            if let Some(mirror) = mirrors.get_mut(&(feature, agenda)) {
                mirror.entries.remove(&entry);
            }
        }
        Step::Purge(before) => {
            mirrors.retain(|_, mirror| mirror.read_at >= before);
            for mirror in mirrors.values_mut() {
                mirror.entries.retain(|_, entry| entry.span.end >= before);
            }
        }
    }
}

/// How many entries a purge takes.
pub(super) fn old(mirrors: &Mirrors, before: Instant) -> u64 {
    let ended = mirrors.values().flat_map(|mirror| mirror.entries.values()).filter(|entry| entry.span.end < before);
    ended.count() as u64
}

pub(super) fn read(
    mirrors: &Mirrors,
    feature: &FeatureId,
    binding: &str,
    agendas: &[AgendaId],
    window: Span,
) -> Option<Mirrored> {
    let covers = |mirror: &&Mirror| {
        let inside = mirror.whole.start <= window.start && mirror.whole.end >= window.end;
        inside && mirror.complete && mirror.binding == binding
    };
    let mut all: Vec<(&AgendaId, &Mirror)> = Vec::new();
    for agenda in agendas {
        all.push((agenda, mirrors.get(&(feature.clone(), agenda.clone())).filter(covers)?));
    }
    let as_of = all.iter().map(|(_, mirror)| mirror.read_at).min()?;
    let mut entries: Vec<(AgendaId, MirrorEntry)> = all
        .iter()
        .flat_map(|(agenda, mirror)| mirror.entries.values().map(move |entry| (AgendaId::clone(agenda), entry.clone())))
        .filter(|(_, entry)| entry.span.overlaps(&window))
        .collect();
    entries.sort_by(|(of, a), (other, b)| (a.span, of, &a.name).cmp(&(b.span, other, &b.name)));
    Some(Mirrored { as_of, entries })
}
