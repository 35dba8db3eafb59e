//! Stands before a calendar server: counts what it is asked, writes it down, and answers what it
//! was asked before by itself where it is told to, so that one server serves 300 practices.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use reqwest::Client;
use tokio::net::TcpListener;

use super::calendar;

/// Headers that say which request it is.
const ASKED: [&str; 6] = ["authorization", "content-type", "depth", "if-match", "if-none-match", "prefer"];

/// Longest body.
const MOST: usize = 16 << 20;

/// One request.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

#[derive(Clone)]
struct Answer(StatusCode, HeaderMap, Bytes);

/// What stands there.
pub struct Front {
    pub origin: String,
    shared: Arc<Shared>,
}

struct Shared {
    behind: String,
    client: Client,
    remembers: bool,
    known: Mutex<HashMap<Asked, Answer>>,
    alone: tokio::sync::Mutex<()>,
    asked: AtomicU64,
    seen: Mutex<Vec<Asked>>,
}

impl Front {
    /// Stands before this server.
    pub async fn before(behind: String, remembers: bool) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            behind,
            client: calendar::client()?,
            remembers,
            known: Mutex::default(),
            alone: tokio::sync::Mutex::default(),
            asked: AtomicU64::new(0),
            seen: Mutex::default(),
        });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { origin, shared })
    }

    /// How much it was asked since the last time.
    pub fn take_count(&self) -> u64 {
        self.shared.asked.swap(0, Ordering::Relaxed)
    }

    /// What it was asked since the last time.
    pub fn take_seen(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    shared.asked.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST).await else { return refusal() };
    let header = |name: &&'static str| Some((*name, parts.headers.get(*name)?.to_str().ok()?.to_owned()));
    let asked = Asked {
        method: parts.method,
        path: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: ASKED.iter().filter_map(header).collect(),
        body,
    };
    if !shared.remembers {
        shared.seen.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
    }
    // Whoever asks the same at the same moment waits for the one answer.
    let _alone = match shared.remembers {
        true => Some(shared.alone.lock().await),
        false => None,
    };
    let known = shared.known.lock().unwrap_or_else(PoisonError::into_inner).get(&asked).cloned();
    let answer = match known {
        Some(known) => known,
        None => match ask(&shared.client, &shared.behind, &asked).await {
            Ok(answer) => {
                if shared.remembers {
                    shared.known.lock().unwrap_or_else(PoisonError::into_inner).insert(asked, answer.clone());
                }
                answer
            }
            Err(_) => return refusal(),
        },
    };
    let Answer(status, headers, body) = answer;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for name in ["content-type", "etag", "dav", "location", "schedule-tag"] {
        if let Some(value) = headers.get(name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn refusal() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

async fn ask(client: &Client, behind: &str, asked: &Asked) -> reqwest::Result<Answer> {
    let mut request = client.request(asked.method.clone(), format!("{behind}{}", asked.path));
    for (name, value) in &asked.headers {
        request = request.header(*name, value);
    }
    let answer = request.body(asked.body.clone()).send().await?;
    Ok(Answer(answer.status(), answer.headers().clone(), answer.bytes().await?))
}

/// The same request once more, straight to the server.
pub async fn replay(client: &Client, behind: &str, asked: &Asked) -> anyhow::Result<()> {
    let Answer(status, ..) = ask(client, behind, asked).await?;
    anyhow::ensure!(status.is_success(), "{} {}: {status}", asked.method, asked.path);
    Ok(())
}
