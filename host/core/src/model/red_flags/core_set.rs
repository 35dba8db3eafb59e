//! The questions that every practice asks: one for each sign of danger that is
//! listened for.

use std::sync::LazyLock;

use greffon_words::{Text, flags};

use crate::model::care::Level;
use crate::model::practice::RedFlag;

/// A flag of the core set.
#[derive(Clone, Debug)]
pub struct CoreFlag {
    /// As a practice's own flags are, with the question about somebody else.
    pub flag: RedFlag,
    /// The question to the patient.
    pub to_patient: Text,
    /// How it is named where it is told of: a sign, never an illness (S17).
    pub label: Text,
    /// Of whom it is asked without anybody having said a word of it.
    pub of: Audience,
    /// The public guidance that it follows.
    pub source: &'static str,
}

/// Of whom a sign is asked. What is not known of a patient leaves nobody out, and
/// what words brought up is asked of everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Of everybody.
    Everybody,
    /// From this age on, in years.
    From(u32),
    /// Below this age, in years.
    Under(u32),
    /// Of whoever may be pregnant or have given birth: from 10 to 56 years.
    Childbearing,
}

impl Audience {
    /// Whether a patient of this age may be meant.
    #[must_use]
    pub fn is_meant(self, age_years: Option<u32>) -> bool {
        let Some(age) = age_years else { return true };
        match self {
            Self::Everybody => true,
            Self::From(years) => age >= years,
            Self::Under(years) => age < years,
            Self::Childbearing => (10..=56).contains(&age),
        }
    }
}

/// The national core set, the most urgent first: never removed, never lowered. It has a
/// flag for each of [`greffon_danger::SIGNS`]. The wording is greffon's own.
#[must_use]
pub fn core_set() -> &'static [CoreFlag] {
    &CORE
}

