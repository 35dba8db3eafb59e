//! greffon plugin `agenda-template`: reads when agendas of a server are busy.
//!
//! `GET <base-url>/<agenda>/busy` answers with a list of `{ "start", "end" }`,
//! milliseconds of Unix time.

use std::collections::BTreeMap;

use greffon_sdk::agenda::{
    Agenda, AgendaInfo, Audience, Caps, Descriptor, Error, Instant, Probed, Result, Slot, SlotPage, SlotQuery,
    SlotState, Span,
};
use greffon_sdk::calendar;
use greffon_sdk::http::Request;
use serde::{Deserialize, Serialize};

/// What a practice writes under `settings`, by the schema of plugin.toml.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Settings {
    base_url: String,
    agendas: BTreeMap<String, String>,
}

/// A time that is not free, as the server tells it.
#[derive(Deserialize)]
struct Busy {
    start: Instant,
    end: Instant,
}

struct Plugin {
    settings: Settings,
}

impl Plugin {
    fn busy(&self, agenda: &str) -> Result<Vec<Busy>> {
        let url = format!("{}/{agenda}/busy", self.settings.base_url);
        let answer = Request::new("GET", url).send().map_err(|error| Error::read_failed(&error))?;
        match answer.status {
            200 => answer.json().map_err(|error| Error::Unavailable(format!("the server's answer: {error}"))),
            401 | 403 => Err(Error::Denied("the server does not let us in".to_owned())),
            404 => Err(Error::NotFound),
            status => Err(Error::Unavailable(format!("the server answered {status}"))),
        }
    }
}

impl Agenda for Plugin {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self> {
        Ok(Self { settings })
    }

    fn describe(&self) -> Descriptor {
        Descriptor {
            name: "agenda-template".to_owned(),
            standard: "busy times over HTTP".to_owned(),
            // What is not told here, the host does not expect.
            caps: Caps::empty(),
            max_lookback_s: 0,
            min_poll_s: 60,
            calls_per_min: None,
            write_timeout_ms: 5_000,
        }
    }

    fn probe(&self) -> Result<Probed> {
        if let Some(agenda) = self.settings.agendas.keys().next() {
            self.busy(agenda)?;
        }
        // What the server says of itself: product and version, if it does.
        Ok(Probed { clock: calendar::now(), product: None, version: None })
    }

    fn agendas(&self) -> Result<Vec<AgendaInfo>> {
        let info = |(id, label): (&String, &String)| AgendaInfo {
            id: id.clone(),
            identity: None,
            label: label.clone(),
            zone: "Europe/Paris".to_owned(),
            practitioner: None,
            site: None,
            resources: Vec::new(),
            horizon: None,
            // A plugin that takes bookings has `book`, `look_up` and `cancel`.
            writable: false,
        };
        Ok(self.settings.agendas.iter().map(info).collect())
    }

    fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage> {
        let mut page = SlotPage { slots: Vec::new(), complete: true, as_of: calendar::now() };
        for agenda in &query.agendas {
            // One agenda that cannot be read does not hide the others.
            let Ok(busy) = self.busy(agenda) else {
                page.complete = false;
                continue;
            };
            let within = |busy: &Busy| busy.start < query.window.end && busy.end > query.window.start;
            page.slots.extend(busy.into_iter().filter(within).map(|busy| slot(agenda, &busy)));
        }
        Ok(page)
    }
}

fn slot(agenda: &str, busy: &Busy) -> Slot {
    Slot {
        agenda: agenda.to_owned(),
        span: Span { start: busy.start, end: busy.end },
        state: SlotState::Busy,
        motives: Vec::new(),
        audience: Audience::empty(),
        modes: Vec::new(),
        seats_left: 0,
        handle: None,
        version: None,
        entry: None,
        booking_url: None,
    }
}

greffon_sdk::export_agenda!(Plugin);

#[cfg(test)]
mod tests {
    use greffon_sdk::http::Response;
    use greffon_sdk::testing::Fakes;

    use super::*;

    fn plugin() -> Plugin {
        let agendas = BTreeMap::from([("dr-martin".to_owned(), "Dr Martin".to_owned())]);
        Plugin { settings: Settings { base_url: "https://agenda.example".to_owned(), agendas } }
    }

    fn query() -> SlotQuery {
        SlotQuery {
            agendas: vec!["dr-martin".to_owned()],
            motive: None,
            window: Span { start: 1_000, end: 2_000 },
            audience: Audience::empty(),
            modes: Vec::new(),
            known_patient: None,
            limit: 100,
        }
    }

    #[test]
    fn busy_times_of_the_window_are_told() {
        let fakes = Fakes::new();
        fakes.reply(Response::new(200, r#"[{"start":500,"end":1000},{"start":1500,"end":2500}]"#));
        let page = plugin().find_slots(&query()).expect("a page");
        assert_eq!(fakes.requests()[0].url, "https://agenda.example/dr-martin/busy");
        let spans: Vec<_> = page.slots.iter().map(|slot| (slot.span.start, slot.span.end)).collect();
        assert_eq!((spans, page.complete), (vec![(1_500, 2_500)], true));
    }

    #[test]
    fn an_agenda_that_cannot_be_read_makes_the_page_incomplete() {
        let fakes = Fakes::new();
        fakes.reply(Response::new(500, ""));
        assert!(!plugin().find_slots(&query()).expect("a page").complete);
    }
}
