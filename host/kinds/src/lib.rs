#![doc = include_str!("../README.md")]

use serde::{Deserialize, Serialize};

/// What a plugin is. Comes from its manifest, where it is written as in
/// [`KindSpec::word`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PluginKind {
    /// Ranks how urgent a request is.
    Triage,
    /// Leads the conversation.
    Script,
    /// Holds appointments.
    Agenda,
    /// Carries messages.
    Notification,
}

/// What the kinds differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindSpec {
    /// Which kind.
    pub kind: PluginKind,
    /// Its name in manifests, in the API and in logs.
    pub word: &'static str,
    /// The interface that its components export, without the version.
    pub interface: &'static str,
    /// Whether it only computes: its components import nothing but inert WASI,
    /// its manifests ask for nothing, and one input gives one answer.
    pub pure: bool,
    /// How many of the places for plugin calls its calls may hold at once, in percent,
    /// of the host's and of a practice's. What hangs outside never takes the places of
    /// what only computes: agendas that do not answer do not take the triage away.
    pub places_percent: u32,
    /// What a call may use unless its manifest asks for something else.
    pub limits: KindLimits,
    /// What the domain makes of a call without an answer.
    pub on_failure: &'static str,
}

/// Default limits of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindLimits {
    /// Wall time, in milliseconds.
    pub deadline_ms: u32,
    /// Time on a processor, in milliseconds.
    pub cpu_ms: u32,
    /// Texts, bytes and items of the answer, in KiB.
    pub output_kib: u32,
    /// What one host call, or the answer, takes out of the guest, in KiB.
    pub transfer_kib: u32,
}

/// Pure calls are part of what somebody on the line waits for, so their limits
/// are short. The deadline is ten times what they may compute: a busy host makes
/// a patient wait, and does not take the triage away.
const PURE: KindLimits = KindLimits { deadline_ms: 1_000, cpu_ms: 100, output_kib: 1_024, transfer_kib: 4_096 };

/// A page of busy times of a whole practice is long.
const CONNECTED: KindLimits = KindLimits { deadline_ms: 7_000, cpu_ms: 500, output_kib: 4_096, transfer_kib: 16_384 };

/// All kinds, in the order of [`PluginKind`].
pub const KINDS: [KindSpec; 4] = [
    KindSpec {
        kind: PluginKind::Triage,
        word: "triage",
        interface: "greffon:triage/triage",
        pure: true,
        places_percent: 100,
        limits: PURE,
        on_failure: "a person decides, at or above the floor",
    },
    KindSpec {
        kind: PluginKind::Script,
        word: "script",
        interface: "greffon:script/script",
        pure: true,
        places_percent: 100,
        limits: PURE,
        on_failure: "the host's own minimal script",
    },
    KindSpec {
        kind: PluginKind::Agenda,
        word: "agenda",
        interface: "greffon:scheduling/agenda",
        pure: false,
        places_percent: 50,
        limits: CONNECTED,
        on_failure: "outcome-unknown for a write that may have begun, else unavailable",
    },
    KindSpec {
        kind: PluginKind::Notification,
        word: "notification",
        interface: "greffon:notification/channel",
        pure: false,
        places_percent: 40,
        limits: CONNECTED,
        on_failure: "uncertain for a message that may have left, else transient",
    },
];

impl PluginKind {
    /// Its row.
    #[must_use]
    pub const fn spec(self) -> &'static KindSpec {
        &KINDS[self.index()]
    }

    /// Its place in [`KINDS`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name in manifests, in the API and in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.spec().word
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        KINDS.iter().find(|spec| spec.word == word).map(|spec| spec.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_stands_in_its_kind_s_place_under_its_own_word() {
        for (index, spec) in KINDS.iter().enumerate() {
            assert_eq!((spec.kind.index(), spec.kind.spec()), (index, spec));
            assert_eq!(PluginKind::named(spec.word), Some(spec.kind));
            assert_eq!(serde_json::to_value(spec.kind).ok(), Some(spec.word.into()));
        }
        assert_eq!(PluginKind::named("calendar"), None);
    }
}
