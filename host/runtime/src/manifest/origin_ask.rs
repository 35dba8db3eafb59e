//! Which origins a plugin may be granted.

use std::fmt;

use serde::Deserialize;

use crate::origin::Origin;

/// One entry of `asks.http`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum OriginAsk {
    /// `*`: whatever the practice grants, because only the practice knows
    /// where its server is.
    Any,
    /// Exactly this origin.
    Exact(Origin),
    /// `https://*.example.com`: hosts below a domain, not the domain itself.
    Below(Origin),
}

/// An origin for lines that a person completes.
pub(crate) const EXAMPLE: &str = "https://server.example";

impl OriginAsk {
    /// An origin that it covers, to be written where none is known.
    #[must_use]
    pub fn example(&self) -> String {
        match self {
            Self::Any => EXAMPLE.to_owned(),
            Self::Exact(origin) => origin.to_string(),
            Self::Below(domain) => domain.to_string().replacen("://", "://server.", 1),
        }
    }

    /// Whether a granted origin is one of those that are asked for.
    #[must_use]
    pub fn covers(&self, origin: &Origin) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(asked) => asked == origin,
            Self::Below(domain) => {
                let below = origin.host().strip_suffix(domain.host()).and_then(|rest| rest.strip_suffix('.'));
                domain.scheme() == origin.scheme()
                    && domain.port() == origin.port()
                    && below.is_some_and(|label| !label.is_empty())
            }
        }
    }
}

impl TryFrom<String> for OriginAsk {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let wrong = || {
            format!(
                "\"{text}\" is no origin that can be asked for: write \"https://api.example\", \
                 \"https://*.example\" or \"*\""
            )
        };
        let (below, plain) = match text.split_once("://*.") {
            Some((scheme, rest)) => (true, format!("{scheme}://{rest}")),
            None => (false, text.clone()),
        };
        let origin: Origin = plain.parse().map_err(|_| wrong())?;
        if origin.host().contains('*') {
            return Err(wrong());
        }
        Ok(if below { Self::Below(origin) } else { Self::Exact(origin) })
    }
}

impl fmt::Display for OriginAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Exact(origin) => origin.fmt(f),
            Self::Below(domain) => f.write_str(&domain.to_string().replacen("://", "://*.", 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str) -> OriginAsk {
        OriginAsk::try_from(text.to_owned()).expect(text)
    }

    fn origin(text: &str) -> Origin {
        text.parse().expect(text)
    }

    #[test]
    fn a_domain_covers_what_is_below_it_only() {
        let asked = ask("https://*.sms.example");
        assert!(asked.covers(&origin("https://eu.sms.example")));
        assert!(asked.covers(&origin("https://a.b.sms.example")));
        for other in
            ["https://sms.example", "https://evilsms.example", "http://eu.sms.example", "https://eu.sms.example:444"]
        {
            assert!(!asked.covers(&origin(other)), "{other}");
        }
        assert_eq!(asked.to_string(), "https://*.sms.example");
    }

    #[test]
    fn a_star_covers_everything_and_an_origin_itself() {
        assert!(ask("*").covers(&origin("http://127.0.0.1:5232")));
        assert!(ask("https://a.example").covers(&origin("https://a.example:443")));
        assert!(!ask("https://a.example").covers(&origin("https://b.example")));
    }

    #[test]
    fn other_patterns_are_refused() {
        for text in ["", "**", "https://*", "https://a.*.example", "*.example", "https://a.example/path"] {
            assert!(OriginAsk::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
