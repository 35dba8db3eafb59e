//! Follows an agenda in which somebody changed what greffon had written: the practitioner's
//! word counts, also over greffon's claims, and a person is told.

use super::Appointments;
use super::keep_free::{DECIDED_MIN, kept_until};
use crate::flow::act::Act;
use crate::flow::agenda::WriteRules;
use crate::flow::booking::{Work, visit_of};
use crate::flow::journal::Entry;
use crate::flow::message::Post;
use crate::ids::{FeatureId, IntentId};
use crate::model::care::Level;
use crate::model::civil::Zone;
use crate::model::claims::{is_day_place, is_only_visit};
use crate::model::commitment::{CHECK_APPOINTMENT, TELL_PATIENT};
use crate::model::intent::{Appointment, Claim, Intent};
use crate::model::message::MessageCause;
use crate::model::practice::Practice;
use crate::model::recipients::{PATIENT, Recipient};
use crate::model::scheduling::{AgendaAppointment, AppointmentStatus, ByWhom};
use crate::model::standing::Difference;
use crate::model::wording::{Letter, changed_in_agenda, for_the_patient, letter_of_change};
use crate::ports::practices::LivePractice;
use crate::ports::storage::{StorageError, Stored, Transaction};
use crate::time::{Instant, Span};

/// Of a visit that begins later than this, the patient is told while somebody is there, in
/// minutes; of one that begins sooner, today.
const TODAY_MIN: i64 = 24 * 60;

/// What a look has shown that is to be followed.
pub(super) struct Change<'a> {
    pub(super) difference: Difference,
    /// What the agenda holds now.
    pub(super) held: Option<&'a AgendaAppointment>,
    /// Times that the patient may be offered instead.
    pub(super) others: &'a [Instant],
    /// News of what greffon wrote waits for what comes of this look.
    pub(super) untold: bool,
    /// What keeps other times free for the patient since an earlier difference.
    pub(super) kept: &'a [IntentId],
}

impl Appointments {
    /// Follows a difference, and leaves the work that it makes. What the practitioner put where
    /// somebody else is stands there beside the other: no claim keeps it, the agenda does.
    pub(super) async fn follow(
        &self,
        act: Act<'_>,
        seen: &Appointment,
        holder: &Intent,
        change: &Change<'_>,
    ) -> Stored<()> {
        match self.try_follow(act, seen, holder, change, true).await {
            Err(StorageError::ClaimTaken { .. }) => self.try_follow(act, seen, holder, change, false).await,
            other => other,
        }
    }

    async fn try_follow(
        &self,
        act: Act<'_>,
        seen: &Appointment,
        holder: &Intent,
        change: &Change<'_>,
        claims_too: bool,
    ) -> Stored<()> {
        let Change { difference, held, others, untold, kept } = *change;
        let practice = act.practice;
        let mut next = seen.clone();
        let was = seen.held.clone();
        if let Some(held) = held {
            next.held = as_known(&was, held.clone());
        }
        let mut tx = self.storage.begin(&practice.id).await?;
        let rules = rules_of(practice, &seen.feature);
        self.bookings.let_all_go(tx.as_mut(), act, kept, &rules).await?;
        let mut until = None;
        match difference {
            Difference::Gone => {
                next.held.status = AppointmentStatus::Cancelled;
                next.held.by = ByWhom::Practitioner;
                for id in [Some(holder.id), Some(seen.chain).filter(|first| *first != holder.id)].into_iter().flatten()
                {
                    self.bookings.let_go(tx.as_mut(), act, id, &rules, act.now).await?;
                }
                self.show_to_contact(tx.as_mut(), holder, &next.held).await?;
            }
            Difference::Moved(to) => {
                next.standing.double |= !claims_too;
                self.move_claims(tx.as_mut(), practice, holder, was.span, to, claims_too).await?;
                self.show_to_contact(tx.as_mut(), holder, &next.held).await?;
            }
            Difference::Double => {
                // Somebody may be booking one of them: then they are named, and kept for nobody.
                until = kept_until(was.span.start, act.now).filter(|_| claims_too && !others.is_empty());
                if let Some(until) = until {
                    next.standing.kept = self.keep_free(tx.as_mut(), act, seen, holder, (others, until)).await?;
                }
            }
            Difference::Unclear => {}
        }
        let visit = visit_of(practice, holder, &was);
        let start = next.held.span.start.min(was.span.start);
        let letter = letter_of_change(practice, difference, visit);
        let letter = letter.filter(|_| practice.agenda_changes.in_writing(difference, start, act.now));
        let written = self.write_to_patient(tx.as_mut(), act, holder, letter, start).await?;
        let entry = Entry::new(format!("appointment.{}-in-agenda", difference.as_str()))
            .in_contact(seen.contact)
            .about("appointment", holder.id)
            .field("beside-another", next.standing.double)
            .field("patient-told-by", if written { "message" } else { "person" });
        self.acts.note(tx.as_mut(), act, entry).await?;
        if !written {
            let said = for_the_patient(practice, difference, visit);
            let is_double = difference == Difference::Double;
            let untold = untold && is_double;
            let work = Work {
                what: if said.is_some() { TELL_PATIENT } else { CHECK_APPOINTMENT },
                said,
                level: if start < act.now.plus_minutes(TODAY_MIN) { Level::SameDay } else { Level::Soon },
                before: is_double.then(|| start.plus_minutes(-DECIDED_MIN)),
                letter: changed_in_agenda(
                    practice,
                    difference,
                    &holder.request.patient,
                    visit,
                    (others, until),
                    untold,
                ),
            };
            self.bookings.leave_work(tx.as_mut(), act, holder, seen.contact, work).await?;
        }
        tx.save_appointment(&mut next).await?;
        tx.commit().await
    }

