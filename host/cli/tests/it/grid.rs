//! Grids and scripts of a real practice: checked, explained, signed, withdrawn, as the
//! README has the commands.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use greffon::config::operator::OperatorConfig;
use greffon::wire::{Host, Wiring};
use greffon_core::flow::NewApproval;
use greffon_core::ids::PracticeId;
use greffon_core::model::approval::Standing;
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::PracticeContext;
use greffon_core::model::triage::{Encounter, Step};
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::ports::practices::Practices as _;
use greffon_core::time::Instant;
use greffon_simulation::ManualClock;
use serde_json::Value;
use tempfile::TempDir;

use crate::bad_content::sound;
use crate::support::{fails, greffon, installation, put, replace, succeeds};

const PRACTICE: &str = "practices/cabinet-morel/practice.toml";
const GRID: &str = "practices/cabinet-morel/grids/medecine-generale.toml";
const SIGNATURES: &str = "practices/cabinet-morel/grids/tri.sig";

/// An installation whose general practice is no demonstration any more.
fn real() -> TempDir {
    let folder = installation();
    let edit = |file: &str, change: &dyn Fn(String) -> String| {
        let path = folder.path().join(file);
        std::fs::write(&path, change(std::fs::read_to_string(&path).expect("read"))).expect("written");
    };
    edit(PRACTICE, &|text| {
        let text = text.replace("demo = true", "demo = false");
        text.replace("approved-by = ", "approved-until = \"2099-01-01\"\napproved-by = ")
    });
    edit(GRID, &|text| text.replace("demo = true\n", ""));
    folder
}

/// The three commands of the README.
fn signed(folder: &Path) {
    put(folder, "dr-morel.pem", &succeeds(&greffon(folder, &["token", "key"])));
    let signer = ["grid", "signer", "--key", "dr-morel.pem", "--name", "Dr Élise Morel", "--rpps", "10000003000"];
    let lines = succeeds(&greffon(folder, &signer));
    let file = std::fs::read_to_string(folder.join("greffon.toml")).expect("read");
    put(folder, "greffon.toml", &format!("{file}{lines}"));
    succeeds(&sign(folder, &[]));
}

fn sign(folder: &Path, more: &[&str]) -> Output {
    let usual = ["grid", "sign", "cabinet-morel", "--key", "dr-morel.pem"];
    let until = if more.contains(&"--until") { vec![] } else { vec!["--until", "2099-12-01"] };
    greffon(folder, &[&usual[..], &until, more].concat())
}

fn check(folder: &Path) -> (bool, String) {
    let output = greffon(folder, &["practice", "check", "cabinet-morel"]);
    (output.status.success(), String::from_utf8(output.stdout).expect("text"))
}

/// The state of each grid and script.
fn states(folder: &Path) -> Vec<String> {
    let output = greffon(folder, &["grid", "verify", "cabinet-morel", "--json"]);
    let read: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let state = |one: &Value| format!("{} {}", one["feature"], one["state"]).replace('"', "");
    let states: Vec<String> = read["contents"].as_array().expect("a list").iter().map(state).collect();
    let sound = states.iter().all(|one| [" signed", " attested", " demo"].iter().any(|sound| one.ends_with(sound)));
    assert_eq!(output.status.success(), sound, "{states:?}");
    states
}

#[test]
fn a_real_practice_uses_what_is_signed_and_nothing_else() {
    let folder = real();
    let at = folder.path();
    let (sound, text) = check(at);
    assert!(!sound && text.contains("aucun soignant n'a signé") && text.contains("practice.toml:"), "{text}");
    assert!(text.contains("greffon grid sign cabinet-morel"), "{text}");
    assert_eq!(states(at), ["script refused", "tri refused"]);

    signed(at);
    let (sound, text) = check(at);
    assert!(sound, "{text}");
    assert_eq!(states(at), ["script signed", "tri signed"]);
    let verified = succeeds(&greffon(at, &["grid", "verify", "cabinet-morel"]));
    assert!(verified.contains("Dr Élise Morel (RPPS 10000003000)") && verified.contains("2099-12-01"), "{verified}");

    // Equal content stays signed, whatever stands around it.
    let grid = std::fs::read_to_string(at.join(GRID)).expect("read");
    put(at, GRID, &format!("# relu\n{grid}"));
    assert_eq!(states(at), ["script signed", "tri signed"]);

    put(at, GRID, &grid.replace("at-least = 3 }", "at-least = 4 }"));
    let (sound, text) = check(at);
    assert!(!sound && text.contains("n'est pas celui qui a été signé"), "{text}");
    assert_eq!(states(at), ["script signed", "tri refused"]);
    put(at, GRID, &grid);
    assert!(check(at).0);

    let withdraw = ["grid", "withdraw", "cabinet-morel", "--key", "dr-morel.pem", "--feature", "tri"];
    assert!(succeeds(&greffon(at, &withdraw)).contains("retiré par Dr Élise Morel"));
    let (sound, text) = check(at);
    assert!(!sound && text.contains("ce contenu a été retiré"), "{text}");
    succeeds(&sign(at, &[]));
    assert!(check(at).0, "signed again");
}

