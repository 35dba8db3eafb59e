//! Lists the migrations, so that a new file is embedded without a line of code:
//! for each database a constant of `(version, description, text)`.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    // Asked when it runs: the program may have been compiled for another checkout.
    let package = env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| io::Error::other("cargo sets CARGO_MANIFEST_DIR"))?;
    let root = Path::new(&package).join("migrations");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut listed = String::new();
    for database in ["sqlite", "postgres"] {
        let mut files = Vec::new();
        for entry in fs::read_dir(root.join(database))? {
            files.push(entry?.path());
        }
        files.sort();
        let name = database.to_uppercase();
        writeln!(listed, "const {name}_FILES: &[(i64, &str, &str)] = &[").map_err(io::Error::other)?;
        for file in files {
            println!("cargo::rerun-if-changed={}", file.display());
            let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let Some((version, what)) = stem.split_once('_') else {
                return Err(io::Error::other(format!("{}: not YYYYMMDDHHMMSS_what.sql", file.display())));
            };
            let what = what.replace('_', " ");
            writeln!(listed, "    ({version}, {what:?}, include_str!({file:?})),").map_err(io::Error::other)?;
        }
        listed.push_str("];\n");
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is set by cargo"))?;
    fs::write(Path::new(&out).join("migrations.rs"), listed)
}
