//! Judges a contact after every step: as it is stored, as it is shown, and what lies
//! beside it.

use greffon_core::flow::NewFact;
use greffon_core::model::alert::{Alert, AlertState};
use greffon_core::model::care::{Fact, Level, Source, Value, keys};
use greffon_core::model::contact::{Contact, ContactState};
use greffon_core::model::job::Job;
use greffon_core::model::practice::Instruction;
use greffon_core::model::triage::Orientation;
use greffon_core::model::view::{AskedBy, ContactView};

use super::grid::OF_A_PLUGIN;
use super::ledger::{Ledger, Open};
use super::report::Rule;

/// What was found broken first.
pub(super) type Judged = Result<(), (Rule, String)>;

/// A contact before and after a step.
pub(super) struct Judge<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) before: Option<&'a Contact>,
    pub(super) after: &'a Contact,
    pub(super) alert: Option<&'a Alert>,
    pub(super) jobs: &'a [Job],
    /// Whether a practitioner lowered the level in this step.
    pub(super) lowered: bool,
}

impl Judge<'_> {
    /// What is stored.
    pub(super) fn stored(&self) -> Judged {
        self.facts()?;
        self.level()?;
        self.service()?;
        self.alerted()?;
        if self.after.state == ContactState::Closed { self.closed() } else { Ok(()) }
    }

    fn facts(&self) -> Judged {
        let (stored, told) = (&self.after.facts, &self.ledger.told);
        let same = stored.len() == told.len() && stored.iter().zip(told).all(|(stored, told)| is_as_told(stored, told));
        let kept = self.before.is_none_or(|before| stored.starts_with(&before.facts));
        holds(same && kept, Rule::FactsStay, || {
            let differs = stored.iter().zip(told).find(|(stored, told)| !is_as_told(stored, told));
            format!("{} told, {} stored, kept {kept}: {differs:?}", told.len(), stored.len())
        })?;
        let cut = self.ledger.line_cut.as_ref();
        let signed = cut.is_none_or(|cut| stored[cut.number].by == cut.by && stored[cut.number].at == cut.at);
        holds(signed, Rule::FactsStay, || format!("{cut:?} is written as another's"))
    }

    fn level(&self) -> Judged {
        let level = self.after.level;
        let former = self.before.and_then(|before| before.level);
        let sank = !self.lowered && former.is_some_and(|former| level.is_none_or(|level| level > former));
        holds(!sank, Rule::NeverLower, || format!("{former:?}, then {level:?}"))?;
        let owed = self.ledger.owed();
        let reached = owed.as_ref().is_none_or(|(owed, _)| level.is_some_and(|level| level <= *owed));
        holds(reached, Rule::LevelOfSigns, || format!("{level:?}, though {owed:?}"))?;
        let concluded = self.after.assessment.as_ref().map(|one| one.level);
        let agrees = concluded.is_none_or(|concluded| Some(concluded) == level);
        holds(agrees, Rule::LevelOfSigns, || format!("{level:?}, concluded as {concluded:?}"))
    }

    fn service(&self) -> Judged {
        let service = self.after.assessment.as_ref().map(|one| &one.orientation);
        let helped = matches!(service, Some(Orientation::EmergencyCall(_)));
        let vital = self.after.level == Some(Level::Vital);
        holds(!vital || helped, Rule::ServiceAtVital, || format!("{service:?} ({:?})", self.after.state))
    }

    fn alerted(&self) -> Judged {
        let level = self.ledger.known();
        let urgent = |level: &Level| *level <= Level::VeryUrgent;
        if let Some(level) = level.filter(urgent) {
            let told = self.alert.is_some_and(|alert| alert.level <= level);
            holds(told, Rule::Alerted, || {
                format!("known to be {level:?}, alert {:?}", self.alert.map(|one| one.level))
            })?;
        }
        let stated = self.after.level.filter(urgent).filter(|_| self.after.supposed.is_none());
        holds(stated.is_none() || self.alert.is_some(), Rule::Alerted, || format!("{stated:?} without an alert"))?;
        let Some(alert) = self.alert.filter(|alert| alert.state != AlertState::Ended) else { return Ok(()) };
        let is_watched = self.jobs.contains(&Job::EscalateAlert(alert.id, alert.watch));
        holds(is_watched, Rule::Alerted, || format!("nobody looks at it again ({:?})", alert.state))
    }

    fn closed(&self) -> Judged {
        let ended = self.alert.is_none_or(|alert| alert.state == AlertState::Ended);
        holds(ended, Rule::Closed, || "its alert is open".to_owned())?;
        if self.before.is_some_and(|before| before.state == ContactState::Closed) {
            return Ok(());
        }
        let vital = self.after.level == Some(Level::Vital);
        holds(!vital || self.ledger.has_outcome(), Rule::Closed, || "an emergency without an outcome".to_owned())?;
        let level = self.after.level;
        let passed = |open: &Open| level.is_none_or(|level| level > open.level);
        let left = self.ledger.open().into_iter().find(passed);
        holds(left.is_none(), Rule::Closed, || format!("{level:?}, and {left:?} was never answered"))?;
        let reasoned = self.after.outcome.as_ref().is_some_and(|outcome| outcome.override_code.is_some());
        let named = self.ledger.is_identified(self.after.origin.is_some());
        holds(named || reasoned || self.after.is_emergency(), Rule::Closed, || "of nobody, without a reason".to_owned())
    }

    /// Nothing that is open keeps an appointment from a contact.
    pub(super) fn may_be_booked(&self) -> Judged {
        let Contact { level, state, .. } = self.after;
        holds(*level != Some(Level::Vital), Rule::NothingBooked, || "at the vital level".to_owned())?;
        holds(*state == ContactState::Concluded, Rule::NothingBooked, || format!("{state:?}"))?;
        let passed = |open: &Open| level.is_none_or(|level| level > open.level);
        let left = self.ledger.open().into_iter().find(passed);
        holds(left.is_none(), Rule::NothingBooked, || format!("{level:?}, and {left:?} has no answer"))
    }

    /// What is shown to whoever holds the line.
    pub(super) fn shown(&self, view: &ContactView, approved: &[Instruction]) -> Judged {
        let (level, state) = (self.after.level, self.after.state);
        let same = view.level == level && view.state == state;
        holds(same, Rule::LevelOfSigns, || format!("{:?} shown, {level:?} stored", view.level))?;
        if level == Some(Level::Vital) {
            let first = view.banners.first().map(|banner| (banner.code.as_str(), banner.text.fr()));
            let service = self.after.emergency().map_or("", |service| service.called());
            let seen = first.is_some_and(|(code, text)| code == "emergency" && text.contains(service));
            holds(seen && !service.is_empty(), Rule::ServiceAtVital, || format!("shown first: {first:?}"))?;
        }
        if view.may_book {
            self.may_be_booked()?;
        }
        let alert_open = self.alert.is_some_and(|alert| alert.state != AlertState::Ended);
        holds(!view.may_close || !alert_open, Rule::Closed, || "offered with an open alert".to_owned())?;
        if state != ContactState::Closed && level != Some(Level::Vital) {
            let asked =
                |open: &Open| view.questions.iter().any(|one| one.question.key == format!("red-flag.{}", open.sign));
            let passed = |open: &Open| level.is_none_or(|level| level > open.level) && !asked(open);
            let left = self.ledger.open().into_iter().find(passed);
            holds(left.is_none(), Rule::Asked, || format!("{left:?} ({state:?})"))?;
        }
        let banners = view.banners.iter().map(|banner| banner.text.fr());
        let own = view.questions.iter().filter(|one| one.by == AskedBy::Host).map(|one| one.question.spoken.as_str());
        let foreign = banners.chain(own).find(|text| text.contains(OF_A_PLUGIN));
        holds(foreign.is_none(), Rule::HostsOwnWords, || format!("{foreign:?}"))?;
        let invented = view.to_say.iter().find(|said| approved.iter().all(|one| one.text != said.text));
        holds(invented.is_none(), Rule::HostsOwnWords, || format!("{invented:?}"))
    }
}

/// Whether a fact is stored as it was told: a telephone number in its full form, and what
/// stands under the request as words, however a client calls it; everything else unchanged.
fn is_as_told(stored: &Fact, told: &NewFact) -> bool {
    let value = match (told.key.as_str(), told.value.as_text()) {
        (keys::WORDS, Some(words)) => Value::Text(words.to_owned()),
        (keys::CALLER_PHONE | keys::PATIENT_PHONE, Some(number)) => {
            let bare = number.replace(' ', "");
            Value::Phone(bare.strip_prefix('0').map_or(bare.clone(), |rest| format!("+33{rest}")))
        }
        _ => told.value.clone(),
    };
    stored.key == told.key && stored.value == value && stored.source == told.source.unwrap_or(Source::Caller)
}

/// Whether a rule holds, or how it does not.
pub(super) fn holds(held: bool, rule: Rule, how: impl FnOnce() -> String) -> Judged {
    if held { Ok(()) } else { Err((rule, how())) }
}
