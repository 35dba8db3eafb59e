//! What patients come for: motives with their rules, what they take, and hours that are kept
//! for some.

use greffon_core::model::practice::{Motive, OneOf, OwnDuration, ReservedHours, Resource};
use greffon_core::model::scheduling::VisitMode;

use super::loader::{Loaded, Loader};
use super::practice_file::{MotiveFile, OwnDurationFile, TakenFile};
use super::services;

/// Hours are released 30 days before at the earliest, in minutes.
const EARLIEST_RELEASE_MIN: u32 = 30 * 24 * 60;

impl Loader<'_> {
    pub(super) fn motive(&self, id: &str, motive: &MotiveFile) -> Loaded<Motive> {
        let key = |name: &str| format!("motives.{id}.{name}");
        self.within(&key("duration-min"), motive.duration_min, 1, 480)?;
        let durations = self.durations(id, &motive.durations)?;
        self.within(&key("before-min"), motive.before_min, 0, 240)?;
        self.within(&key("after-min"), motive.after_min, 0, 240)?;
        let grid_min = motive.grid_min.unwrap_or(motive.duration_min.min(60));
        self.within(&key("grid-min"), grid_min, 1, 60)?;
        let max_horizon_days = motive.max_horizon_days.unwrap_or(90);
        self.within(&key("max-horizon-days"), max_horizon_days, 1, 730)?;
        if let Some(most) = motive.max_per_day {
            self.within(&key("max-per-day"), most, 0, 500)?;
        }
        let seats = motive.seats.unwrap_or(1);
        self.within(&key("seats"), seats, 1, 50)?;
        for (index, practitioner) in motive.practitioners.iter().enumerate() {
            let key = format!("{}.{index}", key("practitioners"));
            self.known(&key, "practitioner", practitioner, self.file.practitioners.keys())?;
        }
        let resources = self.taken(id, &motive.resources, seats)?;
        Ok(Motive {
            id: id.into(),
            label: motive.label.clone(),
            synonyms: motive.synonyms.clone(),
            medical: motive.medical,
            floor: motive.floor,
            duration_min: motive.duration_min,
            durations,
            before_min: motive.before_min,
            after_min: motive.after_min,
            grid_min,
            min_notice_min: motive.min_notice_min,
            max_horizon_days,
            max_per_day: motive.max_per_day,
            patients: motive.patients,
            modes: if motive.modes.is_empty() { vec![VisitMode::Office] } else { motive.modes.clone() },
            practitioners: motive.practitioners.iter().map(|one| one.as_str().into()).collect(),
            seats,
            resources,
            instructions: motive.instructions.as_deref().map(services::put_text),
            documents: motive.documents.clone(),
            arrive_early_min: motive.arrive_early_min,
        })
    }

    fn durations(&self, motive: &str, written: &[OwnDurationFile]) -> Loaded<Vec<OwnDuration>> {
        let mut durations: Vec<OwnDuration> = Vec::new();
        for (index, one) in written.iter().enumerate() {
            let key = |name: &str| format!("motives.{motive}.durations.{index}.{name}");
            self.within(&key("duration-min"), one.duration_min, 1, 480)?;
            if let Some(practitioner) = &one.practitioner {
                self.known(&key("practitioner"), "practitioner", practitioner, self.file.practitioners.keys())?;
            }
            if let Some(site) = &one.site {
                self.known(&key("site"), "site", site, self.file.sites.keys())?;
            }
            let own = OwnDuration {
                practitioner: one.practitioner.as_deref().map(Into::into),
                site: one.site.as_deref().map(Into::into),
                duration_min: one.duration_min,
            };
            if own.practitioner.is_none() && own.site.is_none() {
                let remedy = format!("name a practitioner or a site, or write motives.{motive}.duration-min");
                return self.fail(&key("duration-min"), "this duration is of nobody and of nowhere", remedy);
            }
            if durations.iter().any(|other| (&other.practitioner, &other.site) == (&own.practitioner, &own.site)) {
                let message = "a second duration of the same practitioner and site";
                return self.fail(&key("duration-min"), message, "keep one of the two");
            }
            durations.push(own);
        }
        Ok(durations)
    }

    /// What a motive takes beside the practitioner.
    fn taken(&self, motive: &str, written: &[TakenFile], seats: u32) -> Loaded<Vec<OneOf>> {
        let key = format!("motives.{motive}.resources");
        if seats > 1 && !written.is_empty() {
            let remedy = "leave out resources or seats: a room is given to one appointment at a time";
            return self.fail(&key, "a motive of several seats takes no resources", remedy);
        }
        let mut named: Vec<&str> = Vec::new();
        let mut taken = Vec::new();
        for (index, choice) in written.iter().enumerate() {
            let key = format!("{key}.{index}");
            if choice.names().is_empty() {
                return self.fail(&key, "there is nothing to choose from", "name the resources of which one is taken");
            }
            for name in choice.names() {
                self.known(&key, "resource", name, self.file.resources.keys())?;
                if named.contains(&name.as_str()) {
                    return self.fail(&key, format!("\"{name}\" is taken twice"), "name each resource once");
                }
                named.push(name);
            }
            taken.push(OneOf(choice.names().iter().map(|name| name.as_str().into()).collect()));
        }
        Ok(taken)
    }

    pub(super) fn resources(&self) -> Loaded<Vec<Resource>> {
        let mut resources = Vec::new();
        for (id, written) in &self.file.resources {
            let key = format!("resources.{id}");
            if let Some(site) = &written.site {
                self.known(&format!("{key}.site"), "site", site, self.file.sites.keys())?;
            }
            resources.push(Resource {
                id: id.as_str().into(),
                name: written.name.clone(),
                site: written.site.as_deref().map(Into::into),
                absences: self.absences(&key, &written.absences)?,
            });
        }
        Ok(resources)
    }

    pub(super) fn reserved(&self) -> Loaded<Vec<ReservedHours>> {
        let mut reserved = Vec::new();
        for (id, written) in &self.file.reserved {
            let key = |name: &str| format!("reserved.{id}.{name}");
            if written.motives.is_empty() {
                let message = "these hours are kept for nothing";
                return self.fail(&key("motives"), message, "name the motives that they are kept for");
            }
            for (index, motive) in written.motives.iter().enumerate() {
                self.known(&format!("{}.{index}", key("motives")), "motive", motive, self.file.motives.keys())?;
            }
            for (index, one) in written.practitioners.iter().enumerate() {
                let key = format!("{}.{index}", key("practitioners"));
                self.known(&key, "practitioner", one, self.file.practitioners.keys())?;
            }
            for (index, site) in written.sites.iter().enumerate() {
                self.known(&format!("{}.{index}", key("sites")), "site", site, self.file.sites.keys())?;
            }
            let hours = self.hours(&key("hours"), &written.hours)?;
            if hours.0.iter().all(Vec::is_empty) {
                let remedy = "write a period, for example { mon-fri = [\"11:00-12:00\"] }, or leave these hours out";
                return self.fail(&key("hours"), "no hour is kept here", remedy);
            }
            if let Some(minutes) = written.release_min {
                self.within(&key("release-min"), minutes, 0, EARLIEST_RELEASE_MIN)?;
            }
            reserved.push(ReservedHours {
                id: id.clone(),
                label: written.label.clone(),
                motives: written.motives.iter().map(|one| one.as_str().into()).collect(),
                practitioners: written.practitioners.iter().map(|one| one.as_str().into()).collect(),
                sites: written.sites.iter().map(|one| one.as_str().into()).collect(),
                hours,
                release_min: written.release_min,
            });
        }
        Ok(reserved)
    }
}
