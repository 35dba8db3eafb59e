//! What the operator adds to every practice: supervisors, who are told of an alert that
//! nobody of the practice takes in hand, and the public address of links to alerts.
//!
//! A supervisor is a recipient of one of the installation's practices, the operator's own.
//! They are told by that practice's channels: a practice whose channels are all down keeps
//! no alert from them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use greffon_core::ids::PracticeId;
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
