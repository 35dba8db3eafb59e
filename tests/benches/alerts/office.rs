//! A process with workers, practices that hang, and one that does not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use anyhow::Context as _;
use futures::future::BoxFuture;
use greffon_core::flow::Reception;
use greffon_core::ids::{IntentId, JobId, MessageId, PracticeId};
use greffon_core::jobs::{Process, Workers};
use greffon_core::model::care::Level;
use greffon_core::model::intent::{Intent, IntentKind, IntentState};
use greffon_core::model::job::{Due, Job, Lane};
use greffon_core::model::person::{Identifier, Person};
use greffon_core::model::practice::Practice;
use greffon_core::model::scheduling::{BookingRequest, VisitMode};
use greffon_core::ports::clock::{Clock, Ids as _, RandomIds, SystemClock};
use greffon_core::ports::practices::LivePractice;
use greffon_core::ports::storage::Storage as _;
use greffon_core::time::{Instant, Span};
use greffon_simulation::{
    AgendaStyle, ChannelStyle, FakeAgenda, FakeChannel, FakePlugins, FixedPractices, ManualClock, Pace,
    french_features, french_practice, sample_message,
};
use greffon_storage::{Database, StorageOptions};
use tempfile::TempDir;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// What of the other practices hangs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hang {
    Nothing,
    Channels,
    Agendas,
    Both,
}

/// Messages that each practice whose channel hangs has waiting.
const WAITING: usize = 5;

type Expected = Arc<Mutex<HashMap<String, oneshot::Sender<Stopwatch>>>>;

pub struct Office {
    database: Arc<Database>,
    expected: Expected,
    stop: watch::Sender<bool>,
    lanes: JoinSet<()>,
    _folder: TempDir,
}

struct Tasks(Arc<Database>);

impl Process for Tasks {
    fn spawn(&self, job: BoxFuture<'static, ()>) {
        tokio::spawn(job);
    }

    fn idle(&self, lane: Lane) -> BoxFuture<'static, ()> {
        let database = Arc::clone(&self.0);
        Box::pin(async move { database.until_due(lane).await })
    }
}

fn hung(number: usize) -> PracticeId {
    format!("bloque-{number}").into()
}

fn healthy() -> PracticeId {
    "libre".into()
}

