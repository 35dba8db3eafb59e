//! What the vendor has, and the lines that the settings lack for it.

use greffon_sdk::agenda::Error;

use crate::api::client::Client;
use crate::api::failure::Failure;
use crate::api::list::List;
use crate::api::wire;
use crate::names::is_meant;

/// How many of the vendor's are named when none is meant.
const NAMED: usize = 10;

/// The vendor's agendas.
pub fn agendas(client: &Client) -> Result<List<wire::Agenda>, Failure> {
    List::read(client, "/v1/agendas")
}

/// The vendor's motives of an agenda.
pub fn motives(client: &Client, agenda: u64) -> Result<List<wire::Motive>, Failure> {
    List::read(client, &format!("/v1/visit_motives?agenda_ids={agenda}"))
}

/// What to write for an agenda that the settings do not name.
pub fn unmapped_agenda(client: &Client, id: &str) -> Error {
    let known = agendas(client).map(|list| list.items).unwrap_or_default();
    let meant: Vec<&wire::Agenda> = known.iter().filter(|one| is_meant(id, &one.name)).collect();
    let line = match meant.as_slice() {
        [one] => format!("add agendas.{id} = {{ vendor-id = {} }} (« {} »)", one.id, one.name),
        _ => format!("add agendas.{id} = {{ vendor-id = … }}; {}", named_agendas(&known)),
    };
    Error::Invalid((format!("settings/agendas/{id}"), format!("it is not mapped to an agenda of the vendor: {line}")))
}

/// What to write for a motive that the settings do not name.
pub fn unmapped_motive(client: &Client, agenda: u64, id: &str) -> Error {
    let known = motives(client, agenda).map(|list| list.items).unwrap_or_default();
    let meant: Vec<&wire::Motive> = known.iter().filter(|one| is_meant(id, &one.name)).collect();
    let line = match meant.as_slice() {
        [one] => format!("add motives.{id} = {} (« {} »)", one.id, one.name),
        _ => format!("add motives.{id} = …; {}", named_motives(&known)),
    };
    Error::Invalid((
        format!("settings/motives/{id}"),
        format!("it is not mapped to a visit motive of the vendor: {line}"),
    ))
}

/// Some of the vendor's, with their numbers.
pub fn named_agendas(known: &[wire::Agenda]) -> String {
    named(known.iter().map(|one| (one.id, one.name.as_str())))
}

/// Some of the vendor's, with their numbers.
pub fn named_motives(known: &[wire::Motive]) -> String {
    named(known.iter().map(|one| (one.id, one.name.as_str())))
}

fn named<'a>(known: impl Iterator<Item = (u64, &'a str)>) -> String {
    let names: Vec<String> = known.take(NAMED).map(|(id, name)| format!("{id} « {name} »")).collect();
    if names.is_empty() { "the vendor shows none".to_owned() } else { format!("it has {}", names.join(", ")) }
}
