//! The macros that make a type the plugin of a crate.

/// Exports a type with the trait [`Triage`](crate::triage::Triage) as the
/// triage plugin of this crate, and stamps the contract's version. Once a crate.
#[macro_export]
macro_rules! export_triage {
    ($plugin:ty) => {
        $crate::__export!($plugin, triage, $crate::triage::Triage);
    };
}

/// Exports a type with the trait [`Script`](crate::script::Script) as the
/// script plugin of this crate, and stamps the contract's version. Once a crate.
#[macro_export]
macro_rules! export_script {
    ($plugin:ty) => {
        $crate::__export!($plugin, script, $crate::script::Script);
    };
}

/// Exports a type with the trait [`Agenda`](crate::agenda::Agenda) as the
/// agenda plugin of this crate, and stamps the contract's version. Once a crate.
#[macro_export]
macro_rules! export_agenda {
    ($plugin:ty) => {
        $crate::__export!($plugin, agenda, $crate::agenda::Agenda);
    };
}

/// Exports a type with the trait [`Channel`](crate::channel::Channel) as the
/// notification plugin of this crate, and stamps the contract's version. Once a
/// crate.
#[macro_export]
macro_rules! export_channel {
    ($plugin:ty) => {
        $crate::__export!($plugin, channel, $crate::channel::Channel);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($plugin:ty, $kind:ident, $trait:path) => {
        // Natively there is nothing to export to; the bound is still checked.
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || {
            fn implements<T: $trait>() {}
            implements::<$plugin>();
        };

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Export = $crate::$kind::Export<$plugin>;
    $crate::bindings::$kind::export_world!(Export with_types_in $crate::bindings::$kind);

            #[unsafe(link_section = "greffon:api-version")]
            static API_VERSION: [u8; $crate::API_VERSION.len()] = {
                let mut bytes = [0; $crate::API_VERSION.len()];
                let mut at = 0;
                while at < bytes.len() {
                    bytes[at] = $crate::API_VERSION.as_bytes()[at];
                    at += 1;
                }
                bytes
            };

            // Run once in an instance, before its first exported function.
            #[used]
            #[unsafe(link_section = ".init_array")]
            static LEAVE_PANICS: extern "C" fn() = $crate::panic::leave_for_the_host;
        };
    };
}
