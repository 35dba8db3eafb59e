//! Bodies in lines of at most 76 characters: quoted-printable for text (RFC
//! 2045 §6.7), base64 for files (§6.8). Neither ends with a line end.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Longest line (RFC 2045 §6.7 rule 5 and §6.8).
const LINE: usize = 76;
/// Bytes of a file in one line: 76 characters.
const LINE_BYTES: usize = 57;

/// Writes a text whose lines are ended by LF; CRLF and CR count as one too.
/// No line is broken inside a character.
pub fn quoted_printable(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut written = String::with_capacity(text.len() + text.len() / 4);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            written.push_str("\r\n");
        }
        push_line(&mut written, line);
    }
    written
}

fn push_line(written: &mut String, line: &str) {
    let mut column = 0;
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        let is_last = signs.peek().is_none();
        let literal = match sign {
            // A blank at the end of a line gets lost on the way.
            ' ' | '\t' => !is_last,
            '=' => false,
            _ => sign.is_ascii_graphic(),
        };
        let width = if literal { 1 } else { 3 * sign.len_utf8() };
        // The last column is kept for the mark of a soft line end.
        if column + width > LINE - 1 {
            written.push_str("=\r\n");
            column = 0;
        }
        if literal {
            written.push(sign);
        } else {
            push_hex(written, '=', sign);
        }
        column += width;
    }
}

/// Writes the bytes of a character in hexadecimal, each after a mark.
pub fn push_hex(written: &mut String, mark: char, sign: char) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in sign.encode_utf8(&mut [0; 4]).bytes() {
        written.extend([mark, DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

/// Appends a file in base64.
pub fn push_base64(written: &mut Vec<u8>, content: &[u8]) {
    let mut line = String::with_capacity(LINE);
    for (at, bytes) in content.chunks(LINE_BYTES).enumerate() {
        if at > 0 {
            written.extend(b"\r\n");
        }
        line.clear();
        STANDARD.encode_string(bytes, &mut line);
        written.extend(line.as_bytes());
    }
}

/// Bytes that [`push_base64`] appends for a file of `length` bytes.
pub fn base64_len(length: usize) -> usize {
    let line_ends = length.div_ceil(LINE_BYTES).saturating_sub(1);
    length.div_ceil(3).saturating_mul(4).saturating_add(line_ends * 2)
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads quoted-printable, strictly.
    pub fn read(written: &str) -> String {
        let mut bytes = Vec::new();
        let joined = written.replace("=\r\n", "").replace("\r\n", "\n");
        let mut rest = joined.as_bytes();
        while let [first, after @ ..] = rest {
            rest = after;
            if *first == b'=' {
                let (hex, after) = rest.split_at(2);
                bytes.push(u8::from_str_radix(str::from_utf8(hex).unwrap(), 16).unwrap());
                rest = after;
            } else {
                bytes.push(*first);
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn plain_text_stays_readable() {
        assert_eq!(
            quoted_printable("Rendez-vous à 9h = lundi\nMerci\n"),
            "Rendez-vous =C3=A0 9h =3D lundi\r\nMerci\r\n"
        );
        assert_eq!(quoted_printable(""), "");
    }

    #[test]
    fn blanks_at_the_end_of_a_line_survive() {
        assert_eq!(quoted_printable("a \nb\t"), "a=20\r\nb=09");
    }

    #[test]
    fn every_line_end_becomes_crlf() {
        assert_eq!(quoted_printable("a\r\nb\rc\n.\n"), "a\r\nb\r\nc\r\n.\r\n");
        assert_eq!(quoted_printable("a\0b"), "a=00b");
    }

    #[test]
    fn a_line_is_broken_one_past_the_end() {
        assert_eq!(quoted_printable(&"a".repeat(75)), "a".repeat(75));
        assert_eq!(quoted_printable(&"a".repeat(76)), format!("{}=\r\na", "a".repeat(75)));
        // 72 + 6 columns: the letter goes whole to the next line.
        assert_eq!(quoted_printable(&format!("{}é", "a".repeat(72))), format!("{}=\r\n=C3=A9", "a".repeat(72)));
    }

    #[test]
    fn files_are_written_in_lines_of_76() {
        for length in [0, 1, 2, 3, 56, 57, 58, 114, 115, 1000] {
            let content: Vec<u8> = (0..length).map(|at| u8::try_from(at % 256).unwrap()).collect();
            let mut written = Vec::new();
            push_base64(&mut written, &content);
            assert_eq!(written.len(), base64_len(length), "{length}");
            let text = String::from_utf8(written).unwrap();
            assert!(text.split("\r\n").all(|line| line.len() <= LINE));
            assert_eq!(STANDARD.decode(text.replace("\r\n", "")).unwrap(), content);
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_in_short_ascii_lines(text in "(?s).{0,300}") {
            let written = quoted_printable(&text);
            let is_plain = |byte: u8| matches!(byte, b'\t' | b' '..=b'~');
            prop_assert!(written.split("\r\n").all(|line| line.len() <= LINE && line.bytes().all(is_plain)));
            for line in written.split("=\r\n") {
                // Each piece is readable by itself: no character was cut.
                read(line);
            }
            prop_assert_eq!(read(&written), text.replace("\r\n", "\n").replace('\r', "\n"));
        }
    }
}
