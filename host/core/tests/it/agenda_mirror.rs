//! A search reads what the agendas held when they were last followed; a booking asks them.

use std::time::Duration;

use futures::channel::oneshot;
use greffon_core::flow::SlotSearch;
use greffon_core::ids::JobId;
use greffon_core::jobs::Jobs;
use greffon_core::model::job::{Due, Job, Lane};
use greffon_core::model::practice::Practice;
use greffon_core::model::view::SlotOffer;
use greffon_core::ports::storage::Storage as _;
use greffon_core::time::{Instant, Span};
use greffon_simulation::AgendaStyle;

use futures::executor::block_on;

use crate::office::{NOW, Office, booking, code, doctor};

const TEN: Instant = Instant(NOW.0 + 60 * 60_000);

fn followed(change: impl FnOnce(&mut Practice)) -> Office {
    let office = Office::with(AgendaStyle::FreeStore, change);
    office.follow();
    office.work();
    office
}

fn at_ten() -> Span {
    Span { start: TEN, end: TEN.plus_minutes(15) }
}

fn offer(office: &Office) -> SlotOffer {
    let contact = office.triaged();
    let search = SlotSearch {
        motive: None,
        window: None,
        practitioner: Some("dr-martin".into()),
        limit: 20,
        ..SlotSearch::default()
    };
    block_on(office.reception.bookings.search(&office.practice, contact, search)).unwrap()
}

fn is_offered(offer: &SlotOffer, start: Instant) -> bool {
    offer.slots.iter().any(|slot| slot.slot.span.start == start)
}

#[test]
fn a_search_asks_no_agenda_that_was_just_read_and_says_of_when_it_is() {
    let office = followed(|_| {});
    office.agenda.enter(&"dr-martin".into(), at_ten());
    office.wait_s(601);
    let reads = office.plugins.calls("find-slots");
    let offer = offer(&office);
    assert_eq!(office.plugins.calls("find-slots"), reads, "nobody was asked");
    assert!(offer.complete && !is_offered(&offer, TEN));
    assert!(offer.slots.len() > 5);
    let age = Instant(NOW.0 + 601_000).millis_since(offer.as_of);
    assert!((1..=90_000).contains(&age), "{age} ms");
}

#[test]
fn a_search_asks_the_agenda_where_the_mirror_is_old_or_nobody_wants_it() {
    let old = followed(|_| {});
    old.wait_s(300);
    let never = followed(|practice| practice.agenda_fresh_s = 0);
    for office in [old, never] {
        office.agenda.enter(&"dr-martin".into(), at_ten());
        let reads = office.plugins.calls("find-slots");
        assert!(!is_offered(&offer(&office), TEN), "what was entered just now is seen");
        assert_eq!(office.plugins.calls("find-slots"), reads + 1);
    }
}

