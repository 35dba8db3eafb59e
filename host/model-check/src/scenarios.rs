//! The scenarios that are checked.

use crate::bounds::{Bounds, Style};
use crate::defence::Defence;
use crate::protocol::Protocol;

const fn scenario(name: &'static str, style: Style, shared: bool, bounds: Bounds) -> Protocol {
    Protocol { name, bounds, style, shared, without: None }
}

const TWO: Bounds = Bounds { intents: 2, nodes: 2, ..Bounds::NONE };
const ONE: Bounds = Bounds { intents: 1, nodes: 2, ..Bounds::NONE };

const ONE_TIME: Protocol = scenario(
    "two bookings of one time",
    Style::Arbitrates,
    false,
    Bounds { crashes: 1, drops: 1, lates: 1, stalls: 4, ..TWO },
);
const TWO_PRACTICES: Protocol = scenario(
    "two practices with one agenda",
    Style::Verifies,
    true,
    Bounds { crashes: 1, drops: 1, lates: 1, stalls: 2, ..TWO },
);
const UNVERIFIED: Protocol =
    scenario("two practices, unverified", Style::Looks, true, Bounds { drops: 1, lates: 1, stalls: 2, ..TWO });
const BOOKED_AGAIN: Protocol = scenario(
    "cancelled and booked again",
    Style::Arbitrates,
    false,
    Bounds { crashes: 1, drops: 1, lates: 1, stalls: 1, cancels: 1, ..TWO },
);
const BOOKED_AGAIN_FREELY: Protocol = scenario(
    "booked again, no arbiter",
    Style::Verifies,
    false,
    Bounds { drops: 1, lates: 1, stalls: 1, cancels: 1, ..TWO },
);
const OTHERS: Protocol = scenario(
    "somebody else in the agenda",
    Style::Verifies,
    false,
    Bounds { drops: 1, lates: 1, stalls: 1, foreign: 2, cancels: 1, verdicts: 1, ..ONE },
);
const A_WORD: Protocol = scenario(
    "a person's word, late requests",
    Style::Arbitrates,
    false,
    Bounds { crashes: 1, drops: 1, lates: 2, stalls: 2, foreign: 1, verdicts: 1, ..ONE },
);
const NAMELESS: Protocol = scenario(
    "an agenda without op-ids",
    Style::Nameless,
    false,
    Bounds { crashes: 1, drops: 1, lates: 2, stalls: 2, foreign: 1, verdicts: 1, ..ONE },
);

const ALL: Bounds = Bounds { crashes: 1, drops: 1, lates: 1, foreign: 1, cancels: 1, verdicts: 1, ..TWO };

/// What is visited to the end with every change.
pub const SMALL: [Protocol; 8] =
    [ONE_TIME, TWO_PRACTICES, UNVERIFIED, BOOKED_AGAIN, BOOKED_AGAIN_FREELY, OTHERS, A_WORD, NAMELESS];

/// What is visited to the end before a release.
pub const LARGE: [Protocol; 3] = [
    scenario("all at once", Style::Arbitrates, false, ALL),
    scenario("all at once, no arbiter", Style::Verifies, false, ALL),
    scenario(
        "two practices, for longer",
        Style::Verifies,
        true,
        Bounds { crashes: 1, drops: 1, lates: 1, stalls: 3, ..TWO },
    ),
];

/// In which scenario it shows that a defence is missing.
#[must_use]
pub fn against(defence: Defence) -> Protocol {
    let shows = match defence {
        Defence::ClaimsExclude
        | Defence::TurnIsChecked
        | Defence::WindowCloses
        | Defence::AbsenceIsSeenTwice
        | Defence::SightsAreApart
        | Defence::SightsAreDated
        | Defence::OverdueIsUnknown
        | Defence::JobIsWrittenWithTheSend
        | Defence::WantedRemainsStay
        | Defence::UnknownIsNoRefusal
        | Defence::UnknownIsNoSuccess
        | Defence::UnknownKeepsItsClaim => ONE_TIME,
        Defence::TurnsExclude | Defence::BesideIsNotAlone => TWO_PRACTICES,
        Defence::LateAnswersAreLookedInto => UNVERIFIED,
        Defence::OpenSendsAreCounted
        | Defence::RemainsAreLookedFor
        | Defence::SupersededIsLookedFor
        | Defence::CalledOffIsTakenOut
        | Defence::UnknownEntriesAreFound => BOOKED_AGAIN,
        Defence::WritesAreVerified
        | Defence::WritesAreConditional
        | Defence::PutBackIsAskedAbout
        | Defence::AppointmentsAreLookedAt => OTHERS,
        Defence::ByHandIsTheirs => A_WORD,
        Defence::OnlyNamedIsSentAgain => NAMELESS,
    };
    shows.without(defence)
}
