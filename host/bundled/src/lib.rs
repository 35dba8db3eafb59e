//! The plugins of `plugins/`, compiled into the binary, so that a practice can
//! name them without a file; and the [`kit`] for writing others.

pub mod kit;

/// A plugin that comes with greffon.
#[derive(Clone, Copy)]
pub struct BundledPlugin {
    /// What a practice's file calls it: `plugin = "agenda-local"`.
    pub id: &'static str,
    /// Text of its `plugin.toml`.
    pub manifest: &'static str,
    /// Bytes of its component.
    pub component: &'static [u8],
}

impl std::fmt::Debug for BundledPlugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BundledPlugin")
            .field("id", &self.id)
            .field("component_bytes", &self.component.len())
            .finish_non_exhaustive()
    }
}

/// All of them, sorted by id.
pub const PLUGINS: &[BundledPlugin] = include!(concat!(env!("OUT_DIR"), "/plugins.rs"));

/// The bundled plugin of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static BundledPlugin> {
    PLUGINS.iter().find(|plugin| plugin.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_are_components_with_their_own_manifest() {
        assert!(!PLUGINS.is_empty());
        for plugin in PLUGINS {
            // The component model's preamble: magic, version 13, layer 1.
            assert_eq!(&plugin.component[..8], b"\0asm\x0d\0\x01\0", "{}", plugin.id);
            assert!(plugin.manifest.contains(&format!("id = \"{}\"", plugin.id)), "{}", plugin.id);
        }
        assert!(PLUGINS.is_sorted_by_key(|plugin| plugin.id));
    }

    #[test]
    fn every_plugin_carries_the_version_of_the_contract() {
        let section = b"greffon:api-version0.1.0";
        for plugin in PLUGINS {
            assert!(plugin.component.windows(section.len()).any(|window| window == section), "{}", plugin.id);
        }
    }

    #[test]
    fn a_plugin_is_found_by_its_id_only() {
        for plugin in PLUGINS {
            assert_eq!(find(plugin.id).map(|found| found.id), Some(plugin.id));
        }
        assert!(find("agenda").is_none());
    }
}
