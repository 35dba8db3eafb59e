//! No text of 64 KiB costs more than its budget, and of each holds what the oracle checks.

#![no_main]

#[path = "../oracle.rs"]
mod oracle;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for text in oracle::in_each_language(&oracle::grown(bytes)) {
        oracle::check(&text);
        if let Some(budget) = oracle::budget() {
            let cost = oracle::cost(&text, budget);
            assert!(cost <= budget, "{cost:?}: {text}");
        }
    }
});
