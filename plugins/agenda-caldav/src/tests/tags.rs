//! Servers whose tags prove nothing, or prove something else.

use greffon_sdk::agenda::Status;
use greffon_sdk::practice::ByWhom;

use super::server::{Dialect, Tags};
use super::*;

fn speaking(dialect: Dialect) -> Practice {
    let practice = practice();
    practice.server.speak(dialect);
    practice
}

#[test]
fn an_object_that_was_deleted_and_written_again_under_its_tag_is_read_again() {
    for (syncs, has_ctag) in [(true, true), (false, true), (false, false)] {
        let practice = speaking(Dialect { tags: Tags::Reused, syncs, has_ctag, ..Dialect::default() });
        practice.server.put("doctor.ics", &event("d", "15:00", "15:30"));
        assert_eq!(practice.find("08:00", "18:00").unwrap().slots[0].span.start, tuesday("15:00"));
        practice.server.remove("doctor.ics");
        practice.server.put("doctor.ics", &event("d", "10:00", "10:30"));
        assert_eq!(taken(practice.book("op-1", "10:00", "10:15")), ["dr-martin/doctor.ics"], "{syncs} {has_ctag}");
        assert_eq!(practice.server.names(), ["doctor.ics"]);
    }
}

#[test]
fn what_comes_under_a_used_tag_while_greffon_writes_is_yielded_to() {
    for syncs in [true, false] {
        let practice = speaking(Dialect { tags: Tags::Reused, syncs, ..Dialect::default() });
        practice.server.put("doctor.ics", &event("d", "15:00", "15:30"));
        practice.find("08:00", "18:00").unwrap();
        practice.server.fault(
            "PUT",
            Fault::Before(Box::new(|server| {
                server.remove("doctor.ics");
                server.put("doctor.ics", &event("d", "10:00", "10:30"));
            })),
        );
        assert_eq!(taken(practice.book("op-1", "10:00", "10:15")), ["dr-martin/doctor.ics"], "{syncs}");
        assert_eq!(practice.server.names(), ["doctor.ics"]);
    }
}

#[test]
fn bookings_are_moved_and_cancelled_whatever_the_tags_are() {
    for tags in [Tags::Weak, Tags::Missing, Tags::Reused] {
        let practice = speaking(Dialect { tags, ..Dialect::default() });
        let booked = practice.book("op-1", "09:00", "09:15").unwrap();
        let to = request("10:00", "10:15");
        let moved = practice.plugin.move_to(&"op-2".to_owned(), &booked.id, booked.version.as_ref(), &to).unwrap();
        assert_eq!(moved.span, to.span, "{tags:?}");
        practice
            .server
            .fault("PUT", Fault::Before(Box::new(|server| server.put("doctor.ics", &event("d", "11:00", "11:30")))));
        assert_eq!(taken(practice.book("op-3", "11:00", "11:15")).len(), 1, "{tags:?}");
        assert_eq!(practice.server.names(), ["doctor.ics", "greffon-op-1.ics"], "{tags:?}");
        let cancelled = practice
            .plugin
            .cancel(&"op-4".to_owned(), &booked.id, moved.version.as_ref(), ByWhom::Patient, "")
            .unwrap();
        assert_eq!(cancelled.status, Status::Cancelled, "{tags:?}");
        assert_eq!(practice.server.names(), ["doctor.ics"], "{tags:?}");
    }
}

#[test]
fn a_weak_tag_does_not_let_greffon_write_over_somebody_else() {
    let practice = speaking(Dialect { tags: Tags::Weak, ..Dialect::default() });
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    let changed = practice.server.body("greffon-op-1.ics").replace("SUMMARY:RDV", "SUMMARY:Vu");
    let later = changed.clone();
    practice.server.fault("PUT", Fault::Before(Box::new(move |server| server.put("greffon-op-1.ics", &later))));
    let moved = practice.plugin.move_to(&"op-2".to_owned(), &booked.id, None, &request("10:00", "10:15"));
    assert!(matches!(moved, Err(Error::Stale(_))), "{moved:?}");
    assert_eq!(practice.server.body("greffon-op-1.ics"), changed);
}

/// Somebody whom the doctor invited answers: that changes the tag, not what was agreed.
#[test]
fn answers_of_invited_people_do_not_make_a_booking_stale() {
    let practice = speaking(Dialect { schedules: true, ..Dialect::default() });
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    let text = practice.server.body("greffon-op-1.ics");
    let invited = text.replace("END:VEVENT", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:a@example\r\nEND:VEVENT");
    practice.server.put("greffon-op-1.ics", &invited);
    let to = request("10:00", "10:15");
    let Err(Error::Stale(now)) = practice.plugin.move_to(&"op-2".to_owned(), &booked.id, booked.version.as_ref(), &to)
    else {
        panic!("somebody was invited");
    };
    practice.server.put("greffon-op-1.ics", &invited.replace("NEEDS-ACTION", "ACCEPTED"));
    practice.plugin.move_to(&"op-2".to_owned(), &booked.id, now.version.as_ref(), &to).unwrap();
    assert!(practice.server.body("greffon-op-1.ics").contains("PARTSTAT=ACCEPTED"));
    let page = practice.find("08:00", "18:00").unwrap();
    assert_eq!(page.slots[0].span, to.span);
}
