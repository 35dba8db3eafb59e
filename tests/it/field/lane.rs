//! One practice with one agenda, its wires, and the checks of what must hold whatever went wrong.

mod checks;

use std::collections::BTreeMap;

use anyhow::Context as _;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use greffon::demo::api::{Answer, segment};
use greffon_core::ids::OpId;
use greffon_core::jobs::Jobs;
use greffon_core::model::commitment::Commitment;
use greffon_core::model::intent::{Appointment, Intent, IntentState};
use greffon_core::model::message::Message;
use greffon_core::model::scheduling::Change;
use greffon_core::model::standing::is_gone;
use greffon_core::ports::practices::Practices as _;
use greffon_core::ports::storage::{Listed, Page, Storage as _, Stored};
use greffon_core::time::{Instant, Span};
use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{Desk, instant};
use super::office::{Office, PRACTICE, tight};
use super::wire::Wire;
use crate::support::host::MONDAY;
use crate::support::postgres::{self, Fresh};
use crate::support::practice;

/// Name of the agenda in the practice's file.
const AGENDA: &str = "martin";

/// An hour, in minutes.
const HOUR: i64 = 60;

/// One practice.
pub struct Lane {
    /// Its host.
    pub office: Office,
    /// The wire to its agenda server, if it has one.
    pub server: Option<Wire>,
    /// The wire to its database.
    pub database: Wire,
    /// The practitioner's own software, if there is a server.
    pub desk: Option<Desk>,
    /// What did not hold.
    pub wrong: Vec<String>,
    /// What each patient asked for: the op-ids, by the number in their address.
    pub asked: BTreeMap<usize, Vec<String>>,
    next_number: usize,
    _database: Fresh,
}

/// An entry of the agenda that greffon wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The op-id that booked it.
    pub op: String,
    /// Its time.
    pub span: Span,
}

impl Lane {
    /// A practice over a database of its own, with its agenda in this calendar of the server on
    /// this port, or kept by greffon itself. `None` after saying so when a peer is absent.
    pub async fn open(server: Option<(u16, &str)>, like: Option<&Self>) -> anyhow::Result<Option<Self>> {
        let Some(fresh) = postgres::fresh().await? else { return Ok(None) };
        let (host, port) = place_of(&fresh.url).context("the URL names a host and a port")?;
        anyhow::ensure!(matches!(host, "127.0.0.1" | "localhost"), "PostgreSQL is on this machine: {host}");
        let database = Wire::to_database(port).await?;
        let storage = fresh.url.replacen(&format!("{host}:{port}"), &database.address.to_string(), 1);
        let mut lane = (None, None, practice::local(PRACTICE));
        if let Some((port, calendar)) = server {
            let (wire, desk) = (Wire::to_server(port).await?, Desk::at(port, calendar)?);
            desk.make().await?;
            let file = practice::quick_caldav(PRACTICE, &wire.origin(), calendar);
            lane = (Some(wire), Some(desk), file);
        }
        let (server, desk, file) = lane;
        let office = Office::open(&storage, &tight(&file), like.map(|like| &like.office)).await?;
        let (wrong, asked) = (Vec::new(), BTreeMap::new());
        Ok(Some(Self { office, server, database, desk, wrong, asked, next_number: 1, _database: fresh }))
    }

    /// A patient nobody has heard of: their number and a contact that may book.
    pub async fn patient(&mut self) -> anyhow::Result<(usize, String)> {
        let number = self.next_number;
        self.next_number += 1;
        let contact = self.office.host().contact_ready_to_book(PRACTICE, number).await?;
        Ok((number, contact))
    }

    /// Slots on offer, from the day after tomorrow on.
    pub async fn slots(&self, contact: &str) -> anyhow::Result<Vec<Value>> {
        let slots = self.office.host().slots(contact, self.office.now().plus_minutes(48 * HOUR)).await?;
        anyhow::ensure!(slots.len() > 2, "there is room");
        Ok(slots)
    }

