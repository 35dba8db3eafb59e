//! The practices' staff: keeps promises, takes alerts in hand and says what came of them.

use greffon_core::ports::clock::Clock as _;
use greffon_core::time::Instant;
use reqwest::Method;
use serde_json::{Value, json};

use super::play::Stage;

/// How long whoever is told of an alert takes to answer, and who is with a patient.
const ANSWERED_AFTER_S: i64 = 40;
const BUSY_ANSWERED_AFTER_S: i64 = 150;

/// How long it takes to find out what became of somebody, in minutes.
const SEEN_TO_MINUTES: i64 = 6;

/// Within how many minutes the staff says that it calls back.
const CALLS_BACK_WITHIN_MINUTES: i64 = 10;

impl Stage {
    /// Promises that nobody has kept yet.
    pub(super) async fn promises(&self) -> anyhow::Result<Vec<Value>> {
        self.of_all_practices("commitments", &["?state=promised", "?state=in-progress"]).await
    }

    /// The staff keeps a promise halfway to its time; one in nine or so is forgotten
    /// until the warning that it is late.
    pub(super) async fn keep_promises(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        for promise in self.promises().await? {
            let (made, due) = (instant(&promise["promised_at"])?.0, instant(&promise["due"])?.0);
            // By the time at which it was made, so the same ones in every run.
            let forgotten = made / 20_000 % 9 == 4;
            let kept_at = if forgotten { due + 10 * 60_000 } else { made + (due - made) / 2 };
            if now.0 >= kept_at {
                let path = format!("/v1/commitments/{}/actions", promise["id"].as_str().unwrap_or_default());
                let body = json!({ "keep": { "note": "fait, tracé par la démonstration" } });
                self.staff.call(Method::POST, &path, Some(&body)).await?.ok("keeping a promise")?;
            }
        }
        Ok(())
    }

    /// A practitioner takes an alert in hand; one in three is busy until the next rung has
    /// been told. Says when the next alert wants something.
    pub(super) async fn answer_alerts(&self) -> anyhow::Result<Option<Instant>> {
        let now = self.clock.now();
        let mut next: Option<Instant> = None;
        let alerts = self.of_all_practices("alerts", &[""]).await?;
        for alert in alerts.into_iter().filter(|alert| alert["state"] != "ended") {
            let path = format!("/v1/alerts/{}", alert["id"].as_str().unwrap_or_default());
            let last = alert["acknowledged"].as_array().and_then(|all| all.last());
            let (at, act, body) = match last.filter(|_| alert["state"] == "acknowledged") {
                Some(last) => {
                    let at = instant(&last["at"])?.plus_minutes(SEEN_TO_MINUTES);
                    (at, "end", json!({ "outcome": "spoken-to" }))
                }
                None => {
                    let raised = instant(&alert["raised_at"])?;
                    let busy = raised.0 / 60_000 % 3 == 1;
                    let wait_s = if busy { BUSY_ANSWERED_AFTER_S } else { ANSWERED_AFTER_S };
                    let until = now.plus_minutes(CALLS_BACK_WITHIN_MINUTES).to_string();
                    (raised.plus_millis(wait_s * 1000), "acknowledge", json!({ "next": "call-back", "until": until }))
                }
            };
            if now < at {
                next = next.into_iter().chain([at]).min();
                continue;
            }
            let answer = self.staff.call(Method::POST, &format!("{path}/{act}"), Some(&body)).await?;
            answer.ok("answering an alert")?;
            next = next.into_iter().chain([now.plus_millis(1000)]).min();
        }
        Ok(next)
    }

    async fn of_all_practices(&self, what: &str, filters: &[&str]) -> anyhow::Result<Vec<Value>> {
        let mut found = Vec::new();
        for practice in &self.practices {
            for filter in filters {
                found.extend(self.staff.list(&format!("/v1/practices/{practice}/{what}{filter}")).await?);
            }
        }
        Ok(found)
    }
}

fn instant(value: &Value) -> anyhow::Result<Instant> {
    Ok(Instant(value.as_str().unwrap_or_default().parse::<jiff::Timestamp>()?.as_millisecond()))
}
