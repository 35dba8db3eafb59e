//! One message to the practice's relay (RFC 5321), step by step, so that a
//! failure says whether the relay may have taken it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use greffon_core::model::outside_failure::FailureClass;
use ipnet::IpNet;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, response::Response};
use secrecy::ExposeSecret as _;

use super::message::Envelope;
use super::outcome::{Refusal, Taken};
use crate::binding::{MailRelay, MailSecurity};
use crate::capability::http::failure::find;
use crate::capability::http::resolver::{Lookup, Unresolved, resolve};
use crate::trail::Trail;

/// Characters of a reply that are handed on.
const REPLY_CHARS: usize = 200;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Hands a message to the relay, within `time`.
///
/// Unprotected connections (and addresses that are not public) are only made
/// to networks that the operator opens for the practice.
pub(super) async fn deliver(
    relay: &MailRelay,
    lookup: &dyn Lookup,
    opened: &[IpNet],
    trail: &Trail,
    envelope: &Envelope,
    message: &[u8],
    time: Duration,
) -> Result<Taken, Refusal> {
    // Set just before the first byte of the message leaves.
    let sent = AtomicBool::new(false);
    let traced = trail.begin(place(relay));
    let transact = async {
        let connection = enter(relay, lookup, opened).await.map_err(|unreached| {
            trail.refused(traced, unreached.status, unreached.class);
            unreached.refusal
        })?;
        hand_over(connection, envelope, message, &sent).await
    };
    let outcome = tokio::time::timeout(time, transact).await;
    // What it says of a message is about that.
    trail.failed(traced, outcome.is_err().then_some(FailureClass::TimeOut));
    match outcome {
        Ok(outcome) => outcome,
        Err(_) if sent.load(Ordering::Relaxed) => {
            Err(Refusal::Uncertain("the relay did not answer in time".to_owned()))
        }
        Err(_) => Err(Refusal::Transient("the relay did not answer in time".to_owned())),
    }
}

/// Why the relay does not let us in.
pub(super) struct Unreached {
    pub(super) class: FailureClass,
    pub(super) status: Option<u16>,
    refusal: Refusal,
}

/// The relay, as people are told of it.
pub(super) fn place(relay: &MailRelay) -> String {
    format!("smtp://{}:{}", relay.host, relay.port)
}

/// Connects to the relay, shows it the login and goes away.
///
/// # Errors
/// Why it does not let us in.
pub(super) async fn knock(relay: &MailRelay, lookup: &dyn Lookup, opened: &[IpNet]) -> Result<(), Unreached> {
    let mut connection = enter(relay, lookup, opened).await?;
    connection.abort().await;
    Ok(())
}

/// A connection of somebody whom the relay lets in.
async fn enter(relay: &MailRelay, lookup: &dyn Lookup, opened: &[IpNet]) -> Result<AsyncSmtpConnection, Unreached> {
    let mut connection = connect(relay, lookup, opened).await?;
    if let Some((user, password)) = &relay.login {
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(|error| Unreached::of(&error))?;
    }
    Ok(connection)
}

async fn hand_over(
    mut connection: AsyncSmtpConnection,
    envelope: &Envelope,
    message: &[u8],
    sent: &AtomicBool,
) -> Result<Taken, Refusal> {
    let parameters = parameters(&connection, envelope, message)?;
    let mail = Mail::new(Some(envelope.from.clone()), parameters);
    connection.command(mail).await.map_err(|error| before_data(&error))?;

    let mut refused = Vec::new();
    let mut put_off = None;
    for recipient in &envelope.recipients {
        match connection.command(Rcpt::new(recipient.clone(), vec![])).await {
            Ok(_) => {}
            Err(error) if error.is_permanent() => refused.push((recipient.to_string(), reply_of(&error))),
            Err(error) => {
                // One that is put off would be lost in a receipt for the rest:
                // the whole message is put off.
                put_off = Some(before_data(&error));
                break;
            }
        }
    }
    if put_off.is_none() && refused.len() == envelope.recipients.len() {
        let reply = refused.pop().map_or_else(String::new, |(_, reply)| reply);
        put_off = Some(Refusal::Rejected(reply));
    }
    if let Some(refusal) = put_off {
        connection.abort().await;
        return Err(refusal);
    }

    connection.command(Data).await.map_err(|error| before_data(&error))?;
    sent.store(true, Ordering::Relaxed);
    let reply = connection.message(message).await.map_err(|error| after_data(&error))?;
    // The message is taken: how the connection ends changes nothing.
    connection.abort().await;
    Ok(Taken { reply: line_of(&reply), refused })
}

