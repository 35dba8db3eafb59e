//! Functions of agenda plugins.

use anyhow::bail;
use greffon_core::ids::{AgendaId, AppointmentId, OpId};
use greffon_core::model::scheduling::{AgendaAppointment, AppointmentStatus, BookingRequest, ByWhom, Hold, SlotPage};
use greffon_core::ports::plugins::Agenda;
use greffon_core::time::Span;
use serde::{Deserialize, Serialize};

use super::fields::Arguments;
use super::request::{Answer, Request};
use super::said::{Said, said};

pub(super) const FUNCTIONS: &[(&str, &str)] = &[
    ("describe", ""),
    ("probe", ""),
    ("agendas", ""),
    ("motives", "{\"of\"}"),
    ("find-slots", "{a query}"),
    ("changes", "{\"of\", \"cursor\", \"window\", \"limit\"}"),
    ("place-hold", "{\"op\", \"what\", \"ttl_s\"}"),
    ("release-hold", "{\"op\", \"token\"}"),
    ("book", "{\"op\", \"what\", \"held\"}"),
    ("look-up", "{\"op\", \"what\"}"),
    ("move-to", "{\"op\", \"id\", \"expected\", \"to\"}"),
    ("cancel", "{\"op\", \"id\", \"expected\", \"by\", \"reason\"}"),
    ("set-status", "{\"op\", \"id\", \"expected\", \"to\"}"),
    ("block", "{\"op\", \"of\", \"over\", \"label\"}"),
    ("unblock", "{\"op\", \"block\"}"),
    ("callback", "{\"method\", \"url\", \"headers\", \"body\"}"),
    ("answer", "{\"request\", \"slots\"}"),
    ("declare", "{\"op\", \"what\"}"),
];

#[derive(Serialize, Deserialize)]
struct Of {
    of: AgendaId,
}

#[derive(Serialize, Deserialize)]
struct Changes {
    of: AgendaId,
    cursor: Option<String>,
    window: Span,
    limit: u32,
}

#[derive(Serialize, Deserialize)]
struct PlaceHold {
    op: OpId,
    what: BookingRequest,
    ttl_s: u32,
}

#[derive(Serialize, Deserialize)]
struct ReleaseHold {
    op: OpId,
    token: String,
}

#[derive(Serialize, Deserialize)]
struct Book {
    op: OpId,
    what: BookingRequest,
    held: Option<Hold>,
}

#[derive(Serialize, Deserialize)]
struct LookUp {
    op: OpId,
    what: BookingRequest,
}

#[derive(Serialize, Deserialize)]
struct MoveTo {
    op: OpId,
    id: AppointmentId,
    expected: Option<String>,
    to: BookingRequest,
}

#[derive(Serialize, Deserialize)]
struct Cancel {
    op: OpId,
    id: AppointmentId,
    expected: Option<String>,
    by: ByWhom,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct SetStatus {
    op: OpId,
    id: AppointmentId,
    expected: Option<String>,
    to: AppointmentStatus,
}

#[derive(Serialize, Deserialize)]
struct Block {
    op: OpId,
    of: AgendaId,
    over: Span,
    label: String,
}

#[derive(Serialize, Deserialize)]
struct Unblock {
    op: OpId,
    block: String,
}

#[derive(Serialize, Deserialize)]
struct ToAnswer {
    request: Request,
    slots: SlotPage,
}

#[derive(Serialize, Deserialize)]
struct Declare {
    op: OpId,
    what: AgendaAppointment,
}

pub(super) async fn call(bound: &dyn Agenda, function: &str, arguments: Arguments) -> anyhow::Result<Said> {
    match function {
        "describe" => {
            arguments.none()?;
            Ok(Ok(serde_json::to_value(bound.descriptor())?))
        }
        "probe" => {
            arguments.none()?;
            said(bound.probe().await)
        }
        "agendas" => {
            arguments.none()?;
            said(bound.agendas().await)
        }
        "motives" => said(bound.motives(&arguments.take::<Of>()?.of).await),
        "find-slots" => said(bound.find_slots(&arguments.take()?).await),
        "changes" => {
            let Changes { of, cursor, window, limit } = arguments.take()?;
            said(bound.changes(&of, cursor.as_deref(), window, limit).await)
        }
        "place-hold" => {
            let PlaceHold { op, what, ttl_s } = arguments.take()?;
            said(bound.place_hold(&op, &what, ttl_s).await)
        }
        "release-hold" => {
            let ReleaseHold { op, token } = arguments.take()?;
            said(bound.release_hold(&op, &token).await)
        }
        "book" => {
            let Book { op, what, held } = arguments.take()?;
            said(bound.book(&op, &what, held.as_ref()).await)
        }
        "look-up" => {
            let LookUp { op, what } = arguments.take()?;
            said(bound.look_up(&op, &what).await)
        }
        "move-to" => {
            let MoveTo { op, id, expected, to } = arguments.take()?;
            said(bound.move_to(&op, &id, expected.as_deref(), &to).await)
        }
        "cancel" => {
            let Cancel { op, id, expected, by, reason } = arguments.take()?;
            said(bound.cancel(&op, &id, expected.as_deref(), by, &reason).await)
        }
        "set-status" => {
            let SetStatus { op, id, expected, to } = arguments.take()?;
            said(bound.set_status(&op, &id, expected.as_deref(), to).await)
        }
        "block" => {
            let Block { op, of, over, label } = arguments.take()?;
            said(bound.block(&op, &of, over, &label).await)
        }
        "unblock" => {
            let Unblock { op, block } = arguments.take()?;
            said(bound.unblock(&op, &block).await)
        }
        "callback" => said(bound.callback(&arguments.take::<Request>()?.into()).await),
        "answer" => {
            let ToAnswer { request, slots } = arguments.take()?;
            said(bound.answer(&request.into(), &slots).await.map(Answer::from))
        }
        "declare" => {
            let Declare { op, what } = arguments.take()?;
            said(bound.declare(&op, &what).await)
        }
        _ => bail!("agenda.{function} cannot be called"),
    }
}
