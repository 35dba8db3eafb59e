use greffon_sdk::agenda::{ByWhom, Found, Status};
use greffon_sdk::http::Response;

use super::server::Dialect;
use super::*;

fn look_up(practice: &Practice, op: &str) -> Result<Found, Error> {
    practice.plugin.look_up(&op.to_owned(), &request("09:00", "09:15"))
}

#[test]
fn a_booking_is_an_event_that_tells_no_patient() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    assert_eq!((booked.id.as_str(), booked.op.as_deref()), ("dr-martin/greffon-op-1.ics", Some("op-1")));
    assert_eq!((booked.status, booked.ours), (Status::Booked, true));
    assert_eq!(booked.span, request("09:00", "09:15").span);
    let text = practice.server.body("greffon-op-1.ics");
    for expected in [
        "UID:op-1@greffon\r\n",
        "X-GREFFON-OP:op-1\r\n",
        "X-GREFFON-INSTALLATION:installation-of-a-test\r\n",
        "SUMMARY:RDV\r\n",
        "CLASS:CONFIDENTIAL\r\n",
        "DTSTART:20260303T080000Z\r\n",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    for secret in ["Durand", "Zoé", "tousse", "consultation"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(matches!(look_up(&practice, "op-1"), Ok(Found::Present(found)) if found == booked));
    assert!(matches!(look_up(&practice, "op-2"), Ok(Found::Absent)));
}

#[test]
fn the_practice_may_have_names_written() {
    let practice = with_settings(
        r#"{"base-url":"https://dav.example","calendars":{"dr-martin":"/cabinet/agenda"},"summary":"name","label":"Consult.","class":"private"}"#,
    );
    practice.book("op-1", "09:00", "09:15").unwrap();
    let text = practice.server.body("greffon-op-1.ics");
    for expected in
        ["SUMMARY:Consult. Durand Zoé\r\n", "CLASS:PRIVATE\r\n", "DESCRIPTION:tousse", "X-GREFFON-MOTIVE:consultation"]
    {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn book_refuses_what_overlaps_and_takes_what_touches() {
    let practice = practice();
    practice.server.put("doctor.ics", &event("1", "09:00", "10:00"));
    assert_eq!(taken(practice.book("op-1", "09:45", "10:15")), ["dr-martin/doctor.ics"]);
    assert_eq!(practice.server.names(), ["doctor.ics"], "nothing was written");
    practice.book("op-2", "10:00", "10:15").unwrap();
    practice.book("op-3", "08:45", "09:00").unwrap();
    assert_eq!(taken(practice.book("op-4", "10:05", "10:10")), ["dr-martin/greffon-op-2.ics"]);
}

/// Patients of one group share a time. What others wrote there is no patient.
#[test]
fn the_seats_of_a_group_are_those_of_greffon_alone() {
    let practice = practice();
    let seat = |op: &str, from: &str, to: &str| {
        let together = Request { allow_overlap: true, ..request(from, to) };
        practice.plugin.book(&op.to_owned(), &together, None)
    };
    practice.book("op-1", "10:00", "11:00").unwrap();
    seat("op-2", "10:00", "11:00").unwrap();
    assert_eq!(taken(seat("op-3", "10:30", "11:30")).len(), 2, "that is no seat of the group");
    practice.server.put("doctor.ics", &event("d", "10:30", "10:45"));
    assert_eq!(taken(seat("op-4", "10:00", "11:00")), ["dr-martin/doctor.ics"]);
    practice.server.remove("doctor.ics");
    practice
        .server
        .fault("PUT", Fault::After(Box::new(|server| server.put("doctor.ics", &event("d", "10:30", "10:45")))));
    assert_eq!(taken(seat("op-5", "10:00", "11:00")), ["dr-martin/doctor.ics"]);
    assert!(!practice.server.names().contains(&"greffon-op-5.ics".to_owned()), "it yields");
    practice.server.remove("doctor.ics");
    let absence = request("10:30", "10:40").span;
    practice.plugin.block(&"op-6".to_owned(), &"dr-martin".to_owned(), absence, "").unwrap();
    assert_eq!(taken(seat("op-7", "10:00", "11:00")).len(), 1);
    let other =
        event("x@greffon", "15:00", "16:00").replace("END:VEVENT", "X-GREFFON-INSTALLATION:other\r\nEND:VEVENT");
    practice.server.put("greffon-x.ics", &other);
    assert_eq!(taken(seat("op-8", "15:00", "16:00")), ["dr-martin/greffon-x.ics"]);
}

/// The host keeps what it asked for: a move needs the motive, and the server is not told it.
#[test]
fn whoever_books_is_told_motive_and_patient_that_the_server_does_not_know() {
    let practice = practice();
    let what = request("09:00", "09:15");
    let asked = |told: Appointment| {
        assert_eq!((told.motive.as_ref(), told.patient.as_ref()), (Some(&what.motive), Some(&what.patient)));
        told
    };
    let booked = asked(practice.book("op-1", "09:00", "09:15").unwrap());
    asked(practice.book("op-1", "09:00", "09:15").unwrap());
    let Ok(Found::Present(found)) = look_up(&practice, "op-1") else { panic!("it is there") };
    asked(found);
    let to = request("10:00", "10:15");
    asked(practice.plugin.move_to(&"op-2".to_owned(), &booked.id, booked.version.as_ref(), &to).unwrap());
    asked(practice.plugin.move_to(&"op-2".to_owned(), &booked.id, booked.version.as_ref(), &to).unwrap());
}

#[test]
fn book_refuses_occurrences_that_the_server_would_not_find() {
    let practice = practice();
    let weekly = "DTSTART;TZID=Europe/Paris:20260106T090000\r\nDTEND;TZID=Europe/Paris:20260106T091500\r\nRRULE:FREQ=WEEKLY;COUNT=50";
    practice.server.put("weekly.ics", &object("w", weekly));
    assert_eq!(taken(practice.book("op-1", "09:10", "09:25")), [format!("dr-martin/weekly.ics#{}", tuesday("09:00"))]);
    practice.book("op-2", "08:00", "08:15").unwrap();
    // After the change of clocks nine in Paris is seven in UTC.
    let mut april = request("09:00", "09:15");
    april.span = Span { start: at("2026-04-07T07:00:00", "UTC"), end: at("2026-04-07T07:15:00", "UTC") };
    assert_eq!(taken(practice.plugin.book(&"op-3".to_owned(), &april, None)).len(), 1);
    april.span = Span { start: at("2026-04-07T08:00:00", "UTC"), end: at("2026-04-07T08:15:00", "UTC") };
    practice.plugin.book(&"op-4".to_owned(), &april, None).unwrap();
}

#[test]
fn a_booking_sent_again_is_the_same_appointment() {
    let practice = practice();
    let first = practice.book("op-1", "09:00", "09:15").unwrap();
    assert_eq!(practice.book("op-1", "09:00", "09:15").unwrap(), first);
    assert_eq!(practice.server.names().len(), 1);
}

#[test]
fn a_booking_costs_four_requests_and_a_search_one() {
    let practice = practice();
    practice.server.put("doctor.ics", &event("1", "11:00", "12:00"));
    practice.find("08:00", "18:00").unwrap();
    practice.server.requests();
    practice.find("08:00", "18:00").unwrap();
    assert_eq!(practice.server.requests(), ["REPORT"]);
    practice.book("op-1", "09:00", "09:15").unwrap();
    assert_eq!(practice.server.requests(), ["REPORT", "PUT", "REPORT"], "what was put need not be read");
    practice.server.speak(Dialect { tells_etag: false, ..Dialect::default() });
    practice.book("op-2", "09:15", "09:30").unwrap();
    assert_eq!(practice.server.requests(), ["REPORT", "PUT", "REPORT", "REPORT"]);
}

#[test]
fn whoever_comes_in_between_wins() {
    let practice = practice();
    practice
        .server
        .fault("PUT", Fault::Before(Box::new(|server| server.put("doctor.ics", &event("1", "09:10", "09:20")))));
    assert_eq!(taken(practice.book("op-1", "09:00", "09:15")), ["dr-martin/doctor.ics"]);
    assert_eq!(practice.server.names(), ["doctor.ics"], "we yield");
    practice.server.remove("doctor.ics");
    practice
        .server
        .fault("PUT", Fault::After(Box::new(|server| server.put("other.ics", &event("2", "09:10", "09:20")))));
    assert_eq!(taken(practice.book("op-2", "09:00", "09:15")), ["dr-martin/other.ics"]);
    assert_eq!(practice.server.names(), ["other.ics"]);
}

#[test]
fn another_installation_of_greffon_is_yielded_to_as_well() {
    let practice = practice();
    practice.server.fault(
        "PUT",
        Fault::Before(Box::new(|server| {
            server.put("greffon-other.ics", &event("other@greffon", "09:00", "09:15"));
        })),
    );
    assert_eq!(taken(practice.book("op-1", "09:00", "09:15")), ["dr-martin/greffon-other.ics"]);
    assert_eq!(practice.server.names(), ["greffon-other.ics"]);
}

#[test]
fn a_lost_answer_is_looked_for_at_once() {
    let practice = practice();
    practice.server.fault("PUT", Fault::AnswerLost);
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    assert!(matches!(look_up(&practice, "op-1"), Ok(Found::Present(found)) if found == booked));
}

#[test]
fn what_cannot_be_known_is_said_and_settled_by_look_up() {
    for status in [500, 502, 503, 504] {
        let practice = practice();
        practice.server.fault("PUT", Fault::DoneBut(status));
        practice.server.fault("GET", Fault::LostBefore);
        assert!(matches!(practice.book("op-1", "09:00", "09:15"), Err(Error::OutcomeUnknown(_))), "{status}");
        assert!(matches!(look_up(&practice, "op-1"), Ok(Found::Present(_))), "{status}");
    }
    let practice = practice();
    practice.server.fault("PUT", Fault::LostBefore);
    assert!(matches!(practice.book("op-1", "09:00", "09:15"), Err(Error::OutcomeUnknown(_))));
    assert!(matches!(look_up(&practice, "op-1"), Ok(Found::Absent)));
    practice.book("op-1", "09:00", "09:15").unwrap();
}

#[test]
fn what_certainly_did_not_happen_is_no_unknown_outcome() {
    let practice = practice();
    practice.server.fault("PUT", Fault::Refused);
    practice.server.fault("PUT", Fault::Refused);
    assert!(matches!(practice.book("op-1", "09:00", "09:15"), Err(Error::Unavailable(_))));
    for (status, expected) in
        [(401, "denied"), (403, "denied"), (409, "not-found"), (429, "limited"), (507, "unavailable"), (415, "invalid")]
    {
        practice.server.fault("PUT", Fault::Instead(Response::new(status, "")));
        let error = practice.book("op-1", "09:00", "09:15").unwrap_err();
        let got = match error {
            Error::Denied(_) => "denied",
            Error::NotFound => "not-found",
            Error::RateLimited(_) => "limited",
            Error::Unavailable(_) => "unavailable",
            Error::Invalid(_) => "invalid",
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected, "{status}");
    }
    practice.server.fault("REPORT", Fault::AnswerLost);
    assert!(matches!(practice.book("op-1", "09:00", "09:15"), Err(Error::Unavailable(_))), "a read is no doubt");
    assert!(practice.server.names().is_empty());
}

#[test]
fn what_never_left_is_sent_once_more() {
    let practice = practice();
    practice.server.fault("PUT", Fault::Refused);
    practice.book("op-1", "09:00", "09:15").unwrap();
    assert_eq!(practice.server.requests().iter().filter(|method| *method == "PUT").count(), 2);
    practice.server.fault("PUT", Fault::LostBefore);
    practice.server.requests();
    assert!(matches!(practice.book("op-2", "10:00", "10:15"), Err(Error::OutcomeUnknown(_))));
    assert_eq!(practice.server.requests().iter().filter(|method| *method == "PUT").count(), 1, "never blindly again");
}

#[test]
fn a_refusal_of_the_object_is_told_from_a_refusal_of_the_place() {
    let practice = practice();
    // Xandikos refuses an object that it cannot read with 412, as if something stood there.
    practice.server.fault("PUT", Fault::Instead(Response::new(412, "<error xmlns=\"DAV:\"/>")));
    assert!(matches!(practice.book("op-1", "09:00", "09:15"), Err(Error::Invalid(_))));
    let conflict = "<error xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><C:no-uid-conflict/></error>";
    for status in [403, 409, 412] {
        practice.server.fault("PUT", Fault::Instead(Response::new(status, conflict)));
        assert!(matches!(practice.book("op-1", "09:00", "09:15"), Err(Error::Other(_))), "{status}");
    }
    practice.server.put("greffon-op-2.ics", &event("foreign", "15:00", "15:15"));
    assert!(matches!(practice.book("op-2", "09:00", "09:15"), Err(Error::Other(_))));
    assert!(practice.server.body("greffon-op-2.ics").contains("UID:foreign"), "what others wrote is not touched");
}

#[test]
fn a_booking_that_was_written_and_never_verified_yields_when_it_is_sent_again() {
    let practice = practice();
    practice
        .server
        .fault("PUT", Fault::After(Box::new(|server| server.put("doctor.ics", &event("1", "09:00", "09:30")))));
    practice.server.fault("REPORT", Fault::Before(Box::new(|_| {})));
    practice.server.fault("REPORT", Fault::LostBefore);
    assert!(matches!(practice.book("op-1", "09:00", "09:15"), Err(Error::OutcomeUnknown(_))));
    match look_up(&practice, "op-1").unwrap() {
        Found::Ambiguous(all) => {
            let ids: Vec<&str> = all.iter().map(|appointment| appointment.id.as_str()).collect();
            assert_eq!(ids, ["dr-martin/greffon-op-1.ics", "dr-martin/doctor.ics"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(taken(practice.book("op-1", "09:00", "09:15")), ["dr-martin/doctor.ics"]);
    assert_eq!(practice.server.names(), ["doctor.ics"]);
}

#[test]
fn what_cannot_be_taken_back_is_an_unknown_outcome() {
    let practice = practice();
    practice
        .server
        .fault("PUT", Fault::After(Box::new(|server| server.put("doctor.ics", &event("1", "09:00", "09:30")))));
    practice.server.fault("DELETE", Fault::LostBefore);
    assert!(matches!(practice.book("op-1", "09:00", "09:15"), Err(Error::OutcomeUnknown(_))));
    assert_eq!(practice.server.names().len(), 2);
}

#[test]
fn a_booking_that_a_person_renamed_is_still_found() {
    let practice = practice();
    practice.book("op-1", "09:00", "09:15").unwrap();
    let text = practice.server.body("greffon-op-1.ics");
    practice.server.remove("greffon-op-1.ics");
    practice.server.put("moved%20by%20phone.ics", &text);
    let Ok(Found::Present(found)) = look_up(&practice, "op-1") else { panic!() };
    assert_eq!(found.id, "dr-martin/moved%20by%20phone.ics");
}

#[test]
fn many_bookings_one_after_another_stay_right() {
    let practice = practice();
    for number in 0..200 {
        let start = tuesday("00:00") + number * 5 * 60_000;
        let mut what = request("09:00", "09:15");
        what.span = Span { start, end: start + 5 * 60_000 };
        practice.plugin.book(&format!("op-{number}"), &what, None).unwrap();
        if number % 3 == 0 {
            practice.server.remove(&format!("greffon-op-{number}.ics"));
        }
    }
    let mut window = request("09:00", "09:15").span;
    window.start = tuesday("00:00");
    window.end = window.start + 200 * 5 * 60_000;
    let page = practice.plugin.find_slots(&query(window)).unwrap();
    assert!(page.complete);
    assert_eq!(page.slots.len(), practice.server.names().len());
}

#[test]
fn nonsense_is_refused_before_the_network() {
    let practice = practice();
    for (start, end) in [(5_000, 5_000), (6_000, 5_000), (-1_000, 5_000), (0, i64::MAX - 807), (500, 2_000)] {
        let mut what = request("09:00", "09:15");
        what.span = Span { start, end };
        assert!(matches!(practice.plugin.book(&"op-1".to_owned(), &what, None), Err(Error::Invalid(_))), "{start}");
    }
    let mut elsewhere = request("09:00", "09:15");
    elsewhere.agenda = "dr-nobody".to_owned();
    assert!(matches!(practice.plugin.book(&"op-1".to_owned(), &elsewhere, None), Err(Error::NotFound)));
    assert!(practice.server.requests().is_empty());
}

#[test]
fn a_read_only_agenda_is_not_written() {
    let practice = with_settings(
        r#"{"base-url":"https://dav.example","calendars":{"dr-martin":"/cabinet/agenda/"},"read-only":true}"#,
    );
    assert!(matches!(practice.book("op-1", "09:00", "09:15"), Err(Error::Denied(_))));
    assert!(!practice.plugin.agendas().unwrap()[0].writable);
    practice.find("08:00", "18:00").unwrap();
}

#[test]
fn what_another_installation_booked_is_somebody_else_s_even_under_the_same_op_id() {
    let practice = practice();
    let theirs = event("op-1@greffon", "09:00", "09:15")
        .replace("END:VEVENT", "X-GREFFON-OP:op-1\r\nX-GREFFON-INSTALLATION:another\r\nEND:VEVENT");
    practice.server.put("greffon-op-1.ics", &theirs);
    assert_eq!(taken(practice.book("op-2", "09:00", "09:15")), ["dr-martin/greffon-op-1.ics"]);
    assert!(practice.book("op-1", "10:00", "10:15").is_err(), "its place is taken");
    assert!(!matches!(look_up(&practice, "op-1"), Ok(Found::Present(_))));
    let id = "dr-martin/greffon-op-1.ics".to_owned();
    let cancelled = practice.plugin.cancel(&"op-3".to_owned(), &id, None, ByWhom::System, "x");
    assert!(matches!(cancelled, Err(Error::Denied(_))), "{cancelled:?}");
    assert_eq!(practice.server.body("greffon-op-1.ics"), theirs);
}

#[test]
fn a_booking_whose_mark_a_calendar_program_lost_is_still_ours() {
    let practice = practice();
    practice.book("op-1", "09:00", "09:15").unwrap();
    let text = practice.server.body("greffon-op-1.ics");
    let stripped = text.replace("X-GREFFON-INSTALLATION:installation-of-a-test\r\n", "");
    practice.server.put("greffon-op-1.ics", &stripped);
    assert!(matches!(look_up(&practice, "op-1"), Ok(Found::Present(found)) if found.ours));
}
