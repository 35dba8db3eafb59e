//! Visits every state within the bounds of a scenario.

use std::fmt;
use std::time::{Duration, Instant};

use stateright::{Checker as _, HasDiscoveries, Model, Property};

use crate::action::Action;
use crate::property::properties;
use crate::protocol::Protocol;
use crate::state::State;
use crate::trace;

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::new(self.bounds)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        // What comes after a wrong does not matter any more.
        if state.breach.is_none() {
            self.all_actions(state, actions);
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        self.after(state, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties()
    }
}

/// What came of a check.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was checked.
    pub protocol: Protocol,
    /// Different states that were visited.
    pub states: usize,
    /// The longest path that was followed, in actions.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Whether nothing within the bounds was left out.
    pub complete: bool,
    /// What was found to be wrong first, by one of the shortest paths.
    pub violation: Option<Violation>,
}

/// A property that does not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which.
    pub property: &'static str,
    /// How it comes about, a line an action.
    pub path: Vec<String>,
}

/// Checks a scenario, through at most so many states.
#[must_use]
pub fn check(protocol: Protocol, most: usize) -> Report {
    let began = Instant::now();
    let mut run = visit(protocol, most, None);
    let complete = run.violation.is_none() && run.complete;
    // The checker tells the last wrong of many states that it visits at a time: whoever goes less
    // deep finds the shortest way to it.
    let mut violation = run.violation;
    while let Some(actions) = violation.as_ref().map(|found| found.path.len()).filter(|actions| *actions > 0) {
        run = visit(protocol, most, Some(actions));
        match run.violation {
            Some(shorter) => violation = Some(shorter),
            None => break,
        }
    }
    Report { complete, violation, took: began.elapsed(), ..run }
}

/// Visits the states within reach of less than so many actions, if that is said.
fn visit(protocol: Protocol, most: usize, less_than: Option<usize>) -> Report {
    let began = Instant::now();
    let mut checker = protocol.checker().finish_when(HasDiscoveries::AnyFailures).target_state_count(most);
    if let Some(actions) = less_than {
        // The state in which everything begins is the first of a path.
        checker = checker.target_max_depth(actions + 1);
    }
    let checker = checker.spawn_bfs().join();
    let found = checker.discoveries().into_iter();
    let found = found.map(|(property, path)| Violation { property, path: trace::lines(&protocol, path) });
    let violation = found.min_by_key(|found| (found.path.len(), found.property));
    Report {
        protocol,
        states: checker.unique_state_count(),
        depth: checker.max_depth().saturating_sub(1),
        took: began.elapsed(),
        complete: checker.state_count() < most,
        violation,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, states, depth, took, complete, violation } = self;
        write!(f, "{:<44} {states:>8} states, depth {depth:>2}, {:>5.1} s", protocol.name, took.as_secs_f32())?;
        match violation {
            Some(Violation { property, path }) => {
                write!(f, ": not so: {property}, after {} actions", path.len())?;
                path.iter().try_for_each(|line| write!(f, "\n    {line}"))
            }
            None if *complete => write!(f, ": holds"),
            None => write!(f, ": holds as far as it was visited"),
        }
    }
}
