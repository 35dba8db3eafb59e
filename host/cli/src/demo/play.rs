//! Plays the days: contacts in the order of their time, the queue worked off
//! between them, promises kept by the practices' staff.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use greffon_core::ids::PracticeId;
use greffon_core::jobs::Jobs;
use greffon_core::ports::clock::Clock as _;
use greffon_core::time::Instant;
use indicatif::ProgressBar;
use reqwest::Method;
use serde_json::{Value, json};

use super::api::{Api, segment};
use super::clock::DemoClock;
use super::day::{Case, Day, Patient, PlannedContact, Wish};
use super::secretary::{Booked, Call, SEARCH_MINUTES, contact_of, view_of};

/// Jobs taken from the queue at once.
const BATCH: u32 = 32;

/// How long an exchange of questions and answers takes, on the demo's clock.
const EXCHANGE_SECONDS: i64 = 20;

/// When somebody is called back whose agenda did not answer.
const CALL_BACK_MINUTES: i64 = 12;

/// When a contact is looked at again whose alert is open.
const CLOSING_MINUTES: i64 = 10;

/// How long a secretary keeps an eye on a booking without an answer.
const LONGEST_VERIFICATION_MINUTES: usize = 40;

/// How long the staff goes on after the last contact, until nothing is open.
const AFTERNOON_MINUTES: i64 = 4 * 24 * 60;

/// Everybody and everything on stage.
pub struct Stage {
    /// The host, for its queue.
    pub jobs: Jobs,
    pub practices: Vec<PracticeId>,
    /// The clock that the player moves.
    pub clock: Arc<DemoClock>,
    /// Two secretaries.
    pub secretaries: [Api; 2],
    /// A practitioner, who keeps promises and answers alerts.
    pub staff: Api,
    /// How far an interrupted day was, so that it can be finished.
    pub progress: PathBuf,
}

/// One thing that will happen.
struct Event<'a> {
    at: Instant,
    key: String,
    practice: PracticeId,
    planned: &'a PlannedContact,
    case: &'a Case,
    patients: &'a BTreeMap<String, Patient>,
}

/// A contact that goes on later.
struct Later<'a> {
    at: Instant,
    call: Call<'a>,
    view: Value,
    what: Wanted,
}

/// What is left to do of a contact.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Its agenda did not answer: the caller is called back.
    Booking,
    /// Its alert is open: it is closed once somebody has said what came of that.
    Closing,
}

impl Stage {
    /// Plays the days to their end.
    pub async fn play(
        &self,
        days: &[Day],
        cases: &BTreeMap<String, Case>,
        zone_of: impl Fn(&str) -> Option<String>,
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        let events = plan(days, cases, zone_of)?;
        let done = self.done();
        bar.set_length(events.len() as u64);
        bar.set_position(done as u64);
        let mut later: Vec<Later<'_>> = Vec::new();
        for (index, event) in events.iter().enumerate().skip(done) {
            self.go_on(&mut later, event.at).await?;
            self.pass_until(event.at).await?;
            bar.set_message(event.case.title.clone());
            later.extend(self.handle(event).await.with_context(|| format!("contact {}", event.key))?);
            // A contact that waits for a call back is played again after an
            // interruption: its keys make that harmless.
            if later.is_empty() {
                self.note_done(index + 1)?;
            }
            bar.inc(1);
        }
        bar.set_message("après-midi : les promesses sont tenues");
        self.go_on(&mut later, Instant(i64::MAX)).await?;
        let end = self.clock.now().plus_minutes(AFTERNOON_MINUTES);
        self.pass_until(end).await?;
        self.note_done(events.len())
    }

