//! Why something outside — the server of an agenda, a provider of messages, a relay — did not do what it was asked,
//! as far as the host saw it. What a plugin says of it is a hint and no more.

use greffon_words::{Text, outages};
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// One row a class: its name, its word, and its codes as an agenda's.
macro_rules! classes {
    ($($(#[$doc:meta])+ $name:ident = $word:literal,)+) => {
        /// The classes of failures, told apart by what somebody has to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum FailureClass {
            $($(#[$doc])+ $name,)+
        }

        impl FailureClass {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The wire word: in logs, metrics and the API.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// The code of an intent that an agenda refused for that: `unavailable.tls`.
            #[must_use]
            pub fn refusal_code(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("unavailable.", $word),)+
                }
            }

            /// The code of a job that failed for that: `agenda-unavailable.tls`.
            #[must_use]
            pub fn job_code(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("agenda-unavailable.", $word),)+
                }
            }

            /// The class of a [refusal code](Self::refusal_code); `None` for other codes.
            #[must_use]
            pub fn of_refusal_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|class| class.refusal_code() == code)
            }
        }
    };
}

classes! {
    /// The user name, the password, the token or the certificate is not taken (HTTP 401, SMTP 535).
    CredentialsRefused = "credentials-refused",
    /// We are let in, and may not do this (HTTP 403).
    NotPermitted = "not-permitted",
    /// There is nothing of that name, or not any more (HTTP 404, 410, a redirect).
    NotFound = "not-found",
    /// The host's name has no address.
    Name = "name",
    /// Nobody listens, or the connection breaks.
    Connection = "connection",
    /// No protected connection: certificate, version.
    Tls = "tls",
    /// No answer in time.
    TimeOut = "time-out",
    /// Too many requests, by the other end's count or by the operator's budget (HTTP 429).
    RateLimited = "rate-limited",
    /// A fault of the other end (HTTP 5xx).
    ServerError = "server-error",
    /// It answers, and not what its protocol says.
    ProtocolBreach = "protocol-breach",
    /// The practice's file does not grant this origin; nothing was sent.
    DeniedByGrant = "denied-by-grant",
    /// The address is private, and the operator has not opened it for the practice; nothing was sent.
    DeniedAddress = "denied-address",
    /// None of these, as far as the host can see: a fault of the plugin, most likely.
    Unknown = "unknown",
}

impl FailureClass {
    /// What an HTTP status says of the request; `None` for success, and for what is part of a conversation
    /// (a condition that does not hold, a lock).
    #[must_use]
    pub fn of_status(status: u16) -> Option<Self> {
        Some(match status {
            401 | 407 => Self::CredentialsRefused,
            403 => Self::NotPermitted,
            301 | 302 | 303 | 307 | 308 | 404 | 410 => Self::NotFound,
            408 => Self::TimeOut,
            429 => Self::RateLimited,
            409 | 412 | 423 => return None,
            400..=499 => Self::ProtocolBreach,
            500..=599 => Self::ServerError,
            _ => return None,
        })
    }

    /// What the person at the desk is told when an agenda fails so: what it means for them, and whom to tell.
    #[must_use]
    pub fn at_the_desk(self) -> Text {
        match self {
            Self::CredentialsRefused => outages::desk_credentials_refused(),
            Self::NotPermitted => outages::desk_not_permitted(),
            Self::NotFound => outages::desk_not_found(),
            Self::Name | Self::Connection | Self::TimeOut => outages::desk_unreachable(),
            Self::Tls => outages::desk_tls(),
            Self::RateLimited => outages::desk_rate_limited(),
            Self::ServerError => outages::desk_server_error(),
            Self::ProtocolBreach => outages::desk_protocol_breach(),
            Self::DeniedByGrant | Self::DeniedAddress => outages::desk_denied(),
            Self::Unknown => outages::desk_unknown(),
        }
    }
}

/// One failure, without anything personal or secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideFailure {
    /// Its class.
    pub class: FailureClass,
    /// Where: `https://dav.example`, `smtp://relay.example:465`; never a path. `None` when nobody was asked.
    pub origin: Option<String>,
    /// What the other end answered, if it answered by HTTP or SMTP.
    pub status: Option<u16>,
}

