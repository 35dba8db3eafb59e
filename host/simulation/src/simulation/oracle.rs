//! What must be true at every moment, and at the end of a day.

use greffon_core::ids::{AppointmentId, ContactId, MessageId, OpId, PracticeId};
use greffon_core::model::alert::AlertState;
use greffon_core::model::care::Level;
use greffon_core::model::channel::Outbound;
use greffon_core::model::commitment::CommitmentState;
use greffon_core::model::contact::{Contact, ContactState};
use greffon_core::model::intent::{Intent, IntentKind, IntentState};
use greffon_core::model::job::Job;
use greffon_core::model::message::{MessageCause, MessageState};
use greffon_core::model::scheduling::{AppointmentStatus, ByWhom};
use greffon_core::time::Instant;

use super::super::agenda::{FakeAgenda, HeldEntry};
use super::super::rows::Rows;
use super::super::storage::MemoryStorage;
use super::office::{Notes, Office};
use super::report::Oracle;

/// What a hand did is seen within so many minutes, also when the agenda gave no answer for ten
/// and a process stood still for twenty.
const SEEN_WITHIN_MIN: i64 = 60;

/// Sees every message at the moment when it leaves: what a patient is told of a
/// booking must be true then.
pub(super) fn witness(
    practice: &PracticeId,
    storage: &MemoryStorage,
    agenda: &FakeAgenda,
    notes: &Notes,
) -> impl Fn(&Outbound) + Send + Sync + 'static {
    let (practice, storage, agenda, notes) = (practice.clone(), storage.clone(), agenda.clone(), notes.clone());
    move |outbound| {
        let told = outbound.key.parse::<MessageId>().ok().and_then(|id| {
            storage.look(&practice, |rows| {
                let message = rows.messages.get(&id)?;
                let intent = match &message.cause {
                    MessageCause::Intent(intent) => rows.intents.get(intent).cloned(),
                    _ => None,
                };
                Some((message.recipient.clone(), intent))
            })
        });
        match told {
            None => {
                let text = format!("{practice}: a message left that is not stored");
                notes.violation(Oracle::ToldTooEarly, text);
            }
            Some((recipient, Some(intent))) if recipient == "patient" => {
                if let Some(lie) = lie(&intent, &agenda, &outbound.template.id) {
                    let text = format!("{practice}: intent {} {:?}: {lie}", intent.id, intent.state);
                    notes.violation(Oracle::ToldTooEarly, text);
                }
            }
            Some(_) => {}
        }
    }
}

/// What is not true of a booking that a patient is being told of.
fn lie(intent: &Intent, agenda: &FakeAgenda, template: &str) -> Option<String> {
    // A refusal that comes late is told as one.
    if intent.state == IntentState::Refused && template.contains("refus") {
        return None;
    }
    if intent.state != IntentState::Confirmed {
        return Some(format!("not confirmed, told by {template}"));
    }
    let held = agenda.entries().iter().any(|entry| entry.ops.contains(&intent.op));
    (intent.kind == IntentKind::Book && !held).then(|| "the agenda never held it".to_owned())
}

/// Judges a practice when everything is quiet.
pub(super) fn judge(office: &Office, notes: &Notes, now: Instant) {
    let storage = &office.server.storage;
    let rows = storage.rows(&office.practice);
    for (one, other) in office.agenda.double_bookings(|motive| office.seats(motive)) {
        // Of what a hand struck out, and a late request brought back, a person says whether it stands.
        if ![&one, &other].into_iter().any(|id| is_asked_about(office, &rows, id)) {
            notes.violation(Oracle::DoubleBooking, format!("{}: {one} and {other}", office.practice));
        }
    }
    let jobs: Vec<(Job, Instant)> = storage
        .jobs()
        .into_iter()
        .filter(|(practice, ..)| *practice == office.practice)
        .map(|(_, job, run_at)| (job, run_at))
        .collect();
    contacts(office, notes, &rows);
    // A promise is late as soon as one process thinks so.
    endings(notes, &rows, &jobs, now.plus_millis(office.server.ahead_ms()));
    truth(office, notes, &rows);
    silence(office, notes, &rows);
    followed(office, notes, &rows);
    count(notes, &rows);
}

