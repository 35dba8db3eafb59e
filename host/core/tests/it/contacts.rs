use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use futures::{FutureExt as _, join};
use greffon_core::flow::{NewClosing, NewContact, NewFact, NewLevel, NewStatement};
use greffon_core::model::care::{ContentRef, Level, Source, Value, keys};
use greffon_core::model::contact::{ContactChannel, ContactState, RecapOutcome};
use greffon_core::model::emergency::EmergencyService;
use greffon_core::model::message::MessageState;
use greffon_core::model::script::{Phase, Prompt};
use greffon_core::model::triage::{AnswerKind, Orientation, Question, Step};
use greffon_core::model::view::AskedBy;
use greffon_core::ports::plugins::GuestError;
use greffon_simulation::{AgendaStyle, Effect, Fault};

use crate::office::{NOW, Office, banners, choice, code, doctor, empty_view, everything, fact, secretary, text};

#[test]
fn a_contact_is_durable_and_in_the_journal_before_any_plugin_is_asked() {
    let office = Office::open();
    let seen = Arc::new(AtomicU32::new(0));
    let (storage, practice, counter) = (office.storage.clone(), office.practice.clone(), seen.clone());
    office.plugins.fakes.set_script(move |_| {
        let rows = storage.rows(&practice);
        assert_eq!((rows.contacts.len(), rows.audit.len()), (1, 1));
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(Ok(empty_view(vec![])))
    });
    let view = office.receive(vec![]);
    assert_eq!((view.state, seen.load(Ordering::SeqCst)), (ContactState::Received, 1));
}

#[test]
fn the_red_flags_come_first_then_the_grid_then_the_conclusion() {
    let office = Office::open();
    let view = office.receive(vec![text(keys::WORDS, "mon fils a des convulsions")]);
    assert_eq!(view.questions[0].question.key, "red-flag.seizure", "what the words bring up comes first");
    assert!(view.questions.iter().all(|asked| asked.by == AskedBy::Host));
    assert!(view.questions.iter().any(|asked| asked.question.key == keys::RED_FLAGS_ALL));
    assert_eq!(office.plugins.calls("triage"), 0);
    let no_seizure = fact("red-flag.seizure", Value::No);
    let facts = vec![no_seizure, fact(keys::RED_FLAGS_ALL, Value::No), choice(keys::MOTIVE, "consultation")];
    let view = office.tell(view.contact, facts).unwrap();
    assert_eq!((view.questions.len(), view.questions[0].by), (1, AskedBy::Triage));
    assert!(!view.may_book);
    let view = office.tell(view.contact, vec![fact("grid.worse", Value::No)]).unwrap();
    assert_eq!((view.state, view.level), (ContactState::Concluded, Some(Level::Soon)));
    assert!(view.may_book && view.questions.is_empty());
    assert!(!view.assessment.unwrap().reasons.is_empty(), "S15");
}

#[test]
fn an_emergency_is_shown_alerted_once_and_ends_only_with_its_outcome() {
    let office = Office::open();
    let mut facts = everything("consultation");
    facts.retain(|fact| fact.key != keys::RED_FLAGS_ALL);
    facts.push(choice(keys::PRACTITIONER, "dr-martin"));
    facts.push(fact("red-flag.chest-pain", Value::Yes));
    let view = office.receive(facts);
    assert_eq!(view.level, Some(Level::Vital));
    assert_eq!(view.assessment.as_ref().unwrap().orientation, Orientation::EmergencyCall(EmergencyService::Samu));
    assert!(view.banners[0].text.fr().contains("faites appeler le 15 (SAMU), à défaut le 112"), "{:?}", view.banners);
    let why = &view.assessment.as_ref().unwrap().reasons[0];
    assert_eq!((why.rule.as_str(), &why.facts[..]), ("red-flag.chest-pain", &["red-flag.chest-pain".to_owned()][..]));
    assert!(why.text.contains("poitrine") || why.text.contains("thoracique"), "S15: the sign is named: {why:?}");
    assert_eq!(banners(&view), ["emergency", "alert-open", "emergency-steps", "demo-content"]);
    assert_eq!(office.plugins.calls("triage"), 0, "no plugin is waited for");
    let asked: Vec<&str> = view.questions.iter().map(|asked| asked.question.key.as_str()).collect();
    assert_eq!(asked, [keys::PATIENT_LOCATION, keys::EMERGENCY_OUTCOME]);
    assert!(!view.may_book);
    assert_eq!(code(&office.search(view.contact).unwrap_err()), "emergency");
    office.tell(view.contact, vec![text(keys::PATIENT_LOCATION, "3e étage, porte gauche")]).unwrap();
    office.work();
    let alerts = office.sent_to("dr-martin@tilleuls.example");
    assert_eq!(alerts.len(), 1);
    assert_eq!((alerts[0].level, alerts[0].template.id.as_str()), (Level::Vital, "host.alert"));
    assert!(alerts[0].body.contains("+33612345678") && alerts[0].body.contains("Jeanne Dupont"));
    assert_eq!(code(&office.close(view.contact).unwrap_err()), "emergency-outcome-missing");
    office.tell(view.contact, vec![choice(keys::EMERGENCY_OUTCOME, "transferred")]).unwrap();
    assert_eq!(code(&office.close(view.contact).unwrap_err()), "alert-open");
    office.end_alerts();
    assert_eq!(office.close(view.contact).unwrap().state, ContactState::Closed);
}

