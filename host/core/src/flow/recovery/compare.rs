//! Compares a practice's agendas with the restored database, and lets the practice go on
//! when all of them were.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::read::{ReadAgenda, UnreadAgenda, window};
use super::{Progress, Recoveries, agendas_of};
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError};
use crate::flow::journal::Entry;
use crate::ids::{AgendaId, AppointmentId, FeatureId};
use crate::model::audit::Actor;
use crate::model::intent::Appointment;
use crate::model::recovery::{AgendaRecovery, AgendaState, MissingGuard, Recovery, Release, compare, is_live};
use crate::model::scheduling::AgendaAppointment;
use crate::ports::practices::LivePractice;
use crate::ports::storage::Page;
use crate::time::Span;

/// Who acts, in the journal.
pub(super) const JOB: &str = "compare-agendas";

/// How soon an agenda that could not be read is tried again.
const UNREAD_AGAIN: Duration = Duration::from_secs(60);

/// What was still on its way to an agenda when the process before died has arrived after
/// this, as far as anything is known to arrive late: see `model::intent`.
const LOOK_AGAIN: Duration = Duration::from_secs(6 * 60);

/// An agenda that a person did not wait for is taken over when it comes back within a day.
const LOOK_FOR: Duration = Duration::from_secs(24 * 60 * 60);

impl Recoveries {
    /// One try of the comparison after the restore of this number; each may be the last of
    /// its process, and the next one goes on.
    pub(crate) async fn compare(&self, practice: &LivePractice, number: u32) -> Flow<Progress> {
        let actor = Actor::job(JOB);
        let recovery = self.storage.recovery(&practice.id).await?;
        let Some(recovery) = recovery.filter(|one| one.restore.number == number) else { return Ok(Progress::Done) };
        if let Some(release) = &recovery.released {
            return self.look_again(practice, &actor, &recovery, release).await;
        }
        // First, as the next rung of an old alert may have to be told.
        self.withhold(practice, &actor).await?;
        self.begin(practice, &actor).await?;
        for (feature, agendas) in by_feature(practice) {
            let within = window(practice, recovery.restore, self.acts.now());
            let (read, unread) = self.read(practice, &feature, &agendas, within).await;
            self.settle_intents(practice, &actor, &feature, &read).await?;
            let counted = self.apply(practice, &actor, &feature, &read, within).await?;
            self.note_read(practice, &actor, &feature, counted, &unread).await?;
        }
        self.settle_rest(practice, &actor, false).await?;
        match self.release_complete(practice, &actor).await? {
            true => Ok(Progress::Again(LOOK_AGAIN)),
            false => Ok(Progress::Again(UNREAD_AGAIN)),
        }
    }

