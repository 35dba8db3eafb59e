//! Stub servers that misbehave on demand: for the demo, for tests, and for whoever writes a plugin
//! and has no account with a vendor. Each is written from a specification of its own.
//!
//! | module | what it stands for | specification |
//! | --- | --- | --- |
//! | [`doctolib_like`] | the partner interface of a big vendor's agenda | `doctolib-like.md` |

pub mod clock;
pub mod doctolib_like;
