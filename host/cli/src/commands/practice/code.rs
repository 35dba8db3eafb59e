//! `greffon practice code`: the code with which a recipient opens links to alerts.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};

use crate::config::operator::OperatorConfig;
use crate::config::practice_file::PracticeFile;
use crate::config::practice_folders::PRACTICE_FILE;
use crate::output;

/// Asks for the code, and writes its hash below the practice's folder.
pub fn run(config: &OperatorConfig, practice: &str, recipient: &str) -> anyhow::Result<ExitCode> {
    let folder = config.practices.join(practice);
    let path = folder.join(PRACTICE_FILE);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: PracticeFile = toml::from_str(&text)
        .with_context(|| format!("{} cannot be read\n\nhint: greffon practice check {practice}", path.display()))?;
    let Some(written) = file.recipients.get(recipient) else {
        let known: Vec<&str> = file.recipients.keys().map(String::as_str).collect();
        bail!("{practice} has no recipient \"{recipient}\"\n\nhint: known: {}", known.join(", "));
    };
    let plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
    ensure!(
        recipient.chars().all(plain),
        "\"{recipient}\" cannot be the name of a file\n\nhint: rename the recipient: lower case letters, digits and hyphens"
    );
    let code = ask(recipient)?;
    greffon_portal::check_new_code(&code).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).context("the system gives no randomness")?;
    let hash = greffon_portal::hash_code(&code, salt).context("the code cannot be hashed")?;
    let name = format!("secrets/{recipient}.code");
    write(&folder, &name, &hash)?;
    output::note(&format!(
        "{} holds the hash of the code; the code itself is kept nowhere",
        folder.join(&name).display()
    ));
    if written.code.is_none() {
        output::note(&format!("add under [recipients.{recipient}] in {}:", path.display()));
    }
    output::data(&format!("code = {{ file = \"{name}\" }}"))?;
    Ok(ExitCode::SUCCESS)
}

/// The code, typed twice unseen on a terminal; one line of stdin otherwise.
fn ask(recipient: &str) -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("no code on stdin")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let code = rpassword::prompt_password(format!("code of {recipient}: ")).context("no code was typed")?;
    let again = rpassword::prompt_password("the same again: ").context("no code was typed")?;
    ensure!(code == again, "the two codes differ\n\nhint: nothing was changed; try again");
    Ok(code)
}

/// Writes a file that nobody else can read, whole or not at all.
fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(name);
    let below = path.parent().context("a file lies in a folder")?;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(below);
    made.with_context(|| format!("cannot make {}", below.display()))?;
    let part = path.with_extension("part");
    let attempt = || -> std::io::Result<()> {
        let options = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
        let mut file = options?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        std::fs::rename(&part, &path)
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}
