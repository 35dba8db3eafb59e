//! To whom one speaks: a patient is "vous", somebody else's patient is "la personne", and
//! a colleague is spoken to as one.

/// How a sentence is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// To the patient, or to whoever has not said yet for whom they call.
    Patient,
    /// To somebody who speaks for the patient.
    Relative,
    /// To a colleague.
    Professional,
}

impl Tone {
    /// The sentence of this tone.
    pub fn of<'a>(self, patient: &'a str, relative: &'a str, professional: &'a str) -> &'a str {
        match self {
            Self::Patient => patient,
            Self::Relative => relative,
            Self::Professional => professional,
        }
    }
}
