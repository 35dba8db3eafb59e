//! What the server of [`FakeAgenda`](super::FakeAgenda) tells by itself: names of agendas, one a
//! line, under a signature that is `right`.

use greffon_core::model::callback::{CallbackError, Delivery, InboundRequest};
use greffon_core::model::scheduling::AgendaNotice;
use greffon_core::time::Instant;

/// Who signed it.
const SIGNATURE: &str = "signature";
/// The server's own id of what it tells.
const DELIVERY: &str = "delivery";
/// When it was signed, in Unix milliseconds.
const SIGNED_AT: &str = "signed-at";
/// Whose account it is about; ours without one.
const ACCOUNT: &str = "account";

pub(super) fn read(request: &InboundRequest) -> Result<AgendaNotice, CallbackError> {
    let header = |name: &str| request.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
    if header(SIGNATURE) != Some("right") {
        return Err(CallbackError::BadSignature);
    }
    if header(ACCOUNT).is_some_and(|account| account != "ours") {
        return Err(CallbackError::NotMine);
    }
    let names = std::str::from_utf8(&request.body).map_err(|_| CallbackError::Malformed("no text".to_owned()))?;
    let signed_at = header(SIGNED_AT).and_then(|at| at.parse().ok()).map(Instant);
    let delivery = Delivery { id: header(DELIVERY).map(str::to_owned), signed_at };
    Ok(AgendaNotice { delivery, changed: names.lines().map(Into::into).collect() })
}
