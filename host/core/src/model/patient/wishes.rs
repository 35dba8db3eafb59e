//! What a patient allows of messages, over all records that are theirs: a no in one of them
//! counts.

use greffon_words::{Text, disclosure};

use super::{Patient, same_phone};
use crate::model::channel::Address;

/// Why a message to a patient is not sent: they do not want it.
pub const PATIENT_REFUSES: &str = "patient-refuses";
/// The same: they have died.
pub const PATIENT_DECEASED: &str = "patient-deceased";

/// What may be sent to a patient, and how. What was never asked is allowed.
#[derive(Clone, PartialEq, Eq)]
pub struct Wishes {
    messages: bool,
    sms: bool,
    email: bool,
    voicemail: bool,
    naming: bool,
    deceased: bool,
    /// Numbers of those who are not to be told.
    excluded: Vec<String>,
}

impl std::fmt::Debug for Wishes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wishes").field("messages", &self.messages).finish_non_exhaustive()
    }
}

impl Wishes {
    /// The wishes of the patient of these records; whoever is not known has said none.
    #[must_use]
    pub fn of(records: &[Patient]) -> Self {
        let all = |wish: fn(&Patient) -> Option<bool>| records.iter().all(|one| wish(one) != Some(false));
        let around = records.iter().flat_map(|record| &record.relations);
        Self {
            messages: all(|one| one.preferences.messages),
            sms: all(|one| one.preferences.sms),
            email: all(|one| one.preferences.email),
            voicemail: all(|one| one.preferences.voicemail),
            naming: all(|one| one.preferences.naming),
            deceased: records.iter().any(|one| one.deceased),
            excluded: around.filter(|one| one.must_not_be_told).filter_map(|one| one.phone.clone()).collect(),
        }
    }

    /// Why nothing may be sent to this address: [`PATIENT_DECEASED`] or [`PATIENT_REFUSES`].
    /// A mail names the practice as its sender, whatever it says.
    #[must_use]
    pub fn refuse(&self, to: &Address) -> Option<&'static str> {
        let by_mail = to.scheme == "mailto";
        let refused = !self.messages
            || (by_mail && !(self.email && self.naming))
            || (to.scheme == "tel" && !self.sms)
            || self.excluded.iter().any(|number| same_phone(number, &to.value));
        match refused {
            _ if self.deceased => Some(PATIENT_DECEASED),
            true => Some(PATIENT_REFUSES),
            false => None,
        }
    }

    /// Whether a message may say whose it is.
    #[must_use]
    pub fn may_name(&self) -> bool {
        self.naming
    }

    /// What whoever calls back or writes must know.
    pub fn notes(&self) -> impl Iterator<Item = Text> {
        let notes = [
            (!self.messages, disclosure::note_no_messages()),
            (self.messages && !self.sms, disclosure::note_no_sms()),
            (self.messages && !self.email, disclosure::note_no_email()),
            (!self.voicemail, disclosure::note_no_voicemail()),
            (!self.naming, disclosure::note_unnamed()),
        ];
        notes.into_iter().filter(|(holds, _)| *holds && !self.deceased).map(|(_, note)| note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{PatientId, PracticeId};
    use crate::model::patient::{Preferences, Relation};
    use crate::model::person::Person;
    use crate::time::Instant;

    fn record(change: impl FnOnce(&mut Patient)) -> Patient {
        let told = Person { family: "Petit".to_owned(), given: vec!["Léa".to_owned()], ..Person::default() };
        let id = PatientId(uuid::Uuid::nil());
        let mut record = Patient::told(id, PracticeId::from("essai"), &told, Vec::new(), Instant(0));
        change(&mut record);
        record
    }

    fn address(scheme: &str, value: &str) -> Address {
        Address { scheme: scheme.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn a_no_in_any_record_counts() {
        let (mail, sms) = (address("mailto", "lea@p.example"), address("tel", "+33639980001"));
        let refused = |records: &[Patient]| {
            let wishes = Wishes::of(records);
            (wishes.refuse(&mail), wishes.refuse(&sms))
        };
        let with = |preferences: Preferences| record(|one| one.preferences = preferences);
        let (no, yes) = (Some(false), Some(true));
        let plain = record(|_| {});
        assert_eq!(refused(&[]), (None, None));
        assert_eq!(refused(std::slice::from_ref(&plain)), (None, None));
        for (preferences, mail, sms) in [
            (Preferences { messages: no, ..Preferences::default() }, true, true),
            (Preferences { sms: no, ..Preferences::default() }, false, true),
            (Preferences { email: no, ..Preferences::default() }, true, false),
            (Preferences { naming: no, ..Preferences::default() }, true, false),
            (Preferences { voicemail: no, messages: yes, ..Preferences::default() }, false, false),
        ] {
            let expected = (mail.then_some(PATIENT_REFUSES), sms.then_some(PATIENT_REFUSES));
            assert_eq!(refused(&[plain.clone(), with(preferences.clone())]), expected, "{preferences:?}");
        }
        let gone = record(|one| one.deceased = true);
        assert_eq!(refused(&[plain, gone]), (Some(PATIENT_DECEASED), Some(PATIENT_DECEASED)));
    }

    #[test]
    fn nothing_goes_to_the_telephone_of_whoever_is_not_to_be_told() {
        let mother = Relation {
            kind: "parent".to_owned(),
            name: "Anne Petit".to_owned(),
            phone: Some("06 39 98 00 01".to_owned()),
            may_be_told: false,
            must_not_be_told: true,
        };
        let wishes = Wishes::of(&[record(|one| one.relations.push(mother))]);
        assert_eq!(wishes.refuse(&address("tel", "+33639980001")), Some(PATIENT_REFUSES));
        assert_eq!(wishes.refuse(&address("tel", "+33639980002")), None);
    }
}
