//! The channel as the host sees it, with a fake relay.

use greffon_sdk::channel::{
    Address, Attachment, CallbackError, Channel, HttpIn, Kind, MessageRef, Outbound, SendError, Sensitivity,
};
use greffon_sdk::mail::MailError;
use greffon_sdk::practice::{ContentRef, Level};
use greffon_sdk::testing::Fakes;
use serde_json::{Value, json};

use crate::{Email, TEXT_BYTES};

fn channel(extra: &Value) -> Email {
    let mut settings = json!({ "from": "accueil@lilas.example", "from-name": "Centre de santé des Lilas" });
    for (key, value) in extra.as_object().unwrap() {
        settings[key] = value.clone();
    }
    Email::new(serde_json::from_value(settings).unwrap()).unwrap_or_else(|error| panic!("{error:?}"))
}

fn to(value: &str) -> Address {
    Address { scheme: "mailto".to_owned(), value: value.to_owned() }
}

fn outbound() -> Outbound {
    Outbound {
        key: "0192f0c1-key".to_owned(),
        to: to("Jeanne@Exemple.fr"),
        reply_to: None,
        subject: Some("Votre rendez-vous est confirmé".to_owned()),
        body: "Bonjour,\nà lundi 9h.\n".to_owned(),
        sensitivity: Sensitivity::Personal,
        level: Level::Routine,
        transactional: true,
        valid_until: None,
        template: ContentRef::in_settings("confirmation", "1"),
        attachments: vec![],
    }
}

fn only_mail(fakes: &Fakes) -> String {
    let [mail] = <[_; 1]>::try_from(fakes.mails()).unwrap();
    String::from_utf8(mail.message).unwrap()
}

#[test]
fn a_message_is_handed_to_the_relay() {
    let fakes = Fakes::new();
    fakes.set_now_civil("2026-11-21T09:30:00", "Europe/Paris");
    let accepted = channel(&json!({ "footer": "En urgence : 15" })).send(&outbound()).unwrap();
    assert_eq!(accepted.provider_id, "0192f0c1-key@lilas.example");
    assert_eq!(fakes.mails()[0].envelope.from, "accueil@lilas.example");
    assert_eq!(fakes.mails()[0].envelope.recipients, ["Jeanne@exemple.fr"]);
    assert_eq!(
        only_mail(&fakes),
        "Date: Sat, 21 Nov 2026 08:30:00 +0000\r\n\
        From: =?utf-8?q?Centre_de_sant=C3=A9_des_Lilas?= <accueil@lilas.example>\r\n\
        To: Jeanne@exemple.fr\r\n\
        Subject: =?utf-8?q?Votre_rendez=2Dvous_est_confirm=C3=A9?=\r\n\
        Message-ID: <0192f0c1-key@lilas.example>\r\n\
        Auto-Submitted: auto-generated\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\
        \r\n\
        Bonjour,\r\n=C3=A0 lundi 9h.\r\n\r\nEn urgence : 15\r\n"
    );
}

#[test]
fn sending_again_has_the_same_message_id() {
    let fakes = Fakes::new();
    let first = channel(&json!({})).send(&outbound()).unwrap();
    fakes.set_now(60_000);
    let second = channel(&json!({})).send(&outbound()).unwrap();
    assert_eq!(first.provider_id, second.provider_id);
}

#[test]
fn answers_go_where_the_message_says_else_where_the_settings_say() {
    let fakes = Fakes::new();
    let channel = channel(&json!({ "reply-to": "secretariat@lilas.example" }));
    channel.send(&outbound()).unwrap();
    assert!(only_mail(&fakes).contains("Reply-To: secretariat@lilas.example\r\n"));
    let fakes = Fakes::new();
    channel.send(&Outbound { reply_to: Some(to("dr@lilas.example")), ..outbound() }).unwrap();
    assert!(only_mail(&fakes).contains("Reply-To: dr@lilas.example\r\n"));
    let tel = Address { scheme: "tel".to_owned(), value: "+33199000001".to_owned() };
    let refused = channel.send(&Outbound { reply_to: Some(tel), ..outbound() });
    assert!(matches!(refused, Err(SendError::Unsupported(_))));
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
        let fakes = Fakes::new();
        let channel = channel(&json!({ "max-sensitivity": ceiling }));
        let result = channel.send(&Outbound { sensitivity: text, ..outbound() });
        assert_eq!(result.is_ok(), sent, "{ceiling} {text:?}");
        assert_eq!(fakes.mails().len(), usize::from(sent));
        assert!(sent || matches!(result, Err(SendError::ContentRefused(_))));
    }
}

