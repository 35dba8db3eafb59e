//! A plugin as it was loaded, once for all practices.

use std::sync::Arc;

use greffon_core::model::pin::MAX_SETTINGS_BYTES;
use greffon_words::settings as words;
use wasmtime::component::InstancePre;

use crate::constants::Constants;
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::problem::Problem;
use crate::settings::Schema;
use crate::state::CallState;

/// A plugin that can be bound.
pub(crate) struct Plugin {
    pub manifest: Manifest,
    pub digest: String,
    pub size_bytes: usize,
    pub schema: Schema,
    pub limits: Limits,
    /// What its panics may be told with.
    pub constants: Arc<Constants>,
    /// Compiled and linked: an instance is one allocation away.
    pub guest: InstancePre<CallState>,
}

impl Plugin {
    /// Settings as the guest gets them: checked against the schema, with its defaults,
    /// canonical. Those of a pure kind are kept for contacts that began with them, so
    /// they are no larger than what is kept.
    ///
    /// # Errors
    /// What does not fit, with keys below `settings`.
    pub(crate) fn settings(&self, written: &serde_json::Value) -> Result<String, Vec<Problem>> {
        let text = self.schema.apply(written)?;
        if self.manifest.kind.spec().pure && text.len() > MAX_SETTINGS_BYTES {
            let bytes = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
            let message = words::too_large(bytes(text.len()), bytes(MAX_SETTINGS_BYTES));
            return Err(vec![self.schema.problem("settings", &message, &words::leave_out())]);
        }
        Ok(text)
    }
}
