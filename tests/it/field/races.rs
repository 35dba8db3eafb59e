//! A practitioner who writes, moves and deletes in the calendar at the very moment at which
//! greffon books, moves or cancels there: before greffon's write, between that and its
//! verification, and after its answer. No server keeps one from the other.

use std::collections::BTreeMap;

use anyhow::Context as _;
use greffon_core::ids::AppointmentId;
use greffon_core::model::audit::AuditEvent;
use greffon_core::model::commitment::VERIFY_BOOKING;
use greffon_core::model::intent::{Appointment, IntentState};
use greffon_core::model::standing::is_gone;
use greffon_core::ports::storage::{Page, Storage as _};
use greffon_core::time::{Instant, Span};
use greffon_simulation::Random;
use serde_json::{Value, json};

use super::desk::{Desk, event};
use super::lane::{Lane, Said, when};
use super::office::PRACTICE;
use super::wire::Fault;

/// What greffon does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Book,
    Move,
    Cancel,
}

/// What the practitioner does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// Writes something new over the time that greffon wants.
    Write,
    /// Moves something of their own there.
    Shift,
    /// Moves greffon's entry elsewhere.
    Drag,
    /// Deletes greffon's entry.
    Strike,
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    BeforeTheWrite,
    BeforeTheVerification,
    AfterTheAnswer,
    /// Whenever it comes about.
    Beside,
}

/// What came of a round.
struct Round {
    moment: Moment,
    overlapped: bool,
    /// From the practitioner's act to greffon's knowing of it, in milliseconds; none when greffon
    /// knew before it answered.
    found_ms: Option<i64>,
    became: String,
}