/// Whether a person is asked what becomes of an entry that was struck out and is there again.
fn is_asked_about(office: &Office, rows: &Rows, id: &AppointmentId) -> bool {
    let struck_out = rows.appointments.values().any(|one| one.id == *id && one.standing.struck_out);
    let entries = office.agenda.entries();
    let wrote = |op: &OpId| entries.iter().any(|entry| entry.held.id == *id && entry.ops.contains(op));
    struck_out && rows.intents.values().any(|one| one.state == IntentState::NeedsHuman && wrote(&one.op))
}

fn contacts(office: &Office, notes: &Notes, rows: &Rows) {
    let accepted: Vec<ContactId> = notes.with(|noted| {
        noted.accepted.iter().filter(|(practice, _)| *practice == office.practice).map(|(_, id)| *id).collect()
    });
    for id in accepted {
        let audited = rows.audit.iter().any(|event| event.contact == Some(id));
        if !rows.contacts.contains_key(&id) || !audited {
            notes.violation(Oracle::LostContact, format!("{}: contact {id}", office.practice));
        }
    }
}

/// Everything has an end, or somebody who looks after it.
fn endings(notes: &Notes, rows: &Rows, jobs: &[(Job, Instant)], now: Instant) {
    for intent in rows.intents.values().filter(|intent| !intent.state.is_final()) {
        notes.violation(Oracle::Unfinished, format!("intent {} is {:?}", intent.id, intent.state));
    }
    for message in rows.messages.values().filter(|message| !message.state.is_final()) {
        let next = jobs.iter().find(|(job, _)| *job == Job::DeliverMessage(message.id)).map(|(_, at)| at.to_string());
        let text = format!(
            "message {} ({}) is {:?} after {} attempts, made {}, next {next:?}, now {now}",
            message.id, message.template.id, message.state, message.attempts, message.created_at
        );
        notes.violation(Oracle::Unfinished, text);
    }
    for one in rows.alerts.values().filter(|one| one.state != AlertState::Ended) {
        if !jobs.iter().any(|(job, _)| *job == Job::EscalateAlert(one.id, one.watch)) {
            notes.violation(Oracle::ForgottenAlert, format!("alert {} {:?} until {}", one.id, one.state, one.watch_at));
        }
        let contact = rows.contacts.get(&one.contact);
        if contact.is_none_or(|contact| contact.state == ContactState::Closed) {
            notes.violation(Oracle::ForgottenAlert, format!("alert {} of a closed contact", one.id));
        }
    }
    for one in rows.commitments.values().filter(|one| !one.state.is_final()) {
        let watched = jobs.iter().any(|(job, _)| *job == Job::WatchCommitment(one.id));
        // The last rung of the ladder: late, escalated, and on every list.
        let escalated = one.rung >= 2 && one.due <= now;
        if !watched && !escalated {
            let text = format!("commitment {} {:?} due {}", one.id, one.state, one.due);
            notes.violation(Oracle::ForgottenCommitment, text);
        }
    }
}

