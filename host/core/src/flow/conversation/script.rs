//! Renders the script of a contact; the host's own when no plugin gives an answer.

use super::context::context;
use super::followed::{Followed, followed};
use crate::flow::journal::Involved;
use crate::model::care::{ContentRef, keys, latest};
use crate::model::civil::Zone;
use crate::model::commitment::Commitment;
use crate::model::contact::{Contact, RESERVED_KEY};
use crate::model::disclosure::{Information, MaySay, for_script, persons_of, tells_of};
use crate::model::intent::{Intent, IntentKind};
use crate::model::minimal_script;
use crate::model::person::Person;
use crate::model::practice::{PluginKind, Practice};
use crate::model::script::{AppointmentSummary, BookingProgress, CommitmentSummary, ScriptInfo, Session, View};
use crate::model::view::{Sequel, progress_of};

use crate::ports::plugins::GuestError;
use crate::ports::practices::{Feature, LivePractice};
use crate::ports::storage::{Storage, Stored};
use crate::time::{Instant, Span};

/// What an appointment is for, to whoever may not know it.
const UNNAMED_MOTIVE: &str = "un rendez-vous";

/// What the script says now.
pub(crate) struct Rendered {
    pub(crate) view: View,
    /// The content that was rendered; `None` for the host's own script.
    pub(crate) script: Option<ContentRef>,
    /// The plugin that failed, when the host's own script stands in for it.
    pub(crate) failed: Option<Involved>,
}

/// Renders the script; the host's own when no plugin gives an answer.
pub(crate) async fn render(
    storage: &dyn Storage,
    practice: &LivePractice,
    contact: &Contact,
    sequel: &Sequel,
    override_reason: Option<&str>,
    now: Instant,
) -> Stored<Rendered> {
    let may_say = MaySay::of(&practice.disclosure, contact, &sequel.records, Zone::of(practice).date(now));
    let promises = sequel.commitments.iter().filter(|one| tells_of(one, &may_say));
    let empty = ContentRef { id: String::new(), version: String::new(), digest: Vec::new() };
    let mut session = Session {
        script: contact.script.clone().unwrap_or(empty),
        context: context(practice, &contact.facts, now),
        facts: for_script(&contact.facts, &may_say),
        assessment: contact.assessment.clone(),
        emergency_call: contact.emergency().map(|service| service.called().to_owned()),
        appointment: appointment_summary(practice, contact, sequel, now),
        commitments: promises.map(|one| summary_of(practice, one, now)).collect(),
        done: contact.done.iter().filter(|key| !key.starts_with("host:")).cloned().collect(),
        override_reason: override_reason.map(str::to_owned),
    };
    // Whoever began with a script goes on with that one, or with the host's own.
    let began = contact.pins.iter().any(|pin| pin.kind == PluginKind::Script);
    let scripts = followed(storage, practice, contact, PluginKind::Script).await?;
    let scripts = scripts.into_iter().filter(|script| script.pinned || !began);
    let Some(script) = scripts.min_by_key(rank) else {
        let view = minimal_script::render(practice, &session);
        return Ok(Rendered { view, script: None, failed: None });
    };
    let rendered = match &script.feature {
        Ok(feature) => render_bound(feature, contact, &mut session).await,
        Err(code) => Err((*code).to_owned()),
    };
    Ok(match rendered {
        Ok(view) => Rendered { view, script: Some(session.script), failed: None },
        Err(code) => {
            let view = minimal_script::render(practice, &session);
            let failed = Involved { stamp: script.stamp.into_owned(), failure: Some(code) };
            Rendered { view, script: None, failed: Some(failed) }
        }
    })
}

/// The script that a new contact begins with, and keeps (S9); `None` when it has the
/// host's own, or its plugin is out.
pub(crate) fn first_script(practice: &LivePractice, contact: &Contact) -> Option<ContentRef> {
    let script = serving(practice, contact)?.script().ok()?;
    choose_script(script.catalogue(), contact).ok()
}

/// The feature whose script a contact has. One that is out may have been no script at
/// all: whichever is known to be one comes first.
fn serving<'a>(practice: &'a LivePractice, contact: &Contact) -> Option<&'a Feature> {
    practice.serving(PluginKind::Script, &contact.facts).min_by_key(|feature| feature.kind.is_none())
}

/// One that is out may have been no script at all: whichever is known to be one comes
/// first.
fn rank(script: &Followed<'_>) -> u8 {
    match &script.feature {
        Ok(feature) if feature.kind.is_some() => 0,
        Err(_) => 1,
        Ok(_) => 2,
    }
}

async fn render_bound(feature: &Feature, contact: &Contact, session: &mut Session) -> Result<View, String> {
    let script = feature.script().map_err(|failure| failure.code().to_owned())?;
    if contact.script.is_none() {
        session.script = choose_script(script.catalogue(), contact)?;
    }
    match script.render(session).await {
        Ok(Ok(view)) => return sound(view),
        // The version this contact began with is gone: begin on the present one (S9).
        Ok(Err(GuestError { code, .. })) if code == "version-withdrawn" || code == "unknown-script" => {}
        Ok(Err(error)) => return Err(code_of(&error)),
        Err(failure) => return Err(failure.code().to_owned()),
    }
    session.script = choose_script(script.catalogue(), contact)?;
    match script.render(session).await {
        Ok(Ok(view)) => sound(view),
        Ok(Err(error)) => Err(code_of(&error)),
        Err(failure) => Err(failure.code().to_owned()),
    }
}

