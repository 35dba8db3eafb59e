//! Whoever spends refresh tokens, against a provider that rotates them.

mod world;

use std::sync::atomic::Ordering;

use self::world::{HOUR, Provider, World, access, credentials, until_spent, waiting};
use super::*;
use crate::sealing::{SealingKeys, new_sealing_key};

const ENDED: NoToken = NoToken::Consent { after_lost_answer: false };
const LOST: NoToken = NoToken::Consent { after_lost_answer: true };

#[tokio::test]
async fn each_access_token_costs_the_newest_refresh_token_once() {
    let world = World::new();
    let node = world.node();
    for (minutes, expected) in [(0, "access-1"), (58, "access-1"), (1, "access-2"), (59, "access-3")] {
        world.clock.advance(Duration::from_secs(minutes * 60));
        assert_eq!(world.access(&node).await.as_deref(), Ok(expected));
    }
    assert_eq!(world.provider.spent(), ["first", "refresh-1", "refresh-2"]);
    assert!(node.problem().is_none());
    let kept = world.kept(&node).await;
    let shows = |text: &str| kept.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!shows("refresh-3") && !shows("access-3"), "what is kept is sealed");
}

#[tokio::test]
async fn two_nodes_at_once_make_one_exchange() {
    let world = World::new();
    let nodes = [world.node(), world.node()];
    for round in 1..=3 {
        world.provider.hold_back();
        let all: Vec<_> = (0..8).map(|number| waiting(&nodes[number % 2], &world.provider)).collect();
        until_spent(&world.provider, round).await;
        world.provider.answer();
        for one in all {
            assert_eq!(one.await.unwrap(), Ok(format!("access-{round}")));
        }
        assert_eq!(world.provider.spent().len(), round);
        assert_eq!(world.provider.state().renewals, 2 * round, "who waits at one node waits for one renewal");
        world.clock.advance(HOUR);
    }
}

#[tokio::test]
async fn a_node_that_starts_again_goes_on_with_what_was_kept() {
    let world = World::new();
    assert_eq!(world.access(&world.node()).await.as_deref(), Ok("access-1"));
    world.clock.advance(HOUR / 2);
    let again = world.node();
    assert_eq!(world.access(&again).await.as_deref(), Ok("access-1"), "it has half an hour left");
    world.clock.advance(HOUR / 2);
    assert_eq!(world.access(&again).await.as_deref(), Ok("access-2"));
    assert_eq!(world.provider.spent(), ["first", "refresh-1"]);
}

#[tokio::test]
async fn an_exchange_goes_on_when_nobody_waits_for_it() {
    let world = World::new();
    let node = world.node();
    world.provider.hold_back();
    let caller = waiting(&node, &world.provider);
    until_spent(&world.provider, 1).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    let next = waiting(&node, &world.provider);
    world.provider.answer();
    let next = tokio::time::timeout(Duration::from_secs(60), next).await.expect("it went on");
    assert_eq!(next.unwrap().as_deref(), Ok("access-1"));
    assert_eq!(world.provider.spent(), ["first"]);
}

#[tokio::test]
async fn an_access_token_is_used_only_once_its_refresh_token_is_kept() {
    let world = World::new();
    let storage = world.failing();
    let node = world.node_over(Arc::clone(&storage) as _, world.keys(), "first");
    let mut caller = waiting(&node, &world.provider);
    tokio::select! {
        failed = storage.failed.acquire_many(2) => failed.unwrap().forget(),
        used = &mut caller => panic!("nothing is kept: {used:?}"),
    }
    storage.fails.store(false, Ordering::SeqCst);
    assert_eq!(caller.await.unwrap().as_deref(), Ok("access-1"));
    assert_eq!(world.provider.spent(), ["first"], "what failed was keeping, not the exchange");
}

#[tokio::test]
async fn a_node_that_dies_between_answer_and_storage_costs_the_consent_and_it_is_said() {
    let world = World::new();
    let storage = world.failing();
    let dying = world.node_over(Arc::clone(&storage) as _, world.keys(), "first");
    let mut caller = waiting(&dying, &world.provider);
    tokio::select! {
        failed = storage.failed.acquire() => failed.unwrap().forget(),
        used = &mut caller => panic!("nothing is kept: {used:?}"),
    }

    let other = world.node();
    world.clock.advance(Duration::from_secs(120));
    assert_eq!(world.access(&other).await, Err(LOST));
    assert_eq!(world.provider.spent(), ["first", "first"], "there was no other way to find out");
    let problem = other.problem().expect("it is said");
    assert!(problem.message.contains("le consentement doit être renouvelé"), "{problem}");
    assert!(problem.message.contains("s'est perdue"), "{problem}");
    assert_eq!(problem.key, "credentials.api.refresh-token");

    // Should it not have died: it was overtaken, and uses nothing.
    storage.fails.store(false, Ordering::SeqCst);
    assert_eq!(caller.await.unwrap(), Err(LOST));
}

