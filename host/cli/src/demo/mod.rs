//! `greffon demo`: a whole morning at three synthetic practices, through the
//! HTTP API and the real plugins, on a clock of its own.

pub mod api;
mod assets;
pub mod clock;
mod day;
mod peer;
mod play;
mod secretary;
mod staff;
mod summary;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use anyhow::Context as _;
use clap::Args;
use greffon_core::jobs::Jobs;
use greffon_core::model::audit::Role;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::practices::Practices as _;
use greffon_core::time::Instant;
use greffon_server::{Issuer, NewToken};
use tokio::net::TcpListener;

use self::api::Api;
use self::clock::DemoClock;
use self::day::Day;
use self::peer::{Peer, PlannedOutage};
use self::play::Stage;
use self::summary::{Calls, Summary};
use crate::config::operator::{Allow, OperatorConfig};
use crate::config::secret::{SecretFile, SecretRef};
use crate::wire::{self, Host};
use crate::worker::{Hangups, Working, stop_asked};
use crate::{output, telemetry};

/// The practice whose agenda is on the demo's own CalDAV server.
const WITH_CALDAV: &str = "maison-des-remparts";

/// How long the demo's tokens last, on its own clock.
const TOKEN_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// Plays a whole morning.
#[derive(Args)]
pub struct Demo {
    /// Print one JSON object instead of the summary
    #[arg(long)]
    json: bool,
    /// Stay up afterwards, to look around with the API
    #[arg(long)]
    serve: bool,
    /// Keep everything in this folder; an interrupted day is finished from it
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Demo {
    /// Plays it and prints the summary.
    ///
    /// # Errors
    /// When the demo cannot be set up, or the API answers what it must not.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        // A terminal that closes does not end it; there is nothing to read again.
        let _ignored = Hangups::listen();
        telemetry::start(&crate::config::operator::Log::default(), "error")?;
        let temporary;
        let folder: &Path = match &self.data {
            Some(folder) => folder,
            None => {
                temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
                temporary.path()
            }
        };
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let set = Set::build(folder).await?;
        let summary = set.play().await?;
        if self.json {
            output::json(&summary)?;
        } else {
            output::data(&summary.to_string())?;
            self.say_where(folder);
        }
        if self.serve {
            set.stay(self.json).await?;
        }
        Ok(if summary.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn say_where(&self, folder: &Path) {
        if self.data.is_some() {
            output::note(&format!(
                "\n  base      {0}/greffon.db\n  courriels {0}/mail/\n  cabinets  {0}/practices/",
                folder.display()
            ));
        } else {
            output::note(
                "\n  pour tout garder : greffon demo --data DOSSIER ; pour explorer l'API : greffon demo --serve",
            );
        }
    }
}

/// Everything that is set up before the first contact.
struct Set {
    host: Host,
    clock: Arc<DemoClock>,
    peer: Peer,
    days: Vec<Day>,
    cases: std::collections::BTreeMap<String, day::Case>,
    first: Instant,
    issuer: Issuer,
    address: SocketAddr,
    progress: PathBuf,
}

impl Set {
    async fn build(folder: &Path) -> anyhow::Result<Self> {
        let cases = assets::cases()?;
        let days = assets::days(&cases)?;
        let clock = Arc::new(DemoClock::default());
        let first = first_instant(&days)?;
        clock.advance_to(first);
        let outages = outages(&days)?;
        let peer = Peer::start(folder.join("caldav"), outages, Arc::clone(&clock)).await?;
        assets::write_practices(folder, peer.address)?;
        let config = configure(folder)?;
        let issuer = wire::own_issuer(&config)?.context("the demo has a signing key")?;
        let host = Host::build_on(config, Arc::clone(&clock) as Arc<dyn Clock>).await?;
        let app = host.app(telemetry::metrics()?)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("cannot open a local port")?;
        let address = listener.local_addr()?;
        tokio::spawn(greffon_server::serve(listener, app, std::future::pending()));
        Ok(Self { host, clock, peer, days, cases, first, issuer, address, progress: folder.join("progress") })
    }

    async fn play(&self) -> anyhow::Result<Summary> {
        let started = Stopwatch::now();
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        let person = |subject: &str, role: Role| -> anyhow::Result<Api> {
            Ok(Api::new(client.clone(), format!("http://{}", self.address), self.token(subject, role)?))
        };
        let stage = Stage {
            jobs: Jobs::new(self.host.reception.clone()),
            practices: self.host.reception.reads.practices(),
            clock: Arc::clone(&self.clock),
            secretaries: [person("secretary-a", Role::Secretary)?, person("secretary-b", Role::Secretary)?],
            staff: person("practitioner", Role::Practitioner)?,
            progress: self.progress.clone(),
        };
        let bar = output::bar(0);
        let directory = &self.host.wiring.directory;
        let zone_of = |id: &str| directory.get(&id.into()).map(|practice| practice.time_zone.clone());
        stage.play(&self.days, &self.cases, zone_of, &bar).await?;
        bar.finish_and_clear();
        let planned =
            self.days.iter().flat_map(|day| &day.contacts).map(|one| 1 + usize::from(one.rival.is_some())).sum();
        let supervisor = person("supervisor", Role::Supervisor)?;
        let year = (self.first, self.first.plus_minutes(366 * 24 * 60));
        let mut summary = Summary::count(&supervisor, directory.as_ref(), planned, year).await?;
        summary.look_into(&self.peer.store);
        summary.calls(
            self.host
                .wiring
                .runtime
                .call_stats()
                .into_iter()
                .map(|stats| (stats.kind, Calls { count: stats.count, p50_us: stats.p50_us, p99_us: stats.p99_us })),
        );
        summary.wall_s = started.elapsed().as_secs_f64();
        Ok(summary)
    }

    fn token(&self, subject: &str, role: Role) -> anyhow::Result<String> {
        let token = NewToken {
            subject: format!("demo-{subject}"),
            role,
            practices: Some(self.host.wiring.directory.list()),
            scope: None,
            lifetime: TOKEN_LIFETIME,
        };
        Ok(self.issuer.sign(&token, self.clock.now())?)
    }

    /// Lets the clock run and the queue be worked off until somebody stops it.
    async fn stay(&self, quiet: bool) -> anyhow::Result<()> {
        self.clock.flow();
        let token = self.token("visitor", Role::Supervisor)?;
        let lines = format!(
            "\n  API    http://{}/v1/openapi.json\n  jeton  {token}\n\n  curl -H \"authorization: Bearer $JETON\" \
             http://{}/v1/practices/centre-des-lilas/contacts\n\n  Ctrl-C pour arrêter",
            self.address, self.address
        );
        if quiet {
            output::note(&lines);
        } else {
            output::data(&lines)?;
        }
        let working = Working::start(&self.host);
        stop_asked().await;
        working.stop().await;
        self.host.database.close().await;
        Ok(())
    }
}

/// An operator's configuration for a folder, with a key of its own.
fn configure(folder: &Path) -> anyhow::Result<OperatorConfig> {
    let key = folder.join("signing.pem");
    if !key.exists() {
        std::fs::write(&key, wire::new_key()?).context("cannot write the demo's signing key")?;
    }
    let mut config = OperatorConfig {
        storage: format!("sqlite:{}", folder.join("greffon.db").display()),
        practices: folder.join("practices"),
        data: folder.to_path_buf(),
        shared: assets::shared(folder),
        ..OperatorConfig::default()
    };
    config.keys.signing = Some(SecretRef::File(SecretFile { file: key.display().to_string() }));
    config.base = std::env::current_dir()?;
    config.allow.insert(WITH_CALDAV.to_owned(), Allow { cidrs: vec!["127.0.0.0/8".parse()?] });
    Ok(config)
}

/// All three practices live in one zone, and their files say so.
const ZONE: &str = "Europe/Paris";

fn first_instant(days: &[Day]) -> anyhow::Result<Instant> {
    let mut first = Instant(i64::MAX);
    for day in days {
        for contact in &day.contacts {
            first = first.min(day.instant(&contact.at, ZONE)?);
        }
    }
    Ok(first)
}

fn outages(days: &[Day]) -> anyhow::Result<Vec<PlannedOutage>> {
    let mut outages = Vec::new();
    for day in days {
        for outage in &day.outages {
            outages.push(PlannedOutage {
                from: day.instant(&outage.from, ZONE)?,
                to: day.instant(&outage.to, ZONE)?,
                mode: outage.mode,
            });
        }
    }
    Ok(outages)
}
