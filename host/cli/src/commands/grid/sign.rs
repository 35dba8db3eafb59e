//! `greffon grid sign|withdraw`: statements of a practitioner, added to the file beside the
//! grid.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use ed25519_dalek::SigningKey;
use greffon_core::ids::FeatureId;
use greffon_core::model::approval::ContentName;
use greffon_core::model::civil::Zone;
use greffon_core::model::pin::SettingsDigest;
use greffon_core::model::practice::PluginKind;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::time::Instant;

use super::key;
use super::read::{folder, read};
use crate::config::confined::Folder;
use crate::config::practice::Read;
use crate::config::signed::Signable;
use crate::output;
use crate::signature::{Kind, MOST_BYTES, Signatures, Signer, Statement, name_of};
use crate::wire::Wiring;

#[derive(Args)]
pub struct Sign {
    #[command(flatten)]
    whose: Whose,
    /// First day on which it holds, in the practice's time zone; now when absent
    #[arg(long)]
    from: Option<String>,
    /// First day on which it holds no more: 2027-12-01
    #[arg(long)]
    until: String,
}

#[derive(Args)]
pub struct Withdraw {
    #[command(flatten)]
    whose: Whose,
}

#[derive(Args)]
struct Whose {
    /// The practice
    practice: String,
    /// The practitioner's private key: a file made by greffon token key
    #[arg(long)]
    key: PathBuf,
    /// Only this feature; every grid and script when absent
    #[arg(long)]
    feature: Option<String>,
}

impl Whose {
    /// The key, and whose it is.
    fn signer(&self, wiring: &Wiring) -> anyhow::Result<(SigningKey, Signer)> {
        let private = key::read(&self.key)?;
        let public = private.verifying_key();
        let signer = wiring.config.signers.iter().find(|one| one.key() == Some(public));
        let Some(signer) = signer else {
            let file = self.key.display();
            bail!(
                "the key {file} is no signer's of greffon.toml\n\nhint: greffon grid signer --key {file} --name \"Dr …\" --rpps … >> greffon.toml"
            );
        };
        Ok((private, signer.clone()))
    }

    /// The features that are grids or scripts, and that are meant.
    fn features(&self, read: &Read) -> anyhow::Result<Vec<FeatureId>> {
        let is_content = |kind: Option<PluginKind>| matches!(kind, Some(PluginKind::Triage | PluginKind::Script));
        let all: Vec<FeatureId> =
            read.practice.features.iter().filter(|one| is_content(one.kind)).map(|one| one.id().clone()).collect();
        let known: Vec<&str> = all.iter().map(FeatureId::as_str).collect();
        ensure!(!known.is_empty(), "practice \"{}\" has no grid and no script", self.practice);
        match &self.feature {
            None => Ok(all),
            Some(one) if known.contains(&one.as_str()) => Ok(vec![one.as_str().into()]),
            Some(one) => bail!("no grid or script \"{one}\"\n\nhint: known: {}", known.join(", ")),
        }
    }
}

