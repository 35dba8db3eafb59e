//! Compiled components on disk, so that a restart does not compile again.
//!
//! Compiled code is trusted code: an entry is authenticated before it is used,
//! and never mapped from a file that could change meanwhile. The key lies in the
//! same private folder. It guards against damage and against files from
//! elsewhere; who can write here as this user can replace the host as well.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Bytes of the key, and of the tag before every entry.
const TAG_BYTES: usize = 32;
const KEY_FILE: &str = "key";
const SUFFIX: &str = ".compiled";

/// A folder of compiled components, for one engine.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; TAG_BYTES],
    /// Everything that compiled code depends on beside the component:
    /// wasmtime's full version, its settings, the processor, this crate.
    engine: String,
}

impl Cache {
    /// Opens the folder, makes it private, and removes what other engines left.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> io::Result<Self> {
        private_folder(folder)?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        env!("CARGO_PKG_VERSION").hash(&mut hasher);
        let cache =
            Self { folder: folder.to_path_buf(), key: key(folder)?, engine: format!("{:016x}", hasher.finish()) };
        cache.remove_others()?;
        Ok(cache)
    }

    /// The compiled component of a digest; `None` when there is none that can
    /// be trusted.
    pub(crate) fn get(&self, digest: &str, engine: &Engine) -> Option<Component> {
        let entry = fs::read(self.path(digest)).ok()?;
        let (tag, code) = entry.split_at_checked(TAG_BYTES)?;
        if self.mac(digest, code).verify_slice(tag).is_err() {
            tracing::warn!(digest, "a compiled plugin is damaged and will be compiled again");
            return None;
        }
        #[expect(unsafe_code, reason = "wasmtime cannot know where compiled code comes from")]
        // SAFETY: the tag says that a host with this key wrote exactly these
        // bytes, which `Component::serialize` of the same engine gave it. They
        // are in our own memory: nobody can change them any more.
        let component = unsafe { Component::deserialize(engine, code) };
        component.inspect_err(|error| tracing::warn!(digest, "a compiled plugin cannot be used: {error}")).ok()
    }

    /// Keeps a compiled component. What cannot be kept is compiled again next
    /// time.
    pub(crate) fn put(&self, digest: &str, component: &Component) {
        let kept = component.serialize().map_err(io::Error::other).and_then(|code| {
            let tag = self.mac(digest, &code).finalize().into_bytes();
            let path = self.path(digest);
            write_whole(&path, &[&tag[..], &code[..]])
        });
        if let Err(error) = kept {
            tracing::warn!(folder = %self.folder.display(), "a compiled plugin cannot be kept: {error}");
        }
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{}-{digest}{SUFFIX}", self.engine))
    }

    /// The tag binds the code to its component and engine: an entry cannot be
    /// renamed into another.
    fn mac(&self, digest: &str, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        for part in [self.engine.as_bytes(), digest.as_bytes(), code] {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            mac.update(part);
        }
        mac
    }

    fn remove_others(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let other = name.to_str().is_some_and(|name| name.ends_with(SUFFIX) && !name.starts_with(&self.engine));
            if other {
                fs::remove_file(self.folder.join(name))?;
            }
        }
        Ok(())
    }
}

/// Makes the folder, or makes it private. Fails when it is somebody else's.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        builder.mode(0o700).create(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
    }
    #[cfg(not(unix))]
    builder.create(folder)
}

/// The folder's key; a new one the first time.
fn key(folder: &Path) -> io::Result<[u8; TAG_BYTES]> {
    let path = folder.join(KEY_FILE);
    match read_key(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let fresh: [u8; TAG_BYTES] = rand::random();
            let written = folder.join(temporary_name(KEY_FILE));
            write_new(&written, &[&fresh])?;
            // A link never replaces: of two processes that begin together, one
            // makes the key and both read it.
            let linked = fs::hard_link(&written, &path);
            fs::remove_file(&written)?;
            match linked {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
                _ => read_key(&path),
            }
        }
        read => read,
    }
}

fn read_key(path: &Path) -> io::Result<[u8; TAG_BYTES]> {
    let mut key = [0; TAG_BYTES];
    File::open(path)?.read_exact(&mut key)?;
    Ok(key)
}

