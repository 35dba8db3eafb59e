//! What the agendas of a practice hold, whoever wrote it: as it was when they were last followed.

use std::collections::BTreeMap;

use super::Reads;
use crate::flow::error::Flow;
use crate::ids::{AgendaId, AppointmentId, FeatureId, PracticeId, PractitionerId};
use crate::model::agenda_mirror::{EntryKind, MirrorEntry, Mirrored};
use crate::model::intent::Appointment;
use crate::model::standing::is_gone;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Page, Stored};
use crate::time::{Instant, Span};

/// One agenda of a practitioner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadAgenda {
    /// Which binding serves it.
    pub feature: FeatureId,
    /// Its name there.
    pub agenda: AgendaId,
    /// Whose it is.
    pub practitioner: PractitionerId,
    /// When it was last read; `None` while it is not known in full, and `entries` is empty.
    pub as_of: Option<Instant>,
    /// What takes time in it, earliest first.
    pub entries: Vec<ReadEntry>,
}

/// What takes time in an agenda. What it is, and whose, stays in the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadEntry {
    /// When.
    pub span: Span,
    /// The appointment of greffon's that it is; of what somebody else wrote there none.
    pub appointment: Option<AppointmentId>,
    /// What somebody else wrote there, as it is named to take it over; `None` of what is greffon's and of
    /// absences, and where the agenda has no versions.
    pub foreign: Option<ForeignEntry>,
}

/// The name of an entry in its agenda, and its version there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignEntry {
    /// As the agenda calls it.
    pub entry: AppointmentId,
    /// As it was when the agenda was read.
    pub version: String,
}

impl Reads {
    /// What the agendas of a practice hold in `window`, those of one practitioner when one is
    /// named, with what greffon has written there since they were read. No agenda is asked.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    pub async fn agendas(
        &self,
        practice: &PracticeId,
        window: Span,
        practitioner: Option<&PractitionerId>,
    ) -> Flow<Vec<ReadAgenda>> {
        let practice = self.acts.practice(practice)?;
        let mut own = self.own_appointments(&practice, window).await?;
        let mut read = Vec::new();
        for one in practice.practitioners.iter().filter(|one| practitioner.is_none_or(|id| one.id == *id)) {
            for agenda in &one.agendas {
                let (feature, name) = (&agenda.feature, &agenda.agenda);
                let mirrored = match practice.agenda(feature) {
                    Ok(bound) => {
                        let names = std::slice::from_ref(name);
                        self.storage.mirrored(&practice.id, feature, &bound.binding(), names, window).await?
                    }
                    Err(_) => None,
                };
                let as_of = mirrored.as_ref().map(|mirrored| mirrored.as_of);
                let mut entries = Vec::new();
                if let Some(mirrored) = mirrored {
                    let own = own.remove(&(feature.clone(), name.clone())).unwrap_or_default();
                    entries = with_own(mirrored, own);
                }
                read.push(ReadAgenda {
                    feature: feature.clone(),
                    agenda: name.clone(),
                    practitioner: one.id.clone(),
                    as_of,
                    entries,
                });
            }
        }
        Ok(read)
    }

    /// The appointments that stand, by where.
    async fn own_appointments(
        &self,
        practice: &LivePractice,
        window: Span,
    ) -> Stored<BTreeMap<(FeatureId, AgendaId), Vec<Appointment>>> {
        let mut own: BTreeMap<_, Vec<Appointment>> = BTreeMap::new();
        let mut page = Page { limit: 200, cursor: None };
        loop {
            let listed = self.storage.appointments(&practice.id, window, &page).await?;
            for one in listed.items.into_iter().filter(|one| !is_gone(one.held.status)) {
                own.entry((one.feature.clone(), one.held.agenda.clone())).or_default().push(one);
            }
            match listed.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(own),
            }
        }
    }
}

/// What an agenda held, each entry with the appointment that it is; and what greffon has written
/// there since then.
fn with_own(mirrored: Mirrored, mut own: Vec<Appointment>) -> Vec<ReadEntry> {
    let as_of = mirrored.as_of;
    let mut entries: Vec<ReadEntry> = Vec::new();
    for (_, MirrorEntry { name, span, tag }) in mirrored.entries {
        let of_visit = name.kind == EntryKind::Appointment;
        let known = own.iter().position(|one| of_visit && one.id.0 == name.id).map(|at| own.swap_remove(at).id);
        let version = tag.filter(|_| of_visit && known.is_none());
        let foreign = version.map(|version| ForeignEntry { entry: AppointmentId(name.id), version });
        entries.push(ReadEntry { span, appointment: known, foreign });
    }
    let newer = own.into_iter().filter(|one| one.standing.written_at.is_some_and(|at| at >= as_of));
    entries.extend(newer.map(|one| ReadEntry { span: one.held.span, appointment: Some(one.id), foreign: None }));
    entries.sort_by(|one, other| (one.span, &one.appointment).cmp(&(other.span, &other.appointment)));
    entries
}
