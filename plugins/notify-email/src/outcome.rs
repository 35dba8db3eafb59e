//! What the relay's answer means for the message.

use greffon_sdk::channel::{Accepted, SendError};
use greffon_sdk::log;
use greffon_sdk::mail::{MailError, Receipt};

/// A receipt for one recipient.
///
/// # Errors
/// `Rejected` when the relay refused that recipient.
pub fn accepted(receipt: Receipt, message_id: String) -> Result<Accepted, SendError> {
    match receipt.refused.into_iter().next() {
        Some((_, reply)) => Err(SendError::Rejected(reply)),
        None => Ok(Accepted { provider_id: message_id, at: receipt.at, units: 1 }),
    }
}

/// Why there is no receipt.
pub fn refused(error: MailError) -> SendError {
    match error {
        MailError::Denied(_) => {
            // The grant or the sender is missing: only the operator can add it.
            log::error("mail-denied", &[]);
            SendError::Unauthorised
        }
        MailError::Rejected(reply) => SendError::Rejected(reply),
        MailError::Transient(_) => SendError::Transient(None),
        MailError::Uncertain(why) => SendError::Uncertain(why),
        MailError::TooLarge(limit) => {
            SendError::ContentRefused(format!("the relay takes no message of more than {limit} bytes"))
        }
        MailError::Other(why) => SendError::Other(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_that_refuses_the_recipient_is_a_refusal() {
        let receipt = |refused| Receipt { at: 7, reply: "250 2.0.0 Ok".to_owned(), refused };
        let taken = accepted(receipt(vec![]), "id".to_owned());
        assert_eq!(taken, Ok(Accepted { provider_id: "id".to_owned(), at: 7, units: 1 }));
        let refused = accepted(receipt(vec![("a@b.example".to_owned(), "550 no".to_owned())]), "id".to_owned());
        assert_eq!(refused, Err(SendError::Rejected("550 no".to_owned())));
    }
}
