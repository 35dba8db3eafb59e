//! A whole host: real storage, real plugins, real HTTP, a manual clock.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use greffon::config::operator::{Allow, OperatorConfig};
use greffon::config::secret::{SecretFile, SecretRef};
use greffon::demo::api::Api;
use greffon::wire::{Host, own_issuer, provide_tls};
use greffon_core::jobs::Jobs;
use greffon_core::model::audit::Role;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::ports::practices::Practices as _;
use greffon_core::time::Instant;
use greffon_server::NewToken;
use greffon_simulation::ManualClock;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Monday 7 September 2026, 08:00 in Paris.
pub const MONDAY: Instant = Instant(1_788_760_800_000);

/// 32 bytes in base64.
const SEALING_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// A host that a test owns.
pub struct TestHost {
    /// The parts.
    pub host: Host,
    /// The clock.
    pub clock: Arc<ManualClock>,
    /// Somebody who holds the line.
    pub secretary: Api,
    /// Where its API answers.
    pub base: String,
    /// The secretary's token.
    pub token: String,
    storage: String,
    folder: Arc<TempDir>,
}

/// What a host reads the time off.
#[derive(Clone)]
pub enum Time {
    /// Clocks that the test moves: the node's own, and the database's, which is
    /// the one for leases.
    Moved(Arc<ManualClock>, Arc<ManualClock>),
    /// The machine's and the database's, as in production.
    Real,
}

impl Time {
    /// One clock for all, that the test moves.
    pub fn manual() -> Self {
        let clock = Arc::new(ManualClock::at(MONDAY));
        Self::Moved(Arc::clone(&clock), clock)
    }
}

impl TestHost {
    /// A host over a fresh SQLite file, serving these practice files.
    pub async fn sqlite(practices: &[(&str, String)]) -> anyhow::Result<Self> {
        Self::configured(practices, |_| {}).await
    }

    /// As [`sqlite`](Self::sqlite), with changes to the operator's file.
    pub async fn configured(
        practices: &[(&str, String)],
        change: impl FnOnce(&mut OperatorConfig),
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let storage = format!("sqlite:{}", folder.path().join("greffon.db").display());
        Self::start(folder.into(), &storage, practices, Time::manual(), change).await
    }

    /// A host over this database, serving these practice files.
    pub async fn over(storage: &str, practices: &[(&str, String)]) -> anyhow::Result<Self> {
        Self::start(tempfile::tempdir()?.into(), storage, practices, Time::manual(), |_| {}).await
    }

    /// A host over this database, with its time.
    pub async fn timed(storage: &str, practices: &[(&str, String)], time: Time) -> anyhow::Result<Self> {
        Self::start(tempfile::tempdir()?.into(), storage, practices, time, |_| {}).await
    }

    /// A host over this database and this folder, as one that ended left them.
    pub async fn again(
        folder: Arc<TempDir>,
        storage: &str,
        practices: &[(&str, String)],
        time: Time,
    ) -> anyhow::Result<Self> {
        Self::start(folder, storage, practices, time, |_| {}).await
    }

    /// Another node over the same database, on the same clock.
    pub async fn beside(&self, practices: &[(&str, String)]) -> anyhow::Result<Self> {
        let time = Time::Moved(Arc::clone(&self.clock), Arc::clone(&self.clock));
        Self::start(tempfile::tempdir()?.into(), &self.storage, practices, time, |_| {}).await
    }

    async fn start(
        folder: Arc<TempDir>,
        storage: &str,
        practices: &[(&str, String)],
        time: Time,
        change: impl FnOnce(&mut OperatorConfig),
    ) -> anyhow::Result<Self> {
        let mut config = OperatorConfig {
            storage: storage.to_owned(),
            practices: folder.path().join("practices"),
            data: folder.path().to_path_buf(),
            ..OperatorConfig::default()
        };
        for (id, text) in practices {
            write(&config.practices.join(id).join("practice.toml"), text)?;
            write(&config.practices.join(id).join("secrets/dav"), "secret")?;
            config.allow.insert((*id).to_owned(), Allow { cidrs: vec!["127.0.0.0/8".parse()?] });
        }
        let key = folder.path().join("signing.pem");
        write(&key, greffon_server::signing_key_pem(&[7; 32]))?;
        config.keys.signing = Some(SecretRef::File(SecretFile { file: key.display().to_string() }));
        let sealing = folder.path().join("sealing.key");
        write(&sealing, SEALING_KEY)?;
        config.keys.sealing = Some(SecretRef::File(SecretFile { file: sealing.display().to_string() }));
        let issuer = own_issuer(&config)?.context("there is a key")?;
        change(&mut config);

        let (host, clock) = match time {
            Time::Moved(clock, leases) => {
                (Host::build_on_clocks(config, Arc::clone(&clock) as _, leases).await?, clock)
            }
            Time::Real => (Host::build(config).await?, Arc::new(ManualClock::at(SystemClock.now()))),
        };
        let problems = host.wiring.directory.refresh().problems;
        anyhow::ensure!(problems.is_empty(), "{}", problems[0]);
        let app = host.app(Arc::new(String::new))?;
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let base = format!("http://{}", listener.local_addr()?);
        tokio::spawn(greffon_server::serve(listener, app, std::future::pending()));
        let token = issuer.sign(
            &NewToken {
                subject: "secretary".to_owned(),
                role: Role::Supervisor,
                practices: Some(host.wiring.directory.list()),
                scope: None,
                rpps: None,
                lifetime: Duration::from_secs(30 * 24 * 3600),
            },
            clock.now(),
        )?;
        provide_tls();
        let client = reqwest::Client::builder().no_proxy().build()?;
        let secretary = Api::new(client, base.clone(), token.clone());
        Ok(Self { host, clock, secretary, base, token, storage: storage.to_owned(), folder })
    }

