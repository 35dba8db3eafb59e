//! Reads a component before anything is compiled: what it is, which contract it
//! was built for, what it exports and imports. Every refusal is one line that
//! says what to do.

use greffon_kinds::{KINDS, PluginKind};
use serde::Serialize;
use sha2::{Digest, Sha256};
use thiserror::Error;
use wasmparser::component_types::ComponentEntityType;
use wasmparser::{Encoding, Parser, Payload, ValidPayload, Validator, WasmFeatures};

use crate::api_version::{ApiVersion, SERVED};

/// Custom section that holds the version of the contract, in ASCII: `0.1.0`.
pub const API_VERSION_SECTION: &str = "greffon:api-version";

/// Largest component, in bytes. Python and JavaScript guests have 12 to 30 MiB.
pub const LARGEST_BYTES: usize = 64 << 20;

/// Why a file is no plugin that this host can run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PackageError {
    /// The bytes are something else.
    #[error("not WebAssembly: the file does not begin with \"\\0asm\"; give the compiled .wasm file")]
    NotWasm,
    /// A core module.
    #[error(
        "a WebAssembly module, not a component: build it for wasm32-wasip2, \
         or wrap it with `wasm-tools component new`"
    )]
    CoreModule,
    /// Damaged, or made with features that are off.
    #[error("not a readable component: {0}; build it again with a toolchain for WASI 0.2")]
    Unreadable(String),
    /// Too large to look at.
    #[error("the component has {0} bytes, the largest has {LARGEST_BYTES}; strip it of debug information")]
    TooLarge(usize),
    /// Nobody knows what it was built for.
    #[error(
        "the custom section \"{API_VERSION_SECTION}\" is missing: export the plugin with the greffon SDK, \
         or add the section with the text \"{SERVED}\""
    )]
    NoApiVersion,
    /// The section holds something else.
    #[error("custom section \"{API_VERSION_SECTION}\": {0}")]
    BadApiVersion(String),
    /// Built for another contract.
    #[error(
        "built for greffon API {plugin}, this host serves {SERVED}: {}",
        if *.plugin > SERVED { "update greffon, or build the plugin with the SDK of this version" }
        else { "build the plugin again with the SDK of this version" }
    )]
    ApiVersion {
        /// What the component says.
        plugin: ApiVersion,
    },
    /// It is of another kind, or of none.
    #[error(
        "does not export {wanted}, which a {} plugin must; it exports {}: correct `kind` in plugin.toml, \
         or export the interface", .kind.as_str(), list(.found)
    )]
    MissingExport {
        /// What the manifest says.
        kind: PluginKind,
        /// The interface.
        wanted: String,
        /// What is there instead.
        found: Vec<String>,
    },
    /// A pure plugin reaches out.
    #[error(
        "a {} plugin is pure, but this one imports {import}: build it for wasm32-unknown-unknown, \
         without clock, network, files or randomness", .kind.as_str()
    )]
    NotPure {
        /// What it is.
        kind: PluginKind,
        /// What it wants.
        import: String,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

/// What is known of a component without running it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// SHA-256 of its bytes, hex.
    pub digest: String,
    /// Its size.
    pub size_bytes: usize,
    /// The contract that it was built for.
    pub api: String,
    /// What it is, by what it exports.
    pub kind: Option<PluginKind>,
    /// Names of its exports.
    pub exports: Vec<String>,
    /// Names of the imports that give it something to call. Interfaces with
    /// types only are left out: they give no power.
    pub imports: Vec<String>,
}

impl Inspection {
    /// Checks that the component can be a plugin of this kind.
    ///
    /// # Errors
    /// A missing export; for a pure kind, an import other than WASI (which is
    /// inert there).
    pub fn check(&self, kind: PluginKind) -> Result<(), PackageError> {
        if !self.exports.iter().any(|name| exports(name, kind)) {
            let wanted = format!("{}@{SERVED}", kind.spec().interface);
            return Err(PackageError::MissingExport { kind, wanted, found: self.exports.clone() });
        }
        if kind.spec().pure
            && let Some(import) = self.imports.iter().find(|name| !inert(name))
        {
            return Err(PackageError::NotPure { kind, import: import.clone() });
        }
        Ok(())
    }
}

