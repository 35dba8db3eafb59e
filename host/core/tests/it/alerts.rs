//! Alerts: told rung after rung until somebody takes them in hand, and followed until
//! somebody says what came of them.

use std::sync::Arc;

use futures::executor::block_on;
use greffon_core::flow::{FlowError, NewAcknowledgement, NewClosing, NewEnd, NewLevel, Reception, Thing};
use greffon_core::ids::{AlertId, ContactId};
use greffon_core::jobs::Jobs;
use greffon_core::model::alert::{Alert, AlertOutcome, AlertState, LinkState, MOST_TRIES, NextStep};
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::{Level, Value, keys};
use greffon_core::model::contact::{ContactState, RecapOutcome};
use greffon_core::model::message::{Message, MessageCause};
use greffon_core::model::practice::{Practice, WeekHours};
use greffon_core::model::secret::Secret;
use greffon_core::model::view::ContactView;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::storage::Page;
use greffon_core::time::Instant;
use greffon_simulation::{AgendaStyle, Effect, Fault, ManualClock, SeededIds};

use crate::office::{Office, chained, cut_off, doctor, fact, secretary, text};

fn office_with(change: impl FnOnce(&mut Practice)) -> Office {
    Office::with(AgendaStyle::Arbitrated, change)
}

fn raise(office: &Office, contact: ContactId, level: Level) -> ContactView {
    let new = NewLevel { level, reason: "il va plus mal".to_owned() };
    block_on(office.reception.contacts.set_level(&office.practice, contact, new, &secretary())).unwrap()
}

/// Somebody who cannot breathe; the group question answered with yes.
fn vital(office: &Office) -> (ContactId, AlertId) {
    let contact = office.receive(vec![text(keys::WORDS, "il ne respire plus")]).contact;
    let view = office.tell(contact, vec![fact("red-flag.breathing", Value::Yes)]).unwrap();
    assert_eq!(view.level, Some(Level::Vital));
    let alert = view.alert.expect("an alert in the transaction that raised the level");
    (contact, alert.id)
}

fn alert(office: &Office, id: AlertId) -> Alert {
    block_on(office.reception.reads.alert(&office.practice, id)).expect("an alert").alert
}

/// The recipients of the alert's messages, in the order in which they were told.
fn told(office: &Office, id: AlertId) -> Vec<String> {
    let mut people: Vec<String> = alert(office, id).told.into_iter().map(|told| told.person).collect();
    people.dedup();
    people
}

fn messages(office: &Office, id: AlertId) -> Vec<Message> {
    let page = Page { limit: 200, cursor: None };
    let all = block_on(office.reception.reads.messages(&office.practice, None, &page)).expect("messages").items;
    all.into_iter().filter(|message| message.cause == MessageCause::Alert(id)).collect()
}

/// The link of the last message to somebody.
fn link_of(office: &Office, id: AlertId, person: &str) -> Secret {
    let sent = messages(office, id);
    let message = sent.iter().find(|message| message.recipient == person).expect("a message");
    let link = message.link.as_deref().expect("a link");
    assert!(message.body.contains(link) && link.starts_with(&format!("https://accueil.example/alerte/{id}/")));
    Secret::read(link.rsplit('/').next().expect("a secret")).expect("well formed")
}

#[test]
fn a_rung_is_all_its_people_by_all_their_channels_at_once() {
    let office = office_with(chained);
    let (_, id) = vital(&office);
    let sent = messages(&office, id);
    let mut to: Vec<(String, String)> = sent.iter().map(|one| (one.recipient.clone(), one.to.scheme.clone())).collect();
    to.sort();
    let expected = [("on-call", "mailto"), ("on-call", "tel")];
    assert_eq!(to, expected.map(|(name, scheme)| (name.to_owned(), scheme.to_owned())));
    let body = &sent[0].body;
    for said in ["urgence vitale", "respire", "Numéro :", "Depuis :", "Motif :", "2 minutes"] {
        assert!(body.contains(said), "{said} in {body}");
    }
}

