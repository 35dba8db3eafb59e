//! Turns to write to an agenda, and what agendas are.

use std::time::Duration;

use greffon_core::ports::agenda_turn::{AgendaIdentity, AgendaTurns as _, NamedAgenda, Turn, TurnRequest};
use greffon_core::time::Instant;
use uuid::Uuid;

use crate::support::Fixture;

databases! {
    a_turn_is_one_holder_s_until_it_is_given_back_or_ends,
    several_turns_are_taken_all_or_none,
    no_turn_is_taken_at_an_agenda_that_was_never_learnt,
    a_turn_that_a_transaction_took_is_gone_when_it_is_dropped,
    whoever_lost_a_turn_is_told_in_the_transaction,
    of_two_nodes_one_has_the_turn,
    waiting_ends_when_the_turn_is_free_on_this_node_or_another,
    whoever_comes_while_somebody_waits_does_not_go_first,
    an_identity_is_kept_for_the_binding_that_said_it,
    learning_an_agenda_again_leaves_its_turn_with_its_holder,
    turns_of_an_earlier_process_end_where_one_process_works,
    a_node_with_a_wrong_clock_neither_steals_a_turn_nor_waits_for_one,
    an_installation_has_one_id_for_good,
}

const MINUTE: Duration = Duration::from_secs(60);

fn named(practice: &str, feature: &str) -> NamedAgenda {
    NamedAgenda { practice: practice.into(), feature: feature.into(), agenda: "martin".into() }
}

fn agenda(name: &str) -> AgendaIdentity {
    AgendaIdentity(format!("https://dav.example/{name}/"))
}

fn wanted(holder: u128, agendas: &[&str]) -> TurnRequest {
    TurnRequest {
        agendas: agendas.iter().map(|name| agenda(name)).collect(),
        holder: Uuid::from_u128(holder),
        lasts: MINUTE,
    }
}

async fn learn(fixture: &Fixture, names: &[&str]) {
    for name in names {
        fixture.database().learn(&named("les-tilleuls", name), "b", &agenda(name), Instant(1)).await.unwrap();
    }
}

async fn take(fixture: &Fixture, holder: u128, agendas: &[&str]) -> Option<Turn> {
    fixture.database().take(&wanted(holder, agendas)).await.unwrap()
}

async fn a_turn_is_one_holder_s_until_it_is_given_back_or_ends(fixture: Fixture) {
    learn(&fixture, &["a"]).await;
    let first = take(&fixture, 1, &["a"]).await.expect("nobody has it");
    assert_eq!(take(&fixture, 2, &["a"]).await, None);
    fixture.database().give_back(&first).await.unwrap();
    let second = take(&fixture, 2, &["a"]).await.expect("it was given back");
    assert!(second.fence > first.fence);

    fixture.clock.set(Instant(59_999));
    assert_eq!(take(&fixture, 3, &["a"]).await, None, "a millisecond too early");
    fixture.clock.set(Instant(60_000));
    let third = take(&fixture, 3, &["a"]).await.expect("it has ended");
    assert!(third.fence > second.fence);
    assert_eq!(third.taken_at, Instant(60_000));

    // Whoever lost it gives nothing back.
    fixture.database().give_back(&second).await.unwrap();
    assert_eq!(take(&fixture, 4, &["a"]).await, None);
}

async fn several_turns_are_taken_all_or_none(fixture: Fixture) {
    learn(&fixture, &["a", "b", "c"]).await;
    let b = take(&fixture, 1, &["b"]).await.unwrap();
    assert_eq!(take(&fixture, 2, &["a", "b"]).await, None);
    let a = take(&fixture, 3, &["a"]).await.expect("nothing was kept of the two");
    fixture.database().give_back(&a).await.unwrap();
    fixture.database().give_back(&b).await.unwrap();
    let both = take(&fixture, 4, &["a", "b"]).await.unwrap();
    assert_eq!(both.agendas, [agenda("a"), agenda("b")]);
    assert!(take(&fixture, 5, &["c"]).await.is_some(), "another agenda is another turn");
    assert_eq!(take(&fixture, 6, &["b", "c"]).await, None);
}