fn exports(name: &str, kind: PluginKind) -> bool {
    name.split_once('@').is_some_and(|(interface_name, version)| {
        interface_name == kind.spec().interface
            && version.parse().is_ok_and(|version: ApiVersion| SERVED.serves(version))
    })
}

/// WASI that every language's start-up needs. `wasi:http` and `wasi:keyvalue`
/// are no part of it: nothing needs them to start.
fn inert(import: &str) -> bool {
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"]
        .iter()
        .any(|package| import.starts_with(package))
}

/// Reads a component.
///
/// # Errors
/// When the bytes are no component, or one for another contract.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, PackageError> {
    if bytes.len() > LARGEST_BYTES {
        return Err(PackageError::TooLarge(bytes.len()));
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(PackageError::NotWasm);
    }
    let read = read(bytes).map_err(|error| match error {
        ReadError::CoreModule => PackageError::CoreModule,
        ReadError::Parser(error) => PackageError::Unreadable(error.message().to_owned()),
    })?;
    let section = read.api_version.ok_or(PackageError::NoApiVersion)?;
    let text =
        std::str::from_utf8(section).map_err(|_| PackageError::BadApiVersion("the text is not ASCII".to_owned()))?;
    let plugin: ApiVersion = text.parse().map_err(PackageError::BadApiVersion)?;
    if !SERVED.serves(plugin) {
        return Err(PackageError::ApiVersion { plugin });
    }
    let kinds = KINDS.iter().map(|spec| spec.kind);
    let kind = kinds.into_iter().find(|kind| read.exports.iter().any(|name| exports(name, *kind)));
    Ok(Inspection {
        digest: digest(bytes),
        size_bytes: bytes.len(),
        api: plugin.to_string(),
        kind,
        exports: read.exports,
        imports: read.imports,
    })
}

/// SHA-256, hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Read<'a> {
    api_version: Option<&'a [u8]>,
    exports: Vec<String>,
    imports: Vec<String>,
}

enum ReadError {
    CoreModule,
    Parser(wasmparser::Error),
}

impl From<wasmparser::Error> for ReadError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Parser(error)
    }
}

/// Validates everything but the code of functions, which the compiler checks.
fn read(bytes: &[u8]) -> Result<Read<'_>, ReadError> {
    let mut validator = Validator::new_with_features(WasmFeatures::default());
    let mut read = Read { api_version: None, exports: Vec::new(), imports: Vec::new() };
    let mut imports = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        match &payload {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => return Err(ReadError::CoreModule),
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            // Compilers can only write it into the module that they make; the
            // component's own comes after its modules and wins.
            Payload::CustomSection(section)
                if section.name() == API_VERSION_SECTION && (depth == 0 || read.api_version.is_none()) =>
            {
                read.api_version = Some(section.data());
            }
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section.clone() {
                    imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section.clone() {
                    read.exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
        let ends = matches!(payload, Payload::End(_));
        let validated = validator.payload(&payload)?;
        if ends && depth > 0 {
            depth -= 1;
        } else if let ValidPayload::End(types) = validated {
            let types = types.as_ref();
            let powerful =
                |name: &String| types.component_item_for_import(name).is_none_or(|item| gives_power(types, &item.ty));
            read.imports = std::mem::take(&mut imports).into_iter().filter(powerful).collect();
        }
    }
    Ok(read)
}

/// Whether an import is more than names for types.
fn gives_power(types: wasmparser::types::TypesRef<'_>, entity: &ComponentEntityType) -> bool {
    match entity {
        ComponentEntityType::Instance(id) => types[*id].exports.values().any(|item| gives_power(types, &item.ty)),
        ComponentEntityType::Type { created, .. } => {
            matches!(created, wasmparser::component_types::ComponentAnyTypeId::Resource(_))
        }
        ComponentEntityType::Module(_)
        | ComponentEntityType::Func(_)
        | ComponentEntityType::Value(_)
        | ComponentEntityType::Component(_) => true,
    }
}

#[cfg(test)]
mod tests;
