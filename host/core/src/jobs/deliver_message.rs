//! Hands a message to a channel that may carry it.

use std::time::Duration;

use super::metrics;
use super::outcome::{JobOutcome, LEASE};
use super::undelivered::{leave_work, lost_alert};
use crate::flow::{Act, CLOSED_AGAIN, Flow, Reception, Rows, contact_of, contact_of_intent, records_with};
use crate::ids::MessageId;
use crate::model::alert::AlertState;
use crate::model::audit::Actor;
use crate::model::care::Sensitivity;
use crate::model::channel::{Address, MessageRef, Outbound, SendError};
use crate::model::intent::{Appointment, Intent, IntentKind, IntentState};
use crate::model::job::{Lane, LeasedJob};
use crate::model::message::{Message, MessageCause, MessageEvent, MessageState};
use crate::model::patient::Wishes;
use crate::model::practice::Practice;
use crate::model::recipients::PATIENT;
use crate::model::recovery::UnderWay;
use crate::model::standing::is_gone;
use crate::model::wording::{self, APPOINTMENT_TEMPLATES};
use crate::ports::plugins::Channel;
use crate::ports::practices::{Feature, LivePractice, carries};
use crate::ports::storage::StorageError;
use crate::time::Instant;

/// Where a message goes.
struct Route<'a> {
    feature: &'a Feature,
    channel: &'a dyn Channel,
    /// The channel may not carry the text: a notice without health content goes
    /// instead, and the text is read in greffon.
    discreet: bool,
}

/// What leaves of a message.
#[derive(Clone, Copy)]
enum Form {
    /// All of it.
    Full,
    /// A notice that there is one.
    Discreet,
    /// A notice that does not say of whom.
    Unnamed,
}

impl Form {
    fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Discreet => "discreet",
            Self::Unnamed => "unnamed",
        }
    }
}

/// What came of an event.
struct Step {
    outcome: JobOutcome,
    /// The message, if this event changed it.
    message: Option<Message>,
}

pub(super) async fn run(
    reception: &Reception,
    practice: &LivePractice,
    leased: &LeasedJob,
    id: MessageId,
) -> Flow<JobOutcome> {
    let Some(message) = reception.storage.message(&practice.id, id).await? else { return Ok(JobOutcome::Done) };
    if !message.state.is_final() && waits(reception, practice, &message).await? {
        return Ok(JobOutcome::Again(CLOSED_AGAIN));
    }
    let delivery = Delivery { reception, practice, leased };
    match message.state {
        MessageState::Queued => delivery.deliver(&message).await,
        MessageState::Sending => delivery.ask_what_became(&message).await,
        _ => Ok(JobOutcome::Done),
    }
}

/// Whether a message waits for the end of its practice's recovery. What is written to the
/// practice at the levels of alerts does not, unless it was under way in the backup: then it
/// may have left, and the recovery says what becomes of it.
async fn waits(reception: &Reception, practice: &LivePractice, message: &Message) -> Flow<bool> {
    if !reception.gate.is_closed(&practice.id).await? {
        return Ok(false);
    }
    let since = message.lane() == Lane::Alert;
    Ok(!since || reception.storage.is_under_way(&practice.id, UnderWay::Message(message.id)).await?)
}

/// One run of the job.
struct Delivery<'a> {
    reception: &'a Reception,
    practice: &'a LivePractice,
    leased: &'a LeasedJob,
}

