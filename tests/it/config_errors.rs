//! Bad configuration: one screen that names file, line, key, value and remedy,
//! and a practice that had a good configuration keeps it.

use greffon_core::ports::practices::Practices as _;
use reqwest::Method;
use serde_json::json;

use crate::support::host::TestHost;
use crate::support::practice;

/// Most lines that an error may take: it must be read at one glance.
const ONE_SCREEN: usize = 12;

/// A host that serves a good practice, whose file is then replaced.
async fn refused(good: String, bad: &str, files: &[(&str, &[u8])]) -> anyhow::Result<String> {
    let test = TestHost::sqlite(&[("cabinet", good)]).await?;
    for (name, bytes) in files {
        test.place("cabinet", name, bytes)?;
    }
    test.rewrite("cabinet", bad)?;
    let refresh = test.host.wiring.directory.refresh();
    assert!(refresh.changed.is_empty(), "{refresh:?}");
    let kept = test.host.wiring.directory.get(&"cabinet".into());
    assert_eq!(kept.map(|practice| practice.name.clone()).as_deref(), Some("Cabinet de test"));
    let problem = refresh.problems.into_iter().next().expect("a problem is named");
    let shown = problem.to_string();
    assert!(shown.lines().count() <= ONE_SCREEN, "{shown}");
    Ok(shown)
}

/// What is said of a practice file in which one thing is replaced.
async fn refusal(from: &str, to: &str) -> anyhow::Result<String> {
    let good = practice::local("cabinet");
    assert_eq!(good.matches(from).count(), 1, "{from}");
    let bad = good.replace(from, to);
    refused(good, &bad, &[]).await
}

/// What is said of a plugin in the folder `greffons/essai`.
async fn plugin_refusal(manifest: &str, component: &[u8]) -> anyhow::Result<String> {
    let bad = practice::with_triage("cabinet", "greffons/essai");
    let files = [("greffons/essai/plugin.toml", manifest.as_bytes()), ("greffons/essai/essai.wasm", component)];
    refused(practice::local("cabinet"), &bad, &files).await
}

