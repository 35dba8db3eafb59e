use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::{AppointmentId, IntentId};
use crate::model::intent::{Claim, read_answer, read_look_up};
use crate::model::person::{Identifier, Person};
use crate::model::scheduling::{AgendaError, AppointmentStatus, BookingRequest, Found, VisitMode};
use crate::time::Span;

const START: Instant = Instant(1_000_000);

fn span() -> Span {
    Span { start: Instant(90_000_000), end: Instant(90_900_000) }
}

fn drafted(kind: IntentKind) -> Intent {
    let id = IntentId(Uuid::from_u128(1));
    let request = BookingRequest {
        agenda: "dr-martin".into(),
        span: span(),
        motive: "consultation".into(),
        mode: VisitMode::Office,
        patient: Person::default(),
        resources: vec![],
        slot_handle: None,
        slot_version: None,
        note: None,
        operator: Identifier { system: String::new(), value: String::new() },
        allow_overlap: false,
    };
    let claims = vec![Claim { resource: "agenda:agenda/dr-martin".to_owned(), seat: 0, span: span() }];
    Intent {
        op: "op-1".into(),
        claims,
        ..Intent::drafted(id, "p".into(), kind, "agenda".into(), request, "secretary".to_owned(), START)
    }
}

fn held() -> AgendaAppointment {
    AgendaAppointment {
        id: "a-1".into(),
        op: Some("op-1".into()),
        version: None,
        agenda: "dr-martin".into(),
        span: span(),
        buffer: None,
        motive: None,
        status: AppointmentStatus::Booked,
        patient: None,
        resources: vec![],
        replaces: None,
        series: None,
        entry: None,
        last_change: None,
        by: ByWhom::Agenda,
        ours: true,
    }
}

fn done() -> Answer {
    Answer::Done(Box::new(held()))
}

fn refused() -> Answer {
    Answer::Refused("slot-taken".to_owned())
}

fn unreachable() -> Answer {
    Answer::Unreachable("unavailable".to_owned())
}

fn rule(may_resend: bool) -> ResendRule {
    ResendRule { may_resend, write_timeout_ms: 7_000 }
}

/// Runs events one after another, `pause_ms` apart.
fn run(mut intent: Intent, pause_ms: i64, events: Vec<IntentEvent>) -> (Intent, Vec<IntentEffect>) {
    let mut now = START;
    let mut last = vec![];
    for event in events {
        now = now.plus_millis(pause_ms);
        (intent, last) = decide(&intent, event, now).unwrap();
    }
    (intent, last)
}

fn sending() -> Intent {
    run(drafted(IntentKind::Book), 0, vec![IntentEvent::Claim, IntentEvent::Send]).0
}

fn answer(send: u32, answer: Answer) -> IntentEvent {
    IntentEvent::Answered { send, answer }
}

fn look(finding: Finding, may_resend: bool) -> IntentEvent {
    IntentEvent::LookedUp { finding, rule: rule(may_resend) }
}

#[test]
fn a_plain_booking_is_confirmed_and_settled_once() {
    let (intent, effects) = run(sending(), 1, vec![answer(1, done())]);
    assert_eq!(intent.state, IntentState::Confirmed);
    assert_eq!(effects, [IntentEffect::Settle]);
    let (_, again) = decide(&intent, answer(1, done()), START).unwrap();
    assert_eq!(again, []);
}

#[test]
fn an_unknown_outcome_keeps_its_claim_and_is_looked_up_after_a_second() {
    let (intent, effects) = run(sending(), 1, vec![answer(1, Answer::Unknown)]);
    assert_eq!(intent.state, IntentState::Unknown);
    assert!(intent.state.is_live() && !intent.claims.is_empty());
    assert_eq!(effects, [IntentEffect::Watch]);
    assert_eq!(next_at(&intent, rule(true)), Some(START.plus_millis(1001)));
}

#[test]
fn a_first_refusal_is_for_the_operator_and_a_late_one_for_somebody_who_waits() {
    for (first, late) in [(refused(), refused()), (unreachable(), unreachable())] {
        let (intent, effects) = run(sending(), 1, vec![answer(1, first)]);
        assert_eq!((intent.state, effects), (IntentState::Refused, vec![]));
        let (intent, effects) = run(sending(), 1, vec![IntentEvent::Overdue(rule(true)), answer(1, late)]);
        assert_eq!((intent.state, effects), (IntentState::Refused, vec![IntentEffect::RefusedLate]));
    }
}

