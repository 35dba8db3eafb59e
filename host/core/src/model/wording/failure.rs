//! Why a message did not arrive, as a colleague would say it.

use crate::model::outside_failure::FailureClass;

/// The words of a message's failure code, with those of the class that may stand behind it; a code that is not known
/// stays as it is.
pub(super) fn failure_words(code: &str) -> String {
    let known = code.split_once('.').and_then(|(code, word)| {
        let class = FailureClass::ALL.iter().find(|class| class.as_str() == word)?;
        Some(format!("{} : {}", code_words(code), class_words(*class)))
    });
    known.unwrap_or_else(|| code_words(code).to_owned())
}

fn code_words(code: &str) -> &str {
    match code {
        "uncertain" => "envoi incertain",
        "no-channel" => "aucun canal ne dessert cette adresse",
        "no-recipient" => "adresse absente ou refusée",
        "expired" => "trop tard pour être utile",
        "attempts-exhausted" => "le canal n'a pas répondu malgré plusieurs essais",
        "rejected" => "refusé par le canal",
        "opted-out" => "le destinataire ne veut plus recevoir de messages",
        "patient-refuses" => "le patient ne veut pas de message à cette adresse",
        "patient-deceased" => "le patient est décédé",
        "content-refused" => "texte refusé par le canal",
        "unsupported" => "le canal ne sait pas l'envoyer",
        "unauthorised" => "le canal refuse l'accès au cabinet",
        "given-up" => "abandonné après trop d'échecs",
        "restored" => "la base a été restaurée : il est peut-être déjà parti",
        "not-sent" => "encore en attente",
        "other" | "unknown" => "raison inconnue",
        other => other,
    }
}

fn class_words(class: FailureClass) -> &'static str {
    match class {
        FailureClass::CredentialsRefused => "mot de passe refusé, prévenez votre informaticien",
        FailureClass::NotPermitted => "accès refusé, prévenez votre informaticien",
        FailureClass::NotFound => "adresse du service introuvable, prévenez votre informaticien",
        FailureClass::Name => "nom du service inconnu",
        FailureClass::Connection => "connexion impossible",
        FailureClass::Tls => "certificat non valable, prévenez votre informaticien",
        FailureClass::TimeOut => "pas de réponse dans le délai",
        FailureClass::RateLimited => "trop d'envois pour ce service",
        FailureClass::ServerError => "panne du service",
        FailureClass::ProtocolBreach => "réponse incompréhensible du service",
        FailureClass::DeniedByGrant | FailureClass::DeniedAddress => {
            "non permis à greffon, prévenez votre informaticien"
        }
        FailureClass::Unknown => "sans cause visible",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_behind_a_code_is_said_behind_it() {
        assert_eq!(failure_words("expired"), "trop tard pour être utile");
        assert_eq!(
            failure_words("rejected.tls"),
            "refusé par le canal : certificat non valable, prévenez votre informaticien"
        );
        assert_eq!(failure_words("rejected.x"), "rejected.x");
    }
}
