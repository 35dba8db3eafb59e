//! What is told: by callers who say anything, and by a secretary who answers, mishears,
//! changes answers, and writes into fields that are none.

use greffon_core::flow::NewFact;
use greffon_core::model::care::{Source, Value, keys};
use greffon_core::model::red_flags::{core_set, understood_key};
use greffon_core::model::view::{AskedBy, ContactView};

use super::sentences::said;
use crate::random::Random;

const MOTIVES: [&str; 6] = ["consultation", "suivi", "vaccination", "certificat", "information", "renouvellement"];
/// A laboratory is left out: what its results are is the level of another rule.
const KINDS: [&str; 6] = ["patient", "relative", "professional", "commercial", "internal", "unknown"];

/// All that a complete contact tells, with every sign denied.
pub(crate) fn everything(random: &mut Random) -> Vec<NewFact> {
    let mut facts = vec![
        choice(keys::CALLER_KIND, random.pick(&KINDS[..3]).copied().unwrap_or("patient")),
        text(keys::PATIENT_FAMILY, "Tombé"),
        text(keys::PATIENT_GIVEN, "Jeanne"),
        fact(keys::CALLER_PHONE, Value::Phone("06 12 34 56 78".to_owned())),
        fact(keys::RED_FLAGS_ALL, Value::No),
        choice(keys::MOTIVE, random.pick(&MOTIVES).copied().unwrap_or("consultation")),
        fact("grid.worse", Value::No),
    ];
    facts.retain(|_| random.chance(9700));
    facts
}

/// A handful of facts of any kind, in any order.
pub(crate) fn anything(random: &mut Random) -> Vec<NewFact> {
    let many = 1 + random.below(3);
    (0..many).map(|_| one(random)).collect()
}

fn one(random: &mut Random) -> NewFact {
    let mut new = match random.below(23) {
        0..=6 => words(random),
        7..=11 => sign(random),
        12..=13 => fact(keys::RED_FLAGS_ALL, answer(random, 8500)),
        14 => choice(keys::MOTIVE, random.pick(&MOTIVES).copied().unwrap_or("suivi")),
        15 => choice(keys::CALLER_KIND, random.pick(&KINDS).copied().unwrap_or("unknown")),
        16 => circumstance(random),
        17 => choice(keys::EMERGENCY_OUTCOME, random.pick(&["called", "lost", "bof"]).copied().unwrap_or("called")),
        18 => identity(random),
        19 => made_up(random),
        20 => line(random),
        _ => fact("grid.worse", answer(random, 5000)),
    };
    if random.chance(1500) {
        let sources =
            [Source::Operator, Source::Plugin, Source::Agenda, Source::Telephony, Source::Patient, Source::Clinician];
        new.source = random.pick(&sources).copied();
    }
    new
}

/// What is answered to what a view asks: most often no, sometimes to another question.
pub(crate) fn answers(random: &mut Random, view: &ContactView) -> Vec<NewFact> {
    let mut facts = Vec::new();
    for asked in view.questions.iter().take(3) {
        let key = asked.question.key.as_str();
        facts.push(match (key, asked.by) {
            (keys::PATIENT_LOCATION, _) => text(key, &said(random)),
            (keys::CALLER_PHONE, _) => fact(key, Value::Phone("0612345678".to_owned())),
            (keys::EMERGENCY_OUTCOME, _) => choice(key, "called"),
            (keys::EMERGENCY_LINE, _) => line(random),
            (_, AskedBy::Triage) if random.chance(3000) => text(key, &said(random)),
            _ => fact(key, answer(random, 8800)),
        });
    }
    if random.chance(500) {
        facts.push(sign(random));
    }
    facts
}

/// Words, where words belong and where they do not.
fn words(random: &mut Random) -> NewFact {
    const KEYS: [&str; 9] = [
        keys::WORDS,
        keys::WORDS,
        keys::WORDS,
        "grid.details",
        "note",
        keys::PATIENT_LOCATION,
        keys::PATIENT_REFERRED,
        keys::RECAP,
        "red-flag.burn",
    ];
    let key = random.pick(&KEYS).copied().unwrap_or(keys::WORDS);
    let said = said(random);
    match random.below(20) {
        0 if key == keys::WORDS => fact(key, Value::Choice(said)),
        _ => fact(key, Value::Text(said)),
    }
}

/// An answer to one sign: also to one that is nobody's, and that it was understood.
fn sign(random: &mut Random) -> NewFact {
    const OTHERS: [&str; 4] = ["frelon", "pacemaker", "zz.top", "nobody-s"];
    let core = core_set();
    let id = match random.below(4) {
        0 => random.pick(&OTHERS).copied().unwrap_or("frelon"),
        _ => random.pick(core).map_or("burn", |core| core.flag.id.as_str()),
    };
    if random.chance(500) {
        return fact(&understood_key(id), answer(random, 2000));
    }
    fact(&format!("{}{id}", keys::RED_FLAG_PREFIX), answer(random, 8200))
}

/// No, so many times in ten thousand; else anything else.
fn answer(random: &mut Random, no: u32) -> Value {
    if random.chance(no) {
        return Value::No;
    }
    match random.below(8) {
        0..=2 => Value::Yes,
        3 => Value::Unknown,
        4 => Value::Refused,
        5 => Value::Text("non".to_owned()),
        6 => Value::Number(0),
        _ => Value::Choice("no".to_owned()),
    }
}

fn circumstance(random: &mut Random) -> NewFact {
    match random.below(3) {
        0 => fact(keys::PATIENT_PREGNANT, answer(random, 5000)),
        1 => fact("caller.language-barrier", answer(random, 5000)),
        _ => {
            let born = random.pick(&["2026-11-01", "2026", "1930-02-03", "1988-04", "hier"]).copied();
            fact(keys::PATIENT_BIRTH_DATE, Value::Date(born.unwrap_or("1988").to_owned()))
        }
    }
}

/// What became of the line, when it was cut and when it was not.
fn line(random: &mut Random) -> NewFact {
    const LINES: [&str; 5] = ["called-back", "called-back", "no-answer", "cut", "bof"];
    match random.below(12) {
        0 => fact(keys::EMERGENCY_LINE, Value::Unknown),
        _ => choice(keys::EMERGENCY_LINE, random.pick(&LINES).copied().unwrap_or("cut")),
    }
}

/// Names of families that are signs in other mouths, and nothing at all.
fn identity(random: &mut Random) -> NewFact {
    const KEYS: [&str; 4] = [keys::PATIENT_FAMILY, keys::PATIENT_GIVEN, keys::CALLER_NAME, keys::PATIENT_EMAIL];
    let key = random.pick(&KEYS).copied().unwrap_or(keys::CALLER_NAME);
    text(key, random.pick(&["Lamort", "Tombé", "", "   ", "Saigne", "a@b.example"]).copied().unwrap_or(""))
}

/// Facts that name levels and services, and keys that are none.
fn made_up(random: &mut Random) -> NewFact {
    match random.below(6) {
        0 => choice("level", "routine"),
        1 => choice("emergency.service", "0899000000"),
        2 => choice("host.lowered", "routine"),
        3 => fact("RED-FLAG.chest-pain", Value::No),
        4 => fact("une clé", Value::Yes),
        _ => fact("red-flag", Value::No),
    }
}

fn fact(key: &str, value: Value) -> NewFact {
    NewFact { key: key.to_owned(), value, source: None }
}

fn choice(key: &str, id: &str) -> NewFact {
    fact(key, Value::Choice(id.to_owned()))
}

fn text(key: &str, words: &str) -> NewFact {
    fact(key, Value::Text(words.to_owned()))
}
