//! Books, through an intent that ends truthfully whatever happens.

use std::time::Duration;

use greffon_words::fields;

use super::claim::{Begun, Wanted};
use super::outcome::{is_taken, refusal};
use super::request::{MAX_TRIES, check_op, check_text, declared, digest_of, operator};
use super::search::motive_of;
use super::{BookingOutcome, Bookings, NewBooking};
use crate::flow::act::Act;
use crate::flow::agenda::WriteRules;
use crate::flow::error::{Flow, FlowError};
use crate::ids::{ContactId, IntentId, PracticeId};
use crate::model::audit::Actor;
use crate::model::contact::{Contact, may_book, patient_of};
use crate::model::intent::{Intent, IntentKind, IntentState};
use crate::model::person::Person;
use crate::model::practice::Motive;
use crate::model::scheduling::{BookingRequest, VisitMode};
use crate::model::slots::Asker;
use crate::model::view::BookingView;
use crate::ports::practices::LivePractice;

/// So often a claim keeps a patient's second appointment out. It is left out from then on: nobody
/// finds an appointment behind the one that is in its way, which was made for somebody else, as it
/// turned out, or was dragged to another day.
const ALONE_TRIES: usize = 3;

impl Bookings {
    /// Books a slot. The outcome is confirmed, or still unknown and being
    /// looked up; a refusal is an error with alternatives.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed`, `SlotTaken`, `RuleBroken`, `SecondAppointment`, `OpIdReused`, `AgendaUnavailable`, `Storage`.
    pub async fn book(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        new: NewBooking,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let practice = self.acts.practice(practice)?;
        check_op(&new.op_id)?;
        for (field, text) in
            [("note", &new.note), ("slot_handle", &new.slot_handle), ("slot_version", &new.slot_version)]
        {
            check_text(field, text.as_deref())?;
        }
        let digest = digest_of(&("book", contact, &new));
        for number in 0..MAX_TRIES {
            if let Some(earlier) = self.storage.intent_by_op(&practice.id, &new.op_id).await? {
                if earlier.request_digest.is_empty() && !is_for(&earlier, &new) {
                    return Err(FlowError::OpIdReused);
                }
                return self.replay(&practice, earlier, &digest).await;
            }
            let alone = number < ALONE_TRIES;
            if let Begun::Done(outcome) = self.try_book(&practice, contact, &new, &digest, alone, actor).await? {
                self.contacts.refresh_after(&practice.id, Some(contact), actor).await;
                return Ok(outcome);
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_book(
        &self,
        practice: &LivePractice,
        contact: ContactId,
        new: &NewBooking,
        digest: &str,
        alone: bool,
        actor: &Actor,
    ) -> Flow<Begun> {
        self.gate.pass(&practice.id).await?;
        let act = Act::new(practice, actor, self.acts.now());
        let contact = self.stored_contact(practice, contact).await?;
        let motive = motive_of(practice, &contact, new.motive.as_ref())?;
        may_book(&contact, Some(motive))?;
        let mut patient = patient(new.patient.as_ref(), &contact)?;
        let asker = self.asker(practice, &contact, motive, new.patient.as_ref(), act.now).await?;
        // A later move is for the same patient, whatever is told of them then.
        patient.known_to_practice = asker.known.or(patient.known_to_practice);
        let mode = mode(motive, new.mode)?;
        if practice.agenda_of(&new.feature, &new.agenda).is_none() {
            return Err(FlowError::invalid("agenda", fields::agenda()));
        }
        let mut only = None;
        if !new.again {
            let already = self.already(practice, &contact, motive, new.patient.as_ref(), act.now).await?;
            if !already.visits.is_empty() {
                return Err(FlowError::SecondAppointment { already: already.visits });
            }
            only = already.patient.filter(|_| alone);
        }
        let rules = WriteRules::of(practice, &new.feature)?;
        let wanted = Wanted {
            motive,
            asker,
            start: new.start,
            handle: new.slot_handle.clone(),
            contact: Some(contact.clone()),
            only,
            without: None,
            kept: Vec::new(),
        };
        let request = BookingRequest {
            agenda: new.agenda.clone(),
            span: practice.visit(motive, &new.feature, &new.agenda, new.start),
            motive: motive.id.clone(),
            mode,
            patient,
            resources: Vec::new(),
            slot_handle: new.slot_handle.clone(),
            slot_version: new.slot_version.clone(),
            note: new.note.clone(),
            operator: operator(actor),
            allow_overlap: false,
            entry: None,
        };
        let id = IntentId(self.acts.id(act.now));
        let (practice, feature, by) = (practice.id.clone(), new.feature.clone(), actor.subject.clone());
        let draft = Intent {
            contact: Some(contact.id),
            op: new.op_id.clone(),
            request_digest: digest.to_owned(),
            ..Intent::drafted(id, practice, IntentKind::Book, feature, request, by, act.now)
        };
        self.claim_and_send(act, draft, &wanted, &rules).await
    }

    /// The same request again: the same intent, as it stands. One that is being
    /// sent right now is waited for.
    pub(in crate::flow) async fn replay(
        &self,
        practice: &LivePractice,
        earlier: Intent,
        digest: &str,
    ) -> Flow<BookingOutcome> {
        // What a restored database took over from its agenda has none.
        if !earlier.request_digest.is_empty() && earlier.request_digest != digest {
            return Err(FlowError::OpIdReused);
        }
        let intent = self.once_settled(practice, earlier).await?;
        if intent.state != IntentState::Refused {
            return Ok(BookingOutcome { booking: BookingView::of(&intent), replayed: true });
        }
        let alternatives = match practice.motive(&intent.request.motive).filter(|_| is_taken(&intent)) {
            Some(motive) => {
                let asker = Asker { known: intent.request.patient.known_to_practice, ..Asker::default() };
                let start = intent.request.span.start;
                self.agendas.alternatives(practice, motive, asker, &intent.feature, &intent.request.agenda, start).await
            }
            None => Vec::new(),
        };
        Err(refusal(&intent, None, alternatives))
    }

    /// What became of an intent that was under way, once whoever has the turn has
    /// given it back, or has had the time of one write.
    async fn once_settled(&self, practice: &LivePractice, intent: Intent) -> Flow<Intent> {
        if !matches!(intent.state, IntentState::Claimed | IntentState::Sending) {
            return Ok(intent);
        }
        if let Ok(rules) = WriteRules::of(practice, &intent.feature)
            && let Ok(identity) = self.agendas.identity(practice, &intent.feature, &intent.request.agenda).await
        {
            let longest = Duration::from_millis(u64::from(rules.write_timeout_ms));
            self.agendas.wait(identity, longest).await?;
        }
        self.stored(practice, intent.id).await
    }
}

/// Whether an intent is for the time that a booking wants.
fn is_for(intent: &Intent, new: &NewBooking) -> bool {
    let request = &intent.request;
    intent.feature == new.feature && request.agenda == new.agenda && request.span.start == new.start
}

/// The patient who was named, or else the contact's.
fn patient(named: Option<&Person>, contact: &Contact) -> Flow<Person> {
    declared(named.cloned().unwrap_or_else(|| patient_of(&contact.facts)))
}

fn mode(motive: &Motive, wanted: Option<VisitMode>) -> Flow<VisitMode> {
    match wanted {
        None => Ok(motive.modes.first().copied().unwrap_or(VisitMode::Office)),
        Some(mode) if motive.modes.contains(&mode) || motive.modes.is_empty() => Ok(mode),
        Some(_) => Err(FlowError::invalid("mode", fields::mode())),
    }
}
