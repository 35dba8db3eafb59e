//! What the day came to, counted from outside: through the API, in the agenda
//! server's folder, in the mail folder.

use std::collections::BTreeMap;
use std::fmt;

use greffon_core::model::practice::PluginKind;
use greffon_core::ports::practices::Practices;
use greffon_core::time::Instant;
use greffon_peer::caldav::Store;
use serde::Serialize;
use serde_json::Value;

use super::api::Api;

/// The day in figures.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// Contacts stored.
    pub contacts: usize,
    /// Practices played.
    pub practices: usize,
    /// Contacts by final level; `none` for those without one.
    pub by_level: BTreeMap<String, usize>,
    /// Appointments that stand.
    pub booked: usize,
    /// Pairs of live appointments of one agenda that overlap.
    pub double_bookings: usize,
    /// Messages.
    pub messages: Messages,
    /// Promises.
    pub commitments: Commitments,
    /// Alerts.
    pub alerts: Alerts,
    /// Calls of plugins by kind.
    pub plugin_calls: BTreeMap<&'static str, Calls>,
    /// Contacts planned and not stored or not closed, messages and bookings
    /// without an end.
    pub lost: usize,
    /// Real seconds that the day took.
    pub wall_s: f64,
}

/// Messages by what became of them.
#[derive(Debug, Default, Serialize)]
pub struct Messages {
    /// Written with their cause.
    pub queued: usize,
    /// Taken by the practice's relay, or reported as arrived.
    pub delivered: usize,
    /// Failed, or not known to have left.
    pub failed: usize,
}

/// Promises by what became of them.
#[derive(Debug, Default, Serialize)]
pub struct Commitments {
    /// Made.
    pub made: usize,
    /// Kept in time.
    pub kept: usize,
    /// Kept after their time.
    pub late: usize,
    /// Not ended.
    pub open: usize,
}

/// Alerts by what became of them.
#[derive(Debug, Default, Serialize)]
pub struct Alerts {
    /// Raised.
    pub raised: usize,
    /// Of these, told to more than the first rung before somebody answered.
    pub climbed: usize,
    /// Seconds until somebody took them in hand, shortest first.
    pub acknowledged_after_s: Vec<i64>,
    /// Not ended.
    pub open: usize,
}

/// Calls of one kind of plugin.
#[derive(Debug, Default, Serialize)]
pub struct Calls {
    /// How many.
    pub count: u64,
    /// Median, in microseconds.
    pub p50_us: u64,
    /// 99th percentile, in microseconds.
    pub p99_us: u64,
}

impl Summary {
    /// Counts what the API shows of all practices.
    pub async fn count(
        api: &Api,
        practices: &dyn Practices,
        planned: usize,
        day: (Instant, Instant),
    ) -> anyhow::Result<Self> {
        let mut summary = Self { practices: practices.list().len(), ..Self::default() };
        let mut closed = 0;
        for practice in practices.list() {
            let of = |what: &str| format!("/v1/practices/{practice}/{what}");
            for contact in api.list(&of("contacts")).await? {
                summary.contacts += 1;
                closed += usize::from(contact["state"] == "closed");
                *summary.by_level.entry(contact["level"].as_str().unwrap_or("none").to_owned()).or_default() += 1;
            }
            let path = format!("{}?from={}&to={}", of("appointments"), day.0, day.1);
            summary.appointments(&api.list(&path).await?);
            for message in api.list(&of("messages")).await? {
                summary.message(&message);
            }
            for commitment in api.list(&of("commitments")).await? {
                summary.commitment(&commitment);
            }
            for alert in api.list(&of("alerts")).await? {
                summary.alert(&alert);
            }
        }
        summary.alerts.acknowledged_after_s.sort_unstable();
        summary.lost += planned.saturating_sub(closed);
        Ok(summary)
    }

    fn appointments(&mut self, appointments: &[Value]) {
        let live: Vec<&Value> = appointments
            .iter()
            .filter(|one| !matches!(one["status"].as_str(), Some("cancelled" | "entered-in-error")))
            .collect();
        self.booked += live.len();
        self.lost += appointments.iter().filter(|one| one["pending"].is_string()).count();
        for (index, one) in live.iter().enumerate() {
            self.double_bookings += live[index + 1..]
                .iter()
                .filter(|other| one["feature"] == other["feature"] && one["agenda"] == other["agenda"])
                .filter(|other| overlap(text(one, "start"), text(one, "end"), text(other, "start"), text(other, "end")))
                .count();
        }
    }

    fn message(&mut self, message: &Value) {
        self.messages.queued += 1;
        match message["state"].as_str() {
            Some("sent" | "delivered") => self.messages.delivered += 1,
            Some("failed" | "uncertain") => self.messages.failed += 1,
            Some("withdrawn") => {}
            _ => self.lost += 1,
        }
    }

    fn commitment(&mut self, commitment: &Value) {
        self.commitments.made += 1;
        match commitment["state"].as_str() {
            Some("kept") => self.commitments.kept += 1,
            Some("kept-late") => self.commitments.late += 1,
            Some("broken" | "withdrawn") => {}
            _ => self.commitments.open += 1,
        }
    }

