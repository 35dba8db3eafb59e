//! Files that name each other, and the circles among them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

/// Which file names what of which other one.
#[derive(Default)]
pub struct Graph {
    arrows: BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>,
}

impl Graph {
    /// `from` names `what`, which `to` defines. A file may name its own.
    pub fn add(&mut self, from: &Path, to: &Path, what: &str) {
        if from != to {
            let names = self.arrows.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default();
            names.insert(what.to_owned());
        }
    }

    /// Every arrow, with the names that it stands for.
    pub fn arrows(&self) -> impl Iterator<Item = (&Path, &Path, String)> {
        self.arrows.iter().flat_map(|(from, arrows)| {
            arrows.iter().map(move |(to, names)| (from.as_path(), to.as_path(), listed(names)))
        })
    }

    /// The circles: for every file on one, a shortest that it is on, told once,
    /// as `a → b (names) → a (names)`.
    pub fn circles(&self) -> Vec<String> {
        let mut told = BTreeSet::new();
        let mut circles = Vec::new();
        for file in self.arrows.keys() {
            let ways = self.arrows[file].keys().filter_map(|next| self.way(next, file));
            let Some(way) = ways.min_by_key(Vec::len) else { continue };
            if told.insert(way.iter().copied().collect::<BTreeSet<_>>()) {
                let mut text = file.display().to_string();
                let mut before = file.as_path();
                for next in way {
                    let names = listed(&self.arrows[before][next]);
                    text = format!("{text}\n    → {} ({names})", next.display());
                    before = next;
                }
                circles.push(text);
            }
        }
        circles
    }

    /// A shortest way from one file to another, both among what is returned.
    fn way<'a>(&'a self, from: &'a Path, to: &Path) -> Option<Vec<&'a Path>> {
        let mut before = BTreeMap::from([(from, None)]);
        let mut next = VecDeque::from([from]);
        while let Some(at) = next.pop_front() {
            if at == to {
                let mut way: Vec<&Path> = std::iter::successors(Some(at), |at| before[at]).collect();
                way.reverse();
                return Some(way);
            }
            for neighbour in self.arrows.get(at).into_iter().flat_map(BTreeMap::keys) {
                if !before.contains_key(neighbour.as_path()) {
                    before.insert(neighbour, Some(at));
                    next.push_back(neighbour);
                }
            }
        }
        None
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
