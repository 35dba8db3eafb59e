//! The life of an alert as a pure function.

use std::time::Duration;

use greffon_words::{fields, refusals};

use super::{Acknowledgement, Alert, AlertOutcome, AlertState, End, LinkState, MOST_TRIES, NextStep};
use crate::ids::MessageId;
use crate::model::audit::Role;
use crate::model::care::Level;
use crate::model::refusal::Refusal;
use crate::model::secret::Secret;
use crate::time::Instant;

/// The last rung is told again and again, never more seldom than this.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// A note that an outcome needs has at least so many words.
const MIN_NOTE_WORDS: usize = 3;

/// What happens to an alert.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertEvent {
    /// The contact has this level now.
    Raised {
        /// Which.
        level: Level,
        /// Until when somebody's call or decision is promised.
        promised: Option<Instant>,
    },
    /// The time of this watch has come.
    Tick(u32),
    /// A message did not arrive, or perhaps not.
    Lost(MessageId),
    /// A code is about to be tried on a link.
    Try(Secret),
    /// The code was wrong.
    Wrong(Secret),
    /// The code was right.
    Right(Secret),
    /// Somebody takes it in hand.
    Acknowledge {
        /// Who.
        by: String,
        /// What they do next.
        next: NextStep,
        /// Until when.
        until: Instant,
    },
    /// Somebody says what came of it.
    End {
        /// What.
        outcome: AlertOutcome,
        /// In their words.
        note: Option<String>,
        /// Who.
        by: String,
        /// In which role.
        role: Role,
    },
}

/// What must follow, in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertEffect {
    /// Tell everybody on this rung, by all their channels; the first is 0.
    Tell(u32),
}

/// How long somebody who was told may stay silent until the next rung is told.
#[must_use]
pub fn answer_time(level: Level) -> Duration {
    Duration::from_secs(if level == Level::Vital { 120 } else { 600 })
}

/// How far ahead the step may lie with which somebody acknowledges, in minutes.
#[must_use]
pub fn longest_step(level: Level) -> u16 {
    if level == Level::Vital { 15 } else { 60 }
}

/// One step of an alert; `rungs` is how many its chain has now.
///
/// # Errors
/// `NotAllowed("alert-ended")`; `NotAllowed("link-dead")` and `("link-expired")` for a
/// code that must not be tried; `Forbidden("clinician-only")` for an end that only a
/// practitioner may state; `Invalid` for an hour that is past or too far, or a note that is
/// missing.
pub fn decide(
    alert: &Alert,
    event: AlertEvent,
    rungs: u32,
    now: Instant,
) -> Result<(Alert, Vec<AlertEffect>), Refusal> {
    let mut next = alert.clone();
    let effects = match event {
        AlertEvent::Raised { level, promised } => raised(&mut next, level, promised, rungs, now),
        AlertEvent::Tick(watch) => tick(&mut next, watch, rungs, now),
        AlertEvent::Lost(message) => lost(&mut next, message, rungs, now),
        AlertEvent::Try(secret) => {
            try_code(&mut next, &secret, now)?;
            Vec::new()
        }
        AlertEvent::Wrong(secret) => wrong(&mut next, &secret, rungs, now),
        AlertEvent::Right(secret) => {
            for link in links(&mut next, &secret) {
                link.tries = 0;
            }
            Vec::new()
        }
        AlertEvent::Acknowledge { by, next: step, until } => {
            not_ended(alert)?;
            if until <= now {
                return Err(Refusal::invalid("until", fields::due_past()));
            }
            let minutes = longest_step(alert.level);
            if until > now.plus_minutes(i64::from(minutes)) {
                return Err(Refusal::invalid("until", fields::step_too_late(minutes)));
            }
            next.state = AlertState::Acknowledged;
            watch(&mut next, until);
            next.acknowledged.push(Acknowledgement { by, at: now, next: step, until });
            Vec::new()
        }
        AlertEvent::End { outcome, note, by, role } => {
            let note = note.filter(|note| !note.trim().is_empty());
            if alert.end.as_ref().is_some_and(|end| end.outcome == outcome && end.note == note && end.by == by) {
                // The same, said again: the answer was lost.
                return Ok((next, Vec::new()));
            }
            not_ended(alert)?;
            if outcome == AlertOutcome::NoDanger && role != Role::Practitioner {
                return Err(Refusal::Forbidden { code: "clinician-only" });
            }
            let words = note.as_deref().map_or(0, |note| note.split_whitespace().count());
            if matches!(outcome, AlertOutcome::NoDanger | AlertOutcome::Unreachable) && words < MIN_NOTE_WORDS {
                return Err(Refusal::invalid("note", fields::alert_note(MIN_NOTE_WORDS)));
            }
            next.state = AlertState::Ended;
            next.end = Some(End { outcome, note, by, at: now });
            Vec::new()
        }
    };
    Ok((next, effects))
}

