//! A practice's file names what is its own, and nothing else: while the host
//! runs, the rest is refused at its line and the last good configuration stays.

use std::path::PathBuf;
use std::sync::Arc;

use greffon::config::directory::{Directory, Refresh};
use greffon::config::shared::{OpenTo, SharedFolder};
use greffon_core::ports::practices::{LivePractice, Practices as _};
use tempfile::TempDir;

use crate::support::host::TestHost;
use crate::support::practice;

const PASSWORD: &str = "{ file = \"secrets/dav\" }";
const KEY: &str = "PRIVATE KEY";

fn good() -> String {
    practice::caldav("cabinet", "https://dav.example", "/martin/", "")
}

/// A host with two practices and a folder that is open to the first.
async fn host() -> anyhow::Result<(TestHost, TempDir)> {
    let shared = tempfile::tempdir()?;
    std::fs::write(shared.path().join("agenda.toml"), SETTINGS)?;
    let folder =
        SharedFolder { path: shared.path().to_path_buf(), practices: OpenTo::These(vec!["cabinet".to_owned()]) };
    let practices = [("cabinet", good()), ("autre", practice::local("autre"))];
    let test = TestHost::configured(&practices, |config| {
        config.shared.insert("communs".to_owned(), folder);
    })
    .await?;
    Ok((test, shared))
}

/// What the agenda of [`good`] needs, as a file.
const SETTINGS: &str = "base-url = \"https://dav.example\"\ncalendars = { martin = \"/martin/\" }\n";

/// The same agenda, with its settings in a file.
fn with_settings_file(name: &str) -> String {
    let text = good();
    let settings = text.lines().find(|line| line.starts_with("settings = { base-url")).expect("settings");
    text.replace(settings, &format!("settings-file = \"{name}\""))
}

fn directory(test: &TestHost) -> &Directory {
    &test.host.wiring.directory
}

fn current(test: &TestHost) -> Arc<LivePractice> {
    directory(test).get(&"cabinet".into()).expect("it is served")
}

/// What is said when the file is replaced by another. What was served is served
/// on.
#[track_caller]
fn refusal(test: &TestHost, text: &str, written: &str) -> String {
    let before = current(test);
    test.rewrite("cabinet", text).expect("written");
    let shown = one_problem(test, &directory(test).refresh());
    assert!(Arc::ptr_eq(&before, &current(test)), "the last good configuration stays");
    let line = text.lines().position(|line| line.contains(written)).expect("written") + 1;
    assert!(shown.contains(&format!("cabinet/practice.toml:{line}:")), "not at line {line}: {shown}");
    shown
}

#[track_caller]
fn one_problem(test: &TestHost, refresh: &Refresh) -> String {
    assert!(refresh.changed.is_empty() && refresh.removed.is_empty(), "{refresh:?}");
    let [problem] = refresh.problems.as_slice() else { panic!("{refresh:?}") };
    let shown = problem.to_string();
    assert!(shown.lines().count() <= 12 && !shown.contains(KEY), "{shown}");
    // It is said as long as it is so.
    let again = directory(test).refresh().problems;
    assert_eq!(again.iter().map(ToString::to_string).collect::<Vec<_>>(), [shown.as_str()]);
    shown
}

