//! Bad grids, scripts and instructions: each is found at its line, with what to do.

use std::path::Path;

use greffon::config::diagnostic::Diagnostic;
use greffon::config::operator::OperatorConfig;
use greffon::wire::Wiring;

use crate::support::put;

const PRACTICE: &str = r#"id = "cabinet"
name = "Cabinet des Essais"
time-zone = "Europe/Paris"
demo = true
[sites.ville]
name = "Ville"
hours = { mon-fri = ["08:00-18:00"] }
[practitioners.dr-essai]
name = "Dr Essai"
[[practitioners.dr-essai.agendas]]
agenda = "essai"
feature = "agenda"
site = "ville"
hours = { mon-fri = ["09:00-12:00"] }
[motives.fievre]
label = "Fièvre"
duration-min = 15
[red-flags.oeil]
spoken = "A-t-il reçu un produit dans l'œil ?"
level = "very-urgent"
[instructions.aggravation]
version = "1"
text = "Si cela s'aggrave, rappelez-nous, ou faites le {service.samu}."
approved-by = "10003456789"
[instructions.joignable]
version = "1"
text = "Restez joignable sur ce numéro."
approved-by = "10003456789"
[recipients.secretariat]
mailto = "accueil@essais.example"
[features.agenda]
plugin = "agenda-local"
grants.keyvalue = true
settings = { agendas = { essai = { label = "Dr Essai" } } }
[features.tri]
plugin = "triage-grid"
settings-file = "grids/tri.toml"
[features.script]
plugin = "script-standard"
settings-file = "grids/script.toml"
"#;

const GRID: &str = r#"max-questions = 6
[[protocols]]
id = "fievre"
version = "1"
title = "Fièvre"
motives = ["fievre"]
floor = "soon"
safety-net = "aggravation@1"
[[protocols.red-flags]]
key = "fievre.reveil"
spoken = "Est-il difficile à réveiller ?"
level = "vital"
say = ["joignable@1"]
[[protocols.red-flags]]
key = "fievre.taches"
spoken = "A-t-il des taches violettes sur la peau ?"
level = "very-urgent"
orientation = { clinician-callback = 10 }
[[protocols.questions]]
key = "fievre.degres"
spoken = "Combien a-t-il de fièvre ?"
kind = "number"
required = false
[[protocols.questions]]
key = "fievre.boit"
spoken = "Boit-il bien ?"
kind = "yes-no"
[[protocols.rules]]
id = "haute"
when = { fact = "fievre.degres", at-least = 39 }
level = "same-day"
orientation = "same-day-slot"
reason = "Fièvre élevée"
[[protocols.rules]]
id = "ne-boit-pas"
when = { fact = "fievre.boit", is = ["no", "unknown"] }
level = "same-day"
orientation = { clinician-callback = 120 }
reason = "Ne boit pas bien"
[[protocols.rules]]
id = "simple"
when = { fact = "fievre.boit", is = "yes" }
level = "soon"
orientation = { slot-within = 2880 }
reason = "Fièvre bien supportée"
"#;

const SCRIPT: &str = r#"version = "1"
greeting = "Cabinet des Essais, bonjour."
motives = [
    { id = "fievre", label = "Fièvre", questions = [
        { key = "fievre.depuis", spoken = "Depuis quand ?", kind = "text" },
    ] },
]
faq = [
    { id = "suite", label = "Et si cela s'aggrave", instruction = "aggravation@1" },
]
[phrases]
closing = "Merci de votre appel."
"#;

const P: &str = "practice.toml";
const G: &str = "grids/tri.toml";
const S: &str = "grids/script.toml";

/// What makes a sound practice bad, and what must be found.
struct Case {
    name: &'static str,
    /// Which file, which of its words (none: its end), and what stands there instead.
    changes: &'static [(&'static str, &'static str, &'static str)],
    /// The file and the line's words.
    at: (&'static str, &'static str),
    words: &'static str,
}

