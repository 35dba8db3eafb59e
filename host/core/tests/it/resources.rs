//! Rooms and devices: taken with the practitioner's time, all or nothing; and who or what is
//! not there.

use std::pin::pin;
use std::task::{Context, Waker};

use futures::executor::block_on;
use futures::future::join_all;
use greffon_core::flow::{Flow, FlowError, NewAbsence, NewBooking, NewCancellation, NewMove, SlotSearch, ToldAbsence};
use greffon_core::ids::{AbsenceId, ContactId};
use greffon_core::jobs::Jobs;
use greffon_core::model::absence::Missing;
use greffon_core::model::commitment::{CommitmentState, MOVE_APPOINTMENT};
use greffon_core::model::intent::{Claim, IntentState};
use greffon_core::model::practice::{Absence, OneOf, Practice, Resource};
use greffon_core::model::scheduling::{ByWhom, Rule};
use greffon_core::model::view::OfferedSlot;
use greffon_core::ports::storage::Storage as _;
use greffon_core::time::{Instant, Span};
use greffon_simulation::AgendaStyle;

use crate::office::{NOW, Office, booking, code, doctor, secretary};

/// A consultation takes the ultrasound scanner and one of two rooms.
fn equipped(practice: &mut Practice) {
    let resource =
        |id: &str, name: &str| Resource { id: id.into(), name: name.to_owned(), site: None, absences: vec![] };
    practice.resources =
        vec![resource("echographe", "Échographe"), resource("salle-1", "Salle 1"), resource("salle-2", "Salle 2")];
    let motive = practice.motives.iter_mut().find(|one| one.id.as_str() == "consultation").unwrap();
    motive.resources = vec![OneOf(vec!["echographe".into()]), OneOf(vec!["salle-1".into(), "salle-2".into()])];
}

/// One of two rooms only.
fn with_rooms(practice: &mut Practice) {
    equipped(practice);
    let motive = practice.motives.iter_mut().find(|one| one.id.as_str() == "consultation").unwrap();
    motive.resources.remove(0);
}

fn slots(office: &Office, contact: ContactId, practitioner: &str) -> Vec<OfferedSlot> {
    let search = SlotSearch { practitioner: Some(practitioner.into()), limit: 60, ..SlotSearch::default() };
    block_on(office.reception.bookings.search(&office.practice, contact, search)).unwrap().slots
}

fn starts(slots: &[OfferedSlot]) -> Vec<Instant> {
    slots.iter().map(|slot| slot.slot.span.start).collect()
}

fn live_claims(office: &Office) -> Vec<Claim> {
    office.rows().live_claims().map(|(_, claim)| claim.clone()).collect()
}

fn tell(office: &Office, number: u128, missing: Missing, from: Instant, until: Option<Instant>) -> Flow<ToldAbsence> {
    let id = AbsenceId(uuid::Uuid::from_u128(number));
    let new = NewAbsence { id, missing, from: Some(from), until, note: None };
    block_on(office.reception.absences.tell(&office.practice, new, &secretary()))
}

fn scanner() -> Missing {
    Missing::Resource("echographe".into())
}

#[test]
fn what_one_practitioner_takes_of_a_device_the_other_has_not() {
    let office = Office::with(AgendaStyle::Arbitrated, equipped);
    let contact = office.triaged();
    let slot = slots(&office, contact, "dr-martin").remove(4);
    office.book(contact, booking(&slot, "op-1")).unwrap();
    let held: Vec<String> = live_claims(&office).iter().map(|claim| claim.resource.clone()).collect();
    for resource in ["agenda:agenda/dr-martin", "resource:echographe", "resource:salle-1"] {
        assert!(held.iter().any(|one| one == resource), "{held:?}");
    }
    let others = slots(&office, contact, "dr-petit");
    assert!(!starts(&others).contains(&slot.slot.span.start) && !others.is_empty());
    let same = NewBooking { agenda: "dr-petit".into(), ..booking(&slot, "op-2") };
    match office.book(contact, same) {
        Err(FlowError::RuleBroken { rule: Rule::Resource, why, alternatives }) => {
            assert_eq!(why.fr(), "« Échographe » est déjà pris à cette heure : proposez une autre heure.");
            assert_eq!(alternatives.len(), 5);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(office.agenda.live().len(), 1);
}

#[test]
fn of_two_rooms_each_gets_one_and_the_third_is_told() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        with_rooms(practice);
        let mut third = practice.practitioners[0].clone();
        third.id = "dr-noir".into();
        third.agendas[0].agenda = "dr-noir".into();
        practice.practitioners.push(third);
    });
    let contact = office.triaged();
    let slot = slots(&office, contact, "dr-martin").remove(4);
    let with = |agenda: &str| NewBooking { agenda: agenda.into(), ..booking(&slot, &format!("op-{agenda}")) };
    office.book(contact, with("dr-martin")).expect("room 1");
    office.book(contact, with("dr-petit")).expect("room 2");
    assert!(matches!(office.book(contact, with("dr-noir")), Err(FlowError::RuleBroken { rule: Rule::Resource, .. })));
    let rooms = live_claims(&office).into_iter().filter(|claim| claim.resource.starts_with("resource:")).count();
    assert_eq!(rooms, 2);
}

