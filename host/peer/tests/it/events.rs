//! Events: signed, and what can go wrong with them.

use std::time::Duration;

use greffon_peer::doctolib_like::{Fault, Options, Switch, Webhook, signature};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{NOON, Peer, peer_with};

/// What was delivered: seconds, signature, body.
type Delivered = (i64, String, String);

struct Receiver {
    peer: Peer,
    listener: TcpListener,
}

async fn receiver() -> Receiver {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/v1/inbound/token", listener.local_addr().unwrap());
    let webhook = Some(Webhook { url, secret: "clé".to_owned() });
    Receiver { peer: peer_with(Options { webhook, ..Options::default() }).await, listener }
}

impl Receiver {
    /// Something that is told.
    fn block(&self, number: i64) {
        let start = NOON + number * 3_600_000;
        self.peer.server.block(101, start, start + 1, "x").unwrap();
    }

    async fn next(&self, status: u16) -> Delivered {
        let waiting = tokio::time::timeout(Duration::from_secs(20), self.listener.accept());
        let (mut stream, _) = waiting.await.expect("an event").unwrap();
        let mut bytes = Vec::new();
        let mut buffer = [0; 4_096];
        let (head, body) = loop {
            let read = stream.read(&mut buffer).await.unwrap();
            bytes.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && head.contains(&format!("content-length: {}", body.len()))
            {
                break (head.to_owned(), body.to_owned());
            }
        };
        let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        let header = |name: &str| {
            let line = head.lines().find(|line| line.starts_with(name)).expect("the header");
            line.split_once(": ").unwrap().1.to_owned()
        };
        (header("x-agenda-timestamp").parse().unwrap(), header("x-agenda-signature"), body)
    }

    async fn next_id(&self) -> String {
        let (_, _, body) = self.next(204).await;
        serde_json::from_str::<Value>(&body).unwrap()["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_change_is_told_signed_and_without_a_patient() {
    let receiver = receiver().await;
    receiver.peer.book(super::NINE).await.unwrap();
    let (seconds, signed, body) = receiver.next(204).await;
    assert_eq!(seconds, NOON / 1_000);
    assert_eq!(signed, signature("clé", seconds, body.as_bytes()));
    assert!(!body.contains("Bernard") && !body.contains("9001"), "{body}");
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["type"], "appointment.created");
    assert_eq!((&event["account_id"], &event["agenda_id"]), (&json!(7), &json!(101)));
}

#[tokio::test]
async fn an_event_that_is_not_taken_is_told_again() {
    let receiver = receiver().await;
    receiver.block(1);
    let (_, _, first) = receiver.next(503).await;
    let (_, _, second) = receiver.next(204).await;
    assert_eq!(first, second);
}

#[tokio::test]
async fn events_come_twice_late_forged_or_never() {
    let receiver = receiver().await;
    let server = &receiver.peer.server;
    server.switch(Switch::times(Fault::WebhookDoubled, 1));
    receiver.block(1);
    assert_eq!((receiver.next_id().await, receiver.next_id().await), ("evt_1".to_owned(), "evt_1".to_owned()));
    server.switch(Switch::times(Fault::WebhookDisordered, 1));
    receiver.block(2);
    receiver.block(3);
    assert_eq!((receiver.next_id().await, receiver.next_id().await), ("evt_3".to_owned(), "evt_2".to_owned()));
    server.switch(Switch::times(Fault::WebhookDisordered, 1));
    receiver.block(4);
    assert_eq!(receiver.next_id().await, "evt_4", "after a second, when nothing else comes");
    server.switch(Switch::times(Fault::WebhookForged, 1));
    receiver.block(5);
    receiver.next(204).await;
    let (seconds, signed, body) = receiver.next(401).await;
    assert_ne!(signed, signature("clé", seconds, body.as_bytes()));
    server.switch(Switch::times(Fault::WebhookLost, 1));
    receiver.block(6);
    receiver.block(7);
    assert_eq!(receiver.next_id().await, "evt_7");
}

#[tokio::test]
async fn where_events_go_is_said_over_the_line() {
    let receiver = receiver().await;
    let url = format!("http://{}/other", receiver.listener.local_addr().unwrap());
    let client = &receiver.peer.client;
    let to = json!({ "url": url, "secret": "autre" });
    assert_eq!(client.send("POST", "/_webhook", Some(&to)).await.unwrap().status, 204);
    receiver.block(1);
    let (seconds, signed, body) = receiver.next(204).await;
    assert_eq!(signed, signature("autre", seconds, body.as_bytes()));
    let secure = json!({ "url": "https://x.example/", "secret": "" });
    assert_eq!(client.send("POST", "/_webhook", Some(&secure)).await.unwrap().status, 422);
}
