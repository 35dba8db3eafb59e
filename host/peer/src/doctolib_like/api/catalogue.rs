//! Agendas and motives.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use serde_json::{Value, json};

use super::answer::{Answer, whole};
use super::params::Params;
use crate::doctolib_like::app::App;

pub(super) async fn agendas(State(app): State<Arc<App>>) -> Json<Value> {
    let state = app.shared.lock();
    let items: Vec<Value> = state
        .agendas
        .iter()
        .map(|agenda| {
            json!({ "id": agenda.id, "name": agenda.name, "time_zone": agenda.zone, "practitioner_rpps": agenda.rpps })
        })
        .collect();
    drop(state);
    whole(&items, app.shared.now())
}

pub(super) async fn motives(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Answer {
    let wanted = Params::of(query.as_deref()).ids("agenda_ids")?;
    let state = app.shared.lock();
    let items: Vec<Value> = state
        .motives
        .iter()
        .filter(|motive| motive.agendas.iter().any(|agenda| wanted.contains(agenda)))
        .map(|motive| {
            json!({
                "id": motive.id, "name": motive.name, "duration_minutes": motive.minutes, "agenda_ids": motive.agendas,
            })
        })
        .collect();
    drop(state);
    Ok(whole(&items, app.shared.now()))
}
