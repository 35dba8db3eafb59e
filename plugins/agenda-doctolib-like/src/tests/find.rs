//! Free slots.

use greffon_sdk::agenda::SlotState;

use super::*;

fn civil(text: &str) -> i64 {
    at(text, "Europe/Paris")
}

#[test]
fn what_the_vendor_offers_is_free() {
    let practice = practice();
    let page = practice.find(tuesday("09:00"), tuesday("10:00")).unwrap();
    assert!(page.complete && page.as_of == noon());
    let starts: Vec<i64> = page.slots.iter().map(|slot| slot.span.start).collect();
    assert_eq!(starts, [tuesday("09:00"), tuesday("09:15"), tuesday("09:30"), tuesday("09:45")]);
    let first = &page.slots[0];
    assert!(first.state == SlotState::Free && first.seats_left == 1 && first.motives == ["consultation"]);
    assert!(page.slots.iter().all(|slot| slot.handle.is_some()), "each is booked whole");
    assert_eq!(practice.asked().len(), 2, "what is offered, and what is taken");
}

#[test]
fn a_window_is_read_by_weeks_over_the_end_of_a_month() {
    let practice = practice();
    let page = practice.find(civil("2026-03-26T12:00:00"), civil("2026-04-10T12:00:00")).unwrap();
    assert!(page.complete);
    let windows: Vec<String> = practice.asked().into_iter().filter(|asked| asked.contains("availabilities")).collect();
    let window = |date: &str, days: u32| {
        format!("GET /v1/availabilities?agenda_ids=101&visit_motive_id=201&start_date={date}&days={days}")
    };
    assert_eq!(windows, [window("2026-03-26", 7), window("2026-04-02", 7), window("2026-04-09", 2)]);
    // 15 days of 96 quarters; the night of 29 March has 4 less.
    assert_eq!(page.slots.len(), 15 * 96 - 4);
    let mut starts: Vec<i64> = page.slots.iter().map(|slot| slot.span.start).collect();
    starts.dedup();
    assert_eq!(starts.len(), page.slots.len(), "none twice");
}

#[test]
fn seven_days_are_one_window_and_eight_are_two() {
    for (end, windows) in [("2026-03-10T00:00:00", 1), ("2026-03-10T00:15:00", 2)] {
        let practice = practice();
        practice.find(civil("2026-03-03T00:00:00"), civil(end)).unwrap();
        assert_eq!(practice.count("GET /v1/availabilities"), windows, "{end}");
    }
}

#[test]
fn nights_in_which_clocks_change_have_23_and_25_hours() {
    for (from, to, hours) in [
        ("2026-03-29T00:00:00", "2026-03-30T00:00:00", 23),
        ("2026-10-25T00:00:00", "2026-10-26T00:00:00", 25),
        ("2026-10-26T00:00:00", "2026-10-27T00:00:00", 24),
    ] {
        let practice = practice();
        let page = practice.find(civil(from), civil(to)).unwrap();
        assert!(page.complete);
        assert_eq!(page.slots.len(), hours * 4, "{from}");
        assert!(page.slots.windows(2).all(|pair| pair[0].span.end == pair[1].span.start));
    }
}

#[test]
fn the_hour_that_comes_twice_is_two_hours() {
    let practice = practice();
    let first = civil("2026-10-25T02:30:00");
    let mut what = request("09:00");
    what.span = Span { start: first, end: first + 15 * MINUTE_MS };
    practice.plugin.book(&"op-1".to_owned(), &what, None).unwrap();
    let page = practice.find(first, first + HOUR_MS + 1).unwrap();
    let starts: Vec<i64> = page.slots.iter().map(|slot| slot.span.start).collect();
    assert!(!starts.contains(&first), "the first half past two is taken");
    assert!(starts.contains(&(first + HOUR_MS)), "the second one is free");
}

#[test]
fn stale_availability_is_held_against_what_stands_there() {
    let practice = practice();
    practice.server.put("appointment", tuesday("09:15"), tuesday("09:30"));
    practice.server.fault("stale-availability", "availabilities", 1);
    let page = practice.find(tuesday("09:00"), tuesday("09:45")).unwrap();
    let starts: Vec<i64> = page.slots.iter().map(|slot| slot.span.start).collect();
    assert_eq!(starts, [tuesday("09:00"), tuesday("09:30")]);
}

