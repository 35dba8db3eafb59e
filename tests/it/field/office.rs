//! A practice's host that can be ended at any instant, as by a power cut, and begins again over
//! what it had stored: everything that it does runs on threads of its own, which are dropped with
//! all that they were doing.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use greffon_core::ports::clock::Clock as _;
use greffon_core::time::Instant;
use greffon_simulation::ManualClock;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::support::host::{MONDAY, TestHost, Time};
use crate::support::practice;

/// The practice.
pub const PRACTICE: &str = "cabinet";

/// The agenda plugins with less room and less time than they have elsewhere, so that a fault can
/// use them up.
const TIGHT: [(&str, &str); 2] = [
    ("agenda-caldav", "[limits]\nhttp-requests = 512\nhttp-body-kib = 8192\nmemory-mib = 8\ndeadline-ms = 2500\n"),
    ("agenda-local", "[limits]\nkeyvalue-operations = 500\ndeadline-ms = 2500\n"),
];

/// How long what is in the middle of something may take to notice that the host has ended.
const END: Duration = Duration::from_secs(20);

/// A host, and what outlives it.
pub struct Office {
    /// What the practice's time is read off.
    pub clock: Arc<ManualClock>,
    folder: Arc<TempDir>,
    storage: String,
    file: String,
    running: Option<Running>,
}

struct Running {
    host: Arc<TestHost>,
    threads: Option<Runtime>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

impl Office {
    /// A host over this database whose practice has this file. What another one has compiled is
    /// not compiled again.
    pub async fn open(storage: &str, file: &str, like: Option<&Self>) -> anyhow::Result<Self> {
        let folder = Arc::new(tempfile::tempdir()?);
        if let Some(like) = like {
            copy_folder(&like.folder.path().join("compiled"), &folder.path().join("compiled"))?;
        }
        let mut office = Self {
            clock: Arc::new(ManualClock::at(MONDAY)),
            folder,
            storage: storage.to_owned(),
            file: file.to_owned(),
            running: None,
        };
        office.begin().await?;
        Ok(office)
    }

    /// Begins, again.
    pub async fn begin(&mut self) -> anyhow::Result<()> {
        let threads = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (folder, storage) = (Arc::clone(&self.folder), self.storage.clone());
        let time = Time::Moved(Arc::clone(&self.clock), Arc::clone(&self.clock));
        let file = self.file.clone();
        let begun = threads.spawn(async move {
            // Until its agenda plugin is known, the practice has another one.
            let other = [(PRACTICE, practice::local(PRACTICE))];
            let host = TestHost::again(folder, &storage, &other, time).await?;
            for (id, limits) in TIGHT {
                let plugin = greffon_bundled::find(id).context("it is bundled")?;
                let (head, rest) = plugin.manifest.split_once("[limits]").context("it has limits")?;
                let schema = rest.find("[settings-schema]").context("it has settings")?;
                let name = format!("{id}-tight");
                let head = head.replace(&format!("id = \"{id}\""), &format!("id = \"{name}\""));
                let manifest = format!("{head}{limits}\n{}", &rest[schema..]);
                host.host.wiring.runtime.register_bundled([(name.as_str(), manifest.as_str(), plugin.component)])?;
            }
            host.rewrite(PRACTICE, &file)?;
            let refresh = host.host.wiring.directory.refresh();
            if let Some(wrong) = refresh.problems.iter().chain(&refresh.out).next() {
                anyhow::bail!("{wrong}");
            }
            Ok(host)
        });
        let host = Arc::new(begun.await??);
        self.running = Some(Running { host, threads: Some(threads) });
        Ok(())
    }

    /// The host.
    ///
    /// # Panics
    /// When it was ended and not begun again.
    pub fn host(&self) -> &Arc<TestHost> {
        &self.running.as_ref().expect("the host runs").host
    }

    /// Does something on the host's own threads: it ends with them.
    pub fn does<T, F>(&self, what: impl FnOnce(Arc<TestHost>) -> F) -> JoinHandle<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let running = self.running.as_ref().expect("the host runs");
        let threads = running.threads.as_ref().expect("the host has its threads until it is dropped");
        threads.spawn(what(Arc::clone(&running.host)))
    }

    /// Ends the host in the middle of whatever it is doing.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut running) = self.running.take()
            && let Some(threads) = running.threads.take()
        {
            tokio::task::spawn_blocking(move || threads.shutdown_timeout(END)).await?;
        }
        Ok(())
    }

    /// Lets time pass.
    pub async fn pass(&self, minutes: i64) -> anyhow::Result<()> {
        self.does(move |host| async move { host.pass(minutes).await }).await?
    }

    /// The instant.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The mails that went out, over all hosts that there were, whole.
    pub fn mails(&self) -> anyhow::Result<Vec<String>> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("mail").join(PRACTICE)) else {
            return Ok(Vec::new());
        };
        entries.map(|entry| Ok(std::fs::read_to_string(entry?.path())?)).collect()
    }
}

/// The practice's file with the plugin that has less room.
pub fn tight(file: &str) -> String {
    TIGHT.iter().fold(file.to_owned(), |file, (id, _)| {
        file.replace(&format!("plugin = \"{id}\""), &format!("plugin = \"{id}-tight\""))
    })
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
