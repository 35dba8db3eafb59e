//! The matrix: how well somebody must be known before they are told something. A practice
//! writes its own; the host's ceilings hold whatever it writes.

use serde::Serialize;

/// What there is to be told of a patient, and changed for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Information {
    /// An appointment is moved or cancelled.
    Change,
    /// Whether somebody is a patient of the practice at all.
    Registration,
    /// Whether there is an appointment.
    Appointment,
    /// When it is, with whom and where.
    AppointmentTime,
    /// What it is for.
    AppointmentMotive,
    /// What was promised to the patient, and until when.
    Promise,
    /// Whether a prescription or another document is ready.
    Document,
    /// Whether results have arrived.
    ResultsArrived,
    /// What a practitioner answered.
    Answer,
    /// What a message to the patient says.
    Message,
    /// What a result, or anything else of the record, says.
    Result,
}

impl Information {
    /// All of them, in the order of a page.
    pub const ALL: [Self; 11] = [
        Self::Change,
        Self::Registration,
        Self::Appointment,
        Self::AppointmentTime,
        Self::AppointmentMotive,
        Self::Promise,
        Self::Document,
        Self::ResultsArrived,
        Self::Answer,
        Self::Message,
        Self::Result,
    ];

    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Registration => "registration",
            Self::Appointment => "appointment",
            Self::AppointmentTime => "appointment-time",
            Self::AppointmentMotive => "appointment-motive",
            Self::Promise => "promise",
            Self::Document => "document",
            Self::ResultsArrived => "results-arrived",
            Self::Answer => "answer",
            Self::Message => "message",
            Self::Result => "result",
        }
    }
}

/// What somebody on the line is to the patient, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The patient.
    Patient,
    /// A parent of a child under 15.
    Parent,
    /// A parent of a minor of 15 or more, who may want the practice to keep silent (L.1111-5).
    ParentOfAdolescent,
    /// A legal guardian whom the registry knows, recognised.
    Guardian,
    /// Somebody whom the patient named to be told, or the trusted person (L.1111-6); whom the
    /// registry knows, recognised.
    Trusted,
    /// A relative of an adult, or one whom nobody recognises.
    Relative,
    /// A professional.
    Professional,
    /// Anybody else: a laboratory, a sales call, a driver, somebody who says to be of the practice.
    ThirdParty,
    /// Nobody has said who they are.
    Unknown,
    /// Somebody whom the patient does not want to be told anything, or who may be them.
    Excluded,
    /// Whoever asks about a patient who has died.
    OfDeceased,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Patient,
        Self::Parent,
        Self::ParentOfAdolescent,
        Self::Guardian,
        Self::Trusted,
        Self::Relative,
        Self::Professional,
        Self::ThirdParty,
        Self::Unknown,
        Self::Excluded,
        Self::OfDeceased,
    ];

    /// Those of whom a practice may decide; nobody decides anything of the others.
    pub const DECIDED: [Self; 8] = [
        Self::Patient,
        Self::Parent,
        Self::ParentOfAdolescent,
        Self::Guardian,
        Self::Trusted,
        Self::Relative,
        Self::Professional,
        Self::ThirdParty,
    ];

    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Parent => "parent",
            Self::ParentOfAdolescent => "parent-of-adolescent",
            Self::Guardian => "guardian",
            Self::Trusted => "trusted",
            Self::Relative => "relative",
            Self::Professional => "professional",
            Self::ThirdParty => "third-party",
            Self::Unknown => "unknown",
            Self::Excluded => "excluded",
            Self::OfDeceased => "of-deceased",
        }
    }
}

/// How well somebody must be known. Each needs what is before it as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    /// The patient's names are enough.
    Named,
    /// Names and birth date; where an appointment has none, names and telephone.
    Matched,
    /// They also call from a number that the registry has for them.
    Recognised,
    /// Somebody at the desk has also made sure: called back, seen a document, heard a code.
    Confirmed,
    /// Nothing is enough: somebody else decides.
    Never,
}

impl Needs {
    /// The word of a practice's file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Matched => "matched",
            Self::Recognised => "recognised",
            Self::Confirmed => "confirmed",
            Self::Never => "never",
        }
    }
}

/// Who is told what, and how well they must be known, as a practice has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disclosure([[Needs; Relation::DECIDED.len()]; Information::ALL.len()]);

