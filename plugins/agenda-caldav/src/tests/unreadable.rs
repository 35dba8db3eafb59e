//! What cannot be read is busy for as long as it says it may be, and no longer.

use greffon_sdk::agenda::{Rule, SlotState};

use super::find::states;
use super::*;

fn on_wednesday(op: &str, practice: &Practice) -> Result<Appointment, Error> {
    let day = 86_400_000;
    let span = Span { start: tuesday("10:00") + day, end: tuesday("10:15") + day };
    practice.plugin.book(&op.to_owned(), &Request { span, ..request("10:00", "10:15") }, None)
}

#[test]
fn an_unreadable_object_closes_its_day_and_nothing_else() {
    let practice = practice();
    practice.server.put("a.ics", &event("a", "09:00", "09:30"));
    practice.server.put("broken.ics", &object("b", "DTSTART:20260304T99"));
    practice.server.put("cut.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260304T140000Z\r\nSUMM");
    let mut days = query(request("08:00", "18:00").span);
    days.window.end += 86_400_000;
    let page = practice.plugin.find_slots(&days).unwrap();
    let wednesday = (SlotState::Unavailable, 1440);
    assert_eq!(states(&page), [(SlotState::Busy, 540), wednesday, wednesday]);
    assert!(page.complete, "everything else is known");
    assert!(practice.fakes.logged().iter().any(|entry| entry.code == "object-unreadable"));
    practice.book("op-1", "10:00", "10:15").unwrap();
    assert_eq!(taken(on_wednesday("op-2", &practice)), ["dr-martin/broken.ics", "dr-martin/cut.ics"]);
}

#[test]
fn without_a_readable_day_nothing_is_booked_and_the_answer_says_why() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00", "09:15").unwrap();
    practice.server.put("blind.ics", &object("c", "DTSTART:notadate"));
    assert!(!practice.find("08:00", "18:00").unwrap().complete);
    let refused = |result: Result<Appointment, Error>| match result {
        Err(Error::RuleBroken((Rule::Closed, why))) => assert!(why.contains("blind.ics"), "{why}"),
        other => panic!("{other:?}"),
    };
    refused(practice.book("op-2", "10:00", "10:15"));
    refused(practice.plugin.move_to(&"op-3".to_owned(), &booked.id, None, &request("11:00", "11:15")));
    refused(practice.plugin.book(
        &"op-4".to_owned(),
        &Request { allow_overlap: true, ..request("12:00", "12:15") },
        None,
    ));
    assert_eq!(practice.server.names(), ["blind.ics", "greffon-op-1.ics"]);
    practice.server.remove("blind.ics");
    practice.book("op-2", "10:00", "10:15").unwrap();
}

#[test]
fn what_becomes_unreadable_while_greffon_writes_is_yielded_to() {
    for (text, expected) in [("DTSTART:20260303T99", "slot-taken"), ("DTSTART:notadate", "closed")] {
        let practice = practice();
        let text = object("b", text);
        practice.server.fault("PUT", Fault::After(Box::new(move |server| server.put("broken.ics", &text))));
        let got = match practice.book("op-1", "10:00", "10:15") {
            Err(Error::SlotTaken(_)) => "slot-taken",
            Err(Error::RuleBroken((Rule::Closed, _))) => "closed",
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected);
        assert_eq!(practice.server.names(), ["broken.ics"]);
    }
}

/// A zone of a homemade name, with the clocks of Paris.
const OWN: &str = "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Heure du cabinet\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\n\
    TZOFFSETTO:+0200\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\n\
    TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n\
    END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:o\r\n";

