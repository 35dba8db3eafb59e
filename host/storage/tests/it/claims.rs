use futures::future::join_all;
use greffon_core::model::intent::{Claim, Intent, IntentState};
use greffon_core::ports::storage::StorageError;

use crate::intents::save;
use crate::samples::{self, RESOURCE, claim, minute, minutes, sud};
use crate::support::{Fixture, nord};

contract! {
    one_of_64_gets_the_slot_in_each_of_20_rounds,
    one_of_64_gets_the_slot_from_two_nodes,
    touching_spans_are_both_held,
    overlaps_are_refused_down_to_a_millisecond,
    seats_resources_and_practices_do_not_meet,
    an_appointment_and_its_own_move_may_overlap,
    a_refused_claim_leaves_nothing_and_the_transaction_usable,
    a_released_span_is_free_again,
    an_empty_span_is_refused,
    a_resource_that_cannot_be_stored_is_refused_and_never_found,
    ;
    databases:
    the_database_itself_refuses_an_overlap,
    the_database_itself_refuses_to_move_a_claim_onto_another,
}

fn is_taken(outcome: &Result<(), StorageError>) -> bool {
    matches!(outcome, Err(StorageError::ClaimTaken { resource }) if resource == RESOURCE)
}

/// All of them at once; how many got it, and that nobody failed otherwise.
async fn race(nodes: &[Fixture], round: i64) -> usize {
    let tasks = (0..64_i64).map(|task| {
        let node = nodes[usize::try_from(task).unwrap() % nodes.len()].clone();
        // No two ask for the same span; all overlap in one minute.
        let mut intent = samples::intent(round * 100 + task % 8, round * 100 + 9 + task % 5);
        tokio::spawn(async move { save(&node, &mut intent).await })
    });
    let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let lost = outcomes.iter().filter(|outcome| is_taken(outcome)).count();
    assert_eq!(won + lost, 64, "{outcomes:?}");
    won
}

async fn one_of_64_gets_the_slot_in_each_of_20_rounds(f: Fixture) {
    for round in 0..20 {
        assert_eq!(race(std::slice::from_ref(&f), round).await, 1, "round {round}");
    }
}

async fn one_of_64_gets_the_slot_from_two_nodes(f: Fixture) {
    let nodes = [f.second_node().await, f];
    for round in 0..5 {
        assert_eq!(race(&nodes, round).await, 1, "round {round}");
    }
    nodes[0].close().await;
}

async fn touching_spans_are_both_held(f: Fixture) {
    for (from, to) in [(15, 30), (0, 15), (30, 45)] {
        save(&f, &mut samples::intent(from, to)).await.unwrap();
    }
}

async fn overlaps_are_refused_down_to_a_millisecond(f: Fixture) {
    save(&f, &mut samples::intent(15, 30)).await.unwrap();
    let (start, end) = (minute(15).0, minute(30).0);
    let spans = [
        (start - 1, start + 1),
        (end - 1, end + 1),
        (start, end),
        (start + 1, end - 1),
        (start - 1, end + 1),
        (start - 60_000, start + 1),
    ];
    for (from, to) in spans {
        let mut intent = samples::intent(0, 1);
        intent.claims[0].span.start.0 = from;
        intent.claims[0].span.end.0 = to;
        let outcome = save(&f, &mut intent).await;
        assert!(is_taken(&outcome), "{from}..{to}: {outcome:?}");
    }
}

async fn seats_resources_and_practices_do_not_meet(f: Fixture) {
    save(&f, &mut samples::intent(0, 15)).await.unwrap();
    let seat = Claim { seat: 1, ..claim(0, 15) };
    save(&f, &mut Intent { claims: vec![seat], ..samples::intent(0, 15) }).await.unwrap();
    let resource = Claim { resource: "room:1".to_owned(), ..claim(0, 15) };
    save(&f, &mut Intent { claims: vec![resource], ..samples::intent(0, 15) }).await.unwrap();
    save(&f, &mut Intent { practice: sud(), ..samples::intent(0, 15) }).await.unwrap();
    assert!(is_taken(&save(&f, &mut samples::intent(0, 15)).await));
}

async fn an_appointment_and_its_own_move_may_overlap(f: Fixture) {
    let mut booked = samples::intent(0, 30);
    booked.state = IntentState::Confirmed;
    save(&f, &mut booked).await.unwrap();
    let mut moved = Intent { chain: booked.chain, ..samples::intent(15, 45) };
    save(&f, &mut moved).await.unwrap();

    // A stranger finds both in the way; each keeps what it has.
    for (from, to) in [(0, 10), (40, 50)] {
        assert!(is_taken(&save(&f, &mut samples::intent(from, to)).await));
    }
    booked.claims.clear();
    save(&f, &mut booked).await.unwrap();
    save(&f, &mut samples::intent(0, 15)).await.unwrap();
}

