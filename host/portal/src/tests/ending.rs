//! Saying what came of an alert.

use greffon_core::model::alert::{AlertOutcome, AlertState};

use super::browser::{encoded, ending, opening, post};
use super::office::{CODE, Office, WORDS};

/// Words enough for every outcome that needs some.
const NOTE: &str = "appelé trois fois";

#[tokio::test]
async fn each_outcome_ends_it_for_whoever_may_say_so() {
    for outcome in AlertOutcome::ALL {
        let office = Office::alarmed().await;
        let link = office.link("dr-martin");
        post(&office, &link, opening(CODE)).await.expect(200);
        let page = post(&office, &format!("{link}/fin"), ending(outcome.as_str(), NOTE)).await.expect(200);
        page.shows("Cette alerte est terminée.").shows(NOTE).shows(WORDS).hides("<form");
        let alert = office.stored();
        assert_eq!(alert.state, AlertState::Ended, "{outcome:?}");
        let end = alert.end.unwrap();
        assert_eq!((end.outcome, end.note.as_deref(), end.by.as_str()), (outcome, Some(NOTE), "recipient:dr-martin"));
    }
}

#[tokio::test]
async fn it_can_be_ended_without_being_opened_and_without_a_note() {
    let office = Office::alarmed().await;
    let said = encoded(&[("code", CODE), ("outcome", "emergency-services")]);
    post(&office, &format!("{}/fin", office.link("on-call")), said).await.expect(200);
    assert_eq!(office.stored().end.unwrap().note, None);
}

#[tokio::test]
async fn what_the_flow_refuses_is_asked_again_with_its_reason_and_what_was_said() {
    let office = Office::alarmed().await;
    let path = format!("{}/fin", office.link("on-call"));
    let page = post(&office, &path, ending("no-danger", NOTE)).await.expect(403);
    page.shows("role=\"alert\">Seul un praticien peut dire qu&#39;il n&#39;y a pas de danger.")
        .shows("value=\"no-danger\" required checked")
        .shows(&format!("\n{NOTE}</textarea>"))
        .shows(&format!("action=\"{path}\""))
        .shows("Cabinet tilleuls")
        .hides(CODE)
        .hides(WORDS);
    let page = post(&office, &path, ending("unreachable", "deux mots")).await.expect(422);
    page.shows("role=\"alert\">Dites en au moins 3 mots").shows("value=\"unreachable\" required checked");
    assert_eq!(office.stored().state, AlertState::Open, "nothing was half done");
    assert_eq!(office.tries(), 0, "the code was right");
    office.ended_elsewhere(NOTE).await;
    let page = post(&office, &path, ending("seen", "")).await.expect(409);
    page.shows("role=\"alert\">Cette alerte est terminée.").hides(WORDS);
    assert_eq!(office.stored().end.unwrap().outcome, AlertOutcome::SpokenTo);
}

#[tokio::test]
async fn a_wrong_code_ends_nothing_and_keeps_what_was_written() {
    let office = Office::alarmed().await;
    let path = format!("{}/fin", office.link("on-call"));
    let said = encoded(&[("code", "pas-le-bon"), ("outcome", "seen"), ("note", "</textarea><script>\r\nsuite")]);
    let page = post(&office, &path, said).await.expect(403);
    page.shows("Ce code n&#39;est pas le bon")
        .shows("value=\"seen\" required checked")
        .shows("&#60;/textarea&#62;&#60;script&#62;\nsuite</textarea>")
        .hides("<script")
        .hides(WORDS);
    assert_eq!((office.stored().state, office.tries()), (AlertState::Open, 1));
}

#[tokio::test]
async fn what_is_missing_or_is_no_choice_is_asked_for_again_and_counts_no_try() {
    let office = Office::alarmed().await;
    let path = format!("{}/fin", office.link("on-call"));
    let before = office.everything();
    for fields in [
        &[][..],
        &[("code", CODE), ("note", NOTE)],
        &[("outcome", "seen"), ("note", NOTE)],
        &[("code", CODE), ("outcome", "forgotten"), ("note", NOTE)],
        &[("code", CODE), ("outcome", "seen"), ("outcome", "seen")],
    ] {
        post(&office, &path, encoded(fields)).await.expect(422).shows("role=\"alert\">Il manque").hides(CODE);
    }
    assert_eq!(office.everything(), before);
}

#[tokio::test]
async fn the_longest_note_of_the_form_fits_into_what_is_read() {
    let office = Office::alarmed().await;
    let note = "é".repeat(500);
    post(&office, &format!("{}/fin", office.link("on-call")), ending("seen", &note)).await.expect(200).shows(&note);
}
