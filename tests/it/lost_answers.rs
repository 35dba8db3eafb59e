//! A booking whose answer, or whose request, is lost on the way ends truthfully,
//! once, and without a person.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::host::{MONDAY, TestHost};
use crate::support::peers::{self, Peer};
use crate::support::practice;
use crate::support::proxy::{Fault, Proxy};

const CALENDAR: &str = "/cabinet/martin/";

struct Scene {
    test: TestHost,
    proxy: Proxy,
    radicale: Peer,
}

async fn scene() -> anyhow::Result<Option<Scene>> {
    let Some(radicale) = peers::radicale().await? else { return Ok(None) };
    let proxy = Proxy::before(radicale.port).await?;
    let file = practice::caldav("cabinet", &proxy.origin(), CALENDAR, "");
    let test = TestHost::sqlite(&[("cabinet", file)]).await?;
    Ok(Some(Scene { test, proxy, radicale }))
}

impl Scene {
    async fn book_with(&self, fault: Fault) -> anyhow::Result<(String, Value)> {
        let contact = self.test.contact_ready_to_book("cabinet", 1).await?;
        let slot = self.test.slots(&contact, MONDAY).await?.swap_remove(0);
        self.proxy.set(fault);
        let path = format!("/v1/contacts/{contact}/bookings");
        let body = json!({ "op_id": "lost-1", "slot": slot });
        let answer = self.test.secretary.call(Method::POST, &path, Some(&body)).await?;
        assert_eq!(self.proxy.used(), 1, "the fault was used");
        let view = self.test.view(&contact).await?;
        let to_verify =
            view["banners"].as_array().is_some_and(|all| all.iter().any(|one| one["code"] == "booking-to-verify"));
        match answer.status {
            // The plugin looked by itself and found what the server committed.
            StatusCode::CREATED => assert_eq!(fault, Fault::DropAnswer, "{}", answer.body),
            StatusCode::ACCEPTED => {
                assert!(to_verify, "{view}");
                assert_eq!(self.patient_mails().await, 0, "nothing is told before the booking is confirmed");
            }
            other => panic!("{other} {}", answer.body),
        }
        Ok((contact, slot))
    }

    async fn patient_mails(&self) -> usize {
        let Ok(entries) = std::fs::read_dir(self.test.mail_folder("cabinet")) else { return 0 };
        let to_patient = |path: std::path::PathBuf| {
            std::fs::read_to_string(path).is_ok_and(|mail| mail.contains("patient1@patients.example"))
        };
        entries.flatten().filter(|entry| to_patient(entry.path())).count()
    }
}

fn state(view: &Value) -> &str {
    view["bookings"][0]["state"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_whose_answer_is_lost_after_the_commit_is_confirmed_once() -> anyhow::Result<()> {
    let Some(scene) = scene().await? else { return Ok(()) };
    let (contact, _) = scene.book_with(Fault::DropAnswer).await?;
    assert_eq!(peers::read_calendar(&scene.radicale, CALENDAR).await?.len(), 1, "the server committed");

    scene.test.pass(45).await?;
    let view = scene.test.view(&contact).await?;
    assert_eq!(state(&view), "confirmed", "{view}");
    assert_eq!(peers::read_calendar(&scene.radicale, CALENDAR).await?.len(), 1);
    assert_eq!(scene.patient_mails().await, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_that_is_lost_before_the_server_is_sent_again_once() -> anyhow::Result<()> {
    let Some(scene) = scene().await? else { return Ok(()) };
    let (contact, slot) = scene.book_with(Fault::DropRequest).await?;
    assert_eq!(peers::read_calendar(&scene.radicale, CALENDAR).await?, Vec::<String>::new());

    // Meanwhile its time stays claimed: nobody else is offered it.
    let rival = scene.test.contact_ready_to_book("cabinet", 2).await?;
    assert!(scene.test.slots(&rival, MONDAY).await?.iter().all(|one| one["start"] != slot["start"]));

    scene.test.pass(45).await?;
    let view = scene.test.view(&contact).await?;
    assert!(matches!(state(&view), "confirmed" | "refused"), "{view}");
    let events = peers::read_calendar(&scene.radicale, CALENDAR).await?;
    assert_eq!(events.len(), usize::from(state(&view) == "confirmed"), "{events:?}");
    assert_eq!(scene.patient_mails().await, events.len());
    Ok(())
}