#[test]
fn a_triage_plugin_that_fails_leaves_the_decision_to_a_person() {
    for fault in [Fault::Lost, Fault::Late, Fault::Refused] {
        let office = Office::open();
        office.plan.next(Effect::Triage, fault);
        let view = office.receive(everything("consultation"));
        let orientation = &view.assessment.as_ref().unwrap().orientation;
        assert!(matches!(orientation, Orientation::HumanDecision(_)), "{fault:?}");
        assert!(banners(&view).contains(&"triage-unavailable"));
        assert_eq!(view.level, Some(Level::Soon), "not below the motive's floor");
        assert_eq!(view.commitments.len(), 1);
        assert_eq!(view.commitments[0].what, "decision");
        assert_eq!(office.journal("triage.failed"), 1);
        office.work();
        assert_eq!(office.sent_to("on-call@tilleuls.example").len(), 1);
    }
}

#[test]
fn a_grid_that_errs_or_asks_in_circles_leaves_the_decision_to_a_person() {
    let office = Office::open();
    office
        .plugins
        .fakes
        .set_triage(|_| Ok(Err(GuestError { code: "contradiction".to_owned(), text: "a and b".to_owned() })));
    let view = office.receive(everything("consultation"));
    assert!(banners(&view).contains(&"triage-unavailable"));
    let office = Office::open();
    let mut facts = everything("consultation");
    facts.pop();
    let again = office.receive(facts).questions[0].question.clone();
    office.plugins.fakes.set_triage(move |_| Ok(Ok(Step::Ask(vec![again.clone()]))));
    let view = office.receive(everything("consultation"));
    assert!(matches!(view.assessment.unwrap().orientation, Orientation::HumanDecision(_)), "answered already");
}

#[test]
fn no_plugin_asks_what_only_the_host_asks() {
    let asking = |key: &str| Question {
        key: key.to_owned(),
        spoken: "Aimez-vous le soleil ?".to_owned(),
        why: String::new(),
        kind: AnswerKind::YesNoUnknown,
        choices: Vec::new(),
        red_flag: false,
        required: true,
    };
    for key in [keys::RED_FLAGS_ALL, "Red_Flag.all", "red\u{200b}-flag.all", "red-flag.all ", keys::EMERGENCY_OUTCOME] {
        let office = Office::open();
        let question = asking(key);
        office.plugins.fakes.set_triage(move |_| Ok(Ok(Step::Ask(vec![question.clone()]))));
        let view = office.receive(everything("consultation"));
        assert!(matches!(view.assessment.unwrap().orientation, Orientation::HumanDecision(_)), "{key:?}");
        assert!(view.questions.is_empty(), "{key:?}");
        assert_eq!(office.journal("triage.failed"), 1, "{key:?}");

        let office = Office::open();
        let question = asking(key);
        office.plugins.fakes.set_script(move |_| {
            let mut view = empty_view(Vec::new());
            view.prompts = vec![Prompt {
                phase: Phase::Greeting,
                spoken: "Bonjour.".to_owned(),
                hint: None,
                asks: vec![question.clone()],
                guide_seconds: None,
            }];
            Ok(Ok(view))
        });
        let view = office.receive(vec![]);
        assert!(banners(&view).contains(&"script-unavailable"), "{key:?}");
        assert!(view.prompts.iter().flat_map(|prompt| &prompt.asks).all(|asked| asked.key != key), "{key:?}");
    }
}

