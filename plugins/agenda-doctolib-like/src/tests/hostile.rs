//! A vendor that answers anything.

use greffon_sdk::http::Response;
use serde_json::{Value, json};

use super::*;

fn bodies() -> Vec<String> {
    let entry = |start: Value, end: Value, id: Value| json!({ "id": id, "agenda_id": 101, "kind": 7, "status": [], "start": start, "end": end, "notes": {}, "patient": "x", "updated_at": "2026-03-02T09:00:00Z" });
    let list = |items: Value, total: Value, next: Value| {
        json!({ "items": items, "meta": { "total": total, "next_page": next, "server_time": "9998-12-31T23:59:59Z" } })
            .to_string()
    };
    let (early, late) = (json!("1970-01-01T00:00:00Z"), json!("9998-12-31T23:59:59Z"));
    let same = entry(early.clone(), json!("1970-01-01T00:00:01Z"), json!(1));
    vec![
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "\u{feff}{}".to_owned(),
        "[".repeat(100_000),
        list(json!(null), json!(0), json!(null)),
        list(json!([]), json!(-1), json!(null)),
        list(json!([]), json!(u64::MAX), json!(null)),
        list(json!([]), json!(0), json!("2")),
        list(json!([]), json!(0), json!(u64::MAX)),
        list(json!([null, [], "x", 1.5, {}]), json!(5), json!(null)),
        list(json!([same, same, same]), json!(3), json!(null)),
        list(json!([entry(early.clone(), late.clone(), json!(1))]), json!(1), json!(null)),
        list(json!([entry(late, early, json!(u64::MAX))]), json!(1), json!(null)),
        list(
            json!([entry(json!("2026-03-03T08:00:00Z"), json!("2026-03-03T08:15:00Z"), json!(u64::MAX))]),
            json!(1),
            json!(null),
        ),
        json!({ "id": u64::MAX, "last_name": "Durand", "first_name": "Zoé", "birth_date": "1984-06-01" }).to_string(),
        "é".repeat(50_000),
    ]
}

#[test]
fn whatever_the_vendor_answers_nothing_panics_and_nothing_is_taken_for_booked() {
    for status in [200, 201, 204, 302, 404, 409, 422, 500] {
        for body in bodies() {
            let practice = practice();
            let answer = body.clone();
            practice.fakes.serve(move |_| Ok(Response::new(status, answer.clone())));
            let about = format!("{status} {body:.60}");
            assert!(practice.book("op-1", "09:00").is_err(), "{about}");
            assert!(!matches!(practice.look_up("op-1", "09:00"), Ok(Found::Present(_))), "{about}");
            assert!(practice.cancel("1", None).is_err(), "{about}");
            let _ = practice.find(tuesday("09:00"), tuesday("10:00"));
            let _ = practice.plugin.probe();
            let _ = practice.plugin.agendas();
            let _ = practice.plugin.motives(&"dr-martin".to_owned());
            let of = "dr-martin".to_owned();
            let window = Span { start: noon(), end: noon() + 30 * DAY_MS };
            if let Ok(delta) = practice.plugin.changes(&of, None, window, 3) {
                let _ = practice.plugin.changes(&of, Some(&delta.cursor), window, 3);
            }
            assert!(practice.asked().len() < 100, "{about}: {}", practice.asked().len());
        }
    }
}

#[test]
fn a_vendor_that_is_nowhere_is_unavailable() {
    let practice = practice();
    practice.server.fault("not-sent", "", 1_000);
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::Unavailable(_))));
    assert!(matches!(practice.find(tuesday("09:00"), tuesday("10:00")), Err(Error::Unavailable(_))));
    assert!(matches!(practice.look_up("op-1", "09:00"), Err(Error::Unavailable(_))));
    assert!(matches!(practice.cancel("1", None), Err(Error::Unavailable(_))));
    assert!(matches!(practice.plugin.probe(), Err(Error::Unavailable(_))));
}