#[track_caller]
fn says(shown: &str, words: &[&str]) {
    for word in words {
        assert!(shown.contains(word), "no \"{word}\" in:\n{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_names_line_and_nearest() -> anyhow::Result<()> {
    let shown = refusal("duration-min = 15", "duration-mn = 15").await?;
    says(
        &shown,
        &[
            "cabinet/practice.toml:",
            "| duration-mn = 15",
            "unknown key \"duration-mn\"",
            "did you mean \"duration-min\"?",
        ],
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_type_names_line_and_value() -> anyhow::Result<()> {
    let shown = refusal("duration-min = 15", "duration-min = \"quinze\"").await?;
    says(&shown, &["cabinet/practice.toml:", "duration-min = \"quinze\"", "invalid type: string \"quinze\""]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_that_would_switch_an_alert_off_names_what_always_alerts() -> anyhow::Result<()> {
    let good = practice::local("cabinet");
    let bad = format!("{good}\n[[laboratory]]\nanalyte = \"potassium\"\nunit = \"mmol/L\"\nabove = 7.5\n");
    let shown = refused(good, &bad, &[]).await?;
    says(&shown, &["cabinet/practice.toml:", "above = 7.5", "always alerts at 6.5 mmol/L", "write 6.5 mmol/L or less"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_secret_names_the_file_to_make() -> anyhow::Result<()> {
    let good = practice::caldav("cabinet", "https://dav.example", "/martin/", "");
    let bad = good.replace("secrets/dav", "secrets/absent");
    let shown = refused(good, &bad, &[]).await?;
    says(&shown, &["cabinet/practice.toml:", "secrets/absent", "cannot be read", "chmod 600"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_grant_names_the_line_to_add() -> anyhow::Result<()> {
    let shown = refusal("grants.keyvalue = true\n", "").await?;
    says(&shown, &["cabinet/practice.toml:", "grants.keyvalue = true"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_break_the_schema_name_path_and_value() -> anyhow::Result<()> {
    let shown = refusal("label = \"Dr Martin\"", "label = 7").await?;
    says(&shown, &["cabinet/practice.toml:", "label = 7"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_plugin_names_the_bundled_ones() -> anyhow::Result<()> {
    let shown = refusal("plugin = \"agenda-local\"", "plugin = \"agenda-locale\"").await?;
    says(&shown, &["cabinet/practice.toml:", "agenda-locale", "did you mean \"agenda-local\"?", "triage-grid"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_of_another_api_version_says_which_this_host_serves() -> anyhow::Result<()> {
    let manifest = greffon_tests::GUEST_SPIN_MANIFEST.replace("api = \"0.1\"", "api = \"7.0\"");
    let shown = plugin_refusal(&manifest, greffon_tests::GUEST_SPIN).await?;
    says(&shown, &["cabinet/practice.toml:", "plugin = \"greffons/essai\"", "greffon API 7,", "serves 0.1.0", "SDK"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_component_says_what_it_is() -> anyhow::Result<()> {
    let manifest = greffon_tests::GUEST_SPIN_MANIFEST;
    let shown = plugin_refusal(manifest, b"<html>404</html>").await?;
    says(&shown, &["cabinet/practice.toml:", "not WebAssembly", "give the compiled .wasm file"]);
    let shown = plugin_refusal(manifest, b"\0asm\x01\0\0\0").await?;
    says(&shown, &["cabinet/practice.toml:", "a WebAssembly module, not a component", "wasm32-wasip2"]);
    let cut = &greffon_tests::GUEST_SPIN[..greffon_tests::GUEST_SPIN.len() / 2];
    let shown = plugin_refusal(manifest, cut).await?;
    says(&shown, &["cabinet/practice.toml:", "not a readable component"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_lacks_its_export_names_it_and_what_is_there() -> anyhow::Result<()> {
    let manifest = greffon_tests::GUEST_SPIN_MANIFEST.replace("kind = \"triage\"", "kind = \"script\"");
    let shown = plugin_refusal(&manifest, greffon_tests::GUEST_SPIN).await?;
    says(
        &shown,
        &[
            "cabinet/practice.toml:",
            "does not export greffon:script/script@0.1.0",
            "greffon:triage/triage@0.1.0",
            "plugin.toml",
        ],
    );
    Ok(())
}

/// A grid of two questions; each may wait for the other.
fn grid(first: &str, second: &str) -> String {
    format!(
        r#"[[protocols]]
id = "essai"
version = "1"
title = "Essai"
motives = ["consultation"]
floor = "soon"
demo = true
safety-net = "aggravation@1"

[[protocols.questions]]
key = "fever.high"
spoken = "Avez-vous plus de 38,5 de fièvre ?"
why = "Oriente."
kind = "yes-no"
{first}

[[protocols.questions]]
key = "symptom.worse"
spoken = "Est-ce que cela s'aggrave ?"
why = "Oriente."
kind = "yes-no"
{second}

[[protocols.rules]]
id = "tout"
when = {{ fact = "fever.high", is = ["yes", "no", "unknown"] }}
level = "soon"
orientation = {{ slot-within = 2880 }}
reason = "essai"
"#
    )
}

/// What is said of a grid that replaces a good one, without any change to the
/// practice file itself.
async fn grid_refusal(bad: &str) -> anyhow::Result<String> {
    let practice = format!("{}settings-file = \"grids/essai.toml\"\n", practice::with_triage("cabinet", "triage-grid"));
    let test = TestHost::sqlite(&[("cabinet", practice::local("cabinet"))]).await?;
    test.place("cabinet", "grids/essai.toml", grid("", "").as_bytes())?;
    test.rewrite("cabinet", &practice)?;
    let refresh = test.host.wiring.directory.refresh();
    assert!(refresh.problems.is_empty(), "{}", refresh.problems[0]);
    let good = test.host.wiring.directory.get(&"cabinet".into()).expect("taken");
    test.place("cabinet", "grids/essai.toml", bad.as_bytes())?;
    let refresh = test.host.wiring.directory.refresh();
    let kept = test.host.wiring.directory.get(&"cabinet".into()).expect("kept");
    assert_eq!(kept.revision, good.revision, "the good configuration stays");
    let shown = refresh.problems.first().expect("a problem is named").to_string();
    assert!(shown.lines().count() <= ONE_SCREEN, "{shown}");
    let again = test.host.wiring.directory.refresh();
    assert_eq!(
        again.problems.first().map(ToString::to_string).as_ref(),
        Some(&shown),
        "it is said as long as it is so"
    );
    // Mended, it is taken.
    test.place("cabinet", "grids/essai.toml", grid("", "").as_bytes())?;
    assert_eq!(test.host.wiring.directory.refresh().changed.len(), 1);
    Ok(shown)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_with_a_circle_is_refused_at_its_line() -> anyhow::Result<()> {
    let shown = grid_refusal(&grid(
        "when = { fact = \"symptom.worse\", is = \"yes\" }",
        "when = { fact = \"fever.high\", is = \"yes\" }",
    ))
    .await?;
    says(&shown, &["essai.toml:", "questions.0.when", "| when = { fact = \"symptom.worse\"", "cercle"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_with_a_question_that_is_never_asked_is_refused_at_its_line() -> anyhow::Result<()> {
    let shown = grid_refusal(&grid("", "when = { fact = \"fever.high\", is = \"peut-être\" }")).await?;
    says(&shown, &["essai.toml:", "questions.1.when", "peut-être"]);
    let shown = grid_refusal(&grid(
        "",
        "when = { all = [{ fact = \"fever.high\", is = \"yes\" }, { fact = \"fever.high\", is = \"no\" }] }",
    ))
    .await?;
    says(&shown, &["essai.toml:", "questions.1.when", "jamais posée"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_that_is_no_toml_or_breaks_the_schema_is_refused_at_its_line() -> anyhow::Result<()> {
    let shown = grid_refusal(&grid("", "oups")).await?;
    says(&shown, &["essai.toml:22:"]);
    let shown = grid_refusal(&grid("", "").replace("kind = \"yes-no\"", "kind = \"oui-non\"")).await?;
    says(&shown, &["essai.toml:14:", "oui-non", "valeurs possibles"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practice_is_served_without_the_feature_that_is_out_until_its_file_is_mended() -> anyhow::Result<()> {
    let good = practice::local("cabinet");
    let test = TestHost::sqlite(&[("cabinet", good.replace("grants.keyvalue = true\n", ""))]).await?;
    let directory = &test.host.wiring.directory;
    let out = directory.refresh().out;
    assert_eq!(out.len(), 1, "{out:?}");
    says(&out[0].to_string(), &["practice.toml:", "grants.keyvalue = true"]);

    let plugins = test.secretary.call(Method::GET, "/v1/practices/cabinet/plugins", None).await?.ok("plugins")?;
    let of = |name: &str| {
        let items = plugins["items"].as_array().into_iter().flatten();
        items.clone().find(|one| one["feature"] == name).cloned().unwrap_or_default()
    };
    let agenda = of("agenda");
    assert_eq!((&agenda["usable"], &agenda["kind"]), (&json!(false), &json!("agenda")), "{agenda}");
    let problem = agenda["problem"].as_str().unwrap_or_default();
    says(problem, &["practice.toml:", "grants.keyvalue", "grants.keyvalue = true"]);
    assert!(!problem.contains('/'), "no path of the host: {problem}");
    let others = plugins["items"].as_array().into_iter().flatten().filter(|one| one["feature"] != "agenda");
    others.for_each(|one| assert_eq!(one["usable"], true, "{one}"));

    test.rewrite("cabinet", &good)?;
    let refresh = directory.refresh();
    assert_eq!((refresh.changed.len(), refresh.out.len()), (1, 0), "{refresh:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_asks_for_and_may_do_without_is_said_when_its_practice_is_taken() -> anyhow::Result<()> {
    let test = TestHost::sqlite(&[("cabinet", practice::local("cabinet"))]).await?;
    let lines = "settings = { base-url = \"https://dav.example\", calendars = { martin = \"/m/\" } }\n\
                 grants.http = [\"https://dav.example\"]\ngrants.keyvalue = true";
    test.rewrite("cabinet", &practice::with_agenda("cabinet", "agenda-caldav", lines))?;
    let directory = &test.host.wiring.directory;
    let refresh = directory.refresh();
    assert_eq!((refresh.changed.len(), refresh.out.len()), (1, 0), "{refresh:?}");
    let [warning] = refresh.ungranted.as_slice() else { panic!("{refresh:?}") };
    says(
        &warning.to_string(),
        &[
            "practice.toml:",
            "asks for credential dav, which is not granted",
            "add under [features.agenda]: credentials.dav = { ",
            "origin = \"https://dav.example\" }",
        ],
    );
    assert!(directory.refresh().ungranted.is_empty(), "said once");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_said_is_refused_at_its_line() -> anyhow::Result<()> {
    let instruction =
        "[instructions.conseil]\nversion = \"1\"\napproved-by = \"Dr Martin\"\ntext = \"Prenez deux aspirines.\"\n";
    let good = practice::local("cabinet");
    let shown = refused(good.clone(), &format!("{good}\n{instruction}"), &[]).await?;
    says(&shown, &["| text = \"Prenez deux aspirines.\"", "conseille un médicament", "du soignant"]);
    let late = format!("{good}\n[delays]\nurgent-decision-min = 100000\n");
    says(&refused(good.clone(), &late, &[]).await?, &["| urgent-decision-min = 100000", "from 1 to 15"]);
    for (line, bounds) in [("contacts-days = 89", "from 90 to 7300"), ("patients-days = 7301", "from 365 to 7300")] {
        let short = format!("{good}\n[retention]\n{line}\n");
        says(&refused(good.clone(), &short, &[]).await?, &[&format!("| {line}"), bounds]);
    }
    Ok(())
}
