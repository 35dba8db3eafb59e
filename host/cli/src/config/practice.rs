//! From a practice file to a [`LivePractice`]: every reference exists, every
//! number is in range, or the file is refused. A feature whose plugin cannot be
//! bound (its secrets, its settings, the plugin itself) is out, and says why.

use std::path::Path;
use std::rc::Rc;

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::agenda_mirror::AGENDA_FRESH_S;
use greffon_core::model::approval::Approval;
use greffon_core::model::care::{Level, Sensitivity};
use greffon_core::model::civil::parse_date;
use greffon_core::model::holidays::{Closures, Territory};
use greffon_core::model::person::Identifier;
use greffon_core::model::pin::SettingsDigest;
use greffon_core::model::practice::{
    Absence, AgendaChanges, Delays, LONGEST_DELAYS, PluginKind, Practice, Practitioner, PractitionerAgenda, RedFlag,
    Site, Supervision, WeekHours, WhoTells,
};
use greffon_core::model::triage::FindingSeverity;
use greffon_core::ports::plugins::Stamp;
use greffon_core::ports::practices::{Feature, LivePractice};
use greffon_core::time::Instant;
use greffon_runtime::binding::{MailRelay, MailSecurity};
use sha2::{Digest as _, Sha256};

use super::alerts;
use super::binding;
use super::callback_windows;
use super::confined::Folder;
use super::diagnostic::{Diagnostic, Findings, Source};
use super::hours;
use super::loader::{Loaded, Loader, Surroundings};
use super::plugins::Plugins;
use super::practice_file::{
    AbsenceFile, AgendaFile, FeatureFile, Hours, MailSecurityFile, PracticeFile, PractitionerFile, SiteFile,
    WhoTellsFile,
};
use super::practice_folders::{PRACTICE_FILE, unread};
use super::practice_id;
use super::said;
use super::services;
use super::signed::Signable;
use super::watched::Watched;

/// Authority of RPPS numbers (ANS, NOS: `urn:oid:1.2.250.1.71.4.2.1`).
const RPPS: &str = "urn:oid:1.2.250.1.71.4.2.1";

/// What a practice file came to.
#[derive(Debug)]
pub struct Read {
    /// The practice, with its features bound as far as they can be.
    pub practice: LivePractice,
    /// What keeps features from being used, and what plugins find in their
    /// settings; what is no error is a warning.
    pub findings: Findings,
    /// Those of the findings that are permissions which a plugin asks for, is not
    /// granted, and may do without.
    pub ungranted: Vec<Diagnostic>,
    /// The files that it was read from.
    pub watched: Watched,
    /// Those of the findings that are about what may be said: grids, scripts, instructions.
    pub contents: Findings,
    /// What its files of signatures say that is not remembered yet.
    pub seen: Vec<Approval>,
    /// Its grids and scripts that can be read, signed or not, in the file's order.
    pub signables: Vec<Signable>,
    /// Whether an approval has ended, so that no earlier configuration may go on.
    lapsed: bool,
    /// Of each feature whose content is to be signed, the settings whose signature holds.
    signed: Vec<(FeatureId, Vec<SettingsDigest>)>,
    /// From when on it is to be read again although no file changed: an approval ends.
    pub until: Option<Instant>,
}

impl Read {
    /// The findings that keep features from being used.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        let errors = self.findings.iter().filter(|(severity, _)| *severity == FindingSeverity::Error);
        errors.map(|(_, diagnostic)| diagnostic)
    }

    /// Whether an earlier configuration may go on in place of this one: every approval of
    /// it holds, and every signature under its grids and scripts.
    pub fn lets_go_on(&self, earlier: &LivePractice) -> bool {
        let is_signed = |(feature, signed): &(FeatureId, Vec<SettingsDigest>)| {
            let used = earlier.feature(feature).filter(|one| one.bound.is_ok()).and_then(|one| one.settings.as_ref());
            used.is_none_or(|settings| signed.contains(&settings.digest()))
        };
        !self.lapsed && self.signed.iter().all(is_signed)
    }

    /// Whether it may be better at the next try, although no file changed.
    pub fn may_pass(&self) -> bool {
        self.practice.features.iter().any(|one| one.bound.as_ref().is_err_and(|problem| problem.passing))
    }
}

/// Longest age of an agenda's reading that a search may rely on, in seconds.
const LONGEST_FRESH_S: u32 = 600;