fn not_ended(alert: &Alert) -> Result<(), Refusal> {
    match alert.state {
        AlertState::Ended => Err(Refusal::not_allowed("alert-ended", refusals::alert_ended())),
        AlertState::Open | AlertState::Acknowledged => Ok(()),
    }
}

/// Whoever took it in hand, or saw its end, knew of a lower level: everybody is told again.
fn raised(alert: &mut Alert, level: Level, promised: Option<Instant>, rungs: u32, now: Instant) -> Vec<AlertEffect> {
    alert.promised = promised.or(alert.promised);
    // The first rung is told when it is raised, whatever its level.
    if alert.level.at_least(level) && !alert.told.is_empty() && alert.state != AlertState::Ended {
        return Vec::new();
    }
    alert.level = alert.level.raised_to(level);
    open(alert, rungs, now)
}

/// Begins with the first rung.
fn open(alert: &mut Alert, rungs: u32, now: Instant) -> Vec<AlertEffect> {
    alert.state = AlertState::Open;
    alert.end = None;
    alert.rung = 0;
    alert.repeats = 0;
    climb(alert, rungs, now)
}

/// Tells the next rung, or the last one again.
fn climb(alert: &mut Alert, rungs: u32, now: Instant) -> Vec<AlertEffect> {
    let pause = answer_time(alert.level);
    if alert.rung < rungs {
        alert.rung += 1;
        watch(alert, now + pause);
        return vec![AlertEffect::Tell(alert.rung - 1)];
    }
    watch(alert, now + pause.saturating_mul(1 << alert.repeats.min(6)).min(LONGEST_PAUSE));
    alert.repeats = alert.repeats.saturating_add(1);
    rungs.checked_sub(1).map(AlertEffect::Tell).into_iter().collect()
}

/// Somebody looks again then, and whoever was to look before does not.
fn watch(alert: &mut Alert, at: Instant) {
    alert.watch_at = at;
    alert.watch = alert.watch.wrapping_add(1);
}

fn tick(alert: &mut Alert, watch: u32, rungs: u32, now: Instant) -> Vec<AlertEffect> {
    if watch != alert.watch {
        return Vec::new();
    }
    match alert.state {
        AlertState::Ended => Vec::new(),
        AlertState::Open => climb(alert, rungs, now),
        // Its hour is past, and nobody says what came of it.
        AlertState::Acknowledged => open(alert, rungs, now),
    }
}

fn lost(alert: &mut Alert, message: MessageId, rungs: u32, now: Instant) -> Vec<AlertEffect> {
    let Some(told) = alert.told.iter_mut().find(|told| told.message == message && !told.lost) else {
        return Vec::new();
    };
    told.lost = true;
    let (rung, at) = (told.rung, told.at);
    let is_last = alert.rung == rung + 1;
    let all_lost = alert.told.iter().filter(|told| told.rung == rung && told.at == at).all(|told| told.lost);
    if alert.state == AlertState::Open && is_last && all_lost && alert.rung < rungs {
        return climb(alert, rungs, now);
    }
    Vec::new()
}

