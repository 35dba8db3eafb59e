use greffon_sdk::agenda::{Found, Rule, Status};
use greffon_sdk::practice::ByWhom;

use super::*;

impl Practice {
    fn move_to(
        &self,
        op: &str,
        id: &str,
        expected: Option<&String>,
        from: &str,
        to: &str,
    ) -> Result<Appointment, Error> {
        self.plugin.move_to(&op.to_owned(), &id.to_owned(), expected, &request(from, to))
    }

    fn cancel(&self, op: &str, id: &str, expected: Option<&String>) -> Result<Appointment, Error> {
        self.plugin.cancel(&op.to_owned(), &id.to_owned(), expected, ByWhom::Patient, "")
    }
}

#[test]
fn a_move_keeps_the_id_and_frees_the_old_time() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    let moved = practice.move_to("op-2", &booked.id, booked.version.as_ref(), "09:05", "09:20").unwrap();
    assert_eq!((&moved.id, moved.span), (&booked.id, request("09:05", "09:20").span));
    assert_ne!(moved.version, booked.version);
    assert_eq!(
        practice.move_to("op-2", &booked.id, booked.version.as_ref(), "09:05", "09:20").unwrap(),
        moved,
        "again"
    );
    assert!(practice.server.body("greffon-op-1.ics").contains("SEQUENCE:1\r\n"));
    let found = practice.plugin.look_up(&"op-2".to_owned(), &request("09:05", "09:20")).unwrap();
    assert!(matches!(found, Found::Present(found) if found == moved));
    practice.book("op-3", "08:50", "09:05").unwrap();
}

#[test]
fn a_move_to_a_taken_time_changes_nothing() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    practice.server.put("doctor.ics", &event("1", "10:00", "10:30"));
    let before = practice.server.body("greffon-op-1.ics");
    assert_eq!(taken(practice.move_to("op-2", &booked.id, None, "10:15", "10:30")), ["dr-martin/doctor.ics"]);
    assert_eq!(practice.server.body("greffon-op-1.ics"), before);
}

#[test]
fn a_move_that_meets_somebody_goes_back() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    let before = practice.server.body("greffon-op-1.ics");
    practice
        .server
        .fault("PUT", Fault::Before(Box::new(|server| server.put("doctor.ics", &event("1", "10:00", "10:30")))));
    assert_eq!(taken(practice.move_to("op-2", &booked.id, None, "10:00", "10:15")), ["dr-martin/doctor.ics"]);
    assert_eq!(practice.server.body("greffon-op-1.ics"), before);
    practice.server.fault(
        "PUT",
        Fault::Before(Box::new(|server| {
            server.put("new.ics", &event("2", "11:00", "11:30"));
            server.put("old.ics", &event("3", "09:00", "09:15"));
        })),
    );
    assert!(matches!(practice.move_to("op-3", &booked.id, None, "11:00", "11:15"), Err(Error::OutcomeUnknown(_))));
}

#[test]
fn a_write_on_a_version_that_is_gone_says_how_it_is_now() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    let changed =
        practice.server.body("greffon-op-1.ics").replace("T080000Z", "T120000Z").replace("T081500Z", "T121500Z");
    practice.server.put("greffon-op-1.ics", &changed);
    let stale = |result: Result<Appointment, Error>| match result {
        Err(Error::Stale(now)) => assert_eq!(now.span.start, tuesday("13:00")),
        other => panic!("{other:?}"),
    };
    stale(practice.move_to("op-2", &booked.id, booked.version.as_ref(), "10:00", "10:15"));
    stale(practice.cancel("op-3", &booked.id, booked.version.as_ref()));
    let again = changed.clone();
    practice.server.fault("PUT", Fault::Before(Box::new(move |server| server.put("greffon-op-1.ics", &again))));
    stale(practice.move_to("op-4", &booked.id, None, "10:00", "10:15"));
    practice.server.fault("DELETE", Fault::Before(Box::new(move |server| server.put("greffon-op-1.ics", &changed))));
    stale(practice.cancel("op-5", &booked.id, None));
}