async fn a_refused_claim_leaves_nothing_and_the_transaction_usable(f: Fixture) {
    save(&f, &mut samples::intent(60, 75)).await.unwrap();

    // Two claims, of which the second is taken.
    let mut intent = Intent { claims: vec![claim(0, 15), claim(60, 75)], ..samples::intent(0, 15) };
    let mut tx = f.begin().await;
    assert!(is_taken(&tx.save_intent(&mut intent).await));
    assert_eq!(intent.version, 0);
    assert_eq!(tx.intent(intent.id).await.unwrap(), None);
    intent.state = IntentState::Refused;
    tx.save_intent(&mut intent).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(f.db.intent(&nord(), intent.id).await.unwrap(), Some(intent));
    assert_eq!(f.db.claims(&nord(), RESOURCE, minutes(0, 90)).await.unwrap(), [claim(60, 75)]);
}

async fn a_released_span_is_free_again(f: Fixture) {
    let mut first = samples::intent(0, 15);
    save(&f, &mut first).await.unwrap();
    let mut second = samples::intent(0, 15);
    assert!(is_taken(&save(&f, &mut second).await));
    first.state = IntentState::Refused;
    save(&f, &mut first).await.unwrap();
    save(&f, &mut second).await.unwrap();

    // And the first cannot have it back.
    first.state = IntentState::Claimed;
    assert!(is_taken(&save(&f, &mut first).await));
}

async fn an_empty_span_is_refused(f: Fixture) {
    for (from, to) in [(15, 15), (15, 0)] {
        let refused = save(&f, &mut samples::intent(from, to)).await;
        assert!(matches!(refused, Err(StorageError::NotStorable { thing: "claim", .. })), "{refused:?}");
    }
}

async fn a_resource_that_cannot_be_stored_is_refused_and_never_found(f: Fixture) {
    let resource = "agenda:\0".to_owned();
    let mut intent = Intent { claims: vec![Claim { resource, ..claim(0, 15) }], ..samples::intent(0, 15) };
    assert!(matches!(save(&f, &mut intent).await, Err(StorageError::NotStorable { .. })));
    assert_eq!(f.db.claims(&nord(), "agenda:\0", minutes(0, 15)).await.unwrap(), []);
}

async fn the_database_itself_refuses_an_overlap(f: Fixture) {
    let mut first = samples::intent(0, 15);
    let mut second = Intent { state: IntentState::Drafted, ..samples::intent(10, 25) };
    save(&f, &mut first).await.unwrap();
    save(&f, &mut second).await.unwrap();
    let said = f.raw(&insert(&f, &second)).await.unwrap_err();
    assert!(said.contains("claim-taken") || said.contains("claims_no_overlap"), "{said}");

    // Many at once, past the queue: here the constraint stands alone.
    let mut free = Intent { state: IntentState::Drafted, ..samples::intent(100, 115) };
    save(&f, &mut free).await.unwrap();
    let mut drafts = Vec::new();
    for from in 0..8 {
        let mut draft = Intent { state: IntentState::Drafted, ..samples::intent(200 + from, 215 + from) };
        save(&f, &mut draft).await.unwrap();
        drafts.push(insert(&f, &draft));
    }
    let outcomes = join_all(drafts.iter().map(|sql| f.raw(sql))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}

async fn the_database_itself_refuses_to_move_a_claim_onto_another(f: Fixture) {
    save(&f, &mut samples::intent(0, 15)).await.unwrap();
    save(&f, &mut samples::intent(60, 75)).await.unwrap();
    let (from, start, end) = (minute(60).0, minute(14).0, minute(20).0);
    let moved = format!("UPDATE claims SET start_ms = {start}, end_ms = {end} WHERE start_ms = {from}");
    assert!(f.raw(&moved).await.is_err());
    let shrunk = format!("UPDATE claims SET start_ms = {} WHERE start_ms = {from}", minute(65).0);
    assert_eq!(f.raw(&shrunk).await, Ok(1), "a claim is never in its own way");
}

/// The claim of a drafted intent, as SQL.
fn insert(f: &Fixture, intent: &Intent) -> String {
    let hex = intent.id.0.simple();
    let id = if f.is_postgres() { format!("'{hex}'") } else { format!("x'{hex}'") };
    let Claim { resource, seat, span } = &intent.claims[0];
    format!(
        "INSERT INTO claims (practice, resource, seat, start_ms, end_ms, intent, chain)
         VALUES ('nord', '{resource}', {seat}, {}, {}, {id}, {id})",
        span.start.0, span.end.0,
    )
}