#[test]
fn what_cannot_be_read_is_not_free() {
    let practice = practice();
    practice.server.put("appointment", tuesday("09:15"), tuesday("09:30"));
    practice.server.put("appointment", tuesday("09:30"), tuesday("09:45"));
    practice.server.fault("truncated-page", "/v1/appointments", 2);
    assert!(matches!(practice.find(tuesday("09:00"), tuesday("10:00")), Err(Error::Unavailable(_))));
    practice.server.fault("truncated-page", "/v1/appointments", 1);
    let page = practice.find(tuesday("09:00"), tuesday("10:00")).unwrap();
    assert!(page.complete && page.slots.len() == 2, "the list is read once more");
    let id = practice.server.put("appointment", tuesday("09:00"), tuesday("09:15"));
    practice.server.change(id, &[("start", serde_json::json!("hier"))]);
    practice.server.fault("stale-availability", "availabilities", 1);
    assert!(practice.find(tuesday("09:00"), tuesday("10:00")).is_err(), "it may be anywhere");
}

#[test]
fn a_window_that_cannot_be_read_leaves_the_others() {
    let practice = practice();
    practice.server.fault("half-a-body", "start_date=2026-03-10", 1);
    let page = practice.find(tuesday("00:00"), tuesday("00:00") + 21 * DAY_MS).unwrap();
    assert!(!page.complete);
    assert_eq!(page.slots.len(), 14 * 96);
    practice.server.fault("rate-limited", "start_date=2026-03-10", 1);
    let page = practice.find(tuesday("00:00"), tuesday("00:00") + 21 * DAY_MS).unwrap();
    assert!(!page.complete && page.slots.len() == 7 * 96, "a vendor that is tired is asked no more");
    practice.server.fault("rate-limited", "availabilities", 1);
    let refused = practice.find(tuesday("00:00"), tuesday("01:00"));
    assert_eq!(refused.unwrap_err(), Error::RateLimited(Some(9)));
}

#[test]
fn a_search_ends_when_it_has_enough() {
    let practice = practice();
    let window = Span { start: tuesday("09:00"), end: tuesday("09:00") + 60 * DAY_MS };
    let page = practice.plugin.find_slots(&SlotQuery { limit: 3, ..query(window) }).unwrap();
    assert_eq!((page.slots.len(), page.complete), (3, false));
    assert_eq!(practice.asked().len(), 2);
}

#[test]
fn any_motive_is_every_mapped_one() {
    let practice = with_settings(
        r#"{"base-url":"https://api.example","agendas":{"dr-martin":{"vendor-id":101,"motives":{"suivi":202}}},
            "motives":{"consultation":201}}"#,
    );
    let window = Span { start: tuesday("09:00"), end: tuesday("09:15") };
    let page = practice.plugin.find_slots(&SlotQuery { motive: None, ..query(window) }).unwrap();
    assert_eq!(page.slots.len(), 1);
    assert_eq!(page.slots[0].motives, ["consultation", "suivi"]);
}

#[test]
fn a_list_without_end_is_given_up() {
    let practice = practice();
    practice.server.fault("endless-pages", "availabilities", 1_000);
    assert!(matches!(practice.find(tuesday("09:00"), tuesday("10:00")), Err(Error::Unavailable(_))));
    assert!(practice.asked().len() <= 220, "{}", practice.asked().len());
}

#[test]
fn nonsense_is_refused_before_the_network() {
    let practice = practice();
    for (start, end) in [(5, 5), (6, 5), (i64::MAX - 1, i64::MAX), (i64::MIN, i64::MIN + 1)] {
        assert!(matches!(practice.find(start, end), Err(Error::Invalid(_))), "{start}");
    }
    assert!(practice.asked().is_empty());
    // A window without end is a year.
    let page = practice.find(noon(), i64::MAX).unwrap();
    assert!(!page.complete && practice.count("GET /v1/availabilities") <= 53);
}
