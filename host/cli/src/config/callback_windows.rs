//! When whose call-backs are made, and how many fit.

use greffon_core::model::practice::{CallbackWindows, WeekHours};

use super::loader::{Loaded, Loader};
use super::practice_file::CallbackWindowsFile;

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
