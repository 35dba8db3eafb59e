//! Never returns: what a CPU budget and a deadline are for.

use std::hint::black_box;

use greffon_sdk::settings::Empty;
use greffon_sdk::triage::{Encounter, Step, Triage, TriageError};

struct Spin;

impl Triage for Spin {
    type Settings = Empty;
    type Prepared = Empty;

    fn next(_: &Empty, _: &Encounter) -> Result<Step, TriageError> {
        let mut turns = 0_u64;
        loop {
            turns = black_box(turns.wrapping_add(1));
        }
    }
}

greffon_sdk::export_triage!(Spin);
