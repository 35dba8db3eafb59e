//! What outside services tell at the addresses of a practice's features. It is never believed for
//! what it says: the agenda is asked.

mod pace;

use std::sync::Arc;
use std::time::Duration;

use greffon_words::refusals;
use thiserror::Error;

use self::pace::Pace;
use super::act::{Act, Acts};
use super::error::{Flow, FlowError, Thing};
use super::journal::Entry;
use crate::ids::{AgendaId, FeatureId, InboundAddressId, JobId, PracticeId};
use crate::model::audit::Actor;
use crate::model::callback::{CallbackError, InboundRequest};
use crate::model::inbound::{InboundAddress, MOST_OPEN};
use crate::model::job::{Due, Job, Lane};
use crate::model::practice::PluginKind;
use crate::model::scheduling::AgendaNotice;
use crate::model::secret::Secret;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Storage, StorageError, Stored};
use crate::time::Instant;

/// An agenda that is told of several times in such a moment is asked once.
const TOGETHER_MS: i64 = 1_000;
const TOGETHER: Duration = Duration::from_millis(TOGETHER_MS.unsigned_abs());

/// Makes and revokes addresses, and hears what is told there.
#[derive(Clone)]
pub struct Inbound {
    acts: Acts,
    storage: Arc<dyn Storage>,
    pace: Arc<Pace>,
}

/// An address with its URL, which is never shown again.
#[derive(Clone)]
pub struct NewAddress {
    /// The address.
    pub address: InboundAddress,
    /// Where the service calls it. Whoever has it can call it.
    pub url: String,
}

/// A call of an outside service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// What the URL has after `?`, if anything.
    pub query: Option<String>,
    /// Headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body as it came.
    pub body: Vec<u8>,
}

/// What became of what was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The agendas that it names are asked; so many.
    New(usize),
    /// It was told before.
    Again,
}

impl Heard {
    /// A stable word for metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New(_) => "new",
            Self::Again => "again",
        }
    }
}

/// Why nothing was taken from what was told.
#[derive(Debug, Error)]
pub enum Unheard {
    /// Nobody is heard at this address.
    #[error("no such address")]
    Unknown,
    /// More than a minute may bring: after how many seconds the next is heard.
    #[error("too many requests")]
    TooMany(u32),
    /// Not from the service.
    #[error("bad signature")]
    BadSignature,
    /// Signed too long ago, or at an hour that is yet to come.
    #[error("signed at another time")]
    Untimely,
    /// For another account, or nothing that this feature is told.
    #[error("not for this feature")]
    NotMine,
    /// Not understood.
    #[error("not understood")]
    Malformed,
    /// The plugin gave no answer, or the feature cannot be used now: to be told again.
    #[error("not now")]
    NotNow,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Unheard {
    /// A stable word for metrics.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::TooMany(_) => "too-many",
            Self::BadSignature => "bad-signature",
            Self::Untimely => "untimely",
            Self::NotMine => "not-mine",
            Self::Malformed => "malformed",
            Self::NotNow => "not-now",
            Self::Storage(_) => "storage",
        }
    }
}

