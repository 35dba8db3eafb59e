//! What people at the agendas do by hand, beside greffon and to its entries.

use greffon_core::ids::AppointmentId;
use greffon_core::time::{Instant, Span};

use super::executor::Place;
use super::office::Office;

/// What a hand does to an entry of greffon's.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    /// Writes an entry over it.
    Overwrite,
    /// Gives it another time or a note.
    Edit,
    /// Strikes it out.
    Strike,
}

impl Office {
    /// At some time of the day a hand finds an entry of greffon's and does this.
    pub(super) fn hand_at(&self, at: Instant, deed: Deed) {
        let office = self.clone();
        self.server.executor.spawn(Place::World, async move {
            office.server.clock.sleep_until(at).await;
            office.do_by_hand(deed);
        });
    }

    fn do_by_hand(&self, deed: Deed) {
        let own: Vec<_> = self.agenda.live().into_iter().filter(|entry| entry.held.ours).collect();
        if own.is_empty() {
            return;
        }
        let entry = &own[self.below(own.len())].held;
        match deed {
            Deed::Overwrite => {
                self.notes.count("hand.overwrites");
                let shift = self.minutes(-10, 10);
                self.agenda.enter(&entry.agenda, shifted(entry.span, shift));
            }
            Deed::Edit if self.chance(5000) => {
                self.notes.count("hand.annotates");
                self.agenda.annotate(&entry.id);
            }
            Deed::Edit => {
                self.notes.count("hand.pushes");
                let quarters = [-4, -2, -1, 1, 2, 4];
                self.agenda.push_to(&entry.id, shifted(entry.span, 15 * quarters[self.below(quarters.len())]));
            }
            Deed::Strike => {
                self.notes.count("hand.strikes");
                self.agenda.strike(&entry.id);
            }
        }
    }

    /// The doctor writes an entry of their own, and perhaps strikes it out again.
    pub(super) fn writes_at(&self, at: Instant, who: &'static str, span: Span) {
        let office = self.clone();
        self.server.executor.spawn(Place::World, async move {
            office.server.clock.sleep_until(at).await;
            if let Some(entry) = office.agenda.enter_if_free(&who.into(), span) {
                office.notes.count("written-by-hand");
                office.perhaps_strike(entry).await;
            }
        });
    }

    /// The agenda stops answering for ten minutes.
    pub(super) fn down_at(&self, at: Instant) {
        let office = self.clone();
        self.server.executor.spawn(Place::World, async move {
            office.server.clock.sleep_until(at).await;
            office.agenda.down_until(at.plus_minutes(10));
            office.notes.count("outages");
        });
    }

    /// What a hand wrote, a hand strikes out again, half of the time.
    pub(super) async fn perhaps_strike(&self, entry: AppointmentId) {
        if self.chance(5000) {
            self.pause_s(10, 3600).await;
            self.agenda.strike(&entry);
        }
    }

    fn minutes(&self, from: i64, to: i64) -> i64 {
        self.random.borrow_mut().between(from, to)
    }
}

fn shifted(span: Span, minutes: i64) -> Span {
    Span { start: span.start.plus_minutes(minutes), end: span.end.plus_minutes(minutes) }
}
