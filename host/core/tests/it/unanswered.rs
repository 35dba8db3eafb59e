//! What words brought up and nobody answered: who is asked, and what counts when.

use futures::executor::block_on;
use greffon_core::flow::{NewContact, NewLevel};
use greffon_core::model::care::{Level, Value, keys};
use greffon_core::model::contact::{ContactChannel, ContactState};
use greffon_core::model::practice::{RedFlag, WeekHours};
use greffon_simulation::AgendaStyle;

use crate::office::{Office, banners, choice, code, doctor, fact, secretary, text};

/// Whoever held the line was called away, or the caller says no more.
#[test]
fn a_sign_that_was_heard_and_never_asked_about_counts_after_three_minutes() {
    let office = Office::open();
    let facts = || vec![text(keys::WORDS, "mon mari ne respire plus"), choice(keys::PRACTITIONER, "dr-martin")];
    let silent = office.receive(facts()).contact;
    let answered = office.receive(facts()).contact;
    office.tell(answered, vec![fact("red-flag.breathing", Value::No)]).unwrap();
    office.wait_s(179);
    assert_eq!(office.look(silent).level, None);
    office.wait_s(2);
    let view = office.look(silent);
    assert_eq!(view.level, Some(Level::Vital));
    assert!(banners(&view).contains(&"emergency"));
    assert_eq!(office.look(answered).level, None);
    office.work();
    let alerts = office.sent_to("dr-martin@tilleuls.example");
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].body.contains("« respire plus »"), "the alert names the sign: {}", alerts[0].body);
}

/// A practitioner has spoken with the caller: what was said before is settled by that,
/// and what is said later is not.
#[test]
fn a_watch_undoes_no_practitioner_s_decision() {
    let office = Office::open();
    let contact = office.receive(vec![text(keys::WORDS, "mon mari ne respire plus")]).contact;
    let decided = NewLevel { level: Level::Vital, reason: "rappel immédiat du médecin".to_owned() };
    block_on(office.reception.contacts.set_level(&office.practice, contact, decided, &doctor())).unwrap();
    let lowered = NewLevel { level: Level::Soon, reason: "il dort, tout va bien".to_owned() };
    block_on(office.reception.contacts.set_level(&office.practice, contact, lowered, &doctor())).unwrap();
    office.wait_s(200);
    assert_eq!(office.look(contact).level, Some(Level::Soon));
    office.tell(contact, vec![text("note", "il ne respire plus, vraiment")]).unwrap();
    office.wait_s(200);
    assert_eq!(office.look(contact).level, Some(Level::Vital));
}

/// Where somebody is, and what a secretary notes beside the recap, tell of signs too.
#[test]
fn a_sign_in_an_administrative_answer_is_asked_about_after_the_conclusion() {
    let office = Office::open();
    let contact = office.triaged();
    let view = office.tell(contact, vec![text(keys::PATIENT_LOCATION, "12 rue des Lilas, deuxième étage")]).unwrap();
    assert_eq!((view.state, view.may_book), (ContactState::Concluded, true), "a place alone opens nothing again");
    let here = text(keys::PATIENT_LOCATION, "par terre dans la cuisine, il ne respire plus");
    let view = office.tell(contact, vec![here]).unwrap();
    assert_eq!((view.state, view.may_book), (ContactState::Open, false));
    assert!(view.questions.iter().any(|asked| asked.question.key == "red-flag.breathing"), "{:?}", view.questions);
    assert_eq!(code(&office.search(contact).unwrap_err()), "not-concluded");
    office.wait_s(181);
    assert_eq!(office.look(contact).level, Some(Level::Vital));
}

#[test]
fn what_is_said_again_after_a_no_is_watched_again() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        let (id, words) = ("pacemaker".to_owned(), vec!["pacemaker".to_owned()]);
        practice.red_flags = vec![RedFlag { id, spoken: "Il bipe ?".to_owned(), words, level: Level::VeryUrgent }];
    });
    let contact = office.receive(vec![text(keys::WORDS, "mon pacemaker bipe")]).contact;
    office.tell(contact, vec![fact("red-flag.pacemaker", Value::No)]).unwrap();
    office.wait_s(181);
    assert_eq!(office.look(contact).level, None);
    office.tell(contact, vec![text("note", "le pacemaker recommence")]).unwrap();
    office.wait_s(181);
    assert_eq!(office.look(contact).level, Some(Level::VeryUrgent));
}

