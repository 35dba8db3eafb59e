//! What a guest can call: exactly what the world of its kind names, and the
//! WASI that its language needs to start.

use greffon_core::model::practice::PluginKind;
use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, filesystem, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView};

use crate::bindings::{host, keyvalue};
use crate::state::CallState;

/// The linkers, one per set of powers.
pub(crate) struct Linkers {
    pure: Linker<CallState>,
    agenda: Linker<CallState>,
    notification: Linker<CallState>,
}

impl Linkers {
    pub(crate) fn new(engine: &Engine) -> wasmtime::Result<Self> {
        Ok(Self { pure: pure(engine)?, agenda: agenda(engine)?, notification: notification(engine)? })
    }

    pub(crate) fn of(&self, kind: PluginKind) -> &Linker<CallState> {
        match kind {
            PluginKind::Triage | PluginKind::Script => &self.pure,
            PluginKind::Agenda => &self.agenda,
            PluginKind::Notification => &self.notification,
        }
    }
}

/// For triage and scripts: WASI, which `crate::wasi` makes inert for them.
/// A plugin that imports anything else was refused before.
fn pure(engine: &Engine) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    Ok(linker)
}

fn agenda(engine: &Engine) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    connected(&mut linker)?;
    Ok(linker)
}

fn notification(engine: &Engine) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    connected(&mut linker)?;
    host::mail::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    Ok(linker)
}

/// What agendas and channels share.
fn connected(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    start_up(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    keyvalue::store::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    keyvalue::atomics::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    host::settings::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    host::credentials::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    host::calendar::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    host::log::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    Ok(())
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
