//! Who is told what, and may have whose appointment changed.

use greffon_core::model::disclosure::Needs;
use schemars::JsonSchema;
use serde::Deserialize;

/// Who is told what, and who may have an appointment moved or cancelled: one table for each
/// kind of information. What nobody may be content with is an error.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct DisclosureFile {
    /// An appointment is moved or cancelled.
    pub change: SpeakersFile,
    /// Whether somebody is a patient of the practice.
    pub registration: SpeakersFile,
    /// Whether there is an appointment.
    pub appointment: SpeakersFile,
    /// When it is, with whom and where.
    pub appointment_time: SpeakersFile,
    /// What it is for.
    pub appointment_motive: SpeakersFile,
    /// What was promised, and until when.
    pub promise: SpeakersFile,
    /// Whether a prescription or another document is ready.
    pub document: SpeakersFile,
    /// Whether results have arrived.
    pub results_arrived: SpeakersFile,
    /// What a practitioner answered.
    pub answer: SpeakersFile,
    /// What a message to the patient says.
    pub message: SpeakersFile,
    /// What a result, or the record, says.
    pub result: SpeakersFile,
}

/// How well the patient must be known, by who is on the line; as by default when absent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SpeakersFile {
    /// The patient.
    pub patient: Option<NeedsFile>,
    /// A parent of a child under 15.
    pub parent: Option<NeedsFile>,
    /// A parent of a minor of 15 or more.
    pub parent_of_adolescent: Option<NeedsFile>,
    /// A legal guardian whom the registry knows.
    pub guardian: Option<NeedsFile>,
    /// Somebody whom the patient named to be told, as the registry knows.
    pub trusted: Option<NeedsFile>,
    /// A relative of an adult.
    pub relative: Option<NeedsFile>,
    /// A professional.
    pub professional: Option<NeedsFile>,
    /// Anybody else who says who they are.
    pub third_party: Option<NeedsFile>,
}

/// How well somebody must be known.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NeedsFile {
    /// They know family and given name.
    Named,
    /// These and the birth date; where an appointment has none, the telephone.
    Matched,
    /// They also call from a number that the registry has for them.
    Recognised,
    /// Somebody at the desk has also made sure: called back, seen a document, heard a code.
    Confirmed,
    /// Nothing is enough: a practitioner or a supervisor decides.
    Never,
}

impl From<NeedsFile> for Needs {
    fn from(written: NeedsFile) -> Self {
        match written {
            NeedsFile::Named => Self::Named,
            NeedsFile::Matched => Self::Matched,
            NeedsFile::Recognised => Self::Recognised,
            NeedsFile::Confirmed => Self::Confirmed,
            NeedsFile::Never => Self::Never,
        }
    }
}
