use std::sync::{Arc, Mutex};
use std::time::Duration;

use greffon_core::model::care::Sensitivity;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::binding::{MailRelay, MailSecurity};
use crate::capability::testing::{call, call_with, grant_nothing, services};
use crate::state::Bound;

const FROM: &str = "accueil@tilleuls.example";
const MESSAGE: &[u8] = b"Message-ID: <m1@greffon>\r\nSubject: x\r\n\r\nbonjour\r\n.point\r\n";

/// What the relay says to a command that begins with the first word. `None`
/// closes the connection, `hang` says nothing.
type Says = fn(&str) -> Option<&'static str>;

fn polite(line: &str) -> Option<&'static str> {
    Some(match line.split([' ', ':']).next().unwrap_or_default() {
        "EHLO" => "250-relay\r\n250 AUTH PLAIN",
        "AUTH" => "235 2.7.0 ok",
        "DATA" => "354 go on",
        "." => "250 2.0.0 Ok: queued as 4F2",
        _ => "250 ok",
    })
}

struct Relay {
    port: u16,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    async fn start(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let port = listener.local_addr().expect("address").port();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&lines);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, says, Arc::clone(&heard)));
            }
        });
        Self { port, lines }
    }

    fn heard(&self) -> Vec<String> {
        self.lines.lock().expect("not poisoned").clone()
    }

    /// A feature that may send by this relay.
    fn bound(&self) -> Bound {
        let mut bound = grant_nothing();
        bound.granted.mail = true;
        bound.opened = vec!["127.0.0.0/8".parse().expect("network")];
        bound.mail = Some(MailRelay {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security: MailSecurity::None,
            login: None,
            from: FROM.to_owned(),
            max_sensitivity: Sensitivity::Personal,
        });
        bound
    }
}

