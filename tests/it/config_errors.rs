//! Bad configuration: one screen that names file, line, key, value and remedy,
//! and a practice that had a good configuration keeps it.

use greffon_core::ports::practices::Practices as _;

use crate::support::host::TestHost;
use crate::support::practice;

/// What the directory says of a changed practice file.
async fn refusal(from: &str, to: &str) -> anyhow::Result<String> {
    let good = practice::local("cabinet");
    assert_eq!(good.matches(from).count(), 1, "{from}");
    let test = TestHost::sqlite(&[("cabinet", good.clone())]).await?;
    test.rewrite("cabinet", &good.replace(from, to))?;
    let refresh = test.host.wiring.directory.refresh();
    assert!(refresh.changed.is_empty(), "{refresh:?}");
    let kept = test.host.wiring.directory.get(&"cabinet".into());
    assert_eq!(kept.map(|practice| practice.name.clone()).as_deref(), Some("Cabinet de test"));
    let problem = refresh.problems.into_iter().next().expect("a problem is named");
    Ok(problem.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_grant_names_the_line_to_add() -> anyhow::Result<()> {
    let shown = refusal("grants.keyvalue = true\n", "").await?;
    assert!(shown.contains("grants.keyvalue = true"), "{shown}");
    assert!(shown.contains("cabinet.toml:"), "{shown}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_break_the_schema_name_path_and_value() -> anyhow::Result<()> {
    let shown = refusal("label = \"Dr Martin\"", "label = 7").await?;
    assert!(shown.contains("label") && shown.contains("cabinet.toml:"), "{shown}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_plugin_names_the_bundled_ones() -> anyhow::Result<()> {
    let shown = refusal("plugin = \"agenda-local\"", "plugin = \"agenda-locale\"").await?;
    assert!(shown.contains("agenda-locale") && shown.contains("agenda-local"), "{shown}");
    Ok(())
}
