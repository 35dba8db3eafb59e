//! `greffon demo`: a whole morning at three synthetic practices, through the
//! HTTP API and the real plugins, on a clock of its own.

pub mod api;
pub(crate) mod assets;
pub mod clock;
mod day;
pub(crate) mod house;
mod play;
pub(crate) mod secretary;
mod staff;
mod summary;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use anyhow::Context as _;
use clap::Args;
use greffon_core::jobs::Jobs;
use greffon_core::model::audit::Role;
use greffon_core::ports::practices::Practices as _;
use greffon_core::time::Instant;

use self::day::{Day, PlannedOutage};
use self::house::House;
use self::play::Stage;
use self::summary::{Calls, Summary};
use crate::worker::{Hangups, Working, stop_asked};
use crate::{output, telemetry};

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
    house: House,
    days: Vec<Day>,
    cases: std::collections::BTreeMap<String, day::Case>,
    first: Instant,
    progress: PathBuf,
}

impl Set {
    async fn build(folder: &Path) -> anyhow::Result<Self> {
        let cases = assets::cases()?;
        let days = assets::days(&cases)?;
        let first = first_instant(&days)?;
        let house = House::open((folder, folder), None, first, outages(&days)?, telemetry::metrics()?).await?;
        Ok(Self { house, days, cases, first, progress: folder.join("progress") })
    }

    async fn play(&self) -> anyhow::Result<Summary> {
        let started = Stopwatch::now();
        let house = &self.house;
        let person = |subject: &str, role: Role| house.person(subject, role);
        let stage = Stage {
            jobs: Jobs::new(house.host.reception.clone()),
            practices: house.host.reception.reads.practices(),
            clock: Arc::clone(&house.clock),
            secretaries: [person("secretary-a", Role::Secretary)?, person("secretary-b", Role::Secretary)?],
            staff: person("practitioner", Role::Practitioner)?,
            progress: self.progress.clone(),
        };
        let bar = output::bar(0);
        let directory = &house.host.wiring.directory;
        let zone_of = |id: &str| directory.get(&id.into()).map(|practice| practice.time_zone.clone());
        stage.play(&self.days, &self.cases, zone_of, &bar).await?;
        bar.finish_and_clear();
        let planned =
            self.days.iter().flat_map(|day| &day.contacts).map(|one| 1 + usize::from(one.rival.is_some())).sum();
        let supervisor = person("supervisor", Role::Supervisor)?;
        let year = (self.first, self.first.plus_minutes(366 * 24 * 60));
        let mut summary = Summary::count(&supervisor, directory.as_ref(), planned, year).await?;
        summary.look_into(&house.peer.store);
        summary.calls(
            house
                .host
                .wiring
                .runtime
                .call_stats()
                .into_iter()
                .map(|stats| (stats.kind, Calls { count: stats.count, p50_us: stats.p50_us, p99_us: stats.p99_us })),
        );
        summary.wall_s = started.elapsed().as_secs_f64();
        Ok(summary)
    }

    /// Lets the clock run and the queue be worked off until somebody stops it.
    async fn stay(&self, quiet: bool) -> anyhow::Result<()> {
        let house = &self.house;
        house.clock.flow();
        let token = house.token("visitor", Role::Supervisor)?;
        let lines = format!(
            "\n  API    http://{}/v1/openapi.json\n  jeton  {token}\n\n  curl -H \"authorization: Bearer $JETON\" \
             http://{}/v1/practices/centre-des-lilas/contacts\n\n  Ctrl-C pour arrêter",
            house.address, house.address
        );
        if quiet {
            output::note(&lines);
        } else {
            output::data(&lines)?;
        }
        let working = Working::start(&house.host);
        stop_asked().await;
        working.stop().await;
        house.host.database.close().await;
        Ok(())
    }
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