#[tokio::test]
async fn a_node_that_stood_still_before_it_spent_a_token_spends_none() {
    let world = World::new();
    let storage = world.stopping();
    let node = world.node_over(Arc::clone(&storage) as _, world.keys(), "first");
    let caller = waiting(&node, &world.provider);
    storage.stopped.acquire().await.unwrap().forget();
    world.clock.advance(Duration::from_secs(120));
    assert_eq!(world.access(&world.node()).await.as_deref(), Ok("access-1"));
    storage.goes_on.add_permits(1);
    assert_eq!(caller.await.unwrap().as_deref(), Ok("access-1"));
    assert_eq!(world.provider.spent(), ["first"], "the other had spent it");
}

#[tokio::test]
async fn a_grant_that_ended_is_asked_for_once_and_a_new_consent_begins_anew() {
    let world = World::new();
    world.provider.state().ended = true;
    let (node, other) = (world.node(), world.node());
    for days in 0..30 {
        assert_eq!(world.access(&node).await, Err(ENDED));
        assert_eq!(world.access(&other).await, Err(ENDED), "another node, day {days}");
        world.clock.advance(24 * HOUR);
    }
    assert_eq!(world.access(&world.node()).await, Err(ENDED), "after a restart");
    assert_eq!(world.provider.spent(), ["first"]);
    let problem = node.problem().expect("it is said").to_string();
    assert!(problem.contains("le consentement doit être renouvelé") && problem.contains("refresh-token"), "{problem}");
    assert!(!problem.contains("first"), "{problem}");

    let consented = Provider::new("second");
    let renewed = world.node_over(Arc::clone(&world.states) as _, world.keys(), "second");
    assert_eq!(access(&renewed, &consented).await.as_deref(), Ok("access-1"));
    world.clock.advance(HOUR);
    assert_eq!(access(&renewed, &consented).await.as_deref(), Ok("access-2"));
    assert_eq!(consented.spent(), ["second", "refresh-1"]);
    // A node whose file is the old one disturbs nobody.
    assert_eq!(world.access(&world.node()).await, Err(ENDED));
    world.clock.advance(HOUR);
    assert_eq!(access(&renewed, &consented).await.as_deref(), Ok("access-3"));
    assert_eq!(world.provider.spent(), ["first"]);
}

#[tokio::test]
async fn what_another_key_sealed_is_neither_read_nor_begun_anew() {
    let world = World::new();
    assert_eq!(world.access(&world.node()).await.as_deref(), Ok("access-1"));
    let before = world.kept(&world.node()).await;
    let new = new_sealing_key().expect("randomness");
    let wrong = SealingKeys::new(&new, &[]).expect("a key");
    let node = world.node_over(Arc::clone(&world.states) as _, wrong, "first");
    assert_eq!(world.access(&node).await, Err(NoToken::Unreadable));
    assert!(node.problem().is_some_and(|problem| problem.hint.contains("sealing-earlier")));
    assert_eq!(world.kept(&node).await, before);

    let rotated = SealingKeys::new(&new, std::slice::from_ref(&world.key)).expect("keys");
    let node = world.node_over(Arc::clone(&world.states) as _, rotated, "first");
    assert_eq!(world.access(&node).await.as_deref(), Ok("access-1"));
    assert_eq!(world.provider.spent(), ["first"]);
}

#[tokio::test]
async fn a_row_that_was_changed_or_moved_is_not_read() {
    let world = World::new();
    let second = Provider::new("second");
    let node = world.node();
    let other = world.node_over(Arc::clone(&world.states) as _, world.keys(), "second");
    assert_eq!(world.access(&node).await.as_deref(), Ok("access-1"));
    assert_eq!(access(&other, &second).await.as_deref(), Ok("access-1"));
    let (mine, theirs) = (world.kept(&node).await, world.kept(&other).await);
    let mut flipped = mine.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for bytes in [theirs, flipped, Vec::new(), vec![1; 12]] {
        world.put(&node, &bytes).await;
        assert_eq!(world.access(&world.node()).await, Err(NoToken::Unreadable));
    }
    assert_eq!(world.provider.spent(), ["first"], "what cannot be read is not begun anew");
    world.put(&node, &mine).await;
    assert_eq!(world.access(&world.node()).await.as_deref(), Ok("access-1"));
}

