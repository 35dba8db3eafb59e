//! A practice's rules about its motives, from the search to the claim.

use futures::executor::block_on;
use futures::future::join_all;
use greffon_core::flow::{FlowError, NewBooking, NewLevel, SlotSearch};
use greffon_core::ids::ContactId;
use greffon_core::model::care::{Level, keys};
use greffon_core::model::civil::Zone;
use greffon_core::model::intent::IntentState;
use greffon_core::model::practice::{OwnDuration, Practice, PractitionerAgenda, ReservedHours, WeekHours};
use greffon_core::model::scheduling::{Audience, Rule, Slot, SlotState};
use greffon_core::model::slots::{HalfDay, SlotWishes, Weekday};
use greffon_core::model::view::OfferedSlot;
use greffon_core::time::{Instant, Span};
use greffon_simulation::AgendaStyle;

use crate::office::{NOW, Office, booking, choice, doctor, secretary};

fn change_motive(practice: &mut Practice, id: &str, change: impl FnOnce(&mut greffon_core::model::practice::Motive)) {
    change(practice.motives.iter_mut().find(|one| one.id.as_str() == id).expect("there"));
}

/// The free slots of anybody.
fn everybodys(office: &Office, contact: ContactId) -> Vec<OfferedSlot> {
    let search = SlotSearch { limit: 100, ..SlotSearch::default() };
    block_on(office.reception.bookings.search(&office.practice, contact, search)).unwrap().slots
}

/// The rule that a refusal names, and how many other times it offers.
fn broken(outcome: Result<impl std::fmt::Debug, FlowError>) -> (Rule, usize) {
    match outcome {
        Err(FlowError::RuleBroken { rule, why, alternatives }) => {
            assert!(!why.fr().is_empty());
            (rule, alternatives.len())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_appointment_is_as_long_as_with_its_practitioner_from_the_offer_to_the_agenda() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        change_motive(practice, "consultation", |motive| {
            let own = OwnDuration { practitioner: Some("dr-petit".into()), site: None, duration_min: 45 };
            motive.durations = vec![own];
        });
    });
    let contact = office.triaged();
    let slots = everybodys(&office, contact);
    let minutes = |slot: &OfferedSlot| slot.slot.span.end.millis_since(slot.slot.span.start) / 60_000;
    for slot in &slots {
        let petit = slot.practitioner == Some("dr-petit".into());
        assert_eq!(minutes(slot), if petit { 45 } else { 15 });
    }
    let long = slots.iter().find(|slot| minutes(slot) == 45).unwrap();
    let booked = office.book(contact, booking(long, "op-1")).unwrap().booking;
    assert_eq!(booked.span, long.slot.span);
    assert_eq!(office.agenda.live()[0].held.span, long.slot.span);
    let inside = NewBooking { start: long.slot.span.start.plus_minutes(30), ..booking(long, "op-2") };
    assert!(matches!(office.book(contact, inside), Err(FlowError::SlotTaken { .. })), "all of it is claimed");
}

/// Dr Martin sees patients at two sites, in two agendas.
fn at_two_sites(practice: &mut Practice) {
    let mut south = practice.sites[0].clone();
    south.id = "sud".into();
    practice.sites.push(south);
    let martin = &mut practice.practitioners[0];
    let own = PractitionerAgenda { agenda: "dr-martin-sud".into(), site: "sud".into(), ..martin.agendas[0].clone() };
    martin.agendas.push(own);
    change_motive(practice, "consultation", |motive| motive.max_per_day = Some(2));
}

#[test]
fn the_quota_of_a_day_is_the_practitioners_at_all_sites_together() {
    let office = Office::with(AgendaStyle::Arbitrated, at_two_sites);
    let contact = office.triaged();
    let of = |agenda: &str| {
        let slots = everybodys(&office, contact);
        slots.into_iter().filter(|slot| slot.slot.agenda.as_str() == agenda).collect::<Vec<_>>()
    };
    office.book(contact, booking(&of("dr-martin")[0], "op-1")).unwrap();
    let (south, north) = (of("dr-martin-sud"), of("dr-martin"));
    office.book(contact, booking(&south[1], "op-2")).unwrap();
    for (slot, op) in [(&north[4], "op-3"), (&south[4], "op-4")] {
        let (rule, others) = broken(office.book(contact, booking(slot, op)));
        assert_eq!((rule, others), (Rule::Quota, 5), "and other days are offered");
    }
    let day = NOW.plus_minutes(12 * 60);
    assert!(of("dr-martin").iter().chain(&of("dr-martin-sud")).all(|slot| slot.slot.span.start > day));
    assert!(of("dr-petit")[0].slot.span.start < day, "the others have a quota of their own");
}

