//! A plugin as it was loaded, once for all practices.

use std::sync::Arc;

use wasmtime::component::InstancePre;

use crate::constants::Constants;
use crate::limits::Limits;
use crate::manifest::Manifest;
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
