//! What a plugin leaves of a panic, for its host to find.
//!
//! A panic ends as a trap, which says nothing; a pure plugin has nobody to tell,
//! and after a trap no function of it can be called. So the hook writes into the
//! plugin's own memory, where the host looks after a trap, up to a fixed
//! distance: 16 bytes `greffon:panicked` at a multiple of 16, then two numbers of
//! four bytes, little-endian: the address of a text and its length. The text is
//! `file:line:column`, a line break and the message. A plugin in another
//! language can leave the same.

use std::fmt::{self, Write};
#[cfg(target_arch = "wasm32")]
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

/// Bytes of a text at most; what is longer is cut off.
const MOST: usize = 2048;

/// What the host looks for. It stands in the memory from the beginning, with a
/// length of zero.
#[repr(C, align(16))]
pub struct Note {
    marker: [u8; 16],
    text: &'static [AtomicU8; MOST],
    length: AtomicU32,
}

static TEXT: [AtomicU8; MOST] = [const { AtomicU8::new(0) }; MOST];

// Used: or the linker may drop a marker that no code reads.
#[used]
static NOTE: Note = Note { marker: *b"greffon:panicked", text: &TEXT, length: AtomicU32::new(0) };

/// Makes every panic of this instance leave its text.
#[cfg(target_arch = "wasm32")]
pub extern "C" fn leave_for_the_host() {
    std::panic::set_hook(Box::new(leave));
}

#[cfg(target_arch = "wasm32")]
fn leave(info: &PanicHookInfo<'_>) {
    match info.location() {
        Some(place) => NOTE.write(place, info.payload_as_str().unwrap_or_default()),
        None => NOTE.write(&"?:0:0", info.payload_as_str().unwrap_or_default()),
    }
}

impl Note {
    fn write(&self, place: &dyn fmt::Display, message: &str) {
        let mut written = Written { text: self.text, length: 0 };
        // An error says that the text is full: what fits is kept.
        let _ = write!(written, "{place}\n{message}");
        self.length.store(u32::try_from(written.length).unwrap_or(0), Relaxed);
    }
}

struct Written {
    text: &'static [AtomicU8; MOST],
    length: usize,
}

impl Write for Written {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        for byte in part.bytes() {
            self.text.get(self.length).ok_or(fmt::Error)?.store(byte, Relaxed);
            self.length += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left() -> String {
        let length = usize::try_from(NOTE.length.load(Relaxed)).unwrap();
        let bytes = NOTE.text[..length].iter().map(|byte| byte.load(Relaxed)).collect();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn place_and_message_are_left_and_what_does_not_fit_is_cut_off() {
        assert_eq!(NOTE.marker, *b"greffon:panicked");
        NOTE.write(&"src/lib.rs:3:5", "no rule for this");
        assert_eq!(left(), "src/lib.rs:3:5\nno rule for this");
        NOTE.write(&"a:1:1", &"x".repeat(MOST));
        assert_eq!(left().len(), MOST);
    }
}
