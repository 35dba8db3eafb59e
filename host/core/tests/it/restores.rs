//! A restored database: nothing is written or sent before the practice's agendas were
//! compared, and then every appointment in them is known.

use std::collections::{BTreeMap, BTreeSet};

use futures::executor::block_on;
use greffon_core::flow::{NewCancellation, NewMove};
use greffon_core::ids::PracticeId;
use greffon_core::jobs::Jobs;
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::{Value, keys};
use greffon_core::model::intent::IntentState;
use greffon_core::model::message::MessageState;
use greffon_core::model::recovery::{AgendaState, Recovery};
use greffon_core::model::scheduling::{AppointmentStatus, ByWhom};
use greffon_core::ports::clock::Clock as _;
use greffon_simulation::{AgendaStyle, Effect, Fault, MemoryBackup};

use crate::office::{Office, booking, chained, code, fact, text};

fn supervisor() -> Actor {
    Actor { subject: "supervisor-1".to_owned(), role: Role::Supervisor }
}

/// The process dies, the backup takes the place of its database, and another one starts.
fn restore(office: &mut Office, backup: &MemoryBackup) {
    office.storage.restore(backup);
    office.restart();
    block_on(Jobs::new(office.reception.clone()).enqueue_recoveries()).unwrap();
}

fn recovery(office: &Office) -> Recovery {
    block_on(office.reception.recoveries.of(&office.practice)).unwrap().unwrap()
}

fn book_one(office: &Office, op: &str) {
    let contact = office.triaged();
    office.booked(contact, op);
}

/// Every live entry of greffon's own is an appointment with the same time, and all of its
/// time is claimed.
fn all_is_known(office: &Office) {
    let rows = office.rows();
    for entry in office.agenda.live().iter().filter(|entry| entry.held.ours) {
        let known = rows.appointments.values().find(|one| one.id == entry.held.id);
        let known = known.unwrap_or_else(|| panic!("{} is not known", entry.held.id));
        assert_eq!((known.held.span, known.held.status), (entry.held.span, AppointmentStatus::Booked));
        let claimed = rows.live_claims().any(|(chain, claim)| {
            chain == known.chain && claim.resource.starts_with("agenda:") && claim.span.contains(&entry.held.span)
        });
        assert!(claimed, "{} is not claimed", entry.held.id);
    }
}

#[test]
fn after_a_restore_every_appointment_of_the_agenda_is_known_and_nothing_is_told_twice() {
    for style in [AgendaStyle::Arbitrated, AgendaStyle::FreeStore, AgendaStyle::LookThenWrite] {
        let mut office = Office::with(style, |_| {});
        for number in 0..40 {
            book_one(&office, &format!("before-{number}"));
        }
        office.news_leaves();
        // Two are booked, and their news has not left yet.
        book_one(&office, "untold-1");
        book_one(&office, "untold-2");
        let backup = office.storage.back_up();
        office.work();
        for number in 0..20 {
            book_one(&office, &format!("after-{number}"));
            office.work();
        }
        assert_eq!(office.agenda.live().len(), 62);
        let sent = office.sent.lock().unwrap().len();

        restore(&mut office, &backup);
        let closed = code(&office.search(office.triaged()).unwrap_err());
        assert_eq!(closed, "recovering", "nobody looks for a time before that");
        assert_eq!(office.rows().appointments.len(), 42);
        office.work();
        let after = recovery(&office);
        assert!(!after.is_closed() && after.is_complete(), "{after:?}");
        assert_eq!(after.agendas.iter().map(|one| one.adopted).sum::<u32>(), 20);
        assert_eq!(after.withheld, 4, "of each of the two, to patient and practitioner");
        assert_eq!(office.rows().appointments.len(), 62);
        all_is_known(&office);
        // The reception alone is told, of the restore.
        let letters = office.sent.lock().unwrap().split_off(sent);
        assert_eq!(letters.len(), 1, "{:?}", letters.iter().map(|one| &one.subject).collect::<Vec<_>>());
        assert!(letters[0].body.contains("20 rendez-vous retrouvé"), "{}", letters[0].body);
        office.wait_s(2 * 24 * 3600);
        let mut keys = BTreeMap::new();
        for one in office.sent.lock().unwrap().iter() {
            *keys.entry(one.key.clone()).or_insert(0) += 1;
        }
        assert!(keys.values().all(|count| *count == 1), "{keys:?}");

        // What is offered is free in the agenda.
        let contact = office.triaged();
        let live = office.agenda.live();
        for slot in office.slots(contact) {
            assert!(
                !live.iter().any(|entry| {
                    entry.held.agenda == slot.slot.agenda && entry.held.span.overlaps(&slot.slot.span)
                })
            );
        }
        office.booked(contact, "next");
        assert!(office.agenda.double_bookings(|_| 1).is_empty());
    }
}

