//! What happens to an intent, what must follow, and when somebody looks at it next.

use super::{Answer, Finding, Intent, IntentState};
use crate::model::scheduling::AgendaAppointment;
use crate::time::{Instant, Span};

/// Seconds from one look-up to the next: 1 s, 5 s, 30 s, 2 min, then every ten
/// minutes. After the last one, half an hour has gone and a person decides.
pub const LOOK_UP_LADDER_S: [i64; 7] = [1, 5, 30, 120, 600, 600, 600];

/// Two sights of an absence are at least so far apart, in milliseconds.
pub const ABSENT_GAP_MIN_MS: i64 = 10_000;

/// How long after its deadline a write counts as lost, in milliseconds: its own
/// answer has the first word.
pub const OVERDUE_MARGIN_MS: i64 = 5_000;

/// How long after it was told to wait a request tries for its turn again, in
/// milliseconds.
pub const WAITING_AGAIN_MS: i64 = 2_000;

/// The code of a booking that nobody wants any more.
pub const CALLED_OFF: &str = "called-off";

/// The code of what a person has settled in the agenda in another way.
pub const BY_HAND: &str = "by-hand";

/// How often one op-id is sent at most: each time after an absence that was
/// seen twice.
pub const MAX_SENDS: u32 = 3;

/// What happens to an intent.
#[derive(Clone, Debug, PartialEq)]
pub enum IntentEvent {
    /// Its time is claimed in the same transaction.
    Claim,
    /// The turn to write did not come in time: whoever asked is told that the
    /// request waits, and a job goes on with it.
    Wait,
    /// The agenda is about to be called for the first time.
    Send,
    /// The agenda answered the send of this number, from 1.
    Answered {
        /// Which send.
        send: u32,
        /// What it said.
        answer: Answer,
    },
    /// The same, and the turn to write was lost by then: somebody else may have
    /// looked at the agenda, or written to it, between the plugin's look and its
    /// write.
    AnsweredLate {
        /// Which send.
        send: u32,
        /// What it said.
        answer: Answer,
        /// What this agenda allows.
        rule: ResendRule,
    },
    /// The time of a send is over and nobody stored an answer: a process died.
    Overdue(ResendRule),
    /// The agenda was asked what became of it.
    LookedUp {
        /// What was found.
        finding: Finding,
        /// When it was asked: a slow answer, or a process that stood still, makes no sight later
        /// than it was.
        asked_at: Instant,
        /// What this agenda allows.
        rule: ResendRule,
    },
    /// Nothing was ever sent, and whoever wanted it is gone.
    Abandon,
    /// An attempt to take out what must not be in the agenda.
    TakenOut(Answer),
    /// Whoever wanted it wants it no more. What may be in the agenda is looked for, and taken
    /// out when it is there.
    CallOff,
    /// A person has looked where no machine can tell.
    Verdict(Verdict),
    /// The practice's file has no longer the feature that it was sent to: there
    /// is nobody to ask what became of it.
    FeatureGone,
    /// What the intent booked was called off, or has another time: what of its
    /// sends still arrives is not wanted any more.
    Superseded(ResendRule),
    /// An entry of an intent that is over was seen in the agenda, where nobody knows of it.
    SeenAfterwards {
        /// Whether it had been called off there, and not through greffon: whoever works in the
        /// agenda has put it back.
        struck_out_there: bool,
        /// What this agenda allows.
        rule: ResendRule,
    },
    /// The agenda was asked what an intent that is over left there.
    Remains {
        /// What was found.
        finding: Finding,
        /// When it was asked.
        asked_at: Instant,
        /// Whether the database wants what was found to stand, or, when nothing
        /// was, something to be there.
        wanted: bool,
        /// What this agenda allows.
        rule: ResendRule,
    },
    /// It was under way in a backup that was restored, and this is what its agenda holds of
    /// it now. It may have been sent, told of, and called off since the backup: nothing is
    /// sent again, and whoever is concerned is told by a person.
    Restored(Finding),
    /// A person of the practice says that what somebody else wrote into the agenda is this
    /// appointment. Nothing was sent, and nobody is told of it.
    TakenOver(Box<AgendaAppointment>),
}

