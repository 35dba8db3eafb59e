//! Booking, and every fault that can meet it.

use greffon_sdk::agenda::{Rule, Status};
use serde_json::json;

use super::*;

#[test]
fn a_booking_stands_and_says_who_wrote_it() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    assert_eq!((booked.agenda.as_str(), booked.status, booked.ours), ("dr-martin", Status::Booked, true));
    assert_eq!((booked.op.as_deref(), booked.span), (Some("op-1"), request("09:00").span));
    let standing = practice.server.standing();
    assert_eq!(standing[0]["notes"], "[greffon op-1 installation-of-a-test]", "and no word more");
    assert_eq!(booked.version.as_deref(), standing[0]["updated_at"].as_str());
    let kinds: Vec<String> = practice.asked().iter().map(|one| one.split('?').next().unwrap().to_owned()).collect();
    let expected = [
        "GET /v1/appointments",
        "GET /v1/patients",
        "POST /v1/patients",
        "POST /v1/appointments",
        "GET /v1/appointments",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(practice.fakes.stored::<serde_json::Value>("doctolib-like", "write/op-1"), None, "nothing to remember");
}

#[test]
fn the_same_op_id_again_is_the_same_appointment() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    assert_eq!(practice.book("op-1", "09:00").unwrap(), booked);
    assert_eq!(practice.count("POST /v1/appointments"), 1);
}

#[test]
fn whoever_is_there_is_in_the_way_and_is_not_named() {
    let practice = practice();
    let foreign = practice.server.put("appointment", tuesday("09:10"), tuesday("09:40"));
    let block = practice.server.put("block", tuesday("10:00"), tuesday("11:00"));
    assert_eq!(taken(practice.book("op-1", "09:00")), [foreign.to_string()]);
    assert_eq!(taken(practice.book("op-2", "10:15")), [block.to_string()]);
    practice.book("op-3", "09:45").unwrap();
    assert_eq!(practice.count("POST /v1/appointments"), 1);
    let Err(Error::SlotTaken(conflict)) = practice.book("op-4", "09:45") else { panic!() };
    assert_eq!(conflict.existing[0].patient, None);
}

#[test]
fn a_start_that_is_taken_meanwhile_is_refused_by_the_vendor() {
    let practice = practice();
    practice.server.before("POST /v1/appointments", |server| {
        server.put("block", tuesday("09:00"), tuesday("10:00"));
    });
    assert!(taken(practice.book("op-1", "09:00")).is_empty());
    assert_eq!(practice.server.standing().len(), 1);
}

#[test]
fn accepts_overlap_yields_to_whoever_was_there() {
    let practice = practice();
    practice.server.before("POST /v1/appointments", |server| {
        server.put("appointment", tuesday("09:00"), tuesday("10:00"));
    });
    practice.server.fault("accepts-overlap", "POST", 1);
    assert_eq!(taken(practice.book("op-1", "09:00")).len(), 1);
    let standing = practice.server.standing();
    assert!(standing.len() == 1 && standing[0]["notes"] == "", "ours was taken back");
    practice.server.fault("accepts-overlap", "POST", 1);
    practice.server.before("POST /v1/appointments", |server| {
        server.put("appointment", tuesday("11:00"), tuesday("12:00"));
    });
    practice.server.fault("request-lost", "DELETE", 1);
    assert!(is_unknown(&practice.book("op-2", "11:00")), "nobody knows whether it was taken back");
}

#[test]
fn a_lost_answer_is_settled_by_what_stands_there() {
    for fault in ["error-after-commit", "answer-lost", "slow", "half-a-body"] {
        let practice = practice();
        practice.server.fault(fault, "POST /v1/appointments", 1);
        let booked = practice.book("op-1", "09:00").unwrap();
        assert_eq!(booked.op.as_deref(), Some("op-1"), "{fault}");
        assert_eq!(practice.count("POST /v1/appointments"), 1, "{fault}");
    }
}

