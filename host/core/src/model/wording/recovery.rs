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
        Some(taken) => format!("greffon a été restauré {restored}, à partir de la sauvegarde prise {taken}."),
        None => format!("greffon a été restauré {restored}."),
    }];
    if recovery.is_complete() {
        lines.push("Les agendas ont été vérifiés : les rendez-vous et les envois reprennent.".to_owned());
    } else {
        lines.push("Les rendez-vous et les envois reprennent, mais des agendas n'ont pas pu être vérifiés :".to_owned());
        for one in &recovery.agendas {
            if !matches!(one.state, AgendaState::Compared { .. }) {
                lines.push(format!("- {} : regardez-y avant de donner un rendez-vous.", one.agenda));
            }
        }
    }
    lines.push(String::new());
    for one in &recovery.agendas {
        let found = [
            (one.adopted, "retrouvé(s) dans l'agenda, sans le nom du patient si l'agenda ne le donne pas"),
            (one.corrected, "remis comme dans l'agenda"),
            (one.gone, "absent(s) de l'agenda, donc annulé(s) ici"),
        ];
        for (count, what) in found.into_iter().filter(|(count, _)| *count > 0) {
            lines.push(format!("- {} : {count} rendez-vous {what}.", one.agenda));
        }
        if one.own {
            lines.push(match &backup {
                Some(taken) => format!(
                    "- {} : cet agenda est dans greffon. Ce qui y a été noté après la sauvegarde ({taken}) est perdu : \
                     reprenez-le d'après vos notes et rappelez les patients.",
                    one.agenda
                ),
                None => format!(
                    "- {} : cet agenda est dans greffon. Ce qui y a été noté après la sauvegarde est perdu : \
                     reprenez-le d'après vos notes et rappelez les patients.",
                    one.agenda
                ),
            });
        }
    }
    if recovery.withheld > 0 {
        lines.push(format!(
            "- Messages peut-être déjà partis, qui ne partent plus seuls : {}. Décidez pour chacun dans les tâches à \
             reprendre.",
            recovery.withheld
        ));
    }
    letter(practice, "host.recovered", "Après la restauration de greffon".to_owned(), lines, Sensitivity::Personal)
}
