//! Plugins that misbehave, compiled from Rust with the SDK, in one process with
//! a practice that goes on booking: each ends as a typed failure within its
//! limits, and the contact it was asked about goes to a person.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use greffon_core::ids::FeatureId;
use greffon_core::model::care::PracticeContext;
use greffon_core::model::scheduling::AgendaError;
use greffon_core::model::triage::Encounter;
use greffon_core::ports::plugins::PluginFailure;
use greffon_core::ports::practices::{LivePractice, Practices as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::host::{MONDAY, TestHost};
use crate::support::practice;

/// Hostile calls at once: more than there are threads for guests.
const AT_ONCE: usize = 6;

/// By what every limit of the defaults has ended a guest, on a machine that is
/// busy with other tests too; their own are 100 ms of processor and 1 s.
const LONG_PAST_EVERY_LIMIT: Duration = Duration::from_secs(20);

/// Two practices: `calme`, which has nothing to do with it, and `hostile`.
async fn two_practices() -> anyhow::Result<TestHost> {
    let files = [("calme", practice::local("calme")), ("hostile", practice::local("hostile"))];
    let test = TestHost::sqlite(&files).await?;
    test.host.wiring.runtime.register_bundled([
        ("guest-spin", greffon_tests::GUEST_SPIN_MANIFEST, greffon_tests::GUEST_SPIN),
        ("guest-hog", greffon_tests::GUEST_HOG_MANIFEST, greffon_tests::GUEST_HOG),
        ("guest-deep", greffon_tests::GUEST_DEEP_MANIFEST, greffon_tests::GUEST_DEEP),
        ("guest-trap", greffon_tests::GUEST_TRAP_MANIFEST, greffon_tests::GUEST_TRAP),
        ("guest-http-denied", greffon_tests::GUEST_HTTP_DENIED_MANIFEST, greffon_tests::GUEST_HTTP_DENIED),
        ("guest-keyvalue-other", greffon_tests::GUEST_KEYVALUE_OTHER_MANIFEST, greffon_tests::GUEST_KEYVALUE_OTHER),
        ("guest-output-flood", greffon_tests::GUEST_OUTPUT_FLOOD_MANIFEST, greffon_tests::GUEST_OUTPUT_FLOOD),
    ])?;
    Ok(test)
}

/// Gives a practice another file.
fn becomes(test: &TestHost, practice: &str, file: &str) -> anyhow::Result<Arc<LivePractice>> {
    test.rewrite(practice, file)?;
    let refresh = test.host.wiring.directory.refresh();
    let wrong = refresh.problems.iter().chain(&refresh.out).next();
    anyhow::ensure!(wrong.is_none(), "{}", wrong.expect("a problem"));
    Ok(test.host.wiring.directory.get(&practice.into()).expect("the practice is known"))
}

/// What a practice that has nothing to do with it gets meanwhile.
async fn books_at_calme(test: &TestHost, number: usize) -> anyhow::Result<StatusCode> {
    let contact = test.contact_ready_to_book("calme", number).await?;
    // A day of its own: the others book at the same time.
    let days = 1 + i64::try_from(number)?;
    let slot = test.slots(&contact, MONDAY.plus_minutes(days * 24 * 60)).await?.swap_remove(0);
    let body = json!({ "op_id": format!("calme-{number}"), "slot": slot });
    let path = format!("/v1/contacts/{contact}/bookings");
    Ok(test.secretary.call(Method::POST, &path, Some(&body)).await?.status)
}

fn encounter() -> Encounter {
    Encounter {
        motive: Some("consultation".to_owned()),
        context: PracticeContext {
            site: "nord".to_owned(),
            practitioner: None,
            speciality: None,
            zone: "Europe/Paris".to_owned(),
            now: MONDAY,
            now_local: "2026-09-07T08:00:00".to_owned(),
            opening: Vec::new(),
            language: "fr".to_owned(),
        },
        facts: Vec::new(),
        patient_age_days: None,
        previous: None,
    }
}

/// Asks a bad triage plugin several times at once, while the other practice
/// books; then lets a patient call.
async fn triage_fails_alone(plugin: &str, expected: &[PluginFailure]) -> anyhow::Result<()> {
    let test = two_practices().await?;
    let hostile = becomes(&test, "hostile", &practice::with_triage("hostile", plugin))?;
    let triage = hostile.feature(&"tri".into()).expect("in the file").triage()?;
    let asked = encounter();
    let began = Instant::now();
    let calls = join_all((0..AT_ONCE).map(|_| triage.next(&asked)));
    let bookings = join_all((0..4).map(|number| books_at_calme(&test, number)));
    let (failures, bookings) = tokio::join!(calls, bookings);
    assert!(began.elapsed() < LONG_PAST_EVERY_LIMIT, "{:?}", began.elapsed());
    for booked in bookings {
        assert_eq!(booked?, StatusCode::CREATED, "while {plugin} misbehaved");
    }
    for failure in failures {
        // Five in a row, and the sixth may find the feature suspended.
        let failure = failure.expect_err("an answer");
        let suspended = failure == PluginFailure::Suspended;
        assert!(suspended || expected.contains(&failure), "{plugin}: {failure:?}");
    }
    let contact = contact_at_hostile(&test).await?;
    assert_eq!(
        contact["assessment"]["orientation"].as_object().and_then(|one| one.keys().next()).map(String::as_str),
        Some("human-decision"),
        "{contact:#}"
    );
    Ok(())
}

async fn contact_at_hostile(test: &TestHost) -> anyhow::Result<Value> {
    let body = json!({
        "channel": "phone",
        "origin": "+33 6 39 98 00 99",
        "facts": [
            { "key": "caller.kind", "value": { "choice": "patient" } },
            { "key": "request.motive", "value": { "choice": "consultation" } },
            { "key": "red-flag.all", "value": "no" },
        ],
    });
    let path = "/v1/practices/hostile/contacts";
    test.secretary.call(Method::POST, path, Some(&body)).await?.ok("receiving a contact")
}

fn limit(name: &str) -> PluginFailure {
    PluginFailure::LimitReached(name.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_loops_meets_its_processor_time_or_on_a_busy_machine_its_deadline() -> anyhow::Result<()> {
    triage_fails_alone("guest-spin", &[limit("cpu"), limit("deadline")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_allocates_without_end_meets_its_memory_limit() -> anyhow::Result<()> {
    triage_fails_alone("guest-hog", &[limit("memory")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_traps_ends_as_a_trap() -> anyhow::Result<()> {
    let trap = PluginFailure::Trapped("unreachable".to_owned());
    triage_fails_alone("guest-trap", &[trap]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_recurses_beyond_its_small_stack_ends_as_a_trap() -> anyhow::Result<()> {
    let trap = PluginFailure::Trapped("out-of-bounds".to_owned());
    triage_fails_alone("guest-deep", &[trap]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_that_was_not_granted_is_denied() -> anyhow::Result<()> {
    let test = two_practices().await?;
    let feature = FeatureId::from("agenda");
    let peer = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let here = format!("http://{}", peer.local_addr()?);
    let urls = ["https://not-granted.example/", here.as_str(), "https://granted.example.evil.example/"];
    for (number, url) in urls.into_iter().enumerate() {
        let lines = format!("grants.http = [\"https://granted.example\"]\nsettings = {{ url = \"{url}\" }}");
        let hostile = becomes(&test, "hostile", &practice::with_agenda("hostile", "guest-http-denied", &lines))?;
        let agenda = hostile.agenda(&feature)?;
        let (seen, booked) = tokio::join!(agenda.probe(), books_at_calme(&test, number));
        assert!(matches!(seen, Err(AgendaError::Denied(_))), "{url}: {seen:?}");
        assert_eq!(booked?, StatusCode::CREATED);
    }
    let connected = tokio::time::timeout(Duration::ZERO, peer.accept()).await;
    assert!(connected.is_err(), "nobody connected to the host's own network");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_practices_keyvalue_space_cannot_be_named() -> anyhow::Result<()> {
    let test = two_practices().await?;
    let feature = FeatureId::from("agenda");
    let file = |id: &str, settings: &str| {
        let lines = format!("grants.keyvalue = true\nsettings = {{ {settings} }}");
        practice::with_agenda(id, "guest-keyvalue-other", &lines)
    };
    // The victim: same plugin, same feature, same bucket, one key.
    let victim = becomes(&test, "calme", &file("calme", "write = \"canari\""))?;
    assert_eq!(victim.agenda(&feature)?.agendas().await, Ok(vec![]));
    assert_eq!(victim.agenda(&feature)?.probe().await.map(|probed| probed.clock), Ok(greffon_core::time::Instant(1)));
    let buckets = [
        "notes",
        "",
        "calme",
        "calme/notes",
        "../calme/agenda/notes",
        "/calme/agenda/notes",
        "%",
        "*",
        "calme\\u0000notes",
    ];
    for bucket in buckets {
        let thief = becomes(&test, "hostile", &file("hostile", &format!("bucket = \"{bucket}\"")))?;
        let seen = thief.agenda(&feature)?.probe().await.map(|probed| probed.clock);
        assert!(seen.is_err() || seen == Ok(greffon_core::time::Instant(0)), "{bucket}: {seen:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_output_is_dropped_or_refused() -> anyhow::Result<()> {
    let test = two_practices().await?;
    let hostile = becomes(&test, "hostile", &practice::with_agenda("hostile", "guest-output-flood", ""))?;
    let feature = FeatureId::from("agenda");
    let agenda = hostile.agenda(&feature)?;
    let (answer, booked) = tokio::join!(agenda.agendas(), books_at_calme(&test, 1));
    assert!(matches!(answer, Err(AgendaError::Unavailable(_))), "the answer is refused: {answer:?}");
    assert_eq!(booked?, StatusCode::CREATED);
    Ok(())
}
