//! What was told in one contact, kept beside the code: which signs were brought up, which
//! of them a person denied, and what a practitioner decided. It knows the list of signs
//! and their levels, and what greffon-danger hears in a text; nothing else is asked of the
//! code that it judges.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use greffon_core::flow::NewFact;
use greffon_core::model::care::{Level, Source, Value, keys};
use greffon_core::model::practice::RedFlag;
use greffon_core::model::red_flags::core_set;
use greffon_core::time::Instant;

/// How long what words brought up may wait for its answer, as the project promises it.
const ANSWERED_WITHIN_MS: i64 = 3 * 60 * 1000;
/// The sign that stands for "at least one of them".
const GROUP: &str = "all";
/// More texts than this are not remembered at once.
const MAX_HEARD: usize = 20_000;

/// The account of one contact.
pub(super) struct Ledger {
    levels: BTreeMap<String, Level>,
    listed: Vec<(String, Vec<String>)>,
    can_be_asked: bool,
    /// Everything that was told, in its order.
    pub(super) told: Vec<NewFact>,
    signs: BTreeMap<String, Sign>,
    /// A practitioner has decided on the facts before this one.
    decided: usize,
    /// Whether the caller is known to be gone.
    cut: bool,
    /// How many facts were told before this step.
    step_began: usize,
    /// Who hung up in this step, and when, by the clock of the process that was told so.
    hung_up: Option<(String, Instant)>,
    /// That the line was cut, which the host writes down itself.
    pub(super) line_cut: Option<LineCut>,
    /// When all jobs were run last.
    worked_at: Instant,
    /// The highest level that people gave since a practitioner decided.
    given: Option<Level>,
}

/// One sign, by the numbers of the facts that concern it, the last ones.
#[derive(Clone, Debug, Default)]
struct Sign {
    positive: Option<usize>,
    denied: Option<usize>,
    heard: Option<Heard>,
}

#[derive(Clone, Copy, Debug)]
struct Heard {
    fact: usize,
    at: Instant,
    sure: bool,
}

/// The one fact that nobody told: the host wrote it down.
#[derive(Clone, Debug)]
pub(super) struct LineCut {
    /// Its place among the facts.
    pub(super) number: usize,
    pub(super) by: String,
    pub(super) at: Instant,
}

/// What words brought up, and has no answer yet.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) sign: String,
    pub(super) level: Level,
    /// Its time is over: it counts as if it had been confirmed.
    pub(super) counts: bool,
    sure: bool,
}

impl Ledger {
    pub(super) fn new(flags: &[RedFlag], can_be_asked: bool) -> Self {
        let mut levels: BTreeMap<String, Level> =
            core_set().iter().map(|core| (core.flag.id.clone(), core.flag.level)).collect();
        for flag in flags {
            let level = levels.entry(flag.id.clone()).or_insert(flag.level);
            *level = (*level).min(flag.level);
        }
        levels.insert(GROUP.to_owned(), Level::Vital);
        Self {
            levels,
            listed: flags.iter().map(|flag| (flag.id.clone(), flag.words.clone())).collect(),
            can_be_asked,
            told: Vec::new(),
            signs: BTreeMap::new(),
            decided: 0,
            cut: false,
            step_began: 0,
            hung_up: None,
            line_cut: None,
            worked_at: Instant(0),
            given: None,
        }
    }

    /// These facts were taken.
    pub(super) fn tell(&mut self, facts: &[NewFact], at: Instant) {
        for fact in facts {
            let number = self.told.len();
            if let Some(words) = words(fact) {
                self.listen(words, number, at);
            }
            if let Some(id) = fact.key.strip_prefix(keys::RED_FLAG_PREFIX)
                && self.levels.contains_key(id)
            {
                let by_a_person = !matches!(
                    fact.source,
                    Some(Source::Agenda | Source::MedicalRecord | Source::Telephony | Source::Plugin)
                );
                let sign = self.signs.entry(id.to_owned()).or_default();
                match fact.value {
                    Value::No if by_a_person => sign.denied = Some(number),
                    Value::No => {}
                    _ => sign.positive = Some(number),
                }
            }
            self.told.push(fact.clone());
        }
    }

