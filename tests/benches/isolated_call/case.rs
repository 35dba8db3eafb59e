//! What is called, and by whom it is answered.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use greffon_core::ids::PracticeId;
use greffon_core::model::care::{ContentRef, Fact, PracticeContext, Source, Value};
use greffon_core::model::script::Session;
use greffon_core::model::triage::Encounter;
use greffon_core::ports::plugins::Bound;
use greffon_core::time::Instant;
use greffon_runtime::binding::{Binding, Grants};
use greffon_runtime::bindings::practice::{Finding, Prepared};
use greffon_runtime::bindings::script::greffon::script::types as script;
use greffon_runtime::bindings::triage::greffon::triage::types as triage;
use greffon_runtime::{Runtime, RuntimeConfig};
use greffon_simulation::{ManualClock, MemoryKeyValue};
use wasmtime::component::ComponentExportIndex;

use crate::bare::{Bare, Before};
use crate::load::Call;

const TRIAGE: &str = "greffon:triage/triage@0.1.0";
const SCRIPT: &str = "greffon:script/script@0.1.0";

/// Monday 7 September 2026, 08:00 in Paris.
const NOW: Instant = Instant(1_788_760_800_000);

/// A function, its settings, and who answers it: greffon first.
pub struct Case {
    pub name: &'static str,
    /// Bytes of the settings as JSON.
    pub json: usize,
    /// Bytes of what the plugin prepares.
    pub prepared: usize,
    pub settings: serde_json::Value,
    pub subjects: Vec<(&'static str, Call)>,
    /// The parts of the bare call.
    pub bare: Bare,
    pub bytes: Arc<[u8]>,
}

/// A runtime with the pure bundled plugins and the spinning guest.
pub fn host() -> Result<Arc<Runtime>> {
    let clock = Arc::new(ManualClock::at(NOW));
    let config = RuntimeConfig { concurrent_calls_per_practice: 64, ..RuntimeConfig::default() };
    let runtime = Runtime::new(config, Arc::new(MemoryKeyValue::default()), None, clock)?;
    for name in ["triage-grid", "script-standard"] {
        let plugin = greffon_bundled::find(name).context("a bundled plugin is gone")?;
        runtime.register_bundled([(plugin.id, plugin.manifest, plugin.component)])?;
    }
    runtime.register_bundled([("guest-spin", greffon_tests::GUEST_SPIN_MANIFEST, greffon_tests::GUEST_SPIN)])?;
    Ok(runtime)
}

/// A plugin bound to a feature of a practice.
pub fn bind(host: &Runtime, practice: &str, plugin: &str, settings: &serde_json::Value) -> Result<Bound> {
    let binding = Binding {
        practice: PracticeId::from(practice),
        feature: plugin.into(),
        plugin: plugin.to_owned(),
        settings: settings.clone(),
        grants: Grants::default(),
        credentials: Default::default(),
        mail: None,
    };
    host.bind(&binding).map_err(|problem| anyhow::anyhow!("{problem}"))
}

impl Case {
    /// The grid of `cabinet-morel`.
    pub fn triage_small(host: &Arc<Runtime>, before: &Before) -> Result<Self> {
        Self::triage("triage.next", small_grid()?, host, before)
    }

    /// Twenty-five protocols, of which one serves.
    pub fn triage_large(host: &Arc<Runtime>, before: &Before) -> Result<Self> {
        Self::triage("triage.next of a large grid", large_grid()?, host, before)
    }

    fn triage(name: &'static str, settings: serde_json::Value, host: &Arc<Runtime>, before: &Before) -> Result<Self> {
        let Bound::Triage(bound) = bind(host, "cabinet-morel", "triage-grid", &settings)? else { bail!("no triage") };
        let (case, wit) = (Arc::new(encounter()), Arc::new(triage::Encounter::from(encounter())));

        let subjects = |bare: &Bare| -> wasmtime::Result<_> { Ok((bare.clone(), bare.function("next")?)) };
        let new = Bare::like_greffon(component("triage-grid")?, TRIAGE).map_err(said)?;
        let old = Bare::as_before(&before.grid, TRIAGE).map_err(said)?;
        let json = settings.to_string();
        let bytes = prepare(&new, &json)?;
        let greffon: Call = {
            let case = Arc::clone(&case);
            Arc::new(move || {
                let (bound, case) = (Arc::clone(&bound), Arc::clone(&case));
                Box::pin(async move {
                    let step = bound.next(&case).await.expect("no failure").expect("a step");
                    assert!(matches!(step, greffon_core::model::triage::Step::Conclude(_)), "{step:?}");
                })
            })
        };
        let bare = |of: (Bare, ComponentExportIndex), bytes: Arc<[u8]>| -> Call {
            let (bare, next) = of;
            let wit = Arc::clone(&wit);
            Arc::new(move || {
                let (bare, bytes, wit) = (bare.clone(), Arc::clone(&bytes), Arc::clone(&wit));
                Box::pin(async move {
                    type Next = Result<triage::Step, triage::TriageError>;
                    let step: Next = bare.call(&next, (&*bytes, &*wit)).await.expect("no trap");
                    assert!(matches!(step, Ok(triage::Step::Conclude(_))), "{step:?}");
                })
            })
        };
        let subjects = vec![
            ("greffon", greffon),
            ("bare", bare(subjects(&new).map_err(said)?, Arc::clone(&bytes))),
            ("bare, as before", bare(subjects(&old).map_err(said)?, prepare(&old, &json)?)),
        ];
        Ok(Self { name, json: json.len(), prepared: bytes.len(), settings, subjects, bare: new, bytes })
    }

