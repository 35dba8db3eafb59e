//! The chain of an alert over the whole host: mail, links, supervisors.

use anyhow::Context as _;
use greffon::config::supervision::Supervisor;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::host::TestHost;
use crate::support::practice;

/// Somebody says that a man does not breathe any more; the alert that follows.
async fn raise(test: &TestHost) -> anyhow::Result<Value> {
    let body = json!({
        "channel": "phone",
        "origin": "+33 6 39 98 00 01",
        "facts": [
            { "key": "caller.words", "value": { "text": "mon mari ne respire plus" } },
            { "key": "red-flag.breathing", "value": "yes" },
        ],
    });
    let path = "/v1/practices/cabinet/contacts";
    let view = test.secretary.call(Method::POST, path, Some(&body)).await?.ok("receiving a contact")?;
    anyhow::ensure!(view["alert"]["state"] == "open", "{view}");
    Ok(view["alert"].clone())
}

async fn alert(test: &TestHost, alert: &Value) -> anyhow::Result<Value> {
    let path = format!("/v1/alerts/{}", alert["id"].as_str().context("an id")?);
    test.secretary.call(Method::GET, &path, None).await?.ok("reading an alert")
}

/// Mails of a practice without a relay, as they lie in its folder.
fn mails(test: &TestHost, practice: &str) -> anyhow::Result<Vec<String>> {
    let Ok(folder) = std::fs::read_dir(test.mail_folder(practice)) else { return Ok(Vec::new()) };
    folder.map(|file| Ok(std::fs::read_to_string(file?.path())?)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_opens_a_link_without_effect_and_a_code_takes_the_alert_in_hand() -> anyhow::Result<()> {
    let with_code = practice::local("cabinet").replace(
        "mailto = \"dr-martin@test.example\"",
        "mailto = \"dr-martin@test.example\"\ncode = { file = \"secrets/dr-martin.code\" }",
    );
    let origin = |config: &mut greffon::config::operator::OperatorConfig| {
        config.public_origin = Some("https://accueil.example".to_owned());
    };
    let test = TestHost::configured(&[("cabinet", practice::local("cabinet"))], origin).await?;
    let hash = greffon_portal::hash_code("tilleul-4-brin", [3; 16])?;
    test.place("cabinet", "secrets/dr-martin.code", hash.as_bytes())?;
    test.rewrite("cabinet", &with_code)?;
    let refresh = test.host.wiring.directory.refresh();
    assert_eq!((refresh.changed.len(), refresh.problems.len()), (1, 0), "{refresh:?}");

    let raised = raise(&test).await?;
    test.work().await?;
    let mail = mails(&test, "cabinet")?.pop().context("the practitioner has a mail")?;
    assert!(mail.contains("dr-martin@test.example"), "{mail}");
    let messages = test.secretary.list("/v1/practices/cabinet/messages").await?;
    let body = messages[0]["body"].as_str().context("a body")?;
    let link = body.lines().find_map(|line| line.split_once("https://accueil.example")).context("a link")?.1;
    let page = format!("{}{link}", test.base);
    let client = Client::builder().no_proxy().build()?;

    // What a mail gateway does.
    for _ in 0..3 {
        let seen = client.get(&page).send().await?;
        assert_eq!(seen.status(), StatusCode::OK);
        assert_eq!(seen.headers()["cache-control"], "no-store");
        let text = seen.text().await?;
        assert!(text.contains("Cabinet de test") && !text.contains("respire"), "{text}");
    }
    assert_eq!(alert(&test, &raised).await?["state"], "open");

    let form = |code: &str| format!("code={code}&next=call-back&minutes=10");
    let post = |body: String| {
        let form = "application/x-www-form-urlencoded";
        client.post(&page).header("content-type", form).body(body).send()
    };
    assert_eq!(post(form("devine")).await?.status(), StatusCode::FORBIDDEN);
    assert_eq!(alert(&test, &raised).await?["state"], "open");
    let opened = post(form("tilleul-4-brin")).await?;
    assert_eq!(opened.status(), StatusCode::OK);
    let text = opened.text().await?;
    assert!(text.contains("respire") && text.contains("39"), "{text}");
    let taken = alert(&test, &raised).await?;
    assert_eq!(
        (taken["state"].as_str(), taken["acknowledged"][0]["by"].as_str()),
        (Some("acknowledged"), Some("recipient:dr-martin"))
    );

    // Nobody else is told until the hour that was given; then everybody is.
    test.pass(9).await?;
    assert_eq!(mails(&test, "cabinet")?.len(), 1);
    test.pass(2).await?;
    assert_eq!(alert(&test, &raised).await?["state"], "open");
    Ok(())
}

/// A port that nobody listens on.
const NOBODY: u16 = 9;

#[tokio::test(flavor = "multi_thread")]
async fn when_every_channel_of_a_practice_is_down_the_supervisors_have_its_alert() -> anyhow::Result<()> {
    let down = practice::local("cabinet")
        .replace("[features.agenda]", &format!("{}[features.agenda]", practice::relay(NOBODY)));
    let office = practice::local("plateforme").replace(
        "[recipients.secretariat]",
        "[recipients.astreinte]\nmailto = \"astreinte@plateforme.example\"\n[recipients.secretariat]",
    );
    let supervised = |config: &mut greffon::config::operator::OperatorConfig| {
        config.supervisors = vec![Supervisor { practice: "plateforme".to_owned(), recipient: "astreinte".to_owned() }];
    };
    let test = TestHost::configured(&[("cabinet", down), ("plateforme", office)], supervised).await?;
    let raised = raise(&test).await?;
    test.pass(5).await?;
    let told = mails(&test, "plateforme")?;
    assert!(told.iter().any(|mail| mail.contains("astreinte@plateforme.example")), "{told:?}");
    let alert = alert(&test, &raised).await?;
    let people: Vec<&str> =
        alert["told"].as_array().context("told")?.iter().filter_map(|one| one["person"].as_str()).collect();
    assert_eq!(people[..3], ["dr-martin", "secretariat", "plateforme:astreinte"]);
    Ok(())
}
