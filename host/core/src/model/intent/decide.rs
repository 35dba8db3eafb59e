//! The life of an intent as a pure function.
//!
//! The rules (agendas.md §3.3): an intent whose effect is unknown keeps its
//! claim and is looked up, never blindly sent again; `absent` is believed only
//! when seen twice, some time apart; what cannot be found out goes to a person.

use greffon_words::refusals;

use super::{Answer, Finding, Intent, IntentKind, IntentState, OpenSends};
use crate::model::refusal::Refusal;
use crate::model::scheduling::{AgendaAppointment, ByWhom};
use crate::time::Instant;

/// Seconds from one look-up to the next: 1 s, 5 s, 30 s, 2 min, then every ten
/// minutes. After the last one, half an hour has gone and a person decides.
pub const LOOK_UP_LADDER_S: [i64; 7] = [1, 5, 30, 120, 600, 600, 600];

/// Seconds from one look to the next at an intent that is over, as long as a send
/// of it has no end that is known: no agenda refuses a request that comes late, so
/// that what arrives within a day is found, and taken out where nobody wants it.
const REMAINS_LADDER_S: [i64; 7] = [120, 600, 1_800, 3_600, 4 * 3_600, 8 * 3_600, 12 * 3_600];

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
    SeenAfterwards(ResendRule),
    /// The agenda was asked what an intent that is over left there.
    Remains {
        /// What was found.
        finding: Finding,
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
    /// The person has done otherwise, by hand: whatever of it is found later is not wanted.
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
    fn outlives_ms(self) -> i64 {
        i64::from(self.write_timeout_ms) + self.absent_gap_ms()
    }
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
fn believed_from(intent: &Intent, since: Instant, rule: ResendRule) -> Instant {
    let apart = since.plus_millis(rule.absent_gap_ms());
    intent.open.absent_from.map_or(apart, |from| from.max(apart))
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
    /// Look at it at [`next_at`]: a job for that is written with the change.
    Watch,
    /// Call the agenda, with the same op-id on every try.
    Call,
}

/// One step of an intent. An event that comes too late for the state changes
/// nothing and has no effect.
///
/// # Errors
/// `NotAllowed` for a `Claim` or `Send` that the state forbids.
pub fn decide(intent: &Intent, event: IntentEvent, now: Instant) -> Result<(Intent, Vec<IntentEffect>), Refusal> {
    let mut next = intent.clone();
    let effects = match event {
        IntentEvent::Claim => match intent.state {
            IntentState::Drafted => enter(&mut next, IntentState::Claimed, vec![]),
            _ => return Err(too_late()),
        },
        IntentEvent::Wait if intent.state == IntentState::Claimed => {
            next.open.waits = true;
            vec![IntentEffect::Watch]
        }
        IntentEvent::Send => match intent.state {
            IntentState::Drafted | IntentState::Claimed | IntentState::Held => send(&mut next, now),
            _ => return Err(too_late()),
        },
        IntentEvent::Answered { send, answer } => answered(&mut next, send, answer),
        IntentEvent::AnsweredLate { send, answer, rule } => answered_late(&mut next, send, answer, rule, now),
        IntentEvent::Overdue(rule) if intent.state == IntentState::Sending => {
            believe_no_absence_yet(&mut next, rule, now);
            enter(&mut next, IntentState::Unknown, vec![IntentEffect::Watch])
        }
        IntentEvent::LookedUp { finding, rule } if intent.state == IntentState::Unknown => {
            looked_up(&mut next, finding, rule, now)
        }
        IntentEvent::Abandon
            if matches!(intent.state, IntentState::Drafted | IntentState::Claimed | IntentState::Held) =>
        {
            let waits = intent.open.waits;
            refuse(&mut next, "abandoned", if waits { vec![IntentEffect::RefusedLate] } else { vec![] })
        }
        IntentEvent::CallOff if intent.kind == IntentKind::Book => call_off(&mut next)?,
        IntentEvent::CallOff => return Err(Refusal::not_allowed("already-sent", refusals::already_sent())),
        IntentEvent::Verdict(verdict) if intent.state == IntentState::NeedsHuman => by_verdict(&mut next, verdict, now),
        IntentEvent::Verdict(_) => return Err(Refusal::not_allowed("no-verdict", refusals::no_verdict())),
        IntentEvent::TakenOut(answer) if intent.state == IntentState::Compensating => {
            taken_out(&mut next, &answer, now)
        }
        // What is claimed only was never sent, and is let go without an agenda.
        IntentEvent::FeatureGone
            if matches!(
                intent.state,
                IntentState::Drafted | IntentState::Sending | IntentState::Unknown | IntentState::Compensating
            ) =>
        {
            enter(&mut next, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
        }
        IntentEvent::FeatureGone if intent.state.is_final() && intent.open.look_at.is_some() => by_hand(&mut next),
        IntentEvent::Superseded(rule) if intent.state == IntentState::Confirmed && intent.open.count > 0 => {
            look_later(&mut next, rule, now)
        }
        IntentEvent::SeenAfterwards(rule)
            if intent.state.is_final()
                && intent.state != IntentState::NeedsHuman
                && intent.kind == IntentKind::Book
                && intent.open.look_at.is_none() =>
        {
            look_later(&mut next, rule, now)
        }
        IntentEvent::Remains { finding, wanted, rule } if intent.state.is_final() && intent.open.look_at.is_some() => {
            remains(&mut next, finding, wanted, rule, now)
        }
        // What is being taken out is not wanted, whatever was found.
        IntentEvent::Restored(finding) if !intent.state.is_final() && intent.state != IntentState::Compensating => {
            restored(&mut next, finding)
        }
        _ => vec![],
    };
    let effects = if next.open.called_off { not_wanted(&mut next, effects) } else { effects };
    if next != *intent {
        next.updated_at = now;
    }
    Ok((next, effects))
}

/// What was never sent is let go; what may be in the agenda is looked for.
fn call_off(intent: &mut Intent) -> Result<Vec<IntentEffect>, Refusal> {
    match intent.state {
        IntentState::Drafted | IntentState::Claimed | IntentState::Held => Ok(refuse(intent, CALLED_OFF, vec![])),
        IntentState::Sending | IntentState::Unknown => {
            intent.open.called_off = true;
            intent.open.refusal = Some(CALLED_OFF.to_owned());
            Ok(vec![])
        }
        IntentState::Refused | IntentState::Compensating | IntentState::Compensated => Ok(vec![]),
        IntentState::Confirmed | IntentState::NeedsHuman => {
            Err(Refusal::not_allowed("already-booked", refusals::already_booked()))
        }
    }
}

/// Nobody is told of what was called off, and it is taken out as soon as it is seen.
fn not_wanted(intent: &mut Intent, mut effects: Vec<IntentEffect>) -> Vec<IntentEffect> {
    effects.retain(|effect| *effect != IntentEffect::RefusedLate);
    if let Some(settle) = effects.iter_mut().find(|effect| **effect == IntentEffect::Settle) {
        *settle = IntentEffect::Watch;
        intent.refusal = Some(CALLED_OFF.to_owned());
        intent.lookups = 0;
        intent.absent_since = None;
        intent.state = IntentState::Compensating;
    }
    effects
}

fn by_verdict(intent: &mut Intent, verdict: Verdict, now: Instant) -> Vec<IntentEffect> {
    let remains = intent.open.count > 0;
    intent.open.refusal = None;
    intent.lookups = 0;
    intent.absent_since = None;
    match verdict {
        Verdict::Done(held) => confirm(intent, *held),
        Verdict::TakeOut(held) if intent.kind == IntentKind::Book => {
            intent.appointment = Some(*held);
            intent.refusal = Some(CALLED_OFF.to_owned());
            enter(intent, IntentState::Compensating, vec![IntentEffect::Watch])
        }
        Verdict::TakeOut(_) | Verdict::NotDone | Verdict::ByHand => {
            let code = if verdict == Verdict::ByHand { "by-hand" } else { "not-done" };
            let mut effects = refuse(intent, code, vec![]);
            if remains {
                intent.lookups = 1;
                effects.extend(look_in(intent, REMAINS_LADDER_S[0], now));
            }
            effects
        }
    }
}

fn answered(intent: &mut Intent, sent: u32, answer: Answer) -> Vec<IntentEffect> {
    if !matches!(intent.state, IntentState::Sending | IntentState::Unknown | IntentState::Refused) {
        return vec![];
    }
    let latest = sent == intent.sends;
    let first = intent.sends <= 1;
    let told = intent.open.waits || intent.state == IntentState::Unknown || !first;
    let own = is_own_follow_up(intent);
    if answer != Answer::Unknown {
        close_send(intent);
    }
    let open = intent.open.count > 0;
    match (intent.state, answer) {
        (IntentState::Sending | IntentState::Unknown, Answer::Done(held)) => confirm(intent, *held),
        // An answer to an earlier send says nothing of the later one.
        (IntentState::Sending | IntentState::Unknown, _) if !latest => vec![],
        // Nobody stands by to try again: the old time of a move must not stay.
        (IntentState::Sending | IntentState::Unknown, Answer::Refused(code)) if own => {
            intent.refusal = Some(code);
            enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
        }
        // The earlier send may still arrive, so that the claim stays until it was seen absent.
        (IntentState::Sending | IntentState::Unknown, Answer::Refused(code)) if open => look_afresh(intent, Some(code)),
        (IntentState::Sending | IntentState::Unknown, Answer::Refused(code)) => {
            refuse(intent, &code, if told { vec![IntentEffect::RefusedLate] } else { vec![] })
        }
        // The first send did nothing; a later one leaves the earlier open.
        (IntentState::Sending | IntentState::Unknown, Answer::Unreachable(code)) if first && !own => {
            refuse(intent, &code, if told { vec![IntentEffect::RefusedLate] } else { vec![] })
        }
        (IntentState::Sending, Answer::Unreachable(_) | Answer::Unknown) => {
            enter(intent, IntentState::Unknown, vec![IntentEffect::Watch])
        }
        (IntentState::Refused, Answer::Done(held)) => done_after_refusal(intent, *held),
        _ => vec![],
    }
}

/// What was said cannot be relied on: the agenda itself is asked, after a write
/// that had begun may have arrived.
fn answered_late(intent: &mut Intent, sent: u32, answer: Answer, rule: ResendRule, now: Instant) -> Vec<IntentEffect> {
    let latest = sent == intent.sends;
    let under_way = matches!(intent.state, IntentState::Sending | IntentState::Unknown);
    // What was done is looked for, and counts once it is found.
    if under_way && !matches!(answer, Answer::Unknown | Answer::Done(_)) {
        close_send(intent);
    }
    believe_no_absence_yet(intent, rule, now);
    match intent.state {
        // Whoever has the turn now sent again, and hears the answer.
        IntentState::Sending if !latest => vec![],
        IntentState::Sending | IntentState::Unknown => {
            let refusal = match answer {
                Answer::Refused(code) if latest => Some(code),
                Answer::Unreachable(code) if latest && intent.sends <= 1 => Some(code),
                _ => intent.open.refusal.take(),
            };
            // An own follow-up is never given up: it is sent again.
            let refusal = refusal.filter(|_| !is_own_follow_up(intent));
            look_afresh(intent, refusal)
        }
        IntentState::Refused => match answer {
            Answer::Done(held) => done_after_refusal(intent, *held),
            _ => look_later(intent, rule, now),
        },
        IntentState::Confirmed | IntentState::Compensated => look_later(intent, rule, now),
        // A person looks already, or it is taken out already.
        IntentState::NeedsHuman | IntentState::Compensating => vec![],
        IntentState::Drafted | IntentState::Claimed | IntentState::Held => vec![],
    }
}

/// A send that was answered for certain, or whose effect was found, does not
/// arrive any more.
fn close_send(intent: &mut Intent) {
    intent.open.count = intent.open.count.saturating_sub(1);
}

fn believe_no_absence_yet(intent: &mut Intent, rule: ResendRule, now: Instant) {
    let from = now.plus_millis(rule.outlives_ms());
    intent.open.absent_from = intent.open.absent_from.max(Some(from));
}

/// Looks at the agenda as if nothing had been seen of it, with what it refused.
fn look_afresh(intent: &mut Intent, refusal: Option<String>) -> Vec<IntentEffect> {
    intent.open.refusal = refusal;
    intent.lookups = 0;
    intent.absent_since = None;
    enter(intent, IntentState::Unknown, vec![IntentEffect::Watch])
}

/// Has an intent that is over looked at once more, when what had begun may have
/// arrived.
fn look_later(intent: &mut Intent, rule: ResendRule, now: Instant) -> Vec<IntentEffect> {
    intent.open.look_at = Some(now.plus_millis(rule.outlives_ms()));
    intent.lookups = 0;
    intent.absent_since = None;
    vec![IntentEffect::Watch]
}

fn confirm(intent: &mut Intent, held: AgendaAppointment) -> Vec<IntentEffect> {
    intent.appointment = Some(held);
    intent.open.refusal = None;
    enter(intent, IntentState::Confirmed, vec![IntentEffect::Settle])
}

/// Whether greffon itself wants this: the end of the old time after a move in
/// an agenda that cannot move.
fn is_own_follow_up(intent: &Intent) -> bool {
    matches!(intent.kind, IntentKind::Cancel { by: ByWhom::System, .. })
}

/// It was refused, its claim is gone, and now the agenda says that it was done.
fn done_after_refusal(intent: &mut Intent, held: AgendaAppointment) -> Vec<IntentEffect> {
    // Somebody else may hold the time by now.
    intent.claims.clear();
    intent.appointment = Some(held);
    intent.lookups = 0;
    intent.absent_since = None;
    match intent.kind {
        IntentKind::Book => enter(intent, IntentState::Compensating, vec![IntentEffect::Watch]),
        // A cancellation that was done is what was wanted.
        IntentKind::Cancel { .. } => enter(intent, IntentState::Confirmed, vec![IntentEffect::Settle]),
        IntentKind::Move(_) => enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]),
    }
}

