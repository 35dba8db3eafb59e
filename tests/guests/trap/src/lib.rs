//! Traps at the first question: what a typed plugin error is for.

use greffon_sdk::settings::Empty;
use greffon_sdk::triage::{Encounter, Step, Triage, TriageError};

struct Trap;

impl Triage for Trap {
    type Settings = Empty;
    type Prepared = Empty;

    fn next(_: &Empty, _: &Encounter) -> Result<Step, TriageError> {
        panic!("this guest traps on purpose")
    }
}

greffon_sdk::export_triage!(Trap);
