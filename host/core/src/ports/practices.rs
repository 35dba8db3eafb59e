//! The practices of this installation, with their plugins bound.

mod channels;

use std::ops::Deref;
use std::sync::Arc;

pub use channels::carries;

use super::earlier::EarlierSettings;
use super::plugins::{Agenda, Bound, Channel, PluginFailure, Problem, Script, Stamp, Triage};
use crate::ids::{AgendaId, FeatureId, PracticeId};
use crate::model::approval::Content;
use crate::model::care::Fact;
use crate::model::contact::{practitioner_asked, site_of};
use crate::model::known_agendas::KnownAgendas;
use crate::model::outside_failure::FailureClass;
use crate::model::pin::KeptSettings;
use crate::model::practice::{PluginKind, Practice, Serves};

/// Looks practices up. A changed file shows as a new `Arc`, whole or not at
/// all.
pub trait Practices: Send + Sync {
    /// The practice of this name, in its latest good configuration.
    fn get(&self, id: &PracticeId) -> Option<Arc<LivePractice>>;

    /// All names, sorted.
    fn list(&self) -> Vec<PracticeId>;

    /// The grids and scripts of a practice as its files have them now, in the file's order:
    /// also what may not be used yet, and what has not taken the place of an earlier one.
    /// Only those in which nothing is wrong but that nobody approved them.
    fn contents(&self, _: &PracticeId) -> Vec<Content> {
        Vec::new()
    }
}

/// A practice with its features, of one revision of its files. A step takes one
/// at its beginning and uses it to its end, whatever is written meanwhile.
///
/// Most of a step asks for the configuration alone, so it dereferences to that.
#[derive(Clone, Debug)]
pub struct LivePractice {
    /// The configuration.
    pub practice: Practice,
    /// The features, in the file's order.
    pub features: Vec<Feature>,
}

impl From<Practice> for LivePractice {
    /// A practice without features.
    fn from(practice: Practice) -> Self {
        Self { practice, features: Vec::new() }
    }
}

impl Deref for LivePractice {
    type Target = Practice;

    fn deref(&self) -> &Practice {
        &self.practice
    }
}

/// A feature: which plugin, for whom, and the plugin itself or why it is out.
#[derive(Clone, Debug)]
pub struct Feature {
    /// Which plugin it is.
    pub stamp: Stamp,
    /// What the plugin is, from its manifest; `None` when there is no such
    /// plugin.
    pub kind: Option<PluginKind>,
    /// For whom.
    pub serves: Serves,
    /// The plugin, or what keeps it from being used.
    pub bound: Result<Bound, Problem>,
    /// The settings of a plugin of a pure kind, as its guest gets them; `None` for
    /// other kinds, and when they do not fit the plugin's schema.
    pub settings: Option<Arc<KeptSettings>>,
    /// The same plugin for contacts that began when it had other settings; `None` for
    /// kinds that are not pure, and when there is no such plugin.
    pub earlier: Option<Arc<dyn EarlierSettings>>,
}

impl Feature {
    /// The practice's name for it.
    #[must_use]
    pub fn id(&self) -> &FeatureId {
        &self.stamp.feature
    }

    /// Whether it is of this kind, or may be: of a plugin that was not found
    /// nobody knows what it would have been.
    #[must_use]
    pub fn may_be(&self, kind: PluginKind) -> bool {
        self.kind.is_none_or(|own| own == kind)
    }

    /// Its triage plugin.
    ///
    /// # Errors
    /// `NotUsable` when it has a problem, `NotBound` when it is something else.
    pub fn triage(&self) -> Result<&dyn Triage, PluginFailure> {
        match self.usable()? {
            Bound::Triage(bound) => Ok(bound.as_ref()),
            _ => Err(PluginFailure::NotBound),
        }
    }

    /// Its script plugin.
    ///
    /// # Errors
    /// As [`triage`](Self::triage).
    pub fn script(&self) -> Result<&dyn Script, PluginFailure> {
        match self.usable()? {
            Bound::Script(bound) => Ok(bound.as_ref()),
            _ => Err(PluginFailure::NotBound),
        }
    }

