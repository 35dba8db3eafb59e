//! `kill -9` of `greffon serve` on SQLite, at each step of an alert's road: when it is
//! raised, told, taken in hand and ended. What was answered is there after the restart,
//! whoever was not answered asks again, and nobody in danger is kept silent about.
//!
//! What came of it is printed: `cargo test -p greffon --test it alert_kills -- --nocapture`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use greffon::demo::api::{Answer, Api};
use greffon_core::ports::clock::{Clock as _, SystemClock};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::second_process::Serving;
use crate::support::{greffon, installation, succeeds};

const PRACTICE: &str = "cabinet-morel";

/// What a dead process holds is free again after a minute; then there is the work.
const PATIENCE: Duration = Duration::from_secs(120);

/// No request is under way any more after so long, and no message.
const MOMENTS_MS: u64 = 60;

/// Kills at each step: three, or 25 under `.ci/full`.
fn kills_a_step() -> usize {
    if std::env::var_os("GREFFON_TEST_FULL").is_some() { 25 } else { 3 }
}

/// What is under way when the process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The contact is being received, and the alert raised with it.
    Raised,
    /// The caller was answered; the message is being sent.
    Told,
    /// A practitioner takes it in hand.
    Acknowledged,
    /// A practitioner says what came of it.
    Ended,
}

const STEPS: [Step; 4] = [Step::Raised, Step::Told, Step::Acknowledged, Step::Ended];

/// Somebody in danger who calls.
struct Call {
    number: String,
    step: Step,
    /// Its alert, once a secretary was answered.
    alert: Option<String>,
    /// What people were answered of the alert's state.
    known: Option<&'static str>,
}

/// A folder with a process that works on it, and is killed.
struct House {
    folder: TempDir,
    serving: Serving,
    secretary: Api,
    doctor: Api,
    killed: usize,
    unanswered: usize,
}

impl House {
    fn open() -> anyhow::Result<Self> {
        greffon::wire::provide_tls();
        let folder = installation();
        let mut serving = Serving::start(folder.path());
        serving.unheard();
        let [secretary, doctor] = people(folder.path(), &serving)?;
        Ok(Self { folder, serving, secretary, doctor, killed: 0, unanswered: 0 })
    }

    /// The process dies after so long, whatever it does then; the next one starts. What the
    /// request was answered, if it was.
    async fn killed_during(
        &mut self,
        after: Duration,
        request: impl Future<Output = anyhow::Result<Answer>>,
    ) -> anyhow::Result<Option<Value>> {
        let serving = &self.serving;
        let kill = async {
            // The moment is the point.
            sleep(after).await;
            serving.signal("-KILL");
        };
        let (answer, ()) = tokio::join!(request, kill);
        self.killed += 1;
        self.serving.process.wait()?;
        self.serving = Serving::start(self.folder.path());
        self.serving.unheard();
        [self.secretary, self.doctor] = people(self.folder.path(), &self.serving)?;
        match answer {
            Ok(answer) => answer.ok("a request before the kill").map(Some),
            Err(_) => {
                self.unanswered += 1;
                Ok(None)
            }
        }
    }

    async fn alerts(&self) -> anyhow::Result<Vec<Value>> {
        self.secretary.list(&format!("/v1/practices/{PRACTICE}/alerts")).await
    }

    /// How many messages of each alert have left: they say so, and lie in the mail folder.
    async fn told(&self) -> anyhow::Result<BTreeMap<String, usize>> {
        let messages = self.secretary.list(&format!("/v1/practices/{PRACTICE}/messages")).await?;
        let names = mails()?;
        let mut told = BTreeMap::new();
        for message in messages.iter().filter(|one| one["state"] == "sent") {
            let (Some(id), Some(alert)) = (message["id"].as_str(), message["cause"]["alert"].as_str()) else {
                continue;
            };
            if names.iter().any(|name| name.contains(id)) {
                *told.entry(alert.to_owned()).or_default() += 1;
            }
        }
        Ok(told)
    }
}

