//! What arrives late, and what is looked for until it cannot arrive any more.

use super::*;

/// Sent twice: nothing was ever heard of the first send, and it was seen absent
/// twice.
fn sent_again() -> Intent {
    let intent = run(sending(), 0, vec![answer(1, Answer::Unknown), look(Finding::Absent, true)]).0;
    let intent = decide(&intent, look(Finding::Absent, true), at(14_000)).unwrap().0;
    assert_eq!((intent.state, intent.sends, intent.open.count), (IntentState::Sending, 2, 2));
    intent
}

#[test]
fn a_refusal_while_an_earlier_send_is_open_keeps_its_claim_until_that_one_was_seen_absent_twice() {
    let (intent, effects) = decide(&sent_again(), answer(2, refused()), at(15_000)).unwrap();
    assert_eq!((intent.state, effects), (IntentState::Unknown, vec![IntentEffect::Watch]));
    assert!(!intent.claims.is_empty());
    let once = decide(&intent, look(Finding::Absent, true), at(16_000)).unwrap().0;
    assert_eq!(once.state, IntentState::Unknown);
    let (refused, effects) = decide(&once, look(Finding::Absent, true), at(30_000)).unwrap();
    assert_eq!((refused.state, refused.refusal.as_deref()), (IntentState::Refused, Some("slot-taken")));
    assert_eq!(effects, [IntentEffect::RefusedLate, IntentEffect::Watch], "and it is looked for once more");
    assert_eq!(next_at(&refused, rule(true)), Some(at(30_000 + 7_000 + 14_000)));
}

#[test]
fn an_earlier_send_that_arrives_after_a_refusal_beside_others_is_taken_out() {
    let unknown = decide(&sent_again(), answer(2, refused()), at(15_000)).unwrap().0;
    let (out, effects) = decide(&unknown, look(Finding::Beside(Box::new(held())), true), at(16_000)).unwrap();
    assert_eq!(out.state, IntentState::Compensating);
    assert_eq!(effects, [IntentEffect::Watch, IntentEffect::RefusedLate]);
    let (alone, effects) = decide(&unknown, look(Finding::Present(Box::new(held())), true), at(16_000)).unwrap();
    assert_eq!((alone.state, effects), (IntentState::Confirmed, vec![IntentEffect::Settle]));
}

#[test]
fn a_late_commit_after_a_refusal_is_found_and_taken_out() {
    let unknown = decide(&sent_again(), answer(2, refused()), at(15_000)).unwrap().0;
    let once = decide(&unknown, look(Finding::Absent, true), at(16_000)).unwrap().0;
    let refused = decide(&once, look(Finding::Absent, true), at(30_000)).unwrap().0;
    let (out, effects) = decide(&refused, remains(Finding::Present(Box::new(held())), false), at(51_000)).unwrap();
    assert_eq!((out.state, effects), (IntentState::Compensating, vec![IntentEffect::Watch]));
    assert!(out.claims.is_empty(), "somebody else may have the time");
    // It may come hours later: it is looked for at ever longer intervals, and not for ever.
    let (mut looking, mut now, mut looks) = (refused, 51_000, 0);
    while let Some(next) = next_at(&looking, rule(true)) {
        assert!(looks == 0 || next > at(now));
        now = next.0 - at(0).0;
        let (out, _) = decide(&looking, remains(Finding::Present(Box::new(held())), false), next).unwrap();
        assert_eq!(out.state, IntentState::Compensating);
        looking = decide(&looking, remains(Finding::Absent, false), next).unwrap().0;
        assert_eq!(looking.state, IntentState::Refused);
        looks += 1;
    }
    assert_eq!((looks, now / 3_600_000), (8, 25));
}

#[test]
fn an_agenda_that_is_down_at_a_late_look_is_asked_again_and_nobody_is_called_for_that() {
    let unknown = decide(&sent_again(), answer(2, refused()), at(15_000)).unwrap().0;
    let once = decide(&unknown, look(Finding::Absent, true), at(16_000)).unwrap().0;
    let mut looking = decide(&once, look(Finding::Absent, true), at(30_000)).unwrap().0;
    for looks in 1..=8 {
        let next = next_at(&looking, rule(true)).unwrap();
        let finding = if looks == 7 { Finding::Unreadable } else { Finding::Absent };
        looking = decide(&looking, remains(finding, false), next).unwrap().0;
        assert_eq!(looking.state, IntentState::Refused, "look {looks}");
    }
    assert_eq!(next_at(&looking, rule(true)), None);
}

