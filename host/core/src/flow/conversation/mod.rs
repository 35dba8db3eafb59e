//! What the plugins of the conversation say now: grids and script are asked here,
//! and nothing is changed.

mod context;
mod followed;
pub(super) mod grids;
pub(super) mod script;
