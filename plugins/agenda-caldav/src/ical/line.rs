//! Content lines (RFC 5545 §3.1): folding, parameters, escaping.

use std::borrow::Cow;

/// Longest object that is read, in bytes.
pub const OBJECT_BYTES: usize = 512 * 1024;

/// Longest line that is written, in octets, without its end (§3.1).
const FOLD_OCTETS: usize = 75;

/// One property, or the beginning or end of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Name, upper case.
    pub name: String,
    /// Parameters: names in upper case, values without quotes.
    pub params: Vec<(String, String)>,
    /// Value as it stands there, escapes included.
    pub value: String,
    /// The whole line, unfolded.
    pub raw: String,
}

impl Line {
    /// Reads an unfolded line. None for what is no content line.
    pub fn parse(raw: &str) -> Option<Self> {
        let name_end = raw.find([';', ':'])?;
        let name = &raw[..name_end];
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return None;
        }
        let mut params = Vec::new();
        let mut rest = &raw[name_end..];
        while let Some(param) = rest.strip_prefix(';') {
            let end = outside_quotes(param, &[';', ':'])?;
            let (name, value) = param[..end].split_once('=')?;
            params.push((name.to_ascii_uppercase(), value.replace('"', "")));
            rest = &param[end..];
        }
        let value = rest.strip_prefix(':')?;
        Some(Self { name: name.to_ascii_uppercase(), params, value: value.to_owned(), raw: raw.to_owned() })
    }

    /// Value of a parameter, by its name in upper case.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Value as text, escapes resolved (§3.3.11).
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(char) = chars.next() {
            match char {
                '\\' => match chars.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(other) => text.push(other),
                    None => {}
                },
                other => text.push(other),
            }
        }
        text
    }
}

fn outside_quotes(text: &str, wanted: &[char]) -> Option<usize> {
    let mut quoted = false;
    for (at, char) in text.char_indices() {
        match char {
            '"' => quoted = !quoted,
            char if !quoted && wanted.contains(&char) => return Some(at),
            _ => {}
        }
    }
    None
}

/// Puts folded lines together again. Works on octets, because a fold may split a character.
pub fn unfold(bytes: &[u8]) -> Vec<String> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        match (line.first(), lines.last_mut()) {
            (Some(b' ' | b'\t'), Some(before)) => before.extend_from_slice(&line[1..]),
            _ => lines.push(line.to_vec()),
        }
    }
    lines.into_iter().map(|line| String::from_utf8_lossy(&line).into_owned()).collect()
}

/// Writes lines, folded, each ended by CRLF.
pub fn fold<T: AsRef<str>>(lines: &[T]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        let mut room = FOLD_OCTETS;
        for char in line.as_ref().chars() {
            let octets = char.len_utf8();
            if octets > room {
                bytes.extend_from_slice(b"\r\n ");
                room = FOLD_OCTETS - 1;
            }
            room -= octets;
            bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// A text as a property's value (§3.3.11). Control characters other than line ends are dropped.
pub fn escape(text: &str) -> String {
    let text: Cow<'_, str> = if text.contains('\r') { text.replace("\r\n", "\n").into() } else { text.into() };
    let mut value = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' => value.push_str("\\\\"),
            ';' => value.push_str("\\;"),
            ',' => value.push_str("\\,"),
            '\n' | '\r' => value.push_str("\\n"),
            char if char.is_control() => {}
            char => value.push(char),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_may_hold_what_ends_them_in_quotes() {
        let line = Line::parse("dtstart;TZID=\"a;b:c\";x-foo=1,2:20260101T000000").unwrap();
        assert_eq!(line.name, "DTSTART");
        assert_eq!(line.param("TZID"), Some("a;b:c"));
        assert_eq!(line.param("X-FOO"), Some("1,2"));
        assert_eq!(line.value, "20260101T000000");
        assert_eq!(Line::parse("SUMMARY:a:b;c").unwrap().value, "a:b;c");
        assert_eq!(Line::parse("SUMMARY:").unwrap().value, "");
    }

    #[test]
    fn what_is_no_line_is_none() {
        for raw in ["", ":", "SUMMARY", ";x=1:y", "A B:c", "DTSTART;TZID:x", "DTSTART;TZID=\"a:b", "É:1", "A;", "A;b=c"]
        {
            assert_eq!(Line::parse(raw), None, "{raw}");
        }
    }

    #[test]
    fn lines_are_unfolded_whatever_ends_them() {
        let lines = unfold(b"A:1\r\n 2\r\n\t3\nB:4\n\n  \r\nC:5");
        assert_eq!(lines, ["A:123", "B:4 ", "C:5"]);
    }

    #[test]
    fn a_character_that_was_folded_in_the_middle_is_whole_again() {
        let mut bytes = b"SUMMARY:\xc3".to_vec();
        bytes.extend_from_slice(b"\r\n \xa9t\xc3\xa9\r\n");
        assert_eq!(unfold(&bytes), ["SUMMARY:été"]);
    }

    #[test]
    fn escapes_are_resolved() {
        let line = Line::parse(r"SUMMARY:a\, b\; c\\ d\ne\N\").unwrap();
        assert_eq!(line.text(), "a, b; c\\ d\ne\n");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "[^\\p{Cc}]{0,200}|[a-zé\n;,\\\\]{0,80}") {
            let bytes = fold(&[format!("SUMMARY:{}", escape(&text))]);
            prop_assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= FOLD_OCTETS + 1));
            let lines = unfold(&bytes);
            prop_assert_eq!(lines.len(), 1);
            prop_assert_eq!(Line::parse(&lines[0]).unwrap().text(), text);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            for line in unfold(&bytes) {
                let _ = Line::parse(&line).map(|line| line.text());
            }
        }
    }
}
