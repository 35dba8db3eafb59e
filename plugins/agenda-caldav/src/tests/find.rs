use greffon_sdk::agenda::SlotState;
use greffon_sdk::http::Response;

use super::server::{Dialect, Tags};
use super::*;

pub fn states(page: &SlotPage) -> Vec<(SlotState, i64)> {
    page.slots.iter().map(|slot| (slot.state, (slot.span.start - tuesday("00:00")) / 60_000)).collect()
}

#[test]
fn what_others_wrote_is_busy_and_absences_are_unavailable() {
    let practice = practice();
    practice.server.put("a.ics", &event("a", "09:00", "09:30"));
    practice.server.put("free.ics", &event("b", "10:00", "10:30").replace("UID", "TRANSP:TRANSPARENT\r\nUID"));
    practice
        .plugin
        .block(&"op-1".to_owned(), &"dr-martin".to_owned(), request("14:00", "18:00").span, "Formation")
        .unwrap();
    let page = practice.find("08:00", "18:00").unwrap();
    assert!(page.complete);
    assert_eq!(page.as_of, noon());
    assert_eq!(states(&page), [(SlotState::Busy, 540), (SlotState::Unavailable, 840)]);
    assert!(practice.find("09:30", "10:30").unwrap().slots.is_empty(), "half-open");
    let mut limited = query(request("08:00", "18:00").span);
    limited.limit = 1;
    let page = practice.plugin.find_slots(&limited).unwrap();
    assert_eq!((page.slots.len(), page.complete), (1, false));
}

#[test]
fn objects_over_which_the_server_stumbles_are_got_one_by_one() {
    let practice = practice();
    for number in 0..5 {
        practice.server.put(&format!("{number}.ics"), &event(&number.to_string(), "09:00", "09:30"));
    }
    practice.server.poison("2.ics");
    let page = practice.find("08:00", "18:00").unwrap();
    assert_eq!((page.slots.len(), page.complete), (5, true));
    practice.server.put("6.ics", &event("6", "10:00", "10:30"));
    practice.server.rot("6.ics");
    let page = practice.find("08:00", "18:00").unwrap();
    assert_eq!((page.slots.len(), page.complete), (5, false));
    assert!(matches!(practice.book("op-1", "11:00", "11:15"), Err(Error::RuleBroken(_))), "it may be anywhere");
    practice.server.heal();
    let page = practice.find("08:00", "18:00").unwrap();
    assert_eq!((page.slots.len(), page.complete), (6, true), "it is asked for again");
    practice.book("op-1", "11:00", "11:15").unwrap();
}

#[test]
fn an_object_that_is_too_large_to_arrive_does_not_hide_the_others() {
    let practice = practice();
    for number in 0..3 {
        practice.server.put(&format!("{number}.ics"), &event(&number.to_string(), "09:00", "09:30"));
    }
    practice.find("08:00", "18:00").unwrap();
    practice.server.put("3.ics", &event("3", "10:00", "10:30"));
    practice.server.fault("REPORT", Fault::Before(Box::new(|_| {})));
    practice.server.fault("REPORT", Fault::AnswerLost);
    practice.server.fault("GET", Fault::AnswerLost);
    let page = practice.find("08:00", "18:00").unwrap();
    assert_eq!((page.slots.len(), page.complete), (3, false));
    for _ in 0..3 {
        practice.server.put("4.ics", &event("4", "11:00", "11:30"));
        practice.server.fault("GET", Fault::AnswerLost);
    }
    practice.server.fault("REPORT", Fault::Before(Box::new(|_| {})));
    practice.server.fault("REPORT", Fault::AnswerLost);
    assert!(matches!(practice.find("08:00", "18:00"), Err(Error::Unavailable(_))), "nothing arrives any more");
}

