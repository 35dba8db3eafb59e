//! A step of the interview: what the operator sees of a session.

use greffon_sdk::script::{Session, View};

use crate::interview::Interview;
use crate::settings::Standard;
use crate::{effects, prompts, recap};

/// What is said, asked, missing, read back and proposed now.
pub(crate) fn of(settings: &Standard, session: &Session) -> View {
    let interview = Interview::new(settings, session);
    let missing = interview.missing();
    View {
        prompts: prompts::all(&interview),
        may_close: session.override_reason.is_some() || (missing.is_empty() && interview.has_nothing_more()),
        missing,
        recap: interview.has_recap().then(|| recap::read_back(&interview)),
        effects: effects::all(&interview),
    }
}