#[test]
fn who_stays_silent_is_followed_by_the_next_and_at_last_by_the_supervisors_without_end() {
    let office = office_with(chained);
    let (_, id) = vital(&office);
    for (seconds, expected) in [
        (119, vec!["on-call"]),
        (1, vec!["on-call", "secretariat"]),
        (119, vec!["on-call", "secretariat"]),
        (1, vec!["on-call", "secretariat", "astreinte"]),
    ] {
        office.wait_s(seconds);
        assert_eq!(told(&office, id), expected, "after {seconds} s more");
    }
    let before = messages(&office, id).len();
    office.wait_s(120);
    assert_eq!(messages(&office, id).len(), before + 2, "the last rung again");
    office.wait_s(7 * 24 * 3600);
    let alert = alert(&office, id);
    assert_eq!(alert.state, AlertState::Open);
    assert!(alert.repeats >= 7 * 24 - 2, "at least hourly: {}", alert.repeats);
    assert!(alert.told.len() <= 200, "{}", alert.told.len());
}

#[test]
fn very_urgent_waits_for_ten_minutes_and_a_rise_to_vital_tells_everybody_again() {
    let office = office_with(chained);
    let contact = office.receive(vec![text(keys::WORDS, "bonjour")]).contact;
    let view = raise(&office, contact, Level::VeryUrgent);
    let id = view.alert.expect("an alert").id;
    office.wait_s(599);
    assert_eq!(told(&office, id), ["on-call"]);
    block_on(office.reception.alerts.acknowledge(&office.practice, id, calls_back(&office, 20), &doctor()))
        .expect("taken");
    office.wait_s(60);
    assert_eq!(told(&office, id), ["on-call"]);
    let view = raise(&office, contact, Level::Vital);
    let alert = view.alert.expect("the same");
    assert_eq!((alert.id, alert.state, alert.level), (id, AlertState::Open, Level::Vital));
    office.wait_s(120);
    assert_eq!(told(&office, id), ["on-call", "secretariat"]);
}

fn calls_back(office: &Office, minutes: i64) -> NewAcknowledgement {
    NewAcknowledgement { next: NextStep::CallBack, until: office.clock.now().plus_minutes(minutes) }
}

#[test]
fn taken_in_hand_it_is_quiet_until_its_hour_and_then_opens_again() {
    let office = office_with(chained);
    let (_, id) = vital(&office);
    let take = calls_back(&office, 15);
    block_on(office.reception.alerts.acknowledge(&office.practice, id, take, &doctor())).expect("taken");
    office.wait_s(899);
    assert_eq!(told(&office, id), ["on-call"]);
    assert_eq!(alert(&office, id).state, AlertState::Acknowledged);
    office.wait_s(1);
    assert_eq!(alert(&office, id).state, AlertState::Open, "no outcome at its hour");
    assert_eq!(alert(&office, id).told.len(), 4, "everybody again, from the first rung");
}

#[test]
fn an_hour_is_neither_past_nor_far_and_only_a_practitioner_sees_no_danger() {
    let office = office_with(chained);
    let (_, id) = vital(&office);
    let alerts = &office.reception.alerts;
    for minutes in [0, -1, 16] {
        let refused = block_on(alerts.acknowledge(&office.practice, id, calls_back(&office, minutes), &doctor()));
        assert!(
            matches!(&refused, Err(FlowError::Invalid { field, .. }) if field == "until"),
            "{minutes}: {refused:?}"
        );
    }
    let end = |outcome, note: Option<&str>| NewEnd { outcome, note: note.map(str::to_owned) };
    let supervisor = Actor { subject: "chef".to_owned(), role: Role::Supervisor };
    let safe = end(AlertOutcome::NoDanger, Some("douleur ancienne et connue"));
    let refused = block_on(alerts.end(&office.practice, id, safe.clone(), &supervisor));
    assert!(matches!(refused, Err(FlowError::Forbidden { code: "clinician-only" })), "{refused:?}");
    for note in [None, Some("rien"), Some("  ")] {
        let refused = block_on(alerts.end(&office.practice, id, end(AlertOutcome::Unreachable, note), &supervisor));
        assert!(matches!(&refused, Err(FlowError::Invalid { field, .. }) if field == "note"), "{refused:?}");
    }
    assert_eq!(alert(&office, id).state, AlertState::Open, "nothing was half done");
    block_on(alerts.end(&office.practice, id, safe, &doctor())).expect("ended");
    let again = block_on(alerts.end(&office.practice, id, end(AlertOutcome::Seen, None), &doctor()));
    assert!(matches!(again, Err(FlowError::NotAllowed { code: "alert-ended", .. })), "{again:?}");
    let before = messages(&office, id).len();
    office.wait_s(24 * 3600);
    assert_eq!(messages(&office, id).len(), before, "nobody is told of what is over");
}

