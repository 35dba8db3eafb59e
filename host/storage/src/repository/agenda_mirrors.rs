//! What agendas hold, as far as they were followed.

use std::collections::BTreeSet;

use greffon_core::ids::{AgendaId, FeatureId, PracticeId};
use greffon_core::model::agenda_mirror::{EntryKind, EntryName, MirrorChange, MirrorEntry, Mirrored};
use greffon_core::ports::storage::{StorageError, Stored};
use greffon_core::time::{Instant, Span};
use serde::Serialize;

use crate::error::failed;
use crate::rows;
use crate::sql::{On, Sql};

const COVERING: Sql = Sql::both(
    "SELECT agenda, read_at
     FROM agenda_mirrors
     WHERE practice = $1 AND feature = $2 AND binding = $3 AND start_ms <= $4 AND end_ms >= $5 AND complete = 1",
);

const ENTRIES: Sql = Sql::both(
    "SELECT agenda, kind, entry, start_ms, end_ms, tag
     FROM agenda_entries
     WHERE practice = $1 AND feature = $2 AND end_ms > $3 AND start_ms < $4
     ORDER BY start_ms, end_ms, agenda, kind, entry",
);

const BEGIN: Sql = Sql::both(
    "INSERT INTO agenda_mirrors (practice, feature, agenda, binding, start_ms, end_ms, read_at, complete)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (practice, feature, agenda)
     DO UPDATE SET binding = $4, start_ms = $5, end_ms = $6, read_at = $7, complete = $8",
);

const READ: Sql = Sql::both(
    "UPDATE agenda_mirrors
     SET read_at = $5, complete = $6
     WHERE practice = $1 AND feature = $2 AND agenda = $3 AND binding = $4",
);

const EMPTY: Sql = Sql::both(
    "DELETE FROM agenda_entries
     WHERE practice = $1 AND feature = $2 AND agenda = $3",
);

/// All entries of a change, as one JSON text.
const PUT: Sql = Sql {
    sqlite: "INSERT INTO agenda_entries (practice, feature, agenda, kind, entry, start_ms, end_ms, tag)
     SELECT $1, $2, $3, value ->> 'kind', value ->> 'entry', value ->> 'start_ms', value ->> 'end_ms', value ->> 'tag'
     FROM json_each($4)
     WHERE true
     ON CONFLICT (practice, feature, agenda, kind, entry)
     DO UPDATE SET start_ms = excluded.start_ms, end_ms = excluded.end_ms, tag = excluded.tag",
    postgres: "INSERT INTO agenda_entries (practice, feature, agenda, kind, entry, start_ms, end_ms, tag)
     SELECT $1, $2, $3, kind, entry, start_ms, end_ms, tag
     FROM json_to_recordset($4::json) AS told (kind text, entry text, start_ms bigint, end_ms bigint, tag text)
     ON CONFLICT (practice, feature, agenda, kind, entry)
     DO UPDATE SET start_ms = excluded.start_ms, end_ms = excluded.end_ms, tag = excluded.tag",
};

/// Those of a change that are gone, as one JSON text.
const TAKE_OUT: Sql = Sql {
    sqlite: "DELETE FROM agenda_entries
     WHERE practice = $1 AND feature = $2 AND agenda = $3
       AND (kind, entry) IN (SELECT value ->> 'kind', value ->> 'entry' FROM json_each($4))",
    postgres: "DELETE FROM agenda_entries
     WHERE practice = $1 AND feature = $2 AND agenda = $3
       AND (kind, entry) IN (SELECT kind, entry FROM json_to_recordset($4::json) AS gone (kind text, entry text))",
};

const PURGE_ENTRIES: Sql = Sql::both(
    "DELETE FROM agenda_entries
     WHERE practice = $1 AND end_ms < $2",
);

const PURGE_MIRRORS: Sql = Sql::both(
    "DELETE FROM agenda_mirrors
     WHERE practice = $1 AND read_at < $2",
);

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct NameRow<'a> {
    kind: &'static str,
    entry: &'a str,
}

#[derive(Serialize)]
struct EntryRow<'a> {
    #[serde(flatten)]
    name: NameRow<'a>,
    start_ms: i64,
    end_ms: i64,
    tag: Option<&'a str>,
}

/// Agenda, kind, name, start, end, tag.
type FoundEntry = (String, String, String, i64, i64, Option<String>);

