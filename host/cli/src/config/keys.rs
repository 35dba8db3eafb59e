//! `[keys]` of `greffon.toml`: secrets of the installation's own.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::environment;
use super::secret::{SecretEnv, SecretFile, SecretRef};

/// Keys of the installation.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Keys {
    /// Ed25519 private key in PEM (PKCS #8) that signs greffon's own tokens.
    /// Made by `greffon token key`; no own tokens when absent.
    pub signing: Option<SecretRef>,
    /// Key that seals what greffon keeps of the practices' credentials: 32 bytes in
    /// base64, made by `greffon config sealing-key`. None is kept when absent.
    pub sealing: Option<SecretRef>,
    /// Keys that sealed before the present one, and still open.
    pub sealing_earlier: Vec<SecretRef>,
    /// Key of the hashes by which patients are found: 32 bytes in base64, made as
    /// `sealing` is. When absent, one that the database holds itself: then whoever has the
    /// database can try all birth dates and numbers. Another key is taken at the next start.
    pub lookup: Option<SecretRef>,
}

impl Keys {
    /// All of them: key of the file, what it is, where it is.
    fn all(&self) -> impl Iterator<Item = (String, &'static str, &SecretRef)> {
        let signing = self.signing.iter().map(|secret| ("keys.signing".to_owned(), "the signing key", secret));
        let sealing = self.sealing.iter().map(|secret| ("keys.sealing".to_owned(), "the sealing key", secret));
        let earlier = self.sealing_earlier.iter().enumerate();
        let earlier = earlier.map(|(at, secret)| (format!("keys.sealing-earlier.{at}"), "a sealing key", secret));
        let lookup = self.lookup.iter().map(|secret| ("keys.lookup".to_owned(), "the lookup key", secret));
        signing.chain(sealing).chain(earlier).chain(lookup)
    }

    /// Those that are files, and what they are.
    pub(super) fn files(&self, base: &Path) -> impl Iterator<Item = (&'static str, PathBuf)> {
        self.all().filter_map(move |(_, what, secret)| match secret {
            SecretRef::File(SecretFile { file }) => Some((what, base.join(file))),
            SecretRef::Env(_) => None,
        })
    }

    /// The first thing that is wrong: key, message and remedy.
    pub(super) fn wrong(&self) -> Option<(String, String, &'static str)> {
        for (key, _, secret) in self.all() {
            if let SecretRef::Env(SecretEnv { env }) = secret
                && env.starts_with(environment::SECRETS)
            {
                let message = format!("environment variable {env:?} may be a practice's");
                return Some((key, message, "the practices' secrets begin like this: choose another name"));
            }
        }
        if self.sealing.is_none() && !self.sealing_earlier.is_empty() {
            let (key, message) = ("keys.sealing-earlier".to_owned(), "there is no key that seals".to_owned());
            return Some((key, message, "add keys.sealing: an earlier key only opens"));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::operator::OperatorConfig;
    use super::*;

    fn refused(keys: &str) -> Option<String> {
        let read = OperatorConfig::parse(Path::new("greffon.toml"), &format!("[keys]\n{keys}"), std::iter::empty());
        read.err().map(|problem| problem.to_string())
    }

    #[test]
    fn no_key_is_among_the_secrets_of_practices() {
        let practices = "{ env = \"GREFFON_SECRET__A__KEY\" }";
        for keys in [
            format!("signing = {practices}\n"),
            format!("sealing = {practices}\n"),
            format!("sealing-earlier = [{practices}]\nsealing = {{ file = \"k\" }}\n"),
            format!("lookup = {practices}\n"),
        ] {
            let shown = refused(&keys).expect("refused");
            assert!(shown.contains("greffon.toml:2:") && shown.contains("may be a practice's"), "{shown}");
        }
    }

    #[test]
    fn an_earlier_sealing_key_needs_a_present_one() {
        let shown = refused("sealing-earlier = [{ file = \"old\" }]\n").expect("refused");
        assert!(shown.contains("greffon.toml:2:") && shown.contains("add keys.sealing"), "{shown}");
        assert_eq!(refused("sealing-earlier = []\n"), None);
    }
}
