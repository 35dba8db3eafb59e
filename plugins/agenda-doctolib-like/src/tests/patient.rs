//! Who the vendor gets to know, and how often.

use serde_json::{Value, json};

use super::*;

#[test]
fn a_patient_is_found_by_birth_date_and_name() {
    let practice = practice();
    practice.server.patient("DURAND", "Zoe", "1984-06-01");
    practice.server.patient("Durand", "Paul", "1984-06-01");
    practice.book("op-1", "09:00").unwrap();
    assert_eq!(practice.count("POST /v1/patients"), 0);
    assert_eq!(practice.server.standing()[0]["patient"]["first_name"], "Zoe");
    assert!(practice.asked().contains(&"GET /v1/patients?birth_date=1984-06-01&last_name=Durand".to_owned()));
}

#[test]
fn nothing_but_what_the_vendor_needs_is_sent() {
    let practice = practice();
    practice.book("op-1", "09:00").unwrap();
    let patient = &practice.server.patients()[0];
    let names: Vec<&String> = patient.as_object().unwrap().keys().collect();
    assert_eq!(names, ["birth_date", "first_name", "id", "last_name"]);
    for request in practice.fakes.requests() {
        let text = format!("{} {}", request.url, String::from_utf8_lossy(&request.body));
        for secret in ["+33612345678", "zoe@example.org", "secret-number", "tousse", "Marie"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn of_several_records_the_oldest_counts_and_somebody_is_told() {
    let practice = practice();
    let first = practice.server.patient("Durand", "Zoé", "1984-06-01");
    practice.server.patient("Durand", "Zoé", "1984-06-01");
    practice.book("op-1", "09:00").unwrap();
    assert_eq!(practice.server.standing()[0]["patient"]["id"], first);
    assert!(practice.fakes.logged().iter().any(|logged| logged.code == "patient-doubled"));
}

#[test]
fn a_record_whose_answer_was_lost_is_not_created_twice() {
    for fault in ["answer-lost", "error-after-commit", "half-a-body"] {
        let practice = practice();
        practice.server.fault(fault, "POST /v1/patients", 1);
        let first = practice.book("op-1", "09:00");
        if fault == "half-a-body" {
            // What cannot be read is found by the next look.
            assert!(first.is_ok(), "{first:?}");
        } else {
            first.unwrap();
        }
        assert_eq!(practice.server.patients().len(), 1, "{fault}");
    }
}

#[test]
fn a_record_that_is_not_seen_yet_is_waited_for() {
    let practice = practice();
    practice.server.fault("late-visible", "POST /v1/patients", 1);
    practice.server.fault("answer-lost", "POST /v1/patients", 1);
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::Unavailable(_))));
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::Unavailable(_))));
    assert_eq!(practice.count("POST /v1/patients"), 1);
    practice.book("op-1", "09:00").unwrap();
    assert_eq!((practice.server.patients().len(), practice.server.standing().len()), (1, 1));
}

#[test]
fn a_record_that_never_arrived_is_created_once_it_would_be_seen() {
    let practice = practice();
    practice.server.fault("request-lost", "POST /v1/patients", 1);
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::Unavailable(_))));
    practice.fakes.set_now(noon() + 30_000);
    practice.book("op-1", "09:00").unwrap();
    assert_eq!(practice.server.patients().len(), 1);
}

#[test]
fn somebody_without_name_or_birth_date_is_not_guessed() {
    let practice = practice();
    for born in [None, Some("1984"), Some("1984-06"), Some("1984-02-30"), Some("")] {
        let mut what = request("09:00");
        what.patient.birth_date = born.map(str::to_owned);
        let Err(Error::Invalid((field, _))) = practice.plugin.book(&"op-1".to_owned(), &what, None) else { panic!() };
        assert_eq!(field, "patient.birth-date", "{born:?}");
    }
    let mut what = request("09:00");
    what.patient.given.clear();
    assert!(
        matches!(practice.plugin.book(&"op-1".to_owned(), &what, None), Err(Error::Invalid((field, _))) if field == "patient.given")
    );
    what = request("09:00");
    what.patient.family = " - ".to_owned();
    assert!(
        matches!(practice.plugin.book(&"op-1".to_owned(), &what, None), Err(Error::Invalid((field, _))) if field == "patient.family")
    );
    assert!(practice.asked().is_empty());
}

#[test]
fn a_record_of_somebody_else_in_the_answer_is_not_taken() {
    let practice = practice();
    practice.fakes.serve(|request| {
        let body: Value = match (request.method.as_str(), request.url.contains("/v1/patients")) {
            ("POST", true) => {
                json!({ "id": 1, "last_name": "Petit", "first_name": "Jean", "birth_date": "1950-01-01" })
            }
            _ => json!({ "items": [], "meta": { "total": 0, "next_page": null } }),
        };
        assert!(!(request.method == "POST" && request.url.ends_with("/v1/appointments")), "nothing is booked for them");
        Ok(greffon_sdk::http::Response::new(200, body.to_string()))
    });
    assert!(matches!(practice.book("op-1", "09:00"), Err(Error::Unavailable(_))));
}