#[cfg(unix)]
#[test]
fn nothing_is_signed_through_a_folder_that_leads_elsewhere() {
    let folder = real();
    let at = folder.path();
    signed(at);
    let grids = at.join("practices/cabinet-morel/grids");
    std::fs::rename(&grids, at.join("ailleurs")).expect("moved");
    std::os::unix::fs::symlink(at.join("ailleurs"), &grids).expect("a link");
    let before = std::fs::read(at.join("ailleurs/script.sig")).expect("signed");
    // The script's settings are in the practice's own file: only the signatures lie there.
    let outside = "leads out of";
    fails(&sign(at, &["--feature", "script"]), &[outside]);
    let withdraw = ["grid", "withdraw", "cabinet-morel", "--key", "dr-morel.pem", "--feature", "script"];
    fails(&greffon(at, &withdraw), &[outside]);
    assert_eq!(std::fs::read(at.join("ailleurs/script.sig")).expect("there"), before, "nothing was written there");
    // Without a file to be read first: the folder itself is looked at before it is written into.
    std::fs::remove_file(at.join("ailleurs/script.sig")).expect("removed");
    fails(&sign(at, &["--feature", "script"]), &[outside]);
    assert!(!at.join("ailleurs/script.sig").exists());
    // A link that stays inside is a folder like any other.
    std::fs::remove_file(&grids).expect("removed");
    std::fs::rename(at.join("ailleurs"), at.join("practices/cabinet-morel/autre")).expect("moved");
    std::os::unix::fs::symlink("autre", &grids).expect("a link");
    succeeds(&sign(at, &["--feature", "script"]));
}

#[test]
fn a_signature_is_for_its_practice_its_time_and_its_signer() {
    let folder = real();
    let at = folder.path();
    signed(at);
    let refused = |words: &str| {
        let (sound, text) = check(at);
        assert!(!sound && text.contains(words), "no {words:?} in {text}");
    };
    let kept = std::fs::read_to_string(at.join(SIGNATURES)).expect("signed");

    put(at, SIGNATURES, &kept.replace("\"cabinet-morel\"", "\"centre-des-lilas\""));
    refused("autre cabinet");
    put(at, SIGNATURES, &kept.replace("2099-11", "2199-11"));
    refused("n'est pas celle du soignant");
    put(at, SIGNATURES, "pas une signature");
    refused("n'en est pas un");
    let is_hour = |line: &&str| line.starts_with("at = ");
    let old: Vec<&str> = kept.lines().filter(|line| !is_hour(line)).collect();
    put(at, SIGNATURES, &old.join("\n"));
    refused("tri.sig\" n'en est pas un : ligne 3 : cette signature ne dit pas à quelle heure");
    refused("l'effacer et signer de nouveau : greffon grid sign cabinet-morel");
    fails(&sign(at, &["--feature", "tri"]), &["ligne 3", "heure"]);
    put(at, SIGNATURES, &"#".repeat(1 << 17));
    refused("more than");
    std::fs::remove_file(at.join(SIGNATURES)).expect("removed");
    refused("aucun soignant n'a signé");
    #[cfg(unix)]
    {
        put(at, "ailleurs.sig", &kept);
        std::os::unix::fs::symlink(at.join("ailleurs.sig"), at.join(SIGNATURES)).expect("a link");
        refused("leads out of");
        std::fs::remove_file(at.join(SIGNATURES)).expect("removed");
    }

    // Times: over, and not begun.
    fails(&sign(at, &["--until", "2020-01-01"]), &["over before it begins"]);
    succeeds(&sign(at, &["--from", "2098-01-01", "--feature", "tri"]));
    refused("ne commence que le 2098-01-01");
    put(at, SIGNATURES, &kept);
    let operator = std::fs::read_to_string(at.join("greffon.toml")).expect("read");
    put(at, "greffon.toml", &format!("{operator}until = \"2020-01-01\"\n"));
    refused("a expiré le 2020-01-01");

    // A signer who is one no more.
    put(at, "greffon.toml", &operator.replace("10000003000", "10000003001"));
    refused("n'est pas parmi ceux de greffon.toml");
    put(at, "greffon.toml", &operator);
    assert!(check(at).0);
}

