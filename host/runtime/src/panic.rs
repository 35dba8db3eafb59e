//! What a guest left of a panic in its memory: place and message.
//!
//! The SDK's hook writes it (`sdk/rust/src/panic.rs` has the form). After a trap
//! no function of the guest can be called, but its memories can be read, and
//! wasmtime names them. All of it is the guest's own word: bounded, cleaned, and
//! never part of an answer.
//!
//! A message may hold what somebody said of a patient, in the value of an
//! `unwrap`. The operator's log gets of it what stands in the component as a
//! constant, which was written before any patient called; the author's own
//! `greffon plugin call` gets all.

use wasmtime::{Store, Trap, WasmCoreDump};

use crate::constants::Constants;
use crate::state::{Bound, CallState};

/// What stands before a note.
const MARKER: [u8; 16] = *b"greffon:panicked";
/// Where notes stand: at multiples of this.
const ALIGNMENT: usize = 16;
/// How far into a memory is looked. A plugin's own data follow a stack of 1 MiB
/// at most, unless it was linked in an unusual way.
const SEARCHED_BYTES: usize = 4 << 20;
/// Longest text that is read.
const TEXT_BYTES: usize = 2048;
/// Longest place that is told.
const PLACE_CHARS: usize = 200;

/// A guest's panic, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panic {
    /// `file:line:column`.
    place: String,
    message: String,
}

impl Panic {
    /// What a call that ended with this error left, if it was a panic.
    pub(crate) fn left(error: &wasmtime::Error, store: &Store<CallState>) -> Option<Self> {
        if error.downcast_ref::<Trap>() != Some(&Trap::UnreachableCodeReached) {
            return None;
        }
        let memories = error.downcast_ref::<WasmCoreDump>()?.memories();
        memories.iter().find_map(|memory| Self::in_memory(memory.data(store)))
    }

    fn in_memory(memory: &[u8]) -> Option<Self> {
        let searched = &memory[..memory.len().min(SEARCHED_BYTES)];
        let at = searched.chunks_exact(ALIGNMENT).position(|chunk| chunk == MARKER)? * ALIGNMENT;
        let number = |at: usize| {
            let bytes = memory.get(at..at.checked_add(4)?)?;
            usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
        };
        let (from, length) = (number(at + MARKER.len())?, number(at + MARKER.len() + 4)?);
        // Zero: the marker was there, and nothing panicked.
        let text = memory.get(from..from.checked_add(length.min(TEXT_BYTES))?).filter(|text| !text.is_empty())?;
        let text = String::from_utf8_lossy(text);
        let (place, message) = text.split_once('\n').unwrap_or((&text, ""));
        Some(Self { place: clean(place).chars().take(PLACE_CHARS).collect(), message: clean(message) })
    }

    /// Writes it to the log: whole for the plugin's author, else as far as it
    /// cannot be about a patient.
    pub(crate) fn tell(&self, bound: &Bound, function: &str, in_full: bool) {
        let (place, message) = match in_full {
            true => (self.place.as_str(), self.message.clone()),
            false => self.for_the_operator(&bound.constants),
        };
        tracing::error!(
            practice.id = %bound.practice, feature = %bound.feature, plugin.name = bound.plugin, function,
            "plugin \"{}\" panicked at {place}: {message}", bound.plugin,
        );
    }

    fn for_the_operator(&self, constants: &Constants) -> (&str, String) {
        let file = self.place.rsplitn(3, ':').last().unwrap_or_default();
        let place = if constants.hold(file) { self.place.as_str() } else { "a place of its own making" };
        let message = match constants.part_of(&self.message) {
            Some(part) if part == self.message => part.to_owned(),
            Some(part) => format!("{part}: (the rest is withheld: it may be about a patient)"),
            None => "(withheld: it may be about a patient; greffon plugin call shows it)".to_owned(),
        };
        (place, message)
    }
}

/// A guest's text without what would move a terminal's cursor or begin a line.
fn clean(text: &str) -> String {
    let unsafe_in_a_line = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.trim_end().chars().map(|c| if unsafe_in_a_line(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A memory with a note at 32 and its text at 128.
    fn memory(text: &[u8], length: usize) -> Vec<u8> {
        let mut memory = vec![0; 4096];
        memory[32..48].copy_from_slice(&MARKER);
        memory[48..52].copy_from_slice(&128_u32.to_le_bytes());
        memory[52..56].copy_from_slice(&u32::try_from(length).unwrap().to_le_bytes());
        memory[128..128 + text.len()].copy_from_slice(text);
        memory
    }

    fn panic(place: &str, message: &str) -> Panic {
        Panic { place: place.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn place_and_message_are_read_cut_and_cleaned() {
        let text = b"src/lib.rs:3:5\nno rule\nfor \x1b[2Jthis\xff";
        let read = Panic::in_memory(&memory(text, text.len())).expect("a note");
        assert_eq!(read, panic("src/lib.rs:3:5", "no rule for  [2Jthis\u{fffd}"));
        let long = Panic::in_memory(&memory(&[b'x'; 3000], 3000)).expect("a note");
        assert_eq!(long.place.len(), PLACE_CHARS);
    }

    #[test]
    fn what_lies_outside_of_the_memory_is_no_note() {
        let mut outside = memory(b"", 1);
        outside[48..52].copy_from_slice(&4095_u32.to_le_bytes());
        assert!(Panic::in_memory(&outside).is_some(), "the last byte");
        for address in [4096_u32, u32::MAX] {
            outside[48..52].copy_from_slice(&address.to_le_bytes());
            assert_eq!(Panic::in_memory(&outside), None);
        }
        assert_eq!(Panic::in_memory(&memory(b"", 0)), None, "nothing panicked");
        assert_eq!(Panic::in_memory(&MARKER), None, "the memory ends behind the marker");
        assert_eq!(Panic::in_memory(&[]), None);
    }

    #[test]
    fn the_operator_is_told_constants_and_never_what_was_said() {
        let constants =
            Constants::made_of(b"src/lib.rs\0the agenda has a name\0called `Result::unwrap()` on an `Err` value\0rash");
        let told = |message: &str| panic("src/lib.rs:3:5", message).for_the_operator(&constants).1;
        assert_eq!(told("the agenda has a name"), "the agenda has a name");
        let unwrapped = told("called `Result::unwrap()` on an `Err` value: \"chest pain: since noon\"");
        assert!(unwrapped.starts_with("called `Result::unwrap()` on an `Err` value: (") && !unwrapped.contains("pain"));
        for said in ["chest pain since noon", "rash", "", "the agenda has a names"] {
            assert!(told(said).starts_with("(withheld"), "{said}");
        }
        let place = panic("chest pain:1:1", "").for_the_operator(&constants).0.to_owned();
        assert_eq!(place, "a place of its own making");
    }
}