    fn listen(&mut self, words: &str, fact: usize, at: Instant) {
        let mut hear = |id: &str, sure: bool| {
            let sign = self.signs.entry(id.to_owned()).or_default();
            sign.heard = Some(Heard { fact, at, sure });
        };
        for (id, sure) in heard(words).iter() {
            hear(id, *sure);
        }
        let spoken: Vec<String> = plain_words(words);
        for (id, listed) in &self.listed {
            if listed.iter().any(|phrase| says(&spoken, phrase)) {
                hear(id, true);
            }
        }
    }

    /// A practitioner has set the level with a reason: what was said before is decided.
    pub(super) fn decide(&mut self) {
        self.decided = self.told.len();
        self.given = None;
    }

    /// Somebody has set the level, and it was not lowered.
    pub(super) fn give(&mut self, level: Level) {
        self.given = Some(self.given.map_or(level, |given| given.min(level)));
    }

    /// Somebody says that nobody can be asked any more.
    pub(super) fn cut(&mut self, by: &str, at: Instant) {
        self.cut = true;
        self.hung_up = Some((by.to_owned(), at));
    }

    /// The host writes down that the line was cut: once, of a telephone call, in an emergency
    /// of which nobody said what became of it or of its line, before whatever else the
    /// closing tells.
    pub(super) fn note_cut_line(&mut self, is_call: bool, is_emergency: bool) {
        let Some((by, at)) = self.hung_up.take() else { return };
        let line_is_known = self.told.iter().any(|fact| fact.key == keys::EMERGENCY_LINE);
        if !is_call || !is_emergency || line_is_known || self.has_outcome() {
            return;
        }
        let value = Value::Choice("cut".to_owned());
        let cut = NewFact { key: keys::EMERGENCY_LINE.to_owned(), value, source: Some(Source::Operator) };
        self.told.insert(self.step_began, cut);
        self.line_cut = Some(LineCut { number: self.step_began, by, at });
    }

    /// All jobs that were due have been run.
    pub(super) fn worked(&mut self, at: Instant) {
        self.worked_at = at;
    }

    /// The step is over: whoever speaks next is there again.
    pub(super) fn go_on(&mut self) {
        self.cut = false;
        self.hung_up = None;
        self.step_began = self.told.len();
    }

    /// What words brought up since a practitioner decided, and no answer has met.
    pub(super) fn open(&self) -> Vec<Open> {
        let of = |(id, sign): (&String, &Sign)| {
            let heard = sign.heard.filter(|heard| heard.fact >= self.decided)?;
            let is_denied = sign.denied.is_some_and(|denied| denied > heard.fact);
            let waited = self.worked_at.millis_since(heard.at) >= ANSWERED_WITHIN_MS;
            let counts = !self.can_be_asked || self.cut || waited;
            let level = *self.levels.get(id)?;
            (!is_denied && sign.positive.is_none()).then(|| Open { sign: id.clone(), level, counts, sure: heard.sure })
        };
        self.signs.iter().filter_map(of).collect()
    }

    /// The level that the contact must have at least, and the sign that says so.
    pub(super) fn owed(&self) -> Option<(Level, String)> {
        let positive = self.positive();
        let counted = self.open().into_iter().filter(|open| open.counts).map(|open| (open.level, open.sign));
        positive.chain(counted).min()
    }

    /// The level that somebody must have been told of: what people said and gave, and what
    /// words say surely.
    pub(super) fn known(&self) -> Option<Level> {
        let surely = self.open().into_iter().filter(|open| open.counts && open.sure).map(|open| open.level);
        self.positive().map(|(level, _)| level).chain(surely).chain(self.given).min()
    }