/// Writes a file whole or not at all, also when the machine stops meanwhile.
fn write_whole(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let written = path.with_file_name(temporary_name(name));
    write_new(&written, parts).and_then(|()| fs::rename(&written, path)).inspect_err(|_| {
        // What is left of a full disk helps nobody; the error is told already.
        let _ = fs::remove_file(&written);
    })
}

fn write_new(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}

fn temporary_name(name: &str) -> String {
    format!(".{name}.{:016x}", rand::random::<u64>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{EngineSize, start};

    fn engine() -> Engine {
        start(EngineSize { calls: 2, memory_bytes: 1 << 20 }).expect("small engine")
    }

    fn component(engine: &Engine) -> Component {
        let text = r#"(component (core module (func (export "f") (result i32) (i32.const 1))))"#;
        Component::from_binary(engine, &wat::parse_str(text).expect("text")).expect("compiles")
    }

    fn entry(folder: &Path) -> PathBuf {
        let mut entries = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
        entries.find(|path| path.to_string_lossy().ends_with(SUFFIX)).expect("one entry")
    }

    #[test]
    fn a_compiled_component_is_found_again_by_another_process() {
        let (folder, engine) = (tempfile::tempdir().expect("folder"), engine());
        Cache::open(folder.path(), &engine).expect("opens").put("abc", &component(&engine));
        let again = Cache::open(folder.path(), &engine).expect("opens");
        assert!(again.get("abc", &engine).is_some());
        assert!(again.get("abd", &engine).is_none());
    }

    #[test]
    fn an_entry_that_was_touched_is_not_used() {
        let (folder, engine) = (tempfile::tempdir().expect("folder"), engine());
        let cache = Cache::open(folder.path(), &engine).expect("opens");
        cache.put("abc", &component(&engine));
        let (path, whole) = (entry(folder.path()), fs::read(entry(folder.path())).expect("entry"));
        for at in [0, TAG_BYTES, whole.len() - 1] {
            let mut touched = whole.clone();
            touched[at] ^= 1;
            fs::write(&path, touched).expect("write");
            assert!(cache.get("abc", &engine).is_none(), "byte {at}");
        }
        for length in [0, TAG_BYTES - 1, whole.len() - 1] {
            fs::write(&path, &whole[..length]).expect("write");
            assert!(cache.get("abc", &engine).is_none(), "{length} bytes");
        }
        fs::write(&path, &whole).expect("write");
        assert!(cache.get("abc", &engine).is_some());
    }

    #[test]
    fn an_entry_is_of_one_component_and_one_key() {
        let (folder, engine) = (tempfile::tempdir().expect("folder"), engine());
        let cache = Cache::open(folder.path(), &engine).expect("opens");
        cache.put("abc", &component(&engine));
        fs::copy(cache.path("abc"), cache.path("abd")).expect("copy");
        assert!(cache.get("abd", &engine).is_none(), "renamed");

        let elsewhere = tempfile::tempdir().expect("folder");
        let other = Cache::open(elsewhere.path(), &engine).expect("opens");
        fs::copy(cache.path("abc"), other.path("abc")).expect("copy");
        assert!(other.get("abc", &engine).is_none(), "another folder's key");
    }

    #[test]
    fn what_another_engine_left_is_removed() {
        let (folder, engine) = (tempfile::tempdir().expect("folder"), engine());
        let old = folder.path().join(format!("0000000000000000-abc{SUFFIX}"));
        fs::write(&old, "old").expect("write");
        fs::write(folder.path().join("note.txt"), "not ours").expect("write");
        Cache::open(folder.path(), &engine).expect("opens");
        assert!(!old.exists());
        assert!(folder.path().join("note.txt").exists());
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_and_its_files_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, engine) = (tempfile::tempdir().expect("folder"), engine());
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("open to all");
        let cache = Cache::open(folder.path(), &engine).expect("opens");
        cache.put("abc", &component(&engine));
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&folder.path().join(KEY_FILE)), 0o600);
        assert_eq!(mode(&cache.path("abc")), 0o600);
    }
}
