//! What a token says, and what of it is believed.

use std::collections::BTreeSet;

use greffon_core::model::audit::Role;
use greffon_core::time::Instant;
use serde::Deserialize;

use super::AuthError;
use super::permission::{Permission, may_span_all_practices, permissions_of};

/// How far the clocks of issuer and server may differ, in milliseconds.
const LEEWAY_MS: i64 = 60_000;
/// Longest subject: it is written into every line of the journal.
const LONGEST_SUBJECT: usize = 128;
/// More practices than one token needs; a larger operator uses several.
const MOST_PRACTICES: usize = 1_000;

/// The claims of a token, as they are on the wire (RFC 7519).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Claims {
    /// Who signed it.
    pub(crate) iss: String,
    /// For whom it was signed.
    pub(crate) aud: OneOrMany,
    /// Pseudonymous name of the person.
    pub(crate) sub: String,
    /// From when it counts, in seconds.
    #[serde(default)]
    pub(crate) nbf: Option<f64>,
    /// Until when it counts, in seconds.
    pub(crate) exp: f64,
    /// What the person is.
    pub(crate) role: Role,
    /// In which practices; `*` for all, for roles that may.
    pub(crate) practices: Vec<String>,
    /// Narrows the role: when it holds a word that begins with `greffon:`, only
    /// the permissions so named are left. Other words are not ours.
    #[serde(default)]
    pub(crate) scope: Option<String>,
    /// RPPS number of a health professional, 11 digits. What is none is left out: an issuer
    /// may use the name for something else.
    #[serde(default)]
    pub(crate) rpps: Option<serde_json::Value>,
}

/// A string or a list of strings, as `aud` may be.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn contains(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Many(many) => many.iter().any(|one| one == wanted),
        }
    }
}

/// The practices of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Every practice of the installation.
    All,
    /// These.
    Only(BTreeSet<String>),
}

/// A token that was believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) subject: String,
    pub(crate) role: Role,
    pub(crate) reach: Reach,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) rpps: Option<String>,
}

impl Claims {
    /// Checks issuer, audience, time and form.
    pub(crate) fn believe(self, issuer: &str, audience: &str, now: Instant) -> Result<Identity, AuthError> {
        if self.iss != issuer {
            return Err(AuthError::UnknownIssuer);
        }
        if !self.aud.contains(audience) {
            return Err(AuthError::WrongAudience);
        }
        if now.0.saturating_sub(LEEWAY_MS) >= millis(self.exp) {
            return Err(AuthError::Expired);
        }
        if self.nbf.is_some_and(|nbf| now.0.saturating_add(LEEWAY_MS) < millis(nbf)) {
            return Err(AuthError::NotYetValid);
        }
        let subject_stands = !self.sub.is_empty()
            && self.sub.chars().count() <= LONGEST_SUBJECT
            && !self.sub.chars().any(char::is_control);
        if !subject_stands || self.role == Role::System || self.practices.len() > MOST_PRACTICES {
            return Err(AuthError::BadClaims);
        }
        let reach = if self.practices.iter().any(|one| one == "*") {
            if !may_span_all_practices(self.role) {
                return Err(AuthError::BadClaims);
            }
            Reach::All
        } else {
            Reach::Only(self.practices.into_iter().collect())
        };
        let permissions = narrowed(permissions_of(self.role), self.scope.as_deref().unwrap_or_default());
        let is_rpps = |text: &&str| text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit());
        let rpps = self.rpps.as_ref().and_then(serde_json::Value::as_str).filter(is_rpps).map(str::to_owned);
        Ok(Identity { subject: self.sub, role: self.role, reach, permissions, rpps })
    }
}

fn narrowed(permissions: &[Permission], scope: &str) -> Vec<Permission> {
    let ours: Vec<&str> = scope.split_whitespace().filter(|word| word.starts_with("greffon:")).collect();
    permissions.iter().copied().filter(|one| ours.is_empty() || ours.contains(&one.scope_word())).collect()
}

