//! Everything that can go wrong, at every step of a booking, a move and a cancellation: before
//! the agenda server and before the database. What the agenda holds is read by another client.
//! Time is moved, never waited for; only what outlives a guest's own deadline takes real seconds.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use greffon::demo::api::Answer;
use greffon_simulation::Random;
use serde_json::{Value, json};
use tokio::task::{JoinHandle, JoinSet};

use super::lane::{Lane, Said, when};
use super::wire::{Armed, Fault, Wire};
use crate::support::peers::Peer;

/// Practices beside each other: what waits for a deadline leaves the others the processor.
const LANES: usize = 4;

/// Longer than anything that greffon still looks for, in minutes.
const A_DAY_AND_MORE: i64 = 31 * 60;

/// What is asked of the agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Op {
    Book,
    Move,
    Cancel,
}

/// On which wire something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Server,
    Database,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Case {
    op: Op,
    place: Place,
    fault: Fault,
    /// After so many requests of the operation.
    step: u64,
    /// Chooses what else goes wrong afterwards.
    seed: u64,
}

/// Where the agendas are.
#[derive(Clone, Copy)]
pub struct Agendas<'a> {
    /// Name of the server, for the figures.
    pub name: &'a str,
    /// The server, and the folder in which calendars are made; none for an agenda of greffon's.
    pub server: Option<(&'a Peer, &'a str)>,
    /// How many cases are drawn from all; `None` for all.
    pub drawn: Option<usize>,
}

impl Agendas<'_> {
    async fn lane(&self, number: usize, like: Option<&Lane>) -> anyhow::Result<Option<Lane>> {
        let calendar = self.server.map(|(_, folder)| format!("{folder}lane-{number}/"));
        let server = self.server.zip(calendar.as_deref()).map(|((peer, _), calendar)| (peer.port, calendar));
        Lane::open(server, like).await
    }

    /// Runs the matrix; says how many cases it had.
    pub async fn run(&self, seed: u64) -> anyhow::Result<usize> {
        let Some(mut first) = self.lane(0, None).await? else { return Ok(0) };
        let cases = self.cases(&mut first, seed).await?;
        let mut lanes = vec![first];
        for number in 1..LANES {
            lanes.extend(self.lane(number, lanes.first()).await?);
        }
        // A server may refuse one name in two calendars: cases are numbered over all of them.
        let mut shares: Vec<Vec<(usize, Case)>> = vec![Vec::new(); lanes.len()];
        for (number, case) in cases.iter().enumerate() {
            shares[number % lanes.len()].push((number, *case));
        }
        let mut working = JoinSet::new();
        for (lane, share) in lanes.into_iter().zip(shares) {
            working.spawn(work(lane, share));
        }
        let (mut ends, mut struck, mut wrong) = (BTreeMap::<String, usize>::new(), 0, Vec::new());
        while let Some(done) = working.join_next().await {
            let done = done??;
            for (end, count) in done.ends {
                *ends.entry(end).or_default() += count;
            }
            struck += done.struck;
            wrong.extend(done.wrong);
        }
        println!("fault matrix, {}, seed {seed}: {} cases, in {struck} of which it struck", self.name, cases.len());
        for (end, count) in &ends {
            println!("{count:6}  {end}");
        }
        anyhow::ensure!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), self.name, wrong.join("\n"));
        Ok(cases.len())
    }

    /// All cases, or those that the seed draws: half of them from each wire at least.
    async fn cases(&self, lane: &mut Lane, seed: u64) -> anyhow::Result<Vec<Case>> {
        let mut random = Random::new(seed);
        let (mut at_server, mut at_database) = (Vec::new(), Vec::new());
        // What is asked once a day only is no step of each booking.
        steps(lane, Op::Book).await?;
        for op in [Op::Book, Op::Move, Op::Cancel] {
            let (requests, statements) = steps(lane, op).await?;
            println!("{}: {op:?} has {requests:?} and {statements} statements", self.name);
            for step in 0..u64::try_from(requests.len())? {
                let all =
                    Fault::ALL.map(|fault| Case { op, place: Place::Server, fault, step, seed: random.next_u64() });
                at_server.extend(all);
            }
            for step in 0..statements {
                let all = Fault::OF_A_DATABASE;
                at_database.extend(all.map(|fault| Case {
                    op,
                    place: Place::Database,
                    fault,
                    step,
                    seed: random.next_u64(),
                }));
            }
        }
        let Some(drawn) = self.drawn else { return Ok([at_server, at_database].concat()) };
        let most = if at_server.is_empty() { 0 } else { drawn * 4 / 5 };
        let mut cases = draw(&mut random, at_server, most);
        let left = drawn.saturating_sub(cases.len());
        cases.extend(draw(&mut random, at_database, left));
        Ok(cases)
    }
}