#[test]
fn nothing_is_closed_while_its_alert_is_open() {
    let office = office_with(chained);
    let (contact, id) = vital(&office);
    office.tell(contact, vec![fact(keys::EMERGENCY_OUTCOME, Value::Choice("transferred".to_owned()))]).unwrap();
    let close = |reason: Option<&str>| NewClosing {
        recap: RecapOutcome::Confirmed,
        statements: Vec::new(),
        overriding: reason.map(cut_off),
    };
    for _ in 0..2 {
        let refused = office.close_with(contact, close(Some("appel transféré au service")));
        assert!(matches!(refused, Err(FlowError::NotAllowed { code: "alert-open", .. })), "{refused:?}");
    }
    block_on(office.reception.alerts.acknowledge(&office.practice, id, calls_back(&office, 5), &doctor()))
        .expect("taken");
    let refused = office.close_with(contact, close(Some("appel transféré au service")));
    assert!(matches!(refused, Err(FlowError::NotAllowed { code: "alert-open", .. })), "taken is not ended");
    let end = NewEnd { outcome: AlertOutcome::EmergencyServices, note: None };
    block_on(office.reception.alerts.end(&office.practice, id, end, &doctor())).expect("ended");
    let reason = close(Some("appel transféré au service"));
    let closed = office.close_with(contact, reason);
    assert_eq!(closed.expect("closed").state, ContactState::Closed);
}

#[test]
fn what_does_not_arrive_brings_the_next_rung_at_once_and_doubt_counts_as_not_arrived() {
    let office = office_with(chained);
    for _ in 0..3 {
        office.plan.next(Effect::ChannelSend, Fault::Lost);
    }
    let (contact, id) = vital(&office);
    office.work();
    // Every channel is down: within the same second the supervisors have been told.
    assert_eq!(told(&office, id), ["on-call", "secretariat", "astreinte"]);
    assert!(alert(&office, id).told.iter().all(|told| told.lost));
    let banners = office.look(contact).banners;
    let shown = banners.iter().find(|banner| banner.code == "alert-open").expect("a banner");
    assert!(shown.text.fr().contains("personne n'a pu être prévenu"), "{}", shown.text.fr());
    let to_secretariat = |one: &Message| matches!(one.cause, MessageCause::Message(_));
    let page = Page { limit: 200, cursor: None };
    let all = block_on(office.reception.reads.messages(&office.practice, None, &page)).expect("messages").items;
    assert!(!all.iter().any(to_secretariat), "the chain itself goes on");
}

