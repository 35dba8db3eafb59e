//! What a guest can call: exactly what the world of its kind names, and the
//! WASI that its language needs to start.

use greffon_kinds::PluginKind;
use wasmtime::Engine;
use wasmtime::component::Linker;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, filesystem, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView};

use crate::kind::{self, Served};
use crate::state::CallState;

/// The linkers, one per kind.
pub(crate) struct Linkers(Vec<Linker<CallState>>);

impl Linkers {
    pub(crate) fn new(engine: &Engine) -> wasmtime::Result<Self> {
        kind::SERVED.iter().map(|served| linker(engine, served)).collect::<wasmtime::Result<_>>().map(Self)
    }

    pub(crate) fn of(&self, kind: PluginKind) -> &Linker<CallState> {
        &self.0[kind.index()]
    }
}

fn linker(engine: &Engine, served: &Served) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    if served.kind.spec().pure {
        // All of WASI, which `crate::wasi` makes inert for them. A plugin that
        // imports anything else was refused before.
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    } else {
        start_up(&mut linker)?;
    }
    for capability in served.capabilities.iter().copied().flatten() {
        capability.link(&mut linker)?;
    }
    Ok(linker)
}

/// WASI without sockets. The standard libraries of Rust and C import files,
/// environment and streams whether or not a program uses them: there are no
/// files, the environment is empty and the streams swallow.
fn start_up(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_proxy_interfaces_async(linker)?;
    random::insecure::add_to_linker::<_, WasiRandom>(linker, CallState::random)?;
    random::insecure_seed::add_to_linker::<_, WasiRandom>(linker, CallState::random)?;
    cli::environment::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::exit::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_input::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_output::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_stdin::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_stdout::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_stderr::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    filesystem::types::add_to_linker::<_, WasiFilesystem>(linker, CallState::filesystem)?;
    filesystem::preopens::add_to_linker::<_, WasiFilesystem>(linker, CallState::filesystem)?;
    Ok(())
}
