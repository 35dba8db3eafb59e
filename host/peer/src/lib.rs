//! Stub servers that misbehave on demand: for the demo, for tests, and for whoever writes a plugin
//! and has no account with a vendor. Each is written from a specification of its own.
//!
//! | module | what it stands for | specification |
//! | --- | --- | --- |
//! | [`caldav`] | a CalDAV server, as far as a calendar plugin uses one | RFC 4791, without sync |
//! | [`doctolib_like`] | the partner interface of a big vendor's agenda | `doctolib-like.md` |

pub mod caldav;
pub mod clock;
pub mod doctolib_like;