macro_rules! cases {
    ($($name:literal: $([$file:ident $from:literal => $to:literal])+ @ $at:ident $line:literal : $words:literal;)+) => {
        &[$(Case { name: $name, changes: &[$(($file, $from, $to)),+], at: ($at, $line), words: $words },)+]
    };
}

const CASES: &[Case] = cases! {
    // Structure.
    "unreachable question": [G "kind = \"number\"" => "kind = \"number\"\nwhen = { fact = \"fievre.reveil\", is = \"yes\" }"]
        @ G "when = { fact = \"fievre.reveil\"": "jamais posée";
    "rule that no case reaches": [G "at-least = 39" => "below = 0, at-least = 0"] @ G "below = 0": "intervalle";
    "choice without a branch":
        [G "when = { fact = \"fievre.degres\", at-least = 39 }" => "when = { all = [{ fact = \"fievre.degres\", at-least = 39 }, { fact = \"fievre.boit\", is = \"yes\" }] }"]
        [G "[\"no\", \"unknown\"]" => "\"unknown\""]
        [G "key = \"fievre.boit\"" => "why = \"B\"\nkey = \"fievre.boit\""] @ G "2 [[protocols.questions]]": "ne mène à aucune règle";
    "no branch for not knowing": [G "[\"no\", \"unknown\"]" => "\"no\""] @ G "2 [[protocols.questions]]": "ne sait pas";
    "answer that nothing looks at":
        [G "[[protocols.rules]]\nid = \"haute\"\nwhen = { fact = \"fievre.degres\", at-least = 39 }\nlevel = \"same-day\"\norientation = \"same-day-slot\"\nreason = \"Fièvre élevée\"\n" => ""]
        @ G "[[protocols.questions]]": "Aucune règle ne regarde";
    "dead end": [G "is = \"yes\" }" => "is = \"unknown\" }"] @ G "[[protocols.rules]]": "Impasse";
    "circle": [G "required = false" => "required = false\nwhen = { fact = \"fievre.boit\", is = \"yes\" }"]
        [G "kind = \"yes-no\"" => "kind = \"yes-no\"\nwhen = { fact = \"fievre.degres\", at-least = 1 }"]
        @ G "when = { fact = \"fievre.boit\", is = \"yes\" }": "cercle";
    "unknown fact": [G "fact = \"fievre.degres\"" => "fact = \"fievre.degre\""] @ G "fact = \"fievre.degre\"": "ajouter la question";
    "unknown answer": [G "\"no\", \"unknown\"" => "\"jamais\""] @ G "jamais": "n'est pas une réponse";
    "key twice": [G "key = \"fievre.boit\"" => "key = \"fievre.degres\""] @ G "2 key = \"fievre.degres\"": "deux fois";
    "rule twice": [G "id = \"simple\"" => "id = \"haute\""] @ G "2 id = \"haute\"": "deux fois";
    "key of the host": [G "key = \"fievre.boit\"" => "key = \"red-flag.all\""] @ G "red-flag.all": "réservé";
    "too many questions": [G "max-questions = 6" => "max-questions = 3"] @ G "[[protocols]]": "4 questions";
    "no rule at all": [G "max-questions = 6" => "max-questions = 6\n[[protocols]]\nid = \"vide\"\nversion = \"1\"\ntitle = \"Vide\"\nfloor = \"soon\"\nrules = []"]
        @ G "rules = []": "Aucune règle";
    // Signs and levels.
    "red flag outside the first block": [G "say = [\"joignable@1\"]" => "when = { fact = \"fievre.boit\", is = \"no\" }"]
        @ G "when = { fact = \"fievre.boit\", is = \"no\" }": "premier bloc";
    "vital rule on a question": [G "level = \"same-day\"\norientation = \"same-day-slot\"" => "level = \"vital\"\norientation = { emergency-call = \"samu\" }"]
        @ G "2 level = \"vital\"": "signes d'alerte";
    "level below the floor": [G "level = \"soon\"" => "level = \"routine\""] @ G "level = \"routine\"": "plancher";
    "same facts, two levels": [G "" => "[[protocols.rules]]\nid = \"encore\"\nwhen = { fact = \"fievre.boit\", is = \"yes\" }\nlevel = \"same-day\"\norientation = \"same-day-slot\"\nreason = \"Encore\"\n"]
        @ G "3 level = \"same-day\"": "Mêmes conditions";
    "contradicting signs": [G "A-t-il des taches violettes sur la peau ?" => "Est-il difficile à réveiller ?"]
        @ G "2 spoken = \"Est-il difficile": "se contredisent";
    "a sign that is a question too": [G "Boit-il bien ?" => "Est-il difficile à réveiller ?"] @ G "2 spoken = \"Est-il difficile": "déjà";
    "a sign that can wait": [G "level = \"vital\"" => "level = \"routine\""] @ G "level = \"routine\"": "n'attend pas";
    "overlapping ages": [G "floor = \"soon\"" => "floor = \"soon\"\nmax-age-days = 800"]
        [G "" => "[[protocols]]\nid = \"grand\"\nversion = \"1\"\ntitle = \"Grand\"\nmotives = [\"fievre\"]\nfloor = \"soon\"\nmin-age-days = 700\n"]
        @ G "min-age-days = 700": "deux protocoles";
    "missing ages": [G "floor = \"soon\"" => "floor = \"soon\"\nmax-age-days = 600"]
        [G "" => "[[protocols]]\nid = \"grand\"\nversion = \"1\"\ntitle = \"Grand\"\nmotives = [\"fievre\"]\nfloor = \"soon\"\nmin-age-days = 700\n"]
        @ G "min-age-days = 700": "601";
    "nobody under a month": [G "floor = \"soon\"" => "floor = \"soon\"\nmin-age-days = 30"] @ G "min-age-days = 30": "plus jeunes";
    "missing safety net": [G "safety-net = \"aggravation@1\"\n" => ""] @ G "[[protocols.rules]]": "ajouter safety-net";
    // Delays and destinations.
    "vital without the service": [G "say = [\"joignable@1\"]" => "orientation = { live-transfer = \"secretariat\" }"]
        @ G "live-transfer": "emergency-call";
    "very urgent in 45 minutes": [G "clinician-callback = 10" => "clinician-callback = 45"] @ G "clinician-callback = 45": "15 minutes";
    "same day in two days": [G "orientation = \"same-day-slot\"" => "orientation = { slot-within = 2000 }"] @ G "slot-within = 2000": "24 heures";
    "soon in a month": [G "slot-within = 2880" => "slot-within = 44640"] @ G "slot-within = 44640": "7 jours";
    "destination that is nobody": [G "clinician-callback = 120" => "message = \"secretaria\""] @ G "message = \"secretaria\"": "écrire « secretariat »";
    "nobody sees patients on Saturday": [P "hours = { mon-fri = [\"08:00-18:00\"] }" => "hours = { mon-sat = [\"08:00-18:00\"] }"]
        @ G "orientation = \"same-day-slot\"": "samedi";
    "unknown instruction": [G "joignable@1" => "joignables@1"] @ G "joignables@1": "écrire « joignable »";
    "instruction of another version": [G "safety-net = \"aggravation@1\"" => "safety-net = \"aggravation@2\""] @ G "aggravation@2": "version 1";
    // Words of a grid.
    "over twenty words": [G "Boit-il bien ?" => "Est-ce que vous pouvez me dire si depuis ce matin votre enfant boit bien toutes les fois que vous lui proposez à boire ?"]
        @ G "Est-ce que vous pouvez": "mots";
    "two questions in one": [G "Boit-il bien ?" => "Boit-il bien ? Mange-t-il ?"] @ G "Mange-t-il": "double";
    "negative question": [G "Boit-il bien ?" => "N'a-t-il pas soif ?"] @ G "pas soif": "négative";
    "dose in a reason": [G "Ne boit pas bien" => "Donner 250 mg"] @ G "Donner 250": "dose";
    "medicine in a reason": [G "Ne boit pas bien" => "Soulagé par le Doliprane"] @ G "Doliprane": "médicament";
    "medicine in a question": [G "Boit-il bien ?" => "Prenez deux aspirines, d'accord ?"] @ G "deux aspirines": "conseille un médicament";
    "telephone number": [G "Boit-il bien ?" => "Appelez le 08 99 12 34 56, boit-il bien ?"] @ G "Appelez le 08": "numéro de téléphone";
    "spelled number": [G "Ne boit pas bien" => "Appelez le zéro huit quatre-vingt-dix-neuf douze"] @ G "zéro huit": "numéro de téléphone";
    "number of nobody": [G "Ne boit pas bien" => "Appelez le 3624 tout de suite"] @ G "3624": "aucun service";
    "digits of the service": [G "Ne boit pas bien" => "Faites le 15 tout de suite"] @ G "Faites le 15": "{service.samu}";
    "unknown service": [G "Ne boit pas bien" => "Faites le {service.sammu} tout de suite"] @ G "sammu": "{service.samu}";
    "reassurance": [G "Boit-il bien ?" => "Ce n'est pas grave, boit-il bien ?"] @ G "pas grave": "rassure";
    "diagnosis": [G "Ne boit pas bien" => "Suspicion de méningite"] @ G "Suspicion": "diagnostic";
    "advice": [G "{ clinician-callback = 120 }" => "{ human-decision = \"Allongez-vous et attendez.\" }"] @ G "Allongez": "conseil de soin";
    // Scripts.
    "reassuring greeting": [S "Cabinet des Essais, bonjour." => "Bonjour, tout va bien se passer, rassurez-vous."] @ S "greeting": "rassure";
    "advice at the end": [S "Merci de votre appel." => "Merci. Reposez-vous."] @ S "closing": "conseil de soin";
    "number in a phrase": [S "Merci de votre appel." => "Merci, rappelez au 0899 12 34 56."] @ S "closing": "numéro de téléphone";
    "medicine in a phrase": [S "Merci de votre appel." => "Prenez votre Doliprane et rappelez."] @ S "closing": "conseille un médicament";
    "dose in a motive's question": [S "Depuis quand ?" => "Prenez 500 mg, depuis quand ?"] @ S "Prenez 500": "dose";
    "faq without its instruction": [S "aggravation@1" => "agravation@1"] @ S "agravation@1": "écrire « aggravation »";
    "required and never asked": [S "version = \"1\"" => "version = \"1\"\nrequired = { patient = [\"patient.pointure\"] }"] @ S "pointure": "aucune question";
    "a colleague in a hurry who waits": [S "version = \"1\"" => "version = \"1\"\ndelays = { professional-urgent-min = 16 }"] @ S "professional-urgent-min": "15 minutes";
    "a look today that waits for tomorrow": [S "version = \"1\"" => "version = \"1\"\nhandovers = [{ id = \"vu\", when = { fact = \"request.felt\", is = [\"yes\"] }, to = \"practitioner\", said = \"Un soignant regarde\", level = \"same-day\", within-min = 1441 }]"] @ S "within-min": "24 heures";
    // Instructions and the practice's own texts.
    "instruction with a medicine": [P "Restez joignable sur ce numéro." => "Prenez deux aspirines."] @ P "deux aspirines": "conseille un médicament";
    "instruction that reassures": [P "Restez joignable sur ce numéro." => "Ne vous inquiétez pas."] @ P "inquiétez": "rassure";
    "instruction that names an illness": [P "Restez joignable sur ce numéro." => "Vous avez une angine."] @ P "angine": "diagnostic";
    "instruction with care": [P "Restez joignable sur ce numéro." => "Mettez de la glace."] @ P "glace": "conseil de soin";
    "instruction with the service's digits": [P "{service.samu}" => "15"] @ P "faites le 15": "{service.samu}";
    "instruction with an unknown service": [P "{service.samu}" => "{service.pompiers}"] @ P "pompiers": "n'est pas un service";
    "instruction that is over": [P "text = \"Restez" => "approved-until = \"2020-01-01\"\ntext = \"Restez"] @ P "approved-until": "plus approuvée";
    "instruction without an end": [P "demo = true" => "demo = false"] @ P "2 version = \"1\"": "approved-until";
    "red flag with a dose": [P "A-t-il reçu un produit dans l'œil ?" => "Donnez deux gouttes dans l'œil."] @ P "deux gouttes": "dose";
    "greeting with a number": [P "demo = true" => "demo = true\ngreeting = \"En cas d'urgence, faites le 15.\""] @ P "greeting": "{service.samu}";
};

