//! Who calls, and what for.

use greffon_core::model::care::{Level, Value, keys};

use super::super::random::Random;

/// What a caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A red flag, said as it is.
    RedFlag,
    /// A red flag that the caller cannot or will not answer.
    UnclearFlag,
    /// A prescription again.
    Renewal,
    /// A certificate.
    Certificate,
    /// Something new that wants an appointment.
    NewSymptom,
    /// The same, and a relative speaks.
    Relative,
    /// A vaccination: two at once.
    Vaccination,
    /// A follow-up of a known patient.
    FollowUp,
    /// An appointment, and later another time for it.
    Move,
    /// An appointment, and later none.
    Cancel,
    /// A laboratory or a colleague.
    Professional,
    /// Somebody who sells.
    Sales,
    /// Calls three times before anybody helps.
    Repeat,
    /// Two secretaries want the same slot for two callers.
    Race,
    /// A secretary clicks twice.
    DoubleClick,
    /// Hangs up in the middle.
    HangsUp,
}

impl Kind {
    /// Kinds, as often as they come.
    const MIX: [Self; 21] = [
        Self::RedFlag,
        Self::UnclearFlag,
        Self::Renewal,
        Self::Renewal,
        Self::Certificate,
        Self::NewSymptom,
        Self::NewSymptom,
        Self::NewSymptom,
        Self::Relative,
        Self::Vaccination,
        Self::FollowUp,
        Self::Move,
        Self::Move,
        Self::Cancel,
        Self::Cancel,
        Self::Professional,
        Self::Sales,
        Self::Repeat,
        Self::Race,
        Self::DoubleClick,
        Self::HangsUp,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RedFlag => "kind.red-flag",
            Self::UnclearFlag => "kind.unclear-flag",
            Self::Renewal => "kind.renewal",
            Self::Certificate => "kind.certificate",
            Self::NewSymptom => "kind.new-symptom",
            Self::Relative => "kind.relative",
            Self::Vaccination => "kind.vaccination",
            Self::FollowUp => "kind.follow-up",
            Self::Move => "kind.move",
            Self::Cancel => "kind.cancel",
            Self::Professional => "kind.professional",
            Self::Sales => "kind.sales",
            Self::Repeat => "kind.repeat",
            Self::Race => "kind.race",
            Self::DoubleClick => "kind.double-click",
            Self::HangsUp => "kind.hangs-up",
        }
    }

    /// Whether it ends with an appointment, if all goes well.
    pub(super) fn books(self) -> bool {
        matches!(
            self,
            Self::NewSymptom
                | Self::Relative
                | Self::Vaccination
                | Self::FollowUp
                | Self::Move
                | Self::Cancel
                | Self::Repeat
                | Self::Race
                | Self::DoubleClick
        )
    }
}

/// One caller.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) kind: Kind,
    pub(super) phone: String,
    pub(super) family: String,
    pub(super) motive: &'static str,
    pub(super) words: &'static str,
    /// The red flag that is there, and how it is answered.
    pub(super) flag: Option<(&'static str, Value, Level)>,
    /// Whether the operator clears all flags with one answer.
    pub(super) clears_all: bool,
    worse: Value,
    birth_date: &'static str,
    known: bool,
    /// Whether mail reaches them; otherwise a text message does.
    writes: bool,
}

impl Caller {
    pub(super) fn any(random: &mut Random, number: usize) -> Self {
        let kind = random.pick(&Kind::MIX).copied().unwrap_or(Kind::Renewal);
        let (motive, words) = match kind {
            Kind::RedFlag | Kind::UnclearFlag => ("consultation", "j'ai mal dans la poitrine depuis ce matin"),
            Kind::Renewal => ("renouvellement", "je voudrais renouveler mon ordonnance"),
            Kind::Certificate => ("certificat", "un certificat pour le sport"),
            Kind::Vaccination => ("vaccination", "c'est pour un vaccin"),
            Kind::FollowUp => ("suivi", "pour mon suivi"),
            Kind::Professional | Kind::Sales => ("information", "je vous appelle du laboratoire"),
            _ => ("consultation", "j'ai mal au dos"),
        };
        let flags = [
            ("chest-pain", Level::Vital),
            ("stroke", Level::Vital),
            ("infant-fever", Level::VeryUrgent),
            ("pregnancy-danger", Level::VeryUrgent),
        ];
        let flag = random.pick(&flags).copied().unwrap_or(flags[0]);
        let unclear = if random.chance(5000) { Value::Unknown } else { Value::Refused };
        let flag = match kind {
            Kind::RedFlag => Some((flag.0, Value::Yes, flag.1)),
            Kind::UnclearFlag => Some((flag.0, unclear, flag.1)),
            _ => None,
        };
        let worse = [Value::No, Value::No, Value::No, Value::Yes, Value::Unknown];
        let births = ["1980-02-29", "1949-05-12", "2019-09-01", "2025-12-24"];
        Self {
            kind,
            phone: format!("+336{:08}", random.below(100_000_000)),
            family: format!("Patient{number}"),
            motive,
            words,
            clears_all: flag.is_none() && random.chance(7000),
            flag,
            worse: random.pick(&worse).cloned().unwrap_or(Value::No),
            birth_date: random.pick(&births).copied().unwrap_or(births[0]),
            known: kind == Kind::FollowUp || random.chance(5000),
            writes: random.chance(5000),
        }
    }

    /// Somebody else who wants the same.
    pub(super) fn rival(&self) -> Self {
        Self { family: format!("Rival{}", self.family), phone: format!("{}9", self.phone), ..self.clone() }
    }

    /// What the caller says to a question.
    pub(super) fn answer(&self, key: &str) -> Value {
        let choice = |text: &str| Value::Choice(text.to_owned());
        if key == keys::RED_FLAGS_ALL {
            return self.flag.as_ref().map_or(Value::No, |(_, answer, _)| answer.clone());
        }
        if let Some(flag) = key.strip_prefix(keys::RED_FLAG_PREFIX) {
            return match &self.flag {
                Some((id, answer, _)) if *id == flag => answer.clone(),
                _ => Value::No,
            };
        }
        match key {
            keys::CALLER_PHONE => Value::Phone(self.phone.clone()),
            keys::CALLER_KIND => choice(self.caller_kind()),
            keys::CALLER_NAME | keys::PATIENT_FAMILY => Value::Text(self.family.clone()),
            keys::PATIENT_GIVEN => Value::Text("Camille".to_owned()),
            keys::PATIENT_BIRTH_DATE => Value::Date(self.birth_date.to_owned()),
            keys::PATIENT_EMAIL if !self.writes => Value::Refused,
            keys::PATIENT_EMAIL => Value::Text(format!("{}@patients.example", self.family.to_lowercase())),
            keys::PATIENT_KNOWN => {
                if self.known {
                    Value::Yes
                } else {
                    Value::No
                }
            }
            keys::PATIENT_LOCATION => Value::Text("12 rue des Lilas".to_owned()),
            keys::MOTIVE => choice(self.motive),
            keys::RECAP => choice("confirmed"),
            keys::EMERGENCY_OUTCOME => choice("called"),
            "grid.worse" => self.worse.clone(),
            _ => Value::No,
        }
    }

    fn caller_kind(&self) -> &'static str {
        match self.kind {
            Kind::Relative => "relative",
            Kind::Professional => "professional",
            Kind::Sales => "commercial",
            _ => "patient",
        }
    }
}
