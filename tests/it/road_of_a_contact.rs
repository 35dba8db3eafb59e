//! What a contact with one booking and two messages costs in statements and
//! transactions. `tests/benches/README.md` tells what it costs in time.

use std::process::Command;
use std::time::Duration;

use crate::support::counting::{self, Counts};
use crate::support::host::{MONDAY, TestHost};
use crate::support::{postgres, practice, road};

/// Set in the process that counts.
const ALONE: &str = "GREFFON_TEST_COUNTS";

/// Most statements and transactions of a contact's acts and of its news, on SQLite and on
/// PostgreSQL. Four keep what grids and script said, so that whoever reads the contact asks no
/// plugin; two are about the settings that it began with; four look for the patient, and write
/// them down; seven read the patient's record for what may be said and sent; one asks whether the
/// agenda's mirror is fresh. Two ask who and what is not there: in the search and inside the
/// claim. Four look for what the patient has for the motive already.
const MOST_ON_SQLITE: (u64, u64) = (91, 10);
const MOST_ON_POSTGRES: (u64, u64) = (92, 10);

/// Most of the look at the agenda after a booking, which is made whatever comes of the contact.
const MOST_OF_A_LOOK: (u64, u64) = (10, 2);

/// How many seconds after a booking its agenda is looked at again, and how many after that its
/// news leaves.
const LOOK_AFTER_S: u64 = 3;
const NEWS_AFTER_S: u64 = 1;

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
    hold("SQLite", &test, MOST_ON_SQLITE).await?;
    let Some(database) = postgres::fresh().await? else { return Ok(()) };
    let test = TestHost::over(&database.url, &[("cabinet", file)]).await?;
    hold("PostgreSQL", &test, MOST_ON_POSTGRES).await
}

async fn hold(database: &str, test: &TestHost, most: (u64, u64)) -> anyhow::Result<()> {
    let (mut road, mut look) = (Counts::default(), Counts::default());
    for number in 0..=CONTACTS {
        counting::take();
        road::walk(&test.secretary, "cabinet", &format!("count-{number}"), MONDAY).await?;
        test.work().await?;
        let acts = counting::take();
        test.clock.advance(Duration::from_secs(LOOK_AFTER_S));
        test.work().await?;
        let looked = counting::take();
        // The news leaves once the agenda was looked at again.
        test.clock.advance(Duration::from_secs(NEWS_AFTER_S));
        test.work().await?;
        let news = counting::take();
        if number > 0 {
            road += acts;
            road += news;
            look += looked;
        }
    }
    held(&format!("{database}, the road of a contact"), &road, most)?;
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