#[test]
fn a_lost_request_is_unknown_and_never_sent_blindly_again() {
    let practice = practice();
    practice.server.fault("request-lost", "POST /v1/appointments", 1);
    assert!(is_unknown(&practice.book("op-1", "09:00")));
    assert!(is_unknown(&practice.book("op-1", "09:00")), "the lists may not show it yet");
    assert!(matches!(practice.look_up("op-1", "09:00"), Err(Error::Unavailable(_))));
    assert_eq!(practice.count("POST /v1/appointments"), 1);
    practice.fakes.set_now(noon() + 29_999);
    assert!(is_unknown(&practice.book("op-1", "09:00")));
    practice.fakes.set_now(noon() + 30_000);
    assert_eq!(practice.look_up("op-1", "09:00"), Ok(Found::Absent));
    practice.book("op-1", "09:00").unwrap();
    assert_eq!((practice.count("POST /v1/appointments"), practice.server.standing().len()), (2, 1));
    assert_eq!(practice.count("POST /v1/patients"), 1);
}

#[test]
fn late_visible_is_no_absence() {
    let practice = practice();
    practice.server.fault("late-visible", "POST /v1/appointments", 1);
    let booked = practice.book("op-1", "09:00").unwrap();
    assert_eq!(booked.op.as_deref(), Some("op-1"), "its own number shows it");
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Present(_))), "in no list yet, and not gone");
    let practice = super::practice();
    practice.server.fault("late-visible", "POST /v1/appointments", 1);
    practice.server.fault("answer-lost", "POST /v1/appointments", 1);
    assert!(is_unknown(&practice.book("op-1", "09:00")));
    assert!(is_unknown(&practice.book("op-1", "09:00")), "not in the list, and not sent again");
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Present(_))), "and then it is seen");
    assert_eq!(practice.count("POST /v1/appointments"), 1);
    practice.book("op-1", "09:00").unwrap();
    assert_eq!(practice.server.standing().len(), 1);
}

#[test]
fn notes_dropped_is_remembered_by_the_number() {
    let practice = practice();
    practice.server.fault("notes-dropped", "POST", 1);
    let booked = practice.book("op-1", "09:00").unwrap();
    assert!(booked.ours && booked.op.as_deref() == Some("op-1"));
    let Ok(Found::Present(found)) = practice.look_up("op-1", "09:00") else { panic!() };
    assert_eq!(found, booked);
    assert_eq!(practice.book("op-1", "09:00").unwrap(), booked);
    assert_eq!(practice.cancel(&booked.id, booked.version.as_deref()).unwrap().status, Status::Cancelled);
}

#[test]
fn notes_dropped_with_the_answer_is_a_person_s_to_tell() {
    let practice = practice();
    practice.server.fault("notes-dropped", "POST", 1);
    practice.server.fault("answer-lost", "POST /v1/appointments", 1);
    assert!(is_unknown(&practice.book("op-1", "09:00")));
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Ambiguous(all)) if all.len() == 1 && !all[0].ours));
    practice.fakes.set_now(noon() + HOUR_MS);
    assert!(is_unknown(&practice.book("op-1", "09:00")) || practice.count("POST /v1/appointments") == 1);
    assert_eq!(practice.server.standing().len(), 1);
}

#[test]
fn a_token_that_expires_in_the_middle_is_had_anew_and_nothing_is_done_twice() {
    for on in ["GET /v1/appointments", "GET /v1/patients", "POST /v1/patients", "POST /v1/appointments"] {
        let practice = practice();
        practice.server.fault("token-expires", on, 1);
        practice.book("op-1", "09:00").unwrap();
        assert_eq!((practice.server.standing().len(), practice.server.patients().len()), (1, 1), "{on}");
        practice.server.fault("token-expires", on, 2);
        let refused = practice.book("op-2", "10:00");
        let expected = if on == "POST /v1/patients" { 2 } else { 1 };
        assert_eq!(practice.server.standing().len(), expected, "{on}: {refused:?}");
    }
}

