//! In which language a problem is told.

use greffon_core::model::audit::Role;
use serde_json::json;

use super::support::{Answer, TestApp, bearer};

const CONTACTS: &str = "/v1/practices/les-tilleuls/contacts";

/// A problem with a title and a detail of its own, asked for with these languages.
async fn refused(app: &TestApp, languages: &[&str]) -> Answer {
    let token = bearer(&app.token(Role::Secretary));
    let mut headers = vec![("authorization", token.as_str())];
    headers.extend(languages.iter().map(|line| ("accept-language", *line)));
    let answer = app.send("GET", &format!("{CONTACTS}?limit=0"), &headers, "").await;
    assert_eq!(answer.problem(), "422 invalid limit", "code and status are of no language");
    assert_eq!(answer.json()["type"], "urn:greffon:problem:invalid");
    assert_eq!(answer.header("vary"), "accept-language");
    answer
}

fn is_french(answer: &Answer) {
    assert_eq!(answer.header("content-language"), "fr");
    assert_eq!(answer.json()["title"], "Champ incorrect");
    assert_eq!(answer.json()["detail"], "Indiquez un nombre entier de 1 à 200.");
}

fn is_english(answer: &Answer) {
    assert_eq!(answer.header("content-language"), "en");
    assert_eq!(answer.json()["title"], "Wrong field");
    assert_eq!(answer.json()["detail"], "Expected a whole number from 1 to 200.");
}

#[tokio::test]
async fn a_problem_is_french_unless_something_else_is_asked_for() {
    let app = TestApp::new();
    is_french(&refused(&app, &[]).await);
    is_french(&refused(&app, &["fr-CA, en;q=0.9"]).await);
    is_french(&refused(&app, &["*"]).await);
}

#[tokio::test]
async fn a_problem_is_english_where_that_is_preferred() {
    let app = TestApp::new();
    is_english(&refused(&app, &["en-GB,en;q=0.9,fr;q=0.5"]).await);
    is_english(&refused(&app, &["fr;q=0.5", "en"]).await);
}

#[tokio::test]
async fn a_language_that_is_not_spoken_is_answered_in_french() {
    let app = TestApp::new();
    for header in ["de", "zh-Hans, ja;q=0.8", "en;q=0", ";;q=,,", "é"] {
        is_french(&refused(&app, &[header]).await);
    }
    is_french(&refused(&app, &[&"de,".repeat(5_000)]).await);
}

#[tokio::test]
async fn what_the_domain_refuses_is_told_in_the_language_too() {
    let app = TestApp::new();
    let close = format!("{}/close", app.received().await);
    let body = json!({ "recap": "not-reached" });
    let french = app.post(Role::Secretary, &close, &body).await;
    assert_eq!(french.problem(), "409 not-concluded");
    assert_eq!(
        french.json()["detail"],
        "Terminez d'abord le tri : une demande médicale ne se clôt pas sans conclusion."
    );
    let english = app.post_with(Role::Secretary, &close, &body, &[("accept-language", "en")]).await;
    assert_eq!(english.problem(), "409 not-concluded");
    assert_eq!(
        english.json()["detail"],
        "Finish the triage first: a medical request is not closed without a conclusion."
    );
}

#[tokio::test]
async fn an_answer_that_is_no_problem_says_no_language() {
    let app = TestApp::new();
    let token = bearer(&app.token(Role::Secretary));
    let headers = [("authorization", token.as_str()), ("accept-language", "en")];
    let answer = app.send("GET", CONTACTS, &headers, "").await.expect(200);
    assert_eq!((answer.header("content-language"), answer.header("vary")), ("", ""));
}