fn looked_up(intent: &mut Intent, finding: Finding, rule: ResendRule, now: Instant) -> Vec<IntentEffect> {
    intent.lookups = intent.lookups.saturating_add(1);
    let seen_before = intent.absent_since.is_some_and(|since| now >= believed_from(intent, since, rule));
    match finding {
        Finding::Present(held) => {
            close_send(intent);
            return confirm(intent, *held);
        }
        // The agenda had refused because of the others, and an earlier send arrived beside them.
        Finding::Beside(held) if intent.open.refusal.is_some() && intent.kind == IntentKind::Book => {
            close_send(intent);
            intent.refusal = intent.open.refusal.take();
            intent.appointment = Some(*held);
            intent.lookups = 0;
            return enter(intent, IntentState::Compensating, vec![IntentEffect::Watch, IntentEffect::RefusedLate]);
        }
        Finding::Ambiguous | Finding::Beside(_) => {
            return enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]);
        }
        Finding::Gone(held) if seen_before => return confirm(intent, *held),
        Finding::Absent if seen_before => return absent(intent, rule, now),
        Finding::Absent | Finding::Gone(_) => {
            intent.absent_since.get_or_insert(now);
        }
        Finding::Unreadable => {}
    }
    if pause_s(intent.lookups).is_none() {
        return enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]);
    }
    vec![IntentEffect::Watch]
}