/// At night, of what a model only guesses: nobody is woken until somebody says yes.
#[test]
fn a_sign_that_was_only_supposed_is_told_of_once_somebody_says_so() {
    let office = Office::open();
    office.reload(|practice| practice.practice.sites[0].hours = WeekHours::default());
    let contact = office.receive(vec![text(keys::WORDS, "FRELONS !! partout")]).contact;
    office.wait_s(181);
    let before = office.rows().contacts[&contact].clone();
    assert_eq!((before.level, before.alert), (Some(Level::Vital), None), "{:?}", before.hearing);
    let asked_again = office.tell(contact, vec![text(keys::PATIENT_FAMILY, "Petit")]).unwrap();
    assert_eq!((asked_again.state, asked_again.alert), (ContactState::Concluded, None), "a name says nothing new");
    office.tell(contact, vec![fact("red-flag.anaphylaxis", Value::Yes)]).unwrap();
    let after = office.rows().contacts[&contact].clone();
    assert_eq!((after.level, after.supposed), (Some(Level::Vital), None));
    assert!(after.alert.is_some());
}

#[test]
fn the_request_is_listened_to_however_a_client_calls_it() {
    let office = Office::open();
    let view = office.receive(vec![choice(keys::WORDS, "mon mari ne respire plus")]);
    assert_eq!(view.questions[0].question.key, "red-flag.breathing");
}

#[test]
fn what_is_said_surely_after_a_guess_wakes_somebody_when_nobody_asks() {
    let office = Office::open();
    office.reload(|practice| practice.practice.sites[0].hours = WeekHours::default());
    let contact = office.receive(vec![text(keys::WORDS, "FRELONS !! partout")]).contact;
    office.wait_s(181);
    office.tell(contact, vec![text("note", "il ne respire plus")]).unwrap();
    assert!(office.rows().contacts[&contact].alert.is_none(), "it is asked about first");
    office.tell(contact, vec![choice(keys::EMERGENCY_OUTCOME, "called")]).unwrap();
    office.close(contact).unwrap_err();
    assert!(office.rows().contacts[&contact].alert.is_some(), "nor is it forgotten with the call");
    assert!(office.look(contact).close_blockers.contains(&"alert-open".to_owned()));
}

/// The practice's file changes while somebody is asked about a sign.
#[test]
fn a_question_stands_whatever_the_file_says_meanwhile() {
    let office = Office::open();
    let facts = vec![text(keys::WORDS, "mon mari ne respire plus"), choice(keys::MOTIVE, "consultation")];
    let contact = office.receive(facts).contact;
    let asked = || office.look(contact).questions.iter().any(|asked| asked.question.key == "red-flag.breathing");
    assert!(asked());
    office.reload(|live| {
        live.practice.revision = "2".to_owned();
        let motive = live.practice.motives.iter_mut().find(|motive| motive.id.as_str() == "consultation").unwrap();
        motive.floor = Some(Level::Vital);
    });
    assert!(asked(), "whoever reads it is shown the question");
}

#[test]
fn an_emergency_in_writing_is_told_as_one() {
    let office = Office::open();
    let facts = vec![text(keys::WORDS, "je veux mourir, j'ai avalé tous mes cachets")];
    let new = NewContact { channel: ContactChannel::Form, origin: None, facts, about: None };
    let view = block_on(office.reception.contacts.receive(&office.practice, new, &secretary())).unwrap();
    let banner = view.banners.iter().find(|banner| banner.code == "emergency").expect("an emergency");
    assert!(banner.text.fr().contains("rappelez tout de suite"), "nobody is on the line: {}", banner.text.fr());
}

#[test]
fn words_in_a_language_that_nobody_reads_are_seen_by_a_person_the_same_day() {
    let office = Office::open();
    let words = "Mi hijo tiene mucha fiebre y no puedo despertarlo, por favor";
    let facts =
        vec![text(keys::WORDS, words), fact(keys::RED_FLAGS_ALL, Value::No), choice(keys::MOTIVE, "certificat")];
    let view = office.receive(facts);
    assert!(view.level.is_some_and(|level| level.at_least(Level::SameDay)), "{:?}", view.level);
    let french = office.receive(vec![fact(keys::RED_FLAGS_ALL, Value::No), choice(keys::MOTIVE, "certificat")]);
    assert_eq!(french.level, Some(Level::Routine), "the same in French");
}
