//! The words beside which a figure says something, in either language.

pub(super) const TEMPERATURE: &[&str] = &[
    "fievre",
    "fievreux",
    "fievreuse",
    "temperature",
    "temp",
    "thermometre",
    "t",
    "tp",
    "febrile",
    "temperatur",
    "fever",
    "temps",
    "feverish",
    "pyrexia",
    "pyrexial",
    "thermometer",
    "fahrenheit",
];
pub(super) const SATURATION: &[&str] =
    &["sat", "satu", "saturation", "sature", "spo2", "sao2", "oxymetre", "saturometre", "oxygene"];
pub(super) const SATURATION_ENGLISH: &[&str] = &["sats", "o2", "oxygen", "ox", "oximeter", "oxymeter"];
pub(super) const SUGAR: &[&str] = &[
    "glycemie",
    "glycemies",
    "gly",
    "glyc",
    "dextro",
    "dextros",
    "sucre",
    "hgt",
    "capteur",
    "lecteur",
    "diabetique",
    "diabete",
    "dt1",
    "dt2",
    "did",
    "hypo",
    "hypoglycemie",
    "freestyle",
    "dexcom",
    "glucose",
    "insuline",
    "glucometre",
    "sugar",
    "sugars",
    "bg",
    "bgl",
    "bm",
    "bms",
    "cbg",
    "bsl",
];
/// What a figure in millimoles stands right behind.
pub(super) const SUGAR_ENGLISH: &[&str] =
    &["sugar", "sugars", "glucose", "bg", "bgl", "bm", "bms", "cbg", "bsl", "dexcom", "libre", "freestyle", "hypo"];
pub(super) const PRESSURE: &[&str] =
    &["ta", "tension", "pa", "tas", "pression", "tensiometre", "bp", "sbp", "systolic", "pressure"];
pub(super) const PULSE: &[&str] = &["pouls", "fc", "pulsations", "bat", "bpm", "pls", "coeur", "hr", "pulse"];
pub(super) const GLASGOW: &[&str] = &["glasgow", "gcs", "glasgo"];
pub(super) const PAIN: &[&str] = &["en", "eva", "douleur", "mal", "souffre", "cote", "pain", "hurts", "agony"];
pub(super) const DURATION: &[&str] = &[
    "depuis",
    "ya",
    "y",
    "dans",
    "pendant",
    "durant",
    "pour",
    "tous",
    "toutes",
    "ici",
    "avant",
    "apres",
    "fait",
    "deja",
    "sous",
    "environ",
    "moins",
    "plus",
    "encore",
    "prochains",
    "derniers",
    "puis",
];

/// Behind an English figure: it is no measure, but so much time, or of something else.
pub(super) const COUNTED_ENGLISH: &[&str] = &[
    "years", "year", "yrs", "yr", "yo", "y", "weeks", "week", "wks", "wk", "months", "month", "mths", "days", "day",
    "hours", "hour", "hrs", "h", "minutes", "minute", "mins", "min", "times", "x", "pounds", "quid", "euros",
    "dollars", "kg", "kilos", "stone", "lbs", "units", "unit", "tablets", "pills", "mg", "ml", "miles", "am", "pm",
    "o", "th", "st", "nd", "rd", "percent", "people", "children", "kids", "of",
];
pub(super) const DURATION_ENGLISH: &[&str] =
    &["for", "since", "in", "every", "past", "last", "next", "within", "after", "about", "over", "these", "another"];
/// Who may be so many days old.
pub(super) const SMALL_ONES: &[&str] = &[
    "baby",
    "babe",
    "bub",
    "bubs",
    "bairn",
    "newborn",
    "neonate",
    "infant",
    "son",
    "daughter",
    "he",
    "she",
    "hes",
    "shes",
    "aged",
    "granddaughter",
    "grandson",
    "boy",
    "girl",
    "twins",
    "twin",
    "lo",
    "nephew",
    "niece",
    "prem",
    "pt",
    "m",
    "f",
];
