//! Guests in WebAssembly text: a module with the functions of a world, wrapped
//! into a component. Functions that a test does not write trap, except those
//! that a plugin is bound with.

use std::fmt::Write;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, WorldItem, WorldKey};

/// Where an answer of zeroes lies: an `ok` of nothing, an empty list, an empty
/// text, whatever the type says.
pub const ZEROES: &str = "(i32.const 1024)";

/// Memory of every guest: more than the 1 MiB that is the least a manifest can
/// ask for.
const PAGES: u32 = 20;

/// A plugin in text.
#[derive(Clone, Copy, Debug)]
pub struct Guest<'a> {
    /// `triage-plugin`…
    pub world: &'a str,
    /// Imports and other fields of the module.
    pub fields: &'a str,
    /// Bodies by function name: `next`, `book`…
    pub bodies: &'a [(&'a str, &'a str)],
}

impl Guest<'_> {
    /// A triage plugin with this `next`.
    pub fn triage(next: &str) -> Vec<u8> {
        Guest { world: "triage-plugin", fields: "", bodies: &[("next", next)] }.component()
    }

    /// The component's bytes, stamped with the version of the contract.
    pub fn component(&self) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let folders = [
            "deps/io",
            "deps/clocks",
            "deps/random",
            "deps/filesystem",
            "deps/sockets",
            "deps/cli",
            "deps/http",
            "deps/keyvalue",
            "practice",
            "triage",
            "script",
            "host",
            "scheduling",
            "notification",
        ];
        let packages = folders.map(|folder| resolve.push_dir(wit.join(folder)).expect(folder).0);
        let world = packages
            .into_iter()
            .find_map(|package| resolve.select_world(&[package], Some(self.world)).ok())
            .expect("a world of the contract");

        let mut functions = String::new();
        for (key, item) in &resolve.worlds[world].exports {
            let (WorldKey::Interface(interface), WorldItem::Interface { .. }) = (key, item) else { continue };
            let name = resolve.id_of(*interface).expect("a named interface");
            for (function, ty) in &resolve.interfaces[*interface].functions {
                let signature = resolve.wasm_signature(AbiVariant::GuestExport, ty);
                let body = self.bodies.iter().find(|(wanted, _)| wanted == function);
                let (params, results) = (types(&signature.params), types(&signature.results));
                let body = body.map_or_else(|| unwritten(function), |(_, body)| body);
                writeln!(functions, "(func (export \"{name}#{function}\") (param {params}) (result {results}) {body})")
                    .expect("text grows");
            }
        }
        let module = format!(
            r#"(module {fields}
                (memory (export "memory") {PAGES})
                (global $top (mut i32) (i32.const 65536))
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (global.get $top)
                    (global.set $top (i32.and
                        (i32.add (i32.add (global.get $top) (local.get 3)) (i32.const 15)) (i32.const -16))))
                {functions})"#,
            fields = self.fields,
        );
        let mut module = wat::parse_str(&module).unwrap_or_else(|error| panic!("{error}\n{module}"));
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("metadata");
        let component = ComponentEncoder::default()
            .validate(true)
            .module(&module)
            .and_then(|mut encoder| encoder.encode())
            .expect("a module of the world");
        stamped(component, "0.1.0")
    }
}

/// What the host asks when it binds a plugin is answered with nothing.
fn unwritten(function: &str) -> &'static str {
    if ["prepare", "protocols", "catalogue", "describe"].contains(&function) { ZEROES } else { "unreachable" }
}

/// The component with a version of the contract.
pub fn stamped(mut component: Vec<u8>, version: &str) -> Vec<u8> {
    let name = greffon_runtime::API_VERSION_SECTION;
    let size = 1 + name.len() + version.len();
    component.extend([0, u8::try_from(size).expect("one byte of LEB128")]);
    component.push(u8::try_from(name.len()).expect("one byte of LEB128"));
    component.extend(name.bytes().chain(version.bytes()));
    component
}

fn types(types: &[WasmType]) -> String {
    let names = types.iter().map(|ty| match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
    });
    names.collect::<Vec<_>>().join(" ")
}
