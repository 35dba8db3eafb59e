//! Which tokens are believed.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use greffon_core::ids::PracticeId;
use greffon_core::model::audit::Role;
use greffon_core::ports::clock::Clock;
use greffon_server::NewToken;
use serde_json::json;

use super::support::{Answer, HERE, NOW, Setup, TestApp, bearer, instant, issuer, token};

const PATH: &str = "/v1/practices/les-tilleuls/contacts";

async fn with_header(app: &TestApp, header: &str) -> Answer {
    app.send("GET", PATH, &[("authorization", header)], "").await
}

async fn with_token(app: &TestApp, token: &str) -> Answer {
    with_header(app, &bearer(token)).await
}

fn detail(answer: &Answer) -> String {
    assert_eq!(answer.problem(), "401 unauthenticated");
    answer.json()["detail"].as_str().unwrap().to_owned()
}

/// The token with another header or claims, and the signature that it had.
fn forged(token: &str, header: Option<&serde_json::Value>, claims: Option<&serde_json::Value>) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    for (part, forged) in [(0, header), (1, claims)] {
        if let Some(forged) = forged {
            parts[part] = URL_SAFE_NO_PAD.encode(forged.to_string());
        }
    }
    parts.join(".")
}

#[tokio::test]
async fn a_token_of_the_own_issuer_is_believed() {
    let app = TestApp::new();
    let token = app.token(Role::Secretary);
    with_token(&app, &token).await.expect(200);
    with_header(&app, &format!("bearer  {token} ")).await.expect(200);
}

#[tokio::test]
async fn what_is_no_bearer_token_asks_for_one() {
    let app = TestApp::new();
    for header in ["", "Bearer", "Bearer ", "Basic c2VjcmV0", "Token x"] {
        let answer = with_header(&app, header).await;
        assert_eq!(detail(&answer), "Il manque un jeton « Bearer » dans l'en-tête Authorization.", "{header}");
    }
}

#[tokio::test]
async fn what_is_no_jwt_is_refused() {
    let app = TestApp::new();
    let huge = "x".repeat(65 * 1024);
    for token in ["x", "a.b.c", "..", "e30.e30.", huge.as_str()] {
        let answer = with_token(&app, token).await;
        assert_eq!(detail(&answer), "Ce jeton n'est pas un JWT.");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"greffon\", error=\"invalid_token\"");
    }
}

#[tokio::test]
async fn a_token_counts_for_a_minute_after_its_end() {
    let app = TestApp::new();
    let token = app.token(Role::Secretary);
    app.clock.advance(Duration::from_secs(3659));
    with_token(&app, &token).await.expect(200);
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(detail(&with_token(&app, &token).await), "Ce jeton a expiré.");
}

#[tokio::test]
async fn a_token_signed_with_another_key_is_refused() {
    let app = TestApp::new();
    let signed = issuer("greffon", "greffon", 8).sign(&token(Role::Secretary, &[HERE]), app.clock.now()).unwrap();
    assert_eq!(detail(&with_token(&app, &signed).await), "La clé que nomme ce jeton est inconnue.");
    // The same with the name of the right key in its header.
    let right = app.token(Role::Secretary);
    let borrowed = format!("{}.{}", right.split('.').next().unwrap(), signed.split_once('.').unwrap().1);
    assert_eq!(detail(&with_token(&app, &borrowed).await), "La signature de ce jeton n'est pas valable.");
}

#[tokio::test]
async fn tokens_of_the_key_before_count_beside_those_of_the_new_one() {
    let before = issuer("greffon", "greffon", 8);
    let signed = before.sign(&token(Role::Secretary, &[HERE]), instant(NOW)).unwrap();
    let app =
        TestApp::with(Setup { authenticator: Box::new(move |usual| usual.with_own(&before)), ..Setup::default() });
    with_token(&app, &signed).await.expect(200);
    with_token(&app, &app.token(Role::Secretary)).await.expect(200);
}

