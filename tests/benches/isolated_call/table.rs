//! Lines of the tables.

use std::fmt::Write;

use crate::load::Seen;

const NAME: usize = 30;

/// The head of a table of loads.
pub fn head() -> String {
    let mut line = format!("{:NAME$}", "");
    for callers in crate::LOADS {
        let title = if callers == 1 { "1 caller".to_owned() } else { format!("{callers} callers") };
        write!(line, " | {title:^26}").expect("text grows");
    }
    line.push('\n');
    write!(line, "{:NAME$}", "").expect("text grows");
    for _ in crate::LOADS {
        write!(line, " | {:>8} {:>8} {:>8}", "p50", "p99", "calls/s").expect("text grows");
    }
    line
}

/// What a subject came to under each load.
pub fn row(name: &str, seen: &[&Seen]) -> String {
    let mut line = format!("{name:NAME$}");
    for load in seen {
        let (p50, p99) = (load.percentile(50), load.percentile(99));
        write!(line, " | {p50:8.1} {p99:8.1} {:8.0}", load.per_second()).expect("text grows");
    }
    line
}

/// Times of the first by times of the second, and calls per second likewise.
pub fn ratio(name: &str, pairs: &[(&Seen, &Seen)]) -> String {
    let mut line = format!("{name:NAME$}");
    for (ours, theirs) in pairs {
        let of = |percent| ours.percentile(percent) / theirs.percentile(percent);
        write!(line, " | {:8.2} {:8.2} {:8.2}", of(50), of(99), ours.per_second() / theirs.per_second())
            .expect("text grows");
    }
    line
}

/// A size for people.
pub fn bytes(count: usize) -> String {
    format!("{:.1} KB", count as f64 / 1000.0)
}
