//! The integrator's road: source to component to a practice that uses it.

use std::path::Path;

use clap::Parser as _;
use reqwest::Method;
use serde_json::json;

use crate::support::host::TestHost;
use crate::support::practice;

#[tokio::test(flavor = "multi_thread")]
async fn the_smallest_plugin_is_built_bound_and_asks_its_question() -> anyhow::Result<()> {
    let test = TestHost::sqlite(&[("cabinet", practice::local("cabinet"))]).await?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/triage-minimal");
    let out = test.practice_folder("cabinet").join("greffons/minimal");
    let target = greffon_tests::NESTED_TARGET_DIR;
    let arguments = greffon::Arguments::parse_from([
        "greffon".as_ref(),
        "plugin".as_ref(),
        "build".as_ref(),
        source.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
        "--target-dir".as_ref(),
        target.as_ref(),
    ]);
    greffon::execute(arguments)?;

    test.rewrite("cabinet", &practice::with_triage("cabinet", "greffons/minimal"))?;
    let refresh = test.host.wiring.directory.refresh();
    assert!(refresh.problems.is_empty(), "{}", refresh.problems[0]);
    let body = json!({
        "channel": "phone",
        "facts": [
            { "key": "caller.kind", "value": { "choice": "patient" } },
            { "key": "request.motive", "value": { "choice": "consultation" } },
            { "key": "red-flag.all", "value": "no" },
        ],
    });
    let view =
        test.secretary.call(Method::POST, "/v1/practices/cabinet/contacts", Some(&body)).await?.ok("receiving")?;
    let asked = view["questions"].as_array().is_some_and(|all| all.iter().any(|one| one["key"] == "breathless"));
    assert!(asked, "{view:#}");
    Ok(())
}
