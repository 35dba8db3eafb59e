//! Lists of words. They find what is plainly so; whoever approves a text reads it.

/// Names of medicines that a reception is asked about every day.
const DRUGS: [&str; 62] = [
    "actifed",
    "advil",
    "aerius",
    "amoxicilline",
    "anxiolytique",
    "aspegic",
    "aspirine",
    "atarax",
    "augmentin",
    "becotide",
    "biafine",
    "bisoprolol",
    "celestene",
    "codeine",
    "cortisone",
    "dafalgan",
    "debridat",
    "diclofenac",
    "doliprane",
    "eliquis",
    "efferalgan",
    "fervex",
    "forlax",
    "gaviscon",
    "ibuprofene",
    "imodium",
    "imovane",
    "inexium",
    "kardegic",
    "keppra",
    "lamaline",
    "levothyrox",
    "lexomil",
    "loperamide",
    "lovenox",
    "metformine",
    "methotrexate",
    "mopral",
    "morphine",
    "motilium",
    "naproxene",
    "nurofen",
    "omeprazole",
    "orelox",
    "paracetamol",
    "polaramine",
    "prednisone",
    "previscan",
    "seresta",
    "skenan",
    "smecta",
    "solupred",
    "spasfon",
    "stilnox",
    "strepsils",
    "tramadol",
    "valium",
    "ventoline",
    "vogalene",
    "voltarene",
    "xanax",
    "zyrtec",
];

/// What follows a number in a dose.
const UNITS: [&str; 27] = [
    "mg",
    "milligramme",
    "milligrammes",
    "microgrammes",
    "mcg",
    "ug",
    "ml",
    "millilitres",
    "ui",
    "unites",
    "goutte",
    "gouttes",
    "comprime",
    "comprimes",
    "cachet",
    "cachets",
    "gelule",
    "gelules",
    "sachet",
    "sachets",
    "cuillere",
    "cuilleres",
    "bouffee",
    "bouffees",
    "suppositoire",
    "suppositoires",
    "ampoules",
];

const COUNTS: [&str; 12] =
    ["un", "une", "deux", "trois", "quatre", "cinq", "six", "huit", "dix", "demi", "double", "quelques"];

const ADVISES: [&str; 44] = [
    "mettez de la glace",
    "mettre de la glace",
    "appliquez",
    "massez",
    "desinfectez",
    "nettoyez la plaie",
    "comprimez",
    "buvez beaucoup",
    "buvez de l eau",
    "faites le boire",
    "faites la boire",
    "hydratez",
    "ne mangez pas",
    "mangez",
    "mangez leger",
    "reposez vous",
    "restez au lit",
    "restez couche",
    "restez allonge",
    "allongez vous",
    "couchez vous",
    "couchez le",
    "couchez la",
    "donnez lui un bain",
    "donnez lui a boire",
    "decouvrez le",
    "decouvrez la",
    "deshabillez",
    "surveillez la temperature",
    "prenez une douche",
    "prenez un bain",
    "rincez",
    "lavez",
    "bandez",
    "surelevez",
    "faites vomir",
    "faites le vomir",
    "faites la vomir",
    "ne bougez pas le bras",
    "massage cardiaque",
    "evitez le lait",
    "arretez le sport",
    "il faut boire",
    "il faut manger",
];

const REASSURES: [&str; 19] = [
    "ne vous en faites pas",
    "rien d inquietant",
    "pas inquietant",
    "ca va aller",
    "tout ira bien",
    "aucune raison de",
    "rien de serieux",
    "pas d affolement",
    "ca passe tout seul",
    "cela passe tout seul",
    "cela passera",
    "ca passera",
    "c est classique",
    "c est courant",
    "c est frequent",
    "c est bien benin",
    "est benin",
    "est benigne",
    "pas de panique",
];

const SUPPOSES: [&str; 18] = [
    "suspicion de",
    "suspicion d",
    "suspecte une",
    "suspecte un",
    "probablement une",
    "probablement un",
    "sans doute une",
    "sans doute un",
    "surement une",
    "surement un",
    "on dirait une",
    "on dirait un",
    "ressemble a une",
    "ressemble a un",
    "evoque une",
    "evoque un",
    "le diagnostic est",
    "mon diagnostic",
];

/// Whether a sentence tells somebody how to care for themselves.
pub(super) fn advises(said: &str) -> bool {
    has(said, &ADVISES)
}

/// Whether a sentence reassures.
pub(super) fn reassures(said: &str) -> bool {
    has(said, &REASSURES)
}

/// Whether a sentence supposes an illness.
pub(super) fn supposes(said: &str) -> bool {
    has(said, &SUPPOSES)
}

/// The medicine that a sentence names.
pub(super) fn drug(said: &str) -> Option<&'static str> {
    DRUGS.into_iter().find(|drug| said.contains(&format!(" {drug} ")) || said.contains(&format!(" {drug}s ")))
}

/// Whether a sentence has a dose: a number, in digits or words, with its unit, or how often
/// a day.
pub(super) fn has_dose(said: &str) -> bool {
    let words: Vec<&str> = said.split_whitespace().collect();
    let number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit()) || COUNTS.contains(&word);
    let counted = words.windows(2).any(|two| number(two[0]) && UNITS.contains(&two[1]));
    let joined = words.iter().any(|word| {
        let unit = word.trim_start_matches(|sign: char| sign.is_ascii_digit());
        unit.len() < word.len() && UNITS.contains(&unit)
    });
    let daily = ["fois par jour ", "matin et soir ", "matin midi et soir "].iter().any(|often| said.ends_with(often))
        && words.iter().any(|word| word.starts_with("pren") || word.starts_with("donn"));
    counted || joined || daily
}

/// Whether one of these stands in it, whole words only.
fn has(said: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| said.contains(&format!(" {part} ")))
}
