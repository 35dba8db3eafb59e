//! What the commands print: data on stdout, the rest on stderr, and errors on
//! one screen.

use serde_json::Value;

use crate::support::{
    SECRET, fails, greffon, greffon_fed, greffon_with, installation, put, put_secret, replace, succeeds,
};

#[test]
fn the_example_configuration_is_a_good_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let example = succeeds(&greffon(folder.path(), &["config", "example"]));
    put(folder.path(), "greffon.toml", &example);
    succeeds(&greffon(folder.path(), &["config", "check"]));
}

#[test]
fn a_wrong_key_of_the_operators_file_is_named_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "greffon.toml", "# mine\nlistn = \"127.0.0.1:1\"\n");
    let words = ["greffon.toml:2:1", "unknown key \"listn\"", "did you mean \"listen\"?"];
    fails(&greffon(folder.path(), &["config", "check"]), &words);
}

#[test]
fn the_schemas_describe_both_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, key) in [("practice", "practitioners"), ("operator", "listen")] {
        let schema = succeeds(&greffon(folder.path(), &["config", "schema", file]));
        let schema: Value = serde_json::from_str(&schema).expect("JSON");
        assert!(schema["properties"][key].is_object(), "{file}");
    }
}

#[test]
fn a_sealing_key_is_new_each_time_and_read_before_anything_is_done() {
    let folder = installation();
    let key = succeeds(&greffon(folder.path(), &["config", "sealing-key"]));
    assert_ne!(key, succeeds(&greffon(folder.path(), &["config", "sealing-key"])));
    put_secret(folder.path(), "sealing.key", &key);
    let check = |sealing: &str| {
        let keys = [("GREFFON_KEYS__SEALING", sealing)];
        greffon_with(folder.path(), &["practice", "check", "maison-des-remparts"], &keys)
    };
    succeeds(&check("{ file = \"sealing.key\" }"));
    fails(&check("{ file = \"absent.key\" }"), &["keys.sealing", "absent.key", "greffon config sealing-key"]);
    put_secret(folder.path(), "short.key", "c2hvcnQ=");
    fails(&check("{ file = \"short.key\" }"), &["keys.sealing: not a sealing key", "32 bytes in base64"]);
}

#[test]
fn the_bundled_plugins_are_listed_for_people_and_programs() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = succeeds(&greffon(folder.path(), &["plugin", "list"]));
    let listed: Value =
        serde_json::from_str(&succeeds(&greffon(folder.path(), &["plugin", "list", "--json"]))).expect("JSON");
    for id in [
        "agenda-caldav",
        "agenda-doctolib-like",
        "agenda-local",
        "notify-email",
        "notify-webhook",
        "script-standard",
        "triage-grid",
    ] {
        assert!(text.contains(id), "{text}");
        assert!(listed.as_array().is_some_and(|all| all.iter().any(|one| one["id"] == id)), "{listed}");
    }
}

#[test]
fn what_is_no_plugin_is_said_in_one_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "page.wasm", "<html>");
    let inspect = |path| greffon(folder.path(), &["plugin", "inspect", path]);
    fails(&inspect("page.wasm"), &["page.wasm", "not WebAssembly", "give the compiled .wasm file"]);
    fails(&inspect("absent.wasm"), &["cannot read absent.wasm"]);
    put(folder.path(), "empty/plugin.toml", "id = 3\n");
    std::fs::create_dir_all(folder.path().join("none")).expect("a folder");
    fails(&inspect("none"), &["0 .wasm files", "greffon plugin build"]);
    fails(&greffon(folder.path(), &["plugin", "build", "none"]), &["none holds no plugin.toml", "greffon plugin new"]);
}

#[test]
fn practices_are_checked_down_to_their_grids() {
    let folder = installation();
    let text = succeeds(&greffon(folder.path(), &["practice", "check"]));
    for id in ["cabinet-morel: ok", "centre-des-lilas: ok", "maison-des-remparts: ok"] {
        assert!(text.contains(id), "{text}");
    }

    let grid = "practices/cabinet-morel/grids/medecine-generale.toml";
    replace(folder.path(), grid, "level = \"same-day\"", "level = \"routine\"");
    let checked = greffon(folder.path(), &["practice", "check", "--json"]);
    assert_eq!(checked.status.code(), Some(1));
    let reports: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    let findings: Vec<&Value> =
        reports.as_array().into_iter().flatten().filter_map(|one| one["findings"].as_array()).flatten().collect();
    let error = findings.iter().find(|one| one["severity"] == "error").expect("an error");
    assert!(error["file"].as_str().is_some_and(|file| file.ends_with("medecine-generale.toml")), "{error}");
    assert!(error["line"].is_u64(), "{error}");
    let unknown = greffon(folder.path(), &["practice", "check", "autre"]);
    fails(&unknown, &["no practice.toml in practices/autre", "cabinet-morel"]);
}

