//! The practice's mail relay.

pub use crate::bindings::imports::greffon::host::mail::{Envelope, MailError, Receipt};
use crate::host;

/// Hands a complete message (RFC 5322 and MIME, CRLF line ends) to the relay,
/// once. A receipt means that the relay took the responsibility for it.
///
/// # Errors
/// Every case except `uncertain` promises that the relay took nothing.
pub fn send(message: &[u8], envelope: &Envelope) -> Result<Receipt, MailError> {
    host::mail(message, envelope)
}
