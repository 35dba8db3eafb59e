//! The test of a practice's chain: everybody on it is written to, and who could not be
//! reached is work for a person, before an alert finds it out.

use serde::{Deserialize, Serialize};

use crate::ids::{MessageId, PracticeId};
use crate::model::civil::Zone;
use crate::model::job::TestDay;
use crate::model::message::{Message, MessageState};
use crate::model::practice::Practice;
use crate::model::recipients::{ON_CALL, PRACTITIONER, SECRETARIAT, SUPERVISOR};
use crate::time::Instant;

/// The last test of a practice's chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertTest {
    /// Whose.
    pub practice: PracticeId,
    /// The civil day: `2026-11-30`.
    pub day: String,
    /// When it was written to everybody.
    pub sent_at: Instant,
    /// To whom.
    pub asked: Vec<Asked>,
    /// Whether a person was told of who could not be reached, if there was anybody.
    pub ended: bool,
    /// Optimistic lock.
    pub version: i64,
}

/// Somebody who was written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who: a recipient.
    pub person: String,
    /// By each of their addresses: its scheme, and the message. One telephone that two
    /// people share is called once.
    pub by: Vec<(String, MessageId)>,
}

/// Somebody whom nothing reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// Who.
    pub person: String,
    /// What came of each address: its scheme, and a code.
    pub why: Vec<(String, String)>,
}

/// The code of a message that was still waiting when the test ended.
const NOT_SENT: &str = "not-sent";

impl AlertTest {
    /// Those of whom no channel has taken a message. A message that may have been sent
    /// reached nobody, as with an alert.
    #[must_use]
    pub fn unreached(&self, messages: &[Message]) -> Vec<Unreached> {
        let of = |id: MessageId| messages.iter().find(|message| message.id == id);
        let reached =
            |id: MessageId| of(id).is_some_and(|one| matches!(one.state, MessageState::Sent | MessageState::Delivered));
        let why = |(scheme, id): &(String, MessageId)| {
            let code = of(*id).and_then(|one| one.failure.clone());
            (scheme.clone(), code.unwrap_or_else(|| NOT_SENT.to_owned()))
        };
        let missed = self.asked.iter().filter(|asked| !asked.by.iter().any(|(_, id)| reached(*id)));
        missed
            .map(|asked| Unreached { person: asked.person.clone(), why: asked.by.iter().map(why).collect() })
            .collect()
    }
}

/// The next test of a practice after `now`, and when; `None` when it has set no hour. A time
/// of the day that a clock change skips is the instant of the change, one that happens twice
/// the earlier of the two.
#[must_use]
pub fn next_test(practice: &Practice, now: Instant) -> Option<(TestDay, Instant)> {
    let minute = practice.alert_test?;
    let zone = Zone::of(practice);
    let today = zone.date(now);
    let days = [Some(today), today.tomorrow().ok()];
    days.into_iter().flatten().find_map(|day| {
        let at = zone.at_minute(day, minute);
        (at > now).then(|| (TestDay { day: day.to_string(), minute }, at))
    })
}

/// Everybody whom an alert of the practice may be told to, whoever it is for and whatever the
/// hour. The operator's supervisors are tested with the practice that they belong to: a
/// supervisor of a hundred practices gets one message a day.
#[must_use]
pub fn everybody(practice: &Practice) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    let practitioners = || practice.practitioners.iter().map(|one| one.id.as_str()).chain([ON_CALL]);
    match practice.alerts.as_slice() {
        [] => names.extend(practitioners().chain([SECRETARIAT, SUPERVISOR])),
        rungs => {
            for name in rungs.iter().flat_map(|rung| &rung.persons) {
                match name.as_str() {
                    PRACTITIONER => names.extend(practitioners()),
                    other => names.push(other),
                }
            }
        }
    }
    names.extend(practice.supervision.own.iter().map(String::as_str));
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if practice.recipients.contains_key(name) && !all.iter().any(|known| known == name) {
            all.push(name.to_owned());
        }
    }
    all
}
