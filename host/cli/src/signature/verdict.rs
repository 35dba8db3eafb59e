//! Whether content may be used: what its practitioners said of it, and when that holds.

use greffon_core::ids::PracticeId;
use greffon_core::model::care::Validation;
use greffon_core::model::civil::Zone;
use greffon_core::model::pin::SettingsDigest;
use greffon_core::time::Instant;

use super::file::Signatures;
use super::signers::Signer;
use super::statement::{ContentName, Kind, Statement, printable};

/// The content that is to be used.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// By which practice.
    pub practice: &'a PracticeId,
    /// Its settings.
    pub settings: SettingsDigest,
    /// The grids or scripts that the plugin makes of them.
    pub contents: &'a [ContentName],
    /// The practice's time zone, in which days are said.
    pub zone: &'a str,
}

/// A signature that stands, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Who signed.
    pub signer: Signer,
    /// First instant at which it holds: of the statement, and of the signer's key.
    pub from: Instant,
    /// First instant at which it holds no more: of either.
    pub until: Instant,
}

impl Held {
    /// Whether it holds at an instant.
    #[must_use]
    pub fn at(&self, now: Instant) -> bool {
        self.from <= now && now < self.until
    }

    /// In the words of the domain.
    #[must_use]
    pub fn validation(&self) -> Validation {
        Validation {
            author: self.signer.name.clone(),
            validator_rpps: self.signer.rpps.clone(),
            validated_at: self.from,
            expires_at: self.until,
            signature: Vec::new(),
        }
    }
}

/// Why content may not be used, for whoever signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Whether it may be over although no file changes: it has not begun.
    pub passing: bool,
}

impl Refusal {
    /// One that stands until a file changes.
    pub fn lasting(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into(), passing: false }
    }

    /// There is no file of signatures.
    #[must_use]
    pub fn unsigned(practice: &PracticeId) -> Self {
        Self::lasting("aucun soignant n'a signé ce contenu", sign_it(practice))
    }
}

fn sign_it(practice: &PracticeId) -> String {
    format!("le faire relire (greffon grid explain {practice}) et signer : greffon grid sign {practice}")
}

/// Whether content may be used now.
///
/// # Errors
/// Why not.
pub fn judge(all: &Signatures, wanted: &Wanted<'_>, signers: &[Signer], now: Instant) -> Result<Held, Refusal> {
    let sign_it = || sign_it(wanted.practice);
    let day = |at: Instant| Zone::named_or_utc(wanted.zone).date(at);
    let Some(statement) = all.last_of(wanted.settings) else {
        let hint = format!("{}, ou rétablir le fichier signé", sign_it());
        return Err(Refusal::lasting("ce contenu n'est pas celui qui a été signé", hint));
    };
    if statement.kind == Kind::Withdrawn {
        let by = printable(&statement.signer);
        return Err(Refusal::lasting(
            format!("ce contenu a été retiré le {} (RPPS {by})", day(statement.from)),
            sign_it(),
        ));
    }
    let held = stands(statement, wanted.practice, signers)?;
    if statement.contents != wanted.contents {
        let listed = |contents: &[ContentName]| contents.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let message = format!(
            "la signature porte sur {}, et le contenu est {}",
            listed(&statement.contents),
            listed(wanted.contents)
        );
        return Err(Refusal::lasting(message, sign_it()));
    }
    if now >= held.until {
        return Err(Refusal::lasting(format!("la signature a expiré le {}", day(held.until)), sign_it()));
    }
    if now < held.from {
        let message = format!("la signature ne commence que le {}", day(held.from));
        return Err(Refusal {
            passing: true,
            ..Refusal::lasting(message, "attendre ce jour, ou signer pour un jour plus tôt")
        });
    }
    Ok(held)
}

/// The settings whose signature stands, whenever it holds: for contacts that began with
/// what the practice had before.
pub fn held_settings(all: &Signatures, practice: &PracticeId, signers: &[Signer]) -> Vec<(SettingsDigest, Held)> {
    let last = |one: &&Statement| all.last_of(one.settings).is_some_and(|last| last == *one);
    let signed = all.statements.iter().filter(last).filter(|one| one.kind == Kind::Signed);
    signed.filter_map(|one| Some((one.settings, stands(one, practice, signers).ok()?))).collect()
}

/// Whether a statement is for this practice, by a signer, and as it was signed.
fn stands(statement: &Statement, practice: &PracticeId, signers: &[Signer]) -> Result<Held, Refusal> {
    if statement.practice != *practice {
        let message =
            format!("cette signature est celle d'un autre cabinet (« {} »)", printable(statement.practice.as_str()));
        return Err(Refusal::lasting(message, sign_it(practice)));
    }
    let rpps = printable(&statement.signer);
    let known: Vec<&Signer> = signers.iter().filter(|one| one.rpps == statement.signer).collect();
    if known.is_empty() {
        return Err(Refusal::lasting(
            format!("le signataire (RPPS {rpps}) n'est pas parmi ceux de greffon.toml"),
            "demander à l'exploitant de l'ajouter sous [[signers]], ou faire signer par quelqu'un d'autre",
        ));
    }
    let Some(signer) = known.into_iter().find(|one| one.key().is_some_and(|key| statement.is_by(&key))) else {
        return Err(Refusal::lasting(
            format!("la signature n'est pas celle du soignant RPPS {rpps}"),
            sign_it(practice),
        ));
    };
    let (from, until) = signer.span();
    Ok(Held { signer: signer.clone(), from: statement.from.max(from), until: statement.until.min(until) })
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
