//! What a practice does after a restore of the database.

use greffon_core::model::recovery;
use serde::Serialize;
use utoipa::ToSchema;

use super::each;
use super::time::Timestamp;

/// Where a practice's check after a restore stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RecoveryState {
    /// The database was never restored.
    None,
    /// Nothing is booked, moved, cancelled or sent until the practice's agendas were compared;
    /// alerts are.
    UnderWay,
    /// The practice writes and sends again.
    Ended,
}

/// Where the comparison of an agenda stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ComparisonState {
    /// It was not read yet.
    Waiting,
    /// It could not be read, or not be believed; it is tried again.
    Failed,
    /// It was read in full, and greffon says what it says.
    Compared,
}

/// One agenda of the practice after a restore.
#[derive(Serialize, ToSchema)]
pub(crate) struct Comparison {
    /// The practice's name for the binding.
    feature: String,
    /// The agenda.
    agenda: String,
    /// Where it stands.
    state: ComparisonState,
    /// Why it failed: a code such as `unavailable` or `too-many-missing`.
    code: Option<String>,
    /// When it was last read, or tried.
    at: Option<Timestamp>,
    /// Whether it is kept in greffon itself: what it took after the backup is lost.
    own: bool,
    /// Appointments that greffon found in it and did not know.
    adopted: u32,
    /// Appointments that had another time, status or version in it.
    corrected: u32,
    /// Appointments that are not in it any more.
    gone: u32,
}

/// What a practice does after the last restore of the database.
#[derive(Serialize, ToSchema)]
pub(crate) struct Recovery {
    /// Where it stands.
    state: RecoveryState,
    /// When the database was restored.
    restored_at: Option<Timestamp>,
    /// When the backup was taken, if that is known.
    backup_taken_at: Option<Timestamp>,
    /// The practice's agendas.
    agendas: Vec<Comparison>,
    /// Messages that may have left before the restore, and are left to a person: see the dead
    /// letters with the code `restored`.
    withheld: u32,
    /// When the practice began to write and send again.
    released_at: Option<Timestamp>,
    /// Who said so.
    released_by: Option<String>,
    /// Whether all agendas had been compared by then.
    complete: Option<bool>,
}

impl From<recovery::AgendaRecovery> for Comparison {
    fn from(core: recovery::AgendaRecovery) -> Self {
        let (state, code, at) = match core.state {
            recovery::AgendaState::Waiting => (ComparisonState::Waiting, None, None),
            recovery::AgendaState::Failed { code, at } => (ComparisonState::Failed, Some(code), Some(at)),
            recovery::AgendaState::Compared { at } => (ComparisonState::Compared, None, Some(at)),
        };
        Self {
            feature: core.feature.0,
            agenda: core.agenda.0,
            state,
            code,
            at: at.map(Into::into),
            own: core.own,
            adopted: core.adopted,
            corrected: core.corrected,
            gone: core.gone,
        }
    }
}

impl From<Option<recovery::Recovery>> for Recovery {
    fn from(core: Option<recovery::Recovery>) -> Self {
        let state = match &core {
            None => RecoveryState::None,
            Some(core) if core.is_closed() => RecoveryState::UnderWay,
            Some(_) => RecoveryState::Ended,
        };
        let restore = core.as_ref().map(|core| core.restore);
        let release = core.as_ref().and_then(|core| core.released.clone());
        Self {
            state,
            restored_at: restore.map(|restore| restore.restored_at.into()),
            backup_taken_at: restore.and_then(|restore| restore.taken_at).map(Into::into),
            withheld: core.as_ref().map_or(0, |core| core.withheld),
            agendas: each(core.map(|core| core.agendas).unwrap_or_default()),
            released_at: release.as_ref().map(|release| release.at.into()),
            complete: release.as_ref().map(|release| release.complete),
            released_by: release.map(|release| release.by),
        }
    }
}
