//! From locale files to Rust. The build script and the crate's tests share it.
//!
//! A locale is a folder of areas, one TOML file each; a key of a file is one
//! text, or a table of its plural forms:
//!
//! ```toml
//! contact_closed = "Cette demande est close : ouvrez-en une nouvelle."
//! not_offered = "{practitioner} ne propose pas le motif « {motive} »."
//! horizon.by = "days"
//! horizon.one = "Ce motif se réserve au plus {days:number} jour à l'avance."
//! horizon.other = "Ce motif se réserve au plus {days:number} jours à l'avance."
//! ```
//!
//! All faults of all files are found in one build.

mod entry;
mod fault;
mod name;
mod rust;
mod template;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use entry::{Entries, Entry};
pub use fault::Fault;
use fault::Wrong;
use name::{is_name, not_a_name};

/// The languages, the one that everything is written in first. Each is a folder.
const LANGUAGES: [&str; 2] = ["fr", "en"];

/// The text of each locale file, by language and area: `sources["fr"]["rules"]`.
pub type Sources = BTreeMap<String, BTreeMap<String, String>>;

/// Reads the locale folders below `locales`.
///
/// # Errors
/// A folder or file that cannot be read, or that is no locale file.
pub fn read(locales: &Path) -> Result<Sources, Vec<Fault>> {
    let mut sources = Sources::new();
    let mut faults = Vec::new();
    for language in LANGUAGES {
        let folder = locales.join(language);
        let areas = sources.entry(language.to_owned()).or_default();
        let unreadable = |error: std::io::Error| {
            let wrong = Wrong::new(format!("it cannot be read: {error}"), "each language is a folder of TOML files");
            vec![wrong.at(&format!("locales/{language}"), None)]
        };
        for file in std::fs::read_dir(&folder).map_err(unreadable)? {
            let path = file.map_err(unreadable)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let shown = format!("locales/{language}/{name}");
            let Some(area) = name.strip_suffix(".toml") else {
                faults.push(Wrong::new("it is no locale file", "move it, or call it <area>.toml").at(&shown, None));
                continue;
            };
            match std::fs::read_to_string(&path) {
                Ok(text) => drop(areas.insert(area.to_owned(), text)),
                Err(error) => faults
                    .push(Wrong::new(format!("it cannot be read: {error}"), "write it as UTF-8 text").at(&shown, None)),
            }
        }
    }
    if faults.is_empty() { Ok(sources) } else { Err(faults) }
}

/// The Rust module of each area, one function a key.
///
/// # Errors
/// Everything that is wrong with the files, in their order.
pub fn compile(sources: &Sources) -> Result<String, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut areas: BTreeMap<&str, Area> = BTreeMap::new();
    for language in LANGUAGES {
        for (area, text) in sources.get(language).into_iter().flatten() {
            let file = file_of(language, area);
            if !is_name(area) {
                faults.push(not_a_name("area").at(&file, None));
            }
            let entries = entries(text, &file, &mut faults);
            areas.entry(area).or_default().insert(language, entries);
        }
    }
    for (name, area) in &areas {
        compare(name, area, &mut faults);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(areas.iter().map(|(name, area)| rust::module(name, &area["fr"], &area["en"])).collect())
}

/// One area's keys in each language that has the file.
type Area = BTreeMap<&'static str, Entries>;

fn entries(text: &str, file: &str, faults: &mut Vec<Fault>) -> Entries {
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            let error = error.to_string().trim_end().replace('\n', " ");
            faults.push(Wrong::new(format!("it is not TOML: {error}"), "mend that line").at(file, None));
            return Entries::new();
        }
    };
    table
        .into_iter()
        .map(|(key, value)| {
            let entry = if is_name(&key) { Entry::of(&value) } else { Err(not_a_name("key")) };
            let entry = entry.map_err(|wrong| faults.push(wrong.at(file, Some(&key)))).ok();
            (key, entry)
        })
        .collect()
}

/// Every language has the same keys, and every key the same arguments.
fn compare(name: &str, area: &Area, faults: &mut Vec<Fault>) {
    let keys: BTreeSet<&String> = area.values().flat_map(BTreeMap::keys).collect();
    for key in keys {
        let lacking: Vec<&str> = LANGUAGES
            .into_iter()
            .filter(|language| !area.get(language).is_some_and(|all| all.contains_key(key)))
            .collect();
        for language in &lacking {
            let wrong = Wrong::new("it stands in another language only", "write it in every language");
            faults.push(wrong.at(&file_of(language, name), Some(key)));
        }
        let of = |language: &str| area.get(language).and_then(|all| all.get(key)).and_then(Option::as_ref);
        if let (Some(french), Some(english)) = (of("fr"), of("en"))
            && french.arguments() != english.arguments()
        {
            let wrong = Wrong::new(
                format!("it has {}, and in French {}", listed(english), listed(french)),
                "name the same arguments with the same types",
            );
            faults.push(wrong.at(&file_of("en", name), Some(key)));
        }
    }
}

fn listed(entry: &Entry) -> String {
    let arguments = entry.arguments();
    if arguments.is_empty() {
        return "no arguments".to_owned();
    }
    let each = arguments.iter().map(|(name, kind)| format!("{{{name}{}}}", kind.suffix()));
    each.collect::<Vec<_>>().join(" ")
}

fn file_of(language: &str, area: &str) -> String {
    format!("locales/{language}/{area}.toml")
}
