//! Real peers, written by others and started from their packages: Radicale, Xandikos
//! and Cyrus (CalDAV), aiosmtpd (SMTP), the `caldav` client. `.ci/run` installs
//! them in `target/peers`, `.ci/full` Cyrus beside them; without them a test says so
//! in one visible line, and fails under CI.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// How long a peer may take to start.
const START: Duration = Duration::from_secs(120);

/// Time between two looks whether a peer has started.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The Python that has the peers, or `None` after saying so.
pub fn python(needed: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let candidates = [
        std::env::var_os("GREFFON_TEST_PYTHON").map(PathBuf::from),
        Some(workspace.join("target/peers/bin/python")),
        Some(PathBuf::from("python3")),
    ];
    let found = candidates.into_iter().flatten().find(|python| {
        std::process::Command::new(python)
            .args(["-c", &format!("import {needed}")])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    });
    if found.is_none() {
        let line =
            format!("peer absent: {needed} is not installed, the test that needs it did not run (.ci/run installs it)");
        assert!(std::env::var_os("CI").is_none(), "{line}");
        println!("{line}");
    }
    found
}

/// A peer in a process of its own; ended with this value.
pub struct Peer {
    /// `http://127.0.0.1:…` or the port's number for SMTP.
    pub port: u16,
    /// What it keeps.
    pub folder: TempDir,
    _process: Child,
}

