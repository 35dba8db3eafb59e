//! The signs of danger that are listened for.

/// Their ids, in the order in which they are asked: what kills first comes first. The
/// classes of the model stand in this order too.
pub const SIGNS: [&str; 27] = [
    "unconscious",
    "breathing",
    "chest-pain",
    "stroke",
    "heavy-bleeding",
    "anaphylaxis",
    "seizure",
    "suicidal-danger",
    "severe-trauma",
    "poisoning",
    "meningitis",
    "low-blood-sugar",
    "heat-stroke",
    "sudden-headache",
    "head-injury",
    "burn",
    "sepsis",
    "high-blood-sugar",
    "severe-abdomen",
    "eye-danger",
    "testicular-pain",
    "cold-limb",
    "pregnancy-danger",
    "infant-fever",
    "newborn-danger",
    "violence",
    "child-in-danger",
];

/// The class of danger at all, after those of the signs.
pub(crate) const ANY: usize = SIGNS.len();

/// How many classes the model has.
pub(crate) const CLASSES: usize = SIGNS.len() + 1;
