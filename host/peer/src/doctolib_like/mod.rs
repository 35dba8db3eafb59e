//! A server that behaves as the partner interface of a big vendor's agenda does, and misbehaves when it is told to.
//!
//! What it does is written in `doctolib-like.md` beside this crate's `Cargo.toml`; nothing here is any vendor's own.
//! All of it is in memory.

mod api;
mod app;
mod fault;
mod line;
mod model;
mod offers;
mod page;
mod seed;
mod state;
mod webhook;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinHandle;

use self::app::App;
pub use self::fault::{Fault, Switch};
use self::line::{Cut, Line};
pub use self::model::{Agenda, Entry, Hours, Kind, Motive, Patient};
pub use self::seed::{Seed, office_hours, weekly};
use self::state::Shared;
pub use self::state::{Refusal, Wanted};
pub use self::webhook::{Webhook, signature};
use crate::clock::{self, Clock};

/// How a server is.
#[derive(Clone)]
pub struct Options {
    /// The only client that is let in.
    pub client_id: String,
    /// Its password.
    pub client_secret: String,
    /// How long a token lives, in seconds.
    pub token_life_s: u32,
    /// Calls that a minute may have. None: as many as come.
    pub calls_per_min: Option<u32>,
    /// Objects on a page of a list. At least 1.
    pub page_size: usize,
    /// The account that events are of.
    pub account: u64,
    /// Where events go. None: nowhere, until somebody says so.
    pub webhook: Option<Webhook>,
    /// What it begins with.
    pub seed: Seed,
    /// Its clock.
    pub clock: Clock,
}

impl Default for Options {
    /// The demo's agendas, for the client `greffon` with the password `greffon-secret`, by the machine's clock.
    fn default() -> Self {
        Self {
            client_id: "greffon".to_owned(),
            client_secret: "greffon-secret".to_owned(),
            token_life_s: 300,
            calls_per_min: Some(600),
            page_size: 50,
            account: 7,
            webhook: None,
            seed: Seed::demo(),
            clock: clock::system(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// A running server. It ends when this is dropped.
pub struct DoctolibLike {
    app: Arc<App>,
    address: SocketAddr,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for DoctolibLike {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl DoctolibLike {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(options: Options) -> io::Result<Self> {
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0)), options).await
    }

    /// Starts a server on an address.
    ///
    /// # Errors
    /// The address is taken, or not this machine's.
    pub async fn listen(address: SocketAddr, options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (outbox, inbox) = unbounded_channel();
        let deliveries = tokio::spawn(webhook::deliver_all(inbox, Arc::clone(&options.clock)));
        let Options { client_id, client_secret, token_life_s, calls_per_min, page_size, account, webhook, seed, clock } =
            options;
        let shared = Shared::new(seed, clock, account, webhook, outbox);
        let page_size = page_size.max(1);
        let app = Arc::new(App { shared, client_id, client_secret, token_life_s, calls_per_min, page_size });
        let service = api::router(Arc::clone(&app)).into_make_service_with_connect_info::<Cut>();
        let serving = tokio::spawn(async move {
            // It ends with its task: `axum::serve` gives up for no error.
            let _ = axum::serve(Line(listener), service).await;
        });
        Ok(Self { app, address, tasks: [deliveries, serving] })
    }

    /// Where it is: `http://127.0.0.1:1234`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where tokens are had.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/oauth/token", self.base_url())
    }

    /// The client that is let in, and its password.
    #[must_use]
    pub fn credentials(&self) -> (&str, &str) {
        (&self.app.client_id, &self.app.client_secret)
    }

    /// Switches a fault on; the same one again replaces it.
    pub fn switch(&self, switch: Switch) {
        self.app.shared.lock().faults.switch(switch);
    }

    /// Switches a fault off.
    pub fn switch_off(&self, fault: Fault) {
        self.app.shared.lock().faults.off(fault);
    }

    /// Switches all faults off.
    pub fn heal(&self) {
        self.app.shared.lock().faults.all_off();
    }

    /// The names of the faults that are on, with how often each still strikes.
    #[must_use]
    pub fn faults(&self) -> Vec<(String, Option<u32>)> {
        self.app.shared.lock().faults.listed()
    }

    /// Says where events go from now on. None: nowhere.
    pub fn set_webhook(&self, webhook: Option<Webhook>) {
        self.app.shared.lock().webhook = webhook;
    }

    /// All entries, cancelled ones too, by number.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.app.shared.lock().entries.values().cloned().collect()
    }

    /// All patients, by number.
    #[must_use]
    pub fn patients(&self) -> Vec<Patient> {
        self.app.shared.lock().patients.values().cloned().collect()
    }

    /// Blocks time, as a practitioner can: whatever is there.
    ///
    /// # Errors
    /// `Unknown`, `EmptyPeriod`.
    pub fn block(&self, agenda: u64, start: i64, end: i64, label: &str) -> Result<Entry, Refusal> {
        self.app.shared.put(agenda, Kind::Block { label: label.to_owned() }, start, end)
    }

    /// Writes an appointment, as a practitioner can: whatever is there.
    ///
    /// # Errors
    /// `Unknown`, `EmptyPeriod`.
    pub fn appoint(&self, wanted: Wanted) -> Result<Entry, Refusal> {
        let Wanted { agenda, motive, patient, start, end, notes } = wanted;
        let end = match end {
            Some(end) => end,
            None => {
                let state = self.app.shared.lock();
                let motive = state.motives.iter().find(|one| one.id == motive).ok_or(Refusal::Unknown)?;
                start + i64::from(motive.minutes) * 60_000
            }
        };
        self.app.shared.put(agenda, Kind::Appointment { motive, patient, notes }, start, end)
    }

    /// Gives an entry another time, of the same length, whatever is there.
    ///
    /// # Errors
    /// `Unknown`, `Cancelled`.
    pub fn move_entry(&self, id: u64, start: i64) -> Result<Entry, Refusal> {
        self.app.shared.move_to(id, start)
    }

    /// Writes something else beside an appointment.
    ///
    /// # Errors
    /// `Unknown`, `Cancelled`.
    pub fn note(&self, id: u64, text: &str) -> Result<Entry, Refusal> {
        self.app.shared.note(id, text)
    }

    /// Takes an entry out.
    ///
    /// # Errors
    /// `Unknown`, `Cancelled`.
    pub fn cancel_entry(&self, id: u64) -> Result<Entry, Refusal> {
        self.app.shared.cancel(id)
    }

    /// Waits until it ends, which it does not by itself.
    pub async fn ended(mut self) {
        let [_, serving] = &mut self.tasks;
        let _ = serving.await;
    }
}
