//! `doctor --probe` and `practice check --probe`: what is broken is told apart, and nothing is written.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{greffon_with, put, put_secret, succeeds};

/// What a server does with whoever connects.
#[derive(Clone)]
enum Does {
    /// Answers every request so.
    Answers(String),
    /// Accepts, and never answers.
    Hangs,
    /// Shows a certificate that has expired.
    HasExpired,
    /// Speaks SMTP, and answers a login with this line.
    RelaysMail(&'static str),
}

struct Stub {
    origin: String,
    port: u16,
    /// First lines of the requests.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    fn start(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let scheme = if matches!(does, Does::HasExpired) { "https" } else { "http" };
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heard);
        // Ends with the process.
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let (does, log) = (does.clone(), Arc::clone(&log));
                match does {
                    Does::Hangs => kept.push(stream),
                    does => drop(std::thread::spawn(move || serve(stream, &does, &log))),
                }
            }
        });
        Self { origin: format!("{scheme}://127.0.0.1:{port}"), port, heard }
    }

    fn answers(head: &str, body: &str) -> Self {
        Self::start(Does::Answers(format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())))
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("whole").clone()
    }
}

fn serve(mut stream: TcpStream, does: &Does, log: &Mutex<Vec<String>>) {
    match does {
        Does::Answers(answer) => http(&mut stream, answer, log),
        Does::HasExpired => http(&mut expired(stream), "", log),
        Does::RelaysMail(login) => smtp(stream, login, log),
        Does::Hangs => {}
    }
}

/// One request after the other, until the client goes away.
fn http(stream: &mut (impl Read + Write), answer: &str, log: &Mutex<Vec<String>>) {
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut chunk) {
        received.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&received).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() < length.unwrap_or(0) {
            continue;
        }
        log.lock().expect("whole").push(head.lines().next().unwrap_or_default().to_owned());
        received.clear();
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn expired(stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("pki/expired.pem")).expect("PEM");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("pki/expired.key")).expect("PEM");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a server");
    StreamOwned::new(ServerConnection::new(Arc::new(config)).expect("a connection"), stream)
}

