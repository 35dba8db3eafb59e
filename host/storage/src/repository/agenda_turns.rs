//! Turns to write to an external agenda, and what agendas are. A turn is a lease
//! by the time of leases; its row is made when the agenda is learnt, so that
//! taking it is one update. Not scoped by practice: an agenda may be several
//! practices', and exactly then its turn matters most.

use greffon_core::ids::{AgendaId, FeatureId, PracticeId};
use greffon_core::ports::agenda_turn::{AgendaIdentity, NamedAgenda, Turn, TurnRequest};
use greffon_core::ports::storage::Stored;
use greffon_core::time::Instant;

use crate::error::failed;
use crate::lease_time::{LeaseClock, millis};
use crate::rows;
use crate::sql::{On, Sql};

/// Takes all turns or none. On PostgreSQL the rows are locked in the order of
/// their keys, and looked at again once they are: whoever took one meanwhile is
/// seen.
const TAKE: Sql = Sql {
    sqlite: "UPDATE agenda_turns
     SET fence = fence + 1, holder = $2, until = $1 + $3
     WHERE agenda IN (SELECT value FROM json_each($4))
       AND $5 = (SELECT COUNT(*) FROM agenda_turns
                 WHERE agenda IN (SELECT value FROM json_each($4)) AND until <= $1)
     RETURNING agenda, fence, until - $3 AS taken_at",
    postgres: concat!(
        "WITH free AS (
         SELECT agenda FROM agenda_turns
         WHERE agenda IN (SELECT jsonb_array_elements_text($4::jsonb)) AND until <= ",
        timed!(@postgres now),
        "
         ORDER BY agenda
         FOR UPDATE
     )
     UPDATE agenda_turns
     SET fence = fence + 1, holder = $2, until = ",
        timed!(@postgres now),
        " + $3
     FROM free
     WHERE agenda_turns.agenda = free.agenda AND $5 = (SELECT COUNT(*) FROM free)
     RETURNING agenda_turns.agenda, fence, until - $3 AS taken_at"
    ),
};

/// Locks the rows, so that the answer stays true until the transaction ends; on
/// SQLite the only writer asks.
const HOLDS: Sql = Sql {
    sqlite: "SELECT fence FROM agenda_turns
     WHERE agenda IN (SELECT value FROM json_each($2)) AND holder = $1",
    postgres: "SELECT fence FROM agenda_turns
     WHERE agenda IN (SELECT jsonb_array_elements_text($2::jsonb)) AND holder = $1
     ORDER BY agenda
     FOR UPDATE",
};

const GIVE_BACK: Sql = Sql {
    sqlite: "UPDATE agenda_turns
     SET holder = NULL, until = 0
     WHERE agenda IN (SELECT value FROM json_each($2)) AND holder = $1",
    postgres: "WITH own AS (
         SELECT agenda FROM agenda_turns
         WHERE agenda IN (SELECT jsonb_array_elements_text($2::jsonb)) AND holder = $1
         ORDER BY agenda
         FOR UPDATE
     )
     UPDATE agenda_turns
     SET holder = NULL, until = 0
     FROM own
     WHERE agenda_turns.agenda = own.agenda",
};

const HELD: Sql = Sql {
    sqlite: "SELECT COUNT(*) FROM agenda_turns
     WHERE agenda IN (SELECT value FROM json_each($2)) AND until > $1",
    postgres: concat!(
        "SELECT COUNT(*) FROM agenda_turns
     WHERE agenda IN (SELECT jsonb_array_elements_text($2::jsonb)) AND until > ",
        timed!(@postgres now)
    ),
};

/// Turns that a process took which is not there any more.
const VOID: Sql = Sql::both("UPDATE agenda_turns SET holder = NULL, until = 0 WHERE until > 0");

const IDENTITY: Sql = Sql::both(
    "SELECT identity
     FROM agenda_identities
     WHERE practice = $1 AND feature = $2 AND agenda = $3 AND binding = $4",
);

const MAKE_TURN: Sql = Sql::both(
    "INSERT INTO agenda_turns (agenda, fence, holder, until)
     VALUES ($1, 0, NULL, 0)
     ON CONFLICT (agenda) DO NOTHING",
);

const LEARN: Sql = Sql::both(
    "INSERT INTO agenda_identities (practice, feature, agenda, identity, binding, learnt_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (practice, feature, agenda) DO UPDATE
     SET identity = $4, binding = $5, learnt_at = $6",
);