#[test]
fn a_large_calendar_is_read_in_several_calls_and_nothing_is_free_meanwhile() {
    let practice = practice();
    for number in 0..4_000 {
        practice.server.put(&format!("{number:05}.ics"), &event(&number.to_string(), "09:00", "09:01"));
    }
    let page = practice.find("08:00", "18:00").unwrap();
    assert!(!page.complete);
    assert!(matches!(practice.book("op-1", "11:00", "11:15"), Err(Error::Unavailable(_))));
    assert_eq!(practice.server.names().len(), 4_000);
    let mut query = query(request("08:00", "18:00").span);
    query.limit = 10_000;
    let mut page = practice.plugin.find_slots(&query).unwrap();
    for _ in 0..3 {
        page = practice.plugin.find_slots(&query).unwrap();
    }
    assert_eq!((page.slots.len(), page.complete), (4_000, true));
    practice.server.requests();
    practice.plugin.find_slots(&query).unwrap();
    assert_eq!(practice.server.requests(), ["REPORT"], "the mirror is kept");
    practice.book("op-1", "11:00", "11:15").unwrap();
}

#[test]
fn past_objects_are_left_out_and_said_to_be_unknown() {
    let practice = practice();
    practice.server.put("old.ics", &object("o", "DTSTART:20200101T090000Z\r\nDTEND:20200101T100000Z"));
    assert!(practice.find("08:00", "18:00").unwrap().complete);
    let window = Span { start: at("2020-01-01T00:00:00", "UTC"), end: at("2020-01-02T00:00:00", "UTC") };
    assert!(!practice.plugin.find_slots(&query(window)).unwrap().complete);
}

#[test]
fn every_dialect_of_synchronisation_is_spoken() {
    let dialects = [
        Dialect::default(),
        Dialect { bad_token: 412, deleted: 207, ..Dialect::default() },
        Dialect { bad_token: 409, sync_page: 2, ..Dialect::default() },
        Dialect { syncs: false, ..Dialect::default() },
        Dialect { syncs: false, has_ctag: false, tells_etag: false, ..Dialect::default() },
        Dialect { tags: Tags::Weak, ..Dialect::default() },
        Dialect { tags: Tags::Missing, syncs: false, ..Dialect::default() },
        Dialect { tags: Tags::Missing, ..Dialect::default() },
        Dialect { tags: Tags::Reused, bad_token: 412, ..Dialect::default() },
    ];
    for dialect in dialects {
        let practice = practice();
        practice.server.speak(dialect.clone());
        let find = || practice.find("00:00", "23:59").unwrap();
        for number in 0..7 {
            let (from, to) = (format!("0{number}:00"), format!("0{number}:30"));
            practice.server.put(&format!("{number}.ics"), &event(&number.to_string(), &from, &to));
        }
        assert_eq!((find().slots.len(), find().complete), (7, true), "{dialect:?}");
        practice.server.remove("3.ics");
        practice.server.put("4.ics", &event("4", "20:00", "20:30"));
        let page = find();
        assert_eq!(page.slots.len(), 6, "{dialect:?}");
        assert_eq!(page.slots.last().unwrap().span.start, tuesday("20:00"), "{dialect:?}");
        practice.book("op-1", "12:00", "12:15").unwrap();
        practice.server.remove("5.ics");
        practice.server.forget_tokens();
        assert_eq!(find().slots.len(), 6, "a token that is forgotten: {dialect:?}");
        practice
            .plugin
            .cancel(
                &"op-2".to_owned(),
                &"dr-martin/greffon-op-1.ics".to_owned(),
                None,
                greffon_sdk::practice::ByWhom::Patient,
                "",
            )
            .unwrap();
        assert_eq!(find().slots.len(), 5, "{dialect:?}");
    }
}

