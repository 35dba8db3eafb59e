//! The part of a lock file that some packages need.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use toml::{Table, Value};

/// Names and entries, as cargo writes them, of the packages and of all that they
/// use; sorted as cargo does.
pub(crate) fn closure(lock: &str, roots: &[&str]) -> Result<Vec<(String, String)>> {
    let lock: Table = lock.parse()?;
    let packages = lock["package"].as_array().context("a list of packages")?;
    let mut open: Vec<&str> = roots.to_vec();
    let mut taken = BTreeSet::new();
    while let Some(reference) = open.pop() {
        let (index, package) = packages
            .iter()
            .enumerate()
            .find(|(_, package)| means(reference, package))
            .with_context(|| format!("{reference} is not in the lock file"))?;
        if taken.insert(index) {
            open.extend(dependencies(package));
        }
    }
    let chosen: Vec<&Value> = taken.into_iter().map(|index| &packages[index]).collect();
    Ok(chosen.iter().map(|package| (text(package, "name").to_owned(), entry(package, &chosen))).collect())
}

/// Whether a reference, `name` or `name version`, means this package.
fn means(reference: &str, package: &Value) -> bool {
    let mut words = reference.split(' ');
    words.next() == Some(text(package, "name"))
        && words.next().is_none_or(|version| version == text(package, "version"))
}

fn text<'p>(package: &'p Value, key: &str) -> &'p str {
    package.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn dependencies(package: &Value) -> impl Iterator<Item = &str> {
    package.get("dependencies").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn entry(package: &Value, chosen: &[&Value]) -> String {
    let mut entry = "[[package]]\n".to_owned();
    for key in ["name", "version", "source", "checksum"] {
        if let Some(value) = package.get(key).and_then(Value::as_str) {
            entry.push_str(&format!("{key} = {value:?}\n"));
        }
    }
    let mut needed = dependencies(package).peekable();
    if needed.peek().is_some() {
        entry.push_str("dependencies = [\n");
        for reference in needed {
            // The version stands there only where two of one name are left.
            let name = reference.split(' ').next().unwrap_or_default();
            let alone = chosen.iter().filter(|other| text(other, "name") == name).count() == 1;
            entry.push_str(&format!(" {:?},\n", if alone { name } else { reference }));
        }
        entry.push_str("]\n");
    }
    entry
}
