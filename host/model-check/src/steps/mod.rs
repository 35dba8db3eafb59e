//! What each action does to the world.

mod ask;
mod call;
mod clock;
mod follow;
mod hands;
mod people;
mod reconcile;
mod store;

use crate::action::Action;
use crate::protocol::Protocol;
use crate::state::{Node, State};

impl Protocol {
    /// Everything that can happen next.
    pub(crate) fn all_actions(&self, state: &State, actions: &mut Vec<Action>) {
        for node in self.distinct_nodes(state) {
            match &state.nodes[node] {
                Node::Idle => {
                    self.asks(state, node, actions);
                    self.cancellations(state, node, actions);
                }
                Node::Waiting(_) => {}
                Node::Calling(call) => self.requests(state, node, call, actions),
                Node::Looked(..) => {}
            }
            if state.nodes[node] != Node::Idle && state.left.crashes > 0 {
                actions.push(Action::Crash(node));
            }
        }
        self.words(state, actions);
        self.deeds(state, actions);
        actions.extend((0..state.late.len()).map(Action::Arrive));
        self.own_actions(state, actions);
    }

    /// What happens by itself, when nothing goes wrong and nobody does anything.
    fn own_actions(&self, state: &State, actions: &mut Vec<Action>) {
        for node in self.distinct_nodes(state) {
            match &state.nodes[node] {
                Node::Idle => self.jobs(state, node, actions),
                Node::Waiting(_) if self.may_take_turn(state) => actions.push(Action::TakeTurn(node)),
                Node::Waiting(_) => actions.push(Action::StopWaiting(node)),
                Node::Calling(call) if call.is_over() => actions.push(Action::Store(node)),
                Node::Calling(_) => {}
                Node::Looked(..) => actions.push(Action::Store(node)),
            }
        }
        self.follow_ups(state, actions);
        self.passing_time(state, actions);
    }

    /// Whether nothing happens any more by itself.
    pub(crate) fn is_at_rest(&self, state: &State) -> bool {
        if state.nodes.iter().any(|node| *node != Node::Idle) {
            return false;
        }
        let mut actions = Vec::new();
        self.own_actions(state, &mut actions);
        actions.is_empty()
    }

    /// The world after an action; `None` when the action changes nothing.
    pub(crate) fn after(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Ask(node) => self.ask(&mut state, node)?,
            Action::TakeTurn(node) => self.take_turn_at_last(&mut state, node)?,
            Action::StopWaiting(node) => self.stop_waiting(&mut state, node)?,
            Action::Plugin(node, fate) => self.request(&mut state, node, fate)?,
            Action::Store(node) => self.store(&mut state, node)?,
            Action::Crash(node) => crash(&mut state, node),
            Action::Reconcile(node, row, look) => self.reconcile(&mut state, node, row, look)?,
            Action::Expire(row) => self.expire(&mut state, row)?,
            Action::Cancel(node, row) => self.cancel(&mut state, node, row)?,
            Action::CallOff(row) => self.call_off(&mut state, row)?,
            Action::Verdict(row, word) => self.verdict(&mut state, row, word)?,
            Action::Hand(deed) => self.deed(&mut state, deed)?,
            Action::Arrive(index) => self.arrive(&mut state, index),
            Action::Watch(row) => self.come_upon(&mut state, row)?,
            Action::LookAgain(row) => self.look_again(&mut state, row)?,
            Action::Clock => self.pass_time(&mut state)?,
        }
        let state = state.canonical();
        (state != *before).then_some(state)
    }

    /// Processes that do the same are one.
    fn distinct_nodes(&self, state: &State) -> Vec<usize> {
        let same = |one: usize, other: usize| {
            state.nodes[one] == state.nodes[other] && state.has_turn(one) == state.has_turn(other)
        };
        (0..state.nodes.len()).filter(|one| !(0..*one).any(|other| same(*one, other))).collect()
    }
}

/// A process dies; its turn ends by itself.
fn crash(state: &mut State, node: usize) {
    state.left.crashes -= 1;
    state.nodes[node] = Node::Idle;
    if state.has_turn(node)
        && let Some(turn) = &mut state.turn
    {
        turn.node = None;
    }
}
