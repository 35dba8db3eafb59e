//! `greffon:host/log`: a code and typed fields become one line of the
//! operator's log. Nothing that a guest writes freely gets there.

use std::fmt::Write as _;

use crate::bindings::host::log::{Field, Host, Severity};
use crate::state::CallState;

/// Characters of a code or a field's name.
const CODE_CHARS: usize = 64;
/// Fields of one entry; more are left out.
const FIELDS: usize = 16;
/// What stands for anything that is not a code.
const INVALID: &str = "invalid";

impl Host for CallState {
    async fn log(&mut self, severity: Severity, code: String, fields: Vec<(String, Field)>) -> wasmtime::Result<()> {
        let limit = self.bound.limits.log_lines;
        self.counters.log_lines = self.counters.log_lines.saturating_add(1);
        if self.counters.log_lines > limit {
            if self.counters.log_lines == limit.saturating_add(1) {
                tracing::warn!(
                    practice.id = %self.bound.practice,
                    feature = %self.bound.feature,
                    plugin.name = self.bound.plugin,
                    "plugin logged more than {limit} entries in one call, the rest is dropped"
                );
            }
            return Ok(());
        }
        let code = as_code(&code);
        let fields = written(&fields);
        // `tracing` fixes the level where it is written.
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "greffon::plugin",
                    {
                        practice.id = %self.bound.practice,
                        feature = %self.bound.feature,
                        plugin.name = self.bound.plugin,
                        code,
                        fields
                    },
                    "plugin says {}",
                    code
                )
            };
        }
        match severity {
            Severity::Debug => line!(debug),
            Severity::Info => line!(info),
            Severity::Warn => line!(warn),
            Severity::Error => line!(error),
        }
        Ok(())
    }
}

/// The code itself when it is one: `[a-z0-9._-]`, 1 to 64 characters.
fn as_code(text: &str) -> &str {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    let is_code = !text.is_empty() && text.len() <= CODE_CHARS && text.bytes().all(allowed);
    if is_code { text } else { INVALID }
}

/// `name=value name=value`; of two fields of one name, the first.
fn written(fields: &[(String, Field)]) -> String {
    let mut line = String::new();
    for (at, (name, value)) in fields.iter().take(FIELDS).enumerate() {
        if fields[..at].iter().any(|(earlier, _)| earlier == name) {
            continue;
        }
        let name = as_code(name);
        let separator = if line.is_empty() { "" } else { " " };
        let _ = match value {
            Field::Integer(value) => write!(line, "{separator}{name}={value}"),
            Field::Decimal(value) => write!(line, "{separator}{name}={value:e}"),
            Field::Boolean(value) => write!(line, "{separator}{name}={value}"),
            Field::Code(value) => write!(line, "{separator}{name}={}", as_code(value)),
            Field::DurationMs(value) => write!(line, "{separator}{name}={value}ms"),
        };
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_never_reaches_the_log() {
        for text in ["Jean Dupont", "é", "", "a\nb", "DUPONT", "0612345678 ", &"a".repeat(65)] {
            assert_eq!(as_code(text), INVALID, "{text}");
        }
        assert_eq!(as_code("caldav.put_412-x"), "caldav.put_412-x");
        assert_eq!(as_code(&"a".repeat(64)).len(), 64);
    }

    #[test]
    fn fields_are_typed_checked_and_capped() {
        let mut fields = vec![
            ("status".to_owned(), Field::Integer(412)),
            ("status".to_owned(), Field::Integer(200)),
            ("who".to_owned(), Field::Code("Jean Dupont".to_owned())),
            ("Bad Name".to_owned(), Field::Boolean(true)),
            ("took".to_owned(), Field::DurationMs(12)),
            ("ratio".to_owned(), Field::Decimal(f64::NAN)),
        ];
        assert_eq!(written(&fields), "status=412 who=invalid invalid=true took=12ms ratio=NaN");
        fields.extend((0..100).map(|n| (format!("n{n}"), Field::Integer(n))));
        assert_eq!(written(&fields).split(' ').count(), FIELDS - 1);
    }
}