fn draw(random: &mut Random, mut from: Vec<Case>, most: usize) -> Vec<Case> {
    let mut drawn = Vec::new();
    while drawn.len() < most && !from.is_empty() {
        let index = random.below(u64::try_from(from.len()).unwrap_or(0));
        drawn.push(from.swap_remove(usize::try_from(index).unwrap_or(0)));
    }
    drawn
}

/// Requests of an operation to its server when nothing goes wrong, and how many statements.
async fn steps(lane: &mut Lane, op: Op) -> anyhow::Result<(Vec<String>, u64)> {
    let asked = asked(lane, op, "counted").await?;
    let server = lane.server.as_ref().map(|wire| (wire.clone(), wire.seen()));
    let before = lane.database.seen();
    let answer = lane.post(&asked.path, &asked.body).await?;
    let requests = server.map(|(wire, from)| wire.methods(from)).unwrap_or_default();
    let statements = lane.database.seen() - before;
    let said = lane.finally(&asked.op, Said::of(Some(&answer))).await?;
    anyhow::ensure!(said == Said::Yes, "{op:?}: {}", answer.body);
    Ok((requests, statements))
}

/// What came of the cases of a lane.
#[derive(Default)]
struct Worked {
    /// How many ended in each way.
    ends: BTreeMap<String, usize>,
    /// In how many the fault had its request.
    struck: usize,
    /// What did not hold.
    wrong: Vec<String>,
}

async fn work(mut lane: Lane, cases: Vec<(usize, Case)>) -> anyhow::Result<Worked> {
    let mut worked = Worked::default();
    for (number, case) in cases {
        let (end, struck) = run(&mut lane, case, number).await.with_context(|| format!("{case:?}"))?;
        *worked.ends.entry(end).or_default() += 1;
        worked.struck += usize::from(struck);
    }
    lane.office.pass(A_DAY_AND_MORE).await?;
    lane.compare().await?;
    lane.ends().await?;
    worked.wrong = lane.wrong;
    Ok(worked)
}

/// What is asked, ready to be sent.
struct Asked {
    /// The op-id of the booking that it is, or that it changes.
    booked: String,
    op: String,
    path: String,
    body: Value,
    /// The time that it wants, if it wants one.
    slot: Option<Value>,
}

/// A patient who books, or who has booked and moves or cancels.
async fn asked(lane: &mut Lane, op: Op, label: &str) -> anyhow::Result<Asked> {
    let (number, contact) = lane.patient().await?;
    let mut slots = lane.slots(&contact).await?;
    let slot = slots.swap_remove(0);
    let booked = format!("{label}-book-{number}");
    lane.asked.entry(number).or_default().push(booked.clone());
    if op == Op::Book {
        let path = format!("/v1/contacts/{contact}/bookings");
        let body = json!({ "op_id": booked, "slot": slot });
        return Ok(Asked { op: booked.clone(), booked, path, body, slot: Some(slot) });
    }
    let appointment = lane.booked(&contact, &booked, &slot).await?;
    let name = format!("{label}-{}-{number}", if op == Op::Move { "move" } else { "cancel" });
    lane.asked.entry(number).or_default().push(name.clone());
    if op == Op::Cancel {
        let (path, body) = Lane::cancelling(&appointment, &contact, &name);
        return Ok(Asked { booked, op: name, path, body, slot: None });
    }
    let later = slots.swap_remove(1);
    let (path, body) = Lane::moving(&appointment, &contact, &name, &later);
    Ok(Asked { booked, op: name, path, body, slot: Some(later) })
}

