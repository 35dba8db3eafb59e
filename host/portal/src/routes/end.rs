//! Somebody says what came of an alert, with their code once more: a page that was left
//! open ends nothing by itself.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use greffon_core::flow::{NewEnd, Opened};
use greffon_core::model::alert::AlertOutcome;

use crate::fields::Fields;
use crate::gate::{Portal, Usable, complete, settled};
use crate::link::Link;
use crate::page::{Ending, Reading};
use crate::say::Say;
use crate::stop::Stop;

pub(super) async fn handler(State(portal): State<Arc<Portal>>, say: Say, link: Link, fields: Fields) -> Response {
    let Usable { practice_name, code: kept } = match portal.look(&link).await {
        Ok(usable) => usable,
        Err(notice) => return notice.page(say),
    };
    let outcome = AlertOutcome::ALL.into_iter().find(|one| Some(one.as_str()) == fields.get("outcome"));
    let note = fields.get("note").map(str::to_owned);
    let again = Ending::of(say, &link, &practice_name, outcome, note.as_deref());
    let ended: Result<Opened, Stop> = match (fields.code(), outcome) {
        (Some(code), Some(outcome)) => {
            let (link, new) = (link.clone(), NewEnd { outcome, note });
            complete(async move {
                portal.check(&link, kept, code).await?;
                Ok(settled(|| portal.alerts.end_by_link(link.alert, &link.secret, new.clone())).await?)
            })
            .await
        }
        _ => Err(Stop::incomplete()),
    };
    match ended {
        Ok(opened) => Reading::of(say, &link, &opened).page(),
        Err(Stop::Notice(notice)) => notice.page(say),
        Err(Stop::Again(status, why)) => again.again(status, &why),
    }
}