#[test]
fn a_booking_with_an_open_send_is_looked_for_after_it_was_called_off() {
    let confirmed = decide(&sent_again(), answer(2, done()), at(15_000)).unwrap().0;
    assert_eq!((confirmed.state, confirmed.open.count), (IntentState::Confirmed, 1));
    let (superseded, effects) = decide(&confirmed, IntentEvent::Superseded(rule(true)), at(90_000)).unwrap();
    assert_eq!((superseded.state, effects), (IntentState::Confirmed, vec![IntentEffect::Watch]));
    assert_eq!(next_at(&superseded, rule(true)), Some(at(111_000)));
    let found = remains(Finding::Present(Box::new(held())), false);
    let out = decide(&superseded, found, at(111_000)).unwrap().0;
    assert_eq!(out.state, IntentState::Compensating);
    let out = decide(&out, IntentEvent::TakenOut(done()), at(112_000)).unwrap().0;
    assert_eq!(out.state, IntentState::Compensated);

    let answered = run(sending(), 1, vec![answer(1, done()), IntentEvent::Superseded(rule(true))]);
    assert_eq!(answered.1, [], "nothing of it can still arrive");
}

#[test]
fn what_is_seen_to_stand_says_nothing_of_a_send_that_is_still_under_way() {
    let confirmed = decide(&sent_again(), answer(2, done()), at(15_000)).unwrap().0;
    // It was moved, and looked for: it stands, and is wanted.
    let moved = decide(&confirmed, IntentEvent::Superseded(rule(true)), at(90_000)).unwrap().0;
    let stands = remains(Finding::Present(Box::new(held())), true);
    let (seen, effects) = decide(&moved, stands, at(111_000)).unwrap();
    assert_eq!((seen.open.count, seen.open.look_at, effects), (1, None, vec![]));
    // Then it was called off: the first send may arrive now that its name is free.
    let (off, effects) = decide(&seen, IntentEvent::Superseded(rule(true)), at(200_000)).unwrap();
    assert_eq!((next_at(&off, rule(true)), effects), (Some(at(221_000)), vec![IntentEffect::Watch]));
}

#[test]
fn of_two_sends_one_that_was_done_and_found_is_one_and_the_other_is_still_looked_for() {
    let done_late = decide(&sent_again(), late(2, done()), at(15_000)).unwrap().0;
    let found = decide(&done_late, look(Finding::Present(Box::new(held())), true), at(16_000)).unwrap().0;
    assert_eq!((found.state, found.open.count), (IntentState::Confirmed, 1));
}

#[test]
fn after_one_send_was_taken_out_the_other_is_looked_for() {
    let mut refused = decide(&sent_again(), answer(2, refused()), at(15_000)).unwrap().0;
    refused.open.count = 2;
    let once = decide(&refused, look(Finding::Absent, true), at(16_000)).unwrap().0;
    let over = decide(&once, look(Finding::Absent, true), at(30_000)).unwrap().0;
    assert_eq!(over.state, IntentState::Refused);
    let found = remains(Finding::Present(Box::new(held())), false);
    let out = decide(&over, found, at(60_000)).unwrap().0;
    assert_eq!((out.state, out.open.count), (IntentState::Compensating, 1));
    let (out, effects) = decide(&out, IntentEvent::TakenOut(done()), at(61_000)).unwrap();
    assert_eq!((out.state, effects), (IntentState::Compensated, vec![IntentEffect::Watch]));
    let next = next_at(&out, rule(true)).expect("somebody looks");
    assert_eq!(next, at(61_000 + 120_000));
    let found = remains(Finding::Present(Box::new(held())), false);
    let again = decide(&out, found, next).unwrap().0;
    assert_eq!((again.state, again.open.count), (IntentState::Compensating, 0));
}

#[test]
fn what_a_hand_put_back_is_asked_about_whatever_became_of_the_booking_since_it_was_struck_out() {
    let confirmed = decide(&sent_again(), answer(2, done()), at(15_000)).unwrap().0;
    // It was struck out there, and the first send arrived after that.
    let struck_out = decide(&confirmed, IntentEvent::Superseded(rule(true)), at(90_000)).unwrap().0;
    let found = remains(Finding::Present(Box::new(held())), false);
    let late = decide(&struck_out, found, at(111_000)).unwrap().0;
    let compensated = decide(&late, IntentEvent::TakenOut(done()), at(112_000)).unwrap().0;
    assert_eq!((compensated.state, compensated.open.count), (IntentState::Compensated, 0));
    let refused_once = run(sending(), 0, vec![answer(1, refused())]).0;
    for over in [confirmed, compensated, refused_once] {
        let seen = |struck_out_there| IntentEvent::SeenAfterwards { struck_out_there, rule: rule(true) };
        let (asked, effects) = decide(&over, seen(true), at(200_000)).unwrap();
        assert_eq!((asked.state, effects), (IntentState::NeedsHuman, vec![IntentEffect::AskWhetherBack]));
        assert_eq!(asked.claims.is_empty(), !over.state.is_live(), "a time that was let go is not claimed again");
        let (looked_for, effects) = decide(&over, seen(false), at(200_000)).unwrap();
        assert_eq!((looked_for.state, effects), (over.state, vec![IntentEffect::Watch]));
    }
}