/// Writes a practice in which nothing is to be found.
pub fn sound(folder: &Path) {
    for (file, text) in [(P, PRACTICE), (G, GRID), (S, SCRIPT)] {
        put(folder, file, text);
    }
}

/// The text with its changes.
fn changed(text: &str, file: &str, case: &Case) -> String {
    let mut text = text.to_owned();
    for (_, from, to) in case.changes.iter().filter(|(one, ..)| *one == file) {
        if from.is_empty() {
            text.push_str(to);
        } else {
            assert!(text.contains(from), "{}: no {from:?} in {file}", case.name);
            text = text.replacen(from, to, 1);
        }
    }
    text
}

/// The line that holds these words; "2 words" is the second one.
fn line(text: &str, words: &str) -> usize {
    let (nth, words) = match words.split_once(' ') {
        Some((digits, rest)) if digits.parse::<usize>().is_ok() => (digits.parse().unwrap_or(1), rest),
        _ => (1, words),
    };
    let mut lines = text.lines().enumerate().filter(|(_, line)| line.contains(words));
    lines.nth(nth - 1).map_or(0, |(index, _)| index + 1)
}

#[test]
fn every_bad_content_is_found_at_its_line_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data");
    let config = format!("practices = \"practices\"\ndata = {:?}\n", data.display().to_string());
    let file = folder.path().join("greffon.toml");
    let config = OperatorConfig::parse(&file, &config, std::iter::empty()).expect("a good file");
    let wiring = Wiring::without_storage(config).expect("plugins");
    let cabinet = folder.path().join("practices/cabinet");
    let examine = |case: &Case| -> Vec<Diagnostic> {
        for (file, text) in [(P, PRACTICE), (G, GRID), (S, SCRIPT)] {
            put(&cabinet, file, &changed(text, file, case));
        }
        match wiring.directory.examine(&cabinet) {
            Ok(read) => read.contents.into_iter().map(|(_, one)| one).collect(),
            Err(problem) => vec![*problem],
        }
    };
    let sound = Case { name: "sound", changes: &[], at: (P, ""), words: "" };
    assert_eq!(examine(&sound).iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    assert!(CASES.len() >= 40);
    let mut missed = Vec::new();
    for case in CASES {
        let found = examine(case);
        let (file, words) = case.at;
        let text = changed(
            [(P, PRACTICE), (G, GRID), (S, SCRIPT)].iter().find(|(one, _)| *one == file).expect("a file").1,
            file,
            case,
        );
        let wanted = line(&text, words);
        let is_it = |one: &&Diagnostic| {
            one.file.ends_with(file)
                && one.place.as_ref().is_some_and(|place| place.line == wanted && place.column > 0)
                && one.message.contains(case.words)
        };
        // What to do stands behind a colon, or in a sentence of its own.
        let remedied =
            |one: &Diagnostic| one.hint.is_some() || one.message.contains(" : ") || one.message.contains(". ");
        if !found.iter().find(is_it).is_some_and(remedied) {
            let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
            missed.push(format!("{} (line {wanted}): {shown:#?}", case.name));
        }
    }
    assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), CASES.len(), missed.join("\n"));
}