#[test]
fn of_many_in_different_agendas_at_once_no_two_are_in_one_room() {
    let office = Office::crowded(|practice| {
        with_rooms(practice);
        let pattern = practice.practitioners[0].clone();
        practice.practitioners = (0..8)
            .map(|number| {
                let mut one = pattern.clone();
                one.id = format!("dr-{number}").into();
                one.agendas[0].agenda = format!("dr-{number}").into();
                one
            })
            .collect();
    });
    let contacts: Vec<_> = (0..16).map(|_| office.triaged()).collect();
    let slot = slots(&office, contacts[0], "dr-0").remove(4);
    let secretary = secretary();
    let outcomes = block_on(join_all(contacts.iter().enumerate().map(|(index, contact)| {
        // Half of them a quarter of an hour later.
        let start = slot.slot.span.start.plus_minutes(if index < 8 { 0 } else { 15 });
        let agenda = format!("dr-{}", index % 8).into();
        let new = NewBooking { agenda, start, ..booking(&slot, &format!("op-{index}")) };
        office.reception.bookings.book(&office.practice, *contact, new, &secretary)
    })));
    let mut won = 0;
    for outcome in outcomes {
        match outcome {
            Ok(outcome) => {
                assert_eq!(outcome.booking.state, IntentState::Confirmed);
                won += 1;
            }
            Err(FlowError::RuleBroken { rule: Rule::Resource, .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((won, office.agenda.live().len()), (4, 4), "two rooms, twice");
    let claims = live_claims(&office);
    let rooms: Vec<&Claim> = claims.iter().filter(|claim| claim.resource.starts_with("resource:")).collect();
    for (index, one) in rooms.iter().enumerate() {
        let twice = |other: &&Claim| other.resource == one.resource && other.span.overlaps(&one.span);
        assert!(!rooms[index + 1..].iter().any(twice), "{rooms:?}");
    }
    assert_eq!(rooms.len(), 4);
}

#[test]
fn an_appointment_keeps_its_room_when_it_is_moved_into_its_own_time_and_frees_it_when_it_is_gone() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        equipped(practice);
        practice.motives.iter_mut().for_each(|motive| motive.duration_min = 30);
    });
    let contact = office.triaged();
    let slot = slots(&office, contact, "dr-martin").remove(4);
    let booked = office.book(contact, booking(&slot, "op-1")).unwrap().booking.appointment.unwrap();
    let new = NewMove {
        op_id: "op-2".into(),
        contact: Some(contact),
        start: slot.slot.span.start.plus_minutes(15),
        agenda: None,
        slot_handle: None,
        slot_version: None,
    };
    block_on(office.reception.appointments.move_to(&office.practice, &booked, new, &secretary())).expect("moved");
    office.work();
    let of_room: Vec<Span> = live_claims(&office)
        .into_iter()
        .filter(|claim| claim.resource == "resource:salle-1")
        .map(|claim| claim.span)
        .collect();
    assert_eq!(
        of_room,
        [Span { start: slot.slot.span.start.plus_minutes(15), end: slot.slot.span.end.plus_minutes(15) }]
    );
}

#[test]
fn a_room_stands_at_its_site_and_is_out_while_the_file_says_so() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        equipped(practice);
        practice.resources[0].absences =
            vec![Absence { from: "2026-11-24T00:00".to_owned(), to: "2026-11-26T00:00".to_owned() }];
    });
    let contact = office.triaged();
    let first = slots(&office, contact, "dr-martin").remove(0);
    assert!(first.slot.span.start > NOW.plus_minutes(24 * 60), "the day after tomorrow");
    let today = NewBooking { start: NOW.plus_minutes(60), ..booking(&first, "op-1") };
    match office.book(contact, today) {
        Err(FlowError::RuleBroken { rule: Rule::Resource, why, .. }) => {
            assert_eq!(why.fr(), "« Échographe » n'est pas disponible à ce moment-là : proposez une autre heure.");
        }
        other => panic!("{other:?}"),
    }
    office.reload(|practice| practice.practice.resources[0].site = Some("sud".into()));
    assert!(slots(&office, contact, "dr-martin").is_empty(), "it stands elsewhere");
}

