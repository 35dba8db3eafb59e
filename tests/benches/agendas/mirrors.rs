//! What it costs to keep the agendas of 300 practices in mind.

use std::time::Instant as Stopwatch;

use greffon_core::jobs::Jobs;
use greffon_core::ports::clock::Clock as _;
use rustix::time::{ClockId, clock_gettime};

use crate::calendar::{self, PATH};
use crate::front::Front;
use crate::support::host::{TestHost, Time};
use crate::support::practice;

const PRACTICES: usize = 300;
const ENTRIES: i64 = 2_000;
const EACH_DAY: i64 = 24;

const HOUR_MIN: i64 = 60;
const DAY_MIN: i64 = 24 * 60;

pub async fn measure() -> anyhow::Result<()> {
    let Some(server) = calendar::full(ENTRIES, EACH_DAY).await? else { return Ok(()) };
    // One server would be busy for an hour with the same answers.
    let front = Front::before(server.origin(), true).await?;
    let names: Vec<String> = (0..PRACTICES).map(|number| format!("cabinet-{number}")).collect();
    let files: Vec<(&str, String)> =
        names.iter().map(|id| (id.as_str(), practice::caldav(id, &front.origin, PATH, ""))).collect();
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("greffon.db");
    let test = TestHost::timed(&format!("sqlite:{}", file.display()), &files, Time::manual()).await?;
    let jobs = Jobs::new(test.host.reception.clone());
    let before = size_mib(folder.path())?;
    // What agendas tell of themselves is read beside, once a day.
    jobs.enqueue_agenda_reads().await?;
    test.work().await?;

    println!("{PRACTICES} practices with {ENTRIES} entries each");
    println!("{:<28} {:>9} {:>12} {:>12} {:>9}", "", "s", "ms/practice", "CPU ms each", "requests");
    let line = |what: &str, began: Stopwatch, cpu: f64, asked: u64| {
        let (s, each) = (began.elapsed().as_secs_f64(), PRACTICES as f64);
        let cpu = (cpu_ms() - cpu) / each;
        println!("{what:<28} {s:>9.1} {:>12.1} {cpu:>12.1} {:>9.2}", s * 1e3 / each, asked as f64 / each);
    };
    front.take_count();
    let (began, cpu) = (Stopwatch::now(), cpu_ms());
    jobs.enqueue_agenda_watches().await?;
    test.work().await?;
    line("first read whole", began, cpu, front.take_count());
    let after = size_mib(folder.path())?;

    let (began, cpu) = (Stopwatch::now(), cpu_ms());
    test.pass(HOUR_MIN).await?;
    line("an hour at rest", began, cpu, front.take_count());

    // The compare of the night: everything is read and compared once.
    test.clock.set(test.clock.now().plus_minutes(DAY_MIN));
    let (began, cpu) = (Stopwatch::now(), cpu_ms());
    test.work().await?;
    line("compared whole", began, cpu, front.take_count());
    println!("database: {:.1} MiB more, {:.2} MiB a practice\n", after - before, (after - before) / PRACTICES as f64);
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