    /// Books.
    pub async fn book(&self, contact: &str, op: &str, slot: &Value) -> anyhow::Result<Answer> {
        let body = json!({ "op_id": op, "slot": slot });
        self.post(&format!("/v1/contacts/{contact}/bookings"), &body).await
    }

    /// Books where nothing is to go wrong, and gives the appointment's name. On a machine that is
    /// busy a plugin may outlive its deadline all the same: then what comes of it is waited for.
    pub async fn booked(&self, contact: &str, op: &str, slot: &Value) -> anyhow::Result<String> {
        let answer = self.book(contact, op, slot).await?;
        let said = self.finally(op, Said::of(Some(&answer))).await?;
        anyhow::ensure!(said == Said::Yes, "a booking with which nothing goes wrong: {}", answer.body);
        let held = self.intent(op).await?.and_then(|intent| intent.appointment);
        Ok(held.context("it is confirmed")?.id.0)
    }

    /// What was said, or what came of it where nobody knew.
    pub async fn finally(&self, op: &str, said: Said) -> anyhow::Result<Said> {
        if said != Said::Later {
            return Ok(said);
        }
        self.office.pass(45).await?;
        Ok(match self.intent(op).await?.map(|intent| intent.state) {
            Some(IntentState::Confirmed) => Said::Yes,
            Some(IntentState::Refused | IntentState::Compensated) => Said::No,
            _ => Said::Later,
        })
    }

