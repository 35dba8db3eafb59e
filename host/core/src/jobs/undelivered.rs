//! A message that ends without having arrived leaves work behind.

use crate::flow::{Act, Reception};
use crate::model::message::Message;
use crate::ports::storage::{Stored, Transaction};

/// Writes it, in the transaction of the message's end; nothing when it arrived.
pub(super) async fn leave_work(
    reception: &Reception,
    tx: &mut dyn Transaction,
    act: Act<'_>,
    message: &Message,
) -> Stored<()> {
    super::deliver_message::tell_alert(reception, tx, act, message).await?;
    reception.commitments.tell_instead(tx, act, message).await
}
