//! Identifiers: one type per thing, so that two ids are never mixed up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

uuid_ids! {
    /// One inbound contact, on any channel. UUIDv7, so ordered by arrival.
    ContactId,
    /// One fact of a contact.
    FactId,
    /// One booking intent.
    IntentId,
    /// One outgoing message.
    MessageId,
    /// One promise made to somebody.
    CommitmentId,
    /// One alert that a person must acknowledge.
    AlertId,
    /// One patient in a practice's registry.
    PatientId,
    /// One thing that was told to the patient.
    StatementId,
    /// One absence that was told.
    AbsenceId,
    /// One address at which outside services tell of a feature.
    InboundAddressId,
    /// One line of the audit journal.
    AuditId,
    /// One job of the queue.
    JobId,
}

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )+};
}

text_ids! {
    /// A practice, as its file names it: `les-tilleuls`.
    PracticeId,
    /// A site of a practice.
    SiteId,
    /// A practitioner of a practice.
    PractitionerId,
    /// A motive (motif de rendez-vous) of a practice.
    MotiveId,
    /// A room or device of a practice.
    ResourceId,
    /// The practice's own name of a binding: `agenda-nord`.
    FeatureId,
    /// An agenda, as its plugin names it.
    AgendaId,
    /// An appointment, as its agenda names it.
    AppointmentId,
    /// Minted once by the client per booking intent and kept to the end: the
    /// idempotency key in the API, in the database and in the agenda. What
    /// comes from a client is asked [`OpId::is_well_formed`] first.
    OpId,
}

impl JobId {
    /// The id of a job that is wanted once, whoever asks for it: the same name gives
    /// the same id, and the queue refuses a second one.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(name).into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        // RFC 9562 §5.8: a UUID of our own making.
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl OpId {
    /// Whether agendas can carry it: what `greffon:scheduling/types.op-id` says,
    /// 1 to 64 characters of `[0-9A-Za-z-]`.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let plain = self.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain && (1..=64).contains(&self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::OpId;

    #[test]
    fn an_op_id_is_short_and_plain() {
        for good in ["1", "0192f0c4-7a3e-7cc0-98c4-dc0c0c07398f", &"x".repeat(64)] {
            assert!(OpId::from(good).is_well_formed(), "{good}");
        }
        for bad in ["", "a b", "../etc", "a.b", "a_b", "é", "a\r\nb", &"x".repeat(65)] {
            assert!(!OpId::from(bad).is_well_formed(), "{bad}");
        }
    }
}