#[test]
fn a_reading_that_was_overtaken_puts_nothing_back() {
    let office = followed(|_| {});
    office.clock.advance(Duration::from_secs(601));
    let (over, late) = oneshot::channel();
    *office.plugins.late.lock().unwrap() = Some(late);
    let jobs = Jobs::new(office.reception.clone());
    let overtaking = async {
        office.agenda.enter(&"dr-martin".into(), at_ten());
        let told = Job::ReadChanges("agenda".into(), vec!["dr-martin".into()]);
        let mut tx = office.storage.begin(&office.practice).await.unwrap();
        tx.enqueue(JobId(office.reception.fresh_id()), &told, Lane::Watch, Due::NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(jobs.run_due(1).await.unwrap(), 1);
        over.send(()).unwrap();
    };
    let (first, ()) = block_on(async { futures::join!(jobs.run_due(1), overtaking) });
    assert_eq!(first.unwrap(), 1);
    let reads = office.plugins.calls("find-slots");
    assert!(!is_offered(&offer(&office), TEN), "the first answer was older");
    assert_eq!(office.plugins.calls("find-slots"), reads, "that is what the mirror says");
}

#[test]
fn a_mirror_that_is_behind_books_nobody_twice() {
    let office = followed(|_| {});
    let contact = office.triaged();
    let slot = office.slots(contact).into_iter().find(|slot| slot.slot.span.start == TEN).unwrap();
    office.agenda.enter(&"dr-martin".into(), at_ten());
    assert!(is_offered(&offer(&office), TEN), "seen within a minute, not at once");
    assert_eq!(code(&office.book(contact, booking(&slot, "op-1")).unwrap_err()), "slot-taken");
    assert_eq!(office.agenda.live().len(), 1);
}

#[test]
fn what_greffon_itself_takes_out_and_moves_is_free_at_once() {
    let office = followed(|_| {});
    let contact = office.triaged();
    let slot = office.slots(contact).into_iter().find(|slot| slot.slot.span.start == TEN).unwrap();
    let id = office.book(contact, booking(&slot, "op-1")).unwrap().booking.appointment.unwrap();
    assert!(!is_offered(&offer(&office), TEN), "its claim keeps it");
    office.wait_s(620);
    assert!(!is_offered(&offer(&office), TEN), "the mirror holds it");
    let new = greffon_core::flow::NewMove {
        op_id: "op-2".into(),
        contact: None,
        start: TEN.plus_minutes(60),
        agenda: None,
        slot_handle: None,
        slot_version: None,
    };
    block_on(office.reception.appointments.move_to(&office.practice, &id, new, &doctor())).unwrap();
    let reads = office.plugins.calls("find-slots");
    let now = offer(&office);
    assert!(is_offered(&now, TEN) && !is_offered(&now, TEN.plus_minutes(60)));
    assert_eq!(office.plugins.calls("find-slots"), reads);
}

#[test]
fn the_desk_sees_what_others_wrote_beside_what_greffon_wrote() {
    let office = followed(|_| {});
    let contact = office.triaged();
    let slot = office.slots(contact).into_iter().find(|slot| slot.slot.span.start == TEN).unwrap();
    let id = office.book(contact, booking(&slot, "op-1")).unwrap().booking.appointment.unwrap();
    let eleven = Span { start: TEN.plus_minutes(60), end: TEN.plus_minutes(75) };
    let window = Span { start: NOW, end: NOW.plus_minutes(24 * 60) };
    let at_once =
        block_on(office.reception.reads.agendas(&office.practice, window, Some(&"dr-martin".into()))).unwrap();
    let own: Vec<_> = at_once[0].entries.iter().map(|one| one.appointment.clone()).collect();
    assert_eq!(own, [Some(id.clone())], "what was just booked is seen before the agenda is read again");
    office.agenda.enter(&"dr-martin".into(), eleven);
    office.wait_s(620);
    let asked = office.plugins.calls("find-slots") + office.plugins.calls("changes");
    let agendas =
        block_on(office.reception.reads.agendas(&office.practice, window, Some(&"dr-martin".into()))).unwrap();
    assert_eq!(asked, office.plugins.calls("find-slots") + office.plugins.calls("changes"), "nobody was asked");
    let entries: Vec<_> =
        agendas.iter().flat_map(|one| &one.entries).map(|one| (one.span, one.appointment.clone())).collect();
    assert_eq!(entries, [(at_ten(), Some(id)), (eleven, None)]);
    assert!(agendas.iter().all(|one| one.as_of.is_some() && one.practitioner == "dr-martin".into()));
    // What was never followed is not shown as empty.
    let past = Span { start: NOW.plus_minutes(-40 * 24 * 60), end: NOW.plus_minutes(-39 * 24 * 60) };
    let agendas = block_on(office.reception.reads.agendas(&office.practice, past, None)).unwrap();
    assert!(!agendas.is_empty() && agendas.iter().all(|one| one.as_of.is_none() && one.entries.is_empty()));
}

#[test]
fn an_agenda_that_is_suddenly_empty_is_asked_again() {
    let office = followed(|_| {});
    let contact = office.triaged();
    let ids: Vec<_> = (0..8)
        .map(|number| {
            let slot = office.slots(contact).into_iter().find(|slot| slot.slot.span.start >= TEN).unwrap();
            office.book(contact, booking(&slot, &format!("op-{number}"))).unwrap().booking.appointment.unwrap()
        })
        .collect();
    office.wait_s(700);
    for id in &ids {
        office.agenda.strike(id);
    }
    office.wait_s(600);
    let reads = office.plugins.calls("find-slots");
    let _ = offer(&office);
    assert_eq!(office.plugins.calls("find-slots"), reads + 1, "what only a person can believe is no mirror");
}
