//! What the domain is told of agendas and channels that fail.

use std::sync::Arc;

use greffon_core::ids::OpId;
use greffon_core::model::care::{ContentRef, Level, Sensitivity};
use greffon_core::model::channel::{Address, Outbound, SendError};
use greffon_core::model::practice::PluginKind::{Agenda, Notification, Triage};
use greffon_core::model::scheduling::AgendaError;
use greffon_core::ports::plugins;
use greffon_core::time::Instant;

use crate::guest::{Guest, ZEROES};
use crate::host::{Host, binding, request};

/// A guest that waits for a minute: it is not on a processor, so that only the
/// deadline can end it.
const WAITING: &str = r#"
    (import "wasi:clocks/monotonic-clock@0.2.12" "subscribe-duration" (func $after (param i64) (result i32)))
    (import "wasi:io/poll@0.2.12" "[method]pollable.block" (func $block (param i32)))
    (func $wait (call $block (call $after (i64.const 60000000000))))"#;

fn agenda(fields: &str, bodies: &[(&str, &str)], manifest: &str) -> Arc<dyn plugins::Agenda> {
    let host = Host::new();
    host.register("guest", Agenda, manifest, &Guest { world: "agenda-plugin", fields, bodies }.component());
    host.agenda("a", "guest")
}

fn op() -> OpId {
    OpId::from("op-1")
}

#[tokio::test]
async fn a_write_that_trapped_has_an_unknown_outcome_and_a_read_does_not() {
    let agenda = agenda("", &[], "");
    let booked = agenda.book(&op(), &request(), None).await;
    assert!(matches!(booked, Err(AgendaError::OutcomeUnknown(_))), "{booked:?}");
    let looked_up = agenda.look_up(&op(), &request()).await;
    assert!(matches!(looked_up, Err(AgendaError::Unavailable(_))), "{looked_up:?}");
    let released = agenda.release_hold(&op(), "token").await;
    assert!(matches!(released, Err(AgendaError::OutcomeUnknown(_))), "{released:?}");
}

#[tokio::test]
async fn a_write_that_answers_garbage_has_an_unknown_outcome() {
    // An appointment without an id.
    let booked = agenda("", &[("book", ZEROES)], "").book(&op(), &request(), None).await;
    assert!(matches!(&booked, Err(AgendaError::OutcomeUnknown(why)) if why.contains("contract")), "{booked:?}");
}

#[tokio::test]
async fn a_write_that_never_began_changed_nothing() {
    let agenda = agenda("", &[], "");
    for _ in 0..5 {
        let booked = agenda.book(&op(), &request(), None).await;
        assert!(matches!(booked, Err(AgendaError::OutcomeUnknown(_))), "{booked:?}");
    }
    assert!(agenda.is_suspended());
    let booked = agenda.book(&op(), &request(), None).await;
    assert!(matches!(booked, Err(AgendaError::Unavailable(_))), "{booked:?}");
}

#[tokio::test]
async fn a_guest_that_waits_too_long_reaches_its_deadline() {
    let bodies = [("probe", "(call $wait) unreachable"), ("book", "(call $wait) unreachable")];
    let agenda = agenda(WAITING, &bodies, "[limits]\ndeadline-ms = 30");
    let probed = agenda.probe().await;
    assert!(matches!(&probed, Err(AgendaError::Unavailable(why)) if why.contains("deadline")), "{probed:?}");
    let booked = agenda.book(&op(), &request(), None).await;
    assert!(matches!(&booked, Err(AgendaError::OutcomeUnknown(why)) if why.contains("deadline")), "{booked:?}");
}

#[tokio::test]
async fn waiting_costs_no_time_on_a_processor() {
    // Twenty waits of 2 ms each, under a budget of 10 ms.
    let fields = WAITING.replace("60000000000", "2000000");
    let twenty = format!("{} {ZEROES}", "(call $wait) ".repeat(20));
    let agenda = agenda(&fields, &[("probe", &twenty)], "[limits]\ncpu-ms = 10");
    assert_eq!(agenda.probe().await.map(|probed| probed.clock), Ok(Instant(0)));
}

#[tokio::test]
async fn an_agenda_sees_the_host_s_clock() {
    let fields = r#"(import "greffon:host/calendar@0.1.0" "now" (func $now (result i64)))"#;
    let body = "(i64.store (i32.const 1032) (call $now)) (i32.const 1024)";
    assert_eq!(agenda(fields, &[("probe", body)], "").probe().await.map(|probed| probed.clock), Ok(crate::host::NOW));
}

fn message() -> Outbound {
    Outbound {
        key: "m-1".to_owned(),
        to: Address { scheme: "mailto".to_owned(), value: "a@a.example".to_owned() },
        reply_to: None,
        subject: None,
        body: "bonjour".to_owned(),
        sensitivity: Sensitivity::Public,
        level: Level::Routine,
        transactional: true,
        valid_until: None,
        template: ContentRef { id: "t".to_owned(), version: "1".to_owned(), digest: Vec::new() },
        attachments: Vec::new(),
    }
}

#[tokio::test]
async fn a_send_that_trapped_is_uncertain_and_the_rest_is_transient() {
    let host = Host::new();
    let component = Guest { world: "channel-plugin", fields: "", bodies: &[] }.component();
    host.register("guest", Notification, "", &component);
    let channel = host.channel("a", "guest");
    let sent = channel.send(&message()).await;
    assert!(matches!(sent, Err(SendError::Uncertain(_))), "{sent:?}");
    let withdrawn = channel.withdraw("id").await;
    assert!(matches!(withdrawn, Err(SendError::Uncertain(_))), "{withdrawn:?}");
    let previewed = channel.preview(&message()).await;
    assert_eq!(previewed, Err(SendError::Transient(None)));
}

#[tokio::test]
async fn an_answer_of_zeroes_is_what_its_type_says() {
    let host = Host::new();
    let bodies = &[("prepare", ZEROES), ("protocols", ZEROES)];
    host.register("guest", Triage, "", &Guest { world: "triage-plugin", fields: "", bodies }.component());
    let triage = host.triage("a", "guest");
    assert_eq!(triage.protocols(), []);
    assert_eq!(host.runtime.analyse(&binding("a", "guest")), Ok(Vec::new()));
    let stats = host.runtime.call_stats();
    assert_eq!(stats.iter().map(|kind| kind.count).sum::<u64>(), 3);
}
