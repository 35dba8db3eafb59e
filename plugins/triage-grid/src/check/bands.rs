//! Ages: do the protocols of a motive serve every age once?

use std::collections::BTreeSet;

use greffon_sdk::practice::Finding;

use crate::settings::{Grid, Protocol};

pub(super) fn check(grid: &Grid, findings: &mut Vec<Finding>) {
    let motives: BTreeSet<Option<&str>> = grid
        .protocols
        .iter()
        .flat_map(|protocol| {
            let named = protocol.motives.iter().map(|motive| Some(motive.as_str()));
            named.chain(protocol.motives.is_empty().then_some(None))
        })
        .collect();
    let mut told = BTreeSet::new();
    let mut ends = BTreeSet::new();
    for motive in motives {
        let mut bands: Vec<(usize, u32, u32)> = grid
            .protocols
            .iter()
            .enumerate()
            .filter(|(_, protocol)| serves(protocol, motive))
            .map(|(index, protocol)| {
                (index, protocol.min_age_days.unwrap_or(0), protocol.max_age_days.unwrap_or(u32::MAX))
            })
            .collect();
        bands.sort_unstable_by_key(|&(_, least, most)| (least, most));
        for &(index, least, most) in &bands {
            if least > most && told.insert((index, index)) {
                let message = "L'âge minimal dépasse l'âge maximal : cette grille ne sert personne. Échanger les deux.";
                findings.push(Finding::error(format!("/protocols/{index}/min-age-days"), message));
            }
        }
        if let Some(&(index, least, _)) = bands.first().filter(|(_, least, _)| *least > 0)
            && ends.insert((index, true))
        {
            let message = format!(
                "Avant l'âge de {least} jours, aucun protocole ne répond : une décision humaine sera demandée. Ajouter un \
                 protocole pour les plus jeunes."
            );
            findings.push(Finding::warning(format!("/protocols/{index}/min-age-days"), message));
        }
        if let Some(&(index, _, most)) =
            bands.iter().max_by_key(|(_, _, most)| *most).filter(|(.., most)| *most < u32::MAX)
            && ends.insert((index, false))
        {
            let message = format!(
                "Après l'âge de {most} jours, aucun protocole ne répond : une décision humaine sera demandée. Ajouter un \
                 protocole pour les plus âgés."
            );
            findings.push(Finding::warning(format!("/protocols/{index}/max-age-days"), message));
        }
        for pair in bands.windows(2) {
            let (before, _, last) = pair[0];
            let (after, first, _) = pair[1];
            if !told.insert((before, after)) {
                continue;
            }
            let name = &grid.protocols[before].id;
            if first <= last {
                let message = format!(
                    "Pour un âge de {first} jours, deux protocoles répondent (« {name} » aussi) : commencer celui-ci à {}.",
                    last.saturating_add(1)
                );
                findings.push(Finding::error(format!("/protocols/{after}/min-age-days"), message));
            } else if first - last > 1 {
                let message = format!(
                    "Entre « {name} » et celui-ci, aucun protocole pour un âge de {0} jours : commencer celui-ci à {0}.",
                    last + 1
                );
                findings.push(Finding::error(format!("/protocols/{after}/min-age-days"), message));
            }
        }
    }
}

fn serves(protocol: &Protocol, motive: Option<&str>) -> bool {
    match motive {
        Some(motive) => protocol.motives.iter().any(|served| served == motive),
        None => protocol.motives.is_empty(),
    }
}
