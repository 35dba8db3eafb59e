//! When what is promised is due, and how it is said: at an hour at which somebody is there.

use greffon_sdk::practice::{Level, Span};
use greffon_sdk::script::CommitmentSummary;

use crate::caller::Caller;
use crate::facts::LABORATORY_VALUE;
use crate::fill::fill;
use crate::french;
use crate::interview::Interview;

const MINUTE_MS: i64 = 60_000;

/// After the practice opens again, for what would be due while nobody is there.
const AFTER_OPENING_MIN: i64 = 60;

/// Somebody who is there for less than this keeps no new promise today.
const LEAST_MIN: i64 = 10;

/// The minutes from now, or the last hour of today, or the first after the practice opens
/// again. `opening` is sorted; without it every minute counts.
pub(crate) fn due(now: i64, minutes: u32, level: Level, opening: &[Span]) -> i64 {
    let plain = now.saturating_add(i64::from(minutes) * MINUTE_MS);
    let Some(next) = opening.iter().find(|period| period.end > now.saturating_add(LEAST_MIN * MINUTE_MS)) else {
        return plain;
    };
    if opening.iter().any(|period| period.start <= plain && plain <= period.end) {
        return plain;
    }
    let waits = level_waits(level);
    if next.start <= now && !waits {
        // What is for today is done before everybody goes.
        return next.end;
    }
    let later = opening.iter().find(|period| period.start > plain.min(next.start.max(now)));
    later.map_or(plain, |period| period.start.saturating_add(AFTER_OPENING_MIN * MINUTE_MS))
}

fn level_waits(level: Level) -> bool {
    matches!(level, Level::Soon | Level::Routine)
}

/// A promise, as it is said now: who does what, before which hour or between which two.
pub(crate) fn said(interview: &Interview<'_>, promise: &CommitmentSummary) -> String {
    let phrases = &interview.settings.phrases;
    let now = &interview.session.context.now_local;
    let by = match &promise.start_local {
        Some(start) => french::between(start, &promise.due_local, now),
        None => french::by(&promise.due_local, now),
    };
    let phrase = match promise.what.as_str() {
        // Whatever the host promises a laboratory, its result is what somebody confirms.
        _ if has_result(interview) => &phrases.laboratory,
        "callback" => &phrases.callback,
        "decision" => &phrases.decision,
        // What the practice wants looked at is promised in its own words.
        "answer" if is_handover(interview, &promise.said) => &interview.settings.templates.commitment,
        "answer" => &phrases.message,
        "document" => &phrases.document,
        "slot" => &phrases.no_slot,
        "verify-booking" => &phrases.slot_to_verify,
        "laboratory-result" => &phrases.laboratory,
        _ => &interview.settings.templates.commitment,
    };
    fill(phrase, &[("by", &by), ("said", &promise.said)])
}

fn is_handover(interview: &Interview<'_>, said: &str) -> bool {
    interview.settings.handovers.iter().any(|handover| handover.said == said)
}

/// What was promised under a name, as it is said now; the phrase without its hour as long
/// as nothing was. A laboratory is promised one thing, whatever the host calls it.
pub(crate) fn said_or(interview: &Interview<'_>, what: &str, phrase: &str) -> String {
    let any = has_result(interview);
    let made = interview.session.commitments.iter().rev().find(|one| any || one.what == what);
    made.map_or_else(|| fill(phrase, &[("by", "")]), |promise| said(interview, promise))
}

/// Whether a laboratory has said its result.
fn has_result(interview: &Interview<'_>) -> bool {
    interview.caller == Some(Caller::Laboratory) && interview.facts.text(LABORATORY_VALUE).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(minutes: i64) -> i64 {
        minutes * MINUTE_MS
    }

    #[test]
    fn nothing_is_promised_for_an_hour_at_which_nobody_is_there() {
        let opening = [Span { start: at(0), end: at(100) }, Span { start: at(200), end: at(300) }];
        for (now, minutes, level, expected) in [
            (0, 60, Level::Soon, 60),
            (0, 100, Level::Soon, 100),
            (50, 60, Level::Soon, 260),
            (50, 60, Level::SameDay, 100),
            (95, 60, Level::SameDay, 260),
            (150, 20, Level::SameDay, 260),
            (150, 90, Level::Routine, 240),
            (0, 150, Level::Routine, 260),
        ] {
            assert_eq!(due(at(now), minutes, level, &opening), at(expected), "{now} {minutes} {level:?}");
        }
        assert_eq!(due(0, 30, Level::Soon, &[]), at(30));
    }
}
