//! What a pure plugin makes of its settings, once, for all its calls.
//!
//! The host asks for it when a practice's file changes, keeps the bytes as they
//! are, and gives every call a copy instead of the settings. They are written
//! in [postcard](https://docs.rs/postcard): small, quick to read, and without
//! names, so that a type of prepared settings is read exactly as it was
//! written. Three habits of JSON do not work with it: `#[serde(untagged)]` and
//! `#[serde(tag = …)]` enums, `#[serde(flatten)]`, and fields that are skipped.
//! A plugin that has one gets a finding from its first `prepare`, which reads
//! back what it wrote. A type that needs two forms asks
//! [`is_human_readable`](serde::Deserializer::is_human_readable), which is true
//! for the settings and false here.
//!
//! The same settings must give the same bytes: a map is a `BTreeMap`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bindings::imports::greffon::practice::types::Prepared;
use crate::practice::{Finding, FindingSeverity};
use crate::settings;

/// Stands before the bytes. Another version of the SDK may write another form.
const HEADER: &[u8] = concat!("greffon-sdk ", env!("CARGO_PKG_VERSION"), "\n").as_bytes();

/// Bytes that were not prepared by this plugin with this SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("these are not the settings that this plugin prepared")]
pub struct Unreadable;

/// Settings as JSON to bytes: reads them, analyses them, makes them ready.
/// Errors of the analysis are the `Err`, its warnings come along otherwise.
pub(crate) fn prepare<S, P>(json: &str, check: impl FnOnce(&S) -> Vec<Finding>) -> Result<Prepared, Vec<Finding>>
where
    S: DeserializeOwned,
    P: From<S> + Serialize + DeserializeOwned,
{
    let settings: S = settings::parse(json).map_err(|error| vec![error.into()])?;
    let findings = check(&settings);
    if findings.iter().any(|finding| finding.severity == FindingSeverity::Error) {
        return Err(findings);
    }
    let bytes = write(&P::from(settings)).map_err(|why| vec![unkept(&why)])?;
    match read::<P>(&bytes).map_err(|error| error.to_string()).and_then(|prepared| write(&prepared)) {
        Ok(again) if again == bytes => Ok(Prepared { bytes, warnings: findings }),
        Ok(_) => Err(vec![unkept("they change when they are written again")]),
        Err(why) => Err(vec![unkept(&why)]),
    }
}

/// What calls get of the bytes.
pub(crate) fn read<P: DeserializeOwned>(bytes: &[u8]) -> Result<P, Unreadable> {
    let written = bytes.strip_prefix(HEADER).ok_or(Unreadable)?;
    match postcard::take_from_bytes(written) {
        Ok((prepared, [])) => Ok(prepared),
        _ => Err(Unreadable),
    }
}

fn write<P: Serialize>(prepared: &P) -> Result<Vec<u8>, String> {
    postcard::to_extend(prepared, HEADER.to_vec()).map_err(|error| error.to_string())
}

/// A mistake of the plugin's author, told where one is told of the settings.
fn unkept(why: &str) -> Finding {
    let rule = "no untagged or tagged enum, no flatten, no skipped field";
    Finding::error("", format!("the plugin's prepared settings cannot be read back ({why}); they hold {rule}"))
}

/// A part of prepared settings that is read only when it is asked for: of a
/// hundred protocols a call reads the one that serves.
pub struct Part<T> {
    /// None: the value could not be written, which `prepare` tells.
    bytes: Option<Vec<u8>>,
    holds: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Part<T> {
    /// A part that holds this value.
    #[must_use]
    pub fn of(value: &T) -> Self {
        let written = postcard::to_allocvec(value).ok();
        // It is not read when the whole is read back, so it is here.
        let reads = |bytes: &Vec<u8>| matches!(postcard::take_from_bytes::<T>(bytes), Ok((_, [])));
        Self { bytes: written.filter(reads), holds: PhantomData }
    }

    /// Reads the value, each time anew.
    ///
    /// # Errors
    /// The bytes were written by another version of the plugin.
    pub fn read(&self) -> Result<T, Unreadable> {
        postcard::from_bytes(self.bytes.as_deref().ok_or(Unreadable)?).map_err(|_| Unreadable)
    }
}

impl<T> Clone for Part<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), holds: PhantomData }
    }
}

