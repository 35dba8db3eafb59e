//! Makes `packs/*.toml` part of the component, as JSON: a guest reads one format.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let folder = Path::new("packs");
    println!("cargo::rerun-if-changed=packs");
    let entries = fs::read_dir(folder).expect("packs/ is beside build.rs");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("packs/ is readable").path()).collect();
    files.sort();
    let mut table = "pub(crate) const PACKS: &[(&str, &str)] = &[\n".to_owned();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "toml")) {
        println!("cargo::rerun-if-changed={}", file.display());
        let text = fs::read_to_string(file).expect("a pack is readable");
        let pack: serde_json::Value =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{} is no TOML: {error}", file.display()));
        let name = file.file_stem().and_then(|name| name.to_str()).expect("a pack has a name");
        let _ = writeln!(table, "    ({name:?}, {:?}),", pack.to_string());
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where"));
    fs::write(out.join("packs.rs"), table).expect("OUT_DIR is writable");
}