#[test]
fn what_was_taken_over_is_moved_and_called_off_like_any_other() {
    let mut office = Office::open();
    let backup = office.storage.back_up();
    book_one(&office, "lost-1");
    book_one(&office, "lost-2");
    restore(&mut office, &backup);
    office.work();
    let adopted: Vec<_> = office.rows().appointments.into_values().collect();
    assert_eq!(adopted.len(), 2);
    let contact = office.triaged();
    let free = office.slots(contact).remove(3);
    let moved = NewMove {
        op_id: "move".into(),
        contact: None,
        start: free.slot.span.start,
        agenda: None,
        slot_handle: None,
        slot_version: None,
    };
    let of = |index: usize| adopted[index].id.clone();
    let outcome = block_on(office.reception.appointments.move_to(&office.practice, &of(0), moved, &supervisor()));
    assert_eq!(outcome.unwrap().booking.state, IntentState::Confirmed);
    let cancel = NewCancellation {
        op_id: "cancel".into(),
        contact: None,
        by: ByWhom::Patient,
        reason: "patient-request".to_owned(),
    };
    let outcome = block_on(office.reception.appointments.cancel(&office.practice, &of(1), cancel, &supervisor()));
    assert_eq!(outcome.unwrap().booking.state, IntentState::Confirmed);
    let live = office.agenda.live();
    assert_eq!(live.iter().map(|entry| entry.held.span).collect::<Vec<_>>(), [free.slot.span]);
}

#[test]
fn the_request_of_a_booking_that_was_taken_over_finds_it_again() {
    let mut office = Office::open();
    let backup = office.storage.back_up();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    office.book(contact, booking(&slot, "op-1")).unwrap();
    restore(&mut office, &backup);
    // The contact is lost with all that came after the backup; its caller calls again.
    let again = office.triaged();
    assert_eq!(code(&office.book(again, booking(&slot, "op-1")).unwrap_err()), "recovering");
    office.work();
    let outcome = office.book(again, booking(&slot, "op-1")).unwrap();
    assert_eq!((outcome.booking.state, outcome.replayed), (IntentState::Confirmed, true));
    assert_eq!(office.agenda.live().len(), 1);
    let other = office.slots(again).remove(2);
    assert_eq!(code(&office.book(again, booking(&other, "op-1")).unwrap_err()), "op-id-reused");
}

#[test]
fn an_agenda_that_is_not_read_keeps_the_practice_closed_until_a_person_says_otherwise() {
    let mut office = Office::open();
    let backup = office.storage.back_up();
    book_one(&office, "lost");
    office.work();
    let sent = office.sent.lock().unwrap().len();
    restore(&mut office, &backup);
    let back = office.clock.now().plus_minutes(60);
    office.agenda.down_until(back);
    office.wait_s(30 * 60);
    let waiting = recovery(&office);
    assert!(waiting.is_closed());
    let unavailable = |one: &AgendaState| matches!(one, AgendaState::Failed { code, .. } if code == "unavailable");
    assert!(waiting.agendas.iter().all(|one| unavailable(&one.state)), "{waiting:?}");
    assert_eq!(code(&office.search(office.triaged()).unwrap_err()), "recovering");
    assert_eq!(office.sent.lock().unwrap().len(), sent, "nothing is sent");

    let release = || block_on(office.reception.recoveries.release(&office.practice, &supervisor()));
    let released = release().unwrap().released.unwrap();
    assert_eq!((released.by.as_str(), released.complete), ("supervisor-1", false));
    assert_eq!(code(&release().unwrap_err()), "already-released");
    assert_eq!(office.journal("recovery.released"), 1);
    // When it comes back within the day, what it took is taken over.
    office.wait_s(3600);
    assert_eq!(office.rows().appointments.len(), 1);
    all_is_known(&office);
}