    fn done(&self) -> usize {
        std::fs::read_to_string(&self.progress).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    fn note_done(&self, count: usize) -> anyhow::Result<()> {
        let partial = self.progress.with_extension("part");
        std::fs::write(&partial, count.to_string())?;
        std::fs::rename(&partial, &self.progress).context("cannot note the progress")
    }

    async fn handle<'a>(&self, event: &'a Event<'_>) -> anyhow::Result<Option<Later<'a>>> {
        let call = event.call(event.planned.patient.as_deref(), "");
        if event.case.wish == Wish::Race {
            self.race(event).await?;
            return Ok(None);
        }
        let api = &self.secretaries[0];
        let appointment = match event.case.wish {
            Wish::Move | Wish::Cancel => self.appointment_of(&call).await?,
            Wish::None | Wish::Book | Wish::Race => None,
        };
        let about = appointment.as_ref().and_then(|one| one["id"].as_str());
        let mut view = call.receive(api, about).await?;
        if !event.case.hangs_up {
            view = call.interview(api, view).await?;
            self.clock.pass_seconds(EXCHANGE_SECONDS);
        }
        match event.case.wish {
            Wish::Book => {
                let booked = match self.settled(&view, &call.key).await? {
                    Some(before) => before,
                    None => call.book(api, &view, self.clock.now()).await?,
                };
                if booked == Booked::Later {
                    let at = self.clock.now().plus_minutes(CALL_BACK_MINUTES);
                    return Ok(Some(Later { at, call, view, what: Wanted::Booking }));
                }
                self.verify(&view, &booked).await?;
            }
            Wish::Move => self.move_appointment(&call, &view, appointment).await?,
            Wish::Cancel => self.cancel_appointment(&call, &view, appointment).await?,
            Wish::None | Wish::Race => {}
        }
        let closed = self.finish(&call, &view).await?;
        let at = self.clock.now().plus_minutes(CLOSING_MINUTES);
        Ok((!closed).then_some(Later { at, call, view, what: Wanted::Closing }))
    }

    /// Asks what only comes up after the booking, then closes; says whether it is closed.
    async fn finish(&self, call: &Call<'_>, view: &Value) -> anyhow::Result<bool> {
        let api = &self.secretaries[0];
        let path = format!("/v1/contacts/{}", contact_of(view));
        let fresh = view_of(api.call(Method::GET, &path, None).await?.ok("reading a contact")?);
        let view = if call.case.hangs_up { fresh } else { call.interview(api, fresh).await? };
        call.close(api, &view).await
    }

    /// Two secretaries, two patients, one slot, at the same moment.
    async fn race(&self, event: &Event<'_>) -> anyhow::Result<()> {
        let calls =
            [event.call(event.planned.patient.as_deref(), "-a"), event.call(event.planned.rival.as_deref(), "-b")];
        let mut views = Vec::new();
        for (call, api) in calls.iter().zip(&self.secretaries) {
            let view = call.receive(api, None).await?;
            views.push(call.interview(api, view).await?);
        }
        let offer = calls[0].offer(&self.secretaries[0], &views[0], self.clock.now()).await?;
        let slots = offer.unwrap_or_default();
        let (one, two) = tokio::join!(
            self.take_once(&calls[0], &self.secretaries[0], &views[0], &slots),
            self.take_once(&calls[1], &self.secretaries[1], &views[1], &slots)
        );
        for ((call, view), booked) in calls.iter().zip(&views).zip([one?, two?]) {
            self.verify(view, &booked).await?;
            self.finish(call, view).await?;
        }
        Ok(())
    }

    async fn take_once(&self, call: &Call<'_>, api: &Api, view: &Value, slots: &[Value]) -> anyhow::Result<Booked> {
        match self.settled(view, &call.key).await? {
            Some(before) => Ok(before),
            None => call.take(api, view, slots).await,
        }
    }

    /// What an earlier run of this contact booked, once it is known.
    async fn settled(&self, view: &Value, key: &str) -> anyhow::Result<Option<Booked>> {
        let path = format!("/v1/contacts/{}", contact_of(view));
        let fresh = view_of(self.secretaries[0].call(Method::GET, &path, None).await?.ok("reading a contact")?);
        let prefix = format!("{key}-");
        let earlier = fresh["bookings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|booking| booking["op_id"].as_str().is_some_and(|op| op.starts_with(&prefix)))
            .find(|booking| !matches!(booking["state"].as_str(), Some("refused" | "compensated")));
        Ok(earlier.map(|booking| match booking["appointment"].as_str() {
            Some(id) => Booked::Confirmed(id.to_owned()),
            None => Booked::ToVerify,
        }))
    }

    /// Lets time pass until a booking that could not be told is known.
    async fn verify(&self, view: &Value, booked: &Booked) -> anyhow::Result<()> {
        if *booked != Booked::ToVerify {
            return Ok(());
        }
        let path = format!("/v1/contacts/{}", contact_of(view));
        for _ in 0..LONGEST_VERIFICATION_MINUTES {
            let fresh = view_of(self.secretaries[0].call(Method::GET, &path, None).await?.ok("reading a contact")?);
            let open = fresh["bookings"].as_array().into_iter().flatten().any(|booking| {
                matches!(booking["state"].as_str(), Some("claimed" | "held" | "sending" | "unknown" | "compensating"))
            });
            if !open {
                return Ok(());
            }
            self.pass_until(self.clock.now().plus_minutes(1)).await?;
        }
        Ok(())
    }

    async fn move_appointment(&self, call: &Call<'_>, view: &Value, appointment: Option<Value>) -> anyhow::Result<()> {
        let Some(appointment) = appointment else { return Ok(()) };
        let id = segment(appointment["id"].as_str().unwrap_or_default());
        let start: jiff::Timestamp = appointment["start"].as_str().unwrap_or_default().parse()?;
        let from = Instant(start.as_millisecond() + call.case.days * 86_400_000);
        let to = from.plus_minutes(SEARCH_MINUTES);
        let contact = contact_of(view);
        let motive = appointment["motive"].as_str().unwrap_or_default();
        let search = format!("/v1/contacts/{contact}/slots?limit=20&motive={motive}&from={from}&to={to}");
        let api = &self.secretaries[0];
        let offer = api.call(Method::GET, &search, None).await?;
        // An earlier run came to the end of it.
        if offer.code() == "contact-closed" {
            return Ok(());
        }
        let offer = offer.ok("searching slots for a move")?;
        let slot = offer["slots"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|slot| slot["feature"] == appointment["feature"] && slot["agenda"] == appointment["agenda"]);
        let Some(slot) = slot else { return Ok(()) };
        let body = json!({
            "op_id": format!("{}-move", call.key),
            "contact": contact,
            "start": slot["start"],
        });
        let path = format!("/v1/appointments/{id}/move?practice={}", call.practice);
        let answer = api.call(Method::POST, &path, Some(&body)).await?;
        if answer.code() != "slot-taken" && answer.code() != "op-id-reused" {
            answer.ok("moving an appointment")?;
        }
        Ok(())
    }

    async fn cancel_appointment(
        &self,
        call: &Call<'_>,
        view: &Value,
        appointment: Option<Value>,
    ) -> anyhow::Result<()> {
        let Some(appointment) = appointment else { return Ok(()) };
        let id = segment(appointment["id"].as_str().unwrap_or_default());
        let body = json!({
            "op_id": format!("{}-cancel", call.key),
            "contact": contact_of(view),
            "by": "patient",
            "reason": "patient-request",
        });
        let path = format!("/v1/appointments/{id}/cancel?practice={}", call.practice);
        self.secretaries[0].call(Method::POST, &path, Some(&body)).await?.ok("cancelling an appointment")?;
        Ok(())
    }

    /// The patient's next appointment, as the practice's list has it; after an interruption the
    /// same, although it may be moved or cancelled by then.
    async fn appointment_of(&self, call: &Call<'_>) -> anyhow::Result<Option<Value>> {
        let Some(patient) = call.patient else { return Ok(None) };
        let from = self.clock.now();
        let to = from.plus_minutes(60 * 24 * 60);
        let path = format!("/v1/practices/{}/appointments?from={from}&to={to}", call.practice);
        let appointments = self.secretaries[0].list(&path).await?;
        let noted = self.noted_about(&call.key);
        let is_it = |one: &Value| match &noted {
            Some(id) => one["id"] == *id.as_str(),
            None => {
                one["status"] == "booked"
                    && one["patient"]["family"] == *patient.family
                    && one["patient"]["birth_date"] == *patient.birth_date
            }
        };
        let found = appointments.into_iter().find(is_it);
        if let (None, Some(id)) = (&noted, found.as_ref().and_then(|one| one["id"].as_str())) {
            self.note_about(&call.key, id).context("cannot note the progress")?;
        }
        Ok(found)
    }

    /// Which appointment the call of this key was about when it was interrupted.
    fn noted_about(&self, key: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.about_file()).ok()?;
        text.lines()
            .filter_map(|line| line.split_once(' '))
            .find(|(noted, _)| *noted == key)
            .map(|(_, id)| id.to_owned())
    }

    fn note_about(&self, key: &str, id: &str) -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(self.about_file())?;
        file.write_all(format!("{key} {id}\n").as_bytes())
    }

