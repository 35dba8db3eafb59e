//! Answers, looks and what they come to. What arrives late, and sends in any order, have
//! files of their own.

use uuid::Uuid;

use super::*;
use crate::ids::{AppointmentId, IntentId};
use crate::model::intent::{
    Claim, IntentEffect, IntentEvent, LOOK_UP_LADDER_S, MAX_SENDS, ResendRule, WAITING_AGAIN_MS, next_at, read_answer,
    read_look_up, read_move_look_up,
};
use crate::model::person::{Identifier, Person};
use crate::model::scheduling::{
    AgendaAppointment, AgendaError, AppointmentStatus, BookingRequest, ByWhom, Found, VisitMode,
};
use crate::time::Span;

mod any_order;
mod late;

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
        entry: None,
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

/// The decision where what the agenda said is stored at the instant at which it was asked.
fn decide(intent: &Intent, event: IntentEvent, now: Instant) -> Result<(Intent, Vec<IntentEffect>), Refusal> {
    let event = match event {
        IntentEvent::LookedUp { finding, rule, .. } => IntentEvent::LookedUp { finding, asked_at: now, rule },
        IntentEvent::Remains { finding, wanted, rule, .. } => {
            IntentEvent::Remains { finding, asked_at: now, wanted, rule }
        }
        event => event,
    };
    super::decide(intent, event, now)
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
    IntentEvent::LookedUp { finding, asked_at: START, rule: rule(may_resend) }
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

/// What was seen before the gap was over is no second sight, however late it is stored.
#[test]
fn a_slow_look_sees_nothing_later_than_it_asked() {
    let once = run(sending(), 1, vec![answer(1, Answer::Unknown), look(Finding::Absent, true)]).0;
    let slow = |asked_ms| IntentEvent::LookedUp {
        finding: Finding::Absent,
        asked_at: START.plus_millis(asked_ms),
        rule: rule(true),
    };
    let (still, effects) = super::decide(&once, slow(14_001), START.plus_millis(60_000)).unwrap();
    assert_eq!((still.state, effects), (IntentState::Unknown, vec![IntentEffect::Watch]));
    let (sent, _) = super::decide(&still, slow(60_000), START.plus_millis(60_100)).unwrap();
    assert_eq!((sent.state, sent.sends), (IntentState::Sending, 2));
}

#[test]
fn what_only_keeps_a_time_free_is_let_go_after_a_restore_and_is_nobodys_work() {
    let kept = Intent { chain: IntentId(Uuid::from_u128(9)), ..drafted(IntentKind::Book) };
    assert!(kept.only_keeps_free() && !drafted(IntentKind::Book).only_keeps_free());
    for finding in [Finding::Absent, Finding::Unreadable, Finding::Ambiguous] {
        let (over, effects) = run(kept.clone(), 0, vec![IntentEvent::Claim, IntentEvent::Restored(finding)]);
        assert_eq!((over.state, effects), (IntentState::Refused, vec![]));
        assert!(!over.state.is_live(), "its time is free");
    }
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
fn a_move_that_somebody_elses_hand_overtook_comes_to_nothing_and_its_appointment_is_looked_at() {
    let (before, at_three) = (Span { start: Instant(1), end: Instant(2) }, Span { start: Instant(3), end: Instant(4) });
    let before = AgendaAppointment { span: before, ..held() };
    let unknown =
        run(drafted(IntentKind::Move("a-1".into())), 0, vec![IntentEvent::Send, answer(1, Answer::Unknown)]).0;
    let dragged = || Ok(Found::Present(AgendaAppointment { span: at_three, ..held() }));
    for (by_own, by_former, watched) in [(dragged(), None, false), (Ok(Found::Absent), Some(dragged()), true)] {
        let finding = read_move_look_up(&unknown, &before, by_own, by_former);
        assert_eq!(finding, Finding::Elsewhere { to: at_three, arrived: !watched });
        let (over, effects) = decide(&unknown, look(finding, true), START).unwrap();
        assert_eq!((over.state, over.refusal.as_deref()), (IntentState::Refused, Some("stale")));
        assert_eq!(effects[0], IntentEffect::LookAgain(at_three));
        assert_eq!(effects.contains(&IntentEffect::Watch), watched, "it may still arrive");
    }
    let other = Ok(Found::Present(AgendaAppointment { id: "a-2".into(), span: at_three, ..held() }));
    assert_eq!(read_move_look_up(&unknown, &before, other, None), Finding::Ambiguous, "another appointment");
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
    IntentEvent::Remains { finding, asked_at: START, wanted, rule: rule(true) }
}
