//! Opening an alert with a code.

use greffon_core::model::alert::{AlertState, NextStep};

use super::browser::{encoded, get, get_in_english, opening, post};
use super::office::{CODE, Office, WORDS};

#[tokio::test]
async fn the_right_code_shows_the_alert_and_takes_it_in_hand() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let said = encoded(&[("code", CODE), ("next", "see-now"), ("minutes", "15")]);
    let page = post(&office, &link, said).await.expect(200);
    page.shows(WORDS)
        .shows("Alerte : urgence vitale")
        .shows("C&#39;est noté")
        .shows("on-call : le patient va être vu tout de suite, avant 9 h 15.")
        .shows("Numéro : <a href=\"tel:+33612345678\">+33612345678</a>\n")
        .shows("<div class=\"text\" lang=\"fr\">")
        .shows(&format!("<form method=\"post\" action=\"{link}/fin\""))
        .hides("checked");
    let alert = office.stored();
    assert_eq!(alert.state, AlertState::Acknowledged);
    let taken = &alert.acknowledged[0];
    assert_eq!((taken.by.as_str(), taken.next), ("recipient:on-call", NextStep::SeeNow));
    assert_eq!(taken.until, taken.at.plus_minutes(15));
    assert_eq!((office.tries(), office.journal("alert.opened")), (0, 1));
    office.wait_s(899).await;
    assert_eq!(office.told(), ["on-call", "dr-martin"], "nobody else is told meanwhile");
}

#[tokio::test]
async fn each_step_and_each_time_can_be_said() {
    for (next, minutes) in NextStep::ALL.into_iter().zip([5, 10, 15, 5]) {
        let office = Office::alarmed().await;
        let said = encoded(&[("code", CODE), ("next", next.as_str()), ("minutes", &minutes.to_string())]);
        post(&office, &office.link("on-call"), said).await.expect(200);
        let taken = &office.stored().acknowledged[0];
        assert_eq!((taken.next, taken.until), (next, taken.at.plus_minutes(minutes)));
    }
}

#[tokio::test]
async fn blanks_around_a_code_and_accents_in_two_pieces_do_not_make_it_wrong() {
    let office = Office::alarmed().await;
    for code in [format!(" {CODE} "), "cle\u{301}-de-Be\u{301}a".to_owned()] {
        post(&office, &office.link("on-call"), opening(&code)).await.expect(200);
    }
}

#[tokio::test]
async fn whoever_comes_second_reads_it_and_sees_who_has_it() {
    let office = Office::alarmed().await;
    office.taken_elsewhere().await;
    let page = post(&office, &office.link("on-call"), opening(CODE)).await.expect(200);
    page.shows(WORDS)
        .shows("Quelqu&#39;un l&#39;a déjà prise en charge.")
        .shows("dr-petit : le patient va être vu tout de suite, avant 9 h 12.")
        .hides("C&#39;est noté");
    assert_eq!(office.stored().acknowledged.len(), 1);
}

#[tokio::test]
async fn whoever_comes_after_its_end_reads_what_came_of_it_and_has_nothing_to_do() {
    let office = Office::alarmed().await;
    office.ended_elsewhere("rappelé, <b>rassuré</b>").await;
    let page = post(&office, &office.link("on-call"), opening(CODE)).await.expect(200);
    page.shows("Cette alerte est terminée.")
        .shows("dr-petit : « J&#39;ai parlé au patient, ou à la personne qui est avec lui »")
        .shows("rappelé, &#60;b&#62;rassuré&#60;/b&#62;")
        .hides("<form");
    assert_eq!(office.stored().state, AlertState::Ended);
}

#[tokio::test]
async fn nothing_that_a_caller_says_is_ever_read_as_a_page() {
    let words = "il ne respire plus</div><script>alert(1)</script>\n\"'><img src=x onerror=alert(1)>&lt;\nNuméro : 0899000000\nvoilà";
    let office = Office::with(words, |practice| practice.name = "Cabinet <i>&</i> \"Tilleuls\"".to_owned()).await;
    let link = office.link("on-call");
    get(&office, &link).await.expect(200).shows("Cabinet &#60;i&#62;&#38;&#60;/i&#62; &#34;Tilleuls&#34;").hides("<i>");
    let page = post(&office, &link, opening(CODE)).await.expect(200);
    page.shows(
        "&#60;script&#62;alert(1)&#60;/script&#62;\n&#34;&#39;&#62;&#60;img src=x onerror=alert(1)&#62;&#38;lt;\n",
    )
    .shows("\nNuméro : 0899000000\nvoilà »")
    .hides("<script")
    .hides("<img")
    .hides("tel:");
}

#[tokio::test]
async fn english_pages_keep_the_french_letter_and_say_so() {
    let office = Office::alarmed().await;
    post(&office, &office.link("on-call"), opening(CODE)).await.expect(200);
    let request = super::browser::form(&office.link("on-call"), opening(CODE));
    let (mut head, body) = request.into_parts();
    head.headers.insert("accept-language", "en".parse().unwrap());
    let page = super::browser::send(&office, axum::http::Request::from_parts(head, body)).await.expect(200);
    page.shows("<html lang=\"en\">")
        .shows("lang=\"fr\">Alerte : urgence vitale")
        .shows("on-call: the patient will be called back, before 9:10.");
    get_in_english(&office, &office.link("on-call")).await.expect(200).shows("An alert waits for you");
}

#[tokio::test]
async fn what_is_missing_or_is_no_choice_is_asked_for_again_and_counts_no_try() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let before = office.everything();
    let long = "x".repeat(65);
    for fields in [
        &[][..],
        &[("code", CODE)],
        &[("code", CODE), ("next", "call-back")],
        &[("code", CODE), ("minutes", "10")],
        &[("next", "call-back"), ("minutes", "10")],
        &[("code", "  "), ("next", "call-back"), ("minutes", "10")],
        &[("code", &long), ("next", "call-back"), ("minutes", "10")],
        &[("code", CODE), ("next", "wait"), ("minutes", "10")],
        &[("code", CODE), ("next", "call-back"), ("minutes", "16")],
        &[("code", CODE), ("next", "call-back"), ("minutes", "-5")],
        &[("code", CODE), ("next", "call-back"), ("minutes", "99999999999")],
        &[("code", CODE), ("code", CODE), ("next", "call-back"), ("minutes", "10")],
    ] {
        let page = post(&office, &link, encoded(fields)).await.expect(422);
        page.shows("role=\"alert\">Il manque quelque chose").shows("Cabinet tilleuls").hides(WORDS).hides(CODE);
    }
    assert_eq!(office.everything(), before);
}

#[tokio::test]
async fn what_was_chosen_stays_chosen_and_the_code_is_not_kept() {
    let office = Office::alarmed().await;
    let said = encoded(&[("code", "pas-le-bon"), ("next", "give-appointment"), ("minutes", "15")]);
    let page = post(&office, &office.link("on-call"), said).await.expect(403);
    page.shows("role=\"alert\">Ce code n&#39;est pas le bon.")
        .shows("value=\"give-appointment\" required checked")
        .shows("value=\"15\" required checked")
        .hides("pas-le-bon");
}
