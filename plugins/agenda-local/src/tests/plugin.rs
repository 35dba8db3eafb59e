//! The plugin as the host sees it, on the SDK's fakes.

use greffon_sdk::agenda::{Agenda, Found};
use greffon_sdk::testing::Fakes;

use super::*;
use crate::Local;

fn local() -> Local {
    Local::new(settings()).unwrap()
}

#[test]
fn a_booking_stands_in_the_space_of_the_plugin() {
    let fakes = Fakes::new();
    fakes.set_now(MONDAY);
    let op = "op-1".to_owned();
    let booked = local().book(&op, &request(60, 15), None).unwrap();
    assert_eq!(booked.last_change, Some(MONDAY));
    assert!(matches!(local().look_up(&op, &request(60, 15)), Ok(Found::Present(found)) if found == booked));
    assert_eq!(taken(local().book(&"op-2".to_owned(), &request(60, 15), None)), ["dr-martin/op-1"]);
}

#[test]
fn book_refuses_a_slot_that_another_instance_takes_meanwhile() {
    let fakes = Fakes::new();
    fakes.set_now(MONDAY);
    fakes.before_swap(|_, _| {
        local().book(&"faster".to_owned(), &request(60, 15), None).unwrap();
    });
    assert_eq!(taken(local().book(&"slower".to_owned(), &request(60, 15), None)), ["dr-martin/faster"]);
}

#[test]
fn without_the_grant_everything_is_denied() {
    let fakes = Fakes::new();
    fakes.deny_keyvalue();
    assert!(matches!(local().probe(), Err(Error::Denied(_))));
    assert!(matches!(local().find_slots(&query(0, 60)), Err(Error::Denied(_))));
    assert!(matches!(local().book(&"op-1".to_owned(), &request(60, 15), None), Err(Error::Denied(_))));
}

#[test]
fn a_storage_that_fails_while_reading_has_changed_nothing() {
    let fakes = Fakes::new();
    fakes.fail_keyvalue(keyvalue::Error::Storage("gone".to_owned()));
    assert!(matches!(local().book(&"op-1".to_owned(), &request(60, 15), None), Err(Error::Unavailable(_))));
}

#[test]
fn agendas_and_motives_are_those_of_the_settings() {
    let agendas = local().agendas().unwrap();
    assert_eq!(agendas.iter().map(|agenda| agenda.id.as_str()).collect::<Vec<_>>(), ["dr-martin", "dr-petit"]);
    assert_eq!(agendas[0].zone, "Europe/Paris");
    assert_eq!(agendas[0].practitioner.as_ref().unwrap().value, "10003456789");
    let motives = local().motives(&"dr-martin".to_owned()).unwrap();
    assert_eq!(motives.iter().map(|motive| motive.seats).collect::<Vec<_>>(), [1, 3]);
    assert!(matches!(local().motives(&"dr-nobody".to_owned()), Err(Error::NotFound)));
    let empty = serde_json::from_str::<Settings>(r#"{"agendas":{}}"#).unwrap();
    assert!(Local::new(empty).is_err());
    assert!(serde_json::from_str::<Settings>(r#"{"agendas":{},"agenda":{}}"#).is_err());
}
