//! `grids/<feature>.sig` of a practice's folder: the statements about the grid or script of
//! a feature, oldest first.

use greffon_core::model::pin::SettingsDigest;
use greffon_core::time::Instant;
use serde::{Deserialize, Serialize};

use super::statement::{Kind, Statement};

/// Most bytes of a file of signatures.
pub const MOST_BYTES: u64 = 64 << 10;

/// Most statements that are kept: of content that changed often, the earliest are
/// nobody's any more.
const MOST_STATEMENTS: usize = 60;

/// Where the signatures of a feature lie, below the practice's folder: also for a grid that
/// several practices share, since a signature is for one practice.
#[must_use]
pub fn name_of(feature: &str) -> String {
    format!("grids/{feature}.sig")
}

/// The statements of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signatures {
    /// Oldest first.
    #[serde(default, rename = "statement")]
    pub statements: Vec<Statement>,
}

impl Signatures {
    /// Reads a file's text.
    ///
    /// # Errors
    /// Where it is wrong, and what is wrong with it, on one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            let why = if is_without_hour(text) {
                "cette signature ne dit pas à quelle heure elle a été donnée : elle date d'une version antérieure \
                 de greffon, et ne peut plus être vérifiée"
            } else {
                error.message().lines().next().unwrap_or_default()
            };
            format!("ligne {line} : {why}")
        })
    }

    /// The file's text.
    ///
    /// # Errors
    /// When it cannot be written as TOML.
    pub fn text(&self) -> Result<String, toml::ser::Error> {
        let head =
            "# Made by `greffon grid sign` and `greffon grid withdraw`; a change by hand ends the signature.\n\n";
        Ok(format!("{head}{}", toml::to_string(self)?))
    }

    /// What was said last of these settings.
    #[must_use]
    pub fn last_of(&self, settings: SettingsDigest) -> Option<&Statement> {
        self.statements.iter().rev().find(|one| one.settings == settings)
    }

    /// When the next statement is said: now, and after all that are there, whichever machine's
    /// clock they were said by.
    #[must_use]
    pub fn next_at(&self, now: Instant) -> Instant {
        self.statements.iter().map(|one| one.at.plus_millis(1)).fold(now, Instant::max)
    }

    /// Adds a statement, and lets the earliest go when there are too many. What was withdrawn
    /// is let go last.
    pub fn add(&mut self, statement: Statement) {
        self.statements.push(statement);
        while self.statements.len() > MOST_STATEMENTS {
            let signed = self.statements.iter().position(|one| one.kind == Kind::Signed);
            self.statements.remove(signed.unwrap_or(0));
        }
    }
}

/// Whether the file was written before statements had their hour: they were signed without
/// it, so none can be given one.
fn is_without_hour(text: &str) -> bool {
    let Ok(file) = text.parse::<toml::Table>() else { return false };
    let statements = file.get("statement").and_then(toml::Value::as_array);
    statements.into_iter().flatten().any(|one| one.get("signature").is_some() && one.get("at").is_none())
}

#[cfg(test)]
mod tests {
    use super::super::statement::tests::{digest, statement};
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut all = Signatures::default();
        all.add(statement());
        all.add(Statement { kind: Kind::Withdrawn, ..statement() });
        let text = all.text().expect("TOML");
        assert!(text.contains("from = \"2027-01-01T00:00:00Z\""), "{text}");
        assert_eq!(Signatures::parse(&text), Ok(all.clone()));
        assert_eq!(all.last_of(digest("{}")).map(|one| one.kind), Some(Kind::Withdrawn));
        assert_eq!(all.last_of(digest("{ }")), None);
    }

    #[test]
    fn a_statement_is_said_after_all_that_are_there() {
        let there = Signatures { statements: vec![statement()] };
        let at = statement().at;
        assert_eq!(there.next_at(at.plus_millis(-5)), at.plus_millis(1));
        assert_eq!(there.next_at(at.plus_millis(5)), at.plus_millis(5));
    }

    #[test]
    fn garbage_is_refused_on_one_line() {
        for garbage in
            ["\u{0}", "statement = 3", "[[statement]]\nkind = \"signed\"", "[[statement]]\nkind = \"maybe\"", "x = 1"]
        {
            let refused = Signatures::parse(garbage).expect_err(garbage);
            assert!(!refused.is_empty() && !refused.contains('\n'), "{refused:?}");
        }
    }

    #[test]
    fn a_file_from_before_statements_had_their_hour_is_told_as_that_at_its_line() {
        let mut all = Signatures::default();
        all.add(statement());
        let text = all.text().expect("TOML");
        let hour = text.lines().find(|line| line.starts_with("at = ")).expect("an hour");
        let old = text.replace(&format!("{hour}\n"), "");
        let refused = Signatures::parse(&old).expect_err("it has no hour");
        assert!(refused.starts_with("ligne 3 : cette signature ne dit pas à quelle heure"), "{refused}");
        assert!(!Signatures::parse("x = 1").expect_err("no signatures").contains("heure"));
    }

    #[test]
    fn a_file_does_not_grow_without_end_and_keeps_what_was_withdrawn() {
        let mut all = Signatures::default();
        all.add(Statement { kind: Kind::Withdrawn, ..statement() });
        for index in 0..200 {
            all.add(Statement { settings: digest(&index.to_string()), ..statement() });
        }
        assert_eq!(all.statements.len(), MOST_STATEMENTS);
        assert_eq!(all.statements[0].kind, Kind::Withdrawn);
        assert!((all.text().expect("TOML").len() as u64) < MOST_BYTES);
    }
}
