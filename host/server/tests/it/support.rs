//! An API over fakes, and a small client.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use greffon_core::flow::Reception;
use greffon_core::ids::PracticeId;
use greffon_core::model::approval::{Content, ContentName, Standing};
use greffon_core::model::audit::Role;
use greffon_core::model::pin::SettingsDigest;
use greffon_core::model::practice::PluginKind;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::practices::{LivePractice, Practices};
use greffon_core::ports::storage::{Storage, Transaction};
use greffon_core::time::Instant;
use greffon_server::{App, Authenticator, Issuer, Limits, NewToken, router, signing_key_pem};
use greffon_simulation::{
    AgendaStyle, ChannelStyle, FakeAgenda, FakeChannel, FakePlugins, FaultPlan, FixedPractices, ManualClock,
    MemoryIdempotency, MemoryStorage, Pace, SeededIds, french_features, french_practice,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// Monday, 9 o'clock in Paris.
pub const NOW: &str = "2026-11-23T08:00:00Z";

/// The practice of most tests, and one that their tokens do not reach.
pub const HERE: &str = "les-tilleuls";
pub const ELSEWHERE: &str = "le-port";

/// The grid that a practitioner of the usual practice may approve.
pub const CONTENT: &str = "tri";

/// As its files have it.
pub fn content() -> Content {
    Content {
        feature: CONTENT.into(),
        kind: PluginKind::Triage,
        settings: SettingsDigest::of("triage-grid", "{}"),
        contents: vec![ContentName { id: "fievre".to_owned(), version: "3".to_owned() }],
        demo: false,
        standing: Standing::Refused { message: "personne ne l'a signé".to_owned(), hint: "le signer".to_owned() },
    }
}

pub struct TestApp {
    pub router: Router,
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub storage: Arc<MemoryStorage>,
    pub faults: Arc<FaultPlan>,
    pub plugins: FakePlugins,
    pub agenda: FakeAgenda,
    pub issuer: Issuer,
}

/// What differs from the usual app.
pub struct Setup {
    pub limits: Limits,
    pub practices: Option<Arc<dyn Practices>>,
    pub pace: Pace,
    pub authenticator: Box<dyn FnOnce(Authenticator) -> Authenticator>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            practices: None,
            pace: Pace::default(),
            authenticator: Box::new(|usual| usual),
        }
    }
}

/// A subscriber for the whole process that writes nothing. Without one, what a
/// test logs on another thread at the moment at which a test begins to listen
/// can be remembered by `tracing` as of interest to nobody.
fn keep_callsites_awake() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let silent = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(std::io::sink);
        silent.init();
    });
}

impl TestApp {
    pub fn new() -> Self {
        Self::with(Setup::default())
    }

    pub fn with(setup: Setup) -> Self {
        keep_callsites_awake();
        let clock = Arc::new(ManualClock::at(instant(NOW)));
        let faults = Arc::new(FaultPlan::none());
        let storage =
            Arc::new(MemoryStorage::with(Arc::clone(&clock), Arc::clone(&faults), Arc::new(setup.pace), None));
        let plugins = FakePlugins::new();
        let agenda = FakeAgenda::with(AgendaStyle::Arbitrated, Arc::clone(&clock), Arc::clone(&faults), Arc::default());
        let live = |id| {
            let channel = FakeChannel::new(ChannelStyle::Mail, Arc::clone(&clock));
            let features = french_features(&plugins, &agenda, &channel);
            let mut practice = french_practice(id);
            practice.supervision.origin = Some("https://accueil.example".to_owned());
            LivePractice { practice, features }
        };
        let practices = setup.practices.unwrap_or_else(|| {
            let practices = FixedPractices::new([HERE, ELSEWHERE].map(live));
            practices.put_contents(&HERE.into(), vec![content()]);
            Arc::new(practices)
        });
        let reception = Reception::new(
            Arc::clone(&storage) as _,
            Arc::clone(&storage) as _,
            practices,
            Arc::clone(&clock) as _,
            Arc::new(SeededIds::new(1)),
        );
        let issuer = issuer("greffon", "greffon", 7);
        let authenticator = (setup.authenticator)(Authenticator::new(Arc::clone(&clock) as _).with_own(&issuer));
        let app = Arc::new(App::new(
            reception,
            Arc::new(MemoryIdempotency::on(Arc::clone(&clock) as _)),
            authenticator,
            Arc::new(|| "greffon_up 1\n".to_owned()),
            setup.limits,
        ));
        Self { router: router(Arc::clone(&app)), app, clock, storage, faults, plugins, agenda, issuer }
    }

