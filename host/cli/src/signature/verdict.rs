//! Whether content may be used: what its practitioners said of it, in a file and to the
//! host, and when that holds.

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::approval::{Approval, Approvals, Attestation, ContentName, Seen, printable};
use greffon_core::model::care::Validation;
use greffon_core::model::civil::Zone;
use greffon_core::model::pin::SettingsDigest;
use greffon_core::time::Instant;

use super::file::Signatures;
use super::signers::Signer;
use super::statement::{Kind, Statement};

/// The content that is to be used.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// By which practice.
    pub practice: &'a PracticeId,
    /// The practice's name for the feature.
    pub feature: &'a FeatureId,
    /// Its settings.
    pub settings: SettingsDigest,
    /// The grids or scripts that the plugin makes of them.
    pub contents: &'a [ContentName],
    /// The practice's time zone, in which days are said.
    pub zone: &'a str,
}

/// How far the clocks of whoever signs and of this machine may differ, in minutes.
const SKEW_MIN: i64 = 10;

/// A signature or an attestation that stands, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Who signed: the signer's name, or the pseudonym of who approved.
    pub name: String,
    /// RPPS number of either.
    pub rpps: String,
    /// By an attestation of the host, not by a signature.
    pub attested: bool,
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
            author: self.name.clone(),
            validator_rpps: self.rpps.clone(),
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

/// What was said of the contents of a feature.
#[derive(Clone, Debug)]
pub struct Said {
    /// In its file of signatures, or why there is none to be read.
    file: Result<Signatures, Refusal>,
    /// By all that is known of the practice, with what the file says.
    known: Approvals,
    /// What the file says that was not known.
    new: Vec<Approval>,
}

impl Said {
    /// From the file and from what was known before.
    #[must_use]
    pub fn new(
        file: Result<Signatures, Refusal>,
        known: &Approvals,
        (practice, feature): (&PracticeId, &FeatureId),
        signers: &[Signer],
        now: Instant,
    ) -> Self {
        // Only what is certain: whoever writes into the folder cannot make anything old.
        let seen = file.iter().flat_map(|all| &all.statements).filter_map(|one| {
            let (from, until) = signer_of(one, practice, signers).ok()?.span();
            // What a key that has ended signed makes nothing old.
            if is_early(one.at, now) || now < from || until <= now {
                return None;
            }
            let said = match one.kind {
                Kind::Signed => Seen::Approved { at: one.at, begins: one.from.max(from) },
                Kind::Withdrawn => Seen::Withdrawn { at: one.at },
            };
            Some((one.settings, said))
        });
        let seen: Vec<_> = seen.collect();
        let (known, new) = known.clone().with(practice, feature, seen, now);
        Self { file, known, new }
    }

    /// What the file says that was not known, to be remembered.
    #[must_use]
    pub fn new_rows(&self) -> &[Approval] {
        &self.new
    }

    /// Whether content may be used now.
    ///
    /// # Errors
    /// Why not.
    pub fn judge(&self, wanted: &Wanted<'_>, signers: &[Signer], now: Instant) -> Result<Held, Refusal> {
        let signed = self.by_signature(wanted, signers, now);
        let attested = self.known.attestation(wanted.feature, wanted.settings);
        let speaks = self.file.as_ref().is_ok_and(|all| all.last_of(wanted.settings).is_some());
        match (signed, attested.map(|given| self.by_attestation(given, wanted, now))) {
            (Ok(held), _) | (_, Some(Ok(held))) => Ok(held),
            (_, Some(Err(refusal))) if !speaks => Err(refusal),
            (Err(refusal), _) => Err(refusal),
        }
    }

    fn by_signature(&self, wanted: &Wanted<'_>, signers: &[Signer], now: Instant) -> Result<Held, Refusal> {
        let sign_it = || sign_it(wanted.practice);
        let withdrawn = || Some(withdrawn(self.known.withdrawn_at(wanted.settings)?, wanted));
        let all = self.file.as_ref().map_err(|refusal| withdrawn().unwrap_or_else(|| refusal.clone()))?;
        let Some(statement) = all.last_of(wanted.settings) else {
            let hint = format!("{}, ou rétablir le fichier signé", sign_it());
            let unsigned = || Refusal::lasting("ce contenu n'est pas celui qui a été signé", hint);
            return Err(withdrawn().unwrap_or_else(unsigned));
        };
        if statement.kind == Kind::Withdrawn {
            let by = printable(&statement.signer);
            let day = wanted.day(statement.from);
            return Err(Refusal::lasting(format!("ce contenu a été retiré le {day} (RPPS {by})"), sign_it()));
        }
        let held = stands(statement, wanted.practice, signers)?;
        same_contents(&statement.contents, wanted)?;
        if is_early(statement.at, now) {
            let message = format!("la signature est datée du {}, qui est à venir", wanted.day(statement.at));
            let early = Refusal::lasting(message, "mettre à l'heure cette machine, ou celle qui a signé");
            return Err(Refusal { passing: true, ..early });
        }
        self.alive(statement.at, wanted, now)?;
        within(held, wanted, now)
    }

