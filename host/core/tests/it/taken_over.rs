//! What a practitioner wrote into the agenda, and the practice takes over.

use futures::executor::block_on;
use greffon_core::flow::{BookingOutcome, Flow, FlowError, NewCancellation, NewMove, NewTakeOver, ReadEntry};
use greffon_core::ids::{AgendaId, AppointmentId};
use greffon_core::model::audit::Actor;
use greffon_core::model::intent::{Appointment, IntentState};
use greffon_core::model::person::{IdentityTrust, Person};
use greffon_core::model::scheduling::{AppointmentStatus, ByWhom};
use greffon_core::model::script::BookingProgress;
use greffon_core::time::{Instant, Span};
use greffon_simulation::{AgendaStyle, Effect, Fault};

use crate::office::{NOW, Office, booking, code, doctor, secretary};

/// The day after tomorrow, at ten.
const AT: Span = Span { start: Instant(NOW.0 + 49 * 3_600_000), end: Instant(NOW.0 + 49 * 3_600_000 + 15 * 60_000) };

/// A practice whose agendas are followed.
fn office() -> Office {
    let office = Office::with(AgendaStyle::LookThenWrite, |_| {});
    office.follow();
    office.work();
    office
}

fn martin(office: &Office) -> AgendaId {
    office.live().practitioners[0].agendas[0].agenda.clone()
}

fn new(office: &Office, entry: &AppointmentId, version: &str) -> NewTakeOver {
    let live = office.live();
    let own = &live.practitioners[0].agendas[0];
    NewTakeOver {
        op_id: "take-1".into(),
        feature: own.feature.clone(),
        agenda: own.agenda.clone(),
        entry: entry.clone(),
        version: version.to_owned(),
        motive: live.motives[0].id.clone(),
        patient: Some(Person { family: "Durand".to_owned(), trust: IdentityTrust::Qualified, ..Person::default() }),
    }
}

/// In the contact that is there, or else in a new one.
fn take_over(office: &Office, new: &NewTakeOver, actor: &Actor) -> Flow<BookingOutcome> {
    let contact = office.rows().contacts.keys().next().copied();
    let contact = contact.unwrap_or_else(|| office.receive(vec![]).contact);
    block_on(office.reception.appointments.take_over(&office.practice, contact, new.clone(), actor))
}

fn taken_over(office: &Office) -> AppointmentId {
    let entry = office.agenda.enter(&martin(office), AT);
    let outcome = take_over(office, &new(office, &entry, "1"), &doctor()).unwrap();
    assert_eq!(outcome.booking.appointment.as_ref(), Some(&entry));
    entry
}

fn known(office: &Office, id: &AppointmentId) -> Appointment {
    office.rows().appointments.values().find(|one| one.id == *id).unwrap().clone()
}

fn moving(office: &Office, id: &AppointmentId, start: Instant, op: &str) -> Flow<BookingOutcome> {
    let new = NewMove { op_id: op.into(), contact: None, start, agenda: None, slot_handle: None, slot_version: None };
    block_on(office.reception.appointments.move_to(&office.practice, id, new, &doctor()))
}

fn cancelling(office: &Office, id: &AppointmentId, op: &str) -> Flow<BookingOutcome> {
    let by = ByWhom::Practitioner;
    let new = NewCancellation { op_id: op.into(), contact: None, by, reason: "practitioner-away".to_owned() };
    block_on(office.reception.appointments.cancel(&office.practice, id, new, &doctor()))
}

fn work(office: &Office) -> Vec<String> {
    office.rows().commitments.values().map(|one| one.what.clone()).collect()
}

/// The agenda is read, what is seen stands for ten minutes, and is followed.
fn watched(office: &Office) {
    office.wait_s(30 * 60);
}

