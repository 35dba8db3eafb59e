//! Looking at a link.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use greffon_core::model::alert::LINK_LIFE;
use tower::ServiceExt as _;

use super::browser::{get, get_in_english, opening, post, send};
use super::office::{CODE, Office, WORDS};
use crate::pages;

#[tokio::test]
async fn looking_changes_nothing_however_it_is_done() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let before = office.everything();
    for path in [link.clone(), format!("{link}/fin")] {
        get(&office, &path).await.expect(200);
        let head = Request::head(&path).body(Body::empty()).unwrap();
        assert_eq!(send(&office, head).await.expect(200).html, "");
        let ahead = Request::get(&path).header("sec-purpose", "prefetch").header("sec-fetch-site", "cross-site");
        send(&office, ahead.body(Body::empty()).unwrap()).await.expect(200);
    }
    assert_eq!(office.everything(), before);
}

#[tokio::test]
async fn the_practice_s_name_is_all_that_is_shown_before_the_code() {
    let office = Office::alarmed().await;
    let page = get(&office, &office.link("on-call")).await.expect(200).shows("Cabinet tilleuls");
    let text = office.storage.look(&office.practice, |rows| rows.messages.values().next().unwrap().body.clone());
    assert!(text.contains(WORDS));
    let known = text.lines().filter(|line| !line.trim().is_empty() && *line != "Cabinet tilleuls");
    // Neither a line of the letter, nor what stands in one behind its label.
    let pieces = known.flat_map(|line| [line, line.rsplit(" : ").next().unwrap()]);
    let page = pieces
        .filter(|piece| piece.len() > 3 && !piece.contains("/alerte/"))
        .fold(page, |page, piece| page.hides(piece));
    page.hides("on-call").hides("astreinte").hides("vital").hides("0612345678").hides("argon2");
}

#[tokio::test]
async fn the_form_asks_for_code_step_and_time_and_suggests_calling_back() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let page = get(&office, &link).await.expect(200);
    let page = page
        .shows(&format!("<form method=\"post\" action=\"{link}\" autocomplete=\"off\">"))
        .shows("value=\"call-back\" required checked><span>Je rappelle le patient</span>")
        .shows("value=\"5\" required checked><span>5 minutes</span>")
        .shows("<html lang=\"fr\">")
        .shows("<label for=\"code\">Votre code</label>")
        .shows("inputmode=\"text\" autocomplete=\"off\"");
    for (choice, times) in [("name=\"next\"", 4), ("name=\"minutes\"", 3), ("checked", 2), ("<h1>", 1), ("<script", 0)]
    {
        assert_eq!(page.html.matches(choice).count(), times, "{choice}");
    }
    assert!(page.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn the_pages_stand_beside_an_api_of_any_state() {
    let office = Office::alarmed().await;
    let api =
        Router::new().route("/v1/contacts", axum::routing::get(async |State(state): State<u8>| state.to_string()));
    let api = api.fallback(async || StatusCode::IM_A_TEAPOT);
    let app: Router = api.merge(pages(office.reception.alerts.clone())).with_state(7);
    let get = |path: &str| app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
    for (path, status) in [
        (office.link("on-call").as_str(), 200),
        ("/alerte/x", 404),
        ("/v1/contacts", 200),
        ("/", 418),
        ("/v1/alerte/x", 418),
    ] {
        assert_eq!(get(path).await.unwrap().status(), status, "{path}");
    }
    let api = get("/v1/contacts").await.unwrap();
    assert!(!api.headers().contains_key("content-security-policy"), "the API has its own headers");
}

#[tokio::test]
async fn english_is_spoken_to_whoever_prefers_it() {
    let office = Office::alarmed().await;
    let page = get_in_english(&office, &office.link("on-call")).await.expect(200);
    let page = page.shows("<html lang=\"en\">").shows("I call the patient back").shows("Cabinet tilleuls");
    assert_eq!((page.header("content-language"), page.header("vary")), ("en", "accept-language"));
    get_in_english(&office, "/alerte/x/y").await.expect(404).shows("This link leads nowhere");
}

#[tokio::test]
async fn a_link_that_nobody_was_sent_and_what_is_none_are_the_same_page() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let (alert, secret) = link.rsplit_once('/').unwrap();
    let zeros = "0".repeat(64);
    let other = "/alerte/0192f0c4-7a3e-7cc0-98c4-dc0c0c07398f";
    let same = get(&office, &format!("{alert}/{zeros}")).await.expect(404).html;
    assert!(same.contains("Ce lien ne mène nulle part"), "{same}");
    for path in [
        format!("{other}/{secret}"),
        format!("{other}/{zeros}"),
        format!("{alert}/{}", &secret[1..]),
        format!("{alert}/{secret}0"),
        format!("{alert}/{}", secret.to_uppercase()),
        format!("{}/{secret}", alert.to_uppercase().replace("/ALERTE/", "/alerte/")),
        format!("/alerte/x/{secret}"),
        format!("/alerte/%FF/{secret}"),
        format!("/alerte/%2e%2e%2f/{secret}"),
        format!("{link}/"),
        format!("{link}/debut"),
        format!("{alert}/{zeros}/fin"),
        alert.to_owned(),
        "/alerte/%3Cscript%3E".to_owned(),
    ] {
        assert_eq!(get(&office, &path).await.expect(404).html, same, "{path}");
        assert_eq!(post(&office, &path, opening(CODE)).await.expect(404).html, same, "{path}");
    }
}

#[tokio::test]
async fn another_practice_s_secret_opens_nothing() {
    let (office, other) = (Office::alarmed().await, Office::with("elle étouffe", |_| {}).await);
    other.wait_s(120).await;
    let (mine, theirs) = (office.link("on-call"), other.link("secretariat"));
    let mixed = format!("{}/{}", mine.rsplit_once('/').unwrap().0, theirs.rsplit_once('/').unwrap().1);
    assert_ne!(mixed, mine);
    post(&office, &mixed, opening(CODE)).await.expect(404);
}

#[tokio::test]
async fn a_link_is_gone_after_a_day() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    office.clock.set(office.stored().raised_at.plus_minutes(LINK_LIFE * 60).plus_millis(-1));
    get(&office, &link).await.expect(200);
    office.clock.set(office.stored().raised_at.plus_minutes(LINK_LIFE * 60));
    let before = office.everything();
    get(&office, &link).await.expect(410).shows("Ce lien n&#39;est plus valable").hides("Cabinet");
    post(&office, &link, opening(CODE)).await.expect(410).hides(WORDS);
    post(&office, &format!("{link}/fin"), opening(CODE)).await.expect(410);
    assert_eq!(office.everything(), before);
}

#[tokio::test]
async fn whoever_has_no_code_any_more_is_told_so() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let absurd = "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let other = "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    for code in [None, Some(""), Some(CODE), Some("$argon2id$essai"), Some(absurd), Some(other)] {
        office.reload(|practice| practice.recipients.get_mut("on-call").unwrap().code = code.map(str::to_owned));
        let before = office.everything();
        get(&office, &link).await.expect(409).shows("Aucun code n&#39;est enregistré pour vous");
        post(&office, &link, opening("password")).await.expect(409).hides(WORDS);
        assert_eq!(office.everything(), before, "{code:?}");
    }
    office.reload(|practice| drop(practice.recipients.remove("on-call")));
    get(&office, &link).await.expect(409);
}
