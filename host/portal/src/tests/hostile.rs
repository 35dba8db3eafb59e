//! What is sent by no browser, or in nobody's name; and what holds for every answer.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::stream;
use greffon_core::model::alert::AlertState;
use greffon_simulation::{Effect, Fault};
use sha2::{Digest as _, Sha256};

use super::browser::{Page, encoded, form, get, opening, post, send};
use super::office::{CODE, Office, WORDS};

/// One of each answer that there is.
async fn one_of_each() -> Vec<Page> {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let put = Request::put(&link).body(Body::empty()).unwrap();
    let json = Request::post(&link).header(CONTENT_TYPE, "application/json").body(Body::from("{}")).unwrap();
    let mut elsewhere = form(&link, opening(CODE));
    elsewhere.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    let mut pages = vec![
        get(&office, &link).await.expect(200),
        send(&office, put).await.expect(405),
        send(&office, json).await.expect(415),
        send(&office, elsewhere).await.expect(403),
        get(&office, "/alerte/x/y").await.expect(404),
        get(&office, "/alerte/x").await.expect(404),
        post(&office, &link, "x=".to_owned() + &"y".repeat(4095)).await.expect(413),
        post(&office, &link, "code=%FF").await.expect(422),
        post(&office, &link, opening("pas-le-bon")).await.expect(403),
        post(&office, &link, opening(CODE)).await.expect(200),
        post(&office, &format!("{link}/fin"), encoded(&[])).await.expect(422),
    ];
    office.plan.next(Effect::StorageRead, Fault::Refused);
    pages.push(get(&office, &link).await.expect(503));
    office.reload(|practice| practice.recipients.clear());
    pages.push(get(&office, &link).await.expect(409));
    office.wait_s(24 * 3600).await;
    pages.push(get(&office, &link).await.expect(410));
    pages
}

#[tokio::test]
async fn every_answer_forbids_to_keep_frame_index_run_or_pass_it_on() {
    for page in one_of_each().await {
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-robots-tag", "noindex"),
            ("x-content-type-options", "nosniff"),
            ("content-type", "text/html; charset=utf-8"),
            ("content-language", "fr"),
        ] {
            assert_eq!(page.header(name), value, "{name} of {page:?}");
        }
        let (before, after) = page.html.split_once("<style>").unwrap();
        let (style, _) = after.split_once("</style>").unwrap();
        let digest = STANDARD.encode(Sha256::digest(style));
        let policy = page.header("content-security-policy");
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            )
        );
        assert!(before.contains("<html lang=\"fr\">"), "{before}");
        for (piece, times) in [("<style>", 1), ("<h1>", 1), ("style=", 0), ("<script", 0), ("http", 0), (" on", 0)] {
            let rest = page.html.replace("on-call", "");
            let in_tags = rest.split('<').filter_map(|tag| tag.split('>').next());
            let found = if piece.starts_with('<') {
                rest.matches(piece).count()
            } else {
                in_tags.filter(|tag| tag.contains(piece)).count()
            };
            assert_eq!(found, times, "{piece} in {}", page.html);
        }
        assert!(page.headers.get("set-cookie").is_none());
    }
}

#[tokio::test]
async fn what_is_sent_from_another_site_does_nothing() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let before = office.everything();
    for path in [link.clone(), format!("{link}/fin")] {
        let mut request = form(&path, opening(CODE));
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        send(&office, request).await.expect(403).shows("vient d&#39;un autre site").hides(WORDS);
    }
    assert_eq!(office.everything(), before);
    for site in ["same-origin", "same-site", "none"] {
        let mut request = form(&link, opening(CODE));
        request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
        send(&office, request).await.expect(200);
    }
}

#[tokio::test]
async fn a_body_is_read_up_to_four_kibibytes_whatever_it_says_of_itself() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let filled = |bytes: usize| {
        let form = opening(CODE);
        format!("{form}&x={}", "y".repeat(bytes - form.len() - 3))
    };
    let before = office.everything();
    post(&office, &link, filled(4097)).await.expect(413).shows("C&#39;est trop long");
    let pieces = (0..5).map(|_| Ok::<_, std::io::Error>("z".repeat(1000)));
    post(&office, &link, Body::from_stream(stream::iter(pieces))).await.expect(413);
    assert_eq!(office.everything(), before);
    post(&office, &link, filled(4096)).await.expect(200);
}

#[tokio::test]
async fn what_is_no_text_is_no_form() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let before = office.everything();
    let right = opening(CODE);
    for bytes in [
        [right.as_bytes(), b"&x=\xff\xfe"].concat(),
        format!("{right}&x=%C3%28").into_bytes(),
        format!("{right}&%00=x").into_bytes(),
        format!("{right}&x=%1B").into_bytes(),
        b"\0\0\0\0".to_vec(),
        b"&&&===".to_vec(),
    ] {
        post(&office, &link, bytes.clone()).await.expect(422).hides(WORDS);
        post(&office, &format!("{link}/fin"), bytes).await.expect(422).hides(WORDS);
    }
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", "", "\u{1}".trim()] {
        let mut request = form(&link, right.clone());
        request.headers_mut().remove(CONTENT_TYPE);
        if let Ok(value) = kind.parse() {
            request.headers_mut().insert(CONTENT_TYPE, value);
        }
        send(&office, request).await.expect(415);
    }
    assert_eq!(office.everything(), before);
    let mut request = form(&link, right);
    let kind = "Application/X-WWW-Form-Urlencoded; charset=UTF-8".parse().unwrap();
    request.headers_mut().insert(CONTENT_TYPE, kind);
    send(&office, request).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_not_waited_for() {
    let office = Office::alarmed().await;
    let body = Body::from_stream(stream::pending::<Result<String, std::io::Error>>());
    post(&office, &office.link("on-call"), body).await.expect(503).shows("Cela n&#39;a pas marché");
}

#[tokio::test]
async fn a_fault_of_the_database_is_the_same_constant_page_everywhere() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    office.plan.next(Effect::StorageRead, Fault::Refused);
    let same = get(&office, &link).await.expect(503).html;
    for said in [opening(CODE), opening("pas-le-bon")] {
        office.plan.next(Effect::StorageWrite, Fault::Refused);
        let page = post(&office, &link, said).await.expect(503);
        assert_eq!(page.html, same);
        page.hides("fault").hides(WORDS);
    }
    assert_eq!(office.stored().state, AlertState::Open);
    assert_eq!(office.tries(), 0, "what could not be counted was not looked at");
}
