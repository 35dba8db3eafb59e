//! Which language somebody reads.

/// A language that greffon speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// French, for everybody who asks for nothing else.
    #[default]
    Fr,
    /// English.
    En,
}

/// Language ranges of one request that are looked at. Browsers send a handful;
/// whoever sends more is answered by the first ones.
const MAX_RANGES: usize = 32;

impl Locale {
    const ALL: [Self; 2] = [Self::Fr, Self::En];

    /// The language's tag (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// The language that the values of `Accept-Language` prefer (RFC 9110, section
    /// 12.5.4). A range counts for its language whatever its region: `en-GB` is
    /// answered in English (lookup, RFC 4647, section 3.4). Of equal weights the
    /// range that stands first wins; French when nothing fits or nothing can be read.
    #[must_use]
    pub fn from_accept_language<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let ranges: Vec<Range<'_>> =
            values.into_iter().flat_map(|value| value.split(',')).take(MAX_RANGES).filter_map(Range::parse).collect();
        let mut best: Option<(u16, usize, Self)> = None;
        for locale in Self::ALL {
            let Some((weight, place)) = wanted(&ranges, locale) else { continue };
            if best.is_none_or(|(most, first, _)| weight > most || (weight == most && place < first)) {
                best = Some((weight, place, locale));
            }
        }
        best.map(|(_, _, locale)| locale).unwrap_or_default()
    }
}

/// How much a language is wanted, and where that is said; `None` for not at all.
/// `*` speaks for what no other range names.
fn wanted(ranges: &[Range<'_>], locale: Locale) -> Option<(u16, usize)> {
    let heaviest = |names: &dyn Fn(&str) -> bool| {
        let named = ranges.iter().enumerate().filter(|(_, range)| names(range.language));
        // Of equal weights the first: `max_by_key` would keep the last.
        named.map(|(place, range)| (range.weight, place)).reduce(|best, next| if next.0 > best.0 { next } else { best })
    };
    let (weight, place) = heaviest(&|language| language.eq_ignore_ascii_case(locale.tag()))
        .or_else(|| heaviest(&|language| language == "*"))?;
    (weight > 0).then_some((weight, place))
}

/// `en-GB;q=0.7`: a language, and its weight in thousandths.
struct Range<'a> {
    language: &'a str,
    weight: u16,
}

impl<'a> Range<'a> {
    /// `None` for what is no range; it speaks for nothing then.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let language = parts.next()?.split('-').next()?;
        let weight = match (parts.next(), parts.next()) {
            (None, _) => 1000,
            (Some(parameter), None) => {
                let (name, value) = parameter.split_once('=')?;
                if !name.eq_ignore_ascii_case("q") {
                    return None;
                }
                thousandths(value)?
            }
            _ => return None,
        };
        Some(Self { language, weight })
    }
}

/// A weight: 0 to 1 with at most three digits after the point (RFC 9110, section
/// 12.4.2).
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    fn asked(header: &str) -> Locale {
        Locale::from_accept_language([header])
    }

    #[test]
    fn the_heaviest_language_is_spoken() {
        for (header, spoken) in [
            ("fr", Locale::Fr),
            ("en", Locale::En),
            ("en-GB", Locale::En),
            ("EN-us", Locale::En),
            ("fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", Locale::Fr),
            ("en-US,en;q=0.9,fr;q=0.8", Locale::En),
            ("fr;q=0.3, en;q=0.7", Locale::En),
            ("fr;q=0.701, en;q=0.7", Locale::Fr),
            ("en, fr", Locale::En),
            ("de, en;q=0.1", Locale::En),
            ("en ; q=0.5 , fr ; Q=0.6", Locale::Fr),
        ] {
            assert_eq!(asked(header), spoken, "{header}");
        }
    }

    #[test]
    fn a_star_speaks_for_what_is_not_named() {
        assert_eq!(asked("*"), Locale::Fr);
        assert_eq!(asked("fr;q=0, *"), Locale::En);
        assert_eq!(asked("fr;q=0.2, *;q=0.5"), Locale::En);
        assert_eq!(asked("*, en;q=0.5"), Locale::Fr);
    }

    #[test]
    fn an_unknown_or_refused_language_is_answered_in_french() {
        for header in ["", "de", "zh-Hans-CN, ja;q=0.5", "en;q=0", "en;q=0, fr;q=0", "english", "en_GB"] {
            assert_eq!(asked(header), Locale::Fr, "{header}");
        }
        assert_eq!(Locale::from_accept_language([]), Locale::Fr);
    }

    #[test]
    fn what_is_no_range_speaks_for_nothing() {
        for header in [
            "en;q=",
            "en;q=2",
            "en;q=1.001",
            "en;q=0.1234",
            "en;q=-1",
            "en;q=+1",
            "en;q=.5",
            "en;level=1",
            "en;q=1;q=0",
            ";;;,,,=",
            "en;q=0,5",
        ] {
            assert_eq!(asked(header), Locale::Fr, "{header}");
        }
        assert_eq!(asked("fr;q=x, en;q=0.1"), Locale::En);
    }

    #[test]
    fn several_header_lines_are_one_list() {
        assert_eq!(Locale::from_accept_language(["fr;q=0.4", "en;q=0.5"]), Locale::En);
    }

    #[test]
    fn a_hostile_header_costs_no_more_than_a_long_one() {
        let late = format!("{}en", "de,".repeat(100_000));
        assert_eq!(asked(&late), Locale::Fr, "ranges beyond the bound are not read");
        assert_eq!(asked(&"q".repeat(1_000_000)), Locale::Fr);
        assert_eq!(asked(&format!("en;q=0.{}", "9".repeat(100_000))), Locale::Fr);
        assert_eq!(asked(&format!("en{}", "-x".repeat(100_000))), Locale::En);
    }
}