impl Delivery<'_> {
    async fn deliver(&self, message: &Message) -> Flow<JobOutcome> {
        let practice = self.practice;
        let intent = self.intent_of(message).await?;
        match self.is_true(message, intent.as_ref()).await? {
            Truth::Holds => {}
            Truth::Over => return self.step(message, MessageEvent::Superseded, Vec::new()).await,
            // A message that nobody needs any more ends all the same.
            Truth::NotSeenYet(_) if message.is_worthless(self.reception.acts.now()) => {
                return self.step(message, MessageEvent::Unready, Vec::new()).await;
            }
            Truth::NotSeenYet(again) => return Ok(JobOutcome::Again(again)),
        }
        let wishes = self.wishes(message, intent.as_ref()).await?;
        if let Some(code) = wishes.refuse(&message.to) {
            return self.step(message, MessageEvent::Unroutable(code), Vec::new()).await;
        }
        let route = match route(practice, message) {
            Ok(route) => route,
            Err(event) => return self.step(message, event, Vec::new()).await,
        };
        let Route { feature, channel, discreet } = route;
        let fields = feature.stamp.fields();
        let to = match channel.normalise(&message.to).await {
            Ok(to) => to,
            Err(error) => {
                let event = not_an_address(&error);
                return self.step(message, event, fields).await;
            }
        };
        let taken = MessageEvent::Take(feature.id().clone());
        let step = self.take_step(None, message, taken, fields.clone()).await?;
        // Another worker was quicker, or it is worthless by now.
        let Some(message) = step.message.filter(|now| now.state == MessageState::Sending) else {
            return Ok(step.outcome);
        };
        let form = match (wishes.may_name(), discreet) {
            (false, _) => Form::Unnamed,
            (true, true) => Form::Discreet,
            (true, false) => Form::Full,
        };
        let result = channel.send(&outbound(practice, &message, to, form)).await;
        let why = result.as_ref().err().and_then(|_| feature.failing());
        let event = MessageEvent::Answered { result, dedupes: channel.caps().provider_dedupes, why };
        let fields = fields.into_iter().chain([("form".to_owned(), form.word().to_owned())]).collect();
        self.step(&message, event, fields).await
    }

    /// What its patient allows, as they have said by now, or whoever it may be; of a message to
    /// anybody else, all.
    async fn wishes(&self, message: &Message, intent: Option<&Intent>) -> Flow<Wishes> {
        if message.recipient != PATIENT {
            return Ok(Wishes::of(&[]));
        }
        let mut rows = Rows::Stored(self.reception.storage.as_ref(), &self.practice.id);
        let contact = match intent {
            Some(intent) => contact_of_intent(&mut rows, intent).await?,
            None => contact_of(&mut rows, &message.cause).await?,
        };
        let patients = contact.map_or_else(Vec::new, |contact| contact.patient.may_be());
        let records = records_with(&mut rows, patients).await?;
        Ok(Wishes::of(&records))
    }

    /// The intent that a message is about, if it is about one that is there.
    async fn intent_of(&self, message: &Message) -> Flow<Option<Intent>> {
        match message.cause {
            MessageCause::Intent(id) => Ok(self.reception.storage.intent(&self.practice.id, id).await?),
            _ => Ok(None),
        }
    }

    /// A worker died while it was being sent: the channel may know more.
    async fn ask_what_became(&self, message: &Message) -> Flow<JobOutcome> {
        let practice = self.practice;
        let mut event = MessageEvent::FoundSending { known: None, dedupes: false };
        let mut fields = Vec::new();
        if let Some(feature) = &message.feature {
            fields = practice.stamp(feature).fields();
            if let Ok(channel) = practice.channel(feature) {
                let key = MessageRef::Key(message.id.to_string());
                let known = channel.status_of(&key).await.ok();
                event = MessageEvent::FoundSending { known, dedupes: channel.caps().provider_dedupes };
            }
        }
        self.step(message, event, fields).await
    }

    /// The last step of a job, which leaves the queue with it.
    async fn step(&self, before: &Message, event: MessageEvent, fields: Vec<(String, String)>) -> Flow<JobOutcome> {
        Ok(self.take_step(Some(self.leased), before, event, fields).await?.outcome)
    }

    /// Decides one event of a message and stores what follows from it. A message that
    /// changed since it was read is read again. `ends` is the job whose last step it is.
    async fn take_step(
        &self,
        ends: Option<&LeasedJob>,
        before: &Message,
        event: MessageEvent,
        fields: Vec<(String, String)>,
    ) -> Flow<Step> {
        let Self { reception, practice, .. } = *self;
        let actor = Actor::job("deliver-message");
        let mut known = Some(before.clone());
        loop {
            let act = Act::new(practice, &actor, reception.acts.now());
            let mut tx = reception.storage.begin(&practice.id).await?;
            let (read, was_known) = match known.take() {
                Some(known) => (Some(known), true),
                None => (tx.message(before.id).await?, false),
            };
            let Some(now) = read else { return Ok(Step { outcome: JobOutcome::Done, message: None }) };
            match reception.messages.step(tx.as_mut(), act, &now, event.clone(), fields.clone()).await {
                Err(StorageError::Stale { .. }) if was_known => {}
                Err(error) => return Err(error.into()),
                Ok(None) => {
                    // Another worker is on it and may yet die: somebody looks again.
                    let outcome = if now.state.is_final() { JobOutcome::Done } else { JobOutcome::Again(LEASE) };
                    return Ok(Step { outcome, message: None });
                }
                Ok(message) => {
                    if let Some(message) = &message {
                        leave_work(reception, tx.as_mut(), act, message).await?;
                    }
                    let mut outcome = JobOutcome::Done;
                    if let Some(LeasedJob { id, attempt, .. }) = ends {
                        // It is another worker's by now when it is not there.
                        tx.remove_job(*id, *attempt).await?;
                        outcome = JobOutcome::Ended;
                    }
                    tx.commit().await?;
                    if message.as_ref().is_some_and(|message| lost_alert(message).is_some()) {
                        metrics::alert_lost();
                    }
                    return Ok(Step { outcome, message });
                }
            }
        }
    }

    /// News of an appointment that has changed again is not told; and nothing is
    /// told of a booking that is not confirmed (I2).
    async fn is_true(&self, message: &Message, intent: Option<&Intent>) -> Flow<Truth> {
        let storage = &self.reception.storage;
        let id = match message.cause {
            MessageCause::Intent(id) => id,
            // Hours later nobody is told of an alert that is over.
            MessageCause::Alert(id) => {
                let alert = storage.alert(&self.practice.id, id).await?;
                let over = alert.is_none_or(|alert| alert.state == AlertState::Ended);
                return Ok(if over { Truth::Over } else { Truth::Holds });
            }
            _ => return Ok(Truth::Holds),
        };
        if !message.template.id.starts_with(APPOINTMENT_TEMPLATES) {
            return Ok(Truth::Holds);
        }
        let Some(intent) = intent else { return Ok(Truth::Over) };
        if intent.state != IntentState::Confirmed {
            return Ok(Truth::Over);
        }
        if matches!(intent.kind, IntentKind::Cancel { .. }) {
            return Ok(Truth::Holds);
        }
        let Some(held) = &intent.appointment else { return Ok(Truth::Over) };
        let known = storage.appointment(&self.practice.id, Some(&intent.feature), &held.id).await?;
        if message.template.id == wording::STRUCK_OUT_IN_AGENDA {
            let stands = known.is_some_and(|known| !is_gone(known.held.status));
            return Ok(if stands { Truth::Over } else { Truth::Holds });
        }
        Ok(known
            .filter(|known| known.intent == id)
            .map_or(Truth::Over, |known| truth_of(&known, message.created_at, self.reception.acts.now())))
    }
}

