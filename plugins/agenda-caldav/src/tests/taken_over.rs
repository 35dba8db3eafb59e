//! What somebody else wrote, and a person has taken over.

use greffon_sdk::agenda::{Found, Status};
use greffon_sdk::practice::ByWhom;

use super::*;

const DOCTORS: &str = "dr-martin/doctor.ics";

/// A request about an entry of the doctor's.
fn about(entry: &str, from: &str, to: &str) -> Request {
    Request { entry: Some(entry.to_owned()), ..request(from, to) }
}

impl Practice {
    fn look_up_entry(&self, entry: &str) -> Result<Found, Error> {
        self.plugin.look_up(&"op-of-the-host".to_owned(), &about(entry, "10:00", "10:30"))
    }

    fn entry(&self, entry: &str) -> Appointment {
        match self.look_up_entry(entry).unwrap() {
            Found::Present(held) => held,
            other => panic!("{other:?}"),
        }
    }

    fn move_entry(&self, op: &str, expected: Option<&String>, from: &str, to: &str) -> Result<Appointment, Error> {
        self.plugin.move_to(&op.to_owned(), &DOCTORS.to_owned(), expected, &about(DOCTORS, from, to))
    }

    fn cancel_entry(&self, op: &str, entry: &str, expected: Option<&String>) -> Result<Appointment, Error> {
        self.plugin.cancel(&op.to_owned(), &entry.to_owned(), expected, ByWhom::Practitioner, "")
    }
}

#[test]
fn it_is_found_by_its_name_moved_and_cancelled_on_the_version_that_was_seen() {
    let practice = practice();
    let own = event("doctors-own", "10:00", "10:30").replace("UID:", "SUMMARY:Mme Durand\r\nUID:");
    practice.server.put("doctor.ics", &own);
    let seen = practice.entry(DOCTORS);
    assert_eq!((seen.id.as_str(), seen.ours, seen.op.as_deref()), (DOCTORS, false, None));
    assert_eq!(seen.span, request("10:00", "10:30").span);
    assert!(matches!(practice.move_entry("op-1", None, "11:00", "11:30"), Err(Error::Denied(_))), "no version");
    let moved = practice.move_entry("op-1", seen.version.as_ref(), "11:00", "11:30").unwrap();
    assert_eq!((moved.id.as_str(), moved.span, moved.ours), (DOCTORS, request("11:00", "11:30").span, false));
    assert!(practice.server.body("doctor.ics").contains("SUMMARY:Mme Durand"), "the doctor's words stay");
    assert_eq!(practice.move_entry("op-1", seen.version.as_ref(), "11:00", "11:30").unwrap(), moved, "again");
    assert_eq!(practice.entry(DOCTORS).span, moved.span);
    let Err(Error::Stale(now)) = practice.cancel_entry("op-2", DOCTORS, seen.version.as_ref()) else {
        panic!("it has another version by now")
    };
    assert_eq!(now.version, moved.version);
    let cancelled = practice.cancel_entry("op-2", DOCTORS, moved.version.as_ref()).unwrap();
    assert_eq!((cancelled.status, cancelled.id.as_str()), (Status::Cancelled, DOCTORS));
    assert_eq!(practice.server.names(), [""; 0]);
    assert!(matches!(practice.look_up_entry(DOCTORS), Ok(Found::Absent)));
    assert!(matches!(practice.cancel_entry("op-3", DOCTORS, moved.version.as_ref()), Err(Error::NotFound)));
}

#[test]
fn whoever_lies_over_it_is_told_with_it() {
    let practice = practice();
    practice.server.put("doctor.ics", &event("one", "10:00", "10:30"));
    practice.server.put("other.ics", &event("two", "10:15", "10:45"));
    let Found::Ambiguous(all) = practice.look_up_entry(DOCTORS).unwrap() else { panic!("two have a part of it") };
    let ids: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, [DOCTORS, "dr-martin/other.ics"]);
}

/// A server tells invited people of a change by itself, and a series has other days.
#[test]
fn a_series_and_what_people_are_invited_to_are_not_changed() {
    for (what, lines) in [
        ("a series", "RRULE:FREQ=WEEKLY;COUNT=3"),
        ("an invitation", "ORGANIZER:mailto:a@b.example\r\nATTENDEE:mailto:c@d.example"),
        ("a guest", "ATTENDEE:mailto:c@d.example"),
    ] {
        let practice = practice();
        let body = event("one", "10:00", "10:30").replace("UID:", &format!("{lines}\r\nUID:"));
        practice.server.put("doctor.ics", &body);
        assert!(matches!(practice.look_up_entry(DOCTORS), Ok(Found::Ambiguous(all)) if all.is_empty()), "{what}");
        let listed = practice.find("08:00", "18:00").unwrap();
        assert_eq!(listed.slots.len(), 1, "{what}");
        let version = Some("\"1\"".to_owned());
        let cancelled = practice.cancel_entry("op-1", DOCTORS, version.as_ref());
        assert!(matches!(cancelled, Err(Error::Denied(_))), "{what}: {cancelled:?}");
        let moved = practice.move_entry("op-2", version.as_ref(), "11:00", "11:30");
        assert!(matches!(moved, Err(Error::Denied(_))), "{what}: {moved:?}");
        assert_eq!(practice.server.body("doctor.ics"), body, "{what}");
    }
}

#[test]
fn what_becomes_a_series_is_no_single_visit_any_more() {
    let practice = practice();
    practice.server.put("doctor.ics", &event("one", "10:00", "10:30"));
    let seen = practice.entry(DOCTORS);
    let series = event("one", "10:00", "10:30").replace("UID:", "RRULE:FREQ=DAILY;COUNT=2\r\nUID:");
    practice.server.put("doctor.ics", &series);
    assert!(matches!(practice.look_up_entry(DOCTORS), Ok(Found::Ambiguous(all)) if all.is_empty()));
    assert!(practice.cancel_entry("op-1", DOCTORS, seen.version.as_ref()).is_err());
    assert_eq!(practice.server.body("doctor.ics"), series);
}

#[test]
fn a_name_is_no_way_out_of_the_calendar() {
    let practice = practice();
    practice.server.put("doctor.ics", &event("one", "10:00", "10:30"));
    for name in ["dr-martin/.", "dr-martin/..", "dr-martin/doctor.ics#1", "dr-martin/doctor.ics?x", "dr-martin/%2e%2e"]
    {
        assert!(matches!(practice.look_up_entry(name), Ok(Found::Absent)), "{name}");
        let version = Some("\"1\"".to_owned());
        assert!(matches!(practice.cancel_entry("op-1", name, version.as_ref()), Err(Error::NotFound)), "{name}");
    }
    assert_eq!(practice.server.names(), ["doctor.ics"]);
}