#[test]
fn what_certainly_did_not_happen_is_no_unknown_outcome() {
    let practice = practice();
    practice.server.patient("Durand", "Zoé", "1984-06-01");
    for (fault, times, expected) in [
        ("rate-limited", 1, "limited"),
        ("token-expires", 2, "denied"),
        ("forbidden", 1, "denied"),
        ("not-sent", 2, "unavailable"),
    ] {
        practice.server.fault(fault, "POST /v1/appointments", times);
        let got = match practice.book("op-1", "09:00").unwrap_err() {
            Error::RateLimited(Some(9)) => "limited",
            Error::Denied(_) => "denied",
            Error::Unavailable(_) => "unavailable",
            other => panic!("{fault}: {other:?}"),
        };
        assert_eq!(got, expected, "{fault}");
        assert!(practice.server.standing().is_empty());
    }
    practice.book("op-1", "09:00").unwrap();
}

#[test]
fn a_read_that_fails_before_the_write_changes_nothing_and_after_it_is_unknown() {
    let practice = practice();
    practice.server.fault("request-lost", "GET /v1/appointments", 1);
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::Unavailable(_))));
    assert!(practice.server.standing().is_empty());
    practice.server.after("POST /v1/appointments", |server| server.fault("rate-limited", "GET", 1));
    assert!(is_unknown(&practice.book("op-1", "09:00")));
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Present(_))));
    practice.book("op-1", "09:00").unwrap();
    assert_eq!(practice.count("POST /v1/appointments"), 1);
}

#[test]
fn truncated_page_hides_nobody() {
    let practice = practice();
    practice.server.put("appointment", tuesday("08:00"), tuesday("08:15"));
    practice.server.put("appointment", tuesday("09:00"), tuesday("09:15"));
    practice.server.fault("truncated-page", "/v1/appointments", 2);
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::Unavailable(_))));
    assert_eq!(taken(practice.book("op-1", "09:00")).len(), 1);
}

#[test]
fn pages_are_read_to_the_last() {
    let practice = practice();
    practice.server.page_size(2);
    for hour in ["07:00", "08:00", "10:00", "11:00"] {
        practice.server.put("appointment", tuesday(hour), tuesday(hour) + 15 * MINUTE_MS);
    }
    practice.book("op-1", "09:00").unwrap();
    assert_eq!(taken(practice.book("op-2", "11:00")).len(), 1);
    assert!(practice.count("GET /v1/appointments") > 4);
}

#[test]
fn what_the_vendor_does_not_take_is_named() {
    let practice = practice();
    practice.server.motive_minutes(20);
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::RuleBroken((Rule::Duration, _)))));
    let wrong = with_settings(
        r#"{"base-url":"https://api.example","agendas":{"dr-martin":{"vendor-id":101}},"motives":{"consultation":999}}"#,
    );
    let Err(Error::Invalid((key, why))) = wrong.book("op-1", "09:00") else { panic!() };
    assert_eq!(key, "settings/motives/consultation");
    assert!(why.contains("motives.consultation"), "{why}");
}

#[test]
fn a_note_is_told_only_where_the_practice_says_so_and_is_cut_after_the_mark() {
    let settings = SETTINGS.replace("\"account\": 7", "\"account\": 7, \"send-note\": true");
    let practice = with_settings(&settings);
    let mut what = request("09:00");
    what.note = Some(format!("{} [greffon op-9 installation-of-a-test]", "é".repeat(2_000)));
    let booked = practice.plugin.book(&"op-1".to_owned(), &what, None).unwrap();
    let notes = practice.server.standing()[0]["notes"].as_str().unwrap().to_owned();
    assert!(notes.chars().count() <= 1_000 && notes.starts_with("[greffon op-1 "), "{notes}");
    assert_eq!(booked.op.as_deref(), Some("op-1"));
}