async fn no_turn_is_taken_at_an_agenda_that_was_never_learnt(fixture: Fixture) {
    assert_eq!(take(&fixture, 1, &["a"]).await, None);
    learn(&fixture, &["a"]).await;
    assert_eq!(take(&fixture, 1, &["a", "b"]).await, None);
    assert!(take(&fixture, 1, &["a"]).await.is_some());
}

async fn a_turn_that_a_transaction_took_is_gone_when_it_is_dropped(fixture: Fixture) {
    learn(&fixture, &["a"]).await;
    let mut tx = fixture.begin().await;
    assert!(tx.take_turn(&wanted(1, &["a"])).await.unwrap().is_some());
    drop(tx);
    let mut tx = fixture.begin().await;
    let turn = tx.take_turn(&wanted(2, &["a"])).await.unwrap().expect("it was rolled back");
    tx.commit().await.unwrap();
    assert_eq!(take(&fixture, 3, &["a"]).await, None);

    let mut tx = fixture.begin().await;
    assert!(tx.give_back_turn(&turn).await.unwrap());
    drop(tx);
    assert_eq!(take(&fixture, 3, &["a"]).await, None, "giving back was rolled back");
    let mut tx = fixture.begin().await;
    assert!(tx.give_back_turn(&turn).await.unwrap());
    tx.commit().await.unwrap();
    assert!(take(&fixture, 3, &["a"]).await.is_some());
}

async fn whoever_lost_a_turn_is_told_in_the_transaction(fixture: Fixture) {
    learn(&fixture, &["a", "b"]).await;
    let lost = take(&fixture, 1, &["a", "b"]).await.unwrap();
    fixture.clock.set(Instant(60_000));
    let mut tx = fixture.begin().await;
    assert!(tx.holds_turn(&lost).await.unwrap(), "it ended, but nobody has looked since");
    drop(tx);
    let next = take(&fixture, 2, &["b"]).await.unwrap();
    let mut tx = fixture.begin().await;
    assert!(!tx.holds_turn(&lost).await.unwrap());
    assert!(!tx.give_back_turn(&lost).await.unwrap());
    assert!(tx.holds_turn(&next).await.unwrap());
    tx.commit().await.unwrap();
}

async fn of_two_nodes_one_has_the_turn(fixture: Fixture) {
    learn(&fixture, &["a"]).await;
    let other = if fixture.is_postgres() { fixture.second_node().await } else { return };
    for round in 0..20 {
        let (mine, theirs) = (wanted(2 * round + 1, &["a"]), wanted(2 * round + 2, &["a"]));
        let (mine, theirs) = tokio::join!(fixture.database().take(&mine), other.database().take(&theirs));
        let turns: Vec<Turn> = [mine.unwrap(), theirs.unwrap()].into_iter().flatten().collect();
        assert_eq!(turns.len(), 1, "round {round}");
        fixture.database().give_back(&turns[0]).await.unwrap();
    }
}

async fn waiting_ends_when_the_turn_is_free_on_this_node_or_another(fixture: Fixture) {
    learn(&fixture, &["a"]).await;
    let turn = take(&fixture, 1, &["a"]).await.unwrap();
    let waited = fixture.database().wait(&[agenda("a")], Duration::from_millis(1)).await.unwrap();
    assert!(waited >= Duration::from_millis(1), "{waited:?}");
    let a = [agenda("a")];
    let (waited, given) = tokio::join!(fixture.database().wait(&a, MINUTE), fixture.database().give_back(&turn));
    given.unwrap();
    assert!(waited.unwrap() < MINUTE);
    assert!(take(&fixture, 2, &["a"]).await.is_some());
    if fixture.is_postgres() {
        let other = fixture.second_node().await;
        let turn = Turn { holder: Uuid::from_u128(2), ..turn };
        let (waited, given) = tokio::join!(fixture.database().wait(&a, MINUTE), other.database().give_back(&turn));
        given.unwrap();
        assert!(waited.unwrap() < MINUTE);
    }
}

