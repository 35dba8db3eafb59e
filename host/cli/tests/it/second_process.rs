//! One process works on an SQLite file: a second one is told so at its start, the
//! first one notices nothing, and one-off commands run beside it.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::support::{fails, greffon_with, installation, put, succeeds};

/// Any free port: the processes of this test must not fight over one.
const ANY_PORT: (&str, &str) = ("GREFFON_LISTEN", "127.0.0.1:0");

/// A `greffon serve` that listens.
pub struct Serving {
    pub process: Child,
    /// `http://` and where it listens.
    pub address: String,
    said: BufReader<Box<dyn Read + Send>>,
}

impl Serving {
    pub fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_greffon"))
            .env("GREFFON_DATA", Path::new(env!("CARGO_TARGET_TMPDIR")).join("data"))
            .env(ANY_PORT.0, ANY_PORT.1)
            .current_dir(folder)
            .arg("serve")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let said: Box<dyn Read + Send> = Box::new(process.stderr.take().expect("a pipe"));
        let said = BufReader::new(said);
        let mut serving = Self { process, address: String::new(), said };
        let line = serving.says("greffon listens on");
        serving.address = line.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        serving
    }

    /// Waits until it has said these words, and gives the line.
    #[track_caller]
    fn says(&mut self, words: &str) -> String {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            assert_ne!(self.said.read_line(&mut line).expect("text"), 0, "it ended without saying \"{words}\"");
        }
        line
    }

    /// Nobody listens to what it says any more, and it waits for nobody who reads.
    pub fn unheard(&mut self) {
        let mut said = std::mem::replace(&mut self.said, BufReader::new(Box::new(std::io::empty())));
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    }

    pub fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().expect("starts").success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_second_process_on_an_sqlite_file_is_refused_and_one_off_commands_are_not() {
    let folder = installation();
    let mut first = Serving::start(folder.path());
    let holder = format!("process {}", first.process.id());
    for second in [&["serve"][..], &["worker"]] {
        let refused = greffon_with(folder.path(), second, &[ANY_PORT]);
        fails(&refused, &[&holder, "PostgreSQL"]);
    }
    succeeds(&greffon_with(folder.path(), &["doctor"], &[]));
    succeeds(&greffon_with(folder.path(), &["migrate"], &[]));
    assert_eq!(first.process.try_wait().expect("asked"), None);

    // What was killed holds nothing.
    first.signal("-KILL");
    let mut next = Serving::start(folder.path());
    next.signal("-TERM");
    let mut rest = String::new();
    next.said.read_to_string(&mut rest).expect("text");
    assert!(next.process.wait().expect("ends").success(), "{rest}");
}

#[test]
fn a_hang_up_reads_the_practices_again_and_ends_nothing() {
    let folder = installation();
    let mut serving = Serving::start(folder.path());
    put(folder.path(), "practices/cabinet-morel/practice.toml", "name = 3");
    serving.signal("-HUP");
    serving.says("SIGHUP");
    serving.says("the last good configuration stays");
    assert_eq!(serving.process.try_wait().expect("asked"), None);
}
