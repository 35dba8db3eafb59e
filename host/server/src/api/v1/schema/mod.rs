//! The JSON of the API. The domain's types stay free of HTTP: each shape here
//! is made from one of them, with instants as RFC 3339 text.
//!
//! Shapes derive no `Debug`: most hold patient data.

pub(crate) mod absence;
pub(crate) mod agenda;
pub(crate) mod alert;
pub(crate) mod appointment;
pub(crate) mod audit;
pub(crate) mod booking;
pub(crate) mod commitment;
pub(crate) mod contact;
pub(crate) mod content;
pub(crate) mod dead_letter;
pub(crate) mod disclosure;
pub(crate) mod fact;
pub(crate) mod inbound;
pub(crate) mod message;
pub(crate) mod page;
pub(crate) mod patient;
pub(crate) mod person;
pub(crate) mod plugin;
pub(crate) mod problem;
pub(crate) mod recovery;
pub(crate) mod slot;
pub(crate) mod time;
pub(crate) mod triage;
pub(crate) mod view;

/// An enum of the domain as the API writes it. A case that the domain gains
/// stops the build here, where somebody decides what clients are told.
macro_rules! mirrored {
    ($(#[$doc:meta])* $name:ident = $core:path { $($case:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum $name {
            $($case),+
        }

        impl From<$core> for $name {
            fn from(core: $core) -> Self {
                use $core as Core;
                match core {
                    $(Core::$case => Self::$case),+
                }
            }
        }

        impl From<$name> for $core {
            fn from(shape: $name) -> Self {
                use $core as Core;
                match shape {
                    $($name::$case => Core::$case),+
                }
            }
        }
    };
}
pub(crate) use mirrored;

/// Every element converted.
pub(crate) fn each<T, U: From<T>>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(U::from).collect()
}
