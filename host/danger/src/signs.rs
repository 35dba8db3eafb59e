//! The signs of danger that are listened for.

/// Calls a macro with the ids of all signs, in the order in which they are asked: what
/// kills first comes first. The classes of the model stand in this order too.
macro_rules! with_signs {
    ($callback:ident) => {
        $callback! {
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
        }
    };
}
pub(crate) use with_signs;

macro_rules! list {
    ($($sign:literal,)*) => {
        /// The ids of the signs, in the order in which they are asked.
        pub const SIGNS: [&str; 27] = [$($sign),*];
    };
}
with_signs!(list);

/// The class of danger at all, after those of the signs.
pub(crate) const ANY: usize = SIGNS.len();

/// How many classes the model has.
pub(crate) const CLASSES: usize = SIGNS.len() + 1;
