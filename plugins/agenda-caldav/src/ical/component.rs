//! Components (RFC 5545 §3.4): lines between `BEGIN` and `END`.

use super::line::{Line, OBJECT_BYTES, unfold};

/// Deepest nesting that is read; an alarm in an event in a calendar is three.
const DEPTH: usize = 8;

/// Most lines of an object.
const LINES: usize = 20_000;

/// A component with what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Name, upper case.
    pub name: String,
    /// Its own properties. Lines that cannot be read are left out.
    pub lines: Vec<Line>,
    /// Components in it.
    pub children: Vec<Component>,
}

impl Component {
    /// Reads an object: exactly one component. None for what is cut off, wrongly nested or too large.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > OBJECT_BYTES {
            return None;
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let raw = unfold(bytes);
        if raw.len() > LINES {
            return None;
        }
        let mut open: Vec<Self> = Vec::new();
        let mut whole: Option<Self> = None;
        for line in raw.iter().filter_map(|raw| Line::parse(raw)) {
            match line.name.as_str() {
                "BEGIN" if whole.is_none() && open.len() < DEPTH => {
                    let name = line.value.trim().to_ascii_uppercase();
                    open.push(Self { name, lines: Vec::new(), children: Vec::new() });
                }
                "BEGIN" => return None,
                "END" => {
                    let done = open.pop().filter(|done| done.name.eq_ignore_ascii_case(line.value.trim()))?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => whole = Some(done),
                    }
                }
                _ => open.last_mut()?.lines.push(line),
            }
        }
        whole.filter(|_| open.is_empty())
    }

    /// The first property of a name (upper case).
    pub fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    /// All properties of a name (upper case).
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.name == name)
    }

    /// Components in it, of a name (upper case).
    pub fn children_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_nested_as_written() {
        let calendar = Component::parse(
            b"\xef\xbb\xbfbegin:vcalendar\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\n\
              END:VALARM\r\njunk\r\nSUMMARY:x\r\nEND:vevent\r\nEND:VCALENDAR\r\n",
        )
        .unwrap();
        let event = calendar.children_of("VEVENT").next().unwrap();
        assert_eq!(event.line("UID").unwrap().value, "1");
        assert_eq!(event.line("SUMMARY").unwrap().value, "x");
        assert_eq!(event.line("TRIGGER"), None, "an alarm's property is not the event's");
        assert_eq!(event.children.len(), 1);
    }

    #[test]
    fn what_is_cut_off_or_wrongly_nested_is_none() {
        let deep = "BEGIN:X\n".repeat(9) + &"END:X\n".repeat(9);
        let long = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", "A:1\n".repeat(20_000));
        let large = format!("BEGIN:VCALENDAR\nA:{}\nEND:VCALENDAR\n", "x".repeat(OBJECT_BYTES));
        for text in [
            "",
            "hello",
            "UID:1",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\n",
            "END:VCALENDAR\n",
            "BEGIN:VCALENDAR\nEND:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR\n",
            "BEGIN:VCALENDAR\nEND:VCALENDAR\nUID:1\n",
            &deep,
            &long,
            &large,
        ] {
            assert_eq!(Component::parse(text.as_bytes()), None, "{}", &text[..text.len().min(60)]);
        }
        let deepest = "BEGIN:X\n".repeat(8) + &"END:X\n".repeat(8);
        assert!(Component::parse(deepest.as_bytes()).is_some());
    }
}
