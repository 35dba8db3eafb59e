//! Sentences with placeholders.

/// A template with its placeholders filled. What is filled in is not looked at
/// again, so that a caller's braces stay braces.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let value = rest.find('}').and_then(|end| {
            let (_, value) = values.iter().find(|(name, _)| *name == &rest[1..end])?;
            Some((end, value))
        });
        match value {
            Some((end, value)) => {
                filled.push_str(value);
                rest = &rest[end + 1..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    // A placeholder that is filled with nothing leaves no gap before the full stop.
    filled.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_braces_are_not_placeholders() {
        assert_eq!(fill("Pour {given} {family}.", &[("given", "{family}"), ("family", "X")]), "Pour {family} X.");
        assert_eq!(fill("{", &[]), "{");
        assert_eq!(fill("{a}{b", &[("a", "1")]), "1{b");
    }

    #[test]
    fn a_placeholder_that_is_filled_with_nothing_leaves_no_gap() {
        assert_eq!(fill("Le médecin vous rappelle {by}.", &[("by", "")]), "Le médecin vous rappelle.");
    }
}