#[test]
fn of_many_who_want_the_last_places_of_a_day_no_more_get_one_than_there_are() {
    let office = Office::crowded(at_two_sites);
    let contacts: Vec<_> = (0..8).map(|_| office.triaged()).collect();
    let slots = everybodys(&office, contacts[0]);
    let today =
        |agenda: &str| slots.iter().filter(|slot| slot.slot.agenda.as_str() == agenda).take(4).cloned().collect();
    let (north, south): (Vec<OfferedSlot>, Vec<OfferedSlot>) = (today("dr-martin"), today("dr-martin-sud"));
    let secretary = secretary();
    // No two want the same time, in one agenda or in the other.
    let wanted = north.iter().chain(&south);
    let outcomes = block_on(join_all(contacts.iter().zip(wanted).enumerate().map(|(index, (contact, slot))| {
        let new = booking(slot, &format!("op-{index}"));
        office.reception.bookings.book(&office.practice, *contact, new, &secretary)
    })));
    let mut won = 0;
    for outcome in outcomes {
        match outcome {
            Ok(outcome) => {
                assert_eq!(outcome.booking.state, IntentState::Confirmed);
                won += 1;
            }
            refused => assert_eq!(broken(refused).0, Rule::Quota),
        }
    }
    assert_eq!((won, office.agenda.live().len()), (2, 2));
}

/// From half past ten to half past eleven for renewals, open to all an hour before.
fn kept_for_renewals(practice: &mut Practice) {
    practice.reserved.push(ReservedHours {
        id: "renouvellements".to_owned(),
        label: "Renouvellements".to_owned(),
        motives: vec!["renouvellement".into()],
        practitioners: vec!["dr-martin".into()],
        sites: vec![],
        hours: WeekHours(std::array::from_fn(|_| vec![(630, 690)])),
        release_min: Some(60),
    });
}

#[test]
fn hours_that_are_kept_go_to_their_motive_and_to_all_once_they_are_released() {
    let office = Office::with(AgendaStyle::Arbitrated, kept_for_renewals);
    let (contact, renewal) = (office.triaged(), office.triaged_for("renouvellement"));
    let inside = |start: Instant| NOW.plus_minutes(90) <= start && start < NOW.plus_minutes(150);
    let slots = office.slots(contact);
    assert!(!slots.iter().any(|slot| inside(slot.slot.span.start)));
    let kept: Vec<_> = office.slots(renewal).into_iter().filter(|slot| inside(slot.slot.span.start)).collect();
    assert_eq!(kept.len(), 4);
    let (rule, others) = broken(office.book(contact, booking(&kept[0], "op-1")));
    assert_eq!((rule, others), (Rule::Reserved, 5));
    office.book(renewal, booking(&kept[0], "op-2")).expect("it is for them");
    office.clock.set(NOW.plus_minutes(50));
    let start =
        |minutes| NewBooking { start: NOW.plus_minutes(minutes), ..booking(&kept[0], &format!("op-{minutes}")) };
    office.book(contact, start(105)).expect("released");
    assert_eq!(broken(office.book(contact, start(120))).0, Rule::Reserved, "its hour has not come");
}

#[test]
fn every_wish_for_a_time_is_honoured_and_binds_nobody() {
    let office = Office::open();
    let contact = office.triaged();
    let zone = Zone::named("Europe/Paris").unwrap();
    let found = |practitioner: Option<&str>, limit: u32, wishes: SlotWishes| {
        let search = SlotSearch { practitioner: practitioner.map(Into::into), wishes, limit, ..SlotSearch::default() };
        block_on(office.reception.bookings.search(&office.practice, contact, search)).unwrap()
    };
    let starts = |wishes: SlotWishes| {
        let offer = found(Some("dr-martin"), 40, wishes);
        assert!(offer.complete && offer.slots.len() == 40, "all of the horizon is looked through");
        offer.slots.iter().map(|slot| zone.civil(slot.slot.span.start)).collect::<Vec<_>>()
    };
    let morning = SlotWishes { half_day: Some(HalfDay::Morning), ..SlotWishes::default() };
    assert!(starts(morning.clone()).iter().all(|start| start.hour() < 12));
    let afternoon = SlotWishes { half_day: Some(HalfDay::Afternoon), ..SlotWishes::default() };
    assert!(starts(afternoon).iter().all(|start| start.hour() >= 12));
    let thursdays = SlotWishes { weekdays: vec![Weekday::named("thu").unwrap()], ..SlotWishes::default() };
    assert!(starts(thursdays.clone()).iter().all(|start| start.weekday() == jiff::civil::Weekday::Thursday));
    let later = SlotWishes { not_before: Some(jiff::civil::date(2026, 12, 10)), ..SlotWishes::default() };
    assert_eq!(starts(later)[0].to_string(), "2026-12-10T08:30:00");
    let evenings = SlotWishes { from_minute: Some(17 * 60), ..SlotWishes::default() };
    assert!(starts(evenings).iter().all(|start| start.hour() >= 17));
    let all = SlotWishes { not_before: Some(jiff::civil::date(2026, 12, 10)), ..morning };
    let all = SlotWishes { weekdays: thursdays.weekdays, from_minute: Some(11 * 60), ..all };
    let first = found(Some("dr-petit"), 1, all);
    assert_eq!(first.slots.len(), 1, "the first that is free");
    assert_eq!(first.slots[0].practitioner, Some("dr-petit".into()));
    assert_eq!(zone.text(first.slots[0].slot.span.start), "2026-12-10T11:00");
    let never = SlotWishes { weekdays: vec![Weekday::named("sun").unwrap()], ..SlotWishes::default() };
    let never = found(None, 5, never);
    assert!(never.slots.is_empty() && never.complete, "nobody is there on Sundays, and that is certain");
    office.book(contact, booking(&first.slots[0], "op-1")).expect("what is offered can be had");
    let nobody = SlotSearch { practitioner: Some("dr-personne".into()), limit: 1, ..SlotSearch::default() };
    assert!(block_on(office.reception.bookings.search(&office.practice, contact, nobody)).is_err());
}

