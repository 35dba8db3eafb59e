//! Personal codes: new ones, their hashes, and whether somebody said the right one.

mod hash;
mod kept;
mod new;
mod plain;

pub use hash::{HashError, hash_code};
pub(crate) use kept::KeptCode;
pub use new::{CodeProblem, MAX_CODE, check_new_code};