    fn positive(&self) -> impl Iterator<Item = (Level, String)> {
        let since = |sign: &Sign| sign.positive.is_some_and(|fact| fact >= self.decided);
        let all = self.signs.iter().filter(move |(_, sign)| since(sign));
        all.filter_map(|(id, _)| Some((*self.levels.get(id)?, id.clone())))
    }

    /// Whether it is known for whom it is, what for, and where to call back; of a sales or
    /// an internal call that is not asked.
    pub(super) fn is_identified(&self, has_origin: bool) -> bool {
        let text = |key: &str| {
            let last = self.told.iter().rev().find(|fact| fact.key == key)?;
            last.value.as_text().filter(|text| !text.trim().is_empty())
        };
        if matches!(text(keys::CALLER_KIND), Some("commercial" | "internal")) {
            return true;
        }
        let any = |all: &[&str]| all.iter().any(|key| text(key).is_some());
        let somebody = any(&[keys::PATIENT_FAMILY]) && any(&[keys::PATIENT_GIVEN]);
        let reachable = has_origin || any(&[keys::CALLER_PHONE, keys::PATIENT_PHONE, keys::PATIENT_EMAIL]);
        somebody && any(&[keys::MOTIVE, keys::WORDS]) && reachable
    }

    /// Whether it was said what became of the emergency: whoever was lost, and answered when
    /// called back, has no outcome yet.
    pub(super) fn has_outcome(&self) -> bool {
        let last = |key: &str| self.told.iter().rposition(|fact| fact.key == key);
        let choice = |number: usize| match &self.told[number].value {
            Value::Choice(word) => Some(word.as_str()),
            _ => None,
        };
        let Some((number, outcome)) = last(keys::EMERGENCY_OUTCOME).and_then(|number| Some((number, choice(number)?)))
        else {
            return false;
        };
        let line = last(keys::EMERGENCY_LINE).filter(|line| *line > number).and_then(choice);
        outcome != "lost" || line != Some("called-back")
    }
}

/// The words of a fact, unless they are a name: what is written under the request is
/// words, however a client calls it.
fn words(fact: &NewFact) -> Option<&str> {
    match (&fact.value, fact.key.as_str()) {
        (_, keys::CALLER_NAME | keys::PATIENT_FAMILY | keys::PATIENT_GIVEN | keys::PATIENT_EMAIL) => None,
        (Value::Text(text), _) | (Value::Choice(text), keys::WORDS) => Some(text),
        _ => None,
    }
}

type Signs = Rc<[(&'static str, bool)]>;

thread_local! {
    static HEARD: RefCell<HashMap<String, Signs>> = RefCell::default();
}

/// The signs that a text brings up, and whether surely. A sentence is said in many
/// sequences, and heard alike in all of them.
fn heard(text: &str) -> Signs {
    if let Some(known) = HEARD.with_borrow(|heard| heard.get(text).cloned()) {
        return known;
    }
    let signs: Signs = greffon_danger::hear(text).into_iter().map(|one| (one.sign, one.sure)).collect();
    HEARD.with_borrow_mut(|heard| {
        if heard.len() >= MAX_HEARD {
            heard.clear();
        }
        heard.insert(text.to_owned(), signs.clone());
    });
    signs
}

fn plain_words(text: &str) -> Vec<String> {
    let bare = text.to_lowercase().replace(['é', 'è', 'ê'], "e").replace(['à', 'â'], "a").replace('ç', "c");
    bare.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether the words of a practice are said one after the other, the last one perhaps
/// with an ending.
fn says(spoken: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    let Some((last, before)) = phrase.split_last() else { return false };
    let fits = |window: &[String]| {
        let (ending, beginning) = window.split_last().unwrap_or((&window[0], &[]));
        ending.starts_with(last) && beginning.iter().eq(before)
    };
    spoken.windows(phrase.len()).any(fits)
}
