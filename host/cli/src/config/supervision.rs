//! What the operator adds to every practice: supervisors, who are told of an alert that
//! nobody of the practice takes in hand, and the public address of links to alerts.
//!
//! A supervisor is a recipient of one of the installation's practices, the operator's own.
//! They are told by that practice's channels: a practice whose channels are all down keeps
//! no alert from them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use greffon_core::ids::PracticeId;
use greffon_core::model::approval::Content;
use greffon_core::model::practice::PluginKind;
use greffon_core::ports::practices::{Feature, LivePractice, Practices};
use schemars::JsonSchema;
use serde::Deserialize;

/// One supervisor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Supervisor {
    /// The practice whose recipient they are, and whose channels tell them.
    pub practice: String,
    /// Their name there.
    pub recipient: String,
}

/// A supervisor whom no alert would reach: the key, what is wrong, and the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// In the operator's file: `supervisors.0.recipient`.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl std::fmt::Display for Unreached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}\n\nhint: {}", self.key, self.message, self.hint)
    }
}

/// The supervisors whom no alert would reach, among these practices.
pub fn unreached<'p>(
    supervisors: &[Supervisor],
    practice: impl Fn(&PracticeId) -> Option<&'p LivePractice>,
) -> Vec<Unreached> {
    let wrong = |(index, one): (usize, &Supervisor)| {
        let at = |key: &str, message: String, hint: String| {
            Some(Unreached { key: format!("supervisors.{index}.{key}"), message, hint })
        };
        let Supervisor { practice: id, recipient } = one;
        let Some(practice) = practice(&id.as_str().into()) else {
            let hint = "a supervisor is a recipient of a practice that is served here".to_owned();
            return at("practice", format!("no practice \"{id}\" is served"), hint);
        };
        if !practice.recipients.contains_key(recipient) {
            let known: Vec<&str> = practice.recipients.keys().map(String::as_str).collect();
            let message = format!("practice \"{id}\" has no recipient \"{recipient}\"");
            return at("recipient", message, format!("known: {}", known.join(", ")));
        }
        if !practice.can_tell(recipient) {
            let message = format!("no channel of practice \"{id}\" carries an address of \"{recipient}\"");
            return at("recipient", message, "add a feature with a notification plugin to it".to_owned());
        }
        None
    };
    supervisors.iter().enumerate().filter_map(wrong).collect()
}

/// What is wrong with a public origin, and the remedy.
pub fn wrong_origin(origin: &str) -> Option<(String, &'static str)> {
    let hint = "write the address alone, \"https://accueil.example\"";
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let is_one = reqwest::Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == origin);
    if !is_one {
        return Some((format!("\"{origin}\" is not the address of a site"), hint));
    }
    let is_safe = origin.starts_with("https://") || loopback.iter().any(|one| origin.starts_with(one));
    (!is_safe).then(|| (format!("\"{origin}\" is not an https address"), "use https"))
}

/// Practices with what the operator adds to them.
pub struct Supervised {
    practices: Arc<dyn Practices>,
    supervisors: Vec<Supervisor>,
    origin: Option<String>,
    /// What was put together, with what it was made of: made again when a file has changed.
    made: Mutex<HashMap<PracticeId, Made>>,
}

struct Made {
    of: Vec<Arc<LivePractice>>,
    practice: Arc<LivePractice>,
}

impl Supervised {
    /// These practices with these supervisors; links to alerts lead to `origin`.
    pub fn new(practices: Arc<dyn Practices>, supervisors: Vec<Supervisor>, origin: Option<String>) -> Self {
        Self { practices, supervisors, origin, made: Mutex::default() }
    }

    fn put_together(&self, own: &LivePractice, theirs: &[Arc<LivePractice>]) -> LivePractice {
        let mut whole = own.clone();
        whole.practice.supervision.origin.clone_from(&self.origin);
        for supervisor in &self.supervisors {
            let Some(practice) = theirs.iter().find(|one| one.id.as_str() == supervisor.practice) else { continue };
            let Some(recipient) = practice.recipients.get(&supervisor.recipient) else { continue };
            let name = format!("{}:{}", supervisor.practice, supervisor.recipient);
            whole.practice.recipients.insert(name.clone(), recipient.clone());
            let channels = practice.channels_of(&supervisor.recipient).into_iter();
            for channel in channels.filter(|channel| channel.kind == Some(PluginKind::Notification)) {
                add_channel(&mut whole.features, &supervisor.practice, channel, &name);
            }
            if own.id == practice.id {
                whole.practice.supervision.own.push(name.clone());
            }
            whole.practice.supervision.supervisors.push(name);
        }
        whole
    }
}

/// Adds a channel of the operator's practice, for this recipient alone.
fn add_channel(features: &mut Vec<Feature>, practice: &str, channel: &Feature, recipient: &str) {
    let id = format!("{practice}:{}", channel.id()).into();
    if let Some(known) = features.iter_mut().find(|one| *one.id() == id) {
        if !known.serves.recipients.iter().any(|one| one == recipient) {
            known.serves.recipients.push(recipient.to_owned());
        }
        return;
    }
    let mut added = channel.clone();
    added.stamp.feature = id;
    added.serves.recipients = vec![recipient.to_owned()];
    features.push(added);
}

