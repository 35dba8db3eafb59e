//! What a state of the world is.

mod entry;
mod names;
mod node;
mod row;
mod sight;

pub(crate) use entry::{Entry, Hand, Request};
pub(crate) use names::{RowId, op_of};
pub(crate) use node::{Call, Node, Said, Seen, Step, Turn, What};
pub(crate) use row::{Code, Kind, Known, Row};
pub(crate) use sight::{Sight, Sought, appointment, sight_of};

use crate::bounds::Bounds;
use crate::breach::Breach;

/// The world between two actions: the database, the agenda, what is under way between the two, the
/// processes, and what may still happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Bookings and cancellations, in the order in which they were asked for.
    pub(crate) rows: Vec<Row>,
    /// What stands in the agenda.
    pub(crate) entries: Vec<Entry>,
    /// Requests that may still arrive, and for whose answer nobody waits.
    pub(crate) late: Vec<Request>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) turn: Option<Turn>,
    /// What may still happen.
    pub(crate) left: Bounds,
    /// What was done that must not be done, as soon as it was.
    pub(crate) breach: Option<Breach>,
}

impl State {
    /// Nothing was asked for yet, and the agenda is empty.
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            rows: Vec::new(),
            entries: Vec::new(),
            late: Vec::new(),
            nodes: vec![Node::Idle; usize::from(bounds.nodes)],
            turn: None,
            left: bounds,
            breach: None,
        }
    }

    pub(crate) fn row(&self, id: RowId) -> &Row {
        &self.rows[usize::from(id)]
    }

    pub(crate) fn row_mut(&mut self, id: RowId) -> &mut Row {
        &mut self.rows[usize::from(id)]
    }

    pub(crate) fn row_ids(&self) -> impl Iterator<Item = RowId> + use<> {
        (0..self.rows.len()).filter_map(|index| RowId::try_from(index).ok())
    }

    /// The one entry of an op-id that is shown first.
    pub(crate) fn entry_of(&self, op: RowId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.op == Some(op))
    }

    /// The first wrong counts.
    pub(crate) fn breach(&mut self, breach: Breach) {
        self.breach.get_or_insert(breach);
    }

    /// The entry of this op-id has another version from now on: whatever anybody knows is old.
    pub(crate) fn outdate(&mut self, op: RowId) {
        for (id, row) in (0..).zip(&mut self.rows) {
            if id == op {
                row.held.iter_mut().for_each(|held| held.fresh = false);
                row.known.iter_mut().for_each(|known| known.sight.fresh = false);
            }
        }
        let of = |row: RowId, rows: &[Row]| rows[usize::from(row)].booking(row) == op;
        for node in &mut self.nodes {
            if node.row().is_some_and(|row| of(row, &self.rows)) {
                node.outdate();
            }
        }
        for request in &mut self.late {
            if let Request::Remove { of, fresh, .. } = request
                && *of == op
            {
                *fresh = false;
            }
        }
    }

    /// One state for all that differ in order or in a process's name alone.
    pub(crate) fn canonical(mut self) -> Self {
        self.entries.sort_unstable();
        self.late.sort_unstable();
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|index| (self.nodes[*index], self.has_turn(*index)));
        self.turn = self.turn.map(|turn| Turn {
            node: turn.node.and_then(|node| order.iter().position(|index| *index == node)),
            ..turn
        });
        self.nodes.sort_unstable();
        self.rows.iter_mut().for_each(Row::forget);
        self
    }

    /// Whether the turn was not given to anybody else since this process took it.
    pub(crate) fn has_turn(&self, node: usize) -> bool {
        self.turn.is_some_and(|turn| turn.node == Some(node))
    }

    /// Whether the database gives the turn to whoever asks.
    pub(crate) fn is_turn_free(&self) -> bool {
        self.turn.is_none_or(|turn| turn.ends == 0)
    }
}
