//! The grids and scripts of a practice, and whether their practitioners' signatures hold.

use std::sync::Arc;

use greffon_core::ids::FeatureId;
use greffon_core::model::approval::{Content, ContentName, Standing};
use greffon_core::model::pin::{KeptSettings, SettingsDigest};
use greffon_core::model::practice::PluginKind;
use greffon_core::ports::plugins::Bound;
use greffon_core::ports::practices::Feature;
use serde_json::Value;

use super::loader::Loader;
use crate::signature::{Held, Refusal, Said, Wanted, hold, hold_earlier};

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

impl Signable {
    /// As practitioners are shown it who may approve it.
    #[must_use]
    pub fn content(&self) -> Content {
        let standing = match &self.signature {
            None => Standing::NotNeeded,
            Some(Ok(held)) => Standing::Approved {
                by: held.name.clone(),
                rpps: held.rpps.clone(),
                attested: held.attested,
                from: held.from,
                until: held.until,
            },
            Some(Err(Refusal { message, hint, .. })) => {
                Standing::Refused { message: message.clone(), hint: hint.clone() }
            }
        };
        let kind = if matches!(self.bound, Bound::Script(_)) { PluginKind::Script } else { PluginKind::Triage };
        Content {
            feature: self.feature.clone(),
            kind,
            settings: self.settings,
            contents: self.contents.clone(),
            demo: self.demo,
            standing,
        }
    }
}

/// What was said of a feature's grid or script, as far as a practice needs anything.
pub(super) struct Asked(Option<Said>);

impl Asked {
    /// Reads its signatures, unless the practice is a demonstration.
    pub(super) fn of(loader: &Loader<'_>, feature: &str) -> Self {
        let around = loader.around;
        let said = (!loader.file.demo).then(|| {
            let of = (&loader.practice, &FeatureId::from(feature));
            Said::new(loader.signatures(feature), &loader.known, of, &around.signers, around.clock.now())
        });
        loader.seen.borrow_mut().extend(said.iter().flat_map(Said::new_rows).cloned());
        Self(said)
    }

    /// Contacts go on with what they began with only while that is signed, and the practice
    /// with an earlier configuration.
    pub(super) fn guard_earlier(&self, loader: &Loader<'_>, feature: &mut Feature) {
        let Some(said) = &self.0 else { return };
        let signed = said.held_settings(&loader.practice, feature.id(), &loader.around.signers);
        let now = loader.around.clock.now();
        let hold = signed.iter().filter(|(_, held)| held.at(now)).map(|(settings, _)| *settings).collect();
        loader.signed.borrow_mut().push((feature.id().clone(), hold));
        let plugin = feature.stamp.plugin.clone();
        feature.earlier = feature
            .earlier
            .take()
            .map(|earlier| hold_earlier(earlier, plugin, signed, Arc::clone(&loader.around.clock)));
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
        let named: FeatureId = feature.into();
        let wanted = Wanted { practice, feature: &named, settings: settings.digest(), contents: &contents, zone };
        let signature = self.0.as_ref().map(|said| {
            let held = said.judge(&wanted, &loader.around.signers, loader.around.clock.now())?;
            // A token has a pseudonym; the practice's file may have the name.
            let mut known = loader.file.practitioners.values();
            let practitioner = known.find(|one| held.attested && one.rpps.as_ref() == Some(&held.rpps));
            Ok(Held { name: practitioner.map_or(held.name, |one| one.name.clone()), ..held })
        });
        let signable = Signable {
            feature: named,
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