#[test]
fn names_and_numbers_after_a_conclusion_ask_no_grid_again() {
    let office = Office::open();
    let contact = office.triaged();
    let asked = office.plugins.calls("triage");
    let view = office.tell(contact, vec![text(keys::PATIENT_EMAIL, "autre@dupont.example")]).unwrap();
    assert_eq!((view.state, office.plugins.calls("triage")), (ContactState::Concluded, asked));
    let view = office.tell(contact, vec![fact("grid.worse", Value::Yes)]).unwrap();
    assert_eq!((view.level, office.plugins.calls("triage")), (Some(Level::SameDay), asked + 1));
}

#[test]
fn the_same_number_again_within_a_day_is_shown() {
    let office = Office::open();
    office.receive(vec![]);
    office.clock.set(NOW.plus_minutes(24 * 60 - 1));
    assert!(banners(&office.receive(vec![])).contains(&"repeated-contact"));
    office.clock.set(NOW.plus_minutes(3 * 24 * 60));
    assert!(!banners(&office.receive(vec![])).contains(&"repeated-contact"));
}

#[test]
fn facts_are_checked_and_never_quoted_back() {
    let office = Office::open();
    let contact = office.receive(vec![]).contact;
    for (bad, field) in [
        (choice(keys::MOTIVE, "greffe"), "facts.0.value"),
        (choice(keys::CALLER_KIND, "voisin"), "facts.0.value"),
        (text(keys::PATIENT_EMAIL, "a@b\r\nBcc: c@d"), "facts.0.value"),
        (text(keys::CALLER_PHONE, "pas de numéro"), "facts.0.value"),
        (fact("x", Value::Decimal(f64::NAN)), "facts.0.value"),
        (fact("clé accentuée", Value::Yes), "facts.0.key"),
        (NewFact { source: Some(Source::Clinician), ..fact("x", Value::Yes) }, "facts.0.source"),
    ] {
        let error = office.tell(contact, vec![bad]).unwrap_err();
        assert_eq!(code(&error), "invalid");
        assert!(error.to_string().starts_with(field), "{error}");
        assert!(!error.to_string().contains("Bcc"));
    }
    assert!(office.rows().contacts[&contact].facts.is_empty());
    let unknown = vec![fact(keys::MOTIVE, Value::Unknown), fact(keys::CALLER_PHONE, Value::Refused)];
    assert!(office.tell(contact, unknown).is_ok(), "not knowing answers every question");
}

#[test]
fn facts_that_are_told_at_the_same_time_are_all_kept() {
    let office = Office::crowded(|_| {});
    let contact = office.receive(vec![]).contact;
    let tell = |key: &'static str| {
        office.reception.contacts.advance(&office.practice, contact, vec![fact(key, Value::No)], &SECRETARY)
    };
    let (a, b, c) = block_on(async { join!(tell("grid.a"), tell("grid.b"), tell("grid.c")) });
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(office.rows().contacts[&contact].facts.len(), 3);
}

static SECRETARY: std::sync::LazyLock<greffon_core::model::audit::Actor> = std::sync::LazyLock::new(secretary);

#[test]
fn a_contact_closes_with_its_recap_its_statements_and_a_journal() {
    let office = Office::open();
    let contact = office.triaged();
    let closing = |statements| NewClosing { recap: RecapOutcome::Corrected, statements, overriding: None };
    let close = |new| block_on(office.reception.contacts.close(&office.practice, contact, new, &secretary()));
    let unknown = close(closing(vec![NewStatement::Instruction("inconnue".to_owned())]));
    assert_eq!(code(&unknown.unwrap_err()), "invalid");
    let said = vec![
        NewStatement::Instruction("aggravation".to_owned()),
        NewStatement::Free("Le docteur a du retard.".to_owned()),
    ];
    let view = close(closing(said)).unwrap();
    assert_eq!((view.state, view.may_close), (ContactState::Closed, false));
    let stored = office.rows().contacts[&contact].clone();
    assert_eq!(stored.statements[0].instruction.as_ref().unwrap().version, "1");
    assert!(stored.statements[1].instruction.is_none(), "free words are kept, and marked by having no instruction");
    assert_eq!(office.journal("statement.recorded"), 2);
    assert_eq!(code(&office.tell(contact, vec![fact("x", Value::Yes)]).unwrap_err()), "contact-closed");
    assert_eq!(code(&office.close(contact).unwrap_err()), "contact-closed");
    assert_eq!(code(&office.search(contact).unwrap_err()), "contact-closed");
    assert_eq!(office.look(contact).state, ContactState::Closed);
}

