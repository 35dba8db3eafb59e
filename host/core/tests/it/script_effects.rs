//! What a script asks of the host, and what becomes of a contact whose script fails.

use greffon_core::model::care::{ContentRef, Level, Value, keys};
use greffon_core::model::practice::Instruction;
use greffon_core::model::script::{CommitmentDraft, Effect as ScriptEffect, MessageDraft};
use greffon_core::ports::plugins::PluginFailure;
use greffon_core::time::Instant;
use greffon_simulation::AgendaStyle;

use crate::office::{NOW, Office, banners, empty_view, everything, fact, text};

#[test]
fn a_script_that_fails_is_replaced_by_the_hosts_own() {
    let office = Office::open();
    office.plugins.fakes.set_script(|_| Err(PluginFailure::Trapped("x".to_owned())));
    let view = office.receive(vec![]);
    assert!(banners(&view).contains(&"script-unavailable"));
    assert!(view.missing.contains(&keys::PATIENT_FAMILY.to_owned()));
    assert!(!view.may_close);
    let mut facts = everything("consultation");
    facts.push(fact(keys::PATIENT_BIRTH_DATE, Value::Date("1980-05-04".to_owned())));
    let view = office.tell(view.contact, facts).unwrap();
    assert!(view.missing.is_empty() && view.may_close, "{view:?}");
    assert!(view.recap.unwrap().text.contains("Dupont"));
}

fn script_with_effects() -> Vec<ScriptEffect> {
    let content =
        |id: &str, version: &str| ContentRef { id: id.to_owned(), version: version.to_owned(), digest: vec![] };
    vec![
        ScriptEffect::Commitment(CommitmentDraft {
            what: "ordonnance".to_owned(),
            said: "Votre ordonnance est prête demain.".to_owned(),
            due: Instant(0),
            owner: "secretariat".to_owned(),
            level: Level::Routine,
        }),
        ScriptEffect::Notify(MessageDraft {
            to: "practitioner".to_owned(),
            template: content("note", "1"),
            facts: vec![keys::PATIENT_FAMILY.to_owned()],
            verbatim: Some("je voudrais".to_owned()),
            level: Level::Routine,
        }),
        ScriptEffect::Notify(MessageDraft {
            to: "patient".to_owned(),
            template: content("conseil-libre", "1"),
            facts: vec![],
            verbatim: Some("prenez du paracétamol".to_owned()),
            level: Level::Routine,
        }),
        ScriptEffect::StateInstruction(content("aggravation", "1")),
        ScriptEffect::StateInstruction(content("inconnue", "1")),
        ScriptEffect::SearchSlots(vec![]),
    ]
}

#[test]
fn the_host_carries_out_a_scripts_effects_once_and_shows_the_rest() {
    let office = Office::open();
    office.plugins.fakes.set_script(|_| Ok(Ok(empty_view(script_with_effects()))));
    let contact = office.receive(everything("consultation")).contact;
    let view = office.tell(contact, vec![text(keys::CALLER_NAME, "Luc")]).unwrap();
    assert_eq!(view.proposals, [ScriptEffect::SearchSlots(vec![])], "a person decides");
    let rows = office.rows();
    let promised: Vec<_> = rows.commitments.values().collect();
    assert_eq!((promised.len(), promised[0].what.as_str()), (1, "ordonnance"));
    assert!(promised[0].due > NOW, "a due time that is past cannot be promised");
    let to_say: Vec<&str> = view.to_say.iter().map(|one| one.instruction.id.as_str()).collect();
    assert_eq!(to_say, ["aggravation"], "only an approved instruction is shown");
    assert!(view.to_say[0].text.contains("rappelez-nous"));
    assert!(rows.contacts[&contact].statements.is_empty(), "nothing was said because a script wanted it");
    assert_eq!(office.journal("script.effect-refused"), 1);
    office.work();
    assert!(office.sent_to("jeanne@dupont.example").is_empty(), "S11: no free text reaches a patient");
    let notes = office.sent_to("on-call@tilleuls.example");
    assert_eq!(notes.len(), 1);
    assert!(notes[0].body.contains("« je voudrais »"));
}

#[test]
fn an_instruction_is_shown_in_the_version_that_was_approved_only() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        let other = practice.instructions[0].clone();
        practice.instructions.push(Instruction { id: "horaires".to_owned(), ..other });
    });
    for (version, is_shown) in [("1", true), ("2", false)] {
        let wanted = ContentRef { id: "horaires".to_owned(), version: version.to_owned(), digest: vec![] };
        let effect = ScriptEffect::StateInstruction(wanted);
        office.plugins.fakes.set_script(move |_| Ok(Ok(empty_view(vec![effect.clone()]))));
        let contact = office.receive(everything("consultation")).contact;
        let view = office.tell(contact, vec![text(keys::CALLER_NAME, "Luc")]).unwrap();
        assert_eq!(view.to_say.iter().any(|one| one.instruction.id == "horaires"), is_shown, "{version}");
    }
}

#[test]
fn no_script_promises_later_than_the_level_allows() {
    for (level, later, due) in [
        (Level::VeryUrgent, 16, 15),
        (Level::Vital, 1_000_000, 15),
        (Level::SameDay, 24 * 60 + 1, 24 * 60),
        (Level::Soon, 7 * 24 * 60 + 1, 7 * 24 * 60),
        (Level::Routine, i64::MAX, 366 * 24 * 60),
        (Level::SameDay, -1, 1),
    ] {
        let office = Office::open();
        // Whatever it calls itself: the contact's own level counts when it is higher.
        office.plugins.fakes.set_script(move |_| {
            let draft = |what: &str, level| {
                ScriptEffect::Commitment(CommitmentDraft {
                    what: what.to_owned(),
                    said: "Plus tard.".to_owned(),
                    due: NOW.plus_minutes(later),
                    owner: "practitioner".to_owned(),
                    level,
                })
            };
            Ok(Ok(empty_view(vec![draft("rappel", level), draft("autre", level)])))
        });
        // A consultation is soon at least: only what no grid raises is routine.
        office.receive(everything(if level == Level::Routine { "certificat" } else { "consultation" }));
        let rows = office.rows();
        let proposed = |what: &str| rows.commitments.values().find(|one| one.what == what).expect("promised").due;
        assert_eq!(
            (proposed("rappel"), proposed("autre")),
            (NOW.plus_minutes(due), NOW.plus_minutes(due)),
            "{level:?}"
        );
        assert_eq!(office.journal("script.promise-clamped"), 2, "{level:?}");
    }
}

#[test]
fn a_promise_of_a_script_within_its_level_is_kept_as_it_is() {
    let office = Office::open();
    let due = NOW.plus_minutes(60);
    office.plugins.fakes.set_script(move |_| {
        Ok(Ok(empty_view(vec![ScriptEffect::Commitment(CommitmentDraft {
            what: "rappel".to_owned(),
            said: "Dans l'heure.".to_owned(),
            due,
            owner: "practitioner".to_owned(),
            level: Level::SameDay,
        })])))
    });
    office.receive(everything("consultation"));
    assert!(office.rows().commitments.values().any(|one| one.what == "rappel" && one.due == due));
    assert_eq!(office.journal("script.promise-clamped"), 0);
}
