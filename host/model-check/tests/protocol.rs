//! The protocol holds in every interleaving, and none of its defences is for nothing.

use greffon_model_check::{Defence, LARGE, Protocol, SMALL, against, check};

/// More states than any scenario has.
const MOST: usize = 100_000_000;

fn holds(scenarios: &[Protocol]) {
    for scenario in scenarios {
        let report = check(*scenario, MOST);
        println!("{report}");
        assert!(report.complete && report.violation.is_none(), "{report}");
    }
}

#[test]
fn the_protocol_holds_in_small_scenarios() {
    holds(&SMALL);
}

/// Under `.ci/full` only.
#[test]
fn the_protocol_holds_in_large_scenarios() {
    if std::env::var_os("GREFFON_TEST_FULL").is_some() {
        holds(&LARGE);
    }
}

#[test]
fn the_protocol_breaks_without_any_one_of_its_defences() {
    let mut for_nothing = Vec::new();
    for defence in Defence::ALL {
        let report = check(against(defence), MOST);
        println!("without {defence:?}: {report}");
        if report.violation.is_none() {
            for_nothing.push(defence);
        }
    }
    assert!(for_nothing.is_empty(), "nothing breaks without {for_nothing:?}");
}
