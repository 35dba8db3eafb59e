mod motive_rules;

use proptest::prelude::*;

use super::*;
use crate::ids::MotiveId;
use crate::model::civil::{parse_date, parse_time};
use crate::model::practice::{Absence, WeekHours};
use crate::model::scheduling::VisitMode;

fn zone() -> Zone {
    Zone::named("Europe/Paris").unwrap()
}

fn at(text: &str) -> Instant {
    zone().instant(parse_time(text).unwrap())
}

fn motive() -> Motive {
    Motive {
        id: "consultation".into(),
        label: "Consultation".to_owned(),
        synonyms: vec![],
        medical: true,
        floor: None,
        duration_min: 15,
        durations: vec![],
        before_min: 0,
        after_min: 0,
        grid_min: 15,
        min_notice_min: 0,
        max_horizon_days: 60,
        max_per_day: None,
        patients: PatientRule::Any,
        modes: vec![VisitMode::Office],
        practitioners: vec![],
        seats: 1,
        resources: vec![],
        instructions: None,
        documents: vec![],
        arrive_early_min: 0,
    }
}

fn practitioner(hours: [Vec<(u16, u16)>; 7], absences: &[(&str, &str)]) -> Practitioner {
    Practitioner {
        id: "dr-martin".into(),
        name: "Dr Claire Martin".to_owned(),
        speciality: None,
        identifier: None,
        agendas: vec![PractitionerAgenda {
            agenda: "dr-martin".into(),
            feature: "agenda".into(),
            site: "nord".into(),
            hours: WeekHours(hours),
        }],
        absences: absences
            .iter()
            .map(|(from, to)| Absence { from: (*from).to_owned(), to: (*to).to_owned() })
            .collect(),
    }
}

fn every_day(periods: &[(u16, u16)]) -> [Vec<(u16, u16)>; 7] {
    std::array::from_fn(|_| periods.to_vec())
}

/// One morning, 9:00 to 10:00, seen from the day before.
#[derive(Debug)]
struct Case {
    zone: Zone,
    practitioner: Practitioner,
    motive: Motive,
    asker: Asker,
    now: Instant,
    taken: Vec<Taken>,
    motive_starts: Vec<Instant>,
    served: Option<Vec<Slot>>,
    reserved: Vec<ReservedHours>,
}

impl Case {
    fn new() -> Self {
        Self {
            zone: zone(),
            practitioner: practitioner(every_day(&[(540, 600)]), &[]),
            motive: motive(),
            asker: Asker::default(),
            now: at("2026-11-23T12:00"),
            taken: vec![],
            motive_starts: vec![],
            served: None,
            reserved: vec![],
        }
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            zone: &self.zone,
            practitioner: &self.practitioner,
            agenda: &self.practitioner.agendas[0],
            motive: &self.motive,
            asker: self.asker,
            now: self.now,
            taken: &self.taken,
            reserved: &self.reserved,
            resources: &[],
            away: &[],
            motive_starts: &self.motive_starts,
            served: self.served.as_deref(),
        }
    }

    fn starts(&self, date: &str) -> Vec<String> {
        let day = self.zone.day(parse_date(date).unwrap());
        free_slots(&self.desk(), &SlotWishes::default(), day, 1000)
            .iter()
            .map(|slot| self.zone.text(slot.span.start)[11..].to_owned())
            .collect()
    }

    fn rule(&self, start: &str) -> Option<Rule> {
        check(&self.desk(), at(start)).err().map(|broken| broken.rule)
    }
}

fn span(from: &str, to: &str) -> Span {
    Span::new(at(from), at(to)).unwrap()
}

fn free(from: &str, to: &str) -> Slot {
    Slot {
        agenda: "dr-martin".into(),
        span: span(from, to),
        state: SlotState::Free,
        motives: vec![],
        audience: Audience::default(),
        modes: vec![],
        seats_left: 1,
        handle: None,
        version: None,
        booking_url: None,
        entry: None,
    }
}

#[test]
fn offers_the_whole_grid_of_an_empty_morning() {
    assert_eq!(Case::new().starts("2026-11-24"), ["09:00", "09:15", "09:30", "09:45"]);
}

#[test]
fn stops_at_the_limit() {
    let case = Case::new();
    let week = span("2026-11-24T00:00", "2026-12-01T00:00");
    assert_eq!(free_slots(&case.desk(), &SlotWishes::default(), week, 5).len(), 5);
    assert!(free_slots(&case.desk(), &SlotWishes::default(), week, 0).is_empty());
}

