use std::fs;

use super::*;

/// `practice/` beside the operator's key.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        fs::create_dir_all(place.0.path().join("practice/grids")).expect("a folder");
        fs::write(place.0.path().join("signing.pem"), KEY).expect("written");
        place.put("grids/a.toml", "a = 1\n");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("practice").join(name)
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("written");
    }

    fn open(&self) -> Folder {
        Folder::open(&self.path("")).expect("opens")
    }

    #[track_caller]
    fn reads(&self, name: &str) -> String {
        let content = self.open().read(name, 100).unwrap_or_else(|refused| panic!("{name:?} {refused}"));
        content.text().expect("text").to_owned()
    }

    #[track_caller]
    fn refuses(&self, name: &str) -> Refused {
        match self.open().read(name, 100) {
            Ok(content) => panic!("{name:?} gave {:?}", content.text()),
            Err(refused) => refused,
        }
    }
}

const KEY: &str = "the operator's key";

#[test]
fn a_file_below_is_read_however_its_path_is_written() {
    let place = Place::new();
    for name in ["grids/a.toml", "./grids/a.toml", "grids/./a.toml", "grids//a.toml", "grids/../grids/a.toml"] {
        assert_eq!(place.reads(name), "a = 1\n");
    }
    place.put("grids/été 1.toml", "b = 2\n");
    assert_eq!(place.reads("grids/été 1.toml"), "b = 2\n");
    let content = place.open().read("grids/a.toml", 100).expect("reads");
    assert_eq!(content.path, place.path("grids/a.toml"));
}

#[test]
fn what_leads_out_is_refused() {
    let place = Place::new();
    let absolute = place.0.path().join("signing.pem").display().to_string();
    let absolute_below = place.path("grids/a.toml").display().to_string();
    for name in
        ["../signing.pem", "grids/../../signing.pem", "..", "../practice/grids/a.toml", &absolute, &absolute_below, "/"]
    {
        assert!(matches!(place.refuses(name), Refused::Outside { .. }), "{name}");
    }
    let shown = place.refuses("../signing.pem").to_string();
    assert!(shown.contains("leads out of") && shown.contains("practice"), "{shown}");
}

#[test]
fn what_is_no_name_of_a_file_is_refused() {
    let place = Place::new();
    for name in ["", "grids/a.toml\0", "\0", &"a".repeat(300)] {
        assert!(matches!(place.refuses(name), Refused::NoName), "{name:?}");
    }
    for name in [".", "grids", "grids/", "./"] {
        assert!(matches!(place.refuses(name), Refused::NotAFile), "{name:?}");
    }
    for name in ["grids/a.toml/", "grids/a.toml/.", "grids/b.toml", "nowhere/a.toml", " "] {
        assert!(matches!(place.refuses(name), Refused::Unreadable(_)), "{name:?}");
    }
}

#[test]
fn a_file_of_exactly_the_most_bytes_is_read_and_one_more_is_refused() {
    let place = Place::new();
    place.put("most", "a".repeat(100));
    assert_eq!(place.reads("most").len(), 100);
    place.put("more", "a".repeat(101));
    assert!(matches!(place.refuses("more"), Refused::TooLarge { most_bytes: 100 }));
}

#[test]
fn bytes_that_are_no_text_are_no_text() {
    let place = Place::new();
    place.put("bytes", [0xff, 0xfe]);
    let content = place.open().read("bytes", 100).expect("reads");
    assert!(matches!(content.text(), Err(Refused::NotText)));
}

#[test]
fn a_folder_below_confines_to_itself() {
    let place = Place::new();
    place.put("secret", "mine");
    let grids = place.open().folder("grids").expect("opens");
    assert!(matches!(grids.read("../secret", 100), Err(Refused::Outside { .. })));
    assert_eq!(grids.names().expect("lists"), ["a.toml"]);
    assert_eq!(grids.path(), place.path("grids"));
    assert!(matches!(place.open().folder("../practice"), Err(Refused::Outside { .. })));
    assert!(matches!(place.open().folder("secret"), Err(Refused::Unreadable(_))));
}

