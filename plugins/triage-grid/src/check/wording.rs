//! Wording: short, single, positive questions; never a dose.

use greffon_sdk::practice::Finding;
use greffon_sdk::wording::{self, text};

use super::place::Place;
use crate::settings::Destination;

pub(super) fn check(place: &Place<'_>, findings: &mut Vec<Finding>) {
    let protocol = place.protocol;
    text(&format!("{}/title", place.path), &protocol.title, findings);
    for (index, flag) in protocol.red_flags.iter().enumerate() {
        let path = place.red_flag(index);
        wording::question(&format!("{path}/spoken"), &flag.spoken, findings);
        text(&format!("{path}/why"), &flag.why, findings);
    }
    for (index, question) in protocol.questions.iter().enumerate() {
        let path = place.question(index);
        wording::question(&format!("{path}/spoken"), &question.spoken, findings);
        text(&format!("{path}/why"), &question.why, findings);
        for (index, choice) in question.choices.iter().enumerate() {
            text(&format!("{path}/choices/{index}/label"), &choice.label, findings);
        }
    }
    for (index, rule) in protocol.rules.iter().enumerate() {
        let path = place.rule(index);
        text(&format!("{path}/reason"), &rule.reason, findings);
        if let Destination::HumanDecision(why) = &rule.orientation {
            text(&format!("{path}/orientation"), why, findings);
        }
    }
}
