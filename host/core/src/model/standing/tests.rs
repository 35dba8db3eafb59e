use proptest::prelude::*;

use super::*;
use crate::model::scheduling::ByWhom;

const NOW: Instant = Instant(1_795_507_200_000);

fn held(start_min: i64) -> AgendaAppointment {
    AgendaAppointment {
        id: "a".into(),
        op: Some("op".into()),
        version: Some("1".to_owned()),
        agenda: "dr-martin".into(),
        span: span(start_min),
        buffer: None,
        motive: None,
        status: AppointmentStatus::Booked,
        patient: None,
        resources: Vec::new(),
        replaces: None,
        series: None,
        entry: None,
        last_change: None,
        by: ByWhom::Secretary,
        ours: true,
    }
}

fn span(start_min: i64) -> Span {
    let start = NOW.plus_minutes(start_min);
    Span { start, end: start.plus_minutes(15) }
}

fn foreign(start_min: i64) -> AgendaAppointment {
    AgendaAppointment { id: "hand".into(), op: None, ours: false, ..held(start_min) }
}

/// Of a visit in two days, written an hour ago.
fn settled() -> Standing {
    Standing { written_at: Some(NOW.plus_minutes(-60)), looks: 3, ..Standing::default() }
}

const IN_TWO_DAYS: i64 = 2 * 24 * 60;

/// The decision where what was seen is stored at the instant at which it was asked for.
fn decide(
    known: &AgendaAppointment,
    standing: &Standing,
    look: Look,
    haste: Haste,
    now: Instant,
) -> (Standing, Follow, Option<i64>) {
    super::decide(known, standing, look, haste, now, now)
}

#[test]
fn what_a_look_shows_is_read_by_the_name_of_the_entry() {
    let known = held(IN_TWO_DAYS);
    let noted = AgendaAppointment { version: Some("2".to_owned()), ..known.clone() };
    let moved = held(IN_TWO_DAYS + 30);
    let struck = AgendaAppointment { status: AppointmentStatus::Cancelled, ..known.clone() };
    let elsewhere = AgendaAppointment { agenda: "dr-petit".into(), ..known.clone() };
    let beside = foreign(IN_TWO_DAYS + 10);
    let after = foreign(IN_TWO_DAYS + 15);
    let member = AgendaAppointment { ours: true, ..beside.clone() };
    let backwards = AgendaAppointment { span: Span { start: moved.span.end, end: moved.span.start }, ..known.clone() };
    for (found, look) in [
        (Ok(Found::Present(known.clone())), Look::Same(Box::new(known.clone()))),
        (Ok(Found::Present(noted.clone())), Look::Same(Box::new(noted))),
        (Ok(Found::Present(moved.clone())), Look::Moved(Box::new(moved.clone()))),
        (Ok(Found::Present(struck)), Look::Gone),
        (Ok(Found::Absent), Look::Gone),
        (Ok(Found::Present(elsewhere)), Look::Unclear),
        (Ok(Found::Present(backwards)), Look::Unclear),
        (Ok(Found::Present(beside.clone())), Look::Unclear),
        (Ok(Found::Ambiguous(vec![known.clone(), beside.clone()])), Look::Double(Box::new(known.clone()))),
        (Ok(Found::Ambiguous(vec![known.clone(), after])), Look::Same(Box::new(known.clone()))),
        (Ok(Found::Ambiguous(vec![known.clone(), member])), Look::Same(Box::new(known.clone()))),
        (Ok(Found::Ambiguous(vec![moved.clone(), beside.clone()])), Look::Moved(Box::new(moved))),
        (Ok(Found::Ambiguous(vec![beside])), Look::Unclear),
        (Ok(Found::Ambiguous(vec![known.clone(), known.clone()])), Look::Unclear),
        (Err(AgendaError::Unavailable(String::new())), Look::Unreadable),
    ] {
        let shown = format!("{found:?}");
        assert_eq!(read_look(&known, found), look, "{shown}");
    }
}

#[test]
fn a_drag_and_a_drag_back_within_ten_minutes_are_nothing() {
    let known = held(IN_TWO_DAYS);
    let away = || Look::Moved(Box::new(held(IN_TWO_DAYS + 60)));
    let (standing, follow, again) = decide(&known, &settled(), away(), Haste::None, NOW);
    assert_eq!((follow, again), (Follow::Nothing, Some(STANDS_FOR_MS)));
    let at = NOW.plus_minutes(9);
    let (standing, follow, again) = decide(&known, &standing, away(), Haste::None, at);
    assert_eq!((follow, again), (Follow::Nothing, Some(60_000)), "since the first look");
    let back = Look::Same(Box::new(known.clone()));
    let (standing, follow, again) = decide(&known, &standing, back, Haste::None, at);
    assert_eq!((standing.seen, follow, again), (None, Follow::Nothing, None));
}

