//! Hours in which the practitioner says that nobody is received (RFC 7953).

use greffon_sdk::agenda::{Change, SlotState};

use super::find::states;
use super::*;

/// Available on weekdays from nine to noon and from two to six, since January, for ever.
const HOURS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VAVAILABILITY\r\nUID:v\r\nDTSTAMP:20260101T000000Z\r\n\
    DTSTART;TZID=Europe/Paris:20260101T000000\r\nBEGIN:AVAILABLE\r\nUID:m\r\nDTSTART;TZID=Europe/Paris:20260105T090000\r\n\
    DTEND;TZID=Europe/Paris:20260105T120000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\r\nEND:AVAILABLE\r\nBEGIN:AVAILABLE\r\n\
    UID:a\r\nDTSTART;TZID=Europe/Paris:20260105T140000\r\nDURATION:PT4H\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\r\n\
    END:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n";

#[test]
fn what_is_not_available_is_unavailable_in_the_calendar_and_in_the_inbox() {
    for of_inbox in [false, true] {
        let practice = practice();
        if of_inbox {
            practice.server.set_availability(HOURS);
        } else {
            practice.server.put("hours.ics", HOURS);
        }
        let page = practice.find("08:00", "19:00").unwrap();
        assert!(page.complete);
        let unavailable = |minutes: i64| (SlotState::Unavailable, minutes);
        assert_eq!(states(&page), [unavailable(-360), unavailable(720), unavailable(1080)], "since Monday at six");
        practice.book("op-1", "11:45", "12:00").unwrap();
        practice.book("op-2", "14:00", "14:15").unwrap();
        assert_eq!(taken(practice.book("op-3", "11:50", "12:05")).len(), 2);
        assert_eq!(taken(practice.book("op-4", "12:30", "12:45")).len(), 1);
    }
}

#[test]
fn a_week_that_counts_more_replaces_the_hours_of_the_others() {
    let practice = practice();
    let week = "BEGIN:VAVAILABILITY\r\nUID:w\r\nPRIORITY:1\r\nDTSTART;TZID=Europe/Paris:20260302T000000\r\n\
                DTEND;TZID=Europe/Paris:20260307T000000\r\nBEGIN:AVAILABLE\r\nUID:x\r\n\
                DTSTART;TZID=Europe/Paris:20260303T080000\r\nDTEND;TZID=Europe/Paris:20260303T100000\r\nEND:AVAILABLE\r\n\
                BEGIN:AVAILABLE\r\nUID:y\r\nDTSTART:nonsense\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR";
    practice.server.put("hours.ics", &HOURS.replace("END:VCALENDAR", week));
    practice.book("op-1", "08:00", "08:15").unwrap();
    assert_eq!(taken(practice.book("op-2", "15:00", "15:15")).len(), 1, "not that week");
    let next = |op: &str, hour: &str| {
        let start = at(&format!("2026-03-10T{hour}:00"), "Europe/Paris");
        let span = Span { start, end: start + 900_000 };
        practice.plugin.book(&op.to_owned(), &Request { span, ..request("10:00", "10:15") }, None)
    };
    next("op-3", "15:00").unwrap();
    assert_eq!(taken(next("op-4", "08:00")).len(), 1);
}

#[test]
fn an_availability_that_changes_is_told() {
    let practice = practice();
    practice.server.set_availability(HOURS);
    let window = request("08:00", "19:00").span;
    let changes = |cursor: Option<&str>| practice.plugin.changes(&"dr-martin".to_owned(), cursor, window, 100).unwrap();
    let first = changes(None);
    assert_eq!(first.changes.iter().filter(|change| matches!(change, Change::Absence(_))).count(), 3);
    practice.server.set_availability(&HOURS.replace("105T140000", "105T150000"));
    practice.fakes.set_now(noon() + 30_000);
    assert!(changes(Some(&first.cursor)).changes.len() <= 3, "it is read once a minute");
    practice.fakes.set_now(noon() + 61_000);
    let second = changes(Some(&first.cursor));
    let spans: Vec<i64> = second
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Absence(absence) => Some((absence.span.end - tuesday("00:00")) / 3_600_000),
            _ => None,
        })
        .collect();
    assert!(spans.contains(&15), "{spans:?}");
    let of_absence = |change: &Change| match change {
        Change::Absence(absence) => Some(absence.id.clone()),
        _ => None,
    };
    let there: Vec<String> = second.changes.iter().filter_map(of_absence).collect();
    practice.server.set_availability("");
    practice.fakes.set_now(noon() + 122_000);
    let gone = changes(Some(&second.cursor)).changes;
    let removed =
        |id: &String| gone.iter().any(|change| matches!(change, Change::AbsenceRemoved(other) if other == id));
    assert!(there.len() == 2 && there.iter().all(removed), "{gone:?}");
}