fn smtp(mut stream: TcpStream, login: &str, log: &Mutex<Vec<String>>) {
    let say = |stream: &mut TcpStream, line: &str| stream.write_all(format!("{line}\r\n").as_bytes()).is_ok();
    if !say(&mut stream, "220 relay.example") {
        return;
    }
    let mut received = String::new();
    let mut chunk = [0; 1024];
    while let Ok(length @ 1..) = stream.read(&mut chunk) {
        received.push_str(&String::from_utf8_lossy(&chunk[..length]));
        while let Some((line, rest)) = received.split_once("\r\n") {
            let verb = line.split(' ').next().unwrap_or_default().to_owned();
            received = rest.to_owned();
            let answer = match verb.as_str() {
                "EHLO" => "250-relay.example\r\n250 AUTH PLAIN",
                "AUTH" => login,
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            log.lock().expect("whole").push(verb);
            if !say(&mut stream, answer) {
                return;
            }
        }
    }
}

/// An answer of a CalDAV server to whoever asks for a calendar.
const CALENDAR: &str = "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\" \
     xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:response><D:href>/cabinet/martin/</D:href>\
     <D:propstat><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status>\
     </D:propstat></D:response></D:multistatus>";

fn calendar() -> Stub {
    Stub::answers("207 Multi-Status\r\ncontent-type: application/xml\r\nserver: Radicale/3.5", CALENDAR)
}

fn caldav(feature: &str, origin: &str, granted: &str) -> String {
    format!(
        "[features.{feature}]\nplugin = \"agenda-caldav\"\nsettings = {{ base-url = \"{origin}\", calendars = {{ martin \
         = \"/cabinet/martin/\" }} }}\ngrants.http = [\"{granted}\"]\ngrants.keyvalue = true\ncredentials.dav = {{ \
         scheme = \"basic\", username = \"cabinet\", password = {{ file = \"secrets/dav\" }}, origin = \"{granted}\" }}\n"
    )
}

/// A folder with one practice of these features, whose networks the operator opens.
fn installation(features: &str, before: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    put_secret(folder.path(), "signing.pem", &succeeds(&greffon_with(folder.path(), &["token", "key"], &[])));
    put(
        folder.path(),
        "greffon.toml",
        "[keys]\nsigning = { file = \"signing.pem\" }\n[allow.cabinet]\ncidrs = [\"127.0.0.0/8\"]\n",
    );
    put_secret(folder.path(), "practices/cabinet/secrets/dav", "s3cret-word\n");
    let practice = format!(
        "id = \"cabinet\"\nname = \"Cabinet\"\ntime-zone = \"Europe/Paris\"\ndemo = true\n[sites.nord]\nname = \
         \"Nord\"\naddress = \"1 rue du Test, 75000 Paris\"\nhours = {{ mon-fri = [\"08:00-19:00\"] \
         }}\n{before}\n{features}"
    );
    put(folder.path(), "practices/cabinet/practice.toml", &practice);
    folder
}

fn probe(folder: &Path, arguments: &[&str]) -> Output {
    let authority: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/it/pki/authority.pem"].iter().collect();
    greffon_with(folder, arguments, &[("SSL_CERT_FILE", authority.to_str().expect("text"))])
}

fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn ten_broken_set_ups_are_ten_lines_that_name_thing_value_and_remedy() {
    // Bound and never listened on: it refuses, and nobody else gets the port meanwhile.
    let refusing = tokio::net::TcpSocket::new_v4().expect("a socket");
    refusing.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let free = refusing.local_addr().expect("an address").port();
    let stubs = [
        (
            "a-mot-de-passe",
            Stub::answers("401 Unauthorized\r\nwww-authenticate: Basic", ""),
            "credentials-refused",
            "credentials",
        ),
        ("b-certificat", Stub::start(Does::HasExpired), "tls", "certificat"),
        ("c-chemin", Stub::answers("404 Not Found", ""), "not-found", "le chemin dans settings"),
        ("d-droits", Stub::answers("403 Forbidden", ""), "not-permitted", "ouvrir cet agenda au compte"),
        ("e-quota", Stub::answers("429 Too Many Requests\r\nretry-after: 60", ""), "rate-limited", "greffon attend"),
        ("f-delai", Stub::start(Does::Hangs), "time-out", "pare-feu"),
        ("g-panne", Stub::answers("500 Oh", ""), "server-error", "prévenez qui tient ce serveur"),
        (
            "h-page",
            Stub::answers("200 OK\r\ncontent-type: text/html", "<html>Bonjour</html>"),
            "protocol-breach",
            "page web",
        ),
    ];
    let mut features: String = stubs.iter().map(|(name, stub, ..)| caldav(name, &stub.origin, &stub.origin)).collect();
    let mut wanted: Vec<(&str, String, &str, &str)> =
        stubs.iter().map(|(name, stub, class, remedy)| (*name, stub.origin.clone(), *class, *remedy)).collect();
    for (name, origin, granted, class, remedy) in [
        ("i-nom", "https://agenda.invalid".to_owned(), None, "name", "DNS"),
        ("j-refus", format!("http://127.0.0.1:{free}"), None, "connection", "le port dans practice.toml"),
        ("k-grant", "https://autre.example".to_owned(), Some("https://dav.example"), "denied-by-grant", "grants.http"),
    ] {
        features += &caldav(name, &origin, granted.unwrap_or(&origin));
        wanted.push((name, origin, class, remedy));
    }
    let folder = installation(&features, "");
    let output = probe(folder.path(), &["doctor", "--probe"]);
    assert_eq!(output.status.code(), Some(1));
    let text = shown(&output);
    for (name, origin, class, remedy) in &wanted {
        let what = format!("cabinet / {name} (probe): {class}: {origin}");
        let line = text.lines().find(|line| line.starts_with("FAILED") && line.contains(&what));
        let line = line.unwrap_or_else(|| panic!("no \"{what}\" in:\n{text}"));
        println!("{line}");
        assert!(line.contains(remedy), "no \"{remedy}\" in: {line}");
    }
    assert!(!text.contains("s3cret-word") && !text.contains("/cabinet/martin"), "{text}");
    for (name, stub, ..) in &stubs {
        let heard = stub.heard();
        assert!(heard.iter().all(|line| line.starts_with("PROPFIND ")), "{name}: {heard:?}");
        assert!(heard.len() <= 3, "{name}: {heard:?}");
    }
}

#[test]
fn what_answers_is_said_so_and_nothing_is_written_or_sent() {
    let agenda = calendar();
    let relay = Stub::start(Does::RelaysMail("235 welcome"));
    let mail = mail(&relay);
    let channels = "[features.courriel]\nplugin = \"notify-email\"\nsettings = { from = \"accueil@test.example\" \
                    }\ngrants.mail = true\n";
    let folder = installation(&format!("{}{channels}", caldav("agenda", &agenda.origin, &agenda.origin)), &mail);
    put_secret(folder.path(), "practices/cabinet/secrets/mail", "s3cret-word\n");
    let check = probe(folder.path(), &["practice", "check", "cabinet", "--probe"]);
    let text = succeeds(&check);
    for line in
        ["agenda: répond : Radicale 3.5".to_owned(), format!("courriel: répond : smtp://127.0.0.1:{}", relay.port)]
    {
        assert!(text.contains(&line), "no \"{line}\" in:\n{text}");
    }
    assert!(agenda.heard().iter().all(|line| line.starts_with("PROPFIND ")), "{:?}", agenda.heard());
    let heard = relay.heard();
    assert!(heard.iter().all(|verb| matches!(verb.as_str(), "EHLO" | "AUTH" | "QUIT")), "{heard:?}");
    assert!(heard.iter().any(|verb| verb == "AUTH"));

    succeeds(&probe(folder.path(), &["doctor", "--probe"]));
    let asked = agenda.heard().len();
    succeeds(&probe(folder.path(), &["doctor"]));
    succeeds(&probe(folder.path(), &["practice", "check"]));
    assert_eq!(agenda.heard().len(), asked, "nobody is asked unless it is asked for");
}

fn mail(relay: &Stub) -> String {
    format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"accueil@test.example\"\nlogin = {{ \
         username = \"cabinet\", password = {{ file = \"secrets/mail\" }} }}\n",
        relay.port
    )
}

