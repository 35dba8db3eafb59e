//! `greffon script rehearse`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::json;

use crate::rehearsal::{Dialogue, Rooms};
use crate::{output, telemetry};

#[derive(Subcommand)]
pub enum Script {
    /// Play dialogues through the whole host, and print each as a page to read aloud
    Rehearse {
        /// Dialogue files
        #[arg(required = true)]
        dialogues: Vec<PathBuf>,
        /// A folder with practices/ and grilles/ instead of the binary's own examples
        #[arg(long, value_name = "DIR")]
        examples: Option<PathBuf>,
        /// Write each page beside its dialogue, as .txt, instead of printing it
        #[arg(long, conflicts_with = "json")]
        write: bool,
        /// For programs
        #[arg(long)]
        json: bool,
    },
}

impl Script {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let Self::Rehearse { dialogues, examples, write, json } = self;
        telemetry::start(&crate::config::operator::Log::default(), "error")?;
        let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
        let rooms = Rooms { folder: temporary.path(), examples: examples.as_deref(), metrics: telemetry::metrics()? };
        let mut pages = Vec::new();
        for (index, file) in dialogues.iter().enumerate() {
            let shown = file.display();
            let page = rooms.play(&Dialogue::read(file)?).await.with_context(|| shown.to_string())?;
            let text = page.to_string();
            if write {
                let beside = file.with_extension("txt");
                std::fs::write(&beside, &text).with_context(|| format!("cannot write {}", beside.display()))?;
                output::note(&beside.display().to_string());
            } else if json {
                pages.push(json!({ "file": file, "page": page, "text": text }));
            } else {
                let gap = if index > 0 { "\n" } else { "" };
                output::data(format!("{gap}{text}").trim_end_matches('\n'))?;
            }
        }
        if json {
            output::json(&pages)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
