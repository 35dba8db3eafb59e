//! The life of a message as a pure function. Retries only what was certainly
//! not sent; what may have been sent is never sent again by itself.

use super::{Message, MessageState};
use crate::ids::FeatureId;
use crate::model::channel::{Accepted, DeliveryState, Receipt, SendError};
use crate::model::outside_failure::FailureClass;
use crate::time::Instant;

/// Seconds to wait after the first, second… try that sent nothing; the last one
/// again and again.
pub const RETRY_LADDER_S: [i64; 6] = [10, 30, 120, 600, 1800, 3600];

/// How often a channel is called for one message at most.
pub const MAX_ATTEMPTS: u32 = 10;

/// What happens to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageEvent {
    /// This binding is about to be called.
    Take(FeatureId),
    /// No channel can be called now; nothing was sent.
    Unready,
    /// No channel will ever carry it: a code.
    Unroutable(&'static str),
    /// The channel answered.
    Answered {
        /// What.
        result: Result<Accepted, SendError>,
        /// Whether the provider sends once for one key.
        dedupes: bool,
        /// Why not, as far as the host saw it.
        why: Option<FailureClass>,
    },
    /// It was being sent when a process died; this is what the channel knows.
    FoundSending {
        /// `None` when the channel cannot tell.
        known: Option<Receipt>,
        /// Whether the provider sends once for one key.
        dedupes: bool,
    },
    /// What it says is not true any more.
    Superseded,
    /// The job that delivers it was given up.
    GivenUp,
    /// It was under way in a backup that was restored: it may have left since.
    Restored,
    /// A person wants it delivered after all.
    TryAgain,
}

/// The failure of a message whose job was given up.
const GIVEN_UP: &str = "given-up";

/// The failure of a message of which a restored database does not know whether it left.
pub const RESTORED: &str = "restored";

/// The failure of a message that the channel did not take however often it was called.
const ATTEMPTS_EXHAUSTED: &str = "attempts-exhausted";

/// What must follow, in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageEffect {
    /// Try again at this instant.
    TryAt(Instant),
    /// It did not arrive, or nobody knows: tell a person. Once.
    TellSecretariat,
}

/// One step of a message. An event that comes too late for the state changes
/// nothing and has no effect.
#[must_use]
pub fn decide(message: &Message, event: MessageEvent, now: Instant) -> (Message, Vec<MessageEffect>) {
    let mut next = message.clone();
    let effects = match (message.state, event) {
        (MessageState::Queued, MessageEvent::Take(_) | MessageEvent::Unready) if message.is_worthless(now) => {
            fail(&mut next, "expired")
        }
        (MessageState::Queued, MessageEvent::Take(feature)) => {
            next.feature = Some(feature);
            next.attempts = next.attempts.saturating_add(1);
            next.state = MessageState::Sending;
            vec![]
        }
        // Counted, so that a channel that never comes back ends too.
        (MessageState::Queued, MessageEvent::Unready) => {
            next.attempts = next.attempts.saturating_add(1);
            retry(&mut next, None, now)
        }
        (MessageState::Queued, MessageEvent::Unroutable(code)) => fail(&mut next, code),
        (MessageState::Queued, MessageEvent::Superseded) => {
            next.state = MessageState::Withdrawn;
            next.failure = Some("superseded".to_owned());
            vec![]
        }
        (MessageState::Queued, MessageEvent::GivenUp) => fail(&mut next, GIVEN_UP),
        (MessageState::Sending, MessageEvent::GivenUp) => uncertain(&mut next),
        (MessageState::Queued | MessageState::Sending, MessageEvent::Restored) => {
            next.state = MessageState::Uncertain;
            next.failure = Some(RESTORED.to_owned());
            vec![]
        }
        // It certainly did not leave, or a person has found out that it did not; with the
        // whole ladder before it again.
        (MessageState::Failed | MessageState::Uncertain, MessageEvent::TryAgain)
            if matches!(
                (message.state, message.failure.as_deref()),
                (MessageState::Failed, Some(GIVEN_UP)) | (MessageState::Uncertain, Some(RESTORED))
            ) =>
        {
            next.state = MessageState::Queued;
            next.failure = None;
            next.attempts = 0;
            vec![MessageEffect::TryAt(now)]
        }
        (MessageState::Sending | MessageState::Uncertain, MessageEvent::Answered { result: Ok(accepted), .. }) => {
            sent(&mut next, accepted);
            vec![]
        }
        (MessageState::Sending, MessageEvent::Answered { result: Err(error), dedupes, why }) => {
            let effects = not_accepted(&mut next, &error, dedupes, now);
            name_class(&mut next, why);
            effects
        }
        (MessageState::Sending, MessageEvent::FoundSending { known, dedupes }) => found(&mut next, known, dedupes, now),
        _ => vec![],
    };
    if next != *message {
        next.updated_at = now;
    }
    (next, effects)
}

