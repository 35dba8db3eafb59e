//! What it costs to keep the agendas of 300 practices in mind.

use std::time::Instant as Stopwatch;

use greffon_core::jobs::Jobs;
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::practices::Practices as _;
use greffon_core::time::Span;
use rustix::time::{ClockId, clock_gettime};

use crate::calendar::{self, PATH};
use crate::front::Front;
use crate::support::host::{MONDAY, TestHost, Time};
use crate::support::practice;

const PRACTICES: usize = 300;
const ENTRIES: i64 = 2_000;
const EACH_DAY: i64 = 24;

/// A large agenda is read in so many minutes.
const TURNS_MIN: i64 = 3;

/// So long nothing happens.
const REST_MIN: i64 = 10;
const DAY_MIN: i64 = 24 * 60;

pub async fn measure() -> anyhow::Result<()> {
    let Some(server) = calendar::full(ENTRIES, EACH_DAY).await? else { return Ok(()) };
    // One server would be busy for an hour with the same answers.
    let front = Front::before(server.origin(), true).await?;
    let names: Vec<String> = (0..PRACTICES).map(|number| format!("cabinet-{number}")).collect();
    let files: Vec<(&str, String)> =
        names.iter().map(|id| (id.as_str(), practice::caldav(id, &front.origin, PATH, ""))).collect();
    // The server itself is asked before: what it takes is its own.
    let one = TestHost::sqlite(&files[..1]).await?;
    follow(&one).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("greffon.db");
    let test = TestHost::timed(&format!("sqlite:{}", file.display()), &files, Time::manual()).await?;
    let before = size_mib(folder.path())?;
    println!("{PRACTICES} practices with {ENTRIES} entries each");
    println!("{:<28} {:>9} {:>12} {:>12} {:>9}", "", "s", "ms/practice", "CPU ms each", "requests");
    let line = |what: &str, began: Stopwatch, cpu: f64, asked: u64| {
        let (s, each) = (began.elapsed().as_secs_f64(), PRACTICES as f64);
        let cpu = (cpu_ms() - cpu) / each;
        println!("{what:<28} {s:>9.1} {:>12.1} {cpu:>12.1} {:>9.2}", s * 1e3 / each, asked as f64 / each);
    };
    front.take_count();
    let (began, cpu) = (Stopwatch::now(), cpu_ms());
    follow(&test).await?;
    line("first read whole", began, cpu, front.take_count());
    let after = size_mib(folder.path())?;

    let (began, cpu) = (Stopwatch::now(), cpu_ms());
    test.pass(REST_MIN).await?;
    line("ten minutes at rest", began, cpu, front.take_count());

    // The compare of the night: everything is read and compared once.
    test.clock.set(test.clock.now().plus_minutes(DAY_MIN));
    let (began, cpu) = (Stopwatch::now(), cpu_ms());
    test.work().await?;
    line("compared whole", began, cpu, front.take_count());
    println!("database: {:.1} MiB more, {:.2} MiB a practice\n", after - before, (after - before) / PRACTICES as f64);
    Ok(())
}

/// Has every agenda read whole: a large one in several turns, a minute apart.
async fn follow(test: &TestHost) -> anyhow::Result<()> {
    Jobs::new(test.host.reception.clone()).enqueue_agenda_watches().await?;
    test.pass(TURNS_MIN).await?;
    let today = Span { start: MONDAY, end: MONDAY.plus_minutes(DAY_MIN) };
    for practice in test.host.wiring.directory.list() {
        let agendas = test.host.reception.reads.agendas(&practice, today, None).await?;
        let entries = agendas.iter().map(|agenda| agenda.entries.len()).sum::<usize>();
        anyhow::ensure!(entries > 0, "the agenda of {practice} was not read");
    }
    Ok(())
}

fn size_mib(folder: &std::path::Path) -> anyhow::Result<f64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes as f64 / f64::from(1 << 20))
}

/// What all threads of this process have used so far.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
