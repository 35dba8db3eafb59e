//! The binary, and a folder that it runs in.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The only secret that an example practice names.
pub const SECRET: &str = "practices/maison-des-remparts/secrets/dav";

/// Runs the binary in a folder.
pub fn greffon(folder: &Path, arguments: &[&str]) -> Output {
    greffon_with(folder, arguments, &[])
}

/// Runs the binary in a folder, with these variables.
pub fn greffon_with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    command(folder, arguments, environment).output().expect("starts")
}

/// Runs the binary in a folder, with this on its stdin.
pub fn greffon_fed(folder: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut command = command(folder, arguments, &[]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    // It may end without having read it.
    let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
    child.wait_with_output().expect("ends")
}

fn command(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greffon"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GREFFON_")) {
        command.env_remove(name);
    }
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(name);
    }
    // Compiled plugins are kept from one folder to the next.
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data");
    command.env("GREFFON_DATA", data).envs(environment.iter().copied()).current_dir(folder).args(arguments);
    command
}

/// What it printed, when it ended well.
#[track_caller]
pub fn succeeds(output: &Output) -> String {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", shown(&output.stdout), shown(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// Its error is one screen and says these words.
#[track_caller]
pub fn fails(output: &Output, words: &[&str]) {
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(shown.lines().count() <= 12, "{shown}");
    for word in words {
        assert!(shown.contains(word), "no \"{word}\" in:\n{shown}");
    }
}

/// A folder with the operator's file, a key and the example practices.
pub fn installation() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    copy(&examples.join("practices"), &folder.path().join("practices"));
    copy(&examples.join("grilles"), &folder.path().join("grilles"));
    put_secret(folder.path(), SECRET, "demo\n");
    put(folder.path(), "signing.pem", &succeeds(&greffon(folder.path(), &["token", "key"])));
    let shared = "[shared.grilles]\npath = \"grilles\"\npractices = [\"centre-des-lilas\", \"maison-des-remparts\"]\n";
    put(folder.path(), "greffon.toml", &format!("[keys]\nsigning = {{ file = \"signing.pem\" }}\n\n{shared}"));
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// Writes a file.
pub fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    std::fs::write(path, text).expect("written");
}

/// Writes a file that only its owner may read.
pub fn put_secret(folder: &Path, name: &str, text: &str) {
    put(folder, name, text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.join(name), private).expect("permissions");
    }
}

/// Replaces the first occurrence in a file.
pub fn replace(folder: &Path, name: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(folder.join(name)).expect("read");
    assert!(text.contains(from), "{from}");
    put(folder, name, &text.replacen(from, to, 1));
}
