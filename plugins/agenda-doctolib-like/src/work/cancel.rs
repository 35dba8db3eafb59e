//! Cancelling what greffon booked. The vendor knows no condition: the version is compared a moment before.

use greffon_sdk::agenda::{Appointment, Error, Result, Rule};

use super::memory::Memory;
use super::place::{Place, entry};
use super::told;
use crate::api::client::Client;
use crate::settings::Settings;

/// Cancels an appointment by its number.
pub fn cancel(settings: &Settings, client: &Client, id: &str, expected: Option<&str>) -> Result<Appointment> {
    let number: u64 = id.parse().map_err(|_| Error::NotFound)?;
    let found = entry(client, number).map_err(|failure| failure.of_read())?.ok_or(Error::NotFound)?;
    // What is in none of these agendas is not this practice's.
    let agenda = settings.agenda_of(found.agenda).ok_or(Error::NotFound)?;
    let place = Place::of(agenda, settings, client).ok_or(Error::NotFound)?;
    let ours = told::op_of(&found, &place.installation).is_some()
        || Memory::open().is_ok_and(|memory| memory.is_unmarked(number));
    if !ours || found.is_block {
        return Err(Error::Denied("only what greffon booked can be cancelled".to_owned()));
    }
    if found.cancelled {
        return Ok(told::cancelled(&place, &found));
    }
    if expected.is_some_and(|expected| expected != found.updated_at) {
        return Err(Error::Stale(told::entry(&place, &found)));
    }
    let Err(failure) = client.delete(&format!("/v1/appointments/{number}")) else {
        return Ok(told::cancelled(&place, &found));
    };
    match failure.status() {
        // It stood there a moment ago: somebody else cancelled it.
        Some(404 | 410) => Ok(told::cancelled(&place, &found)),
        Some(409 | 422) => Err(Error::RuleBroken((
            Rule::StatusTransition,
            "l'éditeur ne laisse pas annuler ce rendez-vous".to_owned(),
        ))),
        _ if !failure.leaves_doubt() => Err(failure.of_write()),
        _ => match place.entry(number) {
            Ok(None) => Ok(told::cancelled(&place, &found)),
            Ok(Some(now)) if now.cancelled => Ok(told::cancelled(&place, &now)),
            // It may still arrive.
            _ => Err(failure.of_write()),
        },
    }
}