#[test]
fn absent_is_believed_only_when_seen_twice_far_enough_apart() {
    let unknown = run(sending(), 1, vec![answer(1, Answer::Unknown)]).0;
    let (once, effects) = run(unknown, 1000, vec![look(Finding::Absent, true)]);
    assert_eq!((once.state, effects), (IntentState::Unknown, vec![IntentEffect::Watch]));
    // The ladder says five seconds, which is sooner than the gap of 14 s.
    assert_eq!(next_at(&once, rule(true)), Some(START.plus_millis(6000)));
    let (soon, _) = decide(&once, look(Finding::Absent, true), START.plus_millis(6000)).unwrap();
    assert_eq!(soon.state, IntentState::Unknown);
    assert_eq!(next_at(&soon, rule(true)), Some(START.plus_millis(15_000)), "then as soon as it counts");
    let (again, effects) = decide(&soon, look(Finding::Absent, true), START.plus_millis(15_000)).unwrap();
    assert_eq!((again.state, again.sends), (IntentState::Sending, 2));
    assert_eq!(effects, [IntentEffect::Watch, IntentEffect::Call]);
    let (human, effects) = decide(&soon, look(Finding::Absent, false), START.plus_millis(15_000)).unwrap();
    assert_eq!((human.state, effects), (IntentState::NeedsHuman, vec![IntentEffect::AskHuman]));
}

#[test]
fn ambiguous_goes_to_a_person_at_once_and_keeps_its_claim() {
    let (intent, effects) = run(sending(), 1, vec![IntentEvent::Overdue(rule(true)), look(Finding::Ambiguous, true)]);
    assert_eq!((intent.state, effects), (IntentState::NeedsHuman, vec![IntentEffect::AskHuman]));
    assert!(intent.state.is_live());
}

#[test]
fn half_an_hour_of_an_unreadable_agenda_goes_to_a_person() {
    let mut intent = run(sending(), 0, vec![IntentEvent::Overdue(rule(true))]).0;
    let mut now = START.plus_millis(LOOK_UP_LADDER_S[0] * 1000);
    while intent.state == IntentState::Unknown {
        let (next, effects) = decide(&intent, look(Finding::Unreadable, true), now).unwrap();
        intent = next;
        match effects[..] {
            [IntentEffect::Watch] => now = next_at(&intent, rule(true)).unwrap(),
            [IntentEffect::AskHuman] => {}
            ref other => panic!("{other:?}"),
        }
    }
    assert_eq!(intent.state, IntentState::NeedsHuman);
    let minutes = now.millis_since(START) / 60_000;
    assert!((30..=35).contains(&minutes), "{minutes} minutes");
}

#[test]
fn a_resend_that_is_not_reached_leaves_the_first_send_open() {
    let mut intent = sending();
    intent.sends = 2;
    intent.open.count = 2;
    let (next, _) = decide(&intent, answer(2, unreachable()), START).unwrap();
    assert_eq!(next.state, IntentState::Unknown);
    let (next, effects) = decide(&intent, answer(1, refused()), START).unwrap();
    assert_eq!((next.state, effects), (IntentState::Sending, vec![]), "an old answer says nothing of the new send");
    let (next, _) = decide(&intent, answer(1, done()), START).unwrap();
    assert_eq!(next.state, IntentState::Confirmed, "but what is in the agenda is in the agenda");
}

#[test]
fn a_success_after_a_refusal_is_taken_out_again() {
    let (intent, effects) = run(sending(), 1, vec![answer(1, refused()), answer(1, done())]);
    assert_eq!(intent.state, IntentState::Compensating);
    assert!(intent.claims.is_empty(), "somebody else may hold the time");
    assert_eq!(effects, [IntentEffect::Watch]);
    let (out, _) = decide(&intent, IntentEvent::TakenOut(done()), START).unwrap();
    assert_eq!(out.state, IntentState::Compensated);
    let (human, effects) = decide(&intent, IntentEvent::TakenOut(refused()), START).unwrap();
    assert_eq!((human.state, effects), (IntentState::NeedsHuman, vec![IntentEffect::AskHuman]));
}

#[test]
fn the_end_of_the_old_time_of_a_move_is_never_given_up_silently() {
    let kind = IntentKind::Cancel { appointment: "a-0".into(), by: ByWhom::System, reason: "moved".to_owned() };
    let sending = run(drafted(kind), 0, vec![IntentEvent::Send]).0;
    let (later, effects) = decide(&sending, answer(1, unreachable()), START).unwrap();
    assert_eq!(later.state, IntentState::Unknown);
    assert_eq!(effects, [IntentEffect::Watch]);
    let (human, effects) = decide(&sending, answer(1, refused()), START).unwrap();
    assert_eq!((human.state, effects), (IntentState::NeedsHuman, vec![IntentEffect::AskHuman]));
}