/// Whoever sees what the doctor added can decide, and write with the version that he was told.
#[test]
fn a_note_of_the_doctor_does_not_close_a_booking_for_ever() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    let note = |text: &str| {
        let noted = practice
            .server
            .body("greffon-op-1.ics")
            .replace("SUMMARY:RDV", &format!("SUMMARY:RDV\r\nDESCRIPTION:{text}"));
        practice.server.put("greffon-op-1.ics", &noted);
    };
    note("apporter l'ordonnance");
    let Err(Error::Stale(now)) = practice.move_to("op-2", &booked.id, booked.version.as_ref(), "10:00", "10:15") else {
        panic!("another version is there");
    };
    assert_eq!((now.span, now.status, now.ours, now.op.as_deref()), (booked.span, Status::Booked, true, Some("op-1")));
    assert_ne!(now.version, booked.version);
    let moved = practice.move_to("op-2", &booked.id, now.version.as_ref(), "10:00", "10:15").unwrap();
    assert!(practice.server.body("greffon-op-1.ics").contains("DESCRIPTION:apporter"), "the note stays");
    note("rappeler");
    let Err(Error::Stale(now)) = practice.cancel("op-3", &booked.id, moved.version.as_ref()) else { panic!("stale") };
    assert_eq!(practice.cancel("op-3", &booked.id, now.version.as_ref()).unwrap().status, Status::Cancelled);
}

#[test]
fn a_cancelled_booking_is_gone_and_cancelling_again_is_a_success() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    let cancelled = practice.cancel("op-2", &booked.id, booked.version.as_ref()).unwrap();
    assert_eq!((cancelled.status, cancelled.span), (Status::Cancelled, booked.span));
    assert!(practice.server.names().is_empty());
    assert_eq!(practice.cancel("op-2", &booked.id, booked.version.as_ref()).unwrap(), cancelled);
    assert_eq!(practice.cancel("op-3", &booked.id, None).unwrap().status, Status::Cancelled);
    let look_up = |op: &str| practice.plugin.look_up(&op.to_owned(), &request("09:00", "09:15")).unwrap();
    assert!(matches!(look_up("op-2"), Found::Present(found) if found == cancelled));
    assert!(matches!(look_up("op-1"), Found::Absent));
    assert!(matches!(practice.cancel("op-9", "dr-martin/greffon-op-9.ics", None), Err(Error::NotFound)));
}

#[test]
fn a_booking_that_a_person_deleted_can_be_cancelled() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    practice.server.remove("greffon-op-1.ics");
    assert_eq!(practice.cancel("op-2", &booked.id, booked.version.as_ref()).unwrap().status, Status::Cancelled);
    practice.find("08:00", "18:00").unwrap();
    assert_eq!(practice.cancel("op-2", &booked.id, None).unwrap().status, Status::Cancelled);
    assert!(matches!(practice.move_to("op-3", &booked.id, None, "10:00", "10:15"), Err(Error::NotFound)));
}

#[test]
fn a_cancellation_may_leave_a_mark() {
    let practice = with_settings(
        r#"{"base-url":"https://dav.example","calendars":{"dr-martin":"/cabinet/agenda/"},"cancel":"mark"}"#,
    );
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    let cancelled = practice.cancel("op-2", &booked.id, booked.version.as_ref()).unwrap();
    assert_eq!(cancelled.status, Status::Cancelled);
    assert!(practice.server.body("greffon-op-1.ics").contains("STATUS:CANCELLED\r\n"));
    assert_eq!(practice.cancel("op-3", &booked.id, None).unwrap(), cancelled);
    assert!(practice.find("08:00", "18:00").unwrap().slots.is_empty());
    let moved = practice.move_to("op-4", &booked.id, None, "10:00", "10:15");
    assert!(matches!(moved, Err(Error::RuleBroken((Rule::StatusTransition, _)))));
    practice.book("op-5", "09:00", "09:15").unwrap();
}

