//! The seam between the SDK and its host, natively: the fakes of `testing`.

use crate::calendar::{self, RuleSet};
use crate::credentials::{self, Algorithm};
use crate::http::{self, Request, Response};
use crate::keyvalue;
use crate::log::{Field, Severity};
use crate::mail::{Envelope, MailError, Receipt};
use crate::practice::{Instant, Span};
use crate::testing::{civil, recurrence, state};

pub(crate) fn settings() -> String {
    state::with(|state| state.settings.clone())
}

pub(crate) fn installation() -> String {
    state::with(|state| state.installation.clone())
}

pub(crate) fn log(severity: Severity, code: &'static str, fields: &[(&'static str, Field)]) {
    state::with(|state| state.logged.push(state::Logged { severity, code, fields: fields.to_vec() }));
}

pub(crate) fn credential_names() -> Vec<String> {
    state::with(|state| state.credentials.iter().cloned().collect())
}

pub(crate) fn digest(name: &str, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, credentials::Error> {
    mark("digest", name, algorithm, data)
}

pub(crate) fn hmac(name: &str, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, credentials::Error> {
    mark("hmac", name, algorithm, data)
}

/// No hash: what would have been hashed, so that a test can see it.
fn mark(what: &str, name: &str, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, credentials::Error> {
    if !state::with(|state| state.credentials.contains(name)) {
        return Err(credentials::Error::NotGranted(name.to_owned()));
    }
    let mut bytes = format!("{what}({algorithm:?}, {name}, ").into_bytes();
    bytes.extend_from_slice(data);
    bytes.push(b')');
    Ok(bytes)
}

pub(crate) fn mail(message: &[u8], envelope: &Envelope) -> Result<Receipt, MailError> {
    state::with(|state| {
        if let Some(error) = state.mail_failures.pop_front() {
            return Err(error);
        }
        state.mails.push(state::Mail { message: message.to_vec(), envelope: envelope.clone() });
        let reply = format!("250 2.0.0 Ok: queued as {}", state.mails.len());
        Ok(Receipt { at: state.now, reply, refused: Vec::new() })
    })
}

pub(crate) fn now() -> Instant {
    state::with(|state| state.now)
}

pub(crate) fn to_instant(at: &str, zone: &str) -> Result<Vec<Instant>, calendar::Error> {
    civil::to_instant(at, zone)
}

pub(crate) fn to_civil(at: Instant, zone: &str) -> Result<String, calendar::Error> {
    civil::to_civil(at, zone)
}

pub(crate) fn expand(of: &RuleSet, window: Span, limit: u32) -> Result<Vec<Span>, calendar::Error> {
    recurrence::expand(of, window, limit)
}

#[derive(Debug)]
pub(crate) struct Bucket {
    name: String,
}

impl Bucket {
    pub(crate) fn open(name: &str) -> Result<Self, keyvalue::Error> {
        let bucket = Self { name: name.to_owned() };
        bucket.with(|_| ())?;
        Ok(bucket)
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, keyvalue::Error> {
        self.with(|space| space.get(&self.at(key)).map(|(_, value)| value.clone()))
    }

    pub(crate) fn set(&self, key: &str, value: &[u8]) -> Result<(), keyvalue::Error> {
        self.with(|space| write(space, self.at(key), value))
    }

    pub(crate) fn delete(&self, key: &str) -> Result<(), keyvalue::Error> {
        self.with(|space| {
            space.remove(&self.at(key));
        })
    }

    pub(crate) fn exists(&self, key: &str) -> Result<bool, keyvalue::Error> {
        self.with(|space| space.contains_key(&self.at(key)))
    }

    /// Two keys a page, so that tests with three go through a cursor.
    pub(crate) fn list_keys(&self, cursor: Option<String>) -> Result<(Vec<String>, Option<String>), keyvalue::Error> {
        self.with(|space| {
            let after = cursor.unwrap_or_default();
            let mut keys: Vec<String> = space
                .keys()
                .filter(|(bucket, key)| *bucket == self.name && *key > after)
                .map(|(_, key)| key.clone())
                .take(3)
                .collect();
            if keys.len() < 3 {
                return (keys, None);
            }
            keys.truncate(2);
            let next = keys.last().cloned();
            (keys, next)
        })
    }

    pub(crate) fn increment(&self, key: &str, delta: i64) -> Result<i64, keyvalue::Error> {
        self.with(|space| {
            let current = match space.get(&self.at(key)) {
                None => Some(0),
                Some((_, bytes)) => std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<i64>().ok()),
            };
            let sum = current.and_then(|number| number.checked_add(delta));
            let sum = sum.ok_or_else(|| keyvalue::Error::Storage("not a whole number".to_owned()))?;
            write(space, self.at(key), sum.to_string().as_bytes());
            Ok(sum)
        })?
    }

    pub(crate) fn cas(&self, key: &str) -> Result<Cas, keyvalue::Error> {
        let seen = self.with(|space| space.get(&self.at(key)).cloned())?;
        Ok(Cas { bucket: Self { name: self.name.clone() }, key: key.to_owned(), seen })
    }

    fn at(&self, key: &str) -> (String, String) {
        (self.name.clone(), key.to_owned())
    }

    fn with<R>(&self, act: impl FnOnce(&mut state::Space) -> R) -> Result<R, keyvalue::Error> {
        state::with(|state| {
            if state.keyvalue_denied {
                return Err(keyvalue::Error::AccessDenied);
            }
            match state.keyvalue_failures.pop_front() {
                Some(error) => Err(error),
                None => Ok(act(&mut state.space)),
            }
        })
    }
}

fn write(space: &mut state::Space, at: (String, String), value: &[u8]) {
    let (revision, bytes) = space.entry(at).or_default();
    *revision += 1;
    *bytes = value.to_vec();
}

#[derive(Debug)]
pub(crate) struct Cas {
    bucket: Bucket,
    key: String,
    seen: Option<(u64, Vec<u8>)>,
}

impl Cas {
    pub(crate) fn current(&self) -> Result<Option<Vec<u8>>, keyvalue::Error> {
        Ok(self.seen.as_ref().map(|(_, value)| value.clone()))
    }

    pub(crate) fn swap(self, value: &[u8]) -> Result<Option<Self>, keyvalue::Error> {
        if let Some(other) = state::with(|state| state.before_swap.take()) {
            other(&self.bucket.name, &self.key)?;
        }
        let seen = self.seen.as_ref().map(|(revision, _)| *revision);
        let written = self.bucket.with(|space| {
            let at = self.bucket.at(&self.key);
            let same = space.get(&at).map(|(revision, _)| *revision) == seen;
            if same {
                write(space, at, value);
            }
            same
        })?;
        if written { Ok(None) } else { self.bucket.cas(&self.key).map(Some) }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the same signature as in a guest")]
pub(crate) fn http(request: Request) -> Result<Response, http::Error> {
    state::with(|state| state.requests.push(request.clone()));
    if let Some(answer) = state::with(|state| state.answers.pop_front()) {
        return answer;
    }
    // The server may call the SDK itself, so the state is not borrowed then.
    let Some(mut server) = state::with(|state| state.server.take()) else {
        return Err(http::Error::Denied("the test expected no request: call Fakes::reply or Fakes::serve".to_owned()));
    };
    let answer = server(&request);
    state::with(|state| {
        state.server.get_or_insert(server);
    });
    answer
}
