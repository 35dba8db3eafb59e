//! From the first word to the recap.

use greffon_core::model::audit::Role;
use serde_json::{Value, json};

use super::rows;
use super::support::{ELSEWHERE, HERE, TestApp};

const CONTACTS: &str = "/v1/practices/les-tilleuls/contacts";

fn words(list: &Value, key: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_contact_is_received_with_what_is_known_of_it() {
    let app = TestApp::new();
    let body = json!({
        "channel": "phone",
        "origin": "+33612345678",
        "caller": { "kind": "relative", "name": "Paul Dupont", "phone": "06 12 34 56 78" },
        "patient": { "family": "Dupont", "given": "Jeanne", "birth_date": "1958-04-30", "known": true },
        "reason": "ma mère tousse",
        "facts": [{ "key": "request.motive", "value": { "choice": "consultation" }, "source": "operator" }],
    });
    let answer = app.post(Role::Secretary, CONTACTS, &body).await.expect(201);
    let view = answer.json();
    let path = answer.header("location").to_owned();
    assert_eq!(path, format!("/v1/contacts/{}", view["contact"].as_str().unwrap()));

    let whole = app.get(Role::Secretary, &path).await.expect(200).json();
    assert_eq!(whole["view"], view);
    assert_eq!(
        words(&whole["facts"], "key"),
        [
            "request.motive",
            "caller.kind",
            "caller.name",
            "caller.phone",
            "patient.family",
            "patient.given",
            "patient.birth-date",
            "patient.known",
            "request.words",
        ],
    );
    assert_eq!(
        whole["facts"][0],
        json!({
            "key": "request.motive", "value": { "choice": "consultation" }, "source": "operator",
            "at": "2026-11-23T08:00:00Z", "by": "s-1",
        })
    );
    assert_eq!(whole["facts"][3]["value"], json!({ "phone": "+33612345678" }));
    assert_eq!(whole["facts"][7]["value"], "yes");
    assert_eq!(whole["contact"]["channel"], "phone");
    assert_eq!(whole["contact"]["received_at"], "2026-11-23T08:00:00Z");
    assert_eq!(whole["timeline"].as_array().unwrap().last().unwrap()["action"], "contact.received");
    assert_eq!(whole["timeline"][0]["actor"], json!({ "subject": "s-1", "role": "secretary" }));
}

#[tokio::test]
async fn a_contact_needs_no_more_than_its_channel() {
    let app = TestApp::new();
    for channel in ["phone", "form", "chat", "email", "counter"] {
        app.post(Role::Secretary, CONTACTS, &json!({ "channel": channel })).await.expect(201);
    }
}

#[tokio::test]
async fn a_wrong_field_is_named_as_the_request_has_it() {
    let app = TestApp::new();
    let motive = json!({ "key": "request.motive", "value": { "choice": "moon" } });
    let site = json!({ "key": "request.site", "value": { "choice": "nord" } });
    for (body, problem) in [
        (json!({ "channel": "phone", "facts": [site, motive] }), "422 invalid facts.1.value"),
        (json!({ "channel": "phone", "facts": [site], "caller": { "phone": "x" } }), "422 invalid caller.phone"),
        (json!({ "channel": "phone", "patient": { "birth_date": "hier" } }), "422 invalid patient.birth_date"),
        (json!({ "channel": "phone", "origin": "x".repeat(300) }), "422 invalid origin"),
    ] {
        assert_eq!(app.post(Role::Secretary, CONTACTS, &body).await.problem(), problem);
    }
    let about = json!({ "channel": "phone", "about": "no-such-appointment" });
    assert_eq!(app.post(Role::Secretary, CONTACTS, &about).await.problem(), "404 not-found");
}

#[tokio::test]
async fn facts_lead_from_red_flags_to_a_conclusion() {
    let app = TestApp::new();
    let path = app.received().await;
    let facts = format!("{path}/facts");
    let add = async |key: &str, value: Value| {
        let body = json!({ "facts": [{ "key": key, "value": value }] });
        app.post(Role::Secretary, &facts, &body).await.expect(200).json()
    };
    let view = add("request.motive", json!({ "choice": "consultation" })).await;
    assert_eq!(view["state"], "open");
    assert_eq!(view["questions"][0]["by"], "host");
    assert_eq!(view["may_book"], false);
    let view = add("red-flag.all", json!("no")).await;
    assert_eq!(view["questions"][0]["by"], "triage");
    let view = add("grid.worse", json!("no")).await;
    assert_eq!(view["state"], "concluded");
    assert_eq!(view["level"], "soon");
    assert_eq!(view["assessment"]["orientation"], json!({ "slot-within": 72 }));
    assert_eq!(view["may_book"], true);
}

#[tokio::test]
async fn an_emergency_is_seen_at_once() {
    let app = TestApp::new();
    let path = app.received().await;
    let body = json!({ "facts": [
        { "key": "request.motive", "value": { "choice": "consultation" } },
        { "key": "red-flag.all", "value": "yes" },
    ] });
    let view = app.post(Role::Secretary, &format!("{path}/facts"), &body).await.expect(200).json();
    assert!(words(&view["banners"], "code").contains(&"emergency".to_owned()), "{view}");
    assert_eq!(view["may_book"], false);
    assert_eq!(app.get(Role::Secretary, &format!("{path}/slots")).await.problem(), "409 emergency");
}

#[tokio::test]
async fn facts_of_the_wrong_form_change_nothing() {
    let app = TestApp::new();
    let path = app.received().await;
    let facts = format!("{path}/facts");
    for (body, problem) in [
        (json!({}), "422 invalid body"),
        (json!({ "facts": {} }), "422 invalid facts"),
        (json!({ "facts": [{ "key": "", "value": "yes" }] }), "422 invalid facts.0.key"),
        (json!({ "facts": [{ "key": "a", "value": { "date": "2026-02-30" } }] }), "422 invalid facts.0.value"),
        (json!({ "facts": [{ "key": "a", "value": "yes", "source": "clinician" }] }), "422 invalid facts.0.source"),
    ] {
        assert_eq!(app.post(Role::Secretary, &facts, &body).await.problem(), problem, "{body}");
    }
    assert_eq!(app.get(Role::Secretary, &path).await.json()["facts"], json!([]));
}

#[tokio::test]
async fn anybody_on_the_line_raises_a_level_and_only_a_practitioner_lowers_it() {
    let app = TestApp::new();
    let path = app.concluded().await;
    let level = format!("{path}/level");
    let to = |level: &str, reason: &str| json!({ "level": level, "reason": reason });
    let raised = app.post(Role::Secretary, &level, &to("same-day", "voix inquiète")).await.expect(200);
    assert_eq!(raised.json()["level"], "same-day");
    let lower = to("routine", "vu ce matin au cabinet");
    assert_eq!(app.post(Role::Secretary, &level, &lower).await.status, 403);
    let short = app.post(Role::Practitioner, &level, &to("routine", "vu")).await;
    assert_eq!(short.problem(), "422 invalid reason");
    let lowered = app.post(Role::Practitioner, &level, &lower).await.expect(200);
    assert_eq!(lowered.json()["level"], "routine");
    let contact = app.get(Role::Secretary, &path).await.json()["contact"].clone();
    assert_eq!(contact["lowered"]["reason"], "vu ce matin au cabinet");
}

#[tokio::test]
async fn a_contact_is_closed_once_with_its_recap() {
    let app = TestApp::new();
    let path = app.concluded().await;
    let close = format!("{path}/close");
    let unknown = json!({ "recap": "confirmed", "statements": [{ "instruction": "nulle-part" }] });
    assert_eq!(app.post(Role::Secretary, &close, &unknown).await.problem(), "422 invalid statements.0");
    let body = json!({
        "recap": "confirmed",
        "statements": [{ "instruction": "aggravation" }, { "free": "à jeudi" }],
    });
    let view = app.post(Role::Secretary, &close, &body).await.expect(200).json();
    assert_eq!(view["state"], "closed");
    let contact = app.get(Role::Secretary, &path).await.json()["contact"].clone();
    assert_eq!(contact["outcome"], json!({ "recap": "confirmed", "override_code": null, "override_reason": null }));
    assert_eq!(contact["statements"][0]["instruction"], json!({ "id": "aggravation", "version": "1" }));
    assert_eq!(contact["statements"][1]["text"], "à jeudi");
    assert_eq!(app.post(Role::Secretary, &close, &body).await.problem(), "409 contact-closed");
    let late = json!({ "facts": [{ "key": "request.words", "value": { "text": "au fait" } }] });
    assert_eq!(app.post(Role::Secretary, &format!("{path}/facts"), &late).await.problem(), "409 contact-closed");
}

#[tokio::test]
async fn a_contact_with_something_missing_is_closed_only_with_a_reason() {
    let app = TestApp::new();
    let path = app.received().await;
    let close = format!("{path}/close");
    let answer = app.post(Role::Secretary, &close, &json!({ "recap": "not-reached" })).await;
    assert_eq!(answer.status, 409);
    let french = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(!french.is_empty());
    app.get(Role::Secretary, &path).await.expect(200);
}

#[tokio::test]
async fn contacts_are_listed_newest_first_in_pages() {
    let app = TestApp::new();
    let mut received = Vec::new();
    for _ in 0..5 {
        app.clock.advance(std::time::Duration::from_secs(60));
        received.push(app.received().await.replace("/v1/contacts/", ""));
    }
    received.reverse();
    let mut listed = Vec::new();
    let mut path = format!("{CONTACTS}?limit=2");
    loop {
        let page = app.get(Role::Secretary, &path).await.expect(200).json();
        assert!(page["items"].as_array().unwrap().len() <= 2);
        listed.extend(words(&page["items"], "id"));
        match page["next"].as_str() {
            Some(next) => path = format!("{CONTACTS}?limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(listed, received);
    let open = app.get(Role::Secretary, &format!("{CONTACTS}?state=closed")).await.expect(200).json();
    assert_eq!(open, json!({ "items": [], "next": null }));
}

#[tokio::test]
async fn contacts_of_another_practice_are_never_listed_or_read() {
    let app = TestApp::new();
    app.write(ELSEWHERE, async |transaction| {
        transaction.save_contact(&mut rows::contact(ELSEWHERE, 5)).await.unwrap();
    })
    .await;
    assert_eq!(app.get(Role::Supervisor, CONTACTS).await.json()["items"], json!([]));
    let path = format!("/v1/contacts/{}", rows::contact(ELSEWHERE, 5).id);
    assert_eq!(app.get(Role::Supervisor, &path).await.problem(), "404 not-found");
    let both = app.token_for(Role::Supervisor, &[HERE, ELSEWHERE]);
    app.send("GET", &path, &[("authorization", &super::support::bearer(&both))], "").await.expect(200);
}

#[tokio::test]
async fn a_name_that_is_no_id_is_not_found() {
    let app = TestApp::new();
    for id in ["1", "..", "%00", "%FF", "0192f0c4-7a3e-7000-8000-00000000000", "x%2Fy"] {
        assert_eq!(app.get(Role::Secretary, &format!("/v1/contacts/{id}")).await.problem(), "404 not-found", "{id}");
    }
}
