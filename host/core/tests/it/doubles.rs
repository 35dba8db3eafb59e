//! Appointments over which somebody wrote in the agenda.

use greffon_core::ids::AppointmentId;
use greffon_core::model::script::BookingProgress;
use greffon_core::time::Instant;
use greffon_simulation::AgendaStyle;

use crate::agenda_changes::{PATIENT, claimed, known, look, moving, office, quarter, standing, start, work};
use crate::office::{NOW, Office, booking, code};

/// Due before the visit, while somebody is there; at once when it begins within two hours.
#[test]
fn of_a_double_somebody_is_to_decide_before_the_visit_and_knows_that_the_patient_waits() {
    let at = |hours: i64, minutes: i64| NOW.plus_minutes(hours * 60 + minutes);
    // Booked at 9:00, for 10:00, for 11:15, and at 17:45 for 8:30 of the next day, when the site closes at 19:00.
    for (now, visit, due) in
        [(NOW, at(1, 0), at(0, 0)), (NOW, at(2, 15), at(0, 15)), (at(8, 45), at(23, 30), at(10, 0))]
    {
        let office = Office::with(AgendaStyle::FreeStore, |_| {});
        office.clock.set(now);
        let contact = office.triaged();
        let slot = office.slots(contact).into_iter().find(|slot| slot.slot.span.start == visit).unwrap();
        office.book(contact, booking(&slot, "op-1")).unwrap();
        office.agenda.enter(&"dr-martin".into(), slot.slot.span);
        office.wait_s(10);
        let commitments = office.rows().commitments;
        let promise = commitments.values().next().expect("work");
        assert_eq!(promise.what, "check-appointment");
        assert!(due <= promise.due && promise.due < due.plus_millis(10_000), "{:?} {:?}", promise.due, due);
        let letters = office.sent_to("secretariat@tilleuls.example");
        let letter = letters.iter().find(|one| one.template.id == "host.agenda-changed").unwrap();
        assert!(letter.body.contains("Aucune confirmation écrite n'est encore partie au patient"), "{}", letter.body);
        assert_eq!(office.sent_to(PATIENT).len(), 0);
    }
    // Of a visit that the patient knows of nothing waits.
    let office = office(AgendaStyle::FreeStore);
    let id = standing(&office, 4);
    office.agenda.enter(&"dr-martin".into(), known(&office, &id).held.span);
    look(&office, &id);
    office.wait_s(10);
    let letters = office.sent_to("secretariat@tilleuls.example");
    let letter = letters.iter().find(|one| one.template.id == "host.agenda-changed").unwrap();
    assert!(!letter.body.contains("confirmation écrite"), "{}", letter.body);
}

/// An appointment that somebody wrote over, with the times that are kept for its patient and the name
/// of what lies over it.
fn written_over(office: &Office) -> (AppointmentId, Vec<Instant>, AppointmentId) {
    let id = standing(office, 4);
    let over = office.agenda.enter(&"dr-martin".into(), known(office, &id).held.span);
    look(office, &id);
    let rows = office.rows();
    let kept = known(office, &id).standing.kept;
    let starts = kept.iter().map(|intent| rows.intents[intent].request.span.start).collect();
    (id, starts, over)
}

#[test]
fn while_somebody_decides_of_a_double_three_other_times_are_kept_for_its_patient() {
    let office = office(AgendaStyle::FreeStore);
    let (id, kept, _) = written_over(&office);
    assert_eq!(kept.len(), 3);
    office.wait_s(10);
    let letters = office.sent_to("secretariat@tilleuls.example");
    let letter = letters.iter().find(|one| one.template.id == "host.agenda-changed").unwrap();
    assert!(letter.body.contains("Horaires gardés pour ce patient jusqu'au "), "{}", letter.body);
    let contact = office.triaged();
    let offered = office.slots(contact);
    assert!(kept.iter().all(|start| offered.iter().all(|slot| slot.slot.span.start != *start)), "for nobody else");
    let mut slot = offered[0].clone();
    slot.slot.span = quarter(kept[0]);
    assert_eq!(code(&office.book(contact, booking(&slot, "op-other")).unwrap_err()), "slot-taken");
    let moved = moving(&office, &id, kept[0], "op-move").unwrap();
    assert_eq!(moved.booking.progress, BookingProgress::Confirmed);
    assert_eq!(claimed(&office), [kept[0]], "the others are free again, as is the old one");
    office.wait_s(25 * 3_600);
    assert_eq!(start(&office, &id), kept[0]);
}

#[test]
fn what_is_kept_is_let_go_when_whoever_lay_over_it_has_gone_or_nobody_has_decided_for_a_day() {
    let gone = office(AgendaStyle::FreeStore);
    let (id, _, over) = written_over(&gone);
    gone.agenda.strike(&over);
    look(&gone, &id);
    assert_eq!(claimed(&gone), [start(&gone, &id)]);
    assert!(known(&gone, &id).standing.kept.is_empty());
    let undecided = office(AgendaStyle::FreeStore);
    let (_, kept, _) = written_over(&undecided);
    undecided.wait_s(20 * 3_600);
    assert!(kept.iter().all(|start| claimed(&undecided).contains(start)));
    undecided.wait_s(5 * 3_600);
    assert!(kept.iter().all(|start| !claimed(&undecided).contains(start)));
}

/// Two practices of one greffon may have one agenda: what it wrote for the other is somebody else's.
#[test]
fn what_greffon_writes_for_another_practice_over_an_appointment_is_told_like_anybody_else_s() {
    let office = office(AgendaStyle::LookThenWrite);
    office.follow();
    let id = standing(&office, 4);
    office.agenda.enter_of_another_practice(&"dr-martin".into(), known(&office, &id).held.span);
    office.wait_s(15 * 60);
    assert_eq!(work(&office), ["check-appointment"]);
    assert!(known(&office, &id).standing.double);
}

#[test]
fn what_is_kept_is_no_second_appointment_of_its_patient() {
    let office = office(AgendaStyle::FreeStore);
    let (id, ..) = written_over(&office);
    let contact = known(&office, &id).contact.unwrap();
    let view = office.tell(contact, vec![]).unwrap();
    assert_eq!(view.bookings.len(), 1, "{:?}", view.bookings);
}
