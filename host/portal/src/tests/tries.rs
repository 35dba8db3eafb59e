//! How often somebody may try.

use std::time::Duration;

use futures::future::join_all;
use futures::poll;
use greffon_core::flow::FlowError;
use greffon_core::model::alert::{AlertState, MOST_TRIES};
use tower::ServiceExt as _;

use super::browser::{ending, form, get, opening, post, router};
use super::office::{CODE, Office, WORDS};
use crate::gate::{LONGEST_WAIT, settled};

#[tokio::test]
async fn five_wrong_codes_close_the_link_and_the_next_rung_is_told() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    for tried in 1..MOST_TRIES {
        post(&office, &link, opening("pas-le-bon")).await.expect(403).shows("<form").hides(WORDS);
        assert_eq!((office.tries(), office.told().len()), (tried, 2));
    }
    post(&office, &link, opening("pas-le-bon")).await.expect(410).shows("trop de codes faux").hides("<form");
    assert_eq!(office.told(), ["on-call", "dr-martin", "secretariat"]);
    let before = office.everything();
    get(&office, &link).await.expect(410);
    post(&office, &link, opening(CODE)).await.expect(410).hides(WORDS);
    post(&office, &format!("{link}/fin"), ending("seen", "")).await.expect(410);
    assert_eq!(office.everything(), before, "the right one comes too late");
    assert_eq!(office.stored().state, AlertState::Open);
    post(&office, &office.link("secretariat"), opening(CODE)).await.expect(200).shows(WORDS);
}

#[tokio::test]
async fn both_forms_count_on_the_same_link_and_the_right_code_forgives() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let wrong_end = ending("seen", "").replace("code=", "code=x");
    for (path, said) in
        [(&link, opening("pas-le-bon")), (&format!("{link}/fin"), wrong_end)].into_iter().cycle().take(4)
    {
        post(&office, path, said).await.expect(403);
    }
    assert_eq!((office.tries(), office.journal("alert.wrong-code")), (4, 4));
    post(&office, &link, opening(CODE)).await.expect(200);
    assert_eq!(office.tries(), 0);
    assert_eq!(office.told(), ["on-call", "dr-martin"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_wrong_codes_at_once_are_five_tries() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    // Quickly verified, so that nobody waits for a place for long on a slow machine.
    let cheap = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    office.reload(|practice| practice.recipients.get_mut("on-call").unwrap().code = Some(cheap.to_owned()));
    let pages = join_all((0..20).map(|_| post(&office, &link, opening("pas-le-bon")))).await;
    assert_eq!(office.journal("alert.wrong-code"), 5);
    assert!(office.tries() >= MOST_TRIES);
    assert!(!office.told().contains(&"astreinte".to_owned()), "it dies once: {:?}", office.told());
    for page in pages {
        assert!([403, 410, 503].contains(&page.status.as_u16()), "{page:?}");
        page.hides(WORDS);
    }
    get(&office, &link).await.expect(410);
}

#[tokio::test(start_paused = true)]
async fn whoever_finds_no_place_is_told_so_after_two_seconds_and_no_try_is_counted() {
    let office = Office::alarmed().await;
    let link = office.link("on-call");
    let before = office.everything();
    let places = office.portal.places.clone();
    assert_eq!(places.available_permits(), 2);
    let taken = places.acquire_many(2).await.unwrap();
    let began = tokio::time::Instant::now();
    for (path, said) in [(&link, opening(CODE)), (&format!("{link}/fin"), ending("seen", ""))] {
        let page = post(&office, path, said).await.expect(503).shows("Trop de demandes à la fois").hides(WORDS);
        assert_eq!(page.header("retry-after"), "2");
    }
    assert_eq!(began.elapsed(), LONGEST_WAIT * 2);
    get(&office, &link).await.expect(200);
    assert_eq!(office.everything(), before, "not even a try");
    drop(taken);
    post(&office, &link, opening(CODE)).await.expect(200);
    assert_eq!(office.portal.places.available_permits(), 2, "places are given back");
}

#[tokio::test]
async fn a_try_is_judged_though_whoever_made_it_goes_away() {
    let office = Office::alarmed().await;
    let mut request = Box::pin(router(&office).oneshot(form(&office.link("on-call"), opening("pas-le-bon"))));
    assert!(poll!(&mut request).is_pending());
    drop(request);
    let judged = async {
        while office.journal("alert.wrong-code") == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), judged).await.expect("the wrong code is told of");
    assert_eq!(office.tries(), 1);
}

#[tokio::test]
async fn a_step_that_meets_another_is_taken_again_but_not_for_ever() {
    let steps = std::cell::Cell::new(0);
    let step = |meetings: usize| {
        steps.set(steps.get() + 1);
        let met = steps.get() <= meetings;
        async move { if met { Err(FlowError::Conflict) } else { Ok(()) } }
    };
    assert!(settled(|| step(4)).await.is_ok());
    assert_eq!(steps.replace(0), 5);
    assert!(matches!(settled(|| step(usize::MAX)).await, Err(FlowError::Conflict)));
    assert_eq!(steps.get(), 5);
}