#[test]
fn a_wrong_setting_is_told_in_french_at_its_line_and_in_english_to_whom_reads_english() {
    let folder = installation();
    let grid = "practices/cabinet-morel/grids/medecine-generale.toml";
    let check = |environment: &[(&str, &str)]| {
        let checked = greffon_with(folder.path(), &["practice", "check", "cabinet-morel"], environment);
        assert_eq!(checked.status.code(), Some(1));
        String::from_utf8(checked.stdout).expect("text")
    };
    let says = |text: &str, words: &[&str]| {
        for word in words {
            assert!(text.contains(word), "no {word:?} in:\n{text}");
        }
    };
    replace(folder.path(), grid, "max-questions = 12", "max-questions = \"douze\"");
    says(
        &check(&[]),
        &["max-questions: \"douze\" n'est pas un nombre entier", "écrire un nombre entier", "medecine-generale.toml:"],
    );
    says(&check(&[("LANG", "en_US.UTF-8")]), &["max-questions: \"douze\" is not a whole number"]);
    replace(folder.path(), grid, "max-questions = \"douze\"", "max-question = 12");
    says(&check(&[]), &["clé inconnue « max-question »", "vouliez-vous écrire « max-questions » ?"]);
    replace(folder.path(), grid, "max-question = 12", "max-questions = 101");
    says(&check(&[]), &["max-questions: 101 est au-dessus du maximum, 100", "écrire un nombre de 1 à 100"]);
}

#[test]
fn windows_for_call_backs_that_come_too_rarely_are_a_warning_with_owner_day_and_gap() {
    let folder = installation();
    let file = "practices/cabinet-morel/practice.toml";
    let check = |environment: &[(&str, &str)]| {
        succeeds(&greffon_with(folder.path(), &["practice", "check", "cabinet-morel"], environment))
    };
    assert!(!check(&[]).contains("créneaux de rappel"));
    let windows = "mon-fri = [\"08:30-09:00\", \"10:30-11:00\", \"12:00-12:30\", \"14:00-14:30\", \"16:00-16:30\", \
                   \"17:30-18:00\"]";
    replace(folder.path(), file, windows, "mon-tue = [\"18:00-18:30\"], thu-fri = [\"18:00-18:30\"]");
    let said = check(&[]);
    for words in [
        "cabinet-morel: ok, warnings: ",
        "warning: ",
        "practice.toml:119",
        "Le mercredi, « dr-morel » a trop peu de créneaux de rappel",
        "à 8 h, le suivant ne se termine que 34 h 30 plus tard",
        "alors que la grille « tri » demande un rappel sous 1 h",
        "ajouter un créneau le mercredi, ou laisser plus de temps dans la grille (clinician-callback)",
    ] {
        assert!(said.contains(words), "no {words:?} in:\n{said}");
    }
    assert_eq!(said.matches("créneaux de rappel").count(), 1, "once an owner");
    let said = check(&[("LANG", "en_US.UTF-8")]);
    assert!(said.contains("On Wednesday \"dr-morel\" has too few windows"), "{said}");
}

#[test]
fn every_permission_that_is_not_granted_is_said_with_the_line_that_grants_it() {
    let folder = installation();
    let file = "practices/maison-des-remparts/practice.toml";
    let asked = [
        "grants.http = [\"http://127.0.0.1:5232\"]\ngrants.keyvalue = true\n",
        "credentials.dav = { scheme = \"basic\", username = \"remparts\", password = { file = \"secrets/dav\" }, \
         origin = \"http://127.0.0.1:5232\" }\n",
    ];
    replace(folder.path(), file, asked[1], "");
    let check = || greffon(folder.path(), &["practice", "check", "maison-des-remparts"]);
    let text = succeeds(&check());
    assert!(text.contains("maison-des-remparts: ok") && text.contains("asks for credential dav"), "{text}");
    assert!(text.contains("add under [features.agenda-ville]: credentials.dav = { scheme = "), "{text}");

    replace(folder.path(), file, asked[0], "");
    let checked = check();
    assert_eq!(checked.status.code(), Some(1));
    let text = String::from_utf8_lossy(&checked.stdout);
    assert!(text.contains("errors: 2, warnings: "), "{text}");
    for line in ["grants.http = [\"https://server.example\"]", "grants.keyvalue = true", "credentials.dav = { "] {
        assert!(text.contains(&format!("add under [features.agenda-ville]: {line}")), "no {line} in:\n{text}");
    }
}

