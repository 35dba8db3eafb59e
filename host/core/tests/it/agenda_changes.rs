//! What practitioners do to greffon's appointments in their own agenda.

use futures::executor::block_on;
use greffon_core::flow::{BookingOutcome, Flow, FoundByHand, NewCancellation, NewMove, NewStatus, NewVerdict};
use greffon_core::ids::AppointmentId;
use greffon_core::model::intent::{Appointment, IntentState};
use greffon_core::model::practice::{AgendaChanges, WhoTells};
use greffon_core::model::scheduling::{AppointmentStatus, ByWhom};
use greffon_core::model::script::BookingProgress;
use greffon_core::time::{Instant, Span};
use greffon_simulation::{AgendaStyle, Effect, Fault};

use crate::office::{NOW, Office, booking, code, doctor};

const STYLES: [AgendaStyle; 3] = [AgendaStyle::Arbitrated, AgendaStyle::FreeStore, AgendaStyle::LookThenWrite];

pub const PATIENT: &str = "jeanne@dupont.example";

const TEN: Instant = Instant(NOW.0 + 60 * 60_000);

/// A practice that gives no appointment before tomorrow.
pub fn office(style: AgendaStyle) -> Office {
    Office::with(style, |practice| {
        practice.motives.iter_mut().for_each(|motive| motive.min_notice_min = 24 * 60);
    })
}

/// An appointment that was looked at as often as it is by itself.
pub fn standing(office: &Office, index: usize) -> AppointmentId {
    let contact = office.triaged();
    let slot = office.slots(contact).remove(index);
    let op = format!("op-{}", office.rows().intents.len());
    let id = office.book(contact, booking(&slot, &op)).unwrap().booking.appointment.unwrap();
    office.wait_s(600);
    id
}

pub fn start(office: &Office, id: &AppointmentId) -> Instant {
    known(office, id).held.span.start
}

pub fn known(office: &Office, id: &AppointmentId) -> Appointment {
    office.rows().appointments.values().find(|one| one.id == *id).unwrap().clone()
}

