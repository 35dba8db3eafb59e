//! A grid that is edited on disk while a contact is open: the contact goes on with the
//! one that it began with, from storage and after a restart, or a person is asked.

use std::sync::Arc;

use greffon_core::ids::ContactId;
use greffon_core::model::pin::Pin;
use greffon_core::ports::pinned::PinProblem;
use greffon_core::ports::practices::{Feature, LivePractice, Practices as _};
use greffon_core::ports::storage::Storage as _;

use crate::support::host::TestHost;
use crate::support::practice;

const CABINET: &str = "cabinet";

/// The practice with a grid of this version.
fn with_grid(version: &str) -> String {
    let rule =
        "{ id = \"r\", when = { all = [] }, level = \"routine\", orientation = \"same-day-slot\", reason = \"r\" }";
    let grid = format!(
        "{{ id = \"fievre\", version = \"{version}\", title = \"Fièvre\", floor = \"routine\", demo = true, \
         safety-net = \"aggravation\", rules = [{rule}] }}"
    );
    format!("{}settings.protocols = [{grid}]\n", practice::with_triage(CABINET, "triage-grid"))
}

/// A grid without its title.
fn broken() -> String {
    with_grid("3").replace("title = \"Fièvre\", ", "")
}

fn live(test: &TestHost) -> Arc<LivePractice> {
    test.host.wiring.directory.get(&CABINET.into()).expect("it is served")
}

/// Gives the practice another file, which is taken.
fn becomes(test: &TestHost, file: &str) -> anyhow::Result<Arc<LivePractice>> {
    test.rewrite(CABINET, file)?;
    let refresh = test.host.wiring.directory.refresh();
    anyhow::ensure!(refresh.changed == [CABINET.into()] && refresh.out.is_empty(), "{refresh:?}");
    Ok(live(test))
}

fn version(feature: &Feature) -> String {
    feature.triage().expect("a grid").protocols()[0].content.version.clone()
}

async fn pinned(test: &TestHost, pin: &Pin) -> Result<Feature, PinProblem> {
    live(test).pinned_from(test.host.database.as_ref(), pin).await.expect("the database answers")
}

/// What a contact that begins now is pinned to, kept as its first step would.
async fn begins(test: &TestHost, contact: ContactId) -> anyhow::Result<Vec<Pin>> {
    let practice = live(test);
    let settings = |feature: &Feature| feature.settings.clone().expect("a pure kind has settings");
    let began: Vec<_> = practice.features.iter().filter_map(|one| Some((one.pin()?, settings(one)))).collect();
    let kept: Vec<(Pin, &str)> = began.iter().map(|(pin, settings)| (pin.clone(), settings.text())).collect();
    let mut tx = test.host.database.begin(&CABINET.into()).await?;
    tx.keep_settings(contact, &kept).await?;
    tx.commit().await?;
    Ok(began.into_iter().map(|(pin, _)| pin).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_contact_goes_on_with_the_grid_that_it_began_with() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let storage = format!("sqlite:{}", folder.path().join("greffon.db").display());
    let contact = "00000000-0000-0000-0000-000000000001".parse::<ContactId>()?;

    let test = TestHost::over(&storage, &[(CABINET, with_grid("1"))]).await?;
    let pins = begins(&test, contact).await?;
    let [script, grid] = pins.as_slice() else { anyhow::bail!("{pins:?}") };
    let now = becomes(&test, &with_grid("2"))?;
    let before = pinned(&test, grid).await.expect("bound");
    let present = now.feature(&"tri".into()).expect("in the file");
    assert_eq!((version(&before), version(present)), ("1".to_owned(), "2".to_owned()));
    assert!(pinned(&test, script).await.is_ok_and(|script| script.script().is_ok()), "it was not edited");
    test.host.database.close().await;
    drop(test);

    // After a restart, with an edit that nobody can use.
    let test = TestHost::over(&storage, &[(CABINET, broken())]).await?;
    assert!(live(&test).feature(&"tri".into()).is_some_and(|feature| feature.bound.is_err()));
    assert_eq!(version(&pinned(&test, grid).await.expect("bound")), "1");

    becomes(&test, &practice::with_triage(CABINET, "script-standard"))?;
    assert_eq!(pinned(&test, grid).await.err(), Some(PinProblem::OtherPlugin));
    becomes(&test, &practice::local(CABINET))?;
    assert_eq!(pinned(&test, grid).await.err(), Some(PinProblem::FeatureGone));

    becomes(&test, &with_grid("4"))?;
    assert_eq!(test.host.database.forget_settings().await?, 0);
    assert_eq!(version(&pinned(&test, grid).await.expect("bound")), "1");
    let mut tx = test.host.database.begin(&CABINET.into()).await?;
    tx.release_settings(contact).await?;
    tx.commit().await?;
    assert_eq!(test.host.database.forget_settings().await?, 2);
    assert_eq!(pinned(&test, grid).await.err(), Some(PinProblem::SettingsGone));
    Ok(())
}
