//! What differs between the appointments of a database and the entries of their agendas.
//! The agenda's word counts: whatever was done after the backup was done there.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{AgendaId, AppointmentId, OpId};
use crate::model::intent::Appointment;
use crate::model::scheduling::{AgendaAppointment, AppointmentStatus};

/// What differs, of agendas of one feature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Differences {
    /// Entries that bear an op-id of this installation, stand, and are no appointment of
    /// the database; each with its op-id.
    pub unknown: Vec<(OpId, AgendaAppointment)>,
    /// Appointments that are otherwise in the agenda, with what it holds.
    pub corrected: Vec<(Appointment, AgendaAppointment)>,
    /// Appointments that stand here and are not in their agenda any more.
    pub gone: Vec<Appointment>,
}

/// Compares what the database knows with what the agendas `read` hold. Both sides are of
/// the same window. What stands in other agendas is not spoken of.
#[must_use]
pub fn compare(known: &[Appointment], entries: &[AgendaAppointment], read: &[AgendaId]) -> Differences {
    // The last word on an entry is the latest.
    let there: BTreeMap<&AppointmentId, &AgendaAppointment> = entries.iter().map(|held| (&held.id, held)).collect();
    let mut differences = Differences::default();
    for appointment in known {
        match there.get(&appointment.id) {
            Some(held) if differs(&appointment.held, held) => {
                differences.corrected.push((appointment.clone(), merged(&appointment.held, held)));
            }
            Some(_) => {}
            None if is_live(&appointment.held) && read.contains(&appointment.held.agenda) => {
                differences.gone.push(appointment.clone());
            }
            None => {}
        }
    }
    let is_known: BTreeSet<&AppointmentId> = known.iter().map(|one| &one.id).collect();
    for (id, held) in there {
        if let Some(op) = held.op.as_ref().filter(|op| held.ours && op.is_well_formed())
            && is_live(held)
            && held.span.start < held.span.end
            && !is_known.contains(id)
        {
            differences.unknown.push((op.clone(), held.clone()));
        }
    }
    differences
}

/// Whether an entry takes its time.
#[must_use]
pub fn is_live(held: &AgendaAppointment) -> bool {
    !matches!(held.status, AppointmentStatus::Cancelled | AppointmentStatus::EnteredInError)
}

fn differs(known: &AgendaAppointment, held: &AgendaAppointment) -> bool {
    (known.span, known.status, &known.version, &known.agenda) != (held.span, held.status, &held.version, &held.agenda)
}

/// What the agenda holds, with what it does not tell.
fn merged(known: &AgendaAppointment, held: &AgendaAppointment) -> AgendaAppointment {
    let mut merged = held.clone();
    merged.patient = merged.patient.or_else(|| known.patient.clone());
    merged.motive = merged.motive.or_else(|| known.motive.clone());
    merged.op = merged.op.or_else(|| known.op.clone());
    if merged.resources.is_empty() {
        merged.resources.clone_from(&known.resources);
    }
    merged
}

/// When so much is missing at once, it is the agenda that is not the one it was: another
/// calendar under the same name, or an emptied one. A person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingGuard {
    /// So many may be missing whatever there is.
    pub few: usize,
    /// Of all that are known, in percent.
    pub percent: usize,
}

impl MissingGuard {
    /// Five, or a tenth: after a day's work no practice has called off more.
    pub const DEFAULT: Self = Self { few: 5, percent: 10 };

    /// Whether `missing` of `known` is more than a practice calls off.
    #[must_use]
    pub fn is_hit(self, missing: usize, known: usize) -> bool {
        missing > self.few.max(known.saturating_mul(self.percent) / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_may_be_missing_and_of_many_a_tenth() {
        let guard = MissingGuard::DEFAULT;
        assert!(!guard.is_hit(5, 5));
        assert!(guard.is_hit(6, 6));
        assert!(!guard.is_hit(10, 100));
        assert!(guard.is_hit(11, 100));
    }
}
