//! The contract as Rust types: the only `bindgen!` of the host, generated from
//! `wit/`.
//!
//! One module per world. What several worlds share is generated once, in
//! [`channel`] (whose world imports everything), and taken from there by the
//! others, so that one `greffon:practice/types` exists in Rust as in WIT.
//! Standard interfaces are those of wasmtime's own WASI crates.

#![expect(missing_docs, reason = "generated from wit/, which is documented")]

/// World `greffon:notification/channel-plugin`, and everything shared.
pub mod channel {
    wasmtime::component::bindgen!({
        path: [
            "../../wit/deps/io", "../../wit/deps/clocks", "../../wit/deps/random", "../../wit/deps/filesystem",
            "../../wit/deps/sockets", "../../wit/deps/cli", "../../wit/deps/http", "../../wit/deps/keyvalue",
            "../../wit/practice", "../../wit/triage", "../../wit/script", "../../wit/host",
            "../../wit/scheduling", "../../wit/notification",
        ],
        world: "greffon:notification/channel-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "wasi:io": wasmtime_wasi::p2::bindings::io,
            "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
            "wasi:random": wasmtime_wasi::p2::bindings::random,
            "wasi:http": wasmtime_wasi_http::p2::bindings::http,
            "wasi:keyvalue/store.bucket": crate::capability::keyvalue::Bucket,
            "wasi:keyvalue/atomics.cas": crate::capability::keyvalue::Cas,
        },
    });
}

/// World `greffon:scheduling/agenda-plugin`.
pub mod agenda {
    wasmtime::component::bindgen!({
        path: [
            "../../wit/deps/io", "../../wit/deps/clocks", "../../wit/deps/random", "../../wit/deps/filesystem",
            "../../wit/deps/sockets", "../../wit/deps/cli", "../../wit/deps/http", "../../wit/deps/keyvalue",
            "../../wit/practice", "../../wit/triage", "../../wit/script", "../../wit/host",
            "../../wit/scheduling",
        ],
        world: "greffon:scheduling/agenda-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "wasi:io": wasmtime_wasi::p2::bindings::io,
            "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
            "wasi:random": wasmtime_wasi::p2::bindings::random,
            "wasi:http": wasmtime_wasi_http::p2::bindings::http,
            "wasi:keyvalue": super::channel::wasi::keyvalue,
            "greffon:practice": super::channel::greffon::practice,
            "greffon:host": super::channel::greffon::host,
        },
    });
}

/// World `greffon:triage/triage-plugin`.
pub mod triage {
    wasmtime::component::bindgen!({
        path: ["../../wit/practice", "../../wit/triage"],
        world: "greffon:triage/triage-plugin",
        exports: { default: async },
        with: {
            "greffon:practice": super::channel::greffon::practice,
        },
    });
}

/// World `greffon:script/script-plugin`.
pub mod script {
    wasmtime::component::bindgen!({
        path: ["../../wit/practice", "../../wit/triage", "../../wit/script"],
        world: "greffon:script/script-plugin",
        exports: { default: async },
        with: {
            "greffon:practice": super::channel::greffon::practice,
            "greffon:triage": super::triage::greffon::triage,
        },
    });
}

/// Types of `greffon:practice`.
pub use channel::greffon::practice::types as practice;

/// The interfaces of `greffon:host`, which `capability` implements.
pub use channel::greffon::host;

/// The part of `wasi:keyvalue` that greffon serves.
pub use channel::wasi::keyvalue;
