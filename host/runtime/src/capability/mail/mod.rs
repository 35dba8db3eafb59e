//! `greffon:host/mail`: a finished message to the practice's relay, or, without
//! one, to the host's folder.

mod folder;
mod message;
mod outcome;
mod smtp;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use greffon_core::model::outside_failure::{FailureClass, OutsideFailure};

use self::message::Envelope;
use self::outcome::{Refusal, Taken};
use super::http::SystemLookup;
use crate::bindings::host::mail::{self as wit, Host, MailError, Receipt};
use crate::state::{Bound, CallState, Services};
use crate::trail::Trail;

/// What the guest keeps of its deadline to make an answer of a time-out.
const ANSWER_MARGIN: Duration = Duration::from_millis(500);

impl Host for CallState {
    async fn send(
        &mut self,
        message: Vec<u8>,
        envelope: wit::Envelope,
    ) -> wasmtime::Result<Result<Receipt, MailError>> {
        let time = self.time_left().saturating_sub(ANSWER_MARGIN);
        let services = Arc::clone(&self.services);
        let trail = Arc::clone(&self.trail);
        let outcome = take(Arc::clone(&self.bound), Arc::clone(&services), &trail, message, envelope, time).await;
        Ok(match outcome {
            Ok(taken) => Ok(Receipt { at: services.clock.now().0, reply: taken.reply, refused: taken.refused }),
            Err(refusal) => Err(refusal.into()),
        })
    }
}

async fn take(
    bound: Arc<Bound>,
    services: Arc<Services>,
    trail: &Trail,
    message: Vec<u8>,
    envelope: wit::Envelope,
    time: Duration,
) -> Result<Taken, Refusal> {
    if !bound.granted.mail {
        return Err(Refusal::Denied(format!("grants.mail of the feature \"{}\"", bound.feature)));
    }
    message::check(&message)?;
    let relay = bound.mail.as_ref();
    let only_from = relay.map(|relay| relay.from.as_str());
    let envelope = Envelope::checked(&envelope.from, &envelope.recipients, only_from)?;
    match relay {
        Some(relay) => smtp::deliver(relay, &SystemLookup, &bound.opened, trail, &envelope, &message, time).await,
        None => file(&bound, &services, message, envelope).await,
    }
}

/// Asks the practice's relay whether it lets us in, and hands it nothing; without a relay, whether the host's folder
/// can be written to. Says which.
///
/// # Errors
/// Why not.
pub(crate) async fn knock(bound: &Bound, services: &Services) -> Result<String, OutsideFailure> {
    if let Some(relay) = &bound.mail {
        let place = smtp::place(relay);
        let knocked = tokio::time::timeout(KNOCK_TIMEOUT, smtp::knock(relay, &SystemLookup, &bound.opened)).await;
        return match knocked {
            Ok(Ok(())) => Ok(place),
            Ok(Err(unreached)) => Err(OutsideFailure::of_place(unreached.class, &place, unreached.status)),
            Err(_) => Err(OutsideFailure::of_place(FailureClass::TimeOut, &place, None)),
        };
    }
    let folder = services.mail_folder.as_ref().ok_or_else(|| OutsideFailure::of(FailureClass::DeniedByGrant))?;
    let place = folder.display().to_string();
    // It is made when the first message comes.
    let there = folder.ancestors().find(|path| path.exists()).and_then(|path| std::fs::metadata(path).ok());
    match there {
        Some(there) if there.is_dir() && !there.permissions().readonly() => Ok(place),
        _ => Err(OutsideFailure::of_place(FailureClass::Unknown, &place, None)),
    }
}

/// How long a relay may take to let us in.
const KNOCK_TIMEOUT: Duration = Duration::from_secs(10);

async fn file(bound: &Bound, services: &Services, message: Vec<u8>, envelope: Envelope) -> Result<Taken, Refusal> {
    let Some(folder) = services.mail_folder.clone() else {
        return Err(Refusal::Denied("[mail] of the practice's file: there is no relay and no folder".to_owned()));
    };
    let practice = bound.practice.clone();
    let writing = tokio::task::spawn_blocking(move || folder::write(&folder, practice.as_str(), &envelope, &message));
    match writing.await {
        Ok(Ok(_)) => Ok(Taken { reply: "250 filed".to_owned(), refused: vec![] }),
        Ok(Err(error)) => {
            tracing::error!(
                practice.id = %bound.practice,
                error = &error as &dyn std::error::Error,
                "mail cannot be written to the folder"
            );
            Err(Refusal::Transient("the mail folder cannot be written".to_owned()))
        }
        Err(_) => Err(Refusal::Uncertain("writing to the mail folder was cut short".to_owned())),
    }
}

impl From<Refusal> for MailError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(why) => Self::Denied(why),
            Refusal::Rejected(reply) => Self::Rejected(reply),
            Refusal::Transient(why) => Self::Transient(why),
            Refusal::Uncertain(why) => Self::Uncertain(why),
            Refusal::TooLarge(limit) => Self::TooLarge(limit),
        }
    }
}
