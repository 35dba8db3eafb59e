//! What the log says of a guest that panics: nothing that somebody may have said
//! of a patient.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use greffon_core::model::practice::PluginKind::Triage;
use greffon_runtime::RuntimeConfig;
use tracing_subscriber::fmt::MakeWriter;

use crate::guest::Guest;
use crate::host::{Host, encounter};

/// All that this process logs.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Guests run on threads of their own: the log is the whole process's.
fn log() -> &'static Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(lines.clone()).finish();
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
        lines
    })
}

/// A guest whose constants are all but the last word of what it leaves, as the
/// SDK's hook would: 8 letters that it writes while it runs.
fn panics() -> Vec<u8> {
    let fields = r#"
        (data (i32.const 2048) "greffon:panicked\00\09\00\00\44\00\00\00")
        (data (i32.const 2304) "src/lib.rs:3:5\0acalled `Result::unwrap()` on an `Err` value: ")"#;
    let said = i64::from_le_bytes(*b"migraine");
    let body = format!("(i64.store (i32.const 2364) (i64.const {said})) unreachable");
    Guest { world: "triage-plugin", fields, bodies: &[("next", &body)] }.component()
}

/// The lines about a plugin, after it panicked.
async fn told(id: &str, panics_in_full: bool) -> Vec<String> {
    let lines = log();
    let host = Host::with(RuntimeConfig { concurrent_calls: 8, panics_in_full, ..RuntimeConfig::default() });
    host.register(id, Triage, "", &panics());
    host.triage("a", id).next(&encounter()).await.expect_err("no answer");
    let text = String::from_utf8(lines.0.lock().expect("whole").clone()).expect("text");
    text.lines().filter(|line| line.contains(id) && line.contains("panicked")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_reads_place_and_constants_and_no_value() {
    let told = told("panics-at-the-operator-s", false).await;
    let [line] = told.as_slice() else { panic!("{told:?}") };
    assert!(
        line.contains("panicked at src/lib.rs:3:5: called `Result::unwrap()` on an `Err` value: (the rest"),
        "{line}"
    );
    assert!(!line.contains("migraine"), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_author_reads_all_of_it() {
    let told = told("panics-at-the-author-s", true).await;
    assert!(told.iter().any(|line| line.contains("`Err` value: migraine")), "{told:?}");
}