#[test]
fn a_broken_device_closes_its_motives_at_once_and_what_stands_is_work_for_a_person() {
    let office = Office::with(AgendaStyle::Arbitrated, equipped);
    let (contact, paper) = (office.triaged(), office.triaged_for("certificat"));
    let free = slots(&office, contact, "dr-martin");
    let inside = office.book(contact, booking(&free[4], "op-1")).unwrap().booking;
    let before = office.book(contact, booking(&free[0], "op-2")).unwrap().booking;
    let from = free[2].slot.span.start;
    let told = tell(&office, 1, scanner(), from, None).expect("told");
    let affected: Vec<_> = told.affected.iter().map(|one| one.intent).collect();
    assert_eq!(affected, [inside.intent], "what ends before is not in it ({before:?})");
    assert_eq!(office.journal("absence.told"), 1);
    let work = |office: &Office| {
        let all = office.rows().commitments.into_values();
        all.filter(|one| one.what == MOVE_APPOINTMENT && one.state == CommitmentState::Promised).count()
    };
    office.work();
    assert_eq!(work(&office), 1);
    let told_reception = office.sent_to("secretariat@tilleuls.example");
    let letter = told_reception.iter().find(|one| one.body.contains("« Échographe » n'est pas disponible"));
    assert!(letter.expect("the reception is told").body.contains("Jeanne Dupont"));
    assert_eq!(starts(&slots(&office, contact, "dr-martin")), starts(&free[1..2]), "nothing from then on, ever");
    let later = NewBooking { start: free[8].slot.span.start, ..booking(&free[8], "op-3") };
    assert!(matches!(office.book(contact, later.clone()), Err(FlowError::RuleBroken { rule: Rule::Resource, .. })));
    assert!(!slots(&office, paper, "dr-martin").is_empty(), "other motives go on");
    assert_eq!(office.agenda.live().len(), 2, "nothing is cancelled by itself");
    let again = tell(&office, 1, scanner(), from, None).expect("the same click");
    assert_eq!((&again.absence.id, again.affected.len()), (&told.absence.id, 1));
    assert_eq!((office.journal("absence.told"), work(&office)), (1, 1));
    assert_eq!(
        code(&tell(&office, 1, Missing::Practitioner("dr-petit".into()), from, None).unwrap_err()),
        "op-id-reused"
    );
    let open = || block_on(office.reception.absences.open(&office.practice)).unwrap();
    assert_eq!(open(), [again.absence]);
    let ended = block_on(office.reception.absences.end(&office.practice, told.absence.id, &secretary())).unwrap();
    assert!(ended.ended_at.is_some() && open().is_empty());
    assert_eq!(office.journal("absence.ended"), 1);
    office.book(contact, later).expect("repaired");
}

#[test]
fn a_practitioner_who_is_not_there_is_not_offered_and_the_others_are() {
    let office = Office::open();
    let contact = office.triaged();
    let free = slots(&office, contact, "dr-martin");
    let booked = office.book(contact, booking(&free[4], "op-1")).unwrap().booking;
    let martin = Missing::Practitioner("dr-martin".into());
    let until = NOW.plus_minutes(24 * 60);
    let told = tell(&office, 1, martin.clone(), NOW, Some(until)).expect("told");
    assert_eq!(told.affected.iter().map(|one| one.intent).collect::<Vec<_>>(), [booked.intent]);
    assert!(starts(&slots(&office, contact, "dr-martin")).iter().all(|start| *start >= until));
    assert!(starts(&slots(&office, contact, "dr-petit"))[0] < until);
    match office.book(contact, booking(&free[6], "op-2")) {
        Err(FlowError::RuleBroken { rule: Rule::Absence, alternatives, .. }) => assert_eq!(alternatives.len(), 5),
        other => panic!("{other:?}"),
    }
    for (missing, from, until) in [
        (Missing::Practitioner("dr-personne".into()), NOW, None),
        (Missing::Resource("rien".into()), NOW, None),
        (martin.clone(), NOW, Some(NOW)),
        (martin.clone(), NOW.plus_minutes(-120), Some(NOW.plus_minutes(-60))),
        (martin, NOW.plus_minutes(3 * 366 * 24 * 60), None),
    ] {
        assert_eq!(code(&tell(&office, 2, missing, from, until).unwrap_err()), "invalid");
    }
}

