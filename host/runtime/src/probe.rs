//! Whether what a channel sends through can be reached, without sending anything: the contract has no such question
//! for channels, so the host asks itself.

use greffon_core::model::outside_failure::OutsideFailure;

use crate::capability::mail;
use crate::ready::Ready;

/// Asks every granted origin whether it answers, and the practice's relay whether it lets us in. Says which did.
///
/// # Errors
/// The first that did not.
pub(crate) async fn channel(ready: &Ready) -> Result<Vec<String>, OutsideFailure> {
    let bound = &ready.bound;
    let mut answered = Vec::new();
    for origin in &bound.granted.http {
        let place = origin.to_string();
        if let Err((class, status)) = ready.caller.egress.knock(bound, origin).await {
            return Err(OutsideFailure::of_place(class, &place, status));
        }
        answered.push(place);
    }
    if bound.granted.mail {
        answered.push(mail::knock(bound, &ready.caller.services).await?);
    }
    Ok(answered)
}
