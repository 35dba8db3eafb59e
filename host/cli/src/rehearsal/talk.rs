//! One request of a conversation, as a secretary handles it with the API: reads the view,
//! says what it says, asks one question at a time, writes down what is answered.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use reqwest::Method;
use serde_json::{Value, json};

use super::dialogue::{Answers, Override, Told, facts};
use super::outcome::{each, orientation_words};
use super::page::{Outcome, Page, Who};
use crate::demo::api::Api;
use crate::demo::secretary::{contact_of, view_of};

/// Steps after which nobody goes on.
const STEPS: usize = 60;
/// What the secretary answers alone.
const OPERATORS: [&str; 2] = ["emergency.line", "emergency.outcome"];
/// What the page tells at its end instead of each time that it grows, and what every practice here shows.
const NOT_READ: [&str; 2] = ["emergency-steps", "demo-content"];
/// What is asked of nobody to learn something.
const READ_BACK: &str = "recap.outcome";

/// What the caller says in one request.
pub struct Script<'a> {
    pub opening: &'a Told,
    pub answers: &'a BTreeMap<String, Answers>,
    pub otherwise: Option<&'a Told>,
    pub closes: Option<&'a Override>,
}

/// One request.
pub struct Talk<'a> {
    pub api: &'a Api,
    pub practice: &'a str,
    pub zone: &'a str,
    pub script: Script<'a>,
    pub page: &'a mut Page,
    pub outcome: Outcome,
    /// Appointment of the caller that stands before, and its motive.
    pub about: Option<(String, String)>,
    pub(super) contact: String,
    said: BTreeSet<String>,
    times: BTreeMap<String, usize>,
    pub(super) refused: Vec<Value>,
    instructions: Vec<String>,
    pub(super) called_off: bool,
}

/// What comes next.
enum Next {
    Ask(Value),
    Offer(BTreeMap<String, String>),
    Cancel(String),
    End,
}

impl<'a> Talk<'a> {
    pub fn new(
        api: &'a Api,
        (practice, zone): (&'a str, &'a str),
        script: Script<'a>,
        page: &'a mut Page,
        about: Option<(String, String)>,
    ) -> Self {
        Self {
            api,
            practice,
            zone,
            script,
            page,
            outcome: Outcome::default(),
            about,
            contact: String::new(),
            said: BTreeSet::new(),
            times: BTreeMap::new(),
            refused: Vec::new(),
            instructions: Vec::new(),
            called_off: false,
        }
    }

    /// Stores the contact with what is known of it at once.
    pub async fn receive(&mut self, channel: &str, number: Option<&str>, written: bool) -> anyhow::Result<Value> {
        let mut known = Vec::new();
        if let Some(number) = number {
            known.push(json!({ "key": "caller.phone", "value": { "phone": number } }));
        }
        if written {
            self.page.says(Who::Caller, &self.script.opening.says);
            known.push(json!({ "key": "request.words", "value": { "text": self.script.opening.says } }));
            known.extend(facts(&self.script.opening.notes));
        }
        let about = self.about.as_ref().map(|(id, _)| id);
        let body = json!({ "channel": channel, "origin": number, "facts": known, "about": about });
        let path = format!("/v1/practices/{}/contacts", self.practice);
        let view = view_of(self.api.call(Method::POST, &path, Some(&body)).await?.ok("receiving a contact")?);
        self.contact = contact_of(&view);
        Ok(view)
    }

    /// Talks until nothing more is asked, or the line drops; returns the last view, and
    /// whether somebody is still there.
    pub async fn talk(&mut self, mut view: Value) -> anyhow::Result<(Value, bool)> {
        for _ in 0..STEPS {
            self.look(&view);
            match self.next(&view) {
                Next::End => return Ok((view, true)),
                Next::Ask(question) => {
                    let told = self.ask(&question)?;
                    let key = question["key"].as_str().unwrap_or_default();
                    let kind = question["kind"].as_str().unwrap_or_default();
                    let mut written = vec![json!({ "key": key, "value": told.value(key, kind) })];
                    written.extend(facts(&told.notes));
                    if let Some((about, _)) = self.about.as_ref().filter(|_| key == "request.words") {
                        written.push(json!({ "key": "request.appointment", "value": { "text": about } }));
                    }
                    view = self.write(&written).await?;
                    if told.cuts {
                        self.look(&view);
                        return Ok((view, false));
                    }
                }
                Next::Offer(wished) => view = self.offer(wished).await?,
                Next::Cancel(appointment) => {
                    self.cancel(&appointment).await?;
                    view = self.fresh().await?;
                }
            }
        }
        bail!("the conversation has no end: asked so far {}", self.outcome.asked.join(", "))
    }