#[test]
fn what_stands_in_a_long_absence_becomes_work_a_part_at_a_time_and_each_once() {
    let mut office = Office::crowded(|_| {});
    let contact = office.triaged();
    let search = SlotSearch { practitioner: Some("dr-martin".into()), limit: 100, ..SlotSearch::default() };
    let free = block_on(office.reception.bookings.search(&office.practice, contact, search)).unwrap().slots;
    let inside: Vec<_> = free[4..].iter().take(60).collect();
    for (index, slot) in inside.iter().enumerate() {
        office.book(contact, booking(slot, &format!("op-{index}"))).expect("free");
    }
    office.news_leaves();
    let martin = Missing::Practitioner("dr-martin".into());
    let told = tell(&office, 1, martin.clone(), inside[0].slot.span.start, None).expect("told");
    assert_eq!(told.affected.len(), 60, "all of it is listed at once");
    let work = |office: &Office| office.rows().commitments.values().filter(|one| one.what == MOVE_APPOINTMENT).count();
    assert_eq!(work(&office), 0, "and written by a job");
    // Called off before it is anybody's work.
    let over = told.affected[59].appointment.clone().expect("confirmed");
    let new = NewCancellation {
        op_id: "op-over".into(),
        contact: None,
        by: ByWhom::Patient,
        reason: "patient-request".to_owned(),
    };
    block_on(office.reception.appointments.cancel(&office.practice, &over, new, &doctor())).expect("cancelled");
    // The process dies as soon as anything of it is written.
    let jobs = Jobs::new(office.reception.clone());
    {
        let mut run = pin!(jobs.run_due(50));
        while work(&office) == 0 {
            assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
    }
    assert_eq!(work(&office), 50);
    office.restart();
    office.wait_s(120);
    assert_eq!(work(&office), 59, "each once, and what is over is nobody's");
    let again = tell(&office, 1, martin, inside[0].slot.span.start, None).expect("the same click");
    assert_eq!(again.affected.len(), 59);
    office.wait_s(120);
    assert_eq!((work(&office), office.journal("absence.told")), (59, 1));
}

/// Whoever tells of it while others book: afterwards nothing stands in it that nobody works on.
#[test]
fn what_is_booked_while_a_device_breaks_is_refused_or_work() {
    for offset in 0..12 {
        let office = Office::crowded(equipped);
        let contacts: Vec<_> = (0..6).map(|_| office.triaged()).collect();
        let free = slots(&office, contacts[0], "dr-martin");
        let secretary = secretary();
        let new = NewAbsence {
            id: AbsenceId(uuid::Uuid::from_u128(1)),
            missing: scanner(),
            from: None,
            until: None,
            note: None,
        };
        let books = async {
            let each = contacts.iter().zip(&free).enumerate().map(|(index, (contact, slot))| {
                let new = booking(slot, &format!("op-{index}"));
                office.reception.bookings.book(&office.practice, *contact, new, &secretary)
            });
            join_all(each).await
        };
        let breaks = async {
            for _ in 0..offset {
                office.storage.practice_of_contact(contacts[0]).await.unwrap();
            }
            office.reception.absences.tell(&office.practice, new, &secretary).await.unwrap()
        };
        let (booked, told) = block_on(async { futures::join!(books, breaks) });
        for outcome in booked {
            match outcome {
                Ok(outcome) => {
                    assert!(told.affected.iter().any(|one| one.intent == outcome.booking.intent), "offset {offset}");
                }
                Err(FlowError::RuleBroken { rule: Rule::Resource, .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    }
}
