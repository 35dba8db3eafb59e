//! What a plugin of any kind tells of itself.

/// What every bound plugin can tell of itself without being called.
pub trait Health: Send + Sync {
    /// Whether calls are refused for now, after repeated failures.
    fn is_suspended(&self) -> bool;
}
