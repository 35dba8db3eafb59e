//! Agendas and motives in the words of the contract, and whether the settings fit them.

use greffon_sdk::agenda::{AgendaInfo, Audience, Error, Motive, PatientRule, Probed, Result};
use greffon_sdk::{calendar, log};

use super::place::Place;
use super::vendor;
use crate::api::client::Client;
use crate::api::wire;
use crate::settings::{AgendaSetting, Settings};

/// The agendas of the settings. One that the vendor does not show has no identity.
pub fn agendas(settings: &Settings, client: &Client) -> Vec<AgendaInfo> {
    let known = vendor::agendas(client).map(|list| list.items).unwrap_or_default();
    let describe = |(id, setting): (&String, &AgendaSetting)| {
        let mut agenda = settings.describe(id, setting);
        match known.iter().find(|one| one.id == setting.vendor_id) {
            Some(one) => {
                agenda.identity = Some(format!("{}/v1/agendas/{}", client.base, one.id));
                if setting.label.is_none() && !one.name.is_empty() {
                    agenda.label.clone_from(&one.name);
                }
            }
            None => log::warn("agenda-not-identified", &[]),
        }
        agenda
    };
    settings.agendas.iter().map(describe).collect()
}

/// The vendor's motives of an agenda: under the practice's id where one is mapped, else under `vendor-<number>`.
pub fn motives(place: &Place<'_>) -> Result<Vec<Motive>> {
    let list = vendor::motives(place.client, place.setting.vendor_id).map_err(|failure| failure.of_read())?;
    let mapped = place.settings.motives_of(place.setting);
    let offered = list.items.into_iter().filter(|motive| motive.agendas.contains(&place.setting.vendor_id));
    let told = offered.flat_map(|motive| {
        let own: Vec<&str> = mapped.iter().filter(|(_, number)| **number == motive.id).map(|(id, _)| *id).collect();
        let ids = if own.is_empty() {
            vec![format!("vendor-{}", motive.id)]
        } else {
            own.into_iter().map(str::to_owned).collect()
        };
        ids.into_iter().map(|id| told(place, id, &motive)).collect::<Vec<_>>()
    });
    Ok(told.collect())
}

fn told(place: &Place<'_>, id: String, motive: &wire::Motive) -> Motive {
    Motive {
        id,
        label: motive.name.clone(),
        code: None,
        duration_min: motive.minutes,
        before_min: 0,
        after_min: 0,
        grid_min: None,
        min_notice_min: 0,
        max_horizon_days: None,
        max_per_day: None,
        patients: PatientRule::Any,
        modes: Vec::new(),
        audience: Audience::empty(),
        needs_approval: false,
        seats: 1,
        requires: Vec::new(),
        instructions: None,
        documents: Vec::new(),
        agendas: vec![place.id.to_owned()],
    }
}

/// Checks that the vendor lets us in, knows the agendas in their zones, and offers the mapped motives.
pub fn probe(settings: &Settings, client: &Client) -> Result<Probed> {
    let list = vendor::agendas(client).map_err(|failure| match failure.of_read() {
        Error::NotFound => Error::Unavailable("there is no such interface: correct settings.base-url".to_owned()),
        other => other,
    })?;
    for (id, setting) in &settings.agendas {
        let wrong = |key: String, why: String| Err(Error::Invalid((key, why)));
        let Some(known) = list.items.iter().find(|one| one.id == setting.vendor_id) else {
            let why = format!("the vendor has no agenda {}; {}", setting.vendor_id, vendor::named_agendas(&list.items));
            return wrong(format!("settings/agendas/{id}"), why);
        };
        let zone = settings.zone_of(setting);
        if known.zone.as_deref().is_some_and(|theirs| theirs != zone) {
            let theirs = known.zone.as_deref().unwrap_or_default();
            return wrong(
                format!("settings/agendas/{id}"),
                format!("write zone = \"{theirs}\": the vendor's is not {zone}"),
            );
        }
        let offered = vendor::motives(client, setting.vendor_id).map_err(|failure| failure.of_read())?;
        for (motive, number) in &setting.motives {
            if !offered.items.iter().any(|one| one.id == *number) {
                let why = format!("agenda {id} has no motive {number}; {}", vendor::named_motives(&offered.items));
                return wrong(format!("settings/agendas/{id}/motives/{motive}"), why);
            }
        }
    }
    let clock = list.server_time.unwrap_or_else(calendar::now);
    Ok(Probed { clock, product: None, version: None })
}
