//! A contact goes on with the grid and the script that it began with, whatever the
//! practice writes into its files meanwhile (S9).

use futures::executor::block_on;
use greffon_core::jobs::Jobs;
use greffon_core::model::care::Value;
use greffon_core::model::contact::UNDECIDED;
use greffon_core::model::triage::{AnswerKind, Orientation, Question, Step};
use greffon_core::model::view::ContactView;
use greffon_core::ports::storage::Storage as _;
use greffon_simulation::{Effect, FakePlugins, Fault, edited};

use crate::office::{Office, everything, fact, secretary};

const EDITED: &str = r#"{"protocols":[]}"#;

/// A grid that asks one question for ever.
fn asks(plugins: &FakePlugins, key: &str) {
    let question = Question {
        key: key.to_owned(),
        spoken: "?".to_owned(),
        why: String::new(),
        kind: AnswerKind::YesNoUnknown,
        choices: vec![],
        red_flag: false,
        required: true,
    };
    plugins.set_triage(move |_| Ok(Ok(Step::Ask(vec![question.clone()]))));
}

/// Somebody edits the grid: from now on it asks this.
fn edits_the_grid(office: &Office, key: &str) {
    let plugins = FakePlugins::new();
    asks(&plugins, key);
    office.reload(|live| {
        live.practice.revision.push('+');
        let grid = live.features.iter_mut().find(|one| one.id().as_str() == "triage").unwrap();
        *grid = edited(grid, EDITED, plugins.triage());
    });
}

fn asked(view: &ContactView) -> Vec<&str> {
    view.questions.iter().map(|asked| asked.question.key.as_str()).collect()
}

#[test]
fn an_open_contact_keeps_the_grid_that_it_began_with_and_a_new_one_gets_the_new_grid() {
    let office = Office::open();
    asks(&office.plugins.fakes, "ancienne");
    let began = office.receive(everything("consultation"));
    assert_eq!(asked(&began), ["ancienne"]);
    edits_the_grid(&office, "nouvelle");
    let told = office.tell(began.contact, vec![fact("remarque", Value::Yes)]).unwrap();
    assert_eq!(asked(&told), ["ancienne"]);
    assert_eq!(asked(&office.receive(everything("consultation"))), ["nouvelle"]);
    // Also after another edit, and in a process that never saw the first grid.
    edits_the_grid(&office, "toute-nouvelle");
    let told = office.tell(began.contact, vec![fact("remarque", Value::No)]).unwrap();
    assert_eq!(asked(&told), ["ancienne"]);
}

#[test]
fn a_person_decides_when_the_grid_of_an_open_contact_is_gone() {
    let office = Office::open();
    asks(&office.plugins.fakes, "ancienne");
    let began = office.receive(everything("consultation"));
    office.reload(|live| live.features.retain(|one| one.id().as_str() != "triage"));
    let told = office.tell(began.contact, vec![fact("remarque", Value::Yes)]).unwrap();
    let assessment = told.assessment.expect("concluded");
    assert_eq!(assessment.protocol.id, UNDECIDED);
    assert!(matches!(assessment.orientation, Orientation::HumanDecision(_)), "{assessment:?}");
    assert_eq!(office.journal("triage.failed"), 1);
}

#[test]
fn a_person_decides_when_the_settings_of_then_cannot_be_had_and_nothing_is_taken_in_their_place() {
    let office = Office::open();
    asks(&office.plugins.fakes, "ancienne");
    let began = office.receive(everything("consultation"));
    office.reload(|live| {
        let grid = live.features.iter_mut().find(|one| one.id().as_str() == "triage").unwrap();
        grid.stamp.plugin = "une-autre-grille".to_owned();
    });
    let told = office.tell(began.contact, vec![fact("remarque", Value::Yes)]).unwrap();
    assert_eq!(told.assessment.expect("concluded").protocol.id, UNDECIDED);
}

#[test]
fn a_contact_whose_script_is_gone_goes_on_with_the_host_s_own() {
    let office = Office::open();
    let began = office.receive(Vec::new());
    office.reload(|live| live.features.retain(|one| one.id().as_str() != "script"));
    let told = office.tell(began.contact, vec![fact("remarque", Value::Yes)]).unwrap();
    assert!(told.banners.iter().any(|banner| banner.code == "script-unavailable"), "{:?}", told.banners);
    assert!(!told.prompts.is_empty());
}

#[test]
fn a_contact_that_is_closed_asks_nobody_and_shows_what_was_said_at_its_end() {
    let office = Office::open();
    let contact = office.triaged();
    let closed = office.close(contact).unwrap();
    assert!(!closed.prompts.is_empty());
    // Its settings are gone, and the practice has others by now.
    edits_the_grid(&office, "nouvelle");
    office.reload(|live| live.features.retain(|one| one.id().as_str() != "script"));
    block_on(office.storage.forget_settings()).unwrap();
    let asked = office.plugins.total();
    let shown = block_on(office.reception.contacts.resume(&office.practice, contact, &secretary())).unwrap();
    assert_eq!((&shown.prompts, &shown.recap), (&closed.prompts, &closed.recap));
    assert_eq!(office.look(contact).prompts, closed.prompts);
    assert_eq!(office.plugins.total(), asked);
}

#[test]
fn settings_stay_until_no_open_contact_names_them() {
    let office = Office::open();
    let (first, second) = (office.triaged(), office.triaged());
    assert_eq!(office.rows().settings.len(), 2, "those of grid and script, once");
    office.reload(|live| {
        let grid = live.features.iter_mut().find(|one| one.id().as_str() == "triage").unwrap();
        *grid = edited(grid, EDITED, office.plugins.fakes.triage());
    });
    let forget = || block_on(office.storage.forget_settings()).unwrap();
    office.close(first).unwrap();
    assert_eq!(forget(), 0, "another contact names them");
    office.close(second).unwrap();
    assert_eq!((forget(), office.rows().settings.len()), (2, 0));
}

#[test]
fn what_agendas_tell_is_read_once_an_hour_and_kept_when_they_do_not_answer() {
    let office = Office::open();
    office.booked(office.triaged(), "op-1");
    let jobs = Jobs::new(office.reception.clone());
    let known = || block_on(office.storage.known_agendas(&office.practice)).unwrap();
    assert_eq!(block_on(jobs.enqueue_agenda_reads()).unwrap(), 1);
    assert_eq!(block_on(jobs.enqueue_agenda_reads()).unwrap(), 0, "it is in the queue");
    office.work();
    let first = known();
    assert_eq!((first.len(), first[0].feature.as_str()), (1, "agenda"));
    assert!(!first[0].agendas.is_empty());
    assert_eq!(block_on(jobs.enqueue_agenda_reads()).unwrap(), 0, "it was read just now");
    office.wait_s(3_600);
    assert_eq!(block_on(jobs.enqueue_agenda_reads()).unwrap(), 1);
    office.plan.next(Effect::AgendaRead, Fault::Lost);
    office.work();
    assert_eq!(known(), first, "with its age");
    assert_eq!(block_on(jobs.enqueue_agenda_reads()).unwrap(), 1, "and it is asked again");
    office.work();
    assert!(known()[0].read_at > first[0].read_at);
}
