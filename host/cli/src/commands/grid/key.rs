//! A practitioner's own key, and the lines that make it count.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use clap::Args;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use serde::Serialize;

use crate::output;
use crate::signature::{Signer, wrong_signer};

/// A private key in PEM has some 120 bytes.
const MOST_BYTES: u64 = 8 << 10;

#[derive(Args)]
pub struct NewSigner {
    /// The practitioner's private key: a file made by greffon token key
    #[arg(long)]
    key: PathBuf,
    /// Their name: "Dr Claire Martin"
    #[arg(long)]
    name: String,
    /// Their RPPS number, 11 digits
    #[arg(long)]
    rpps: String,
}

#[derive(Serialize)]
struct Lines {
    signers: [Signer; 1],
}

impl NewSigner {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let signer = Signer::new(self.name, self.rpps, &read(&self.key)?.verifying_key());
        if let Some((_, message, hint)) = wrong_signer(std::slice::from_ref(&signer)) {
            return Err(anyhow!("{message}\n\nhint: {hint}"));
        }
        let lines = toml::to_string(&Lines { signers: [signer] }).context("the lines cannot be written")?;
        output::data(&format!("\n{}", lines.trim_end()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads a private key. What is in the file is never shown.
pub(super) fn read(file: &Path) -> anyhow::Result<SigningKey> {
    let shown = file.display();
    let size = std::fs::metadata(file).with_context(|| format!("cannot read the key {shown}"))?.len();
    let text = if size > MOST_BYTES { String::new() } else { std::fs::read_to_string(file).unwrap_or_default() };
    SigningKey::from_pkcs8_pem(text.trim_end()).map_err(|_| {
        anyhow!("{shown} is not an Ed25519 private key in PEM\n\nhint: the practitioner makes one with: greffon token key > {shown}")
    })
}
