use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use greffon_sdk::agenda::{Error, Found};
use greffon_sdk::keyvalue;

use super::*;

#[test]
fn book_refuses_a_slot_taken_meanwhile() {
    let (settings, space) = (settings(), Memory::default());
    *space.meanwhile.borrow_mut() = Some(Box::new(|space: &Memory| {
        desk(&super::settings(), space).book("faster", &request(60, 15), None).unwrap();
    }));
    assert_eq!(taken(desk(&settings, &space).book("slower", &request(70, 15), None)), ["dr-martin/faster"]);
    let pages = space.keys_of("page/");
    assert_eq!(pages.len(), 1, "the loser leaves no patient behind: {pages:?}");
}

#[test]
fn book_is_done_when_something_else_was_written_meanwhile() {
    let (settings, space) = (settings(), Memory::default());
    *space.meanwhile.borrow_mut() = Some(Box::new(|space: &Memory| {
        desk(&super::settings(), space).book("other", &request(120, 15), None).unwrap();
    }));
    let booked = desk(&settings, &space).book("op-1", &request(60, 15), None).unwrap();
    assert!(booked.patient.is_some());
    assert!(matches!(desk(&settings, &space).look_up("op-1", &request(60, 15)), Ok(Found::Present(_))));
}

#[test]
fn two_calls_of_one_op_id_at_once_make_one_appointment_with_its_patient() {
    let (settings, space) = (settings(), Memory::default());
    *space.meanwhile.borrow_mut() = Some(Box::new(|space: &Memory| {
        desk(&super::settings(), space).book("op-1", &request(60, 15), None).unwrap();
    }));
    desk(&settings, &space).book("op-1", &request(60, 15), None).unwrap();
    let Ok(Found::Present(found)) = desk(&settings, &space).look_up("op-1", &request(60, 15)) else { panic!() };
    assert!(found.patient.is_some());
}

#[test]
fn a_space_that_is_down_changes_nothing_and_says_so() {
    let (settings, space) = (settings(), Memory::default());
    space.broken.set(Some(Broken::Down));
    assert!(matches!(desk(&settings, &space).book("op-1", &request(60, 15), None), Err(Error::Unavailable(_))));
    assert!(space.keys.borrow().is_empty());
}

#[test]
fn a_lost_answer_is_an_unknown_outcome_that_look_up_settles() {
    let (settings, space) = (settings(), Memory::default());
    space.broken.set(Some(Broken::AnswerLost));
    assert!(matches!(desk(&settings, &space).book("op-1", &request(60, 15), None), Err(Error::OutcomeUnknown(_))));
    space.broken.set(None);
    let Ok(Found::Present(found)) = desk(&settings, &space).look_up("op-1", &request(60, 15)) else { panic!() };
    assert!(found.patient.is_some());
}

#[test]
fn endless_contention_ends_as_unavailable() {
    let (settings, space) = (settings(), Memory::default());
    space.broken.set(Some(Broken::AlwaysLate));
    assert!(matches!(desk(&settings, &space).book("op-1", &request(60, 15), None), Err(Error::Unavailable(_))));
    assert!(space.keys_of("page/").is_empty(), "no page stays behind");
}

/// A space that threads share.
#[derive(Default)]
struct Shared(Mutex<BTreeMap<String, (u64, Vec<u8>)>>);

impl Space for Shared {
    fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, keyvalue::Error> {
        self.0.lock().unwrap().get(key).map(|(_, value)| decode(key, value)).transpose()
    }

    fn set<T: Serialize>(&self, key: &str, value: &T) -> Result<(), keyvalue::Error> {
        self.0.lock().unwrap().insert(key.to_owned(), (0, serde_json::to_vec(value).unwrap()));
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<(), keyvalue::Error> {
        self.0.lock().unwrap().remove(key);
        Ok(())
    }

    fn update<T, R, E>(&self, key: &str, mut decide: impl FnMut(Option<T>) -> Result<Update<T, R>, E>) -> Result<R, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<keyvalue::Error>,
    {
        loop {
            let found = self.0.lock().unwrap().get(key).cloned();
            std::thread::yield_now();
            let (revision, value) = found.unzip();
            let (value, answer) = match decide(value.map(|value| decode(key, &value)).transpose()?)? {
                Update::Write(value, answer) => (value, answer),
                Update::Keep(answer) => return Ok(answer),
            };
            let mut keys = self.0.lock().unwrap();
            if keys.get(key).map(|(revision, _)| *revision) == revision {
                keys.insert(
                    key.to_owned(),
                    (revision.map_or(0, |number| number + 1), serde_json::to_vec(&value).unwrap()),
                );
                return Ok(answer);
            }
        }
    }
}

#[test]
fn of_many_clients_on_one_slot_exactly_one_books() {
    for round in 0..20 {
        let (settings, space, won) = (settings(), Shared::default(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for client in 0..16 {
                let (settings, space, won) = (&settings, &space, &won);
                scope.spawn(move || {
                    let desk = Desk { settings, space, now: MONDAY };
                    // Overlapping, not equal: 60, 62 … 90.
                    let what = request(60 + client * 2, 31);
                    match desk.book(&format!("op-{client}"), &what, None) {
                        Ok(_) => {
                            won.fetch_add(1, Ordering::SeqCst);
                        }
                        Err(Error::SlotTaken(_)) => {}
                        Err(other) => panic!("{other:?}"),
                    }
                });
            }
        });
        assert_eq!(won.load(Ordering::SeqCst), 1, "round {round}");
    }
}