impl Inbound {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>) -> Self {
        Self { acts, storage, pace: Arc::default() }
    }

    /// Makes an address for a feature.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `NotFound(Feature)` also for a feature that is no agenda,
    /// `NotAllowed("tells-nothing" | "no-public-origin" | "too-many-addresses")`, `Conflict`, `Storage`.
    pub async fn make(&self, practice: &PracticeId, feature: &FeatureId, actor: &Actor) -> Flow<NewAddress> {
        let practice = self.acts.practice(practice)?;
        let bound = practice.feature(feature).filter(|bound| bound.may_be(PluginKind::Agenda));
        let bound = bound.ok_or(FlowError::NotFound(Thing::Feature))?;
        // What is out of order now may tell tomorrow.
        if bound.agenda().is_ok_and(|agenda| !agenda.descriptor().caps.push) {
            return Err(FlowError::NotAllowed { code: "tells-nothing", remedy: refusals::tells_nothing() });
        }
        let remedy = || FlowError::NotAllowed { code: "no-public-origin", remedy: refusals::no_public_origin() };
        let origin = practice.supervision.origin.as_deref().ok_or_else(remedy)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let secret = Secret::of(|| self.acts.id(act.now));
        let mut tx = self.storage.begin(&practice.id).await?;
        let known = tx.inbound_addresses().await?;
        if known.iter().filter(|one| one.feature == *feature && one.is_open()).count() >= MOST_OPEN {
            let remedy = refusals::too_many_addresses(MOST_OPEN);
            return Err(FlowError::NotAllowed { code: "too-many-addresses", remedy });
        }
        let mut address = InboundAddress {
            id: InboundAddressId(self.acts.id(act.now)),
            practice: practice.id.clone(),
            feature: feature.clone(),
            digest: secret.digest(),
            made_at: act.now,
            made_by: actor.subject.clone(),
            revoked_at: None,
            revoked_by: None,
            version: 0,
        };
        self.acts.note(tx.as_mut(), act, entry("inbound.made", &address)).await?;
        tx.save_inbound_address(&mut address).await?;
        tx.commit().await?;
        Ok(NewAddress { address, url: url(origin, &secret, None) })
    }

    /// Nobody is heard at an address any more. Said twice it is said once.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `NotFound(InboundAddress)`, `Conflict`, `Storage`.
    pub async fn revoke(&self, practice: &PracticeId, id: InboundAddressId, actor: &Actor) -> Flow<InboundAddress> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let known = tx.inbound_addresses().await?.into_iter().find(|one| one.id == id);
        let mut address = known.ok_or(FlowError::NotFound(Thing::InboundAddress))?;
        if !address.is_open() {
            return Ok(address);
        }
        address.revoked_at = Some(act.now);
        address.revoked_by = Some(actor.subject.clone());
        self.acts.note(tx.as_mut(), act, entry("inbound.revoked", &address)).await?;
        tx.save_inbound_address(&mut address).await?;
        tx.commit().await?;
        Ok(address)
    }

    /// The addresses of a practice, oldest first, revoked ones too.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Storage`.
    pub async fn addresses(&self, practice: &PracticeId) -> Flow<Vec<InboundAddress>> {
        let practice = self.acts.practice(practice)?;
        Ok(self.storage.inbound_addresses(&practice.id).await?)
    }

    /// Hears what was told at an address: its plugin says whether it is from the service and what
    /// it is about, and those agendas are asked within two seconds, whatever it says of them.
    ///
    /// # Errors
    /// See [`Unheard`]: nothing was taken from it.
    pub async fn hear(&self, secret: &Secret, call: Call) -> Result<Heard, Unheard> {
        let address = self.storage.inbound_address(&secret.digest()).await?;
        let address = address.filter(|one| one.is_opened_by(secret)).ok_or(Unheard::Unknown)?;
        self.pace.take(address.id, self.acts.boot()).map_err(Unheard::TooMany)?;
        let Ok(practice) = self.acts.practice(&address.practice) else { return Err(Unheard::Unknown) };
        let bound = practice.feature(&address.feature).ok_or(Unheard::Unknown)?;
        let Ok(agenda) = bound.agenda() else { return Err(Unheard::NotNow) };
        let Some(origin) = practice.supervision.origin.as_deref() else { return Err(Unheard::NotNow) };
        let Call { query, headers, body } = call;
        let url = url(origin, secret, query.as_deref());
        let request = InboundRequest { method: "POST".to_owned(), url, headers, body };
        let notice = agenda.callback(&request).await.map_err(|error| match error {
            CallbackError::BadSignature => Unheard::BadSignature,
            CallbackError::NotMine => Unheard::NotMine,
            CallbackError::Malformed(_) => Unheard::Malformed,
            CallbackError::Other(_) => Unheard::NotNow,
        })?;
        if !notice.delivery.is_timely(self.acts.now()) {
            return Err(Unheard::Untimely);
        }
        let agendas = named(&practice, &address.feature, &notice);
        Ok(self.keep(&practice, &address.feature, &notice, &agendas).await?)
    }

    /// One transaction: that the delivery is known, and that its agendas are asked.
    async fn keep(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        notice: &AgendaNotice,
        agendas: &[AgendaId],
    ) -> Stored<Heard> {
        let now = self.acts.now();
        let job = (!agendas.is_empty()).then(|| Job::ReadChanges(feature.clone(), agendas.to_vec()));
        let moment = now.0.div_euclid(TOGETHER_MS);
        let id = JobId::named(&format!("read-changes {} {feature} {agendas:?} {moment}", practice.id));
        match self.try_keep(practice, feature, notice, job.as_ref().map(|job| (id, job)), now).await {
            // Told of in the same moment: what is asked then answers for this one too.
            Err(StorageError::Exists { .. }) => self.try_keep(practice, feature, notice, None, now).await,
            other => other,
        }
        .map(|is_new| if is_new { Heard::New(agendas.len()) } else { Heard::Again })
    }

    /// Says whether the delivery was not known.
    async fn try_keep(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        notice: &AgendaNotice,
        job: Option<(JobId, &Job)>,
        now: Instant,
    ) -> Stored<bool> {
        let mut tx = self.storage.begin(&practice.id).await?;
        if let Some(name) = notice.delivery.name()
            && !tx.keep_delivery(feature, name, now).await?
        {
            return Ok(false);
        }
        if let Some((id, job)) = job {
            // Once the moment is over, so that all that is told of in it is told by then.
            tx.enqueue(id, job, Lane::Watch, Due::After(TOGETHER)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

fn url(origin: &str, secret: &Secret, query: Option<&str>) -> String {
    let mut url = format!("{origin}/v1/inbound/{}", secret.expose());
    if let Some(query) = query {
        url.push('?');
        url.push_str(query);
    }
    url
}

/// The agendas of the notice that the practice follows, sorted. A plugin names what it likes.
fn named(practice: &LivePractice, feature: &FeatureId, notice: &AgendaNotice) -> Vec<AgendaId> {
    let mut agendas = practice.agendas_of(feature);
    agendas.retain(|agenda| notice.changed.contains(agenda));
    agendas
}

/// Ids only: an address is not in the journal.
fn entry(action: &str, address: &InboundAddress) -> Entry {
    Entry::new(action).about("inbound-address", address.id).field("feature", &address.feature)
}
