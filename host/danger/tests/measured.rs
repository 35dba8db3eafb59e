//! How much is heard of the sentences that nothing was ever tuned to. The README has the
//! figures; here is what they may not fall under.

use std::path::Path;

use greffon_danger::hear;

/// What is heard of a file's utterances that somebody should ask about, or not.
#[derive(Debug, Default)]
struct Share {
    part: f64,
    all: f64,
}

impl Share {
    fn count(&mut self, counts: bool) {
        self.all += 1.0;
        self.part += f64::from(u8::from(counts));
    }

    fn percent(&self) -> f64 {
        100.0 * self.part / self.all
    }
}

/// What is measured.
#[derive(Debug, Default)]
struct Measured {
    /// Utterances in danger of which the right sign is among those that come up.
    found: Share,
    /// Of these same, those for which somebody would be woken.
    wakes: Share,
    /// Everyday ones for which anything is asked.
    needless: Share,
    /// Everyday ones for which somebody would be woken.
    wakes_needlessly: Share,
}

/// An utterance: what it is, the signs that must come up, and its text.
struct Utterance {
    kind: String,
    wanted: String,
    text: String,
}

impl Utterance {
    fn is_danger(&self) -> bool {
        self.wanted != "-"
    }
}

fn utterances(folder: &str, files: &[&str]) -> Vec<Utterance> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(folder);
    let mut utterances = Vec::new();
    for file in files {
        for line in std::fs::read_to_string(folder.join(file)).expect("a corpus").lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [kind, wanted, _, _, text] = fields[..] else { panic!("{line}") };
            utterances.push(Utterance { kind: kind.to_owned(), wanted: wanted.to_owned(), text: text.to_owned() });
        }
    }
    utterances
}

/// Each with two everyday ones: one in danger between them, an everyday one before them.
fn among_others(utterances: Vec<Utterance>) -> Vec<Utterance> {
    let (danger, everyday): (Vec<Utterance>, Vec<Utterance>) = utterances.into_iter().partition(Utterance::is_danger);
    let other = |at: usize| everyday[at % everyday.len()].text.as_str();
    let among = |one: &Utterance, text: String| Utterance { kind: one.kind.clone(), wanted: one.wanted.clone(), text };
    let between =
        (0..).zip(&danger).map(|(at, one)| among(one, format!("{}. {}. {}.", other(at), one.text, other(at + 37))));
    let before = (0..)
        .zip(&everyday)
        .map(|(at, one)| among(one, format!("{}. {}. {}.", one.text, other(at + 13), other(at + 37))));
    between.chain(before).collect()
}

fn measure(name: &str, utterances: &[Utterance]) -> Measured {
    let mut measured = Measured::default();
    for one in utterances {
        let heard = hear(&one.text);
        let is_sure = heard.iter().any(|one| one.sure);
        if one.is_danger() {
            measured.found.count(heard.iter().any(|heard| one.wanted.split(',').any(|sign| sign == heard.sign)));
            measured.wakes.count(is_sure);
        } else if one.kind == "everyday" {
            measured.needless.count(!heard.is_empty());
            measured.wakes_needlessly.count(is_sure);
        }
    }
    let Measured { found, wakes, needless, wakes_needlessly } = &measured;
    println!(
        "{name}: found {:.1} % of {}, would wake for {:.1} %; needless {:.1} % of {}, would wake for {:.1} %",
        found.percent(),
        found.all,
        wakes.percent(),
        needless.percent(),
        needless.all,
        wakes_needlessly.percent(),
    );
    measured
}

#[test]
fn danger_is_found_and_everyday_life_left_alone() {
    let measured =
        measure("French", &utterances("measured", &["danger-1.tsv", "danger-2.tsv", "mixed.tsv", "everyday.tsv"]));
    assert!(measured.found.percent() >= 97.0, "{measured:?}");
    assert!(measured.wakes.percent() >= 40.0, "{measured:?}");
    assert!(measured.needless.percent() <= 8.0, "{measured:?}");
    assert!(measured.wakes_needlessly.percent() <= 2.0, "{measured:?}");
}

#[test]
fn english_is_heard_too() {
    let measured = measure("English", &utterances("measured", &["english.tsv"]));
    assert!(measured.found.percent() >= 95.0, "{measured:?}");
    assert!(measured.needless.percent() <= 12.0, "{measured:?}");
    assert!(measured.wakes_needlessly.percent() <= 3.0, "{measured:?}");
}

#[test]
fn what_was_written_later_is_heard_too() {
    let french = measure("French, second", &utterances("measured-2", &["french.tsv"]));
    assert!(french.found.percent() >= 97.0, "{french:?}");
    assert!(french.wakes.percent() >= 55.0, "{french:?}");
    assert!(french.needless.percent() <= 9.0, "{french:?}");
    assert!(french.wakes_needlessly.percent() <= 1.0, "{french:?}");
    let english = measure("English, second", &utterances("measured-2", &["english.tsv"]));
    assert!(english.found.percent() >= 96.0, "{english:?}");
    assert!(english.needless.percent() <= 8.0, "{english:?}");
    assert!(english.wakes_needlessly.percent() <= 3.0, "{english:?}");
}

#[test]
fn one_in_danger_among_others_is_found() {
    let french = measure("French, among others", &among_others(utterances("measured-2", &["french.tsv"])));
    assert!(french.found.percent() >= 92.0, "{french:?}");
    assert!(french.wakes.percent() >= 50.0, "{french:?}");
    assert!(french.needless.percent() <= 17.0, "{french:?}");
    assert!(french.wakes_needlessly.percent() <= 1.0, "{french:?}");
    let english = measure("English, among others", &among_others(utterances("measured-2", &["english.tsv"])));
    assert!(english.found.percent() >= 88.0, "{english:?}");
    assert!(english.needless.percent() <= 13.0, "{english:?}");
    assert!(english.wakes_needlessly.percent() <= 3.0, "{english:?}");
}
