//! What plugins are compiled for.

use greffon_kinds::PluginKind;

/// What a plugin is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// Imports no function: kinds that are pure.
    Pure,
    /// Uses what the host grants: the other kinds.
    Wasi,
}

impl Target {
    /// The name that rustc knows it by.
    #[must_use]
    pub const fn triple(self) -> &'static str {
        match self {
            Self::Pure => "wasm32-unknown-unknown",
            Self::Wasi => "wasm32-wasip2",
        }
    }

    /// The target of a plugin kind.
    #[must_use]
    pub fn of_kind(kind: PluginKind) -> Self {
        if kind.spec().pure { Self::Pure } else { Self::Wasi }
    }
}
