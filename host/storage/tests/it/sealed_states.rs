//! Sealed states, and who holds one.

use std::time::Duration;

use greffon_core::ports::sealed_state::{Hold, Look, Sealed, StateName};
use greffon_core::ports::storage::StorageError;
use greffon_core::time::Instant;

use crate::support::Fixture;

contract! {
    a_state_is_one_holder_s_until_it_is_ended_or_its_time_has_passed,
    what_is_written_is_read_again_with_its_age,
    a_holder_that_went_without_a_word_is_told_to_the_next,
    whoever_was_overtaken_writes_nothing,
    a_hold_whose_time_has_passed_is_good_until_somebody_else_has_it,
    a_state_is_of_one_practice_one_feature_and_one_name,
    old_states_are_discarded_and_held_ones_are_not,
    a_name_that_cannot_be_stored_is_refused,
    ; databases:
    of_two_nodes_one_holds_the_state,
    holds_of_an_earlier_process_end_where_one_process_works,
}

const MINUTE: Duration = Duration::from_secs(60);

fn of(practice: &str, feature: &str, name: &str) -> StateName {
    StateName { practice: practice.into(), feature: feature.into(), name: name.to_owned() }
}

fn state() -> StateName {
    of("les-tilleuls", "agenda", "a")
}

async fn hold(f: &Fixture) -> Option<Hold> {
    f.states.hold(&state(), MINUTE).await.unwrap()
}

async fn bytes(f: &Fixture) -> Option<Vec<u8>> {
    f.states.look(&state()).await.unwrap().sealed.map(|sealed| sealed.bytes)
}

async fn a_state_is_one_holder_s_until_it_is_ended_or_its_time_has_passed(f: Fixture) {
    assert_eq!(f.states.look(&state()).await.unwrap(), Look::default());
    let first = hold(&f).await.expect("nobody has it");
    assert_eq!((first.of.clone(), first.sealed.clone(), first.was_left_open), (state(), None, false));
    assert!(hold(&f).await.is_none());
    assert!(f.states.look(&state()).await.unwrap().is_held);
    f.states.release(&first).await.unwrap();
    assert_eq!(f.states.look(&state()).await.unwrap(), Look::default());

    let second = hold(&f).await.expect("it was ended");
    assert!(second.fence > first.fence && !second.was_left_open);
    f.clock.set(Instant(59_999));
    assert!(hold(&f).await.is_none(), "a millisecond too early");
    f.clock.set(Instant(60_000));
    assert!(!f.states.look(&state()).await.unwrap().is_held);
    assert!(hold(&f).await.is_some());
}

async fn what_is_written_is_read_again_with_its_age(f: Fixture) {
    let written = [0, 255, 7, 0];
    let first = hold(&f).await.unwrap();
    f.clock.set(Instant(1_000));
    assert!(f.states.replace(&first, &written).await.unwrap());
    f.clock.set(Instant(91_000));
    let sealed = Some(Sealed { bytes: written.to_vec(), age: Duration::from_secs(90) });
    let expected = Look { sealed: sealed.clone(), is_held: false };
    assert_eq!(f.states.look(&state()).await.unwrap(), expected);
    assert_eq!(f.second_node().await.states.look(&state()).await.unwrap(), expected);
    let second = hold(&f).await.expect("writing ended the hold");
    assert_eq!((second.sealed, second.was_left_open), (sealed, false));
    f.clock.set(Instant(50_000));
    assert_eq!(f.states.look(&state()).await.unwrap().sealed.unwrap().age, Duration::from_secs(49));
    f.clock.set(Instant(0));
    assert_eq!(f.states.look(&state()).await.unwrap().sealed.unwrap().age, Duration::ZERO, "a clock that was set back");
}

async fn a_holder_that_went_without_a_word_is_told_to_the_next(f: Fixture) {
    let first = hold(&f).await.unwrap();
    f.states.replace(&first, b"one").await.unwrap();
    hold(&f).await.unwrap();
    f.clock.set(Instant(60_000));
    let third = hold(&f).await.expect("its time has passed");
    assert!(third.was_left_open);
    assert_eq!(third.sealed.as_ref().map(|sealed| sealed.bytes.as_slice()), Some(b"one".as_slice()));
    f.states.release(&third).await.unwrap();
    assert!(!hold(&f).await.unwrap().was_left_open, "the third said how far it came");
}