/// Refuses a view that asks what only the host asks: an answer would stand for
/// the host's own rules.
fn sound(view: View) -> Result<View, String> {
    let mut asks = view.prompts.iter().flat_map(|prompt| &prompt.asks);
    if asks.all(|question| keys::is_askable(&question.key, PluginKind::Script)) {
        Ok(view)
    } else {
        Err(RESERVED_KEY.to_owned())
    }
}

/// The first script that is made for this motive and this kind of caller.
fn choose_script(scripts: &[ScriptInfo], contact: &Contact) -> Result<ContentRef, String> {
    let text = |key: &str| latest(&contact.facts, key).and_then(|fact| fact.value.as_text());
    let (motive, caller) = (text(keys::MOTIVE), text(keys::CALLER_KIND));
    let serves = |list: &[String], value: Option<&str>| {
        list.is_empty() || value.is_some_and(|value| list.iter().any(|one| one == value))
    };
    let fits = |info: &&ScriptInfo| serves(&info.motives, motive) && serves(&info.caller_kinds, caller);
    let chosen = scripts.iter().find(fits).or(scripts.first()).ok_or_else(|| "no-script".to_owned())?;
    Ok(chosen.content.clone())
}

fn code_of(error: &GuestError) -> String {
    let word = |sign: &char| sign.is_ascii_lowercase() || *sign == '-';
    error.code.chars().take(40).filter(word).collect()
}

/// The appointment that stands at the end of all bookings, moves and
/// cancellations of a contact.
fn appointment_summary(
    practice: &Practice,
    contact: &Contact,
    sequel: &Sequel,
    now: Instant,
) -> Option<AppointmentSummary> {
    let intents = &sequel.intents;
    // A move that was refused leaves the appointment before it standing.
    let stands = |intent: &&Intent| progress_of(intent) != BookingProgress::Refused;
    let latest = intents.iter().rev().find(stands).or(intents.last())?;
    let progress = progress_of(latest);
    let over = matches!(latest.kind, IntentKind::Cancel { .. }) && progress == BookingProgress::Confirmed;
    if over || progress == BookingProgress::None {
        return None;
    }
    let request = &latest.request;
    // Whoever booked it here said for whom. What somebody else changed is the patient's.
    let is_own = latest.kind == IntentKind::Book;
    let may_say = of_appointment(practice, contact, sequel, &request.patient, now);
    let changed = may_say.allows(Information::Change);
    let told = may_say.allows(Information::Appointment) && may_say.allows(Information::AppointmentTime);
    if !(is_own || changed || told) {
        return None;
    }
    let knows_motive = is_own || may_say.allows(Information::AppointmentMotive);
    let span: Span = latest.appointment.as_ref().map_or(request.span, |held| held.span);
    let seat = practice.agenda_of(&latest.feature, &request.agenda);
    let motive = practice.motive(&request.motive).filter(|_| knows_motive);
    // Where there is one of them only, nobody says with whom, nor where.
    let with = seat.filter(|_| practice.practitioners.len() > 1);
    let at = seat.filter(|_| practice.sites.len() > 1);
    Some(AppointmentSummary {
        state: progress,
        span,
        start_local: Zone::of(practice).text(span.start),
        practitioner: with.map(|(practitioner, _)| practitioner.name.clone()),
        site: at.and_then(|(_, agenda)| practice.site(&agenda.site)).map(|site| site.name.clone()),
        motive: match motive {
            Some(motive) => motive.label.clone(),
            None if knows_motive => request.motive.0.clone(),
            None => UNNAMED_MOTIVE.to_owned(),
        },
        instructions: motive.and_then(|motive| motive.instructions.clone()),
        documents: motive.map(|motive| motive.documents.clone()).unwrap_or_default(),
        arrive_early_min: motive.map_or(0, |motive| motive.arrive_early_min),
    })
}

/// What may be said of an appointment of this patient.
fn of_appointment(practice: &Practice, contact: &Contact, sequel: &Sequel, patient: &Person, now: Instant) -> MaySay {
    let mut whose = persons_of(&sequel.records);
    whose.push(patient.clone());
    MaySay::about(&practice.disclosure, contact, &whose, &sequel.records, Zone::of(practice).date(now))
}

fn summary_of(practice: &Practice, commitment: &Commitment, now: Instant) -> CommitmentSummary {
    let zone = Zone::of(practice);
    // Of a window that has begun, what is left is any time until its end.
    let window = commitment.window.filter(|window| window.start > now);
    CommitmentSummary {
        what: commitment.what.clone(),
        said: commitment.said.clone(),
        due: commitment.due,
        due_local: zone.text(commitment.due),
        start_local: window.map(|window| zone.text(window.start)),
    }
}