#[test]
fn a_stamp_changes_with_the_file() {
    let place = Place::new();
    let folder = place.open();
    let before = folder.stamp("grids/a.toml").expect("a stamp");
    assert_eq!(folder.read("grids/a.toml", 100).expect("reads").stamp, before);
    // The same bytes under the same name, in another file.
    place.put("grids/b.toml", "a = 1\n");
    fs::rename(place.path("grids/b.toml"), place.path("grids/a.toml")).expect("renamed");
    assert_ne!(folder.stamp("grids/a.toml").expect("a stamp"), before);
    assert!(folder.stamp("../signing.pem").is_err());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn link(place: &Place, to: &str, name: &str) {
        symlink(to, place.path(name)).expect("a link");
    }

    #[test]
    fn a_link_that_stays_below_is_followed() {
        let place = Place::new();
        link(&place, "grids/a.toml", "file");
        link(&place, "grids", "folder");
        link(&place, "../practice/../practice/file", "roundabout");
        assert_eq!(place.reads("file"), "a = 1\n");
        assert_eq!(place.reads("folder/a.toml"), "a = 1\n");
        // It leaves and comes back: where it ends is not what counts.
        assert!(matches!(place.refuses("roundabout"), Refused::Outside { .. }));
    }

    #[test]
    fn a_link_that_leads_out_is_refused() {
        let place = Place::new();
        let absolute = place.0.path().join("signing.pem").display().to_string();
        link(&place, "../signing.pem", "relative");
        link(&place, &absolute, "absolute");
        link(&place, "..", "folder");
        link(&place, "relative", "chain");
        link(&place, "/dev/null", "device");
        link(&place, "/proc/self/environ", "environment");
        for name in ["relative", "absolute", "folder/signing.pem", "chain", "device", "environment"] {
            assert!(matches!(place.refuses(name), Refused::Outside { .. }), "{name}");
            assert!(place.open().stamp(name).is_err(), "{name}");
        }
        link(&place, "circle", "circle");
        assert!(matches!(place.refuses("circle"), Refused::Unreadable(_)));
    }

    #[test]
    fn the_folder_itself_may_be_a_link() {
        let place = Place::new();
        symlink("practice", place.0.path().join("other")).expect("a link");
        let folder = Folder::open(&place.0.path().join("other")).expect("opens");
        assert!(folder.read("grids/a.toml", 100).is_ok());
        assert!(matches!(folder.read("../signing.pem", 100), Err(Refused::Outside { .. })));
    }

    #[test]
    fn neither_a_fifo_nor_a_socket_is_waited_for() {
        let place = Place::new();
        let made = std::process::Command::new("mkfifo").arg(place.path("fifo")).status().expect("mkfifo runs");
        assert!(made.success());
        let _socket = std::os::unix::net::UnixListener::bind(place.path("socket")).expect("a socket");
        for name in ["fifo", "socket"] {
            assert!(matches!(place.refuses(name), Refused::NotAFile), "{name}");
        }
    }

    #[test]
    fn a_file_that_every_account_can_read_is_noticed() {
        let place = Place::new();
        for (mode, open) in [(0o600, false), (0o640, false), (0o644, true), (0o602, true)] {
            fs::set_permissions(place.path("grids/a.toml"), fs::Permissions::from_mode(mode)).expect("permissions");
            let content = place.open().read("grids/a.toml", 100).expect("reads");
            assert_eq!(content.open_to_others, open, "{mode:o}");
        }
    }

    /// Somebody swaps the file for a link to the key and back, all the time.
    #[test]
    fn a_file_swapped_for_a_link_never_gives_the_key() {
        use std::sync::atomic::{AtomicBool, Ordering};

        let place = Place::new();
        let folder = place.open();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    link(&place, "../signing.pem", "swap");
                    fs::rename(place.path("swap"), place.path("name")).expect("renamed");
                    place.put("swap", "mine");
                    fs::rename(place.path("swap"), place.path("name")).expect("renamed");
                }
            });
            for _ in 0..3000 {
                if let Ok(content) = folder.read("name", 100) {
                    assert_ne!(content.text().expect("text"), KEY);
                }
            }
            done.store(true, Ordering::Relaxed);
        });
    }
}
