//! Mail without a relay: files that any mail program opens. For a try-out, and
//! for practices that fetch their mail from the folder.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::message::{Envelope, message_id};

/// Characters of a Message-ID that is kept as a file's name.
const NAME_CHARS: usize = 100;

/// Writes `<folder>/<practice>/<Message-ID>.eml`, whole or not at all. The file
/// begins with the envelope. A message whose file exists is there already:
/// nothing is written. Without a Message-ID (or with one that no file can be
/// named after) the name is a hash, so the same message still has one file.
pub(super) fn write(folder: &Path, practice: &str, envelope: &Envelope, message: &[u8]) -> io::Result<PathBuf> {
    if !is_plain(practice) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the practice's id cannot name a folder"));
    }
    let folder = folder.join(practice);
    make_private(&folder)?;
    let path = folder.join(format!("{}.eml", name_of(message)));
    if path.try_exists()? {
        return Ok(path);
    }
    let unfinished = path.with_extension("eml.part");
    let mut file = create_private(&unfinished)?;
    // As a final delivery does it (RFC 5321 §4.4): the headers may not name all.
    write!(file, "Return-Path: <{}>\r\n", envelope.from)?;
    for recipient in &envelope.recipients {
        write!(file, "Delivered-To: {recipient}\r\n")?;
    }
    file.write_all(message)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, &path)?;
    std::fs::File::open(&folder)?.sync_all()?;
    Ok(path)
}

fn name_of(message: &[u8]) -> String {
    let hash = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    match message_id(message) {
        Some(id) if is_plain(id) => id.to_owned(),
        Some(id) => hash(id.as_bytes()),
        None => hash(message),
    }
}

/// Whether a text can name a file anywhere, and only here.
fn is_plain(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@+".contains(&byte);
    !text.is_empty() && text.len() <= NAME_CHARS && !text.starts_with('.') && text.bytes().all(allowed)
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

fn create_private(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"Message-ID: <m1@greffon>\r\nSubject: x\r\n\r\nbonjour\r\n";

    fn envelope() -> Envelope {
        let recipients = vec!["b@c.example".to_owned(), "d@e.example".to_owned()];
        Envelope::checked("a@b.example", &recipients, None).expect("envelope")
    }

    fn files(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder.join("p")).expect("folder");
        entries.map(|entry| entry.expect("entry").file_name().into_string().expect("name")).collect()
    }

    #[test]
    fn a_message_becomes_one_file_with_its_envelope() {
        let folder = tempfile::tempdir().expect("tempdir");
        let path = write(folder.path(), "p", &envelope(), MESSAGE).expect("written");
        assert_eq!(files(folder.path()), ["m1@greffon.eml"]);
        let text = std::fs::read_to_string(path).expect("text");
        assert!(
            text.starts_with(
                "Return-Path: <a@b.example>\r\nDelivered-To: b@c.example\r\nDelivered-To: d@e.example\r\n"
            )
        );
        assert!(text.ends_with("bonjour\r\n"));
    }

    #[test]
    fn the_same_message_id_written_twice_is_one_file() {
        let folder = tempfile::tempdir().expect("tempdir");
        write(folder.path(), "p", &envelope(), MESSAGE).expect("written");
        write(folder.path(), "p", &envelope(), b"Message-ID: <m1@greffon>\r\n\r\nautre\r\n").expect("already there");
        assert_eq!(files(folder.path()).len(), 1);
        let text = std::fs::read_to_string(folder.path().join("p/m1@greffon.eml")).expect("text");
        assert!(text.ends_with("bonjour\r\n"));
    }

    #[test]
    fn a_message_id_cannot_name_a_file_elsewhere() {
        let folder = tempfile::tempdir().expect("tempdir");
        for id in ["../../x", "/etc/x", "..", ".hidden", "a/b", "a b", &"x".repeat(101)] {
            let message = format!("Message-ID: <{id}>\r\n\r\nx\r\n");
            let path = write(folder.path(), "p", &envelope(), message.as_bytes()).expect("written");
            assert_eq!(path.parent(), Some(folder.path().join("p").as_path()), "{id}");
            assert_eq!(path.file_stem().map(std::ffi::OsStr::len), Some(64), "{id}");
        }
        assert!(write(folder.path(), "../p", &envelope(), MESSAGE).is_err());
    }

    #[test]
    fn a_write_that_was_cut_short_is_done_again() {
        let folder = tempfile::tempdir().expect("tempdir");
        std::fs::create_dir(folder.path().join("p")).expect("folder");
        std::fs::write(folder.path().join("p/m1@greffon.eml.part"), "Return").expect("part");
        write(folder.path(), "p", &envelope(), MESSAGE).expect("written");
        assert_eq!(files(folder.path()), ["m1@greffon.eml"]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_operator_reads_the_files() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("tempdir");
        let path = write(folder.path(), "p", &envelope(), MESSAGE).expect("written");
        assert_eq!(path.metadata().expect("file").permissions().mode() & 0o777, 0o600);
        assert_eq!(folder.path().join("p").metadata().expect("folder").permissions().mode() & 0o777, 0o700);
    }
}