#[test]
fn only_what_was_never_sent_can_be_abandoned() {
    let (intent, _) = run(drafted(IntentKind::Book), 1, vec![IntentEvent::Claim, IntentEvent::Abandon]);
    assert_eq!((intent.state, intent.refusal.as_deref()), (IntentState::Refused, Some("abandoned")));
    let (intent, _) = run(sending(), 1, vec![IntentEvent::Abandon]);
    assert_eq!(intent.state, IntentState::Sending);
    assert!(decide(&sending(), IntentEvent::Send, START).is_err(), "nothing is sent twice by a click");
}

#[test]
fn an_answer_counts_only_as_far_as_it_is_what_was_asked_for() {
    let intent = sending();
    let elsewhere = AgendaAppointment { agenda: "dr-petit".into(), ..held() };
    let moved = AgendaAppointment { span: Span { start: Instant(1), end: Instant(2) }, ..held() };
    let longer = AgendaAppointment { span: Span { end: Instant(i64::MAX), ..span() }, ..held() };
    let nameless = AgendaAppointment { id: AppointmentId::from(""), ..held() };
    let cancelled = AgendaAppointment { status: AppointmentStatus::Cancelled, ..held() };
    for wrong in [elsewhere, moved, longer, nameless, cancelled] {
        assert_eq!(read_answer(&intent, None, Ok(wrong.clone())), Answer::Unknown, "{wrong:?}");
        assert!(!matches!(read_look_up(&intent, Ok(Found::Present(wrong))), Finding::Present(_)));
    }
    assert_eq!(read_answer(&intent, None, Err(AgendaError::Already(held()))), done());
}

#[test]
fn a_cancellation_of_what_is_gone_is_done() {
    let kind = IntentKind::Cancel { appointment: "a-1".into(), by: ByWhom::Patient, reason: "x".to_owned() };
    let intent = drafted(kind);
    let answer = read_answer(&intent, Some(&held()), Err(AgendaError::NotFound));
    let Answer::Done(gone) = answer else { panic!("{answer:?}") };
    assert_eq!(gone.status, AppointmentStatus::Cancelled);
    assert_eq!(read_answer(&intent, None, Ok(held())), Answer::Unknown, "it still stands: not what was asked for");
}

/// So many milliseconds after the beginning.
fn at(ms: i64) -> Instant {
    START.plus_millis(ms)
}

fn late(send: u32, answer: Answer) -> IntentEvent {
    IntentEvent::AnsweredLate { send, answer, rule: rule(true) }
}

fn remains(finding: Finding, wanted: bool) -> IntentEvent {
    IntentEvent::Remains { finding, wanted, rule: rule(true) }
}

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

/// What becomes of one send, in an agenda that deduplicates on the op-id, behind
/// a network that loses and delays.
#[derive(Clone, Copy, Debug)]
struct Fate {
    /// The agenda refuses it, unless it holds the booking already.
    refused: bool,
    /// When it takes effect, in milliseconds after the send; never if `None`.
    /// The window closes after 7 s, and what began arrives within five more.
    lands: Option<i64>,
    /// When the plugin's answer is stored; never if `None`: the process died.
    answered: Option<i64>,
    /// The plugin does not know.
    unclear: bool,
}

fn any_fate() -> impl Strategy<Value = Fate> {
    let lands = proptest::option::weighted(0.8, 0..12_000i64);
    let answered = proptest::option::weighted(0.8, 0..60_000i64);
    (any::<bool>(), lands, answered, any::<bool>()).prop_map(|(refused, lands, answered, unclear)| Fate {
        refused,
        lands,
        answered,
        unclear,
    })
}