    fn about_file(&self) -> PathBuf {
        self.progress.with_extension("about")
    }

    /// Goes on with what waits until then.
    async fn go_on(&self, waiting: &mut Vec<Later<'_>>, until: Instant) -> anyhow::Result<()> {
        while let Some(position) = waiting.iter().position(|one| one.at <= until) {
            let Later { at, call, view, what } = waiting.remove(position);
            self.pass_until(at).await?;
            if what == Wanted::Booking {
                let booked = call.book(&self.secretaries[0], &view, self.clock.now()).await?;
                self.verify(&view, &booked).await?;
            }
            if !self.finish(&call, &view).await? {
                let at = self.clock.now().plus_minutes(CLOSING_MINUTES);
                waiting.push(Later { at, call, view, what: Wanted::Closing });
            }
        }
        Ok(())
    }

    /// Moves the clock to `until`, stopping wherever a job or a promise is due.
    async fn pass_until(&self, until: Instant) -> anyhow::Result<()> {
        loop {
            self.keep_promises().await?;
            let alert = self.answer_alerts().await?;
            while self.jobs.run_due(BATCH).await? > 0 {}
            let now = self.clock.now();
            if now >= until {
                return Ok(());
            }
            let next_job = self.jobs.next_in().await?.filter(|wait| !wait.is_zero()).map(|wait| now + wait);
            let step = now.plus_minutes(5).min(alert.unwrap_or(until));
            self.clock.advance_to(next_job.unwrap_or(until).min(step.max(now)).min(until));
            if next_job.is_none() && alert.is_none() && self.open_promises().await? == 0 {
                self.clock.advance_to(until.min(Instant(now.0 + 30 * 86_400_000)));
                return Ok(());
            }
        }
    }

    async fn open_promises(&self) -> anyhow::Result<usize> {
        Ok(self.promises().await?.len())
    }
}

impl Event<'_> {
    fn call(&self, patient: Option<&str>, suffix: &str) -> Call<'_> {
        Call {
            key: format!("{}{suffix}", self.key),
            practice: &self.practice,
            planned: self.planned,
            case: self.case,
            patient: patient.and_then(|name| self.patients.get(name)),
        }
    }
}

/// All contacts of all days in the order of their time.
fn plan<'a>(
    days: &'a [Day],
    cases: &'a BTreeMap<String, Case>,
    zone_of: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Vec<Event<'a>>> {
    let mut events = Vec::new();
    for day in days {
        let zone = zone_of(&day.practice).with_context(|| format!("no practice \"{}\"", day.practice))?;
        for (index, planned) in day.contacts.iter().enumerate() {
            events.push(Event {
                at: day.instant(&planned.at, &zone)?,
                key: format!("demo-{}-{}-{index}", day.practice, day.date),
                practice: PracticeId(day.practice.clone()),
                planned,
                case: &cases[&planned.case],
                patients: &day.patients,
            });
        }
    }
    events.sort_by_key(|event| event.at);
    Ok(events)
}
