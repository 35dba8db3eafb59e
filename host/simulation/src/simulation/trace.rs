//! A digest of everything that happened, in order.

use std::cell::Cell;

/// FNV-1a over 64-bit words: equal traces give equal digests on every machine.
#[derive(Clone, Debug)]
pub(super) struct Trace(Cell<u64>);

impl Default for Trace {
    fn default() -> Self {
        Self(Cell::new(0xCBF2_9CE4_8422_2325))
    }
}

impl Trace {
    pub(super) fn mix(&self, word: u64) {
        self.0.set((self.0.get() ^ word).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(23));
    }

    pub(super) fn mix_text(&self, text: &str) {
        for byte in text.bytes() {
            self.mix(u64::from(byte));
        }
    }

    pub(super) fn digest(&self) -> u64 {
        self.0.get()
    }
}