#[test]
fn a_link_opens_with_its_code_only_and_dies_of_five_wrong_ones() {
    let office = office_with(chained);
    let (_, id) = vital(&office);
    let secret = link_of(&office, id, "on-call");
    let alerts = &office.reception.alerts;
    let before = alert(&office, id);
    let linked = block_on(alerts.at_link(id, &secret)).expect("a link");
    assert_eq!((linked.state, linked.code.as_deref()), (LinkState::Usable, Some("$argon2id$essai")));
    assert_eq!(alert(&office, id), before, "looking changes nothing");
    let unknown = Secret::read(&"0".repeat(64)).expect("well formed");
    let refused = block_on(alerts.at_link(id, &unknown));
    assert!(matches!(refused, Err(FlowError::NotFound(Thing::Alert))));
    for _ in 0..MOST_TRIES {
        assert_eq!(told(&office, id), ["on-call"]);
        block_on(alerts.count_try(id, &secret)).expect("may be tried");
        block_on(alerts.wrong_code(id, &secret)).expect("counted");
    }
    assert_eq!(told(&office, id), ["on-call", "secretariat"], "the next rung at once");
    let refused = block_on(alerts.count_try(id, &secret));
    assert!(matches!(refused, Err(FlowError::NotAllowed { code: "link-dead", .. })), "{refused:?}");
    // Everybody else's still opens.
    let other = link_of(&office, id, "secretariat");
    block_on(alerts.count_try(id, &other)).expect("may be tried");
    let opened = block_on(alerts.open_link(id, &other, NextStep::CallEmergency, 10)).expect("opened");
    assert_eq!(opened.alert.state, AlertState::Acknowledged);
    assert!(opened.text.contains("urgence vitale"), "{}", opened.text);
    assert_eq!(opened.alert.acknowledged[0].by, "recipient:secretariat");
}

#[test]
fn many_codes_at_once_are_counted_before_they_are_looked_at() {
    let office = office_with(chained);
    let (_, id) = vital(&office);
    let secret = link_of(&office, id, "on-call");
    let tries = (0..20).map(|_| office.reception.alerts.count_try(id, &secret));
    let let_in = block_on(futures::future::join_all(tries)).into_iter().filter(Result::is_ok).count();
    assert_eq!(let_in, usize::try_from(MOST_TRIES).unwrap());
    for _ in 0..MOST_TRIES {
        block_on(office.reception.alerts.wrong_code(id, &secret)).expect("told of");
    }
    assert_eq!(told(&office, id), ["on-call", "secretariat"], "it dies once");
}

#[test]
fn a_link_is_valid_for_a_day_and_a_right_code_forgives_wrong_ones() {
    let office = office_with(chained);
    let (_, id) = vital(&office);
    let secret = link_of(&office, id, "on-call");
    let alerts = &office.reception.alerts;
    for _ in 0..MOST_TRIES - 1 {
        block_on(alerts.count_try(id, &secret)).expect("may be tried");
        block_on(alerts.wrong_code(id, &secret)).expect("counted");
    }
    block_on(alerts.count_try(id, &secret)).expect("the fifth");
    block_on(alerts.open_link(id, &secret, NextStep::SeeNow, 15)).expect("opened");
    block_on(alerts.count_try(id, &secret)).expect("from the beginning");
    let end = NewEnd { outcome: AlertOutcome::Seen, note: None };
    block_on(alerts.end_by_link(id, &secret, end)).expect("ended");
    office.wait_s(24 * 3600);
    let refused = block_on(alerts.count_try(id, &secret));
    assert!(matches!(refused, Err(FlowError::NotAllowed { code: "link-expired", .. })), "{refused:?}");
    assert_eq!(block_on(alerts.at_link(id, &secret)).expect("a link").state, LinkState::Expired);
}

#[test]
fn a_rung_outside_its_hours_and_one_without_anybody_are_none() {
    let office = office_with(|practice| {
        chained(practice);
        practice.alerts[0].hours = Some(WeekHours::default());
        practice.alerts[1].persons = vec!["nobody".to_owned()];
    });
    let (_, id) = vital(&office);
    assert_eq!(told(&office, id), ["astreinte"]);
}

#[test]
fn without_anybody_to_tell_it_stands_in_the_list_and_is_told_once_somebody_can_be() {
    let office = office_with(|practice| {
        practice.recipients.clear();
    });
    let (_, id) = vital(&office);
    let page = Page { limit: 10, cursor: None };
    let open =
        block_on(office.reception.reads.alerts(&office.practice, Some(AlertState::Open), &page)).expect("a list");
    assert_eq!(open.items.iter().map(|one| one.alert.id).collect::<Vec<_>>(), [id]);
    office.reload(|live| chained(&mut live.practice));
    office.wait_s(120);
    assert_eq!(told(&office, id), ["on-call"]);
}

