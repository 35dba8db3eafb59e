//! Practices whose files say the strangest things that a file may say.

use greffon_core::model::care::Level;
use greffon_core::model::practice::{
    Delays, Instruction, LONGEST_DELAYS, Practice, RedFlag, Rung, Supervision, WeekHours,
};
use greffon_core::model::recipients::PRACTITIONER;

use super::sentences::LISTED;
use crate::practices::french_practice;
use crate::random::Random;

/// Any practice that can be read from a file: motives that are not medical, or vital by
/// themselves; flags under a sign's own name; hours at which nobody is ever there; chains
/// of alerts with nobody on them. `revision` tells two of them apart.
pub(super) fn hostile(random: &mut Random, revision: u32) -> Practice {
    let mut practice = french_practice("adversary");
    practice.revision = revision.to_string();
    practice.demo = random.chance(5000);
    practice.greeting = None;
    if let Some(zone) = random.pick(&["Europe/Paris", "Europe/Paris", "Indian/Reunion", "America/Cayenne"]) {
        practice.time_zone = (*zone).to_owned();
    }
    if let Some(hours) = random.pick(&[Hours::AsUsual, Hours::AsUsual, Hours::Always, Hours::Never]) {
        practice.sites.iter_mut().for_each(|site| hours.set(&mut site.hours));
    }
    for motive in &mut practice.motives {
        if random.chance(2500) {
            motive.medical = !motive.medical;
        }
        if random.chance(2000) {
            motive.floor = random.pick(&Level::ALL).copied();
        }
        if random.chance(1000) {
            motive.max_horizon_days = u32::try_from(random.below(4000)).unwrap_or(0);
        }
    }
    practice.practitioners.truncate(if random.chance(3000) { 1 } else { 2 });
    if random.chance(2000) {
        practice.recipients.clear();
    }
    practice.alerts = (0..random.below(3)).map(|_| rung(random)).collect();
    if random.chance(3000) {
        let supervisors = vec!["on-call".to_owned(), "nobody".to_owned()];
        practice.supervision = Supervision { supervisors, ..Supervision::default() };
    }
    practice.delays = delays(random);
    if random.chance(3000) {
        practice.instructions.clear();
    }
    practice.instructions.extend((0..random.below(2)).map(|number| Instruction {
        id: format!("consigne-{number}"),
        version: "1".to_owned(),
        text: "Restez assis jusqu'à notre rappel.".to_owned(),
        approved_by: "10003456789".to_owned(),
    }));
    practice
}

/// A practice's own flags: under names of its own, and under those of signs that
/// everybody is asked about. They stand as long as a contact is open.
pub(super) fn flags(random: &mut Random) -> Vec<RedFlag> {
    const IDS: [&str; 6] = ["chest-pain", "burn", "violence", "frelon", "pacemaker", "zz.top"];
    let mut flags: Vec<RedFlag> = Vec::new();
    for _ in 0..random.below(4) {
        let id = random.pick(&IDS).copied().unwrap_or("frelon");
        if flags.iter().any(|flag| flag.id == id) {
            continue;
        }
        let words = LISTED.iter().filter(|_| random.chance(4000)).map(|word| (*word).to_owned()).collect();
        let level = random.pick(&Level::ALL[..3]).copied().unwrap_or(Level::Vital);
        flags.push(RedFlag { id: id.to_owned(), spoken: "Est-ce le cas ?".to_owned(), words, level });
    }
    flags
}

/// When somebody is there.
enum Hours {
    AsUsual,
    Always,
    Never,
}

impl Hours {
    fn set(&self, hours: &mut WeekHours) {
        match self {
            Self::AsUsual => {}
            Self::Always => *hours = WeekHours(std::array::from_fn(|_| vec![(0, 1440)])),
            Self::Never => *hours = WeekHours::default(),
        }
    }
}

fn rung(random: &mut Random) -> Rung {
    const PERSONS: [&str; 4] = [PRACTITIONER, "secretariat", "on-call", "dr-martin"];
    let persons = PERSONS.iter().filter(|_| random.chance(3000)).map(|name| (*name).to_owned()).collect();
    Rung { persons, hours: random.chance(3000).then(WeekHours::default) }
}

fn delays(random: &mut Random) -> Delays {
    let mut up_to = |longest: u32| 1 + u32::try_from(random.below(u64::from(longest))).unwrap_or(0);
    Delays {
        urgent_decision_min: up_to(LONGEST_DELAYS.urgent_decision_min),
        decision_min: up_to(LONGEST_DELAYS.decision_min),
        answer_min: up_to(LONGEST_DELAYS.answer_min),
        document_min: up_to(LONGEST_DELAYS.document_min),
    }
}
