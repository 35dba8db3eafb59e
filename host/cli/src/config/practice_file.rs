//! `practices/<id>/practice.toml` as it is written. [`super::practice`] makes a
//! [`greffon_core::model::practice::Practice`] of it.

use std::collections::BTreeMap;

use greffon_core::model::care::{Level, Sensitivity};
use greffon_core::model::disclosure::Needs;
use greffon_core::model::holidays::Territory;
use greffon_core::model::scheduling::{PatientRule, VisitMode};
use schemars::JsonSchema;
use serde::Deserialize;

use super::secret::SecretRef;

/// Periods by day or range of days.
pub type Hours = BTreeMap<String, Vec<String>>;

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
            CredentialFile::ClientCertificate { certificate, key, .. } => vec![certificate, key],
        });
        let codes = self.recipients.values().filter_map(|one| one.code.as_ref());
        login.chain(credentials).chain(codes).filter_map(|secret| match secret {
            SecretRef::File(one) => Some(one.file.as_str()),
            SecretRef::Env(_) => None,
        })
    }
}

/// A place.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SiteFile {
    /// Its name for people.
    pub name: String,
    /// Where it is, as said in a recap.
    pub address: Option<String>,
    /// When somebody answers there.
    #[serde(default)]
    pub hours: Hours,
    /// Whose public holidays it keeps; that of the practice's time zone when absent.
    pub holidays: Option<TerritoryFile>,
    /// Other days on which nobody answers: `2026-12-24`.
    #[serde(default)]
    pub closed: Vec<String>,
}

/// Whose public holidays are kept.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TerritoryFile {
    /// None are.
    None,
    /// Metropolitan France.
    France,
    /// With Good Friday and 26 December.
    AlsaceMoselle,
    /// Guadeloupe.
    Guadeloupe,
    /// Guyane.
    Guyane,
    /// Martinique.
    Martinique,
    /// La Réunion.
    Reunion,
    /// Mayotte.
    Mayotte,
    /// Saint-Barthélemy.
    SaintBarthelemy,
    /// Saint-Martin.
    SaintMartin,
}

impl From<TerritoryFile> for Territory {
    fn from(written: TerritoryFile) -> Self {
        match written {
            TerritoryFile::None => Self::None,
            TerritoryFile::France => Self::France,
            TerritoryFile::AlsaceMoselle => Self::AlsaceMoselle,
            TerritoryFile::Guadeloupe => Self::Guadeloupe,
            TerritoryFile::Guyane => Self::Guyane,
            TerritoryFile::Martinique => Self::Martinique,
            TerritoryFile::Reunion => Self::Reunion,
            TerritoryFile::Mayotte => Self::Mayotte,
            TerritoryFile::SaintBarthelemy => Self::SaintBarthelemy,
            TerritoryFile::SaintMartin => Self::SaintMartin,
        }
    }
}

/// Somebody who sees patients.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PractitionerFile {
    /// `Dr Claire Martin`.
    pub name: String,
    /// What they do.
    pub speciality: Option<String>,
    /// RPPS number, 11 digits.
    pub rpps: Option<String>,
    /// One per place.
    #[serde(default)]
    pub agendas: Vec<AgendaFile>,
    /// When they are away.
    #[serde(default)]
    pub absences: Vec<AbsenceFile>,
}

/// The agenda of a practitioner at a place.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AgendaFile {
    /// The name that the plugin knows it by.
    pub agenda: String,
    /// The feature that serves it.
    pub feature: String,
    /// Where.
    pub site: String,
    /// When the practitioner sees patients there; the site's hours when absent.
    pub hours: Option<Hours>,
}

/// A time away, in civil time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AbsenceFile {
    /// First civil minute: `2026-11-21T00:00`.
    pub from: String,
    /// First civil minute after.
    pub to: String,
}

/// A motive, with its rules.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MotiveFile {
    /// Its name for people.
    pub label: String,
    /// Other words that callers use.
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// Needs a triage conclusion before booking; true when absent.
    #[serde(default = "yes")]
    pub medical: bool,
    /// No conclusion about it may be lower.
    #[schemars(with = "Option<String>")]
    pub floor: Option<Level>,
    /// Minutes with the patient, 1 to 480.
    pub duration_min: u32,
    /// Minutes with the patient of some practitioners, or at some sites.
    #[serde(default)]
    pub durations: Vec<OwnDurationFile>,
    /// Minutes kept free before, up to 240.
    #[serde(default)]
    pub before_min: u32,
    /// Minutes kept free after, up to 240.
    #[serde(default)]
    pub after_min: u32,
    /// Starts are aligned to so many minutes after the hour; the duration when
    /// absent.
    pub grid_min: Option<u32>,
    /// Shortest time between booking and start.
    #[serde(default)]
    pub min_notice_min: u32,
    /// Longest time between booking and start, 1 to 730 days; 90 when absent.
    pub max_horizon_days: Option<u32>,
    /// At most so many a day and practitioner, at all of their sites together; up to 500.
    pub max_per_day: Option<u32>,
    /// any, known-only, new-only, referred-only.
    #[serde(default)]
    #[schemars(with = "String")]
    pub patients: PatientRule,
    /// office, home, teleconsultation, telephone.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub modes: Vec<VisitMode>,
    /// Who offers it; everybody when absent.
    #[serde(default)]
    pub practitioners: Vec<String>,
    /// Patients at once; 1 when absent.
    pub seats: Option<u32>,
    /// Rooms and devices that it takes; of a list inside the list one, all the same which:
    /// `["echographe", ["salle-1", "salle-2"]]`. Not with several seats.
    #[serde(default)]
    pub resources: Vec<TakenFile>,
    /// How to prepare.
    pub instructions: Option<String>,
    /// What to bring.
    #[serde(default)]
    pub documents: Vec<String>,
    /// Minutes before the start to arrive.
    #[serde(default)]
    pub arrive_early_min: u32,
}

