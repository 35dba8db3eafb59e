mod cases;
mod properties;

use jiff::Timestamp;

use super::expand::expand_within;
use super::rule::Steps;
use super::*;

const PARIS: &str = "Europe/Paris";

fn at(text: &str) -> Instant {
    Instant(text.parse::<Timestamp>().expect(text).as_millisecond())
}

fn window(start: &str, end: &str) -> Span {
    Span { start: at(start), end: at(end) }
}

fn set(dtstart: &str, minutes: u32, rules: &[&str]) -> RuleSet {
    RuleSet {
        dtstart: dtstart.to_owned(),
        zone: PARIS.to_owned(),
        duration_s: minutes * 60,
        rrules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
        ..RuleSet::default()
    }
}

fn starts(of: &RuleSet, window: Span) -> Vec<String> {
    let spans = expand(of, window, 1_000).expect("expanded");
    spans.iter().map(|span| span.start.to_string()).collect()
}

const SPRING: (&str, &str) = ("2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z");

fn spring() -> Span {
    window(SPRING.0, SPRING.1)
}

#[test]
fn a_weekly_appointment_keeps_its_local_hour_over_the_change_to_summer_time() {
    let weekly = set("20260316T090000", 30, &["FREQ=WEEKLY;COUNT=4"]);
    assert_eq!(
        starts(&weekly, spring()),
        ["2026-03-16T08:00:00Z", "2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z", "2026-04-06T07:00:00Z"]
    );
}

#[test]
fn a_weekly_appointment_keeps_its_local_hour_over_the_change_to_winter_time() {
    let weekly = set("20261019T090000", 30, &["FREQ=WEEKLY;UNTIL=20261102T080000Z"]);
    assert_eq!(
        starts(&weekly, window("2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z")),
        ["2026-10-19T07:00:00Z", "2026-10-26T08:00:00Z", "2026-11-02T08:00:00Z"]
    );
}

#[test]
fn an_occurrence_in_the_gap_moves_forward_and_in_the_overlap_is_the_earlier_one() {
    let night = window("2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z");
    assert_eq!(starts(&set("20260301T023000", 15, &["FREQ=DAILY"]), night), ["2026-03-29T01:30:00Z"]);
    let night = window("2026-10-25T00:00:00Z", "2026-10-25T12:00:00Z");
    assert_eq!(starts(&set("20261001T023000", 15, &["FREQ=DAILY"]), night), ["2026-10-25T00:30:00Z"]);
}