    /// One request of the desk.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.office.host().secretary.call(Method::POST, path, Some(body)).await
    }

    /// Path and body of a move of an appointment.
    pub fn moving(appointment: &str, contact: &str, op: &str, to: &Value) -> (String, Value) {
        let body = json!({ "op_id": op, "contact": contact, "start": to["start"] });
        (format!("/v1/appointments/{}/move?practice={PRACTICE}", segment(appointment)), body)
    }

    /// Path and body of a cancellation of an appointment.
    pub fn cancelling(appointment: &str, contact: &str, op: &str) -> (String, Value) {
        let body = json!({ "op_id": op, "contact": contact, "by": "patient", "reason": "patient-request" });
        (format!("/v1/appointments/{}/cancel?practice={PRACTICE}", segment(appointment)), body)
    }

    /// The intent of an op-id.
    pub async fn intent(&self, op: &str) -> anyhow::Result<Option<Intent>> {
        Ok(self.office.host().host.database.intent_by_op(&PRACTICE.into(), &OpId(op.to_owned())).await?)
    }

    /// What the agenda holds of the booking with this op-id, read without greffon where there is
    /// another way.
    pub async fn standing(&self, op: &str) -> anyhow::Result<Option<Standing>> {
        match &self.desk {
            Some(desk) => {
                let object = desk.get(&format!("greffon-{op}.ics")).await?;
                Ok(object.and_then(|object| object.span()).map(|span| Standing { op: op.to_owned(), span }))
            }
            None => Ok(self.all_standing().await?.into_iter().find(|one| one.op == op)),
        }
    }

    /// All that greffon wrote and the agenda holds.
    pub async fn all_standing(&self) -> anyhow::Result<Vec<Standing>> {
        if let Some(desk) = &self.desk {
            let objects = desk.all().await?;
            let own =
                |object: &super::desk::Object| Some(Standing { op: object.op()?.to_owned(), span: object.span()? });
            return Ok(objects.iter().filter_map(own).collect());
        }
        let practice = self.office.host().host.wiring.directory.get(&PRACTICE.into()).context("the practice")?;
        let window = Span { start: MONDAY, end: MONDAY.plus_minutes(300 * 24 * HOUR) };
        let (mut standing, mut cursor) = (BTreeMap::new(), None::<String>);
        loop {
            let agenda = practice.agenda(&"agenda".into()).map_err(|out| anyhow::anyhow!("{out}"))?;
            let delta = agenda.changes(&AGENDA.into(), cursor.as_deref(), window, 200).await;
            let delta = delta.map_err(|error| anyhow::anyhow!("{error:?}"))?;
            for change in delta.changes {
                match change {
                    Change::Upsert(entry) if !is_gone(entry.status) => drop(standing.insert(entry.id.clone(), entry)),
                    Change::Upsert(entry) => drop(standing.remove(&entry.id)),
                    Change::Removed(id) => drop(standing.remove(&id)),
                    _ => {}
                }
            }
            cursor = Some(delta.cursor);
            if !delta.more {
                break;
            }
        }
        // The op-id that booked it is the one of the first intent of its life.
        let mut all = Vec::new();
        let known = self.appointments().await?;
        for entry in standing.into_values() {
            let first = known.iter().find(|one| one.id == entry.id).map(|one| one.chain);
            let booked = match first {
                Some(id) => self.office.host().host.database.intent(&PRACTICE.into(), id).await?,
                None => None,
            };
            let op = booked.map(|booked| booked.op).or(entry.op).map(|op| op.0).unwrap_or_default();
            all.push(Standing { op, span: entry.span });
        }
        Ok(all)
    }

    /// Every appointment that greffon knows of.
    pub async fn appointments(&self) -> anyhow::Result<Vec<Appointment>> {
        let database = &self.office.host().host.database;
        let window = Span { start: MONDAY.plus_minutes(-HOUR), end: MONDAY.plus_minutes(300 * 24 * HOUR) };
        whole(|page| async move { database.appointments(&PRACTICE.into(), window, &page).await }.boxed()).await
    }

    /// Every message.
    pub async fn messages(&self) -> anyhow::Result<Vec<Message>> {
        let database = &self.office.host().host.database;
        whole(|page| async move { database.messages(&PRACTICE.into(), None, &page).await }.boxed()).await
    }

    /// Every promise.
    pub async fn commitments(&self) -> anyhow::Result<Vec<Commitment>> {
        let database = &self.office.host().host.database;
        whole(|page| async move { database.commitments(&PRACTICE.into(), None, &page).await }.boxed()).await
    }

    /// Notes what does not hold.
    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(what());
        }
    }

    /// Reads all of the agenda, as is done once a day, and follows what was found to its end.
    pub async fn compare(&mut self) -> anyhow::Result<()> {
        let enqueued = self
            .office
            .does(|host| async move { Jobs::new(host.host.reception.clone()).enqueue_agenda_watches().await });
        enqueued.await??;
        self.office.pass(20).await
    }

    /// Where the agenda is followed: all of it is read once more, a day later.
    pub async fn a_day_later(&mut self) -> anyhow::Result<()> {
        self.office.clock.set(self.office.now().plus_minutes(25 * HOUR));
        self.office.pass(20).await
    }
}

/// What whoever asked was told at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// That it is done.
    Yes,
    /// That nobody knows yet, and somebody looks.
    Later,
    /// That it was not done.
    No,
    /// Nothing: the host ended, or failed.
    Nothing,
}

impl Said {
    /// Reads what a request came to.
    pub fn of(answer: Option<&Answer>) -> Self {
        match answer.map(|answer| answer.status.as_u16()) {
            Some(202) => Self::Later,
            Some(200..300) => Self::Yes,
            Some(400..500) => Self::No,
            _ => Self::Nothing,
        }
    }
}

/// An instant of an answer.
pub fn when(text: &Value) -> Option<Instant> {
    instant(&text.as_str()?.replace(['-', ':'], ""))
}

/// Host and port of a database's URL.
fn place_of(url: &str) -> Option<(&str, u16)> {
    let place = url.split("://").nth(1)?.split('/').next()?;
    let (host, port) = place.rsplit('@').next()?.rsplit_once(':')?;
    Some((host, port.parse().ok()?))
}

/// Every row of a list.
async fn whole<'d, T>(list: impl Fn(Page) -> BoxFuture<'d, Stored<Listed<T>>>) -> anyhow::Result<Vec<T>> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = list(Page { limit: 200, cursor }).await?;
        all.extend(page.items);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(all),
        }
    }
}
