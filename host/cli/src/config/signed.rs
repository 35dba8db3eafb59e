//! The grids and scripts of a practice, and whether their practitioners' signatures hold.

use std::sync::Arc;

use greffon_core::ids::FeatureId;
use greffon_core::model::pin::{KeptSettings, SettingsDigest};
use greffon_core::ports::plugins::Bound;
use greffon_core::ports::practices::Feature;
use serde_json::Value;

use super::loader::Loader;
use crate::signature::{ContentName, Held, Refusal, Signatures, Wanted, held_settings, hold, hold_earlier, judge};

/// A grid or a script that can be read, explained and signed: its plugin finds no error in
/// it. Whether it may be used is another matter.
#[derive(Clone, Debug)]
pub struct Signable {
    /// The practice's name for it.
    pub feature: FeatureId,
    /// The plugin, whoever signed or not.
    pub bound: Bound,
    /// What is signed.
    pub settings: SettingsDigest,
    /// Those, for programs that explain them.
    pub text: Arc<KeptSettings>,
    /// The grids or scripts in them.
    pub contents: Vec<ContentName>,
    /// Written for demonstrations.
    pub demo: bool,
    /// Who signed it and until when, or why it may not be used; `None` in a demonstration
    /// practice, which needs no signature.
    pub signature: Option<Result<Held, Refusal>>,
}

/// The signatures of a feature's grid or script, as far as a practice needs any.
pub(super) struct Asked(Option<Result<Signatures, Refusal>>);

impl Asked {
    /// Reads them, unless the practice is a demonstration.
    pub(super) fn of(loader: &Loader<'_>, feature: &str) -> Self {
        Self((!loader.file.demo).then(|| loader.signatures(feature)))
    }

    /// Contacts go on with what they began with only while that is signed, and the practice
    /// with an earlier configuration.
    pub(super) fn guard_earlier(&self, loader: &Loader<'_>, feature: &mut Feature) {
        let Some(read) = &self.0 else { return };
        let signed = read.as_ref().map(|all| held_settings(all, &loader.practice, &loader.around.signers));
        let now = loader.around.clock.now();
        let hold = signed.iter().flatten().filter(|(_, held)| held.at(now)).map(|(settings, _)| *settings).collect();
        loader.signed.borrow_mut().push((feature.id().clone(), hold));
        let plugin = feature.stamp.plugin.clone();
        feature.earlier = feature
            .earlier
            .take()
            .map(|earlier| hold_earlier(earlier, plugin, signed.unwrap_or_default(), Arc::clone(&loader.around.clock)));
    }

    /// The plugin as far as its signature holds, and what can be said of it.
    pub(super) fn judge(
        &self,
        loader: &Loader<'_>,
        feature: &str,
        settings: &Arc<KeptSettings>,
        bound: Bound,
    ) -> (Result<Bound, Refusal>, Signable) {
        let contents = contents(&bound);
        let (practice, zone) = (&loader.practice, loader.file.time_zone.as_str());
        let wanted = Wanted { practice, settings: settings.digest(), contents: &contents, zone };
        let signature = self.0.as_ref().map(|read| {
            let all = read.as_ref().map_err(Clone::clone)?;
            judge(all, &wanted, &loader.around.signers, loader.around.clock.now())
        });
        let signable = Signable {
            feature: feature.into(),
            bound: bound.clone(),
            settings: settings.digest(),
            text: Arc::clone(settings),
            contents: contents.clone(),
            demo: serde_json::from_str(settings.text()).is_ok_and(|settings| demonstration(&settings, "").is_some()),
            signature: signature.clone(),
        };
        let used = match signature {
            None => Ok(bound),
            Some(Ok(held)) => Ok(hold(bound, held, Arc::clone(&loader.around.clock))),
            Some(Err(refusal)) => Err(refusal),
        };
        (used, signable)
    }
}

fn contents(bound: &Bound) -> Vec<ContentName> {
    let name = |id: &str, version: &str| ContentName { id: id.to_owned(), version: version.to_owned() };
    match bound {
        Bound::Triage(triage) => {
            triage.protocols().iter().map(|one| name(&one.content.id, &one.content.version)).collect()
        }
        Bound::Script(script) => {
            script.catalogue().iter().map(|one| name(&one.content.id, &one.content.version)).collect()
        }
        _ => Vec::new(),
    }
}

/// Where settings say that they are written for demonstrations (a JSON Pointer).
pub(super) fn demonstration(settings: &Value, path: &str) -> Option<String> {
    match settings {
        Value::Object(fields) if fields.get("demo") == Some(&Value::Bool(true)) => Some(format!("{path}/demo")),
        Value::Object(fields) => fields.iter().find_map(|(key, field)| demonstration(field, &format!("{path}/{key}"))),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| demonstration(item, &format!("{path}/{index}")))
        }
        _ => None,
    }
}
