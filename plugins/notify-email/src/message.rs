//! A whole message: RFC 5322 headers, one text, and files beside it (RFC 2046).

use greffon_sdk::channel::{Attachment, SendError};
use thiserror::Error;

use crate::address::{AddrSpec, is_atext};
use crate::body::{base64_len, push_base64, quoted_printable};
use crate::header::{self, ControlCharacter, Headers};

/// Bytes of a message, as the host takes it at most.
pub const MESSAGE_BYTES: usize = 10 << 20;
/// Bytes of a subject: a line of RFC 5322 §2.1.1.
const SUBJECT_BYTES: usize = 998;
/// Characters of a message's key.
const KEY_BYTES: usize = 64;
/// Bytes of a media type with its parameters.
const MEDIA_TYPE_BYTES: usize = 255;

/// Why a message cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unwritable {
    /// A text with control characters where a header would hold it.
    #[error(transparent)]
    Header(#[from] ControlCharacter),
    /// The subject is too long.
    #[error("the subject has more than {SUBJECT_BYTES} bytes; shorten it")]
    Subject,
    /// Counted from 1.
    #[error("attachment {0} has no media type that can be attached, such as application/pdf")]
    MediaType(usize),
    /// With its attachments as they are written.
    #[error("the message has more than {MESSAGE_BYTES} bytes; about 7 MiB of attachments fit")]
    TooLarge,
    /// The contract says what a key is.
    #[error("the key of the message is not 1 to {KEY_BYTES} characters of 0-9, A-Z, a-z and -")]
    Key,
}

impl From<Unwritable> for SendError {
    fn from(cause: Unwritable) -> Self {
        match cause {
            Unwritable::Key => Self::Other(cause.to_string()),
            _ => Self::ContentRefused(cause.to_string()),
        }
    }
}

/// What a message is written from.
pub struct Letter<'a> {
    pub from: &'a AddrSpec,
    pub from_name: Option<&'a str>,
    pub to: &'a AddrSpec,
    pub reply_to: Option<&'a AddrSpec>,
    /// None, or blank: the message has none.
    pub subject: Option<&'a str>,
    pub text: &'a str,
    pub attachments: &'a [Attachment],
    /// Idempotency key of the contract.
    pub key: &'a str,
    /// As `date` writes it.
    pub date: &'a str,
}

impl Letter<'_> {
    /// Message-ID without its brackets, the same for every attempt.
    pub fn message_id(&self) -> String {
        format!("{}@{}", self.key, self.from.domain())
    }

    /// Writes the message: ASCII, every line ended by CRLF.
    ///
    /// # Errors
    /// Nothing was written that a relay or a reader could misread.
    pub fn write(&self) -> Result<Vec<u8>, Unwritable> {
        let mut headers = self.headers()?;
        if self.attachments.is_empty() {
            let mut message = text_part(headers, self.text)?;
            message.extend(b"\r\n");
            return fitting(message);
        }
        // Neither quoted-printable nor base64 ever holds "=_".
        let boundary = format!("=_{}", self.key);
        headers.add("Content-Type", ["multipart/mixed;".to_owned(), format!("boundary=\"{boundary}\"")])?;
        let mut message = headers.as_str().as_bytes().to_vec();
        push_part(&mut message, &boundary, &text_part(Headers::default(), self.text)?);
        for (at, file) in self.attachments.iter().enumerate() {
            push_part(&mut message, &boundary, &file_headers(at + 1, file)?);
            if message.len().saturating_add(base64_len(file.content.len())) > MESSAGE_BYTES {
                return Err(Unwritable::TooLarge);
            }
            message.reserve(base64_len(file.content.len()));
            push_base64(&mut message, &file.content);
        }
        message.extend(format!("\r\n--{boundary}--\r\n").bytes());
        fitting(message)
    }

    fn headers(&self) -> Result<Headers, Unwritable> {
        if !is_key(self.key) {
            return Err(Unwritable::Key);
        }
        let mut headers = Headers::default();
        headers.add("Date", [self.date])?;
        headers.add("From", header::mailbox(self.from_name, self.from)?)?;
        headers.add("To", [self.to.as_str()])?;
        if let Some(address) = self.reply_to {
            headers.add("Reply-To", [address.as_str()])?;
        }
        if let Some(subject) = self.subject.map(str::trim).filter(|subject| !subject.is_empty()) {
            if subject.len() > SUBJECT_BYTES {
                return Err(Unwritable::Subject);
            }
            headers.add("Subject", header::text(subject)?)?;
        }
        headers.add("Message-ID", [format!("<{}>", self.message_id())])?;
        // RFC 3834 §5: no automatic answer is wanted.
        headers.add("Auto-Submitted", ["auto-generated"])?;
        headers.add("MIME-Version", ["1.0"])?;
        Ok(headers)
    }
}

fn text_part(mut headers: Headers, text: &str) -> Result<Vec<u8>, Unwritable> {
    headers.add("Content-Type", ["text/plain;", "charset=utf-8"])?;
    headers.add("Content-Transfer-Encoding", ["quoted-printable"])?;
    Ok(format!("{}\r\n{}", headers.as_str(), quoted_printable(text)).into_bytes())
}

fn file_headers(number: usize, file: &Attachment) -> Result<Vec<u8>, Unwritable> {
    let media_type = media_type(&file.media_type).ok_or(Unwritable::MediaType(number))?;
    let mut disposition = vec!["attachment".to_owned()];
    let name = file.name.trim();
    if !name.is_empty() {
        disposition[0].push(';');
        disposition.extend(header::file_name(name)?);
    }
    let mut headers = Headers::default();
    headers.add("Content-Type", media_type)?;
    headers.add("Content-Disposition", disposition)?;
    headers.add("Content-Transfer-Encoding", ["base64"])?;
    Ok(format!("{}\r\n", headers.as_str()).into_bytes())
}

fn push_part(message: &mut Vec<u8>, boundary: &str, part: &[u8]) {
    message.extend(format!("\r\n--{boundary}\r\n").bytes());
    message.extend(part);
}

fn fitting(message: Vec<u8>) -> Result<Vec<u8>, Unwritable> {
    if message.len() > MESSAGE_BYTES { Err(Unwritable::TooLarge) } else { Ok(message) }
}

fn is_key(key: &str) -> bool {
    (1..=KEY_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The words of a media type with plain parameters. None: it is none, or one
/// whose content may not stand in base64 (RFC 2045 §6.4).
fn media_type(text: &str) -> Option<Vec<String>> {
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| is_atext(byte) && !b"/=?".contains(&byte) || byte == b'.')
    };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next()?;
    let (kind, subtype) = essence.split_once('/')?;
    let composite = ["multipart", "message"].iter().any(|name| kind.eq_ignore_ascii_case(name));
    if text.len() > MEDIA_TYPE_BYTES || composite || !token(kind) || !token(subtype) {
        return None;
    }
    let mut words = vec![essence.to_owned()];
    for parameter in parts {
        let (name, value) = parameter.split_once('=')?;
        if !token(name) || !token(value) {
            return None;
        }
        words.last_mut()?.push(';');
        words.push(parameter.to_owned());
    }
    Some(words)
}

#[cfg(test)]
mod tests;
