//! Multistatus answers (RFC 4918 §13), sync-collection's included (RFC 6578).

use super::place::Server;
use super::xml::{Element, Ns};

/// Longest sync token that is kept, in bytes.
const TOKEN_BYTES: usize = 1_000;

/// Longest text of dates and length that is kept, in bytes.
const STAMP_BYTES: usize = 120;

/// An answer about several resources.
#[derive(Debug, PartialEq, Eq)]
pub struct Multistatus {
    /// One part for each resource.
    pub responses: Vec<Part>,
    /// Token of this state (RFC 6578 §6.4). None: the server sends none.
    pub sync_token: Option<String>,
    /// Hrefs that are not on this server or that cannot be read.
    pub strange: usize,
}

/// What is said of one resource.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Its path, uniform.
    pub path: String,
    /// Status of the resource as a whole. None: each property has its own.
    pub status: Option<u16>,
    /// Properties with a status of 200 to 299.
    pub props: Vec<Element>,
}

impl Part {
    /// A property that the server told.
    pub fn prop(&self, ns: Ns, name: &str) -> Option<&Element> {
        self.props.iter().find(|prop| prop.is(ns, name))
    }

    /// Its version.
    pub fn etag(&self) -> Option<&str> {
        self.prop(Ns::Dav, "getetag").map(|prop| prop.text.trim()).filter(|etag| !etag.is_empty())
    }

    /// What else is told of it that another content may change: dates and length. Empty: nothing.
    pub fn stamp(&self) -> String {
        let props = ["getlastmodified", "getcontentlength", "creationdate"].into_iter();
        let told: Vec<&str> = props.filter_map(|name| self.prop(Ns::Dav, name)).map(|prop| prop.text.trim()).collect();
        let text = told.join(" ");
        text.get(..STAMP_BYTES).map_or(text.clone(), str::to_owned)
    }

    /// Whether the resource is not there.
    pub fn is_gone(&self) -> bool {
        matches!(self.status, Some(404 | 410))
    }
}

impl Multistatus {
    /// Reads a body. None: it is no multistatus.
    pub fn parse(body: &[u8], server: &Server) -> Option<Self> {
        let root = Element::parse(body).filter(|root| root.is(Ns::Dav, "multistatus"))?;
        let token = root.child(Ns::Dav, "sync-token").map(|token| token.text.trim());
        let sync_token = token.filter(|token| !token.is_empty() && token.len() <= TOKEN_BYTES).map(str::to_owned);
        let mut found = Self { responses: Vec::new(), sync_token, strange: 0 };
        for element in root.children {
            if element.is(Ns::Dav, "response") {
                found.take(element, server);
            }
        }
        Some(found)
    }

    fn take(&mut self, element: Element, server: &Server) {
        let mut paths = Vec::new();
        let mut status = None;
        let mut props = Vec::new();
        for child in element.children {
            match (child.ns, child.name.as_str()) {
                (Ns::Dav, "href") => match server.path(&child.text) {
                    Some(path) => paths.push(path),
                    None => self.strange += 1,
                },
                (Ns::Dav, "status") => status = code(&child.text),
                (Ns::Dav, "propstat") => {
                    let fine = child.child(Ns::Dav, "status").and_then(|status| code(&status.text));
                    if fine.is_some_and(|code| (200..300).contains(&code)) {
                        let of_prop = |part: Element| if part.is(Ns::Dav, "prop") { part.children } else { Vec::new() };
                        props.extend(child.children.into_iter().flat_map(of_prop));
                    }
                }
                _ => {}
            }
        }
        // Several hrefs share one status (RFC 4918 §14.24); properties come with one href only.
        let last = paths.pop();
        for path in paths {
            self.responses.push(Part { path, status, props: Vec::new() });
        }
        if let Some(path) = last {
            self.responses.push(Part { path, status, props });
        }
    }
}

/// The code of a status line such as `HTTP/1.1 404 Not Found`.
fn code(line: &str) -> Option<u16> {
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Option<Multistatus> {
        Multistatus::parse(body.as_bytes(), &Server::parse("http://dav.example").unwrap())
    }

    /// As Radicale 3.9 answers a sync-collection.
    const RADICALE: &str = r#"<?xml version='1.0' encoding='utf-8'?>
<multistatus xmlns="DAV:"><sync-token>http://radicale.org/ns/sync/8e27</sync-token><response><href>/cabinet/agenda/w.ics</href><status>HTTP/1.1 404 Not Found</status></response><response><href>/cabinet/agenda/w%203.ics</href><propstat><prop><getetag>"926a"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"#;

    /// As Xandikos 0.4 answers one.
    const XANDIKOS: &str = r#"<ns0:multistatus xmlns:ns0="DAV:" xmlns:ns1="urn:ietf:params:xml:ns:caldav"><ns0:response><ns0:href>/cabinet/calendars/agenda/p.ics</ns0:href><ns0:propstat><ns0:status>HTTP/1.1 200 OK</ns0:status><ns0:prop><ns0:getetag>"ceff"</ns0:getetag></ns0:prop></ns0:propstat><ns0:propstat><ns0:status>HTTP/1.1 404 Not Found</ns0:status><ns0:prop><ns1:calendar-data /></ns0:prop></ns0:propstat></ns0:response><ns0:response><ns0:href>/cabinet/calendars/agenda/w.ics</ns0:href><ns0:status>HTTP/1.1 404 Not Found</ns0:status></ns0:response><ns0:sync-token>d05b</ns0:sync-token></ns0:multistatus>"#;

    #[test]
    fn both_dialects_say_what_changed_and_what_is_gone() {
        let found = parse(RADICALE).unwrap();
        assert_eq!(found.sync_token.as_deref(), Some("http://radicale.org/ns/sync/8e27"));
        assert!(found.responses[0].is_gone());
        assert_eq!(
            (found.responses[1].path.as_str(), found.responses[1].etag()),
            ("/cabinet/agenda/w%203.ics", Some("\"926a\""))
        );
        let found = parse(XANDIKOS).unwrap();
        assert_eq!(found.sync_token.as_deref(), Some("d05b"));
        assert_eq!(found.responses[0].etag(), Some("\"ceff\""));
        assert_eq!(found.responses[0].prop(Ns::CalDav, "calendar-data"), None, "a property with 404 is not told");
        assert!(found.responses[1].is_gone());
    }

    #[test]
    fn strange_hrefs_are_counted() {
        let found = parse(
            "<multistatus xmlns=\"DAV:\"><response><href>https://evil.example/x</href><status>HTTP/1.1 200 OK</status></response>\
             <response><href>/a</href><href>/b</href><status>HTTP/1.1 404 Gone</status></response><response/></multistatus>",
        )
        .unwrap();
        assert_eq!(found.strange, 1);
        assert_eq!(
            found.responses.iter().map(|part| (part.path.as_str(), part.is_gone())).collect::<Vec<_>>(),
            [("/a", true), ("/b", true)]
        );
    }

    #[test]
    fn what_is_cut_off_is_nothing() {
        for end in 0..RADICALE.len() {
            assert_eq!(parse(&RADICALE[..end]), None, "{end}");
        }
        assert_eq!(parse("<html><body>502</body></html>"), None);
        assert_eq!(parse("<multistatus/>"), None, "another namespace");
    }

    #[test]
    fn a_status_line_that_is_none_says_nothing() {
        for line in ["", "200", "HTTP/1.1", "HTTP/1.1 OK", "HTTP/1.1 99999 x"] {
            assert_eq!(code(line), None, "{line}");
        }
        assert_eq!(code(" HTTP/1.1  207 Multi-Status"), Some(207));
    }
}
