//! Asks for an origin that nobody granted, or for the `url` of its settings.
//! `probe` succeeds with the status it got, so that a leak is visible.

use greffon_sdk::agenda::{Agenda, Caps, Descriptor, Error, Probed, Result};
use greffon_sdk::http::Request;

const ELSEWHERE: &str = "https://not-granted.example/";

struct HttpDenied {
    url: String,
}

impl Agenda for HttpDenied {
    type Settings = serde_json::Value;

    fn new(settings: Self::Settings) -> Result<Self> {
        Ok(Self { url: settings["url"].as_str().unwrap_or(ELSEWHERE).to_owned() })
    }

    fn describe(&self) -> Descriptor {
        Descriptor {
            name: "http-denied".to_owned(),
            standard: "proprietary".to_owned(),
            caps: Caps::empty(),
            max_lookback_s: 0,
            min_poll_s: 0,
            calls_per_min: None,
            write_timeout_ms: 1_000,
        }
    }

    fn probe(&self) -> Result<Probed> {
        let response = Request::new("GET", &self.url).send().map_err(|error| Error::read_failed(&error))?;
        Ok(Probed { clock: response.status.into(), product: None, version: None })
    }
}

greffon_sdk::export_agenda!(HttpDenied);