async fn connect(relay: &MailRelay, lookup: &dyn Lookup, opened: &[IpNet]) -> Result<AsyncSmtpConnection, Unreached> {
    let only_opened = relay.security == MailSecurity::None;
    let found = match relay.host.trim_matches(['[', ']']).parse() {
        Ok(literal) if crate::capability::http::resolver::is_allowed(literal, opened, only_opened) => Ok(vec![literal]),
        Ok(_) => Err(Unresolved::Prohibited),
        Err(_) => resolve(lookup, &relay.host, opened, only_opened).await,
    };
    let addresses = found.map_err(|unresolved| {
        let (class, refusal) = match unresolved {
            Unresolved::Prohibited if only_opened => (
                FailureClass::DeniedAddress,
                Refusal::Denied(
                    "mail.security = \"none\" needs a relay in a network that the operator opens under [allow]"
                        .to_owned(),
                ),
            ),
            Unresolved::Prohibited => (
                FailureClass::DeniedAddress,
                Refusal::Denied(
                    "mail.host has no public address; the operator opens private networks under [allow]".to_owned(),
                ),
            ),
            other => (FailureClass::Name, Refusal::Transient(other.to_string())),
        };
        Unreached { class, status: None, refusal }
    })?;
    let addresses: Vec<SocketAddr> =
        addresses.into_iter().map(|address| SocketAddr::new(address, relay.port)).collect();

    let tls = || TlsParameters::new(relay.host.clone()).map_err(|error| Unreached::of(&error));
    let implicit = if relay.security == MailSecurity::Tls { Some(tls()?) } else { None };
    let hello = ClientId::default();
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(addresses.as_slice(), Some(CONNECT_TIMEOUT), &hello, implicit, None)
            .await
            .map_err(|error| Unreached::of(&error))?;
    if relay.security == MailSecurity::StartTls {
        connection.starttls(tls()?, &hello).await.map_err(|error| Unreached::of(&error))?;
    }
    Ok(connection)
}

impl Unreached {
    fn of(error: &Error) -> Self {
        let status = error.status().map(u16::from);
        let class = match status {
            // RFC 4954 §6: the login is refused, too weak, expired.
            Some(530 | 534 | 535 | 538) => FailureClass::CredentialsRefused,
            Some(_) => FailureClass::ServerError,
            None if error.is_tls() || find::<rustls::Error>(error).is_some() => FailureClass::Tls,
            None if error.is_timeout() => FailureClass::TimeOut,
            None if error.is_response() => FailureClass::ProtocolBreach,
            None => FailureClass::Connection,
        };
        Self { class, status, refusal: before_data(error) }
    }
}

/// What the message needs of the relay (RFC 6152, RFC 6531).
fn parameters(
    connection: &AsyncSmtpConnection,
    envelope: &Envelope,
    message: &[u8],
) -> Result<Vec<MailParameter>, Refusal> {
    let server = connection.server_info();
    let mut parameters = Vec::new();
    let mut addresses = envelope.recipients.iter().chain([&envelope.from]);
    if !addresses.all(|address| AsRef::<str>::as_ref(address).is_ascii()) {
        if !server.supports_feature(Extension::SmtpUtfEight) {
            return Err(Refusal::Rejected("the relay takes no address beyond ASCII".to_owned()));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !message.is_ascii() {
        if !server.supports_feature(Extension::EightBitMime) {
            return Err(Refusal::Rejected("the relay takes no message beyond ASCII: encode its parts".to_owned()));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// A failure while the relay has nothing yet.
fn before_data(error: &Error) -> Refusal {
    if error.is_permanent() { Refusal::Rejected(reply_of(error)) } else { Refusal::Transient(reply_of(error)) }
}

/// A failure after the message began to leave: only an answer of the relay
/// says what became of it.
fn after_data(error: &Error) -> Refusal {
    if error.is_permanent() {
        Refusal::Rejected(reply_of(error))
    } else if error.is_transient() {
        Refusal::Transient(reply_of(error))
    } else {
        Refusal::Uncertain(reply_of(error))
    }
}

/// The relay's words, or the client's own.
fn reply_of(error: &Error) -> String {
    match (error.status(), std::error::Error::source(error)) {
        (Some(code), Some(text)) => shown(&format!("{code} {text}")),
        (Some(code), None) => code.to_string(),
        (None, _) if error.is_tls() => "no protected connection to the relay".to_owned(),
        (None, _) if error.is_timeout() => "the relay did not answer in time".to_owned(),
        (None, _) if error.is_response() => "the relay's answer cannot be read".to_owned(),
        (None, _) => "the connection to the relay failed".to_owned(),
    }
}

fn line_of(reply: &Response) -> String {
    let text = reply.message().last().unwrap_or_default();
    shown(&format!("{} {text}", reply.code()))
}

/// A relay is a peer: what it says is cut to one short, printable line, and
/// the addresses that it repeats are left out.
fn shown(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.map(|word| if word.contains('@') { "<address>" } else { word }).collect();
    words.join(" ").chars().take(REPLY_CHARS).collect()
}