#[test]
fn a_seat_of_a_group_passes_over_our_own_alone() {
    let practice = practice();
    practice.book("op-1", "09:00").unwrap();
    let mut what = request("09:00");
    (what.allow_overlap, what.patient.family) = (true, "Petit".to_owned());
    practice.server.fault("accepts-overlap", "POST", 1);
    practice.plugin.book(&"op-2".to_owned(), &what, None).unwrap();
    assert_eq!(practice.server.standing().len(), 2);
    practice.server.put("block", tuesday("09:00"), tuesday("09:15"));
    practice.server.fault("accepts-overlap", "POST", 1);
    assert_eq!(taken(practice.plugin.book(&"op-3".to_owned(), &what, None)).len(), 1);
}

#[test]
fn without_its_memory_nothing_is_sent() {
    let practice = practice();
    practice.fakes.deny_keyvalue();
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::Denied(_))));
    assert!(practice.server.standing().is_empty() && practice.server.patients().is_empty());
}

#[test]
fn what_nobody_can_read_keeps_its_agenda_closed() {
    let practice = practice();
    let id = practice.server.put("appointment", tuesday("15:00"), tuesday("15:15"));
    practice.server.change(id, &[("end", json!(null))]);
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::Unavailable(_))));
    assert_eq!(practice.count("POST"), 0);
}

#[test]
fn nonsense_is_refused_before_the_network() {
    let practice = practice();
    for (start, end) in [(5, 5), (6, 5), (-1, 5), (0, i64::MAX), (0, DAY_MS + 1)] {
        let mut what = request("09:00");
        what.span = Span { start, end };
        assert!(matches!(practice.plugin.book(&"op-1".to_owned(), &what, None), Err(Error::Invalid(_))), "{start}");
    }
    let mut what = request("09:00");
    what.slot_handle = Some("2026-03-03T08:15:00.000Z".to_owned());
    assert!(matches!(practice.plugin.book(&"op-1".to_owned(), &what, None), Err(Error::Invalid(_))));
    assert!(practice.asked().is_empty());
    what.slot_handle = Some("2026-03-03T08:00:00.000Z".to_owned());
    practice.plugin.book(&"op-1".to_owned(), &what, None).unwrap();
}

#[test]
fn what_stays_in_memory_is_swept_a_week_after_its_visit() {
    let practice = practice();
    practice.server.fault("notes-dropped", "POST", 2);
    practice.book("op-1", "09:00").unwrap();
    let stored = |key: &str| practice.fakes.stored::<serde_json::Value>("doctolib-like", key);
    assert!(stored("write/op-1").is_some() && stored("kept/50002").is_some());
    practice.fakes.set_now(noon() + 9 * DAY_MS);
    let mut what = request("09:00");
    (what.span.start, what.span.end) = (what.span.start + 20 * DAY_MS, what.span.end + 20 * DAY_MS);
    practice.plugin.book(&"op-2".to_owned(), &what, None).unwrap();
    assert!(stored("write/op-1").is_none() && stored("kept/50002").is_none() && stored("write/op-2").is_some());
}

#[test]
fn a_request_that_arrives_after_all_is_found_and_not_doubled() {
    for arrives in [true, false] {
        let practice = practice();
        practice.server.fault("request-lost", "POST /v1/appointments", 1);
        assert!(is_unknown(&practice.book("op-1", "09:00")));
        practice.fakes.set_now(noon() + HOUR_MS);
        // The first request, or somebody else's, arrives just before the second one.
        practice.server.before("POST /v1/appointments", move |server| {
            let id = server.put("appointment", tuesday("09:00"), tuesday("09:15"));
            let notes = if arrives { "[greffon op-1 installation-of-a-test]" } else { "" };
            server.change(id, &[("notes", json!(notes))]);
        });
        let again = practice.book("op-1", "09:00");
        assert_eq!(again.is_ok(), arrives, "{again:?}");
        assert!(arrives || is_unknown(&again), "what was sent before may be in no list yet");
        assert_eq!(practice.server.standing().len(), 1);
    }
}