/// The agenda and greffon believe the same.
fn truth(office: &Office, notes: &Notes, rows: &Rows) {
    let entries = office.agenda.entries();
    let find = |intent: &Intent| entries.iter().find(|entry| entry.ops.contains(&intent.op));
    for intent in rows.intents.values().filter(|intent| intent.kind == IntentKind::Book) {
        // What a hand touched is the practice's own.
        let live = find(intent).is_some_and(|entry| entry.is_live() && !entry.touched);
        let known = matches!(intent.state, IntentState::Confirmed | IntentState::NeedsHuman);
        if live && !known {
            let text = format!("{}: intent {} is {:?} and in the agenda", office.practice, intent.id, intent.state);
            notes.violation(Oracle::Untruth, text);
        }
        if intent.state == IntentState::Confirmed && find(intent).is_none() {
            let text = format!("{}: intent {} is confirmed and not in the agenda", office.practice, intent.id);
            notes.violation(Oracle::Untruth, text);
        }
    }
    for entry in entries.iter().filter(|entry| entry.held.ours && entry.is_live() && entry.held_until.is_none()) {
        if !rows.intents.values().any(|intent| entry.ops.contains(&intent.op)) {
            let text = format!("{}: {} belongs to no intent", office.practice, entry.held.id);
            notes.violation(Oracle::Untruth, text);
        }
    }
    unowned(office, notes, rows, &entries);
    for appointment in rows.appointments.values() {
        let entry = entries.iter().rev().find(|entry| entry.held.id == appointment.id);
        let taken =
            !matches!(appointment.held.status, AppointmentStatus::Cancelled | AppointmentStatus::EnteredInError);
        let doubtful = rows.intents.values().any(|intent| {
            intent.state == IntentState::NeedsHuman
                && (intent.chain == appointment.chain
                    || matches!(&intent.kind, IntentKind::Move(id) | IntentKind::Cancel { appointment: id, .. } if *id == appointment.id))
        });
        let same =
            entry.is_some_and(|entry| entry.is_live() == taken && (!taken || entry.held.span == appointment.held.span));
        // Nobody looks at a visit that is over; an agenda is read every ten minutes, if it answers.
        // For a process whose clock is ahead it is over before.
        let ahead_ms = office.server.ahead_ms().max(0);
        let too_late = |at: Instant| appointment.held.span.end < at.plus_minutes(SEEN_WITHIN_MIN).plus_millis(ahead_ms);
        let came = !matches!(appointment.held.status, AppointmentStatus::Booked | AppointmentStatus::Cancelled);
        let by_hand = entries
            .iter()
            .any(|entry| entry.held.id == appointment.id && entry.touched_at.is_some_and(|at| came || too_late(at)));
        if !same && !doubtful && !by_hand {
            let there = entry.map(|entry| (entry.is_live(), entry.held.span));
            let text = format!(
                "{}: appointment {} is {:?} {:?} here and {there:?} in the agenda",
                office.practice, appointment.id, appointment.held.status, appointment.held.span
            );
            notes.violation(Oracle::Untruth, text);
        }
    }
}

/// What the practitioner changed by hand is work for a person.
fn followed(office: &Office, notes: &Notes, rows: &Rows) {
    for event in &rows.audit {
        let Some(difference) = event.action.strip_prefix("appointment.").and_then(|a| a.strip_suffix("-in-agenda"))
        else {
            continue;
        };
        notes.count(match difference {
            "moved" => "followed.moved",
            "gone" => "followed.gone",
            "double" => "followed.double",
            _ => "followed.unclear",
        });
        let about = event.subject.as_deref().and_then(|subject| subject.strip_prefix("appointment:"));
        let told = rows.messages.values().any(|message| {
            message.template.id == "host.agenda-changed"
                && matches!(message.cause, MessageCause::Intent(id) if Some(id.to_string().as_str()) == about)
        });
        if !told {
            notes.violation(
                Oracle::Silence,
                format!("{}: {difference} of {about:?} is told to nobody", office.practice),
            );
        }
    }
}

/// What stands in the agenda under an op-id of greffon's is wanted, or a person
/// has been asked.
fn unowned(office: &Office, notes: &Notes, rows: &Rows, entries: &[HeldEntry]) {
    let own = entries.iter().filter(|entry| entry.held.ours && entry.is_live() && entry.held_until.is_none());
    for entry in own {
        let Some(intent) = rows.intents.values().find(|intent| entry.ops.first() == Some(&intent.op)) else { continue };
        let asked =
            rows.intents.values().any(|other| other.chain == intent.chain && other.state == IntentState::NeedsHuman);
        let cancelled = rows.intents.values().any(|other| {
            other.state == IntentState::Confirmed
                && matches!(&other.kind, IntentKind::Cancel { appointment, .. } if *appointment == entry.held.id)
        });
        let wanted = intent.state == IntentState::Confirmed && !cancelled;
        if !wanted && !asked && intent.state.is_final() {
            let text = format!(
                "{}: {} stands in the agenda, its intent {} is {:?}, cancelled: {cancelled}",
                office.practice, entry.held.id, intent.id, intent.state
            );
            notes.violation(Oracle::Unowned, text);
        }
    }
}

