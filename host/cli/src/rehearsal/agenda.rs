//! Slots that are proposed, taken, moved and called off in a conversation.

use std::collections::BTreeMap;

use anyhow::Context as _;
use greffon_core::time::Instant;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::dialogue::{self, Standing, facts};
use super::outcome::{civil, each};
use super::page::Who;
use super::talk::Talk;
use crate::demo::api::{Answer, Api, segment};
use crate::demo::secretary::{SEARCH_MINUTES, contact_of, view_of};

/// Proposals after which the practice calls back.
const PATIENCE: usize = 3;

impl Talk<'_> {
    /// Proposes the first slot that fits what is wished, and takes it when it suits.
    pub(super) async fn offer(&mut self, wished: BTreeMap<String, String>) -> anyhow::Result<Value> {
        let Some(slot) = self.first_slot(&wished).await? else {
            self.page.says(Who::Screen, "aucun créneau libre dans ce délai");
            return self.without_slot("none-left").await;
        };
        let spoken = slot["spoken"].as_str().unwrap_or_default().to_owned();
        self.page.says(Who::Secretary, &spoken);
        self.outcome.proposals += 1;
        let told = self.answer("proposal.slot", &spoken)?;
        self.page.says(Who::Caller, &told.says);
        if !told.notes.is_empty() {
            self.write(&facts(&told.notes)).await?;
        }
        if !told.accepts() {
            self.refused.push(slot["start"].clone());
            return match self.outcome.proposals {
                PATIENCE => self.without_slot("none-suits").await,
                _ => self.fresh().await,
            };
        }
        let answer = self.take(&slot).await?;
        if !answer.status.is_success() {
            let why = answer.body["detail"].as_str().unwrap_or_default().to_owned();
            self.page.says(Who::Screen, &why);
            self.refused.push(slot["start"].clone());
            return self.without_slot("none-left").await;
        }
        self.fresh().await
    }

    async fn without_slot(&self, outcome: &str) -> anyhow::Result<Value> {
        self.write(&[json!({ "key": "proposal.outcome", "value": { "choice": outcome } })]).await
    }

    async fn first_slot(&self, wished: &BTreeMap<String, String>) -> anyhow::Result<Option<Value>> {
        let number = |key: &str| wished.get(key).and_then(|text| text.parse().ok()).map(Instant);
        let from = number("from").context("a search has a beginning")?;
        let to = number("to").unwrap_or_else(|| from.plus_minutes(SEARCH_MINUTES));
        let motive = match &self.about {
            Some((_, motive)) => Some(motive),
            None => wished.get("motive"),
        };
        let mut path = format!("/v1/contacts/{}/slots?limit=100&from={from}&to={to}", self.contact);
        for (name, value) in [("motive", motive), ("practitioner", wished.get("practitioner"))] {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={}", segment(value)));
            }
        }
        let answer = self.api.call(Method::GET, &path, None).await?;
        if answer.status == StatusCode::CONFLICT {
            return Ok(None);
        }
        let offer = answer.ok("searching slots")?;
        Ok(each(&offer["slots"]).find(|slot| self.fits(slot, wished)).cloned())
    }

    fn fits(&self, slot: &Value, wished: &BTreeMap<String, String>) -> bool {
        let local = civil(&slot["start"], self.zone);
        let morning = local.as_ref().is_some_and(|local| local.hour() < 12);
        let half = wished.get("half-day").is_none_or(|half| (half == "morning") == morning);
        let day = wished.get("day").is_none_or(|day| local.is_some_and(|local| local.date().to_string() == *day));
        let site = wished.get("site").is_none_or(|site| slot["site"] == **site);
        half && day && site && !self.refused.contains(&slot["start"])
    }

    async fn take(&self, slot: &Value) -> anyhow::Result<Answer> {
        match &self.about {
            Some((appointment, _)) => {
                let body = json!({
                    "op_id": "rehearsal-move", "contact": self.contact, "start": slot["start"], "agenda": slot["agenda"],
                });
                let path = format!("/v1/appointments/{}/move?practice={}", segment(appointment), self.practice);
                self.api.call(Method::POST, &path, Some(&body)).await
            }
            None => {
                let body = json!({ "op_id": format!("rehearsal-book-{}", self.contact), "slot": slot });
                self.api.call(Method::POST, &format!("/v1/contacts/{}/bookings", self.contact), Some(&body)).await
            }
        }
    }

    pub(super) async fn cancel(&mut self, appointment: &str) -> anyhow::Result<()> {
        let body = json!({
            "op_id": "rehearsal-cancel", "contact": self.contact, "by": "patient", "reason": "patient-request",
        });
        let path = format!("/v1/appointments/{}/cancel?practice={}", segment(appointment), self.practice);
        let answer = self.api.call(Method::POST, &path, Some(&body)).await?;
        self.called_off = true;
        if !answer.status.is_success() {
            self.page.says(Who::Screen, answer.body["detail"].as_str().unwrap_or_default());
        }
        Ok(())
    }
}

/// Books what stands before a conversation; says which appointment it is.
///
/// # Errors
/// When there is no such slot.
pub async fn stands_before(
    api: &Api,
    (practice, zone): (&str, &str),
    standing: &Standing,
) -> anyhow::Result<(String, String)> {
    let mut known = facts(&standing.facts);
    known.push(json!({ "key": "caller.kind", "value": { "choice": "patient" } }));
    known.push(json!({ "key": "request.motive", "value": { "choice": standing.motive } }));
    known.push(json!({ "key": "red-flag.all", "value": "no" }));
    let body = json!({ "channel": "counter", "facts": known });
    let path = format!("/v1/practices/{practice}/contacts");
    let view = view_of(api.call(Method::POST, &path, Some(&body)).await?.ok("receiving what stands before")?);
    let contact = contact_of(&view);
    let from = dialogue::instant(&standing.start, zone)?;
    let window = format!("from={from}&to={}", from.plus_minutes(60));
    let path = format!("/v1/contacts/{contact}/slots?limit=1&motive={}&{window}", standing.motive);
    let offer = api.call(Method::GET, &path, None).await?.ok("searching what stands before")?;
    let slot = each(&offer["slots"]).next().with_context(|| format!("before.start: no slot at {}", standing.start))?;
    let body = json!({ "op_id": "rehearsal-before", "slot": slot, "motive": standing.motive });
    let booked = api.call(Method::POST, &format!("/v1/contacts/{contact}/bookings"), Some(&body)).await?;
    let booked = booked.ok("booking what stands before")?;
    Ok((booked["appointment"].as_str().unwrap_or_default().to_owned(), standing.motive.clone()))
}
