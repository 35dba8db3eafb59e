//! Which channels a recipient of a practice is written to by.

use super::{Feature, LivePractice};
use crate::model::channel::ChannelKind;
use crate::model::practice::{PluginKind, Serves};

impl LivePractice {
    /// Channels that serve a recipient, those that name it before the others; also such as
    /// cannot be used now.
    #[must_use]
    pub fn channels_of(&self, recipient: &str) -> Vec<&Feature> {
        let names = |feature: &&Feature| feature.serves.recipients.iter().any(|one| one == recipient);
        let channels = || self.features.iter().filter(|feature| feature.may_be(PluginKind::Notification));
        let practitioner = self.practitioners.iter().map(|one| &one.id).find(|id| id.0 == recipient);
        let serves = |feature: &&Feature| {
            let Serves { recipients, practitioners, .. } = &feature.serves;
            let is_theirs = practitioner.is_some_and(|id| practitioners.contains(id));
            recipients.is_empty() && (practitioners.is_empty() || is_theirs)
        };
        channels().filter(names).chain(channels().filter(serves)).collect()
    }

    /// Whether one of a recipient's addresses is of a scheme that one of their channels
    /// carries. A channel that cannot be used now may be one that does.
    #[must_use]
    pub fn can_tell(&self, recipient: &str) -> bool {
        let Some(known) = self.recipients.get(recipient) else { return false };
        let carries_one = |feature: &Feature| match feature.channel() {
            Ok(channel) => known.addresses.iter().any(|one| carries(channel.caps().kind, &one.scheme)),
            Err(_) => true,
        };
        self.channels_of(recipient).into_iter().any(carries_one)
    }
}

/// Whether a channel of this kind can address a scheme.
#[must_use]
pub fn carries(kind: ChannelKind, scheme: &str) -> bool {
    match kind {
        ChannelKind::Email | ChannelKind::SecureEmail => scheme == "mailto",
        ChannelKind::Sms | ChannelKind::Voice => scheme == "tel",
        ChannelKind::Push | ChannelKind::Chat | ChannelKind::RecordNote | ChannelKind::Webhook => {
            scheme != "mailto" && scheme != "tel"
        }
    }
}
