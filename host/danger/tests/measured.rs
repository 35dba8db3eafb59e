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

fn measure(language: &str, files: &[&str]) -> Measured {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/measured");
    let mut measured = Measured::default();
    for file in files {
        let text = std::fs::read_to_string(folder.join(file)).expect("a corpus");
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [kind, wanted, _, _, text] = fields[..] else { panic!("{line}") };
            let heard = hear(text);
            let is_sure = heard.iter().any(|one| one.sure);
            if wanted != "-" {
                measured.found.count(heard.iter().any(|one| wanted.split(',').any(|sign| sign == one.sign)));
                measured.wakes.count(is_sure);
            } else if kind == "everyday" {
                measured.needless.count(!heard.is_empty());
                measured.wakes_needlessly.count(is_sure);
            }
        }
    }
    let Measured { found, wakes, needless, wakes_needlessly } = &measured;
    println!(
        "{language}: found {:.1} % of {}, would wake for {:.1} %; needless {:.1} % of {}, would wake for {:.1} %",
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
    let measured = measure("French", &["danger-1.tsv", "danger-2.tsv", "mixed.tsv", "everyday.tsv"]);
    assert!(measured.found.percent() >= 97.0, "{measured:?}");
    assert!(measured.wakes.percent() >= 40.0, "{measured:?}");
    assert!(measured.needless.percent() <= 8.0, "{measured:?}");
    assert!(measured.wakes_needlessly.percent() <= 2.0, "{measured:?}");
}

#[test]
fn english_is_heard_too() {
    let measured = measure("English", &["english.tsv"]);
    assert!(measured.found.percent() >= 95.0, "{measured:?}");
    assert!(measured.needless.percent() <= 12.0, "{measured:?}");
    assert!(measured.wakes_needlessly.percent() <= 3.0, "{measured:?}");
}