/// Largest practice file, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// Reads the practice of a folder, with the files that it names.
///
/// # Errors
/// The first thing that is wrong, with file, line, column, key, value and
/// remedy.
pub fn read(folder: Folder, around: &Surroundings) -> Result<Read, Box<Diagnostic>> {
    let content = folder.read(PRACTICE_FILE, MOST_BYTES).map_err(|refused| unread(folder.path(), &refused))?;
    let text = content.text().map_err(|refused| unread(folder.path(), &refused))?;
    let source = Source { file: &content.path, text };
    let written: PracticeFile = toml::from_str(text).map_err(|error| source.unreadable(&error))?;
    let loader = Loader::new(&source, &written, around, Rc::new(folder));
    loader.watched.borrow_mut().note(loader.own.path(), Path::new(PRACTICE_FILE), &content);
    let mut practice = loader.practice()?;
    let (features, signables, mut findings) = loader.features(around.plugins.as_ref())?;
    findings.extend(loader.findings.borrow().iter().cloned());
    let contents = loader.findings.take();
    let ungranted = loader.ungranted.into_inner();
    let warnings = loader.warnings.into_inner().into_iter().chain(ungranted.iter().cloned());
    findings.extend(warnings.map(|one| (FindingSeverity::Warning, one)));
    let (lapsed, until, signed, seen) =
        (loader.lapsed.get(), loader.until.get(), loader.signed.take(), loader.seen.take());
    let watched = loader.watched.into_inner();
    practice.revision = revision(&watched, &features);
    let practice = LivePractice { practice, features };
    findings.extend(alerts::unheard(&source, &practice, around.supervised).map(|one| (FindingSeverity::Warning, one)));
    findings
        .extend(callback_windows::too_rare(&source, &practice).into_iter().map(|one| (FindingSeverity::Warning, one)));
    Ok(Read { practice, findings, ungranted, watched, contents, seen, signables, lapsed, signed, until })
}

