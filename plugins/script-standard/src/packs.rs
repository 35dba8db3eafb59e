//! Packs: motives, questions and phrases for one kind of practice or of call, as data. A
//! practice names the packs that it wants, in order, and writes only what differs.

use greffon_sdk::practice::Finding;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Map, Value};

use crate::check;
use crate::settings::Standard;

// Made by build.rs of `packs/*.toml`: name and content as JSON.
include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// How entries of a list are told apart: one of a practice stands for the pack's.
const NAMED_BY: [(&str, &str); 4] = [("motives", "id"), ("questions", "key"), ("faq", "id"), ("handovers", "id")];

/// The settings as a practice writes them.
#[derive(Debug)]
pub(crate) struct Written(Standard);

impl Written {
    pub fn check(&self) -> Vec<Finding> {
        check::all(&self.0)
    }
}

impl From<Written> for Standard {
    fn from(written: Written) -> Self {
        written.0
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let own = Map::deserialize(deserializer)?;
        let mut whole = Map::new();
        for name in own.get("packs").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            let pack = PACKS.iter().find(|(known, _)| *known == name);
            let (_, pack) = pack.ok_or_else(|| D::Error::custom(unknown(name)))?;
            lay_over(&mut whole, serde_json::from_str(pack).map_err(D::Error::custom)?);
        }
        lay_over(&mut whole, own);
        Standard::deserialize(Value::Object(whole)).map(Self).map_err(D::Error::custom)
    }
}

fn unknown(name: &str) -> String {
    let known: Vec<&str> = PACKS.iter().map(|(name, _)| *name).collect();
    format!("unknown pack \"{name}\": write one of {}", known.join(", "))
}

/// What is written above stands; tables are laid over each other key by key, lists of
/// named entries entry by entry.
fn lay_over(below: &mut Map<String, Value>, above: Map<String, Value>) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => lay_over(below, above),
            (Some(Value::Array(below)), Value::Array(above)) => match NAMED_BY.iter().find(|(list, _)| *list == key) {
                Some((_, name)) => add_named(below, above, name),
                None => *below = above,
            },
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

fn add_named(below: &mut Vec<Value>, above: Vec<Value>, name: &str) {
    for entry in above {
        match below.iter_mut().find(|known| known.get(name).is_some() && known.get(name) == entry.get(name)) {
            Some(Value::Object(known)) => {
                let Value::Object(entry) = entry else { continue };
                known.extend(entry);
            }
            _ => below.push(entry),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn standard(settings: Value) -> Standard {
        serde_json::from_value::<Written>(settings).unwrap().into()
    }

    #[test]
    fn every_pack_is_sound_alone_and_with_all_others() {
        let names: Vec<&str> = PACKS.iter().map(|(name, _)| *name).collect();
        assert!(names.len() >= 9, "{names:?}");
        for packs in names.iter().map(|name| vec![*name]).chain([names.clone()]) {
            let findings = serde_json::from_value::<Written>(json!({ "packs": packs })).unwrap().check();
            let errors: Vec<_> =
                findings.iter().filter(|one| !one.message.contains("n'a pas de motif où aller")).collect();
            assert!(errors.is_empty(), "{packs:?}: {errors:?}");
        }
    }

    #[test]
    fn a_practice_writes_only_what_differs_from_its_packs() {
        let settings = standard(json!({
            "packs": ["medecine-generale"],
            "greeting": "Cabinet Durand, bonjour.",
            "motives": [{ "id": "consultation", "label": "Voir le médecin" }, { "id": "vaccin" }],
            "phrases": { "closing": "Au revoir." },
        }));
        assert_eq!(settings.greeting, "Cabinet Durand, bonjour.");
        let ids: Vec<&str> = settings.motives.iter().map(|motive| motive.id.as_str()).collect();
        assert_eq!((ids[0], *ids.last().unwrap()), ("consultation", "vaccin"));
        assert_eq!(settings.motives[0].label.as_deref(), Some("Voir le médecin"));
        assert_eq!(
            settings.motives[0].said.as_deref(),
            Some("une consultation"),
            "the pack's stands where none is written"
        );
        assert_eq!(settings.phrases.closing, "Au revoir.");
    }

    #[test]
    fn an_unknown_pack_is_named_with_those_that_are_known() {
        let error = serde_json::from_value::<Written>(json!({ "packs": ["dentiste"] })).unwrap_err().to_string();
        assert!(error.contains("\"dentiste\"") && error.contains("medecine-generale"), "{error}");
    }
}
