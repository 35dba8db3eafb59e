//! One renewal of an access token: what is kept is looked at, and only if that
//! does not do, and nobody else is at it on any node, the refresh token is spent
//! and what came of it is kept. Whoever waits for it may go away; it goes on.

use std::sync::Arc;
use std::time::Duration;

use greffon_core::ports::clock::Clock;
use greffon_core::ports::sealed_state::{Hold, Sealed, StateName};
use greffon_core::ports::storage::StorageError;
use greffon_core::time::BootInstant;
use secrecy::SecretString;

use super::chain::{Chain, Refused, Step, Usable};
use super::endpoint::{PATIENCE, Presented, TokenEndpoint};
use super::no_token::NoToken;
use super::terms::Terms;
use crate::sealing::Sealing;

/// How long a chain is held at most: as long as an answer is awaited, and as long
/// again to keep it.
const HELD_FOR: Duration = PATIENCE.saturating_mul(2);

/// How long after it asked for a chain a node may begin to spend its token: what
/// is sent by the end of [`PATIENCE`] is sent before anybody else can hold it.
const SPENT_WITHIN: Duration = HELD_FOR.saturating_sub(PATIENCE);

/// Pause between two looks at a chain that somebody else holds.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The pauses between tries to keep a chain, which grow from the one to the other.
const KEEP_AGAIN: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// What a renewal needs.
pub(super) struct Renewal {
    pub(super) of: StateName,
    /// The token that the chain began with.
    pub(super) first: SecretString,
    pub(super) terms: Arc<Terms>,
    pub(super) sealing: Sealing,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) endpoint: Arc<dyn TokenEndpoint>,
    /// An access token that its API refused.
    pub(super) rejected: Option<SecretString>,
}

impl Renewal {
    /// Renews the access token. Ends when there is one, or none to be had for now.
    pub(super) async fn run(&self) -> Result<Usable, Refused> {
        let digest = self.terms.digest();
        loop {
            let look = self.sealing.states.look(&self.of).await.map_err(|error| no_storage(&error))?;
            match self.step(look.sealed.as_ref(), &digest)? {
                (_, Step::Use(usable)) => return Ok(usable),
                (_, Step::Wait(refused)) => return Err(refused),
                (_, Step::Spend) if look.is_held => {}
                (_, Step::Spend) => {
                    // From before the hold was asked for, on a clock that runs on while
                    // the machine sleeps.
                    let asked = self.clock.boot();
                    let hold =
                        self.sealing.states.hold(&self.of, HELD_FOR).await.map_err(|error| no_storage(&error))?;
                    if let Some(hold) = hold
                        && let Some(outcome) = self.held(&hold, asked, &digest).await
                    {
                        return outcome;
                    }
                }
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// What is to be done about what is kept.
    fn step(&self, sealed: Option<&Sealed>, digest: &str) -> Result<(Chain, Step), Refused> {
        let Some(sealed) = sealed else { return Ok((Chain::begin(&self.first), Step::Spend)) };
        // Never begun anew when it cannot be read: its first token is spent.
        let unreadable = Refused::for_a_while(NoToken::Unreadable);
        let state = self.sealing.keys.open(&self.of, &sealed.bytes).ok_or(unreadable)?;
        let chain = Chain::read(&state).ok_or(unreadable)?;
        let step = chain.step(sealed.age, digest, self.rejected.as_ref());
        Ok((chain, step))
    }

    /// Spends the refresh token of a chain that is held, unless somebody else did
    /// so before. `None` when the hold was lost, and what came of it with it, or may
    /// be before the token is sent: a node that stood still must not spend it.
    async fn held(&self, hold: &Hold, asked: BootInstant, digest: &str) -> Option<Result<Usable, Refused>> {
        let outcome = match self.step(hold.sealed.as_ref(), digest) {
            Ok((chain, Step::Spend)) if self.clock.boot().since(asked) <= SPENT_WITHIN => {
                return self.spend(hold, chain, digest).await;
            }
            Ok((_, Step::Spend)) => None,
            Ok((_, Step::Use(usable))) => Some(Ok(usable)),
            Ok((_, Step::Wait(refused))) | Err(refused) => Some(Err(refused)),
        };
        if let Err(error) = self.sealing.states.release(hold).await {
            tracing::debug!(error = %error, "a refresh token is held for some time to come");
        }
        outcome
    }

    async fn spend(&self, hold: &Hold, chain: Chain, digest: &str) -> Option<Result<Usable, Refused>> {
        let asked = self.clock.boot();
        let answer = self.endpoint.ask(&self.terms, Presented::RefreshToken(chain.refresh_token())).await;
        let took = self.clock.boot().since(asked);
        let (next, outcome) = chain.after(answer, took, digest, hold.was_left_open);
        // RFC 9700 §4.14.2: the spent token is worthless, so its successor is kept
        // before anything else is done.
        self.keep(hold, &next).await.then_some(outcome)
    }

    /// Keeps a chain; whether it was still held. Nothing is given up: what is not
    /// kept is lost, and with it the practice's consent.
    async fn keep(&self, hold: &Hold, chain: &Chain) -> bool {
        let state = chain.write();
        let (mut pause, longest) = KEEP_AGAIN;
        loop {
            if let Some(sealed) = self.sealing.keys.seal(&self.of, &state) {
                match self.sealing.states.replace(hold, &sealed).await {
                    Ok(kept) => return kept,
                    Err(error) => tracing::error!(
                        practice.id = %self.of.practice, feature = %self.of.feature, error = %error,
                        "a new refresh token cannot be kept: it is tried again until it is"
                    ),
                }
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(longest);
        }
    }
}

fn no_storage(error: &StorageError) -> Refused {
    tracing::warn!(error = %error, "an access token cannot be renewed");
    Refused::for_now(NoToken::Storage)
}
