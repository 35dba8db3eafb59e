//! What requests are answered from.

use super::state::Shared;

/// A server, as its requests see it.
pub(super) struct App {
    pub(super) shared: Shared,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) token_life_s: u32,
    pub(super) calls_per_min: Option<u32>,
    pub(super) page_size: usize,
}