#[test]
fn it_is_an_appointment_that_keeps_its_time_and_of_which_nobody_is_told() {
    let office = office();
    let id = taken_over(&office);
    let kept = known(&office, &id);
    assert_eq!((kept.held.span, kept.held.status, kept.held.ours), (AT, AppointmentStatus::Booked, false));
    let intent = office.rows().intents[&kept.intent].clone();
    assert_eq!((intent.state, intent.sends), (IntentState::Confirmed, 0), "nothing was written");
    assert_eq!(intent.request.patient.trust, IdentityTrust::Provisional, "nobody's word makes an identity sure");
    assert!(office.rows().live_claims().any(|(_, claim)| claim.span.overlaps(&AT)));
    office.work();
    assert!(office.sent.lock().unwrap().is_empty());
    watched(&office);
    assert_eq!(work(&office), [""; 0], "it stands as it was taken over");
    assert!(!known(&office, &id).standing.double, "it does not lie over itself");
}

#[test]
fn the_same_request_again_is_the_same_and_another_one_is_not() {
    let office = office();
    let id = taken_over(&office);
    let again = new(&office, &id, "1");
    assert!(take_over(&office, &again, &doctor()).unwrap().replayed);
    let other = NewTakeOver { motive: office.live().motives[1].id.clone(), ..again.clone() };
    assert!(matches!(take_over(&office, &other, &doctor()), Err(FlowError::OpIdReused)));
    let twice = NewTakeOver { op_id: "take-2".into(), ..again };
    assert_eq!(code(&take_over(&office, &twice, &doctor()).unwrap_err()), "already-known");
}

#[test]
fn it_is_moved_and_cancelled_like_any_other() {
    let office = office();
    let id = taken_over(&office);
    let to = AT.start.plus_minutes(60);
    let moved = moving(&office, &id, to, "move-1").unwrap();
    assert_eq!((moved.booking.progress, moved.booking.span.start), (BookingProgress::Confirmed, to));
    let there: Vec<Instant> = office.agenda.live().iter().map(|one| one.held.span.start).collect();
    assert_eq!(there, [to], "one entry, elsewhere");
    watched(&office);
    assert_eq!(known(&office, &id).held.span.start, to);
    cancelling(&office, &id, "cancel-1").unwrap();
    assert!(office.agenda.live().is_empty());
    assert_eq!(known(&office, &id).held.status, AppointmentStatus::Cancelled);
    assert_eq!(office.rows().live_claims().count(), 0);
    assert_eq!(work(&office), [""; 0]);
}

/// The answer to a change is lost before or after it was done: what became of it is asked of the
/// entry, as no op-id stands on it.
#[test]
fn what_became_of_a_change_is_found_out() {
    for fault in [Fault::Lost, Fault::Late, Fault::ResponseLost] {
        let office = office();
        let id = taken_over(&office);
        let to = AT.start.plus_minutes(60);
        office.plan.next(Effect::AgendaWrite, fault);
        let asked = moving(&office, &id, to, "move-1").unwrap();
        assert_eq!(asked.booking.progress, BookingProgress::ToVerify, "{fault:?}");
        for _ in 0..10 {
            office.wait_s(60);
        }
        let there: Vec<Instant> = office.agenda.live().iter().map(|one| one.held.span.start).collect();
        assert_eq!(there, [to], "{fault:?}: it is done in the end, once");
        assert_eq!(known(&office, &id).held.span.start, to, "{fault:?}");
        office.plan.next(Effect::AgendaWrite, fault);
        cancelling(&office, &id, "cancel-1").unwrap();
        for _ in 0..10 {
            office.wait_s(60);
        }
        assert!(office.agenda.live().is_empty(), "{fault:?}");
        assert_eq!(known(&office, &id).held.status, AppointmentStatus::Cancelled, "{fault:?}");
    }
}

#[test]
fn what_the_doctor_does_to_it_afterwards_is_followed_and_told() {
    let office = office();
    let id = taken_over(&office);
    let to = Span { start: AT.start.plus_minutes(120), end: AT.end.plus_minutes(120) };
    office.agenda.push_to(&id, to);
    watched(&office);
    assert_eq!(known(&office, &id).held.span, to);
    assert_eq!(work(&office), ["tell-patient"]);
    office.agenda.strike(&id);
    watched(&office);
    assert_eq!(known(&office, &id).held.status, AppointmentStatus::Cancelled);
    assert_eq!(work(&office), ["tell-patient", "tell-patient"]);
}

