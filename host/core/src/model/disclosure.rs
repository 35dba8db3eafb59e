//! What may be said to whoever is on the line, and changed for them: a matrix of information
//! × relation × verification, strict by default (code de la santé publique, L.1110-4,
//! L.1111-5, L.1111-6). The host asks it before anything is read out, moved or cancelled;
//! plugins are only given what it lets through.

mod change;
mod check;
mod mark;
mod matrix;
mod speaker;
mod standing;
mod withhold;

pub use change::may_change;
pub use check::{CheckedBy, IdentityCheck};
pub use mark::{Mark, MaySay, Verdict};
pub use matrix::{Disclosure, Information, Needs, Relation, loosest};
pub use standing::{Standing, Verified, persons_of, standing};
pub use withhold::{for_grid, for_script, tells_of};
