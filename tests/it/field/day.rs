//! A practitioner's day in their own calendar program, while the practice goes on booking, moving
//! and cancelling through greffon. Each thing that the practitioner does says what greffon must
//! make of it; at the end greffon's record is the server's, and whoever had to be told was told
//! once.

mod deeds;

use std::collections::BTreeMap;

use anyhow::Context as _;
use greffon_core::model::commitment::{CHECK_APPOINTMENT, TELL_PATIENT};
use greffon_core::model::standing::is_gone;
use greffon_core::time::{Instant, Span};
use greffon_simulation::Random;

use self::deeds::DEEDS;
use super::desk::Desk;
use super::lane::{Lane, Said, when};

/// Beyond this an appointment is not young any more, so that a drag and a drag back is nothing, in
/// minutes.
const SETTLED_MIN: i64 = 12;

/// An appointment, as whoever watches both sides knows it.
struct Visit {
    number: usize,
    contact: String,
    op: String,
    appointment: String,
    span: Span,
    booked_at: Instant,
    stands: bool,
    /// How often somebody has to be told of it.
    told: usize,
}

/// The day so far.
pub struct Day<'a> {
    lane: &'a mut Lane,
    desk: Desk,
    random: Random,
    visits: Vec<Visit>,
    /// What the practitioner wrote and still stands: when it is, by name.
    own: BTreeMap<String, Vec<Span>>,
    done: BTreeMap<String, usize>,
    number: usize,
}

impl<'a> Day<'a> {
    /// A day in a lane with a server.
    pub fn begin(lane: &'a mut Lane, seed: u64) -> anyhow::Result<Self> {
        let desk = lane.desk.clone().context("there is a server")?;
        let (visits, own, done) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Ok(Self { lane, desk, random: Random::new(seed), visits, own, done, number: 0 })
    }

    /// So many changes of the practitioner's; prints what they were.
    pub async fn run(mut self, name: &str, changes: usize, seed: u64) -> anyhow::Result<()> {
        self.lane.compare().await?;
        for _ in 0..4 {
            self.book().await?;
        }
        self.lane.office.pass(SETTLED_MIN).await?;
        let mut made = 0;
        while made < changes {
            let deed = *self.random.pick(&DEEDS).context("one of them")?;
            let label = format!("change {made}, {deed:?}, seed {seed}");
            let what = self.deed(deed).await.with_context(|| label.clone())?;
            made += usize::from(what.is_some());
            *self.done.entry(format!("{deed:?}: {}", what.unwrap_or("nothing to do it to"))).or_default() += 1;
            self.lane.office.pass(2).await?;
            self.desk_goes_on().await.with_context(|| label)?;
        }
        // What was seen last stands for a while before anybody is told.
        self.lane.office.pass(30).await?;
        self.lane.a_day_later().await?;
        println!("the practitioner's day, {name}, seed {seed}: {changes} changes, {} appointments", self.visits.len());
        for (what, count) in &self.done {
            println!("{count:6}  {what}");
        }
        self.ends().await?;
        let wrong = &self.lane.wrong;
        anyhow::ensure!(wrong.is_empty(), "{} of {name}, seed {seed}:\n{}", wrong.len(), wrong.join("\n"));
        Ok(())
    }

    /// The practice books, moves and cancels meanwhile.
    async fn desk_goes_on(&mut self) -> anyhow::Result<()> {
        match self.random.below(8) {
            0..4 => self.book().await,
            4 => self.change(true).await,
            5 => self.change(false).await,
            _ => Ok(()),
        }
    }

    async fn book(&mut self) -> anyhow::Result<()> {
        let (number, contact) = self.lane.patient().await?;
        let slot = self.offered(&contact).await?;
        let op = format!("day-{number}");
        let answer = self.lane.book(&contact, &op, &slot.1).await?;
        let said = self.lane.finally(&op, Said::of(Some(&answer))).await?;
        self.lane
            .check(said == Said::Yes, || format!("{op}: a free time is booked: {} {}", answer.status, answer.body));
        if said == Said::Yes {
            self.lane.asked.entry(number).or_default().push(op.clone());
            let (appointment, booked_at) = (format!("martin/greffon-{op}.ics"), self.lane.office.now());
            self.visits.push(Visit {
                number,
                contact,
                op,
                appointment,
                span: slot.0,
                booked_at,
                stands: true,
                told: 0,
            });
        }
        Ok(())
    }

