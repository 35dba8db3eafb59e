//! When a mirrored calendar is busy.

use greffon_sdk::calendar::{self, Error, RuleSet};
use greffon_sdk::log;

use super::Mirror;
use super::object::{Item, Object, Period, Series};

/// Most occurrences of one series in a window.
const MOST: usize = 3_000;

/// A time that is not free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy<'m> {
    /// Whose it is.
    pub object: &'m Object,
    /// When.
    pub period: Period,
    /// It may be free: the object cannot be read there.
    pub unclear: bool,
    /// It is one occurrence of several.
    pub occurrence: bool,
    /// Which one: its start by the rule. None: it is none, or that is not known.
    pub recurrence: Option<i64>,
}

/// What is not free in a window.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct View<'m> {
    /// Times that are not free, sorted by start.
    pub busy: Vec<Busy<'m>>,
    /// Everything in the window is known.
    pub complete: bool,
}

impl Mirror {
    /// Returns what overlaps the window, of all objects but one.
    pub fn view(&self, window: Period, except: Option<&str>) -> View<'_> {
        let mut view = View { busy: Vec::new(), complete: window.0 >= self.floor };
        for object in self.objects.values().filter(|object| Some(object.name.as_str()) != except) {
            view.complete &= object.content.is_clear();
            let occurrence = object.content.recurs();
            let mut add = |period: Period, unclear: bool, recurrence: Option<i64>| {
                if period.overlaps(window) {
                    view.busy.push(Busy { object, period, unclear, occurrence, recurrence });
                }
            };
            for period in &object.content.unclear {
                add(*period, true, None);
            }
            let mut failed = false;
            for item in &object.content.busy {
                match item {
                    Item::Once(period) => add(*period, false, occurrence.then_some(period.0)),
                    Item::Instead(period, start) => add(*period, false, Some(*start)),
                    Item::Series(series) => {
                        let (periods, clear) = expand(series, window);
                        failed |= !clear;
                        periods.into_iter().for_each(|period| add(period, !clear, clear.then_some(period.0)));
                    }
                }
            }
            view.complete &= !failed;
        }
        view.busy.sort_by(|a, b| (a.period, &a.object.name).cmp(&(b.period, &b.object.name)));
        view
    }
}

/// Occurrences in a window, and whether they are those of the rule rather than a guess that covers them.
fn expand(series: &Series, window: Period) -> (Vec<Period>, bool) {
    let over = series.until.is_some_and(|until| until <= window.0);
    if over || series.from >= window.1 && series.added.is_empty() {
        return (Vec::new(), true);
    }
    let occurrences = |rule: &RuleSet| {
        let spans = calendar::expand_all(rule, window.into(), MOST)?;
        Ok::<_, Error>(
            spans.into_iter().filter(|span| !series.replaced.contains(&span.start)).map(Period::from).collect(),
        )
    };
    let rule = series.rule_set();
    let code = match occurrences(&rule) {
        Ok(periods) => return (periods, true),
        Err(Error::InvalidRule(_)) => "rule-invalid",
        Err(Error::TooCostly(_)) => "rule-too-costly",
        Err(Error::UnknownZone(_)) => "zone-unknown",
        Err(_) => "rule-failed",
    };
    log::warn("series-unclear", &[("why", code.into())]);
    // Every day at that time covers all rules that do not name hours; the others cover everything.
    let names_hours = series.rules.iter().map(|rule| rule.to_ascii_uppercase()).any(|rule| {
        ["HOURLY", "MINUTELY", "SECONDLY", "BYHOUR", "BYMINUTE", "BYSECOND"].iter().any(|word| rule.contains(word))
    });
    if !names_hours {
        let daily = RuleSet { rrules: vec!["FREQ=DAILY".to_owned()], rdates: Vec::new(), exdates: Vec::new(), ..rule };
        if let Ok(spans) = calendar::expand_all(&daily, window.into(), MOST) {
            return (spans.into_iter().map(Period::from).collect(), false);
        }
    }
    (vec![window], false)
}
