//! What one process remembers between calls. Losing it loses nothing.

/// Shared by all clones of a reception.
#[derive(Default)]
pub(super) struct Memory {}