async fn whoever_was_overtaken_writes_nothing(f: Fixture) {
    let late = hold(&f).await.unwrap();
    f.clock.set(Instant(60_000));
    let next = hold(&f).await.unwrap();
    assert!(!f.states.replace(&late, b"late").await.unwrap());
    f.states.release(&late).await.unwrap();
    assert!(f.states.look(&state()).await.unwrap().is_held, "it ended nobody else's hold");
    assert!(f.states.replace(&next, b"next").await.unwrap());
    assert!(!f.states.replace(&late, b"late").await.unwrap());
    assert_eq!(bytes(&f).await.as_deref(), Some(b"next".as_slice()));
}

async fn a_hold_whose_time_has_passed_is_good_until_somebody_else_has_it(f: Fixture) {
    let held = hold(&f).await.unwrap();
    f.clock.set(Instant(3_600_000));
    assert!(f.states.replace(&held, b"late").await.unwrap());
    assert_eq!(bytes(&f).await.as_deref(), Some(b"late".as_slice()));
}

async fn a_state_is_of_one_practice_one_feature_and_one_name(f: Fixture) {
    let held = hold(&f).await.unwrap();
    f.states.replace(&held, b"mine").await.unwrap();
    for other in [of("le-port", "agenda", "a"), of("les-tilleuls", "sms", "a"), of("les-tilleuls", "agenda", "b")] {
        assert_eq!(f.states.look(&other).await.unwrap(), Look::default(), "{other:?}");
        let theirs = f.states.hold(&other, MINUTE).await.unwrap().expect("nobody has that one");
        assert_eq!(theirs.sealed, None);
        assert!(f.states.replace(&theirs, b"theirs").await.unwrap());
    }
    assert_eq!(bytes(&f).await.as_deref(), Some(b"mine".as_slice()));
}

async fn old_states_are_discarded_and_held_ones_are_not(f: Fixture) {
    let held = hold(&f).await.unwrap();
    f.states.replace(&held, b"old").await.unwrap();
    f.clock.set(Instant(600_000));
    assert_eq!(f.states.discard(Duration::from_secs(600)).await.unwrap(), 0, "not older");
    f.clock.set(Instant(600_001));
    let held = hold(&f).await.unwrap();
    assert_eq!(f.states.discard(Duration::from_secs(600)).await.unwrap(), 0, "held");
    f.states.release(&held).await.unwrap();
    assert_eq!(f.states.discard(Duration::from_secs(600)).await.unwrap(), 1);
    assert_eq!(bytes(&f).await, None);
}

async fn a_name_that_cannot_be_stored_is_refused(f: Fixture) {
    for name in ["a\0b".to_owned(), "n".repeat(1025)] {
        let refused = f.states.hold(&of("les-tilleuls", "agenda", &name), MINUTE).await;
        assert!(matches!(refused, Err(StorageError::NotStorable { .. })), "{refused:?}");
    }
}

async fn of_two_nodes_one_holds_the_state(f: Fixture) {
    let other = f.second_node().await;
    for round in 0..20 {
        let of = state();
        let (mine, theirs) = tokio::join!(f.states.hold(&of, MINUTE), other.states.hold(&of, MINUTE));
        let holds: Vec<Hold> = [mine.unwrap(), theirs.unwrap()].into_iter().flatten().collect();
        assert_eq!(holds.len(), 1, "round {round}");
        f.states.release(&holds[0]).await.unwrap();
    }
    other.close().await;
}

async fn holds_of_an_earlier_process_end_where_one_process_works(f: Fixture) {
    hold(&f).await.unwrap();
    f.database().take_role().unwrap();
    f.database().void_leases().await.unwrap();
    let next = hold(&f).await;
    assert_eq!(next.is_some(), !f.is_postgres(), "other nodes' holds are theirs");
    assert!(next.is_none_or(|next| next.was_left_open), "how far it came is not known");
}