impl<T> fmt::Debug for Part<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("bytes", &self.bytes.as_ref().map(Vec::len)).finish()
    }
}

impl<T> Serialize for Part<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.bytes {
            Some(bytes) => serializer.serialize_bytes(bytes),
            None => Err(S::Error::custom("a part cannot be read back")),
        }
    }
}

impl<'de, T> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the bytes of a part")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
        }

        Ok(Self { bytes: Some(deserializer.deserialize_bytes(Bytes)?), holds: PhantomData })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Calendars {
        calendars: BTreeMap<String, Vec<u32>>,
        #[serde(default)]
        name: Option<String>,
    }

    fn prepared<P: From<P> + Serialize + DeserializeOwned>(json: &str) -> Result<Prepared, Vec<Finding>> {
        prepare::<P, P>(json, |_| Vec::new())
    }

    #[test]
    fn what_was_prepared_is_read_back_and_the_same_settings_give_the_same_bytes() {
        let json = r#"{"calendars":{"b":[1],"a":[2,3]}}"#;
        let first = prepared::<Calendars>(json).unwrap();
        assert_eq!(first.bytes, prepared::<Calendars>(json).unwrap().bytes);
        let read: Calendars = read(&first.bytes).unwrap();
        assert_eq!(read, serde_json::from_str(json).unwrap());
    }

    #[test]
    fn bytes_of_another_version_or_too_few_or_too_many_are_refused() {
        let bytes = prepared::<Calendars>(r#"{"calendars":{"a":[2,3]}}"#).unwrap().bytes;
        let mut other = bytes.clone();
        other[HEADER.len() - 2] ^= 1;
        let longer = [bytes.as_slice(), &[0]].concat();
        for wrong in [&other, &longer, &bytes[..bytes.len() - 1].to_vec(), &Vec::new()] {
            assert_eq!(read::<Calendars>(wrong), Err(Unreadable));
        }
    }

    #[test]
    fn errors_of_the_settings_and_of_their_analysis_keep_the_plugin_from_going_live() {
        let unread = prepared::<Calendars>(r#"{"calendars":{"a":["x"]}}"#).unwrap_err();
        assert_eq!(unread[0].path, "/calendars/a/0");
        let found = |finding: fn(&str) -> Finding| {
            prepare::<Calendars, Calendars>(r#"{"calendars":{}}"#, |_| vec![finding("/calendars")])
        };
        assert_eq!(found(|path| Finding::error(path, "empty")).unwrap_err().len(), 1);
        assert_eq!(found(|path| Finding::warning(path, "empty")).unwrap().warnings.len(), 1);
    }

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }

    #[test]
    fn a_type_that_cannot_be_read_back_is_told_to_the_author() {
        let findings = prepared::<OneOrMany>(r#"["a"]"#).unwrap_err();
        assert!(findings[0].message.contains("untagged"), "{findings:?}");

        #[derive(Serialize, Deserialize)]
        struct Parts(Part<OneOrMany>);
        impl From<OneOrMany> for Parts {
            fn from(one: OneOrMany) -> Self {
                Self(Part::of(&one))
            }
        }
        let findings = prepare::<OneOrMany, Parts>(r#""a""#, |_| Vec::new()).unwrap_err();
        assert!(findings[0].message.contains("untagged"), "{findings:?}");
    }

    #[test]
    fn a_part_is_read_when_it_is_asked_for() {
        let part = Part::of(&vec!["a".to_owned()]);
        let bytes = write(&part).unwrap();
        assert_eq!(read::<Part<Vec<String>>>(&bytes).unwrap().read(), Ok(vec!["a".to_owned()]));
    }
}
