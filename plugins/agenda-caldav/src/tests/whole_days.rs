//! Whole days, which the host's calendar once refused to tell: nothing was free on any day, and everything bookable.

use greffon_sdk::agenda::SlotState;

use super::*;

/// A time on a day of 2026, in Paris.
fn on(day: &str, time: &str) -> i64 {
    at(&format!("2026-{day}T{time}:00"), "Europe/Paris")
}

fn day(day: &str) -> Span {
    let start = on(day, "00:00");
    Span { start, end: start + 90_000_000 }
}

impl Practice {
    fn book_on(&self, day: &str) -> Result<Appointment, Error> {
        let span = Span { start: on(day, "10:00"), end: on(day, "10:15") };
        self.plugin.book(&format!("op-{day}"), &Request { span, ..request("10:00", "10:15") }, None)
    }

    /// What is not free on a day and the hour after it: whether that is known, and how long it is, in hours.
    fn closed_on(&self, text: &str) -> (bool, Vec<i64>) {
        let page = self.plugin.find_slots(&query(day(text))).unwrap();
        (page.complete, page.slots.iter().map(|slot| (slot.span.end - slot.span.start) / 3_600_000).collect())
    }
}

#[test]
fn a_whole_day_closes_its_day_and_no_other() {
    let practice = practice();
    practice.server.put("leave.ics", &object("l", "DTSTART;VALUE=DATE:20260303\r\nDTEND;VALUE=DATE:20260304"));
    assert_eq!(practice.closed_on("03-03"), (true, vec![24]));
    assert_eq!(practice.closed_on("03-05"), (true, vec![]));
    assert_eq!(taken(practice.book_on("03-03")), ["dr-martin/leave.ics"]);
    practice.book_on("03-02").unwrap();
    practice.book_on("03-04").unwrap();
    let page = practice.find("08:00", "18:00").unwrap();
    assert_eq!(page.slots[0].state, SlotState::Busy);
}

#[test]
fn a_whole_day_that_takes_no_time_closes_nothing() {
    let practice = practice();
    let birthday = "DTSTART;VALUE=DATE:20260303\r\nTRANSP:TRANSPARENT";
    practice.server.put("birthday.ics", &object("b", birthday));
    practice.server.put("yearly.ics", &object("y", &format!("{birthday}\r\nRRULE:FREQ=YEARLY")));
    assert_eq!(practice.closed_on("03-03"), (true, vec![]));
    practice.book_on("03-03").unwrap();
}

#[test]
fn several_days_and_days_that_come_again_close_just_those() {
    let practice = practice();
    let lines = "DTSTART;VALUE=DATE:20260310\r\nDTEND;VALUE=DATE:20260313";
    practice.server.put("congress.ics", &object("c", lines));
    for (date, closed) in [("03-08", 0), ("03-10", 1), ("03-12", 1), ("03-13", 0)] {
        assert_eq!(practice.closed_on(date).1.len(), closed, "{date}");
    }
    practice.server.put("mondays.ics", &object("m", "DTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=WEEKLY"));
    practice.server.put("birthday.ics", &object("b", "DTSTART;VALUE=DATE:19580703\r\nRRULE:FREQ=YEARLY"));
    let reunion = "DTSTART;VALUE=DATE:20260601\r\nRRULE:FREQ=MONTHLY;BYDAY=1TH";
    practice.server.put("meeting.ics", &object("r", reunion));
    for (date, id) in [("04-13", "mondays"), ("07-03", "birthday"), ("07-02", "meeting"), ("03-11", "congress")] {
        let existing = taken(practice.book_on(date));
        assert!(existing.len() == 1 && existing[0].contains(id), "{date}: {existing:?}");
    }
    for date in ["04-14", "07-01", "07-07", "03-13"] {
        practice.book_on(date).unwrap();
    }
}

#[test]
fn the_days_of_the_change_of_clocks_are_as_long_as_they_are() {
    let practice = practice();
    practice.server.put("spring.ics", &object("s", "DTSTART;VALUE=DATE:20260329"));
    practice.server.put("autumn.ics", &object("a", "DTSTART;VALUE=DATE:20261025\r\nDURATION:P1D"));
    assert_eq!(practice.closed_on("03-29"), (true, vec![23]));
    assert_eq!(practice.closed_on("10-25"), (true, vec![25]));
    practice.book_on("03-28").unwrap();
    practice.book_on("03-30").unwrap();
    assert_eq!(taken(practice.book_on("03-29")).len(), 1);
    assert_eq!(taken(practice.book_on("10-25")).len(), 1);
    practice.book_on("10-26").unwrap();
}

#[test]
fn a_day_at_the_end_of_time_closes_nothing_now() {
    let practice = practice();
    for (name, date) in [("last.ics", "99991231"), ("first.ics", "00010101"), ("old.ics", "16010101")] {
        practice.server.put(name, &object(name, &format!("DTSTART;VALUE=DATE:{date}")));
    }
    assert_eq!(practice.closed_on("03-03"), (true, vec![]));
    practice.book_on("03-03").unwrap();
    let lines = "DTSTART;VALUE=DATE:20260401\r\nDTEND;VALUE=DATE:99991231";
    practice.server.put("gone.ics", &object("g", lines));
    practice.book_on("03-31").unwrap();
    assert_eq!(taken(practice.book_on("06-01")).len(), 1);
}
