//! Tells `src/lib.rs` what is embedded: the plugins, built here, and the kit of
//! a plugin's author.

mod kit;
mod lock;
mod plugins;

use std::env;
use std::path::Path;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    // Asked when it runs: the program may have been compiled for another checkout.
    let package = env::var_os("CARGO_MANIFEST_DIR").context("CARGO_MANIFEST_DIR is set by cargo")?;
    let workspace = Path::new(&package).join("../..").canonicalize()?;
    let out_dir = env::var_os("OUT_DIR").context("OUT_DIR is set by cargo")?;
    plugins::embed(&workspace, Path::new(&out_dir))?;
    kit::embed(&workspace, Path::new(&out_dir))
}
