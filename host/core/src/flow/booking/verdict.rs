//! What people do with a booking that no machine can bring to its end, and with one that
//! nobody wants any more.

use greffon_words::{fields, refusals};

use super::request::check_text;
use super::{BookingOutcome, Bookings};
use crate::flow::act::Act;
use crate::flow::agenda::WriteRules;
use crate::flow::error::{Flow, FlowError};
use crate::ids::{IntentId, PracticeId};
use crate::model::audit::Actor;
use crate::model::commitment::{CHECK_APPOINTMENT, CommitmentAction, VERIFY_BOOKING};
use crate::model::intent::{Finding, Intent, IntentEvent, IntentKind, IntentState, Verdict, fits, read_remains};
use crate::model::scheduling::{AgendaAppointment, AppointmentStatus};
use crate::model::view::BookingView;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Listed, Page};

/// What a person has found out about a booking, a move or a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The agenda holds it as it was asked for.
    Done,
    /// It was not done, and nobody wants it any more.
    NotDone,
    /// It is in the agenda and must not be there.
    TakeOut,
    /// The person has settled it in the agenda in another way.
    ByHand,
}

/// The word of a person about an intent that waits for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVerdict {
    /// What was found.
    pub found: Found,
    /// How, in the person's words: for the journal of the promise.
    pub note: String,
}

/// The promises that somebody looks.
const PROMISES: [&str; 2] = [VERIFY_BOOKING, CHECK_APPOINTMENT];

impl Bookings {
    /// The bookings, moves and cancellations that wait for a person, the newest first.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Storage`.
    pub async fn to_verify(&self, practice: &PracticeId, page: &Page) -> Flow<Listed<Intent>> {
        let practice = self.acts.practice(practice)?;
        Ok(self.storage.intents_to_verify(&practice.id, page).await?)
    }

    /// Brings an intent to its end as a person says who looked. What is said to be there is
    /// asked of the agenda, so that it can be moved and cancelled afterwards.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed("no-verdict" | "not-seen" | "not-read")`, `Conflict`, `Storage`.
    pub async fn settle_by_hand(
        &self,
        practice: &PracticeId,
        id: IntentId,
        new: NewVerdict,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let practice = self.acts.practice(practice)?;
        check_text("note", Some(&new.note))?;
        if new.note.trim().is_empty() {
            return Err(FlowError::invalid("note", fields::note_missing()));
        }
        let intent = self.stored(&practice, id).await?;
        if intent.state != IntentState::NeedsHuman {
            return Err(FlowError::NotAllowed { code: "no-verdict", remedy: refusals::no_verdict() });
        }
        let verdict = match new.found {
            Found::Done => Verdict::Done(Box::new(self.seen_as_asked(&practice, &intent).await?)),
            Found::TakeOut => Verdict::TakeOut(Box::new(self.seen(&practice, &intent).await?)),
            Found::NotDone => Verdict::NotDone,
            Found::ByHand => Verdict::ByHand,
        };
        let act = Act::new(&practice, actor, self.acts.now());
        let rules = self.rules_for(&practice, &intent);
        let stepped = self.step(act, id, &IntentEvent::Verdict(verdict), &rules, None).await?;
        self.keep_promise_to_verify(&practice, &stepped.intent, &new.note, actor).await?;
        self.contacts.refresh_after(&practice.id, intent.contact, actor).await;
        Ok(BookingOutcome { booking: BookingView::of(&stepped.intent), replayed: false })
    }

    /// Calls off a booking that is not confirmed: one that waits is let go, one whose outcome
    /// nobody knows is looked for and taken out when it is there.
    ///
    /// # Errors
    /// `NotFound`, `NotAllowed("already-booked" | "already-sent")`, `Conflict`, `Storage`.
    pub async fn call_off(&self, practice: &PracticeId, id: IntentId, actor: &Actor) -> Flow<BookingOutcome> {
        let practice = self.acts.practice(practice)?;
        let intent = self.stored(&practice, id).await?;
        let act = Act::new(&practice, actor, self.acts.now());
        let rules = self.rules_for(&practice, &intent);
        let stepped = self.step(act, id, &IntentEvent::CallOff, &rules, None).await?;
        self.contacts.refresh_after(&practice.id, intent.contact, actor).await;
        Ok(BookingOutcome { booking: BookingView::of(&stepped.intent), replayed: false })
    }

    fn rules_for(&self, practice: &LivePractice, intent: &Intent) -> WriteRules {
        WriteRules::of(practice, &intent.feature).unwrap_or_else(|_| WriteRules::careful(practice, &intent.feature))
    }

    /// The same, if it is what the intent asked for: another hour or agenda is settled by hand.
    async fn seen_as_asked(&self, practice: &LivePractice, intent: &Intent) -> Flow<AgendaAppointment> {
        let held = self.seen(practice, intent).await?;
        if fits(intent, &held) {
            return Ok(held);
        }
        Err(FlowError::NotAllowed { code: "not-seen", remedy: refusals::not_seen() })
    }

    /// What the agenda shows of what an intent wanted.
    async fn seen(&self, practice: &LivePractice, intent: &Intent) -> Flow<AgendaAppointment> {
        let not_read = || FlowError::NotAllowed { code: "not-read", remedy: refusals::not_read() };
        if let IntentKind::Cancel { appointment, .. } = &intent.kind {
            let known = self.storage.appointment(&practice.id, Some(&intent.feature), appointment).await?;
            let known = known.ok_or_else(not_read)?;
            return Ok(AgendaAppointment { status: AppointmentStatus::Cancelled, ..known.held });
        }
        let agenda = practice.agenda(&intent.feature).map_err(|_| not_read())?;
        match read_remains(&intent.op, agenda.look_up(&intent.op, &intent.request).await) {
            Finding::Present(held) | Finding::Beside(held) => Ok(*held),
            Finding::Unreadable => Err(not_read()),
            Finding::Absent | Finding::Gone(_) | Finding::Elsewhere { .. } | Finding::Ambiguous => {
                Err(FlowError::NotAllowed { code: "not-seen", remedy: refusals::not_seen() })
            }
        }
    }

    /// The promise that somebody looks is kept, once nothing else of the contact waits.
    async fn keep_promise_to_verify(
        &self,
        practice: &LivePractice,
        intent: &Intent,
        note: &str,
        actor: &Actor,
    ) -> Flow<()> {
        let Some(id) = intent.contact else { return Ok(()) };
        let Some(contact) = self.storage.contact(&practice.id, id).await? else { return Ok(()) };
        let others = self.storage.intents_of(&contact).await?;
        if others.iter().any(|one| one.id != intent.id && one.state == IntentState::NeedsHuman) {
            return Ok(());
        }
        for promise in self.storage.commitments_named(&practice.id, &contact.commitments).await? {
            if PROMISES.contains(&promise.what.as_str()) && !promise.state.is_final() {
                let keep = CommitmentAction::Keep { note: note.to_owned() };
                match self.commitments.act(&practice.id, promise.id, keep, actor).await {
                    // Somebody else has just kept it.
                    Ok(_) | Err(FlowError::NotAllowed { .. } | FlowError::Conflict) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}
