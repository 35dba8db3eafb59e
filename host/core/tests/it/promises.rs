use futures::executor::block_on;
use greffon_core::flow::Flow;
use greffon_core::ids::CommitmentId;
use greffon_core::model::channel::Address;
use greffon_core::model::commitment::{Commitment, CommitmentAction, CommitmentState};
use greffon_core::model::practice::Recipient;
use greffon_simulation::{Effect, Fault};

use crate::office::{NOW, Office, code, everything, secretary};

/// A decision promised within two hours.
fn promised(office: &Office) -> Commitment {
    office.plan.next(Effect::Triage, Fault::Refused);
    office.receive(everything("consultation")).commitments.remove(0)
}

fn act(office: &Office, id: CommitmentId, action: CommitmentAction) -> Flow<Commitment> {
    block_on(office.reception.commitments.act(&office.practice, id, action, &secretary()))
}

fn sent(office: &Office, template: &str) -> usize {
    office.sent.lock().unwrap().iter().filter(|one| one.template.id == template).count()
}

#[test]
fn a_promise_is_warned_about_then_escalated_then_kept_late() {
    let office = Office::open();
    let promise = promised(&office);
    assert_eq!(promise.due, NOW.plus_minutes(120));
    office.wait_s(90 * 60 - 1);
    assert_eq!(sent(&office, "host.commitment-warning"), 0);
    office.wait_s(1);
    assert_eq!(sent(&office, "host.commitment-warning"), 1);
    office.wait_s(30 * 60);
    assert_eq!(sent(&office, "host.commitment-late"), 1);
    office.wait_s(2 * 3600 - 1);
    assert_eq!(sent(&office, "host.commitment-still-late"), 0);
    office.wait_s(1);
    assert_eq!(sent(&office, "host.commitment-still-late"), 1);
    office.wait_s(48 * 3600);
    assert_eq!((sent(&office, "host.commitment-warning"), sent(&office, "host.commitment-late")), (1, 1));
    assert_eq!(sent(&office, "host.commitment-still-late"), 3, "every day");
    let kept = act(&office, promise.id, CommitmentAction::Keep { note: "rappelée".to_owned() }).unwrap();
    assert_eq!(kept.state, CommitmentState::KeptLate);
    let again = act(&office, promise.id, CommitmentAction::Start);
    assert_eq!(code(&again.unwrap_err()), "already-final");
    office.wait_s(48 * 3600);
    assert_eq!(sent(&office, "host.commitment-still-late"), 3);
    assert_eq!(office.storage.jobs(), [], "nothing is left to watch");
}

#[test]
fn a_promise_that_is_kept_in_time_is_left_alone() {
    let office = Office::open();
    let promise = promised(&office);
    act(&office, promise.id, CommitmentAction::Start).unwrap();
    let kept = act(&office, promise.id, CommitmentAction::Keep { note: String::new() }).unwrap();
    assert_eq!(kept.state, CommitmentState::Kept);
    office.wait_s(48 * 3600);
    assert_eq!((sent(&office, "host.commitment-warning"), sent(&office, "host.commitment-late")), (0, 0));
}

#[test]
fn a_promise_that_is_moved_is_told_to_the_patient_and_watched_anew() {
    let office = Office::open();
    let promise = promised(&office);
    office.wait_s(100 * 60);
    let due = NOW.plus_minutes(240);
    let moved = act(&office, promise.id, CommitmentAction::Move { due, reason: "visite à domicile".to_owned() });
    assert_eq!(moved.unwrap().moves.len(), 1);
    office.work();
    let told = office.sent_to("jeanne@dupont.example");
    assert_eq!(told.len(), 1);
    assert!(told[0].body.contains("13 h") && !told[0].body.contains("visite"), "{}", told[0].body);
    office.wait_s(60 * 60);
    assert_eq!(sent(&office, "host.commitment-late"), 0, "the old time does not count any more");
    office.wait_s(90 * 60);
    assert_eq!((sent(&office, "host.commitment-warning"), sent(&office, "host.commitment-late")), (2, 1));
}

#[test]
fn a_promise_survives_the_end_of_its_process() {
    let mut office = Office::open();
    promised(&office);
    office.restart();
    office.wait_s(120 * 60);
    assert_eq!(sent(&office, "host.commitment-late"), 1);
}

#[test]
fn only_the_practice_that_made_a_promise_sees_it() {
    let office = Office::open();
    let unknown = CommitmentId(uuid::Uuid::nil());
    assert_eq!(code(&act(&office, unknown, CommitmentAction::Start).unwrap_err()), "commitment");
    let promise = promised(&office);
    let late = CommitmentAction::Move { due: NOW, reason: "x".to_owned() };
    assert_eq!(code(&act(&office, promise.id, late).unwrap_err()), "invalid");
    let long = CommitmentAction::Break { reason: "x".repeat(2001) };
    assert_eq!(code(&act(&office, promise.id, long).unwrap_err()), "invalid");
}

/// Nobody is there on a public holiday, nor on a day that the practice has closed.
#[test]
fn a_promise_falls_on_a_day_on_which_somebody_is_there() {
    let closed = |day: jiff::civil::Date| {
        let office = Office::open();
        office.reload(|live| live.practice.sites[0].closures.days = vec![day]);
        promised(&office).due
    };
    let tomorrow_morning = NOW.plus_minutes(24 * 60);
    assert_eq!(closed(jiff::civil::date(2026, 11, 24)), tomorrow_morning);
    assert_eq!(closed(jiff::civil::date(2026, 11, 25)), NOW.plus_minutes(120));
}

/// At last the operator knows, who sees that nobody of the practice does anything.
#[test]
fn a_promise_that_is_late_still_is_told_to_every_supervisor() {
    let office = Office::open();
    office.reload(|live| {
        for name in ["plateforme:a", "plateforme:b"] {
            let address = Address { scheme: "mailto".to_owned(), value: format!("{name}@operator.example") };
            let recipient = Recipient { addresses: vec![address], code: None };
            live.practice.recipients.insert(name.to_owned(), recipient);
            live.practice.supervision.supervisors.push(name.to_owned());
        }
    });
    promised(&office);
    office.wait_s(2 * 3600);
    let told = |name: &str| office.sent_to(&format!("{name}@operator.example")).len();
    assert_eq!((told("plateforme:a"), told("plateforme:b")), (0, 0));
    office.wait_s(2 * 3600);
    assert_eq!((told("plateforme:a"), told("plateforme:b")), (1, 1));
}