#[test]
fn leaves_out_what_the_agenda_and_the_claims_hold() {
    let mut case = Case::new();
    case.taken = vec![
        Taken::Entry(span("2026-11-24T09:10", "2026-11-24T09:20")),
        Taken::Claim { seat: 0, span: span("2026-11-24T09:45", "2026-11-24T10:00") },
    ];
    assert_eq!(case.starts("2026-11-24"), ["09:30"]);
    assert_eq!(case.rule("2026-11-24T09:15"), Some(Rule::ResourceBusy));
}

#[test]
fn keeps_buffers_free_of_others_but_not_of_closing_time() {
    let mut case = Case::new();
    case.motive.before_min = 10;
    case.motive.after_min = 5;
    assert_eq!(case.starts("2026-11-24"), ["09:00", "09:15", "09:30", "09:45"]);
    case.taken = vec![Taken::Entry(span("2026-11-24T09:15", "2026-11-24T09:30"))];
    assert_eq!(case.starts("2026-11-24"), ["09:45"]);
    assert_eq!(case.rule("2026-11-24T09:00"), Some(Rule::Buffer));
    assert_eq!(case.rule("2026-11-24T09:30"), Some(Rule::Buffer));
    let fit = check(&case.desk(), at("2026-11-24T09:45")).unwrap();
    assert_eq!(fit.claimed, span("2026-11-24T09:35", "2026-11-24T10:05"));
}

#[test]
fn names_the_rule_that_is_broken() {
    let mut case = Case::new();
    assert_eq!(case.rule("2026-11-24T09:07"), Some(Rule::Grid));
    assert_eq!(case.rule("2026-11-24T08:45"), Some(Rule::Closed));
    assert_eq!(case.rule("2026-11-24T10:00"), Some(Rule::Closed));
    assert_eq!(case.rule("2026-11-23T09:00"), Some(Rule::Notice));
    assert_eq!(case.rule("2027-01-22T09:00"), None);
    assert_eq!(case.rule("2027-01-23T09:00"), Some(Rule::Horizon));
    case.motive.duration_min = 30;
    assert_eq!(case.rule("2026-11-24T09:45"), Some(Rule::Closed));
    case.motive.min_notice_min = 24 * 60;
    assert_eq!(case.rule("2026-11-24T09:30"), Some(Rule::Notice));
    case.motive.duration_min = 0;
    assert_eq!(case.rule("2026-11-24T09:30"), Some(Rule::Duration));
}

#[test]
fn says_why_in_french() {
    let case = Case::new();
    let why = check(&case.desk(), at("2026-11-24T18:00")).unwrap_err().why;
    assert_eq!(why.fr(), "Dr Claire Martin consulte ce jour-là de 9 h à 10 h.");
}

#[test]
fn absences_close_whole_days_and_parts_of_one() {
    let mut case = Case::new();
    case.practitioner = practitioner(
        every_day(&[(540, 600)]),
        &[("2026-11-24T00:00", "2026-11-25T00:00"), ("2026-11-25T09:20", "2026-11-25T09:40")],
    );
    assert!(case.starts("2026-11-24").is_empty());
    assert_eq!(case.starts("2026-11-25"), ["09:00", "09:45"]);
    assert_eq!(case.rule("2026-11-25T09:30"), Some(Rule::Absence));
}

#[test]
fn counts_the_quota_by_civil_day() {
    let mut case = Case::new();
    case.motive.max_per_day = Some(2);
    case.motive_starts = vec![at("2026-11-24T00:00"), at("2026-11-24T23:59"), at("2026-11-25T00:00")];
    assert!(case.starts("2026-11-24").is_empty());
    assert_eq!(case.rule("2026-11-24T09:00"), Some(Rule::Quota));
    assert_eq!(case.starts("2026-11-25").len(), 4);
}

#[test]
fn not_knowing_the_patient_is_not_enough() {
    let mut case = Case::new();
    for (rule, asker, allowed) in [
        (PatientRule::KnownOnly, Asker::default(), false),
        (PatientRule::KnownOnly, Asker { known: Some(false), ..Asker::default() }, false),
        (PatientRule::KnownOnly, Asker { known: Some(true), ..Asker::default() }, true),
        (PatientRule::NewOnly, Asker::default(), false),
        (PatientRule::NewOnly, Asker { known: Some(false), ..Asker::default() }, true),
        (PatientRule::ReferredOnly, Asker { known: Some(true), ..Asker::default() }, false),
        (PatientRule::ReferredOnly, Asker { referred: true, ..Asker::default() }, true),
    ] {
        case.motive.patients = rule;
        case.asker = asker;
        assert_eq!(case.rule("2026-11-24T09:00").is_none(), allowed, "{rule:?} {asker:?}");
        assert_eq!(case.starts("2026-11-24").is_empty(), !allowed);
    }
}

#[test]
fn a_practitioner_who_does_not_offer_the_motive_has_no_slot() {
    let mut case = Case::new();
    case.motive.practitioners = vec!["dr-petit".into()];
    assert!(case.starts("2026-11-24").is_empty());
    assert_eq!(case.rule("2026-11-24T09:00"), Some(Rule::Closed));
}