/// Whether what a message says still holds.
enum Truth {
    Holds,
    Over,
    /// Nobody has looked at the agenda since greffon wrote there, or somebody else has a part of
    /// the time and a person decides who keeps it: to be asked again after so long.
    NotSeenYet(Duration),
}

/// How long news of an appointment that somebody else lies over is kept back at a time.
const DOUBLE_AGAIN: Duration = Duration::from_secs(300);

/// How soon it is asked again whether a look that is due was made.
const LOOK_DUE_AGAIN: Duration = Duration::from_secs(2);

fn truth_of(known: &Appointment, written: Instant, now: Instant) -> Truth {
    let standing = &known.standing;
    if is_gone(known.held.status) || standing.followed_at.is_some_and(|at| written < at) {
        return Truth::Over;
    }
    if standing.double {
        return Truth::NotSeenYet(DOUBLE_AGAIN);
    }
    let due = standing.news_awaits(now);
    due.map_or(Truth::Holds, |due| Truth::NotSeenYet(due.since(now) + LOOK_DUE_AGAIN))
}

/// The first channel that serves the recipient and may carry the text; else the
/// first that may carry a notice. While one is out that might have served, the
/// message waits.
fn route<'a>(practice: &'a LivePractice, message: &Message) -> Result<Route<'a>, MessageEvent> {
    let sensitivity = match message.cause {
        // A test takes the road that an alert would take.
        MessageCause::AlertTest(_) => Sensitivity::Health,
        _ => message.sensitivity,
    };
    let mut notice: Option<Route<'a>> = None;
    let mut unready = false;
    for feature in practice.channels_of(&message.recipient) {
        let Ok(channel) = feature.channel() else {
            unready = true;
            continue;
        };
        let caps = channel.caps();
        if !carries(caps.kind, &message.to.scheme) {
            continue;
        }
        if sensitivity <= caps.max_sensitivity {
            return Ok(Route { feature, channel, discreet: false });
        }
        if caps.max_sensitivity >= Sensitivity::Personal && notice.is_none() {
            notice = Some(Route { feature, channel, discreet: message.sensitivity > caps.max_sensitivity });
        }
    }
    match notice {
        Some(route) => Ok(route),
        None if unready => Err(MessageEvent::Unready),
        None => Err(MessageEvent::Unroutable("no-channel")),
    }
}

fn not_an_address(error: &SendError) -> MessageEvent {
    match error {
        SendError::NoRecipient(_) | SendError::Rejected(_) => MessageEvent::Unroutable("no-recipient"),
        SendError::Unsupported(_) => MessageEvent::Unroutable("unsupported"),
        // Normalising sends nothing, whatever went wrong.
        _ => MessageEvent::Unready,
    }
}

fn outbound(practice: &Practice, message: &Message, to: Address, form: Form) -> Outbound {
    let notice = |(subject, body): (String, String)| (subject, body, Sensitivity::Personal);
    let (subject, body, sensitivity) = match form {
        Form::Full => (message.subject.clone(), message.body.clone(), message.sensitivity),
        Form::Discreet => {
            let to_patient = message.recipient == PATIENT;
            notice(wording::discreet(practice, message.level, to_patient, message.link.as_deref()))
        }
        Form::Unnamed => notice(wording::unnamed()),
    };
    Outbound {
        key: message.id.to_string(),
        to,
        reply_to: None,
        subject: Some(subject),
        body,
        sensitivity,
        level: message.level,
        transactional: true,
        valid_until: message.valid_until,
        template: message.template.clone(),
        attachments: Vec::new(),
    }
}
