//! Whoever reads a contact asks no plugin, sees what was last said of it, and is
//! told when that is outdated.

use std::sync::atomic::Ordering;

use futures::FutureExt;
use futures::executor::block_on;
use greffon_core::flow::{NewContact, NewFact};
use greffon_core::model::care::{Value, keys};
use greffon_core::model::contact::{ContactChannel, ContactState};
use greffon_core::model::script::BookingProgress;
use greffon_core::model::view::ContactView;
use greffon_simulation::{Effect, Fault};

use crate::office::{Office, booking, everything, secretary};

fn is_outdated(view: &ContactView) -> bool {
    view.banners.iter().any(|banner| banner.code == "view-outdated")
}

#[test]
fn whoever_reads_a_contact_asks_no_plugin_and_changes_nothing() {
    let office = Office::open();
    let contact = office.triaged();
    let shown = office.tell(contact, Vec::new()).unwrap();
    let (asked, rows) = (office.plugins.total(), office.rows());
    assert_eq!(office.look(contact), shown);
    assert_eq!(office.plugins.total(), asked);
    assert_eq!(office.rows().contacts, rows.contacts);
    assert_eq!(office.rows().audit, rows.audit);
}

#[test]
fn a_booking_shows_at_once_in_what_is_read() {
    let office = Office::open();
    let contact = office.triaged();
    office.booked(contact, "op-1");
    let view = office.look(contact);
    assert!(!is_outdated(&view), "{:?}", view.banners);
    assert_eq!(view.bookings[0].progress, BookingProgress::Confirmed);
}

#[test]
fn what_a_job_finds_out_shows_in_what_is_read() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    office.plan.next(Effect::AgendaWrite, Fault::ResponseLost);
    office.book(contact, booking(&slot, "op-1")).unwrap();
    let before = office.look(contact);
    assert_eq!(before.bookings[0].progress, BookingProgress::ToVerify);
    office.wait_s(120);
    let view = office.look(contact);
    assert_eq!(view.bookings[0].progress, BookingProgress::Confirmed);
    assert!(!is_outdated(&view), "{:?}", view.banners);
}

#[test]
fn a_new_revision_is_seen_by_who_reads_and_a_job_asks_again_once() {
    let office = Office::open();
    let contact = office.triaged();
    office.reload(|live| live.practice.revision = "2".to_owned());
    let asked = office.plugins.total();
    let (first, second) = (office.look(contact), office.look(contact));
    assert!(is_outdated(&first) && is_outdated(&second));
    assert!(!first.may_close, "nothing is closed on words of another revision");
    assert_eq!(office.plugins.total(), asked);
    assert_eq!(office.storage.jobs().len(), 1, "two who read ask once");
    office.work();
    assert!(office.plugins.total() > asked);
    assert!(!is_outdated(&office.look(contact)));
}

#[test]
fn a_contact_whose_first_look_was_cut_off_is_taken_further_by_who_reads_it() {
    let office = Office::open();
    // The process dies while the grid is asked.
    office.plugins.hangs.store(true, Ordering::SeqCst);
    let new =
        NewContact { channel: ContactChannel::Phone, origin: None, facts: everything("consultation"), about: None };
    let actor = secretary();
    let receiving = office.reception.contacts.receive(&office.practice, new, &actor);
    assert!(receiving.now_or_never().is_none());
    office.plugins.hangs.store(false, Ordering::SeqCst);
    let contact = *office.rows().contacts.keys().next().unwrap();
    let view = office.look(contact);
    assert!(is_outdated(&view) && !view.may_close && view.state != ContactState::Concluded);
    office.work();
    let view = office.look(contact);
    assert!(!is_outdated(&view) && view.state == ContactState::Concluded, "{view:?}");
}

#[test]
fn an_answered_question_of_an_outdated_view_is_not_asked_again() {
    let office = Office::open();
    let contact = office.receive(everything("consultation")).contact;
    let fact = NewFact { key: keys::PATIENT_FAMILY.to_owned(), value: Value::Text("Durand".to_owned()), source: None };
    office.tell(contact, vec![fact]).unwrap();
    let view = block_on(office.reception.reads.contact(&office.practice, contact)).unwrap().view;
    let open: Vec<&str> = view.questions.iter().map(|asked| asked.question.key.as_str()).collect();
    assert!(!open.contains(&keys::PATIENT_FAMILY), "{open:?}");
}
