//! `greffon:notification/types`.

use greffon_core::model::channel::{
    Accepted, Address, Attachment, Bounce, ChannelCaps, ChannelEvent, ChannelKind, ChannelNotice, DeliveryState, Inbox,
    MessageRef, Outbound, Receipt, Rendered, Reply, SendError,
};

use super::{Breach, FromGuest, Intake, all, same_cases};
use crate::bindings::channel::greffon::notification::types as wit;

same_cases! {
    ChannelKind = wit::Kind { Sms, Email, SecureEmail, Push, Chat, Voice, RecordNote, Webhook }
    DeliveryState = wit::State { Accepted, Sent, Delivered, Read, Acknowledged, Failed, Expired, Unknown }
}

impl From<Address> for wit::Address {
    fn from(address: Address) -> Self {
        Self { scheme: address.scheme, value: address.value }
    }
}

impl FromGuest<wit::Address> for Address {
    fn from_guest(address: wit::Address, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { scheme: intake.id(address.scheme)?, value: intake.id(address.value)? })
    }
}

impl From<Attachment> for wit::Attachment {
    fn from(file: Attachment) -> Self {
        Self { id: file.id, name: file.name, media_type: file.media_type, content: file.content }
    }
}

impl From<Outbound> for wit::Outbound {
    fn from(message: Outbound) -> Self {
        Self {
            key: message.key,
            to: message.to.into(),
            reply_to: message.reply_to.map(Into::into),
            subject: message.subject,
            body: message.body,
            sensitivity: message.sensitivity.into(),
            level: message.level.into(),
            transactional: message.transactional,
            valid_until: message.valid_until.map(|at| at.0),
            template: message.template.into(),
            attachments: all(message.attachments),
        }
    }
}

impl From<MessageRef> for wit::MessageRef {
    fn from(message: MessageRef) -> Self {
        match message {
            MessageRef::ProviderId(id) => Self::ProviderId(id),
            MessageRef::Key(key) => Self::Key(key),
        }
    }
}

impl FromGuest<wit::Capabilities> for ChannelCaps {
    fn from_guest(caps: wit::Capabilities, _: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            kind: caps.kind.into(),
            max_sensitivity: caps.max_sensitivity.into(),
            receipts: caps.receipts,
            read_receipts: caps.read_receipts,
            replies: caps.replies,
            cancel: caps.cancel,
            provider_dedupes: caps.provider_dedupes,
            max_units: caps.max_units,
            quiet_hours_enforced: caps.quiet_hours_enforced,
        })
    }
}

impl FromGuest<wit::Rendered> for Rendered {
    fn from_guest(rendered: wit::Rendered, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            body: intake.text(rendered.body)?,
            units: rendered.units,
            encoding: intake.id(rendered.encoding)?,
            warnings: intake.take(rendered.warnings)?,
        })
    }
}

impl FromGuest<wit::Accepted> for Accepted {
    fn from_guest(accepted: wit::Accepted, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { provider_id: intake.id(accepted.provider_id)?, at: intake.take(accepted.at)?, units: accepted.units })
    }
}

impl FromGuest<wit::Status> for Receipt {
    fn from_guest(status: wit::Status, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            provider_id: intake.id(status.provider_id)?,
            state: status.state.into(),
            at: intake.take(status.at)?,
            code: intake.take(status.code)?,
        })
    }
}

impl FromGuest<wit::Event> for ChannelEvent {
    fn from_guest(event: wit::Event, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match event {
            wit::Event::Status(status) => Self::Status(intake.take(status)?),
            wit::Event::Reply(reply) => Self::Reply(intake.take(reply)?),
            wit::Event::OptOut(address) => Self::OptOut(intake.take(address)?),
            wit::Event::Bounce(bounce) => Self::Bounce(intake.take(bounce)?),
        })
    }
}

impl FromGuest<wit::Reply> for Reply {
    fn from_guest(reply: wit::Reply, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            sender: intake.take(reply.sender)?,
            text: intake.text(reply.text)?,
            provider_id: intake.optional_id(reply.provider_id)?,
            at: intake.take(reply.at)?,
        })
    }
}

impl FromGuest<wit::Bounce> for Bounce {
    fn from_guest(bounce: wit::Bounce, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            recipient: intake.take(bounce.recipient)?,
            reason: intake.why(&bounce.reason),
            permanent: bounce.permanent,
            provider_id: intake.optional_id(bounce.provider_id)?,
            at: intake.take(bounce.at)?,
        })
    }
}

impl FromGuest<wit::SendError> for SendError {
    fn from_guest(error: wit::SendError, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match error {
            wit::SendError::Rejected(why) => Self::Rejected(intake.why(&why)),
            wit::SendError::NoRecipient(why) => Self::NoRecipient(intake.why(&why)),
            wit::SendError::OptedOut => Self::OptedOut,
            wit::SendError::ContentRefused(why) => Self::ContentRefused(intake.why(&why)),
            wit::SendError::Unsupported(what) => Self::Unsupported(intake.why(&what)),
            wit::SendError::Unauthorised => Self::Unauthorised,
            wit::SendError::Quota(seconds) => Self::Quota(seconds),
            wit::SendError::Transient(seconds) => Self::Transient(seconds),
            wit::SendError::Uncertain(why) => Self::Uncertain(intake.why(&why)),
            wit::SendError::Other(why) => Self::Other(intake.why(&why)),
        })
    }
}

impl FromGuest<wit::Notice> for ChannelNotice {
    fn from_guest(notice: wit::Notice, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { delivery: intake.take(notice.delivery)?, events: intake.take(notice.events)? })
    }
}

impl FromGuest<wit::Inbox> for Inbox {
    fn from_guest(inbox: wit::Inbox, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { events: intake.take(inbox.events)?, cursor: intake.cursor(inbox.cursor)?, more: inbox.more })
    }
}
