//! What the export macro of every kind does.

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
