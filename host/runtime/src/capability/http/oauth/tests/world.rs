//! A provider that rotates its tokens and ends the grant when a spent one comes
//! again, a storage that fails on demand, and the nodes between them.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use greffon_core::ports::sealed_state::{Hold, Look, SealedStates};
use greffon_core::ports::storage::{StorageError, Stored};
use greffon_core::time::Instant;
use greffon_simulation::{ManualClock, MemorySealedStates};
use secrecy::ExposeSecret as _;
use tokio::sync::Semaphore;

use super::super::answer::Answer;
use super::super::endpoint::Presented;
use super::super::no_token::Refusal;
use super::super::*;
use crate::binding::CredentialScheme;
use crate::sealing::{SealingKeys, new_sealing_key};

pub(super) const HOUR: Duration = Duration::from_secs(3600);

/// A token endpoint in memory.
pub(super) struct Provider {
    state: Mutex<Consent>,
    /// One permit per answer that it gives.
    answers: Semaphore,
}

pub(super) struct Consent {
    current: String,
    granted: usize,
    pub(super) ended: bool,
    pub(super) silent: bool,
    /// The client is refused.
    pub(super) refuses: bool,
    /// What came in, in order.
    spent: Vec<String>,
    /// How many renewals were begun.
    pub(super) renewals: usize,
}

impl Provider {
    pub(super) fn new(first: &str) -> Arc<Self> {
        let current = first.to_owned();
        let state = Consent {
            current,
            granted: 0,
            ended: false,
            silent: false,
            refuses: false,
            spent: Vec::new(),
            renewals: 0,
        };
        Arc::new(Self { state: Mutex::new(state), answers: Semaphore::new(1000) })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, Consent> {
        self.state.lock().unwrap()
    }

    pub(super) fn spent(&self) -> Vec<String> {
        self.state().spent.clone()
    }

    async fn give_to_client(&self) -> Answer {
        self.answers.acquire().await.unwrap().forget();
        let mut consent = self.state();
        consent.spent.push("client".to_owned());
        if consent.silent {
            return Answer::Nothing { may_be_spent: false };
        }
        if consent.refuses {
            return Answer::Refused(Refusal::InvalidClient);
        }
        consent.granted += 1;
        let access = Some((format!("access-{}", consent.granted).into(), HOUR));
        Answer::Granted { access, successor: None }
    }

    /// Gives no more answers until [`answer`](Self::answer) is called.
    pub(super) fn hold_back(&self) {
        self.answers.forget_permits(1000);
    }

    pub(super) fn answer(&self) {
        self.answers.add_permits(1000);
    }
}

#[async_trait]
impl TokenEndpoint for Provider {
    async fn ask(&self, _: &Terms, with: Presented<'_>) -> Answer {
        let Presented::RefreshToken(refresh_token) = with else { return self.give_to_client().await };
        let token = refresh_token.expose_secret().to_owned();
        self.state().spent.push(token.clone());
        self.answers.acquire().await.unwrap().forget();
        let mut consent = self.state();
        if consent.silent {
            return Answer::Nothing { may_be_spent: false };
        }
        consent.ended |= token != consent.current;
        if consent.ended {
            return Answer::GrantEnded;
        }
        consent.granted += 1;
        let number = consent.granted;
        consent.current = format!("refresh-{number}");
        let access = Some((format!("access-{number}").into(), HOUR));
        Answer::Granted { access, successor: Some(consent.current.clone().into()) }
    }
}

/// A storage that fails to write, or lets a node stand still, when it is told to.
pub(super) struct Storage {
    inner: Arc<MemorySealedStates>,
    pub(super) fails: AtomicBool,
    /// One permit per write that failed.
    pub(super) failed: Semaphore,
    /// Whether the next node that holds a state stands still then.
    stops: AtomicBool,
    /// One permit per node that stands still.
    pub(super) stopped: Semaphore,
    /// One permit per node that goes on.
    pub(super) goes_on: Semaphore,
}

#[async_trait]
impl SealedStates for Storage {
    async fn look(&self, of: &StateName) -> Stored<Look> {
        self.inner.look(of).await
    }

    async fn hold(&self, of: &StateName, lasts: Duration) -> Stored<Option<Hold>> {
        let held = self.inner.hold(of, lasts).await;
        if self.stops.swap(false, Ordering::SeqCst) {
            self.stopped.add_permits(1);
            self.goes_on.acquire().await.unwrap().forget();
        }
        held
    }

    async fn replace(&self, hold: &Hold, bytes: &[u8]) -> Stored<bool> {
        if self.fails.load(Ordering::SeqCst) {
            self.failed.add_permits(1);
            return Err(StorageError::Unavailable("on purpose".into()));
        }
        self.inner.replace(hold, bytes).await
    }

    async fn release(&self, hold: &Hold) -> Stored<()> {
        self.inner.release(hold).await
    }