#[test]
fn the_doctor_finds_a_good_installation_good_and_names_what_is_missing() {
    let folder = installation();
    let text = succeeds(&greffon(folder.path(), &["doctor"]));
    assert!(text.lines().all(|line| line.starts_with("ok ")), "{text}");
    assert!(text.contains("storage") && text.contains("cabinet-morel / agenda"), "{text}");

    std::fs::remove_file(folder.path().join(SECRET)).expect("removed");
    std::fs::remove_file(folder.path().join("signing.pem")).expect("removed");
    std::fs::remove_dir_all(folder.path().join("grilles")).expect("removed");
    let sick = greffon(folder.path(), &["doctor", "--json"]);
    assert_eq!(sick.status.code(), Some(1));
    let checks: Value = serde_json::from_slice(&sick.stdout).expect("JSON");
    let failed: Vec<String> =
        checks.as_array().into_iter().flatten().filter(|check| check["ok"] == false).map(ToString::to_string).collect();
    assert!(failed.iter().any(|check| check.contains("greffon token key")), "{failed:#?}");
    assert!(failed.iter().any(|check| check.contains("shared folder grilles")), "{failed:#?}");
    assert!(failed.iter().any(|check| check.contains("secrets/dav")), "{failed:#?}");
}

#[test]
fn tokens_and_the_schema_are_made_on_the_command_line() {
    let folder = installation();
    let token = succeeds(&greffon(folder.path(), &["token", "--role", "secretary", "--practice", "cabinet-morel"]));
    assert_eq!(token.trim().split('.').count(), 3, "a JWT has three parts");
    fails(&greffon(folder.path(), &["token", "--role", "secretary"]), &["needs practices", "--practice"]);
    assert!(succeeds(&greffon(folder.path(), &["migrate"])).contains("applied 20261121100000 contacts"));
    assert_eq!(succeeds(&greffon(folder.path(), &["migrate"])), "");
}

#[test]
fn a_recipient_s_code_is_asked_for_and_only_its_hash_is_kept() {
    let folder = installation();
    let set = |recipient: &str, code: &str| {
        greffon_fed(folder.path(), &["practice", "code", "cabinet-morel", recipient], code)
    };
    fails(&set("dr-nobody", "tilleul-4-brin\n"), &["no recipient \"dr-nobody\"", "dr-morel"]);
    for weak in ["", "1234", "123456", "aaaaaaaa"] {
        let refused = set("dr-morel", &format!("{weak}\n"));
        assert_eq!(refused.status.code(), Some(1), "{weak}");
        assert!(weak.is_empty() || !String::from_utf8_lossy(&refused.stderr).contains(weak), "{weak} is shown");
    }
    let line = succeeds(&set("dr-morel", "tilleul-4-brin\n"));
    assert_eq!(line.trim(), "code = { file = \"secrets/dr-morel.code\" }");
    let kept = folder.path().join("practices/cabinet-morel/secrets/dr-morel.code");
    let hash = std::fs::read_to_string(&kept).expect("written");
    assert!(hash.starts_with("$argon2id$") && !hash.contains("tilleul"), "{hash}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&kept).expect("there").permissions().mode() & 0o777, 0o600);
    }

    let file = "practices/cabinet-morel/practice.toml";
    replace(folder.path(), file, "[recipients.dr-morel]", &format!("[recipients.dr-morel]\n{}", line.trim()));
    let check = || succeeds(&greffon(folder.path(), &["practice", "check", "cabinet-morel"]));
    assert!(!check().contains("recipients.dr-morel") && !check().contains("argon2id"), "{}", check());
    put_secret(folder.path(), "practices/cabinet-morel/secrets/dr-morel.code", "tilleul-4-brin\n");
    let text = check();
    assert!(
        text.contains("not the argon2id hash") && text.contains("greffon practice code cabinet-morel dr-morel"),
        "{text}"
    );
    assert!(!text.contains("tilleul-4-brin"), "{text}");
}

#[test]
fn a_supervisor_whom_no_alert_reaches_is_found() {
    let folder = installation();
    let supervisor =
        |recipient: &str| format!("[[supervisors]]\npractice = \"cabinet-morel\"\nrecipient = \"{recipient}\"\n");
    let operator = std::fs::read_to_string(folder.path().join("greffon.toml")).expect("read");
    put(folder.path(), "greffon.toml", &format!("{operator}\n{}", supervisor("secretariat")));
    succeeds(&greffon(folder.path(), &["practice", "check"]));
    put(folder.path(), "greffon.toml", &format!("{operator}\n{}", supervisor("secretaire")));
    let checked = greffon(folder.path(), &["practice", "check"]);
    assert_eq!(checked.status.code(), Some(1));
    let text = String::from_utf8_lossy(&checked.stdout);
    assert!(text.contains("supervisors.0.recipient") && text.contains("known: dr-morel, secretariat"), "{text}");
    let sick = greffon(folder.path(), &["doctor"]);
    assert!(String::from_utf8_lossy(&sick.stdout).contains("no recipient \"secretaire\""));
}