#[test]
fn an_alert_goes_at_once_and_one_that_was_under_way_is_told_to_the_next() {
    let mut office = Office::with(AgendaStyle::Arbitrated, chained);
    let alerting = || vec![fact("red-flag.seizure", Value::Yes), text(keys::PATIENT_FAMILY, "Dupont")];
    office.receive(alerting());
    let backup = office.storage.back_up();
    office.work();
    let first = office.sent.lock().unwrap().len();
    assert!(first > 0);
    restore(&mut office, &backup);
    office.agenda.down_until(office.clock.now().plus_minutes(24 * 60));
    office.work();
    let old: BTreeSet<String> = office.sent.lock().unwrap()[..first].iter().map(|one| one.key.clone()).collect();
    let told: Vec<_> = office.sent.lock().unwrap().split_off(first);
    assert!(told.iter().all(|one| !old.contains(&one.key)), "no message leaves twice");
    assert!(told.iter().any(|one| one.to.value == "secretariat@p.example"), "the next rung");
    // Raised after the restore, while the practice is closed.
    let before = office.sent.lock().unwrap().len();
    office.receive(alerting());
    office.work();
    assert!(office.sent.lock().unwrap().len() > before);
    assert!(recovery(&office).is_closed());
}

#[test]
fn what_was_under_way_at_an_agenda_is_settled_by_what_is_there_and_not_sent_again() {
    for (fault, state, entries) in
        [(Fault::ResponseLost, IntentState::Confirmed, 1), (Fault::Lost, IntentState::NeedsHuman, 0)]
    {
        let mut office = Office::open();
        let contact = office.triaged();
        let slot = office.slots(contact).remove(0);
        office.plan.next(Effect::AgendaWrite, fault);
        let outcome = office.book(contact, booking(&slot, "op-1")).unwrap();
        assert_eq!(outcome.booking.state, IntentState::Unknown);
        let backup = office.storage.back_up();
        restore(&mut office, &backup);
        office.wait_s(3600);
        let intent = office.rows().intents.into_values().next().unwrap();
        assert_eq!(intent.state, state);
        assert_eq!(office.agenda.live().len(), entries);
        assert!(office.sent_to("jeanne@dupont.example").is_empty(), "it may have been told since");
        let left = office.rows().dead_letters.len();
        assert_eq!(left, if state == IntentState::Confirmed { 2 } else { 0 }, "a person has it sent, or not");
        assert!(office.rows().under_way.is_empty());
        all_is_known(&office);
    }
}

#[test]
fn a_message_that_was_withheld_leaves_once_when_a_person_says_so() {
    let mut office = Office::open();
    book_one(&office, "op-1");
    let backup = office.storage.back_up();
    restore(&mut office, &backup);
    office.news_leaves();
    assert!(office.sent_to("jeanne@dupont.example").is_empty());
    let letters = office.rows().dead_letters;
    assert_eq!(letters.len(), 2);
    for id in letters.into_keys() {
        block_on(office.reception.dead_letters.retry(&office.practice, id, &supervisor())).unwrap();
    }
    office.news_leaves();
    assert_eq!(office.sent_to("jeanne@dupont.example").len(), 1);
    assert!(office.rows().messages.values().all(|one| one.state == MessageState::Sent));
}

