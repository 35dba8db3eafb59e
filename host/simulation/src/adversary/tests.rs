use super::*;

const SEED: u64 = 20_261_130;

#[test]
fn whatever_is_said_answered_and_tried_no_rule_is_broken() {
    let attack = attack(SEED, 2_000, |_| {});
    assert!(attack.breaches.is_empty(), "{attack}");
    assert!(attack.count("alerts") > 500, "{attack}");
    assert!(attack.count("closed") > 100, "{attack}");
    assert!(attack.count("booked") > 50, "{attack}");
    assert!(attack.count("levels lowered") > 10, "{attack}");
    assert!(attack.count("overrides refused") > 100, "{attack}");
    assert!(attack.count("lines cut in an emergency") > 20, "{attack}");
}

#[test]
fn one_seed_gives_one_trace() {
    let sequence = sequence_seed(SEED, 0);
    assert_eq!(play(sequence, None), play(sequence, None));
    let two = |first: u64| play(sequence_seed(SEED, first), None).trace;
    assert_ne!(two(1), two(2));
}

/// A rule is taken out: a sequence notices, and shows the same again when it is played
/// alone, but not with the rule in place.
fn notices(sabotage: Sabotage, rule: Rule) {
    let noticing = |sequence: &u64| play(*sequence, Some(sabotage)).breaches.iter().any(|breach| breach.rule == rule);
    let sequence = (0..2_000).map(|number| sequence_seed(SEED, number)).find(noticing);
    let sequence = sequence.unwrap_or_else(|| panic!("{sabotage:?} goes unnoticed"));
    assert_eq!(play(sequence, Some(sabotage)), play(sequence, Some(sabotage)), "it replays exactly");
    assert!(play(sequence, None).breaches.is_empty());
}

#[test]
fn a_sign_that_was_heard_and_forgotten_is_noticed() {
    notices(Sabotage::HearingForgotten, Rule::Asked);
}

#[test]
fn a_level_that_is_not_kept_is_noticed() {
    notices(Sabotage::NothingVital, Rule::LevelOfSigns);
}

#[test]
fn an_emergency_without_its_service_is_noticed() {
    notices(Sabotage::ServiceForgotten, Rule::ServiceAtVital);
}

#[test]
fn an_alert_that_is_not_kept_is_noticed() {
    notices(Sabotage::AlertsForgotten, Rule::Alerted);
}

#[test]
fn closing_with_an_open_alert_is_noticed() {
    notices(Sabotage::AlertsLookEnded, Rule::Closed);
}

#[test]
fn a_sign_that_nobody_watches_is_noticed() {
    notices(Sabotage::NoWatchOverAnswers, Rule::LevelOfSigns);
}

#[test]
fn an_alert_that_nobody_watches_is_noticed() {
    notices(Sabotage::NoWatchOverAlerts, Rule::Alerted);
}

#[test]
fn a_cut_line_that_is_not_kept_is_noticed() {
    notices(Sabotage::CutLineForgotten, Rule::FactsStay);
}