/// Has one thing go wrong, and follows what was asked to its end.
async fn run(lane: &mut Lane, case: Case, number: usize) -> anyhow::Result<(String, bool)> {
    // What went wrong before has left the agenda's server its rest.
    lane.office.pass(2).await?;
    let Case { op, place, fault, step, seed } = case;
    let label = format!("case {number} {op:?}, {fault:?} at {place:?} {step}, seed {seed:#x}");
    let asked = asked(lane, op, &format!("m{number}")).await?;
    let wire = match place {
        Place::Server => lane.server.clone().context("a fault of a server has one")?,
        Place::Database => lane.database.clone(),
    };
    let trouble = Trouble::begin(&wire, fault, step);
    let (secretary, path, body) = (lane.office.host().secretary.clone(), asked.path.clone(), asked.body.clone());
    let mut call: JoinHandle<anyhow::Result<Answer>> =
        tokio::spawn(async move { secretary.call(reqwest::Method::POST, &path, Some(&body)).await });
    let answer = tokio::select! {
        answer = &mut call => answer?.ok(),
        () = trouble.kills() => {
            lane.office.kill().await?;
            None
        }
    };
    let struck = trouble.end(&wire).await;
    if fault.kills() && struck && answer.is_none() {
        call.abort();
        lane.office.begin().await?;
    }
    let mut said = Said::of(answer.as_ref());
    let code = answer.filter(|_| said == Said::No).map(|answer| format!(" ({})", answer.code())).unwrap_or_default();
    lane.told_what_stands(&format!("{label}, at once"), &asked.booked, &[&asked.op]).await?;

    // Somebody else wants the time; and whoever got no answer asks again.
    let rival = match &asked.slot {
        Some(slot) => Some(rival(lane, slot, number).await?),
        None => None,
    };
    if said == Said::Nothing {
        lane.office.pass(1).await?;
        let again = lane.post(&asked.path, &asked.body).await?;
        said = Said::of(Some(&again));
    }

    // Then something else goes wrong while greffon looks after it.
    let mut random = Random::new(seed);
    let mut second = String::new();
    if let Some(wire) = lane.server.clone().filter(|_| random.chance(3_000)) {
        let fault = Fault::ALL[usize::try_from(random.below(10))?];
        let step = random.below(5);
        second = format!(", then {fault:?} at {step}");
        pass_in_trouble(lane, &wire, fault, step).await?;
    }
    lane.office.pass(45).await?;
    let label = format!("{label}{second}");
    lane.told_what_stands(&label, &asked.booked, &[&asked.op]).await?;
    let ended = lane.ended(&label, &asked.booked, &asked.op, said).await?;
    if let (Some(rival), Some(slot)) = (rival, &asked.slot) {
        one_of_two(lane, &label, &asked, &rival, slot).await?;
    }
    Ok((format!("{op:?}: {said:?} was said{code}, ended {ended}"), struck))
}

/// Another patient wants the same time at once.
async fn rival(lane: &mut Lane, slot: &Value, number: usize) -> anyhow::Result<(String, Said)> {
    let (patient, contact) = lane.patient().await?;
    let op = format!("m{number}-rival-{patient}");
    lane.asked.entry(patient).or_default().push(op.clone());
    let said = Said::of(Some(&lane.book(&contact, &op, slot).await?));
    Ok((op, said))
}

/// At most one of two who wanted one time has it.
async fn one_of_two(
    lane: &mut Lane,
    label: &str,
    asked: &Asked,
    rival: &(String, Said),
    slot: &Value,
) -> anyhow::Result<()> {
    let start = when(&slot["start"]);
    let mut have = Vec::new();
    for op in [&asked.booked, &rival.0] {
        let there = lane.standing(op).await?;
        have.extend(there.filter(|one| Some(one.span.start) == start).map(|one| one.op));
    }
    lane.check(have.len() <= 1, || format!("{label}: double: {have:?}"));
    lane.ended(&format!("{label}, rival"), &rival.0, &rival.0, rival.1).await?;
    Ok(())
}

/// Lets the look-ups of an unknown outcome come while something goes wrong once more.
async fn pass_in_trouble(lane: &mut Lane, wire: &Wire, fault: Fault, step: u64) -> anyhow::Result<()> {
    let trouble = Trouble::begin(wire, fault, step);
    let mut passing = lane.office.does(|host| async move { host.pass(10).await });
    let ended = tokio::select! {
        passed = &mut passing => {
            passed??;
            false
        }
        () = trouble.kills() => {
            lane.office.kill().await?;
            true
        }
    };
    trouble.end(wire).await;
    if ended {
        lane.office.begin().await?;
    }
    Ok(())
}

/// A fault that is armed.
struct Trouble {
    fault: Fault,
    armed: Arc<Armed>,
}

impl Trouble {
    fn begin(wire: &Wire, fault: Fault, step: u64) -> Self {
        Self { fault, armed: wire.arm(fault, step) }
    }

    /// Ends when the host is to be ended; never for other faults.
    async fn kills(&self) {
        if !self.fault.kills() {
            std::future::pending::<()>().await;
        }
        self.armed.struck().await;
    }

    /// Lets go on what is still held; whether the fault had its request.
    async fn end(self, wire: &Wire) -> bool {
        let struck = !wire.disarm();
        if struck {
            self.armed.open(self.fault).await;
        }
        struck
    }
}
