//! Is the grid signed, and does the signature make sense? Whether it still
//! holds is told when a case is run: an analysis has no clock.

use greffon_sdk::practice::Finding;

use super::place::Place;
use crate::utc;

pub(super) fn check(place: &Place<'_>, findings: &mut Vec<Finding>) {
    let path = format!("{}/validation", place.path);
    let Some(validation) = &place.protocol.validation else {
        findings.push(if place.protocol.demo {
            Finding::warning(
                path,
                "Contenu de démonstration sans signature : interdit hors d'un cabinet de démonstration.",
            )
        } else {
            Finding::error(path, "Sans signature d'un soignant, cette grille ne peut pas être utilisée.")
        });
        return;
    };
    let mut instant = |key: &str, text: &str| {
        let instant = utc::parse(text);
        if instant.is_none() {
            let message = format!("« {text} » n'est pas une date : écrire AAAA-MM-JJ ou AAAA-MM-JJTHH:MM:SSZ.");
            findings.push(Finding::error(format!("{path}/{key}"), message));
        }
        instant
    };
    let from = instant("validated-at", &validation.validated_at);
    let to = instant("expires-at", &validation.expires_at);
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        findings
            .push(Finding::error(format!("{path}/expires-at"), "La fin de validité doit venir après la signature."));
    }
    if validation.validator_rpps.len() != 11 || !validation.validator_rpps.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = "Un numéro RPPS compte 11 chiffres.";
        findings.push(Finding::error(format!("{path}/validator-rpps"), message));
    }
}