#[test]
fn only_a_practitioner_lowers_and_it_stays_until_something_new_is_told() {
    let office = Office::open();
    let contact = office.receive(vec![fact("red-flag.seizure", Value::Yes)]).contact;
    let set = |level, reason: &str, actor| {
        let new = NewLevel { level, reason: reason.to_owned() };
        block_on(office.reception.contacts.set_level(&office.practice, contact, new, &actor))
    };
    assert_eq!(code(&set(Level::Soon, "pas si grave", secretary()).unwrap_err()), "clinician-only");
    assert_eq!(code(&set(Level::Soon, "bof", doctor()).unwrap_err()), "invalid");
    let view = set(Level::Soon, "crise ancienne connue", doctor()).unwrap();
    assert_eq!((view.level, view.may_book), (Some(Level::Soon), true));
    assert_eq!(office.journal("contact.level-lowered"), 1);
    assert_eq!(office.look(contact).level, Some(Level::Soon));
    let view = set(Level::VeryUrgent, "", secretary()).unwrap();
    assert_eq!(view.level, Some(Level::VeryUrgent));
}

#[test]
fn a_document_request_is_promised_and_handed_over() {
    let office = Office::open();
    office.plugins.fakes.set_triage(|encounter| {
        let concluded = greffon_core::model::triage::Assessment {
            level: Level::Routine,
            nature: greffon_core::model::care::Nature::Medical,
            orientation: Orientation::DocumentRequest("arrêt de travail".to_owned()),
            reasons: vec![],
            say: vec![],
            safety_net: None,
            missing: vec![],
            protocol: ContentRef { id: encounter.context.site.clone(), version: "1".to_owned(), digest: vec![] },
        };
        Ok(Ok(Step::Conclude(concluded)))
    });
    let view = office.receive(everything("suivi"));
    let promised = &view.commitments[0];
    assert_eq!((promised.what.as_str(), promised.owner.as_str()), ("document", "secretariat"));
    // Two days later at nine the site is open.
    assert_eq!(promised.due, NOW.plus_minutes(2880));
    assert!(promised.said.contains("jeudi 26 novembre 2026 à 9 h"), "{}", promised.said);
    office.work();
    assert_eq!(office.sent_to("secretariat@tilleuls.example").len(), 1);
}

#[test]
fn what_no_address_is_known_for_is_kept_as_failed() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| practice.recipients.clear());
    office.receive(vec![choice(keys::CALLER_KIND, "professional"), fact(keys::RED_FLAGS_ALL, Value::No)]);
    let rows = office.rows();
    let message = rows.messages.values().next().unwrap();
    assert_eq!((message.state, message.failure.as_deref()), (MessageState::Failed, Some("no-recipient")));
}

#[test]
fn a_foreign_practice_sees_nothing() {
    let office = Office::open();
    let contact = office.triaged();
    let other = "autre".into();
    let error = block_on(office.reception.reads.contact(&other, contact)).unwrap_err();
    assert_eq!(code(&error), "practice");
    let new = NewContact { channel: ContactChannel::Phone, origin: Some("x\n".repeat(3)), facts: vec![], about: None };
    let error = block_on(office.reception.contacts.receive(&office.practice, new, &secretary())).unwrap_err();
    assert_eq!(code(&error), "invalid");
    let about = NewContact { channel: ContactChannel::Phone, origin: None, facts: vec![], about: Some("x".into()) };
    let error = block_on(office.reception.contacts.receive(&office.practice, about, &secretary())).unwrap_err();
    assert_eq!(code(&error), "appointment");
}

/// Between any two steps: before the contact is stored, before the grids are
/// asked, before their conclusion is kept.
#[test]
fn a_contact_whose_first_look_was_cut_short_still_comes_to_its_end() {
    let mut cut_short = 0;
    for steps in 1.. {
        let mut office = Office::crowded(|_| {});
        let id = office.reception.contacts.mint();
        let new =
            NewContact { channel: ContactChannel::Phone, origin: None, facts: everything("consultation"), about: None };
        let reception = office.reception.clone();
        let (practice, secretary) = (office.practice.clone(), secretary());
        let mut receiving = Box::pin(reception.contacts.receive_as(&practice, id, new, &secretary));
        let ended = (0..steps).any(|_| receiving.as_mut().now_or_never().is_some());
        drop(receiving);
        office.restart();
        let stored = |office: &Office| office.rows().contacts.get(&id).cloned();
        if let Some(contact) = stored(&office) {
            cut_short += usize::from(contact.state == ContactState::Open);
            office.close(id).unwrap();
            assert_eq!(stored(&office).unwrap().state, ContactState::Closed);
        }
        if ended {
            assert!(cut_short > 1, "{cut_short}");
            return;
        }
    }
}