/// What a person who looked says of an intent.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The agenda holds what was asked for; for a cancellation: it does not stand any more.
    Done(Box<AgendaAppointment>),
    /// It was not done, and must not be any more.
    NotDone,
    /// It is there and must not be: it is taken out.
    TakeOut(Box<AgendaAppointment>),
    /// The person has settled it in the agenda in another way: whatever is there is theirs, and
    /// nothing of it is looked for, believed or taken out any more.
    ByHand,
}

/// What an agenda allows after an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResendRule {
    /// Sending the same op-id again is harmless.
    pub may_resend: bool,
    /// The longest a write may take, in milliseconds.
    pub write_timeout_ms: u32,
}

impl ResendRule {
    /// How far apart two sights of an absence must be, in milliseconds.
    #[must_use]
    pub fn absent_gap_ms(self) -> i64 {
        ABSENT_GAP_MIN_MS.max(i64::from(self.write_timeout_ms) * 2)
    }

    /// How long a claim outlives a lost turn, in milliseconds: a write that had
    /// begun by then may still arrive.
    pub(super) fn outlives_ms(self) -> i64 {
        i64::from(self.write_timeout_ms) + self.absent_gap_ms()
    }
}

/// What must follow, in the same transaction or after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntentEffect {
    /// It is in the agenda: write the mirror and tell those concerned. At most
    /// once in the life of an intent.
    Settle,
    /// The same after a restore, when those concerned may have been told: a person decides
    /// whether they are.
    SettleUntold,
    /// It was refused after it had been called uncertain: somebody who waits
    /// must be told.
    RefusedLate,
    /// Only a person can tell: ask one. At most once.
    AskHuman,
    /// What had been called off in the agenda is there again: a person says whether it stands.
    AskWhetherBack,
    /// Somebody gave the appointment this time in the agenda: it is looked at for whoever waits for
    /// the change that came to nothing.
    LookAgain(Span),
    /// Look at it at [`next_at`]: a job for that is written with the change.
    Watch,
    /// Call the agenda, with the same op-id on every try.
    Call,
}

/// When somebody must look at an intent next, if its answer does not come
/// before: a send that took too long, the next look-up, the next attempt to take
/// it out. `None` when nothing happens by itself.
#[must_use]
pub fn next_at(intent: &Intent, rule: ResendRule) -> Option<Instant> {
    match intent.state {
        IntentState::Claimed if intent.open.waits => Some(intent.updated_at.plus_millis(WAITING_AGAIN_MS)),
        IntentState::Sending => {
            let deadline_ms = i64::from(rule.write_timeout_ms) + OVERDUE_MARGIN_MS;
            Some(intent.sent_at.unwrap_or(intent.updated_at).plus_millis(deadline_ms))
        }
        IntentState::Unknown | IntentState::Compensating => {
            let by_ladder = intent.updated_at.plus_millis(pause_s(intent.lookups)? * 1000);
            // The second sight of an absence is worth having as soon as it counts.
            let second_sight = intent
                .absent_since
                .map(|since| believed_from(intent, since, rule))
                .filter(|at| *at > intent.updated_at);
            Some(second_sight.map_or(by_ladder, |at| at.min(by_ladder)))
        }
        _ => intent.open.look_at,
    }
}

/// From when on a second sight of an absence first seen at `since` counts.
pub(super) fn believed_from(intent: &Intent, since: Instant, rule: ResendRule) -> Instant {
    let apart = since.plus_millis(rule.absent_gap_ms());
    intent.open.absent_from.map_or(apart, |from| from.max(apart))
}

/// Whether whoever asked the agenda at `asked_at` may see an absence for the second time. The first
/// one is dated when it was stored, after it was seen, and the second one before: so they are never
/// nearer than the gap.
pub(super) fn is_second_sight(intent: &Intent, asked_at: Instant, rule: ResendRule) -> bool {
    intent.absent_since.is_some_and(|since| asked_at >= believed_from(intent, since, rule))
}

/// The pause before the next look-up; `None` when the ladder ends.
pub(super) fn pause_s(lookups: u32) -> Option<i64> {
    LOOK_UP_LADDER_S.get(usize::try_from(lookups).unwrap_or(usize::MAX)).copied()
}