    /// A token of this role for the usual practice.
    pub fn token(&self, role: Role) -> String {
        self.token_for(role, &[HERE])
    }

    pub fn token_for(&self, role: Role, practices: &[&str]) -> String {
        self.issuer.sign(&token(role, practices), self.clock.now()).unwrap()
    }

    /// A token of the usual practice that allows one permission of its role.
    pub fn token_cut_down_to(&self, role: Role, permission: &str) -> String {
        let narrow = NewToken { scope: Some(permission.to_owned()), ..token(role, &[HERE]) };
        self.issuer.sign(&narrow, self.clock.now()).unwrap()
    }

    pub async fn get(&self, role: Role, path: &str) -> Answer {
        self.send("GET", path, &[("authorization", &bearer(&self.token(role)))], "").await
    }

    pub async fn post(&self, role: Role, path: &str, body: &Value) -> Answer {
        self.post_with(role, path, body, &[]).await
    }

    pub async fn post_with(&self, role: Role, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let bearer = bearer(&self.token(role));
        let mut all = vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
        all.extend(headers);
        self.send("POST", path, &all, &body.to_string()).await
    }

    pub async fn delete(&self, role: Role, path: &str) -> Answer {
        self.send("DELETE", path, &[("authorization", &bearer(&self.token(role)))], "").await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// The path of a contact of which nothing is known.
    pub async fn received(&self) -> String {
        let path = format!("/v1/practices/{HERE}/contacts");
        let answer = self.post(Role::Secretary, &path, &json!({ "channel": "phone" })).await.expect(201);
        answer.header("location").to_owned()
    }

    /// The path of a contact that may be booked and closed.
    pub async fn concluded(&self) -> String {
        let path = format!("/v1/practices/{HERE}/contacts");
        let body = json!({
            "channel": "phone",
            "caller": { "kind": "patient", "phone": "+33612345678" },
            "patient": { "family": "Dupont", "given": "Jeanne", "birth_date": "1958-04-30" },
            "facts": [
                { "key": "request.motive", "value": { "choice": "consultation" } },
                { "key": "red-flag.all", "value": "no" },
                { "key": "grid.worse", "value": "no" },
            ],
        });
        let answer = self.post(Role::Secretary, &path, &body).await.expect(201);
        assert_eq!(answer.json()["state"], "concluded", "{}", answer.text);
        answer.header("location").to_owned()
    }

    /// The first free slots of a contact, as they are offered.
    pub async fn first_slots(&self, contact: &str, count: usize) -> Vec<Value> {
        let path = format!("{contact}/slots?practitioner=dr-martin&limit={count}");
        let offer = self.get(Role::Secretary, &path).await.expect(200).json();
        let slots = offer["slots"].as_array().unwrap().clone();
        assert_eq!(slots.len(), count, "{offer}");
        slots
    }

    /// Writes rows directly, as an earlier day would have left them.
    pub async fn write(&self, practice: &str, rows: impl AsyncFnOnce(&mut dyn Transaction)) {
        let mut transaction = self.storage.begin(&practice.into()).await.unwrap();
        rows(&mut *transaction).await;
        transaction.commit().await.unwrap();
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The answer, when it is of this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Status and code of a problem, and its field when it names one.
    #[track_caller]
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        match problem["field"].as_str() {
            Some(field) => format!("{} {} {field}", self.status.as_u16(), problem["code"].as_str().unwrap()),
            None => format!("{} {}", self.status.as_u16(), problem["code"].as_str().unwrap()),
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

pub fn instant(text: &str) -> Instant {
    Instant(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

pub fn issuer(name: &str, audience: &str, seed: u8) -> Issuer {
    Issuer::from_pem(&signing_key_pem(&[seed; 32]), name, audience).unwrap()
}

pub fn token(role: Role, practices: &[&str]) -> NewToken {
    NewToken {
        subject: "s-1".to_owned(),
        role,
        practices: Some(practices.iter().map(|one| PracticeId::from(*one)).collect()),
        scope: None,
        rpps: None,
        lifetime: Duration::from_secs(3600),
    }
}

pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}
