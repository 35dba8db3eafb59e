//! Versions: of the contract, and of plugins.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// The version of the contract (the WIT packages) that this host serves.
pub const SERVED: ApiVersion = ApiVersion { major: 0, minor: 1, patch: 0 };

/// A version of the contract, `MAJOR.MINOR.PATCH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// Breaks when it grows.
    pub major: u32,
    /// Additions; breaks too while the major is 0.
    pub minor: u32,
    /// Additions while the major is 0.
    pub patch: u32,
}

impl ApiVersion {
    /// Whether a host that serves `self` serves a plugin of `plugin`: the same
    /// track, and nothing in it that is newer than the host.
    #[must_use]
    pub fn serves(self, plugin: Self) -> bool {
        ApiTrack::of(self) == ApiTrack::of(plugin) && plugin <= self
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for ApiVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match numbers(text).as_deref() {
            Some([major, minor, patch]) => Ok(Self { major: *major, minor: *minor, patch: *patch }),
            _ => Err(format!("\"{}\" is not a version: write three numbers, such as \"0.1.0\"", shown(text))),
        }
    }
}

/// The part of a version in which plugins keep working: `0.1`, `1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ApiTrack {
    major: u32,
    /// Only while the major is 0.
    minor: Option<u32>,
}

impl ApiTrack {
    /// The track of a version.
    #[must_use]
    pub fn of(version: ApiVersion) -> Self {
        Self { major: version.major, minor: (version.major == 0).then_some(version.minor) }
    }
}

impl fmt::Display for ApiTrack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minor {
            Some(minor) => write!(f, "{}.{minor}", self.major),
            None => write!(f, "{}", self.major),
        }
    }
}

impl TryFrom<String> for ApiTrack {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match numbers(&text).as_deref() {
            Some([0, minor] | [0, minor, _]) => Ok(Self { major: 0, minor: Some(*minor) }),
            Some([major] | [major, _] | [major, _, _]) if *major > 0 => Ok(Self { major: *major, minor: None }),
            _ => Err(format!("\"{}\" is no version of the contract: write \"{}\"", shown(&text), ApiTrack::of(SERVED))),
        }
    }
}

/// A plugin's own version: `MAJOR.MINOR.PATCH`, with what semantic versioning
/// allows after it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PluginVersion(String);

impl TryFrom<String> for PluginVersion {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let core = text.split(['-', '+']).next().unwrap_or_default();
        let printable = text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-+.".contains(c));
        match numbers(core).as_deref() {
            Some([_, _, _]) if printable => Ok(Self(text)),
            _ => Err(format!("\"{}\" is not a version: write three numbers, such as \"0.1.0\"", shown(&text))),
        }
    }
}

impl fmt::Display for PluginVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The numbers between the dots; `None` when one is not a plain number.
fn numbers(text: &str) -> Option<Vec<u32>> {
    text.split('.')
        .map(|part| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten())
        .collect()
}

/// What is quoted of a text that may come from a plugin.
fn shown(text: &str) -> String {
    text.chars().take(32).flat_map(char::escape_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> ApiVersion {
        text.parse().expect(text)
    }

    #[test]
    fn a_host_serves_its_track_up_to_its_own_version() {
        assert!(version("0.1.2").serves(version("0.1.0")));
        assert!(version("0.1.2").serves(version("0.1.2")));
        assert!(!version("0.1.2").serves(version("0.1.3")));
        assert!(!version("0.2.0").serves(version("0.1.0")));
        assert!(version("1.4.0").serves(version("1.0.9")));
        assert!(!version("2.0.0").serves(version("1.0.0")));
    }

    #[test]
    fn what_is_not_three_numbers_is_no_version() {
        for text in ["", "0.1", "0.1.0.0", "0.1.x", "0.1.+1", "v0.1.0", "0.1.99999999999", " 0.1.0"] {
            assert!(text.parse::<ApiVersion>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_track_is_the_minor_while_the_major_is_zero() {
        let track = |text: &str| ApiTrack::try_from(text.to_owned());
        assert_eq!(track("0.1"), Ok(ApiTrack::of(version("0.1.7"))));
        assert_eq!(track("1.4"), Ok(ApiTrack::of(version("1.0.0"))));
        assert!(track("0").is_err());
        assert!(track("one").is_err());
    }

    #[test]
    fn a_plugin_version_may_carry_a_suffix() {
        assert!(PluginVersion::try_from("1.2.3-rc.1+build".to_owned()).is_ok());
        assert!(PluginVersion::try_from("1.2".to_owned()).is_err());
        assert!(PluginVersion::try_from("1.2.3\n".to_owned()).is_err());
    }
}
