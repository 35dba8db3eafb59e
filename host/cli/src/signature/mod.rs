//! Signatures of practitioners over grids and scripts: detached, beside the settings that
//! they cover, so that equal settings stay equal.
//!
//! `statement` says what is signed, byte by byte; `signers` who may sign; `file` is
//! `grids/<feature>.sig`; `verdict` says whether content may be used, by what the file says
//! and by what the installation remembers and attests; `held` keeps a plugin to the time for
//! which it was signed.

mod file;
mod held;
mod signers;
mod statement;
mod verdict;

pub use self::file::{MOST_BYTES, Signatures, name_of};
pub use self::held::{hold, hold_earlier};
pub use self::signers::{Signer, is_rpps, wrong_signer};
pub use self::statement::{Kind, Statement};
pub use self::verdict::{Held, Refusal, Said, Wanted};