fn own(lines: &str) -> String {
    format!("{OWN}{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

#[test]
fn a_zone_that_only_the_object_describes_is_read() {
    let practice = practice();
    practice.server.put("own.ics", &own("DTSTART;TZID=Heure du cabinet:20260303T090000\r\nDURATION:PT30M"));
    let page = practice.find("08:00", "18:00").unwrap();
    assert_eq!((states(&page), page.complete), (vec![(SlotState::Busy, 540)], true));
    practice.book("op-1", "09:30", "09:45").unwrap();
    assert_eq!(taken(practice.book("op-2", "09:15", "09:30")), ["dr-martin/own.ics"]);
    let iana = own("DTSTART;TZID=Europe/London:20260303T090000\r\nDURATION:PT30M")
        .replace("Heure du cabinet", "Europe/London");
    practice.server.put("own.ics", &iana);
    assert_eq!(
        states(&practice.find("10:00", "18:00").unwrap()),
        [(SlotState::Busy, 600)],
        "a name of the table counts"
    );
}

#[test]
fn a_series_in_a_zone_of_its_own_keeps_its_hour_over_the_change_of_clocks() {
    let practice = practice();
    let lines = "DTSTART;TZID=Heure du cabinet:20260303T090000\r\nDTEND;TZID=Heure du cabinet:20260303T093000\r\n\
                 RRULE:FREQ=WEEKLY;UNTIL=20260414T070000Z\r\nEXDATE;TZID=Heure du cabinet:20260310T090000";
    let moved = "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:o\r\nRECURRENCE-ID;TZID=Heure du cabinet:20260317T090000\r\n\
                 DTSTART;TZID=Heure du cabinet:20260317T110000\r\nDURATION:PT30M";
    practice.server.put("own.ics", &own(&format!("{lines}{moved}")));
    let window = Span { start: tuesday("00:00"), end: at("2026-06-01T00:00:00", "UTC") };
    let page = practice.plugin.find_slots(&query(window)).unwrap();
    let paris = |civil: &str| at(&format!("2026-{civil}:00"), "Europe/Paris");
    let expected = ["03-03T09:00", "03-17T11:00", "03-24T09:00", "03-31T09:00", "04-07T09:00", "04-14T09:00"];
    assert_eq!(page.slots.iter().map(|slot| slot.span.start).collect::<Vec<_>>(), expected.map(paris));
    assert!(page.complete && page.slots.iter().all(|slot| slot.span.end - slot.span.start == 1_800_000));
}

#[test]
fn a_zone_that_nobody_can_read_closes_the_day() {
    let practice = practice();
    let hostile =
        own("DTSTART;TZID=Heure du cabinet:20260304T090000\r\nDURATION:PT30M").replace("FREQ=YEARLY", "FREQ=SECONDLY");
    practice.server.put("own.ics", &hostile);
    assert!(practice.find("08:00", "18:00").unwrap().complete);
    practice.book("op-1", "09:00", "09:15").unwrap();
    assert_eq!(taken(on_wednesday("op-2", &practice)), ["dr-martin/own.ics"]);
}

#[test]
fn this_and_all_later_ones_are_where_they_were_moved_to() {
    let practice = practice();
    let series = "DTSTART;TZID=Europe/Paris:20260303T090000\r\nDURATION:PT30M\r\nRRULE:FREQ=WEEKLY";
    let later = |recurrence: &str, lines: &str| {
        format!(
            "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:s\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:{recurrence}\r\n{lines}"
        )
    };
    let moved = later("20260317T090000", "DTSTART;TZID=Europe/Paris:20260318T140000\r\nDURATION:PT1H");
    let ended = later("20260407T090000", "DTSTART;TZID=Europe/Paris:20260407T090000\r\nSTATUS:CANCELLED");
    let alone = "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:s\r\nRECURRENCE-ID;TZID=Europe/Paris:20260324T090000\r\n\
                 DTSTART;TZID=Europe/Paris:20260323T080000\r\nDURATION:PT30M";
    practice.server.put("s.ics", &object("s", &format!("{series}{moved}{alone}{ended}")));
    let window = Span { start: tuesday("00:00"), end: at("2026-06-01T00:00:00", "UTC") };
    let page = practice.plugin.find_slots(&query(window)).unwrap();
    let paris = |civil: &str| at(&format!("2026-{civil}:00"), "Europe/Paris");
    let expected = ["03-03T09:00", "03-10T09:00", "03-18T14:00", "03-23T08:00", "04-01T14:00"];
    assert_eq!(page.slots.iter().map(|slot| slot.span.start).collect::<Vec<_>>(), expected.map(paris));
    assert!(page.complete);
    let entry = page.slots[4].entry.as_ref().unwrap();
    assert_eq!(entry.recurrence, Some(paris("03-31T09:00")), "its start by the rule names it");
}
