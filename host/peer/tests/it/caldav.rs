//! The CalDAV server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use greffon_peer::caldav::{CalDav, Outage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The status of a request; none when its connection ended without an answer.
async fn status(server: &CalDav, method: &str, path: &str, body: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Basic x\r\nconnection: close\r\n\
         if-none-match: *\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok()?;
    String::from_utf8_lossy(&bytes).split(' ').nth(1)?.parse().ok()
}

#[tokio::test]
async fn a_line_that_loses_answers_loses_no_writes() {
    let folder = std::env::temp_dir().join(format!("greffon-peer-{}", std::process::id()));
    let wrong = Arc::new(AtomicU8::new(0));
    let now = Arc::clone(&wrong);
    let outage = move || match now.load(Ordering::SeqCst) {
        1 => Some(Outage::AnswersLost),
        2 => Some(Outage::Down),
        _ => None,
    };
    let server = CalDav::start(folder.clone(), outage).await.unwrap();
    let event = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
    assert_eq!(status(&server, "PUT", "/a/1.ics", event).await, Some(201));
    assert_eq!(status(&server, "PUT", "/a/1.ics", event).await, Some(412));
    wrong.store(1, Ordering::SeqCst);
    assert_eq!(status(&server, "PUT", "/a/2.ics", event).await, None);
    assert_eq!(status(&server, "GET", "/a/2.ics", "").await, Some(200), "it was written");
    wrong.store(2, Ordering::SeqCst);
    assert_eq!(status(&server, "GET", "/a/2.ics", "").await, None);
    wrong.store(0, Ordering::SeqCst);
    assert_eq!(server.store.by_collection()["/a/"].len(), 2);
    let again = CalDav::start(folder.clone(), || None).await.unwrap();
    assert_eq!(status(&again, "GET", "/a/1.ics", "").await, Some(200), "what an earlier run left is there");
    std::fs::remove_dir_all(folder).unwrap();
}
