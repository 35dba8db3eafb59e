//! A slot, as it is proposed aloud.

use jiff::ToSpan;

use super::zone;
use crate::model::civil::{spoken_date, spoken_time};
use crate::model::practice::{Practice, Practitioner};
use crate::time::Instant;

/// « Je peux vous proposer mardi 24 novembre à 9 h 30 avec le docteur Claire Martin, cela
/// vous irait ? » Today and tomorrow are said as such, the year where it is another one;
/// where there is one practitioner only, everybody knows with whom.
#[must_use]
pub fn offer(practice: &Practice, practitioner: Option<&Practitioner>, start: Instant, now: Instant) -> String {
    let zone = zone(practice);
    let (civil, today) = (zone.civil(start), zone.date(now));
    let date = civil.date();
    let said = spoken_date(date);
    let day = if date == today {
        "aujourd'hui".to_owned()
    } else if date == today.saturating_add(1.day()) {
        format!("demain {}", said.split(' ').next().unwrap_or_default())
    } else if date.year() == today.year() {
        said.trim_end_matches(&format!(" {}", date.year())).to_owned()
    } else {
        said
    };
    let with = practitioner.filter(|_| practice.practitioners.len() > 1);
    let with = with.map(|one| format!(" avec {}", spoken_name(&one.name))).unwrap_or_default();
    format!("Je peux vous proposer {day} à {}{with}, cela vous irait ?", spoken_time(civil.time()))
}

/// « Dr Claire Martin » is said « le docteur Claire Martin ».
pub(super) fn spoken_name(name: &str) -> String {
    let titles = [("Dr ", "le docteur "), ("Pr ", "le professeur "), ("M. ", "monsieur "), ("Mme ", "madame ")];
    titles
        .iter()
        .find_map(|(written, said)| Some(format!("{said}{}", name.strip_prefix(written)?)))
        .unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_practitioner_is_called_by_a_title_that_can_be_said() {
        for (written, said) in [
            ("Dr Claire Martin", "le docteur Claire Martin"),
            ("Pr Nadir Roche", "le professeur Nadir Roche"),
            ("M. Tom Joly", "monsieur Tom Joly"),
            ("Mme Gaëlle Kermadec", "madame Gaëlle Kermadec"),
            ("Drissa Traoré", "Drissa Traoré"),
        ] {
            assert_eq!(spoken_name(written), said);
        }
    }
}
