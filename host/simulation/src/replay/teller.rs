//! Makes stories up, from a seed: callers in danger, in everyday life and in neither, and a
//! secretary who answers, mishears and hangs up.

use greffon_core::flow::{NewAcknowledgement, NewClosing, NewContact, NewEnd, NewFact, NewLevel, NewOverride};
use greffon_core::model::alert::{AlertOutcome, NextStep};
use greffon_core::model::care::Level;
use greffon_core::model::contact::{ContactChannel, ContactState, OverrideCode, RecapOutcome};
use greffon_core::time::Instant;

use super::desk::Desk;
use super::story::{Deed, Story};
use crate::adversary::{answers, anything, everything, sequence_seed};
use crate::random::Random;

/// Tuesday 24 November 2026, 0:00 in Paris.
const MIDNIGHT: Instant = Instant(1_795_474_800_000);
/// A story begins on one of these days.
const DAYS: i64 = 7;

/// The story of this number.
pub(super) fn tell(seed: u64, number: u64) -> Story {
    let mut random = Random::new(sequence_seed(seed, number));
    let at = MIDNIGHT.plus_minutes(random.between(0, DAYS * 24 * 60));
    let mut teller = Teller { desk: Desk::open(number, at), steps: Vec::new(), random };
    let origin = teller.random.chance(8000).then(|| "+33612345678".to_owned());
    teller.contact(origin.clone());
    if teller.random.chance(1500) {
        teller.act(Deed::Wait(900));
        teller.contact(origin);
    }
    Story { number, at, steps: teller.steps }
}

struct Teller {
    desk: Desk,
    steps: Vec<(Deed, super::Seen)>,
    random: Random,
}

impl Teller {
    fn act(&mut self, deed: Deed) {
        let seen = self.desk.act(&deed);
        self.steps.push((deed, seen));
    }

    fn contact(&mut self, origin: Option<String>) {
        use ContactChannel::{Chat, Counter, Email, Form, Phone};
        let channel = self.random.pick(&[Phone, Phone, Phone, Phone, Counter, Chat, Form, Email]).copied();
        let channel = channel.unwrap_or(Phone);
        let facts = match self.random.below(3) {
            0 if channel.can_be_asked() => Vec::new(),
            1 => everything(&mut self.random),
            _ => anything(&mut self.random),
        };
        self.act(Deed::Receive(NewContact { channel, origin, facts, about: None }));
        for _ in 0..2 + self.random.below(7) {
            let deed = self.next();
            self.act(deed);
        }
        self.end();
    }

    fn next(&mut self) -> Deed {
        let facts = |facts: Vec<NewFact>| Deed::Tell(facts);
        match self.random.below(20) {
            0..=4 => facts(anything(&mut self.random)),
            5..=6 => facts(everything(&mut self.random)),
            7..=14 => match self.desk.shown() {
                Some(view) => facts(answers(&mut self.random, &view)),
                None => facts(anything(&mut self.random)),
            },
            15 => Deed::SetLevel(NewLevel {
                level: self.random.pick(&Level::ALL).copied().unwrap_or(Level::Soon),
                reason: "vue au téléphone hier".to_owned(),
            }),
            16 => Deed::Acknowledge(NewAcknowledgement {
                next: NextStep::CallBack,
                until: self.desk.now().plus_minutes(self.random.between(5, 30)),
            }),
            _ => Deed::Wait(self.random.pick(&[20, 190, 700]).copied().unwrap_or(20)),
        }
    }

    /// The alert ends and the call does, or tries to.
    fn end(&mut self) {
        use OverrideCode::{CallerRefuses, CutOff};
        use RecapOutcome::{Confirmed, NotReached};
        self.act(Deed::Wait(200));
        if self.desk.shown().is_some_and(|view| view.alert.is_some()) {
            self.act(Deed::EndAlert(NewEnd { outcome: AlertOutcome::SpokenTo, note: None }));
        }
        let (recap, code) = self
            .random
            .pick(&[(Confirmed, None), (Confirmed, Some(CallerRefuses)), (NotReached, Some(CutOff))])
            .copied()
            .unwrap_or((Confirmed, None));
        let overriding = code.map(|code| NewOverride { code, words: "la ligne a coupé".to_owned() });
        self.act(Deed::Close(NewClosing { recap, statements: Vec::new(), overriding }));
        if self.desk.shown().is_some_and(|view| view.state != ContactState::Closed) {
            self.act(Deed::Wait(1200));
        }
    }
}