/// What an agenda holds of an intent that was under way in a restored backup.
fn restored(intent: &mut Intent, finding: Finding) -> Vec<IntentEffect> {
    intent.open = OpenSends::default();
    match finding {
        Finding::Present(held) | Finding::Gone(held) => {
            confirm(intent, *held);
            vec![IntentEffect::SettleUntold]
        }
        Finding::Absent | Finding::Beside(_) | Finding::Ambiguous | Finding::Unreadable => {
            enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
        }
    }
}

/// Nothing of it is in the agenda, seen twice.
fn absent(intent: &mut Intent, rule: ResendRule, now: Instant) -> Vec<IntentEffect> {
    if let Some(code) = intent.open.refusal.take() {
        let mut effects = refuse(intent, &code, vec![IntentEffect::RefusedLate]);
        if intent.open.count > 0 {
            effects.extend(look_later(intent, rule, now));
        }
        return effects;
    }
    if rule.may_resend && intent.sends < MAX_SENDS {
        return send(intent, now);
    }
    enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
}

/// What an intent that is over left in the agenda: nothing that is not wanted
/// may stay, and nothing that is wanted may be missing without anybody knowing.
fn remains(intent: &mut Intent, finding: Finding, wanted: bool, rule: ResendRule, now: Instant) -> Vec<IntentEffect> {
    intent.lookups = intent.lookups.saturating_add(1);
    let seen_before = intent.absent_since.is_some_and(|since| now >= believed_from(intent, since, rule));
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
        Finding::Ambiguous => by_hand(intent),
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
fn absent_so_far(intent: &mut Intent, now: Instant) -> Vec<IntentEffect> {
    match next_remains_s(intent) {
        Some(pause_s) => look_in(intent, pause_s, now),
        None => over(intent),
    }
}

/// The pause before the next look at what may still arrive; `None` when nothing
/// can, or the ladder ends.
fn next_remains_s(intent: &Intent) -> Option<i64> {
    let looks = usize::try_from(intent.lookups.saturating_sub(1)).ok().filter(|_| intent.open.count > 0)?;
    REMAINS_LADDER_S.get(looks).copied()
}

fn look_in(intent: &mut Intent, pause_s: i64, now: Instant) -> Vec<IntentEffect> {
    intent.open.look_at = Some(now.plus_millis(pause_s * 1000));
    vec![IntentEffect::Watch]
}

fn over(intent: &mut Intent) -> Vec<IntentEffect> {
    intent.open.look_at = None;
    intent.absent_since = None;
    vec![]
}

/// A person looks at what an intent that was over left. Its time, if it had let
/// it go, is not claimed again: somebody else may have it.
fn by_hand(intent: &mut Intent) -> Vec<IntentEffect> {
    intent.open.look_at = None;
    if !intent.state.is_live() {
        intent.claims.clear();
    }
    if intent.state == IntentState::NeedsHuman {
        return vec![];
    }
    enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
}

/// Another send of it may still arrive.
fn after_it_was_taken_out(intent: &mut Intent, now: Instant) -> Vec<IntentEffect> {
    if intent.open.count == 0 {
        return vec![];
    }
    intent.lookups = 1;
    look_in(intent, REMAINS_LADDER_S[0], now)
}

fn taken_out(intent: &mut Intent, answer: &Answer, now: Instant) -> Vec<IntentEffect> {
    intent.lookups = intent.lookups.saturating_add(1);
    match (answer, pause_s(intent.lookups)) {
        (Answer::Done(_), _) => {
            let watch = after_it_was_taken_out(intent, now);
            enter(intent, IntentState::Compensated, watch)
        }
        (Answer::Unreachable(_) | Answer::Unknown, Some(_)) => vec![IntentEffect::Watch],
        _ => enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]),
    }
}

/// The pause before the next look-up; `None` when the ladder ends.
fn pause_s(lookups: u32) -> Option<i64> {
    LOOK_UP_LADDER_S.get(usize::try_from(lookups).unwrap_or(usize::MAX)).copied()
}

fn send(intent: &mut Intent, now: Instant) -> Vec<IntentEffect> {
    intent.sends = intent.sends.saturating_add(1);
    intent.open.count = intent.open.count.saturating_add(1);
    intent.sent_at = Some(now);
    intent.lookups = 0;
    intent.absent_since = None;
    enter(intent, IntentState::Sending, vec![IntentEffect::Watch, IntentEffect::Call])
}

fn refuse(intent: &mut Intent, code: &str, effects: Vec<IntentEffect>) -> Vec<IntentEffect> {
    intent.refusal = Some(code.to_owned());
    enter(intent, IntentState::Refused, effects)
}

fn enter(intent: &mut Intent, state: IntentState, effects: Vec<IntentEffect>) -> Vec<IntentEffect> {
    intent.state = state;
    effects
}

fn too_late() -> Refusal {
    Refusal::not_allowed("already-sent", refusals::already_sent())
}

#[cfg(test)]
mod tests;
