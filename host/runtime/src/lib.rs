//! Runs greffon plugins: sandboxed WebAssembly components under limits.

pub mod bindings;
pub mod capability;
pub mod limits;
pub mod origin;
pub mod state;
mod wasi;
