//! The channel as the host sees it, with a fake endpoint.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use greffon_sdk::channel::{
    Address, Attachment, CallbackError, Channel, HttpIn, Kind, MessageRef, Outbound, SendError, Sensitivity,
};
use greffon_sdk::http::{Error, Request, Response};
use greffon_sdk::practice::{ContentRef, Instant, Level};
use greffon_sdk::testing::{Fakes, at};
use serde_json::{Value, json};

use crate::{SUBJECT_BYTES, TEXT_BYTES, Webhook};

const KEY: &str = "0192f0c1-7d3e-7000-8000-000000000001";
const URL: &str = "https://astreinte.example/greffon";
/// What the host computes an HMAC of at most.
const SIGNED_BYTES: usize = 1 << 20;

fn channel(ceiling: &str) -> Webhook {
    let settings = json!({ "url": URL, "max-sensitivity": ceiling });
    Webhook::new(serde_json::from_value(settings).unwrap()).unwrap_or_else(|error| panic!("{error:?}"))
}

/// A host that signs, an endpoint that answers 204, on a morning of November.
fn fakes() -> Fakes {
    let fakes = Fakes::new();
    fakes.set_now_civil("2026-11-21T09:30:00", "Europe/Paris");
    fakes.grant_credential("key");
    fakes.serve(|_| Ok(Response::new(204, "")));
    fakes
}

fn to(value: &str) -> Address {
    Address { scheme: "hook".to_owned(), value: value.to_owned() }
}

fn outbound() -> Outbound {
    Outbound {
        key: KEY.to_owned(),
        to: to("astreinte"),
        reply_to: None,
        subject: Some("Cabinet Morel : à rappeler".to_owned()),
        body: "Une demande \"urgente\" attend.\nOuvrez greffon.\n".to_owned(),
        sensitivity: Sensitivity::Personal,
        level: Level::VeryUrgent,
        transactional: true,
        valid_until: None,
        template: ContentRef::in_settings("urgent-notice", "1"),
        attachments: vec![],
    }
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    let mut named = request.headers.iter().filter(|(each, _)| each == name);
    let (_, value) = named.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(named.next().is_none(), "{name} twice");
    value
}