#[test]
fn an_agenda_that_cannot_be_read_is_never_free() {
    let practice = with_settings(
        r#"{"base-url":"https://dav.example","calendars":{"dr-martin":"/cabinet/agenda/","dr-petit":"/nowhere/"}}"#,
    );
    let mut both = query(request("08:00", "18:00").span);
    both.agendas = vec!["dr-martin".to_owned(), "dr-petit".to_owned()];
    let page = practice.plugin.find_slots(&both).unwrap();
    assert!(!page.complete);
    assert_eq!(page.slots.len(), 1);
    assert_eq!(
        (page.slots[0].agenda.as_str(), page.slots[0].state, page.slots[0].span),
        ("dr-petit", SlotState::Unavailable, both.window)
    );
    practice.server.fault("REPORT", Fault::Instead(Response::new(503, "").with_header("Retry-After", "30")));
    assert!(matches!(practice.find("08:00", "18:00"), Err(Error::RateLimited(Some(30)))));
    practice.server.fault("REPORT", Fault::Instead(Response::new(401, "")));
    assert!(matches!(practice.find("08:00", "18:00"), Err(Error::Denied(_))));
    practice.server.fault("REPORT", Fault::Instead(Response::new(207, "<html>captive portal</html>")));
    assert!(matches!(practice.find("08:00", "18:00"), Err(Error::Unavailable(_))));
    practice.server.fault("REPORT", Fault::Refused);
    practice.server.fault("REPORT", Fault::Refused);
    assert!(matches!(practice.find("08:00", "18:00"), Err(Error::Unavailable(_))));
}

#[test]
fn a_series_with_a_rule_that_nobody_reads_keeps_its_hour_busy_every_day() {
    let practice = practice();
    let lines = "DTSTART;TZID=Europe/Paris:20260106T090000\r\nDURATION:PT15M\r\nRRULE:FREQ=NONSENSE";
    practice.server.put("a.ics", &object("a", lines));
    let page = practice.find("08:00", "18:00").unwrap();
    assert_eq!((states(&page), page.complete), (vec![(SlotState::Unavailable, 540)], true));
    practice.server.put("b.ics", &object("b", &lines.replace("NONSENSE", "HOURLY")));
    let page = practice.find("08:00", "18:00").unwrap();
    assert_eq!(states(&page), [(SlotState::Unavailable, 480), (SlotState::Unavailable, 540)]);
    assert_eq!(page.slots[0].span, request("08:00", "18:00").span);
}

#[test]
fn hrefs_of_other_places_are_not_followed() {
    let practice = practice();
    let answer = "<multistatus xmlns=\"DAV:\"><response><href>https://evil.example/x.ics</href><propstat><prop><getetag>\"1\"</getetag>\
                  </prop><status>HTTP/1.1 200 OK</status></propstat></response><response><href>/cabinet/agenda/../../etc.ics</href>\
                  <status>HTTP/1.1 200 OK</status></response><response><href>/cabinet/agenda/sub/a.ics</href><status>HTTP/1.1 200 OK</status>\
                  </response><sync-token>t</sync-token></multistatus>";
    practice.server.fault("REPORT", Fault::Instead(Response::new(207, answer)));
    practice.find("08:00", "18:00").unwrap();
    assert_eq!(practice.server.requests(), ["REPORT", "PROPFIND"]);
    assert!(practice.fakes.logged().iter().any(|entry| entry.code == "hrefs-elsewhere"));
}

#[test]
fn a_window_without_end_is_read_for_three_years() {
    let practice = practice();
    let lines = "DTSTART;TZID=Europe/Paris:20260106T090000\r\nDURATION:PT15M\r\nRRULE:FREQ=WEEKLY";
    practice.server.put("endless.ics", &object("e", lines));
    let from = tuesday("00:00");
    let page = practice.plugin.find_slots(&query(Span { start: from, end: i64::MAX })).unwrap();
    assert_eq!((page.slots.len(), page.complete), (157, false));
    for (start, end) in [(5, 5), (6, 5), (-2, -1), (i64::MAX - 1, i64::MAX), (i64::MIN, 0)] {
        assert!(matches!(practice.plugin.find_slots(&query(Span { start, end })), Err(Error::Invalid(_))), "{start}");
    }
}