fn not_accepted(message: &mut Message, error: &SendError, dedupes: bool, now: Instant) -> Vec<MessageEffect> {
    match error {
        SendError::Transient(after_s) | SendError::Quota(after_s) => retry(message, *after_s, now),
        SendError::Uncertain(_) if dedupes => retry(message, None, now),
        SendError::Uncertain(_) => uncertain(message),
        SendError::Rejected(_) => fail(message, "rejected"),
        SendError::NoRecipient(_) => fail(message, "no-recipient"),
        SendError::OptedOut => fail(message, "opted-out"),
        SendError::ContentRefused(_) => fail(message, "content-refused"),
        SendError::Unsupported(_) => fail(message, "unsupported"),
        SendError::Unauthorised => fail(message, "unauthorised"),
        SendError::Other(_) => fail(message, "other"),
    }
}

/// Writes behind the failure of a message that the channel did not take what the host saw: `rejected.not-found`.
fn name_class(message: &mut Message, why: Option<FailureClass>) {
    let (Some(class), Some(failure)) = (why, &mut message.failure) else { return };
    if matches!(failure.as_str(), ATTEMPTS_EXHAUSTED | "rejected" | "unauthorised" | "other") {
        failure.push('.');
        failure.push_str(class.as_str());
    }
}

fn found(message: &mut Message, known: Option<Receipt>, dedupes: bool, now: Instant) -> Vec<MessageEffect> {
    match known.as_ref().map(|receipt| receipt.state) {
        Some(DeliveryState::Accepted | DeliveryState::Sent) => message.state = MessageState::Sent,
        Some(DeliveryState::Delivered | DeliveryState::Read | DeliveryState::Acknowledged) => {
            message.state = MessageState::Delivered;
        }
        Some(DeliveryState::Failed) => return fail(message, "rejected"),
        Some(DeliveryState::Expired) => return fail(message, "expired"),
        Some(DeliveryState::Unknown) | None if dedupes => return retry(message, None, now),
        Some(DeliveryState::Unknown) | None => return uncertain(message),
    }
    if let Some(receipt) = known {
        message.provider_id = Some(receipt.provider_id.clone());
        message.receipts.push(receipt);
    }
    vec![]
}

fn sent(message: &mut Message, accepted: Accepted) {
    message.state = MessageState::Sent;
    message.failure = None;
    message.provider_id = Some(accepted.provider_id.clone());
    let Accepted { provider_id, at, .. } = accepted;
    message.receipts.push(Receipt { provider_id, state: DeliveryState::Accepted, at, code: None });
}

fn retry(message: &mut Message, after_s: Option<u32>, now: Instant) -> Vec<MessageEffect> {
    if message.attempts >= MAX_ATTEMPTS {
        return fail(message, ATTEMPTS_EXHAUSTED);
    }
    let last = RETRY_LADDER_S.len() - 1;
    let rung = usize::try_from(message.attempts.saturating_sub(1)).unwrap_or(last).min(last);
    // A provider may ask for more patience, up to the ladder's own longest.
    let asked_s = i64::from(after_s.unwrap_or(0)).min(RETRY_LADDER_S[last]);
    let at = now.plus_millis(RETRY_LADDER_S[rung].max(asked_s) * 1000);
    if message.is_worthless(at) {
        return fail(message, "expired");
    }
    message.state = MessageState::Queued;
    vec![MessageEffect::TryAt(at)]
}

fn fail(message: &mut Message, code: &str) -> Vec<MessageEffect> {
    message.state = MessageState::Failed;
    message.failure = Some(code.to_owned());
    vec![MessageEffect::TellSecretariat]
}

