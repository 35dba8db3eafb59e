//! The road of a contact at a vendor's agenda that deduplicates nothing: the stub of greffon-peer.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use greffon_core::jobs::Jobs;
use greffon_core::ports::clock::Clock as _;
use greffon_peer::doctolib_like::{DoctolibLike, Entry, Fault, Kind, Options, Switch, Webhook};
use greffon_simulation::ManualClock;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::host::{MONDAY, TestHost};
use crate::support::{practice, road};

/// What the test host writes into `secrets/dav` of every practice.
const SECRET: &str = "secret";

/// Where services call, before the proxy.
const PUBLIC: &str = "https://accueil.example";

const SEARCH: &str = "GET /v1/availabilities";
const READ: &str = "GET /v1/appointments?";
const WRITE: &str = "POST /v1/appointments";
const PATIENT: &str = "POST /v1/patients";

/// What goes wrong at which request of a search and a booking.
const FAULTS: [(Fault, &str); 16] = [
    (Fault::RequestLost, SEARCH),
    (Fault::RateLimited, SEARCH),
    (Fault::TokenExpires, SEARCH),
    (Fault::StaleAvailability, SEARCH),
    (Fault::RequestLost, READ),
    (Fault::RateLimited, READ),
    (Fault::TokenExpires, READ),
    (Fault::TruncatedPage, READ),
    (Fault::RequestLost, WRITE),
    (Fault::AnswerLost, WRITE),
    (Fault::ErrorAfterCommit, WRITE),
    (Fault::RateLimited, WRITE),
    (Fault::TokenExpires, WRITE),
    (Fault::NotesDropped, WRITE),
    (Fault::LateVisible, WRITE),
    (Fault::Slow, WRITE),
];

/// A host that serves one practice at a vendor, on one clock.
async fn at_a_vendor() -> anyhow::Result<(TestHost, DoctolibLike)> {
    let clock: Arc<OnceLock<Arc<ManualClock>>> = Arc::default();
    let shared = Arc::clone(&clock);
    let vendor = DoctolibLike::start(Options {
        client_secret: SECRET.to_owned(),
        clock: Arc::new(move || shared.get().map_or(MONDAY.0, |clock| clock.now().0)),
        ..Options::default()
    })
    .await?;
    let (base, tokens) = (vendor.base_url(), vendor.token_url());
    let feature = format!(
        "settings = {{ base-url = \"{base}\", account = 7, motives = {{ certificat = 201 }}, \
         agendas = {{ martin = {{ vendor-id = 101 }} }} }}\n\
         grants.http = [\"{base}\"]\n\
         grants.keyvalue = true\n\
         credentials.api = {{ scheme = \"oauth2-client\", token-url = \"{tokens}\", client-id = \"greffon\", \
         client-secret = {{ file = \"secrets/dav\" }}, origin = \"{base}\" }}\n\
         credentials.webhook = {{ scheme = \"key\", key = {{ file = \"secrets/dav\" }} }}"
    );
    let file = practice::with_agenda("cabinet", "agenda-doctolib-like", &feature);
    let change = |config: &mut greffon::config::operator::OperatorConfig| {
        config.public_origin = Some(PUBLIC.to_owned());
    };
    let test = TestHost::configured(&[("cabinet", file)], change).await?;
    anyhow::ensure!(clock.set(Arc::clone(&test.clock)).is_ok(), "the clock was set before");
    Ok((test, vendor))
}

/// The appointments that stand at the vendor.
fn standing(vendor: &DoctolibLike) -> Vec<Entry> {
    let mut entries = vendor.entries();
    entries.retain(|entry| !entry.cancelled && matches!(entry.kind, Kind::Appointment { .. }));
    entries
}

async fn listed(test: &TestHost, what: &str) -> anyhow::Result<Vec<Value>> {
    let path = format!("/v1/practices/cabinet/{what}");
    let body = test.secretary.call(Method::GET, &path, None).await?.ok("listing")?;
    Ok(body["items"].as_array().context("a page")?.clone())
}

