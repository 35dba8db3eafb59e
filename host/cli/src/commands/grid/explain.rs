//! `greffon grid explain`: what a practitioner reads before signing.

use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use greffon_core::model::care::PracticeContext;
use greffon_core::model::civil::Zone;
use greffon_core::model::practice::PluginKind;
use greffon_core::model::triage::Protocol;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::ports::plugins::Bound;
use greffon_core::ports::practices::LivePractice;

use super::page::{self, Page};
use super::read::read;
use super::walk::{Thresholds, Tree, Walk};
use crate::config::signed::Signable;
use crate::output;
use crate::wire::Wiring;

pub(super) async fn run(wiring: &Wiring, practice: &str, only: Option<&str>) -> anyhow::Result<ExitCode> {
    let read = read(wiring, practice)?;
    let grids = read.practice.features.iter().filter(|one| one.kind == Some(PluginKind::Triage));
    let mut pages = Vec::new();
    let mut unread = false;
    for feature in grids {
        match read.signables.iter().find(|one| one.feature == *feature.id()) {
            Some(grid) => pages.extend(of_grid(&read.practice, grid, only).await?),
            None => {
                unread = true;
                output::note(&format!(
                    "{}: has errors\n\nhint: see them with: greffon grid check {practice}",
                    feature.id()
                ));
            }
        }
    }
    ensure!(
        unread || !pages.is_empty(),
        "practice \"{practice}\" has no grid{}",
        only.map_or(String::new(), |motive| format!(" for \"{motive}\""))
    );
    output::data(&pages.join("\n\n"))?;
    Ok(if unread { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The pages of one grid, a motive each.
async fn of_grid(practice: &LivePractice, grid: &Signable, only: Option<&str>) -> anyhow::Result<Vec<String>> {
    let Bound::Triage(triage) = &grid.bound else { return Ok(Vec::new()) };
    let settings: serde_json::Value = serde_json::from_str(grid.text.text()).context("the settings are no JSON")?;
    let protocols = triage.protocols();
    let mut motives: Vec<Option<&str>> = Vec::new();
    for protocol in protocols {
        let named = protocol.motives.iter().map(|motive| Some(motive.as_str()));
        for motive in named.chain(protocol.motives.is_empty().then_some(None)) {
            if !motives.contains(&motive) {
                motives.push(motive);
            }
        }
    }
    let mut pages = Vec::new();
    for motive in motives.into_iter().filter(|motive| only.is_none() || *motive == only) {
        let serving: Vec<&Protocol> = protocols.iter().filter(|one| serves(one, motive)).collect();
        let own = of_motive(&settings, &serving);
        let thresholds = Thresholds::of(&own);
        let starts = serving
            .iter()
            .flat_map(|one| one.min_age_days.into_iter().chain(one.max_age_days.map(|most| most.saturating_add(1))));
        let mut walk = Walk::new(triage.as_ref(), &thresholds, context(practice), motive.map(str::to_owned));
        let mut ages: Vec<(Option<u32>, Option<Tree>)> = Vec::new();
        for start in thresholds.ages(starts) {
            ages.push((Some(start), walk.all(Some(start)).await));
        }
        ages.push((None, walk.all(None).await));
        pages.push(page::text(&Page { practice, grid, motive, protocols: &serving, thresholds: &thresholds, ages }));
    }
    Ok(pages)
}

fn serves(protocol: &Protocol, motive: Option<&str>) -> bool {
    match motive {
        Some(motive) => protocol.motives.iter().any(|one| one == motive),
        None => protocol.motives.is_empty(),
    }
}

/// The settings of these protocols, where they are written as the bundled plugin has them;
/// all settings otherwise.
fn of_motive(settings: &serde_json::Value, serving: &[&Protocol]) -> serde_json::Value {
    let Some(written) = settings["protocols"].as_array() else { return settings.clone() };
    let is_one = |one: &&serde_json::Value| serving.iter().any(|protocol| one["id"] == protocol.content.id.as_str());
    written.iter().filter(is_one).cloned().collect()
}

/// A Monday morning like any other.
fn context(practice: &LivePractice) -> PracticeContext {
    let zone = Zone::of(practice);
    let now = SystemClock.now();
    PracticeContext {
        site: practice.sites.first().map_or(String::new(), |site| site.id.to_string()),
        practitioner: None,
        speciality: None,
        zone: practice.time_zone.clone(),
        now,
        now_local: zone.text(now),
        opening: Vec::new(),
        language: "fr".to_owned(),
    }
}
