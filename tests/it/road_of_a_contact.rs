//! What a contact with one booking and two messages costs in statements and
//! transactions. `tests/benches/README.md` tells what it costs in time.

use std::process::Command;
use std::time::Duration;

use crate::support::host::{MONDAY, TestHost};
use crate::support::{counting, postgres, practice, road};

/// Set in the process that counts.
const ALONE: &str = "GREFFON_TEST_COUNTS";

/// Most statements and transactions of a contact, on SQLite and on PostgreSQL. Four keep
/// what grids and script said, so that whoever reads the contact asks no plugin; two are
/// about the settings that it began with; four look for the
/// patient, and write them down; seven read the patient's record for what may be said and sent; one
/// asks whether the agenda's mirror is fresh. Three ask who and what is not there: in the
/// search, before the claim and inside it. Three look for what the patient has for the motive
/// already, and one for each appointment that is found: three, here, where each contact books
/// another one. Ten are the look at the agenda after the booking, before which no news leaves.
const MOST_ON_SQLITE: (u64, u64) = (111, 11);
const MOST_ON_POSTGRES: (u64, u64) = (112, 11);

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

async fn hold(database: &str, test: &TestHost, (most, most_transactions): (u64, u64)) -> anyhow::Result<()> {
    for number in 0..=CONTACTS {
        if number == 1 {
            test.work().await?;
            counting::take();
        }
        road::walk(&test.secretary, "cabinet", &format!("count-{number}"), MONDAY).await?;
        test.work().await?;
        // The news leaves once the agenda was looked at again.
        for seconds in [LOOK_AFTER_S, NEWS_AFTER_S] {
            test.clock.advance(Duration::from_secs(seconds));
            test.work().await?;
        }
    }
    let counts = counting::take();
    let (statements, transactions) = (counts.statements().div_ceil(CONTACTS), counts.transactions().div_ceil(CONTACTS));
    println!(
        "{database}: {statements} statements in {transactions} transactions per contact, {} looks at the queue for all {CONTACTS}:\n{counts}",
        counts.looks()
    );
    anyhow::ensure!(statements > 0, "nothing was counted");
    anyhow::ensure!(statements <= most, "{database}: {statements} statements per contact, {most} at most");
    anyhow::ensure!(
        transactions <= most_transactions,
        "{database}: {transactions} transactions per contact, {most_transactions} at most"
    );
    Ok(())
}