    /// Writes down which agendas are to be compared.
    async fn begin(&self, practice: &LivePractice, actor: &Actor) -> Flow<()> {
        let act = Act::new(practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let Some(before) = tx.recovery().await?.filter(Recovery::is_closed) else { return Ok(()) };
        let mut recovery = before.over(&agendas_of(practice));
        if before.version > 0 && recovery == before {
            return Ok(());
        }
        let mut entry = entry("recovery.began", &recovery).field("agendas", recovery.agendas.len());
        if let Some(at) = recovery.restore.taken_at {
            entry = entry.field("backup", at);
        }
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.save_recovery(&mut recovery).await?;
        Ok(tx.commit().await?)
    }

    /// Makes the database say what the agendas say. An agenda of which so much is missing
    /// that it may be another one is left alone.
    async fn apply(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        feature: &FeatureId,
        read: &[ReadAgenda],
        within: Span,
    ) -> Flow<Vec<AgendaRecovery>> {
        let known = self.known(practice, feature, within).await?;
        let entries: Vec<AgendaAppointment> = read.iter().flat_map(|one| one.entries.iter().cloned()).collect();
        let names: Vec<AgendaId> = read.iter().map(|one| one.agenda.clone()).collect();
        let differences = compare(&known, &entries, &names);
        let doubtful = doubtful(&known, &differences.gone);
        let of = |one: &ReadAgenda| AgendaRecovery {
            feature: feature.clone(),
            agenda: one.agenda.clone(),
            state: match doubtful.contains(&one.agenda) {
                true => AgendaState::Failed { code: "too-many-missing".to_owned(), at: one.at },
                false => AgendaState::Compared { at: one.at },
            },
            own: one.own,
            adopted: 0,
            corrected: 0,
            gone: 0,
        };
        let mut done: Vec<AgendaRecovery> = read.iter().map(of).collect();
        let mut count = |agenda: &AgendaId, what: fn(&mut AgendaRecovery) -> &mut u32| {
            if let Some(one) = done.iter_mut().find(|one| one.agenda == *agenda) {
                *what(one) += 1;
            }
        };
        for gone in differences.gone.iter().filter(|one| !doubtful.contains(&one.held.agenda)) {
            if self.end_gone(practice, actor, gone).await? {
                count(&gone.held.agenda, |one| &mut one.gone);
            }
        }
        for (appointment, held) in &differences.corrected {
            if self.correct(practice, actor, appointment, held).await? {
                count(&held.agenda, |one| &mut one.corrected);
            }
        }
        for (op, held) in &differences.unknown {
            if self.adopt(practice, actor, feature, op, held).await? {
                count(&held.agenda, |one| &mut one.adopted);
            }
        }
        Ok(done)
    }

    /// The appointments of a feature that the database knows in a window.
    async fn known(&self, practice: &LivePractice, feature: &FeatureId, within: Span) -> Flow<Vec<Appointment>> {
        let mut known = Vec::new();
        let mut page = Page { limit: 200, cursor: None };
        loop {
            let listed = self.storage.appointments(&practice.id, within, &page).await?;
            known.extend(listed.items.into_iter().filter(|one| one.feature == *feature));
            match listed.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(known),
            }
        }
    }

