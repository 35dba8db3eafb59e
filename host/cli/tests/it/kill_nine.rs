//! `kill -9` at any moment: after a restart everything is where its state says.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

/// How often a day is killed before it may end.
const KILLS_A_DAY: usize = 10;

/// Days that are killed: one, or ten under `.ci/full`.
fn days() -> usize {
    if std::env::var_os("GREFFON_TEST_FULL").is_some() { 10 } else { 1 }
}

/// Different moments in every run of the loop, the same in every run of the
/// test.
fn moments() -> impl Iterator<Item = Duration> {
    let mut seed = 0x9e37_79b9_u32;
    std::iter::repeat_with(move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Duration::from_millis(u64::from(seed >> 16) % 2500)
    })
}

#[test]
fn a_demo_day_killed_again_and_again_loses_and_doubles_nothing() -> anyhow::Result<()> {
    let mut moments = moments();
    let mut killed = 0;
    for _ in 0..days() {
        killed += play_and_kill(moments.by_ref().take(KILLS_A_DAY))?;
    }
    println!("killed {killed} of {} runs before their end", days() * KILLS_A_DAY);
    Ok(())
}

/// One day, killed at these moments and then left to end. How many kills came
/// before its end.
fn play_and_kill(moments: impl Iterator<Item = Duration>) -> anyhow::Result<usize> {
    let folder = tempfile::tempdir()?;
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_greffon"))
            .args(["demo", "--json", "--data"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    };
    let mut killed = 0;
    for moment in moments {
        let mut process = start()?;
        // The moment is the point: past the start-up, somewhere in the day.
        std::thread::sleep(Duration::from_millis(700) + moment);
        if process.try_wait()?.is_none() {
            process.kill()?;
            killed += 1;
        }
        process.wait()?;
    }
    let output = start()?.wait_with_output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let summary: Value = serde_json::from_slice(&output.stdout).with_context(|| errors.into_owned())?;
    assert_eq!(summary["double_bookings"], 0, "{summary}");
    assert_eq!(summary["lost"], 0, "{summary}");
    assert_eq!(summary["commitments"]["open"], 0, "{summary}");
    assert_eq!(summary["alerts"]["open"], 0, "{summary}");
    assert!(summary["alerts"]["raised"].as_u64().is_some_and(|count| count >= 8), "{summary}");
    let in_hand = summary["alerts"]["acknowledged_after_s"].as_array().map_or(0, Vec::len);
    assert_eq!(summary["alerts"]["raised"], in_hand, "{summary}");
    assert!(summary["contacts"].as_u64().is_some_and(|count| count >= 80), "{summary}");
    Ok(killed)
}
