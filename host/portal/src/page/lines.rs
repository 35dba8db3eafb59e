//! The text of an alert, line by line, with a number that can be tapped.

/// Digits of a number that is called: from short national ones to E.164's longest.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=15;

/// One line; a number stands at its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    pub(super) number: Option<Number<'t>>,
}

/// A telephone number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Number<'t> {
    /// As it is written.
    pub(super) shown: &'t str,
    /// As it is dialled.
    pub(super) dialled: String,
}

/// The lines of a text. A caller's own words stand in it too: when more than one line ends
/// with a number, nobody can say which is the patient's, and none can be tapped.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = text.lines().map(line).collect();
    if lines.iter().filter(|line| line.number.is_some()).count() > 1 {
        lines = text.lines().map(|text| Line { text, number: None }).collect();
    }
    lines
}

fn line(text: &str) -> Line<'_> {
    const BEFORE: &str = " : ";
    let split = text.rfind(BEFORE).map(|at| text.split_at(at + BEFORE.len()));
    match split.and_then(|(label, shown)| Some((label, dialled(shown)?, shown))) {
        Some((label, dialled, shown)) => Line { text: label, number: Some(Number { shown, dialled }) },
        None => Line { text, number: None },
    }
}

/// A number that begins as one does, and is nothing else.
fn dialled(shown: &str) -> Option<String> {
    let plain = shown.chars().all(|one| one.is_ascii_digit() || "+ .()-".contains(one));
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let abroad = shown.starts_with('+');
    let whole = plain && DIGITS.contains(&digits.len()) && shown.matches('+').count() == usize::from(abroad);
    (whole && (abroad || digits.starts_with('0'))).then(|| if abroad { format!("+{digits}") } else { digits })
}

#[cfg(test)]
mod tests {
    use super::{dialled, lines};

    #[test]
    fn a_number_alone_at_the_end_of_a_line_can_be_tapped() {
        let all = lines("Alerte : urgence vitale\n\nNuméro : +33 6 12 34 56 78\n« 06 »");
        let numbers: Vec<_> = all.iter().filter_map(|line| line.number.as_ref()).collect();
        assert_eq!((numbers[0].shown, numbers[0].dialled.as_str()), ("+33 6 12 34 56 78", "+33612345678"));
        assert_eq!((numbers.len(), all.len(), all[2].text), (1, 4, "Numéro : "));
    }

    #[test]
    fn of_two_numbers_none_can() {
        let all = lines("Numéro : +33612345678\nNuméro : 0899000000");
        assert!(all.iter().all(|line| line.number.is_none()));
        assert_eq!(all[1].text, "Numéro : 0899000000", "and it is still shown");
    }

    #[test]
    fn what_is_no_number_is_none() {
        for (text, number) in [
            ("06 12 34 56 78", Some("0612345678")),
            ("(06) 12.34-56.78", Some("0612345678")),
            ("+1234567890123456", None),
            ("+3361+2345678", None),
            ("1958-04-30", None),
            ("06 12 34 56 78 ; 08", None),
            ("0612345678\"onclick", None),
            ("٠٦١٢٣٤٥٦٧٨", None),
            ("00000", None),
            ("+", None),
            ("", None),
        ] {
            assert_eq!(dialled(text).as_deref(), number, "{text}");
        }
    }
}
