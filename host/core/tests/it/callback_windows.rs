//! Call-backs that are promised for a window of their owner, over the whole road.

use futures::executor::block_on;
use futures::future::join_all;
use greffon_core::flow::{NewAbsence, NewContact, NewFact, NewLevel};
use greffon_core::ids::AbsenceId;
use greffon_core::model::absence::Missing;
use greffon_core::model::care::{Level, keys};
use greffon_core::model::commitment::{Commitment, CommitmentAction, CommitmentState};
use greffon_core::model::contact::ContactChannel;
use greffon_core::model::practice::{Absence, CallbackWindows, Practice, WeekHours};
use greffon_core::model::script::{CommitmentDraft, Effect, View};
use greffon_core::model::triage::{Orientation, Step};
use greffon_core::time::{Instant, Span};

use crate::contact_decisions::assessment;
use crate::office::{NOW, Office, banners, choice, everything, secretary};

const HOUR_MIN: i64 = 60;

/// Dr Martin calls back every day at noon and at six, two patients each time.
fn windows(practice: &mut Practice) {
    let day = vec![(12 * 60, 13 * 60), (18 * 60, 18 * 60 + 30)];
    practice.callback_windows = vec![CallbackWindows {
        owner: "dr-martin".to_owned(),
        site: "nord".into(),
        hours: WeekHours(std::array::from_fn(|_| day.clone())),
        room: 2,
    }];
}

const NOON: Span = Span { start: after(3 * HOUR_MIN), end: after(4 * HOUR_MIN) };
const EVENING: Span = Span { start: after(9 * HOUR_MIN), end: after(9 * HOUR_MIN + 30) };

const fn after(minutes: i64) -> Instant {
    Instant(NOW.0 + minutes * 60_000)
}

/// An office whose grid wants a call-back within these minutes.
fn office(level: Level, within_min: u32) -> Office {
    let office = Office::crowded(windows);
    calls_back(&office, level, within_min);
    office
}

fn calls_back(office: &Office, level: Level, within_min: u32) {
    office
        .plugins
        .fakes
        .set_triage(move |_| Ok(Ok(Step::Conclude(assessment(level, Orientation::ClinicianCallback(within_min))))));
}

fn request() -> Vec<NewFact> {
    let mut facts = everything("consultation");
    facts.push(choice(keys::PRACTITIONER, "dr-martin"));
    facts
}

fn promised(office: &Office) -> Commitment {
    let view = office.receive(request());
    assert_eq!(view.commitments.len(), 1, "{:?}", view.commitments);
    view.commitments[0].clone()
}

fn open_at(office: &Office, due: Instant) -> usize {
    office.rows().commitments.values().filter(|one| !one.state.is_final() && one.due == due).count()
}

#[test]
fn a_call_back_is_promised_for_the_first_window_with_room_and_said_so() {
    let office = office(Level::SameDay, 600);
    let first = promised(&office);
    assert_eq!((first.window, first.due, first.beyond_room), (Some(NOON), NOON.end, false));
    assert_eq!(first.said, "Le docteur Claire Martin vous rappelle mardi 24 novembre 2026, entre 12 h et 13 h.");
    promised(&office);
    let third = promised(&office);
    assert_eq!((third.window, third.due), (Some(EVENING), EVENING.end));
    assert_eq!(third.said, "Le docteur Claire Martin vous rappelle mardi 24 novembre 2026, entre 18 h et 18 h 30.");
    office.work();
    let handed = &office.sent_to("dr-martin@tilleuls.example")[0];
    assert!(handed.body.contains("Promis pour : mardi 24 novembre 2026, entre 12 h et 13 h"), "{}", handed.body);
}

#[test]
fn what_is_kept_withdrawn_or_moved_leaves_its_room_to_the_next() {
    let act = |action: CommitmentAction| {
        let office = office(Level::SameDay, 600);
        let first = promised(&office);
        promised(&office);
        block_on(office.reception.commitments.act(&office.practice, first.id, action, &secretary())).unwrap();
        promised(&office).window
    };
    let reason = || "demandé par le patient".to_owned();
    assert_eq!(act(CommitmentAction::Start), Some(EVENING));
    assert_eq!(act(CommitmentAction::Keep { note: String::new() }), Some(NOON));
    assert_eq!(act(CommitmentAction::Withdraw { reason: reason() }), Some(NOON));
    assert_eq!(act(CommitmentAction::Move { due: NOON.start, reason: reason() }), Some(NOON));
    // A person may choose an hour of a window: it takes room there.
    assert_eq!(act(CommitmentAction::Move { due: NOON.start.plus_minutes(10), reason: reason() }), Some(EVENING));
}