#[test]
fn another_move_within_the_ten_minutes_stands_for_ten_of_its_own() {
    let known = held(IN_TWO_DAYS);
    let to = |minutes: i64| Look::Moved(Box::new(held(IN_TWO_DAYS + minutes)));
    let (standing, ..) = decide(&known, &settled(), to(60), Haste::None, NOW);
    let (standing, follow, _) = decide(&known, &standing, to(90), Haste::None, NOW.plus_minutes(8));
    assert_eq!(follow, Follow::Nothing);
    let (standing, follow, _) = decide(&known, &standing, to(90), Haste::None, NOW.plus_minutes(17));
    assert_eq!(follow, Follow::Nothing);
    let (_, follow, again) = decide(&known, &standing, to(90), Haste::None, NOW.plus_minutes(18));
    let held = held(IN_TWO_DAYS + 90);
    assert_eq!((follow, again), (Follow::Tell(Difference::Moved(held.span), Some(Box::new(held))), None));
}

#[test]
fn what_touches_a_young_booking_or_one_that_begins_soon_does_not_wait() {
    let young = Standing::written(NOW.plus_minutes(-9));
    for (known, standing) in [(held(IN_TWO_DAYS), young), (held(119), settled())] {
        let moved = AgendaAppointment { span: span(IN_TWO_DAYS + 60), ..known.clone() };
        let (_, follow, _) = decide(&known, &standing, Look::Moved(Box::new(moved)), Haste::None, NOW);
        assert!(matches!(follow, Follow::Tell(Difference::Moved(_), Some(_))), "{follow:?}");
        // An absence is seen twice also then.
        let (seen, follow, again) = decide(&known, &standing, Look::Gone, Haste::None, NOW);
        assert_eq!((follow, again), (Follow::Nothing, Some(10_000)));
        let (_, follow, again) = decide(&known, &seen, Look::Gone, Haste::None, NOW.plus_millis(10_000));
        assert_eq!((follow, again), (Follow::Tell(Difference::Gone, None), None));
    }
    // Towards now counts as well: the patient would come too late.
    let known = held(IN_TWO_DAYS);
    let earlier = AgendaAppointment { span: span(60), ..known.clone() };
    let (_, follow, _) = decide(&known, &settled(), Look::Moved(Box::new(earlier)), Haste::None, NOW);
    assert!(matches!(follow, Follow::Tell(..)), "{follow:?}");
}

#[test]
fn a_double_is_told_at_once_and_once_until_it_is_over() {
    let known = held(IN_TWO_DAYS);
    let double = || Look::Double(Box::new(held(IN_TWO_DAYS)));
    let (standing, follow, _) = decide(&known, &settled(), double(), Haste::None, NOW);
    assert!(matches!(follow, Follow::Tell(Difference::Double, Some(_))), "{follow:?}");
    let (standing, follow, _) = decide(&known, &standing, double(), Haste::None, NOW.plus_minutes(1));
    assert!(matches!(follow, Follow::Keep(_)), "{follow:?}");
    let alone = Look::Same(Box::new(known.clone()));
    let (standing, ..) = decide(&known, &standing, alone, Haste::None, NOW.plus_minutes(2));
    let (_, follow, _) = decide(&known, &standing, double(), Haste::None, NOW.plus_minutes(3));
    assert!(matches!(follow, Follow::Tell(Difference::Double, Some(_))), "again, it is another one: {follow:?}");
}

#[test]
fn what_only_a_person_can_tell_is_asked_once_until_it_is_clear() {
    let known = held(IN_TWO_DAYS);
    let mut standing = settled();
    let mut told = Vec::new();
    for minute in 0..60 {
        let now = NOW.plus_minutes(minute);
        let look = if minute == 30 { Look::Same(Box::new(known.clone())) } else { Look::Unclear };
        let (next, follow, _) = decide(&known, &standing, look, Haste::None, now);
        standing = next;
        if matches!(follow, Follow::Tell(Difference::Unclear, None)) {
            told.push(minute);
        }
    }
    assert_eq!(told, [10, 41], "once, and again when it had been clear between");
}

