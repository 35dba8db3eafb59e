//! The environment: keys of `greffon.toml` as `GREFFON_…`, secrets of practices
//! as `GREFFON_SECRET__<PRACTICE>__<NAME>`.

use greffon_core::ids::PracticeId;
use greffon_words::Locale;

/// What the names of all practices' secrets begin with, and no key of
/// `greffon.toml`.
pub const SECRETS: &str = "GREFFON_SECRET__";

/// All variables. What is no Unicode becomes text that nothing is named.
pub fn variables() -> impl Iterator<Item = (String, String)> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

/// The language of whoever reads what is wrong, as POSIX has it: the first of `LC_ALL`,
/// `LC_MESSAGES` and `LANG` that is set. English when that is English, and French otherwise.
pub fn locale(variable: impl Fn(&str) -> Option<String>) -> Locale {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    let language = set.as_deref().and_then(|value| value.split(['_', '.', '@']).next().map(str::to_ascii_lowercase));
    if language.as_deref() == Some(Locale::En.tag()) { Locale::En } else { Locale::Fr }
}

/// One variable.
///
/// # Errors
/// Message and remedy, without the value.
pub fn variable(name: &str) -> Result<String, (String, String)> {
    std::env::var(name).map_err(|error| match error {
        std::env::VarError::NotPresent => {
            (format!("environment variable {name} is not set"), format!("set {name} before greffon starts"))
        }
        std::env::VarError::NotUnicode(_) => {
            (format!("environment variable {name} is not UTF-8 text"), "write the secret as text".to_owned())
        }
    })
}

/// What the names of one practice's secrets begin with. No other practice's do:
/// an id has no two hyphens in a row and none at its ends, so the first `__`
/// after [`SECRETS`] is where it ends.
pub fn prefix(practice: &PracticeId) -> String {
    format!("{SECRETS}{}__", as_name(practice.as_str()))
}

/// Checks that a variable is the practice's own. `suggested` is what the secret
/// is called in its file.
///
/// # Errors
/// Message and remedy. Nothing is said of whether the variable exists.
pub fn check(name: &str, practice: &PracticeId, suggested: &str) -> Result<(), (String, String)> {
    let own = prefix(practice);
    let plain = |rest: &str| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    if name.strip_prefix(&own).is_some_and(plain) {
        return Ok(());
    }
    Err((
        format!("environment variable {name:?} is not one of this practice's"),
        format!("call it {own}{}: the secrets of {practice} begin with {own}", as_name(suggested)),
    ))
}

fn as_name(text: &str) -> String {
    text.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::practice_id;

    const ID: &str = "[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}";

    fn id(text: &str) -> PracticeId {
        assert!(practice_id::is_plain(text), "{text}");
        text.into()
    }

    proptest! {
        #[test]
        fn a_name_bears_the_prefix_of_one_practice_only(one in ID, other in ID, rest in "[A-Z0-9_]{1,12}") {
            let name = format!("{}{rest}", prefix(&id(&one)));
            prop_assert!(check(&name, &id(&one), "x").is_ok());
            prop_assert_eq!(check(&name, &id(&other), "x").is_ok(), one == other);
        }

        #[test]
        fn the_remedy_is_accepted(one in ID, written in any::<String>(), suggested in "[a-z0-9.-]{1,12}") {
            if let Err((_, hint)) = check(&written, &id(&one), &suggested) {
                let named = hint.strip_prefix("call it ").and_then(|rest| rest.split(':').next()).expect("a name");
                prop_assert!(check(named, &id(&one), "x").is_ok(), "{}", named);
            }
        }
    }

    #[test]
    fn english_is_spoken_to_those_whose_locale_is_english() {
        let set = |pairs: &'static [(&str, &str)]| {
            locale(|name| pairs.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(set(&[]), Locale::Fr);
        for english in ["en", "en_US.UTF-8", "EN_gb", "en@euro"] {
            assert_eq!(locale(|name| (name == "LANG").then(|| english.to_owned())), Locale::En, "{english}");
        }
        for french in ["C", "POSIX", "C.UTF-8", "fr_FR.UTF-8", "de_DE", "enx", ""] {
            assert_eq!(locale(|name| (name == "LANG").then(|| french.to_owned())), Locale::Fr, "{french}");
        }
        assert_eq!(set(&[("LC_ALL", "fr_FR"), ("LANG", "en_US")]), Locale::Fr);
        assert_eq!(set(&[("LC_ALL", ""), ("LC_MESSAGES", "en_US"), ("LANG", "fr_FR")]), Locale::En);
    }

    #[test]
    fn an_id_that_begins_like_another_is_another() {
        for (one, other) in [("port", "port-royal"), ("a", "a-b"), ("a-b", "a"), ("a1", "a")] {
            let name = format!("{}X", prefix(&id(one)));
            assert!(check(&name, &id(other), "x").is_err(), "{name} for {other}");
        }
    }

    #[test]
    fn what_is_not_the_practices_is_refused_with_the_name_that_would_be() {
        let wrong = [
            "PATH",
            "",
            "GREFFON_SECRET__",
            "GREFFON_SECRET__LES_TILLEULS__",
            "GREFFON_SECRET__LES_TILLEULS_DAV",
            "GREFFON_SECRET__AUTRE__DAV",
            "GREFFON_SECRET__les-tilleuls__DAV",
            "GREFFON_SECRET__LES_TILLEULS__dav",
            "GREFFON_SECRET__LES_TILLEULS__D=V",
            "GREFFON_SECRET__LES_TILLEULS__D\0V",
            " GREFFON_SECRET__LES_TILLEULS__DAV",
        ];
        for name in wrong {
            let (message, hint) = check(name, &id("les-tilleuls"), "dav").expect_err(name);
            assert!(message.contains("not one of this practice's"), "{message}");
            assert!(hint.contains("call it GREFFON_SECRET__LES_TILLEULS__DAV"), "{hint}");
        }
    }
}