/// How long a motive takes with a practitioner, at a site, or with one at the other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnDurationFile {
    /// With whom; with everybody when absent.
    pub practitioner: Option<String>,
    /// Where; everywhere when absent.
    pub site: Option<String>,
    /// Minutes with the patient, 1 to 480.
    pub duration_min: u32,
}

/// A room or a device. There is one of it: two rooms are two.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ResourceFile {
    /// Its name for people: `Échographe`.
    pub name: String,
    /// Where it stands; it goes from site to site when absent.
    pub site: Option<String>,
    /// When it cannot be used.
    #[serde(default)]
    pub absences: Vec<AbsenceFile>,
}

/// What a motive takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "the name of a resource, or a list of names of which one is taken")]
pub enum TakenFile {
    /// This one.
    This(String),
    /// One of these.
    OneOf(Vec<String>),
}

impl TakenFile {
    /// The names, at least one unless the file has an empty list.
    pub fn names(&self) -> &[String] {
        match self {
            Self::This(name) => std::slice::from_ref(name),
            Self::OneOf(names) => names,
        }
    }
}

/// Hours that are kept for some motives: nothing else is booked into them before they are
/// released.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReservedFile {
    /// Their name for people: `Urgences du jour`.
    pub label: String,
    /// What they are kept for.
    pub motives: Vec<String>,
    /// Whose; everybody's when absent.
    #[serde(default)]
    pub practitioners: Vec<String>,
    /// Where; everywhere when absent.
    #[serde(default)]
    pub sites: Vec<String>,
    /// When.
    pub hours: Hours,
    /// So many minutes before a start it is open to every motive, up to 43200 (30 days);
    /// never when absent.
    pub release_min: Option<u32>,
}

fn yes() -> bool {
    true
}

/// A red flag of the practice.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RedFlagFile {
    /// The question, as it is said.
    pub spoken: String,
    /// Words of the caller that bring it up.
    #[serde(default)]
    pub words: Vec<String>,
    /// vital, very-urgent, same-day.
    #[schemars(with = "String")]
    pub level: Level,
}

/// The alert thresholds of one analyte, in place of the national ones of adults; never
/// beyond what always alerts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LaboratoryFile {
    /// potassium, sodium, glucose, creatinine, haemoglobin, platelets, inr, d-dimer…
    pub analyte: String,
    /// The unit of both: `mmol/L`; left out for what has none.
    pub unit: Option<String>,
    /// An alert at this value and below.
    pub below: Option<f64>,
    /// An alert at this value and above.
    pub above: Option<f64>,
}

/// A text that may be said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstructionFile {
    /// Its version.
    pub version: String,
    /// The words.
    pub text: String,
    /// RPPS of the clinician who approved it.
    pub approved_by: String,
    /// First day on which it must not be said any more, in the practice's time zone:
    /// `2027-12-01`. Only a demonstration practice may leave it out.
    pub approved_until: Option<String>,
}

/// Somebody who is told things: at least one address. An alert uses all of them, any
/// other message the first in this order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RecipientFile {
    /// E-mail address.
    pub mailto: Option<String>,
    /// Phone number.
    pub tel: Option<String>,
    /// The name that a webhook knows them by.
    pub hook: Option<String>,
    /// The argon2id hash of their own code, with which they open a link to an alert;
    /// made by `greffon practice code`.
    pub code: Option<SecretRef>,
}

/// Those who are told of an alert at the same time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RungFile {
    /// Names of recipients; `practitioner` is whoever the contact is for, and whoever is
    /// on call.
    pub persons: Vec<String>,
    /// When they are to be told; always when absent.
    pub hours: Option<Hours>,
}

/// The daily test of the chain of alerts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AlertTestFile {
    /// The time of the day, in the practice's time zone: `10:30`. Everybody of the chain gets
    /// a message then, by all their addresses: choose an hour at which it wakes nobody.
    pub at: String,
}

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

