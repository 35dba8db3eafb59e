//! Sealed states: bytes that the host sealed, under one holder at a time. A hold
//! is a lease by the time of leases; its number is the fence that keeps a late
//! holder from writing over the next one.

use std::time::Duration;

use greffon_core::ports::sealed_state::{Hold, Look, Sealed, StateName};
use greffon_core::ports::storage::Stored;

use crate::error::failed;
use crate::lease_time::{LeaseClock, millis};
use crate::rows;
use crate::sql::{On, Sql};

const LOOK: Sql = timed!(
    "SELECT sealed, " now " - written_at AS age_ms, until - " now " AS held_ms
     FROM sealed_states
     WHERE practice = $2 AND feature = $3 AND name = $4"
);

/// Takes the next number if nobody holds the state. The number before the new one
/// is its earlier holder's: who did not end that one himself left it open.
const HOLD: Sql = timed!(
    "INSERT INTO sealed_states (practice, feature, name, sealed, written_at, fence, ended, until)
     VALUES ($2, $3, $4, NULL, " now ", 1, 0, " now " + $5)
     ON CONFLICT (practice, feature, name) DO UPDATE
     SET fence = sealed_states.fence + 1, until = " now " + $5
     WHERE sealed_states.until <= " now "
     RETURNING sealed, " now " - written_at AS age_ms, fence, ended"
);

const REPLACE: Sql = timed!(
    "UPDATE sealed_states
     SET sealed = $6, written_at = " now ", ended = fence, until = 0
     WHERE practice = $2 AND feature = $3 AND name = $4 AND fence = $5"
);

const RELEASE: Sql = Sql::both(
    "UPDATE sealed_states
     SET ended = fence, until = 0
     WHERE practice = $1 AND feature = $2 AND name = $3 AND fence = $4",
);

/// Not scoped: old states of all practices go alike.
const DISCARD: Sql = timed!(
    "DELETE FROM sealed_states
     WHERE written_at < " now " - $2 AND until <= " now
);

/// Holds of a process that is not there any more. They stay open: how far it came
/// is not known.
const VOID: Sql = Sql::both("UPDATE sealed_states SET until = 0 WHERE until > 0");

row! {
    struct LookRow {
        sealed: Option<Vec<u8>>,
        age_ms: i64,
        held_ms: i64,
    }
}

row! {
    struct HoldRow {
        sealed: Option<Vec<u8>>,
        age_ms: i64,
        fence: i64,
        ended: i64,
    }
}

pub(crate) async fn look(on: On<'_>, clock: &LeaseClock, of: &StateName) -> Stored<Look> {
    let now = clock.bound();
    let (practice, feature) = (of.practice.as_str(), of.feature.as_str());
    let found = fetch!(fetch_optional, LookRow, on, LOOK, now, practice, feature, of.name.as_str());
    let found = found.map_err(failed)?;
    Ok(found
        .map_or_else(Look::default, |row| Look { sealed: sealed(row.sealed, row.age_ms), is_held: row.held_ms > 0 }))
}

pub(crate) async fn hold(on: On<'_>, clock: &LeaseClock, of: &StateName, lasts: Duration) -> Stored<Option<Hold>> {
    let practice = rows::key("practice", of.practice.as_str())?;
    let feature = rows::key("feature", of.feature.as_str())?;
    let name = rows::key("state", &of.name)?;
    let (now, lasts) = (clock.bound(), millis(lasts));
    let held = fetch!(fetch_optional, HoldRow, on, HOLD, now, practice, feature, name, lasts);
    let held = held.map_err(failed)?;
    Ok(held.map(|row| Hold {
        of: of.clone(),
        fence: row.fence,
        sealed: sealed(row.sealed, row.age_ms),
        was_left_open: row.ended < row.fence - 1,
    }))
}

pub(crate) async fn replace(on: On<'_>, clock: &LeaseClock, hold: &Hold, bytes: &[u8]) -> Stored<bool> {
    let Hold { of, fence, .. } = hold;
    let (now, practice, feature) = (clock.bound(), of.practice.as_str(), of.feature.as_str());
    let written = execute!(on, REPLACE, now, practice, feature, of.name.as_str(), fence, bytes);
    Ok(written.map_err(failed)? > 0)
}

pub(crate) async fn release(on: On<'_>, hold: &Hold) -> Stored<()> {
    let Hold { of, fence, .. } = hold;
    let (practice, feature) = (of.practice.as_str(), of.feature.as_str());
    execute!(on, RELEASE, practice, feature, of.name.as_str(), fence).map_err(failed)?;
    Ok(())
}

pub(crate) async fn discard(on: On<'_>, clock: &LeaseClock, age: Duration) -> Stored<u64> {
    execute!(on, DISCARD, clock.bound(), millis(age)).map_err(failed)
}

/// Ends all holds: for the one process that works on an SQLite file, when it
/// begins.
pub(crate) async fn void(on: On<'_>) -> Stored<u64> {
    execute!(on, VOID).map_err(failed)
}

fn sealed(bytes: Option<Vec<u8>>, age_ms: i64) -> Option<Sealed> {
    // A clock that was set back between two processes on an SQLite file makes
    // nothing older than it is.
    let age = Duration::from_millis(u64::try_from(age_ms).unwrap_or(0));
    bytes.map(|bytes| Sealed { bytes, age })
}