#[track_caller]
fn taken(test: &TestHost) {
    let refresh = directory(test).refresh();
    assert!(refresh.problems.is_empty(), "{}", refresh.problems[0]);
    assert_eq!(refresh.changed, ["cabinet".into()]);
    assert!(directory(test).refresh().changed.is_empty(), "it is taken once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_key_never_becomes_a_practices_password() -> anyhow::Result<()> {
    let (test, _shared) = host().await?;
    let shown = refusal(&test, &good().replace("secrets/dav", "../../signing.pem"), "../../signing.pem");
    assert!(shown.contains("leads out of"), "{shown}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_practices_is_refused_at_its_line() -> anyhow::Result<()> {
    let (test, shared) = host().await?;
    let key = test.practice_folder("cabinet").join("../../signing.pem").canonicalize()?.display().to_string();
    let below = test.practice_folder("cabinet").join("secrets/dav").canonicalize()?.display().to_string();
    let outside = shared.path().join("agenda.toml").display().to_string();
    for (from, to, said) in [
        (PASSWORD, format!("{{ file = \"{key}\" }}"), "leads out of"),
        (PASSWORD, format!("{{ file = \"{below}\" }}"), "leads out of"),
        (PASSWORD, "{ file = \"../autre/secrets/dav\" }".to_owned(), "leads out of"),
        (PASSWORD, "{ file = \"\" }".to_owned(), "no name of a file"),
        (PASSWORD, "{ file = \"secrets\\u0000dav\" }".to_owned(), "no name of a file"),
        (PASSWORD, "{ file = \"shared:communs/agenda.toml\" }".to_owned(), "is in a shared folder"),
        (PASSWORD, "{ env = \"PATH\" }".to_owned(), "GREFFON_SECRET__CABINET__DAV"),
        (PASSWORD, "{ env = \"GREFFON_SECRET__AUTRE__DAV\" }".to_owned(), "GREFFON_SECRET__CABINET__DAV"),
        (PASSWORD, "{ env = \"GREFFON_SECRET__CABINET_2__DAV\" }".to_owned(), "GREFFON_SECRET__CABINET__DAV"),
        ("\"agenda-caldav\"", "\"../autre/greffons/x\"".to_owned(), "leads out of"),
        ("\"agenda-caldav\"", "\"shared:greffons/x\"".to_owned(), "unknown shared folder \"greffons\""),
    ] {
        let shown = refusal(&test, &good().replace(from, &to), &to);
        assert!(shown.contains(said), "no {said:?} in {shown}");
    }
    for (name, said) in [
        (outside.as_str(), "leads out of"),
        ("../autre/practice.toml", "leads out of"),
        ("shared:communs/../signing.toml", "leads out of"),
        ("shared:commun/agenda.toml", "did you mean \"shared:communs/…\"?"),
    ] {
        let shown = refusal(&test, &with_settings_file(name), name);
        assert!(shown.contains(said), "no {said:?} in {shown}");
    }
    test.rewrite("cabinet", &good())?;
    taken(&test);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practice_that_is_not_listed_cannot_name_a_shared_folder() -> anyhow::Result<()> {
    let (test, _shared) = host().await?;
    let settings_file = "\n[features.tri]\nplugin = \"triage-grid\"\nsettings-file = \"shared:communs/agenda.toml\"\n";
    test.rewrite("autre", &format!("{}{settings_file}", practice::local("autre")))?;
    let shown = one_problem(&test, &directory(&test).refresh());
    assert!(
        shown.contains("not open to autre") && shown.contains("[shared.communs] practices = [\"autre\""),
        "{shown}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_a_shared_folder_is_read_and_watched() -> anyhow::Result<()> {
    let (test, shared) = host().await?;
    test.rewrite("cabinet", &with_settings_file("shared:communs/agenda.toml"))?;
    taken(&test);
    let before = current(&test);
    let changed = SETTINGS.replace("/martin/", "/dr-martin/");
    std::fs::write(shared.path().join("agenda.toml"), &changed)?;
    taken(&test);
    assert_ne!(before.revision, current(&test).revision);

    // What is wrong with it is shown where it is, and what was good stays.
    let before = current(&test);
    std::fs::write(shared.path().join("agenda.toml"), format!("{changed}base-ulr = 3\n"))?;
    let shown = one_problem(&test, &directory(&test).refresh());
    assert!(shown.contains("agenda.toml:3:"), "{shown}");
    std::fs::remove_file(shared.path().join("agenda.toml"))?;
    let shown = one_problem(&test, &directory(&test).refresh());
    assert!(shown.contains("cabinet/practice.toml:") && shown.contains("cannot be read"), "{shown}");
    assert!(Arc::ptr_eq(&before, &current(&test)));
    std::fs::write(shared.path().join("agenda.toml"), SETTINGS)?;
    taken(&test);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn practices_come_and_go_with_their_folders() -> anyhow::Result<()> {
    let (test, _shared) = host().await?;
    let practices = test.practice_folder("");
    let refresh = || directory(&test).refresh();

    // A folder that is being filled is nobody's.
    std::fs::create_dir_all(practices.join("port/grids"))?;
    let quiet = refresh();
    assert!(quiet.changed.is_empty() && quiet.problems.is_empty(), "{quiet:?}");
    test.rewrite("port", &practice::local("port"))?;
    assert_eq!(refresh().changed, ["port".into()]);

    // Under another name it is another practice, whose file has to say so.
    std::fs::rename(practices.join("port"), practices.join("quai"))?;
    let moved = refresh();
    assert_eq!(moved.removed, ["port".into()]);
    let shown = moved.problems[0].to_string();
    assert!(shown.contains("quai/practice.toml:1:") && shown.contains("rename the folder to port"), "{shown}");
    assert!(directory(&test).get(&"port".into()).is_none());
    test.rewrite("quai", &practice::local("quai"))?;
    assert_eq!(refresh().changed, ["quai".into()]);

    std::fs::remove_dir_all(practices.join("quai"))?;
    assert_eq!(refresh().removed, ["quai".into()]);

    // What is no practice is said, and disturbs no other.
    std::fs::write(practices.join("port.toml"), practice::local("port"))?;
    std::fs::create_dir(practices.join("Le Port"))?;
    std::fs::write(practices.join("Le Port/practice.toml"), practice::local("port"))?;
    let misplaced = refresh();
    assert!(misplaced.changed.is_empty() && misplaced.removed.is_empty(), "{misplaced:?}");
    let shown: Vec<String> = misplaced.problems.iter().map(ToString::to_string).collect();
    assert!(shown[0].contains("Le Port") && shown[1].contains("port.toml"), "{shown:#?}");
    assert_eq!(directory(&test).list().len(), 2);
    Ok(())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_becomes_a_link_out_is_refused_and_what_was_read_stays() -> anyhow::Result<()> {
    use std::os::unix::fs::symlink;

    let (test, shared) = host().await?;
    let own = test.practice_folder("cabinet");
    test.place("cabinet", "grids/agenda.toml", SETTINGS.as_bytes())?;
    test.rewrite("cabinet", &with_settings_file("grids/agenda.toml"))?;
    taken(&test);
    let before = current(&test);

    let outside: PathBuf = shared.path().join("agenda.toml");
    for (name, target) in [
        ("secrets/dav", own.join("../../signing.pem")),
        ("secrets/dav", PathBuf::from("../../../signing.pem")),
        ("secrets/dav", PathBuf::from("../../autre/secrets/dav")),
        ("secrets", PathBuf::from("../autre/secrets")),
        ("grids/agenda.toml", outside),
        ("practice.toml", PathBuf::from("../autre/practice.toml")),
    ] {
        let kept = own.join("../kept");
        std::fs::rename(own.join(name), &kept)?;
        symlink(&target, own.join(name))?;
        let shown = one_problem(&test, &directory(&test).refresh());
        assert!(shown.contains("practice.toml") && shown.contains("leads out of"), "{shown}");
        assert!(Arc::ptr_eq(&before, &current(&test)), "what was read stays");
        std::fs::remove_file(own.join(name))?;
        std::fs::rename(&kept, own.join(name))?;
        let mended = directory(&test).refresh();
        assert!(mended.problems.is_empty() && mended.changed.is_empty(), "{mended:?}");
    }

    // A link that stays below is one way to change many files at once.
    for (name, calendar) in [("a", "/un/"), ("b", "/deux/")] {
        let settings = SETTINGS.replace("/martin/", calendar);
        test.place("cabinet", &format!("versions/{name}/agenda.toml"), settings.as_bytes())?;
    }
    symlink("versions/a", own.join("current"))?;
    test.rewrite("cabinet", &with_settings_file("current/agenda.toml"))?;
    taken(&test);
    let first = current(&test);
    symlink("versions/b", own.join("next"))?;
    std::fs::rename(own.join("next"), own.join("current"))?;
    taken(&test);
    assert_ne!(current(&test).revision, first.revision);
    Ok(())
}