impl Practices for Supervised {
    fn get(&self, id: &PracticeId) -> Option<Arc<LivePractice>> {
        let own = self.practices.get(id)?;
        let mut theirs: Vec<Arc<LivePractice>> = Vec::new();
        for supervisor in &self.supervisors {
            if !theirs.iter().any(|one| one.id.as_str() == supervisor.practice) {
                theirs.extend(self.practices.get(&supervisor.practice.as_str().into()));
            }
        }
        let of: Vec<Arc<LivePractice>> = std::iter::once(&own).chain(&theirs).map(Arc::clone).collect();
        let same = |made: &&Made| made.of.len() == of.len() && made.of.iter().zip(&of).all(|(a, b)| Arc::ptr_eq(a, b));
        let mut all = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = all.get(id).filter(same) {
            return Some(Arc::clone(&made.practice));
        }
        let practice = Arc::new(self.put_together(&own, &theirs));
        all.insert(id.clone(), Made { of, practice: Arc::clone(&practice) });
        Some(practice)
    }

    fn list(&self) -> Vec<PracticeId> {
        self.practices.list()
    }

    fn contents(&self, id: &PracticeId) -> Vec<Content> {
        self.practices.contents(id)
    }
}

#[cfg(test)]
mod tests {
    use greffon_core::model::alert::chain;
    use greffon_core::ports::plugins::{Problem, Stamp};
    use greffon_core::ports::practices::Feature;
    use greffon_core::time::Instant;
    use greffon_simulation::{FixedPractices, french_practice};

    use super::*;

    fn channel(id: &str) -> Feature {
        let stamp = Stamp { plugin: "notify-email".to_owned(), ..Stamp::of_feature(&id.into()) };
        Feature {
            stamp,
            kind: Some(PluginKind::Notification),
            serves: greffon_core::model::practice::Serves::default(),
            bound: Err(Problem::lasting("plugin", "down".to_owned(), String::new())),
            settings: None,
            earlier: None,
        }
    }

    fn supervised() -> (FixedPractices, Supervised) {
        let office = LivePractice { practice: french_practice("plateforme"), features: vec![channel("courrier")] };
        let practices = FixedPractices::new([LivePractice::from(french_practice("tilleuls")), office]);
        let supervisors = ["on-call", "nobody"]
            .map(|recipient| Supervisor { practice: "plateforme".to_owned(), recipient: recipient.to_owned() });
        let supervised = Supervised::new(
            Arc::new(practices.clone()),
            supervisors.to_vec(),
            Some("https://accueil.example".to_owned()),
        );
        (practices, supervised)
    }

    #[test]
    fn supervisors_end_every_chain_and_are_told_by_their_own_channels() {
        let (_, supervised) = supervised();
        let practice = supervised.get(&"tilleuls".into()).unwrap();
        let rungs = chain(&practice, &[], Instant(0));
        assert_eq!(rungs.last().unwrap(), &["plateforme:on-call"]);
        let channels: Vec<&str> =
            practice.channels_of("plateforme:on-call").iter().map(|one| one.id().as_str()).collect();
        assert_eq!(channels, ["plateforme:courrier"]);
        assert!(practice.channels_of("on-call").is_empty(), "the operator's channel tells nobody else");
        assert_eq!(practice.supervision.origin.as_deref(), Some("https://accueil.example"));
        assert!(practice.supervision.own.is_empty(), "they are tested where they belong");
        let theirs = supervised.get(&"plateforme".into()).unwrap();
        assert_eq!(theirs.supervision.own, ["plateforme:on-call"]);
    }

    #[test]
    fn it_is_put_together_once_and_again_when_a_file_changes() {
        let (practices, supervised) = supervised();
        let first = supervised.get(&"tilleuls".into()).unwrap();
        assert!(Arc::ptr_eq(&first, &supervised.get(&"tilleuls".into()).unwrap()));
        practices.put(french_practice("plateforme"));
        let second = supervised.get(&"tilleuls".into()).unwrap();
        assert!(!Arc::ptr_eq(&first, &second) && second.channels_of("plateforme:on-call").is_empty());
        assert!(supervised.get(&"nowhere".into()).is_none());
    }

    #[test]
    fn a_supervisor_whom_nothing_reaches_is_named_with_the_key() {
        let one = |practice: &str, recipient: &str| Supervisor {
            practice: practice.to_owned(),
            recipient: recipient.to_owned(),
        };
        let office = LivePractice { practice: french_practice("plateforme"), features: vec![channel("courrier")] };
        let silent = LivePractice::from(french_practice("muette"));
        let all = [
            one("plateforme", "on-call"),
            one("plateform", "on-call"),
            one("plateforme", "oncall"),
            one("muette", "on-call"),
        ];
        let found = unreached(&all, |id| [&office, &silent].into_iter().find(|one| one.id == *id));
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert!(shown[0].starts_with("supervisors.1.practice: no practice \"plateform\""), "{shown:?}");
        assert!(shown[1].contains("no recipient \"oncall\"") && shown[1].contains("known: dr-martin"), "{shown:?}");
        assert!(shown[2].starts_with("supervisors.3.recipient: no channel of practice \"muette\""), "{shown:?}");
    }

    #[test]
    fn an_origin_is_a_site_and_nothing_else() {
        for good in ["https://accueil.example", "https://accueil.example:8443", "http://127.0.0.1:8080"] {
            assert_eq!(wrong_origin(good), None, "{good}");
        }
        for bad in ["accueil.example", "https://a.example/", "https://a.example/x", "https://u@a.example", ""] {
            assert!(wrong_origin(bad).unwrap().0.contains("is not the address"), "{bad}");
        }
        assert!(wrong_origin("http://accueil.example").unwrap().0.contains("https"));
    }
}