#[test]
fn nothing_leaves_for_what_is_no_address() {
    let fakes = Fakes::new();
    let channel = channel(&json!({}));
    let refused = channel.send(&Outbound { to: to("a@b.example\r\nRCPT TO:<c@d.example>"), ..outbound() }).unwrap_err();
    assert!(matches!(&refused, SendError::NoRecipient(why) if !why.contains("b.example")), "{refused:?}");
    let tel = Address { scheme: "tel".to_owned(), value: "a@b.example".to_owned() };
    assert!(matches!(channel.send(&Outbound { to: tel.clone(), ..outbound() }), Err(SendError::Unsupported(_))));
    assert!(matches!(channel.normalise(tel), Err(SendError::Unsupported(_))));
    assert!(fakes.mails().is_empty());
    assert_eq!(channel.normalise(to(" A.b@C.Example ")).unwrap(), to("A.b@c.example"));
}

#[test]
fn nothing_leaves_with_an_injected_header() {
    let fakes = Fakes::new();
    let channel = channel(&json!({}));
    let hostile = "x\r\nBcc: victime@b.example".to_owned();
    let file = Attachment { id: "f".to_owned(), name: hostile.clone(), media_type: "a/b".to_owned(), content: vec![] };
    for message in
        [Outbound { subject: Some(hostile), ..outbound() }, Outbound { attachments: vec![file], ..outbound() }]
    {
        assert!(matches!(channel.send(&message), Err(SendError::ContentRefused(_))));
        assert!(matches!(channel.preview(&message), Err(SendError::ContentRefused(_))));
    }
    let bad_key = Outbound { key: "a>\r\nBcc: <x".to_owned(), ..outbound() };
    assert!(matches!(channel.send(&bad_key), Err(SendError::Other(_))));
    assert!(fakes.mails().is_empty());
}

#[test]
fn every_refusal_of_the_relay_keeps_its_meaning() {
    let words = || "550 5.7.1 no".to_owned();
    for (told, meant) in [
        (MailError::Denied(words()), SendError::Unauthorised),
        (MailError::Rejected(words()), SendError::Rejected("550 5.7.1".to_owned())),
        (MailError::Transient(words()), SendError::Transient(None)),
        (MailError::Uncertain(words()), SendError::Uncertain(words())),
        (MailError::Other(words()), SendError::Other(words())),
    ] {
        let fakes = Fakes::new();
        fakes.fail_mail(told);
        assert_eq!(channel(&json!({})).send(&outbound()), Err(meant));
    }
    let fakes = Fakes::new();
    fakes.fail_mail(MailError::TooLarge(1000));
    assert!(matches!(channel(&json!({})).send(&outbound()), Err(SendError::ContentRefused(_))));
}

#[test]
fn preview_shows_what_is_sent_and_sends_nothing() {
    let fakes = Fakes::new();
    let channel = channel(&json!({ "footer": "En urgence : 15" }));
    let rendered = channel.preview(&outbound()).unwrap();
    assert_eq!(rendered.body, "Bonjour,\nà lundi 9h.\n\nEn urgence : 15");
    assert_eq!((rendered.units, rendered.encoding.as_str()), (1, "utf-8"));
    assert!(rendered.warnings.is_empty());
    let empty = channel.preview(&Outbound { subject: None, body: "\n".to_owned(), ..outbound() }).unwrap();
    assert_eq!((empty.body.as_str(), empty.warnings.len()), ("En urgence : 15", 2));
    assert!(fakes.mails().is_empty());
}

#[test]
fn a_text_is_bounded_one_past_the_end() {
    let _fakes = Fakes::new();
    let channel = channel(&json!({ "footer": "fin" }));
    let text = |length: usize| Outbound { body: "é".repeat(length / 2) + &"e".repeat(length % 2), ..outbound() };
    let most = TEXT_BYTES - "\n\nfin".len();
    assert!(channel.send(&text(most)).is_ok());
    assert!(matches!(channel.send(&text(most + 1)), Err(SendError::ContentRefused(_))));
}

#[test]
fn the_channel_says_what_it_can_do() {
    let caps = channel(&json!({ "kind": "secure-email", "max-sensitivity": "health" })).describe();
    assert_eq!((caps.kind, caps.max_sensitivity), (Kind::SecureEmail, Sensitivity::Health));
    assert!(!(caps.receipts || caps.read_receipts || caps.replies || caps.cancel || caps.provider_dedupes));
    let caps = channel(&json!({})).describe();
    assert_eq!((caps.kind, caps.max_sensitivity), (Kind::Email, Sensitivity::Personal));
}

#[test]
fn the_relay_tells_nothing_afterwards() {
    let channel = channel(&json!({}));
    let asked = channel.status_of(&MessageRef::Key("k".to_owned()));
    assert!(matches!(asked, Err(SendError::Unsupported(_))));
    assert!(matches!(channel.withdraw("id"), Err(SendError::Unsupported(_))));
    let request = HttpIn { method: "POST".to_owned(), url: "/".to_owned(), headers: vec![], body: vec![] };
    assert_eq!(channel.callback(&request), Err(CallbackError::NotMine));
}
