//! The one style of all pages.

/// Stands in each page as it is: the browser applies it because the policy names its
/// digest.
pub(crate) const STYLE: &str = include_str!("../../templates/style.css");
