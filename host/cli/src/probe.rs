//! Asks every agenda and channel whether it answers and lets us in. Nothing is written, and nothing is sent.

use std::fmt;
use std::sync::Arc;

use futures::StreamExt as _;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::outside_failure::{FailureClass, OutsideFailure};
use greffon_core::model::scheduling::{AgendaError, Probed};
use greffon_core::ports::plugins::{Agenda, Bound};
use greffon_core::ports::practices::LivePractice;
use serde_json::{Value, json};

use crate::output;

/// How many are asked at once: fewer than one practice has places for.
const AT_ONCE: usize = 8;

/// Longest of a plugin's own words that are shown, in characters.
const MAX_SAID: usize = 300;

/// What came of asking one feature.
pub struct Asked {
    /// Whose it is.
    pub practice: PracticeId,
    /// Which.
    pub feature: FeatureId,
    /// Who answered, or why nobody did.
    pub outcome: Result<String, Silence>,
}

/// Why a feature gives no answer.
pub struct Silence {
    /// As the host saw it.
    failure: OutsideFailure,
    /// The plugin's own words, where the host saw nothing.
    said: Option<String>,
    feature: FeatureId,
}

impl Silence {
    /// The word of its class.
    pub fn class(&self) -> &'static str {
        self.failure.class.as_str()
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class(), self.failure.says(self.feature.as_str()).fr())?;
        match &self.said {
            Some(said) => write!(f, " Il dit : {said}"),
            None => Ok(()),
        }
    }
}

impl Asked {
    /// For programs.
    pub fn as_json(&self) -> Value {
        let failure = self.outcome.as_ref().err();
        json!({
            "feature": self.feature,
            "ok": self.outcome.is_ok(),
            "answered": self.outcome.as_ref().ok(),
            "class": failure.map(Silence::class),
            "origin": failure.and_then(|silence| silence.failure.origin.as_deref()),
            "status": failure.and_then(|silence| silence.failure.status),
            "says": failure.map(ToString::to_string),
        })
    }
}

/// Asks the agendas and channels of these practices that are bound, some at a time, and says on stderr how far it is.
/// The answers are in the order of the practices' files.
pub async fn ask(practices: &[Arc<LivePractice>]) -> Vec<Asked> {
    let asked = practices.iter().flat_map(|practice| {
        practice.features.iter().filter_map(move |feature| {
            let bound = feature.bound.as_ref().ok()?;
            let asks = matches!(bound, Bound::Agenda(_) | Bound::Channel(_));
            asks.then(|| (practice.id.clone(), feature.id().clone(), bound.clone()))
        })
    });
    let asked: Vec<_> = asked.collect();
    let bar = output::bar(asked.len() as u64);
    let asking = asked.into_iter().map(|(practice, feature, bound)| {
        let bar = bar.clone();
        async move {
            let outcome = outcome(&feature, &bound).await;
            bar.set_message(format!("{practice} / {feature}"));
            bar.inc(1);
            Asked { practice, feature, outcome }
        }
    });
    let asked = futures::stream::iter(asking).buffered(AT_ONCE).collect().await;
    bar.finish_and_clear();
    asked
}

async fn outcome(feature: &FeatureId, bound: &Bound) -> Result<String, Silence> {
    let silence = |failure, said| Silence { failure, said, feature: feature.clone() };
    match bound {
        Bound::Agenda(agenda) => match agenda.probe().await {
            Ok(probed) => Ok(software(&probed)),
            Err(error) => {
                let seen = seen(agenda.as_ref());
                let said = if seen.is_some() { None } else { words(error) };
                Err(silence(seen.unwrap_or_else(|| OutsideFailure::of(FailureClass::Unknown)), said))
            }
        },
        Bound::Channel(channel) => {
            let places = channel.probe().await.map_err(|failure| silence(failure, None))?;
            Ok(if places.is_empty() {
                "rien à joindre".to_owned()
            } else {
                format!("répond : {}", places.join(", "))
            })
        }
        Bound::Triage(_) | Bound::Script(_) => Ok(String::new()),
    }
}

/// What the host saw of a probe that failed just now.
fn seen(agenda: &dyn Agenda) -> Option<OutsideFailure> {
    agenda.last_failure().filter(|last| last.over_at.is_none()).map(|last| last.failure)
}

fn software(probed: &Probed) -> String {
    let Probed { product, version, .. } = probed;
    let named: Vec<&str> = [product, version].into_iter().flatten().map(String::as_str).collect();
    if named.is_empty() { "répond".to_owned() } else { format!("répond : {}", plain(&named.join(" "))) }
}

fn words(error: AgendaError) -> Option<String> {
    match error {
        AgendaError::Unavailable(said)
        | AgendaError::Denied(said)
        | AgendaError::Unsupported(said)
        | AgendaError::OutcomeUnknown(said)
        | AgendaError::Other(said)
        | AgendaError::Invalid(_, said) => Some(plain(&said)),
        _ => None,
    }
}

/// Words of a plugin or a server, on one line of a terminal.
fn plain(said: &str) -> String {
    said.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(MAX_SAID).collect()
}