#[test]
fn a_whole_day_has_23_25_or_24_hours() {
    let hours = |day: &str, from: &str, to: &str| {
        let spans = expand(&set(day, 24 * 60, &[]), window(from, to), 10).expect("expanded");
        (spans[0].end.0 - spans[0].start.0) / 3_600_000
    };
    assert_eq!(hours("20260329", SPRING.0, SPRING.1), 23);
    assert_eq!(hours("20261025", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"), 25);
    assert_eq!(hours("20260330", SPRING.0, SPRING.1), 24);
}

#[test]
fn whole_days_without_a_duration_last_one() {
    let spans = expand(&set("20260330", 0, &["FREQ=DAILY;COUNT=2"]), spring(), 10).expect("expanded");
    assert_eq!(
        spans,
        [
            window("2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"),
            window("2026-03-30T22:00:00Z", "2026-03-31T22:00:00Z"),
        ]
    );
}

#[test]
fn a_time_without_a_duration_takes_no_time() {
    assert_eq!(expand(&set("20260330T090000", 0, &["FREQ=DAILY"]), spring(), 10), Ok(vec![]));
}

#[test]
fn utc_times_ignore_the_zone() {
    let mut utc = set("20260316T090000Z", 30, &["FREQ=WEEKLY;COUNT=3"]);
    utc.zone = "Nowhere/Land".to_owned();
    assert_eq!(starts(&utc, spring()), ["2026-03-16T09:00:00Z", "2026-03-23T09:00:00Z", "2026-03-30T09:00:00Z"]);
}

#[test]
fn exdates_take_away_and_rdates_add_in_either_form() {
    let mut rules = set("20260323T090000", 30, &["FREQ=WEEKLY;COUNT=3"]);
    rules.exdates = vec!["20260330T090000".to_owned(), "20260323T080000Z".to_owned()];
    rules.rdates = vec!["20260401T140000".to_owned(), "20260402T120000Z".to_owned(), "20260406T090000".to_owned()];
    assert_eq!(starts(&rules, spring()), ["2026-04-01T12:00:00Z", "2026-04-02T12:00:00Z", "2026-04-06T07:00:00Z"]);
}

#[test]
fn an_exdate_of_the_other_kind_takes_nothing_away() {
    let mut rules = set("20260323T090000", 30, &["FREQ=WEEKLY;COUNT=2"]);
    rules.exdates = vec!["20260330".to_owned()];
    assert_eq!(starts(&rules, spring()).len(), 2);
}

#[test]
fn the_start_is_busy_even_where_no_rule_names_it() {
    // A Monday that recurs on Tuesdays.
    let rules = set("20260316T090000", 30, &["FREQ=WEEKLY;BYDAY=TU;COUNT=1"]);
    assert_eq!(starts(&rules, spring()), ["2026-03-16T08:00:00Z", "2026-03-17T08:00:00Z"]);
}

#[test]
fn until_as_a_date_includes_that_day() {
    let rules = set("20260316T090000", 30, &["FREQ=DAILY;UNTIL=20260318"]);
    assert_eq!(starts(&rules, spring()).len(), 3);
    let rules = set("20260316T090000", 30, &["FREQ=DAILY;UNTIL=20260318T085959"]);
    assert_eq!(starts(&rules, spring()).len(), 2);
}

#[test]
fn what_began_before_the_window_and_reaches_into_it_is_found() {
    let rules = set("20260301T220000", 8 * 60, &["FREQ=DAILY"]);
    let found = starts(&rules, window("2026-03-10T04:00:00Z", "2026-03-10T05:00:00Z"));
    assert_eq!(found, ["2026-03-09T21:00:00Z"]);
    assert_eq!(starts(&rules, window("2026-03-10T05:00:00Z", "2026-03-10T06:00:00Z")), Vec::<String>::new());
}

#[test]
fn the_limit_cuts_and_the_next_window_goes_on() {
    let rules = set("20260301T090000", 30, &["FREQ=DAILY", "FREQ=DAILY;BYHOUR=14"]);
    let all = expand(&rules, spring(), 1_000).expect("expanded");
    assert_eq!(all.len(), 122);
    let (mut paged, mut from) = (Vec::new(), spring());
    loop {
        let page = expand(&rules, from, 7).expect("expanded");
        let full = page.len() == 7;
        paged.extend(page);
        if !full {
            break;
        }
        from.start = Instant(paged.last().map_or(0, |last: &Span| last.end.0));
    }
    assert_eq!(paged, all);
    assert_eq!(expand(&rules, spring(), 0), Ok(vec![]));
}

#[test]
fn more_than_the_host_gives_is_an_error_and_not_a_gap() {
    let minutely = set("20260301T000000", 1, &["FREQ=MINUTELY"]);
    assert!(matches!(expand(&minutely, spring(), u32::MAX), Err(Error::TooCostly(_))));
    assert_eq!(expand(&minutely, spring(), 10_000).map(|spans| spans.len()), Ok(10_000));
}

#[test]
fn old_rules_cost_no_more_than_new_ones() {
    for rule in ["FREQ=DAILY", "FREQ=HOURLY;INTERVAL=24", "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH,FR,SA"] {
        let old = set("19700101T090000", 30, &[rule]);
        assert_eq!(
            starts(&old, window("2026-03-29T00:00:00Z", "2026-03-31T00:00:00Z")),
            ["2026-03-29T07:00:00Z", "2026-03-30T07:00:00Z",]
        );
    }
}

#[test]
fn rules_that_no_agenda_has_are_too_costly() {
    let list = |count: u32| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let flood = format!("FREQ=YEARLY;BYHOUR={};BYMINUTE={}", list(24), list(60));
    for rule in [
        "FREQ=SECONDLY;BYHOUR=9;BYMINUTE=0;BYSECOND=0;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYHOUR=3",
        "FREQ=SECONDLY;COUNT=4000000000",
        &flood,
    ] {
        assert!(
            matches!(expand(&set("20200101T090000", 30, &[rule]), spring(), 5), Err(Error::TooCostly(_))),
            "{rule}"
        );
    }
    assert!(matches!(expand(&set("20260301T090000", 30, &["FREQ=DAILY"; 17]), spring(), 5), Err(Error::TooCostly(_))));
}

#[test]
fn a_rule_that_never_comes_true_ends() {
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTHDAY=30;BYMONTH=2",
    ] {
        assert_eq!(starts(&set("20260301T090000", 30, &[rule]), spring()), ["2026-03-01T08:00:00Z"], "{rule}");
    }
}

#[test]
fn a_search_in_vain_is_paid_for() {
    let in_vain = set("20260301T090000", 30, &["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"]);
    let mut steps = Steps::default();
    for _ in 0..10 {
        expand_within(&in_vain, spring(), 5, &mut steps).expect("expanded");
    }
    let daily = set("20260301T090000", 30, &["FREQ=DAILY"]);
    assert!(matches!(expand_within(&daily, spring(), 5, &mut steps), Err(Error::TooCostly(_))));
    let both = set("20260301T090000", 30, &["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", "FREQ=DAILY"]);
    assert!(matches!(expand(&both, spring(), 5), Err(Error::TooCostly(_))));
    let ended = set("20260301T090000", 30, &["FREQ=DAILY;COUNT=3", "FREQ=DAILY"]);
    assert!(expand(&ended, spring(), 5).is_ok());
}

#[test]
fn unreadable_rules_are_named() {
    for rule in [
        "",
        "DAILY",
        "FREQ=",
        "FREQ=FORTNIGHTLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=65536",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=x",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=DAILY;UNKNOWN=1",
        "RRULE:FREQ=DAILY",
        "FREQ=DAILY\nEXDATE:20260301T090000Z",
        "FREQ=DAILY\r\nRRULE:FREQ=HOURLY",
        "FREQ=DAILY;BYDAY=\u{e9}",
    ] {
        let answer = expand(&set("20260301T090000", 30, &[rule]), spring(), 5);
        assert!(matches!(answer, Err(Error::InvalidRule(..))), "{rule}: {answer:?}");
    }
    let answer = expand(&set("20260301", 0, &["FREQ=HOURLY"]), spring(), 5);
    assert!(matches!(answer, Err(Error::InvalidRule(..))));
    let long = format!("FREQ=DAILY;BYMONTHDAY={}", "1,".repeat(600));
    assert!(matches!(expand(&set("20260301T090000", 30, &[&long]), spring(), 5), Err(Error::InvalidRule(..))));
}

#[test]
fn windows_and_zones_are_checked() {
    let daily = set("20260301T090000", 30, &["FREQ=DAILY"]);
    let span = |start, end| Span { start: Instant(start), end: Instant(end) };
    for wrong in [span(5, 5), span(6, 5), span(i64::MIN, 0), span(0, i64::MAX), span(-70_000_000_000_000, 0)] {
        assert!(matches!(expand(&daily, wrong, 5), Err(Error::OutOfRange(_))), "{wrong:?}");
    }
    let mut nowhere = daily;
    nowhere.zone = "Nowhere/Land".to_owned();
    assert_eq!(expand(&nowhere, spring(), 5), Err(Error::UnknownZone("Nowhere/Land".to_owned())));
}

#[test]
fn a_civil_time_has_no_one_or_two_instants() {
    assert_eq!(to_instant("2026-03-29T02:30:00", PARIS), Ok(vec![]));
    assert_eq!(to_instant("2026-03-29T03:00:00", PARIS), Ok(vec![at("2026-03-29T01:00:00Z")]));
    assert_eq!(
        to_instant("2026-10-25T02:30:00", PARIS),
        Ok(vec![at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z")])
    );
    assert!(matches!(to_instant("2026-10-25T02:30", PARIS), Err(Error::InvalidCivil(_))));
}

#[test]
fn an_instant_shows_its_offset() {
    assert_eq!(to_civil(at("2026-10-25T00:30:00Z"), PARIS), Ok("2026-10-25T02:30:00.000+02:00".to_owned()));
    assert_eq!(to_civil(at("2026-10-25T01:30:00.042Z"), PARIS), Ok("2026-10-25T02:30:00.042+01:00".to_owned()));
    assert!(matches!(to_civil(Instant(i64::MAX), PARIS), Err(Error::OutOfRange(_))));
    assert!(matches!(to_civil(Instant(0), "Nowhere/Land"), Err(Error::UnknownZone(_))));
}

#[test]
fn a_long_absence_after_the_last_year_is_out_of_range() {
    let end = window("9999-12-29T00:00:00Z", "9999-12-30T00:00:00Z");
    let last = expand(&set("99991231", 24 * 60, &[]), end, 5);
    assert!(matches!(last, Err(Error::OutOfRange(_))), "{last:?}");
}

#[tokio::test]
async fn a_guest_gets_the_same_answers_and_the_hosts_time() {
    use wit::Host as _;
    let mut state = crate::capability::testing::call(crate::capability::testing::grant_nothing());
    assert_eq!(state.now().await.expect("no trap"), at("2026-03-02T08:00:00Z").0);
    let of = wit::RuleSet {
        dtstart: "20260316T090000".to_owned(),
        zone: PARIS.to_owned(),
        duration_s: 1_800,
        rrules: vec!["FREQ=WEEKLY".to_owned()],
        rdates: vec![],
        exdates: vec![],
    };
    let span = practice::Span { start: spring().start.0, end: spring().end.0 };
    let spans = state.expand(of, span, 3).await.expect("no trap").expect("expanded");
    assert_eq!(spans[2].start, at("2026-03-30T07:00:00Z").0);
    assert!(state.counters.calendar_steps > 0);
    let gap = state.to_instant("2026-03-29T02:30:00".to_owned(), PARIS.to_owned()).await.expect("no trap");
    assert!(matches!(gap, Ok(instants) if instants.is_empty()));
    let shown = state.to_civil(0, "UTC".to_owned()).await.expect("no trap");
    assert!(matches!(shown, Ok(text) if text == "1970-01-01T00:00:00.000+00:00"));
}