#[test]
fn an_answer_under_a_lost_turn_is_never_believed_and_the_agenda_is_asked() {
    for said in [done(), refused(), unreachable(), Answer::Unknown] {
        let (intent, effects) = run(sending(), 1, vec![late(1, said.clone())]);
        assert_eq!((intent.state, effects), (IntentState::Unknown, vec![IntentEffect::Watch]), "{said:?}");
        assert!(!intent.claims.is_empty());
        // However often it is seen absent, its claim outlives the turn by a write and the gap.
        let mut next = intent;
        for ms in [1_000, 15_000, 21_000] {
            next = decide(&next, look(Finding::Absent, true), at(ms)).unwrap().0;
            assert_eq!(next.state, IntentState::Unknown, "{said:?} at {ms}");
        }
        next = decide(&next, look(Finding::Absent, true), at(21_001)).unwrap().0;
        let expected = match said {
            Answer::Refused(_) | Answer::Unreachable(_) => IntentState::Refused,
            Answer::Done(_) | Answer::Unknown => IntentState::Sending,
        };
        assert_eq!(next.state, expected, "{said:?}");
    }
}

#[test]
fn an_answer_under_a_lost_turn_says_nothing_of_a_later_send() {
    for said in [done(), refused(), Answer::Unknown] {
        let (intent, effects) = decide(&sent_again(), late(1, said), at(15_000)).unwrap();
        assert_eq!((intent.state, effects), (IntentState::Sending, vec![]));
    }
}

#[test]
fn an_answer_under_a_lost_turn_has_what_is_over_looked_at_again() {
    let confirmed = run(sending(), 0, vec![answer(1, done())]).0;
    let (asked, effects) = decide(&confirmed, late(1, refused()), at(20_000)).unwrap();
    assert_eq!((asked.state, effects), (IntentState::Confirmed, vec![IntentEffect::Watch]));
    assert_eq!(next_at(&asked, rule(true)), Some(at(41_000)));
    let (fine, effects) = decide(&asked, remains(Finding::Present(Box::new(held())), true), at(41_000)).unwrap();
    assert_eq!((fine.state, effects), (IntentState::Confirmed, vec![]));
    assert_eq!(next_at(&fine, rule(true)), None);
    // A confirmed appointment that is gone is a person's work, when it was seen gone twice.
    let (once, effects) = decide(&asked, remains(Finding::Absent, true), at(41_000)).unwrap();
    assert_eq!((once.state, effects), (IntentState::Confirmed, vec![IntentEffect::Watch]));
    let (twice, effects) = decide(&once, remains(Finding::Absent, true), next_at(&once, rule(true)).unwrap()).unwrap();
    assert_eq!((twice.state, effects), (IntentState::NeedsHuman, vec![IntentEffect::AskHuman]));

    let refused_once = run(sending(), 0, vec![answer(1, refused())]).0;
    let (out, _) = decide(&refused_once, late(1, done()), at(20_000)).unwrap();
    assert_eq!(out.state, IntentState::Compensating);
    let (asked, effects) = decide(&refused_once, late(1, Answer::Unknown), at(20_000)).unwrap();
    assert_eq!((asked.state, effects), (IntentState::Refused, vec![IntentEffect::Watch]));
    let unclear = decide(&asked, remains(Finding::Ambiguous, false), at(41_000)).unwrap();
    assert_eq!((unclear.0.state, unclear.1), (IntentState::NeedsHuman, vec![IntentEffect::AskHuman]));
    assert!(unclear.0.claims.is_empty(), "a time that was let go is not claimed again");
}

#[test]
fn what_an_intent_left_in_an_agenda_that_cannot_be_read_goes_to_a_person_in_the_end() {
    let refused_once = run(sending(), 0, vec![answer(1, refused())]).0;
    let mut intent = decide(&refused_once, late(1, Answer::Unknown), at(0)).unwrap().0;
    let mut looks = 0;
    while let Some(when) = next_at(&intent, rule(true)) {
        intent = decide(&intent, remains(Finding::Unreadable, false), when).unwrap().0;
        looks += 1;
        assert!(looks < 20);
    }
    assert_eq!(intent.state, IntentState::NeedsHuman);
}

#[test]
fn whoever_was_told_to_wait_is_told_how_it_ends() {
    let claimed = run(drafted(IntentKind::Book), 0, vec![IntentEvent::Claim]).0;
    assert_eq!(next_at(&claimed, rule(true)), None);
    let (waiting, effects) = decide(&claimed, IntentEvent::Wait, at(0)).unwrap();
    assert_eq!((waiting.state, effects), (IntentState::Claimed, vec![IntentEffect::Watch]));
    assert_eq!(next_at(&waiting, rule(true)), Some(at(WAITING_AGAIN_MS)));
    let (_, effects) = decide(&waiting, IntentEvent::Abandon, at(1)).unwrap();
    assert_eq!(effects, [IntentEffect::RefusedLate]);
    let sending = decide(&waiting, IntentEvent::Send, at(1)).unwrap().0;
    let (_, effects) = decide(&sending, answer(1, refused()), at(2)).unwrap();
    assert_eq!(effects, [IntentEffect::RefusedLate]);
}