#[test]
fn served_slots_bring_their_own_grid_but_not_their_own_rules() {
    let mut case = Case::new();
    case.served = Some(vec![
        free("2026-11-24T08:50", "2026-11-24T09:05"),
        free("2026-11-24T09:10", "2026-11-24T09:25"),
        Slot { handle: Some("h".to_owned()), ..free("2026-11-24T09:35", "2026-11-24T10:00") },
        Slot { seats_left: 0, ..free("2026-11-24T09:25", "2026-11-24T09:40") },
    ]);
    assert_eq!(case.starts("2026-11-24"), ["09:10", "09:35"]);
    assert_eq!(case.rule("2026-11-24T09:00"), Some(Rule::ResourceBusy));
    assert_eq!(case.rule("2026-11-24T09:45"), Some(Rule::ResourceBusy), "a slot with a handle is not cut");
}

#[test]
fn served_slots_are_kept_for_their_motive_and_audience() {
    let mut case = Case::new();
    let own = Audience { own_patients: true, ..Audience::default() };
    case.served = Some(vec![
        Slot { audience: own, ..free("2026-11-24T09:00", "2026-11-24T09:15") },
        Slot { motives: vec![MotiveId::from("vaccin")], ..free("2026-11-24T09:15", "2026-11-24T09:30") },
    ]);
    assert_eq!(case.rule("2026-11-24T09:00"), Some(Rule::Audience));
    assert_eq!(case.rule("2026-11-24T09:15"), Some(Rule::ResourceBusy));
    case.asker.known = Some(true);
    assert_eq!(case.starts("2026-11-24"), ["09:00"]);
}

#[test]
fn group_motives_fill_seat_by_seat_and_share_with_nobody_else() {
    let mut case = Case::new();
    case.motive.seats = 2;
    let claim = |seat| Taken::Claim { seat, span: span("2026-11-24T09:00", "2026-11-24T09:15") };
    case.taken = vec![claim(0), Taken::Entry(span("2026-11-24T09:00", "2026-11-24T09:15"))];
    let fit = check(&case.desk(), at("2026-11-24T09:00")).unwrap();
    assert_eq!((fit.seat, fit.seats_left), (1, 1));
    case.taken.push(claim(1));
    assert_eq!(case.rule("2026-11-24T09:00"), Some(Rule::ResourceBusy));
    case.taken = vec![Taken::Entry(span("2026-11-24T09:00", "2026-11-24T09:30"))];
    assert_eq!(case.rule("2026-11-24T09:00"), Some(Rule::ResourceBusy));
}

#[test]
fn clock_changes_move_no_slot() {
    let mut case = Case::new();
    for (now, date) in [("2026-03-28T12:00", "2026-03-29"), ("2026-10-24T12:00", "2026-10-25")] {
        case.now = at(now);
        assert_eq!(case.starts(date), ["09:00", "09:15", "09:30", "09:45"]);
    }
}

#[test]
fn hours_over_a_clock_change_offer_each_civil_time_once_and_none_that_is_skipped() {
    let mut case = Case::new();
    case.practitioner = practitioner(every_day(&[(60, 240)]), &[]);
    case.motive.duration_min = 30;
    case.motive.grid_min = 30;
    case.now = at("2026-03-28T12:00");
    assert_eq!(case.starts("2026-03-29"), ["01:00", "01:30", "03:00", "03:30"]);
    case.now = at("2026-10-24T12:00");
    assert_eq!(case.starts("2026-10-25"), ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]);
}

#[test]
fn a_hostile_window_or_horizon_ends() {
    let mut case = Case::new();
    case.motive.max_horizon_days = u32::MAX;
    case.practitioner = practitioner(every_day(&[]), &[]);
    let forever = Span { start: Instant(i64::MIN), end: Instant(i64::MAX) };
    assert!(free_slots(&case.desk(), &SlotWishes::default(), forever, u32::MAX).is_empty());
    assert!(check(&case.desk(), Instant(i64::MAX)).is_err());
}

fn any_motive() -> impl Strategy<Value = Motive> {
    (1u32..90, 0u32..20, 0u32..20, 0u32..61, 0u32..3000, 0u32..20, proptest::option::of(0u32..4), 1u32..4).prop_map(
        |(duration_min, before_min, after_min, grid_min, min_notice_min, max_horizon_days, max_per_day, seats)| {
            Motive {
                duration_min,
                before_min,
                after_min,
                grid_min,
                min_notice_min,
                max_horizon_days,
                max_per_day,
                seats,
                ..motive()
            }
        },
    )
}