/// Whoever must be told has a message, whatever became of it.
fn silence(office: &Office, notes: &Notes, rows: &Rows) {
    for intent in rows.intents.values() {
        let told = rows
            .messages
            .values()
            .any(|message| message.recipient == "patient" && message.cause == MessageCause::Intent(intent.id));
        let own = matches!(intent.kind, IntentKind::Cancel { by: ByWhom::System, .. });
        // Whoever speaks for a patient hears it on the line.
        let patient = &intent.request.patient;
        let can_be_told = patient.email.is_some() || patient.phone.is_some();
        if intent.state == IntentState::Confirmed && can_be_told && !told && !own {
            let text = format!("{}: {:?} {}: the patient has no message", office.practice, intent.kind, intent.id);
            notes.violation(Oracle::Silence, text);
        }
    }
    // What only sounds like danger at night waits on top of the queue.
    let is_known = |contact: &&Contact| contact.supposed.is_none() && contact.level == Some(Level::Vital);
    for contact in rows.contacts.values().filter(is_known) {
        let alert = contact.alert.and_then(|id| rows.alerts.get(&id));
        if !alert.is_some_and(|alert| alert.level == Level::Vital && !alert.told.is_empty()) {
            let text = format!("{}: contact {}: nobody was alerted", office.practice, contact.id);
            notes.violation(Oracle::Silence, text);
        }
    }
}

fn count(notes: &Notes, rows: &Rows) {
    notes.with(|noted| {
        let report = &mut noted.report;
        for contact in rows.contacts.values() {
            report.add("contacts", 1);
            report.add(contact.level.map_or("level.none", |level| LEVELS[level as usize]), 1);
        }
        for intent in rows.intents.values() {
            report.add(intent_name(intent), 1);
            report.add("intents.sends", u64::from(intent.sends));
        }
        for message in rows.messages.values() {
            report.add(message_name(message.state), 1);
        }
        for one in rows.alerts.values() {
            report.add(alert_name(one.state), 1);
            report.add("alerts.told", u64::try_from(one.told.len()).unwrap_or(0));
        }
        for one in rows.commitments.values() {
            report.add(commitment_name(one.state), 1);
        }
        report.add("audit-events", u64::try_from(rows.audit.len()).unwrap_or(0));
    });
}

const LEVELS: [&str; 5] =
    ["level.1-vital", "level.2-very-urgent", "level.3-same-day", "level.4-soon", "level.5-routine"];

fn intent_name(intent: &Intent) -> &'static str {
    match (&intent.kind, intent.state) {
        (IntentKind::Book, IntentState::Confirmed) => "intent.book.confirmed",
        (IntentKind::Book, IntentState::Refused) => "intent.book.refused",
        (IntentKind::Move(_), IntentState::Confirmed) => "intent.move.confirmed",
        (IntentKind::Move(_), IntentState::Refused) => "intent.move.refused",
        (IntentKind::Cancel { .. }, IntentState::Confirmed) => "intent.cancel.confirmed",
        (IntentKind::Cancel { .. }, IntentState::Refused) => "intent.cancel.refused",
        (_, IntentState::NeedsHuman) => "intent.needs-human",
        (_, IntentState::Compensated) => "intent.compensated",
        _ => "intent.open",
    }
}

fn message_name(state: MessageState) -> &'static str {
    use MessageState as State;
    match state {
        State::Queued | State::Sending => "message.open",
        State::Sent => "message.sent",
        State::Delivered => "message.delivered",
        State::Failed => "message.failed",
        State::Uncertain => "message.uncertain",
        State::Withdrawn => "message.withdrawn",
    }
}

fn alert_name(state: AlertState) -> &'static str {
    match state {
        AlertState::Open => "alert.open",
        AlertState::Acknowledged => "alert.acknowledged",
        AlertState::Ended => "alert.ended",
    }
}

fn commitment_name(state: CommitmentState) -> &'static str {
    use CommitmentState as State;
    match state {
        State::Promised | State::InProgress => "commitment.open",
        State::Kept => "commitment.kept",
        State::KeptLate => "commitment.kept-late",
        State::Broken => "commitment.broken",
        State::Withdrawn => "commitment.withdrawn",
    }
}
