//! An access token for the client's own password (RFC 6749 §4.4). Nothing is spent by asking, so
//! nothing is kept: each node asks for its own.

use std::time::Duration;

use greffon_core::ports::clock::Clock;

use super::answer::Answer;
use super::chain::{LOOK_AFTER, Refused, Usable, pause_after, usable_for};
use super::endpoint::{Presented, TokenEndpoint};
use super::no_token::NoToken;
use super::terms::Terms;

/// Asks for one. `failures`: how often in a row that came to nothing before.
pub(super) async fn ask(
    terms: &Terms,
    clock: &dyn Clock,
    endpoint: &dyn TokenEndpoint,
    failures: u32,
) -> Result<Usable, Refused> {
    let asked = clock.boot();
    let answer = endpoint.ask(terms, Presented::Client).await;
    // It began to run down before the answer was here.
    let took = clock.boot().since(asked);
    let pause = pause_after(failures.saturating_add(1));
    match answer {
        Answer::Granted { access: Some((token, lasts)), .. } => {
            Ok(Usable { token, for_now: usable_for(lasts.saturating_sub(took), Duration::ZERO) })
        }
        // The same password again and again may lock the client out: up to an hour between two.
        Answer::Refused(refusal) => Err(Refused { why: NoToken::Client(refusal), pause }),
        Answer::Granted { access: None, .. } | Answer::GrantEnded | Answer::Nothing { .. } => {
            Err(Refused { why: NoToken::NoAnswer, pause: pause.min(LOOK_AFTER) })
        }
    }
}
