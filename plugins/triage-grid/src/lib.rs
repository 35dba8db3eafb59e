//! Declarative triage grids, read from the settings: red flags, then questions,
//! then rules of which the highest level wins. The format is in the README.

mod asking;
mod check;
mod conclude;
mod condition;
mod known;
mod prepared;
mod run;
mod select;
mod settings;
#[cfg(test)]
mod testing;

use greffon_sdk::practice::Finding;
use greffon_sdk::triage::{Encounter, Protocol, Step, Triage, TriageError};

use crate::prepared::Prepared;
use crate::settings::Grid;

/// The plugin.
struct TriageGrid;

impl Triage for TriageGrid {
    type Settings = Grid;
    type Prepared = Prepared;

    fn check(grid: &Grid) -> Vec<Finding> {
        check::all(grid)
    }

    fn protocols(grid: &Prepared) -> Result<Vec<Protocol>, TriageError> {
        grid.protocols.iter().map(|entry| Ok(select::describe(entry.protocol.read()?))).collect()
    }

    fn next(grid: &Prepared, encounter: &Encounter) -> Result<Step, TriageError> {
        let protocols = select::serving(grid, encounter)?;
        run::next(&grid.common, &protocols, encounter)
    }
}

greffon_sdk::export_triage!(TriageGrid);

#[cfg(test)]
mod tests {
    use greffon_sdk::practice::FindingSeverity;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::fever;

    fn schema() -> jsonschema::Validator {
        let manifest: Value = toml::from_str(include_str!("../plugin.toml")).unwrap();
        jsonschema::draft202012::new(&manifest["settings-schema"]).unwrap()
    }

    fn example() -> Value {
        let readme = include_str!("../README.md");
        let grid = readme.split("## A grid\n\n```toml\n").nth(1).unwrap();
        toml::from_str(grid.split("```").next().unwrap()).unwrap()
    }

    #[test]
    fn the_schema_accepts_what_the_plugin_reads() {
        for settings in [fever(), example(), json!({})] {
            let errors: Vec<String> = schema().iter_errors(&settings).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
            serde_json::from_value::<Grid>(settings).unwrap();
        }
    }

    #[test]
    fn the_schema_refuses_what_the_plugin_cannot_read() {
        let mut wrong_level = fever();
        wrong_level["protocols"][0]["floor"] = "urgent".into();
        let mut wrong_orientation = fever();
        wrong_orientation["protocols"][0]["rules"][0]["orientation"] = json!({ "slot-within": 1, "recontact": 2 });
        for settings in [json!({ "protocol": [] }), wrong_level, wrong_orientation] {
            assert!(!schema().is_valid(&settings));
            assert!(serde_json::from_value::<Grid>(settings).is_err());
        }
    }

    #[test]
    fn the_example_of_the_readme_has_no_errors() {
        let grid: Grid = serde_json::from_value(example()).unwrap();
        let errors: Vec<Finding> =
            check::all(&grid).into_iter().filter(|finding| finding.severity == FindingSeverity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}
