//! What the people who hold the line do, caller by caller.

use greffon_core::flow::{FlowError, NewCancellation, NewContact, NewMove, NewStatus};
use greffon_core::ids::AppointmentId;
use greffon_core::model::care::{Value, keys};
use greffon_core::model::contact::ContactChannel;
use greffon_core::model::scheduling::{AppointmentStatus, ByWhom};
use greffon_core::model::view::ContactView;

use super::cast::{Caller, Kind};
use super::line::{Line, fact, secretary};
use super::office::Office;
use super::report::Oracle;

impl Office {
    /// One caller, from the first ring to the last.
    pub(super) async fn serve(&self, caller: Caller) {
        self.notes.count(caller.kind.name());
        if caller.kind == Kind::Repeat {
            for _ in 0..2 {
                drop(self.pick_up(&caller).await);
                self.pause_s(60, 600).await;
            }
        }
        let Some((mut line, view)) = self.pick_up(&caller).await else { return };
        if caller.kind == Kind::HangsUp {
            return;
        }
        let Some(view) = line.interview(view).await else { return };
        line.check_flag(&view).await;
        if caller.kind.books() && view.may_book {
            let appointment = line.book().await;
            line.close().await;
            let Some(appointment) = appointment else { return };
            self.pause_s(300, 14_400).await;
            match caller.kind {
                Kind::Move => self.move_later(&caller, appointment).await,
                Kind::Cancel => self.cancel_later(&caller, appointment).await,
                _ if self.chance(2000) => self.mark(appointment).await,
                _ => {}
            }
            return;
        }
        line.close().await;
    }

    /// Two secretaries, two callers, and the same slot on both screens: they
    /// press within the same second.
    pub(super) async fn race(&self, caller: Caller) {
        let rival = caller.rival();
        self.notes.count(caller.kind.name());
        let (one, other) = futures::join!(self.ready_to_book(&caller), self.ready_to_book(&rival));
        let (Some(mut one), Some(mut other)) = (one, other) else { return };
        if let Some(slot) = one.find_slot(1).await {
            let (first, second) = futures::join!(one.book_from(slot.clone()), other.book_from(slot));
            if let (Some(first), Some(second)) = (first, second)
                && first == second
            {
                let text = format!("{}: two callers were given {first}", self.practice);
                self.notes.violation(Oracle::DoubleBooking, text);
            }
        }
        futures::join!(one.close(), other.close());
    }

    async fn ready_to_book<'a>(&'a self, caller: &'a Caller) -> Option<Line<'a>> {
        let (mut line, view) = self.pick_up(caller).await?;
        let view = line.interview(view).await?;
        if view.may_book {
            return Some(line);
        }
        line.close().await;
        None
    }

    async fn pick_up<'a>(&'a self, caller: &'a Caller) -> Option<(Line<'a>, ContactView)> {
        let new = NewContact {
            channel: ContactChannel::Phone,
            origin: Some(caller.phone.clone()),
            facts: vec![fact(keys::WORDS, Value::Text(caller.words.to_owned()))],
            about: None,
        };
        let practice = self.practice.clone();
        let received = self.ask("receive", move |reception| {
            let (practice, new) = (practice.clone(), new.clone());
            async move { reception.contacts.receive(&practice, new, &secretary()).await }
        });
        match received.await? {
            Ok(view) => {
                self.notes.with(|noted| noted.accepted.push((self.practice.clone(), view.contact)));
                let mut line = Line { office: self, caller, contact: view.contact, level: None };
                line.see(&view);
                Some((line, view))
            }
            Err(error) => {
                self.wrong("receive", &error);
                None
            }
        }
    }

    async fn move_later(&self, caller: &Caller, appointment: AppointmentId) {
        let Some((mut line, view)) = self.pick_up(caller).await else { return };
        let Some(view) = line.interview(view).await else { return };
        if !view.may_book {
            return line.close().await;
        }
        let Some(slot) = line.find_slot(2).await else { return line.close().await };
        let new = NewMove {
            op_id: self.op_id(),
            contact: Some(line.contact),
            start: slot.slot.span.start,
            agenda: Some(slot.slot.agenda.clone()),
            slot_handle: None,
            slot_version: None,
        };
        let practice = self.practice.clone();
        let moved = self.ask("move", move |reception| {
            let (practice, appointment, new) = (practice.clone(), appointment.clone(), new.clone());
            async move { reception.appointments.move_to(&practice, &appointment, new, &secretary()).await }
        });
        if let Some(outcome) = moved.await {
            line.settle("move", outcome).await;
        }
        line.close().await;
    }

    async fn cancel_later(&self, caller: &Caller, appointment: AppointmentId) {
        let Some((mut line, view)) = self.pick_up(caller).await else { return };
        if line.interview(view).await.is_none() {
            return;
        }
        let new = NewCancellation {
            op_id: self.op_id(),
            contact: Some(line.contact),
            by: ByWhom::Patient,
            reason: "patient-request".to_owned(),
        };
        let practice = self.practice.clone();
        let cancelled = self.ask("cancel", move |reception| {
            let (practice, appointment, new) = (practice.clone(), appointment.clone(), new.clone());
            async move { reception.appointments.cancel(&practice, &appointment, new, &secretary()).await }
        });
        if let Some(outcome) = cancelled.await {
            line.settle("cancel", outcome).await;
        }
        line.close().await;
    }

    async fn mark(&self, appointment: AppointmentId) {
        let new = NewStatus { op_id: self.op_id(), status: AppointmentStatus::Arrived };
        let practice = self.practice.clone();
        let marked = self.ask("status", move |reception| {
            let (practice, appointment, new) = (practice.clone(), appointment.clone(), new.clone());
            async move { reception.appointments.set_status(&practice, &appointment, new, &secretary()).await }
        });
        match marked.await {
            Some(Ok(_)) => self.notes.count("marked"),
            // A hand struck it out, or the agenda does not answer.
            Some(Err(
                FlowError::NotAllowed { .. }
                | FlowError::RuleBroken { .. }
                | FlowError::AgendaUnavailable(_)
                | FlowError::AgendaUnidentified(_)
                | FlowError::NotFound(_),
            ))
            | None => {}
            Some(Err(error)) => self.wrong("status", &error),
        }
    }

    pub(super) fn wrong(&self, what: &str, error: &FlowError) {
        self.notes.violation(Oracle::WrongAnswer, format!("{}: {what}: {error:?}", self.practice));
    }
}
