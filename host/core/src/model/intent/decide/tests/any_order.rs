//! Sends whose ends come in any order, or never.

use proptest::prelude::*;

use super::*;

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
    /// Whoever wanted it wants it no more.
    CallOff,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn every_interleaving_ends_once_and_truthfully(
        fates in proptest::collection::vec(any_fate(), 3),
        readable in proptest::collection::vec(any::<bool>(), 64),
        may_resend in any::<bool>(),
        call_off in proptest::option::weighted(0.3, 0..90_000i64),
    ) {
        let rule = rule(may_resend);
        let mut intent = run(drafted(IntentKind::Book), 0, vec![IntentEvent::Claim]).0;
        let mut agenda = false;
        let mut told_no = false;
        let (mut settled, mut asked, mut looks) = (0, 0, 0);
        let mut queue: Vec<(Instant, Happening)> = Vec::new();
        queue.extend(call_off.map(|ms| (START.plus_millis(ms), Happening::CallOff)));
        let mut called_off = false;
        let mut events = vec![IntentEvent::Send];
        let mut now = START;
        loop {
            for event in std::mem::take(&mut events) {
                let was = intent.clone();
                let (next, effects) = match (decide(&intent, event, now), &was) {
                    (Ok(decided), _) => decided,
                    // It stands, or a person looks already.
                    (Err(_), Intent { state: IntentState::Confirmed | IntentState::NeedsHuman, .. }) => continue,
                    (Err(error), _) => panic!("{error:?}"),
                };
                called_off |= next.open.called_off;
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
                            prop_assert!(!called_off, "nobody is told of what nobody wants");
                            settled += 1;
                        }
                        IntentEffect::AskHuman => asked += 1,
                        IntentEffect::Watch => {
                            let due = next_at(&intent, rule).expect("what is watched has a time");
                            queue.push((due, Happening::Job));
                        }
                        IntentEffect::RefusedLate | IntentEffect::Call => {}
                        IntentEffect::LookAgain(_) => prop_assert!(false, "nothing is moved here"),
                        IntentEffect::SettleUntold | IntentEffect::AskWhetherBack => prop_assert!(false, "nothing was restored here"),
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
                        IntentState::Unknown => IntentEvent::LookedUp { finding, asked_at: now, rule },
                        IntentState::Compensating if readable[looks % 64] => {
                            agenda = false;
                            IntentEvent::TakenOut(done())
                        }
                        IntentState::Compensating => IntentEvent::TakenOut(unreachable()),
                        state => {
                            IntentEvent::Remains { finding, asked_at: now, wanted: state == IntentState::Confirmed, rule }
                        }
                    });
                }
                // Too early, as whatever it looks after has changed since.
                Happening::Job => queue.extend(next_at(&intent, rule).map(|due| (due, Happening::Job))),
                Happening::CallOff => events.push(IntentEvent::CallOff),
            }
        }
        prop_assert!(intent.state.is_final(), "{:?}", intent.state);
        match intent.state {
            IntentState::Confirmed => prop_assert!(agenda),
            // Everything had arrived before the last look, or is in nobody's way.
            IntentState::Refused | IntentState::Compensated => prop_assert!(!agenda && (told_no || called_off)),
            IntentState::NeedsHuman => prop_assert!(asked == 1),
            other => prop_assert!(false, "{:?}", other),
        }
        prop_assert!(settled <= 1 && asked <= 1);
        prop_assert!(settled == u32::from(intent.state == IntentState::Confirmed) || asked == 1);
    }
}
