use std::fs;

use super::*;

const HEAD: &str = "id = \"triage-x\"\nkind = \"triage\"\nversion = \"0.1.0\"\napi = \"0.1\"\nlicence = \"Apache-2.0\"\n\
                    description = \"x\"\n";

/// A practice's folder with a plugin in `greffons/x`.
fn practice(manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    put(&folder, "greffons/x/plugin.toml", manifest);
    put(&folder, "greffons/x/x.wasm", "wasm");
    folder
}

fn put(folder: &tempfile::TempDir, name: &str, text: &str) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("written");
}

fn found(folder: &tempfile::TempDir, name: &str) -> Result<Found, String> {
    read(&Folder::open(folder.path()).expect("opens"), name, None).map_err(|problem| problem.to_string())
}

#[test]
fn a_name_is_no_path() {
    assert_eq!(path("agenda-local"), None);
    assert_eq!(path("greffons/x"), Some(("greffons/x", None)));
    assert_eq!(path("x.wasm#sha256:ab"), Some(("x.wasm", Some("ab".to_owned()))));
    assert_eq!(path("shared:greffons"), Some(("shared:greffons", None)));
}

#[test]
fn a_plugin_is_a_folder_or_its_component() {
    let folder = practice(HEAD);
    for name in ["greffons/x", "./greffons/x/", "greffons/x/x.wasm"] {
        let found = found(&folder, name).expect(name);
        assert_eq!(found.files.component, b"wasm");
        assert_eq!(found.files.manifest.id.as_str(), "triage-x");
        let opened = Folder::open(folder.path()).expect("opens");
        for (name, content) in &found.read {
            let now = opened.stamp(name.to_str().expect("text")).expect("the names are those of the folder asked");
            assert_eq!(now, content.stamp);
        }
        assert_eq!(found.read.len(), 2);
    }
}

#[test]
fn a_folder_has_exactly_one_component() {
    let folder = practice(HEAD);
    put(&folder, "greffons/x/y.wasm", "wasm");
    let shown = found(&folder, "greffons/x").expect_err("two");
    assert!(shown.contains("2 .wasm files") && shown.contains("greffon plugin build"), "{shown}");
    fs::remove_file(folder.path().join("greffons/x/x.wasm")).expect("removed");
    fs::remove_file(folder.path().join("greffons/x/y.wasm")).expect("removed");
    assert!(found(&folder, "greffons/x").expect_err("none").contains("0 .wasm files"));
}

#[test]
fn what_is_missing_is_named() {
    let folder = practice(HEAD);
    let shown = found(&folder, "greffons/y").expect_err("absent");
    assert!(shown.contains("greffons/y") && shown.contains("relative to the practice's folder"), "{shown}");
    let shown = found(&folder, "greffons/x/y.wasm").expect_err("absent");
    assert!(shown.contains("y.wasm"), "{shown}");
    put(&folder, "alone/x.wasm", "wasm");
    let shown = found(&folder, "alone").expect_err("no manifest");
    assert!(shown.contains("plugin.toml") && shown.contains("beside it"), "{shown}");
}

#[test]
fn a_schema_lies_below_the_manifests_folder() {
    let folder = practice(&format!("{HEAD}settings-schema = \"schema/settings.json\"\n"));
    put(&folder, "greffons/x/schema/settings.json", "{\"type\":\"object\"}");
    let found_one = found(&folder, "greffons/x").expect("reads");
    assert_eq!(found_one.read.len(), 3);
    assert!(found_one.files.manifest.settings_schema.is_some());

    put(&folder, "secrets/dav.json", "{\"type\":\"object\"}");
    let outside = folder.path().join("secrets/dav.json").display().to_string();
    for name in ["../../secrets/dav.json", "../y/s.json", outside.as_str()] {
        put(&folder, "greffons/x/plugin.toml", &format!("{HEAD}settings-schema = \"{name}\"\n"));
        let shown = found(&folder, "greffons/x").expect_err(name);
        assert!(shown.contains("settings-schema") && shown.contains("leads out of"), "{shown}");
        assert!(shown.contains("plugin.toml:7:"), "{shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_component_and_a_manifest_are_no_links_out() {
    use std::os::unix::fs::symlink;

    let folder = practice(HEAD);
    put(&folder, "secrets/dav", "secret");
    for name in ["x.wasm", "plugin.toml"] {
        let folder = practice(HEAD);
        put(&folder, "secrets/dav", "secret");
        let path = folder.path().join("greffons/x").join(name);
        fs::remove_file(&path).expect("removed");
        symlink("../../secrets/dav", &path).expect("a link");
        let shown = found(&folder, "greffons/x").expect_err(name);
        assert!(shown.contains(name) && shown.contains("leads out of") && !shown.contains("secret\""), "{shown}");
    }
    symlink("/", folder.path().join("root")).expect("a link");
    assert!(found(&folder, "root/tmp").expect_err("out").contains("leads out of"));
}
