//! What happens to a step, and to what is open, when the practice's files
//! change.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::FutureExt;
use greffon_core::model::contact::{ContactState, UNDECIDED};
use greffon_core::model::intent::IntentState;
use greffon_core::model::practice::PluginKind;
use greffon_core::model::triage::Orientation;
use greffon_core::ports::plugins::{Bound, PluginFailure, Problem, Stamp};
use greffon_simulation::{AgendaStyle, Effect, Fault, feature};

use crate::office::{Office, booking, code, everything, secretary};

fn out() -> Problem {
    Problem::lasting("grants.keyvalue", "not granted", "grant it")
}

/// The feature has a problem from now on.
fn goes_out(office: &Office, name: &str, kind: Option<PluginKind>) {
    office.reload(|practice| {
        let feature = practice.features.iter_mut().find(|one| one.id().as_str() == name).unwrap();
        (feature.kind, feature.bound) = (kind, Err(out()));
    });
}

#[test]
fn a_step_uses_one_revision_to_its_end_even_when_the_file_changes_in_its_middle() {
    let office = Office::open();
    let practices = office.practices.clone();
    let changed = {
        let mut live = office.live();
        live.practice.demo = false;
        live.practice.revision = "2".to_owned();
        live.features.clear();
        live
    };
    let answer = office.plugins.fakes.clone();
    office.plugins.fakes.set_triage(move |_| {
        practices.put(changed.clone());
        answer.set_triage(|_| Err(PluginFailure::Busy));
        Ok(Err(greffon_core::ports::plugins::GuestError { code: "not-applicable".to_owned(), text: String::new() }))
    });
    let view = office.receive(everything("consultation"));
    let shows = |code: &str| view.banners.iter().any(|banner| banner.code == code);
    assert!(shows("demo-content"), "of the revision that it began with: {:?}", view.banners);
    assert!(!shows("script-unavailable") && office.plugins.calls("script") > 0, "its script too");

    let next = office.look(view.contact);
    assert!(!next.banners.iter().any(|banner| banner.code == "demo-content"), "the next step sees the new one");
}

#[test]
fn a_grid_that_is_out_leaves_the_decision_to_a_person_and_the_rest_works() {
    for kind in [Some(PluginKind::Triage), None] {
        let office = Office::open();
        goes_out(&office, "triage", kind);
        let view = office.receive(everything("consultation"));
        assert_eq!(view.state, ContactState::Concluded);
        let assessment = view.assessment.expect("concluded");
        assert_eq!(assessment.protocol.id, UNDECIDED);
        assert!(matches!(assessment.orientation, Orientation::HumanDecision(_)), "{assessment:?}");
        assert_eq!(office.journal("triage.failed"), 1);
        assert!(office.plugins.calls("script") > 0, "the script goes on");
    }
}

#[test]
fn of_two_grids_the_one_that_is_out_is_not_forgotten() {
    let office = Office::open();
    office.reload(|practice| {
        let mut second = feature("seconde", Bound::Triage(Arc::new(office.plugins.fakes.clone())));
        (second.kind, second.bound) = (None, Err(out()));
        practice.features.push(second);
    });
    let view = office.receive(everything("consultation"));
    assert_eq!(view.assessment.expect("concluded").protocol.id, UNDECIDED);
}

#[test]
fn a_script_that_is_out_is_replaced_by_the_minimal_one() {
    let office = Office::open();
    goes_out(&office, "script", Some(PluginKind::Script));
    let view = office.receive(everything("consultation"));
    assert!(view.banners.iter().any(|banner| banner.code == "script-unavailable"), "{:?}", view.banners);
    assert!(view.may_book, "triage goes on");
}

#[test]
fn nothing_is_booked_in_an_agenda_that_is_out() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    goes_out(&office, "agenda", Some(PluginKind::Agenda));
    assert_eq!(code(&office.book(contact, booking(&slot, "op-1")).unwrap_err()), "agenda-unavailable");
    assert_eq!((office.slots(contact).len(), office.rows().intents.len()), (0, 0));
}

