//! The agenda against the simplest possible one: a list, searched from end to end.

use greffon_sdk::agenda::{Error, Status};
use greffon_sdk::practice::ByWhom;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Action {
    Book { op: u8, start: i64, minutes: i64, motive: usize, overlap: bool },
    Move { op: u8, which: usize, start: i64, minutes: i64 },
    Cancel { op: u8, which: usize },
    Set { op: u8, which: usize, to: usize },
    Hold { op: u8, start: i64, minutes: i64 },
    Release { op: u8 },
    Block { op: u8, start: i64, minutes: i64 },
    Unblock { op: u8 },
    Wait { minutes: i64 },
}

const MOTIVES: [&str; 3] = ["consultation", "buffered", "group"];
const STATES: [Status; 6] =
    [Status::Booked, Status::Arrived, Status::Fulfilled, Status::Noshow, Status::Cancelled, Status::EnteredInError];

fn action() -> impl Strategy<Value = Action> {
    let start = || (0..40_i64).prop_map(|step| step * 5);
    let minutes = || prop::sample::select(vec![5_i64, 15, 30, 60]);
    prop_oneof![
        6 => (0..40_u8, start(), minutes(), 0..3_usize, prop::bool::weighted(0.05))
            .prop_map(|(op, start, minutes, motive, overlap)| Action::Book { op, start, minutes, motive, overlap }),
        3 => (40..60_u8, 0..40_usize, start(), minutes())
            .prop_map(|(op, which, start, minutes)| Action::Move { op, which, start, minutes }),
        2 => (60..70_u8, 0..40_usize).prop_map(|(op, which)| Action::Cancel { op, which }),
        2 => (70..80_u8, 0..40_usize, 0..6_usize).prop_map(|(op, which, to)| Action::Set { op, which, to }),
        2 => (80..90_u8, start(), minutes()).prop_map(|(op, start, minutes)| Action::Hold { op, start, minutes }),
        1 => (80..90_u8).prop_map(|op| Action::Release { op }),
        1 => (90..95_u8, start(), minutes()).prop_map(|(op, start, minutes)| Action::Block { op, start, minutes }),
        1 => (90..95_u8).prop_map(|op| Action::Unblock { op }),
        1 => (0..10_i64).prop_map(|minutes| Action::Wait { minutes }),
    ]
}

/// One line of the simplest agenda.
#[derive(Clone, Debug)]
struct Line {
    ops: Vec<String>,
    start: i64,
    end: i64,
    motive: &'static str,
    status: Status,
}

#[derive(Default)]
struct Model {
    now: i64,
    lines: Vec<Line>,
    holds: Vec<(String, i64, i64, i64)>,
    absences: Vec<(String, i64, i64)>,
}

fn buffers(motive: &str) -> (i64, i64) {
    if motive == "buffered" { (5, 10) } else { (0, 0) }
}

fn live(status: Status) -> bool {
    !matches!(status, Status::Cancelled | Status::EnteredInError)
}

impl Model {
    /// Whether a place is free, minute by minute.
    fn free(&self, op: &str, start: i64, end: i64, motive: &str, except: Option<usize>) -> bool {
        let (before, after) = buffers(motive);
        let seats = if motive == "group" { 3 } else { 1 };
        let mut sharing = Vec::new();
        for minute in (start - before)..(end + after) {
            for (number, line) in self.lines.iter().enumerate() {
                let (before, after) = buffers(line.motive);
                let there = (line.start - before..line.end + after).contains(&minute);
                if there && live(line.status) && except != Some(number) {
                    if seats > 1 && (line.start, line.end, line.motive) == (start, end, motive) {
                        if !sharing.contains(&number) {
                            sharing.push(number);
                        }
                    } else {
                        return false;
                    }
                }
            }
            let held = |(by, from, to, until): &&(String, i64, i64, i64)| {
                by != op && *until > self.now && (*from..*to).contains(&minute)
            };
            if self.holds.iter().any(|hold| held(&hold))
                || self.absences.iter().any(|(_, from, to)| (*from..*to).contains(&minute))
            {
                return false;
            }
        }
        sharing.len() < seats
    }

    fn by_op(&self, op: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.ops.iter().any(|known| known == op))
    }
}

fn follows(from: Status, to: Status) -> bool {
    match from {
        Status::Booked => true,
        Status::Arrived => {
            matches!(to, Status::Booked | Status::Fulfilled | Status::Cancelled | Status::EnteredInError)
        }
        Status::Fulfilled => matches!(to, Status::Arrived | Status::EnteredInError),
        Status::Noshow => matches!(to, Status::Booked | Status::Arrived | Status::EnteredInError),
        Status::Cancelled => to == Status::EnteredInError,
        _ => false,
    }
}

