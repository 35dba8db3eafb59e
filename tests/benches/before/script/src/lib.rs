//! `script-standard` as it was: the settings as JSON in every call, the allocator
//! of the standard library, 1 MiB of stack. The rest is the plugin's own source.

#[path = "../../../../../plugins/script-standard/src/caller.rs"]
mod caller;
#[path = "../../../../../plugins/script-standard/src/effects.rs"]
mod effects;
#[path = "../../../../../plugins/script-standard/src/facts.rs"]
mod facts;
#[path = "../../../../../plugins/script-standard/src/fill.rs"]
mod fill;
#[path = "../../../../../plugins/script-standard/src/french.rs"]
mod french;
#[path = "../../../../../plugins/script-standard/src/handoff.rs"]
mod handoff;
#[path = "../../../../../plugins/script-standard/src/interview.rs"]
mod interview;
#[path = "../../../../../plugins/script-standard/src/motive.rs"]
mod motive;
#[path = "../../../../../plugins/script-standard/src/packs.rs"]
mod packs;
#[path = "../../../../../plugins/script-standard/src/phrases.rs"]
mod phrases;
#[path = "../../../../../plugins/script-standard/src/promise.rs"]
mod promise;
#[path = "../../../../../plugins/script-standard/src/prompts.rs"]
mod prompts;
#[path = "../../../../../plugins/script-standard/src/questions.rs"]
mod questions;
#[path = "../../../../../plugins/script-standard/src/recap.rs"]
mod recap;
#[path = "../../../../../plugins/script-standard/src/settings.rs"]
mod settings;
#[path = "../../../../../plugins/script-standard/src/tone.rs"]
mod tone;
#[path = "../../../../../plugins/script-standard/src/view.rs"]
mod view;

use greffon_sdk::script::{Script, ScriptError, Session, View};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::settings::Standard;

struct Before;

/// The settings as they came.
#[derive(Serialize, Deserialize)]
struct Json(String);

impl From<Value> for Json {
    fn from(settings: Value) -> Self {
        Self(settings.to_string())
    }
}

impl Script for Before {
    type Settings = Value;
    type Prepared = Json;

    fn render(json: &Json, session: &Session) -> Result<View, ScriptError> {
        let mut json = serde_json::Deserializer::from_str(&json.0);
        let settings: Standard = serde_path_to_error::deserialize(&mut json).map_err(|_| ScriptError::NotPrepared)?;
        Ok(view::of(&settings, session))
    }
}

greffon_sdk::export_script!(Before);