#[test]
fn a_full_or_late_window_delays_nothing_and_is_told_above() {
    let office = office(Level::SameDay, 300);
    promised(&office);
    promised(&office);
    let view = office.receive(request());
    let beyond = &view.commitments[0];
    assert_eq!((beyond.window, beyond.due, beyond.beyond_room), (Some(NOON), NOON.end, true));
    assert!(banners(&view).contains(&"callback-beyond-room"), "{:?}", banners(&view));
    // No window ends within two hours.
    calls_back(&office, Level::SameDay, 120);
    let late = promised(&office);
    assert_eq!((late.window, late.due, late.beyond_room), (None, after(120), true));
    office.work();
    let told = office.sent_to("secretariat@tilleuls.example");
    let told = told.into_iter().filter(|one| one.template.id == "host.callback-beyond-room").map(|one| one.body);
    let told: Vec<String> = told.collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("déjà complet") && told[1].contains("Aucun créneau"), "{told:?}");
    assert!(told.iter().all(|body| !body.contains("Dupont")), "{told:?}");
}

#[test]
fn what_is_urgent_waits_for_no_window_and_goes_to_whoever_is_there() {
    let office = office(Level::VeryUrgent, 90);
    let urgent = promised(&office);
    assert_eq!((urgent.window, urgent.due, urgent.owner.as_str()), (None, after(15), "dr-martin"));
    assert!(!urgent.beyond_room);
    office.reload(|live| {
        live.practice.practitioners[0].absences =
            vec![Absence { from: "2026-11-24T00:00".to_owned(), to: "2026-11-25T00:00".to_owned() }];
    });
    assert_eq!(promised(&office).owner, "on-call");
}

#[test]
fn whoever_was_told_to_be_away_has_no_window_then_and_gets_nothing_urgent() {
    let office = office(Level::SameDay, 600);
    let new = NewAbsence {
        id: AbsenceId(uuid::Uuid::from_u128(1)),
        missing: Missing::Practitioner("dr-martin".into()),
        from: None,
        until: Some(NOON.end),
        note: None,
    };
    let told = block_on(office.reception.absences.tell(&office.practice, new, &secretary())).unwrap();
    let windows = || block_on(office.reception.reads.callback_windows(&office.practice)).unwrap();
    assert_eq!((windows().len(), windows()[0].window.span), (13, EVENING));
    assert_eq!(promised(&office).window, Some(EVENING));
    calls_back(&office, Level::VeryUrgent, 90);
    assert_eq!(promised(&office).owner, "on-call");
    block_on(office.reception.absences.end(&office.practice, told.absence.id, &secretary())).unwrap();
    assert_eq!(windows()[0].window.span, NOON, "there again");
    assert_eq!(promised(&office).owner, "dr-martin");
}

#[test]
fn a_call_back_that_becomes_urgent_leaves_its_window() {
    let office = office(Level::SameDay, 600);
    let view = office.receive(request());
    assert_eq!(view.commitments[0].window, Some(NOON));
    let raised = NewLevel { level: Level::VeryUrgent, reason: "il a mal".to_owned() };
    let by = secretary();
    let raised = office.reception.contacts.set_level(&office.practice, view.contact, raised, &by);
    let view = block_on(raised).unwrap();
    assert_eq!(view.commitments.len(), 1, "{:?}", view.commitments);
    let now = &view.commitments[0];
    assert_eq!((now.window, now.due, now.level), (None, after(15), Level::VeryUrgent));
    assert!(now.said.ends_with("vous rappelle avant mardi 24 novembre 2026 à 9 h 15."), "{}", now.said);
    assert_eq!(promised(&office).window, Some(NOON), "its room is another's");
    promised(&office);
    assert_eq!(open_at(&office, NOON.end), 2);
}

#[test]
fn nothing_is_promised_for_a_day_on_which_the_owner_is_not_there() {
    let tomorrow = |minutes: i64| after(24 * HOUR_MIN + minutes);
    let two_days = 2 * 24 * 60;
    let closed = office(Level::Soon, two_days);
    closed.reload(|live| live.practice.sites[0].closures.days = vec![jiff::civil::date(2026, 11, 24)]);
    assert_eq!(promised(&closed).due, tomorrow(4 * HOUR_MIN));
    let away = office(Level::Soon, two_days);
    away.reload(|live| {
        live.practice.practitioners[0].absences =
            vec![Absence { from: "2026-11-24T12:30".to_owned(), to: "2026-11-25T12:00".to_owned() }];
    });
    assert_eq!(promised(&away).due, tomorrow(4 * HOUR_MIN));
}

/// Of a window that has begun, as much room is left as time.
#[test]
fn a_window_that_is_nearly_over_takes_no_more() {
    let office = office(Level::SameDay, 600);
    office.clock.set(NOON.start.plus_minutes(20));
    let begun = promised(&office);
    assert_eq!((begun.window, begun.due), (Some(NOON), NOON.end));
    assert!(begun.said.ends_with("vous rappelle avant mardi 24 novembre 2026 à 13 h."), "{}", begun.said);
    assert_eq!(promised(&office).window, Some(EVENING), "half of two");
    office.clock.set(NOON.end.plus_minutes(-5));
    assert_eq!(promised(&office).window, Some(EVENING));
}