fn play(actions: Vec<Action>) -> Result<(), TestCaseError> {
    let (settings, space) = (settings(), Memory::default());
    let mut model = Model::default();
    for action in actions {
        let desk = Desk { settings: &settings, space: &space, now: MONDAY + model.now * MINUTE };
        let name = |op: u8| format!("op-{op}");
        match action.clone() {
            Action::Book { op, start, minutes, motive, overlap } => {
                let motive = MOTIVES[motive];
                let mut what = for_motive(motive, request(start, minutes));
                what.allow_overlap = overlap;
                let result = desk.book(&name(op), &what, None);
                if let Some(number) = model.by_op(&name(op)) {
                    let line = &model.lines[number];
                    prop_assert_eq!(result.unwrap().span.start, MONDAY + line.start * MINUTE);
                } else if overlap || model.free(&name(op), start, start + minutes, motive, None) {
                    prop_assert!(result.is_ok(), "{:?} refused: {:?}", action, result);
                    let ops = vec![name(op)];
                    model.lines.push(Line { ops, start, end: start + minutes, motive, status: Status::Booked });
                } else {
                    prop_assert!(matches!(result, Err(Error::SlotTaken(_) | Error::RuleBroken(_))), "{:?}", result);
                }
            }
            Action::Move { op, which, start, minutes } => {
                let Some(line) = model.lines.get(which).cloned() else { continue };
                let to = for_motive(line.motive, request(start, minutes));
                let result = desk.move_to(&name(op), &format!("dr-martin/{}", line.ops[0]), None, &to);
                if line.ops.contains(&name(op)) {
                    prop_assert!(result.is_ok());
                } else if !matches!(line.status, Status::Booked | Status::Noshow) {
                    prop_assert!(matches!(result, Err(Error::RuleBroken(_))));
                } else if model.free(&name(op), start, start + minutes, line.motive, Some(which)) {
                    prop_assert!(result.is_ok(), "{:?}: {:?}", action, result);
                    let line = &mut model.lines[which];
                    line.ops.push(name(op));
                    (line.start, line.end, line.status) = (start, start + minutes, Status::Booked);
                } else {
                    prop_assert!(matches!(result, Err(Error::SlotTaken(_) | Error::RuleBroken(_))), "{:?}", result);
                }
            }
            Action::Cancel { op, which } => {
                let Some(line) = model.lines.get(which).cloned() else { continue };
                let id = format!("dr-martin/{}", line.ops[0]);
                let result = desk.cancel(&name(op), &id, None, ByWhom::Patient);
                set(&mut model, which, &name(op), Status::Cancelled, result)?;
            }
            Action::Set { op, which, to } => {
                let Some(line) = model.lines.get(which).cloned() else { continue };
                let id = format!("dr-martin/{}", line.ops[0]);
                let result = desk.set_status(&name(op), &id, None, STATES[to]);
                set(&mut model, which, &name(op), STATES[to], result)?;
            }
            Action::Hold { op, start, minutes } => {
                let now = model.now;
                let result = desk.place_hold(&name(op), &request(start, minutes), 300);
                let standing = model.holds.iter().any(|(by, _, _, until)| *by == name(op) && *until > now);
                if standing {
                    prop_assert!(result.is_ok());
                } else if model.free(&name(op), start, start + minutes, "consultation", None) {
                    prop_assert!(result.is_ok(), "{:?}: {:?}", action, result);
                    model.holds.retain(|(by, ..)| *by != name(op));
                    model.holds.push((name(op), start, start + minutes, now + 5));
                } else {
                    prop_assert!(matches!(result, Err(Error::SlotTaken(_) | Error::RuleBroken(_))), "{:?}", result);
                }
            }
            Action::Release { op } => {
                desk.release_hold(&format!("dr-martin/{}", name(op))).unwrap();
                model.holds.retain(|(by, ..)| *by != name(op));
            }
            Action::Block { op, start, minutes } => {
                desk.block(&name(op), "dr-martin", request(start, minutes).span, "").unwrap();
                if model.absences.iter().all(|(by, ..)| *by != name(op)) {
                    model.absences.push((name(op), start, start + minutes));
                }
            }
            Action::Unblock { op } => {
                desk.unblock(&format!("dr-martin/{}", name(op))).unwrap();
                model.absences.retain(|(by, ..)| *by != name(op));
            }
            Action::Wait { minutes } => model.now += minutes,
        }
        let desk = Desk { now: MONDAY + model.now * MINUTE, ..desk };
        let seen = desk.find_slots(&query(-600, 600)).unwrap();
        let expected = model.lines.iter().filter(|line| live(line.status)).count()
            + model.holds.iter().filter(|(.., until)| *until > model.now).count()
            + model.absences.len();
        prop_assert_eq!(seen.slots.len(), expected.min(1000));
    }
    Ok(())
}

fn set(
    model: &mut Model,
    which: usize,
    op: &str,
    to: Status,
    result: Result<Appointment, Error>,
) -> Result<(), TestCaseError> {
    let line = &mut model.lines[which];
    if line.ops.iter().any(|known| known == op) || line.status == to {
        prop_assert_eq!(result.unwrap().status, line.status);
    } else if follows(line.status, to) {
        prop_assert_eq!(result.unwrap().status, to);
        line.ops.push(op.to_owned());
        line.status = to;
    } else {
        prop_assert!(matches!(result, Err(Error::RuleBroken(_))), "{:?} to {to:?}: {result:?}", line.status);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_agenda_does_what_a_plain_list_does(actions in prop::collection::vec(action(), 1..60)) {
        play(actions)?;
    }
}
