//! One signed sentence: this practitioner says of these settings of this practice that
//! they may be used from then until then, or no more.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use greffon_core::ids::PracticeId;
use greffon_core::model::approval::ContentName;
use greffon_core::model::pin::SettingsDigest;
use greffon_core::time::Instant;
use serde::{Deserialize, Serialize};

/// Says what the bytes are, so that a signature made for anything else never counts
/// here. Another layout of the bytes is another domain.
const DOMAIN: &[u8] = b"greffon content signature 2";

/// What is said of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// They may be used.
    Signed,
    /// They may be used no more.
    Withdrawn,
}

impl Kind {
    fn word(self) -> &'static [u8] {
        match self {
            Self::Signed => b"signed",
            Self::Withdrawn => b"withdrawn",
        }
    }
}

/// A statement as it stands in a file of signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Statement {
    /// What is said.
    pub kind: Kind,
    /// For which practice; of another one it says nothing.
    pub practice: PracticeId,
    /// Of which settings, with their plugin's id.
    pub settings: SettingsDigest,
    /// The grids or scripts in them.
    pub contents: Vec<ContentName>,
    /// When it was said: of two statements the later one counts.
    #[serde(with = "instant")]
    pub at: Instant,
    /// First instant at which it holds.
    #[serde(with = "instant")]
    pub from: Instant,
    /// First instant at which it holds no more.
    #[serde(with = "instant")]
    pub until: Instant,
    /// RPPS number of who signed.
    pub signer: String,
    /// Ed25519 (RFC 8032), in base64.
    pub signature: String,
}

impl Statement {
    /// The same, signed with this key.
    #[must_use]
    pub fn signed(mut self, key: &SigningKey) -> Self {
        self.signature = STANDARD.encode(key.sign(&self.bytes()).to_bytes());
        self
    }

    /// Whether this key signed it, word by word.
    #[must_use]
    pub fn is_by(&self, key: &VerifyingKey) -> bool {
        let bytes = STANDARD.decode(&self.signature).ok();
        let signature = bytes.and_then(|bytes| Signature::from_slice(&bytes).ok());
        signature.is_some_and(|signature| key.verify_strict(&self.bytes(), &signature).is_ok())
    }

    /// What is signed: every part with its length before it, so that no two statements
    /// have the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut part = |part: &[u8]| {
            bytes.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            bytes.extend(part);
        };
        part(DOMAIN);
        part(self.kind.word());
        part(self.practice.as_str().as_bytes());
        part(&self.settings.0);
        part(&u64::try_from(self.contents.len()).unwrap_or(u64::MAX).to_le_bytes());
        for content in &self.contents {
            part(content.id.as_bytes());
            part(content.version.as_bytes());
        }
        part(&self.at.0.to_le_bytes());
        part(&self.from.0.to_le_bytes());
        part(&self.until.0.to_le_bytes());
        part(self.signer.as_bytes());
        bytes
    }
}

mod instant {
    use greffon_core::time::Instant;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(instant: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(instant)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(deserializer)?;
        let timestamp: jiff::Timestamp = text.parse().map_err(D::Error::custom)?;
        Ok(Instant(timestamp.as_millisecond()))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A statement that holds in 2027, signed with the key of seven.
    pub(in super::super) fn statement() -> Statement {
        unsigned().signed(&key(7))
    }

    pub(in super::super) fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    pub(in super::super) fn digest(settings: &str) -> SettingsDigest {
        SettingsDigest::of("triage-grid", settings)
    }

    fn unsigned() -> Statement {
        Statement {
            kind: Kind::Signed,
            practice: "les-tilleuls".into(),
            settings: digest("{}"),
            contents: vec![ContentName { id: "fever".to_owned(), version: "3".to_owned() }],
            at: Instant(1_798_761_600_000),
            from: Instant(1_798_761_600_000),
            until: Instant(1_830_297_600_000),
            signer: "10003456789".to_owned(),
            signature: String::new(),
        }
    }

    #[test]
    fn a_statement_is_by_its_key_and_by_no_other() {
        assert!(statement().is_by(&key(7).verifying_key()));
        assert!(!statement().is_by(&key(8).verifying_key()));
        for garbage in ["", "AAAA", "é", &STANDARD.encode([0_u8; 64]), &STANDARD.encode([255_u8; 64])] {
            let garbage = Statement { signature: garbage.to_owned(), ..statement() };
            assert!(!garbage.is_by(&key(7).verifying_key()), "{garbage:?}");
        }
    }

    #[test]
    fn every_part_of_a_statement_is_signed() {
        let name = |id: &str, version: &str| ContentName { id: id.to_owned(), version: version.to_owned() };
        let good = statement();
        for changed in [
            Statement { kind: Kind::Withdrawn, ..good.clone() },
            Statement { practice: "les-tilleul".into(), ..good.clone() },
            Statement { settings: digest("{ }"), ..good.clone() },
            Statement { contents: vec![name("fever", "4")], ..good.clone() },
            // Parts that run together.
            Statement { contents: vec![name("feve", "r3")], ..good.clone() },
            Statement { contents: vec![name("fever", "3"), name("", "")], ..good.clone() },
            Statement { contents: Vec::new(), ..good.clone() },
            Statement { at: good.at.plus_millis(1), ..good.clone() },
            Statement { from: good.from.plus_millis(-1), ..good.clone() },
            Statement { until: good.until.plus_millis(1), ..good.clone() },
            Statement { signer: "10003456780".to_owned(), ..good.clone() },
        ] {
            assert!(!changed.is_by(&key(7).verifying_key()), "{changed:?}");
        }
    }
}
