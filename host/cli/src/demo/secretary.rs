//! One contact as a secretary handles it: reads the view, asks what it says to
//! ask, writes the answers down, books, reads back, closes.

use greffon_core::ids::PracticeId;
use greffon_core::time::Instant;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::api::Api;
use super::day::{Case, Patient, PlannedContact};

/// Where a confirmation goes.
const EMAIL: &str = "patient.email";

/// Rounds of questions after which a secretary stops asking.
const ROUNDS: usize = 15;

/// How far ahead a slot is looked for: four weeks.
pub const SEARCH_MINUTES: i64 = 28 * 24 * 60;

/// One contact, with everything that its case says.
pub struct Call<'a> {
    /// Names the contact in keys: stable over restarts.
    pub key: String,
    /// Whose.
    pub practice: &'a PracticeId,
    /// When and who.
    pub planned: &'a PlannedContact,
    /// What kind.
    pub case: &'a Case,
    /// About whom.
    pub patient: Option<&'a Patient>,
}

/// How a booking went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booked {
    /// In the agenda.
    Confirmed(String),
    /// Not known yet.
    ToVerify,
    /// No slot could be had now: the agenda does not answer.
    Later,
    /// The practice's rules leave nothing.
    Nothing,
}

impl Call<'_> {
    /// Stores the contact, and which appointment it is about.
    pub async fn receive(&self, api: &Api, about: Option<&str>) -> anyhow::Result<Value> {
        let mut facts = vec![
            json!({ "key": "caller.kind", "value": { "choice": self.case.caller } }),
            json!({ "key": "request.words", "value": { "text": self.case.words } }),
        ];
        if let Some(motive) = &self.case.motive {
            facts.push(json!({ "key": "request.motive", "value": { "choice": motive } }));
        }
        if let Some(practitioner) = &self.planned.practitioner {
            facts.push(json!({ "key": "request.practitioner", "value": { "choice": practitioner } }));
        }
        if self.case.hangs_up {
            facts.truncate(2);
        }
        let body = json!({ "channel": self.case.channel, "origin": self.origin(), "facts": facts, "about": about });
        let path = format!("/v1/practices/{}/contacts", self.practice);
        let answer = api.post_once(&path, &body, &self.key).await?.ok("receiving a contact")?;
        Ok(view_of(answer))
    }

    fn origin(&self) -> String {
        match self.patient {
            Some(patient) => patient.phone.clone(),
            None => format!("+33 1 99 00 90 {:02}", self.key.bytes().map(u32::from).sum::<u32>() % 100),
        }
    }

    /// Asks and answers until nothing more is asked.
    pub async fn interview(&self, api: &Api, mut view: Value) -> anyhow::Result<Value> {
        let contact = contact_of(&view);
        let mut answered: Vec<String> = Vec::new();
        for _ in 0..ROUNDS {
            let facts: Vec<Value> = questions(&view)
                .filter(|question| !answered.iter().any(|key| question["key"] == **key))
                .map(|question| (question["key"].as_str().unwrap_or_default().to_owned(), self.answer(question)))
                .map(|(key, value)| json!({ "key": key, "value": value }))
                .collect();
            let facts = dedup(facts);
            if facts.is_empty() {
                return Ok(view);
            }
            answered.extend(facts.iter().filter_map(|fact| fact["key"].as_str().map(str::to_owned)));
            let body = json!({ "facts": facts });
            let path = format!("/v1/contacts/{contact}/facts");
            let answer = api.call(Method::POST, &path, Some(&body)).await?;
            view = view_of(answer.ok("writing facts down")?);
        }
        Ok(view)
    }

    /// What this caller answers.
    fn answer(&self, question: &Value) -> Value {
        let key = question["key"].as_str().unwrap_or_default();
        if let Some(known) = self.case.answers.get(key) {
            return encoded(known, question["kind"].as_str());
        }
        if let Some(value) = self.identity(key) {
            return value;
        }
        if key == "red-flag.all" && self.case.answers.keys().any(|key| key.starts_with("red-flag.")) {
            return json!("yes");
        }
        match question["kind"].as_str() {
            Some("yes-no-unknown") => json!("no"),
            Some("number") => json!({ "number": 1 }),
            Some("date") => json!({ "date": "1980-01-01" }),
            Some("phone") => json!({ "phone": self.origin() }),
            Some(kind @ ("single" | "multiple")) => match question["choices"][0]["id"].as_str() {
                Some(first) if kind == "single" => json!({ "choice": first }),
                Some(first) => json!({ "choices": [first] }),
                None => json!("unknown"),
            },
            _ => json!({ "text": "sans précision" }),
        }
    }

    fn identity(&self, key: &str) -> Option<Value> {
        let text = |text: &str| Some(json!({ "text": text }));
        match (key, self.patient) {
            ("caller.phone", _) => Some(json!({ "phone": self.origin() })),
            ("caller.name", Some(patient)) => text(&format!("Proche de {}", patient.given)),
            ("caller.name", None) => text("Appelant de démonstration"),
            ("patient.family", Some(patient)) => text(&patient.family),
            ("patient.given", Some(patient)) => text(&patient.given),
            ("patient.birth-date", Some(patient)) => Some(json!({ "date": patient.birth_date })),
            ("patient.phone", Some(patient)) => Some(json!({ "phone": patient.phone })),
            (EMAIL, Some(patient)) => text(&patient.email),
            ("patient.family" | "patient.given", None) => text("Non communiqué"),
            ("patient.known", _) => Some(json!("yes")),
            ("patient.location", _) => text("à son domicile"),
            ("recap.outcome", _) => Some(json!({ "choice": "confirmed" })),
            _ => None,
        }
    }

    /// Books the first slot on offer that nobody else takes meanwhile.
    pub async fn book(&self, api: &Api, view: &Value, now: Instant) -> anyhow::Result<Booked> {
        let offer = match self.offer(api, view, now).await? {
            Ok(slots) => slots,
            Err(without) => return Ok(without),
        };
        self.ask_where_to_confirm(api, view).await?;
        self.take(api, view, &offer).await
    }

    /// Whoever books asks where the confirmation goes, when the script has not: it does
    /// while it looks for a slot, and this caller is given one whom it expects none for.
    async fn ask_where_to_confirm(&self, api: &Api, view: &Value) -> anyhow::Result<()> {
        let path = format!("/v1/contacts/{}", contact_of(view));
        let known = api.call(Method::GET, &path, None).await?.ok("reading a contact")?;
        let is_known = known["facts"].as_array().is_some_and(|facts| facts.iter().any(|one| one["key"] == EMAIL));
        let Some(value) = self.identity(EMAIL).filter(|_| !is_known) else { return Ok(()) };
        let body = json!({ "facts": [{ "key": EMAIL, "value": value }] });
        api.call(Method::POST, &format!("{path}/facts"), Some(&body)).await?.ok("writing facts down")?;
        Ok(())
    }

    /// Slots on offer: at the practitioner asked for, else at anybody's.
    pub async fn offer(&self, api: &Api, view: &Value, now: Instant) -> anyhow::Result<Result<Vec<Value>, Booked>> {
        let contact = contact_of(view);
        let from = Instant(now.0 + self.case.days * 86_400_000);
        let to = from.plus_minutes(SEARCH_MINUTES);
        let base = format!("/v1/contacts/{contact}/slots?limit=10&from={from}&to={to}");
        let mut complete = true;
        let asked = self.planned.practitioner.as_ref().map(|one| format!("{base}&practitioner={one}"));
        for path in asked.into_iter().chain([base]) {
            let answer = api.call(Method::GET, &path, None).await?;
            if answer.status == StatusCode::CONFLICT {
                return Ok(Err(Booked::Nothing));
            }
            let mut body = answer.ok("searching slots")?;
            complete &= body["complete"].as_bool().unwrap_or(false);
            if let Value::Array(slots) = body["slots"].take()
                && !slots.is_empty()
            {
                return Ok(Ok(slots));
            }
            if !complete && self.planned.practitioner.is_some() {
                break;
            }
        }
        Ok(Err(if complete { Booked::Nothing } else { Booked::Later }))
    }

    /// Takes the first of these slots, or of the alternatives that a refusal
    /// names.
    pub async fn take(&self, api: &Api, view: &Value, slots: &[Value]) -> anyhow::Result<Booked> {
        let path = format!("/v1/contacts/{}/bookings", contact_of(view));
        let mut slots = slots.to_vec();
        for attempt in 0..4 {
            let Some(slot) = slots.first() else { return Ok(Booked::Nothing) };
            let op_id = format!("{}-{attempt}", self.key);
            let mut body = json!({ "op_id": op_id, "slot": slot });
            if let Some(motive) = &self.case.motive {
                body["motive"] = json!(motive);
            }
            let mut answer = api.call(Method::POST, &path, Some(&body)).await?;
            match answer.status {
                StatusCode::CREATED | StatusCode::OK => {
                    let id = answer.body["appointment"].as_str().unwrap_or_default().to_owned();
                    return Ok(Booked::Confirmed(id));
                }
                StatusCode::ACCEPTED => return Ok(Booked::ToVerify),
                StatusCode::CONFLICT if answer.code() == "slot-taken" => match answer.body["alternatives"].take() {
                    Value::Array(alternatives) => slots = alternatives,
                    _ => return Ok(Booked::Nothing),
                },
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY => return Ok(Booked::Later),
                _ => {
                    answer.ok("booking")?;
                }
            }
        }
        Ok(Booked::Nothing)
    }

    /// Reads back and closes. Says whether it is closed: while an alert is open the call is
    /// put down, and closed later.
    pub async fn close(&self, api: &Api, view: &Value) -> anyhow::Result<bool> {
        let path = format!("/v1/contacts/{}/close", contact_of(view));
        let shown = view["to_say"].as_array().into_iter().flatten();
        let mut said: Vec<&str> = shown.filter_map(|one| one["instruction"]["id"].as_str()).collect();
        said.extend(self.case.say.as_deref().filter(|id| !said.contains(id)).into_iter().collect::<Vec<_>>());
        let statements: Vec<Value> = said.iter().map(|id| json!({ "instruction": id })).collect();
        let recap = if self.case.hangs_up { "not-reached" } else { "confirmed" };
        let mut body = json!({ "recap": recap, "statements": statements });
        let answer = api.call(Method::POST, &path, Some(&body)).await?;
        if answer.status.is_success() || answer.code() == "contact-closed" {
            return Ok(true);
        }
        body["override"] = if self.case.hangs_up {
            json!({ "code": "cut-off", "words": "la ligne a été coupée avant toute réponse" })
        } else {
            json!({ "code": "caller-refuses", "words": "le correspondant ne souhaite pas répondre davantage" })
        };
        let answer = api.call(Method::POST, &path, Some(&body)).await?;
        if answer.code() == "alert-open" {
            return Ok(false);
        }
        answer.ok("closing a contact")?;
        Ok(true)
    }
}