/// The booking cannot know for whom a slot was served, so that it is hidden.
#[test]
fn what_an_agenda_serves_for_professionals_is_offered_to_no_patient() {
    let office = Office::with(AgendaStyle::Arbitrated, |_| {});
    let served = |minutes: i64, audience: Audience| Slot { audience, ..served(minutes) };
    let professional = Audience { professional: true, ..Audience::default() };
    office.agenda.serve(vec![served(0, professional), served(15, Audience::default())]);
    let starts = |contact| office.slots(contact).iter().map(|slot| slot.slot.span.start).collect::<Vec<_>>();
    let patient = office.triaged();
    assert_eq!(starts(patient), [NOW.plus_minutes(15)]);
    office.tell(patient, vec![choice(keys::CALLER_KIND, "professional")]).unwrap();
    assert_eq!(starts(patient), [NOW, NOW.plus_minutes(15)]);
}

#[test]
fn whom_the_caller_asks_for_is_offered_first_and_the_others_after() {
    let office = Office::open();
    let contact = office.triaged();
    let found = |limit: u32| {
        let search = SlotSearch { limit, ..SlotSearch::default() };
        let offer = block_on(office.reception.bookings.search(&office.practice, contact, search)).unwrap();
        offer.slots.into_iter().map(|slot| (slot.practitioner.unwrap().0, slot.slot.span.start)).collect::<Vec<_>>()
    };
    let unasked = found(4);
    assert_eq!(unasked[0].0, "dr-martin");
    office.tell(contact, vec![choice(keys::PRACTITIONER, "dr-petit")]).unwrap();
    assert_eq!(found(1), [("dr-petit".to_owned(), NOW)], "the first with the one who is asked for");
    let asked = found(5);
    let names: Vec<&str> = asked.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["dr-petit", "dr-petit", "dr-petit", "dr-martin", "dr-martin"]);
    assert_eq!((asked[0].1, asked[3].1), (NOW, NOW), "each from the first on");
    let today = NewLevel { level: Level::SameDay, reason: "à voir aujourd'hui".to_owned() };
    block_on(office.reception.contacts.set_level(&office.practice, contact, today, &doctor())).unwrap();
    assert_eq!(found(4), unasked, "whoever must be seen today is offered the earliest time");
    office.reload(|live| live.practice.practitioners[1].agendas[0].hours = WeekHours::default());
    assert!(found(4).iter().all(|(name, _)| name == "dr-martin"), "nobody is kept waiting for one who has no time");
}

/// A quarter of an hour of Dr Martin's that the agenda serves for anybody.
fn served(minutes: i64) -> Slot {
    Slot {
        agenda: "dr-martin".into(),
        span: Span { start: NOW.plus_minutes(minutes), end: NOW.plus_minutes(minutes + 15) },
        state: SlotState::Free,
        motives: vec![],
        audience: Audience::default(),
        modes: vec![],
        seats_left: 1,
        handle: None,
        version: None,
        booking_url: None,
        entry: None,
    }
}

#[test]
fn an_agenda_that_serves_slots_is_asked_for_enough_of_them_to_meet_a_wish() {
    let office = Office::with(AgendaStyle::Arbitrated, |_| {});
    let contact = office.triaged();
    office.agenda.serve([0, 15, 30, 45, 60, 300, 315].map(served).to_vec());
    let wishes = SlotWishes { half_day: Some(HalfDay::Afternoon), ..SlotWishes::default() };
    let search = SlotSearch { practitioner: Some("dr-martin".into()), wishes, limit: 2, ..SlotSearch::default() };
    let offer = block_on(office.reception.bookings.search(&office.practice, contact, search)).unwrap();
    let starts: Vec<Instant> = offer.slots.iter().map(|slot| slot.slot.span.start).collect();
    assert_eq!((starts, offer.complete), (vec![NOW.plus_minutes(300), NOW.plus_minutes(315)], true));
}
