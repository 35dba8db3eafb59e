//! What practitioners say of the grids and scripts of their practice.

use std::sync::Arc;

use greffon_words::{fields, refusals};

use super::act::{Act, Acts};
use super::error::{Flow, FlowError, Thing};
use super::journal::Entry;
use crate::ids::{FeatureId, PracticeId};
use crate::model::approval::{Approval, Approvals, Attestation, Content, Standing};
use crate::model::audit::{Actor, Role};
use crate::model::pin::SettingsDigest;
use crate::ports::storage::{Storage, Stored};
use crate::time::Instant;

/// Digits of an RPPS number.
const RPPS_DIGITS: usize = 11;

/// Approves contents, withdraws them, and remembers what files of signatures said.
#[derive(Clone)]
pub struct ContentApprovals {
    acts: Acts,
    storage: Arc<dyn Storage>,
}

/// What a practitioner says of a content that they have read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApproval {
    /// The settings that were read: of others it says nothing.
    pub settings: SettingsDigest,
    /// First instant at which it holds; now when absent.
    pub from: Option<Instant>,
    /// First instant at which it holds no more.
    pub until: Instant,
}

impl ContentApprovals {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>) -> Self {
        Self { acts, storage }
    }

    /// The grids and scripts of a practice, as its files have them now.
    ///
    /// # Errors
    /// `NotFound(Practice)`.
    pub fn contents(&self, practice: &PracticeId) -> Flow<Vec<Content>> {
        let practice = self.acts.practice(practice)?;
        Ok(self.acts.contents(&practice.id))
    }

    /// A practitioner who is signed in approves a content: the host attests it, and it may be
    /// used from the next look at the practice's files on. Said twice it is said once.
    ///
    /// # Errors
    /// `NotFound(Content)`, `Forbidden`, `Invalid`, `NotAllowed`: `rpps-missing`,
    /// `content-changed`, `demonstration`; `Conflict`, `Storage`.
    pub async fn approve(
        &self,
        practice: &PracticeId,
        feature: &FeatureId,
        new: NewApproval,
        rpps: Option<&str>,
        actor: &Actor,
    ) -> Flow<Attestation> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        is_practitioner(actor)?;
        let content = self.acts.contents(&practice.id).into_iter().find(|one| one.feature == *feature);
        let content = content.ok_or(FlowError::NotFound(Thing::Content))?;
        let rpps = rpps.filter(|rpps| rpps.len() == RPPS_DIGITS && rpps.bytes().all(|byte| byte.is_ascii_digit()));
        let rpps = rpps.ok_or_else(|| not_allowed("rpps-missing", refusals::rpps_missing()))?;
        if content.demo || content.standing == Standing::NotNeeded {
            return Err(not_allowed("demonstration", refusals::content_demonstration()));
        }
        if content.settings != new.settings {
            return Err(not_allowed("content-changed", refusals::content_changed()));
        }
        let from = new.from.unwrap_or(act.now);
        if new.until <= act.now {
            return Err(FlowError::invalid("until", fields::approval_over()));
        }
        if new.until <= from {
            return Err(FlowError::invalid("until", fields::approval_backwards()));
        }
        let mut tx = self.storage.begin(&practice.id).await?;
        let mut known = Approvals::new(tx.approvals().await?);
        let newest = known.rows().iter().filter(|one| one.feature == *feature);
        let newest = newest.flat_map(|one| [one.approved_at, one.withdrawn_at]).flatten().max();
        let row = known.row_mut(&practice.id, feature, new.settings);
        let attestation = Attestation {
            contents: content.contents,
            subject: actor.subject.clone(),
            rpps: rpps.to_owned(),
            // After all that was said before, whichever node's clock it was said by.
            at: newest.map_or(act.now, |newest| act.now.max(newest.plus_millis(1))),
            from,
            until: new.until,
        };
        if let Some(there) = &row.attestation
            && row.approved_at == Some(there.at)
            && *there == (Attestation { at: there.at, from: new.from.unwrap_or(there.from), ..attestation.clone() })
        {
            return Ok(there.clone());
        }
        row.approve(attestation.at, from);
        row.attestation = Some(attestation.clone());
        let entry = Entry::new("content.approved")
            .about("content", feature)
            .field("settings", new.settings)
            .field("rpps", rpps)
            .field("from", from)
            .field("until", new.until);
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.save_approval(row).await?;
        tx.commit().await?;
        Ok(attestation)
    }

    /// A practitioner takes back whatever was said of the contents that a feature has and
    /// had, by an attestation or by a signature. Returns when that was; a repeat changes
    /// nothing.
    ///
    /// # Errors
    /// `NotFound(Content)`, `Forbidden`, `Conflict`, `Storage`.
    pub async fn withdraw(&self, practice: &PracticeId, feature: &FeatureId, actor: &Actor) -> Flow<Instant> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        is_practitioner(actor)?;
        let present = self.acts.contents(&practice.id).into_iter().find(|one| one.feature == *feature);
        let mut tx = self.storage.begin(&practice.id).await?;
        let mut known = Approvals::new(tx.approvals().await?);
        if let Some(present) = &present {
            known.row_mut(&practice.id, feature, present.settings);
        }
        let own = known.rows().iter().filter(|one| one.feature == *feature);
        let (mut live, mut at, mut before) = (false, act.now, None);
        for one in own.clone() {
            // A content that nobody spoke of is withdrawn too: what is signed elsewhere meanwhile is not used.
            live |= one.withdrawn_at.is_none() || one.approved_at > one.withdrawn_at;
            at = at.max(one.approved_at.unwrap_or(at));
            before = before.max(one.withdrawn_at);
        }
        if own.count() == 0 {
            return Err(FlowError::NotFound(Thing::Content));
        }
        if let Some(before) = before.filter(|_| !live) {
            return Ok(before);
        }
        for mut row in known.withdraw(feature, at) {
            tx.save_approval(&mut row).await?;
        }
        let entry = Entry::new("content.withdrawn").about("content", feature).field("at", at);
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.commit().await?;
        Ok(at)
    }

    /// Remembers what files of signatures said, so that an earlier file says nothing new.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Conflict`, `Storage`.
    pub async fn remember(&self, practice: &PracticeId, seen: &[Approval]) -> Flow<()> {
        let practice = self.acts.practice(practice)?;
        let actor = Actor::job("read-signatures");
        let act = Act::new(&practice, &actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let mut known = Approvals::new(tx.approvals().await?);
        for mut row in known.join(seen) {
            let entry = Entry::new("content.signature-seen")
                .about("content", &row.feature)
                .field("settings", row.settings)
                .field("state", if row.approved_at > row.withdrawn_at { "signed" } else { "withdrawn" });
            self.acts.note(tx.as_mut(), act, entry).await?;
            tx.save_approval(&mut row).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What is known of the contents of all practices, unless nothing changed since a mark;
    /// and the mark to ask with the next time. A negative mark is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn known_since(&self, mark: i64) -> Stored<Option<(i64, Vec<Approval>)>> {
        // The mark first: what changes in between is read again.
        let now = self.storage.approvals_mark().await?;
        if now == mark { Ok(None) } else { Ok(Some((now, self.storage.approvals().await?))) }
    }
}

fn is_practitioner(actor: &Actor) -> Flow<()> {
    if actor.role == Role::Practitioner { Ok(()) } else { Err(FlowError::Forbidden { code: "clinician-only" }) }
}

fn not_allowed(code: &'static str, remedy: greffon_words::Text) -> FlowError {
    FlowError::NotAllowed { code, remedy }
}
