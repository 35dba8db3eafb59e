//! The questions that every practice asks.

use std::sync::LazyLock;

use crate::model::care::Level;
use crate::model::practice::RedFlag;

/// The national core set, the most urgent first: never removed, never lowered.
/// The wording is greffon's own.
#[must_use]
pub fn core_set() -> &'static [RedFlag] {
    &CORE
}

static CORE: LazyLock<Vec<RedFlag>> = LazyLock::new(|| {
    let flag = |id: &str, level, spoken: &str, words: &[&str]| RedFlag {
        id: id.to_owned(),
        spoken: spoken.to_owned(),
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        level,
    };
    use Level::{VeryUrgent, Vital};
    vec![
        flag(
            "consciousness",
            Vital,
            "Le patient est-il inconscient, ou impossible à réveiller ?",
            &[
                "inconscien",
                "evanoui",
                "malaise",
                "ne reagit",
                "ne repond plus",
                "reveille pas",
                "perte de connaissance",
                "perdu connaissance",
                "syncope",
                "coma",
                "somnolen",
            ],
        ),
        flag(
            "breathing",
            Vital,
            "A-t-il beaucoup de mal à respirer, en ce moment ?",
            &["respir", "etouff", "essouffl", "souffle", "asthme", "levres bleues", "suffoqu"],
        ),
        flag(
            "chest-pain",
            Vital,
            "A-t-il une douleur ou un poids dans la poitrine ?",
            &["poitrine", "thorax", "thoraci", "infarctus", "coeur", "cardiaque", "bras gauche", "machoire"],
        ),
        flag(
            "stroke",
            Vital,
            "A-t-il d'un coup le visage déformé, un bras faible, ou du mal à parler ?",
            &[
                "avc",
                "paralys",
                "visage deforme",
                "bouche de travers",
                "bouche tordue",
                "mal a parler",
                "parle plus",
                "n arrive plus a parler",
                "bras faible",
                "bras mort",
                "hemipleg",
                "voit double",
                "voit plus",
                "vois plus",
            ],
        ),
        flag(
            "heavy-bleeding",
            Vital,
            "Saigne-t-il beaucoup, sans que cela s'arrête ?",
            &["saign", "hemorrag", "du sang", "perd du sang", "vomi du sang", "crache du sang"],
        ),
        flag(
            "anaphylaxis",
            Vital,
            "Le visage ou la gorge gonflent-ils, après un aliment, un médicament ou une piqûre ?",
            &["allergi", "gonfl", "oedeme", "anaphyl", "guepe", "abeille", "frelon"],
        ),
        flag(
            "seizure",
            Vital,
            "A-t-il des convulsions, ou vient-il d'en avoir ?",
            &["convuls", "epilep", "crise", "tremble de partout", "secousses"],
        ),
        flag(
            "suicidal-danger",
            Vital,
            "Parle-t-il de mourir ou de se faire du mal ?",
            &[
                "suicid",
                "mourir",
                "en finir",
                "me tuer",
                "se tuer",
                "plus envie de vivre",
                "idees noires",
                "me faire du mal",
                "se faire du mal",
                "me pendre",
                "sauter",
            ],
        ),
        flag(
            "severe-trauma",
            Vital,
            "Y a-t-il eu un accident grave, une chute de haut ou un choc violent ?",
            &["accident", "tombe", "chute", "choc", "renverse", "brul", "electrocut", "noy", "fractur", "plaie"],
        ),
        flag(
            "poisoning",
            Vital,
            "A-t-il avalé ou respiré un produit dangereux, ou trop de médicaments ?",
            &[
                "avale",
                "intoxi",
                "empoison",
                "javel",
                "surdos",
                "overdose",
                "trop de medicaments",
                "trop de cachets",
                "champignon",
                "monoxyde",
            ],
        ),
        flag(
            "infant-fever",
            VeryUrgent,
            "S'agit-il d'un bébé de moins de 3 mois avec de la fièvre ?",
            &["bebe", "nourrisson", "nouveau ne", "fievre", "temperature"],
        ),
        flag(
            "pregnancy-danger",
            VeryUrgent,
            "Est-elle enceinte, avec des saignements, une perte des eaux ou de fortes douleurs ?",
            &["enceinte", "grossesse", "accouch", "perte des eaux", "perdu les eaux", "contraction"],
        ),
    ]
});
