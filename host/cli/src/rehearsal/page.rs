//! A conversation that was played, as a page that can be read aloud.

use std::fmt;

use serde::Serialize;

use super::dialogue::Class;

/// Longest line of a page, in characters.
const WIDTH: usize = 100;
/// Where what is said begins.
const MARGIN: usize = 13;

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Whoever holds the line for the practice.
    Secretary,
    /// Whoever calls.
    Caller,
    /// What is seen, and not said.
    Screen,
}

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::Secretary => "Secrétaire",
            Self::Caller => "Appelant",
            Self::Screen => "Écran",
        }
    }
}

/// Something that is said or seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// By whom.
    pub who: Who,
    /// The words.
    pub text: String,
}

/// What came of one request.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    /// The final level, in words.
    pub level: Option<String>,
    /// Where it led, in words.
    pub orientation: Option<String>,
    /// What the host did, a line each.
    pub did: Vec<String>,
    /// Keys of what the caller was asked, in order.
    pub asked: Vec<String>,
    /// How many questions until it was known where it leads; none: it never was.
    pub questions_to_orientation: Option<usize>,
    /// How many slots were proposed.
    pub proposals: usize,
    /// Whether everything was said back.
    pub read_back: bool,
    /// Whether it is closed.
    pub closed: bool,
}

/// The whole conversation.
#[derive(Debug, Serialize)]
pub struct Page {
    /// The dialogue's title.
    pub title: String,
    /// What kind of call it is.
    pub class: Class,
    /// Practice, channel, moment.
    pub heading: String,
    /// What was said, in order.
    pub turns: Vec<Turn>,
    /// What came of each request.
    pub requests: Vec<Outcome>,
}

impl Page {
    /// Adds what somebody says; what the same person says next is one breath.
    pub fn says(&mut self, who: Who, text: &str) {
        let text = text.trim();
        match self.turns.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.who == who && who == Who::Secretary => {
                last.text.push(' ');
                last.text.push_str(text);
            }
            _ => self.turns.push(Turn { who, text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n", self.title, self.heading)?;
        for turn in &self.turns {
            said(f, turn.who.name(), &turn.text)?;
        }
        for (index, request) in self.requests.iter().enumerate() {
            writeln!(f)?;
            if self.requests.len() > 1 {
                writeln!(f, "Demande {}", index + 1)?;
            }
            said(f, "Niveau", request.level.as_deref().unwrap_or("aucun"))?;
            said(f, "Orientation", request.orientation.as_deref().unwrap_or("aucune"))?;
            for line in &request.did {
                said(f, "Fait", line)?;
            }
            said(f, "Questions", &request.count())?;
        }
        Ok(())
    }
}

impl Outcome {
    fn count(&self) -> String {
        let plural = |count: usize| if count > 1 { "s" } else { "" };
        let mut parts = vec![self.asked.len().to_string()];
        if let Some(until) = self.questions_to_orientation {
            parts.push(format!("dont {until} jusqu'à l'orientation"));
        }
        if self.proposals > 0 {
            parts.push(format!("et {} proposition{}", self.proposals, plural(self.proposals)));
        }
        if self.read_back {
            parts.push("et la relecture".to_owned());
        }
        parts.join(", ")
    }
}

/// A line with its margin, wrapped.
fn said(f: &mut fmt::Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    let mut line = format!("{name:<width$}: ", width = MARGIN - 2);
    let mut length = MARGIN;
    // No sign of punctuation begins a line.
    let text = [" ?", " !", " :", " ;", " »"]
        .iter()
        .fold(text.to_owned(), |text, sign| text.replace(sign, &sign.replace(' ', "\u{a0}")));
    for (index, word) in text.replace("« ", "«\u{a0}").split([' ', '\n']).filter(|word| !word.is_empty()).enumerate()
    {
        let letters = word.chars().count();
        if index > 0 && length + 1 + letters > WIDTH {
            writeln!(f, "{line}")?;
            line = " ".repeat(MARGIN);
            length = MARGIN;
        } else if index > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(&word.replace('\u{a0}', " "));
        length += letters;
    }
    writeln!(f, "{}", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page { title: "T".into(), class: Class::Other, heading: "H".into(), turns: Vec::new(), requests: Vec::new() }
    }

    #[test]
    fn what_the_secretary_says_without_a_pause_is_one_turn() {
        let mut page = page();
        for (who, text) in
            [(Who::Secretary, "Bonjour."), (Who::Secretary, "Je vous écoute."), (Who::Screen, "a"), (Who::Screen, "b")]
        {
            page.says(who, text);
        }
        assert_eq!(page.turns.len(), 3);
        assert_eq!(page.turns[0].text, "Bonjour. Je vous écoute.");
    }

    #[test]
    fn long_lines_are_wrapped_under_their_beginning() {
        let mut page = page();
        page.says(Who::Caller, &"mot ".repeat(40));
        let text = page.to_string();
        let lines: Vec<&str> = text.lines().skip(3).collect();
        assert!(lines[0].starts_with("Appelant   : mot") && lines[1].starts_with("             mot"), "{text}");
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{text}");
    }
}