    /// The script of `cabinet-morel`: every phrase has its default.
    pub fn script(host: &Arc<Runtime>, before: &Before) -> Result<Self> {
        let settings = serde_json::json!({});
        let Bound::Script(bound) = bind(host, "cabinet-morel", "script-standard", &settings)? else {
            bail!("no script")
        };
        let (case, wit) = (Arc::new(session()), Arc::new(script::Session::from(session())));
        let new = Bare::like_greffon(component("script-standard")?, SCRIPT).map_err(said)?;
        let old = Bare::as_before(&before.script, SCRIPT).map_err(said)?;
        let json = settings.to_string();
        let bytes = prepare(&new, &json)?;
        let greffon: Call = {
            let case = Arc::clone(&case);
            Arc::new(move || {
                let (bound, case) = (Arc::clone(&bound), Arc::clone(&case));
                Box::pin(async move {
                    let view = bound.render(&case).await.expect("no failure").expect("a view");
                    assert!(!view.prompts.is_empty());
                })
            })
        };
        let bare = |bare: &Bare, bytes: Arc<[u8]>| -> wasmtime::Result<Call> {
            let (bare, render, wit) = (bare.clone(), bare.function("render")?, Arc::clone(&wit));
            Ok(Arc::new(move || {
                let (bare, bytes, wit) = (bare.clone(), Arc::clone(&bytes), Arc::clone(&wit));
                Box::pin(async move {
                    type Render = Result<script::View, script::ScriptError>;
                    let view: Render = bare.call(&render, (&*bytes, &*wit)).await.expect("no trap");
                    assert!(view.is_ok_and(|view| !view.prompts.is_empty()));
                })
            }))
        };
        let subjects = vec![
            ("greffon", greffon),
            ("bare", bare(&new, Arc::clone(&bytes)).map_err(said)?),
            ("bare, as before", bare(&old, prepare(&old, &json)?).map_err(said)?),
        ];
        let name = "script.render";
        Ok(Self { name, json: json.len(), prepared: bytes.len(), settings, subjects, bare: new, bytes })
    }
}

/// What a component makes of settings, on bare wasmtime.
pub fn prepare(bare: &Bare, json: &str) -> Result<Arc<[u8]>> {
    type Prepare = Result<Prepared, Vec<Finding>>;
    let function = bare.function("prepare").map_err(said)?;
    let said: Prepare = futures::executor::block_on(bare.call(&function, (json,))).map_err(said)?;
    match said {
        Ok(prepared) => Ok(prepared.bytes.into()),
        Err(findings) => bail!("the settings have errors: {findings:?}"),
    }
}

/// The encounter that is asked about: it concludes by two rules.
pub fn encounter() -> Encounter {
    Encounter {
        motive: Some("consultation".to_owned()),
        context: context(),
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

/// A contact of which the caller is known and the motive is not.
fn session() -> Session {
    Session {
        script: ContentRef { id: String::new(), version: String::new(), digest: Vec::new() },
        context: context(),
        facts: vec![
            fact("caller.kind", Value::Choice("patient".to_owned())),
            fact("caller.phone", Value::Phone("+33199000001".to_owned())),
            fact("patient.family", Value::Text("Durand".to_owned())),
            fact("patient.given", Value::Text("Anne".to_owned())),
        ],
        assessment: None,
        emergency_call: None,
        done: Vec::new(),
        override_reason: None,
        appointment: None,
        commitments: Vec::new(),
    }
}

fn fact(key: &str, value: Value) -> Fact {
    Fact { key: key.to_owned(), value, source: Source::Caller, at: NOW, by: "bench".to_owned() }
}

fn context() -> PracticeContext {
    PracticeContext {
        site: "cabinet".to_owned(),
        practitioner: None,
        speciality: None,
        zone: "Europe/Paris".to_owned(),
        now: NOW,
        now_local: "2026-09-07T08:00:00".to_owned(),
        opening: Vec::new(),
        language: "fr".to_owned(),
    }
}

fn small_grid() -> Result<serde_json::Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/grilles/medecine-generale.toml");
    Ok(toml::from_str(&std::fs::read_to_string(file).context("the example's grid is gone")?)?)
}

/// The small grid, and others beside it up to twenty-five protocols and 40 KB,
/// each for motives of its own.
fn large_grid() -> Result<serde_json::Value> {
    let mut grid = small_grid()?;
    let protocols = grid["protocols"].as_array_mut().context("a grid has protocols")?;
    let written = protocols.clone();
    for index in 0..25 - written.len() {
        let mut protocol = written[index % written.len()].clone();
        protocol["id"] = format!("{}-{index}", protocol["id"].as_str().unwrap_or_default()).into();
        protocol["motives"] = serde_json::json!([format!("motif-{index}"), format!("autre-motif-{index}")]);
        for question in protocol["questions"].as_array_mut().into_iter().flatten() {
            question["why"] = WHY.into();
        }
        protocols.push(protocol);
    }
    let size = grid.to_string().len();
    ensure!((38_000..60_000).contains(&size), "the large grid has {size} bytes");
    Ok(grid)
}

/// As long as a practice's own hints are.
const WHY: &str = "À demander telle quelle, sans commenter la réponse ; noter les mots de l'appelant, même ceux qui semblent \
    sans rapport, et ne rien promettre d'ici la conclusion. Si l'appelant parle pour un autre, demander s'il est auprès de \
    lui ; s'il ne l'est pas, le noter et poser quand même la question. Une réponse qui hésite se note « ne sait pas », \
    jamais « non ».";

fn component(plugin: &str) -> Result<&'static [u8]> {
    Ok(greffon_bundled::find(plugin).context("a bundled plugin is gone")?.component)
}

/// wasmtime's errors are a type of their own.
pub fn said(error: wasmtime::Error) -> anyhow::Error {
    anyhow::Error::from_boxed(error.into())
}
