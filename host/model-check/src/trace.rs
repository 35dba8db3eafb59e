//! Tells a path: who did what, and what came of it.

use stateright::Path;

use crate::action::{Action, Deed, Fate, Look, Word};
use crate::protocol::Protocol;
use crate::state::{Call, Entry, Kind, Node, Request, RowId, Said, Seen, Sought, State, Step, What};

/// A line for each action of a path.
pub(crate) fn lines(protocol: &Protocol, path: Path<State, Action>) -> Vec<String> {
    let steps = path.into_vec();
    let acts = steps.iter().zip(steps.iter().skip(1));
    acts.filter_map(|((before, action), (after, _))| Some(line(protocol, before, (*action)?, after))).collect()
}

fn line(protocol: &Protocol, before: &State, action: Action, after: &State) -> String {
    let came = outcome(before, after);
    let came = if came.is_empty() { "…".to_owned() } else { came.join(", ") };
    format!("{} → {came}", deed(protocol, before, action))
}

fn deed(protocol: &Protocol, state: &State, action: Action) -> String {
    let busy = |node: usize| state.nodes[node].row().map_or_else(String::new, |row| name(state, row));
    match action {
        Action::Ask(_) => "desk: asks for the time".to_owned(),
        Action::TakeTurn(node) => format!("process of {}: takes the turn", busy(node)),
        Action::StopWaiting(node) => format!("process of {}: waits no longer", busy(node)),
        Action::Plugin(node, fate) => match &state.nodes[node] {
            Node::Calling(call) => format!("plugin for {}: {}{}", busy(node), request(protocol, call), end(fate)),
            Node::Idle | Node::Waiting(_) | Node::Looked(..) => String::new(),
        },
        Action::Store(node) => format!("process of {}: stores it", busy(node)),
        Action::Crash(node) => format!("process of {}: dies", busy(node)),
        Action::Reconcile(_, row, look) => format!("job of {}: takes the turn{}", name(state, row), how(look)),
        Action::Expire(row) => format!("job of {}: lets it go", name(state, row)),
        Action::Cancel(_, row) => format!("desk: cancels {}", name(state, row)),
        Action::CallOff(row) => format!("desk: calls {} off", name(state, row)),
        Action::Verdict(row, word) => format!("person: says of {} that {}", name(state, row), said(word)),
        Action::Hand(deed) => format!("hand in the agenda: {}", by_hand(state, deed)),
        Action::Arrive(index) => format!("road: {} arrives", late(state, state.late[index])),
        Action::Watch(row) => format!("watch: comes upon the entry of {}", name(state, row)),
        Action::LookAgain(row) => format!("watch: looks at {} again", name(state, row)),
        Action::Clock => "clock: time passes".to_owned(),
    }
}

fn name(state: &State, row: RowId) -> String {
    match state.row(row).kind {
        Kind::Book => format!("booking {}", row + 1),
        Kind::Cancel(of) => format!("cancellation of booking {}", of + 1),
    }
}

fn request(protocol: &Protocol, call: &Call) -> &'static str {
    match (call.step, call.what) {
        (Step::UnderWay, _) => "the request arrives",
        (Step::Written, _) => "looks again",
        (Step::Yields { .. }, _) => "takes its own back",
        _ if !protocol.writes_next(call) => "looks",
        (_, What::Book) => "writes",
        (_, What::Cancel { .. } | What::TakeOut { .. }) => "removes",
    }
}

fn late(state: &State, request: Request) -> String {
    match request {
        Request::Book(row) => format!("a late write of {}", name(state, row)),
        Request::Remove { of, .. } => format!("a late end of {}", name(state, of)),
    }
}

fn end(fate: Fate) -> &'static str {
    match fate {
        Fate::Answered => "",
        Fate::AnswerLost => ", the answer is lost",
        Fate::Late => ", the request is late and nobody waits",
        Fate::Slow => ", the request is slow",
    }
}

fn how(look: Look) -> &'static str {
    match look {
        Look::Once => "",
        Look::ToTheEnd => " for the last of many times",
        Look::Down => " many times, and the agenda never answers",
    }
}