/// Runs so many rounds in one calendar; prints what came of them.
pub async fn run(name: &str, lane: &mut Lane, rounds: usize, seed: u64) -> anyhow::Result<()> {
    let mut random = Random::new(seed);
    lane.compare().await?;
    let mut done = Vec::new();
    for number in 0..rounds {
        done.push(round(lane, number, &mut random).await.with_context(|| format!("round {number}, seed {seed}"))?);
    }
    println!("races with a foreign client, {name}, seed {seed}: {rounds} rounds");
    let mut sums = BTreeMap::<(Moment, &str), (usize, usize, Vec<i64>)>::new();
    for one in &done {
        let sum = sums.entry((one.moment, one.became.as_str())).or_default();
        sum.0 += 1;
        sum.1 += usize::from(one.overlapped);
        sum.2.extend(one.found_ms);
    }
    for ((moment, became), (count, overlaps, mut found)) in sums {
        found.sort_unstable();
        let found = match (found.first(), found.last()) {
            (Some(first), Some(last)) => format!("found after {first} to {last} ms"),
            _ => "known before the answer".to_owned(),
        };
        println!("{count:5}  {moment:?}: {overlaps} overlapped, {found}: {became}");
    }
    lane.a_day_later().await?;
    lane.ends().await?;
    let wrong = &lane.wrong;
    anyhow::ensure!(wrong.is_empty(), "{} of {name}, seed {seed}:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// What a round is about.
struct Scene {
    act: Act,
    label: String,
    /// The practitioner's own entry.
    own: String,
    booked: String,
    asked: String,
    path: String,
    body: Value,
    /// What greffon wants, or has.
    slot: Span,
    /// Where the practitioner drags greffon's entry.
    elsewhere: Span,
}

async fn round(lane: &mut Lane, number: usize, random: &mut Random) -> anyhow::Result<Round> {
    let op = *random.pick(&[Op::Book, Op::Move, Op::Cancel]).context("one of them")?;
    let act = *random.pick(&[Act::Write, Act::Shift, Act::Drag, Act::Strike]).context("one of them")?;
    let moments = [Moment::BeforeTheWrite, Moment::BeforeTheVerification, Moment::AfterTheAnswer, Moment::Beside];
    let moment = *random.pick(&moments).context("one of them")?;
    let scene = scene(lane, number, op, act, moment).await?;
    // Half of the appointments that are changed were booked a while ago.
    if op != Op::Book && random.chance(5_000) {
        lane.office.pass(15).await?;
    }
    let desk = lane.desk.clone().context("there is a server")?;
    if act == Act::Shift {
        let far = Span { start: scene.elsewhere.end, end: scene.elsewhere.end.plus_minutes(15) };
        accepted(desk.put(&scene.own, event(&scene.own, far, "")).await?)?;
        lane.office.pass(2).await?;
    }
    let wire = lane.server.clone().context("there is a server")?;
    let paused = match moment {
        Moment::BeforeTheWrite => Some((Fault::PauseBefore, wire.arm_write(Fault::PauseBefore))),
        Moment::BeforeTheVerification => Some((Fault::PauseAfter, wire.arm_write(Fault::PauseAfter))),
        Moment::AfterTheAnswer | Moment::Beside => None,
    };
    let (secretary, path, body) = (lane.office.host().secretary.clone(), scene.path.clone(), scene.body.clone());
    let mut call = tokio::spawn(async move { secretary.call(reqwest::Method::POST, &path, Some(&body)).await });
    let acted_at = lane.office.now();
    let answer = match &paused {
        Some((fault, armed)) => tokio::select! {
            () = armed.struck() => {
                scene.act(&desk).await?;
                armed.open(*fault).await;
                call.await??
            }
            answer = &mut call => {
                wire.disarm();
                let answer = answer??;
                scene.act(&desk).await?;
                answer
            }
        },
        None if moment == Moment::Beside => {
            let (answer, acted) = tokio::join!(call, scene.act(&desk));
            acted?;
            answer??
        }
        None => {
            let answer = call.await??;
            scene.act(&desk).await?;
            answer
        }
    };
    let said = Said::of(Some(&answer));
    lane.told_what_was_so(&scene, said).await?;
    let overlapped = scene.overlaps(lane, &desk).await?;
    lane.office.pass(45).await?;
    let outcome = scene.outcome(lane, &desk, said, acted_at).await?;
    desk.delete(&scene.own).await?;
    lane.office.pass(2).await?;
    let (found_ms, became) = outcome;
    Ok(Round { moment, overlapped, found_ms, became: format!("{op:?} and {act:?}: {became}") })
}

async fn scene(lane: &mut Lane, number: usize, op: Op, act: Act, moment: Moment) -> anyhow::Result<Scene> {
    let (patient, contact) = lane.patient().await?;
    let slots = lane.slots(&contact).await?;
    let span = |slot: &Value| -> anyhow::Result<Span> {
        let (start, end) = (when(&slot["start"]), when(&slot["end"]));
        Span::new(start.context("a start")?, end.context("an end")?).context("a slot has a time")
    };
    let last = slots.last().context("there are slots")?;
    let booked = format!("r{number}-book");
    let mut scene = Scene {
        act,
        label: format!("round {number}: {op:?} and {act:?}, {moment:?}"),
        own: format!("bureau-{number}.ics"),
        booked: booked.clone(),
        asked: booked.clone(),
        path: format!("/v1/contacts/{contact}/bookings"),
        body: json!({ "op_id": booked, "slot": slots[0] }),
        slot: span(&slots[0])?,
        elsewhere: span(last)?,
    };
    lane.asked.entry(patient).or_default().push(booked.clone());
    if op == Op::Book {
        return Ok(scene);
    }
    let appointment = lane.booked(&contact, &booked, &slots[0]).await?;
    scene.asked = format!("r{number}-change");
    lane.asked.entry(patient).or_default().push(scene.asked.clone());
    (scene.path, scene.body) = if op == Op::Cancel {
        Lane::cancelling(&appointment, &contact, &scene.asked)
    } else {
        scene.slot = span(&slots[2])?;
        Lane::moving(&appointment, &contact, &scene.asked, &slots[2])
    };
    Ok(scene)
}

fn accepted(status: reqwest::StatusCode) -> anyhow::Result<()> {
    anyhow::ensure!(status.is_success(), "the server takes what the practitioner writes: {status}");
    Ok(())
}

impl Scene {
    fn name(&self) -> String {
        format!("greffon-{}.ics", self.booked)
    }

    /// What the practitioner does.
    async fn act(&self, desk: &Desk) -> anyhow::Result<()> {
        match self.act {
            Act::Write | Act::Shift => accepted(desk.put(&self.own, event(&self.own, self.slot, "")).await?),
            Act::Drag => {
                // What is not there cannot be dragged: somebody else writes at that moment.
                match desk.get(&self.name()).await? {
                    Some(object) => accepted(desk.put(&self.name(), object.moved_to(self.elsewhere)).await?),
                    None => accepted(desk.put(&self.own, event(&self.own, self.slot, "")).await?),
                }
            }
            Act::Strike => desk.delete(&self.name()).await.map(drop),
        }
    }

    /// Whether greffon's entry and the practitioner's stand at one time now.
    async fn overlaps(&self, lane: &Lane, desk: &Desk) -> anyhow::Result<bool> {
        let theirs = desk.get(&self.own).await?.and_then(|object| object.span());
        let ours = lane.standing(&self.booked).await?.map(|one| one.span);
        Ok(theirs.zip(ours).is_some_and(|(theirs, ours)| theirs.overlaps(&ours)))
    }

    /// What came of it, once greffon has looked at all that it looks at: when greffon knew, and
    /// how the appointment stands.
    async fn outcome(
        &self,
        lane: &mut Lane,
        desk: &Desk,
        said: Said,
        acted_at: Instant,
    ) -> anyhow::Result<(Option<i64>, String)> {
        let label = &self.label;
        let id = AppointmentId(format!("martin/{}", self.name()));
        let database = &lane.office.host().host.database;
        let known = database.appointment(&PRACTICE.into(), None, &id).await?;
        let booking = lane.intent(&self.booked).await?;
        let asked = lane.intent(&self.asked).await?;
        let state = asked.as_ref().map(|intent| intent.state);
        let there = lane.standing(&self.booked).await?.map(|one| one.span);
        let overlaps = self.overlaps(lane, desk).await?;
        let noted: Vec<AuditEvent> = lane.journal().await?;
        let holders: Vec<String> = [&booking, &asked]
            .iter()
            .filter_map(|intent| Some(format!("appointment:{}", intent.as_ref()?.id)))
            .collect();
        let found: Vec<&AuditEvent> = noted
            .iter()
            .filter(|one| one.action.ends_with("-in-agenda"))
            .filter(|one| one.subject.as_ref().is_some_and(|subject| holders.contains(subject)))
            .collect();
        let asks = state == Some(IntentState::NeedsHuman);
        if let Some(intent) = asked.as_ref().filter(|_| asks) {
            let owned = lane.has_owner(intent, VERIFY_BOOKING).await?;
            lane.check(owned, || format!("{label}: without an owner: {intent:?}"));
        }
        let recorded = recorded(known.as_ref());
        if !asks {
            lane.check(recorded == there, || {
                format!("{label}: {said:?} was said; the agenda has {there:?}, greffon {recorded:?}, {state:?}")
            });
            lane.check(!overlaps || found.iter().any(|one| one.action.contains("double")), || {
                format!("{label}: {said:?} was said; an overlap that nobody found: {state:?}, {known:?}")
            });
        }
        lane.check(said != Said::Later || state.is_some_and(IntentState::is_final), || {
            format!("{label}: lost: {state:?}")
        });
        let mut actions: Vec<&str> = found.iter().map(|one| one.action.as_str()).collect();
        actions.sort_unstable();
        lane.check(found.len() <= 1, || format!("{label}: told {} times: {actions:?}", found.len()));
        let state = state.map_or("nothing stored".to_owned(), |state| format!("{state:?}"));
        let refusal = asked.and_then(|intent| intent.refusal).unwrap_or_default();
        let became = match actions.first() {
            Some(action) => format!("{state} {refusal}, then {action}"),
            None => format!("{state} {refusal}"),
        };
        Ok((found.first().map(|one| one.at.millis_since(acted_at)), became))
    }
}

fn recorded(known: Option<&Appointment>) -> Option<Span> {
    known.filter(|known| !is_gone(known.held.status)).map(|known| known.held.span)
}

impl Lane {
    /// Right after the answer: what was told is so, as far as the practitioner did not change it.
    async fn told_what_was_so(&mut self, scene: &Scene, said: Said) -> anyhow::Result<()> {
        let intent = self.intent(&scene.asked).await?;
        let state = intent.map(|intent| intent.state);
        let label = &scene.label;
        self.check(said != Said::Yes || state == Some(IntentState::Confirmed), || {
            format!("{label}: yes was said of {state:?}")
        });
        Ok(())
    }

    /// The newest lines of the journal.
    pub async fn journal(&self) -> anyhow::Result<Vec<AuditEvent>> {
        let page = Page { limit: 200, cursor: None };
        Ok(self.office.host().host.database.audit(&PRACTICE.into(), None, &page).await?.items)
    }
}
