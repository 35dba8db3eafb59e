//! Calendar objects in a folder, one file each, written whole or not at all.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;

/// One stored object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Absolute path on the server.
    pub href: String,
    /// Strong, quoted.
    pub etag: String,
    /// iCalendar text.
    pub data: String,
}

/// All objects of the server.
pub struct Store {
    folder: PathBuf,
    objects: Mutex<BTreeMap<String, Object>>,
}

impl Store {
    /// Opens a folder, with what an earlier run left in it.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)
            .map_err(|error| io::Error::new(error.kind(), format!("cannot create {}: {error}", folder.display())))?;
        let mut objects = BTreeMap::new();
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "ics") {
                continue;
            }
            let data = std::fs::read_to_string(&path)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let href = format!("{}.ics", name.replace('~', "/"));
            objects.insert(href.clone(), Object { etag: etag(&data), href, data });
        }
        Ok(Self { folder, objects: Mutex::new(objects) })
    }

    /// The object at a path.
    #[must_use]
    pub fn get(&self, href: &str) -> Option<Object> {
        self.lock().get(href).cloned()
    }

    /// The objects of a collection.
    pub fn list(&self, collection: &str) -> Vec<Object> {
        self.lock().values().filter(|object| collection_of(&object.href) == collection).cloned().collect()
    }

    /// Everything, by collection.
    pub fn by_collection(&self) -> BTreeMap<String, Vec<Object>> {
        let mut collections: BTreeMap<String, Vec<Object>> = BTreeMap::new();
        for object in self.lock().values() {
            collections.entry(collection_of(&object.href).to_owned()).or_default().push(object.clone());
        }
        collections
    }

    /// Changes whenever a collection does.
    pub fn tag(&self, collection: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        for object in self.list(collection) {
            (object.href, object.etag).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Writes an object under its conditions. Says whether it is new.
    ///
    /// # Errors
    /// The status of the refusal.
    pub fn put(
        &self,
        href: &str,
        data: &str,
        must_be_new: bool,
        expected: Option<&str>,
    ) -> Result<(String, bool), StatusCode> {
        let mut objects = self.lock();
        let present = objects.get(href);
        let refused = match (present, expected) {
            (Some(_), _) if must_be_new => true,
            (Some(object), Some(expected)) => object.etag != expected,
            (None, Some(_)) => true,
            _ => false,
        };
        if refused {
            return Err(StatusCode::PRECONDITION_FAILED);
        }
        let is_new = present.is_none();
        let file = self.file(href);
        let partial = file.with_extension("part");
        std::fs::write(&partial, data)
            .and_then(|()| std::fs::rename(&partial, &file))
            .map_err(|_| StatusCode::INSUFFICIENT_STORAGE)?;
        let object = Object { href: href.to_owned(), etag: etag(data), data: data.to_owned() };
        let etag = object.etag.clone();
        objects.insert(href.to_owned(), object);
        Ok((etag, is_new))
    }

    /// Removes an object under its condition.
    ///
    /// # Errors
    /// The status of the refusal.
    pub fn delete(&self, href: &str, expected: Option<&str>) -> Result<(), StatusCode> {
        let mut objects = self.lock();
        let object = objects.get(href).ok_or(StatusCode::NOT_FOUND)?;
        if expected.is_some_and(|expected| expected != object.etag) {
            return Err(StatusCode::PRECONDITION_FAILED);
        }
        std::fs::remove_file(self.file(href)).map_err(|_| StatusCode::INSUFFICIENT_STORAGE)?;
        objects.remove(href);
        Ok(())
    }

    /// One flat file per object: the path with `~` for `/`, and nothing that
    /// could climb out of the folder.
    fn file(&self, href: &str) -> PathBuf {
        let name: String = href
            .trim_end_matches(".ics")
            .chars()
            .map(|c| if c == '/' { '~' } else { c })
            .filter(|c| c.is_ascii_alphanumeric() || "~-_@".contains(*c))
            .collect();
        self.folder.join(format!("{name}.ics"))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Object>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn etag(data: &str) -> String {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// The collection that a path is in, with its last slash.
fn collection_of(path: &str) -> &str {
    path.rfind('/').map_or("/", |end| &path[..=end])
}
