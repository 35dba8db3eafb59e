//! The daily test of a chain of alerts: everybody is written to once, and whom nothing
//! reached is work for a person.

use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use greffon_core::flow::Reception;
use greffon_core::jobs::Jobs;
use greffon_core::model::alert::next_test;
use greffon_core::model::care::Sensitivity;
use greffon_core::model::message::{Message, MessageState};
use greffon_core::model::practice::{Practice, Serves};
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::Bound;
use greffon_core::ports::practices::Feature;
use greffon_core::time::Instant;
use greffon_simulation::{AgendaStyle, Effect, Fault, ManualClock, SeededIds, feature, french_practice};
use proptest::prelude::*;

use crate::office::{NOW, Office, chained};

const TEST: &str = "host.alert-test";
const MISSED: &str = "host.alert-test-missed";

/// The chain of `chained`, tested at this minute of the day. It is nine o'clock.
fn tested_at(minute: u16, change: impl FnOnce(&mut Practice)) -> Office {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        chained(practice);
        practice.alert_test = Some(minute);
        change(practice);
    });
    enqueue(&office);
    office
}

fn enqueue(office: &Office) -> usize {
    block_on(Jobs::new(office.reception.clone()).enqueue_alert_tests()).expect("written")
}

fn letters(office: &Office, template: &str) -> Vec<Message> {
    office.rows().messages.into_values().filter(|one| one.template.id == template).collect()
}

fn people(office: &Office, template: &str) -> Vec<(String, String)> {
    let mut to: Vec<_> = letters(office, template).into_iter().map(|one| (one.recipient, one.to.scheme)).collect();
    to.sort();
    to
}

/// Nobody of the practice has a channel; the operator's supervisor has one of their own.
fn only_the_operator_s_channel(office: &Office) {
    let channel = Bound::Channel(Arc::new(office.channel.clone()));
    office.reload(|live| {
        live.features.retain(|one| one.id().as_str() != "courrier");
        let serves = Serves { recipients: vec!["astreinte".to_owned()], ..Serves::default() };
        live.features.push(Feature { serves, ..feature("plateforme", channel) });
    });
}

#[test]
fn at_its_hour_everybody_is_written_to_by_all_their_addresses_once_a_day() {
    let office = tested_at(630, |_| {});
    office.wait_s(5_399);
    assert_eq!(letters(&office, TEST), [], "half past ten");
    office.wait_s(1);
    let to = |name: &str, scheme: &str| (name.to_owned(), scheme.to_owned());
    // One telephone for all: it is asked once. The operator's supervisor is tested elsewhere.
    let everybody =
        [to("dr-martin", "mailto"), to("dr-martin", "tel"), to("on-call", "mailto"), to("secretariat", "mailto")];
    assert_eq!(people(&office, TEST), everybody);
    for sent in office.sent.lock().unwrap().iter() {
        assert!(sent.body.starts_with("Essai de la chaîne d'alerte de Cabinet tilleuls."), "{}", sent.body);
        assert!(sent.body.contains("Rien à faire") && !sent.body.contains("http"), "{}", sent.body);
    }
    for _ in 0..3 {
        enqueue(&office);
        office.wait_s(600);
    }
    assert_eq!(people(&office, TEST), everybody, "not again today");
    for _ in 0..7 * 24 {
        enqueue(&office);
        office.wait_s(3600);
    }
    office.wait_s(3600);
    assert_eq!(letters(&office, TEST).len(), 8 * everybody.len(), "again on each of seven days");
    assert_eq!((office.journal("alert-test.sent"), office.journal("alert-test.ended")), (8, 8));
}

#[test]
fn who_was_reached_by_one_channel_is_reached_and_nobody_is_bothered() {
    let office = tested_at(630, |_| {});
    office.wait_s(3 * 3600);
    assert!(letters(&office, TEST).iter().any(|one| one.state == MessageState::Failed), "no channel calls telephones");
    assert_eq!(letters(&office, MISSED), []);
    assert_eq!(office.rows().messages.len(), 4, "nothing tells of single messages either");
}

