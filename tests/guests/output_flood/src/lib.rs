//! Floods: `probe` the standard output and the log, `agendas` its answer.

use greffon_sdk::agenda::{Agenda, AgendaInfo, Caps, Descriptor, Probed, Result};
use greffon_sdk::log;
use greffon_sdk::settings::Empty;

const LINES: usize = 100_000;
const ANSWERS: usize = 100_000;

struct OutputFlood;

impl Agenda for OutputFlood {
    type Settings = Empty;

    fn new(_: Empty) -> Result<Self> {
        Ok(Self)
    }

    fn describe(&self) -> Descriptor {
        let (name, standard) = ("output-flood".to_owned(), "proprietary".to_owned());
        let (caps, calls_per_min, write_timeout_ms) = (Caps::empty(), None, 1_000);
        Descriptor { name, standard, caps, max_lookback_s: 0, min_poll_s: 0, calls_per_min, write_timeout_ms }
    }

    fn probe(&self) -> Result<Probed> {
        for line in 0..LINES {
            println!("line {line} of a flood");
            log::info("flood", &[("line", line.into())]);
        }
        Ok(Probed { clock: 0, product: None, version: None })
    }

    fn agendas(&self) -> Result<Vec<AgendaInfo>> {
        let (label, zone) = ("flood ".repeat(100), "Europe/Paris".to_owned());
        let id = "a".to_owned();
        let (practitioner, site, horizon, resources) = (None, None, None, Vec::new());
        Ok(vec![
            AgendaInfo { id, identity: None, label, zone, practitioner, site, resources, horizon, writable: false };
            ANSWERS
        ])
    }
}

greffon_sdk::export_agenda!(OutputFlood);