pub fn claimed(office: &Office) -> Vec<Instant> {
    let mut starts: Vec<Instant> = office.rows().live_claims().map(|(_, claim)| claim.span.start).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

pub fn work(office: &Office) -> Vec<String> {
    office.rows().commitments.values().map(|one| one.what.clone()).collect()
}

pub fn look(office: &Office, id: &AppointmentId) {
    office.suspect(id);
    office.work();
}

pub fn quarter(start: Instant) -> Span {
    Span { start, end: start.plus_minutes(15) }
}

pub fn moving(office: &Office, id: &AppointmentId, start: Instant, op: &str) -> Flow<BookingOutcome> {
    let new = NewMove { op_id: op.into(), contact: None, start, agenda: None, slot_handle: None, slot_version: None };
    block_on(office.reception.appointments.move_to(&office.practice, id, new, &doctor()))
}

fn cancelling(office: &Office, id: &AppointmentId, op: &str) -> Flow<BookingOutcome> {
    let new =
        NewCancellation { op_id: op.into(), contact: None, by: ByWhom::Patient, reason: "patient-request".to_owned() };
    block_on(office.reception.appointments.cancel(&office.practice, id, new, &doctor()))
}

#[test]
fn a_note_of_the_doctors_keeps_nobody_from_moving_and_cancelling() {
    for style in STYLES {
        let office = office(style);
        let id = standing(&office, 4);
        office.agenda.annotate(&id);
        let moved = moving(&office, &id, start(&office, &id).plus_minutes(60), "op-move").unwrap();
        assert_eq!(moved.booking.state, IntentState::Confirmed, "{style:?}");
        office.agenda.annotate(&id);
        let over = cancelling(&office, &id, "op-cancel").unwrap();
        assert_eq!(over.booking.state, IntentState::Confirmed, "{style:?}");
        assert_eq!((office.agenda.live().len(), claimed(&office)), (0, vec![]));
        assert_eq!(known(&office, &id).held.status, AppointmentStatus::Cancelled);
    }
}

#[test]
fn what_the_doctor_moved_is_followed_and_the_patient_is_to_be_told() {
    for style in STYLES {
        let office = office(style);
        let id = standing(&office, 4);
        let was = start(&office, &id);
        let to = was.plus_minutes(2 * 24 * 60 + 30);
        office.agenda.push_to(&id, quarter(to));
        look(&office, &id);
        assert_eq!(start(&office, &id), was, "within ten minutes it may be dragged back");
        assert_eq!(work(&office), [""; 0]);
        office.wait_s(601);
        assert_eq!(known(&office, &id).held.span, quarter(to), "{style:?}");
        assert_eq!((claimed(&office), work(&office)), (vec![to], vec!["tell-patient".to_owned()]));
        let told = office.rows().commitments.values().next().unwrap().said.clone();
        assert!(
            told.contains("prévu mercredi 25 novembre") && told.contains("est déplacé vendredi 27 novembre"),
            "{told}"
        );
        let news = office.sent_to("secretariat@tilleuls.example");
        let letter = news.iter().find(|one| one.template.id == "host.agenda-changed").unwrap();
        assert!(letter.body.contains("Dupont") && letter.body.contains("vendredi 27 novembre"), "{}", letter.body);
        look(&office, &id);
        office.wait_s(3_600);
        assert_eq!(work(&office).len(), 1, "once");
        // And it is an appointment like any other.
        assert!(moving(&office, &id, was.plus_minutes(60), "op-back").is_ok());
        assert!(cancelling(&office, &id, "op-off").is_ok());
    }
}

#[test]
fn what_the_doctor_struck_out_frees_its_time_and_the_patient_is_to_be_told() {
    for style in STYLES {
        let office = office(style);
        let id = standing(&office, 4);
        let was = start(&office, &id);
        office.agenda.strike(&id);
        look(&office, &id);
        assert_eq!(known(&office, &id).held.status, AppointmentStatus::Booked, "an absence is seen twice");
        office.wait_s(601);
        let appointment = known(&office, &id);
        assert_eq!(
            (appointment.held.status, appointment.held.by),
            (AppointmentStatus::Cancelled, ByWhom::Practitioner)
        );
        assert_eq!((claimed(&office), work(&office)), (vec![], vec!["tell-patient".to_owned()]));
        let other = office.triaged();
        let again = office.slots(other).into_iter().any(|slot| slot.slot.span.start == was);
        assert!(again, "the time can be had again");
    }
}

/// A practice whose patients are written to of what is changed in the agenda.
fn writing_office() -> Office {
    Office::with(AgendaStyle::FreeStore, |practice| {
        practice.motives.iter_mut().for_each(|motive| motive.min_notice_min = 24 * 60);
        practice.agenda_changes = AgendaChanges { moved: WhoTells::Message, cancelled: WhoTells::Message };
    })
}

/// The templates of what reached the patient since the news of the booking.
fn written_to_patient(office: &Office) -> Vec<String> {
    office.sent_to(PATIENT).iter().skip(1).map(|one| one.template.id.clone()).collect()
}

#[test]
fn a_practice_may_have_patients_written_to_of_what_is_more_than_a_day_ahead() {
    let office = writing_office();
    let id = standing(&office, 6);
    let to = start(&office, &id).plus_minutes(2 * 24 * 60);
    office.agenda.push_to(&id, quarter(to));
    look(&office, &id);
    office.wait_s(601);
    assert_eq!(written_to_patient(&office), ["host.appointment-moved.in-agenda"]);
    assert_eq!(work(&office), [""; 0], "nobody needs to call");
    let letter = office.sent_to(PATIENT).pop().unwrap();
    assert!(letter.body.contains("vendredi 27 novembre"), "{}", letter.body);
    office.agenda.strike(&id);
    look(&office, &id);
    office.wait_s(601);
    assert_eq!(
        written_to_patient(&office),
        ["host.appointment-moved.in-agenda", "host.appointment-cancelled.in-agenda"]
    );
    assert_eq!((work(&office), claimed(&office)), (vec![], vec![]));
}

#[test]
fn what_was_written_of_the_agenda_and_did_not_arrive_somebody_tells_also_while_the_contact_is_open() {
    for moves in [true, false] {
        let office = writing_office();
        let id = standing(&office, 6);
        match moves {
            true => office.agenda.push_to(&id, quarter(start(&office, &id).plus_minutes(2 * 24 * 60))),
            false => office.agenda.strike(&id),
        }
        look(&office, &id);
        office.plan.next(Effect::ChannelSend, Fault::ResponseLost);
        office.wait_s(601);
        assert_eq!(work(&office), ["tell-patient"], "nobody on the line has said it");
    }
}

#[test]
fn of_what_is_sooner_a_person_tells_whatever_the_practice_says() {
    let office = writing_office();
    let id = standing(&office, 6);
    let was = start(&office, &id);
    office.wait_s(5 * 3_600);
    office.agenda.push_to(&id, quarter(was.plus_minutes(2 * 24 * 60)));
    look(&office, &id);
    office.wait_s(601);
    assert_eq!(written_to_patient(&office), [""; 0]);
    assert_eq!(work(&office), ["tell-patient"]);
}

#[test]
fn whoever_calls_a_patient_about_a_lost_time_reads_three_others() {
    let office = office(AgendaStyle::FreeStore);
    let id = standing(&office, 4);
    office.agenda.strike(&id);
    look(&office, &id);
    office.wait_s(601);
    let news = office.sent_to("secretariat@tilleuls.example");
    let letter = news.iter().find(|one| one.template.id == "host.agenda-changed").unwrap();
    let (_, others) = letter.body.split_once("Horaires encore libres").unwrap();
    let times: Vec<&str> = others.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(times.len(), 3, "{}", letter.body);
    assert!(times[0].contains("mercredi 25 novembre"), "{times:?}");
}

#[test]
fn a_move_onto_another_patients_time_leaves_both_standing_and_asks_a_person() {
    let office = office(AgendaStyle::FreeStore);
    let (early, late) = (standing(&office, 4), standing(&office, 6));
    let was = start(&office, &early);
    let taken = known(&office, &late).held.span;
    office.agenda.push_to(&early, taken);
    look(&office, &early);
    office.wait_s(601);
    let moved = known(&office, &early);
    assert_eq!((moved.held.span, moved.standing.double), (taken, true));
    assert_eq!(known(&office, &late).held.span, taken, "nobody's appointment is undone by greffon");
    assert_eq!(claimed(&office), [taken.start]);
    let other = office.triaged();
    assert!(office.slots(other).iter().all(|slot| !slot.slot.span.overlaps(&taken)), "and nobody is put beside them");
    assert!(office.slots(other).iter().any(|slot| slot.slot.span.start == was), "the old time is free");
}

#[test]
fn an_entry_over_a_fresh_booking_is_told_at_once_and_once() {
    for style in [AgendaStyle::FreeStore, AgendaStyle::LookThenWrite] {
        let office = Office::with(style, |_| {});
        let contact = office.triaged();
        let slot = office.slots(contact).remove(4);
        let id = office.book(contact, booking(&slot, "op-1")).unwrap().booking.appointment.unwrap();
        office.agenda.enter(&"dr-martin".into(), quarter(TEN.plus_minutes(5)));
        office.wait_s(4);
        assert_eq!(work(&office), ["check-appointment"], "{style:?}");
        assert!(known(&office, &id).standing.double);
        office.wait_s(900);
        assert_eq!(work(&office).len(), 1, "once");
        assert_eq!(office.agenda.live().len(), 2, "nothing foreign is taken out, and nobody's appointment is");
    }
}

#[test]
fn a_change_of_what_was_moved_meanwhile_is_refused_once_and_then_asked_of_what_is_there() {
    let office = office(AgendaStyle::FreeStore);
    let id = standing(&office, 4);
    let to = start(&office, &id).plus_minutes(26 * 60);
    office.agenda.push_to(&id, quarter(to));
    assert_eq!(code(&cancelling(&office, &id, "op-2").unwrap_err()), "appointment-changed");
    assert_eq!(known(&office, &id).held.span.start, to, "whoever asked sees what is there");
    assert!(cancelling(&office, &id, "op-3").is_ok(), "and may want it off all the same");
    assert_eq!(office.agenda.live().len(), 0);
}

#[test]
fn a_change_of_what_was_just_struck_out_has_it_followed_while_somebody_waits() {
    for style in STYLES {
        let office = office(style);
        let id = standing(&office, 4);
        let to = start(&office, &id).plus_minutes(60);
        office.agenda.strike(&id);
        assert_eq!(code(&moving(&office, &id, to, "op-2").unwrap_err()), "appointment", "{style:?}");
        office.wait_s(15);
        assert_eq!(known(&office, &id).held.status, AppointmentStatus::Cancelled, "{style:?}");
        assert_eq!(work(&office), ["tell-patient"], "{style:?}");
    }
}

#[test]
fn an_agenda_that_is_down_is_no_absence() {
    let office = office(AgendaStyle::FreeStore);
    let id = standing(&office, 4);
    office.agenda.down_until(TEN.plus_minutes(600));
    let was = start(&office, &id);
    look(&office, &id);
    office.wait_s(3_600);
    assert_eq!(known(&office, &id).held.status, AppointmentStatus::Booked);
    assert_eq!((claimed(&office), work(&office)), (vec![was], vec![]));
}

#[test]
fn a_practice_that_follows_its_agendas_sees_what_the_doctor_does_without_anybody_asking() {
    let office = office(AgendaStyle::FreeStore);
    let (kept, moved, struck) = (standing(&office, 4), standing(&office, 6), standing(&office, 8));
    office.follow();
    office.wait_s(3_600);
    assert_eq!(work(&office), [""; 0], "nothing has changed");
    let to = start(&office, &moved).plus_minutes(2 * 24 * 60);
    office.agenda.push_to(&moved, quarter(to));
    office.agenda.strike(&struck);
    office.agenda.enter(&"dr-martin".into(), quarter(known(&office, &kept).held.span.start));
    office.wait_s(1_800);
    assert_eq!(known(&office, &moved).held.span.start, to);
    assert_eq!(known(&office, &struck).held.status, AppointmentStatus::Cancelled);
    assert!(known(&office, &kept).standing.double);
    let mut work = work(&office);
    work.sort();
    assert_eq!(work, ["check-appointment", "tell-patient", "tell-patient"]);
    office.wait_s(20 * 3_600);
    assert_eq!(office.rows().commitments.len(), 3, "once");
}

#[test]
fn an_agenda_that_is_emptied_cancels_nobody_and_a_person_is_asked_once() {
    let office = office(AgendaStyle::FreeStore);
    let all: Vec<_> = (0..8).map(|_| standing(&office, 2)).collect();
    office.follow();
    office.wait_s(3_600);
    for id in &all {
        office.agenda.strike(id);
    }
    office.wait_s(24 * 3_600);
    assert!(all.iter().all(|id| known(&office, id).held.status == AppointmentStatus::Booked));
    assert_eq!(claimed(&office).len(), 8, "their times stay taken");
    let asked = office.sent_to("secretariat@tilleuls.example");
    assert_eq!(asked.iter().filter(|one| one.template.id == "host.agenda-emptied").count(), 1);
}

#[test]
fn an_entry_that_greffon_does_not_want_any_more_is_taken_out_whenever_it_is_seen() {
    let office = office(AgendaStyle::FreeStore);
    let id = standing(&office, 4);
    office.follow();
    assert!(cancelling(&office, &id, "op-off").is_ok());
    office.wait_s(3_600);
    office.agenda.bring_back(&id);
    office.wait_s(3_600);
    assert_eq!(office.agenda.live().len(), 0, "a calendar program that had been away has put it back");
}

#[test]
fn what_the_doctor_puts_back_stays_and_a_person_says_whether_it_stands() {
    for (found, state, entries) in
        [(FoundByHand::Done, IntentState::Confirmed, 1), (FoundByHand::TakeOut, IntentState::Compensated, 0)]
    {
        let office = office(AgendaStyle::FreeStore);
        let id = standing(&office, 4);
        let intent = known(&office, &id).intent;
        office.follow();
        office.agenda.strike(&id);
        office.wait_s(3_600);
        assert_eq!(known(&office, &id).held.status, AppointmentStatus::Cancelled);
        office.agenda.bring_back(&id);
        office.wait_s(3_600);
        assert_eq!(office.agenda.live().len(), 1, "what the doctor wants is never taken out by itself");
        assert_eq!(office.rows().intents[&intent].state, IntentState::NeedsHuman);
        assert_eq!(work(&office).iter().filter(|what| *what == "check-appointment").count(), 1);
        let letters = office.sent_to("secretariat@tilleuls.example");
        let letter = letters.iter().find(|one| one.template.id == "host.booking-back").unwrap();
        assert!(letter.body.contains("Dupont") && letter.body.contains("y est revenu"), "{}", letter.body);
        office.wait_s(24 * 3_600);
        assert_eq!(work(&office).iter().filter(|what| *what == "check-appointment").count(), 1, "once");
        let verdict = NewVerdict { found, note: "vu avec le docteur".to_owned() };
        block_on(office.reception.bookings.settle_by_hand(&office.practice, intent, verdict, &doctor())).unwrap();
        office.wait_s(3_600);
        assert_eq!(office.rows().intents[&intent].state, state);
        assert_eq!(office.agenda.live().len(), entries);
        let open: Vec<_> =
            office.rows().commitments.into_values().filter(|one| one.what == "check-appointment").collect();
        assert!(open.iter().all(|one| one.state.is_final()), "the work is done: {open:?}");
    }
}

#[test]
fn what_is_put_back_while_a_late_send_is_looked_for_stays_too() {
    let office = office(AgendaStyle::FreeStore);
    let contact = office.triaged();
    let slot = office.slots(contact).remove(6);
    // The first send has no end that is known, so that it may arrive for a day.
    office.plan.next(Effect::AgendaWrite, Fault::Lost);
    let intent = office.book(contact, booking(&slot, "op-1")).unwrap().booking.intent;
    office.wait_s(900);
    let id = office.rows().appointments.values().next().unwrap().id.clone();
    assert!(office.rows().intents[&intent].open.count > 0);
    office.agenda.strike(&id);
    look(&office, &id);
    office.wait_s(601);
    assert_eq!(known(&office, &id).held.status, AppointmentStatus::Cancelled);
    assert!(office.rows().intents[&intent].open.look_at.is_some(), "it is looked for");
    office.agenda.bring_back(&id);
    office.wait_s(2 * 3_600);
    assert_eq!(office.agenda.live().len(), 1, "it may be the doctor's wish");
    assert_eq!(office.rows().intents[&intent].state, IntentState::NeedsHuman);
}

#[test]
fn whoever_reads_the_contact_sees_what_the_doctor_did() {
    let office = office(AgendaStyle::FreeStore);
    let (moved, struck) = (standing(&office, 4), standing(&office, 6));
    let (of_moved, of_struck) = (known(&office, &moved).contact.unwrap(), known(&office, &struck).contact.unwrap());
    let to = start(&office, &moved).plus_minutes(2 * 24 * 60);
    office.agenda.push_to(&moved, quarter(to));
    office.agenda.strike(&struck);
    look(&office, &moved);
    look(&office, &struck);
    office.wait_s(1_800);
    let booking = office.look(of_moved).bookings.remove(0);
    assert_eq!((booking.progress, booking.span), (BookingProgress::Confirmed, quarter(to)));
    assert_eq!(office.look(of_struck).bookings[0].progress, BookingProgress::None);
}

#[test]
fn no_written_news_leaves_before_the_agenda_was_looked_at_again() {
    for style in STYLES {
        let office = Office::with(style, |_| {});
        let contact = office.triaged();
        let slot = office.slots(contact).remove(4);
        let id = office.book(contact, booking(&slot, "op-1")).unwrap().booking.appointment.unwrap();
        office.work();
        assert_eq!(office.sent_to(PATIENT).len(), 0, "{style:?}");
        office.wait_s(10);
        assert_eq!(office.sent_to(PATIENT).len(), 1, "{style:?}");
        let to = start(&office, &id).plus_minutes(60);
        assert!(moving(&office, &id, to, "op-2").is_ok());
        office.work();
        assert_eq!(office.sent_to(PATIENT).len(), 1, "{style:?}");
        office.wait_s(10);
        assert_eq!(office.sent_to(PATIENT).len(), 2, "{style:?}");
    }
}

#[test]
fn an_agenda_that_is_down_keeps_nobody_from_being_told_for_longer_than_ten_minutes() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(4);
    office.book(contact, booking(&slot, "op-1")).unwrap();
    office.agenda.down_until(NOW.plus_minutes(24 * 60));
    office.wait_s(590);
    assert_eq!(office.sent_to(PATIENT).len(), 0);
    office.wait_s(30);
    assert_eq!(office.sent_to(PATIENT).len(), 1);
}