/// A secretary and a practitioner, as they reach the process that listens now.
fn people(folder: &Path, serving: &Serving) -> anyhow::Result<[Api; 2]> {
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
    let person = |role: &str| {
        let token = ["token", "--subject", role, "--role", role, "--practice", PRACTICE];
        let token = succeeds(&greffon(folder, &token)).trim().to_owned();
        Api::new(client.clone(), serving.address.clone(), token)
    };
    Ok([person("secretary"), person("practitioner")])
}

/// Names of the mails that left.
fn mails() -> anyhow::Result<Vec<String>> {
    let folder: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "data", "mail", PRACTICE].iter().collect();
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let name = |entry: std::io::Result<std::fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    let names: anyhow::Result<Vec<String>> = entries.map(name).collect();
    Ok(names?.into_iter().filter(|name| name.ends_with(".eml")).collect())
}

/// Somebody says that her husband does not breathe. Said again, it is the same call.
async fn call(api: &Api, number: &str) -> anyhow::Result<Answer> {
    let facts = json!([
        { "key": "request.words", "value": { "text": "mon mari ne respire plus" } },
        { "key": "red-flag.breathing", "value": "yes" },
    ]);
    let body = json!({ "channel": "phone", "origin": number, "facts": facts });
    api.post_once(&format!("/v1/practices/{PRACTICE}/contacts"), &body, number).await
}

async fn acknowledge(api: &Api, alert: &str) -> anyhow::Result<Answer> {
    let until = SystemClock.now().plus_minutes(10);
    let body = json!({ "next": "call-back", "until": until.to_string() });
    api.call(Method::POST, &format!("/v1/alerts/{alert}/acknowledge"), Some(&body)).await
}

async fn end(api: &Api, alert: &str) -> anyhow::Result<Answer> {
    api.call(Method::POST, &format!("/v1/alerts/{alert}/end"), Some(&json!({ "outcome": "spoken-to" }))).await
}

fn alert_of(view: &Value) -> anyhow::Result<String> {
    ensure!(view["level"] == "vital", "{view}");
    Ok(view["alert"]["id"].as_str().context("a vital contact without an alert")?.to_owned())
}

/// One call, up to its step, during which the process is killed.
async fn one(house: &mut House, number: String, step: Step, after: Duration) -> anyhow::Result<Call> {
    let (secretary, doctor) = (house.secretary.clone(), house.doctor.clone());
    let mut made = Call { number: number.clone(), step, alert: None, known: None };
    if step == Step::Raised {
        let answer = house.killed_during(after, call(&secretary, &number)).await?;
        made.alert = answer.as_ref().map(alert_of).transpose()?;
        return Ok(made);
    }
    let received = call(&secretary, &number).await?.ok("receiving a contact")?;
    let alert = alert_of(&received)?;
    made.alert = Some(alert.clone());
    match step {
        Step::Raised | Step::Told => {
            let nothing = async { bail!("nobody asks anything") };
            house.killed_during(after, nothing).await?;
            house.unanswered -= 1;
        }
        Step::Acknowledged => {
            let answer = house.killed_during(after, acknowledge(&doctor, &alert)).await?;
            made.known = answer.map(|_| "acknowledged");
        }
        Step::Ended => {
            acknowledge(&doctor, &alert).await?.ok("taking an alert in hand")?;
            made.known = Some("acknowledged");
            if house.killed_during(after, end(&doctor, &alert)).await?.is_some() {
                made.known = Some("ended");
            }
        }
    }
    Ok(made)
}

