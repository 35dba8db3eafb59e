//! Events of the vendor's. The fake host's HMAC is what would have been hashed, so a test signs by writing that.

use greffon_sdk::agenda::HttpIn;
use greffon_sdk::credentials::Algorithm;
use greffon_sdk::practice::CallbackError;

use super::*;

const EVENT: &str = r#"{"id":"evt_17","type":"appointment.created","account_id":7,"agenda_id":101,"entry_id":50001}"#;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signature(seconds: &str, body: &str) -> String {
    format!("v1={}", hex(format!("hmac({:?}, webhook, {seconds}.{body})", Algorithm::Sha256).as_bytes()))
}

fn signed(at: i64, body: &str) -> HttpIn {
    let seconds = (at / 1_000).to_string();
    let signature = signature(&seconds, body);
    HttpIn {
        method: "POST".to_owned(),
        url: "https://greffon.example/v1/inbound/x".to_owned(),
        headers: vec![("x-agenda-timestamp".to_owned(), seconds), ("x-agenda-signature".to_owned(), signature)],
        body: body.as_bytes().to_vec(),
    }
}

fn receiving() -> Practice {
    let practice = practice();
    practice.fakes.grant_credential("webhook");
    practice
}

#[test]
fn an_event_tells_where_to_look() {
    let practice = receiving();
    let notice = practice.plugin.callback(&signed(noon(), EVENT)).unwrap();
    assert_eq!(notice.changed, ["dr-martin"]);
    assert_eq!((notice.delivery.id.as_deref(), notice.delivery.signed_at), (Some("evt_17"), Some(noon())));
    assert!(practice.asked().is_empty(), "nobody is asked");
    let again = practice.plugin.callback(&signed(noon(), EVENT)).unwrap();
    assert_eq!(again.delivery.id, notice.delivery.id, "a doubled one has the same id: the host knows it");
}

#[test]
fn a_forged_event_tells_nothing() {
    let practice = receiving();
    let good = signed(noon(), EVENT);
    let with = |headers: Vec<(String, String)>| HttpIn { headers, ..good.clone() };
    let mut forged = vec![
        with(Vec::new()),
        with(vec![good.headers[0].clone()]),
        with(vec![good.headers[1].clone()]),
        HttpIn { body: EVENT.replace("101", "102").into_bytes(), ..good.clone() },
        with(vec![("x-agenda-timestamp".to_owned(), "1772449201".to_owned()), good.headers[1].clone()]),
        with(vec![good.headers[0].clone(), good.headers[1].clone(), good.headers[1].clone()]),
        with(vec![good.headers[0].clone(), good.headers[0].clone(), good.headers[1].clone()]),
    ];
    let right = &good.headers[1].1;
    for wrong in [
        "",
        "v1=",
        "v1=00",
        &right[3..],
        &right[..right.len() - 1],
        &format!("{right}00"),
        &right.replace("v1", "v0"),
        "v1=é",
    ] {
        forged.push(with(vec![good.headers[0].clone(), ("x-agenda-signature".to_owned(), wrong.to_owned())]));
    }
    for request in forged {
        assert_eq!(practice.plugin.callback(&request), Err(CallbackError::BadSignature), "{request:?}");
    }
    let both = format!("v1=00, {right}");
    let rotated = with(vec![good.headers[0].clone(), ("x-agenda-signature".to_owned(), both)]);
    assert!(practice.plugin.callback(&rotated).is_ok(), "while a key is replaced");
}

#[test]
fn a_signature_is_good_for_five_minutes_either_way() {
    let practice = receiving();
    for (seconds, good) in [(-300, true), (-301, false), (300, true), (301, false)] {
        let request = signed(noon() + seconds * 1_000, EVENT);
        assert_eq!(practice.plugin.callback(&request).is_ok(), good, "{seconds}");
    }
    for time in ["", "-1", "1e9", "99999999999999999999", "1772449200.5", " 1772449200"] {
        let headers = vec![
            ("x-agenda-timestamp".to_owned(), time.to_owned()),
            ("x-agenda-signature".to_owned(), signature(time, EVENT)),
        ];
        let request = HttpIn { headers, ..signed(noon(), EVENT) };
        assert_eq!(practice.plugin.callback(&request), Err(CallbackError::BadSignature), "{time}");
    }
}

#[test]
fn an_event_of_another_account_is_not_ours() {
    let practice = receiving();
    let other = EVENT.replace("\"account_id\":7", "\"account_id\":8");
    assert_eq!(practice.plugin.callback(&signed(noon(), &other)), Err(CallbackError::NotMine));
    let elsewhere = EVENT.replace("101", "999");
    assert!(
        practice.plugin.callback(&signed(noon(), &elsewhere)).unwrap().changed.is_empty(),
        "an agenda that is not mapped"
    );
    let unknown = EVENT.replace("appointment.created", "invoice.paid");
    assert!(practice.plugin.callback(&signed(noon(), &unknown)).unwrap().changed.is_empty());
    let silent = with_settings(r#"{"base-url":"https://api.example","agendas":{"dr-martin":{"vendor-id":101}}}"#);
    silent.fakes.grant_credential("webhook");
    assert_eq!(silent.plugin.callback(&signed(noon(), EVENT)), Err(CallbackError::NotMine));
}

#[test]
fn what_cannot_be_read_is_malformed_after_its_signature() {
    let practice = receiving();
    for body in ["", "[]", "{", r#"{"id":""}"#, r#"{"id":1}"#, r#"{"id":"x"}"#, r#"{"id":"x","account_id":7}"#] {
        let refused = practice.plugin.callback(&signed(noon(), body));
        assert!(matches!(refused, Err(CallbackError::Malformed(_))), "{body}: {refused:?}");
    }
    let long = EVENT.replace("evt_17", &"x".repeat(201));
    assert!(matches!(practice.plugin.callback(&signed(noon(), &long)), Err(CallbackError::Malformed(_))));
    let large = format!("{EVENT}{}", " ".repeat(64 * 1024));
    assert!(matches!(practice.plugin.callback(&signed(noon(), &large)), Err(CallbackError::Malformed(_))));
    let get = HttpIn { method: "GET".to_owned(), ..signed(noon(), EVENT) };
    assert!(matches!(practice.plugin.callback(&get), Err(CallbackError::Malformed(_))));
}

#[test]
fn without_its_key_no_event_is_believed() {
    let practice = practice();
    let refused = practice.plugin.callback(&signed(noon(), EVENT));
    assert!(matches!(refused, Err(CallbackError::Other(why)) if why.contains("credentials.webhook")));
}