fn links<'a>(alert: &'a mut Alert, secret: &'a Secret) -> impl Iterator<Item = &'a mut super::Link> {
    alert.told.iter_mut().filter_map(|told| told.link.as_mut()).filter(|link| link.is_opened_by(secret))
}

fn try_code(alert: &mut Alert, secret: &Secret, now: Instant) -> Result<(), Refusal> {
    let mut state = LinkState::Expired;
    for link in links(alert, secret) {
        state = link.state(now);
        link.tries = link.tries.saturating_add(1);
    }
    match state {
        LinkState::Usable => Ok(()),
        LinkState::Dead => Err(Refusal::not_allowed("link-dead", refusals::link_dead())),
        LinkState::Expired => Err(Refusal::not_allowed("link-expired", refusals::link_expired())),
    }
}

/// A link that was tried too often is dead: whoever has it is not who it was sent to, so
/// the next rung is told at once.
fn wrong(alert: &mut Alert, secret: &Secret, rungs: u32, now: Instant) -> Vec<AlertEffect> {
    let mut dies = false;
    // Several wrong codes may have been counted before the first of them is told of: it
    // dies once.
    for link in links(alert, secret).filter(|link| link.tries == MOST_TRIES) {
        link.tries += 1;
        dies = true;
    }
    if dies && alert.state == AlertState::Open { climb(alert, rungs, now) } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::ids::{AlertId, ContactId};
    use crate::model::alert::{Link, Told};

    const NOW: Instant = Instant(1_000_000);
    const RUNGS: u32 = 3;

    fn raised_now(level: Level) -> Alert {
        Alert {
            id: AlertId(Uuid::from_u128(1)),
            practice: "p".into(),
            contact: ContactId(Uuid::from_u128(2)),
            level,
            raised_at: NOW,
            promised: None,
            state: AlertState::Open,
            rung: 0,
            repeats: 0,
            watch_at: NOW,
            watch: 0,
            told: Vec::new(),
            acknowledged: Vec::new(),
            end: None,
            version: 0,
        }
    }

    fn secret(number: u128) -> Secret {
        Secret::of(|| Uuid::from_u128(number))
    }

    /// Writes down whom an effect tells, as the flow does: one message a rung.
    fn tell(alert: &mut Alert, effects: &[AlertEffect], now: Instant) {
        for AlertEffect::Tell(rung) in effects {
            let number = u128::try_from(alert.told.len()).unwrap();
            alert.told.push(Told {
                rung: *rung,
                person: format!("person-{rung}"),
                message: MessageId(Uuid::from_u128(number)),
                at: now,
                lost: false,
                link: Some(Link::new(&secret(number), now)),
            });
        }
    }

    fn any_event() -> impl Strategy<Value = (i64, AlertEvent)> {
        let level = prop_oneof![Just(Level::Vital), Just(Level::VeryUrgent)];
        let role = prop_oneof![Just(Role::Practitioner), Just(Role::Supervisor)];
        let outcome = proptest::sample::select(AlertOutcome::ALL.to_vec());
        let note = prop_oneof![Just(None), Just(Some("personne ne répond au téléphone".to_owned()))];
        let event = prop_oneof![
            2 => (0u32..8).prop_map(AlertEvent::Tick),
            1 => level.prop_map(|level| AlertEvent::Raised { level, promised: None }),
            2 => (0u128..8).prop_map(|one| AlertEvent::Lost(MessageId(Uuid::from_u128(one)))),
            2 => (0u128..8).prop_map(|one| AlertEvent::Try(secret(one))),
            2 => (0u128..8).prop_map(|one| AlertEvent::Wrong(secret(one))),
            1 => (0u128..8).prop_map(|one| AlertEvent::Right(secret(one))),
            1 => (-5i64..90).prop_map(|minutes| AlertEvent::Acknowledge {
                by: "dr".to_owned(),
                next: NextStep::CallBack,
                until: NOW.plus_minutes(minutes),
            }),
            1 => (outcome, note, role)
                .prop_map(|(outcome, note, role)| AlertEvent::End { outcome, note, by: "dr".to_owned(), role }),
        ];
        (0i64..600, event)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever happens in whatever order: while it is open somebody has been told and
        /// somebody else will be, an hour later at the latest; only a person quiets it, and
        /// only a person ends it.
        #[test]
        fn an_alert_is_never_silent_and_only_people_end_it(
            vital in any::<bool>(),
            events in proptest::collection::vec(any_event(), 0..60),
        ) {
            let level = if vital { Level::Vital } else { Level::VeryUrgent };
            let raise = AlertEvent::Raised { level, promised: None };
            let (mut alert, effects) = decide(&raised_now(level), raise, RUNGS, NOW).unwrap();
            prop_assert_eq!(&effects, &[AlertEffect::Tell(0)]);
            tell(&mut alert, &effects, NOW);
            let mut now = NOW;
            for (seconds, event) in events {
                now = now.plus_millis(seconds * 1000);
                let before = alert.clone();
                // The job looks no later than this.
                if alert.state != AlertState::Ended && alert.watch_at <= now {
                    let (next, effects) = decide(&alert, AlertEvent::Tick(alert.watch), RUNGS, now).unwrap();
                    prop_assert_eq!(effects.len(), 1, "somebody is told when it is time");
                    alert = next;
                    tell(&mut alert, &effects, now);
                }
                let Ok((next, effects)) = decide(&alert, event.clone(), RUNGS, now) else { continue };
                alert = next;
                tell(&mut alert, &effects, now);
                prop_assert!(alert.level.at_least(before.level));
                prop_assert!(alert.rung >= 1 && alert.rung <= RUNGS);
                match alert.state {
                    AlertState::Open => {
                        prop_assert!(alert.watch_at > now && alert.watch_at <= now + LONGEST_PAUSE);
                    }
                    AlertState::Acknowledged => {
                        let latest = now.plus_minutes(i64::from(longest_step(alert.level)));
                        prop_assert!(alert.watch_at <= latest.max(before.watch_at));
                    }
                    AlertState::Ended => prop_assert!(alert.end.is_some()),
                }
                if before.state == AlertState::Open && alert.state != AlertState::Open {
                    let by_a_person = matches!(event, AlertEvent::Acknowledge { .. } | AlertEvent::End { .. });
                    prop_assert!(by_a_person, "{:?}", event);
                }
            }
        }
    }

    #[test]
    fn a_rung_is_over_when_all_of_it_is_lost_and_not_before() {
        let raise = AlertEvent::Raised { level: Level::Vital, promised: None };
        let (mut alert, effects) = decide(&raised_now(Level::Vital), raise, RUNGS, NOW).unwrap();
        tell(&mut alert, &effects, NOW);
        tell(&mut alert, &effects, NOW);
        let (one, effects) = decide(&alert, AlertEvent::Lost(MessageId(Uuid::from_u128(0))), RUNGS, NOW).unwrap();
        assert_eq!((one.rung, effects), (1, vec![]));
        let (again, effects) = decide(&one, AlertEvent::Lost(MessageId(Uuid::from_u128(0))), RUNGS, NOW).unwrap();
        assert_eq!((&again, effects), (&one, vec![]), "the same message is lost once");
        let (both, effects) = decide(&one, AlertEvent::Lost(MessageId(Uuid::from_u128(1))), RUNGS, NOW).unwrap();
        assert_eq!((both.rung, effects), (2, vec![AlertEffect::Tell(1)]));
    }

    #[test]
    fn the_pause_before_the_last_rung_is_told_again_grows_to_an_hour() {
        let mut alert = Alert { rung: RUNGS, ..raised_now(Level::Vital) };
        let mut pauses = Vec::new();
        let mut now = NOW;
        for _ in 0..7 {
            let (next, effects) = decide(&alert, AlertEvent::Tick(alert.watch), RUNGS, now).unwrap();
            assert_eq!(effects, [AlertEffect::Tell(RUNGS - 1)]);
            pauses.push(next.watch_at.millis_since(now) / 60_000);
            now = next.watch_at;
            alert = next;
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 60, 60]);
    }
}
