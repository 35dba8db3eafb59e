//! Recurses until its stack, the small one of pure plugins, is used up: the
//! data behind it must not be overwritten first.

use std::hint::black_box;

use greffon_sdk::settings::Empty;
use greffon_sdk::triage::{Encounter, Step, Triage, TriageError};

struct Deep;

#[expect(unconditional_recursion, reason = "what this guest is for")]
fn deeper(levels: u64) -> u64 {
    let frame = black_box([levels; 32]);
    // Something is left to do after it, so that it is no loop.
    deeper(levels + 1).wrapping_add(black_box(frame)[0])
}

impl Triage for Deep {
    type Settings = Empty;
    type Prepared = Empty;

    fn next(_: &Empty, _: &Encounter) -> Result<Step, TriageError> {
        Err(TriageError::Other(deeper(0).to_string()))
    }
}

greffon_sdk::export_triage!(Deep);
