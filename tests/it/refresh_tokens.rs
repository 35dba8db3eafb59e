//! A practice's consent at a provider whose refresh tokens rotate: it outlives
//! restarts, is spent by one node at a time, and is told of when it has ended.

use std::sync::Arc;

use greffon::config::operator::OperatorConfig;
use greffon_core::model::scheduling::AgendaError;
use greffon_core::ports::plugins::{Agenda, Bound};
use greffon_core::ports::practices::Practices as _;
use reqwest::Method;

use crate::support::host::TestHost;
use crate::support::provider::Provider;
use crate::support::{postgres, practice};

const CONSENT: &str = "secrets/consent";

/// A host that serves an empty practice and knows a plugin that asks for a URL.
async fn host(change: impl FnOnce(&mut OperatorConfig)) -> anyhow::Result<TestHost> {
    let test = TestHost::configured(&[("cabinet", practice::local("cabinet"))], change).await?;
    register(&test)?;
    Ok(test)
}

fn register(test: &TestHost) -> anyhow::Result<()> {
    let manifest = greffon_tests::GUEST_HTTP_DENIED_MANIFEST
        .replace("guest-http-denied", "agenda-test")
        .replace("http = [\"*\"]", "http = [\"*\"]\ncredentials = [\"api\"]");
    let component = greffon_tests::GUEST_HTTP_DENIED;
    Ok(test.host.wiring.runtime.register_bundled([("agenda-test", manifest.as_str(), component)])?)
}

/// The practice, whose agenda is the provider's.
fn file(provider: &Provider) -> String {
    let Provider { token_url, api, .. } = provider;
    let credential = format!(
        "credentials.api = {{ scheme = \"oauth2-refresh\", token-url = \"{token_url}\", client-id = \"greffon\", \
         client-secret = {{ file = \"secrets/client\" }}, refresh-token = {{ file = \"{CONSENT}\" }}, \
         origin = \"{api}\" }}"
    );
    let feature = format!("settings = {{ url = \"{api}/\" }}\ngrants.http = [\"{api}\"]\n{credential}");
    practice::with_agenda("cabinet", "agenda-test", &feature)
}

/// What is wrong with the practice, once this is its file.
fn takes(test: &TestHost, text: &str, consent: &str) -> anyhow::Result<Option<String>> {
    test.place("cabinet", CONSENT, consent.as_bytes())?;
    test.place("cabinet", "secrets/client", b"client-password")?;
    test.rewrite("cabinet", text)?;
    let refresh = test.host.wiring.directory.refresh();
    Ok(refresh.problems.iter().chain(&refresh.out).next().map(ToString::to_string))
}

fn agenda(test: &TestHost) -> Arc<dyn Agenda> {
    let practice = test.host.wiring.directory.get(&"cabinet".into()).expect("the practice is known");
    match &practice.feature(&"agenda".into()).expect("the feature is known").bound {
        Ok(Bound::Agenda(agenda)) => Arc::clone(agenda),
        other => panic!("{other:?}"),
    }
}

/// The status that the plugin gets from the provider's API.
async fn status(test: &TestHost) -> Result<i64, AgendaError> {
    agenda(test).probe().await.map(|probed| probed.clock.0)
}