    fn alert(&mut self, alert: &Value) {
        self.alerts.raised += 1;
        let told = alert["told"].as_array();
        self.alerts.climbed += usize::from(told.into_iter().flatten().any(|one| one["rung"] != 0));
        self.alerts.open += usize::from(alert["state"] != "ended");
        let time = |value: &Value| value.as_str()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
        if let (Some(raised), Some(taken)) = (time(&alert["raised_at"]), time(&alert["acknowledged"][0]["at"])) {
            self.alerts.acknowledged_after_s.push(taken - raised);
        }
    }

    /// Counts overlaps in the agenda server's own objects: not what greffon
    /// thinks, but what stands there.
    pub fn look_into(&mut self, store: &Store) {
        for objects in store.by_collection().into_values() {
            let spans: Vec<(String, String)> = objects
                .iter()
                .filter_map(|object| Some((field(&object.data, "DTSTART")?, field(&object.data, "DTEND")?)))
                .collect();
            for (index, (start, end)) in spans.iter().enumerate() {
                self.double_bookings +=
                    spans[index + 1..].iter().filter(|(other, till)| overlap(start, end, other, till)).count();
            }
        }
    }

    /// Takes the runtime's timings.
    pub fn calls(&mut self, stats: impl IntoIterator<Item = (PluginKind, Calls)>) {
        self.plugin_calls = stats.into_iter().map(|(kind, calls)| (kind.as_str(), calls)).collect();
    }

    /// Whether the day went as it must.
    pub fn is_good(&self) -> bool {
        self.double_bookings == 0 && self.lost == 0 && self.alerts.open == 0
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// Times of one form compare as text; `[start, end)`.
fn overlap(start: &str, end: &str, other: &str, till: &str) -> bool {
    start < till && other < end
}

/// The value of an iCalendar property, whatever its parameters.
fn field(data: &str, name: &str) -> Option<String> {
    data.lines()
        .find(|line| line.starts_with(name) && line[name.len()..].starts_with([':', ';']))
        .and_then(|line| line.rsplit_once(':'))
        .map(|(_, value)| value.trim().to_owned())
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels = [
            ("vital", "vital (15)"),
            ("very-urgent", "très urgent"),
            ("same-day", "dans la journée"),
            ("soon", "sous quelques jours"),
            ("routine", "sans urgence"),
            ("none", "sans niveau (appel coupé)"),
        ];
        writeln!(f, "Matinée du 7 septembre 2026, {} cabinets (données synthétiques)\n", self.practices)?;
        writeln!(f, "  contacts            {:>5}", self.contacts)?;
        for (level, label) in levels {
            if let Some(count) = self.by_level.get(level) {
                writeln!(f, "    {label:<26}{count:>5}")?;
            }
        }
        writeln!(f, "  rendez-vous pris    {:>5}    doubles réservations  {}", self.booked, self.double_bookings)?;
        writeln!(
            f,
            "  messages            {:>5}    remis {}   échoués {}",
            self.messages.queued, self.messages.delivered, self.messages.failed
        )?;
        writeln!(
            f,
            "  promesses           {:>5}    tenues {}   en retard {}   ouvertes {}",
            self.commitments.made, self.commitments.kept, self.commitments.late, self.commitments.open
        )?;
        let times = &self.alerts.acknowledged_after_s;
        writeln!(
            f,
            "  alertes             {:>5}    prises en charge {}   en {} s (médiane), {} s au plus   ouvertes {}",
            self.alerts.raised,
            times.len(),
            times.get(times.len() / 2).unwrap_or(&0),
            times.last().unwrap_or(&0),
            self.alerts.open
        )?;
        writeln!(f, "  perdus              {:>5}", self.lost)?;
        writeln!(f, "\n  plugin         appels   médiane      p99")?;
        for (kind, calls) in &self.plugin_calls {
            writeln!(f, "  {kind:<13}{:>8}{:>8} µs{:>8} µs", calls.count, calls.p50_us, calls.p99_us)?;
        }
        write!(f, "\n  durée {:.1} s", self.wall_s)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn appointment(agenda: &str, start: &str, end: &str, status: &str) -> Value {
        json!({ "feature": "a", "agenda": agenda, "start": start, "end": end, "status": status, "pending": null })
    }

    #[test]
    fn counts_overlaps_of_live_appointments_of_one_agenda() {
        let mut summary = Summary::default();
        summary.appointments(&[
            appointment("x", "2026-09-07T08:00:00Z", "2026-09-07T08:15:00Z", "booked"),
            appointment("x", "2026-09-07T08:10:00Z", "2026-09-07T08:20:00Z", "booked"),
            appointment("x", "2026-09-07T08:15:00Z", "2026-09-07T08:30:00Z", "cancelled"),
            appointment("y", "2026-09-07T08:10:00Z", "2026-09-07T08:20:00Z", "booked"),
        ]);
        assert_eq!((summary.booked, summary.double_bookings), (3, 1));
    }

    #[test]
    fn a_message_without_an_end_is_lost() {
        let mut summary = Summary::default();
        summary.message(&json!({ "state": "sending" }));
        assert_eq!(summary.lost, 1);
    }

    #[test]
    fn reads_calendar_times_with_and_without_parameters() {
        let data = "DTSTAMP:1\nDTSTART;TZID=Europe/Paris:20260907T080000\nDTEND:20260907T061500Z\n";
        assert_eq!(field(data, "DTSTART").as_deref(), Some("20260907T080000"));
        assert_eq!(field(data, "DTEND").as_deref(), Some("20260907T061500Z"));
    }
}
