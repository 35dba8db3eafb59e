//! The practice's own texts: instructions with who approved them and until when, the
//! greeting, how to prepare for a motive.

use greffon_core::model::civil::{Zone, parse_date};
use greffon_core::model::practice::Instruction;
use greffon_core::model::triage::FindingSeverity;

use super::loader::{Loaded, Loader};
use super::practice_file::InstructionFile;
use super::said::{self, Of, Wrong};
use super::services;

impl Loader<'_> {
    /// The instructions that may be said: approved, for as long as they are. One that may not
    /// is left out, and says why.
    ///
    /// # Errors
    /// A day that is none.
    pub(super) fn instructions(&self) -> Loaded<Vec<Instruction>> {
        let mut said = Vec::new();
        for (id, one) in &self.file.instructions {
            let wrong = said::faults(&one.text, Of::Instruction);
            self.says(&format!("instructions.{id}.text"), &wrong);
            let is_sound = !wrong.iter().any(|(severity, _)| *severity == FindingSeverity::Error);
            if self.approved(id, one)? && is_sound {
                said.push(Instruction {
                    id: id.clone(),
                    version: one.version.clone(),
                    text: services::put_text(&one.text),
                    approved_by: one.approved_by.clone(),
                });
            }
        }
        Ok(said)
    }

    /// Looks at the other texts of the practice that are said.
    pub(super) fn other_texts(&self) {
        let greeting = self.file.greeting.iter().map(|text| ("greeting".to_owned(), text));
        let motives = self
            .file
            .motives
            .iter()
            .filter_map(|(id, motive)| Some((format!("motives.{id}.instructions"), motive.instructions.as_ref()?)));
        for (key, text) in greeting.chain(motives) {
            let warned = |(_, message): Wrong| (FindingSeverity::Warning, message);
            let wrong: Vec<Wrong> = said::faults(text, Of::Instruction).into_iter().map(warned).collect();
            self.says(&key, &wrong);
        }
    }

    /// Notes what is wrong with a text.
    pub(super) fn says(&self, key: &str, wrong: &[Wrong]) {
        let shown = |(severity, message): &Wrong| (*severity, self.source.at_key(key, message.clone(), None));
        self.findings.borrow_mut().extend(wrong.iter().map(shown));
    }

    /// Whether an instruction is approved now.
    fn approved(&self, id: &str, one: &InstructionFile) -> Loaded<bool> {
        let key = |name: &str| format!("instructions.{id}.{name}");
        let refuse = |name: &str, message: String| {
            self.says(&key(name), &[(FindingSeverity::Error, message)]);
            Ok(false)
        };
        let Some(day) = &one.approved_until else {
            let message =
                format!("La consigne « {id} » n'a pas de date de fin : ajouter approved-until = \"AAAA-MM-JJ\".");
            return if self.file.demo { Ok(true) } else { refuse("version", message) };
        };
        let Ok(date) = parse_date(day) else {
            return self.fail(&key("approved-until"), format!("\"{day}\" is not a day"), "write \"2027-12-01\"");
        };
        if !self.file.demo
            && (one.approved_by.len() != 11 || !one.approved_by.bytes().all(|byte| byte.is_ascii_digit()))
        {
            let message = format!("« {} » n'est pas un numéro RPPS : écrire ses 11 chiffres.", one.approved_by);
            return refuse("approved-by", message);
        }
        let until = Zone::named_or_utc(&self.file.time_zone).day(date).start;
        if until <= self.around.clock.now() {
            self.lapsed.set(true);
            let message = format!(
                "La consigne « {id} » n'est plus approuvée depuis le {day} : la faire relire et changer la date."
            );
            return refuse("approved-until", message);
        }
        self.until.set(Some(self.until.get().map_or(until, |first| first.min(until))));
        Ok(true)
    }
}