#[test]
fn only_a_signer_signs_and_only_what_may_be_used() {
    let folder = real();
    let at = folder.path();
    put(at, "dr-morel.pem", &succeeds(&greffon(at, &["token", "key"])));
    fails(&sign(at, &[]), &["no signer's of greffon.toml", "greffon grid signer --key dr-morel.pem"]);
    put(at, "not.pem", "secret words\n");
    let signer =
        |key: &str, rpps: &str| greffon(at, &["grid", "signer", "--key", key, "--name", "Dr Morel", "--rpps", rpps]);
    let refused = signer("not.pem", "10000003000");
    fails(&refused, &["not.pem is not an Ed25519 private key", "greffon token key"]);
    assert!(!String::from_utf8_lossy(&refused.stderr).contains("secret words"));
    fails(&signer("dr-morel.pem", "1000"), &["not an RPPS number", "11 digits"]);

    signed(at);
    replace(at, GRID, "title = \"Symptômes nouveaux (démonstration)\"", "title = \"Symptômes\"\ndemo = true");
    fails(&sign(at, &[]), &["tri is written for demonstrations"]);
    let (sound, text) = check(at);
    assert!(!sound && text.contains("contenu de démonstration"), "{text}");
    replace(at, GRID, "title = \"Symptômes\"\ndemo = true\n", "title = \"Symptômes\"\nfloor = \"routine\"\n");
    fails(&sign(at, &[]), &["tri has errors", "greffon grid check cabinet-morel"]);
    fails(&sign(at, &["--feature", "trie"]), &["no grid or script \"trie\"", "script, tri"]);
}

#[test]
fn a_grid_is_checked_with_place_and_remedy_for_people_and_programs() {
    let folder = installation();
    let at = folder.path();
    let checked = succeeds(&greffon(at, &["grid", "check", "cabinet-morel"]));
    assert!(checked.starts_with("cabinet-morel : erreurs : 0"), "{checked}");
    replace(at, GRID, "Est-ce que cela s'aggrave ?", "Ce n'est rien, est-ce que cela s'aggrave ?");
    let output = greffon(at, &["grid", "check", "cabinet-morel", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let error = findings.iter().find(|one| one["severity"] == "error").expect("an error");
    assert!(error["file"].as_str().is_some_and(|file| file.ends_with("medecine-generale.toml")), "{error}");
    assert!(error["line"].is_u64() && error["column"].is_u64(), "{error}");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("rassure")), "{error}");
    fails(&greffon(at, &["grid", "check", "autre"]), &["no practice.toml in practices/autre", "cabinet-morel"]);
}

#[test]
fn a_grid_is_explained_in_french_path_by_path() {
    let folder = installation();
    sound(&folder.path().join("practices/cabinet"));
    let page = succeeds(&greffon(folder.path(), &["grid", "explain", "cabinet", "--motive", "fievre"]));
    insta::assert_snapshot!(page);
    let all = succeeds(&greffon(folder.path(), &["grid", "explain", "cabinet-morel"]));
    for title in ["Consultation de médecine générale", "Renouvellement d'ordonnance", "Résultats d'examens"] {
        assert!(all.contains(&format!("{title}\n===")), "no page {title}");
    }
    fails(&greffon(folder.path(), &["grid", "explain", "cabinet-morel", "--motive", "x"]), &["no grid for \"x\""]);
}