/// Delays of promises, in minutes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DelaysFile {
    /// A clinician decides, for vital and very urgent.
    pub urgent_decision_min: Option<u32>,
    /// A clinician decides, for the rest.
    pub decision_min: Option<u32>,
    /// A message gets its answer.
    pub answer_min: Option<u32>,
    /// A document is ready.
    pub document_min: Option<u32>,
}

/// When somebody calls patients back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CallbackWindowsFile {
    /// Whose: the name of a recipient, a person's or a role's.
    pub owner: String,
    /// When; not on days on which the site is closed, and not while the owner is away.
    pub hours: Hours,
    /// How many call-backs fit into each period, 1 to 50.
    pub room: u32,
    /// Whose closed days and public holidays hold; the first at which the owner has an agenda
    /// when absent, or else the first.
    pub site: Option<String>,
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

/// How free times are looked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SearchFile {
    /// So many seconds after an agenda was read a search may rely on what it held, 0 to 600; 90 when absent. With 0
    /// every search asks the agenda. A booking asks it always.
    pub agenda_fresh_s: Option<u32>,
}

/// An SMTP relay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MailFile {
    /// Host name or address.
    pub host: String,
    /// Port; 465 with tls, 587 with starttls, 25 with none when absent.
    pub port: Option<u16>,
    /// tls, starttls, none.
    pub security: MailSecurityFile,
    /// SMTP AUTH.
    pub login: Option<LoginFile>,
    /// Sender of everything that this practice sends.
    pub from: String,
    /// public, personal, health; personal when absent.
    #[schemars(with = "Option<String>")]
    pub max_sensitivity: Option<Sensitivity>,
}

/// How the connection to the relay is protected.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MailSecurityFile {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, required.
    Starttls,
    /// None: loopback relays only.
    None,
}

/// SMTP AUTH.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LoginFile {
    /// User.
    pub username: String,
    /// Password.
    pub password: SecretRef,
}

/// A plugin, with settings and grants.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FeatureFile {
    /// A bundled name, or the path of a folder with `plugin.toml`: below this
    /// file's folder, or `shared:<name>/…` in a shared one.
    pub plugin: String,
    /// Sites that it serves; all when absent.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Practitioners that it serves; all when absent.
    #[serde(default)]
    pub practitioners: Vec<String>,
    /// Recipients that it serves, for notification; all when absent.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// The plugin's settings.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub settings: toml::Table,
    /// More settings, in a TOML file below this one's folder, or
    /// `shared:<name>/…` in a shared one; `settings` wins.
    pub settings_file: Option<String>,
    /// What the practice grants.
    #[serde(default)]
    pub grants: GrantsFile,
    /// Secrets that the host uses for the plugin.
    #[serde(default)]
    pub credentials: BTreeMap<String, CredentialFile>,
}

greffon_runtime::with_powers! {
    /// What a practice grants.
    #[derive(Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
    pub struct GrantsFile {
        /// Origins.
        pub http: Vec<String>,
    }
}

/// A secret, bound to an origin.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "scheme", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum CredentialFile {
    /// `Authorization: Basic`.
    Basic {
        /// User.
        username: String,
        /// Password.
        password: SecretRef,
        /// The only origin that it is sent to.
        origin: String,
    },
    /// `Authorization: Bearer`.
    Bearer {
        /// Token.
        token: SecretRef,
        /// The only origin that it is sent to.
        origin: String,
    },
    /// A header of the provider's own.
    Header {
        /// Header name.
        name: String,
        /// Header value.
        value: SecretRef,
        /// The only origin that it is sent to.
        origin: String,
    },
    /// `Authorization: Bearer` with access tokens that greffon gets for a refresh
    /// token of OAuth 2, and gets again before they expire. The tokens are kept
    /// encrypted: `greffon.toml` needs a key, `keys.sealing`.
    #[serde(rename = "oauth2-refresh")]
    RefreshToken {
        /// The provider's token endpoint, https.
        token_url: String,
        /// The client's identifier, as the provider gave it.
        client_id: String,
        /// The client's password; left out by public clients.
        client_secret: Option<SecretRef>,
        /// The refresh token of the consent. The provider's later ones follow it
        /// by themselves; a new consent's is written here.
        refresh_token: SecretRef,
        /// What to ask for, words with spaces between them; all that was
        /// consented to when absent.
        scope: Option<String>,
        /// The only origin that access tokens are sent to.
        origin: String,
    },
    /// A TLS client certificate, shown to the origin when it asks for one.
    ClientCertificate {
        /// Chain in PEM, the client's own certificate first.
        certificate: SecretRef,
        /// Its private key in PEM, without a password.
        key: SecretRef,
        /// The only origin that it is shown to; https.
        origin: String,
    },
    /// Only for digests and signatures.
    Key {
        /// Key.
        key: SecretRef,
    },
}