#[test]
fn a_patient_is_told_nothing_of_a_double_until_a_person_has_chosen() {
    for stays in [true, false] {
        let office = Office::with(AgendaStyle::FreeStore, |_| {});
        office.follow();
        let contact = office.triaged();
        let slot = office.slots(contact).remove(9);
        let id = office.book(contact, booking(&slot, "op-1")).unwrap().booking.appointment.unwrap();
        let other = office.agenda.enter(&"dr-martin".into(), slot.slot.span);
        office.wait_s(1_200);
        assert_eq!((office.sent_to(PATIENT).len(), work(&office)), (0, vec!["check-appointment".to_owned()]));
        office.agenda.strike(if stays { &other } else { &id });
        office.wait_s(1_800);
        let told = office.sent_to(PATIENT).len();
        assert_eq!(told, usize::from(stays), "what is over is never told, what stands is");
        assert!(!known(&office, &id).standing.double || !stays);
    }
}

#[test]
fn what_the_doctor_drags_while_nobody_knows_what_became_of_a_move_is_one_piece_of_work() {
    for style in STYLES {
        let office = office(style);
        office.follow();
        let id = standing(&office, 4);
        let was = start(&office, &id);
        let to = was.plus_minutes(2 * 24 * 60 + 30);
        office.plan.next(Effect::AgendaWrite, Fault::ResponseLost);
        let new = NewMove {
            op_id: "op-move".into(),
            contact: known(&office, &id).contact,
            start: was.plus_minutes(60),
            agenda: None,
            slot_handle: None,
            slot_version: None,
        };
        let moved = block_on(office.reception.appointments.move_to(&office.practice, &id, new, &doctor())).unwrap();
        assert_eq!(moved.booking.state, IntentState::Unknown, "{style:?}");
        office.agenda.push_to(&id, quarter(to));
        office.wait_s(3_600);
        assert_eq!(work(&office), ["tell-patient"], "{style:?}");
        assert_eq!(office.sent_to("secretariat@tilleuls.example").len(), 1, "{style:?}");
        assert_eq!((known(&office, &id).held.span, claimed(&office)), (quarter(to), vec![to]), "{style:?}");
        let over = &office.rows().intents[&moved.booking.intent];
        assert_eq!(over.state, IntentState::Refused, "the practitioner's word counts");
        assert!(moving(&office, &id, was.plus_minutes(60), "op-again").is_ok(), "{style:?}");
    }
}