#[test]
fn what_has_changed_since_it_was_seen_is_read_again_first() {
    let office = office();
    let entry = office.agenda.enter(&martin(&office), AT);
    office.agenda.annotate(&entry);
    let asked = take_over(&office, &new(&office, &entry, "1"), &doctor());
    assert_eq!(code(&asked.unwrap_err()), "appointment-changed");
    take_over(&office, &new(&office, &entry, "2"), &doctor()).unwrap();
}

#[test]
fn only_the_practice_takes_over_and_only_what_can_be_an_appointment_to_come() {
    let office = office();
    let entry = office.agenda.enter(&martin(&office), AT);
    let asked = new(&office, &entry, "1");
    assert_eq!(code(&take_over(&office, &asked, &secretary()).unwrap_err()), "practice-decides");
    let nobody = NewTakeOver { patient: Some(Person::default()), ..asked.clone() };
    assert!(matches!(take_over(&office, &nobody, &doctor()), Err(FlowError::Invalid { .. })));
    let elsewhere = NewTakeOver { agenda: "personne".into(), ..asked.clone() };
    assert!(matches!(take_over(&office, &elsewhere, &doctor()), Err(FlowError::Invalid { .. })));
    let missing = NewTakeOver { entry: "hand-99".into(), ..asked.clone() };
    assert!(matches!(take_over(&office, &missing, &doctor()), Err(FlowError::NotFound(_))));
    let over = Span { start: NOW.plus_minutes(-60), end: NOW.plus_minutes(-45) };
    let past = NewTakeOver { entry: office.agenda.enter(&martin(&office), over), ..asked.clone() };
    assert_eq!(code(&take_over(&office, &past, &doctor()).unwrap_err()), "appointment-over");
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    let own = office.book(contact, booking(&slot, "own")).unwrap().booking.appointment.unwrap();
    let of_greffon = NewTakeOver { entry: own, agenda: slot.slot.agenda.clone(), ..asked.clone() };
    assert_eq!(code(&take_over(&office, &of_greffon, &doctor()).unwrap_err()), "already-known");
    assert!(office.rows().intents.len() == 1, "nothing was half done");
    let deaf = Office::open();
    let entry = deaf.agenda.enter(&martin(&deaf), AT);
    assert_eq!(code(&take_over(&deaf, &new(&deaf, &entry, "1"), &doctor()).unwrap_err()), "takes-nothing-over");
}

/// An entry over greffon's own appointment is a double, and stays one when it is taken over: no claim
/// overlaps another.
#[test]
fn beside_an_appointment_of_greffons_it_claims_what_is_left() {
    let office = office();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    office.book(contact, booking(&slot, "own")).unwrap();
    let beside = Span { start: slot.slot.span.start.plus_minutes(5), end: slot.slot.span.end.plus_minutes(5) };
    let entry = office.agenda.enter(&slot.slot.agenda, beside);
    let asked = NewTakeOver { agenda: slot.slot.agenda.clone(), ..new(&office, &entry, "1") };
    take_over(&office, &asked, &doctor()).unwrap();
    let claims: Vec<Span> = {
        let rows = office.rows();
        let own = known(&office, &entry).intent;
        rows.intents[&own].claims.iter().map(|claim| claim.span).collect()
    };
    assert!(claims.iter().all(|claim| !claim.overlaps(&slot.slot.span)), "{claims:?}");
    assert!(!claims.is_empty());
}

#[test]
fn the_agendas_show_under_which_name_and_version_it_can_be_taken_over() {
    let office = office();
    let entry = office.agenda.enter(&martin(&office), AT);
    watched(&office);
    let day = Span { start: AT.start.plus_minutes(-600), end: AT.start.plus_minutes(600) };
    let shown = || -> Vec<ReadEntry> {
        let read = block_on(office.reception.reads.agendas(&office.practice, day, None)).unwrap();
        read.into_iter().find(|one| one.agenda == martin(&office)).unwrap().entries
    };
    let foreign = shown()[0].foreign.clone().unwrap();
    assert_eq!((&foreign.entry, shown()[0].appointment.as_ref()), (&entry, None));
    take_over(&office, &new(&office, &entry, &foreign.version), &doctor()).unwrap();
    assert_eq!((shown()[0].appointment.as_ref(), shown()[0].foreign.as_ref()), (Some(&entry), None));
}