#[test]
fn lost_answers_of_changes_are_looked_for_at_once() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    practice.server.fault("PUT", Fault::AnswerLost);
    assert_eq!(practice.move_to("op-2", &booked.id, None, "10:00", "10:15").unwrap().span.start, tuesday("10:00"));
    practice.server.fault("PUT", Fault::LostBefore);
    assert!(matches!(practice.move_to("op-3", &booked.id, None, "11:00", "11:15"), Err(Error::OutcomeUnknown(_))));
    practice.server.fault("DELETE", Fault::LostBefore);
    assert!(matches!(practice.cancel("op-4", &booked.id, None), Err(Error::OutcomeUnknown(_))));
    practice.server.fault("DELETE", Fault::DoneBut(502));
    assert_eq!(practice.cancel("op-5", &booked.id, None).unwrap().status, Status::Cancelled);
}

#[test]
fn what_others_wrote_is_never_changed() {
    let practice = practice();
    practice.server.put("doctor.ics", &event("1", "09:00", "09:30"));
    let id = "dr-martin/doctor.ics";
    assert!(matches!(practice.cancel("op-1", id, None), Err(Error::Denied(_))));
    assert!(matches!(practice.move_to("op-2", id, None, "10:00", "10:30"), Err(Error::Denied(_))));
    assert!(matches!(practice.plugin.unblock(&"op-3".to_owned(), id), Err(Error::Denied(_))));
    let absence =
        practice.plugin.block(&"op-4".to_owned(), &"dr-martin".to_owned(), request("14:00", "15:00").span, "").unwrap();
    assert!(matches!(practice.cancel("op-5", &absence, None), Err(Error::Denied(_))));
    let booked = practice.book("op-6", "16:00", "16:15").unwrap();
    let series =
        practice.server.body("greffon-op-6.ics").replace("END:VEVENT", "RRULE:FREQ=DAILY;COUNT=2\r\nEND:VEVENT");
    practice.server.put("greffon-op-6.ics", &series);
    assert!(matches!(practice.move_to("op-7", &booked.id, None, "17:00", "17:15"), Err(Error::Denied(_))));
}

#[test]
fn ids_that_are_not_ours_are_not_found() {
    let practice = practice();
    for id in ["", "x", "dr-martin/", "/greffon-op-1.ics", "dr-nobody/greffon-op-1.ics", "dr-martin/greffon-op-1.ics"] {
        assert!(matches!(practice.cancel("op-1", id, None), Err(Error::NotFound)), "{id}");
        assert!(
            matches!(
                practice.move_to("op-1", id, None, "09:00", "09:15"),
                Err(Error::NotFound | Error::Unsupported(_))
            ),
            "{id}"
        );
    }
    for id in ["dr-martin/../secret.ics", "dr-martin/a?b", "dr-martin/%2e%2e", "dr-martin/a b"] {
        assert!(matches!(practice.cancel("op-1", id, None), Err(Error::NotFound)), "{id}");
    }
    let mut elsewhere = request("10:00", "10:15");
    elsewhere.agenda = "dr-petit".to_owned();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    assert!(matches!(
        practice.plugin.move_to(&"op-2".to_owned(), &booked.id, None, &elsewhere),
        Err(Error::Unsupported(_))
    ));
}

#[test]
fn absences_are_written_once_and_taken_away() {
    let practice = practice();
    let block = |op: &str| {
        practice.plugin.block(&op.to_owned(), &"dr-martin".to_owned(), request("14:00", "18:00").span, "Congés\r\nX:y")
    };
    let id = block("op-1").unwrap();
    assert_eq!(block("op-1").unwrap(), id);
    practice.server.fault("PUT", Fault::AnswerLost);
    let other = block("op-2").unwrap();
    practice.server.fault("PUT", Fault::LostBefore);
    assert!(matches!(block("op-3"), Err(Error::OutcomeUnknown(_))));
    let text = practice.server.body("greffon_absence-op-1.ics");
    assert!(text.contains("SUMMARY:Congés\\nX:y\r\n") && text.contains("UID:op-1@absence.greffon\r\n"), "{text}");
    assert_eq!(taken(practice.book("op-4", "14:00", "14:15")).len(), 2);
    for id in [&id, &other, &id] {
        practice.plugin.unblock(&"op-5".to_owned(), id).unwrap();
    }
    practice.book("op-4", "14:00", "14:15").unwrap();
}
