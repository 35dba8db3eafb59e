//! Allocates without end: what a memory limit is for.

use std::hint::black_box;

use greffon_sdk::settings::Empty;
use greffon_sdk::triage::{Encounter, Step, Triage, TriageError};

const BLOCK_BYTES: usize = 1024 * 1024;

struct Hog;

impl Triage for Hog {
    type Settings = Empty;
    type Prepared = Empty;

    fn next(_: &Empty, _: &Encounter) -> Result<Step, TriageError> {
        let mut blocks = Vec::new();
        loop {
            blocks.push(black_box(vec![1_u8; BLOCK_BYTES]));
        }
    }
}

greffon_sdk::export_triage!(Hog);
