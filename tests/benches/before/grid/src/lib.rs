//! `triage-grid` as it was: the settings as JSON in every call, the allocator of
//! the standard library, 1 MiB of stack. The rest is the plugin's own source.

#[path = "../../../../../plugins/triage-grid/src/asking.rs"]
mod asking;
#[path = "../../../../../plugins/triage-grid/src/conclude.rs"]
mod conclude;
#[path = "../../../../../plugins/triage-grid/src/condition.rs"]
mod condition;
#[path = "../../../../../plugins/triage-grid/src/known.rs"]
mod known;
mod prepared {
    use crate::settings::Service;

    /// What holds for all protocols.
    pub(crate) struct Common {
        pub emergency_service: Service,
        pub max_questions: usize,
    }
}
#[path = "../../../../../plugins/triage-grid/src/run.rs"]
mod run;
#[path = "../../../../../plugins/triage-grid/src/settings.rs"]
mod settings;

use greffon_sdk::triage::{Encounter, Step, Triage, TriageError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::prepared::Common;
use crate::settings::{Grid, Protocol};

struct Before;

/// The settings as they came.
#[derive(Serialize, Deserialize)]
struct Json(String);

impl From<Value> for Json {
    fn from(settings: Value) -> Self {
        Self(settings.to_string())
    }
}

impl Triage for Before {
    type Settings = Value;
    type Prepared = Json;

    fn next(json: &Json, encounter: &Encounter) -> Result<Step, TriageError> {
        let mut json = serde_json::Deserializer::from_str(&json.0);
        let grid: Grid = serde_path_to_error::deserialize(&mut json).map_err(|_| TriageError::NotPrepared)?;
        let common = Common { emergency_service: grid.emergency_service, max_questions: grid.max_questions };
        let serves = |protocol: &Protocol| encounter.motive.as_ref().is_some_and(|one| protocol.motives.contains(one));
        let protocols: Vec<Protocol> = grid.protocols.into_iter().filter(serves).collect();
        run::next(&common, &protocols, encounter)
    }
}

greffon_sdk::export_triage!(Before);
