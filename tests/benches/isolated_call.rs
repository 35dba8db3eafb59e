//! One isolated `triage.next` of the bundled grid plugin through
//! greffon-runtime, beside the same component on bare wasmtime:
//!
//! * `greffon`: permits, CPU and deadline budget, limits, host-owned types;
//! * `bare, isolated`: a new store and instance per call too, from a pool, and
//!   nothing else;
//! * `bare, on demand`: the same with wasmtime's default allocator;
//! * `bare, warm`: one instance for all calls, so without isolation.
//!
//! Rounds take turns, so that all see the same machine; the median round counts.
//!
//!     cargo bench -p greffon-tests --bench isolated_call

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use greffon::config::operator::OperatorConfig;
use greffon::wire::Wiring;
use greffon_core::ids::FeatureId;
use greffon_core::model::care::{Fact, PracticeContext, Source, Value};
use greffon_core::model::triage::{Encounter, Step};
use greffon_core::ports::practices::Practices as _;
use greffon_runtime::bindings::triage::greffon::triage::types as wit;
use greffon_runtime::bindings::triage::{TriagePlugin, TriagePluginPre};
use tokio::runtime::Builder;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

const ROUNDS: usize = 21;
const CALLS_PER_ROUND: u32 = 500;

/// Monday 7 September 2026, 08:00 in Paris.
const NOW: greffon_core::time::Instant = greffon_core::time::Instant(1_788_760_800_000);

fn main() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let practices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/practices");
    let config =
        OperatorConfig { practices: practices.clone(), data: data.path().to_path_buf(), ..OperatorConfig::default() };
    let wiring = Wiring::without_storage(config)?;
    // Other examples name secrets that are not here; they are not asked.
    wiring.directory.refresh();
    let practice = wiring.directory.get(&"cabinet-morel".into()).context("an example is gone")?;
    let feature = FeatureId::from("tri");
    let asked = encounter();
    let tokio = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;

    let triage = practice.feature(&feature).context("the feature is gone")?.triage()?;
    let settings = std::fs::read_to_string(practices.join("grilles/medecine-generale.toml"))?;
    let settings = serde_json::to_string(&toml::from_str::<toml::Value>(&settings)?)?;
    let mut pooled = Bare::new(Some(PoolingAllocationConfig::new()), &settings).map_err(said)?;
    let on_demand = Bare::new(None, &settings).map_err(said)?;
    tokio.block_on(async {
        // All do the same work.
        let ours = triage.next(&asked).await??;
        let theirs = pooled.isolated(&asked).await.map_err(said)?;
        anyhow::ensure!(same(&ours, &theirs), "greffon: {ours:?}\nbare: {theirs:?}");

        let mut times: [Vec<Duration>; 4] = Default::default();
        for _ in 0..ROUNDS {
            let began = Instant::now();
            for _ in 0..CALLS_PER_ROUND {
                triage.next(&asked).await??;
            }
            times[0].push(began.elapsed());
            let began = Instant::now();
            for _ in 0..CALLS_PER_ROUND {
                pooled.isolated(&asked).await.map_err(said)?;
            }
            times[1].push(began.elapsed());
            let began = Instant::now();
            for _ in 0..CALLS_PER_ROUND {
                on_demand.isolated(&asked).await.map_err(said)?;
            }
            times[2].push(began.elapsed());
            let began = Instant::now();
            for _ in 0..CALLS_PER_ROUND {
                pooled.warm(&asked).await.map_err(said)?;
            }
            times[3].push(began.elapsed());
        }
        let [greffon, pooled, on_demand, warm] = times.map(median_us);
        println!("one triage.next, median of {ROUNDS} rounds of {CALLS_PER_ROUND} calls");
        println!("  greffon           {greffon:8.1} µs");
        for (name, bare) in [("bare, isolated  ", pooled), ("bare, on demand ", on_demand), ("bare, warm      ", warm)]
        {
            println!("  {name}  {bare:8.1} µs   greffon / bare = {:.2}", greffon / bare);
        }
        Ok(())
    })
}

