//! Somebody opens an alert with their code, and takes it in hand.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use greffon_core::flow::Opened;
use greffon_core::model::alert::NextStep;

use crate::fields::Fields;
use crate::gate::{Portal, Usable, complete, settled};
use crate::link::Link;
use crate::page::{Ask, MINUTES, Reading};
use crate::say::Say;
use crate::stop::Stop;

/// What somebody says with the form; what they leave out is `None`.
struct Said {
    code: Option<String>,
    next: Option<NextStep>,
    minutes: Option<u16>,
}

impl Said {
    fn read(fields: &Fields) -> Self {
        let next = fields.get("next");
        let minutes = fields.get("minutes").and_then(|text| text.parse().ok());
        Self {
            code: fields.code(),
            next: NextStep::ALL.into_iter().find(|one| Some(one.as_str()) == next),
            minutes: minutes.filter(|minutes| MINUTES.contains(minutes)),
        }
    }
}

pub(super) async fn handler(State(portal): State<Arc<Portal>>, say: Say, link: Link, fields: Fields) -> Response {
    let Usable { practice_name, code: kept } = match portal.look(&link).await {
        Ok(usable) => usable,
        Err(notice) => return notice.page(say),
    };
    let said = Said::read(&fields);
    let ask = Ask::fresh(say, &link, &practice_name).chosen(said.next, said.minutes);
    let opened: Result<Opened, Stop> = match (said.code, said.next, said.minutes) {
        (Some(code), Some(next), Some(minutes)) => {
            let link = link.clone();
            complete(async move {
                portal.check(&link, kept, code).await?;
                Ok(settled(|| portal.alerts.open_link(link.alert, &link.secret, next, minutes)).await?)
            })
            .await
        }
        _ => Err(Stop::incomplete()),
    };
    match opened {
        Ok(opened) => Reading::of(say, &link, &opened).page(),
        Err(Stop::Notice(notice)) => notice.page(say),
        Err(Stop::Again(status, why)) => ask.again(status, &why),
    }
}