    fn by_attestation(&self, given: &Attestation, wanted: &Wanted<'_>, now: Instant) -> Result<Held, Refusal> {
        same_contents(&given.contents, wanted)?;
        self.alive(given.at, wanted, now)?;
        within(held_by(given), wanted, now)
    }

    /// Whether what was said at an instant was neither taken back nor replaced since.
    fn alive(&self, said: Instant, wanted: &Wanted<'_>, now: Instant) -> Result<(), Refusal> {
        if let Some(at) = self.known.withdrawn_at(wanted.settings).filter(|at| said <= *at) {
            return Err(withdrawn(at, wanted));
        }
        let Some(at) = self.known.replaced_at(wanted.feature, wanted.settings, said, now) else { return Ok(()) };
        let message = format!(
            "un contenu plus récent a été signé le {} : la signature de celui-ci, du {}, ne vaut plus",
            wanted.day(at),
            wanted.day(said)
        );
        let hint = format!(
            "rétablir le plus récent, ou relire celui-ci et le signer de nouveau : greffon grid sign {}",
            wanted.practice
        );
        Err(Refusal::lasting(message, hint))
    }

    /// The settings whose signature or attestation stands, whenever it holds: for contacts
    /// that began with what the practice had before.
    #[must_use]
    pub fn held_settings(
        &self,
        practice: &PracticeId,
        feature: &FeatureId,
        signers: &[Signer],
    ) -> Vec<(SettingsDigest, Held)> {
        let mut held: Vec<(SettingsDigest, Held)> = Vec::new();
        let stays = |settings, at: Instant| self.known.withdrawn_at(settings).is_none_or(|withdrawn| withdrawn < at);
        if let Ok(all) = &self.file {
            let last = |one: &&Statement| all.last_of(one.settings).is_some_and(|last| last == *one);
            let signed = all.statements.iter().filter(last).filter(|one| one.kind == Kind::Signed);
            let signed = signed.filter(|one| stays(one.settings, one.at));
            held.extend(signed.filter_map(|one| Some((one.settings, stands(one, practice, signers).ok()?))));
        }
        let attested = self.known.attestations(feature).filter(|(settings, given)| stays(*settings, given.at));
        held.extend(attested.map(|(settings, given)| (settings, held_by(given))));
        held
    }
}

impl Wanted<'_> {
    fn day(&self, at: Instant) -> jiff::civil::Date {
        Zone::named_or_utc(self.zone).date(at)
    }
}

/// Said later than this machine's clock can know of.
fn is_early(said: Instant, now: Instant) -> bool {
    said > now.plus_minutes(SKEW_MIN)
}

fn sign_it(practice: &PracticeId) -> String {
    format!("le faire relire (greffon grid explain {practice}) et signer : greffon grid sign {practice}")
}

fn withdrawn(at: Instant, wanted: &Wanted<'_>) -> Refusal {
    let message = format!("ce contenu a été retiré le {} : ce qui en a été dit avant ne vaut plus", wanted.day(at));
    Refusal::lasting(message, sign_it(wanted.practice))
}

fn same_contents(said: &[ContentName], wanted: &Wanted<'_>) -> Result<(), Refusal> {
    if said == wanted.contents {
        return Ok(());
    }
    let listed = |contents: &[ContentName]| contents.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let message = format!("la signature porte sur {}, et le contenu est {}", listed(said), listed(wanted.contents));
    Err(Refusal::lasting(message, sign_it(wanted.practice)))
}

fn held_by(given: &Attestation) -> Held {
    Held { name: given.subject.clone(), rpps: given.rpps.clone(), attested: true, from: given.from, until: given.until }
}

/// Whether it holds now.
fn within(held: Held, wanted: &Wanted<'_>, now: Instant) -> Result<Held, Refusal> {
    if now >= held.until {
        let message = format!("la signature a expiré le {}", wanted.day(held.until));
        return Err(Refusal::lasting(message, sign_it(wanted.practice)));
    }
    if now < held.from {
        let message = format!("la signature ne commence que le {}", wanted.day(held.from));
        return Err(Refusal {
            passing: true,
            ..Refusal::lasting(message, "attendre ce jour, ou signer pour un jour plus tôt")
        });
    }
    Ok(held)
}

/// Whether a statement is for this practice, by a signer, and as it was signed; and for how
/// long it holds.
fn stands(statement: &Statement, practice: &PracticeId, signers: &[Signer]) -> Result<Held, Refusal> {
    let signer = signer_of(statement, practice, signers)?;
    let (from, until) = signer.span();
    Ok(Held {
        name: signer.name.clone(),
        rpps: signer.rpps.clone(),
        attested: false,
        from: statement.from.max(from),
        until: statement.until.min(until),
    })
}

/// Who said it, for this practice and word by word.
fn signer_of<'s>(statement: &Statement, practice: &PracticeId, signers: &'s [Signer]) -> Result<&'s Signer, Refusal> {
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
    let signer = known.into_iter().find(|one| one.key().is_some_and(|key| statement.is_by(&key)));
    let message = || format!("la signature n'est pas celle du soignant RPPS {rpps}");
    signer.ok_or_else(|| Refusal::lasting(message(), sign_it(practice)))
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