impl Default for Disclosure {
    /// Strict: whatever is not a patient's, a child's or a colleague's affair is a responsible
    /// person's to decide; what a result says is a practitioner's to say.
    fn default() -> Self {
        use Needs::{Confirmed as Con, Matched as Mat, Never as Nev, Recognised as Rec};
        // patient, parent, parent of an adolescent, guardian, trusted, relative, professional, third party
        Self([
            [Mat, Mat, Mat, Rec, Nev, Nev, Mat, Nev], // change
            [Mat, Mat, Rec, Rec, Rec, Nev, Con, Nev], // registration
            [Mat, Mat, Rec, Rec, Rec, Nev, Con, Nev], // appointment
            [Mat, Mat, Rec, Rec, Rec, Nev, Con, Nev], // appointment-time
            [Mat, Rec, Nev, Rec, Nev, Nev, Con, Nev], // appointment-motive
            [Mat, Mat, Rec, Rec, Rec, Nev, Con, Nev], // promise
            [Mat, Mat, Rec, Rec, Rec, Nev, Con, Nev], // document
            [Rec, Rec, Nev, Rec, Nev, Nev, Con, Nev], // results-arrived
            [Rec, Rec, Nev, Con, Nev, Nev, Nev, Nev], // answer
            [Rec, Rec, Nev, Con, Nev, Nev, Nev, Nev], // message
            [Nev, Nev, Nev, Nev, Nev, Nev, Nev, Nev], // result
        ])
    }
}

impl Disclosure {
    /// What is needed: as the practice has it, within the host's ceilings.
    #[must_use]
    pub fn needs(&self, information: Information, relation: Relation) -> Needs {
        let written = column(relation).map_or(Needs::Never, |column| self.0[information as usize][column]);
        written.max(loosest(information, relation))
    }

    /// The same with another need. The host's ceilings hold all the same.
    #[must_use]
    pub fn with(mut self, information: Information, relation: Relation, needs: Needs) -> Self {
        if let Some(column) = column(relation) {
            self.0[information as usize][column] = needs;
        }
        self
    }
}

fn column(relation: Relation) -> Option<usize> {
    Relation::DECIDED.iter().position(|one| *one == relation)
}

/// The host's ceiling: no practice is content with less. What a result says is told to nobody
/// but the patient, those who decide for them, and their carers; health to no relative by
/// word of mouth; to a third party nothing but an hour, such as a driver's.
#[must_use]
pub fn loosest(information: Information, relation: Relation) -> Needs {
    use Information::{Answer, AppointmentMotive, Change, Message, Result, ResultsArrived};
    let health = matches!(information, AppointmentMotive | ResultsArrived | Answer | Message);
    match (relation, information) {
        (Relation::Unknown | Relation::Excluded | Relation::OfDeceased, _) => Needs::Never,
        (Relation::ThirdParty, Information::Registration | Information::Appointment | Information::AppointmentTime) => {
            Needs::Confirmed
        }
        (Relation::ThirdParty, _) => Needs::Never,
        (_, Change) => Needs::Named,
        (Relation::Patient | Relation::Parent | Relation::Guardian | Relation::Professional, Result) => {
            Needs::Confirmed
        }
        (_, Result) => Needs::Never,
        (Relation::Relative | Relation::ParentOfAdolescent, _) if health => Needs::Never,
        (Relation::Professional, ResultsArrived | Answer | Message) => Needs::Confirmed,
        (Relation::Parent | Relation::Guardian | Relation::Trusted, _) if health => Needs::Recognised,
        _ => Needs::Matched,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_within_the_ceilings() {
        let default = Disclosure::default();
        for information in Information::ALL {
            for relation in Relation::DECIDED {
                let column = column(relation).unwrap();
                let written = default.0[information as usize][column];
                assert!(written >= loosest(information, relation), "{information:?} {relation:?}");
            }
        }
    }

    #[test]
    fn a_row_stands_where_its_information_does() {
        for (number, information) in Information::ALL.into_iter().enumerate() {
            assert_eq!(information as usize, number);
        }
    }

    #[test]
    fn a_file_that_opens_everything_opens_no_health_to_others() {
        let mut open = Disclosure::default();
        for information in Information::ALL {
            for relation in Relation::ALL {
                open = open.with(information, relation, Needs::Named);
            }
        }
        use Information as I;
        for relation in [Relation::Unknown, Relation::Excluded, Relation::OfDeceased] {
            assert!(I::ALL.iter().all(|one| open.needs(*one, relation) == Needs::Never), "{relation:?}");
        }
        for relation in [Relation::Relative, Relation::ParentOfAdolescent, Relation::ThirdParty] {
            for health in [I::AppointmentMotive, I::ResultsArrived, I::Answer, I::Message, I::Result] {
                assert_eq!(open.needs(health, relation), Needs::Never, "{health:?} {relation:?}");
            }
        }
        assert_eq!(open.needs(I::Result, Relation::Trusted), Needs::Never);
        assert_eq!(open.needs(I::Result, Relation::Patient), Needs::Confirmed);
        assert_eq!(open.needs(I::Change, Relation::ThirdParty), Needs::Never);
        assert_eq!(open.needs(I::AppointmentTime, Relation::ThirdParty), Needs::Confirmed);
    }
}
