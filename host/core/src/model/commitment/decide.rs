//! The life of a commitment as a pure function (care.md §6).

use greffon_words::{fields, refusals};

use super::{Commitment, CommitmentAction, CommitmentMove, CommitmentState};
use crate::model::care::Level;
use crate::model::refusal::Refusal;
use crate::time::Instant;

/// Nothing is promised further ahead, in days.
pub const MAX_PROMISE_DAYS: i64 = 366;

/// How far the ladder went: warned, then late, then late still, as often as there are rungs.
const WARNED: u8 = 1;
const LATE: u8 = 2;

/// Minutes after which a promise that is late is told further up, where somebody must be seen
/// the same day, and otherwise.
const STILL_LATE_MIN: (i64, i64) = (30, 120);
/// After that it is told again: every day for a week, and then every week.
const DAY_MIN: i64 = 24 * 60;
const DAILY_RUNGS: i64 = 7;

/// What happens to a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitmentEvent {
    /// Somebody does something with it.
    Act {
        /// What.
        action: CommitmentAction,
        /// Who.
        by: String,
    },
    /// The same contact is promised this as well. It stays one promise, with one hour: the
    /// earlier, and then with its words, its owner and its window. The level only rises.
    Join(Box<Commitment>),
    /// Time passed.
    Tick,
}

/// What must follow, in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitmentEffect {
    /// Three quarters of the delay are gone: remind the owner. Once per due
    /// time.
    Warn,
    /// It is late: tell those above the owner. Once per due time.
    Escalate,
    /// It is late still: tell those above them. Once per rung.
    EscalateFurther,
    /// Tell the beneficiary the new time.
    TellMoved,
    /// Look at it again at this instant.
    WatchAt(Instant),
}

impl CommitmentEffect {
    /// When the commitment wants to be looked at next, by the effects of a step.
    #[must_use]
    pub fn next_watch(effects: &[Self]) -> Option<Instant> {
        effects.iter().find_map(|effect| match effect {
            Self::WatchAt(at) => Some(*at),
            _ => None,
        })
    }
}

/// One step of a commitment.
///
/// # Errors
/// `NotAllowed("already-final")`, except of a tick; `Invalid` for an empty reason or a due
/// time that is past or too far.
pub fn decide(
    commitment: &Commitment,
    event: CommitmentEvent,
    now: Instant,
) -> Result<(Commitment, Vec<CommitmentEffect>), Refusal> {
    let mut next = commitment.clone();
    if commitment.state.is_final() && event != CommitmentEvent::Tick {
        return Err(Refusal::not_allowed("already-final", refusals::commitment_ended()));
    }
    let effects = match event {
        CommitmentEvent::Tick => tick(&mut next, now),
        CommitmentEvent::Join(other) => join(&mut next, *other),
        CommitmentEvent::Act { action, by } => act(&mut next, action, by, now)?,
    };
    Ok((next, effects))
}

fn act(
    next: &mut Commitment,
    action: CommitmentAction,
    by: String,
    now: Instant,
) -> Result<Vec<CommitmentEffect>, Refusal> {
    Ok(match action {
        CommitmentAction::Start => {
            next.state = CommitmentState::InProgress;
            vec![]
        }
        CommitmentAction::Keep { note } => {
            // The last instant is still in time: `due` is the first that is not.
            let state = if now < next.due { CommitmentState::Kept } else { CommitmentState::KeptLate };
            end(next, state, note, now)
        }
        CommitmentAction::Break { reason } => end(next, CommitmentState::Broken, stated("reason", reason)?, now),
        CommitmentAction::Withdraw { reason } => end(next, CommitmentState::Withdrawn, stated("reason", reason)?, now),
        CommitmentAction::Move { due, reason } => {
            let reason = stated("reason", reason)?;
            if due <= now {
                return Err(Refusal::invalid("due", fields::due_past()));
            }
            if due > now.plus_minutes(MAX_PROMISE_DAYS * 24 * 60) {
                return Err(Refusal::invalid("due", fields::due_too_late()));
            }
            next.moves.push(CommitmentMove { from: next.due, to: due, reason, at: now, by });
            next.due = due;
            // A person has chosen the hour, whatever else is promised for it.
            (next.window, next.beyond_room) = (None, false);
            next.rung = 0;
            vec![CommitmentEffect::TellMoved, CommitmentEffect::WatchAt(warning_at(next))]
        }
    })
}

