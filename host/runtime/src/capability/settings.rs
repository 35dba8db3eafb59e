//! `greffon:host/settings`: the settings of the feature, validated and made
//! canonical when the practice's file was read.

use crate::bindings::host::settings::Host;
use crate::state::CallState;

impl Host for CallState {
    async fn get(&mut self) -> wasmtime::Result<String> {
        Ok(self.bound.settings.clone())
    }

    async fn installation(&mut self) -> wasmtime::Result<String> {
        Ok(self.services.installation.clone())
    }
}
