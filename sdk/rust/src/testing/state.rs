//! What the fakes of one test hold.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::http::{self, Request, Response};
use crate::keyvalue;
use crate::log::{Field, Severity};
use crate::mail::{Envelope, MailError};
use crate::practice::Instant;

/// Key-value space: (bucket, key) to (revision, value).
pub(crate) type Space = BTreeMap<(String, String), (u64, Vec<u8>)>;
/// A server written in a test.
pub(crate) type Server = Box<dyn FnMut(&Request) -> Result<Response, http::Error>>;
/// Another writer, who comes between a read and a swap of a bucket's key.
pub(crate) type OtherWriter = Box<dyn FnOnce(&str, &str) -> Result<(), keyvalue::Error>>;

/// A log entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// How much it matters.
    pub severity: Severity,
    /// What happened.
    pub code: &'static str,
    /// With which values.
    pub fields: Vec<(&'static str, Field)>,
}

/// A message that was handed to the relay.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// The message's bytes.
    pub message: Vec<u8>,
    /// From whom and to whom.
    pub envelope: Envelope,
}

pub(crate) struct State {
    pub settings: String,
    pub installation: String,
    pub now: Instant,
    pub credentials: BTreeSet<String>,
    pub logged: Vec<Logged>,
    pub mails: Vec<Mail>,
    pub mail_failures: VecDeque<MailError>,
    pub requests: Vec<Request>,
    pub answers: VecDeque<Result<Response, http::Error>>,
    pub server: Option<Server>,
    pub space: Space,
    pub keyvalue_denied: bool,
    pub keyvalue_failures: VecDeque<keyvalue::Error>,
    pub before_swap: Option<OtherWriter>,
}

impl State {
    const fn new() -> Self {
        Self {
            settings: String::new(),
            installation: String::new(),
            now: 0,
            credentials: BTreeSet::new(),
            logged: Vec::new(),
            mails: Vec::new(),
            mail_failures: VecDeque::new(),
            requests: Vec::new(),
            answers: VecDeque::new(),
            server: None,
            space: BTreeMap::new(),
            keyvalue_denied: false,
            keyvalue_failures: VecDeque::new(),
            before_swap: None,
        }
    }
}

thread_local! {
    static STATE: RefCell<State> = const { RefCell::new(State::new()) };
}

/// Works on the state of the calling thread, which is the calling test's.
pub(crate) fn with<R>(act: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(act)
}

/// Forgets everything.
pub(crate) fn reset() {
    with(|state| {
        *state = State::new();
        state.settings.push_str("{}");
        state.installation.push_str("installation-of-a-test");
    });
}
