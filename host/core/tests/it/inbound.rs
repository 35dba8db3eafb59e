//! What outside services tell at the addresses of features.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::executor::block_on;
use greffon_core::flow::{Call, FlowError, Heard, NewAddress, Thing, Unheard};
use greffon_core::ids::InboundAddressId;
use greffon_core::model::inbound::{KNOWN_FOR_MS, MOST_OPEN, PER_MINUTE, REPLAY_WINDOW_MS};
use greffon_core::model::job::Job;
use greffon_core::model::secret::Secret;
use greffon_core::model::standing::Difference;
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::plugins::Bound;
use greffon_simulation::{AgendaStyle, FakeAgenda};
use uuid::Uuid;

use crate::agenda_changes::{known, office, quarter, standing, start};
use crate::office::{Office, code, doctor};

fn with_origin() -> Office {
    let office = office(AgendaStyle::Arbitrated);
    office.reload(|practice| practice.practice.supervision.origin = Some("https://accueil.example".to_owned()));
    office
}

fn make(office: &Office) -> NewAddress {
    block_on(office.reception.inbound.make(&office.practice, &"agenda".into(), &doctor())).unwrap()
}

fn secret(made: &NewAddress) -> Secret {
    Secret::read(made.url.rsplit('/').next().unwrap()).unwrap()
}

fn call(headers: &[(&str, &str)], agendas: &str) -> Call {
    let signed = headers.iter().chain(&[("signature", "right")]);
    let headers = signed.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Call { query: None, headers, body: agendas.as_bytes().to_vec() }
}

fn hear(office: &Office, made: &NewAddress, call: Call) -> Result<Heard, Unheard> {
    block_on(office.reception.inbound.hear(&secret(made), call))
}

fn agenda_of(office: &Office) -> String {
    office.live().agendas_of(&"agenda".into()).remove(0).0
}

/// The readings that wait in the queue.
fn readings(office: &Office) -> usize {
    office.storage.jobs().iter().filter(|(_, job, _)| matches!(job, Job::ReadChanges(..))).count()
}

#[test]
fn what_is_told_has_the_agenda_asked_at_once() {
    let office = with_origin();
    let id = standing(&office, 0);
    let made = make(&office);
    let to = quarter(start(&office, &id).plus_minutes(30));
    office.agenda.push_to(&id, to);
    assert_eq!(hear(&office, &made, call(&[], &agenda_of(&office))).unwrap(), Heard::New(1));
    office.wait_s(2);
    assert_eq!(known(&office, &id).standing.seen.map(|seen| seen.difference), Some(Difference::Moved(to)));
    assert_eq!(readings(&office), 0, "once");
}

#[test]
fn what_is_told_again_is_known_for_seven_days() {
    let office = with_origin();
    let made = make(&office);
    let tell = |id: &str| hear(&office, &made, call(&[("delivery", id)], &agenda_of(&office))).unwrap();
    assert_eq!(tell("one"), Heard::New(1));
    office.clock.advance(Duration::from_secs(5));
    assert_eq!(tell("one"), Heard::Again);
    assert_eq!(tell("two"), Heard::New(1));
    let other = make(&office);
    let again = hear(&office, &other, call(&[("delivery", "one")], &agenda_of(&office))).unwrap();
    assert_eq!(again, Heard::Again, "by whichever address");
    office.clock.advance(Duration::from_millis(KNOWN_FOR_MS.unsigned_abs()));
    block_on(office.reception.retention.purge(&office.practice, &doctor())).unwrap();
    assert_eq!(tell("one"), Heard::New(1));
}

#[test]
fn what_is_told_in_one_moment_is_asked_once_and_nothing_of_it_is_lost() {
    let office = with_origin();
    let made = make(&office);
    let agenda = agenda_of(&office);
    for number in 0..10 {
        let id = number.to_string();
        assert_eq!(hear(&office, &made, call(&[("delivery", &id)], &agenda)).unwrap(), Heard::New(1), "{number}");
    }
    assert_eq!(readings(&office), 1);
    assert_eq!(office.rows().deliveries.len(), 10);
    assert_eq!(hear(&office, &made, call(&[], "nobody's\nelsewhere")).unwrap(), Heard::New(0));
    assert_eq!(readings(&office), 1, "agendas that the practice has not are asked nothing");
}