    /// One of the times on offer; none of those is taken.
    async fn offered(&mut self, contact: &str) -> anyhow::Result<(Span, serde_json::Value)> {
        let slots = self.lane.slots(contact).await?;
        let mut spans = Vec::new();
        for slot in slots {
            let (start, end) = when(&slot["start"]).zip(when(&slot["end"])).context("a slot has a time")?;
            spans.push((Span::new(start, end).context("a slot has a time")?, slot));
        }
        for (span, _) in &spans {
            let taken = self.taken(*span);
            self.lane.check(taken.is_none(), || format!("{span:?} is on offer, and there is {taken:?}"));
        }
        let index = self.random.below(u64::try_from(spans.len())?);
        Ok(spans.swap_remove(usize::try_from(index)?))
    }

    /// What has a part of this time.
    fn taken(&self, span: Span) -> Option<String> {
        let visit = self.visits.iter().find(|one| one.stands && one.span.overlaps(&span)).map(|one| one.op.clone());
        let own = self.own.iter().find(|(_, spans)| spans.iter().any(|one| one.overlaps(&span)));
        visit.or_else(|| own.map(|(name, _)| name.clone()))
    }

    /// One of the appointments that stand and are far enough from anything else.
    fn visit(&mut self) -> Option<usize> {
        let now = self.lane.office.now();
        let settled: Vec<usize> = (0..self.visits.len())
            .filter(|index| {
                let one = &self.visits[*index];
                one.stands
                    && one.told == 0
                    && now.millis_since(one.booked_at) > SETTLED_MIN * 60_000
                    && one.span.start.millis_since(now) > 3 * 3_600_000
            })
            .collect();
        self.random.pick(&settled).copied()
    }

    /// Moves or cancels an appointment through greffon, whatever the practitioner wrote into it.
    async fn change(&mut self, moves: bool) -> anyhow::Result<()> {
        let Some(index) = self.visit() else { return Ok(()) };
        let (contact, appointment) = (self.visits[index].contact.clone(), self.visits[index].appointment.clone());
        self.number += 1;
        let op = format!("change-{}", self.number);
        let (to, (path, body)) = if moves {
            let (to, slot) = self.offered(&contact).await?;
            (Some(to), Lane::moving(&appointment, &contact, &op, &slot))
        } else {
            (None, Lane::cancelling(&appointment, &contact, &op))
        };
        let answer = self.lane.post(&path, &body).await?;
        let said = self.lane.finally(&op, Said::of(Some(&answer))).await?;
        let visit = &mut self.visits[index];
        self.lane.check(said == Said::Yes, || {
            format!("{}: an appointment can be changed: {} {}", visit.op, answer.status, answer.body)
        });
        if said == Said::Yes {
            self.lane.asked.entry(visit.number).or_default().push(op);
            visit.booked_at = self.lane.office.now();
            match to {
                Some(to) => visit.span = to,
                None => visit.stands = false,
            }
        }
        Ok(())
    }

    /// Both sides are the same, and each patient's people were told as often as they had to be.
    async fn ends(&mut self) -> anyhow::Result<()> {
        let known = self.lane.appointments().await?;
        let commitments = self.lane.commitments().await?;
        for visit in &self.visits {
            let there = self.lane.standing(&visit.op).await?.map(|one| one.span);
            let own = known.iter().find(|one| one.id.0 == visit.appointment);
            let recorded = own.filter(|one| !is_gone(one.held.status)).map(|one| one.held.span);
            let expected = Some(visit.span).filter(|_| visit.stands);
            if there != expected || recorded != expected {
                let text =
                    format!("{}: {expected:?} is right; the agenda has {there:?}, greffon {recorded:?}", visit.op);
                self.lane.wrong.push(text);
            }
            let about = |what: &str| [TELL_PATIENT, CHECK_APPOINTMENT].contains(&what);
            let told: Vec<&str> = commitments
                .iter()
                .filter(|one| one.contact.to_string() == visit.contact && about(&one.what))
                .map(|one| one.what.as_str())
                .collect();
            if told.len() != visit.told {
                let text = format!("{}: {} to be told of it, and there were {told:?}", visit.op, visit.told);
                self.lane.wrong.push(text);
            }
        }
        self.lane.ends().await
    }
}

impl Visit {
    /// Its object on the server.
    fn object(&self) -> String {
        format!("greffon-{}.ics", self.op)
    }
}
