//! Compiles the locale files into typed functions, one module for each area.

mod compile;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=locales");
    let path = |name| PathBuf::from(std::env::var_os(name).expect("cargo says its folders to a build script"));
    let compiled =
        compile::read(&path("CARGO_MANIFEST_DIR").join("locales")).and_then(|sources| compile::compile(&sources));
    match compiled {
        Ok(module) => {
            std::fs::write(path("OUT_DIR").join("areas.rs"), module).expect("cargo's own folder can be written");
            ExitCode::SUCCESS
        }
        Err(faults) => {
            for fault in faults {
                println!("cargo::error={fault}");
            }
            ExitCode::FAILURE
        }
    }
}