#[test]
fn whom_nothing_reached_is_told_to_the_reception_when_it_is_there() {
    // Half past three: it ends an hour later, and the desk opens at eight.
    let office = tested_at(210, |practice| {
        practice.recipients.get_mut("on-call").expect("on call").addresses.retain(|one| one.scheme == "tel");
    });
    office.wait_s((22 * 60 + 59) * 60);
    assert_eq!(letters(&office, TEST).len(), 3);
    assert_eq!(letters(&office, MISSED), [], "nobody is woken by it");
    office.wait_s(60);
    assert_eq!(people(&office, MISSED), [("secretariat".to_owned(), "mailto".to_owned())]);
    let body = &letters(&office, MISSED)[0].body;
    assert!(
        body.contains("- on-call (téléphone : aucun canal ne dessert cette adresse)") && !body.contains("+33"),
        "{body}"
    );
    assert!(!body.contains("secretariat"), "{body}");
    office.wait_s(3600);
    assert_eq!(letters(&office, MISSED).len(), 1);
}

#[test]
fn who_was_perhaps_reached_was_not() {
    let office = tested_at(630, |_| {});
    office.plan.next(Effect::ChannelSend, Fault::Lost);
    office.wait_s(3 * 3600);
    let doubtful: Vec<_> =
        letters(&office, TEST).into_iter().filter(|one| one.state == MessageState::Uncertain).collect();
    let [doubtful] = doubtful.as_slice() else { panic!("{doubtful:?}") };
    let missed = letters(&office, MISSED);
    assert!(
        missed[0].body.contains(&format!("- {} (courriel : envoi incertain", doubtful.recipient)),
        "{}",
        missed[0].body
    );
}

#[test]
fn a_reception_that_cannot_be_reached_is_not_who_is_told() {
    let office = tested_at(630, |practice| {
        practice.recipients.get_mut("secretariat").expect("there").addresses.retain(|one| one.scheme == "tel");
    });
    office.wait_s(3 * 3600);
    assert_eq!(people(&office, MISSED), [("on-call".to_owned(), "mailto".to_owned())]);
}

#[test]
fn a_chain_that_reaches_nobody_is_told_to_the_supervisors_at_once() {
    let office = tested_at(210, |_| {});
    only_the_operator_s_channel(&office);
    office.wait_s((19 * 60 + 30) * 60);
    let told: Vec<_> = office.sent_to("astreinte@p.example");
    assert_eq!(told.len(), 1, "at half past four");
    assert!(told[0].body.contains("n'a atteint personne"), "{}", told[0].body);
}

#[test]
fn a_chain_without_anybody_is_told_to_the_supervisors_too() {
    let office = tested_at(630, |practice| practice.recipients.retain(|name, _| name == "astreinte"));
    office.wait_s(3 * 3600);
    assert_eq!(letters(&office, TEST), []);
    let by = |scheme: &str| ("astreinte".to_owned(), scheme.to_owned());
    assert_eq!(people(&office, MISSED), [by("mailto"), by("tel")]);
}

#[test]
fn supervisors_are_tested_with_the_practice_that_they_belong_to() {
    let office = tested_at(630, |practice| practice.supervision.own = vec!["astreinte".to_owned()]);
    office.wait_s(3 * 3600);
    assert!(people(&office, TEST).contains(&("astreinte".to_owned(), "mailto".to_owned())));
}

#[test]
fn without_an_hour_nothing_is_tested_and_another_hour_counts_at_once() {
    let office = tested_at(630, |_| {});
    office.reload(|live| live.practice.alert_test = None);
    office.wait_s(3 * 3600);
    assert_eq!((enqueue(&office), letters(&office, TEST)), (0, vec![]));
    // It is noon: five in the afternoon is still to come, half past ten is tomorrow's.
    office.reload(|live| live.practice.alert_test = Some(1020));
    assert_eq!(enqueue(&office), 1);
    office.wait_s(5 * 3600);
    assert_eq!(letters(&office, TEST).len(), 4);
    office.reload(|live| live.practice.alert_test = Some(1080));
    assert_eq!(enqueue(&office), 1);
    office.wait_s(2 * 3600);
    assert_eq!(letters(&office, TEST).len(), 4, "one a day, whatever is set");
}

#[test]
fn a_test_that_could_not_begin_within_the_hour_is_left_out() {
    for (seconds, messages) in [(3600, 4), (3601, 0)] {
        let office = tested_at(630, |_| {});
        office.clock.set(NOW.plus_millis((5400 + seconds) * 1000));
        office.work();
        assert_eq!(letters(&office, TEST).len(), messages, "{seconds} s late");
        assert_eq!(office.journal("alert-test.left-out"), usize::from(messages == 0));
    }
}

