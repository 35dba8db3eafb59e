//! A message that ends without having arrived leaves work behind.

use crate::flow::{Act, Reception};
use crate::ids::AlertId;
use crate::model::message::{Message, MessageCause, MessageState};
use crate::ports::storage::{Stored, Transaction};

/// Writes it, in the transaction of the message's end; nothing when it arrived. What it told
/// of an alert is the alert's to know: the next rung may have to be told.
pub(super) async fn leave_work(
    reception: &Reception,
    tx: &mut dyn Transaction,
    act: Act<'_>,
    message: &Message,
) -> Stored<()> {
    if let Some(id) = lost_alert(message) {
        reception.alerts.lost(tx, act, id, message.id).await?;
    }
    reception.commitments.tell_instead(tx, act, message).await
}

/// The alert of which a message did not arrive, or perhaps not.
pub(super) fn lost_alert(message: &Message) -> Option<AlertId> {
    match message.cause {
        MessageCause::Alert(id) if matches!(message.state, MessageState::Failed | MessageState::Uncertain) => Some(id),
        _ => None,
    }
}