/// Seconds to milliseconds; `as` saturates, so nothing overflows.
fn millis(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

#[cfg(test)]
mod tests {
    use greffon_core::model::audit::Role;
    use greffon_core::time::Instant;

    use super::{AuthError, Claims, OneOrMany, Permission, Reach};

    fn claims() -> Claims {
        Claims {
            iss: "greffon".into(),
            aud: OneOrMany::One("greffon".into()),
            sub: "s-1".into(),
            nbf: None,
            exp: 1_000.0,
            role: Role::Secretary,
            practices: vec!["les-tilleuls".into()],
            scope: None,
            rpps: None,
        }
    }

    fn believed(claims: Claims, now_s: i64) -> Result<super::Identity, AuthError> {
        claims.believe("greffon", "greffon", Instant(now_s * 1000))
    }

    #[test]
    fn a_token_ends_a_minute_after_its_time() {
        assert!(believed(claims(), 1_059).is_ok());
        assert_eq!(believed(claims(), 1_060), Err(AuthError::Expired));
    }

    #[test]
    fn a_token_begins_a_minute_before_its_time() {
        let early = Claims { nbf: Some(500.0), ..claims() };
        assert!(believed(early.clone(), 440).is_ok());
        assert_eq!(believed(early, 439), Err(AuthError::NotYetValid));
    }

    #[test]
    fn times_beyond_the_calendar_do_not_overflow() {
        assert!(believed(Claims { exp: f64::MAX, ..claims() }, 0).is_ok());
        assert_eq!(believed(Claims { exp: f64::MIN, ..claims() }, 0), Err(AuthError::Expired));
    }

    #[test]
    fn a_token_for_another_audience_or_issuer_is_not_believed() {
        let other = Claims { aud: OneOrMany::Many(vec!["billing".into(), "portal".into()]), ..claims() };
        assert_eq!(believed(other, 0), Err(AuthError::WrongAudience));
        let shared = Claims { aud: OneOrMany::Many(vec!["portal".into(), "greffon".into()]), ..claims() };
        assert!(believed(shared, 0).is_ok());
        assert_eq!(believed(Claims { iss: "else".into(), ..claims() }, 0), Err(AuthError::UnknownIssuer));
    }

    #[test]
    fn only_a_role_without_patient_data_may_span_all_practices() {
        let all = Claims { practices: vec!["*".into()], ..claims() };
        assert_eq!(believed(all.clone(), 0), Err(AuthError::BadClaims));
        let operator = Claims { role: Role::OperatorAdmin, ..all };
        assert_eq!(believed(operator, 0).unwrap().reach, Reach::All);
    }

    #[test]
    fn a_token_never_speaks_for_greffon_itself() {
        assert_eq!(believed(Claims { role: Role::System, ..claims() }, 0), Err(AuthError::BadClaims));
    }

    #[test]
    fn a_subject_is_short_and_printable() {
        let long = "x".repeat(128);
        assert!(believed(Claims { sub: long.clone(), ..claims() }, 0).is_ok());
        for sub in [String::new(), long + "x", "a\nb".into()] {
            assert_eq!(believed(Claims { sub, ..claims() }, 0), Err(AuthError::BadClaims));
        }
    }

    #[test]
    fn an_rpps_number_has_eleven_digits_or_is_none() {
        let with = |rpps: serde_json::Value| believed(Claims { rpps: Some(rpps), ..claims() }, 0).unwrap().rpps;
        assert_eq!(with("10003456789".into()).as_deref(), Some("10003456789"));
        for none in ["1000345678", "810003456789", "1000345678x", "1000345678\u{663}", ""] {
            assert_eq!(with(none.into()), None, "{none}");
        }
        assert_eq!(with(10_003_456_789_u64.into()), None);
    }

    #[test]
    fn a_scope_narrows_the_role_and_never_widens_it() {
        let with = |scope: &str| Claims { scope: Some(scope.into()), ..claims() };
        assert_eq!(
            believed(with("openid greffon:read-contacts greffon:read-audit"), 0).unwrap().permissions,
            [Permission::ReadContacts],
        );
        assert_eq!(
            believed(with("openid profile"), 0).unwrap().permissions,
            believed(claims(), 0).unwrap().permissions,
        );
    }
}
