//! What is logged, and what never is.

use std::cell::RefCell;
use std::io::Write;

use greffon_simulation::{Effect, Fault};

use super::browser::{ending, get, opening, post};
use super::office::{CODE, Office, WORDS};

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What the thread of a test logs.
struct OwnLines;

impl Write for OwnLines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn faults_are_logged_and_neither_secret_nor_code_nor_words() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    // For the whole process: with one for this thread alone, a place in the code that another
    // test comes by first may stay silent.
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| OwnLines);
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    post(&office, &link, opening("pas-le-bon")).await.expect(403);
    post(&office, &link, opening(CODE)).await.expect(200);
    post(&office, &format!("{link}/fin"), ending("unreachable", "non")).await.expect(422);
    office.plan.next(Effect::StorageRead, Fault::Refused);
    get(&office, &link).await.expect(503);
    office.reload(|practice| practice.recipients.get_mut("on-call").unwrap().code = Some(CODE.to_owned()));
    get(&office, &link).await.expect(409);
    let logged = String::from_utf8(LINES.take()).unwrap();
    for told in ["ERROR", "the database does not answer", "the hash of a recipient's code is not used", "not a PHC"] {
        assert!(logged.contains(told), "no {told:?} in {logged}");
    }
    let secret = office.secret("on-call");
    for kept in [secret.expose(), CODE, "pas-le-bon", WORDS, "Dupont", "on-call", "Cabinet", "612345678"] {
        assert!(!logged.contains(kept), "{kept:?} in {logged}");
    }
}
