//! The example practices and days, embedded so that the demo runs from the
//! binary alone.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;

use super::day::{Case, Day};
use crate::config::shared::{OpenTo, SharedFolder, SharedFolders};

/// Where the example practice expects its CalDAV server.
const EXAMPLE_ORIGIN: &str = "http://127.0.0.1:5232";

macro_rules! example {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../../examples/", $path)))
    };
}

const FILES: [(&str, &str); 5] = [
    example!("practices/cabinet-morel/practice.toml"),
    example!("practices/cabinet-morel/grids/medecine-generale.toml"),
    example!("practices/centre-des-lilas/practice.toml"),
    example!("practices/maison-des-remparts/practice.toml"),
    example!("grilles/medecine-generale.toml"),
];

/// The only secret that an example practice names.
const SECRET: &str = "practices/maison-des-remparts/secrets/dav";

const CASES: (&str, &str) = example!("days/cases.toml");

const DAYS: [(&str, &str); 3] = [
    example!("days/cabinet-morel.toml"),
    example!("days/centre-des-lilas.toml"),
    example!("days/maison-des-remparts.toml"),
];

/// Writes the practices, and the grids that they share, into a folder, with the
/// CalDAV server at `agenda`; from `examples` where it is given, else from the binary.
pub fn write_practices(folder: &Path, examples: Option<&Path>, agenda: SocketAddr) -> anyhow::Result<()> {
    for (path, embedded) in FILES {
        let text = match examples.map(|examples| examples.join(path)) {
            Some(file) => std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?,
            None => embedded.to_owned(),
        };
        write(&folder.join(path), &text.replace(EXAMPLE_ORIGIN, &format!("http://{agenda}")))?;
    }
    write(&folder.join(SECRET), "demo-without-secrets\n")
}

/// What the practices share, as `examples/greffon.toml` has it.
pub fn shared(folder: &Path) -> SharedFolders {
    let practices = ["centre-des-lilas", "maison-des-remparts"].map(str::to_owned).to_vec();
    let grids = SharedFolder { path: folder.join("grilles"), practices: OpenTo::These(practices) };
    SharedFolders::from([("grilles".to_owned(), grids)])
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The kinds of contacts.
pub fn cases() -> anyhow::Result<BTreeMap<String, Case>> {
    toml::from_str(CASES.1).with_context(|| format!("examples/{} is not readable", CASES.0))
}

/// The days, in the order of their files.
pub fn days(cases: &BTreeMap<String, Case>) -> anyhow::Result<Vec<Day>> {
    DAYS.iter()
        .map(|(path, text)| Day::parse(text, cases).with_context(|| format!("examples/{path} is not readable")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_have_at_least_eighty_contacts_of_every_kind() {
        let cases = cases().expect("cases read");
        let days = days(&cases).expect("days read");
        let planned: Vec<&str> = days.iter().flat_map(|day| &day.contacts).map(|one| one.case.as_str()).collect();
        assert!(planned.len() >= 80, "{}", planned.len());
        for case in cases.keys() {
            assert!(planned.contains(&case.as_str()), "no contact of the kind {case}");
        }
    }
}