/// The clock of a node that is hours off.
struct Skewed(Arc<ManualClock>, i64);

impl Clock for Skewed {
    fn now(&self) -> Instant {
        self.0.now().plus_minutes(self.1)
    }
}

#[test]
fn nodes_whose_clocks_differ_make_one_test_a_day() {
    for minutes in [180, -180, 1440] {
        let office = tested_at(630, |_| {});
        let other = Jobs::new(Reception::new(
            Arc::new(office.storage.clone()),
            Arc::new(office.storage.clone()),
            Arc::new(office.practices.clone()),
            Arc::new(Skewed(office.clock.clone(), minutes)),
            Arc::new(SeededIds::new(2)),
        ));
        for _ in 0..3 * 24 {
            block_on(other.enqueue_alert_tests()).expect("written");
            while block_on(other.run_due(50)).expect("run") > 0 {}
            enqueue(&office);
            office.wait_s(3600);
        }
        let sent = letters(&office, TEST).len() / 4;
        assert_eq!(sent, 3, "{minutes} min off");
    }
}

/// When the practice in Paris tests its chain after this, by UTC.
fn next(practice: &Practice, now: &str) -> (String, Instant) {
    let (test, at) = next_test(practice, utc(now)).expect("a test");
    (test.day, at)
}

fn utc(text: &str) -> Instant {
    Instant(text.parse::<jiff::Timestamp>().expect("an instant").as_millisecond())
}

#[test]
fn a_time_that_a_clock_change_skips_or_repeats_is_tested_once() {
    let practice = Practice { alert_test: Some(150), ..french_practice("tilleuls") };
    // Half past two does not exist on 29 March, and exists twice on 25 October.
    for (now, day, then) in [
        ("2026-03-28T12:00:00Z", "2026-03-29", "2026-03-29T01:00:00Z"),
        ("2026-03-29T01:00:00Z", "2026-03-30", "2026-03-30T00:30:00Z"),
        ("2026-10-24T12:00:00Z", "2026-10-25", "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:30:00Z", "2026-10-26", "2026-10-26T01:30:00Z"),
        ("2026-10-25T01:29:59Z", "2026-10-26", "2026-10-26T01:30:00Z"),
    ] {
        assert_eq!(next(&practice, now), (day.to_owned(), utc(then)), "after {now}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Over two years, whatever the hour: each day has one test, none lies behind, and none is
    /// left out.
    #[test]
    fn each_day_has_one_test(minute in 0u16..1440, start in 0i64..1_440 * 400) {
        let practice = Practice { alert_test: Some(minute), ..french_practice("tilleuls") };
        let mut now = NOW.plus_minutes(start);
        let mut last: Option<String> = None;
        for _ in 0..400 {
            let (test, at) = next_test(&practice, now).expect("a test");
            let hours = at.millis_since(now) / 3_600_000;
            prop_assert!(at > now && hours <= 25, "{hours}");
            prop_assert!(last.as_ref().is_none_or(|last| *last < test.day));
            last = Some(test.day);
            now = at;
        }
    }
}

#[test]
fn a_test_takes_the_road_of_an_alert_and_says_in_full_that_it_is_one() {
    let office = tested_at(630, |_| {});
    let plain = office.channel.carrying_at_most(Sensitivity::Personal);
    let bodies: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = bodies.clone();
    plain.watch(move |message| seen.lock().unwrap().push(message.body.clone()));
    // An alert passes over a channel that may not carry health, when there is another.
    let plain = Bound::Channel(Arc::new(plain));
    office.reload(|live| live.features.insert(0, feature("ordinaire", plain)));
    office.wait_s(5_400);
    assert_eq!((office.sent.lock().unwrap().len(), bodies.lock().unwrap().len()), (3, 0));
    // Where there is none, an alert would be a notice; a test has nothing to hide.
    office.reload(|live| live.features.retain(|one| one.id().as_str() != "courrier"));
    enqueue(&office);
    office.wait_s(24 * 3600);
    let bodies = bodies.lock().unwrap();
    assert!(bodies.len() == 3 && bodies.iter().all(|body| body.contains("Rien à faire")), "{bodies:?}");
}