fn join(commitment: &mut Commitment, other: Commitment) -> Vec<CommitmentEffect> {
    commitment.level = commitment.level.raised_to(other.level);
    if other.due >= commitment.due {
        return vec![];
    }
    let Commitment { what, said, owner, due, window, beyond_room, .. } = other;
    *commitment = Commitment { what, said, owner, due, window, beyond_room, rung: 0, ..commitment.clone() };
    vec![CommitmentEffect::WatchAt(warning_at(commitment))]
}

fn tick(commitment: &mut Commitment, now: Instant) -> Vec<CommitmentEffect> {
    if commitment.state.is_final() {
        return vec![];
    }
    let mut effects = vec![];
    if now >= commitment.due {
        let reached = reached_rung(commitment, now);
        if commitment.rung < LATE {
            effects.push(CommitmentEffect::Escalate);
        } else if commitment.rung < reached {
            effects.push(CommitmentEffect::EscalateFurther);
        }
        // Whoever comes late says it once, and not as often as it was missed.
        commitment.rung = commitment.rung.max(reached);
        if let Some(next) = commitment.rung.checked_add(1) {
            effects.push(CommitmentEffect::WatchAt(told_at(commitment, next)));
        }
        return effects;
    }
    if now < warning_at(commitment) {
        return vec![CommitmentEffect::WatchAt(warning_at(commitment))];
    }
    if commitment.rung < WARNED {
        commitment.rung = WARNED;
        effects.push(CommitmentEffect::Warn);
    }
    effects.push(CommitmentEffect::WatchAt(commitment.due));
    effects
}

/// Three quarters of the way from the promise, or its last move, to the due
/// time.
fn warning_at(commitment: &Commitment) -> Instant {
    let from = commitment.moves.last().map_or(commitment.promised_at, |last| last.at);
    let delay_ms = commitment.due.millis_since(from).max(0);
    from.plus_millis(delay_ms - delay_ms / 4)
}

/// When a rung from the late one on is told.
fn told_at(commitment: &Commitment, rung: u8) -> Instant {
    let (urgent, otherwise) = STILL_LATE_MIN;
    let first = if commitment.level.at_least(Level::SameDay) { urgent } else { otherwise };
    let minutes = match i64::from(rung) - i64::from(LATE) {
        ..=0 => 0,
        further @ 1..=DAILY_RUNGS => first + (further - 1) * DAY_MIN,
        further => first + (DAILY_RUNGS - 1) * DAY_MIN + (further - DAILY_RUNGS) * 7 * DAY_MIN,
    };
    commitment.due.plus_minutes(minutes)
}

/// The highest rung whose time has come.
fn reached_rung(commitment: &Commitment, now: Instant) -> u8 {
    (LATE..=u8::MAX).take_while(|rung| told_at(commitment, *rung) <= now).last().unwrap_or(LATE)
}

fn end(commitment: &mut Commitment, state: CommitmentState, note: String, now: Instant) -> Vec<CommitmentEffect> {
    commitment.state = state;
    commitment.closing_note = Some(note);
    commitment.ended_at = Some(now);
    vec![]
}

