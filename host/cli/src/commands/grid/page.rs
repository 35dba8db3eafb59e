//! The page of a motive, in French that can be read aloud.

use greffon_core::model::care::{ContentRef, Level};
use greffon_core::model::civil::{Zone, spoken_date};
use greffon_core::model::emergency::EmergencyService;
use greffon_core::model::practice::Practice;
use greffon_core::model::triage::{Assessment, Orientation, Protocol};
use greffon_core::ports::practices::LivePractice;

use super::walk::{Thresholds, Tree};
use crate::config::signed::Signable;

/// More paths than this nobody reads; the rest is counted.
const MOST_PATHS: usize = 400;

/// What is told of a motive.
pub(super) struct Page<'a> {
    pub(super) practice: &'a LivePractice,
    pub(super) grid: &'a Signable,
    pub(super) motive: Option<&'a str>,
    pub(super) protocols: &'a [&'a Protocol],
    pub(super) thresholds: &'a Thresholds,
    /// By the first day of an age; the last one is an age that is not known.
    pub(super) ages: Vec<(Option<u32>, Option<Tree>)>,
}

/// The page.
pub(super) fn text(page: &Page<'_>) -> String {
    let practice = page.practice;
    let title = match page.motive {
        None => "Tout autre motif".to_owned(),
        Some(id) => practice
            .motives
            .iter()
            .find(|one| one.id.as_str() == id)
            .map_or_else(|| format!("Motif « {id} » (inconnu de practice.toml)"), |one| one.label.clone()),
    };
    let mut lines = vec![title.clone(), "=".repeat(title.chars().count()), String::new()];
    lines.push(format!("{}, grille « {} ».", practice.name, page.grid.feature));
    for protocol in page.protocols {
        lines.push(format!(
            "{} : {}, version {}. Jamais moins que : {}.",
            protocol.title,
            protocol.content.id,
            protocol.content.version,
            level(protocol.floor)
        ));
    }
    lines.push(signature(page.grid, &Zone::of(practice)));
    lines.push(
        "Avant cette grille, greffon pose ses propres signes d'alerte et ceux du cabinet. Une réponse positive y suffit, et \
         rien de ce qui suit ne l'abaisse."
            .to_owned(),
    );
    let asked: Vec<String> = page.ages.iter().filter_map(|(_, tree)| tree.as_ref()).flat_map(keys).collect();
    let elsewhere: Vec<&str> = page.thresholds.facts().filter(|fact| !asked.iter().any(|key| key == fact)).collect();
    if !elsewhere.is_empty() {
        lines.push(format!(
            "Des règles regardent aussi ce que cette grille ne demande pas, tenu ici pour inconnu : {}.",
            elsewhere.join(", ")
        ));
    }
    let longest = page.ages.iter().map(|(_, tree)| tree.as_ref().map(Tree::longest)).collect::<Option<Vec<_>>>();
    lines.push(match longest.and_then(|all| all.into_iter().max()) {
        Some(longest) => format!("Au pire, {longest} question{}.", if longest > 1 { "s" } else { "" }),
        None => "Trop de chemins pour les compter tous.".to_owned(),
    });
    for (said, tree) in bands(&page.ages) {
        lines.extend([String::new(), said.clone(), "-".repeat(said.chars().count())]);
        match tree {
            None => lines.push("Trop de chemins pour les lire : partager cette grille en plusieurs motifs.".to_owned()),
            Some(tree) => lines.extend(paths(practice, &tree)),
        }
    }
    lines.join("\n")
}

fn signature(grid: &Signable, zone: &Zone) -> String {
    match &grid.signature {
        None => "Cabinet de démonstration : aucune signature n'est exigée.".to_owned(),
        Some(Ok(held)) => format!(
            "Orientation administrative selon les consignes signées par {}, du {} jusqu'au {} exclu.",
            held.name,
            spoken_date(zone.date(held.from)),
            spoken_date(zone.date(held.until))
        ),
        Some(Err(refusal)) => format!("Cette grille n'est pas en service : {}.", refusal.message),
    }
}

fn keys(tree: &Tree) -> Vec<String> {
    match tree {
        Tree::Asks(question, branches) => {
            std::iter::once(question.key.clone()).chain(branches.iter().flat_map(|(_, tree)| keys(tree))).collect()
        }
        Tree::Ends(_) | Tree::Human(_) => Vec::new(),
    }
}

