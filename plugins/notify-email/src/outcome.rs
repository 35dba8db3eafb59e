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
        Some((_, reply)) => Err(SendError::Rejected(codes(&reply))),
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
        MailError::Rejected(reply) => SendError::Rejected(codes(&reply)),
        MailError::Transient(_) => SendError::Transient(None),
        MailError::Uncertain(why) => SendError::Uncertain(why),
        MailError::TooLarge(limit) => {
            SendError::ContentRefused(format!("the relay takes no message of more than {limit} bytes"))
        }
        MailError::Other(why) => SendError::Other(why),
    }
}

/// The codes of a relay's reply: the reply code (RFC 5321, 4.2) and the enhanced
/// status (RFC 3463). Its words often repeat the address, and go no further.
fn codes(reply: &str) -> String {
    let is_code = |word: &&str| {
        let digits = |part: &str| matches!(part.len(), 1..=3) && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = word.split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(code), None, ..) => code.len() == 3 && digits(code),
            (Some(class), Some(subject), Some(detail), None) => digits(class) && digits(subject) && digits(detail),
            _ => false,
        }
    };
    let codes: Vec<&str> = reply.split([' ', '-', '\r', '\n']).take_while(is_code).collect();
    if codes.is_empty() { "refused without a code".to_owned() } else { codes.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_that_refuses_the_recipient_is_a_refusal() {
        let receipt = |refused| Receipt { at: 7, reply: "250 2.0.0 Ok".to_owned(), refused };
        let taken = accepted(receipt(vec![]), "id".to_owned());
        assert_eq!(taken, Ok(Accepted { provider_id: "id".to_owned(), at: 7, units: 1 }));
        let no = "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown";
        let refused = accepted(receipt(vec![("a@b.example".to_owned(), no.to_owned())]), "id".to_owned());
        assert_eq!(refused, Err(SendError::Rejected("550 5.1.1".to_owned())));
    }

    #[test]
    fn of_a_reply_only_the_codes_are_kept() {
        for (reply, kept) in [
            ("550 no", "550"),
            ("550-5.7.1 a@b.example\r\n550 5.7.1 no", "550 5.7.1"),
            ("554 123456", "554"),
            ("a@b.example 550", "refused without a code"),
            ("", "refused without a code"),
            ("0612345678", "refused without a code"),
        ] {
            assert_eq!(codes(reply), kept, "{reply:?}");
        }
    }
}
