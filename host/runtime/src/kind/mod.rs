//! How each kind of plugin is bound and called, and what the domain is told
//! when there is no answer. What else the kinds differ in is a row of
//! [`greffon_kinds::KINDS`].

mod agenda;
mod calls;
mod notification;
mod outside;
mod pure;
mod script;
mod served;
mod triage;

use greffon_kinds::{KINDS, PluginKind};

pub(crate) use self::served::Served;

/// All kinds, in the order of [`KINDS`].
pub(crate) static SERVED: [Served; KINDS.len()] =
    [triage::SERVED, script::SERVED, agenda::SERVED, notification::SERVED];

/// How a kind is served.
pub(crate) fn served(kind: PluginKind) -> &'static Served {
    &SERVED[kind.index()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_served_in_its_place() {
        for (spec, served) in KINDS.iter().zip(&SERVED) {
            assert_eq!(spec.kind, served.kind);
            assert!(!spec.pure || served.capabilities.is_empty(), "{} is pure", spec.word);
        }
    }
}
