//! Fakes of the host, for native tests of a plugin's logic.
//!
//! ```
//! use greffon_sdk::testing::Fakes;
//! use greffon_sdk::{calendar, http};
//!
//! let fakes = Fakes::new();
//! fakes.set_now_civil("2026-11-21T09:30:00", "Europe/Paris");
//! fakes.reply(http::Response::new(200, "hello"));
//! let answer = http::Request::new("GET", "https://peer.example/").send().unwrap();
//! assert_eq!(answer.text(), "hello");
//! assert_eq!(calendar::to_civil(calendar::now(), "UTC").unwrap(), "2026-11-21T08:30:00.000+00:00");
//! ```

mod care;
#[cfg(test)]
mod cases;
pub(crate) mod civil;
pub(crate) mod recurrence;
mod rule;
pub(crate) mod state;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::{self, Request, Response};
use crate::keyvalue;
use crate::mail::MailError;
use crate::practice::Instant;
pub use care::{context, encounter, fact, prepared, session};
pub use state::{Logged, Mail};

/// The fake host of one test. It begins empty: settings `{}`, time 0, nothing
/// stored, every HTTP request denied, mail accepted, and goes with the handle.
///
/// The state belongs to the thread, so tests run in parallel.
#[derive(Debug)]
#[must_use = "the fakes are reset when the handle is dropped"]
pub struct Fakes(());

impl Default for Fakes {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Fakes {
    fn drop(&mut self) {
        state::reset();
    }
}

impl Fakes {
    /// Begins with an empty host.
    pub fn new() -> Self {
        state::reset();
        Self(())
    }

    /// Sets what `settings::load` reads.
    ///
    /// # Panics
    /// The value cannot be written as JSON.
    pub fn set_settings<T: Serialize>(&self, settings: &T) {
        let json = serde_json::to_string(settings).expect("settings of a test are JSON");
        state::with(|state| state.settings = json);
    }

    /// Makes it another installation of greffon.
    pub fn set_installation(&self, id: &str) {
        state::with(|state| state.installation = id.to_owned());
    }

    /// Sets the time of the host, in milliseconds of Unix time.
    pub fn set_now(&self, now: Instant) {
        state::with(|state| state.now = now);
    }

    /// Sets the time of the host to a civil time (`YYYY-MM-DDTHH:MM:SS`).
    ///
    /// # Panics
    /// There is no such time.
    pub fn set_now_civil(&self, civil: &str, zone: &str) {
        self.set_now(at(civil, zone));
    }

    /// Grants a credential of this name. `digest` and `hmac` return
    /// `digest(Sha256, <name>, <data>)` and `hmac(…)` as text, no hash.
    pub fn grant_credential(&self, name: &str) {
        state::with(|state| state.credentials.insert(name.to_owned()));
    }

    /// Queues an answer for the next HTTP request.
    pub fn reply(&self, response: Response) {
        state::with(|state| state.answers.push_back(Ok(response)));
    }

    /// Queues a failure for the next HTTP request.
    pub fn fail(&self, error: http::Error) {
        state::with(|state| state.answers.push_back(Err(error)));
    }

    /// Answers every request that no queued answer is for.
    pub fn serve(&self, server: impl FnMut(&Request) -> Result<Response, http::Error> + 'static) {
        state::with(|state| state.server = Some(Box::new(server)));
    }

    /// The HTTP requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        state::with(|state| state.requests.clone())
    }

    /// Takes the key-value grant away.
    pub fn deny_keyvalue(&self) {
        state::with(|state| state.keyvalue_denied = true);
    }

    /// Lets the next key-value operation fail; nothing is read or written.
    pub fn fail_keyvalue(&self, error: keyvalue::Error) {
        state::with(|state| state.keyvalue_failures.push_back(error));
    }

    /// Runs another writer once, between the read and the write of the next
    /// `Bucket::update`. It gets the bucket and the key of that update.
    pub fn before_swap(&self, other: impl FnOnce(&keyvalue::Bucket, &str) + 'static) {
        let writer = |bucket: &str, key: &str| keyvalue::Bucket::open(bucket).map(|bucket| other(&bucket, key));
        state::with(|state| state.before_swap = Some(Box::new(writer)));
    }

    /// The value of a key in a bucket.
    ///
    /// # Panics
    /// The value is of another shape.
    #[must_use]
    pub fn stored<T: DeserializeOwned>(&self, bucket: &str, key: &str) -> Option<T> {
        let at = (bucket.to_owned(), key.to_owned());
        let bytes = state::with(|state| state.space.get(&at).map(|(_, value)| value.clone()))?;
        Some(serde_json::from_slice(&bytes).expect("the stored value has the expected shape"))
    }

    /// Lets the next mail fail.
    pub fn fail_mail(&self, error: MailError) {
        state::with(|state| state.mail_failures.push_back(error));
    }

    /// The mails that were accepted, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        state::with(|state| state.mails.clone())
    }

    /// What was logged, oldest first.
    #[must_use]
    pub fn logged(&self) -> Vec<Logged> {
        state::with(|state| state.logged.clone())
    }
}

/// The instant of a civil time (`YYYY-MM-DDTHH:MM:SS`) that exists once in a
/// zone, or the earlier of two.
///
/// # Panics
/// There is no such time.
#[must_use]
pub fn at(civil: &str, zone: &str) -> Instant {
    civil::to_instant(civil, zone).expect("a civil time and a zone")[0]
}