impl OutsideFailure {
    /// A failure of a place that was asked, with what it answered.
    #[must_use]
    pub fn of_place(class: FailureClass, place: &str, status: Option<u16>) -> Self {
        Self { class, origin: Some(place.to_owned()), status }
    }

    /// A failure of a class, about nobody.
    #[must_use]
    pub fn of(class: FailureClass) -> Self {
        Self { class, origin: None, status: None }
    }

    /// What is wrong and what to do, for whoever runs the installation. `what` is named where no origin is known:
    /// the feature.
    #[must_use]
    pub fn says(&self, what: &str) -> Text {
        let place = match (&self.origin, self.status) {
            (Some(origin), Some(status)) => format!("{origin} ({status})"),
            (Some(origin), None) => origin.clone(),
            (None, _) => what.to_owned(),
        };
        let place = place.as_str();
        match self.class {
            FailureClass::CredentialsRefused => outages::credentials_refused(place),
            FailureClass::NotPermitted => outages::not_permitted(place),
            FailureClass::NotFound => outages::not_found(place),
            FailureClass::Name => outages::name(place),
            FailureClass::Connection => outages::connection(place),
            FailureClass::Tls => outages::tls(place),
            FailureClass::TimeOut => outages::time_out(place),
            FailureClass::RateLimited => outages::rate_limited(place),
            FailureClass::ServerError => outages::server_error(place),
            FailureClass::ProtocolBreach => outages::protocol_breach(place),
            FailureClass::DeniedByGrant => outages::denied_by_grant(place),
            FailureClass::DeniedAddress => outages::denied_address(place),
            FailureClass::Unknown => outages::unknown(place),
        }
    }
}

/// The last failure of a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFailure {
    /// What it was.
    pub failure: OutsideFailure,
    /// When it was last seen.
    pub at: Instant,
    /// When a call first went well after it; `None` while it lasts.
    pub over_at: Option<Instant>,
}

/// An origin that is not asked for now, because it said so or because the operator's budget is spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    /// Which.
    pub origin: String,
    /// Until when.
    pub until: Instant,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use greffon_words::Locale;

    use super::*;

    #[test]
    fn every_class_has_words_and_codes_of_its_own() {
        let failure =
            |class| OutsideFailure { class, origin: Some("https://dav.example".to_owned()), status: Some(418) };
        for locale in [Locale::Fr, Locale::En] {
            let told: BTreeSet<_> =
                FailureClass::ALL.iter().map(|class| failure(*class).says("agenda").of(locale).to_owned()).collect();
            assert_eq!(told.len(), FailureClass::ALL.len());
            assert!(told.iter().all(|text| text.contains("https://dav.example (418)")), "{told:?}");
        }
        for class in FailureClass::ALL {
            assert_eq!(FailureClass::of_refusal_code(class.refusal_code()), Some(*class));
            assert!(OutsideFailure::of(*class).says("agenda-nord").fr().contains("agenda-nord"));
            assert!(!class.at_the_desk().fr().is_empty());
        }
        for code in ["unavailable", "not-found", "unavailable.", "unavailable.x"] {
            assert_eq!(FailureClass::of_refusal_code(code), None, "{code}");
        }
    }

    #[test]
    fn a_status_says_what_somebody_has_to_do() {
        for (status, class) in [
            (200, None),
            (207, None),
            (304, None),
            (412, None),
            (401, Some(FailureClass::CredentialsRefused)),
            (403, Some(FailureClass::NotPermitted)),
            (301, Some(FailureClass::NotFound)),
            (404, Some(FailureClass::NotFound)),
            (429, Some(FailureClass::RateLimited)),
            (400, Some(FailureClass::ProtocolBreach)),
            (500, Some(FailureClass::ServerError)),
            (599, Some(FailureClass::ServerError)),
            (600, None),
        ] {
            assert_eq!(FailureClass::of_status(status), class, "{status}");
        }
    }
}
