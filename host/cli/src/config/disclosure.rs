//! The matrix of what may be said to whom, as a practice writes it.

use greffon_core::model::disclosure::{Disclosure, Information, Needs, Relation, loosest};

use super::loader::{Loaded, Loader};
use super::practice_file::{DisclosureFile, NeedsFile, SpeakersFile};

impl Loader<'_> {
    pub(super) fn disclosure(&self) -> Loaded<Disclosure> {
        let mut rules = Disclosure::default();
        for information in Information::ALL {
            for relation in Relation::DECIDED {
                let Some(needs) = speaker(row(&self.file.disclosure, information), relation) else { continue };
                let (needs, loosest): (Needs, Needs) = (needs.into(), loosest(information, relation));
                if needs < loosest {
                    let key = format!("disclosure.{}.{}", information.as_str(), relation.as_str());
                    let written = needs.as_str();
                    let message = format!("\"{written}\" is less than medical secrecy asks for here");
                    return self.fail(&key, message, format!("write \"{}\", or leave it out", loosest.as_str()));
                }
                rules = rules.with(information, relation, needs);
            }
        }
        Ok(rules)
    }
}

fn row(file: &DisclosureFile, information: Information) -> &SpeakersFile {
    match information {
        Information::Change => &file.change,
        Information::Registration => &file.registration,
        Information::Appointment => &file.appointment,
        Information::AppointmentTime => &file.appointment_time,
        Information::AppointmentMotive => &file.appointment_motive,
        Information::Promise => &file.promise,
        Information::Document => &file.document,
        Information::ResultsArrived => &file.results_arrived,
        Information::Answer => &file.answer,
        Information::Message => &file.message,
        Information::Result => &file.result,
    }
}

/// What is written for somebody; nothing for those of whom a practice decides nothing.
fn speaker(row: &SpeakersFile, relation: Relation) -> Option<NeedsFile> {
    match relation {
        Relation::Patient => row.patient,
        Relation::Parent => row.parent,
        Relation::ParentOfAdolescent => row.parent_of_adolescent,
        Relation::Guardian => row.guardian,
        Relation::Trusted => row.trusted,
        Relation::Relative => row.relative,
        Relation::Professional => row.professional,
        Relation::ThirdParty => row.third_party,
        Relation::Unknown | Relation::Excluded | Relation::OfDeceased => None,
    }
}
