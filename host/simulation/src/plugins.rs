//! Triage and script plugins that a test writes in a few lines, or takes as
//! they are.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use greffon_core::model::script::{ScriptInfo, Session, View};
use greffon_core::model::triage::{Encounter, Protocol, Step};
use greffon_core::ports::plugins::{Bound, Health, PluginFailure, Pure, Script, Triage};

use super::faults::{Effect, Fault, FaultPlan};
use super::pace::Pace;

mod script;
mod triage;

type TriageFn = Arc<dyn Fn(&Encounter) -> Pure<Step> + Send + Sync>;
type ScriptFn = Arc<dyn Fn(&Session) -> Pure<View> + Send + Sync>;

/// A triage and a script plugin: simple ones, until a test says what they
/// answer. Clones share everything.
#[derive(Clone, Default)]
pub struct FakePlugins {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    answers: RwLock<Answers>,
    scripts: Vec<ScriptInfo>,
    plan: Arc<FaultPlan>,
    pace: Arc<Pace>,
}

#[derive(Default)]
struct Answers {
    triage: Option<TriageFn>,
    script: Option<ScriptFn>,
}

impl FakePlugins {
    /// Plugins that never fail but when told to.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Arc::default(), Arc::default())
    }

    /// The same with faults and a pace.
    #[must_use]
    pub fn with(plan: Arc<FaultPlan>, pace: Arc<Pace>) -> Self {
        Self { inner: Arc::new(Inner { answers: RwLock::default(), scripts: vec![script::info()], plan, pace }) }
    }

    /// The triage plugin.
    #[must_use]
    pub fn triage(&self) -> Bound {
        Bound::Triage(Arc::new(self.clone()))
    }

    /// The script plugin.
    #[must_use]
    pub fn script(&self) -> Bound {
        Bound::Script(Arc::new(self.clone()))
    }

    /// Answers every triage step from now on.
    pub fn set_triage(&self, triage: impl Fn(&Encounter) -> Pure<Step> + Send + Sync + 'static) {
        self.answers(|answers| answers.triage = Some(Arc::new(triage)));
    }

    /// Answers every script view from now on.
    pub fn set_script(&self, script: impl Fn(&Session) -> Pure<View> + Send + Sync + 'static) {
        self.answers(|answers| answers.script = Some(Arc::new(script)));
    }

    fn answers<T>(&self, with: impl FnOnce(&mut Answers) -> T) -> T {
        with(&mut self.inner.answers.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Fails if the plan says so.
    async fn call(&self, effect: Effect) -> Result<(), PluginFailure> {
        self.inner.pace.point().await;
        match self.inner.plan.draw(effect) {
            None => Ok(()),
            Some(Fault::Refused) => Err(PluginFailure::Busy),
            Some(Fault::Late) => Err(PluginFailure::LimitReached("deadline".to_owned())),
            Some(_) => Err(PluginFailure::Trapped("unreachable".to_owned())),
        }
    }
}

impl Health for FakePlugins {
    fn is_suspended(&self) -> bool {
        false
    }
}

#[async_trait]
impl Triage for FakePlugins {
    fn protocols(&self) -> &[Protocol] {
        &[]
    }

    async fn next(&self, encounter: &Encounter) -> Pure<Step> {
        self.call(Effect::Triage).await?;
        match self.answers(|answers| answers.triage.clone()) {
            Some(triage) => triage(encounter),
            None => Ok(Ok(triage::next(encounter))),
        }
    }
}

#[async_trait]
impl Script for FakePlugins {
    fn catalogue(&self) -> &[ScriptInfo] {
        &self.inner.scripts
    }

    async fn render(&self, session: &Session) -> Pure<View> {
        self.call(Effect::Script).await?;
        match self.answers(|answers| answers.script.clone()) {
            Some(script) => script(session),
            None => Ok(Ok(script::render(session))),
        }
    }
}
