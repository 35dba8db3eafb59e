//! Time passes until the next thing is due: in between, nothing could be told from before.

use crate::action::Action;
use crate::protocol::Protocol;
use crate::state::{Node, Row, State};
use crate::time::{Ticks, WRITES, gap};

impl Protocol {
    pub(super) fn passing_time(&self, state: &State, actions: &mut Vec<Action>) {
        let stalls = state.nodes.iter().any(Node::is_in_its_turn);
        if next(state).is_some() && (!stalls || state.left.stalls > 0) {
            actions.push(Action::Clock);
        }
    }

    pub(super) fn pass_time(&self, state: &mut State) -> Option<()> {
        let by = next(state)?;
        if state.nodes.iter().any(Node::is_in_its_turn) {
            state.left.stalls -= 1;
        }
        for left in state.nodes.iter_mut().filter_map(Node::window_mut) {
            *left = left.saturating_sub(by);
        }
        if let Some(turn) = &mut state.turn {
            turn.ends = turn.ends.saturating_sub(by);
        }
        for row in &mut state.rows {
            row.absent_from = row.absent_from.saturating_sub(by);
            for left in [&mut row.look_in, &mut row.due].into_iter().flatten() {
                *left = left.saturating_sub(by);
            }
            for past in [&mut row.absent_for, &mut row.witness.absent_for].into_iter().flatten() {
                *past = past.saturating_add(by).min(gap() + WRITES);
            }
        }
        Some(())
    }
}

/// How long nothing is due.
fn next(state: &State) -> Option<Ticks> {
    let windows = state.nodes.iter().filter_map(|node| node.clone().window_mut().map(|left| *left));
    let turn = state.turn.map(|turn| turn.ends);
    let rows = state.rows.iter().flat_map(distances);
    windows.chain(turn).chain(rows).filter(|left| *left > 0).min()
}

fn distances(row: &Row) -> impl Iterator<Item = Ticks> {
    let of_gap = |past: Ticks| gap().saturating_sub(past);
    let pasts = [row.absent_for.map(of_gap), row.witness.absent_for.map(of_gap)];
    [Some(row.absent_from), row.look_in, row.due].into_iter().chain(pasts).flatten()
}