    /// Keeps how far the agendas of a feature came, unless a person has released the practice
    /// meanwhile.
    async fn note_read(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        feature: &FeatureId,
        read: Vec<AgendaRecovery>,
        unread: &[UnreadAgenda],
    ) -> Flow<()> {
        let act = Act::new(practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let Some(mut recovery) = tx.recovery().await?.filter(Recovery::is_closed) else { return Ok(()) };
        for of_agenda in read {
            tracing::info!(
                practice.id = %practice.id, feature = %feature, agenda.id = %of_agenda.agenda,
                adopted = of_agenda.adopted, corrected = of_agenda.corrected, gone = of_agenda.gone,
                "agenda compared after a restore"
            );
            let mut entry = entry("agenda.compared", &recovery)
                .field("feature", feature)
                .field("agenda", &of_agenda.agenda)
                .field("adopted", of_agenda.adopted)
                .field("corrected", of_agenda.corrected)
                .field("gone", of_agenda.gone);
            if let AgendaState::Failed { code, .. } = &of_agenda.state {
                entry = entry.field("code", code);
            }
            if of_agenda.own {
                entry = entry.field("lost-until", recovery.restore.restored_at);
            }
            self.acts.note(tx.as_mut(), act, entry).await?;
            if let Some(known) = find(&mut recovery, feature, &of_agenda.agenda) {
                // A try before this one may have done its part.
                let (adopted, corrected, gone) = (
                    known.adopted + of_agenda.adopted,
                    known.corrected + of_agenda.corrected,
                    known.gone + of_agenda.gone,
                );
                *known = AgendaRecovery { adopted, corrected, gone, ..of_agenda };
            }
        }
        for UnreadAgenda { agenda, code } in unread {
            tracing::warn!(
                practice.id = %practice.id, feature = %feature, agenda.id = %agenda, code,
                "agenda cannot be read after a restore: the practice stays closed"
            );
            if let Some(known) = find(&mut recovery, feature, agenda) {
                known.state = AgendaState::Failed { code: (*code).to_owned(), at: act.now };
            }
        }
        tx.save_recovery(&mut recovery).await?;
        Ok(tx.commit().await?)
    }

    /// Looks once more at the agendas of a practice that writes again: what arrived late is
    /// taken over. Nothing else is changed, as much is booked and moved meanwhile.
    async fn look_again(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        recovery: &Recovery,
        release: &Release,
    ) -> Flow<Progress> {
        let now = self.acts.now();
        let since = now.since(release.at);
        if release.looked_again || since >= LOOK_FOR {
            return Ok(Progress::Done);
        }
        if since < LOOK_AGAIN && release.complete {
            return Ok(Progress::Again(LOOK_AGAIN.saturating_sub(since)));
        }
        let within = window(practice, recovery.restore, now);
        let mut all = true;
        for (feature, agendas) in by_feature(practice) {
            let (read, unread) = self.read(practice, &feature, &agendas, within).await;
            all &= unread.is_empty();
            let known = self.known(practice, &feature, within).await?;
            let ids: BTreeSet<&AppointmentId> = known.iter().map(|one| &one.id).collect();
            for one in &read {
                let differences = compare(&[], &one.entries, &[]);
                for (op, held) in differences.unknown.iter().filter(|(_, held)| !ids.contains(&held.id)) {
                    self.adopt(practice, actor, &feature, op, held).await?;
                }
            }
        }
        if !all || since < LOOK_AGAIN {
            return Ok(Progress::Again(UNREAD_AGAIN.max(LOOK_AGAIN.saturating_sub(since))));
        }
        let mut tx = self.storage.begin(&practice.id).await?;
        if let Some(mut recovery) = tx.recovery().await?
            && let Some(release) = &mut recovery.released
        {
            release.looked_again = true;
            tx.save_recovery(&mut recovery).await?;
            tx.commit().await?;
        }
        Ok(Progress::Done)
    }

    /// Releases the practice when everything was compared; whether it is released.
    async fn release_complete(&self, practice: &LivePractice, actor: &Actor) -> Flow<bool> {
        let act = Act::new(practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let Some(before) = tx.recovery().await? else { return Ok(true) };
        if !before.is_closed() {
            return Ok(true);
        }
        let left = self.storage.under_way(&practice.id, 1).await?;
        if !before.is_complete() || !left.is_empty() {
            return Ok(false);
        }
        let released = before.release(&actor.subject, act.now).map_err(FlowError::from)?;
        self.end(tx.as_mut(), act, released).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// A line of the journal about a recovery.
pub(super) fn entry(action: &str, recovery: &Recovery) -> Entry {
    Entry::new(action).about("restore", recovery.restore.number)
}

fn by_feature(practice: &LivePractice) -> BTreeMap<FeatureId, Vec<AgendaId>> {
    let mut features: BTreeMap<FeatureId, Vec<AgendaId>> = BTreeMap::new();
    for (feature, agenda) in agendas_of(practice) {
        features.entry(feature).or_default().push(agenda);
    }
    features
}

fn find<'r>(recovery: &'r mut Recovery, feature: &FeatureId, agenda: &AgendaId) -> Option<&'r mut AgendaRecovery> {
    recovery.agendas.iter_mut().find(|one| one.feature == *feature && one.agenda == *agenda)
}

/// The agendas of which too much is missing at once.
fn doubtful(known: &[Appointment], gone: &[Appointment]) -> BTreeSet<AgendaId> {
    let missing = |agenda: &AgendaId| gone.iter().filter(|one| one.held.agenda == *agenda).count();
    let of = |agenda: &AgendaId| known.iter().filter(|one| is_live(&one.held) && one.held.agenda == *agenda).count();
    let agendas: BTreeSet<AgendaId> = gone.iter().map(|one| one.held.agenda.clone()).collect();
    agendas.into_iter().filter(|agenda| MissingGuard::DEFAULT.is_hit(missing(agenda), of(agenda))).collect()
}