/// The ages, joined where nothing differs, in words.
fn bands(ages: &[(Option<u32>, Option<Tree>)]) -> Vec<(String, Option<Tree>)> {
    let mut joined: Vec<(Option<u32>, Option<u32>, Option<Tree>)> = Vec::new();
    for (start, tree) in ages {
        let tree = tree.clone().map(Tree::reduced);
        let same = joined.last().is_some_and(|(known, _, last)| {
            known.is_some() && start.is_some() && matches!((last, &tree), (Some(a), Some(b)) if a.same(b))
        });
        if same {
            continue;
        }
        if let (Some(last), Some(start)) = (joined.last_mut(), start) {
            last.1 = Some(*start);
        }
        joined.push((*start, None, tree));
    }
    // One band, and the same when the age is not known: age says nothing.
    if let [(Some(_), None, Some(any)), (None, _, Some(unknown))] = joined.as_slice()
        && any.same(unknown)
    {
        return vec![("À tout âge".to_owned(), Some(any.clone()))];
    }
    let named = |(start, end, tree): (Option<u32>, Option<u32>, Option<Tree>)| {
        let said = match (start, end) {
            (None, _) => "Quand l'âge n'est pas connu".to_owned(),
            (Some(0), None) => "À tout âge connu".to_owned(),
            (Some(0), Some(end)) => format!("Avant {}", age(end)),
            (Some(start), None) => format!("À partir de {}", age(start)),
            (Some(start), Some(end)) => format!("De {} à moins de {}", age(start), age(end)),
        };
        (said, tree)
    };
    joined.into_iter().map(named).collect()
}

/// An age in the unit in which it is said.
fn age(days: u32) -> String {
    let plural = |count: u32, one: &str, many: &str| format!("{count} {}", if count > 1 { many } else { one });
    match days {
        0..=27 => plural(days, "jour", "jours"),
        28..=729 if days % 30 <= 1 => format!("{} mois ({days} jours)", days / 30),
        28..=729 => plural(days, "jour", "jours"),
        _ if days * 4 % 1461 <= 8 => format!("{} ans ({days} jours)", days * 4 / 1461),
        _ => format!("{days} jours (environ {} ans)", days * 4 / 1461),
    }
}

fn paths(practice: &Practice, tree: &Tree) -> Vec<String> {
    let all = tree.paths();
    let mut lines = Vec::new();
    for (index, (steps, end)) in all.iter().take(MOST_PATHS).enumerate() {
        lines.extend([String::new(), format!("Chemin {}.", index + 1)]);
        if steps.is_empty() {
            lines.push("  Quelles que soient les réponses.".to_owned());
        }
        for (question, answer) in steps {
            lines.push(format!("  {} Réponse : {answer}.", question.spoken));
        }
        lines.extend(conclusion(practice, end));
    }
    if all.len() > MOST_PATHS {
        lines.extend([String::new(), format!("Et {} autres chemins.", all.len() - MOST_PATHS)]);
    }
    lines
}

fn conclusion(practice: &Practice, end: &Tree) -> Vec<String> {
    let Tree::Ends(assessment) = end else {
        return vec!["  → La grille ne conclut pas : une personne décide.".to_owned()];
    };
    let Assessment { level: reached, orientation, say, safety_net, .. } = assessment.as_ref();
    let mut lines = vec![format!("  → {}. {}", capital(level(*reached)), destination(orientation))];
    let said = |content: &ContentRef| {
        let known = practice.instructions.iter().find(|one| one.id == content.id && one.version == content.version);
        known.map_or_else(
            || format!("  À dire : la consigne « {} », que practice.toml n'a pas.", content.id),
            |one| format!("  À dire : « {} »", one.text),
        )
    };
    lines.extend(say.iter().chain(safety_net).map(said));
    lines
}

fn capital(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map_or(String::new(), |first| first.to_uppercase().chain(signs).collect())
}

/// A level, in words.
fn level(level: Level) -> &'static str {
    match level {
        Level::Vital => "vital",
        Level::VeryUrgent => "très urgent",
        Level::SameDay => "dans la journée",
        Level::Soon => "sous quelques jours",
        Level::Routine => "sans urgence",
    }
}

fn destination(orientation: &Orientation) -> String {
    match orientation {
        Orientation::EmergencyCall(EmergencyService::PoisonCentre) => "Appeler le centre antipoison.".to_owned(),
        Orientation::EmergencyCall(service) => format!("Appeler le {}.", service.called()),
        Orientation::LiveTransfer(to) => format!("Passer l'appel à « {to} »."),
        Orientation::ClinicianCallback(minutes) => format!("Un soignant rappelle dans {}.", delay(*minutes)),
        Orientation::SameDaySlot => "Un rendez-vous aujourd'hui.".to_owned(),
        Orientation::SlotWithin(minutes) => format!("Un rendez-vous dans {}.", delay(*minutes)),
        Orientation::Teleconsultation(minutes) => format!("Une téléconsultation dans {}.", delay(*minutes)),
        Orientation::Message(to) => format!("Un message à « {to} »."),
        Orientation::DocumentRequest(what) => format!("Un document à préparer : « {what} »."),
        Orientation::Redirect(to) => format!("Orienter vers « {to} »."),
        Orientation::Recontact(minutes) => format!("Le cabinet rappelle dans {}.", delay(*minutes)),
        Orientation::HumanDecision(why) => format!("Une personne décide : {}", why.trim()),
    }
}

fn delay(minutes: u32) -> String {
    match minutes {
        1 => "la minute".to_owned(),
        2..=119 => format!("les {minutes} minutes"),
        _ if minutes.is_multiple_of(1440) && minutes >= 2880 => format!("les {} jours", minutes / 1440),
        _ if minutes.is_multiple_of(60) => format!("les {} heures", minutes / 60),
        _ => format!("les {} heures {} minutes", minutes / 60, minutes % 60),
    }
}