/// What anybody was answered is there.
async fn nothing_is_lost(house: &House, calls: &[Call]) -> anyhow::Result<()> {
    let stored = house.alerts().await?;
    for made in calls {
        let Some(alert) = &made.alert else { continue };
        let found = stored.iter().find(|one| one["id"] == alert.as_str());
        let found = found.with_context(|| format!("the alert of {} ({:?}) is lost", made.number, made.step))?;
        let state = found["state"].as_str().unwrap_or_default();
        let reached = match made.known {
            Some("ended") => state == "ended",
            Some(_) => state != "open",
            None => true,
        };
        ensure!(reached, "{} ({:?}): {state}, though {:?} was answered", made.number, made.step, made.known);
    }
    let numbers: BTreeSet<&str> = calls.iter().map(|made| made.number.as_str()).collect();
    let contacts = house.secretary.list(&format!("/v1/practices/{PRACTICE}/contacts")).await?;
    for contact in &contacts {
        let alerts = stored.iter().filter(|alert| alert["contact"] == contact["id"]).count();
        ensure!(contact["level"] == "vital" && alerts == 1, "half a contact, {alerts} alerts: {contact}");
    }
    ensure!(contacts.len() <= numbers.len(), "{} contacts of {} calls", contacts.len(), numbers.len());
    Ok(())
}

/// Whoever was not answered asks again, and gets the same alert or a first one.
async fn ask_again(house: &House, calls: &mut [Call]) -> anyhow::Result<()> {
    for made in calls.iter_mut().filter(|made| made.alert.is_none()) {
        let began = Instant::now();
        loop {
            let answer = call(&house.secretary, &made.number).await?;
            // The key is held by whoever was killed.
            if answer.status != StatusCode::CONFLICT {
                made.alert = Some(alert_of(&answer.ok("asking again")?)?);
                break;
            }
            ensure!(began.elapsed() < PATIENCE, "{}: {}", made.number, answer.code());
            sleep(Duration::from_millis(200)).await;
        }
    }
    Ok(())
}

/// Every alert is told, or somebody has it in hand. How many messages left in all.
async fn nobody_is_silent(house: &House, calls: &[Call]) -> anyhow::Result<usize> {
    let began = Instant::now();
    loop {
        let (told, stored) = (house.told().await?, house.alerts().await?);
        let is_told = |alert: &Value| alert["id"].as_str().is_some_and(|id| told.contains_key(id));
        let silent: Vec<&Value> = stored.iter().filter(|one| one["state"] == "open" && !is_told(one)).collect();
        if silent.is_empty() {
            return Ok(told.into_values().sum());
        }
        ensure!(began.elapsed() < PATIENCE, "nobody was told of {} of {}: {silent:?}", silent.len(), calls.len());
        sleep(Duration::from_millis(200)).await;
    }
}

#[test]
fn an_alert_outlives_a_kill_at_each_of_its_steps() -> anyhow::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut house = House::open()?;
        let mut calls = Vec::new();
        let mut seed = 0x9e37_79b9_u32;
        for step in STEPS {
            for _ in 0..kills_a_step() {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let after = Duration::from_millis(u64::from(seed >> 16) % MOMENTS_MS);
                let number = format!("+3363998{:04}", calls.len());
                calls.push(one(&mut house, number, step, after).await?);
                nothing_is_lost(&house, &calls).await?;
            }
        }
        ask_again(&house, &mut calls).await?;
        nothing_is_lost(&house, &calls).await?;
        let messages = nobody_is_silent(&house, &calls).await?;
        let stored = house.alerts().await?;
        assert_eq!(stored.len(), calls.len(), "one alert for each call");
        let open: Vec<&Value> = stored.iter().filter(|one| one["state"] != "ended").collect();
        for alert in &open {
            let id = alert["id"].as_str().unwrap_or_default();
            acknowledge(&house.doctor, id).await?.ok("taking an alert in hand")?;
            end(&house.doctor, id).await?.ok("ending an alert")?;
        }
        println!(
            "{} kills, {} requests unanswered; {} alerts, {} of them still to be ended; {messages} messages left; \
             0 lost, 0 silent",
            house.killed,
            house.unanswered,
            stored.len(),
            open.len(),
        );
        Ok(())
    })
}
