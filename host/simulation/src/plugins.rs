//! Plugins that a test writes in a few lines, or takes as they are.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::practice::{PluginKind, Practice};
use greffon_core::model::script::{ScriptInfo, Session, View};
use greffon_core::model::triage::{Encounter, Protocol, Step};
use greffon_core::ports::plugins::{Agenda, Channel, PluginFailure, PluginStatus, Plugins, Pure};

use super::agenda::FakeAgenda;
use super::channel::FakeChannel;
use super::faults::{Effect, Fault, FaultPlan};
use super::pace::Pace;

mod script;
mod triage;
mod unbound;

use unbound::Unbound;

type TriageFn = Arc<dyn Fn(&Encounter) -> Pure<Step> + Send + Sync>;
type ScriptFn = Arc<dyn Fn(&Session) -> Pure<View> + Send + Sync>;

/// [`Plugins`] over fakes: any triage and script feature of a practice is bound
/// to the two functions, agendas and channels to those that were added. Clones
/// share everything.
#[derive(Clone, Default)]
pub struct FakePlugins {
    inner: Arc<RwLock<Inner>>,
    plan: Arc<FaultPlan>,
    pace: Arc<Pace>,
}

#[derive(Default)]
struct Inner {
    agendas: BTreeMap<(PracticeId, FeatureId), FakeAgenda>,
    channels: BTreeMap<(PracticeId, FeatureId), FakeChannel>,
    triage: Option<TriageFn>,
    script: Option<ScriptFn>,
}

impl FakePlugins {
    /// Without agendas and channels; triage and script are simple ones.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with faults of triage and script, and a pace.
    #[must_use]
    pub fn with(plan: Arc<FaultPlan>, pace: Arc<Pace>) -> Self {
        Self { inner: Arc::default(), plan, pace }
    }

    /// Binds an agenda.
    pub fn add_agenda(&self, practice: &PracticeId, feature: &FeatureId, agenda: FakeAgenda) {
        self.write(|inner| inner.agendas.insert((practice.clone(), feature.clone()), agenda));
    }

    /// Binds a channel.
    pub fn add_channel(&self, practice: &PracticeId, feature: &FeatureId, channel: FakeChannel) {
        self.write(|inner| inner.channels.insert((practice.clone(), feature.clone()), channel));
    }

    /// Answers every triage step from now on.
    pub fn set_triage(&self, triage: impl Fn(&Encounter) -> Pure<Step> + Send + Sync + 'static) {
        self.write(|inner| inner.triage = Some(Arc::new(triage)));
    }

    /// Answers every script view from now on.
    pub fn set_script(&self, script: impl Fn(&Session) -> Pure<View> + Send + Sync + 'static) {
        self.write(|inner| inner.script = Some(Arc::new(script)));
    }

    fn write<T>(&self, with: impl FnOnce(&mut Inner) -> T) -> T {
        with(&mut self.inner.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn read<T>(&self, with: impl FnOnce(&Inner) -> T) -> T {
        with(&self.inner.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Checks the binding, then fails if the plan says so.
    async fn call(
        &self,
        practice: &Practice,
        feature: &FeatureId,
        kind: PluginKind,
        effect: Effect,
    ) -> Result<(), PluginFailure> {
        self.pace.point().await;
        if practice.feature(feature).is_none_or(|binding| binding.kind != kind) {
            return Err(PluginFailure::NotBound(feature.clone()));
        }
        match self.plan.draw(effect) {
            None => Ok(()),
            Some(Fault::Refused) => Err(PluginFailure::Busy(feature.clone())),
            Some(Fault::Late) => {
                Err(PluginFailure::LimitReached { feature: feature.clone(), limit: "deadline".to_owned() })
            }
            Some(_) => Err(PluginFailure::Trapped { feature: feature.clone(), code: "unreachable".to_owned() }),
        }
    }
}

#[async_trait]
impl Plugins for FakePlugins {
    async fn status(&self, practice: &Practice) -> Vec<PluginStatus> {
        let status = |binding: &greffon_core::model::practice::Binding| PluginStatus {
            feature: binding.feature.clone(),
            plugin: binding.plugin.clone(),
            version: "0.0.0".to_owned(),
            digest: String::new(),
            kind: binding.kind,
            usable: true,
            problem: None,
            suspended: false,
        };
        practice.features.iter().map(status).collect()
    }

    async fn triage_protocols(&self, practice: &Practice, feature: &FeatureId) -> Pure<Vec<Protocol>> {
        self.call(practice, feature, PluginKind::Triage, Effect::Triage).await?;
        Ok(Ok(Vec::new()))
    }

    async fn triage_next(&self, practice: &Practice, feature: &FeatureId, encounter: &Encounter) -> Pure<Step> {
        self.call(practice, feature, PluginKind::Triage, Effect::Triage).await?;
        match self.read(|inner| inner.triage.clone()) {
            Some(triage) => triage(encounter),
            None => Ok(Ok(triage::next(encounter))),
        }
    }

    async fn script_catalogue(&self, practice: &Practice, feature: &FeatureId) -> Pure<Vec<ScriptInfo>> {
        self.call(practice, feature, PluginKind::Script, Effect::Script).await?;
        Ok(Ok(vec![script::info()]))
    }

    async fn script_render(&self, practice: &Practice, feature: &FeatureId, session: &Session) -> Pure<View> {
        self.call(practice, feature, PluginKind::Script, Effect::Script).await?;
        match self.read(|inner| inner.script.clone()) {
            Some(script) => script(session),
            None => Ok(Ok(script::render(session))),
        }
    }

    fn agenda<'a>(&'a self, practice: &'a Practice, feature: &'a FeatureId) -> Box<dyn Agenda + 'a> {
        let bound = self.read(|inner| inner.agendas.get(&(practice.id.clone(), feature.clone())).cloned());
        Box::new(bound.unwrap_or_else(FakeAgenda::absent))
    }

    fn channel<'a>(&'a self, practice: &'a Practice, feature: &'a FeatureId) -> Box<dyn Channel + 'a> {
        match self.read(|inner| inner.channels.get(&(practice.id.clone(), feature.clone())).cloned()) {
            None => Box::new(Unbound(feature.clone())),
            Some(channel) => Box::new(channel),
        }
    }
}
