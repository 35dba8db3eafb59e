//! Keys of facts with a meaning for the host: `greffon:practice/keys`. Plugins
//! may use any other key.

use crate::model::practice::PluginKind;

/// Choice: patient, relative, professional, laboratory, commercial, internal, unknown.
pub const CALLER_KIND: &str = "caller.kind";
/// Text: the caller's name when they are not the patient.
pub const CALLER_NAME: &str = "caller.name";
/// Choice: what a relative is to the patient: `parent`, or another word. Not of the contract's
/// list: scripts that ask for it do so under this key.
pub const CALLER_RELATION: &str = "caller.relation";
/// Phone: the number to call back, read back to the caller.
pub const CALLER_PHONE: &str = "caller.phone";
/// Text: family name of the patient.
pub const PATIENT_FAMILY: &str = "patient.family";
/// Text: given names of the patient.
pub const PATIENT_GIVEN: &str = "patient.given";
/// Date: birth date of the patient.
pub const PATIENT_BIRTH_DATE: &str = "patient.birth-date";
/// Text: e-mail address of the patient.
pub const PATIENT_EMAIL: &str = "patient.email";
/// Phone: number of the patient, when it is not the caller's.
pub const PATIENT_PHONE: &str = "patient.phone";
/// Yes or no: known to the practice.
pub const PATIENT_KNOWN: &str = "patient.known";
/// Yes: a professional sends the patient.
pub const PATIENT_REFERRED: &str = "patient.referred";
/// Text: where the patient is now, so that help can be sent.
pub const PATIENT_LOCATION: &str = "patient.location";
/// Yes, no or unknown.
pub const PATIENT_PREGNANT: &str = "patient.pregnant";
/// Choice: the motive.
pub const MOTIVE: &str = "request.motive";
/// Text: the request in the caller's own words.
pub const WORDS: &str = "request.words";
/// Choice: the site asked for.
pub const SITE: &str = "request.site";
/// Choice: the practitioner asked for.
pub const PRACTITIONER: &str = "request.practitioner";
/// No: the operator went through the whole list of red flags and every
/// answer was no. Any other value stands for "at least one".
pub const RED_FLAGS_ALL: &str = "red-flag.all";
/// Prefix of the single red-flag questions.
pub const RED_FLAG_PREFIX: &str = "red-flag.";
/// Choice: confirmed, corrected, not-reached.
pub const RECAP: &str = "recap.outcome";
/// Choice: what became of an emergency orientation.
pub const EMERGENCY_OUTCOME: &str = "emergency.outcome";
/// Choice: cut, called-back, no-answer. Not of the contract's list: the host alone asks it.
pub const EMERGENCY_LINE: &str = "emergency.line";
/// Text: the result that a laboratory gives. Not of the contract's list: scripts that ask
/// for it do so under this key.
pub const LABORATORY_VALUE: &str = "laboratory.value";
/// Yes: the value was read back to the laboratory and is right.
pub const LABORATORY_READ_BACK: &str = "laboratory.read-back";
/// What keys that only the host asks for begin with, before the first
/// separator.
const RESERVED: [&str; 3] = ["red-flag", "emergency", "recap"];

/// Whether it is a key at all: 1 to 100 characters of `[0-9A-Za-z._:/-]`.
#[must_use]
pub fn is_plain(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
    (1..=100).contains(&key.len()) && key.bytes().all(plain)
}

/// Whether a key is the host's own, in whatever case and with whatever joints.
#[must_use]
pub fn is_reserved(key: &str) -> bool {
    let letters = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
    let first = key.split(['.', ':', '/']).map(letters).find(|part| !part.is_empty()).unwrap_or_default();
    RESERVED.iter().any(|reserved| letters(reserved) == first)
}

/// Names and addresses: "Tombé" and "Lamort" are families.
#[must_use]
pub fn is_a_name(key: &str) -> bool {
    matches!(key, CALLER_NAME | PATIENT_FAMILY | PATIENT_GIVEN | PATIENT_EMAIL)
}

/// Whether a plugin of this kind may ask for the fact of a key. Scripts ask
/// [`RECAP`] for the host, with the recap that they give.
#[must_use]
pub fn is_askable(key: &str, by: PluginKind) -> bool {
    is_plain(key) && (!is_reserved(key) || (by == PluginKind::Script && key == RECAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIT: &str = include_str!("../../../../../wit/practice/keys.wit");

    /// What the contract lists under an enum: the first word of each case.
    fn listed(name: &str) -> Vec<&'static str> {
        let (_, after) = WIT.split_once(&format!("enum {name} {{")).expect("the contract has it");
        let (cases, _) = after.split_once("\n  }").expect("it ends");
        let key = |line: &'static str| line.trim().strip_prefix("/// `")?.split_once("`. ").map(|(key, _)| key);
        cases.lines().filter_map(key).collect()
    }

    #[test]
    fn these_are_the_keys_of_the_contract() {
        let shared = [
            CALLER_KIND,
            CALLER_NAME,
            CALLER_PHONE,
            PATIENT_FAMILY,
            PATIENT_GIVEN,
            PATIENT_BIRTH_DATE,
            PATIENT_EMAIL,
            PATIENT_PHONE,
            PATIENT_KNOWN,
            PATIENT_REFERRED,
            PATIENT_LOCATION,
            PATIENT_PREGNANT,
            MOTIVE,
            WORDS,
            SITE,
            PRACTITIONER,
        ];
        assert_eq!(listed("shared-key"), shared);
        let reserved = [RED_FLAGS_ALL, EMERGENCY_OUTCOME, RECAP];
        assert_eq!(listed("reserved-key"), reserved);
        assert!(reserved.iter().all(|key| is_reserved(key)) && is_reserved(RED_FLAG_PREFIX));
        assert!(!shared.iter().any(|key| is_reserved(key)));
        assert_eq!(RESERVED.len(), reserved.len());
    }

    #[test]
    fn a_reserved_key_is_known_in_every_spelling() {
        for key in [
            "red-flag.all",
            "RED-FLAG.ALL",
            "Red_Flag.all",
            "redflag.x",
            "red-flag",
            "red-flag:all",
            "red--flag/all",
            ".red-flag.all",
            "/-/red-flag.all",
            "emergency.outcome",
            "EMERGENCY",
            "recap.x",
        ] {
            assert!(is_plain(key) && is_reserved(key), "{key}");
        }
        for key in
            ["red\u{200b}-flag.all", " red-flag.all", "red-flag.all ", "re\u{301}cap.x", "red-flаg.all", "", "a b"]
        {
            assert!(!is_plain(key), "{key:?}");
        }
        for key in
            ["patient.family", "fever.red-flag", "redness.flag", "recapitulation.x", "emergency-contact.name", "..."]
        {
            assert!(is_plain(key) && !is_reserved(key), "{key}");
        }
        assert!(is_plain(&"x".repeat(100)) && !is_plain(&"x".repeat(101)));
    }

    #[test]
    fn a_script_asks_for_the_recap_and_a_grid_does_not() {
        assert!(is_askable(RECAP, PluginKind::Script) && !is_askable(RECAP, PluginKind::Triage));
        assert!(!is_askable("Recap.outcome", PluginKind::Script) && !is_askable(RED_FLAGS_ALL, PluginKind::Script));
        assert!(is_askable(PATIENT_FAMILY, PluginKind::Script) && is_askable(MOTIVE, PluginKind::Triage));
    }
}
