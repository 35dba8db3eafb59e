//! What an intent that is over may still leave in the agenda.

use super::event::{IntentEffect, ResendRule, believed_from, pause_s};
use super::steps::{by_hand, close_send, done_after_refusal, look_in, over};
use super::{Finding, Intent};
use crate::time::Instant;

/// Seconds from one look to the next at an intent that is over, as long as a send
/// of it has no end that is known: no agenda refuses a request that comes late, so
/// that what arrives within a day is found, and taken out where nobody wants it.
const REMAINS_LADDER_S: [i64; 7] = [120, 600, 1_800, 3_600, 4 * 3_600, 8 * 3_600, 12 * 3_600];

/// What an intent that is over left in the agenda: nothing that is not wanted
/// may stay, and nothing that is wanted may be missing without anybody knowing.
pub(super) fn remains(
    intent: &mut Intent,
    finding: Finding,
    (wanted, seen_before): (bool, bool),
    rule: ResendRule,
    now: Instant,
) -> Vec<IntentEffect> {
    intent.lookups = intent.lookups.saturating_add(1);
    match finding {
        // It has been there since an answer or a look told so: of a send that is still
        // under way it says nothing.
        Finding::Present(_) | Finding::Beside(_) if wanted => over(intent),
        Finding::Present(held) | Finding::Beside(held) => {
            close_send(intent);
            over(intent);
            done_after_refusal(intent, *held)
        }
        Finding::Absent if !wanted => absent_so_far(intent, now),
        // Only a cancellation finds this: it was done after all.
        Finding::Gone(held) if seen_before => {
            over(intent);
            done_after_refusal(intent, *held)
        }
        Finding::Absent if seen_before => by_hand(intent),
        Finding::Absent | Finding::Gone(_) => {
            let since = *intent.absent_since.get_or_insert(now);
            intent.open.look_at = Some(believed_from(intent, since, rule));
            vec![IntentEffect::Watch]
        }
        Finding::Ambiguous | Finding::Elsewhere { .. } => by_hand(intent),
        Finding::Unreadable => {
            // Looks that found nothing were no failures: an agenda that is down when
            // one of the last of them is due is asked again at the next.
            match pause_s(intent.lookups).or_else(|| next_remains_s(intent)) {
                Some(pause_s) => look_in(intent, pause_s, now),
                None => by_hand(intent),
            }
        }
    }
}

/// It is not there, and must not be; it may come as long as a send is open.
pub(super) fn absent_so_far(intent: &mut Intent, now: Instant) -> Vec<IntentEffect> {
    match next_remains_s(intent) {
        Some(pause_s) => look_in(intent, pause_s, now),
        None => over(intent),
    }
}

/// The pause before the next look at what may still arrive; `None` when nothing
/// can, or the ladder ends.
pub(super) fn next_remains_s(intent: &Intent) -> Option<i64> {
    let looks = usize::try_from(intent.lookups.saturating_sub(1)).ok().filter(|_| intent.open.count > 0)?;
    REMAINS_LADDER_S.get(looks).copied()
}

/// Another send of it may still arrive.
pub(super) fn after_it_was_taken_out(intent: &mut Intent, now: Instant) -> Vec<IntentEffect> {
    if intent.open.count == 0 {
        return vec![];
    }
    look_for_what_arrives(intent, now)
}

/// Begins the looks at what an open send may still bring.
pub(super) fn look_for_what_arrives(intent: &mut Intent, now: Instant) -> Vec<IntentEffect> {
    intent.lookups = 1;
    look_in(intent, REMAINS_LADDER_S[0], now)
}