#[test]
fn news_of_an_hour_that_the_doctor_has_changed_since_does_not_leave() {
    let office = office(AgendaStyle::FreeStore);
    let contact = office.triaged();
    let slot = office.slots(contact).remove(4);
    for _ in 0..8 {
        office.plan.next(Effect::ChannelSend, Fault::Refused);
    }
    let id = office.book(contact, booking(&slot, "op-1")).unwrap().booking.appointment.unwrap();
    office.wait_s(120);
    assert_eq!(office.sent_to(PATIENT).len(), 0, "the mail server takes nothing");
    let to = start(&office, &id).plus_minutes(2 * 24 * 60);
    office.agenda.push_to(&id, quarter(to));
    look(&office, &id);
    office.wait_s(6 * 3_600);
    assert_eq!(known(&office, &id).held.span, quarter(to));
    assert_eq!(office.sent_to(PATIENT).len(), 0, "nobody gets an hour that is not true any more");
}

#[test]
fn what_a_person_settled_by_hand_is_never_taken_out() {
    let office = office(AgendaStyle::FreeStore);
    let id = standing(&office, 4);
    let intent = known(&office, &id).intent;
    office.follow();
    office.agenda.strike(&id);
    office.wait_s(3_600);
    office.agenda.bring_back(&id);
    office.wait_s(3_600);
    let verdict = NewVerdict { found: FoundByHand::ByHand, note: "le docteur s'en occupe".to_owned() };
    block_on(office.reception.bookings.settle_by_hand(&office.practice, intent, verdict, &doctor())).unwrap();
    office.agenda.annotate(&id);
    office.wait_s(3 * 24 * 3_600);
    assert_eq!(office.agenda.live().len(), 1);
    assert_eq!(office.rows().intents[&intent].state, IntentState::Refused);
}

#[test]
fn a_patient_who_came_stays_in_the_agenda() {
    let office = office(AgendaStyle::Arbitrated);
    let id = standing(&office, 4);
    office.follow();
    let set = NewStatus { op_id: "s-1".into(), status: AppointmentStatus::Arrived };
    block_on(office.reception.appointments.set_status(&office.practice, &id, set, &doctor())).unwrap();
    office.wait_s(3 * 24 * 3_600);
    assert_eq!(office.agenda.live().len(), 1);
    assert_eq!(known(&office, &id).held.status, AppointmentStatus::Arrived);
}