pub(crate) async fn get(
    mut on: On<'_>,
    practice: &PracticeId,
    feature: &FeatureId,
    binding: &str,
    agendas: &[AgendaId],
    window: Span,
) -> Stored<Option<Mirrored>> {
    let (start, end) = (window.start.0, window.end.0);
    let covering = fetch!(
        fetch_all,
        (String, i64),
        on.again(),
        COVERING,
        practice.as_str(),
        feature.as_str(),
        binding,
        start,
        end
    )
    .map_err(failed)?;
    let read = |of: &AgendaId| covering.iter().find(|(agenda, _)| agenda == of.as_str()).map(|(_, at)| Instant(*at));
    let Some(read) = agendas.iter().map(read).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let Some(as_of) = read.into_iter().min() else { return Ok(None) };
    let wanted: BTreeSet<&str> = agendas.iter().map(AgendaId::as_str).collect();
    let found =
        fetch!(fetch_all, FoundEntry, on, ENTRIES, practice.as_str(), feature.as_str(), start, end).map_err(failed)?;
    let entries = found.into_iter().filter(|(agenda, ..)| wanted.contains(agenda.as_str())).map(entry_of);
    Ok(Some(Mirrored { as_of, entries: entries.collect::<Stored<_>>()? }))
}

pub(crate) async fn change(
    mut on: On<'_>,
    practice: &PracticeId,
    feature: &FeatureId,
    agenda: &AgendaId,
    change: &MirrorChange,
) -> Stored<()> {
    let (of, feature, name) = (practice.as_str(), rows::key("feature", feature.as_str())?, key_of(agenda)?);
    let (binding, read_at, complete) = (change.binding.as_str(), change.read_at.0, i64::from(change.complete));
    match change.whole {
        Some(span) => {
            execute!(on.again(), EMPTY, of, feature, name).map_err(failed)?;
            execute!(on.again(), BEGIN, of, feature, name, binding, span.start.0, span.end.0, read_at, complete)
                .map_err(failed)?;
        }
        None => {
            if execute!(on.again(), READ, of, feature, name, binding, read_at, complete).map_err(failed)? == 0 {
                return Ok(());
            }
            take_out(on.again(), of, feature, name, &change.gone).await?;
        }
    }
    if change.there.is_empty() {
        return Ok(());
    }
    let there = change.there.iter().map(row_of).collect::<Stored<Vec<_>>>()?;
    let json = rows::encode("agenda entries", &there)?;
    execute!(on, PUT, of, feature, name, json).map_err(failed)?;
    Ok(())
}

pub(crate) async fn take_entry_out(
    on: On<'_>,
    practice: &PracticeId,
    feature: &FeatureId,
    agenda: &AgendaId,
    entry: &EntryName,
) -> Stored<()> {
    take_out(on, practice.as_str(), feature.as_str(), agenda.as_str(), std::slice::from_ref(entry)).await
}

pub(crate) async fn purge(mut on: On<'_>, practice: &PracticeId, before: Instant) -> Stored<u64> {
    execute!(on.again(), PURGE_MIRRORS, practice.as_str(), before.0).map_err(failed)?;
    execute!(on, PURGE_ENTRIES, practice.as_str(), before.0).map_err(failed)
}

async fn take_out(on: On<'_>, practice: &str, feature: &str, agenda: &str, gone: &[EntryName]) -> Stored<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let gone: Vec<NameRow<'_>> = gone.iter().map(name_of).collect();
    let json = rows::encode("agenda entries", &gone)?;
    execute!(on, TAKE_OUT, practice, feature, agenda, json).map_err(failed)?;
    Ok(())
}

fn entry_of((agenda, kind, id, start, end, tag): FoundEntry) -> Stored<(AgendaId, MirrorEntry)> {
    let damaged = || StorageError::Inconsistent { table: "agenda_entries", row: kind.clone() };
    let name = EntryName { kind: EntryKind::named(&kind).ok_or_else(damaged)?, id };
    let span = Span { start: Instant(start), end: Instant(end) };
    Ok((agenda.into(), MirrorEntry { name, span, tag }))
}

fn key_of(agenda: &AgendaId) -> Stored<&str> {
    rows::key("agenda", agenda.as_str())
}

fn name_of(name: &EntryName) -> NameRow<'_> {
    NameRow { kind: name.kind.as_str(), entry: &name.id }
}

fn row_of(entry: &MirrorEntry) -> Stored<EntryRow<'_>> {
    if entry.span.start >= entry.span.end {
        return Err(StorageError::NotStorable { thing: "agenda entry", why: "it ends before it begins" });
    }
    rows::key("agenda entry", &entry.name.id)?;
    let tag = entry.tag.as_deref().filter(|tag| rows::possible(tag));
    let name = name_of(&entry.name);
    Ok(EntryRow { name, start_ms: entry.span.start.0, end_ms: entry.span.end.0, tag })
}