impl Sign {
    pub(super) fn run(self, wiring: &Wiring) -> anyhow::Result<ExitCode> {
        let (private, signer) = self.whose.signer(wiring)?;
        let read = read(wiring, &self.whose.practice)?;
        let zone = Zone::named(&read.practice.time_zone)?;
        let said = SystemClock.now();
        // Whole seconds: it is written and read by people.
        let now = Instant(said.0 - said.0.rem_euclid(1000));
        let from = self.from.as_deref().map_or(Ok(now), |day| midnight(&zone, "from", day))?;
        let until = midnight(&zone, "until", &self.until)?;
        ensure!(
            from < until && now < until,
            "--until {} is over before it begins\n\nhint: write a later day",
            self.until
        );
        let (begins, ends) = signer.span();
        ensure!(
            from < ends && begins < until,
            "the key of {} does not count then\n\nhint: see its from and until under [[signers]]",
            signer.name
        );
        let mut signed: Vec<&Signable> = Vec::new();
        for feature in self.whose.features(&read)? {
            let Some(one) = read.signables.iter().find(|one| one.feature == feature) else {
                bail!("{feature} has errors\n\nhint: see them with: greffon grid check {}", self.whose.practice);
            };
            ensure!(
                !one.demo,
                "{feature} is written for demonstrations\n\nhint: have it reviewed, take demo = true out of it, and sign it then"
            );
            signed.push(one);
        }
        for one in signed {
            let there = existing(&folder(wiring, &self.whose.practice)?, &one.feature)?;
            let statement = Statement {
                kind: Kind::Signed,
                practice: read.practice.id.clone(),
                settings: one.settings,
                contents: one.contents.clone(),
                at: there.next_at(said),
                from,
                until,
                signer: signer.rpps.clone(),
                signature: String::new(),
            };
            let path = add(wiring, &self.whose.practice, &one.feature, vec![statement.signed(&private)])?;
            output::data(&format!(
                "{} : signé par {}, du {} jusqu'au {} exclu : {}",
                one.feature,
                signer.name,
                zone.date(from),
                zone.date(until),
                names(&one.contents)
            ))?;
            output::note(&format!("{} holds the signature", path.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Withdraw {
    pub(super) fn run(self, wiring: &Wiring) -> anyhow::Result<ExitCode> {
        let (private, signer) = self.whose.signer(wiring)?;
        let read = read(wiring, &self.whose.practice)?;
        let zone = Zone::named(&read.practice.time_zone)?;
        let said = SystemClock.now();
        let now = Instant(said.0 - said.0.rem_euclid(1000));
        for feature in self.whose.features(&read)? {
            let there = existing(&folder(wiring, &self.whose.practice)?, &feature)?;
            let at = there.next_at(said);
            let mut meant: Vec<(SettingsDigest, Vec<ContentName>)> = Vec::new();
            let signed = there.statements.iter().map(|one| (one.settings, &one.contents));
            // What is used now may be approved by greffon's word alone, which no file shows.
            let present = read.signables.iter().filter(|one| one.feature == feature);
            for (settings, contents) in signed.chain(present.map(|one| (one.settings, &one.contents))) {
                let withdrawn = there.last_of(settings).is_some_and(|last| last.kind == Kind::Withdrawn);
                if !withdrawn && !meant.iter().any(|(other, _)| *other == settings) {
                    meant.push((settings, contents.clone()));
                }
            }
            let statement = |(settings, contents)| {
                let statement = Statement {
                    kind: Kind::Withdrawn,
                    practice: read.practice.id.clone(),
                    settings,
                    contents,
                    at,
                    from: now,
                    until: now,
                    signer: signer.rpps.clone(),
                    signature: String::new(),
                };
                statement.signed(&private)
            };
            let withdrawn: Vec<Statement> = meant.into_iter().map(statement).collect();
            if withdrawn.is_empty() {
                output::note(&format!("{feature}: it is withdrawn already"));
                continue;
            }
            add(wiring, &self.whose.practice, &feature, withdrawn)?;
            output::data(&format!("{feature} : retiré par {} le {}", signer.name, zone.date(now)))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn midnight(zone: &Zone, name: &str, day: &str) -> anyhow::Result<Instant> {
    let date: jiff::civil::Date =
        day.parse().map_err(|_| anyhow::anyhow!("--{name} \"{day}\" is not a day\n\nhint: write 2027-12-01"))?;
    Ok(zone.day(date).start)
}

pub(super) fn names(contents: &[ContentName]) -> String {
    contents.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The statements that are there.
fn existing(folder: &Path, feature: &FeatureId) -> anyhow::Result<Signatures> {
    let name = name_of(feature.as_str());
    let plain = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_');
    ensure!(
        feature.as_str().chars().all(plain),
        "feature \"{feature}\" has no plain name\n\nhint: letters, digits, - and _"
    );
    match Folder::open(folder)?.read(&name, MOST_BYTES) {
        Err(refused) if refused.is_absent() => Ok(Signatures::default()),
        Err(refused) => bail!("{} {refused}\n\nhint: remove it, and sign again", folder.join(&name).display()),
        Ok(content) => {
            content.text().map_err(|refused| refused.to_string()).and_then(Signatures::parse).map_err(|error| {
                anyhow::anyhow!(
                    "{} is no file of signatures: {error}\n\nhint: remove it, and sign again",
                    content.path.display()
                )
            })
        }
    }
}

/// A file that everybody may read: the host that verifies it need not be who signed.
fn readable() -> tempfile::Builder<'static, 'static> {
    let mut file = tempfile::Builder::new();
    file.prefix(".sig");
    #[cfg(unix)]
    file.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    file
}

/// Adds statements to a feature's file, whole or not at all.
fn add(wiring: &Wiring, practice: &str, feature: &FeatureId, added: Vec<Statement>) -> anyhow::Result<PathBuf> {
    let folder = folder(wiring, practice)?;
    let mut all = existing(&folder, feature)?;
    for statement in added {
        all.add(statement);
    }
    let path = folder.join(name_of(feature.as_str()));
    let below = path.parent().context("a file lies in a folder")?;
    std::fs::create_dir_all(below).with_context(|| format!("cannot make {}", below.display()))?;
    let inside = below.canonicalize()?.starts_with(folder.canonicalize()?);
    ensure!(inside, "{} leads out of the practice's folder: write it by hand, or put a folder there", below.display());
    // A file of its own name: what the practice's folder may have put in its place is never
    // written through.
    let mut part = readable().tempfile_in(below)?;
    part.write_all(all.text()?.as_bytes())?;
    part.persist(&path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
