//! XML as a small tree. Hostile documents end as `None`: no DTD, no entities of their own, bounded depth and size.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// Deepest nesting that is read; a multistatus needs seven.
const DEPTH: usize = 24;

/// Most elements of one document.
const ELEMENTS: usize = 400_000;

/// The namespaces that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ns {
    /// `DAV:` (RFC 4918).
    Dav,
    /// `urn:ietf:params:xml:ns:caldav` (RFC 4791).
    CalDav,
    /// `http://calendarserver.org/ns/`.
    CalendarServer,
    /// Any other.
    Other,
}

/// One element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its namespace.
    pub ns: Ns,
    /// Its local name.
    pub name: String,
    /// All text directly in it.
    pub text: String,
    /// Elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// Reads a document. None for what is not well-formed, cut off or too large.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok()?;
        let mut reader = NsReader::from_str(text);
        let mut open: Vec<Self> = Vec::new();
        let mut root: Option<Self> = None;
        let mut elements = 0;
        loop {
            let (namespace, event) = reader.read_resolved_event().ok()?;
            match event {
                Event::Start(start) => {
                    elements += 1;
                    if open.len() >= DEPTH || elements > ELEMENTS || root.is_some() {
                        return None;
                    }
                    open.push(Self::begin(&namespace, &start));
                }
                Event::Empty(start) => {
                    elements += 1;
                    if elements > ELEMENTS || root.is_some() {
                        return None;
                    }
                    close(Self::begin(&namespace, &start), &mut open, &mut root);
                }
                Event::End(_) => close(open.pop()?, &mut open, &mut root),
                Event::Text(text) => {
                    if let Some(parent) = open.last_mut() {
                        parent.text.push_str(&text.xml10_content());
                    }
                }
                Event::CData(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let char = match &*reference {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "apos" => '\'',
                        "quot" => '"',
                        _ => reference.resolve_char_ref().ok()??,
                    };
                    open.last_mut()?.text.push(char);
                }
                Event::DocType(_) => return None,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => return root.filter(|_| open.is_empty()),
            }
        }
    }

    fn begin(namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> Self {
        let ns = match namespace {
            ResolveResult::Bound(namespace) => match namespace.0 {
                "DAV:" => Ns::Dav,
                "urn:ietf:params:xml:ns:caldav" => Ns::CalDav,
                "http://calendarserver.org/ns/" => Ns::CalendarServer,
                _ => Ns::Other,
            },
            _ => Ns::Other,
        };
        Self { ns, name: start.local_name().into_inner().to_owned(), text: String::new(), children: Vec::new() }
    }

    /// Whether it is this element.
    pub fn is(&self, ns: Ns, name: &str) -> bool {
        self.ns == ns && self.name == name
    }

    /// The first element of this name in it.
    pub fn child(&self, ns: Ns, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(ns, name))
    }

    /// All elements of this name in it.
    pub fn all<'a>(&'a self, ns: Ns, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.is(ns, name))
    }
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => *root = Some(done),
    }
}

/// A text as XML character data or attribute value.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            char if char.is_control() => {}
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn namespaces_count_and_prefixes_do_not() {
        for text in [
            "<multistatus xmlns=\"DAV:\"><href>/a</href></multistatus>",
            "<?xml version='1.0'?>\n<ns0:multistatus xmlns:ns0=\"DAV:\"><!-- x --><ns0:href>/<![CDATA[a]]></ns0:href></ns0:multistatus>\n",
        ] {
            let root = Element::parse(text.as_bytes()).unwrap();
            assert!(root.is(Ns::Dav, "multistatus"));
            assert_eq!(root.child(Ns::Dav, "href").unwrap().text, "/a");
        }
        let other = Element::parse(b"<multistatus/>").unwrap();
        assert!(!other.is(Ns::Dav, "multistatus"));
    }

    #[test]
    fn references_and_line_ends_are_resolved() {
        let root = Element::parse(b"<a>x&amp;y &#13;&#x41;&lt;z\r\n&quot;</a>").unwrap();
        assert_eq!(root.text, "x&y \rA<z\n\"");
    }

    #[test]
    fn hostile_documents_are_nothing() {
        let deep = "<a>".repeat(25) + &"</a>".repeat(25);
        let bomb = "<!DOCTYPE a [<!ENTITY b \"x\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        let wide = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS));
        for text in [
            "",
            "hello",
            "<a>",
            "<a><b></a>",
            "<a></a><b></b>",
            "<a>&unknown;</a>",
            "<a>&#0;</a>",
            "<a>&#x110000;</a>",
            "</a>",
            "<a",
            "<a><b/>",
            &deep,
            bomb,
            &wide,
        ] {
            assert_eq!(Element::parse(text.as_bytes()), None, "{}", &text[..text.len().min(60)]);
        }
        assert_eq!(Element::parse(b"<a>\xff</a>"), None);
        let deepest = "<a>".repeat(24) + &"</a>".repeat(24);
        assert!(Element::parse(deepest.as_bytes()).is_some());
    }

    proptest! {
        #[test]
        fn what_is_escaped_comes_back(text in "[^\\p{Cc}]{0,60}") {
            let root = Element::parse(format!("<a>{}</a>", escape(&text)).as_bytes()).unwrap();
            prop_assert_eq!(root.text, text);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..400_usize) {
            let _ = Element::parse(&bytes);
            let good = b"<m xmlns=\"DAV:\"><response><href>/a&amp;b</href><status>HTTP/1.1 200 OK</status></response></m>";
            let _ = Element::parse(&good[..cut.min(good.len())]);
        }
    }
}
