//! A plugin over a server that has no rule against overlaps, as the bundled
//! agenda-caldav: it looks, writes, looks again, and takes its own back when
//! somebody else is there. Each of the four is a request of its own, and
//! anything may happen in between.

use greffon_core::model::scheduling::{AgendaAppointment, AgendaError, BookingRequest};

use super::FakeAgenda;
use super::book::Write;
use crate::faults::Effect;

impl FakeAgenda {
    /// Books or moves in four requests.
    pub(super) async fn write_carefully(&self, write: Write) -> Result<AgendaAppointment, AgendaError> {
        let what = match &write {
            Write::Book(_, what) | Write::Hold(_, what, _) | Write::Move(_, _, _, what) => what.clone(),
            Write::Release(_) | Write::Remove(_) | Write::Cancel(..) | Write::Status(..) => {
                return self.request(write, None).await;
            }
        };
        let (before, looked) = self.look(&write, &what).await?;
        self.perhaps_stop().await;
        if let (Write::Book(..), Some(own)) = (&write, before.clone()) {
            // Whoever asks again was never told the end.
            return self.verify(own, None, &what).await;
        }
        let written = self.request(write, Some(looked)).await;
        self.perhaps_stop().await;
        match written {
            Ok(held) | Err(AgendaError::Already(held)) => self.verify(held, before, &what).await,
            Err(error) => Err(error),
        }
    }

    /// The process may stand still between any two requests.
    async fn perhaps_stop(&self) {
        if let Some(ms) = self.inner.plan.stop_ms() {
            self.inner.pace.stop_for(ms);
            self.inner.pace.point().await;
        }
    }

    /// What is known of the entry, if it is there, and the order of the last
    /// entry that was seen.
    async fn look(
        &self,
        write: &Write,
        what: &BookingRequest,
    ) -> Result<(Option<AgendaAppointment>, u64), AgendaError> {
        self.read(Effect::AgendaRead, |book| {
            let own = match write {
                Write::Move(op, id, expected, _) => {
                    let index = book.find(id)?;
                    let entry = &book.entries[index];
                    if !entry.is_live() {
                        return Err(AgendaError::NotFound);
                    }
                    if !entry.ops.contains(op) {
                        book.expect(index, expected.as_deref())?;
                    }
                    Some(index)
                }
                Write::Book(op, _) | Write::Hold(op, _, _) => {
                    book.entries.iter().position(|entry| entry.is_live() && entry.ops.contains(op))
                }
                _ => None,
            };
            let known = own.map(|index| book.entries[index].held.clone());
            let wanted = known.is_none() || matches!(write, Write::Move(..));
            if wanted && !what.allow_overlap {
                book.free(own, what)?;
            }
            Ok((known, book.order()))
        })
        .await?
    }

    /// Looks again after a write, and yields when somebody else is there.
    async fn verify(
        &self,
        held: AgendaAppointment,
        before: Option<AgendaAppointment>,
        what: &BookingRequest,
    ) -> Result<AgendaAppointment, AgendaError> {
        let unknown = |why: &str| AgendaError::OutcomeUnknown(format!("written, but {why}"));
        let seen = self.read(Effect::AgendaRead, |book| {
            let index = book.find(&held.id)?;
            let now = book.entries[index].held.clone();
            if !book.entries[index].is_live() {
                return Err(AgendaError::NotFound);
            }
            let wanted = BookingRequest { agenda: now.agenda.clone(), span: now.span, ..what.clone() };
            Ok((now, if what.allow_overlap { Ok(()) } else { book.free(Some(index), &wanted) }))
        });
        let taken = match seen.await {
            Ok(Ok((now, Ok(())))) => return Ok(now),
            Ok(Ok((_, Err(taken)))) => taken,
            Ok(Err(_)) => return Err(unknown("it is not there any more")),
            Err(_) => return Err(unknown("the agenda could not be read again")),
        };
        let back = match before {
            None => Write::Remove(held.id.clone()),
            Some(before) => {
                let back = BookingRequest { agenda: before.agenda, span: before.span, ..what.clone() };
                let op = format!("back-{}", held.id);
                Write::Move(op.into(), held.id.clone(), held.version.clone(), back)
            }
        };
        match self.request(back, None).await {
            Ok(_) => Err(taken),
            Err(_) => Err(unknown("others have the time, and it could not be taken back")),
        }
    }
}
