//! Why a message did not arrive, as a colleague would say it.

/// The words of a message's failure code; a code that is not known stays as it is.
pub(super) fn failure_words(code: &str) -> &str {
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