/// What the API of greffon says is wrong with the agenda.
async fn shown(test: &TestHost) -> anyhow::Result<Option<String>> {
    let path = "/v1/practices/cabinet/plugins";
    let body = test.secretary.call(Method::GET, path, None).await?.ok("listing plugins")?;
    let plugins = body["items"].as_array().expect("a page");
    let agenda = plugins.iter().find(|plugin| plugin["feature"] == "agenda").expect("the agenda");
    Ok(agenda["problem"].as_str().map(str::to_owned))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_is_renewed_by_itself_and_nothing_of_it_lies_open() -> anyhow::Result<()> {
    let provider = Provider::start("consent-1").await?;
    let test = host(|_| {}).await?;
    assert_eq!(takes(&test, &file(&provider), "consent-1")?, None);
    for exchanges in [1, 1, 2, 3] {
        assert_eq!((status(&test).await, provider.exchanges()), (Ok(200), exchanges));
        test.clock.advance(std::time::Duration::from_secs(30 * 60));
        if exchanges > 1 {
            test.clock.advance(std::time::Duration::from_secs(30 * 60));
        }
    }
    assert_eq!(shown(&test).await?, None);
    let folder = test.practice_folder("cabinet").join("../..");
    let mut read = 0;
    for entry in std::fs::read_dir(folder)?.flatten().filter(|entry| entry.path().is_file()) {
        let bytes = std::fs::read(entry.path())?;
        read += bytes.len();
        for secret in provider.secrets() {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {}", entry.path().display());
        }
    }
    assert!(read > 4096, "the database was looked at");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_on_one_database_make_one_exchange() -> anyhow::Result<()> {
    let Some(database) = postgres::fresh().await? else { return Ok(()) };
    let provider = Provider::start("consent-1").await?;
    let files = [("cabinet", practice::local("cabinet"))];
    let one = TestHost::over(&database.url, &files).await?;
    let other = one.beside(&files).await?;
    for node in [&one, &other] {
        register(node)?;
        assert_eq!(takes(node, &file(&provider), "consent-1")?, None);
    }
    for exchanges in 1..=5 {
        let both = tokio::join!(status(&one), status(&other));
        assert_eq!((both, provider.exchanges()), ((Ok(200), Ok(200)), exchanges));
        one.clock.advance(std::time::Duration::from_secs(3600));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_has_ended_is_shown_and_asked_for_no_more_until_there_is_a_new_one() -> anyhow::Result<()> {
    let provider = Provider::start("consent-1").await?;
    let test = host(|_| {}).await?;
    assert_eq!(takes(&test, &file(&provider), "consent-1")?, None);
    assert_eq!(status(&test).await, Ok(200));
    provider.end();
    test.clock.advance(std::time::Duration::from_secs(3600));
    for _ in 0..3 {
        assert!(matches!(status(&test).await, Err(AgendaError::Unavailable(_))));
        test.clock.advance(std::time::Duration::from_secs(3600));
    }
    assert_eq!(provider.exchanges(), 2, "a grant that has ended is not hammered");
    let problem = shown(&test).await?.expect("the operator sees it");
    assert!(problem.contains("le consentement doit être renouvelé"), "{problem}");
    assert!(problem.contains("credentials.api") && problem.contains("refresh-token"), "{problem}");

    provider.consent("consent-2");
    assert_eq!(takes(&test, &file(&provider), "consent-2")?, None);
    assert_eq!(status(&test).await, Ok(200));
    assert_eq!(shown(&test).await?, None);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_missing_is_named_with_the_line_to_add() -> anyhow::Result<()> {
    let provider = Provider::start("consent-1").await?;
    let test = host(|config| config.keys.sealing = None).await?;
    let shown = takes(&test, &file(&provider), "consent-1")?.expect("refused");
    for word in ["cabinet/practice.toml:", "oauth2-refresh", "sealing = { file =", "greffon config sealing-key"] {
        assert!(shown.contains(word), "no {word:?} in:\n{shown}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_refresh_token_is_said_at_its_line() -> anyhow::Result<()> {
    let provider = Provider::start("consent-1").await?;
    let test = host(|_| {}).await?;
    let good = file(&provider);
    let token_url = format!("\"{}\"", provider.token_url);
    let courriel = "[features.courriel]\n";
    let again = good.lines().find(|line| line.starts_with("credentials.api")).expect("a credential");
    for (from, to, said) in [
        (token_url.as_str(), "\"ftp://idp.example/token\"", "https URL"),
        ("client-id = \"greffon\"", "client-id = \"\"", "client-id"),
        ("client-id = \"greffon\", ", "", "client-id"),
        ("client-id = ", "client_id = ", "did you mean \"client-id\"?"),
        ("origin = ", "scope = \"a  b\", origin = ", "words with single spaces"),
        ("{ file = \"secrets/consent\" }", "\"consent-1\"", "never the value itself"),
        (CONSENT, "../../sealing.key", "leads out of"),
        (CONSENT, "secrets/absent", "cannot be read"),
        (courriel, &format!("{courriel}{again}\n"), "own consent"),
    ] {
        assert_eq!(good.matches(from).count(), 1, "{from}");
        let shown = takes(&test, &good.replace(from, to), "consent-1")?.expect(to);
        assert!(shown.contains("cabinet/practice.toml:") && shown.contains(said), "no {said:?} in:\n{shown}");
        assert!(!shown.contains(SEALING), "{shown}");
    }
    assert_eq!(takes(&test, &good, "consent-1")?, None);
    Ok(())
}

/// What the sealing key of the tests begins with.
const SEALING: &str = "BwcHBwcH";