    /// Writes to the patient, where they can be written to. Says whether. What does not arrive
    /// before `until` becomes work of the reception.
    async fn write_to_patient(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        holder: &Intent,
        letter: Option<Letter>,
        until: Instant,
    ) -> Stored<bool> {
        let Some(letter) = letter else { return Ok(false) };
        let Some(address) = self.bookings.address_of(tx, holder).await? else { return Ok(false) };
        let post = Post {
            to: Recipient { name: PATIENT.to_owned(), address: Some(address) },
            letter,
            level: Level::Soon,
            valid_until: Some(until),
            cause: MessageCause::Intent(holder.id),
            contact: holder.contact,
        };
        self.messages.post(tx, act, post).await?;
        Ok(true)
    }

    /// What the appointment keeps others out of goes with it.
    async fn move_claims(
        &self,
        tx: &mut dyn Transaction,
        practice: &Practice,
        holder: &Intent,
        was: Span,
        to: Span,
        claims_too: bool,
    ) -> Stored<()> {
        let Some(mut holder) = tx.intent(holder.id).await? else { return Ok(()) };
        let zone = Zone::of(practice);
        let same_day = zone.date(was.start) == zone.date(to.start);
        holder.claims = match claims_too {
            true => holder.claims.iter().filter_map(|claim| moved(claim, was, to, same_day)).collect(),
            false => Vec::new(),
        };
        tx.save_intent(&mut holder).await
    }

    /// Whoever reads the contact sees what the agenda holds now.
    async fn show_to_contact(&self, tx: &mut dyn Transaction, holder: &Intent, held: &AgendaAppointment) -> Stored<()> {
        let Some(mut holder) = tx.intent(holder.id).await? else { return Ok(()) };
        if holder.appointment.as_ref() == Some(held) {
            return Ok(());
        }
        holder.appointment = Some(held.clone());
        tx.save_intent(&mut holder).await
    }
}

/// A claim after its appointment was moved. A place in the quota of another day is the
/// practitioner's own affair. What keeps a second appointment out stays as it is: whoever books
/// finds the moved one.
fn moved(claim: &Claim, was: Span, to: Span, same_day: bool) -> Option<Claim> {
    if is_day_place(claim) {
        return same_day.then(|| claim.clone());
    }
    if is_only_visit(&claim.resource) {
        return Some(claim.clone());
    }
    let start: Instant = claim.span.start.plus_millis(to.start.millis_since(was.start));
    let end = claim.span.end.plus_millis(to.end.millis_since(was.end));
    Span::new(start, end).map(|span| Claim { span, ..claim.clone() })
}

/// What an agenda holds now, with what only greffon knows of it: an agenda need not keep the
/// patient and the motive.
pub(super) fn as_known(known: &AgendaAppointment, held: AgendaAppointment) -> AgendaAppointment {
    AgendaAppointment {
        op: held.op.or_else(|| known.op.clone()),
        motive: held.motive.or_else(|| known.motive.clone()),
        patient: held.patient.or_else(|| known.patient.clone()),
        ..held
    }
}

pub(super) fn rules_of(practice: &LivePractice, feature: &FeatureId) -> WriteRules {
    WriteRules::of(practice, feature).unwrap_or_else(|_| WriteRules::careful(practice, feature))
}