impl Peer {
    /// Where it answers.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Starts Radicale with one calendar `/cabinet/martin/`.
pub async fn radicale() -> anyhow::Result<Option<Peer>> {
    let Some(python) = python("radicale") else { return Ok(None) };
    let folder = tempfile::tempdir()?;
    let port = free_port().await?;
    let config = folder.path().join("config");
    std::fs::write(
        &config,
        format!(
            "[server]\nhosts = 127.0.0.1:{port}\nmax_connections = 100\n[auth]\ntype = none\n[rights]\ntype = \
             authenticated\n[storage]\nfilesystem_folder = {}\n[logging]\nlevel = warning\n",
            folder.path().join("collections").display()
        ),
    )?;
    let process = Command::new(python)
        .args(["-m", "radicale", "--config"])
        .arg(&config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("Radicale does not start")?;
    let peer = Peer { port, folder, _process: process };
    answers(port).await.context("Radicale does not answer")?;
    make_calendar(&peer, "/cabinet/martin/").await?;
    Ok(Some(peer))
}

/// Starts Xandikos with its calendar at `/cabinet/calendars/calendar/`. The
/// second peer of its protocol: `None` but under `.ci/full`.
pub async fn xandikos() -> anyhow::Result<Option<Peer>> {
    if !greffon_tests::full() {
        println!("left to .ci/full: xandikos");
        return Ok(None);
    }
    let Some(python) = python("xandikos") else { return Ok(None) };
    let folder = tempfile::tempdir()?;
    let port = free_port().await?;
    let process = Command::new(python)
        .args(["-m", "xandikos", "serve", "--defaults", "--current-user-principal", "/cabinet/", "-l", "127.0.0.1"])
        .arg("-d")
        .arg(folder.path().join("data"))
        .args(["-p", &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("Xandikos does not start")?;
    answers(port).await.context("Xandikos does not answer")?;
    Ok(Some(Peer { port, folder, _process: process }))
}

/// Starts Cyrus, whose calendars are below `/dav/calendars/user/cabinet/`. The third peer of its
/// protocol: `None` but under `.ci/full`, which installs it from its Debian packages.
pub async fn cyrus() -> anyhow::Result<Option<Peer>> {
    if !greffon_tests::full() {
        println!("left to .ci/full: cyrus");
        return Ok(None);
    }
    if !Path::new("/usr/lib/cyrus/bin/httpd").exists() {
        let line = "peer absent: cyrus is not installed, the test that needs it did not run (.ci/full installs it)";
        assert!(std::env::var_os("CI").is_none(), "{line}");
        println!("{line}");
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    let (port, imap) = (free_port().await?, free_port().await?);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/cyrus.py");
    // It ends with its standard input, and then ends its services.
    let mut process = Command::new("python3")
        .arg(script)
        .arg(folder.path())
        .args([port.to_string(), imap.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("Cyrus does not start")?;
    let stdout = process.stdout.take().context("stdout is piped")?;
    let mut lines = BufReader::new(stdout).lines();
    let ready = tokio::time::timeout(START, lines.next_line()).await.context("Cyrus does not get ready")??;
    anyhow::ensure!(ready.as_deref() == Some("ready"), "Cyrus does not get ready: {ready:?}");
    Ok(Some(Peer { port, folder, _process: process }))
}

/// Starts an SMTP server that writes each mail it takes into its folder.
pub async fn smtp() -> anyhow::Result<Option<Peer>> {
    let Some(python) = python("aiosmtpd") else { return Ok(None) };
    let folder = tempfile::tempdir()?;
    let port = free_port().await?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/smtp_server.py");
    let mut process = Command::new(python)
        .arg(script)
        .arg(port.to_string())
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("aiosmtpd does not start")?;
    let stdout = process.stdout.take().context("stdout is piped")?;
    let mut lines = BufReader::new(stdout).lines();
    let ready = lines.next_line();
    tokio::time::timeout(START, ready).await.context("aiosmtpd does not get ready")??;
    Ok(Some(Peer { port, folder, _process: process }))
}

/// The mails that an SMTP peer took, whole.
pub fn mails(peer: &Peer) -> anyhow::Result<Vec<String>> {
    let mut mails = Vec::new();
    for entry in std::fs::read_dir(peer.folder.path())? {
        mails.push(std::fs::read_to_string(entry?.path())?);
    }
    Ok(mails)
}

/// What another CalDAV client reads in a calendar: one line per event,
/// `start end uid`, in UTC.
pub async fn read_calendar(peer: &Peer, path: &str) -> anyhow::Result<Vec<String>> {
    let python = python("caldav").context("the caldav client is installed with the servers")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/read_calendar.py");
    let output = Command::new(python).arg(script).arg(format!("{}{path}", peer.origin())).output().await?;
    if !output.status.success() {
        bail!("the other client failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

/// Writes an event into a calendar by hand; times as the API tells them.
pub async fn write_event(peer: &Peer, calendar: &str, name: &str, start: &str, end: &str) -> anyhow::Result<()> {
    // RFC 3339 without its punctuation and fractions is what iCalendar writes.
    let compact = |time: &str| {
        let seconds = time.split(['.', 'Z']).next().unwrap_or_default();
        seconds.chars().filter(|one| !matches!(one, '-' | ':')).collect::<String>() + "Z"
    };
    let event = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//by hand//FR\r\nBEGIN:VEVENT\r\nUID:{name}\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART:{}\r\nDTEND:{}\r\nSUMMARY:Visite\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        compact(start),
        compact(end)
    );
    greffon::wire::provide_tls();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer = client
        .put(format!("{}{calendar}{name}.ics", peer.origin()))
        .basic_auth("cabinet", Some("secret"))
        .header("content-type", "text/calendar; charset=utf-8")
        .body(event)
        .send()
        .await?;
    anyhow::ensure!(answer.status().is_success(), "PUT by hand: {}", answer.status());
    Ok(())
}

async fn make_calendar(peer: &Peer, path: &str) -> anyhow::Result<()> {
    let method = reqwest::Method::from_bytes(b"MKCALENDAR")?;
    greffon::wire::provide_tls();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer =
        client.request(method, format!("{}{path}", peer.origin())).basic_auth("cabinet", Some("secret")).send().await?;
    anyhow::ensure!(answer.status().is_success(), "MKCALENDAR: {}", answer.status());
    Ok(())
}

async fn free_port() -> anyhow::Result<u16> {
    Ok(tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port())
}

/// Ends when somebody accepts connections on the port.
async fn answers(port: u16) -> anyhow::Result<()> {
    // Not in a tight loop: it would take the processor from the peer that starts.
    let mut looks = tokio::time::interval(BETWEEN_LOOKS);
    let connected = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            looks.tick().await;
        }
    };
    Ok(tokio::time::timeout(START, connected).await?)
}