/// A contact's view, alone or beside the contact.
pub fn view_of(mut body: Value) -> Value {
    if body["view"].is_object() { body["view"].take() } else { body }
}

/// Which contact a view is of.
pub fn contact_of(view: &Value) -> String {
    view["contact"].as_str().unwrap_or_default().to_owned()
}

/// Everything that the view says to ask, in order.
fn questions(view: &Value) -> impl Iterator<Item = &Value> {
    let host = view["questions"].as_array().into_iter().flatten();
    let script =
        view["prompts"].as_array().into_iter().flatten().flat_map(|prompt| prompt["asks"].as_array()).flatten();
    host.chain(script)
}

fn dedup(facts: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for fact in facts {
        if !kept.iter().any(|known| known["key"] == fact["key"]) {
            kept.push(fact);
        }
    }
    kept
}

/// The day file's short form as the API's.
fn encoded(answer: &toml::Value, kind: Option<&str>) -> Value {
    match answer {
        toml::Value::Integer(number) => json!({ "number": number }),
        toml::Value::Boolean(flag) => json!(if *flag { "yes" } else { "no" }),
        toml::Value::String(word) => match (word.as_str(), kind) {
            ("yes" | "no" | "unknown" | "refused", _) => json!(word),
            (_, Some("text")) => json!({ "text": word }),
            (_, Some("date")) => json!({ "date": word }),
            _ => json!({ "choice": word }),
        },
        _ => json!("unknown"),
    }
}