#[tokio::test]
async fn an_endpoint_without_answers_is_asked_ever_less_often() {
    let world = World::new();
    let node = world.node();
    world.provider.state().silent = true;
    for seconds in 0..4 * 3600 {
        if seconds % 5 == 0 {
            assert_eq!(world.access(&node).await, Err(NoToken::NoAnswer));
        }
        world.clock.advance(Duration::from_secs(1));
        assert!(world.provider.spent().len() < 10, "after {seconds} s");
    }
    // After 5, 20, 80, 320 and 1,280 s, and then every hour.
    assert_eq!(world.provider.spent().len(), 9);
    let problem = node.problem().expect("it is said");
    assert!(problem.passing && problem.key == "credentials.api.token-url", "{problem}");
    world.provider.state().silent = false;
    world.clock.advance(HOUR);
    assert_eq!(world.access(&node).await.as_deref(), Ok("access-1"));
    assert!(node.problem().is_none(), "it is over");
}

#[tokio::test]
async fn a_token_that_its_api_refuses_is_renewed_but_not_at_each_refusal() {
    let world = World::new();
    let node = world.node();
    let refuse = async || {
        let endpoint = Arc::clone(&world.provider);
        let token = node.access_at(move || endpoint as _).await.expect("a token");
        node.rejected(&token);
    };
    refuse().await;
    refuse().await;
    assert_eq!(world.provider.spent(), ["first"], "a fresh token is not the reason");
    world.clock.advance(REJECTED_AFTER);
    refuse().await;
    assert_eq!(world.access(&node).await.as_deref(), Ok("access-2"));
    refuse().await;
    assert_eq!(world.access(&node).await.as_deref(), Ok("access-2"));
    // A node that still has the old one takes what is kept.
    assert_eq!(world.access(&world.node()).await.as_deref(), Ok("access-2"));
    assert_eq!(world.provider.spent(), ["first", "refresh-1"]);
}

#[test]
fn without_a_key_the_scheme_is_refused_with_the_line_to_add() {
    let world = World::new();
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let problem = Grants::of(&"a".into(), &"b".into(), &credentials("first"), None, &clock).expect_err("no key");
    assert_eq!(problem.key, "credentials.api.scheme");
    assert!(problem.hint.contains("sealing = { file ="), "{problem}");
}

#[tokio::test]
async fn a_client_asks_in_its_own_name_before_its_token_ends_and_keeps_nothing() {
    let world = World::new();
    let node = world.client();
    for (minutes, expected) in [(0, "access-1"), (58, "access-1"), (1, "access-2"), (59, "access-3")] {
        world.clock.advance(Duration::from_secs(minutes * 60));
        assert_eq!(world.access(&node).await.as_deref(), Ok(expected), "{minutes}");
    }
    assert_eq!(world.provider.spent(), ["client"; 3]);
    assert_eq!(world.access(&world.client()).await.as_deref(), Ok("access-4"), "each node has its own");
}

#[tokio::test]
async fn a_refused_token_of_a_client_is_replaced_at_once_and_not_at_each_request() {
    let world = World::new();
    let node = world.client();
    let in_use = || Arc::clone(&node.memory().access.as_ref().expect("a token").token);
    world.access(&node).await.unwrap();
    node.rejected(&in_use());
    assert_eq!(world.access(&node).await.as_deref(), Ok("access-2"));
    for _ in 0..10 {
        node.rejected(&in_use());
        assert_eq!(world.access(&node).await.as_deref(), Ok("access-2"), "the API refuses something else");
    }
    world.clock.advance(REJECTED_AFTER);
    node.rejected(&in_use());
    assert_eq!(world.access(&node).await.as_deref(), Ok("access-3"));
}

#[tokio::test]
async fn a_client_that_gets_nothing_asks_more_and_more_rarely() {
    let world = World::new();
    let node = world.client();
    world.provider.state().silent = true;
    for (pause_s, asked) in [(0, 1), (4, 1), (1, 2), (19, 2), (1, 3), (59, 3), (1, 4), (59, 4), (1, 5)] {
        world.clock.advance(Duration::from_secs(pause_s));
        assert_eq!(world.access(&node).await, Err(NoToken::NoAnswer));
        assert_eq!(world.provider.spent().len(), asked, "{pause_s} s");
    }
    world.provider.state().silent = false;
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.access(&node).await.as_deref(), Ok("access-1"));
    assert!(node.problem().is_none());
}

#[tokio::test]
async fn a_client_that_is_refused_asks_once_an_hour_at_last() {
    let world = World::new();
    let node = world.client();
    world.provider.state().refuses = true;
    for (pause_s, asked) in [(0, 1), (5, 2), (20, 3), (79, 3), (1, 4), (320, 5), (1280, 6), (3599, 6), (1, 7)] {
        world.clock.advance(Duration::from_secs(pause_s));
        assert!(matches!(world.access(&node).await, Err(NoToken::Client(_))), "{pause_s} s");
        assert_eq!(world.provider.spent().len(), asked, "{pause_s} s");
    }
    let problem = node.problem().expect("somebody has to mend it");
    assert!(!problem.message.contains("consentement"), "{}", problem.message);
}
