//! What must always hold, judged by what happened and not by what the core believes.

use greffon_core::model::intent::IntentState;
use stateright::Property;

use crate::bounds::Bounds;
use crate::breach::Breach;
use crate::protocol::Protocol;
use crate::state::{Code, Entry, Hand, Kind, Row, RowId, State};

/// All that must hold: the invariants I1 to I4 of the protocol, and that everything comes to an end.
pub(crate) fn properties() -> Vec<Property<Protocol>> {
    vec![
        Property::always("I1: live claims exclude each other", |_, state| live_claims_exclude(state)),
        Property::always("I1: no two patients have one time", |_, state| no_two_have_one_time(state)),
        Property::always("I1: nobody is told of a time that was another's", |_, state: &State| {
            state.breach != Some(Breach::ToldOverAnother)
        }),
        Property::always("I1: one writer at a time", |_, state: &State| state.breach != Some(Breach::WroteOutOfTurn)),
        Property::always("I2: nobody is told of what never was", |_, state: &State| {
            state.breach != Some(Breach::ToldOfNothing)
        }),
        Property::always("I2: nobody is told of what was called off", |_, state: &State| {
            state.breach != Some(Breach::ToldOfCalledOff)
        }),
        Property::always("I3: what is unknown keeps its claim", |_, state| unknown_keeps_its_claim(state)),
        Property::always("I3: nothing is sent again blindly", |_, state: &State| {
            state.breach != Some(Breach::SentBlindly)
        }),
        Property::always("I3: one request makes one entry", |_, state| one_request_makes_one_entry(state)),
        Property::always("I4: what a hand did is not undone", |_, state: &State| {
            state.breach != Some(Breach::UndidAHand)
        }),
        Property::always("I4: what is wanted is not taken out", |_, state: &State| {
            state.breach != Some(Breach::TookOutWanted)
        }),
        Property::always("entries are wanted or on their way out", |_, state: &State| {
            state.entries.iter().all(|entry| is_accounted_for(state, entry))
        }),
        Property::always("at rest: nothing unwanted stands", |model, state| {
            !model.is_at_rest(state) || state.entries.iter().all(|entry| is_wanted(state, entry))
        }),
        Property::always("at rest: what was told stands", |model, state| {
            !model.is_at_rest(state) || state.row_ids().all(|id| stands_as_told(state, id))
        }),
        Property::always("at rest: every request has its end", |model, state| {
            !model.is_at_rest(state) || state.rows.iter().all(|row| row.state.is_final())
        }),
        Property::always("at rest: a free time went to somebody", |model, state| {
            !model.is_at_rest(state) || !is_lost_to_nobody(model, state)
        }),
    ]
}

fn live_claims_exclude(state: &State) -> bool {
    pairs(&state.rows).all(|(one, other)| {
        let live = one.state.is_live() && other.state.is_live() && one.practice == other.practice;
        !live || one.claim.is_none() || one.claim != other.claim
    })
}

/// What a hand moved onto another's time is the hand's doing, what a person vouched for there the
/// person's; of what is seen there although it was elsewhere a person is told; and what a hand struck
/// out takes no time, also before greffon has seen that.
fn no_two_have_one_time(state: &State) -> bool {
    let as_written = |id: RowId| state.entry_of(id).is_some_and(|entry| entry.hand == Hand::Nothing);
    let is_told = |id: RowId| state.row(id).known.is_some_and(|known| known.double);
    let own_doing = |id: RowId| as_written(id) && !is_told(id) && !state.row(id).witness.vouched_for;
    let mut told = state.row_ids().filter(|id| own_doing(*id)).filter_map(|id| state.row(id).stands_at());
    let mut seen = [false; 2];
    told.all(|slot| !std::mem::replace(&mut seen[usize::from(slot)], true))
}

fn unknown_keeps_its_claim(state: &State) -> bool {
    let unknown =
        |row: &&Row| row.kind == Kind::Book && matches!(row.state, IntentState::Sending | IntentState::Unknown);
    state.rows.iter().filter(unknown).all(|row| row.claim.is_some())
}

fn one_request_makes_one_entry(state: &State) -> bool {
    pairs(&state.entries).all(|(one, other)| one.op.is_none() || one.op != other.op)
}

/// Whether an entry of greffon's is wanted, in question, being taken out, or looked for. What
/// arrived after the last look is found by whoever follows the agenda: see the properties at rest.
fn is_accounted_for(state: &State, entry: &Entry) -> bool {
    let Some(id) = entry.op else { return true };
    let row = state.row(id);
    entry.hand != Hand::Nothing
        || row.witness.looked_out
        || row.look_in.is_some()
        || match row.state {
            IntentState::Drafted | IntentState::Claimed | IntentState::Held => false,
            IntentState::Sending | IntentState::Unknown | IntentState::Compensating | IntentState::NeedsHuman => true,
            IntentState::Confirmed => row.stands_at().is_some(),
            IntentState::Refused => row.refusal == Some(Code::ByHand),
            IntentState::Compensated => false,
        }
}

fn is_wanted(state: &State, entry: &Entry) -> bool {
    let Some(id) = entry.op else { return true };
    let row = state.row(id);
    match row.state {
        _ if is_asked_about(state, id) => true,
        IntentState::Confirmed => row.stands_at().is_some() && !row.witness.unwanted,
        IntentState::Refused => row.refusal == Some(Code::ByHand),
        _ => false,
    }
}

fn stands_as_told(state: &State, id: RowId) -> bool {
    let row = state.row(id);
    let Some(slot) = row.stands_at() else { return true };
    is_asked_about(state, id) || state.entry_of(id).is_some_and(|entry| entry.slot == slot)
}

/// A person who was asked about it, or about its cancellation, sees to it.
fn is_asked_about(state: &State, id: RowId) -> bool {
    let asked = |row: &Row| row.state == IntentState::NeedsHuman;
    asked(state.row(id)) || state.rows.iter().any(|other| other.kind == Kind::Cancel(id) && asked(other))
}

/// Everybody was refused because somebody else had the time, and nobody has it: with nothing gone
/// wrong, and nobody else at the agenda.
fn is_lost_to_nobody(model: &Protocol, state: &State) -> bool {
    let undisturbed = Bounds { intents: model.bounds.intents, ..state.left } == model.bounds;
    undisturbed && !state.rows.is_empty() && state.rows.iter().all(|row| row.refusal == Some(Code::Taken))
}

fn pairs<T>(all: &[T]) -> impl Iterator<Item = (&T, &T)> {
    all.iter().enumerate().flat_map(|(index, one)| all[index + 1..].iter().map(move |other| (one, other)))
}
