//! The texts that a component was compiled with: what the log may repeat of a
//! guest's panic, since it was written before any patient called.

use memchr::memmem;
use wasmparser::{Parser, Payload};

/// Constants that are kept of a component at most. Interpreters have more, and
/// their guests are told by their place only.
const CONSTANT_BYTES: usize = 1 << 20;
/// A shorter constant says nothing, and may be an answer that the plugin knows.
const LEAST_BYTES: usize = 12;
/// Parts of a message that are looked for among the constants.
const PARTS: usize = 8;

/// The data that a component was compiled with.
#[derive(Debug, Default)]
pub struct Constants(Vec<u8>);

impl Constants {
    /// Those of a component; none when they are too many to keep.
    pub(crate) fn of(component: &[u8]) -> Self {
        let mut constants = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            // What cannot be read was refused before.
            let Ok(Payload::DataSection(section)) = payload else { continue };
            for data in section.into_iter().flatten() {
                constants.extend_from_slice(data.data);
                // No constant begins in one segment and ends in another.
                constants.push(0);
            }
            if constants.len() > CONSTANT_BYTES {
                return Self::default();
            }
        }
        Self(constants)
    }

    /// Whether a text stands among them.
    pub(crate) fn hold(&self, text: &str) -> bool {
        // In linear time, whatever constants and message a guest chose.
        !text.is_empty() && memmem::find(&self.0, text.as_bytes()).is_some()
    }

    /// The message, or the longest part of it before a colon, that is a constant
    /// of several words.
    pub(crate) fn part_of<'m>(&self, message: &'m str) -> Option<&'m str> {
        let parts = std::iter::once(message).chain(message.rmatch_indices(": ").map(|(at, _)| &message[..at]));
        let mut parts = parts.take(PARTS).filter(|part| part.len() >= LEAST_BYTES && part.contains(' '));
        parts.find(|part| self.hold(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Constants {
        /// For tests of what the log says.
        pub(crate) fn made_of(bytes: &[u8]) -> Self {
            Self(bytes.to_vec())
        }
    }

    #[test]
    fn constants_are_the_data_of_all_modules_of_a_component() {
        let text = r#"(component (core module (memory 1) (data (i32.const 0) "abc") (data (i32.const 9) "de")))"#;
        assert_eq!(Constants::of(&wat::parse_str(text).expect("wat")).0, b"abc\0de\0");
    }
}