async fn talk(stream: TcpStream, says: Says, heard: Arc<Mutex<Vec<String>>>) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut in_data = false;
    let Some(greeting) = says("CONNECT").map(|says| if says == "250 ok" { "220 relay" } else { says }) else { return };
    if greeting != "hang" && writer.write_all(format!("{greeting}\r\n").as_bytes()).await.is_err() {
        return;
    }
    while let Ok(Some(line)) = lines.next_line().await {
        heard.lock().expect("not poisoned").push(line.clone());
        if in_data && line != "." {
            continue;
        }
        in_data = false;
        let Some(reply) = says(&line) else { return };
        in_data |= reply.starts_with("354");
        if reply != "hang" && writer.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

fn envelope(recipients: &[&str]) -> wit::Envelope {
    wit::Envelope { from: FROM.to_owned(), recipients: recipients.iter().map(|text| (*text).to_owned()).collect() }
}

async fn send(bound: Bound, recipients: &[&str]) -> Result<Receipt, MailError> {
    call(bound).send(MESSAGE.to_vec(), envelope(recipients)).await.expect("no trap")
}

async fn send_to(says: Says) -> Result<Receipt, MailError> {
    send(Relay::start(says).await.bound(), &["a@b.example"]).await
}

#[tokio::test]
async fn a_receipt_is_the_relays_word() {
    let relay = Relay::start(polite).await;
    let mut bound = relay.bound();
    let relay_config = bound.mail.as_mut().expect("relay");
    relay_config.login = Some(("user".to_owned(), "pass".to_owned().into()));
    let receipt = send(bound, &["a@b.example", "c@d.example"]).await.expect("taken");
    assert_eq!(receipt.reply, "250 2.0.0 Ok: queued as 4F2");
    assert_eq!(receipt.at, 1_772_438_400_000);
    assert!(receipt.refused.is_empty());
    let heard = relay.heard();
    for line in [
        "AUTH PLAIN AHVzZXIAcGFzcw==",
        "MAIL FROM:<accueil@tilleuls.example>",
        "RCPT TO:<a@b.example>",
        "RCPT TO:<c@d.example>",
        "Subject: x",
        "..point",
    ] {
        assert!(heard.iter().any(|one| one == line), "{line} in {heard:?}");
    }
}

#[tokio::test]
async fn refused_recipients_are_named_when_others_are_taken() {
    let says: Says = |line| if line.contains("<x@") { Some("550 5.1.1 <x@b.example> unknown") } else { polite(line) };
    let receipt = send(Relay::start(says).await.bound(), &["x@b.example", "a@b.example"]).await.expect("taken");
    let [(address, reply)] = receipt.refused.as_slice() else { panic!("{:?}", receipt.refused) };
    assert_eq!((address.as_str(), reply.as_str()), ("x@b.example", "550 5.1.1 <address> unknown"));
    let none = send(Relay::start(says).await.bound(), &["x@b.example"]).await;
    assert!(matches!(none, Err(MailError::Rejected(reply)) if reply == "550 5.1.1 <address> unknown"));
}

#[tokio::test]
async fn a_recipient_that_is_put_off_puts_the_message_off() {
    let relay = Relay::start(|line| if line.contains("<x@") { Some("451 4.3.0 later") } else { polite(line) }).await;
    let outcome = send(relay.bound(), &["a@b.example", "x@b.example"]).await;
    assert!(matches!(outcome, Err(MailError::Transient(_))), "{outcome:?}");
    assert!(!relay.heard().iter().any(|line| line == "DATA"));
}

#[tokio::test]
async fn nothing_was_sent_before_data() {
    let cases: [Says; 5] = [
        |_| None,
        |_| Some("421 4.3.2 closing"),
        |line| if line.starts_with("MAIL") { Some("451 4.3.0 later") } else { polite(line) },
        |line| if line.starts_with("RCPT") { None } else { polite(line) },
        |line| if line == "DATA" { Some("garbage") } else { polite(line) },
    ];
    for (number, says) in cases.into_iter().enumerate() {
        let outcome = send_to(says).await;
        assert!(matches!(outcome, Err(MailError::Transient(_))), "case {number}: {outcome:?}");
    }
    let rejected = send_to(|line| if line.starts_with("MAIL") { Some("553 5.7.1 no") } else { polite(line) }).await;
    assert!(matches!(rejected, Err(MailError::Rejected(reply)) if reply == "553 5.7.1 no"));

    let free = TcpListener::bind("127.0.0.1:0").await.expect("bound").local_addr().expect("address").port();
    let gone = Relay { port: free, lines: Arc::default() };
    assert!(matches!(send(gone.bound(), &["a@b.example"]).await, Err(MailError::Transient(_))));
}

#[tokio::test]
async fn a_lost_answer_after_data_is_uncertain() {
    for says in [(|line| if line == "." { None } else { polite(line) }) as Says, |line| {
        if line == "." { Some("what?") } else { polite(line) }
    }] {
        assert!(matches!(send_to(says).await, Err(MailError::Uncertain(_))));
    }
    let refused = send_to(|line| if line == "." { Some("552 5.3.4 too big") } else { polite(line) }).await;
    assert!(matches!(refused, Err(MailError::Rejected(_))), "{refused:?}");
    let later = send_to(|line| if line == "." { Some("452 4.3.1 full") } else { polite(line) }).await;
    assert!(matches!(later, Err(MailError::Transient(_))), "{later:?}");
}

#[tokio::test]
async fn silence_is_transient_before_data_and_uncertain_after() {
    let silent_at = async |says: Says| {
        let mut bound = Relay::start(says).await.bound();
        bound.limits.deadline = ANSWER_MARGIN + Duration::from_millis(300);
        send(bound, &["a@b.example"]).await
    };
    let before = silent_at(|line| if line.starts_with("RCPT") { Some("hang") } else { polite(line) }).await;
    assert!(matches!(before, Err(MailError::Transient(_))), "{before:?}");
    let after = silent_at(|line| if line == "." { Some("hang") } else { polite(line) }).await;
    assert!(matches!(after, Err(MailError::Uncertain(_))), "{after:?}");
}

#[tokio::test]
async fn mail_needs_its_grant_and_its_sender() {
    let relay = Relay::start(polite).await;
    let mut bound = relay.bound();
    bound.granted.mail = false;
    let denied = send(bound, &["a@b.example"]).await;
    assert!(matches!(denied, Err(MailError::Denied(key)) if key.contains("grants.mail")));
    let mut bound = relay.bound();
    bound.mail.as_mut().expect("relay").from = "autre@tilleuls.example".to_owned();
    assert!(matches!(send(bound, &["a@b.example"]).await, Err(MailError::Denied(key)) if key.contains("mail.from")));
    assert!(relay.heard().is_empty());
}

#[tokio::test]
async fn a_relay_in_a_closed_network_is_not_reached() {
    let relay = Relay::start(polite).await;
    for security in [MailSecurity::None, MailSecurity::StartTls, MailSecurity::Tls] {
        let mut bound = relay.bound();
        bound.opened = vec![];
        bound.mail.as_mut().expect("relay").security = security;
        let denied = send(bound, &["a@b.example"]).await;
        assert!(matches!(denied, Err(MailError::Denied(key)) if key.contains("[allow]")));
    }
    assert!(relay.heard().is_empty());
}

#[tokio::test]
async fn starttls_is_required_when_it_is_configured() {
    let relay = Relay::start(polite).await;
    let mut bound = relay.bound();
    bound.mail.as_mut().expect("relay").security = MailSecurity::StartTls;
    assert!(matches!(send(bound, &["a@b.example"]).await, Err(MailError::Transient(_))));
    assert!(!relay.heard().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn without_a_relay_mail_becomes_a_file() {
    let folder = tempfile::tempdir().expect("tempdir");
    let mut bound = grant_nothing();
    bound.granted.mail = true;
    let mut state = call_with(bound, services(Some(folder.path())));
    for _ in 0..2 {
        state.send(MESSAGE.to_vec(), envelope(&["a@b.example"])).await.expect("no trap").expect("filed");
    }
    let files: Vec<_> = std::fs::read_dir(folder.path().join("les-tilleuls")).expect("folder").collect();
    assert_eq!(files.len(), 1);

    let mut bound = grant_nothing();
    bound.granted.mail = true;
    assert!(matches!(send(bound, &["a@b.example"]).await, Err(MailError::Denied(_))));
}
