//! Who may sign: `[[signers]]` of `greffon.toml`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use greffon_core::time::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A practitioner whose signature counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Signer {
    /// `Dr Claire Martin`.
    pub name: String,
    /// RPPS number, 11 digits.
    pub rpps: String,
    /// Ed25519 public key: 32 bytes in base64. `greffon grid signer` prints it.
    pub key: String,
    /// First day (UTC) on which the key counts: `2026-12-01`; always when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// First day (UTC) on which it counts no more, for what it signed before too; never
    /// when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Signer {
    /// With this key.
    #[must_use]
    pub fn new(name: String, rpps: String, key: &VerifyingKey) -> Self {
        Self { name, rpps, key: STANDARD.encode(key.as_bytes()), from: None, until: None }
    }

    /// The key; `None` when it is none.
    #[must_use]
    pub fn key(&self) -> Option<VerifyingKey> {
        let bytes: [u8; 32] = STANDARD.decode(&self.key).ok()?.try_into().ok()?;
        VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
    }

    /// When the key counts: `[from, until)`. A day that is none begins never, and ends at
    /// once.
    #[must_use]
    pub fn span(&self) -> (Instant, Instant) {
        let from = self.from.as_ref().map_or(Some(Instant(i64::MIN)), |day| midnight(day));
        let until = self.until.as_ref().map_or(Some(Instant(i64::MAX)), |day| midnight(day));
        (from.unwrap_or(Instant(i64::MAX)), until.unwrap_or(Instant(i64::MIN)))
    }
}

fn midnight(day: &str) -> Option<Instant> {
    let day: jiff::civil::Date = day.parse().ok()?;
    Some(Instant(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

/// Whether it is the number of a health professional: 11 digits.
#[must_use]
pub fn is_rpps(text: &str) -> bool {
    text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The first thing that is wrong with one of the signers: key, message and remedy.
#[must_use]
pub fn wrong_signer(signers: &[Signer]) -> Option<(String, String, &'static str)> {
    for (index, one) in signers.iter().enumerate() {
        let at =
            |key: &str, message: String, hint: &'static str| Some((format!("signers.{index}.{key}"), message, hint));
        if !is_rpps(&one.rpps) {
            return at("rpps", format!("\"{}\" is not an RPPS number", one.rpps), "11 digits");
        }
        if one.key().is_none() {
            let hint = "greffon grid signer --key <file> prints the lines of a signer";
            return at("key", format!("\"{}\" is not an Ed25519 public key in base64", one.key), hint);
        }
        for (key, day) in [("from", &one.from), ("until", &one.until)] {
            if let Some(day) = day.as_ref().filter(|day| midnight(day).is_none()) {
                return at(key, format!("\"{day}\" is not a day"), "write \"2026-12-01\"");
            }
        }
        let (from, until) = one.span();
        if from >= until {
            return at("until", "the key ends before it begins".to_owned(), "swap from and until");
        }
        if signers[..index].iter().any(|other| other.key == one.key) {
            return at("key", format!("the key of \"{}\" is another signer's", one.name), "one key for one person");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::statement::tests::key;
    use super::*;

    fn signer(seed: u8) -> Signer {
        Signer::new("Dr Martin".to_owned(), "10003456789".to_owned(), &key(seed).verifying_key())
    }

    #[test]
    fn a_signer_has_a_number_a_key_and_days() {
        let good = Signer { from: Some("2026-12-01".to_owned()), until: Some("2027-12-01".to_owned()), ..signer(7) };
        assert_eq!(wrong_signer(&[good.clone(), signer(8)]), None);
        assert_eq!(good.span().1.millis_since(good.span().0), 365 * 86_400_000);
        for (wrong, at) in [
            (Signer { rpps: "1000".to_owned(), ..signer(7) }, "signers.0.rpps"),
            (Signer { key: "AAAA".to_owned(), ..signer(7) }, "signers.0.key"),
            // A key under which everything is signed.
            (Signer { key: STANDARD.encode([0_u8; 32]), ..signer(7) }, "signers.0.key"),
            (Signer { from: Some("1er mai".to_owned()), ..signer(7) }, "signers.0.from"),
            (Signer { until: Some("2026-12-01".to_owned()), ..good }, "signers.0.until"),
        ] {
            assert_eq!(wrong_signer(std::slice::from_ref(&wrong)).expect("refused").0, at, "{wrong:?}");
        }
        assert_eq!(wrong_signer(&[signer(7), signer(7)]).expect("refused").0, "signers.1.key");
    }
}