    async fn discard(&self, age: Duration) -> Stored<u64> {
        self.inner.discard(age).await
    }
}

/// What stands in a practice's file: a credential `api`.
pub(super) fn credentials(token: &str) -> BTreeMap<String, Credential> {
    let scheme = CredentialScheme::RefreshToken {
        token_url: "https://idp.example/token".to_owned(),
        client_id: "greffon".to_owned(),
        client_secret: None,
        refresh_token: token.to_owned().into(),
        scope: None,
    };
    let origin = Some("https://api.example".to_owned());
    BTreeMap::from([("api".to_owned(), Credential { scheme, origin })])
}

/// What the nodes of an installation share.
pub(super) struct World {
    pub(super) clock: Arc<ManualClock>,
    pub(super) states: Arc<MemorySealedStates>,
    pub(super) key: SecretString,
    pub(super) provider: Arc<Provider>,
}

impl World {
    pub(super) fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Instant(1_772_438_400_000)));
        let states = Arc::new(MemorySealedStates::on(Arc::clone(&clock) as _));
        Self { clock, states, key: new_sealing_key().expect("randomness"), provider: Provider::new("first") }
    }

    pub(super) fn keys(&self) -> SealingKeys {
        SealingKeys::new(&self.key, &[]).expect("a key")
    }

    /// The storage, which writes nothing for now.
    pub(super) fn failing(&self) -> Arc<Storage> {
        Arc::new(Storage { fails: true.into(), ..self.storage() })
    }

    /// The storage, in which a node stands still once it holds the state.
    pub(super) fn stopping(&self) -> Arc<Storage> {
        Arc::new(Storage { stops: true.into(), ..self.storage() })
    }

    fn storage(&self) -> Storage {
        let none = || Semaphore::new(0);
        let inner = Arc::clone(&self.states);
        let (fails, stops) = (false.into(), false.into());
        Storage { inner, fails, failed: none(), stops, stopped: none(), goes_on: none() }
    }

    /// A node over this storage, in whose file this token stands.
    pub(super) fn node_over(&self, states: Arc<dyn SealedStates>, keys: SealingKeys, token: &str) -> Arc<Grant> {
        let credentials = credentials(token);
        let (practice, feature) = ("les-tilleuls".into(), "agenda".into());
        let (sealing, clock) = (Sealing { keys, states }, Arc::clone(&self.clock) as Arc<dyn Clock>);
        let grants = Grants::of(&practice, &feature, &credentials, Some(&sealing), &clock).expect("a grant");
        Arc::clone(&grants.0["api"])
    }

    pub(super) fn node(&self) -> Arc<Grant> {
        self.node_over(Arc::clone(&self.states) as _, self.keys(), "first")
    }

    /// One that asks in its own name: it has no key.
    pub(super) fn client(&self) -> Arc<Grant> {
        let scheme = CredentialScheme::Client {
            token_url: "https://idp.example/token".to_owned(),
            client_id: "greffon".to_owned(),
            client_secret: "s3cret".to_owned().into(),
            scope: None,
        };
        let credential = Credential { scheme, origin: Some("https://api.example".to_owned()) };
        let credentials = BTreeMap::from([("api".to_owned(), credential)]);
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let grants = Grants::of(&"les-tilleuls".into(), &"agenda".into(), &credentials, None, &clock).expect("a grant");
        Arc::clone(&grants.0["api"])
    }

    pub(super) async fn access(&self, node: &Arc<Grant>) -> Result<String, NoToken> {
        access(node, &self.provider).await
    }

    pub(super) async fn kept(&self, node: &Grant) -> Vec<u8> {
        self.states.look(&of(node)).await.unwrap().sealed.expect("something is kept").bytes
    }

    pub(super) async fn put(&self, node: &Grant, bytes: &[u8]) {
        let hold = self.states.hold(&of(node), HOUR).await.unwrap().expect("nobody holds it");
        assert!(self.states.replace(&hold, bytes).await.unwrap());
    }
}

fn of(node: &Grant) -> StateName {
    node.kept.as_ref().expect("a chain").of.clone()
}

pub(super) async fn access(node: &Arc<Grant>, provider: &Arc<Provider>) -> Result<String, NoToken> {
    let endpoint = || {
        provider.state().renewals += 1;
        Arc::clone(provider) as _
    };
    node.access_at(endpoint).await.map(|token| token.expose_secret().to_owned())
}

/// A task that waits for the access token.
pub(super) fn waiting(node: &Arc<Grant>, provider: &Arc<Provider>) -> tokio::task::JoinHandle<Result<String, NoToken>> {
    let (node, provider) = (Arc::clone(node), Arc::clone(provider));
    tokio::spawn(async move { access(&node, &provider).await })
}

pub(super) async fn until_spent(provider: &Provider, count: usize) {
    while provider.spent().len() < count {
        tokio::task::yield_now().await;
    }
}
