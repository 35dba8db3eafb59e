//! Why there is no access token.

use greffon_core::ports::plugins::Problem;
use serde::{Deserialize, Serialize};

use super::terms::{Means, Terms};

/// What a token endpoint says against the client, not against the token
/// (RFC 6749 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Refusal {
    InvalidRequest,
    InvalidClient,
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidScope,
}

impl Refusal {
    const ALL: [Self; 5] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::InvalidScope,
    ];

    /// The refusal of this code; `None` for others.
    pub(super) fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }

    fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
        }
    }

    /// The part of the practice's file that it is about.
    fn part(self) -> &'static str {
        match self {
            Self::InvalidScope => "scope",
            _ => "client-id",
        }
    }
}

/// Why there is no access token now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum NoToken {
    /// The provider takes the refresh token no more (`invalid_grant`): it was
    /// revoked, it expired, or it was spent by an exchange whose answer was lost.
    Consent {
        /// Whether an answer was lost before.
        after_lost_answer: bool,
    },
    /// The provider refuses the client.
    Client(Refusal),
    /// The token endpoint gave no usable answer.
    NoAnswer,
    /// What was kept cannot be opened with the operator's keys.
    Unreadable,
    /// The storage does not answer, so that nothing is spent.
    Storage,
    /// The host failed, which its log tells.
    Broken,
}

impl NoToken {
    /// A stable word for the log.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Consent { after_lost_answer: false } => "invalid_grant",
            Self::Consent { after_lost_answer: true } => "invalid_grant after a lost answer",
            Self::Client(refusal) => refusal.code(),
            Self::NoAnswer => "no usable answer",
            Self::Unreadable => "cannot be opened",
            Self::Storage => "no storage",
            Self::Broken => "host",
        }
    }

    /// Whether it stays until somebody mends it.
    pub(in super::super) fn is_lasting(self) -> bool {
        match self {
            Self::Consent { .. } | Self::Client(_) | Self::Unreadable => true,
            Self::NoAnswer | Self::Storage | Self::Broken => false,
        }
    }

    /// What the practice and its operator read: what is wrong, and what to change.
    pub(super) fn problem(self, credential: &str, terms: &Terms) -> Problem {
        let endpoint = &terms.token_origin;
        let key = |part: &str| format!("credentials.{credential}.{part}");
        match self {
            Self::Consent { after_lost_answer } => {
                let why = if after_lost_answer {
                    format!(
                        "une réponse de {endpoint} s'est perdue avec le nouveau jeton, et l'ancien n'est plus accepté"
                    )
                } else {
                    format!("{endpoint} n'accepte plus le jeton de rafraîchissement (invalid_grant)")
                };
                let hint = format!(
                    "redonnez le consentement chez le fournisseur, puis mettez le nouveau jeton là où \
                     credentials.{credential} dit refresh-token = …"
                );
                Problem::lasting(key("refresh-token"), format!("le consentement doit être renouvelé : {why}"), hint)
            }
            Self::Client(refusal) => {
                let code = refusal.code();
                let message = match terms.means {
                    Means::Consent(_) => {
                        format!("{endpoint} refuse l'application ({code}) ; le consentement n'est pas en cause")
                    }
                    Means::Client => format!("{endpoint} refuse l'application ({code})"),
                };
                let hint = "corrigez client-id, client-secret ou scope selon ce que le fournisseur a enregistré";
                Problem::lasting(key(refusal.part()), message, hint)
            }
            Self::Unreadable => Problem::lasting(
                key("refresh-token"),
                "le jeton conservé ne s'ouvre avec aucune clé de greffon.toml, ou sa ligne a été modifiée",
                "remettez l'ancienne clé dans greffon.toml, [keys] : sealing-earlier = [{ file = \"…\" }] ; \
                 sinon, renouvelez le consentement",
            ),
            Self::NoAnswer => Problem::passing(
                key("token-url"),
                format!("{endpoint} ne donne pas de réponse utilisable ; greffon réessaie, de plus en plus rarement"),
                "si cela dure, vérifiez token-url et le service du fournisseur",
            ),
            Self::Storage | Self::Broken => Problem::passing(
                key(match terms.means {
                    Means::Consent(_) => "refresh-token",
                    Means::Client => "token-url",
                }),
                "le jeton ne peut pas être renouvelé pour l'instant ; greffon réessaie",
                "si cela dure, voyez le journal de greffon",
            ),
        }
    }
}