#[test]
fn a_practitioner_who_lowers_the_level_ends_the_alert_and_what_comes_up_later_opens_it_again() {
    let office = office_with(chained);
    let (contact, id) = vital(&office);
    let lowered = NewLevel { level: Level::Soon, reason: "je lui ai parlé, tout va bien".to_owned() };
    block_on(office.reception.contacts.set_level(&office.practice, contact, lowered, &doctor())).unwrap();
    let ended = alert(&office, id);
    assert_eq!((ended.state, ended.end.unwrap().outcome), (AlertState::Ended, AlertOutcome::NoDanger));
    let before = messages(&office, id).len();
    office.wait_s(3600);
    assert_eq!(messages(&office, id).len(), before);
    let view = office.tell(contact, vec![fact("red-flag.chest-pain", Value::Yes)]).unwrap();
    assert_eq!((view.level, view.alert.unwrap().state), (Some(Level::Vital), AlertState::Open));
    assert!(messages(&office, id).len() > before, "everybody is told again");
}

/// The clock of a node that is hours off.
struct Skewed(Arc<ManualClock>, i64);

impl Clock for Skewed {
    fn now(&self) -> Instant {
        self.0.now().plus_minutes(self.1)
    }
}

/// The queue's own clock says when it is time, whichever node looks then.
#[test]
fn a_node_whose_clock_is_hours_off_neither_hurries_an_alert_nor_holds_it_up() {
    for minutes in [180, -180] {
        let office = office_with(chained);
        let other = Reception::new(
            Arc::new(office.storage.clone()),
            Arc::new(office.storage.clone()),
            Arc::new(office.practices.clone()),
            Arc::new(Skewed(office.clock.clone(), minutes)),
            Arc::new(SeededIds::new(2)),
        );
        let (_, id) = vital(&office);
        let (other, right) = (Jobs::new(other), Jobs::new(office.reception.clone()));
        // The one that is off looks first at the first rung's time, the other at the second's.
        for (nodes, seconds, expected) in [
            ([&other, &right], 119, vec!["on-call"]),
            ([&other, &right], 1, vec!["on-call", "secretariat"]),
            ([&right, &other], 119, vec!["on-call", "secretariat"]),
            ([&right, &other], 1, vec!["on-call", "secretariat", "astreinte"]),
        ] {
            office.clock.set(office.clock.now().plus_millis(seconds * 1000));
            for node in nodes {
                while block_on(node.run_due(50)).unwrap() > 0 {}
            }
            assert_eq!(told(&office, id), expected, "{minutes} min off, after {seconds} s more");
        }
    }
}

#[test]
fn nobody_is_told_of_an_alert_that_is_over() {
    let office = office_with(chained);
    office.plan.next(Effect::ChannelSend, Fault::Refused);
    let (_, id) = vital(&office);
    office.work();
    assert!(office.sent.lock().unwrap().is_empty(), "it could not be sent yet");
    let end = NewEnd { outcome: AlertOutcome::SpokenTo, note: None };
    block_on(office.reception.alerts.end(&office.practice, id, end, &doctor())).expect("ended");
    office.wait_s(3600);
    assert!(office.sent.lock().unwrap().is_empty(), "an hour later it says nothing that is true");
}

#[test]
fn who_ends_an_alert_and_lowers_to_very_urgent_wakes_nobody_again() {
    let office = office_with(chained);
    let (contact, id) = vital(&office);
    let end = NewEnd { outcome: AlertOutcome::Seen, note: None };
    block_on(office.reception.alerts.end(&office.practice, id, end, &doctor())).expect("ended");
    let before = messages(&office, id).len();
    let lowered = NewLevel { level: Level::VeryUrgent, reason: "vu, à revoir ce soir".to_owned() };
    block_on(office.reception.contacts.set_level(&office.practice, contact, lowered, &doctor())).unwrap();
    office.wait_s(3600);
    assert_eq!((alert(&office, id).state, messages(&office, id).len()), (AlertState::Ended, before));
}
