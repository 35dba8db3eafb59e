//! Tells a reception what a restore of the database came to.

use super::{Letter, letter, zone};
use crate::model::care::Sensitivity;
use crate::model::practice::Practice;
use crate::model::recovery::{AgendaState, Recovery};

/// What the comparison after a restore has found, and what is left to do by hand.
#[must_use]
pub fn recovered(practice: &Practice, recovery: &Recovery) -> Letter {
    let zone = zone(practice);
    let restored = zone.spoken(recovery.restore.restored_at);
    let backup = recovery.restore.taken_at.map(|at| zone.spoken(at));
    let mut lines = vec![match &backup {
        Some(taken) => format!("greffon a été restauré le {restored}, à partir de la sauvegarde du {taken}."),
        None => format!("greffon a été restauré le {restored}."),
    }];
    if recovery.is_complete() {
        lines.push("Les agendas ont été vérifiés : les rendez-vous et les envois reprennent.".to_owned());
    } else {
        lines
            .push("Les rendez-vous et les envois reprennent, mais des agendas n'ont pas pu être vérifiés :".to_owned());
        for one in &recovery.agendas {
            if !matches!(one.state, AgendaState::Compared { .. }) {
                lines.push(format!("- {} : regardez-y avant de donner un rendez-vous.", one.agenda));
            }
        }
    }
    lines.push(String::new());
    for one in &recovery.agendas {
        let found = [
            (one.adopted, "retrouvé dans l'agenda", "retrouvés dans l'agenda"),
            (one.corrected, "remis comme dans l'agenda", "remis comme dans l'agenda"),
            (one.gone, "absent de l'agenda, donc annulé ici", "absents de l'agenda, donc annulés ici"),
        ];
        for (count, single, several) in found.into_iter().filter(|(count, ..)| *count > 0) {
            let what = if count == 1 { single } else { several };
            lines.push(format!("- {} : {count} rendez-vous {what}.", one.agenda));
        }
        if one.own {
            let since = backup.as_ref().map(|taken| format!(" du {taken}")).unwrap_or_default();
            lines.push(format!(
                "- {} : cet agenda est dans greffon. Ce qui y a été noté après la sauvegarde{since} est perdu : \
                 reprenez-le d'après vos notes et rappelez les patients.",
                one.agenda
            ));
        }
    }
    if recovery.withheld > 0 {
        lines.push(format!(
            "- Messages peut-être déjà partis, qui ne partiront pas tout seuls : {}. Décidez pour chacun dans les \
             tâches à reprendre.",
            recovery.withheld
        ));
    }
    letter(practice, "host.recovered", "Après la restauration de greffon".to_owned(), lines, Sensitivity::Personal)
}
