//! The grids and the script that a contact goes on with: those that it began with
//! (S9), whatever the practice has written into its files since.

use std::borrow::Cow;

use crate::model::contact::Contact;
use crate::model::practice::PluginKind;
use crate::ports::plugins::Stamp;
use crate::ports::practices::{Feature, LivePractice};
use crate::ports::storage::{Storage, Stored};

/// A feature as a contact follows it.
pub(super) struct Followed<'a> {
    pub(super) stamp: Cow<'a, Stamp>,
    /// Whether the contact began with it.
    pub(super) pinned: bool,
    /// Bound as the contact began with it; or why it cannot go on with that.
    pub(super) feature: Result<Cow<'a, Feature>, &'static str>,
}

/// The features of a kind that serve a contact, in the file's order, and those that
/// it began with and that the practice has no more.
pub(super) async fn followed<'a>(
    storage: &dyn Storage,
    practice: &'a LivePractice,
    contact: &Contact,
    kind: PluginKind,
) -> Stored<Vec<Followed<'a>>> {
    let pins = || contact.pins.iter().filter(|pin| pin.kind == kind);
    let mut all = Vec::new();
    for feature in practice.serving(kind, &contact.facts) {
        let pin = pins().find(|pin| pin.feature == *feature.id());
        let bound = match pin.map(|pin| (pin, practice.unchanged(pin))) {
            None | Some((_, Ok(Some(_)))) => Ok(Cow::Borrowed(feature)),
            Some((_, Err(problem))) => Err(problem.code()),
            Some((pin, Ok(None))) => match practice.pinned_from(storage, pin).await? {
                Ok(earlier) => Ok(Cow::Owned(earlier)),
                Err(problem) => Err(problem.code()),
            },
        };
        all.push(Followed { stamp: Cow::Borrowed(&feature.stamp), pinned: pin.is_some(), feature: bound });
    }
    for pin in pins() {
        let gone = practice.feature(&pin.feature).is_none_or(|feature| !feature.may_be(kind));
        if let (true, Err(problem)) = (gone, practice.unchanged(pin)) {
            let stamp = Cow::Owned(Stamp::of_feature(&pin.feature));
            all.push(Followed { stamp, pinned: true, feature: Err(problem.code()) });
        }
    }
    Ok(all)
}
