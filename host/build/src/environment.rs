//! Which environment variables the nested cargo gets.
//!
//! A build script inherits what the outer cargo was told about the *host*
//! build: flags, wrappers (clippy's above all), profiles, target folder. None
//! of it is meant for wasm.

use std::process::Command;

/// Prefixes of cargo's own variables that stay: where things are fetched from,
/// how output looks, and the job server that keeps both cargos on one budget.
const KEPT: [&str; 7] =
    ["CARGO_HOME", "CARGO_MAKEFLAGS", "CARGO_NET_", "CARGO_HTTP_", "CARGO_REGISTR", "CARGO_SOURCE_", "CARGO_TERM_"];

/// Variables that change how rustc is run, beyond those that begin with
/// `CARGO`.
const DROPPED: [&str; 7] = [
    "RUSTFLAGS",
    "RUSTDOCFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_LINKER",
    "RUSTC_BOOTSTRAP",
    "__CARGO_DEFAULT_LIB_METADATA",
];

/// Takes out of a command's environment what is meant for another build.
pub(crate) fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| !stays(name)) {
            command.env_remove(name);
        }
    }
}

fn stays(name: &str) -> bool {
    if name.starts_with("CARGO") {
        return KEPT.iter().any(|kept| name.starts_with(kept));
    }
    !DROPPED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_wrappers_of_the_outer_build_are_dropped() {
        for name in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET",
            "CARGO_PROFILE_RELEASE_LTO",
            "RUSTC_WORKSPACE_WRAPPER",
        ] {
            assert!(!stays(name), "{name}");
        }
    }

    #[test]
    fn toolchain_network_and_job_server_stay() {
        for name in ["PATH", "RUSTUP_TOOLCHAIN", "RUSTC", "CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_MAKEFLAGS"] {
            assert!(stays(name), "{name}");
        }
    }
}