fn stated(field: &str, text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::invalid(field, fields::empty())) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::ids::{CommitmentId, ContactId};
    use crate::model::care::Level;

    const MADE: Instant = Instant(1_000_000);

    fn promised() -> Commitment {
        Commitment {
            id: CommitmentId(Uuid::from_u128(1)),
            practice: "p".into(),
            contact: ContactId(Uuid::from_u128(2)),
            what: "callback".to_owned(),
            said: "Le docteur vous rappelle.".to_owned(),
            owner: "dr-martin".to_owned(),
            level: Level::Soon,
            promised_at: MADE,
            due: MADE.plus_minutes(60),
            window: None,
            beyond_room: false,
            state: CommitmentState::Promised,
            rung: 0,
            moves: vec![],
            closing_note: None,
            ended_at: None,
            version: 0,
        }
    }

    fn act(action: CommitmentAction) -> CommitmentEvent {
        CommitmentEvent::Act { action, by: "s".to_owned() }
    }

    #[test]
    fn warns_at_three_quarters_and_escalates_when_due_each_once() {
        let commitment = promised();
        let (_, effects) = decide(&commitment, CommitmentEvent::Tick, MADE).unwrap();
        assert_eq!(effects, [CommitmentEffect::WatchAt(MADE.plus_minutes(45))]);
        let (warned, effects) = decide(&commitment, CommitmentEvent::Tick, MADE.plus_minutes(45)).unwrap();
        assert_eq!(effects, [CommitmentEffect::Warn, CommitmentEffect::WatchAt(MADE.plus_minutes(60))]);
        let (_, effects) = decide(&warned, CommitmentEvent::Tick, MADE.plus_minutes(50)).unwrap();
        assert_eq!(effects, [CommitmentEffect::WatchAt(MADE.plus_minutes(60))]);
        let (late, effects) = decide(&warned, CommitmentEvent::Tick, MADE.plus_minutes(60)).unwrap();
        assert_eq!(effects, [CommitmentEffect::Escalate, CommitmentEffect::WatchAt(MADE.plus_minutes(180))]);
        let (same, effects) = decide(&late, CommitmentEvent::Tick, MADE.plus_minutes(61)).unwrap();
        assert_eq!((&same, effects), (&late, vec![CommitmentEffect::WatchAt(MADE.plus_minutes(180))]));
    }

    #[test]
    fn what_is_late_still_is_told_further_up_until_somebody_ends_it() {
        let mut commitment = promised();
        let mut watch = commitment.due;
        let mut told = vec![];
        for _ in 0..11 {
            let (next, effects) = decide(&commitment, CommitmentEvent::Tick, watch).unwrap();
            assert_ne!(next.rung, commitment.rung);
            told.push(watch.millis_since(commitment.due) / 60_000);
            watch = CommitmentEffect::next_watch(&effects).unwrap();
            commitment = next;
        }
        let (first, week) = (120, 120 + 6 * DAY_MIN);
        let days = (0..7).map(|days| first + days * DAY_MIN);
        let weeks = (1..4).map(|weeks| week + weeks * 7 * DAY_MIN);
        assert_eq!(told, std::iter::once(0).chain(days).chain(weeks).collect::<Vec<i64>>());
        let (kept, _) = decide(&commitment, act(CommitmentAction::Keep { note: String::new() }), watch).unwrap();
        assert_eq!(decide(&kept, CommitmentEvent::Tick, watch.plus_minutes(DAY_MIN)).unwrap(), (kept.clone(), vec![]));
        let urgent = Commitment { level: Level::VeryUrgent, rung: 2, ..promised() };
        let (_, effects) = decide(&urgent, CommitmentEvent::Tick, urgent.due.plus_minutes(30)).unwrap();
        assert_eq!(effects[0], CommitmentEffect::EscalateFurther);
        let last = Commitment { rung: u8::MAX, ..promised() };
        assert_eq!(decide(&last, CommitmentEvent::Tick, Instant(i64::MAX)).unwrap(), (last.clone(), vec![]));
    }

    #[test]
    fn a_watch_that_was_held_up_escalates_without_a_warning() {
        let (late, effects) = decide(&promised(), CommitmentEvent::Tick, MADE.plus_minutes(600)).unwrap();
        let next = CommitmentEffect::WatchAt(MADE.plus_minutes(180 + DAY_MIN));
        assert_eq!((late.rung, effects), (3, vec![CommitmentEffect::Escalate, next]), "once, however late");
    }

    #[test]
    fn kept_at_its_due_time_is_late_and_a_moment_before_is_not() {
        let keep = || act(CommitmentAction::Keep { note: String::new() });
        let due = promised().due;
        assert_eq!(decide(&promised(), keep(), due).unwrap().0.state, CommitmentState::KeptLate);
        let (kept, _) = decide(&promised(), keep(), due.plus_millis(-1)).unwrap();
        assert_eq!((kept.state, kept.ended_at), (CommitmentState::Kept, Some(due.plus_millis(-1))));
    }

    #[test]
    fn a_move_starts_the_ladder_again_and_tells_the_beneficiary() {
        let late = Commitment { rung: 2, ..promised() };
        let now = MADE.plus_minutes(70);
        let due = now.plus_minutes(40);
        let (moved, effects) =
            decide(&late, act(CommitmentAction::Move { due, reason: "visite".to_owned() }), now).unwrap();
        assert_eq!((moved.due, moved.rung, moved.moves.len()), (due, 0, 1));
        assert_eq!(effects, [CommitmentEffect::TellMoved, CommitmentEffect::WatchAt(now.plus_minutes(30))]);
    }

    #[test]
    fn a_move_goes_neither_back_nor_beyond_a_year_and_needs_a_reason() {
        let at = |due, reason: &str| {
            decide(&promised(), act(CommitmentAction::Move { due, reason: reason.to_owned() }), MADE).is_ok()
        };
        let year = MADE.plus_minutes(MAX_PROMISE_DAYS * 24 * 60);
        assert!(at(year, "r"));
        assert!(!at(year.plus_millis(1), "r"));
        assert!(!at(MADE, "r"));
        assert!(!at(year, " "));
    }

    fn any_event() -> impl Strategy<Value = (i64, CommitmentEvent)> {
        let text = prop_oneof![Just(String::new()), Just("motif".to_owned())];
        let action = prop_oneof![
            Just(CommitmentAction::Start),
            text.clone().prop_map(|note| CommitmentAction::Keep { note }),
            text.clone().prop_map(|reason| CommitmentAction::Break { reason }),
            text.clone().prop_map(|reason| CommitmentAction::Withdraw { reason }),
            (text, -10i64..500)
                .prop_map(|(reason, minutes)| CommitmentAction::Move { due: MADE.plus_minutes(minutes), reason }),
        ];
        let event = prop_oneof![3 => Just(CommitmentEvent::Tick), 1 => action.prop_map(act)];
        (0i64..40, event)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_commitment_ends_once_and_is_watched_until_then(events in proptest::collection::vec(any_event(), 0..40)) {
            let mut commitment = promised();
            let mut now = MADE;
            let mut watch = Some(MADE.plus_minutes(45));
            let mut escalated_for = vec![];
            for (minutes, event) in events {
                now = now.plus_minutes(minutes);
                let was = commitment.clone();
                let Ok((next, effects)) = decide(&commitment, event.clone(), now) else {
                    continue;
                };
                commitment = next;
                if was.state.is_final() {
                    prop_assert_eq!(&was, &commitment);
                }
                prop_assert_eq!(commitment.state.is_final(), commitment.ended_at.is_some());
                for effect in effects {
                    match effect {
                        CommitmentEffect::WatchAt(at) => {
                            prop_assert!(at >= now || event != CommitmentEvent::Tick);
                            watch = Some(at);
                        }
                        CommitmentEffect::Escalate => {
                            prop_assert!(!escalated_for.contains(&commitment.due), "once per due time");
                            escalated_for.push(commitment.due);
                        }
                        CommitmentEffect::EscalateFurther => {
                            prop_assert!(escalated_for.contains(&commitment.due), "late first");
                            prop_assert!(commitment.rung > was.rung);
                        }
                        CommitmentEffect::Warn | CommitmentEffect::TellMoved => {}
                    }
                }
                if !commitment.state.is_final() {
                    prop_assert!(watch.is_some(), "watched until it ends");
                }
            }
        }
    }
}
