//! What a plugin's author gets without the repository: `greffon sdk export` and
//! `greffon plugin new` write it out.

/// A text file.
#[derive(Clone, Copy, Debug)]
pub struct KitFile {
    /// Its name below the folder that it is written to, with `/`.
    pub name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// What the `Cargo.toml` of a template has in place of the folder of the SDK's
/// crate.
pub const SDK_PATH: &str = "SDK_PATH";

include!(concat!(env!("OUT_DIR"), "/kit.rs"));

/// What a new plugin of the kind of this word begins with.
#[must_use]
pub fn template(word: &str) -> Option<&'static [KitFile]> {
    TEMPLATES.iter().find(|(kind, _)| *kind == word).map(|(_, files)| *files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_kit_points_to_the_repository() {
        let templates = TEMPLATES.iter().flat_map(|(_, files)| *files);
        for file in SDK.iter().chain(templates) {
            for outside in ["workspace = true", "](../../", "\"../../wit"] {
                assert!(!file.text.contains(outside), "{} has {outside}", file.name);
            }
        }
    }

    #[test]
    fn the_links_of_its_readmes_lead_to_its_own_files() {
        for file in SDK.iter().filter(|file| file.name.ends_with(".md")) {
            let folder = file.name.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
            let links = file.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
            for link in links.filter(|link| !link.starts_with("http") && !link.starts_with('#')) {
                let name = format!("{folder}{link}");
                assert!(SDK.iter().any(|file| file.name == name), "{} links to {link}", file.name);
            }
        }
    }
}
