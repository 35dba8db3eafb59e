//! The features of practices, made ready for calls: plugin found, settings
//! checked, grants cut. Kept for as long as the practice's file is the same.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::practice::{Binding, Practice};
use ipnet::IpNet;

use crate::breaker::{Breaker, BreakerConfig};
use crate::grants;
use crate::inline::Pace;
use crate::problem::{Problem, on_one_line};
use crate::registry::{Plugin, Registry};
use crate::state::Bound;

/// A feature that can be called.
pub(crate) struct Ready {
    pub bound: Arc<Bound>,
    pub plugin: Arc<Plugin>,
    pub breaker: Breaker,
}

/// A feature, or why it cannot be used.
pub(crate) type Prepared = Result<Arc<Ready>, String>;

/// The features of one revision of a practice.
pub(crate) struct PracticeFeatures {
    revision: String,
    features: HashMap<FeatureId, Prepared>,
}

impl PracticeFeatures {
    pub(crate) fn get(&self, feature: &FeatureId) -> Option<&Prepared> {
        self.features.get(feature)
    }
}

/// All practices that were called.
#[derive(Default)]
pub(crate) struct Bindings {
    practices: RwLock<HashMap<PracticeId, Arc<PracticeFeatures>>>,
}

impl Bindings {
    /// Removes a practice that is not served any more.
    pub(crate) fn forget(&self, practice: &PracticeId) {
        self.practices.write().unwrap_or_else(PoisonError::into_inner).remove(practice);
    }

    /// The features of a practice. A new revision is made ready whole, and
    /// starts with closed breakers: its file may be the repair.
    pub(crate) fn of(
        &self,
        practice: &Practice,
        registry: &Registry,
        breaker: BreakerConfig,
        opened: &[IpNet],
    ) -> Arc<PracticeFeatures> {
        // Entries are replaced as a whole: the map is whole whatever panicked.
        let known = self.practices.read().unwrap_or_else(PoisonError::into_inner).get(&practice.id).cloned();
        if let Some(known) = known.filter(|known| known.revision == practice.revision) {
            return known;
        }
        let prepare = |binding: &Binding| {
            let prepared =
                ready(practice, binding, registry, breaker, opened).map_err(|problems| on_one_line(&problems));
            (binding.feature.clone(), prepared)
        };
        let features = practice.features.iter().map(prepare).collect();
        let made = Arc::new(PracticeFeatures { revision: practice.revision.clone(), features });
        let mut practices = self.practices.write().unwrap_or_else(PoisonError::into_inner);
        practices.insert(practice.id.clone(), Arc::clone(&made));
        made
    }
}

fn ready(
    practice: &Practice,
    binding: &Binding,
    registry: &Registry,
    breaker: BreakerConfig,
    opened: &[IpNet],
) -> Result<Arc<Ready>, Vec<Problem>> {
    let (plugin, checked) = check(binding, registry)?;
    let bound = Bound {
        practice: practice.id.clone(),
        feature: binding.feature.clone(),
        plugin: plugin.manifest.id.to_string(),
        kind: plugin.manifest.kind,
        settings: checked.settings,
        granted: checked.granted,
        credentials: grants::credentials_of(&plugin.manifest, binding),
        mail: practice.mail.clone(),
        opened: opened.to_vec(),
        limits: plugin.limits.clone(),
        pace: Pace::default(),
    };
    Ok(Arc::new(Ready { bound: Arc::new(bound), plugin, breaker: Breaker::new(breaker) }))
}

/// What checking a binding gives.
pub(crate) struct Checked {
    pub settings: String,
    pub granted: crate::state::Granted,
}

/// The problem to mend first.
pub(crate) fn first(mut problems: Vec<Problem>) -> Problem {
    problems.swap_remove(0)
}

/// Checks a binding against its plugin's manifest; at least one problem when it
/// does not fit.
pub(crate) fn check(binding: &Binding, registry: &Registry) -> Result<(Arc<Plugin>, Checked), Vec<Problem>> {
    let Some(plugin) = registry.get(&binding.plugin) else {
        return Err(vec![Problem {
            key: "plugin".to_owned(),
            message: format!("plugin \"{}\" is not loaded", binding.plugin),
            hint: "resolve it when the practice's file is read".to_owned(),
        }]);
    };
    let manifest = &plugin.manifest;
    let mut problems = Vec::new();
    if manifest.kind != binding.kind {
        problems.push(Problem {
            key: "plugin".to_owned(),
            message: format!("plugin \"{}\" is of kind {}", manifest.id, manifest.kind.as_str()),
            hint: format!("bind a plugin of kind {}", binding.kind.as_str()),
        });
    }
    let settings = plugin.schema.apply(&binding.settings);
    let granted = grants::granted(manifest, binding);
    match (settings, granted) {
        (Ok(settings), Ok(granted)) if problems.is_empty() => Ok((plugin, Checked { settings, granted })),
        (settings, granted) => {
            problems.extend(settings.err().unwrap_or_default());
            problems.extend(granted.err().unwrap_or_default());
            Err(problems)
        }
    }
}