#[test]
fn what_was_moved_or_called_off_after_the_backup_is_so_here_too() {
    let mut office = Office::open();
    for op in ["stays", "moved", "gone"] {
        book_one(&office, op);
    }
    office.work();
    let backup = office.storage.back_up();
    let named = |op: &str| office.agenda.live().into_iter().find(|entry| entry.ops[0].as_str() == op).unwrap().held;
    let (moved, gone) = (named("moved"), named("gone"));
    let later = office.slots(office.triaged()).remove(5).slot.span;
    office.agenda.push_to(&moved.id, later);
    office.agenda.strike(&gone.id);
    office.agenda.annotate(&named("stays").id);
    restore(&mut office, &backup);
    office.work();
    let rows = office.rows();
    let known = |id| rows.appointments.values().find(|one| one.id == id).unwrap().held.clone();
    assert_eq!(known(moved.id.clone()).span, later);
    assert_eq!(known(gone.id.clone()).status, AppointmentStatus::Cancelled);
    all_is_known(&office);
    assert!(!rows.live_claims().any(|(_, claim)| claim.span.overlaps(&gone.span)), "its time is free again");
    assert!(!rows.live_claims().any(|(_, claim)| claim.span.overlaps(&moved.span)));
    let recovery = recovery(&office);
    let sum =
        |of: fn(&greffon_core::model::recovery::AgendaRecovery) -> u32| recovery.agendas.iter().map(of).sum::<u32>();
    assert_eq!((sum(|one| one.adopted), sum(|one| one.corrected), sum(|one| one.gone)), (0, 2, 1));
}

#[test]
fn an_agenda_that_is_suddenly_empty_is_not_believed() {
    let mut office = Office::open();
    for number in 0..7 {
        book_one(&office, &format!("op-{number}"));
    }
    let backup = office.storage.back_up();
    for entry in office.agenda.live() {
        office.agenda.strike(&entry.held.id);
    }
    restore(&mut office, &backup);
    office.work();
    let waiting = recovery(&office);
    assert!(waiting.is_closed());
    let code = |one: &AgendaState| match one {
        AgendaState::Failed { code, .. } => code.clone(),
        other => format!("{other:?}"),
    };
    assert!(waiting.agendas.iter().any(|one| code(&one.state) == "too-many-missing"), "{waiting:?}");
    let booked = office.rows().appointments.into_values().filter(|one| one.held.status == AppointmentStatus::Booked);
    assert_eq!(booked.count(), 7, "nothing is called off");
}

#[test]
fn a_crash_in_the_middle_of_the_comparison_loses_nothing_and_doubles_nothing() {
    let mut office = Office::open();
    let backup = office.storage.back_up();
    for number in 0..6 {
        book_one(&office, &format!("lost-{number}"));
    }
    // So many commits in a row are not answered: each ends a try, done or not done.
    for fault in [Fault::Lost, Fault::ResponseLost] {
        for unanswered in 1..12 {
            office.storage.restore(&backup);
            office.restart();
            block_on(Jobs::new(office.reception.clone()).enqueue_recoveries()).unwrap();
            for _ in 0..unanswered {
                office.plan.next(Effect::StorageWrite, fault);
            }
            // The queue itself does not answer either.
            let jobs = Jobs::new(office.reception.clone());
            for _ in 0..40 {
                drop(block_on(jobs.run_due(50)));
            }
            office.restart();
            office.wait_s(1800);
            assert!(!recovery(&office).is_closed(), "{fault:?}, {unanswered} times");
            assert_eq!(office.rows().appointments.len(), 6);
            all_is_known(&office);
        }
    }
}

#[test]
fn a_practice_that_was_never_restored_and_one_without_agendas_are_open() {
    let mut office = Office::open();
    assert_eq!(block_on(office.reception.recoveries.of(&office.practice)).unwrap(), None);
    let none: PracticeId = office.practice.clone();
    let refused = block_on(office.reception.recoveries.release(&none, &supervisor())).unwrap_err();
    assert_eq!(code(&refused), "not-recovering");
    office.reload(|practice| practice.practice.practitioners.clear());
    let backup = office.storage.back_up();
    restore(&mut office, &backup);
    office.work();
    assert!(!recovery(&office).is_closed());
}
