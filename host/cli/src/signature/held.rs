//! Plugins that are held to the time for which their content is signed: past it they give
//! no step and no view, at the next use, whoever notices the end of the signature or not.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::model::pin::SettingsDigest;
use greffon_core::model::script::{ScriptInfo, Session, View};
use greffon_core::model::triage::{Encounter, Protocol, Step};
use greffon_core::ports::clock::Clock;
use greffon_core::ports::earlier::EarlierSettings;
use greffon_core::ports::plugins::{Bound, GuestError, Health, Problem, Pure, Script, Triage};
use greffon_core::time::Instant;

use super::verdict::Held;

/// What a plugin answers whose content is not signed any more, or not yet.
const EXPIRED: &str = "protocol-expired";

/// The plugin, for as long as its signature holds. Kinds that are not signed come back as
/// they are.
#[must_use]
pub fn hold(bound: Bound, held: Held, clock: Arc<dyn Clock>) -> Bound {
    let time = Time { held, clock };
    match bound {
        Bound::Triage(inner) => {
            let signed =
                |protocol: &Protocol| Protocol { validation: Some(time.held.validation()), ..protocol.clone() };
            let protocols = inner.protocols().iter().map(signed).collect();
            Bound::Triage(Arc::new(HeldTriage { inner, protocols, time }))
        }
        Bound::Script(inner) => Bound::Script(Arc::new(HeldScript { inner, time })),
        other => other,
    }
}

/// The plugin for contacts that began with earlier content: only with what is signed, for
/// as long as it is.
#[must_use]
pub fn hold_earlier(
    inner: Arc<dyn EarlierSettings>,
    plugin: String,
    signed: Vec<(SettingsDigest, Held)>,
    clock: Arc<dyn Clock>,
) -> Arc<dyn EarlierSettings> {
    Arc::new(HeldEarlier { inner, plugin, signed, clock })
}

struct Time {
    held: Held,
    clock: Arc<dyn Clock>,
}

impl Time {
    fn check(&self, now: Instant) -> Result<(), GuestError> {
        if self.held.at(now) {
            return Ok(());
        }
        Err(GuestError { code: EXPIRED.to_owned(), text: "La signature de ce contenu ne vaut plus.".to_owned() })
    }

    fn problem(&self) -> Option<Problem> {
        self.check(self.clock.now())
            .err()
            .map(|expired| Problem::passing("", expired.text, "le faire relire et signer : greffon grid sign"))
    }
}

struct HeldTriage {
    inner: Arc<dyn Triage>,
    protocols: Vec<Protocol>,
    time: Time,
}

impl Health for HeldTriage {
    fn is_suspended(&self) -> bool {
        self.inner.is_suspended()
    }

    fn problem(&self) -> Option<Problem> {
        self.time.problem().or_else(|| self.inner.problem())
    }
}

#[async_trait]
impl Triage for HeldTriage {
    fn protocols(&self) -> &[Protocol] {
        &self.protocols
    }

    async fn next(&self, encounter: &Encounter) -> Pure<Step> {
        match self.time.check(encounter.context.now) {
            Ok(()) => self.inner.next(encounter).await,
            Err(expired) => Ok(Err(expired)),
        }
    }
}

struct HeldScript {
    inner: Arc<dyn Script>,
    time: Time,
}

impl Health for HeldScript {
    fn is_suspended(&self) -> bool {
        self.inner.is_suspended()
    }

    fn problem(&self) -> Option<Problem> {
        self.time.problem().or_else(|| self.inner.problem())
    }
}

#[async_trait]
impl Script for HeldScript {
    fn catalogue(&self) -> &[ScriptInfo] {
        self.inner.catalogue()
    }

    async fn render(&self, session: &Session) -> Pure<View> {
        match self.time.check(session.context.now) {
            Ok(()) => self.inner.render(session).await,
            Err(expired) => Ok(Err(expired)),
        }
    }
}

struct HeldEarlier {
    inner: Arc<dyn EarlierSettings>,
    plugin: String,
    signed: Vec<(SettingsDigest, Held)>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for HeldEarlier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HeldEarlier").field(&self.inner).finish()
    }
}

#[async_trait]
impl EarlierSettings for HeldEarlier {
    async fn bind(&self, settings: &str) -> Result<Bound, Problem> {
        let digest = SettingsDigest::of(&self.plugin, settings);
        let Some((_, held)) = self.signed.iter().find(|(signed, _)| *signed == digest) else {
            return Err(Problem::lasting("", "no signature stands for the content that the contact began with", ""));
        };
        Ok(hold(self.inner.bind(settings).await?, held.clone(), Arc::clone(&self.clock)))
    }
}

#[cfg(test)]
#[path = "held_tests.rs"]
mod tests;