/// What the fake host was asked to sign, for a request that arrived.
fn signed_by_host(request: &Request) -> Vec<u8> {
    let mac = STANDARD.decode(header(request, "webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    mac.strip_prefix(b"hmac(Algorithm::Sha256, key, ").and_then(|rest| rest.strip_suffix(b")")).unwrap().to_vec()
}

/// What a receiver makes the signature of: what it was sent, byte by byte.
fn signed_by_receiver(request: &Request) -> Vec<u8> {
    let head = format!("{}.{}.", header(request, "webhook-id"), header(request, "webhook-timestamp"));
    [head.as_bytes(), &request.body].concat()
}

#[test]
fn a_message_is_posted_as_a_signed_event() {
    let fakes = fakes();
    let accepted = channel("personal").send(&outbound()).unwrap();
    assert_eq!((accepted.provider_id.as_str(), accepted.units), (KEY, 1));
    assert_eq!(accepted.at, at("2026-11-21T09:30:00", "Europe/Paris"));
    let [request] = <[_; 1]>::try_from(fakes.requests()).unwrap();
    assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", URL));
    assert_eq!(
        String::from_utf8(request.body.clone()).unwrap(),
        "{\"type\":\"greffon.message\",\"timestamp\":\"2026-11-21T08:30:00.000Z\",\"data\":{\
        \"id\":\"0192f0c1-7d3e-7000-8000-000000000001\",\"to\":\"hook:astreinte\",\
        \"subject\":\"Cabinet Morel : à rappeler\",\
        \"body\":\"Une demande \\\"urgente\\\" attend.\\nOuvrez greffon.\\n\",\
        \"level\":\"very-urgent\",\"template\":\"urgent-notice\"}}"
    );
    assert_eq!(header(&request, "content-type"), "application/json");
    assert_eq!(header(&request, "webhook-id"), KEY);
    assert_eq!(header(&request, "webhook-timestamp"), "1795249800");
    assert_eq!(signed_by_host(&request), signed_by_receiver(&request));
}

#[test]
fn the_example_of_the_readme_is_what_is_sent() {
    let readme = include_str!("../README.md");
    let example = readme.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let fakes = fakes();
    let until = at("2026-11-21T19:30:00", "Europe/Paris");
    channel("personal").send(&Outbound { valid_until: Some(until), ..outbound() }).unwrap();
    let sent: Value = serde_json::from_slice(&fakes.requests()[0].body).unwrap();
    assert_eq!(sent, serde_json::from_str::<Value>(example).unwrap());
}

#[test]
fn sending_again_is_the_same_message_at_another_time() {
    let fakes = fakes();
    fakes.fail(Error::ResponseLost("connection reset".to_owned()));
    assert!(matches!(channel("personal").send(&outbound()), Err(SendError::Uncertain(_))));
    fakes.set_now_civil("2026-11-21T09:30:10", "Europe/Paris");
    channel("personal").send(&outbound()).unwrap();
    let [first, second] = <[_; 2]>::try_from(fakes.requests()).unwrap();
    assert_eq!(header(&first, "webhook-id"), header(&second, "webhook-id"));
    assert_eq!(
        (header(&first, "webhook-timestamp"), header(&second, "webhook-timestamp")),
        ("1795249800", "1795249810")
    );
    assert_eq!(signed_by_host(&second), signed_by_receiver(&second));
}

#[test]
fn nothing_leaves_unsigned() {
    let fakes = Fakes::new();
    fakes.serve(|_| Ok(Response::new(204, "")));
    let refused = channel("personal").send(&outbound());
    assert!(matches!(refused, Err(SendError::NoRecipient(why)) if why.contains("credentials.key")));
    assert!(fakes.requests().is_empty());
}

#[test]
fn nothing_leaves_that_reveals_too_much() {
    use Sensitivity::{Health, Personal, Public};
    for (ceiling, text, sent) in [
        ("public", Public, true),
        ("public", Personal, false),
        ("personal", Personal, true),
        ("personal", Health, false),
        ("health", Health, true),
    ] {
        let fakes = fakes();
        let result = channel(ceiling).send(&Outbound { sensitivity: text, ..outbound() });
        assert_eq!(result.is_ok(), sent, "{ceiling} {text:?}");
        assert_eq!(fakes.requests().len(), usize::from(sent));
        assert!(sent || matches!(result, Err(SendError::ContentRefused(_))));
    }
}

#[test]
fn nothing_leaves_once_it_is_worthless() {
    let send_at = |now: Instant, until: Instant| {
        let fakes = fakes();
        fakes.set_now(now);
        let result = channel("personal").send(&Outbound { valid_until: Some(until), ..outbound() });
        (result, fakes.requests())
    };
    let (result, requests) = send_at(999, 1_000);
    assert!(result.is_ok());
    let sent: Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(sent["data"]["valid_until"], "1970-01-01T00:00:01.000Z");
    for (now, until) in [(1_000, 1_000), (1_001, 1_000), (0, i64::MIN), (i64::MAX, i64::MAX)] {
        let (result, requests) = send_at(now, until);
        assert!(matches!(result, Err(SendError::Other(why)) if why.contains("valid-until")), "{now} {until}");
        assert!(requests.is_empty());
    }
    // It could not be told to the receiver, and is not left out either.
    let (result, requests) = send_at(0, i64::MAX);
    assert!(matches!(result, Err(SendError::Other(why)) if why.contains("years")));
    assert!(requests.is_empty());
}

#[test]
fn nothing_leaves_for_what_is_no_address() {
    let fakes = fakes();
    let channel = channel("personal");
    let refused = channel.send(&Outbound { to: to("astreinte\r\nx: y"), ..outbound() }).unwrap_err();
    assert!(matches!(&refused, SendError::NoRecipient(why) if !why.contains("astreinte")), "{refused:?}");
    let mail = Address { scheme: "mailto".to_owned(), value: "a@b.example".to_owned() };
    assert!(matches!(channel.send(&Outbound { to: mail.clone(), ..outbound() }), Err(SendError::Unsupported(_))));
    assert!(matches!(channel.normalise(mail), Err(SendError::Unsupported(_))));
    assert!(fakes.requests().is_empty());
    assert_eq!(channel.normalise(to(" astreinte ")).unwrap(), to("astreinte"));
}

#[test]
fn what_is_written_stays_inside_its_string() {
    let fakes = fakes();
    let hostile = "\"},\"to\":\"hook:autre\u{0}\u{1f}\u{2028}\\";
    let message =
        Outbound { body: hostile.to_owned(), subject: Some(hostile.to_owned()), to: to("a\"b\\"), ..outbound() };
    channel("personal").send(&message).unwrap();
    let sent: Value = serde_json::from_slice(&fakes.requests()[0].body).unwrap();
    assert_eq!(sent["data"]["body"], hostile);
    assert_eq!(sent["data"]["subject"], hostile);
    assert_eq!(sent["data"]["to"], "hook:a\"b\\");
}

#[test]
fn a_subject_that_is_blank_is_left_out() {
    for subject in [None, Some(String::new()), Some(" \n".to_owned())] {
        let fakes = fakes();
        channel("personal").send(&Outbound { subject, ..outbound() }).unwrap();
        let sent: Value = serde_json::from_slice(&fakes.requests()[0].body).unwrap();
        assert_eq!(sent["data"].get("subject"), None);
    }
}

#[test]
fn a_message_is_bounded_one_past_the_end() {
    let key = |length: usize| Outbound { key: "k".repeat(length), ..outbound() };
    let text = |length: usize| Outbound { body: "t".repeat(length), ..outbound() };
    let subject = |length: usize| Outbound { subject: Some("s".repeat(length)), ..outbound() };
    for (message, sent) in [
        (key(64), true),
        (key(65), false),
        (key(0), false),
        (text(TEXT_BYTES), true),
        (text(TEXT_BYTES + 1), false),
        (subject(SUBJECT_BYTES), true),
        (subject(SUBJECT_BYTES + 1), false),
    ] {
        let fakes = fakes();
        assert_eq!(channel("personal").send(&message).is_ok(), sent);
        assert_eq!(channel("personal").preview(&message).is_ok(), sent);
        assert_eq!(fakes.requests().len(), usize::from(sent));
    }
    for key in ["a.b", "a\r\nx: y", "é", "a b"] {
        let _fakes = fakes();
        let refused = channel("personal").send(&Outbound { key: key.to_owned(), ..outbound() });
        assert!(matches!(refused, Err(SendError::Other(_))), "{key:?}");
    }
}

#[test]
fn the_longest_message_is_one_that_the_host_signs() {
    let fakes = fakes();
    let longest = Outbound {
        key: "k".repeat(64),
        to: Address { scheme: "s".repeat(32), value: "\u{10ffff}".repeat(200) },
        // Each becomes \u0001, six times as long.
        body: "\u{1}".repeat(TEXT_BYTES),
        subject: Some("\u{1}".repeat(SUBJECT_BYTES)),
        template: ContentRef::in_settings("\u{1}".repeat(1_024), "1"),
        valid_until: Some(at("9998-12-31T00:00:00", "UTC")),
        ..outbound()
    };
    channel("personal").send(&longest).unwrap();
    assert!(signed_by_receiver(&fakes.requests()[0]).len() < SIGNED_BYTES / 2);
}

#[test]
fn a_file_is_not_lost_without_a_word() {
    let fakes = fakes();
    let file = Attachment {
        id: "f".to_owned(),
        name: "plan.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        content: vec![],
    };
    let message = Outbound { attachments: vec![file], ..outbound() };
    assert!(matches!(channel("personal").send(&message), Err(SendError::ContentRefused(_))));
    assert!(matches!(channel("personal").preview(&message), Err(SendError::ContentRefused(_))));
    assert!(fakes.requests().is_empty());
}

#[test]
fn every_answer_keeps_its_meaning_and_repeats_nobody() {
    let echo = "{\"error\":\"hook:astreinte Une demande urgente attend\"}";
    let answer = |status: u16| Ok(Response::new(status, echo).with_header("Location", "https://astreinte.example/x"));
    for (answer, meant) in [
        (answer(200), "Ok"),
        (answer(302), "Rejected"),
        (answer(400), "Rejected"),
        (answer(401), "Unauthorised"),
        (answer(404), "NoRecipient"),
        (answer(409), "Uncertain"),
        (answer(410), "Rejected"),
        (answer(413), "ContentRefused"),
        (answer(429), "Quota"),
        (answer(503), "Uncertain"),
        (Err(Error::NotSent("hook:astreinte".to_owned())), "Transient"),
        (Err(Error::ResponseLost("hook:astreinte".to_owned())), "Uncertain"),
        (Err(Error::Denied("hook:astreinte".to_owned())), "NoRecipient"),
        (Err(Error::Invalid("hook:astreinte".to_owned())), "NoRecipient"),
    ] {
        let fakes = fakes();
        match answer {
            Ok(response) => fakes.reply(response),
            Err(error) => fakes.fail(error),
        }
        let result = channel("personal").send(&outbound());
        assert_eq!(fakes.requests().len(), 1, "sent once");
        let told = match &result {
            Ok(_) => "Ok".to_owned(),
            Err(error) => format!("{error:?}"),
        };
        assert!(told.contains(meant), "{meant}: {told}");
        assert!(!told.contains("hook:") && !told.contains("demande"), "{told}");
    }
}

#[test]
fn preview_shows_the_text_and_sends_nothing() {
    let fakes = fakes();
    let rendered = channel("personal").preview(&outbound()).unwrap();
    assert_eq!(rendered.body, outbound().body);
    assert_eq!((rendered.units, rendered.encoding.as_str()), (1, "utf-8"));
    assert!(rendered.warnings.is_empty());
    let empty = channel("personal").preview(&Outbound { body: " \n".to_owned(), ..outbound() }).unwrap();
    assert_eq!(empty.warnings, ["le message n'a pas de texte"]);
    let health = channel("personal").preview(&Outbound { sensitivity: Sensitivity::Health, ..outbound() });
    assert!(matches!(health, Err(SendError::ContentRefused(_))));
    assert!(fakes.requests().is_empty());
}

#[test]
fn the_channel_says_what_it_can_do() {
    let caps = channel("health").describe();
    assert_eq!((caps.kind, caps.max_sensitivity), (Kind::Webhook, Sensitivity::Health));
    assert!(caps.provider_dedupes);
    assert!(!(caps.receipts || caps.read_receipts || caps.replies || caps.cancel || caps.quiet_hours_enforced));
    assert_eq!(channel("personal").describe().max_sensitivity, Sensitivity::Personal);
}

#[test]
fn the_endpoint_tells_nothing_afterwards() {
    let fakes = fakes();
    let channel = channel("personal");
    let asked = channel.status_of(&MessageRef::Key(KEY.to_owned()));
    assert!(matches!(asked, Err(SendError::Unsupported(_))));
    assert!(matches!(channel.withdraw("id"), Err(SendError::Unsupported(_))));
    assert!(matches!(channel.receive(None), Err(SendError::Unsupported(_))));
    let request = HttpIn { method: "POST".to_owned(), url: "/".to_owned(), headers: vec![], body: vec![] };
    assert_eq!(channel.callback(&request), Err(CallbackError::NotMine));
    assert!(fakes.requests().is_empty());
}
