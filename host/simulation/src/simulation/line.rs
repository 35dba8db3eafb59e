//! One contact, as the person who holds the line works through it.

use greffon_core::flow::{BookingOutcome, FlowError, NewBooking, NewClosing, NewFact, NewOverride, SlotSearch, Thing};
use greffon_core::ids::{AppointmentId, ContactId};
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::{Level, Value, keys};
use greffon_core::model::contact::{OverrideCode, RecapOutcome};
use greffon_core::model::script::BookingProgress;
use greffon_core::model::view::{ContactView, OfferedSlot};

use super::cast::{Caller, Kind};
use super::office::Office;
use super::report::Oracle;

pub(super) fn secretary() -> Actor {
    Actor { subject: "secretary-1".to_owned(), role: Role::Secretary }
}

pub(super) fn fact(key: &str, value: Value) -> NewFact {
    NewFact { key: key.to_owned(), value, source: None }
}

/// A contact under way, and the highest level that was seen of it.
pub(super) struct Line<'a> {
    pub(super) office: &'a Office,
    pub(super) caller: &'a Caller,
    pub(super) contact: ContactId,
    pub(super) level: Option<Level>,
}

impl Line<'_> {
    /// Looks at a view as the oracle does: a level never sinks by itself.
    pub(super) fn see(&mut self, view: &ContactView) {
        let sank = self.level.is_some_and(|before| view.level.is_none_or(|now| !now.at_least(before)));
        if sank {
            let text = format!("contact {}: {:?} to {:?}", self.contact, self.level, view.level);
            self.office.notes.violation(Oracle::LevelSank, text);
        }
        self.level = view.level.or(self.level);
    }

    /// Asks whatever the view wants to know, until it wants nothing more.
    pub(super) async fn interview(&mut self, mut view: ContactView) -> Option<ContactView> {
        let mut told = vec![keys::WORDS.to_owned()];
        for _ in 0..20 {
            let asked = view.questions.iter().map(|asked| asked.question.key.clone());
            let mut wanted: Vec<String> = asked.chain(view.missing.iter().cloned()).collect();
            if told.len() == 1 {
                let first = [keys::CALLER_PHONE, keys::CALLER_KIND, keys::PATIENT_FAMILY, keys::PATIENT_GIVEN];
                let then = [keys::PATIENT_BIRTH_DATE, keys::PATIENT_EMAIL, keys::PATIENT_KNOWN, keys::MOTIVE];
                wanted.extend(first.into_iter().chain(then).map(str::to_owned));
                if self.caller.clears_all {
                    wanted.push(keys::RED_FLAGS_ALL.to_owned());
                }
            }
            wanted.retain(|key| !told.contains(key));
            wanted.sort();
            wanted.dedup();
            if wanted.is_empty() {
                break;
            }
            let facts = wanted.iter().map(|key| fact(key, self.caller.answer(key))).collect();
            told.extend(wanted);
            self.office.pause_s(5, 60).await;
            view = self.tell(facts).await?;
        }
        Some(view)
    }

    async fn tell(&mut self, facts: Vec<NewFact>) -> Option<ContactView> {
        let (practice, contact) = (self.office.practice.clone(), self.contact);
        let answer = self.office.ask("advance", move |reception| {
            let (practice, facts) = (practice.clone(), facts.clone());
            async move { reception.contacts.advance(&practice, contact, facts, &secretary()).await }
        });
        match answer.await? {
            Ok(view) => {
                self.see(&view);
                Some(view)
            }
            Err(error) => {
                self.office.wrong("advance", &error);
                None
            }
        }
    }

    async fn look(&mut self) -> Option<ContactView> {
        let (practice, contact) = (self.office.practice.clone(), self.contact);
        let answer = self.office.ask("view", move |reception| {
            let practice = practice.clone();
            async move { reception.reads.contact(&practice, contact).await.map(|read| read.view) }
        });
        let view = answer.await?.ok()?;
        self.see(&view);
        Some(view)
    }

    /// A red flag must show, and must keep appointments away.
    pub(super) async fn check_flag(&mut self, view: &ContactView) {
        let Some((id, answer, level)) = &self.caller.flag else { return };
        if !view.level.is_some_and(|now| now.at_least(*level)) {
            let text = format!("contact {}: {id} {answer:?}, level {:?}", self.contact, view.level);
            self.office.notes.violation(Oracle::LevelSank, text);
        }
        if *level != Level::Vital {
            return;
        }
        if let Some(Ok(_)) = self.search(1).await {
            let text = format!("contact {}: {id}: slots were offered", self.contact);
            self.office.notes.violation(Oracle::EmergencyBooked, text);
        }
        self.office.notes.count("emergencies");
        let outcome = vec![fact(keys::EMERGENCY_OUTCOME, self.caller.answer(keys::EMERGENCY_OUTCOME))];
        drop(self.tell(outcome).await);
    }

    async fn search(&self, limit: u32) -> Option<Result<Vec<OfferedSlot>, FlowError>> {
        let (practice, contact) = (self.office.practice.clone(), self.contact);
        let found = self.office.ask("search", move |reception| {
            let practice = practice.clone();
            let search = SlotSearch { limit, ..SlotSearch::default() };
            async move { reception.bookings.search(&practice, contact, search).await }
        });
        Some(found.await?.map(|offer| offer.slots))
    }

    /// One of the first slots on offer: everybody wants the earliest.
    pub(super) async fn find_slot(&self, among: usize) -> Option<OfferedSlot> {
        for _ in 0..4 {
            match self.search(6).await? {
                Ok(slots) if slots.is_empty() => self.office.pause_s(120, 300).await,
                Ok(slots) => {
                    let index = self.office.below(slots.len().min(among));
                    return slots.into_iter().nth(index);
                }
                Err(FlowError::NotAllowed { .. }) => return None,
                Err(error) => {
                    self.office.wrong("search", &error);
                    return None;
                }
            }
        }
        None
    }

    /// Books, and tries others when somebody was quicker.
    pub(super) async fn book(&mut self) -> Option<AppointmentId> {
        let slot = self.find_slot(3).await?;
        self.office.pause_s(1, 30).await;
        self.book_from(slot).await
    }

    pub(super) async fn book_from(&mut self, mut slot: OfferedSlot) -> Option<AppointmentId> {
        let among = 3;
        for _ in 0..5 {
            let new = NewBooking {
                op_id: self.office.op_id(),
                feature: slot.feature.clone(),
                agenda: slot.slot.agenda.clone(),
                start: slot.slot.span.start,
                motive: None,
                mode: None,
                patient: None,
                slot_handle: slot.slot.handle.clone(),
                slot_version: slot.slot.version.clone(),
                note: None,
                // Callers of a day have few names between them.
                again: true,
            };
            self.office.perhaps_be_quicker(&slot);
            let clicks = if self.caller.kind == Kind::DoubleClick { 2 } else { 1 };
            let answer = self.click(new, clicks).await?;
            match answer {
                Ok(outcome) => {
                    return self.settle("book", Ok(outcome)).await;
                }
                Err(FlowError::SlotTaken { alternatives }) => {
                    self.office.notes.count("slot-taken");
                    slot = match alternatives.into_iter().next() {
                        Some(other) => other,
                        None => self.find_slot(among).await?,
                    };
                }
                Err(FlowError::RuleBroken { .. }) => {
                    self.office.notes.count("rule-broken");
                    slot = self.find_slot(among).await?;
                }
                Err(FlowError::AgendaUnavailable(_) | FlowError::AgendaUnidentified(_)) => {
                    self.office.notes.count("agenda-unavailable");
                    self.office.pause_s(60, 400).await;
                    slot = self.find_slot(among).await?;
                }
                Err(FlowError::NotAllowed { .. }) => return None,
                Err(error) => {
                    self.office.wrong("book", &error);
                    return None;
                }
            }
        }
        None
    }

    /// Sends one booking, or the same one from two windows at once.
    async fn click(&self, new: NewBooking, clicks: usize) -> Option<Result<BookingOutcome, FlowError>> {
        let (practice, contact) = (self.office.practice.clone(), self.contact);
        let press = || {
            let (practice, new) = (practice.clone(), new.clone());
            self.office.ask("book", move |reception| {
                let (practice, new) = (practice.clone(), new.clone());
                async move { reception.bookings.book(&practice, contact, new, &secretary()).await }
            })
        };
        if clicks < 2 {
            return press().await;
        }
        let (first, second) = futures::join!(press(), press());
        if let (Some(Ok(first)), Some(Ok(second))) = (&first, &second)
            && first.booking.intent != second.booking.intent
        {
            let text = format!("two clicks made {} and {}", first.booking.intent, second.booking.intent);
            self.office.notes.violation(Oracle::WrongAnswer, text);
        }
        if matches!(second, Some(Ok(_))) { second } else { first }
    }

    /// Waits for the truth about a booking; the appointment if it stands.
    pub(super) async fn settle(
        &mut self,
        what: &str,
        outcome: Result<BookingOutcome, FlowError>,
    ) -> Option<AppointmentId> {
        let booking = match outcome {
            Ok(outcome) => outcome.booking,
            Err(
                FlowError::SlotTaken { .. }
                | FlowError::RuleBroken { .. }
                | FlowError::AgendaUnavailable(_)
                | FlowError::AgendaUnidentified(_)
                | FlowError::NotAllowed { .. }
                // A hand struck the appointment out.
                | FlowError::NotFound(Thing::Appointment),
            ) => return None,
            Err(error) => {
                self.office.wrong(what, &error);
                return None;
            }
        };
        if booking.progress == BookingProgress::Confirmed {
            return booking.appointment;
        }
        self.office.notes.count("outcome-unknown");
        for _ in 0..20 {
            self.office.pause_s(20, 400).await;
            let view = self.look().await?;
            let now = view.bookings.into_iter().find(|one| one.intent == booking.intent)?;
            match now.progress {
                BookingProgress::Confirmed => return now.appointment,
                BookingProgress::Refused => return None,
                _ if now.state.is_final() => return None,
                _ => {}
            }
        }
        None
    }

    pub(super) async fn close(&mut self) {
        let mut overriding = None;
        for _ in 0..4 {
            let new =
                NewClosing { recap: RecapOutcome::Confirmed, statements: Vec::new(), overriding: overriding.clone() };
            let (practice, contact) = (self.office.practice.clone(), self.contact);
            let closed = self.office.ask("close", move |reception| {
                let (practice, new) = (practice.clone(), new.clone());
                async move { reception.contacts.close(&practice, contact, new, &secretary()).await }
            });
            match closed.await {
                None => return,
                Some(Ok(view)) => {
                    self.see(&view);
                    return self.office.notes.count("closed");
                }
                Some(Err(FlowError::NotAllowed { code, .. })) => {
                    if code == "contact-closed" {
                        return self.office.notes.count("closed");
                    }
                    let words = "appel interrompu avant la fin".to_owned();
                    overriding = Some(NewOverride { code: OverrideCode::CutOff, words });
                    self.office.pause_s(60, 600).await;
                }
                Some(Err(error)) => return self.office.wrong("close", &error),
            }
        }
        self.office.notes.count("not-closed");
    }
}