/// The appointments that stand for greffon.
async fn booked(test: &TestHost) -> anyhow::Result<Vec<Value>> {
    let window = format!("appointments?from={MONDAY}&to={}", MONDAY.plus_minutes(90 * 24 * 60));
    let mut all = listed(test, &window).await?;
    all.retain(|one| one["status"] == "booked");
    Ok(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_booked_at_the_vendor_once_and_its_patient_made_once() -> anyhow::Result<()> {
    let (test, vendor) = at_a_vendor().await?;
    let patients = vendor.patients().len();
    for number in 0..2 {
        road::walk(&test.secretary, "cabinet", &format!("op-{number}"), MONDAY).await?;
        // Longer than a token lives.
        test.pass(10).await?;
    }
    let there = standing(&vendor);
    assert_eq!((there.len(), booked(&test).await?.len()), (2, 2));
    assert_eq!(vendor.patients().len(), patients + 1);
    assert!(there.iter().all(|entry| entry.agenda == 101));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_at_a_booking_nothing_is_double_lost_or_without_an_owner() -> anyhow::Result<()> {
    let (test, vendor) = at_a_vendor().await?;
    let mut waited = 0;
    for (number, (fault, request)) in FAULTS.into_iter().enumerate() {
        let (before, known) = (standing(&vendor).len(), booked(&test).await?.len());
        vendor.switch(Switch::times(fault, 1).on(request));
        let walked = road::walk(&test.secretary, "cabinet", &format!("fault-{number}"), MONDAY).await;
        assert_eq!(vendor.faults(), [], "{fault:?} never struck {request}");
        test.pass(45).await?;
        let made = standing(&vendor).len() - before;
        let learnt = booked(&test).await?.len() - known;
        let waiting = listed(&test, "bookings/to-verify").await?.len();
        let asked = waiting - std::mem::replace(&mut waited, waiting);
        println!("{fault:?} at {request}: {made} made, {learnt} known, {asked} asked about, {}", walked.is_ok());
        assert!(made <= 1, "{fault:?} at {request}: double");
        assert!(made == learnt || asked == 1, "{fault:?} at {request}: nobody knows of it, and nobody is asked");
        assert!(walked.is_err() || made == 1, "{fault:?} at {request}: it was said to stand");
    }
    let mut starts: Vec<i64> = standing(&vendor).iter().map(|entry| entry.start).collect();
    starts.sort_unstable();
    let count = starts.len();
    starts.dedup();
    assert_eq!(starts.len(), count, "two at one time");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_is_made_once_whatever_becomes_of_the_request() -> anyhow::Result<()> {
    for fault in [Fault::AnswerLost, Fault::ErrorAfterCommit, Fault::RequestLost, Fault::TokenExpires] {
        let (test, vendor) = at_a_vendor().await?;
        let before = vendor.patients().len();
        vendor.switch(Switch::times(fault, 1).on(PATIENT));
        for number in 0..2 {
            let walked = road::walk(&test.secretary, "cabinet", &format!("op-{number}"), MONDAY).await;
            assert_eq!(vendor.faults(), [], "{fault:?} never struck");
            test.pass(45).await?;
            println!("{fault:?}: {} patients, {walked:?}", vendor.patients().len() - before);
        }
        assert_eq!(vendor.patients().len(), before + 1, "{fault:?}");
        assert!(standing(&vendor).len() <= 2, "{fault:?}: double");
        assert_eq!(standing(&vendor).len(), booked(&test).await?.len(), "{fault:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_practitioner_moves_at_the_vendor_is_told_by_its_webhook() -> anyhow::Result<()> {
    let (test, vendor) = at_a_vendor().await?;
    road::walk(&test.secretary, "cabinet", "op-1", MONDAY).await?;
    // Past the last look at it: from now on nobody looks by himself.
    test.pass(30).await?;
    let made = json!({ "feature": "agenda" });
    let made = test.secretary.call(Method::POST, "/v1/practices/cabinet/inbound", Some(&made)).await?;
    let url = made.body["url"].as_str().context("a URL")?.replace(PUBLIC, &test.base);
    vendor.set_webhook(Some(Webhook { url, secret: SECRET.to_owned() }));
    let entry = standing(&vendor).pop().context("an appointment")?;
    let to = entry.start + 7 * 24 * 3_600_000;
    vendor.move_entry(entry.id, to).expect("it stands");

    let jobs = Jobs::new(test.host.reception.clone());
    let heard = async {
        while jobs.next_in().await?.is_none_or(|wait| wait > Duration::from_secs(1)) {
            tokio::task::yield_now().await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(30), heard).await.context("the vendor's call was not heard")??;
    test.pass(15).await?;
    let known = booked(&test).await?.pop().context("it stands")?;
    assert_eq!(known["start"], json!(greffon_core::time::Instant(to).to_string()));
    Ok(())
}
