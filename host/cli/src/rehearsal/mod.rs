//! Rehearsals: a dialogue file is played through the whole host, with the real plugins and
//! a database of its own, and becomes a page that can be read aloud. Nothing is sent and no
//! agenda but the rehearsal's own is touched.

mod agenda;
mod dialogue;
mod outcome;
mod page;
mod talk;

use std::path::Path;

use anyhow::{Context as _, bail};
use greffon_core::jobs::Jobs;
use greffon_core::model::audit::Role;
use greffon_core::model::civil::{spoken_date, spoken_time};
use greffon_core::model::practice::Practice;
use greffon_core::ports::practices::Practices as _;
use greffon_server::RenderMetrics;
use serde_json::Value;

pub use self::dialogue::Dialogue;
pub use self::page::Page;
use self::page::{Outcome, Who};
use self::talk::{Script, Talk};
use crate::demo::api::Api;
use crate::demo::house::House;

/// Jobs taken from the queue at once.
const BATCH: u32 = 32;

/// How long after a booking its agenda is looked at again, in seconds, and how long after that its
/// news leaves.
const LOOK_SECONDS: i64 = 3;
const NEWS_SECONDS: i64 = 1;

/// Where rehearsals work.
pub struct Rooms<'a> {
    /// Compiled plugins are kept here from one dialogue to the next.
    pub folder: &'a Path,
    /// The example practices; the binary's own when absent.
    pub examples: Option<&'a Path>,
    /// What counts.
    pub metrics: RenderMetrics,
}

/// All example practices live in one zone, and their files say so.
const ZONE: &str = "Europe/Paris";

impl Rooms<'_> {
    /// Plays one dialogue, in a host that has seen nothing before.
    ///
    /// # Errors
    /// When the practice is not there, or a question has no answer in the dialogue.
    pub async fn play(&self, dialogue: &Dialogue) -> anyhow::Result<Page> {
        let at = dialogue::instant(&dialogue.at, ZONE)?;
        let room = tempfile::tempdir_in(self.folder).context("cannot make a temporary folder")?;
        let house = House::quiet(room.path(), self.folder, self.examples, at, self.metrics.clone()).await?;
        let played = self.play_in(&house, dialogue).await;
        house.host.database.close().await;
        played
    }

    async fn play_in(&self, house: &House, dialogue: &Dialogue) -> anyhow::Result<Page> {
        let directory = &house.host.wiring.directory;
        let Some(practice) = directory.get(&dialogue.practice.as_str().into()) else {
            let known: Vec<String> = directory.list().into_iter().map(|id| id.0).collect();
            bail!(
                "practice: no \"{}\" among the example practices: write one of {}",
                dialogue.practice,
                known.join(", ")
            );
        };
        let api = house.person("secretary", Role::Secretary)?;
        let place = (dialogue.practice.as_str(), practice.time_zone.as_str());
        let about = match &dialogue.before {
            Some(standing) => {
                let about = agenda::stands_before(&api, place, standing).await?;
                work(house).await?;
                Some(about)
            }
            None => None,
        };
        let mut page = page_of(dialogue, &practice)?;
        let mut seen = messages(&api, place.0).await?;
        let (otherwise, closes) = (dialogue.otherwise.as_ref(), dialogue.closes.as_ref());
        let script = Script { opening: &dialogue.opening, answers: &dialogue.answers, otherwise, closes };
        let first = Talk::new(&api, place, script, &mut page, about);
        let mut requests = vec![played(first, dialogue, house, &mut seen, false).await?];
        if let Some(second) = &dialogue.second {
            let script = Script { opening: &second.opening, answers: &second.answers, otherwise, closes };
            page.says(Who::Screen, "deuxième demande dans le même appel");
            let talk = Talk::new(&api, place, script, &mut page, None);
            requests.push(played(talk, dialogue, house, &mut seen, true).await?);
        }
        page.requests = requests;
        Ok(page)
    }
}

/// Does what is due, until the news of what was booked has left: that is once its agenda was looked
/// at again.
async fn work(house: &House) -> anyhow::Result<()> {
    let jobs = Jobs::new(house.host.reception.clone());
    for seconds in [0, LOOK_SECONDS, NEWS_SECONDS] {
        house.clock.pass_seconds(seconds);
        while jobs.run_due(BATCH).await? > 0 {}
    }
    Ok(())
}

async fn played(
    mut talk: Talk<'_>,
    dialogue: &Dialogue,
    house: &House,
    seen: &mut Vec<Value>,
    again: bool,
) -> anyhow::Result<Outcome> {
    let written = again || !dialogue.is_live();
    let mut view = talk.receive(&dialogue.channel, dialogue.number.as_deref(), written).await?;
    if dialogue.is_live() {
        let (last, still_there) = talk.talk(view).await?;
        talk.close(&last, still_there).await?;
        if !still_there {
            talk.call_back().await?;
        }
        view = talk.fresh().await?;
    }
    talk.look(&view);
    work(house).await?;
    view = talk.fresh().await?;
    let all = messages(talk.api, talk.practice).await?;
    let new: Vec<Value> =
        all.iter().filter(|one| !seen.iter().any(|known| known["id"] == one["id"])).rev().cloned().collect();
    *seen = all;
    let mut outcome = talk.outcome;
    outcome::fill(&mut outcome, &view, &new, talk.zone);
    Ok(outcome)
}

async fn messages(api: &Api, practice: &str) -> anyhow::Result<Vec<Value>> {
    api.list(&format!("/v1/practices/{practice}/messages")).await
}

fn page_of(dialogue: &Dialogue, practice: &Practice) -> anyhow::Result<Page> {
    let at: jiff::civil::DateTime = dialogue.at.parse().context("at is a civil time")?;
    let channel = match dialogue.channel.as_str() {
        "phone" => "téléphone",
        "counter" => "au guichet",
        "form" => "formulaire",
        "email" => "courriel",
        _ => "messagerie",
    };
    let heading = format!("{}, {channel}, {} à {}", practice.name, spoken_date(at.date()), spoken_time(at.time()));
    let mut page =
        Page { title: dialogue.title.clone(), class: dialogue.class, heading, turns: Vec::new(), requests: Vec::new() };
    if dialogue.channel == "phone" {
        let shown =
            dialogue.number.as_deref().map_or("numéro masqué".to_owned(), |number| format!("numéro {number}"));
        page.says(Who::Screen, &shown);
    }
    Ok(page)
}