#[test]
fn a_message_waits_for_a_channel_that_is_out() {
    let office = Office::open();
    goes_out(&office, "courrier", Some(PluginKind::Notification));
    let contact = office.triaged();
    office.booked(contact, "op-1");
    office.work();
    assert_eq!(office.sent.lock().unwrap().len(), 0);
    office.rebind("courrier", Bound::Channel(Arc::new(office.channel.clone())));
    office.wait_s(120);
    assert!(!office.sent_to("jeanne@dupont.example").is_empty(), "it comes back");
}

/// A booking whose answer was lost.
fn unknown(office: &Office) -> greffon_core::ids::ContactId {
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    office.plan.next(Effect::AgendaWrite, Fault::Lost);
    let outcome = office.book(contact, booking(&slot, "op-1")).unwrap();
    assert_eq!(outcome.booking.state, IntentState::Unknown);
    contact
}

fn state(office: &Office) -> IntentState {
    office.rows().intents.values().next().unwrap().state
}

#[test]
fn an_open_intent_whose_feature_is_gone_is_work_for_a_person() {
    let office = Office::open();
    unknown(&office);
    let promises = office.rows().commitments.len();
    office.reload(|practice| practice.features.retain(|feature| feature.id().as_str() != "agenda"));
    office.wait_s(60);
    assert_eq!(state(&office), IntentState::NeedsHuman);
    let rows = office.rows();
    assert_eq!(rows.commitments.len(), promises + 1);
    assert!(rows.commitments.values().any(|one| one.what == "verify-booking"));
    let claims = &rows.intents.values().next().unwrap().claims;
    assert!(!claims.is_empty(), "it may be in the agenda: nobody else gets the time");
    office.wait_s(3 * 3600);
    assert_eq!(office.journal("intent.needs-human"), 1, "and nothing tries again for ever");
}

#[test]
fn an_open_intent_whose_name_became_something_else_is_work_for_a_person() {
    let office = Office::open();
    unknown(&office);
    office.rebind("agenda", office.plugins.fakes.script());
    office.wait_s(60);
    assert_eq!(state(&office), IntentState::NeedsHuman);
}

#[test]
fn an_open_intent_whose_feature_is_only_out_is_waited_for() {
    let office = Office::open();
    unknown(&office);
    goes_out(&office, "agenda", Some(PluginKind::Agenda));
    office.wait_s(60);
    assert_eq!(state(&office), IntentState::Unknown);
    office.rebind("agenda", Bound::Agenda(Arc::new(office.agenda.clone())));
    office.wait_s(1200);
    assert_eq!(state(&office), IntentState::Confirmed, "it is sent again, as this agenda allows");
}

#[test]
fn a_write_that_is_under_way_ends_with_the_plugin_it_began_with() {
    let mut office = Office::with(AgendaStyle::Arbitrated, |_| {});
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    office.plugins.hangs.store(true, Ordering::SeqCst);
    let (reception, practice) = (office.reception.clone(), office.practice.clone());
    let actor = secretary();
    let mut booking = Box::pin(reception.bookings.book(&practice, contact, booking(&slot, "op-1"), &actor));
    assert!(booking.as_mut().now_or_never().is_none(), "it hangs in the agenda");
    office.reload(|practice| practice.features.retain(|feature| feature.id().as_str() != "agenda"));
    office.wait_s(3);
    assert_eq!(state(&office), IntentState::Sending, "its own answer has the first word");
    drop(booking);
    office.restart();
    office.wait_s(60);
    assert_eq!(state(&office), IntentState::NeedsHuman);
}

#[test]
fn the_journal_says_which_plugin_had_a_part() {
    let office = Office::open();
    office.reload(|practice| {
        for feature in &mut practice.features {
            feature.stamp = Stamp { digest: "ab12".to_owned(), ..feature.stamp.clone() };
        }
    });
    let contact = office.triaged();
    office.booked(contact, "op-1");
    let lines = office.rows().audit;
    let line = lines.iter().find(|line| line.action == "intent.confirmed").unwrap();
    for (name, value) in
        [("feature", "agenda"), ("plugin", "agenda-essai"), ("plugin-version", "0.0.0"), ("plugin-digest", "ab12")]
    {
        assert!(line.fields.contains(&(name.to_owned(), value.to_owned())), "{name}: {:?}", line.fields);
    }
}
