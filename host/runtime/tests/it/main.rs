//! The runtime as the composition root uses it, on guests written in text.

mod answers;
mod bindings;
mod failures;
mod guest;
mod host;
mod neighbours;
mod panics;
mod pinned;
mod plugins;
mod prepare;
