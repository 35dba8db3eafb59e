#![doc = include_str!("../README.md")]

mod agenda_identity;
mod api_version;
mod bind;
pub mod binding;
pub mod bindings;
mod breaker;
mod cache;
pub mod capability;
mod constants;
mod convert;
mod cpu;
mod earlier;
pub mod engine;
mod failure;
mod grants;
mod guest;
mod inline;
mod instance;
mod kind;
pub mod limits;
mod linker;
mod live;
mod manifest;
mod nearest;
pub mod origin;
mod package;
mod panic;
mod places;
mod plugin;
mod powers;
mod prepared;
mod problem;
mod ready;
mod registry;
mod runtime;
mod sealing;
mod settings;
pub mod state;
mod stats;
mod wasi;
mod window;

pub use self::api_version::{ApiTrack, ApiVersion, PluginVersion, SERVED as SERVED_API};
pub use self::breaker::BreakerConfig;
pub use self::engine::EngineError;
pub use self::grants::{Ungranted, ungranted};
pub use self::manifest::{Asks, DataClass, LimitsAsk, Manifest, ManifestError, OriginAsk, Place, PluginId};
pub use self::nearest::nearest;
pub use self::package::{
    API_VERSION_SECTION, Inspection, LARGEST_BYTES as LARGEST_COMPONENT_BYTES, PackageError, inspect,
};
pub use self::powers::Powers;
pub use self::problem::Problem;
pub use self::registry::{LoadError, PluginFiles, PluginInfo};
pub use self::runtime::{Runtime, RuntimeConfig, RuntimeError};
pub use self::sealing::{NotAKey, Sealing, SealingKeys, new_sealing_key};
pub use self::stats::KindStats;