/// A contact that begins now.
fn encounter(now: Instant) -> Encounter {
    let context = PracticeContext {
        site: "cabinet".to_owned(),
        practitioner: None,
        speciality: None,
        zone: "Europe/Paris".to_owned(),
        now,
        now_local: "2026-12-01T09:00:00".to_owned(),
        opening: Vec::new(),
        language: "fr".to_owned(),
    };
    let motive = Some("consultation".to_owned());
    Encounter { motive, context, facts: Vec::new(), patient_age_days: None, previous: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_while_the_host_runs_is_used_no_more() {
    let folder = real();
    let at = folder.path();
    signed(at);
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let file = at.join("greffon.toml");
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data").display().to_string();
    let variables = [("GREFFON_DATA".to_owned(), data)];
    let config = OperatorConfig::load(&file, variables.into_iter()).expect("a good file");
    let host = Host::build_on(config, Arc::clone(&clock) as _).await.expect("a host");
    let directory = &host.wiring.directory;
    let morel = || directory.get(&"cabinet-morel".into()).expect("served");
    let asked = async || {
        let practice = morel();
        let grid = practice.feature(&"tri".into()).expect("a feature").triage().expect("bound");
        grid.next(&encounter(clock.now())).await.expect("an answer")
    };
    assert!(matches!(asked().await, Ok(Step::Ask(_))));
    assert_eq!(morel().instructions.len(), 5);

    // The instructions end in January, and go at the next look; the grid goes on.
    clock
        .set("2099-01-01T00:00:00Z".parse::<jiff::Timestamp>().map(|at| Instant(at.as_millisecond())).expect("a time"));
    let looked = directory.refresh();
    assert!(looked.out.iter().any(|one| one.message.contains("plus approuvée")), "{looked:?}");
    assert!(morel().instructions.is_empty());
    assert!(matches!(asked().await, Ok(Step::Ask(_))));

    // The grid ends at its next use, before anybody looks.
    clock
        .set("2099-12-01T00:00:00Z".parse::<jiff::Timestamp>().map(|at| Instant(at.as_millisecond())).expect("a time"));
    assert_eq!(asked().await.expect_err("refused").code, "protocol-expired");
    let shown = morel().feature(&"tri".into()).and_then(|one| one.bound.as_ref().ok()?.health().problem());
    assert!(shown.expect("a problem").message.contains("ne vaut plus"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withdrawn_while_the_host_runs_is_out_and_what_is_edited_goes_on_as_signed() {
    let folder = real();
    let at = folder.path();
    signed(at);
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data").display().to_string();
    let variables = [("GREFFON_DATA".to_owned(), data)];
    let config = OperatorConfig::load(&at.join("greffon.toml"), variables.into_iter()).expect("a good file");
    let wiring = Wiring::without_storage(config).expect("plugins");
    let usable = || {
        let practice = wiring.directory.get(&"cabinet-morel".into()).expect("served");
        practice.feature(&"tri".into()).expect("a feature").triage().is_ok()
    };
    wiring.directory.refresh();
    assert!(usable());

    replace(at, GRID, "at-least = 3 }", "at-least = 4 }");
    let looked = wiring.directory.refresh();
    assert!(looked.problems.iter().any(|one| one.message.contains("n'est pas celui qui a été signé")), "{looked:?}");
    assert!(usable(), "as it was signed");

    let withdraw = ["grid", "withdraw", "cabinet-morel", "--key", "dr-morel.pem"];
    succeeds(&greffon(at, &withdraw));
    wiring.directory.refresh();
    assert!(!usable(), "withdrawn");

    succeeds(&sign(at, &[]));
    wiring.directory.refresh();
    assert!(usable(), "signed again");
    std::fs::remove_file(at.join(SIGNATURES)).expect("removed");
    wiring.directory.refresh();
    assert!(!usable(), "unsigned");
    succeeds(&sign(at, &[]));
    wiring.directory.refresh();
    assert!(usable(), "a signature that comes is noticed");
}

/// A host over a folder, as its working process or beside it.
async fn host(at: &Path, clock: Option<Arc<ManualClock>>) -> Host {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data").display().to_string();
    let variables = [("GREFFON_DATA".to_owned(), data)];
    let config = OperatorConfig::load(&at.join("greffon.toml"), variables.into_iter()).expect("a good file");
    match clock {
        Some(clock) => Host::build_on(config, clock as _).await.expect("a host"),
        None => Host::beside(config).await.expect("a host"),
    }
}

/// Whether the grid may be used, after a look.
async fn uses_grid(host: &Host) -> bool {
    host.lookout.look().await.expect("a look");
    let practice = host.wiring.directory.get(&"cabinet-morel".into()).expect("served");
    practice.feature(&"tri".into()).expect("a feature").triage().is_ok()
}

fn kept(at: &Path) -> (String, String) {
    let read = |name: &str| std::fs::read_to_string(at.join(name)).expect("read");
    (read(GRID), read(SIGNATURES))
}

fn put_back(at: &Path, (grid, signatures): &(String, String)) {
    put(at, GRID, grid);
    put(at, SIGNATURES, signatures);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_grid_put_back_with_its_signature_stays_dead_on_every_node() {
    let folder = real();
    let at = folder.path();
    signed(at);
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let working = host(at, Some(Arc::clone(&clock))).await;
    assert!(uses_grid(&working).await);
    let old = kept(at);

    replace(at, GRID, "at-least = 3 }", "at-least = 4 }");
    succeeds(&sign(at, &[]));
    let new = kept(at);
    // The newer one has to have been signed before it is seen.
    clock.set(SystemClock.now());
    assert!(uses_grid(&working).await);
    put_back(at, &old);
    assert!(!uses_grid(&working).await, "put back");
    let (sound, text) = check(at);
    assert!(!sound && text.contains("un contenu plus récent a été signé le"), "{text}");
    assert!(text.contains("le signer de nouveau : greffon grid sign cabinet-morel"), "{text}");
    assert_eq!(states(at), ["script signed", "tri refused"]);
    // Another process over the same database, which has never seen the newer one.
    let other = host(at, None).await;
    assert!(!uses_grid(&other).await, "on another node");

    put_back(at, &new);
    assert!(uses_grid(&working).await && uses_grid(&other).await, "the newer one is there again");
    put_back(at, &old);
    succeeds(&sign(at, &["--feature", "tri"]));
    clock.set(SystemClock.now());
    assert!(uses_grid(&working).await, "signed again");

    // What was withdrawn is dead too when the file says nothing of it any more.
    let before = kept(at);
    succeeds(&greffon(at, &["grid", "withdraw", "cabinet-morel", "--key", "dr-morel.pem", "--feature", "tri"]));
    clock.set(SystemClock.now());
    assert!(!uses_grid(&working).await);
    put_back(at, &before);
    assert!(!uses_grid(&working).await && !uses_grid(&other).await, "withdrawn for good");
    assert!(check(at).1.contains("ce contenu a été retiré le"));
    // A file that says nothing at all cannot make it young either; another database cannot know.
    std::fs::rename(at.join("data"), at.join("donnees")).expect("moved");
    assert_eq!(states(at), ["script signed", "tri signed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practitioner_who_is_signed_in_approves_what_is_there_and_withdraws_it() {
    let folder = real();
    let at = folder.path();
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let working = host(at, Some(Arc::clone(&clock))).await;
    assert!(!uses_grid(&working).await);
    let approvals = working.reception.approvals.clone();
    let doctor = Actor { subject: "dr-7".to_owned(), role: Role::Practitioner };
    let morel: PracticeId = "cabinet-morel".into();
    let content = |name: &str| {
        let contents = approvals.contents(&morel).expect("served");
        contents.into_iter().find(|one| one.feature.as_str() == name).expect("a content")
    };
    let approve = async |name: &str, minutes: i64| {
        let new =
            NewApproval { settings: content(name).settings, from: None, until: clock.now().plus_minutes(minutes) };
        approvals.approve(&morel, &name.into(), new, Some("10000003000"), &doctor).await.expect("approved")
    };
    approve("tri", 600).await;
    approve("script", 600).await;
    assert!(uses_grid(&working).await);
    assert!(check(at).0);
    assert_eq!(states(at), ["script attested", "tri attested"]);
    let verified = succeeds(&greffon(at, &["grid", "verify", "cabinet-morel"]));
    assert!(verified.contains("qui l'atteste, par Dr") && verified.contains("RPPS 10000003000"), "{verified}");
    let doctor_says = String::from_utf8(greffon(at, &["doctor"]).stdout).expect("text");
    assert!(doctor_says.contains("cabinet-morel / tri") && doctor_says.contains("as greffon attests"), "{doctor_says}");
    assert!(check(at).1.contains("approved, as greffon attests, by Dr"));

    // Other content is not what was approved; what was used goes on meanwhile.
    replace(at, GRID, "at-least = 3 }", "at-least = 4 }");
    assert!(uses_grid(&working).await, "as it was approved");
    assert_eq!(states(at), ["script attested", "tri refused"]);
    assert!(matches!(content("tri").standing, Standing::Refused { .. }));
    approve("tri", 60).await;
    assert!(uses_grid(&working).await);
    assert_eq!(states(at), ["script attested", "tri attested"]);
    replace(at, GRID, "at-least = 4 }", "at-least = 3 }");
    assert_eq!(states(at), ["script attested", "tri refused"], "the one before was replaced");
    replace(at, GRID, "at-least = 3 }", "at-least = 4 }");

    // It ends at its next use, before anybody looks.
    clock.set(clock.now().plus_minutes(60));
    let practice = working.wiring.directory.get(&morel).expect("served");
    let grid = practice.feature(&"tri".into()).expect("a feature").triage().expect("bound");
    assert_eq!(
        grid.next(&encounter(clock.now())).await.expect("an answer").expect_err("over").code,
        "protocol-expired"
    );

    approve("tri", 600).await;
    assert!(uses_grid(&working).await);
    approvals.withdraw(&morel, &"tri".into(), &doctor).await.expect("withdrawn");
    assert!(!uses_grid(&working).await);
    assert!(check(at).1.contains("ce contenu a été retiré le"));
    // A key signs what was withdrawn before, and later.
    approve("tri", 600).await;
    assert!(uses_grid(&working).await, "approved again");
}