impl Loader<'_> {
    /// The features, bound as far as they can be, and what was found.
    fn features(&self, plugins: &dyn Plugins) -> Loaded<(Vec<Feature>, Vec<Signable>, Findings)> {
        let relay = self.mail();
        let sends = |feature: &FeatureFile| feature.grants.mail;
        if !self.file.features.values().any(sends)
            && let Err(problem) = &relay
        {
            return Err(problem.clone());
        }
        let (mut features, mut signables, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        for (id, written) in &self.file.features {
            let built = binding::build(self, id, written, &relay, plugins)?;
            if matches!(built.feature.kind, Some(PluginKind::Triage | PluginKind::Script) | None) {
                self.findings.borrow_mut().extend(built.findings.iter().cloned());
            } else {
                findings.extend(built.findings);
            }
            features.push(built.feature);
            signables.extend(built.signable);
        }
        self.agendas_are_served(&mut features)?;
        Ok((features, signables, findings))
    }

    fn practice(&self) -> Loaded<Practice> {
        let file = self.file;
        self.identity()?;
        if file.sites.is_empty() {
            return self.fail("sites", "the practice has no site", "add [sites.<name>] with a name");
        }
        let sites = file
            .sites
            .iter()
            .map(|(id, site)| {
                Ok(Site {
                    id: id.as_str().into(),
                    name: site.name.clone(),
                    address: site.address.clone(),
                    hours: self.hours(&format!("sites.{id}.hours"), &site.hours)?,
                    closures: self.closures(id, site)?,
                })
            })
            .collect::<Loaded<Vec<_>>>()?;
        let practitioners =
            file.practitioners.iter().map(|(id, one)| self.practitioner(id, one)).collect::<Loaded<Vec<_>>>()?;
        let motives = file.motives.iter().map(|(id, motive)| self.motive(id, motive)).collect::<Loaded<Vec<_>>>()?;
        self.other_texts();
        Ok(Practice {
            id: PracticeId(file.id.clone()),
            name: file.name.clone(),
            time_zone: file.time_zone.clone(),
            revision: String::new(),
            greeting: file.greeting.as_deref().map(services::put_text),
            phone: file.phone.clone(),
            demo: file.demo,
            sites,
            practitioners,
            motives,
            resources: self.resources()?,
            reserved: self.reserved()?,
            red_flags: self.red_flags()?,
            laboratory: self.laboratory()?,
            instructions: self.instructions()?,
            recipients: self.recipients()?,
            alerts: self.rungs()?,
            alert_test: self.alert_test()?,
            disclosure: self.disclosure()?,
            supervision: Supervision::default(),
            delays: self.delays()?,
            callback_windows: self.callback_windows()?,
            retention: self.retention()?,
            agenda_fresh_s: self.agenda_fresh_s()?,
            agenda_changes: AgendaChanges {
                moved: who_tells(file.agenda_changes.moved),
                cancelled: who_tells(file.agenda_changes.cancelled),
            },
        })
    }

    fn identity(&self) -> Loaded<()> {
        let file = self.file;
        if !practice_id::is_plain(&file.id) {
            return self.fail("id", format!("{:?} is not a practice id", file.id), practice_id::HINT);
        }
        let folder = self.own.path().file_name().unwrap_or_default();
        if folder != file.id.as_str() {
            let folder = folder.display();
            return self.fail(
                "id",
                format!("the id \"{}\" is not the folder's name \"{folder}\"", file.id),
                format!("rename the folder to {}, or the id to \"{folder}\"", file.id),
            );
        }
        if jiff::tz::TimeZone::get(&file.time_zone).is_err() {
            return self.fail(
                "time-zone",
                format!("unknown time zone \"{}\"", file.time_zone),
                "write an IANA name such as \"Europe/Paris\" or \"Indian/Reunion\"",
            );
        }
        Ok(())
    }

    pub(super) fn hours(&self, key: &str, written: &Hours) -> Loaded<WeekHours> {
        hours::parse(written).map_err(|error| {
            self.source.at_key(
                &format!("{key}.{}", error.key),
                error.message,
                Some("example: { mon-fri = [\"08:00-12:30\", \"14:00-19:00\"] }".to_owned()),
            )
        })
    }

    fn practitioner(&self, id: &str, one: &PractitionerFile) -> Loaded<Practitioner> {
        let key = format!("practitioners.{id}");
        if let Some(rpps) = &one.rpps
            && (rpps.len() != 11 || !rpps.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return self.fail(&format!("{key}.rpps"), format!("\"{rpps}\" is not an RPPS number"), "11 digits");
        }
        let agendas = one
            .agendas
            .iter()
            .enumerate()
            .map(|(index, agenda)| self.agenda(&format!("{key}.agendas.{index}"), agenda))
            .collect::<Loaded<Vec<_>>>()?;
        let absences = self.absences(&key, &one.absences)?;
        Ok(Practitioner {
            id: id.into(),
            name: one.name.clone(),
            speciality: one.speciality.clone(),
            identifier: one.rpps.as_ref().map(|rpps| Identifier { system: RPPS.to_owned(), value: rpps.clone() }),
            agendas,
            absences,
        })
    }

    pub(super) fn absences(&self, key: &str, written: &[AbsenceFile]) -> Loaded<Vec<Absence>> {
        let one = |(index, absence): (usize, &AbsenceFile)| {
            let key = format!("{key}.absences.{index}");
            let from = self.civil(&format!("{key}.from"), &absence.from)?;
            let to = self.civil(&format!("{key}.to"), &absence.to)?;
            if from >= to {
                return self.fail(&format!("{key}.to"), "the absence ends before it begins", "swap from and to");
            }
            Ok(Absence { from: absence.from.clone(), to: absence.to.clone() })
        };
        written.iter().enumerate().map(one).collect()
    }

    fn civil(&self, key: &str, text: &str) -> Loaded<jiff::civil::DateTime> {
        text.parse().or_else(|_| {
            self.fail(key, format!("\"{text}\" is not a civil time"), "write \"2026-11-21T08:00\", without a zone")
        })
    }

    fn agenda(&self, key: &str, agenda: &AgendaFile) -> Loaded<PractitionerAgenda> {
        self.known(&format!("{key}.site"), "site", &agenda.site, self.file.sites.keys())?;
        self.known(&format!("{key}.feature"), "feature", &agenda.feature, self.file.features.keys())?;
        let hours = match &agenda.hours {
            Some(written) => self.hours(&format!("{key}.hours"), written)?,
            None => self.hours(&format!("sites.{}.hours", agenda.site), &self.file.sites[&agenda.site].hours)?,
        };
        Ok(PractitionerAgenda {
            agenda: agenda.agenda.as_str().into(),
            feature: agenda.feature.as_str().into(),
            site: agenda.site.as_str().into(),
            hours,
        })
    }

    fn red_flags(&self) -> Loaded<Vec<RedFlag>> {
        self.file
            .red_flags
            .iter()
            .map(|(id, flag)| {
                if !flag.level.at_least(Level::SameDay) {
                    let key = format!("red-flags.{id}.level");
                    return self.fail(
                        &key,
                        format!("a red flag cannot be \"{}\"", flag.level.as_str()),
                        "vital, very-urgent or same-day",
                    );
                }
                let key = format!("red-flags.{id}.spoken");
                let wrong = said::faults(&flag.spoken, said::Of::Content);
                // A sign that nobody may ask for is not left out: the file is refused.
                if let Some((_, message)) = wrong.iter().find(|(severity, _)| *severity == FindingSeverity::Error) {
                    return Err(self.source.at_key(&key, message.clone(), None));
                }
                self.says(&key, &wrong);
                Ok(RedFlag {
                    id: id.clone(),
                    spoken: services::put_text(&flag.spoken),
                    words: flag.words.clone(),
                    level: flag.level,
                })
            })
            .collect()
    }

    fn closures(&self, id: &str, site: &SiteFile) -> Loaded<Closures> {
        let day = |(index, written): (usize, &String)| {
            parse_date(written).or_else(|_| {
                let key = format!("sites.{id}.closed.{index}");
                self.fail(&key, format!("\"{written}\" is not a day"), "write \"2026-12-24\"")
            })
        };
        Ok(Closures {
            holidays: site.holidays.map_or_else(|| Territory::of_zone(&self.file.time_zone), Into::into),
            days: site.closed.iter().enumerate().map(day).collect::<Loaded<_>>()?,
        })
    }

    fn delays(&self) -> Loaded<Delays> {
        let (written, default, longest) = (&self.file.delays, Delays::default(), LONGEST_DELAYS);
        let within = |key: &str, written: Option<u32>, of: fn(&Delays) -> u32| {
            let minutes = written.unwrap_or(of(&default));
            self.within(&format!("delays.{key}"), minutes, 1, of(&longest)).map(|()| minutes)
        };
        Ok(Delays {
            urgent_decision_min: within("urgent-decision-min", written.urgent_decision_min, |of| {
                of.urgent_decision_min
            })?,
            decision_min: within("decision-min", written.decision_min, |of| of.decision_min)?,
            answer_min: within("answer-min", written.answer_min, |of| of.answer_min)?,
            document_min: within("document-min", written.document_min, |of| of.document_min)?,
        })
    }

    fn agenda_fresh_s(&self) -> Loaded<u32> {
        let seconds = self.file.search.agenda_fresh_s.unwrap_or(AGENDA_FRESH_S);
        self.within("search.agenda-fresh-s", seconds, 0, LONGEST_FRESH_S).map(|()| seconds)
    }

    fn mail(&self) -> Loaded<Option<MailRelay>> {
        let Some(mail) = &self.file.mail else { return Ok(None) };
        let (security, port) = match mail.security {
            MailSecurityFile::Tls => (MailSecurity::Tls, 465),
            MailSecurityFile::Starttls => (MailSecurity::StartTls, 587),
            MailSecurityFile::None => (MailSecurity::None, 25),
        };
        let login = match &mail.login {
            None => None,
            Some(login) => Some((login.username.clone(), self.secret("mail.login.password", "mail", &login.password)?)),
        };
        Ok(Some(MailRelay {
            host: mail.host.clone(),
            port: mail.port.unwrap_or(port),
            security,
            login,
            from: mail.from.clone(),
            max_sensitivity: mail.max_sensitivity.unwrap_or(Sensitivity::Personal),
        }))
    }

    /// What a practitioner's agenda names is an agenda, or was meant to be one.
    fn agendas_are_served(&self, features: &mut [Feature]) -> Loaded<()> {
        for (id, practitioner) in &self.file.practitioners {
            for (index, agenda) in practitioner.agendas.iter().enumerate() {
                let named = features.iter_mut().find(|feature| feature.id().as_str() == agenda.feature);
                let Some(feature) = named.filter(|feature| feature.may_be(PluginKind::Agenda)) else {
                    return self.fail(
                        &format!("practitioners.{id}.agendas.{index}.feature"),
                        format!("feature \"{}\" is not an agenda", agenda.feature),
                        "name a feature whose plugin is of the kind agenda",
                    );
                };
                feature.kind = Some(PluginKind::Agenda);
            }
        }
        Ok(())
    }
}

/// Digest of what a practice is: its files, and the plugins behind its features. The
/// same on every node that reads the same.
fn revision(watched: &Watched, features: &[Feature]) -> String {
    let mut digest = Sha256::new();
    digest.update(watched.digest());
    for feature in features {
        let Stamp { feature: id, plugin, version, digest: component } = &feature.stamp;
        for part in [id.as_str(), plugin, version, component] {
            // No part holds a NUL, so that two never run together.
            digest.update([0]);
            digest.update(part);
        }
        digest.update([u8::from(feature.bound.is_ok())]);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn who_tells(written: WhoTellsFile) -> WhoTells {
    match written {
        WhoTellsFile::Person => WhoTells::Person,
        WhoTellsFile::Message => WhoTells::Message,
    }
}

#[cfg(test)]
#[path = "practice_tests.rs"]
mod tests;