#[test]
fn after_a_write_it_is_looked_at_three_times() {
    let known = held(IN_TWO_DAYS);
    let mut standing = Standing::written(NOW);
    let mut at = standing.next_look();
    let mut looked = Vec::new();
    while let Some(now) = at {
        looked.push(now.millis_since(NOW));
        let same = Look::Same(Box::new(known.clone()));
        let (next, follow, again) = decide(&known, &standing, same, Haste::None, now);
        assert_eq!(follow, Follow::Nothing);
        at = again.map(|ms| now.plus_millis(ms));
        standing = next;
    }
    assert_eq!(looked, LOOK_AGAIN_MS);
}

#[test]
fn an_agenda_that_gives_no_answer_is_asked_again_for_a_day_and_nothing_is_concluded() {
    let known = held(IN_TWO_DAYS);
    // Just written, or long ago and there is a reason to look, which nobody tells a second time.
    for written in [Standing::written(NOW), settled()] {
        let mut standing = written.clone();
        let begun = NOW.plus_millis(3_000);
        let (mut now, mut asked) = (begun, 0);
        while let (next, Follow::Nothing, Some(ms)) = decide(&known, &standing, Look::Unreadable, Haste::None, now) {
            assert_eq!(next, Standing { unreadable_since: Some(begun), ..written.clone() });
            assert!(asked > 0 || ms == 60_000, "at first soon: the patient may be on the way");
            standing = next;
            now = now.plus_millis(ms);
            asked += 1;
            assert!(asked < 200);
        }
        assert!(now.millis_since(begun) >= UNREADABLE_FOR_MS, "{asked}");
        let (given_up, ..) = decide(&known, &standing, Look::Unreadable, Haste::None, now);
        assert_eq!(given_up, written, "another reason to look is as good as the first");
        let same = Look::Same(Box::new(known.clone()));
        assert_eq!(decide(&known, &standing, same, Haste::None, now).0.unreadable_since, None);
    }
}

fn looks() -> impl Strategy<Value = Vec<(i64, u8)>> {
    proptest::collection::vec((0_i64..1_200_000, 0_u8..6), 1..24)
}

proptest! {
    /// Whatever is seen in whatever order: a difference that is told was seen at its telling and at
    /// every look for as long as it has to stand, and nothing is told twice.
    #[test]
    fn nothing_is_told_that_was_not_seen_throughout(looks in looks(), start_min in 1_i64..5_000) {
        let known = held(start_min);
        let mut standing = Standing::written(NOW.plus_minutes(-60));
        let mut now = NOW;
        let mut since: Option<(Difference, Instant)> = None;
        for (pause, what) in looks {
            now = now.plus_millis(pause);
            if known.span.start <= now {
                break;
            }
            let look = match what {
                0 => Look::Same(Box::new(known.clone())),
                1 => Look::Moved(Box::new(held(start_min + 600))),
                2 => Look::Moved(Box::new(held(start_min + 900))),
                3 => Look::Gone,
                4 => Look::Unreadable,
                _ => Look::Unclear,
            };
            let difference = match &look {
                Look::Moved(to) => Some(Difference::Moved(to.span)),
                Look::Gone => Some(Difference::Gone),
                Look::Unclear => Some(Difference::Unclear),
                _ => None,
            };
            match (difference, &look) {
                (_, Look::Unreadable) => {}
                (Some(new), _) if since.is_none_or(|(old, _)| old != new) => since = Some((new, now)),
                (Some(_), _) => {}
                (None, _) => since = None,
            }
            let (next, follow, _) = decide(&known, &standing, look, Haste::None, now);
            if let Follow::Tell(told, _) = follow {
                let (seen, from) = since.unwrap();
                prop_assert_eq!(seen, told);
                let soon = known.span.start.millis_since(now) < SOON_MS;
                let least = match told { Difference::Moved(_) if soon => 0, _ if soon => 10_000, _ => STANDS_FOR_MS };
                prop_assert!(now.millis_since(from) >= least);
                return Ok(());
            }
            standing = next;
        }
    }
}

/// A look that took long, or was stored late, shows nothing later than it was made.
#[test]
fn a_slow_look_is_no_second_sight() {
    let known = held(IN_TWO_DAYS);
    let (seen, ..) = decide(&known, &settled(), Look::Gone, Haste::SomebodyWaits, NOW);
    let (asked, stored) = (NOW.plus_millis(9_000), NOW.plus_millis(60_000));
    let (still, follow, again) = super::decide(&known, &seen, Look::Gone, Haste::SomebodyWaits, asked, stored);
    assert!(matches!(follow, Follow::Nothing) && again.is_some(), "{follow:?}");
    let (_, follow, _) = decide(&known, &still, Look::Gone, Haste::SomebodyWaits, stored);
    assert!(matches!(follow, Follow::Tell(Difference::Gone, None)), "{follow:?}");
}
