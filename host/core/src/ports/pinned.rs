//! The grids and scripts of open contacts as they began with them (S9), under the
//! plugins' present components.

use std::sync::Arc;

use thiserror::Error;

use super::plugins::Problem;
use super::practices::{Feature, LivePractice};
use super::storage::{Storage, Stored};
use crate::model::pin::{KeptSettings, Pin};

/// Why a contact cannot go on with a grid or script that it began with. A person
/// decides then: the present one is never taken in its place unasked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PinProblem {
    /// The practice's file has no feature of that name any more.
    #[error("the practice has this feature no more")]
    FeatureGone,
    /// Under that name it has another plugin now, or one of another kind.
    #[error("the feature has another plugin now")]
    OtherPlugin,
    /// Storage does not have the settings.
    #[error("the settings of then are not in storage")]
    SettingsGone,
    /// What storage has is not what the pin names: it was changed there.
    #[error("the settings of then are damaged in storage")]
    SettingsDamaged,
    /// The plugin, in its present component, cannot be used with them.
    #[error("the plugin cannot be used with the settings of then: {0}")]
    NotUsable(Problem),
}

impl PinProblem {
    /// A stable word for journal and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::FeatureGone => "pinned-feature-gone",
            Self::OtherPlugin => "pinned-plugin-replaced",
            Self::SettingsGone => "pinned-settings-gone",
            Self::SettingsDamaged => "pinned-settings-damaged",
            Self::NotUsable(_) => "pinned-not-usable",
        }
    }

    /// Whether it may be over at the next try although nobody changes anything: the
    /// plugin gave no answer, or the host was busy.
    #[must_use]
    pub fn passing(&self) -> bool {
        matches!(self, Self::NotUsable(problem) if problem.passing)
    }
}

impl Feature {
    /// What a contact that begins now is pinned to: the present settings of a triage
    /// or script plugin. `None` for other kinds and for a feature that is out, with
    /// which nothing can begin.
    #[must_use]
    pub fn pin(&self) -> Option<Pin> {
        let (Some(kind), Some(settings), Ok(_)) = (self.kind, &self.settings, &self.bound) else { return None };
        let (feature, plugin) = (self.id().clone(), self.stamp.plugin.clone());
        Some(Pin { feature, kind, plugin, settings: settings.digest() })
    }
}

impl LivePractice {
    /// The feature of a pin while the practice has it with the very settings that the
    /// contact began with; `None` when it has others now. Asks nothing of anybody.
    ///
    /// # Errors
    /// `FeatureGone`, `OtherPlugin`; `NotUsable` when the feature is out although its
    /// settings are the same, or when nobody knows what it is because its plugin was
    /// not found.
    pub fn unchanged(&self, pin: &Pin) -> Result<Option<&Feature>, PinProblem> {
        let feature = self.of_pin(pin)?;
        match &feature.settings {
            Some(settings) if settings.digest() == pin.settings => match &feature.bound {
                Ok(_) => Ok(Some(feature)),
                Err(problem) => Err(PinProblem::NotUsable(problem.clone())),
            },
            _ => Ok(None),
        }
    }

    /// The feature of a pin, bound to `settings`, which is what storage has under the
    /// pin's digest. Answers at once with the present feature when that is
    /// [`unchanged`](Self::unchanged); else binds as [`EarlierSettings::bind`] does.
    /// The answer is bound, has the settings of the pin, and serves whom the feature
    /// serves in this revision; its stamp names the present component.
    ///
    /// # Errors
    /// As `unchanged`, and `SettingsDamaged` when `settings` is not what the pin names.
    pub async fn pinned(&self, pin: &Pin, settings: &str) -> Result<Feature, PinProblem> {
        if let Some(feature) = self.unchanged(pin)? {
            return Ok(feature.clone());
        }
        if !pin.names(settings) {
            return Err(PinProblem::SettingsDamaged);
        }
        let feature = self.of_pin(pin)?;
        let Some(earlier) = &feature.earlier else { return Err(PinProblem::OtherPlugin) };
        let bound = earlier.bind(settings).await.map_err(PinProblem::NotUsable)?;
        let settings = KeptSettings::new(&pin.plugin, settings.to_owned()).map(Arc::new);
        Ok(Feature { bound: Ok(bound), settings, ..feature.clone() })
    }

    /// The same, with the text from storage, which is read only when the practice has
    /// other settings now. Not to be called while a transaction is open.
    ///
    /// # Errors
    /// Storage's own; inside, as [`pinned`](Self::pinned), and `SettingsGone`.
    pub async fn pinned_from(&self, storage: &dyn Storage, pin: &Pin) -> Stored<Result<Feature, PinProblem>> {
        match self.unchanged(pin) {
            Ok(Some(feature)) => return Ok(Ok(feature.clone())),
            Ok(None) => {}
            Err(problem) => return Ok(Err(problem)),
        }
        Ok(match storage.settings(&self.practice.id, pin.settings).await? {
            Some(settings) => self.pinned(pin, &settings).await,
            None => Err(PinProblem::SettingsGone),
        })
    }

    /// What the practice has under the name that a pin gives, if it can be that.
    fn of_pin(&self, pin: &Pin) -> Result<&Feature, PinProblem> {
        let feature = self.feature(&pin.feature).ok_or(PinProblem::FeatureGone)?;
        match (feature.kind, &feature.bound) {
            (None, Err(problem)) => Err(PinProblem::NotUsable(problem.clone())),
            (kind, _) if kind != Some(pin.kind) || feature.stamp.plugin != pin.plugin => Err(PinProblem::OtherPlugin),
            _ => Ok(feature),
        }
    }
}