async fn whoever_comes_while_somebody_waits_does_not_go_first(fixture: Fixture) {
    learn(&fixture, &["a"]).await;
    let turn = take(&fixture, 1, &["a"]).await.unwrap();
    let waiting = [agenda("a")];
    let mut waiting = Box::pin(fixture.database().wait(&waiting, MINUTE));
    assert!(futures::poll!(waiting.as_mut()).is_pending());
    fixture.database().give_back(&turn).await.unwrap();
    let mut tx = fixture.begin().await;
    assert_eq!(tx.take_turn(&wanted(2, &["a"])).await.unwrap(), None);
    drop(tx);
    waiting.await.unwrap();
    let mut tx = fixture.begin().await;
    assert!(tx.take_turn(&wanted(3, &["a"])).await.unwrap().is_some());
}

async fn an_identity_is_kept_for_the_binding_that_said_it(fixture: Fixture) {
    let (martin, petit) = (named("les-tilleuls", "nord"), named("le-port", "nord"));
    assert_eq!(fixture.database().identity(&martin, "b1").await.unwrap(), None);
    assert_eq!(fixture.database().learn(&martin, "b1", &agenda("a"), Instant(1)).await.unwrap(), []);
    assert_eq!(fixture.database().identity(&martin, "b1").await.unwrap(), Some(agenda("a")));
    assert_eq!(fixture.database().identity(&martin, "b2").await.unwrap(), None, "another binding is asked again");
    assert_eq!(fixture.database().identity(&petit, "b1").await.unwrap(), None, "nobody else's counts");

    let same = fixture.database().learn(&petit, "b1", &agenda("a"), Instant(2)).await.unwrap();
    assert_eq!(same, std::slice::from_ref(&martin), "two bindings name one agenda");
    assert_eq!(fixture.database().learn(&martin, "b2", &agenda("c"), Instant(3)).await.unwrap(), []);
    assert_eq!(
        fixture.database().identity(&martin, "b1").await.unwrap(),
        None,
        "what the earlier binding said is gone"
    );
    assert_eq!(fixture.database().identity(&martin, "b2").await.unwrap(), Some(agenda("c")));
}

async fn learning_an_agenda_again_leaves_its_turn_with_its_holder(fixture: Fixture) {
    learn(&fixture, &["a"]).await;
    take(&fixture, 1, &["a"]).await.unwrap();
    fixture.database().learn(&named("le-port", "sud"), "b", &agenda("a"), Instant(2)).await.unwrap();
    assert_eq!(take(&fixture, 2, &["a"]).await, None);
}

async fn turns_of_an_earlier_process_end_where_one_process_works(fixture: Fixture) {
    learn(&fixture, &["a"]).await;
    take(&fixture, 1, &["a"]).await.unwrap();
    fixture.database().take_role().unwrap();
    fixture.database().void_leases().await.unwrap();
    assert_eq!(take(&fixture, 2, &["a"]).await.is_some(), !fixture.is_postgres(), "other nodes' turns are theirs");
}

async fn a_node_with_a_wrong_clock_neither_steals_a_turn_nor_waits_for_one(fixture: Fixture) {
    if !fixture.is_postgres() {
        return;
    }
    learn(&fixture, &["a"]).await;
    // Both take the time from the database, whatever their own clocks show.
    let (one, other) = (fixture.real_node().await, fixture.real_node().await);
    let turn = one.database().take(&wanted(1, &["a"])).await.unwrap().unwrap();
    assert_eq!(other.database().take(&wanted(2, &["a"])).await.unwrap(), None);
    one.database().give_back(&turn).await.unwrap();
    let next = other.database().take(&wanted(2, &["a"])).await.unwrap().unwrap();
    assert!(next.taken_at >= turn.taken_at);
}

async fn an_installation_has_one_id_for_good(fixture: Fixture) {
    let id = fixture.database().installation().await.unwrap();
    assert_eq!(id.len(), 32, "{id}");
    assert!(id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()));
    assert_eq!(fixture.second_node().await.database().installation().await.unwrap(), id);
}