#[test]
fn programs_read_classes_and_a_relay_that_refuses_the_password_is_one_of_them() {
    let relay = Stub::start(Does::RelaysMail("535 5.7.8 no"));
    let features = "[features.courriel]\nplugin = \"notify-email\"\nsettings = { from = \"accueil@test.example\" }\ngrants.mail = true\n";
    let folder = installation(features, &mail(&relay));
    put_secret(folder.path(), "practices/cabinet/secrets/mail", "s3cret-word\n");
    let origin = format!("smtp://127.0.0.1:{}", relay.port);
    let output = probe(folder.path(), &["practice", "check", "--probe", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let reports: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let asked = &reports[0]["probes"][0];
    assert_eq!((&asked["feature"], &asked["ok"]), (&"courriel".into(), &false.into()));
    assert_eq!((&asked["class"], &asked["status"]), (&"credentials-refused".into(), &535.into()));
    assert_eq!(asked["origin"], origin.as_str());
    assert!(asked["says"].as_str().is_some_and(|says| says.contains(&origin) && says.contains("mot de passe")));

    let output = probe(folder.path(), &["doctor", "--probe", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let checks: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let failed: Vec<&Value> = checks.as_array().expect("a list").iter().filter(|one| one["ok"] == false).collect();
    assert_eq!(failed.len(), 1, "{checks}");
    assert_eq!(failed[0]["class"], "credentials-refused");
}