/// Not scoped: the question is who else names the agenda.
const SAME: Sql = Sql::both(
    "SELECT practice, feature, agenda
     FROM agenda_identities
     WHERE identity = $1
     ORDER BY practice, feature, agenda",
);

row! {
    struct TakenRow {
        agenda: String,
        fence: i64,
        taken_at: i64,
    }
}

/// Takes the turn of all agendas, or of none.
pub(crate) async fn take(on: On<'_>, clock: &LeaseClock, wanted: &TurnRequest) -> Stored<Option<Turn>> {
    let keys = keys(&wanted.agendas)?;
    let count = i64::try_from(wanted.agendas.len()).unwrap_or(i64::MAX);
    let lasts = millis(wanted.lasts);
    let mut taken =
        fetch!(fetch_all, TakenRow, on, TAKE, clock.bound(), wanted.holder, lasts, keys, count).map_err(failed)?;
    taken.sort_unstable_by(|a, b| a.agenda.cmp(&b.agenda));
    let Some(first) = taken.first() else { return Ok(None) };
    Ok(Some(Turn {
        agendas: wanted.agendas.clone(),
        holder: wanted.holder,
        fence: first.fence,
        taken_at: Instant(first.taken_at),
    }))
}

/// Whether nobody else has taken one of the turn's agendas since.
pub(crate) async fn holds(on: On<'_>, turn: &Turn) -> Stored<bool> {
    let held = fetch!(fetch_all, (i64,), on, HOLDS, turn.holder, keys(&turn.agendas)?).map_err(failed)?;
    Ok(held.len() == turn.agendas.len())
}

/// Gives a turn back; whether all of it was still held.
pub(crate) async fn give_back(on: On<'_>, turn: &Turn) -> Stored<bool> {
    let given = execute!(on, GIVE_BACK, turn.holder, keys(&turn.agendas)?).map_err(failed)?;
    Ok(usize::try_from(given).is_ok_and(|given| given == turn.agendas.len()))
}

/// Whether somebody holds the turn of one of the agendas.
pub(crate) async fn is_held(on: On<'_>, clock: &LeaseClock, agendas: &[AgendaIdentity]) -> Stored<bool> {
    let (held,) = fetch!(fetch_one, (i64,), on, HELD, clock.bound(), keys(agendas)?).map_err(failed)?;
    Ok(held > 0)
}

/// Ends all turns: for the one process that works on an SQLite file, when it
/// begins. Its clock knows nothing of the one before.
pub(crate) async fn void(on: On<'_>) -> Stored<u64> {
    execute!(on, VOID).map_err(failed)
}

/// What an agenda is, as the binding of this digest said.
pub(crate) async fn identity(on: On<'_>, of: &NamedAgenda, binding: &str) -> Stored<Option<AgendaIdentity>> {
    let (practice, feature, agenda) = (of.practice.as_str(), of.feature.as_str(), of.agenda.as_str());
    let found = fetch!(fetch_optional, (String,), on, IDENTITY, practice, feature, agenda, binding).map_err(failed)?;
    Ok(found.map(|(identity,)| AgendaIdentity(identity)))
}

/// Keeps what an agenda is, and makes its turn. Who else names it.
pub(crate) async fn learn(
    mut on: On<'_>,
    of: &NamedAgenda,
    binding: &str,
    identity: &AgendaIdentity,
    now: Instant,
) -> Stored<Vec<NamedAgenda>> {
    let key = rows::key("agenda identity", &identity.0)?;
    let practice = rows::key("practice", of.practice.as_str())?;
    let feature = rows::key("feature", of.feature.as_str())?;
    let agenda = rows::key("agenda", of.agenda.as_str())?;
    execute!(on.again(), MAKE_TURN, key).map_err(failed)?;
    execute!(on.again(), LEARN, practice, feature, agenda, key, binding, now.0).map_err(failed)?;
    let same = fetch!(fetch_all, (String, String, String), on, SAME, key).map_err(failed)?;
    let named = same.into_iter().map(|(practice, feature, agenda)| NamedAgenda {
        practice: PracticeId(practice),
        feature: FeatureId(feature),
        agenda: AgendaId(agenda),
    });
    Ok(named.filter(|other| other != of).collect())
}

/// The keys as one JSON text, which both databases take apart.
fn keys(agendas: &[AgendaIdentity]) -> Stored<String> {
    let texts: Vec<&str> = agendas.iter().map(|agenda| agenda.0.as_str()).collect();
    rows::encode("agenda identity", &texts)
}
