//! When whose call-backs are made, how many fit, and whether that is often enough.

use greffon_core::model::care::Level;
use greffon_core::model::civil::{duration_text, minute_text};
use greffon_core::model::commitment::{CallbackGap, callback_gap, longest_callback_min};
use greffon_core::model::practice::{CallbackWindows, PluginKind, WeekHours};
use greffon_core::model::recipients::ON_CALL;
use greffon_core::ports::practices::{Feature, LivePractice};
use greffon_words::{Text, callbacks as words};
use serde_json::Value;

use super::diagnostic::{Diagnostic, Source};
use super::environment;
use super::loader::{Loaded, Loader};
use super::practice_file::CallbackWindowsFile;
use super::references::FORMATS;

/// Nobody makes more call-backs than this in one period.
const MOST_ROOM: u32 = 50;

impl Loader<'_> {
    pub(super) fn callback_windows(&self) -> Loaded<Vec<CallbackWindows>> {
        let mut windows: Vec<CallbackWindows> = Vec::new();
        for (index, written) in self.file.callback_windows.iter().enumerate() {
            let key = |name: &str| format!("callback-windows.{index}.{name}");
            self.known(&key("owner"), "recipient", &written.owner, self.file.recipients.keys())?;
            let site = self.site_of_windows(&key("site"), written)?;
            self.within(&key("room"), written.room, 1, MOST_ROOM)?;
            let hours = self.hours(&key("hours"), &written.hours)?;
            if hours.0.iter().all(Vec::is_empty) {
                let remedy = "write a period, for example { mon-fri = [\"12:00-13:00\"] }, or leave these windows out";
                return self.fail(&key("hours"), format!("\"{}\" never calls back here", written.owner), remedy);
            }
            if windows.iter().any(|one| one.owner == written.owner && overlap(&one.hours, &hours)) {
                let message = format!("two windows of \"{}\" overlap", written.owner);
                return self.fail(&key("hours"), message, "let one end before the next begins");
            }
            windows.push(CallbackWindows {
                owner: written.owner.clone(),
                site: site.into(),
                hours,
                room: written.room,
            });
        }
        Ok(windows)
    }

    fn site_of_windows<'f>(&'f self, key: &str, written: &'f CallbackWindowsFile) -> Loaded<&'f str> {
        let sites = &self.file.sites;
        if let Some(site) = &written.site {
            self.known(key, "site", site, sites.keys())?;
            return Ok(site);
        }
        let agenda = self.file.practitioners.get(&written.owner).and_then(|one| one.agendas.first());
        let own = agenda.map(|agenda| &agenda.site).filter(|site| sites.contains_key(*site));
        Ok(own.or_else(|| sites.keys().next()).map_or("", String::as_str))
    }
}

fn overlap(one: &WeekHours, other: &WeekHours) -> bool {
    let mut days = one.0.iter().zip(&other.0);
    days.any(|(one, other)| one.iter().any(|(start, end)| other.iter().any(|(from, to)| start < to && from < end)))
}

/// Owners whose windows are sparser than the shortest delay within which a call-back of theirs
/// is promised, so that most of a day's come on top: a grid's, or the host's ceiling for the
/// same day. What is very urgent waits for no window.
pub(super) fn too_rare(source: &Source<'_>, practice: &LivePractice) -> Vec<Diagnostic> {
    let locale = environment::locale(|name| environment::variable(name).ok());
    let mut found: Vec<(&str, Diagnostic)> = Vec::new();
    for (index, declared) in practice.callback_windows.iter().enumerate() {
        let owner = declared.owner.as_str();
        if found.iter().any(|(known, _)| *known == owner) {
            continue;
        }
        let own_min = u32::try_from(longest_callback_min(Level::SameDay)).unwrap_or(u32::MAX);
        let shortest = practice.features.iter().filter(|one| asks_of(one, practice, declared)).filter_map(shortest_min);
        let shortest = shortest.min_by_key(|(_, minutes)| *minutes).filter(|(_, minutes)| *minutes < own_min);
        let within_min = shortest.map_or(own_min, |(_, minutes)| minutes);
        let Some(gap) = callback_gap(practice, owner, within_min) else { continue };
        let (message, hint) = said(owner, gap, shortest, within_min);
        let key = format!("callback-windows.{index}.hours");
        found.push((owner, source.at_key(&key, message.of(locale).to_owned(), Some(hint.of(locale).to_owned()))));
    }
    found.into_iter().map(|(_, one)| one).collect()
}

/// Whether this grid's call-backs may be of the owner of these windows: of a clinician whom it
/// serves, or whoever is on call.
fn asks_of(feature: &Feature, practice: &LivePractice, windows: &CallbackWindows) -> bool {
    let serves = &feature.serves;
    let own = practice.practitioners.iter().find(|one| one.id.as_str() == windows.owner);
    let is_served = own.map(|one| serves.contact(Some(&windows.site), Some(&one.id)));
    feature.kind == Some(PluginKind::Triage)
        && FORMATS.contains(&feature.stamp.plugin.as_str())
        && is_served.unwrap_or(windows.owner == ON_CALL)
}

/// The grid, and the shortest delay in which it lets a clinician call back, in minutes.
fn shortest_min(feature: &Feature) -> Option<(&Feature, u32)> {
    let settings: Value = serde_json::from_str(feature.settings.as_ref()?.text()).ok()?;
    let protocols = settings["protocols"].as_array().into_iter().flatten();
    let concluded = protocols.flat_map(|one| ["red-flags", "rules"].map(|list| one[list].as_array().cloned()));
    let waits = |one: &Value| !matches!(one["level"].as_str(), Some("vital" | "very-urgent"));
    let minutes = |one: Value| u32::try_from(one["orientation"]["clinician-callback"].as_u64()?).ok();
    let shortest = concluded.flatten().flatten().filter(waits).filter_map(minutes).min()?;
    Some((feature, shortest))
}

/// What is wrong, and what to do.
fn said(owner: &str, gap: CallbackGap, grid: Option<(&Feature, u32)>, within_min: u32) -> (Text, Text) {
    let day = [
        words::monday,
        words::tuesday,
        words::wednesday,
        words::thursday,
        words::friday,
        words::saturday,
        words::sunday,
    ][gap.day]();
    let (at, delay) = (minute_text(gap.from_min), duration_text(within_min));
    let wait = duration_text(u32::try_from(gap.wait_min).unwrap_or(u32::MAX));
    match grid {
        Some((grid, _)) => {
            let message = words::too_rare_for_grid(&at, &day, &delay, grid.id().as_str(), owner, &wait);
            (message, words::add_or_wait(&day))
        }
        None => (words::too_rare_for_level(&at, &day, &delay, owner, &wait), words::add(&day)),
    }
}
