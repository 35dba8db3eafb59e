mod addresses;
mod certificates;
mod exchanges;
mod outside;
mod refresh_tokens;
mod server;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::{Error, WasiBody};

use super::{Egress, Lookup};
use crate::capability::testing::grant_nothing;
use crate::state::Bound;

/// Answers per name, one per look-up; the last one stays.
#[derive(Default)]
struct Names(Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>);

impl Names {
    fn answering(name: &str, answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().expect("address")).collect();
        let answers = answers.iter().map(parse).collect();
        Arc::new(Self(Mutex::new(HashMap::from([(name.to_owned(), answers)]))))
    }
}

#[async_trait]
impl Lookup for Names {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut names = self.0.lock().expect("not poisoned");
        let answers = names.get_mut(host).ok_or_else(|| io::Error::other("no such name"))?;
        let next = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Ok(next.unwrap_or_default())
    }
}

/// A feature that may go to these origins, in these networks.
fn granting(origins: &[&str], opened: &[&str]) -> Bound {
    let mut bound = grant_nothing();
    bound.granted.http = origins.iter().map(|origin| origin.parse().expect("origin")).collect();
    bound.opened = opened.iter().map(|network| network.parse().expect("network")).collect();
    bound
}

fn request(method: &str, uri: &str, body: impl Into<Bytes>) -> Request<WasiBody> {
    let body = Full::new(body.into()).map_err(|never| match never {}).boxed_unsync();
    Request::builder().method(method).uri(uri).body(body).expect("request")
}

fn get(uri: &str) -> Request<WasiBody> {
    request("GET", uri, "")
}

/// What a guest sees of a response.
#[derive(Debug)]
struct Seen {
    status: u16,
    headers: HeaderMap,
    body: String,
}

/// Sends a request as a call of its own.
async fn send(egress: &Egress, bound: &Arc<Bound>, request: Request<WasiBody>) -> Result<Seen, Error> {
    let mut hooks = egress.hooks(bound);
    let sending = hooks.send_request(request, None, Box::new(async { Ok(()) }));
    let (response, _) = Pin::from(sending).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Seen { status: head.status.as_u16(), headers: head.headers, body: String::from_utf8_lossy(&body).into_owned() })
}
