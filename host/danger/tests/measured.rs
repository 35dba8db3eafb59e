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

fn measure(files: &[&str]) -> (Share, Share, Share) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/measured");
    let (mut found, mut needless, mut sure) = (Share::default(), Share::default(), Share::default());
    for file in files {
        let text = std::fs::read_to_string(folder.join(file)).expect("a corpus");
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [kind, wanted, _, _, text] = fields[..] else { panic!("{line}") };
            let heard = hear(text);
            if wanted != "-" {
                found.count(heard.iter().any(|one| wanted.split(',').any(|sign| sign == one.sign)));
            } else if kind == "everyday" {
                needless.count(!heard.is_empty());
                sure.count(heard.iter().any(|one| one.sure));
            }
        }
    }
    (found, needless, sure)
}

#[test]
fn danger_is_found_and_everyday_life_left_alone() {
    let (found, needless, sure) = measure(&["danger-1.tsv", "danger-2.tsv", "mixed.tsv", "everyday.tsv"]);
    println!(
        "French: found {:.1} %, needless {:.1} %, would wake {:.1} %",
        found.percent(),
        needless.percent(),
        sure.percent()
    );
    assert!(found.percent() >= 96.0, "{found:?}");
    assert!(needless.percent() <= 8.0, "{needless:?}");
    assert!(sure.percent() <= 3.0, "{sure:?}");
}

#[test]
fn english_is_heard_too() {
    let (found, needless, sure) = measure(&["english.tsv"]);
    println!(
        "English: found {:.1} %, needless {:.1} %, would wake {:.1} %",
        found.percent(),
        needless.percent(),
        sure.percent()
    );
    assert!(found.percent() >= 87.0, "{found:?}");
    assert!(needless.percent() <= 16.0, "{needless:?}");
}
