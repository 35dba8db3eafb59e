//! When a mirrored calendar is busy.

use super::Mirror;
use super::closures::closures;
use super::expand::Expander;
use super::object::{Item, Object, Period};

/// A time that is not free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy<'m> {
    /// Whose it is.
    pub object: &'m Object,
    /// When.
    pub period: Period,
    /// It may be free: the object cannot be read there.
    pub unclear: bool,
    /// Nobody receives then.
    pub closed: bool,
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
    /// Everything in the window is known: every object is read, or has a day that is kept busy.
    pub complete: bool,
}

impl Mirror {
    /// Returns what overlaps the window, of all objects but one.
    pub fn view(&self, window: Period, except: Option<&str>) -> View<'_> {
        let mut view = View { busy: Vec::new(), complete: window.0 >= self.floor };
        let mut expander = Expander::default();
        for object in self.objects.values().filter(|object| Some(object.name.as_str()) != except) {
            view.complete &= object.content.is_placed();
            view.busy.extend(times(object, window, &mut expander));
        }
        view.busy.sort_by(|a, b| (a.period, &a.object.name).cmp(&(b.period, &b.object.name)));
        view
    }
}

/// When an object is not free in a window.
pub fn times<'m>(object: &'m Object, window: Period, expander: &mut Expander) -> Vec<Busy<'m>> {
    let content = &object.content;
    let mut busy = Vec::new();
    let occurrence = content.recurs();
    let mut add = |period: Period, unclear: bool, closed: bool, recurrence: Option<i64>| {
        if period.overlaps(window) {
            busy.push(Busy { object, period, unclear, closed, occurrence, recurrence });
        }
    };
    for period in &content.unclear {
        add(*period, true, false, None);
    }
    for period in closures(&content.closed, window, expander) {
        add(period, false, true, Some(period.0));
    }
    for item in &content.busy {
        match item {
            Item::Once(period) => add(*period, false, false, occurrence.then_some(period.0)),
            Item::Instead(period, start) => add(*period, false, false, Some(*start)),
            Item::Series(series) => {
                let (all, guess) = expander.busy(series, window);
                all.into_iter().for_each(|(period, start)| add(period, guess, false, start));
            }
        }
    }
    busy
}