    /// Its agenda plugin.
    ///
    /// # Errors
    /// As [`triage`](Self::triage).
    pub fn agenda(&self) -> Result<&dyn Agenda, PluginFailure> {
        match self.usable()? {
            Bound::Agenda(bound) => Ok(bound.as_ref()),
            _ => Err(PluginFailure::NotBound),
        }
    }

    /// Its channel plugin.
    ///
    /// # Errors
    /// As [`triage`](Self::triage).
    pub fn channel(&self) -> Result<&dyn Channel, PluginFailure> {
        match self.usable()? {
            Bound::Channel(bound) => Ok(bound.as_ref()),
            _ => Err(PluginFailure::NotBound),
        }
    }

    /// What its agendas last told of themselves, of all that is known of the
    /// practice's. `None` for other kinds, for a feature that is out, and until the
    /// agendas were asked under the present binding.
    #[must_use]
    pub fn known_agendas<'k>(&self, of_practice: &'k [KnownAgendas]) -> Option<&'k KnownAgendas> {
        let binding = self.agenda().ok()?.binding();
        of_practice.iter().find(|known| known.feature == *self.id() && known.binding == binding)
    }

    /// Why what it asks outside fails now, as far as the host saw it; `None` when its last call went well, and until
    /// one failed.
    #[must_use]
    pub fn failing(&self) -> Option<FailureClass> {
        let last = self.usable().ok()?.health().last_failure()?;
        last.over_at.is_none().then_some(last.failure.class)
    }

    fn usable(&self) -> Result<&Bound, PluginFailure> {
        self.bound.as_ref().map_err(|_| PluginFailure::NotUsable)
    }
}

impl LivePractice {
    /// The feature of this name.
    #[must_use]
    pub fn feature(&self, id: &FeatureId) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.id() == id)
    }

    /// The features that are, or may be, of a kind and serve the site and the
    /// practitioner of a contact, in the file's order.
    pub fn serving(&self, kind: PluginKind, facts: &[Fact]) -> impl Iterator<Item = &Feature> + use<'_> {
        let site = site_of(self, facts).map(|site| &site.id);
        let practitioner = practitioner_asked(self, facts).map(|one| &one.id);
        let serves = move |feature: &&Feature| feature.may_be(kind) && feature.serves.contact(site, practitioner);
        self.features.iter().filter(serves)
    }

    /// The agenda of a feature.
    ///
    /// # Errors
    /// `NotBound`, `NotUsable`.
    pub fn agenda(&self, feature: &FeatureId) -> Result<&dyn Agenda, PluginFailure> {
        self.feature(feature).ok_or(PluginFailure::NotBound)?.agenda()
    }

    /// The channel of a feature.
    ///
    /// # Errors
    /// `NotBound`, `NotUsable`.
    pub fn channel(&self, feature: &FeatureId) -> Result<&dyn Channel, PluginFailure> {
        self.feature(feature).ok_or(PluginFailure::NotBound)?.channel()
    }

    /// The agendas of a feature that its practitioners have, sorted.
    #[must_use]
    pub fn agendas_of(&self, feature: &FeatureId) -> Vec<AgendaId> {
        let agendas = self.practitioners.iter().flat_map(|one| &one.agendas);
        let mut names: Vec<AgendaId> =
            agendas.filter(|one| one.feature == *feature).map(|one| one.agenda.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Why a feature fails now: see [`Feature::failing`].
    #[must_use]
    pub fn failing(&self, feature: &FeatureId) -> Option<FailureClass> {
        self.feature(feature)?.failing()
    }

    /// The stamp of a feature, also of one that is gone.
    #[must_use]
    pub fn stamp(&self, feature: &FeatureId) -> Stamp {
        self.feature(feature).map_or_else(|| Stamp::of_feature(feature), |feature| feature.stamp.clone())
    }
}