impl Office {
    /// Starts the workers over a database in which `practices` wait for what hangs.
    pub async fn open(practices: usize, hang: Hang) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join("greffon.db").display());
        let database = greffon_storage::connect(&url, StorageOptions::default()).await?;
        greffon_storage::migrate(&database).await?;
        let expected = Expected::default();
        let known = (0..practices).map(|number| practice(hung(number), &expected, hang));
        let known = FixedPractices::new(known.chain([practice(healthy(), &expected, Hang::Nothing)]));
        let reception = Reception::new(
            database.clone(),
            database.clone(),
            Arc::new(known),
            Arc::new(SystemClock),
            Arc::new(RandomIds),
        );
        let (alerts, (stop, stopped)) = (database.for_alerts(), watch::channel(false));
        let workers = Workers::new(reception.clone(), reception.over(|_| alerts));
        let office = Self { database, expected, stop, lanes: JoinSet::new(), _folder: folder };
        for number in 0..practices {
            office.wait_for_what_hangs(&hung(number), hang).await?;
        }
        let mut office = office;
        for lane in Lane::ALL {
            let process = Tasks(Arc::clone(&office.database));
            office.lanes.spawn(Arc::clone(&workers).work(lane, process, stopped.clone()));
        }
        Ok(office)
    }

    async fn wait_for_what_hangs(&self, practice: &PracticeId, hang: Hang) -> anyhow::Result<()> {
        let now = SystemClock.now();
        let mut tx = self.database.begin(practice).await?;
        if matches!(hang, Hang::Channels | Hang::Both) {
            for _ in 0..WAITING {
                let mut message = sample_message(practice, MessageId(RandomIds.next(now)), Level::Routine, now);
                tx.save_message(&mut message).await?;
                let job = Job::DeliverMessage(message.id);
                tx.enqueue(JobId(RandomIds.next(now)), &job, Lane::Normal, Due::NOW).await?;
            }
        }
        if matches!(hang, Hang::Agendas | Hang::Both) {
            let mut intent = unknown(practice, now);
            tx.save_intent(&mut intent).await?;
            let job = Job::ReconcileBooking(intent.id);
            tx.enqueue(JobId(RandomIds.next(now)), &job, Lane::Urgent, Due::NOW).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Writes an alert; how long it took from its commit to its channel.
    pub async fn alert(&self, number: usize) -> anyhow::Result<Duration> {
        let now = SystemClock.now();
        let practice = healthy();
        let mut message = sample_message(&practice, MessageId(RandomIds.next(now)), Level::Vital, now);
        let (sent, arrives) = oneshot::channel();
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).insert(message.id.to_string(), sent);
        let mut tx = self.database.begin(&practice).await?;
        tx.save_message(&mut message).await?;
        let job = Job::DeliverMessage(message.id);
        tx.enqueue(JobId(RandomIds.next(now)), &job, Lane::Alert, Due::NOW).await?;
        let began = Stopwatch::now();
        tx.commit().await?;
        let arrived = tokio::time::timeout(Duration::from_secs(60), arrives).await;
        Ok(arrived.with_context(|| format!("alert {number} never left"))??.duration_since(began))
    }

    /// Ends the process without waiting for what hangs.
    pub async fn close(mut self) {
        self.stop.send_replace(true);
        self.lanes.shutdown().await;
        self.database.close().await;
    }
}

fn practice(id: PracticeId, expected: &Expected, hang: Hang) -> LivePractice {
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let pace = |hangs: bool| {
        let pace = Arc::new(Pace::default());
        if hangs {
            pace.hold();
        }
        pace
    };
    let channel_pace = pace(matches!(hang, Hang::Channels | Hang::Both));
    let agenda_pace = pace(matches!(hang, Hang::Agendas | Hang::Both));
    let channel = FakeChannel::with(ChannelStyle::Mail, clock.clone(), Arc::default(), channel_pace);
    let expected = Arc::clone(expected);
    channel.watch(move |message| {
        if let Some(sent) = expected.lock().unwrap_or_else(PoisonError::into_inner).remove(&message.key) {
            // Whoever waited too long has gone.
            let _ = sent.send(Stopwatch::now());
        }
    });
    let agenda = FakeAgenda::with(AgendaStyle::Arbitrated, clock, Arc::default(), agenda_pace);
    let features = french_features(&FakePlugins::new(), &agenda, &channel);
    LivePractice { practice: Practice { id, ..french_practice("cabinet") }, features }
}

/// A booking of which nobody knows what became.
fn unknown(practice: &PracticeId, now: Instant) -> Intent {
    let id = IntentId(RandomIds.next(now));
    let (before, start) = (now.plus_minutes(-10), now.plus_minutes(24 * 60));
    let request = BookingRequest {
        agenda: "dr-martin".into(),
        span: Span { start, end: start.plus_minutes(15) },
        motive: "consultation".into(),
        mode: VisitMode::Office,
        patient: Person { family: "Essai".to_owned(), ..Person::default() },
        resources: Vec::new(),
        slot_handle: None,
        slot_version: None,
        note: None,
        operator: Identifier { system: "urn:greffon:subject".to_owned(), value: "essai".to_owned() },
        allow_overlap: false,
        entry: None,
    };
    let (practice, by) = (practice.clone(), "essai".to_owned());
    Intent {
        state: IntentState::Unknown,
        sends: 1,
        sent_at: Some(before),
        ..Intent::drafted(id, practice, IntentKind::Book, "agenda".into(), request, by, before)
    }
}
