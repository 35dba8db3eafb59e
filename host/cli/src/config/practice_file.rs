//! `practices/<id>/practice.toml` as it is written. [`super::practice`] makes a
//! [`greffon_core::model::practice::Practice`] of it.

mod care;
mod disclosure;
mod motives;
mod outside;
mod places;
mod told;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use self::care::{InstructionFile, LaboratoryFile, MotiveFile, RedFlagFile};
pub use self::disclosure::{DisclosureFile, NeedsFile, SpeakersFile};
pub use self::motives::{
    AgendaChangesFile, OwnDurationFile, ReservedFile, ResourceFile, SearchFile, TakenFile, WhoTellsFile,
};
pub use self::outside::{CredentialFile, FeatureFile, MailFile, MailSecurityFile};
pub use self::places::{AbsenceFile, AgendaFile, Hours, PractitionerFile, SiteFile};
pub use self::told::{AlertTestFile, CallbackWindowsFile, DelaysFile, RecipientFile, RungFile};
use super::secret::SecretRef;

/// One practice.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PracticeFile {
    /// Its name in paths and tokens, and its folder's: lower case letters and
    /// digits, with single hyphens between them.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// IANA zone: `Europe/Paris`.
    pub time_zone: String,
    /// Number shown and spoken to patients.
    pub phone: Option<String>,
    /// What is said when the line is picked up.
    pub greeting: Option<String>,
    /// Synthetic content: says so wherever it is shown.
    #[serde(default)]
    pub demo: bool,
    /// Places, at least one.
    pub sites: BTreeMap<String, SiteFile>,
    /// People who see patients.
    #[serde(default)]
    pub practitioners: BTreeMap<String, PractitionerFile>,
    /// What patients come for.
    #[serde(default)]
    pub motives: BTreeMap<String, MotiveFile>,
    /// Rooms and devices that motives take.
    #[serde(default)]
    pub resources: BTreeMap<String, ResourceFile>,
    /// Hours that are kept for some motives.
    #[serde(default)]
    pub reserved: BTreeMap<String, ReservedFile>,
    /// Added to the national core set, which cannot be removed.
    #[serde(default)]
    pub red_flags: BTreeMap<String, RedFlagFile>,
    /// From which results of laboratories on somebody is told at once; the national
    /// thresholds when absent.
    #[serde(default)]
    pub laboratory: Vec<LaboratoryFile>,
    /// Approved texts that may be said.
    #[serde(default)]
    pub instructions: BTreeMap<String, InstructionFile>,
    /// Who is told, under the names that scripts use.
    #[serde(default)]
    pub recipients: BTreeMap<String, RecipientFile>,
    /// Who is told of an alert, rung after rung: the next one when nobody answers. When
    /// absent, whoever decides for the contact, and then the secretariat.
    #[serde(default)]
    pub alerts: Vec<RungFile>,
    /// When everybody of the chain of alerts is written to, every day, to see whether they
    /// can be reached; never when absent.
    pub alert_test: Option<AlertTestFile>,
    /// Who is told what, and may have whose appointment moved or cancelled; strict when absent.
    #[serde(default)]
    pub disclosure: DisclosureFile,
    /// Delays of promises.
    #[serde(default)]
    pub delays: DelaysFile,
    /// When whose call-backs are made, and how many fit; at any hour for owners who have
    /// none here.
    #[serde(default)]
    pub callback_windows: Vec<CallbackWindowsFile>,
    /// For how long what is known of patients is kept.
    #[serde(default)]
    pub retention: RetentionFile,
    /// How free times are looked for.
    #[serde(default)]
    pub search: SearchFile,
    /// Who tells patients what practitioners change in their agendas; a person when absent.
    #[serde(default)]
    pub agenda_changes: AgendaChangesFile,
    /// SMTP relay.
    pub mail: Option<MailFile>,
    /// Plugins, with settings and grants.
    #[serde(default)]
    pub features: BTreeMap<String, FeatureFile>,
}

impl PracticeFile {
    /// The files of secrets that it names.
    pub fn secret_files(&self) -> impl Iterator<Item = &str> {
        let login = self.mail.iter().filter_map(|mail| mail.login.as_ref()).map(|login| &login.password);
        let credentials = self.features.values().flat_map(|feature| feature.credentials.values());
        let credentials = credentials.flat_map(|one| match one {
            CredentialFile::Basic { password: secret, .. }
            | CredentialFile::Bearer { token: secret, .. }
            | CredentialFile::Header { value: secret, .. }
            | CredentialFile::Key { key: secret } => vec![secret],
            CredentialFile::RefreshToken { client_secret, refresh_token, .. } => {
                client_secret.iter().chain([refresh_token]).collect()
            }
            CredentialFile::Client { client_secret, .. } => vec![client_secret],
            CredentialFile::ClientCertificate { certificate, key, .. } => vec![certificate, key],
        });
        let codes = self.recipients.values().filter_map(|one| one.code.as_ref());
        login.chain(credentials).chain(codes).filter_map(|secret| match secret {
            SecretRef::File(one) => Some(one.file.as_str()),
            SecretRef::Env(_) => None,
        })
    }
}

/// For how long what is known of patients is kept, in days.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RetentionFile {
    /// Contacts with their bookings and promises, after all of them ended; 730 when absent.
    pub contacts_days: Option<u32>,
    /// Messages; 365 when absent.
    pub messages_days: Option<u32>,
    /// Patients, after the last contact; 1825 when absent.
    pub patients_days: Option<u32>,
    /// Nothing is removed: a complaint or a lawsuit is under way.
    #[serde(default)]
    pub hold: bool,
}