static CORE: LazyLock<Vec<CoreFlag>> = LazyLock::new(|| {
    use Audience::{Childbearing, Everybody, From, Under};
    use Level::{VeryUrgent, Vital};
    let row = |id: &str, level, of, source, [to_patient, about, label]: [Text; 3]| {
        let flag = RedFlag { id: id.to_owned(), spoken: about.to_string(), words: Vec::new(), level };
        CoreFlag { flag, to_patient, label, of, source }
    };
    vec![
        row(
            "unconscious",
            Vital,
            Everybody,
            "ameli.fr, « Malaise » et « Perte de connaissance »",
            [flags::unconscious_self(), flags::unconscious_other(), flags::unconscious_label()],
        ),
        row(
            "breathing",
            Vital,
            Everybody,
            "ameli.fr, « Essoufflement » ; SAMU-Urgences de France, appel au 15",
            [flags::breathing_self(), flags::breathing_other(), flags::breathing_label()],
        ),
        row(
            "chest-pain",
            Vital,
            Everybody,
            "ameli.fr, « Infarctus du myocarde »",
            [flags::chest_pain_self(), flags::chest_pain_other(), flags::chest_pain_label()],
        ),
        row(
            "stroke",
            Vital,
            Everybody,
            "ameli.fr, « Accident vasculaire cérébral »",
            [flags::stroke_self(), flags::stroke_other(), flags::stroke_label()],
        ),
        row(
            "heavy-bleeding",
            Vital,
            Everybody,
            "Croix-Rouge française, hémorragies ; ameli.fr, « Hémorragie »",
            [flags::heavy_bleeding_self(), flags::heavy_bleeding_other(), flags::heavy_bleeding_label()],
        ),
        row(
            "anaphylaxis",
            Vital,
            Everybody,
            "ameli.fr, « Anaphylaxie »",
            [flags::anaphylaxis_self(), flags::anaphylaxis_other(), flags::anaphylaxis_label()],
        ),
        row(
            "seizure",
            Vital,
            Everybody,
            "ameli.fr, « Convulsions » et « Épilepsie »",
            [flags::seizure_self(), flags::seizure_other(), flags::seizure_label()],
        ),
        row(
            "suicidal-danger",
            Vital,
            From(10),
            "3114, numéro national de prévention du suicide",
            [flags::suicidal_danger_self(), flags::suicidal_danger_other(), flags::suicidal_danger_label()],
        ),
        row(
            "severe-trauma",
            Vital,
            Everybody,
            "Croix-Rouge française, traumatismes",
            [flags::severe_trauma_self(), flags::severe_trauma_other(), flags::severe_trauma_label()],
        ),
        row(
            "poisoning",
            Vital,
            Everybody,
            "Centres antipoison, conduite à tenir",
            [flags::poisoning_self(), flags::poisoning_other(), flags::poisoning_label()],
        ),
        row(
            "meningitis",
            Vital,
            Everybody,
            "ameli.fr, « Méningite aiguë »",
            [flags::meningitis_self(), flags::meningitis_other(), flags::meningitis_label()],
        ),
        row(
            "low-blood-sugar",
            Vital,
            Everybody,
            "ameli.fr, « Diabète : l'hypoglycémie »",
            [flags::low_blood_sugar_self(), flags::low_blood_sugar_other(), flags::low_blood_sugar_label()],
        ),
        row(
            "heat-stroke",
            Vital,
            Everybody,
            "Santé publique France, fortes chaleurs et canicule",
            [flags::heat_stroke_self(), flags::heat_stroke_other(), flags::heat_stroke_label()],
        ),
        row(
            "sudden-headache",
            VeryUrgent,
            Everybody,
            "ameli.fr, « Mal de tête »",
            [flags::sudden_headache_self(), flags::sudden_headache_other(), flags::sudden_headache_label()],
        ),
        row(
            "head-injury",
            VeryUrgent,
            Everybody,
            "ameli.fr, « Traumatisme crânien »",
            [flags::head_injury_self(), flags::head_injury_other(), flags::head_injury_label()],
        ),
        row(
            "burn",
            VeryUrgent,
            Everybody,
            "ameli.fr, « Brûlure »",
            [flags::burn_self(), flags::burn_other(), flags::burn_label()],
        ),
        row(
            "sepsis",
            VeryUrgent,
            Everybody,
            "HAS, sepsis ; ameli.fr, fièvre et traitement par chimiothérapie",
            [flags::sepsis_self(), flags::sepsis_other(), flags::sepsis_label()],
        ),
        row(
            "high-blood-sugar",
            VeryUrgent,
            Everybody,
            "ameli.fr, « Diabète : l'hyperglycémie »",
            [flags::high_blood_sugar_self(), flags::high_blood_sugar_other(), flags::high_blood_sugar_label()],
        ),
        row(
            "severe-abdomen",
            VeryUrgent,
            Everybody,
            "ameli.fr, « Douleur abdominale »",
            [flags::severe_abdomen_self(), flags::severe_abdomen_other(), flags::severe_abdomen_label()],
        ),
        row(
            "eye-danger",
            VeryUrgent,
            Everybody,
            "ameli.fr, « Corps étranger dans l'œil » et « Baisse brutale de la vue »",
            [flags::eye_danger_self(), flags::eye_danger_other(), flags::eye_danger_label()],
        ),
        row(
            "testicular-pain",
            VeryUrgent,
            Everybody,
            "ameli.fr, « Torsion du testicule »",
            [flags::testicular_pain_self(), flags::testicular_pain_other(), flags::testicular_pain_label()],
        ),
        row(
            "cold-limb",
            VeryUrgent,
            Everybody,
            "HAS, ischémie aiguë d'un membre",
            [flags::cold_limb_self(), flags::cold_limb_other(), flags::cold_limb_label()],
        ),
        row(
            "pregnancy-danger",
            VeryUrgent,
            Childbearing,
            "ameli.fr, « Grossesse : les signes qui doivent alerter »",
            [flags::pregnancy_danger_self(), flags::pregnancy_danger_other(), flags::pregnancy_danger_label()],
        ),
        row(
            "infant-fever",
            VeryUrgent,
            Under(1),
            "HAS 2016, fièvre du nourrisson de moins de trois mois",
            [flags::infant_fever_self(), flags::infant_fever_other(), flags::infant_fever_label()],
        ),
        row(
            "newborn-danger",
            VeryUrgent,
            Under(1),
            "ameli.fr, « Surveiller son nourrisson »",
            [flags::newborn_danger_self(), flags::newborn_danger_other(), flags::newborn_danger_label()],
        ),
        row(
            "violence",
            VeryUrgent,
            Everybody,
            "3919, violences femmes info ; 3977, maltraitance des personnes âgées",
            [flags::violence_self(), flags::violence_other(), flags::violence_label()],
        ),
        row(
            "child-in-danger",
            VeryUrgent,
            Everybody,
            "119, allô enfance en danger",
            [flags::child_in_danger_self(), flags::child_in_danger_other(), flags::child_in_danger_label()],
        ),
    ]
});
