//! Whether a message and its envelope may be handed to a relay.

use lettre::Address;

use super::outcome::Refusal;

/// Bytes of a message, attachments included.
pub(super) const MESSAGE_BYTES: usize = 10 << 20;
/// Recipients of one message.
const RECIPIENTS: usize = 50;
/// Bytes of a line without its CRLF (RFC 5322 §2.1.1).
const LINE_BYTES: usize = 998;

/// Who sends and who receives, readable as addresses.
#[derive(Debug)]
pub(super) struct Envelope {
    pub from: Address,
    pub recipients: Vec<Address>,
}

impl Envelope {
    /// Checks the addresses; `only_from` is the one sender that the practice
    /// grants, where it has a relay. No address is repeated in a refusal.
    pub(super) fn checked(from: &str, recipients: &[String], only_from: Option<&str>) -> Result<Self, Refusal> {
        let sender: Address =
            from.parse().map_err(|_| Refusal::Rejected("the sender is not an e-mail address".to_owned()))?;
        if let Some(granted) = only_from {
            // RFC 5321 §2.4: the domain is without case, the local part is not.
            let is_granted = granted.parse::<Address>().is_ok_and(|granted| {
                granted.user() == sender.user() && granted.domain().eq_ignore_ascii_case(sender.domain())
            });
            if !is_granted {
                return Err(Refusal::Denied("the sender is not mail.from of the practice's file".to_owned()));
            }
        }
        if recipients.is_empty() || recipients.len() > RECIPIENTS {
            return Err(Refusal::Rejected(format!("a message has 1 to {RECIPIENTS} recipients")));
        }
        let recipients = recipients
            .iter()
            .enumerate()
            .map(|(at, text)| {
                text.parse().map_err(|_| Refusal::Rejected(format!("recipient {} is not an e-mail address", at + 1)))
            })
            .collect::<Result<Vec<Address>, _>>()?;
        Ok(Self { from: sender, recipients })
    }
}

/// Checks a message: its size, and that every line ends in CRLF and in nothing
/// else, so that no relay reads a second message in it (SMTP smuggling).
pub(super) fn check(message: &[u8]) -> Result<(), Refusal> {
    if message.len() > MESSAGE_BYTES {
        return Err(Refusal::TooLarge(MESSAGE_BYTES as u64));
    }
    if message.is_empty() {
        return Err(Refusal::Rejected("the message is empty".to_owned()));
    }
    let mut lines = message.split(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        // What follows the last LF is no line, or one without an end.
        let is_last = lines.peek().is_none();
        let text = match line.strip_suffix(b"\r") {
            _ if is_last => line,
            Some(text) => text,
            None => return Err(Refusal::Rejected(format!("line {} does not end in CRLF", at + 1))),
        };
        if text.contains(&b'\r') || text.contains(&0) {
            return Err(Refusal::Rejected(format!("line {} holds a bare CR or a NUL", at + 1)));
        }
        if text.len() > LINE_BYTES {
            return Err(Refusal::Rejected(format!("line {} has more than {LINE_BYTES} bytes", at + 1)));
        }
    }
    Ok(())
}

/// The value of the Message-ID header (RFC 5322 §3.6.4), without its brackets.
pub(super) fn message_id(message: &[u8]) -> Option<&str> {
    const NAME: &str = "message-id:";
    let mut lines = message.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut folded = None;
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let line = std::str::from_utf8(line).ok()?;
        match folded {
            // The value may stand on the line after the name.
            Some("") if line.starts_with([' ', '\t']) => folded = Some(line.trim()),
            Some(_) => break,
            None if line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)) => {
                folded = Some(line[NAME.len()..].trim());
            }
            None => {}
        }
    }
    folded?.strip_prefix('<')?.strip_suffix('>').filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(from: &str, recipients: &[&str], only_from: Option<&str>) -> Result<Envelope, Refusal> {
        let recipients: Vec<String> = recipients.iter().map(|text| (*text).to_owned()).collect();
        Envelope::checked(from, &recipients, only_from)
    }

    #[test]
    fn only_the_granted_sender_may_send() {
        let granted = Some("accueil@tilleuls.example");
        assert!(envelope("accueil@Tilleuls.example", &["a@b.example"], granted).is_ok());
        for from in ["autre@tilleuls.example", "Accueil@tilleuls.example", "accueil@tilleuls.example.evil.example"] {
            assert!(matches!(envelope(from, &["a@b.example"], granted), Err(Refusal::Denied(_))), "{from}");
        }
        assert!(envelope("autre@tilleuls.example", &["a@b.example"], None).is_ok());
    }

    #[test]
    fn an_address_cannot_carry_a_command() {
        for text in ["a@b.example>\r\nDATA", "a@b.example\n", "", "a", "<a@b.example>", "a@b.example, c@d.example"] {
            assert!(matches!(envelope(text, &["a@b.example"], None), Err(Refusal::Rejected(_))), "{text:?}");
            assert!(matches!(envelope("a@b.example", &[text], None), Err(Refusal::Rejected(_))), "{text:?}");
        }
    }

    #[test]
    fn fifty_recipients_are_the_most() {
        assert!(envelope("a@b.example", &["c@d.example"; 50], None).is_ok());
        assert!(envelope("a@b.example", &["c@d.example"; 51], None).is_err());
        assert!(envelope("a@b.example", &[], None).is_err());
    }

    #[test]
    fn a_second_message_cannot_hide_in_the_first() {
        assert!(check(b"Subject: x\r\n\r\nbody\r\n").is_ok());
        assert!(check(b"Subject: x\r\n\r\nbody").is_ok());
        assert!(check(b"Subject: x\r\n\r\nbody\r\n.\r\nMAIL FROM:<x>\r\n").is_ok(), "the client stuffs dots");
        for message in
            [&b"a\n.\r\nMAIL"[..], b"a\r.\rMAIL", b"a\r\n.\nMAIL FROM", b"a\r\n.\r\r\nMAIL", b"a\0b\r\n", b"", b"a\r"]
        {
            assert!(check(message).is_err(), "{message:?}");
        }
    }

    #[test]
    fn lines_and_messages_are_capped() {
        let line = |length: usize| [vec![b'x'; length], b"\r\n".to_vec()].concat();
        assert!(check(&line(LINE_BYTES)).is_ok());
        assert!(check(&line(LINE_BYTES + 1)).is_err());
        let large = line(998).repeat(MESSAGE_BYTES / 1000 + 1);
        assert!(matches!(check(&large), Err(Refusal::TooLarge(limit)) if limit == MESSAGE_BYTES as u64));
    }

    #[test]
    fn the_message_id_is_found_in_the_headers_only() {
        assert_eq!(message_id(b"To: x\r\nMESSAGE-id: <a@b>\r\n\r\n"), Some("a@b"));
        assert_eq!(message_id(b"Message-ID:\r\n <a@b>\r\nTo: x\r\n\r\n"), Some("a@b"));
        assert_eq!(message_id(b"To: x\r\n\r\nMessage-ID: <a@b>\r\n"), None);
        assert_eq!(message_id(b"Message-ID: a@b\r\n\r\n"), None);
        assert_eq!(message_id(b""), None);
    }
}