    pub(super) async fn write(&self, written: &[Value]) -> anyhow::Result<Value> {
        let path = format!("/v1/contacts/{}/facts", self.contact);
        let answer = self.api.call(Method::POST, &path, Some(&json!({ "facts": written }))).await?;
        Ok(view_of(answer.ok("writing down what was said")?))
    }

    pub(super) async fn fresh(&self) -> anyhow::Result<Value> {
        let path = format!("/v1/contacts/{}", self.contact);
        Ok(view_of(self.api.call(Method::GET, &path, None).await?.ok("reading a contact")?))
    }

    /// What the screen shows anew, and when it is known where this leads.
    pub(super) fn look(&mut self, view: &Value) {
        let read = |banner: &&Value| NOT_READ.iter().all(|code| banner["code"] != *code);
        for banner in each(&view["banners"]).filter(read) {
            let text = banner["text"].as_str().unwrap_or_default();
            if self.said.insert(text.to_owned()) {
                self.page.says(Who::Screen, text);
            }
        }
        let concluded = &view["assessment"]["orientation"];
        if !concluded.is_null() && self.outcome.questions_to_orientation.is_none() {
            self.outcome.questions_to_orientation = Some(self.outcome.asked.len());
            self.page.says(Who::Screen, &format!("orientation : {}", orientation_words(concluded)));
        }
    }

    /// What is said now, up to what is asked or done next.
    fn next(&mut self, view: &Value) -> Next {
        let prompts: Vec<&Value> = each(&view["prompts"]).collect();
        let of = |phase: &str| prompts.iter().copied().filter(|prompt| prompt["phase"] == phase).collect::<Vec<_>>();
        for prompt in of("greeting") {
            if let Some(question) = each(&prompt["asks"]).next() {
                self.say(&prompt["spoken"]);
                return Next::Ask(question.clone());
            }
        }
        // Nobody wants anything: the script's one sentence, and the end.
        let over = !prompts.is_empty() && prompts.iter().all(|prompt| prompt["phase"] == "closing");
        if over && each(&view["questions"]).all(|question| question["key"] == "red-flag.all") {
            return Next::End;
        }
        let emergency = each(&view["banners"]).any(|banner| banner["code"] == "emergency");
        if let Some(question) = each(&view["questions"]).next() {
            if emergency || question["by"] == "triage" {
                of("triage").into_iter().for_each(|prompt| self.say(&prompt["spoken"]));
            }
            self.tell(view, emergency);
            return Next::Ask(question.clone());
        }
        self.tell(view, false);
        let concluded = !view["assessment"].is_null();
        for prompt in &prompts {
            let phase = prompt["phase"].as_str().unwrap_or_default();
            if matches!(phase, "greeting" | "read-back" | "closing") || (phase == "triage" && !concluded) {
                continue;
            }
            self.say(&prompt["spoken"]);
            if let Some(question) = each(&prompt["asks"]).next() {
                return Next::Ask(question.clone());
            }
        }
        for proposal in each(&view["proposals"]) {
            if let Some(pairs) = proposal["search-slots"].as_array() {
                let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                return Next::Offer(pairs.iter().map(|pair| (word(&pair[0]), word(&pair[1]))).collect());
            }
            if let Some(appointment) = proposal["cancel"].as_str().filter(|_| !self.called_off) {
                return Next::Cancel(appointment.to_owned());
            }
        }
        for prompt in of("read-back") {
            if let Some(question) = each(&prompt["asks"]).next() {
                self.tell(view, true);
                self.say(&prompt["spoken"]);
                return Next::Ask(question.clone());
            }
        }
        self.tell(view, true);
        Next::End
    }

    /// Says something once.
    fn say(&mut self, text: &Value) {
        let text = text.as_str().unwrap_or_default();
        if self.said.insert(text.to_owned()) {
            self.page.says(Who::Secretary, text);
        }
    }