fn any_hours() -> impl Strategy<Value = [Vec<(u16, u16)>; 7]> {
    let day = (0u16..700, 1u16..400, 0u16..120, 1u16..200).prop_map(|(start, long, pause, then)| {
        let noon = start + long;
        let again = noon + pause;
        if pause == 0 { vec![(start, noon)] } else { vec![(start, noon), (again, (again + then).min(1440))] }
    });
    proptest::array::uniform7(day)
}

/// Days around both clock changes of 2026, and an ordinary one.
fn any_now() -> impl Strategy<Value = Instant> {
    let days = ["2026-03-27T00:00", "2026-10-23T00:00", "2026-11-23T00:00"].map(at);
    (proptest::sample::select(days.to_vec()), 0i64..3000).prop_map(|(day, minutes)| day.plus_minutes(minutes))
}

fn any_taken() -> impl Strategy<Value = Vec<(i64, i64, Option<u32>)>> {
    proptest::collection::vec((0i64..10_000, 1i64..180, proptest::option::of(0u32..3)), 0..20)
}

prop_compose! {
    fn any_case()(
        motive in any_motive(), hours in any_hours(), now in any_now(), taken in any_taken(),
        starts in proptest::collection::vec(0i64..10_000, 0..6), away in (0i64..8000, 1i64..2000),
    ) -> Case {
        let mut case = Case::new();
        let text = |minutes: i64| zone().text(now.plus_minutes(minutes));
        let (from, to) = (text(away.0), text(away.0 + away.1));
        case.practitioner = practitioner(hours, &[(&from, &to)]);
        case.motive = motive;
        case.now = now;
        case.motive_starts = starts.into_iter().map(|minutes| now.plus_minutes(minutes)).collect();
        case.taken = taken
            .into_iter()
            .map(|(start, long, seat)| {
                let span = Span { start: now.plus_minutes(start), end: now.plus_minutes(start + long) };
                seat.map_or(Taken::Entry(span), |seat| Taken::Claim { seat, span })
            })
            .collect();
        case
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_offered_keeps_every_rule(case in any_case()) {
        let desk = case.desk();
        let window = Span { start: case.now, end: case.now.plus_minutes(8 * 1440) };
        let offered = free_slots(&desk, &SlotWishes::default(), window, 1000);
        let zone = &case.zone;
        for pair in offered.windows(2) {
            prop_assert!(pair[0].span.start < pair[1].span.start);
        }
        for slot in &offered {
            let fit = check(&desk, slot.span.start);
            prop_assert!(fit.is_ok(), "offered and then refused: {fit:?}");
            let span = slot.span;
            let wide = span.widened(case.motive.before_min, case.motive.after_min);
            prop_assert_eq!(span.end.millis_since(span.start), i64::from(case.motive.duration_min) * 60_000);
            // Never on somebody else, buffers included.
            for taken in &case.taken {
                let same_group = case.motive.seats > 1
                    && match taken { Taken::Entry(other) => *other == span, Taken::Claim { span: other, .. } => *other == wide };
                prop_assert!(same_group || !taken.span().overlaps(&wide), "{taken:?} {wide:?}");
            }
            // Inside hours. Two periods that touch are one; a minute that the clock skips is the
            // instant of its change, where what lies on both sides of it touches.
            let day = zone.date(span.start);
            let periods = &case.practitioner.agendas[0].hours.0[monday_first(day.weekday())];
            let from = zone.minute_of_day(span.start).unwrap();
            prop_assert!(
                periods.iter().any(|(open, close)| {
                    span.start >= zone.at_minute(day, *open) && span.end <= zone.at_minute(day, *close)
                })
                    || periods.windows(2).any(|pair| zone.at_minute(day, pair[0].1) == zone.at_minute(day, pair[1].0)),
                "{from} outside {periods:?}"
            );
            prop_assert_eq!(from % grid_min(&case.motive), 0);
            prop_assert!(span.start >= case.now.plus_minutes(i64::from(case.motive.min_notice_min)));
        }
    }

    #[test]
    fn every_start_on_the_grid_that_passes_is_offered(case in any_case(), day in 0i64..4) {
        let desk = case.desk();
        let date = case.zone.date(case.now).saturating_add(day.days());
        let window = case.zone.day(date);
        let offered: Vec<Instant> = free_slots(&desk, &SlotWishes::default(), window, 2000).iter().map(|slot| slot.span.start).collect();
        for minute in 0..MINUTES_PER_DAY {
            let start = case.zone.at_minute(date, minute);
            if case.zone.minute_of_day(start) == Some(minute) && check(&desk, start).is_ok() {
                prop_assert!(offered.contains(&start), "{minute} passes and is not offered");
            }
        }
    }

    #[test]
    fn no_start_makes_the_check_panic(case in any_case(), raw in any::<i64>()) {
        let _ = check(&case.desk(), Instant(raw));
    }
}
