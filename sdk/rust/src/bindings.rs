//! The contract as Rust types and functions, generated from `wit/`: the only
//! `generate!` of the guest side.
//!
//! What plugins import is generated once, in [`imports`]; the module of each
//! kind holds its exported functions only and takes all types from there, so
//! that one `greffon:practice/types` exists in Rust as in WIT.

/// Types of all packages, and the functions that the host gives.
pub mod imports {
    wit_bindgen::generate!({
        inline: "
            package greffon:sdk@0.1.0;

            world imports {
                import greffon:practice/types@0.1.0;
                import greffon:triage/types@0.1.0;
                import greffon:script/types@0.1.0;
                import greffon:scheduling/types@0.1.0;
                import greffon:notification/types@0.1.0;
                include greffon:host/connected@0.1.0;
                import greffon:host/mail@0.1.0;
            }
        ",
        path: [
            "../../wit/deps/io", "../../wit/deps/clocks", "../../wit/deps/random", "../../wit/deps/filesystem",
            "../../wit/deps/sockets", "../../wit/deps/cli", "../../wit/deps/http", "../../wit/deps/keyvalue",
            "../../wit/practice", "../../wit/triage", "../../wit/script", "../../wit/host",
            "../../wit/scheduling", "../../wit/notification",
        ],
        world: "greffon:sdk/imports",
        generate_all,
        generate_unused_types: true,
        additional_derives: [PartialEq],
        additional_derives_ignore: ["cas-error", "stream-error"],
    });
}

/// World `greffon:triage/triage-plugin`.
pub mod triage {
    wit_bindgen::generate!({
        path: ["../../wit/practice", "../../wit/triage"],
        world: "greffon:triage/triage-plugin",
        with: {
            "greffon:practice/types@0.1.0": crate::bindings::imports::greffon::practice::types,
            "greffon:triage/types@0.1.0": crate::bindings::imports::greffon::triage::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_world",
    });
}

/// World `greffon:script/script-plugin`.
pub mod script {
    wit_bindgen::generate!({
        path: ["../../wit/practice", "../../wit/triage", "../../wit/script"],
        world: "greffon:script/script-plugin",
        with: {
            "greffon:practice/types@0.1.0": crate::bindings::imports::greffon::practice::types,
            "greffon:triage/types@0.1.0": crate::bindings::imports::greffon::triage::types,
            "greffon:script/types@0.1.0": crate::bindings::imports::greffon::script::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_world",
    });
}

/// Interface `greffon:scheduling/agenda`. What its world imports is in
/// [`imports`]; wit-component joins the two.
pub mod agenda {
    wit_bindgen::generate!({
        inline: "
            package greffon:sdk@0.1.0;

            world agenda {
                export greffon:scheduling/agenda@0.1.0;
            }
        ",
        path: [
            "../../wit/deps/io", "../../wit/deps/clocks", "../../wit/deps/random", "../../wit/deps/filesystem",
            "../../wit/deps/sockets", "../../wit/deps/cli", "../../wit/deps/http", "../../wit/deps/keyvalue",
            "../../wit/practice", "../../wit/triage", "../../wit/script", "../../wit/host", "../../wit/scheduling",
        ],
        world: "greffon:sdk/agenda",
        with: {
            "greffon:practice/types@0.1.0": crate::bindings::imports::greffon::practice::types,
            "greffon:scheduling/types@0.1.0": crate::bindings::imports::greffon::scheduling::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_world",
    });
}

/// Interface `greffon:notification/channel`, as above.
pub mod channel {
    wit_bindgen::generate!({
        inline: "
            package greffon:sdk@0.1.0;

            world channel {
                export greffon:notification/channel@0.1.0;
            }
        ",
        path: [
            "../../wit/deps/io", "../../wit/deps/clocks", "../../wit/deps/random", "../../wit/deps/filesystem",
            "../../wit/deps/sockets", "../../wit/deps/cli", "../../wit/deps/http", "../../wit/deps/keyvalue",
            "../../wit/practice", "../../wit/triage", "../../wit/script", "../../wit/host",
            "../../wit/scheduling", "../../wit/notification",
        ],
        world: "greffon:sdk/channel",
        with: {
            "greffon:practice/types@0.1.0": crate::bindings::imports::greffon::practice::types,
            "greffon:notification/types@0.1.0": crate::bindings::imports::greffon::notification::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_world",
    });
}
