//! What a recording holds: deeds at the desk, and what was seen after each.

use greffon_core::flow::{NewAcknowledgement, NewClosing, NewContact, NewEnd, NewFact, NewLevel};
use greffon_core::model::alert::AlertState;
use greffon_core::model::care::Level;
use greffon_core::model::contact::ContactState;
use greffon_core::time::Instant;
use serde::{Deserialize, Serialize};

/// What is done at the desk. All of it concerns the contact that was received last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Somebody calls, or writes.
    Receive(NewContact),
    /// Somebody says something, and the secretary writes it down.
    Tell(Vec<NewFact>),
    /// A practitioner gives a level.
    SetLevel(NewLevel),
    /// A practitioner takes the alert in hand.
    Acknowledge(NewAcknowledgement),
    /// A practitioner says what came of the alert.
    EndAlert(NewEnd),
    /// The secretary ends the contact.
    Close(NewClosing),
    /// So many seconds pass, and all that was due is done.
    Wait(u32),
}

/// What is seen after a deed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Seen {
    /// Why the deed was refused.
    pub refused: Option<String>,
    /// Where the contact is.
    pub state: Option<ContactState>,
    /// Its level.
    pub level: Option<Level>,
    /// Its alert: of which level, and where it is.
    pub alert: Option<(Level, AlertState)>,
    /// What is asked: the key and the words.
    pub questions: Vec<(String, String)>,
    /// Every text that is shown, in its order.
    pub shown: Vec<String>,
    /// Every message that left: to whom, and its text.
    pub sent: Vec<(String, String)>,
}

/// One story: a contact, perhaps with a second one of the same caller. It begins at a
/// practice that has seen nothing before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// Its number in the recording.
    pub number: u64,
    /// When it begins.
    pub at: Instant,
    /// What was done, and what was seen then.
    pub steps: Vec<(Deed, Seen)>,
}

impl Story {
    /// How many contacts it tells of.
    #[must_use]
    pub fn contacts(&self) -> usize {
        self.steps.iter().filter(|(deed, _)| matches!(deed, Deed::Receive(_))).count()
    }
}