/// wasmtime with nothing of greffon's.
struct Bare {
    engine: Engine,
    guest: TriagePluginPre<()>,
    settings: String,
    warm: Option<(Store<()>, TriagePlugin)>,
}

impl Bare {
    fn new(pool: Option<PoolingAllocationConfig>, settings: &str) -> wasmtime::Result<Self> {
        let mut config = Config::new();
        if let Some(pool) = pool {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        }
        let engine = Engine::new(&config)?;
        let plugin = greffon_bundled::find("triage-grid").ok_or_else(|| wasmtime::format_err!("the plugin is gone"))?;
        let component = Component::new(&engine, plugin.component)?;
        let guest = TriagePluginPre::new(Linker::new(&engine).instantiate_pre(&component)?)?;
        Ok(Self { engine, guest, settings: settings.to_owned(), warm: None })
    }

    async fn isolated(&self, asked: &Encounter) -> wasmtime::Result<wit::Step> {
        let mut store = Store::new(&self.engine, ());
        let guest = self.guest.instantiate_async(&mut store).await?;
        next(&guest, &mut store, &self.settings, asked).await
    }

    async fn warm(&mut self, asked: &Encounter) -> wasmtime::Result<wit::Step> {
        if self.warm.is_none() {
            let mut store = Store::new(&self.engine, ());
            let guest = self.guest.instantiate_async(&mut store).await?;
            self.warm = Some((store, guest));
        }
        match self.warm.as_mut() {
            Some((store, guest)) => next(guest, store, &self.settings, asked).await,
            None => Err(wasmtime::format_err!("no instance")),
        }
    }
}

async fn next(
    guest: &TriagePlugin,
    store: &mut Store<()>,
    settings: &str,
    asked: &Encounter,
) -> wasmtime::Result<wit::Step> {
    let asked = wit::Encounter::from(asked.clone());
    let answer = guest.greffon_triage_triage().call_next(store, settings, &asked).await?;
    answer.map_err(|error| wasmtime::format_err!("{error:?}"))
}

fn said(error: wasmtime::Error) -> anyhow::Error {
    anyhow::Error::from_boxed(error.into())
}

/// Whether both concluded, or both asked the same question.
fn same(ours: &Step, theirs: &wit::Step) -> bool {
    match (ours, theirs) {
        (Step::Ask(ours), wit::Step::Ask(theirs)) => {
            ours.iter().map(|one| &one.key).eq(theirs.iter().map(|one| &one.key))
        }
        (Step::Conclude(ours), wit::Step::Conclude(theirs)) => {
            ours.reasons.iter().map(|one| &one.rule).eq(theirs.reasons.iter().map(|one| &one.rule))
        }
        _ => false,
    }
}

fn median_us(mut rounds: Vec<Duration>) -> f64 {
    rounds.sort();
    rounds[rounds.len() / 2].as_secs_f64() * 1e6 / f64::from(CALLS_PER_ROUND)
}

fn encounter() -> Encounter {
    let fact = |key: &str, value: Value| Fact {
        key: key.to_owned(),
        value,
        source: Source::Caller,
        at: NOW,
        by: "bench".to_owned(),
    };
    Encounter {
        motive: Some("consultation".to_owned()),
        context: PracticeContext {
            site: "cabinet".to_owned(),
            practitioner: None,
            speciality: None,
            zone: "Europe/Paris".to_owned(),
            now: NOW,
            now_local: "2026-09-07T08:00:00".to_owned(),
            opening: Vec::new(),
            language: "fr".to_owned(),
        },
        facts: vec![
            fact("symptom.stiff-neck", Value::No),
            fact("fever.high", Value::No),
            fact("fever.days", Value::Number(4)),
            fact("symptom.worse", Value::Yes),
        ],
        patient_age_days: Some(15_000),
        previous: None,
    }
}