fn uncertain(message: &mut Message) -> Vec<MessageEffect> {
    message.state = MessageState::Uncertain;
    message.failure = Some("uncertain".to_owned());
    vec![MessageEffect::TellSecretariat]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::ids::{ContactId, MessageId};
    use crate::model::care::{ContentRef, Level, Sensitivity};
    use crate::model::channel::Address;
    use crate::model::message::MessageCause;

    const NOW: Instant = Instant(1_000_000);

    fn queued() -> Message {
        Message {
            id: MessageId(Uuid::from_u128(1)),
            practice: "p".into(),
            cause: MessageCause::Contact(ContactId(Uuid::from_u128(2))),
            recipient: "secretariat".to_owned(),
            to: Address { scheme: "mailto".to_owned(), value: "a@b.example".to_owned() },
            subject: String::new(),
            body: String::new(),
            link: None,
            sensitivity: Sensitivity::Personal,
            level: Level::Routine,
            template: ContentRef { id: "t".to_owned(), version: "1".to_owned(), digest: vec![] },
            valid_until: None,
            state: MessageState::Queued,
            feature: None,
            provider_id: None,
            attempts: 0,
            failure: None,
            receipts: vec![],
            created_at: NOW,
            updated_at: NOW,
            version: 0,
        }
    }

    fn sending() -> Message {
        decide(&queued(), MessageEvent::Take("mail".into()), NOW).0
    }

    fn answered(error: SendError, dedupes: bool) -> MessageEvent {
        MessageEvent::Answered { result: Err(error), dedupes, why: None }
    }

    fn accepted() -> Accepted {
        Accepted { provider_id: "x".to_owned(), at: NOW, units: 1 }
    }

    #[test]
    fn what_was_certainly_not_sent_is_tried_again_later_and_later() {
        let mut message = queued();
        let mut pauses = vec![];
        loop {
            let (taken, _) = decide(&message, MessageEvent::Take("mail".into()), NOW);
            let (next, effects) = decide(&taken, answered(SendError::Transient(None), false), NOW);
            message = next;
            match effects[..] {
                [MessageEffect::TryAt(at)] => pauses.push(at.millis_since(NOW) / 1000),
                [MessageEffect::TellSecretariat] => break,
                ref other => panic!("{other:?}"),
            }
        }
        assert_eq!(pauses, [10, 30, 120, 600, 1800, 3600, 3600, 3600, 3600]);
        assert_eq!((message.state, message.failure.as_deref()), (MessageState::Failed, Some("attempts-exhausted")));
    }

    #[test]
    fn why_a_channel_fails_stands_behind_what_became_of_the_message() {
        let sending = Message { state: MessageState::Sending, attempts: MAX_ATTEMPTS, ..queued() };
        let failed = |error| {
            let why = Some(FailureClass::CredentialsRefused);
            decide(&sending, MessageEvent::Answered { result: Err(error), dedupes: false, why }, NOW).0.failure
        };
        let told = failed(SendError::Transient(None));
        assert_eq!(told.as_deref(), Some("attempts-exhausted.credentials-refused"));
        assert_eq!(failed(SendError::Unauthorised).as_deref(), Some("unauthorised.credentials-refused"));
        assert_eq!(failed(SendError::OptedOut).as_deref(), Some("opted-out"), "that is the recipient's");
        assert_eq!(failed(SendError::Uncertain(String::new())).as_deref(), Some("uncertain"));
    }

    #[test]
    fn a_provider_may_ask_for_patience_but_not_for_days() {
        for (asked, given) in [(60, 60), (5, 10), (u32::MAX, 3600)] {
            let (_, effects) = decide(&sending(), answered(SendError::Quota(Some(asked)), false), NOW);
            assert_eq!(effects, [MessageEffect::TryAt(NOW.plus_millis(given * 1000))]);
        }
    }

    #[test]
    fn uncertain_is_never_sent_again_unless_the_provider_deduplicates() {
        let event = |dedupes| answered(SendError::Uncertain("?".to_owned()), dedupes);
        let (message, effects) = decide(&sending(), event(false), NOW);
        assert_eq!((message.state, effects), (MessageState::Uncertain, vec![MessageEffect::TellSecretariat]));
        let (again, effects) = decide(&message, MessageEvent::Take("mail".into()), NOW);
        assert_eq!((again.state, effects), (MessageState::Uncertain, vec![]));
        let (message, _) = decide(&sending(), event(true), NOW);
        assert_eq!(message.state, MessageState::Queued);
    }

    #[test]
    fn a_process_that_died_while_sending_leaves_it_uncertain_unless_the_channel_knows() {
        let found = |known| MessageEvent::FoundSending { known, dedupes: false };
        let (message, _) = decide(&sending(), found(None), NOW);
        assert_eq!(message.state, MessageState::Uncertain);
        let receipt = Receipt { provider_id: "x".to_owned(), state: DeliveryState::Delivered, at: NOW, code: None };
        let (message, effects) = decide(&sending(), found(Some(receipt)), NOW);
        assert_eq!((message.state, effects), (MessageState::Delivered, vec![]));
    }

    #[test]
    fn nothing_is_sent_once_it_is_worthless() {
        let expiring = Message { valid_until: Some(NOW), ..queued() };
        let (message, _) = decide(&expiring, MessageEvent::Take("mail".into()), NOW);
        assert_eq!((message.state, message.failure.as_deref()), (MessageState::Failed, Some("expired")));
        let (message, _) = decide(&expiring, MessageEvent::Take("mail".into()), NOW.plus_millis(-1));
        assert_eq!(message.state, MessageState::Sending);
        let soon = Message { valid_until: Some(NOW.plus_millis(10_000)), ..sending() };
        let (message, _) = decide(&soon, answered(SendError::Transient(None), false), NOW);
        assert_eq!(message.failure.as_deref(), Some("expired"), "the next try would come too late");
    }

    #[test]
    fn a_message_whose_job_was_given_up_is_failed_and_may_be_tried_again_by_a_person() {
        let (failed, effects) = decide(&queued(), MessageEvent::GivenUp, NOW);
        assert_eq!((failed.state, failed.failure.as_deref()), (MessageState::Failed, Some("given-up")));
        assert_eq!(effects, [MessageEffect::TellSecretariat]);
        let (again, effects) = decide(&failed, MessageEvent::TryAgain, NOW);
        assert_eq!(
            (again.state, again.failure, effects),
            (MessageState::Queued, None, vec![MessageEffect::TryAt(NOW)])
        );
        let (refused, _) = decide(&queued(), MessageEvent::Unroutable("no-channel"), NOW);
        assert_eq!(decide(&refused, MessageEvent::TryAgain, NOW).1, []);
    }

    #[test]
    fn a_message_that_may_have_left_when_its_job_was_given_up_is_never_sent_again() {
        let (message, effects) = decide(&sending(), MessageEvent::GivenUp, NOW);
        assert_eq!((message.state, effects), (MessageState::Uncertain, vec![MessageEffect::TellSecretariat]));
        assert_eq!(decide(&message, MessageEvent::TryAgain, NOW).0, message);
    }

    #[test]
    fn what_was_under_way_in_a_restored_backup_is_sent_only_when_a_person_says_so() {
        for under_way in [queued(), sending()] {
            let (message, effects) = decide(&under_way, MessageEvent::Restored, NOW);
            assert_eq!((message.state, message.failure.as_deref()), (MessageState::Uncertain, Some(RESTORED)));
            assert_eq!(effects, []);
            for event in [MessageEvent::Take("mail".into()), MessageEvent::Restored, MessageEvent::GivenUp] {
                assert_eq!(decide(&message, event, NOW).0, message);
            }
            let (again, effects) = decide(&message, MessageEvent::TryAgain, NOW);
            assert_eq!((again.state, effects), (MessageState::Queued, vec![MessageEffect::TryAt(NOW)]));
        }
        let (sent, _) =
            decide(&sending(), MessageEvent::Answered { result: Ok(accepted()), dedupes: false, why: None }, NOW);
        assert_eq!(decide(&sent, MessageEvent::Restored, NOW).0, sent, "what has left has left");
    }

    fn any_event() -> impl Strategy<Value = MessageEvent> {
        let error = prop_oneof![
            Just(SendError::Rejected(String::new())),
            Just(SendError::NoRecipient(String::new())),
            Just(SendError::OptedOut),
            Just(SendError::Unauthorised),
            proptest::option::of(any::<u32>()).prop_map(SendError::Quota),
            proptest::option::of(any::<u32>()).prop_map(SendError::Transient),
            Just(SendError::Uncertain(String::new())),
            Just(SendError::Other(String::new())),
        ];
        prop_oneof![
            3 => Just(MessageEvent::Take("mail".into())),
            1 => Just(MessageEvent::Unready),
            1 => Just(MessageEvent::Unroutable("no-channel")),
            1 => Just(MessageEvent::Superseded),
            1 => Just(MessageEvent::GivenUp),
            1 => Just(MessageEvent::TryAgain),
            1 => Just(MessageEvent::FoundSending { known: None, dedupes: false }),
            2 => error.prop_map(|error| answered(error, false)),
            1 => Just(MessageEvent::Answered { result: Ok(accepted()), dedupes: false, why: None }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_handed_over_again_after_it_may_have_been_sent(events in proptest::collection::vec(any_event(), 0..60)) {
            let mut message = queued();
            let mut may_have_been_sent = false;
            let mut told = 0;
            for event in events {
                let was = message.state;
                let (next, effects) = decide(&message, event.clone(), NOW);
                if next.state == MessageState::Sending && was != MessageState::Sending {
                    prop_assert!(!may_have_been_sent);
                }
                may_have_been_sent |= matches!(
                    next.state,
                    MessageState::Sent | MessageState::Delivered | MessageState::Uncertain
                );
                if event == MessageEvent::TryAgain && next != message {
                    prop_assert!(was == MessageState::Failed && !may_have_been_sent);
                    told = 0;
                } else if was.is_final() && was != MessageState::Uncertain {
                    prop_assert_eq!(was, next.state);
                }
                told += effects.iter().filter(|effect| **effect == MessageEffect::TellSecretariat).count();
                prop_assert!(told <= 1);
                prop_assert_eq!(next.state == MessageState::Queued, !next.state.is_final() && next.state != MessageState::Sending);
                prop_assert!(next.attempts <= MAX_ATTEMPTS);
                message = next;
            }
        }
    }
}
