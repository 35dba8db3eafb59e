//! Opens the bucket that its settings name, writes `write` there in `agendas` if told to,
//! and succeeds in `probe` with the number of keys that it sees: more than its
//! own is a leak.

use greffon_sdk::agenda::{Agenda, AgendaInfo, Caps, Descriptor, Error, Instant, Probed, Result};
use greffon_sdk::keyvalue::{self, Bucket};

struct KeyvalueOther {
    bucket: String,
    write: Option<String>,
}

impl KeyvalueOther {
    fn write(&self) -> std::result::Result<(), keyvalue::Error> {
        let bucket = Bucket::open(&self.bucket)?;
        match &self.write {
            Some(value) => bucket.set("canary", value),
            None => Ok(()),
        }
    }

    fn keys(&self) -> std::result::Result<usize, keyvalue::Error> {
        Ok(Bucket::open(&self.bucket)?.keys("")?.len())
    }
}

impl Agenda for KeyvalueOther {
    type Settings = serde_json::Value;

    fn new(settings: Self::Settings) -> Result<Self> {
        let bucket = settings["bucket"].as_str().unwrap_or("notes").to_owned();
        Ok(Self { bucket, write: settings["write"].as_str().map(str::to_owned) })
    }

    fn describe(&self) -> Descriptor {
        let (name, standard) = ("keyvalue-other".to_owned(), "proprietary".to_owned());
        let (caps, calls_per_min, write_timeout_ms) = (Caps::empty(), None, 1_000);
        Descriptor { name, standard, caps, max_lookback_s: 0, min_poll_s: 0, calls_per_min, write_timeout_ms }
    }

    fn agendas(&self) -> Result<Vec<AgendaInfo>> {
        self.write().map_err(|error| Error::read_failed(&error))?;
        Ok(Vec::new())
    }

    fn probe(&self) -> Result<Probed> {
        let count = self.keys().map_err(|error| Error::read_failed(&error))?;
        Ok(Probed { clock: count as Instant, product: None, version: None })
    }
}

greffon_sdk::export_agenda!(KeyvalueOther);
