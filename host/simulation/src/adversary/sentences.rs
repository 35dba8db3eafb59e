//! What callers say: sentences of greffon-danger's training corpus (never of the measured
//! one), mixtures of them, and what is no sentence at all.

use std::sync::LazyLock;

use crate::random::Random;

/// Sentences in danger, then everyday ones, then negations and mixtures.
static SENTENCES: LazyLock<[Vec<&'static str>; 3]> = LazyLock::new(|| {
    let all = |files: &[&'static str]| files.iter().flat_map(|file| texts(file)).collect();
    [
        all(&[
            include_str!("../../../danger/corpus/training/danger-1.tsv"),
            include_str!("../../../danger/corpus/training/danger-3.tsv"),
            include_str!("../../../danger/corpus/training/direct-1.tsv"),
        ]),
        all(&[
            include_str!("../../../danger/corpus/training/everyday-5.tsv"),
            include_str!("../../../danger/corpus/training/english-3.tsv"),
        ]),
        all(&[include_str!("../../../danger/corpus/training/mixed-1.tsv")]),
    ]
});

/// Words that practices list for signs of their own, as files have them.
pub(super) const LISTED: [&str; 4] = ["frelon", "pacemaker", "pile avalee", "colle"];

/// The text, the last of the five fields of a line.
fn texts(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter_map(|line| line.split('\t').nth(4))
}

/// Something that somebody says or writes.
pub(super) fn said(random: &mut Random) -> String {
    let [danger, everyday, mixed] = &*SENTENCES;
    let mut one = |of: &[&'static str]| (*random.pick(of).unwrap_or(&"allô ?")).to_owned();
    let text = match one(&["d", "d", "d", "e", "e", "e", "m", "m", "de", "ed", "word", "word", "garbage"]).as_str() {
        "d" => one(danger),
        "e" => one(everyday),
        "m" => one(mixed),
        "de" => format!("{}. {}", one(danger), one(everyday)),
        "ed" => format!("{} {}", one(everyday), one(mixed)),
        "word" => one(&[
            "c'est un frelon, je crois",
            "FRELONS !! partout",
            "mon pacemaker bipe",
            "il a une pile avalée, enfin je crois",
            "la colle, ça colle",
            "rien à voir avec un surfrelon",
        ]),
        _ => one(&[
            "",
            " ",
            "\u{0}\u{200b}",
            "????",
            "🙂🙂🙂",
            "oui",
            "non",
            "je ne sais pas",
            "<b>15</b>",
            "0899 000 000",
        ]),
    };
    if random.chance(300) { text.repeat(20) } else { text }
}