#[test]
fn secretaries_at_once_do_not_overfill_a_window() {
    let office = office(Level::SameDay, 600);
    let callers = (0..9).map(|number| {
        let origin = Some(format!("+3361234567{number}"));
        let new = NewContact { channel: ContactChannel::Phone, origin, facts: request(), about: None };
        let office = &office;
        async move { office.reception.contacts.receive(&office.practice, new, &secretary()).await.unwrap() }
    });
    let views = block_on(join_all(callers));
    let beyond = views.iter().filter(|view| view.commitments[0].beyond_room).count();
    assert_eq!(beyond, 5, "four fit into the day's two windows");
    assert_eq!(open_at(&office, NOON.end) + open_at(&office, EVENING.end), 9);
    let fits =
        |due| views.iter().filter(move |view| view.commitments[0].due == due && !view.commitments[0].beyond_room);
    assert_eq!((fits(NOON.end).count(), fits(EVENING.end).count()), (2, 2));
}

#[test]
fn the_desk_sees_how_much_room_is_left() {
    let office = office(Level::SameDay, 600);
    promised(&office);
    let windows = block_on(office.reception.reads.callback_windows(&office.practice)).unwrap();
    assert_eq!(windows.len(), 14, "a week");
    let told: Vec<_> = windows.iter().take(3).map(|one| (one.window.span, one.window.promised, one.left)).collect();
    let tomorrow = Span { start: NOON.start.plus_minutes(24 * HOUR_MIN), end: NOON.end.plus_minutes(24 * HOUR_MIN) };
    assert_eq!(told, [(NOON, 1, 1), (EVENING, 0, 2), (tomorrow, 0, 2)]);
    promised(&office);
    promised(&office);
    calls_back(&office, Level::SameDay, 300);
    promised(&office);
    let windows = block_on(office.reception.reads.callback_windows(&office.practice)).unwrap();
    assert_eq!((windows[0].window.promised, windows[0].left), (3, 0), "beyond the room is none left");
    office.clock.set(NOON.end);
    let windows = block_on(office.reception.reads.callback_windows(&office.practice)).unwrap();
    assert_eq!(windows[0].window.span, EVENING);
}

/// A script may ask for a call-back as well: the host chooses the hour, and the ceiling is its own.
#[test]
fn a_call_back_of_a_script_obeys_windows_and_ceilings() {
    let proposes = |level: Level, days: i64| {
        let office = Office::crowded(windows);
        office.plugins.fakes.set_script(move |_| {
            let draft = CommitmentDraft {
                what: "callback".to_owned(),
                said: "Le médecin vous rappelle.".to_owned(),
                due: after(days * 24 * HOUR_MIN),
                owner: "practitioner".to_owned(),
                level,
            };
            let effects = vec![Effect::Commitment(draft)];
            Ok(Ok(View { prompts: Vec::new(), missing: Vec::new(), may_close: true, recap: None, effects }))
        });
        promised(&office)
    };
    let soon = proposes(Level::Soon, 300);
    assert_eq!((soon.window, soon.said.as_str()), (Some(NOON), "Le médecin vous rappelle."));
    assert_eq!(proposes(Level::VeryUrgent, 300).due, after(15));
}

/// The same promise by the host and by the script is one, with the earlier hour.
#[test]
fn a_contact_is_promised_one_call_back() {
    let office = office(Level::SameDay, 120);
    office.reload(|live| live.practice.callback_windows.clear());
    office.plugins.fakes.set_script(|session| {
        let draft = CommitmentDraft {
            what: "callback".to_owned(),
            said: "On vous rappelle.".to_owned(),
            due: after(30),
            owner: "secretariat".to_owned(),
            level: Level::Soon,
        };
        let effects = if session.assessment.is_some() { vec![Effect::Commitment(draft)] } else { Vec::new() };
        Ok(Ok(View { prompts: Vec::new(), missing: Vec::new(), may_close: true, recap: None, effects }))
    });
    let only = promised(&office);
    assert_eq!((only.due, only.owner.as_str(), only.level), (after(30), "secretariat", Level::SameDay));
    assert_eq!((only.said.as_str(), only.state), ("On vous rappelle.", CommitmentState::Promised));
    assert_eq!(office.rows().commitments.len(), 1);
    office.wait_s(24 * 60);
    let warned = office.sent.lock().unwrap().iter().filter(|one| one.template.id == "host.commitment-warning").count();
    assert_eq!(warned, 1, "by the earlier hour");
}
