//! Who is told of things, and the chain of an alert.

use std::collections::BTreeMap;

use greffon_core::model::alert::chain;
use greffon_core::model::channel::Address;
use greffon_core::model::civil::{MINUTES_PER_DAY, Zone};
use greffon_core::model::practice::{Recipient, Rung};
use greffon_core::model::recipients::PRACTITIONER;
use greffon_core::ports::practices::LivePractice;
use greffon_core::time::Instant;
use secrecy::ExposeSecret as _;

use super::diagnostic::{Diagnostic, Source};
use super::hours;
use super::loader::{Loaded, Loader};
use super::practice_file::RecipientFile;

/// A week, in the steps in which hours are written.
const WEEK_MIN: i64 = 7 * 24 * 60;
const STEP_MIN: i64 = 15;

/// A Monday, 00:00 UTC: which week is looked at does not matter.
const MONDAY: Instant = Instant(1_795_392_000_000);

impl Loader<'_> {
    pub(super) fn recipients(&self) -> Loaded<BTreeMap<String, Recipient>> {
        self.file.recipients.iter().map(|(name, written)| Ok((name.clone(), self.recipient(name, written)?))).collect()
    }

    fn recipient(&self, name: &str, written: &RecipientFile) -> Loaded<Recipient> {
        let schemes = [("mailto", &written.mailto), ("tel", &written.tel), ("hook", &written.hook)];
        let addresses: Vec<Address> = schemes
            .into_iter()
            .filter_map(|(scheme, value)| Some(Address { scheme: scheme.to_owned(), value: value.clone()? }))
            .collect();
        if addresses.is_empty() {
            return self.fail(
                &format!("recipients.{name}"),
                format!("recipient \"{name}\" has no address"),
                "write mailto = \"…\", tel = \"…\" or hook = \"…\"",
            );
        }
        Ok(Recipient { addresses, code: self.code(name, written) })
    }

    /// The hash of a recipient's own code. Without it they still are told, and open the
    /// alert in the application: what is wrong with it is a warning.
    fn code(&self, name: &str, written: &RecipientFile) -> Option<String> {
        let key = format!("recipients.{name}.code");
        let hint = || Some(format!("make one with: greffon practice code {} {name}", self.file.id));
        let problem = match self.secret(&key, "code", written.code.as_ref()?) {
            Ok(code) if code.expose_secret().starts_with("$argon2id$") => return Some(code.expose_secret().to_owned()),
            Ok(_) => self.source.at_key(&key, "this is not the argon2id hash of a code".to_owned(), hint()),
            Err(problem) => problem,
        };
        self.warnings.borrow_mut().push(problem);
        None
    }

    pub(super) fn rungs(&self) -> Loaded<Vec<Rung>> {
        let rungs = self.file.alerts.iter().enumerate();
        rungs
            .map(|(index, written)| {
                for (person, name) in written.persons.iter().enumerate().filter(|(_, name)| *name != PRACTITIONER) {
                    let key = format!("alerts.{index}.persons.{person}");
                    self.known(&key, "recipient", name, self.file.recipients.keys())?;
                }
                let hours = written.hours.as_ref().map(|hours| self.hours(&format!("alerts.{index}.hours"), hours));
                Ok(Rung { persons: written.persons.clone(), hours: hours.transpose()? })
            })
            .collect()
    }

    /// When the chain is tested, in civil minutes since midnight.
    pub(super) fn alert_test(&self) -> Loaded<Option<u16>> {
        let Some(written) = &self.file.alert_test else { return Ok(None) };
        match hours::minutes(&written.at).filter(|minute| *minute < MINUTES_PER_DAY) {
            Some(minute) => Ok(Some(minute)),
            None => self.fail(
                "alert-test.at",
                format!("\"{}\" is not a time of the day", written.at),
                "write it like this: at = \"10:30\"",
            ),
        }
    }
}

/// What keeps alerts from being heard: an hour at which nobody of the practice can be told,
/// unless the operator's supervisors are, and recipients on a rung whom no channel reaches.
pub(super) fn unheard(
    source: &Source<'_>,
    practice: &LivePractice,
    supervised: bool,
) -> impl Iterator<Item = Diagnostic> {
    let mut found = Vec::new();
    let mut unreached: Vec<String> = Vec::new();
    let mut silent = None;
    let has_hours = practice.alerts.iter().any(|rung| rung.hours.is_some());
    let until = if has_hours { WEEK_MIN } else { STEP_MIN };
    for minute in (0..until).step_by(usize::try_from(STEP_MIN).unwrap_or(1)) {
        let at = MONDAY.plus_minutes(minute);
        let people: Vec<String> = chain(practice, &[], at).into_iter().flatten().collect();
        if !people.iter().any(|person| practice.can_tell(person)) {
            silent.get_or_insert(at);
        }
        for person in people.into_iter().filter(|person| !practice.can_tell(person)) {
            if !unreached.contains(&person) {
                unreached.push(person);
            }
        }
    }
    if let Some(at) = silent.filter(|_| !supervised) {
        let when = Zone::named_or_utc(&practice.time_zone).civil(at).strftime("%A %H:%M");
        let message = match has_hours {
            true => format!("an alert reaches nobody, on {when} for one"),
            false => "an alert reaches nobody".to_owned(),
        };
        let hint = "add [recipients.on-call] with an address that a channel carries, or an [[alerts]] rung";
        found.push(source.at_key("recipients", message, Some(hint.to_owned())));
    }
    for person in unreached {
        let message = format!("no channel of the practice carries an address of \"{person}\"");
        let hint = "add a feature with a notification plugin for it";
        found.push(source.at_key(&format!("recipients.{person}"), message, Some(hint.to_owned())));
    }
    found.into_iter()
}