    /// Says the practice's approved texts; what to do if it gets worse at the end only.
    fn tell(&mut self, view: &Value, at_the_end: bool) {
        let last = &view["assessment"]["safety_net"]["id"];
        for one in each(&view["to_say"]) {
            let id = &one["instruction"]["id"];
            if (id != last || at_the_end) && self.said.insert(format!("instruction {id}")) {
                self.instructions.push(id.as_str().unwrap_or_default().to_owned());
                self.page.says(Who::Secretary, one["text"].as_str().unwrap_or_default());
            }
        }
    }

    /// Asks one question, and hears what is answered.
    fn ask(&mut self, question: &Value) -> anyhow::Result<Told> {
        let key = question["key"].as_str().unwrap_or_default();
        let spoken = question["spoken"].as_str().unwrap_or_default();
        if key == "appointment.still-suits" {
            self.page.says(Who::Screen, "la date, l'heure et le praticien du rendez-vous, à lire à voix haute");
        }
        let told = self.answer(key, spoken)?;
        if OPERATORS.contains(&key) {
            self.page.says(Who::Screen, &format!("{spoken} {}", told.says));
            return Ok(told);
        }
        self.page.says(Who::Secretary, spoken);
        self.page.says(Who::Caller, &told.says);
        if key == READ_BACK {
            self.outcome.read_back = true;
        } else if key != "request.words" {
            self.outcome.asked.push(key.to_owned());
        }
        Ok(told)
    }

    /// What the dialogue has to this question, the next time that it is asked.
    pub(super) fn answer(&mut self, key: &str, spoken: &str) -> anyhow::Result<Told> {
        let times = self.times.entry(key.to_owned()).or_default();
        let nth = *times;
        *times += 1;
        if key == "request.words" {
            return Ok(self.script.opening.clone());
        }
        let known = self.script.answers.get(key).and_then(|answers| answers.nth(nth));
        let told = known.or_else(|| self.script.otherwise.cloned());
        let mut told = told
            .with_context(|| format!("no answer to {key} (« {spoken} »): write one under [answers], or [otherwise]"))?;
        if key == READ_BACK && told.is.is_none() {
            told.is = Some(toml::Value::from("confirmed"));
        }
        Ok(told)
    }

    /// What the secretary does alone once the line was cut: calls back where somebody needs
    /// help, and writes down what came of it.
    pub async fn call_back(&mut self) -> anyhow::Result<()> {
        let mut view = self.fresh().await?;
        for _ in 0..STEPS {
            let own = |question: &&Value| OPERATORS.iter().any(|key| question["key"] == *key);
            let Some(question) = each(&view["questions"]).find(own).cloned() else { break };
            self.look(&view);
            let told = self.ask(&question)?;
            let (key, kind) = (question["key"].as_str(), question["kind"].as_str());
            let (key, kind) = (key.unwrap_or_default(), kind.unwrap_or_default());
            view = self.write(&[json!({ "key": key, "value": told.value(key, kind) })]).await?;
        }
        Ok(())
    }

    /// Ends the request; whoever is still there is said goodbye.
    pub async fn close(&mut self, view: &Value, still_there: bool) -> anyhow::Result<()> {
        let path = format!("/v1/contacts/{}/close", self.contact);
        let statements: Vec<Value> = self.instructions.iter().map(|id| json!({ "instruction": id })).collect();
        let recap = if still_there { "confirmed" } else { "not-reached" };
        let mut body = json!({ "recap": recap, "statements": statements });
        if !still_there {
            self.page.says(Who::Screen, "la ligne a coupé");
            body["override"] = json!({ "code": "cut-off", "words": "la ligne a coupé avant la fin" });
        } else if let Some(closes) = self.script.closes.filter(|_| view["may_close"] == false) {
            body["override"] = json!(closes);
            self.page.says(Who::Screen, &format!("clos ainsi : {}", closes.words));
        }
        let answer = self.api.call(Method::POST, &path, Some(&body)).await?;
        self.outcome.closed = answer.status.is_success();
        if still_there {
            let closing = each(&view["prompts"]).filter(|prompt| prompt["phase"] == "closing");
            closing.for_each(|prompt| self.say(&prompt["spoken"]));
        }
        if !self.outcome.closed {
            let why = answer.body["detail"].as_str().unwrap_or_default();
            self.page.says(Who::Screen, &format!("la demande reste ouverte : {why}"));
        }
        Ok(())
    }
}