fn said(word: Word) -> &'static str {
    match word {
        Word::Done => "it is as it was asked for",
        Word::NotDone => "it was not done",
        Word::TakeOut => "it must be taken out",
        Word::ByHand => "it was settled in another way",
    }
}

fn by_hand(state: &State, deed: Deed) -> String {
    match deed {
        Deed::Enter => "writes an entry at the time".to_owned(),
        Deed::Leave => "takes their entry away".to_owned(),
        Deed::Strike(row) => format!("strikes out {}", name(state, row)),
        Deed::Move(row) => format!("moves {}", name(state, row)),
        Deed::PutBack(row) => format!("puts {} back", name(state, row)),
    }
}

/// What is otherwise than before.
fn outcome(before: &State, after: &State) -> Vec<String> {
    let mut all: Vec<String> = after.row_ids().filter_map(|id| step(before, after, id)).collect();
    let is_there = |entry: &Entry, state: &State| state.entries.iter().any(|other| other.op == entry.op);
    for entry in after.entries.iter().filter(|entry| !before.entries.contains(entry)) {
        let whose = entry.op.map_or_else(|| "somebody else".to_owned(), |row| name(after, row));
        all.push(format!("the agenda has an entry of {whose} at time {}", entry.slot + 1));
    }
    all.extend(before.entries.iter().filter(|entry| !is_there(entry, after)).map(|_| "an entry is gone".to_owned()));
    let earlier: Vec<String> = before.nodes.iter().filter_map(knows).collect();
    all.extend(after.nodes.iter().filter_map(knows).filter(|told| !earlier.contains(told)));
    all.extend(after.breach.map(|breach| format!("wrong: {breach:?}")));
    all
}

/// What became of an intent.
fn step(before: &State, after: &State, id: RowId) -> Option<String> {
    let (now, name) = (after.row(id), name(after, id));
    let Some(was) = before.rows.get(usize::from(id)) else { return Some(format!("{name}: {}", now.state.as_str())) };
    let mut news = Vec::new();
    if was.state != now.state {
        news.push(format!("{} → {}", was.state.as_str(), now.state.as_str()));
    }
    if now.sends > was.sends && was.sends > 0 {
        news.push("sent again".to_owned());
    }
    if was.absent_for.is_none() && now.absent_for.is_some() {
        news.push("seen absent".to_owned());
    }
    if was.look_in.is_none() && now.look_in.is_some() {
        news.push("to be looked for".to_owned());
    }
    match (was.stands_at(), now.stands_at()) {
        (was, now) if was == now => {}
        (_, Some(slot)) => news.push(format!("stands at time {}", slot + 1)),
        (_, None) => news.push("stands no more".to_owned()),
    }
    (!news.is_empty()).then(|| format!("{name}: {}", news.join(", ")))
}

/// What a process was told or saw, and has not stored.
fn knows(node: &Node) -> Option<String> {
    match node {
        Node::Calling(Call { step: Step::Over(said), .. }) => Some(format!("it says: {}", answer(*said))),
        Node::Looked(_, seen, _) => Some(match seen {
            Seen::Send => "it may be sent now".to_owned(),
            Seen::Overdue => "its time is over".to_owned(),
            Seen::Outcome { found, .. } => format!("it sees: {}", sight(*found)),
            Seen::Remains { found, wanted: true, .. } => format!("it sees: {}, and wants it there", sight(*found)),
            Seen::Remains { found, wanted: false, .. } => {
                format!("it sees: {}, and wants nothing there", sight(*found))
            }
        }),
        Node::Idle | Node::Waiting(_) | Node::Calling(_) => None,
    }
}

fn answer(said: Said) -> &'static str {
    match said {
        Said::Done { .. } => "done",
        Said::Taken => "taken",
        Said::Stale { .. } => "changed meanwhile",
        Said::NotFound => "not there",
        Said::Unavailable => "not reached",
        Said::Unknown => "unknown",
    }
}

fn sight(found: Sought) -> &'static str {
    match found {
        Sought::Absent => "nothing",
        Sought::There { beside: false, .. } => "its entry",
        Sought::There { beside: true, .. } => "its entry beside another",
        Sought::Several => "several entries of it",
        Sought::Unreadable => "no answer",
    }
}
