//! What a contact with one booking and two messages costs in statements and
//! transactions. `tests/benches/README.md` tells what it costs in time.

use std::process::Command;
use std::time::Duration;

use greffon_core::jobs::Jobs;

use crate::support::counting::{self, Counts};
use crate::support::host::{MONDAY, TestHost};
use crate::support::{postgres, practice, road};

/// Set in the process that counts.
const ALONE: &str = "GREFFON_TEST_COUNTS";

/// Most statements and transactions of a contact's acts and of its news, on either database. Four
/// keep what grids and script said, so that whoever reads the contact asks no plugin; two are
/// about the settings that it began with; four look for the patient, and write them down; five
/// read the patient's record for what may be said and sent; one asks whether the agenda's mirror
/// is fresh. Two ask who and what is not there: in the search and inside the claim. Two look for
/// what the patient has for the motive already.
const MOST: (u64, u64) = (91, 9);

/// Most of what looks after a booking whatever comes of the contact: the look at the agenda, and
/// the job that would have gone on with a booking of which nobody had heard.
const MOST_OF_A_LOOK: (u64, u64) = (11, 1);

/// How long after a booking its agenda is looked at again, and how long after that its news leaves.
const LOOK_AFTER: Duration = Duration::from_secs(3);
const NEWS_AFTER: Duration = Duration::from_secs(1);

/// The first contact teaches host and database what later ones know.
const CONTACTS: u64 = 5;

#[test]
fn a_contact_with_a_booking_takes_few_statements() -> anyhow::Result<()> {
    if std::env::var_os(ALONE).is_some() {
        return count();
    }
    // What is counted is the process's: it must not be this one, whose tests run
    // beside each other.
    let name = "road_of_a_contact::a_contact_with_a_booking_takes_few_statements";
    let output =
        Command::new(std::env::current_exe()?).args(["--exact", name, "--nocapture"]).env(ALONE, "1").output()?;
    let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{said}");
    assert!(output.status.success(), "{said}{told}");
    Ok(())
}

#[tokio::main]
async fn count() -> anyhow::Result<()> {
    counting::begin();
    let file = practice::local("cabinet");
    let test = TestHost::sqlite(&[("cabinet", file.clone())]).await?;
    hold("SQLite", &test).await?;
    let Some(database) = postgres::fresh().await? else { return Ok(()) };
    let test = TestHost::over(&database.url, &[("cabinet", file)]).await?;
    hold("PostgreSQL", &test).await
}

async fn hold(database: &str, test: &TestHost) -> anyhow::Result<()> {
    let (mut road, mut look) = (Counts::default(), Counts::default());
    for number in 0..=CONTACTS {
        counting::take();
        road::walk(&test.secretary, "cabinet", &format!("count-{number}"), MONDAY).await?;
        test.work().await?;
        let acts = counting::take();
        test.clock.advance(LOOK_AFTER);
        test.work().await?;
        // Due with the news, in an earlier lane.
        test.clock.advance(NEWS_AFTER);
        Jobs::new(test.host.reception.clone()).run_due(1).await?;
        let looked = counting::take();
        test.work().await?;
        let news = counting::take();
        if number > 0 {
            road += acts;
            road += news;
            look += looked;
        }
    }
    held(&format!("{database}, the road of a contact"), &road, MOST)?;
    held(&format!("{database}, the look after its booking"), &look, MOST_OF_A_LOOK)
}

fn held(what: &str, counts: &Counts, (most, most_transactions): (u64, u64)) -> anyhow::Result<()> {
    let (statements, transactions) = (counts.statements().div_ceil(CONTACTS), counts.transactions().div_ceil(CONTACTS));
    println!(
        "{what}: {statements} statements in {transactions} transactions, {} looks at the queue for all {CONTACTS}:\n{counts}",
        counts.looks()
    );
    anyhow::ensure!(statements > 0, "nothing was counted");
    anyhow::ensure!(statements <= most, "{what}: {statements} statements per contact, {most} at most");
    anyhow::ensure!(
        transactions <= most_transactions,
        "{what}: {transactions} transactions per contact, {most_transactions} at most"
    );
    Ok(())
}