    /// The folder that mail without a relay goes to.
    pub fn mail_folder(&self, practice: &str) -> std::path::PathBuf {
        self.folder.path().join("mail").join(practice)
    }

    /// The folder of a practice.
    pub fn practice_folder(&self, practice: &str) -> std::path::PathBuf {
        self.folder.path().join("practices").join(practice)
    }

    /// Overwrites a practice's file.
    pub fn rewrite(&self, practice: &str, text: &str) -> anyhow::Result<()> {
        self.place(practice, "practice.toml", text.as_bytes())
    }

    /// Writes a file into a practice's folder.
    pub fn place(&self, practice: &str, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        write(&self.practice_folder(practice).join(name), bytes)
    }

    /// Works the queue off without moving the clock.
    pub async fn work(&self) -> anyhow::Result<()> {
        while Jobs::new(self.host.reception.clone()).run_due(32).await? > 0 {}
        Ok(())
    }

    /// Lets time pass, stopping wherever a job is due.
    pub async fn pass(&self, minutes: i64) -> anyhow::Result<()> {
        let until = self.clock.now().plus_minutes(minutes);
        loop {
            self.work().await?;
            let next = Jobs::new(self.host.reception.clone()).next_in().await?.map(|wait| self.clock.now() + wait);
            match next {
                Some(next) if next <= until && next > self.clock.now() => self.clock.set(next),
                _ => break,
            }
        }
        self.clock.set(until);
        self.work().await
    }

    /// A contact about an administrative motive, ready to book.
    pub async fn contact_ready_to_book(&self, practice: &str, number: usize) -> anyhow::Result<String> {
        let text = |key: &str, value: &str| json!({ "key": key, "value": { "text": value } });
        let body = json!({
            "channel": "phone",
            "origin": format!("+33 6 39 98 00 {:02}", number % 100),
            "facts": [
                { "key": "caller.kind", "value": { "choice": "patient" } },
                { "key": "request.motive", "value": { "choice": "certificat" } },
                { "key": "red-flag.all", "value": "no" },
                text("patient.family", &format!("Durand{number}")),
                text("patient.given", "Alix"),
                { "key": "patient.birth-date", "value": { "date": "1980-02-29" } },
                text("patient.email", &format!("patient{number}@patients.example")),
                { "key": "caller.phone", "value": { "phone": "+33639980001" } },
            ],
        });
        let path = format!("/v1/practices/{practice}/contacts");
        let view = self.secretary.call(Method::POST, &path, Some(&body)).await?.ok("receiving a contact")?;
        let view = if view["view"].is_object() { &view["view"] } else { &view };
        view["contact"].as_str().map(str::to_owned).context("a contact has an id")
    }

    /// Slots on offer for a contact, from this instant on.
    pub async fn slots(&self, contact: &str, from: Instant) -> anyhow::Result<Vec<Value>> {
        let path = format!("/v1/contacts/{contact}/slots?limit=50&from={from}&to={}", from.plus_minutes(28 * 24 * 60));
        let mut offer = self.secretary.call(Method::GET, &path, None).await?.ok("searching slots")?;
        anyhow::ensure!(offer["complete"] == true, "the offer is incomplete: {offer}");
        match offer["slots"].take() {
            Value::Array(slots) => Ok(slots),
            other => anyhow::bail!("no slots in {other}"),
        }
    }

    /// The contact as the API shows it.
    pub async fn view(&self, contact: &str) -> anyhow::Result<Value> {
        let path = format!("/v1/contacts/{contact}");
        let mut body = self.secretary.call(Method::GET, &path, None).await?.ok("reading a contact")?;
        Ok(if body["view"].is_object() { body["view"].take() } else { body })
    }
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    std::fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
    Ok(std::fs::write(path, bytes)?)
}
