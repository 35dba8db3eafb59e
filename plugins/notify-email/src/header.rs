//! Headers: folded (RFC 5322 §2.2.3), in ASCII, with encoded words (RFC 2047)
//! and encoded parameters (RFC 2231) for the rest. No control character gets in.

use thiserror::Error;

use crate::address::{AddrSpec, is_atext};
use crate::body::push_hex;

/// Longest line of a header that can be folded.
const LINE: usize = 76;
/// Longest word, so that the first one stands on the line of the header's name.
const WORD: usize = 60;
/// Around the letters of an encoded word.
const ENCODED: (&str, &str) = ("=?utf-8?q?", "?=");
/// Longest piece of a file name.
const NAME_PIECE: usize = 48;

/// A control character: a text of several lines has no place in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0} holds a control character; write it on one line")]
pub struct ControlCharacter(pub &'static str);

/// Headers as they go over the wire.
#[derive(Default)]
pub struct Headers(String);

impl Headers {
    /// Adds a header of words, folded between them.
    ///
    /// # Errors
    /// A word has what no header may hold. Every header passes here.
    pub fn add<W: AsRef<str>>(
        &mut self,
        name: &'static str,
        words: impl IntoIterator<Item = W>,
    ) -> Result<(), ControlCharacter> {
        let mut line = format!("{name}:");
        let mut column = line.len();
        for (at, word) in words.into_iter().enumerate() {
            let word = word.as_ref();
            if !word.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                return Err(ControlCharacter(name));
            }
            if at > 0 && column + 1 + word.len() > LINE {
                line.push_str("\r\n");
                column = 0;
            }
            line.push(' ');
            line.push_str(word);
            column += 1 + word.len();
        }
        self.0.push_str(&line);
        self.0.push_str("\r\n");
        Ok(())
    }

    /// The headers, each ended by CRLF.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The words of a text such as a subject.
pub fn text(text: &str) -> Result<Vec<String>, ControlCharacter> {
    words("Subject", text, |byte| byte.is_ascii_graphic())
}

/// The words of an address, with the name to show.
pub fn mailbox(name: Option<&str>, address: &AddrSpec) -> Result<Vec<String>, ControlCharacter> {
    let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
        return Ok(vec![address.as_str().to_owned()]);
    };
    let mut words = words("From", name.trim(), is_atext)?;
    words.push(format!("<{}>", address.as_str()));
    Ok(words)
}

/// The words of a file name as a parameter, the last one.
pub fn file_name(name: &str) -> Result<Vec<String>, ControlCharacter> {
    if name.contains(char::is_control) {
        return Err(ControlCharacter("the name of an attachment"));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._ ".contains(&byte);
    if name.len() <= NAME_PIECE && name.bytes().all(plain) {
        return Ok(vec![format!("filename=\"{name}\"")]);
    }
    let mut pieces = vec![String::new()];
    for sign in name.chars() {
        let mut written = String::new();
        if sign.is_ascii_alphanumeric() || matches!(sign, '-' | '.' | '_') {
            written.push(sign);
        } else {
            push_hex(&mut written, '%', sign);
        }
        append(&mut pieces, &written, NAME_PIECE);
    }
    let last = pieces.len() - 1;
    let parameter = |(at, piece): (usize, String)| {
        let number = if last == 0 { String::new() } else { format!("*{at}") };
        let charset = if at == 0 { "utf-8''" } else { "" };
        let end = if at == last { "" } else { ";" };
        format!("filename{number}*={charset}{piece}{end}")
    };
    Ok(pieces.into_iter().enumerate().map(parameter).collect())
}

/// A text as words: its own where all bytes are `plain`, else encoded ones.
fn words(what: &'static str, text: &str, plain: fn(u8) -> bool) -> Result<Vec<String>, ControlCharacter> {
    if text.contains(char::is_control) {
        return Err(ControlCharacter(what));
    }
    let own = |word: &str| (1..=WORD).contains(&word.len()) && word.bytes().all(plain);
    // What looks like an encoded word would be read as one.
    if !text.contains("=?") && text.split(' ').all(own) {
        return Ok(text.split(' ').map(str::to_owned).collect());
    }
    let mut payloads = vec![String::new()];
    for sign in text.chars() {
        let mut written = String::new();
        match sign {
            ' ' => written.push('_'),
            _ if sign.is_ascii_alphanumeric() => written.push(sign),
            _ => push_hex(&mut written, '=', sign),
        }
        append(&mut payloads, &written, WORD - ENCODED.0.len() - ENCODED.1.len());
    }
    Ok(payloads.iter().map(|payload| format!("{}{payload}{}", ENCODED.0, ENCODED.1)).collect())
}

/// Appends a character, written out, to the last piece or to a new one: it is
/// never split (RFC 2047 §5).
fn append(pieces: &mut Vec<String>, written: &str, most: usize) {
    match pieces.last_mut() {
        Some(piece) if piece.len() + written.len() <= most => piece.push_str(written),
        _ => pieces.push(written.to_owned()),
    }
}

#[cfg(test)]
pub mod tests;
