//! Asks the practice's triage plugins what comes next.

use futures::future::join_all;

use super::context::context;
use super::followed::{Followed, followed};
use crate::flow::journal::Involved;
use crate::model::care::{Fact, Level, keys, latest};
use crate::model::civil::{Zone, age_days};
use crate::model::contact::{Contact, Findings, HostStep, Outcome, RESERVED_KEY, Report, conclude, find, host_step};
use crate::model::disclosure::{MaySay, for_grid};
use crate::model::patient::Patient;
use crate::model::practice::{PluginKind, Practice};
use crate::model::triage::{Assessment, Encounter, Protocol, Question, Step};
use crate::ports::plugins::GuestError;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Storage, Stored};
use crate::time::Instant;

/// What the grids came to, and who was asked.
pub(crate) struct Reported {
    pub(crate) outcome: Outcome,
    pub(crate) involved: Vec<Involved>,
}

/// Asks the grids, when it is their turn: every triage plugin that serves the site
/// and practitioner of the contact, at once, as the contact began with it. One that
/// is out, one that is not any more what the contact began with, and one of which
/// nobody knows whether it was a grid, has failed. `records` are those of the contact's patient.
pub(crate) async fn ask(
    storage: &dyn Storage,
    practice: &LivePractice,
    contact: &Contact,
    records: &[Patient],
    now: Instant,
) -> Stored<Option<Reported>> {
    let findings = find(practice, contact, now);
    if host_step(contact, &findings) != HostStep::AskGrids {
        return Ok(None);
    }
    let may_say = MaySay::of(&practice.disclosure, contact, records, Zone::of(practice).date(now));
    let encounter = encounter(practice, contact, &findings, &may_say, now);
    let grids = followed(storage, practice, contact, PluginKind::Triage).await?;
    let reports = join_all(grids.iter().map(|grid| ask_grid(grid, &encounter, now))).await;
    let involve = |(grid, report): (&Followed<'_>, &Report)| Involved {
        stamp: grid.stamp.clone().into_owned(),
        failure: match report {
            Report::Failed(code) => Some(code.clone()),
            _ => None,
        },
    };
    let involved = grids.iter().zip(&reports).map(involve).collect();
    Ok(Some(Reported { outcome: conclude(practice, contact, &findings, reports), involved }))
}

async fn ask_grid(grid: &Followed<'_>, encounter: &Encounter, now: Instant) -> Report {
    let bound = grid.feature.as_ref().map_err(|code| *code);
    let triage = match bound.and_then(|feature| feature.triage().map_err(|failure| failure.code())) {
        Ok(triage) => triage,
        Err(code) => return Report::Failed(code.to_owned()),
    };
    match triage.next(encounter).await {
        Ok(Ok(Step::Ask(questions))) => asks(questions, &encounter.facts),
        Ok(Ok(Step::Conclude(assessment))) => concludes(assessment, triage.protocols(), now),
        Ok(Err(error)) if error.code == "not-applicable" => Report::NotApplicable,
        Ok(Err(error)) => failed(&error),
        Err(failure) => Report::Failed(failure.code().to_owned()),
    }
}

fn encounter(
    practice: &Practice,
    contact: &Contact,
    findings: &Findings<'_>,
    may_say: &MaySay,
    now: Instant,
) -> Encounter {
    let born = latest(&contact.facts, keys::PATIENT_BIRTH_DATE).and_then(|fact| fact.value.as_text());
    Encounter {
        motive: findings.motive.map(|motive| motive.id.0.clone()),
        context: context(practice, &contact.facts, now),
        facts: for_grid(&contact.facts, may_say),
        patient_age_days: born.and_then(|born| age_days(born, Zone::of(practice).date(now))),
        previous: contact.assessment.clone(),
    }
}

/// Questions that all have an answer already lead nowhere: a person decides.
/// One that only the host asks would let a grid answer for the host.
fn asks(questions: Vec<Question>, facts: &[Fact]) -> Report {
    if !questions.iter().all(|question| keys::is_askable(&question.key, PluginKind::Triage)) {
        return Report::Failed(RESERVED_KEY.to_owned());
    }
    if questions.iter().all(|question| latest(facts, &question.key).is_some()) {
        return Report::Failed("no-progress".to_owned());
    }
    Report::Asks(questions)
}

fn concludes(assessment: Assessment, protocols: &[Protocol], now: Instant) -> Report {
    let named = protocols
        .iter()
        .find(|one| one.content.id == assessment.protocol.id && one.content.version == assessment.protocol.version);
    if named.and_then(|one| one.validation.as_ref()).is_some_and(|signed| signed.expires_at <= now) {
        return Report::Failed("protocol-expired".to_owned());
    }
    let protocol_floor = match named {
        Some(protocol) => Some(protocol.floor),
        // A conclusion under an unknown name escapes no floor.
        None => protocols.iter().map(|one| one.floor).reduce(Level::raised_to),
    };
    Report::Concludes { assessment: Box::new(assessment), protocol_floor }
}

/// A guest's code may be anything; what is kept of it is a short word.
fn failed(error: &GuestError) -> Report {
    let word = |sign: &char| sign.is_ascii_lowercase() || *sign == '-';
    let code: String = error.code.chars().take(40).filter(word).collect();
    Report::Failed(if code.is_empty() { "other".to_owned() } else { code })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::care::{ContentRef, Nature, Validation};
    use crate::model::triage::Orientation;

    /// S9: the plugin may not know yet that the approval of its grid has ended.
    #[test]
    fn what_a_grid_concludes_after_its_approval_is_left_to_a_person() {
        let content = ContentRef { id: "grille".to_owned(), version: "1".to_owned(), digest: Vec::new() };
        let until = Instant(1000);
        let validation = Validation {
            author: "Dr Martin".to_owned(),
            validator_rpps: "10003456789".to_owned(),
            validated_at: Instant(0),
            expires_at: until,
            signature: Vec::new(),
        };
        let protocol = Protocol {
            content: content.clone(),
            title: String::new(),
            motives: Vec::new(),
            min_age_days: None,
            max_age_days: None,
            floor: Level::Soon,
            validation: Some(validation),
        };
        let assessment = Assessment {
            level: Level::Routine,
            nature: Nature::Medical,
            orientation: Orientation::SlotWithin(60),
            reasons: Vec::new(),
            say: Vec::new(),
            safety_net: None,
            missing: Vec::new(),
            protocol: content,
        };
        let at = |now: Instant| concludes(assessment.clone(), std::slice::from_ref(&protocol), now);
        let before = at(until.plus_millis(-1));
        assert!(matches!(before, Report::Concludes { protocol_floor: Some(Level::Soon), .. }), "{before:?}");
        assert_eq!(at(until), Report::Failed("protocol-expired".to_owned()));
    }
}