#[tokio::test]
async fn a_token_of_another_issuer_or_audience_is_refused() {
    let app = TestApp::new();
    let sign =
        |name, audience| issuer(name, audience, 7).sign(&token(Role::Secretary, &[HERE]), app.clock.now()).unwrap();
    assert_eq!(detail(&with_token(&app, &sign("else", "greffon")).await), "L'émetteur de ce jeton est inconnu.");
    assert_eq!(detail(&with_token(&app, &sign("greffon", "else")).await), "Ce jeton est destiné à un autre service.");
}

#[tokio::test]
async fn claims_cannot_be_changed_after_signing() {
    let app = TestApp::new();
    let token = app.token_for(Role::Secretary, &["elsewhere"]);
    let claims = json!({
        "iss": "greffon", "aud": "greffon", "sub": "s-1", "exp": 99_999_999_999_i64,
        "role": "supervisor", "practices": [HERE],
    });
    let answer = with_token(&app, &forged(&token, None, Some(&claims))).await;
    assert_eq!(detail(&answer), "La signature de ce jeton n'est pas valable.");
}

#[tokio::test]
async fn a_token_cannot_choose_its_algorithm() {
    let app = TestApp::new();
    let token = app.token(Role::Secretary);
    let kid = {
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        serde_json::from_slice::<serde_json::Value>(&header).unwrap()["kid"].clone()
    };
    for algorithm in ["HS256", "HS512", "RS256", "ES256", "PS256"] {
        let header = json!({ "alg": algorithm, "typ": "JWT", "kid": kid });
        let answer = with_token(&app, &forged(&token, Some(&header), None)).await;
        assert_eq!(detail(&answer), "L'algorithme de ce jeton n'est pas celui de sa clé.", "{algorithm}");
    }
    for nothing in ["none", "None", ""] {
        let header = json!({ "alg": nothing, "kid": kid });
        let unsigned = forged(&token, Some(&header), None);
        let unsigned = &unsigned[..unsigned.rfind('.').unwrap() + 1];
        assert_eq!(detail(&with_token(&app, unsigned).await), "Ce jeton n'est pas un JWT.", "{nothing}");
    }
}

#[tokio::test]
async fn an_admin_of_the_operator_sees_plugins_of_every_practice_and_nothing_else() {
    let app = TestApp::new();
    let all = NewToken { practices: None, ..token(Role::OperatorAdmin, &[]) };
    let all = bearer(&app.issuer.sign(&all, app.clock.now()).unwrap());
    for practice in [HERE, super::support::ELSEWHERE] {
        let path = |resource| format!("/v1/practices/{practice}/{resource}");
        app.send("GET", &path("plugins"), &[("authorization", &all)], "").await.expect(200);
        app.send("GET", &path("contacts"), &[("authorization", &all)], "").await.expect(403);
    }
    let nowhere = app.send("GET", "/v1/practices/nowhere/plugins", &[("authorization", &all)], "").await;
    assert_eq!(nowhere.problem(), "404 not-found");
}

#[tokio::test]
async fn a_scope_narrows_a_token() {
    let app = TestApp::new();
    let narrow = bearer(&app.token_cut_down_to(Role::Secretary, "greffon:read-messages"));
    let get = async |resource: &str| {
        let path = format!("/v1/practices/{HERE}/{resource}");
        app.send("GET", &path, &[("authorization", narrow.as_str())], "").await
    };
    get("messages").await.expect(200);
    get("contacts").await.expect(403);
}

#[tokio::test]
async fn a_practice_that_was_taken_out_of_the_installation_is_not_found() {
    let app = TestApp::new();
    let token = NewToken { practices: Some(vec![PracticeId::from("gone")]), ..token(Role::Secretary, &[]) };
    let token = bearer(&app.issuer.sign(&token, app.clock.now()).unwrap());
    let answer = app.send("GET", "/v1/practices/gone/contacts", &[("authorization", &token)], "").await;
    assert_eq!(answer.problem(), "404 not-found");
}
