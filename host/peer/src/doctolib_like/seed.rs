//! What a server begins with.

use std::collections::BTreeSet;

use jiff::civil::{Time, time};

use super::model::{Agenda, Hours, Motive, Patient};

/// What a server begins with: [`Seed::demo`], or agendas and motives of one's own.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    pub(super) agendas: Vec<Agenda>,
    pub(super) motives: Vec<Motive>,
    pub(super) patients: Vec<Patient>,
}

impl Seed {
    /// Nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Two general practitioners in Paris (agendas 101 and 102) with three motives (201 to 203), and one in Saint-Denis
    /// de La Réunion (103) with a motive of his own (204).
    #[must_use]
    pub fn demo() -> Self {
        let hours = office_hours(&[(time(8, 30, 0, 0), time(12, 0, 0, 0)), (time(14, 0, 0, 0), time(18, 0, 0, 0))]);
        Self::empty()
            .agenda(101, "Dr Camille Martin", "Europe/Paris", Some("10003456790"), &hours)
            .agenda(102, "Dr Jeanne Petit", "Europe/Paris", Some("10003456808"), &hours)
            .agenda(103, "Dr Paul Hoarau", "Indian/Reunion", None, &hours)
            .motive(201, "Consultation", 15, &[101, 102])
            .motive(202, "Consultation de suivi", 20, &[101, 102])
            .motive(203, "Vaccination", 10, &[101])
            .motive(204, "Consultation", 20, &[103])
            .patient("Bernard", "Lucie", "1961-04-17")
    }

    /// Adds an agenda.
    #[must_use]
    pub fn agenda(mut self, id: u64, name: &str, zone: &str, rpps: Option<&str>, hours: &[Hours]) -> Self {
        let (name, zone, hours) = (name.to_owned(), zone.to_owned(), hours.to_vec());
        self.agendas.push(Agenda { id, name, rpps: rpps.map(str::to_owned), zone, hours });
        self
    }

    /// Adds a motive, of so many minutes, at least 1.
    #[must_use]
    pub fn motive(mut self, id: u64, name: &str, minutes: u32, agendas: &[u64]) -> Self {
        self.motives.push(Motive { id, name: name.to_owned(), minutes: minutes.max(1), agendas: agendas.to_vec() });
        self
    }

    /// Adds a patient.
    #[must_use]
    pub fn patient(mut self, last_name: &str, first_name: &str, birth_date: &str) -> Self {
        let taken: BTreeSet<u64> = self.patients.iter().map(|patient| patient.id).collect();
        self.patients.push(Patient {
            id: taken.last().map_or(9_001, |last| last + 1),
            last_name: last_name.to_owned(),
            first_name: first_name.to_owned(),
            birth_date: birth_date.to_owned(),
            phone_number: None,
            hidden: None,
        });
        self
    }
}

/// The same hours from Monday to Friday.
#[must_use]
pub fn office_hours(ranges: &[(Time, Time)]) -> Vec<Hours> {
    weekly(1..=5, ranges)
}

/// The same hours on each of these days of the week; 1 is Monday.
#[must_use]
pub fn weekly(days: impl IntoIterator<Item = i8>, ranges: &[(Time, Time)]) -> Vec<Hours> {
    days.into_iter()
        .flat_map(|weekday| ranges.iter().map(move |(from, to)| Hours { weekday, from: *from, to: *to }))
        .collect()
}
