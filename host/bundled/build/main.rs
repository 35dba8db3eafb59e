//! Tells `src/lib.rs` what is embedded: the plugins, built here, and the kit of
//! a plugin's author.

mod kit;
mod lock;
mod plugins;

use std::env;
use std::path::Path;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let out_dir = env::var_os("OUT_DIR").context("OUT_DIR is set by cargo")?;
    plugins::embed(&workspace, Path::new(&out_dir))?;
    kit::embed(&workspace, Path::new(&out_dir))
}
