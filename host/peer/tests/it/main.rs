//! The servers over real connections.

mod bookings;
mod caldav;
mod client;
mod events;
mod faults;
mod page;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use greffon_peer::doctolib_like::{DoctolibLike, Options};
use serde_json::{Value, json};

use self::client::{Answer, Client};

/// Noon of Monday 2 March 2026 in Paris.
pub(crate) const NOON: i64 = 1_772_449_200_000;
/// Nine o'clock on Tuesday.
pub(crate) const NINE: &str = "2026-03-03T09:00:00+01:00";
pub(crate) const HOUR_MS: i64 = 3_600_000;

/// A server whose clock the test owns, and a client with a token.
pub(crate) struct Peer {
    pub(crate) server: DoctolibLike,
    pub(crate) client: Client,
    pub(crate) now: Arc<AtomicI64>,
}

pub(crate) async fn peer() -> Peer {
    peer_with(Options::default()).await
}

pub(crate) async fn peer_with(options: Options) -> Peer {
    let now = Arc::new(AtomicI64::new(NOON));
    let reads = Arc::clone(&now);
    let clock = Arc::new(move || reads.load(Ordering::SeqCst));
    let server = DoctolibLike::start(Options { clock, ..options }).await.unwrap();
    let mut client = Client::new(&server.base_url());
    client.log_in(server.credentials()).await;
    Peer { server, client, now }
}

impl Peer {
    pub(crate) fn pass_ms(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    /// Books the demo's patient for a motive of a quarter of an hour.
    pub(crate) async fn book(&self, start: &str) -> Option<Answer> {
        self.client.send("POST", "/v1/appointments", Some(&appointment(start))).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.client.send("GET", path, None).await.expect("an answer")
    }

    /// What stands in agenda 101 on that Tuesday.
    pub(crate) async fn tuesday(&self) -> Value {
        let path = "/v1/appointments?agenda_id=101&from=2026-03-03T00:00:00Z&to=2026-03-04T00:00:00Z";
        self.get(path).await.body
    }
}

pub(crate) fn appointment(start: &str) -> Value {
    json!({ "agenda_id": 101, "visit_motive_id": 201, "patient_id": 9001, "start": start, "notes": "x" })
}
