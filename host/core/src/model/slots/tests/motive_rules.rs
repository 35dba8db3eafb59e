//! How long a motive takes with whom, and the hours that are kept for some motives.

use super::*;
use crate::model::practice::OwnDuration;

fn kept(periods: &[(u16, u16)], release_min: Option<u32>) -> ReservedHours {
    ReservedHours {
        id: "urgences".to_owned(),
        label: "Urgences du jour".to_owned(),
        motives: vec!["urgence".into()],
        practitioners: vec![],
        sites: vec![],
        hours: WeekHours(every_day(periods)),
        release_min,
    }
}

#[test]
fn a_motive_takes_as_long_as_is_said_of_the_practitioner_and_the_site() {
    let mut case = Case::new();
    let own = |practitioner: Option<&str>, site: Option<&str>, duration_min| OwnDuration {
        practitioner: practitioner.map(Into::into),
        site: site.map(Into::into),
        duration_min,
    };
    let minutes = |case: &Case| {
        let offered =
            free_slots(&case.desk(), &SlotWishes::default(), case.zone.day(parse_date("2026-11-24").unwrap()), 1);
        let offered = offered[0].span.end.millis_since(offered[0].span.start) / 60_000;
        let fit = check(&case.desk(), at("2026-11-24T09:00")).unwrap();
        assert_eq!(fit.span.end.millis_since(fit.span.start) / 60_000, offered);
        offered
    };
    case.motive.durations = vec![own(Some("dr-petit"), None, 40), own(None, Some("sud"), 50)];
    assert_eq!(minutes(&case), 15, "neither is theirs");
    case.motive.durations.push(own(None, Some("nord"), 20));
    assert_eq!(minutes(&case), 20);
    case.motive.durations.push(own(Some("dr-martin"), None, 25));
    assert_eq!(minutes(&case), 25, "the practitioner counts before the site");
    case.motive.durations.push(own(Some("dr-martin"), Some("nord"), 30));
    assert_eq!(minutes(&case), 30, "and both before each");
    assert_eq!(case.starts("2026-11-24"), ["09:00", "09:15", "09:30"], "the last one ends at ten");
    assert_eq!(case.motive.longest_min(), 50);
}

#[test]
fn hours_that_are_kept_are_offered_to_their_motive_alone_until_they_are_released() {
    let mut case = Case::new();
    case.reserved = vec![kept(&[(570, 600)], Some(60))];
    case.now = at("2026-11-24T07:00");
    assert_eq!(case.starts("2026-11-24"), ["09:00", "09:15"]);
    let broken = check(&case.desk(), at("2026-11-24T09:30")).unwrap_err();
    assert_eq!(broken.rule, Rule::Reserved);
    assert_eq!(
        broken.why.fr(),
        "Cette heure est gardée pour « Urgences du jour » et s'ouvre à tous les motifs 1 h avant : proposez une autre heure."
    );
    case.now = at("2026-11-24T08:30");
    assert_eq!(case.starts("2026-11-24"), ["09:00", "09:15", "09:30"], "an hour before, to the minute");
    case.now = Instant(at("2026-11-24T08:30").0 - 1);
    assert_eq!(case.starts("2026-11-24"), ["09:00", "09:15"], "and not a millisecond earlier");
    case.motive.id = "urgence".into();
    assert_eq!(case.starts("2026-11-24"), ["09:00", "09:15", "09:30", "09:45"]);
}

#[test]
fn hours_without_a_release_stay_kept_and_an_appointment_may_not_reach_into_them() {
    let mut case = Case::new();
    case.reserved = vec![kept(&[(570, 600)], None)];
    case.motive.duration_min = 30;
    case.now = at("2026-11-24T09:00");
    assert_eq!(case.starts("2026-11-24"), ["09:00"]);
    assert_eq!(case.rule("2026-11-24T09:15"), Some(Rule::Reserved));
    case.motive.after_min = 10;
    assert_eq!(case.starts("2026-11-24"), ["09:00"], "buffers may lie in them");
}

#[test]
fn hours_are_kept_of_their_practitioners_and_sites_only() {
    let mut case = Case::new();
    let hours = kept(&[(540, 600)], None);
    case.reserved = vec![
        ReservedHours { practitioners: vec!["dr-petit".into()], ..hours.clone() },
        ReservedHours { sites: vec!["sud".into()], ..hours.clone() },
    ];
    assert_eq!(case.starts("2026-11-24").len(), 4);
    case.reserved.push(ReservedHours { practitioners: vec!["dr-martin".into()], sites: vec!["nord".into()], ..hours });
    assert!(case.starts("2026-11-24").is_empty());
}

#[test]
fn what_is_kept_for_two_things_is_open_to_both() {
    let mut case = Case::new();
    let renewals = ReservedHours { motives: vec!["renouvellement".into()], ..kept(&[(570, 600)], None) };
    case.reserved = vec![kept(&[(540, 600)], None), renewals];
    case.motive.id = "urgence".into();
    assert_eq!(case.starts("2026-11-24").len(), 4);
    case.motive.id = "renouvellement".into();
    assert_eq!(case.starts("2026-11-24"), ["09:30", "09:45"]);
    case.motive.id = "consultation".into();
    assert!(case.starts("2026-11-24").is_empty());
}

#[test]
fn hours_are_kept_by_the_clock_on_the_wall_and_released_in_elapsed_time() {
    let mut case = Case::new();
    case.reserved = vec![kept(&[(540, 600)], Some(24 * 60))];
    // A day before nine o'clock it was eight, and ten in autumn.
    for (date, released) in [("2026-03-29", "2026-03-28T08:00"), ("2026-10-25", "2026-10-24T10:00")] {
        case.now = at(released);
        assert_eq!(case.starts(date)[0], "09:00", "{date}");
        case.now = case.now.plus_minutes(-1);
        assert!(case.starts(date).is_empty(), "{date}");
    }
}

#[test]
fn a_kept_night_loses_the_hour_that_is_skipped_and_has_the_repeated_one_twice() {
    let mut case = Case::new();
    case.practitioner = practitioner(every_day(&[(0, 300)]), &[]);
    case.motive.grid_min = 60;
    case.reserved = vec![kept(&[(120, 180)], None)];
    case.now = at("2026-03-28T12:00");
    assert_eq!(case.starts("2026-03-29"), ["00:00", "01:00", "03:00", "04:00"]);
    case.now = at("2026-10-24T12:00");
    assert_eq!(case.starts("2026-10-25"), ["00:00", "01:00", "03:00", "04:00"]);
    let first = at("2026-10-25T02:00");
    for start in [first, first.plus_minutes(60)] {
        assert_eq!(check(&case.desk(), start).map_err(|broken| broken.rule), Err(Rule::Reserved), "both times two");
    }
}