/// Something that happens at its time.
#[derive(Clone, Debug)]
enum Happening {
    Lands,
    Answer(u32, Option<Answer>),
    Job,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn every_interleaving_ends_once_and_truthfully(
        fates in proptest::collection::vec(any_fate(), 3),
        readable in proptest::collection::vec(any::<bool>(), 64),
        may_resend in any::<bool>(),
    ) {
        let rule = rule(may_resend);
        let mut intent = run(drafted(IntentKind::Book), 0, vec![IntentEvent::Claim]).0;
        let mut agenda = false;
        let mut told_no = false;
        let (mut settled, mut asked, mut looks) = (0, 0, 0);
        let mut queue: Vec<(Instant, Happening)> = Vec::new();
        let mut events = vec![IntentEvent::Send];
        let mut now = START;
        loop {
            for event in std::mem::take(&mut events) {
                let was = intent.clone();
                let (next, effects) = decide(&intent, event, now).unwrap();
                intent = next;
                if matches!(intent.state, IntentState::Sending | IntentState::Unknown) {
                    prop_assert!(!intent.claims.is_empty(), "what may be in the agenda keeps its claim");
                }
                prop_assert!(was.state.is_live() || !intent.state.is_live() || intent.claims.is_empty());
                prop_assert!(intent.sends <= MAX_SENDS);
                for effect in &effects {
                    match effect {
                        IntentEffect::Settle => {
                            prop_assert!(agenda, "nothing is confirmed that is not there");
                            settled += 1;
                        }
                        IntentEffect::AskHuman => asked += 1,
                        IntentEffect::Watch => {
                            let due = next_at(&intent, rule).expect("what is watched has a time");
                            queue.push((due, Happening::Job));
                        }
                        IntentEffect::RefusedLate | IntentEffect::Call => {}
                    }
                }
                told_no |= intent.state == IntentState::Refused;
                if was.sends < intent.sends {
                    let send = intent.sends;
                    let fate = fates[usize::try_from(send - 1).unwrap()];
                    let lands = fate.lands.filter(|_| !fate.refused);
                    queue.extend(lands.map(|ms| (now.plus_millis(ms), Happening::Lands)));
                    let told = match (fate.unclear, fate.refused) {
                        (true, _) => Some(Answer::Unknown),
                        (false, true) => Some(refused()),
                        // Known for certain only once it has taken effect.
                        (false, false) => None,
                    };
                    let waits = if told.is_none() { fate.lands.unwrap_or(0) } else { 0 };
                    let answered = fate.answered.map(|ms| ms.max(waits));
                    queue.extend(answered.map(|ms| (now.plus_millis(ms), Happening::Answer(send, told))));
                }
            }
            // The last of several at once comes first: the order is any.
            let Some(index) = (0..queue.len()).min_by_key(|index| queue[*index].0) else { break };
            let (due, happening) = queue.swap_remove(index);
            now = now.max(due);
            match happening {
                Happening::Lands => agenda = true,
                Happening::Answer(send, told) => {
                    let answer = match told {
                        // An agenda that deduplicates tells a booking that it holds.
                        Some(Answer::Refused(_)) if agenda => done(),
                        Some(said) => said,
                        None if agenda => done(),
                        None => Answer::Unknown,
                    };
                    // Whoever looked after the turn had ended has taken it.
                    let lost = intent.sends != send
                        || !matches!(intent.state, IntentState::Sending)
                        || now.millis_since(intent.sent_at.unwrap()) >= 12_000;
                    events.push(if lost {
                        IntentEvent::AnsweredLate { send, answer, rule }
                    } else {
                        IntentEvent::Answered { send, answer }
                    });
                }
                Happening::Job if next_at(&intent, rule).is_some_and(|due| due <= now) => {
                    looks += 1;
                    prop_assert!(looks <= 64, "it ends");
                    let finding = match (readable[looks % 64], agenda) {
                        (false, _) => Finding::Unreadable,
                        (true, true) => Finding::Present(Box::new(held())),
                        (true, false) => Finding::Absent,
                    };
                    events.push(match intent.state {
                        IntentState::Sending => IntentEvent::Overdue(rule),
                        IntentState::Unknown => IntentEvent::LookedUp { finding, rule },
                        IntentState::Compensating if readable[looks % 64] => {
                            agenda = false;
                            IntentEvent::TakenOut(done())
                        }
                        IntentState::Compensating => IntentEvent::TakenOut(unreachable()),
                        state => {
                            IntentEvent::Remains { finding, wanted: state == IntentState::Confirmed, rule }
                        }
                    });
                }
                Happening::Job => {}
            }
        }
        prop_assert!(intent.state.is_final(), "{:?}", intent.state);
        match intent.state {
            IntentState::Confirmed => prop_assert!(agenda),
            // Everything had arrived before the last look, or is in nobody's way.
            IntentState::Refused | IntentState::Compensated => prop_assert!(!agenda && told_no),
            IntentState::NeedsHuman => prop_assert!(asked == 1),
            other => prop_assert!(false, "{:?}", other),
        }
        prop_assert!(settled <= 1 && asked <= 1);
        prop_assert!(settled == u32::from(intent.state == IntentState::Confirmed) || asked == 1);
    }
}
