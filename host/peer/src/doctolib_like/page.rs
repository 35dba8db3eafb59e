//! The practitioner's page: a week of one agenda, in French, without script. What is done here is done like by a hand at
//! the vendor's own screen: whatever is there, and nobody is asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan as _};

use super::app::App;
use super::model::{Agenda, Entry, Kind};
use super::state::{Refusal, Shared};

const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:1.5rem;max-width:70rem}\
    table{border-collapse:collapse;width:100%}th,td{border:1px solid #767676;padding:.35rem .6rem;text-align:left}\
    form{display:inline}fieldset{margin:1rem 0;padding:.5rem 1rem}input,select,button{font:inherit}";

/// Shows a week.
pub(super) async fn show(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let form = Form::of(query.unwrap_or_default().as_bytes());
    let Some(agenda) = agenda_of(&app.shared, &form) else {
        return refused("Aucun agenda.");
    };
    let now = Timestamp::from_millisecond(app.shared.now()).unwrap_or(Timestamp::UNIX_EPOCH);
    let today = now.to_zoned(agenda.time_zone()).date();
    let day: Date = form.get("semaine").and_then(|text| text.parse().ok()).unwrap_or(today);
    let since_monday = i64::from(day.weekday().to_monday_zero_offset());
    let Ok(monday) = day.checked_sub(since_monday.days()) else { return refused("Cette date est hors du calendrier.") };
    Html(week(&app.shared, &agenda, monday)).into_response()
}

/// Blocks time.
pub(super) async fn block(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let form = Form::of(&body);
    let Some(agenda) = agenda_of(&app.shared, &form) else { return refused("Cet agenda n'existe pas.") };
    let (Some(start), Some(end)) = (form.instant("debut", &agenda), form.instant("fin", &agenda)) else {
        return refused("Écrivez le début et la fin.");
    };
    let label = form.get("motif").unwrap_or("Occupé").chars().take(100).collect();
    done(app.shared.put(agenda.id, Kind::Block { label }, start, end), &app.shared)
}

/// Gives an entry another time.
pub(super) async fn move_entry(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let form = Form::of(&body);
    let Some(agenda) = agenda_of(&app.shared, &form) else { return refused("Cet agenda n'existe pas.") };
    let Some(start) = form.instant("debut", &agenda) else { return refused("Écrivez le nouveau début.") };
    done(app.shared.move_to(form.id(), start), &app.shared)
}

/// Takes an entry out.
pub(super) async fn cancel(State(app): State<Arc<App>>, body: Bytes) -> Response {
    done(app.shared.cancel(Form::of(&body).id()), &app.shared)
}

fn done(result: Result<Entry, Refusal>, shared: &Shared) -> Response {
    let entry = match result {
        Ok(entry) => entry,
        Err(Refusal::EmptyPeriod) => return refused("La fin doit suivre le début."),
        Err(_) => return refused("Cette entrée n'existe plus."),
    };
    let zone = shared.lock().agenda(entry.agenda).map(Agenda::time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let day = Timestamp::from_millisecond(entry.start).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone).date();
    Redirect::to(&format!("/?agenda={}&semaine={day}", entry.agenda)).into_response()
}

fn refused(why: &str) -> Response {
    let page = format!("{}<p role=\"alert\">{}</p><p><a href=\"/\">Retour à l'agenda</a></p>", head(), escape(why));
    (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response()
}

fn agenda_of(shared: &Shared, form: &Form) -> Option<Agenda> {
    let state = shared.lock();
    match form.get("agenda") {
        Some(id) => state.agenda(id.parse().ok()?).cloned(),
        None => state.agendas.first().cloned(),
    }
}

/// What a form sent, or a query.
struct Form(BTreeMap<String, String>);

impl Form {
    fn of(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// The entry that is meant; 0, which none is, when none is.
    fn id(&self) -> u64 {
        self.get("id").and_then(|id| id.parse().ok()).unwrap_or(0)
    }

    fn instant(&self, name: &str, agenda: &Agenda) -> Option<i64> {
        let civil: DateTime = self.get(name)?.parse().ok()?;
        agenda.time_zone().to_timestamp(civil).ok().map(Timestamp::as_millisecond)
    }
}

fn head() -> String {
    format!(
        "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Agenda de démonstration</title><style>{STYLE}</style>\
         <h1>Agenda de démonstration</h1>"
    )
}

fn week(shared: &Shared, agenda: &Agenda, monday: Date) -> String {
    let zone = agenda.time_zone();
    let state = shared.lock();
    let civil = |at: i64| Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let mut page = head();
    let choices: String = state
        .agendas
        .iter()
        .map(|one| {
            let chosen = if one.id == agenda.id { " selected" } else { "" };
            format!("<option value=\"{}\"{chosen}>{}</option>", one.id, escape(&one.name))
        })
        .collect();
    let week_at = |days: i64| monday.checked_add(days.days()).unwrap_or(monday);
    let id = agenda.id;
    let _ = write!(
        page,
        "<form method=\"get\" action=\"/\"><label>Agenda <select name=\"agenda\">{choices}</select></label> \
         <label>Semaine du <input type=\"date\" name=\"semaine\" value=\"{monday}\"></label> \
         <button>Afficher</button></form> <a href=\"/?agenda={id}&amp;semaine={}\">Semaine précédente</a> \
         <a href=\"/?agenda={id}&amp;semaine={}\">Semaine suivante</a>\
         <table><caption>{}</caption><thead><tr><th scope=\"col\">Jour</th><th scope=\"col\">Heure</th>\
         <th scope=\"col\">Quoi</th><th scope=\"col\">Que faire</th></tr></thead><tbody>",
        week_at(-7),
        week_at(7),
        escape(&agenda.name),
    );
    let mut entries: Vec<&Entry> = state.of(id).filter(|entry| !entry.cancelled).collect();
    entries.retain(|entry| (monday..week_at(7)).contains(&civil(entry.start).date()));
    entries.sort_by_key(|entry| (entry.start, entry.id));
    for entry in &entries {
        let (start, end) = (civil(entry.start), civil(entry.end));
        let what = match &entry.kind {
            Kind::Block { label } => label.clone(),
            Kind::Appointment { motive, patient, notes } => {
                let motive = state.motives.iter().find(|one| one.id == *motive).map_or("?", |one| one.name.as_str());
                let patient = state.patients.get(patient);
                let who = patient.map_or("?".to_owned(), |one| format!("{} {}", one.last_name, one.first_name));
                format!("{who} : {motive} {notes}")
            }
        };
        let _ = write!(
            page,
            "<tr><td>{} {}</td><td>{} – {}</td><td>{}</td><td>\
             <form method=\"post\" action=\"/page/move\"><input type=\"hidden\" name=\"agenda\" value=\"{id}\">\
             <input type=\"hidden\" name=\"id\" value=\"{}\"><label>Nouveau début <input type=\"datetime-local\" \
             name=\"debut\" required></label> <button>Déplacer</button></form> \
             <form method=\"post\" action=\"/page/cancel\"><input type=\"hidden\" name=\"id\" value=\"{}\">\
             <button>Supprimer</button></form></td></tr>",
            DAYS[usize::try_from(start.date().weekday().to_monday_zero_offset()).unwrap_or(0)],
            start.date(),
            start.strftime("%H:%M"),
            end.strftime("%H:%M"),
            escape(&what),
            entry.id,
            entry.id,
        );
    }
    if entries.is_empty() {
        page.push_str("<tr><td colspan=\"4\">Rien cette semaine.</td></tr>");
    }
    let _ = write!(
        page,
        "</tbody></table><form method=\"post\" action=\"/page/block\"><fieldset><legend>Bloquer du temps</legend>\
         <input type=\"hidden\" name=\"agenda\" value=\"{id}\">\
         <label>Début <input type=\"datetime-local\" name=\"debut\" required></label> \
         <label>Fin <input type=\"datetime-local\" name=\"fin\" required></label> \
         <label>Motif <input name=\"motif\" maxlength=\"100\"></label> <button>Bloquer</button></fieldset></form>",
    );
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