#[test]
fn what_is_forged_old_or_for_another_account_changes_nothing() {
    let office = with_origin();
    let made = make(&office);
    let agenda = agenda_of(&office);
    let now = office.clock.now().0;
    let told = |headers: &[(&str, &str)], body: &[u8]| {
        let mut call = call(headers, "");
        call.body = body.to_vec();
        hear(&office, &made, call).map_err(|unheard| unheard.as_str())
    };
    let forged = Call { headers: vec![("signature".to_owned(), "wrong".to_owned())], ..call(&[], &agenda) };
    assert!(matches!(hear(&office, &made, forged), Err(Unheard::BadSignature)));
    for off in [-REPLAY_WINDOW_MS - 1, REPLAY_WINDOW_MS + 1] {
        let at = (now + off).to_string();
        assert_eq!(told(&[("signed-at", &at), ("delivery", "old")], agenda.as_bytes()), Err("untimely"));
    }
    for at in [i64::MIN, i64::MAX] {
        assert_eq!(told(&[("signed-at", &at.to_string())], agenda.as_bytes()), Err("untimely"));
    }
    assert_eq!(told(&[("account", "theirs")], agenda.as_bytes()), Err("not-mine"));
    assert_eq!(told(&[], b"\xff"), Err("malformed"));
    assert_eq!(office.rows().deliveries.len(), 0);
    assert_eq!(readings(&office), 0);
    let just_in_time = (now - REPLAY_WINDOW_MS).to_string();
    assert_eq!(told(&[("signed-at", &just_in_time), ("delivery", "old")], agenda.as_bytes()), Ok(Heard::New(1)));
}

#[test]
fn nobody_is_heard_at_an_address_that_is_revoked_or_was_never_made() {
    let office = with_origin();
    let made = make(&office);
    let unknown = Secret::of(|| Uuid::from_u128(7));
    let heard = block_on(office.reception.inbound.hear(&unknown, call(&[], &agenda_of(&office))));
    assert!(matches!(heard, Err(Unheard::Unknown)));
    let id = made.address.id;
    let revoke = |id| block_on(office.reception.inbound.revoke(&office.practice, id, &doctor()));
    let revoked = revoke(id).unwrap();
    assert_eq!(revoke(id).unwrap(), revoked, "said twice it is said once");
    assert!(matches!(hear(&office, &made, call(&[], &agenda_of(&office))), Err(Unheard::Unknown)));
    assert_eq!(office.journal("inbound.revoked"), 1);
    let nobodys = revoke(InboundAddressId(Uuid::from_u128(9)));
    assert!(matches!(nobodys, Err(FlowError::NotFound(Thing::InboundAddress))));
}

#[test]
fn an_address_takes_sixty_calls_a_minute_and_another_one_is_not_held_up() {
    let office = with_origin();
    let (made, other) = (make(&office), make(&office));
    let agenda = agenda_of(&office);
    for number in 0..PER_MINUTE {
        assert!(hear(&office, &made, call(&[], &agenda)).is_ok(), "{number}");
    }
    assert!(matches!(hear(&office, &made, call(&[], &agenda)), Err(Unheard::TooMany(1))));
    assert!(hear(&office, &other, call(&[], &agenda)).is_ok());
    office.clock.advance(Duration::from_secs(1));
    assert!(hear(&office, &made, call(&[], &agenda)).is_ok());
}

#[test]
fn a_feature_has_few_addresses_and_none_without_a_public_origin() {
    let plain = office(AgendaStyle::Arbitrated);
    let made = block_on(plain.reception.inbound.make(&plain.practice, &"agenda".into(), &doctor()));
    assert_eq!(code(&made.err().unwrap()), "no-public-origin");

    let office = with_origin();
    let urls: BTreeSet<String> = (0..MOST_OPEN).map(|_| make(&office).url).collect();
    assert_eq!(urls.len(), MOST_OPEN, "each its own");
    let one_more = || block_on(office.reception.inbound.make(&office.practice, &"agenda".into(), &doctor()));
    assert_eq!(code(&one_more().err().unwrap()), "too-many-addresses");
    let first = block_on(office.reception.inbound.addresses(&office.practice)).unwrap().remove(0);
    block_on(office.reception.inbound.revoke(&office.practice, first.id, &doctor())).unwrap();
    assert!(one_more().is_ok());
    let silent = Arc::new(FakeAgenda::new(AgendaStyle::NoId, office.clock.clone()));
    office.rebind("agenda", Bound::Agenda(silent));
    assert_eq!(code(&one_more().err().unwrap()), "tells-nothing");
    for feature in ["triage", "nowhere"] {
        let made = block_on(office.reception.inbound.make(&office.practice, &feature.into(), &doctor()));
        assert!(matches!(made, Err(FlowError::NotFound(Thing::Feature))), "{feature}");
    }
    let text = format!("{:?}", office.rows());
    assert!(!urls.iter().any(|url| text.contains(url.rsplit('/').next().unwrap())), "no secret is kept");
}
