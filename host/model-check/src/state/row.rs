//! An intent in few bits, and as the core knows it.

use greffon_core::ids::IntentId;
use greffon_core::model::claims::agenda_resource;
use greffon_core::model::intent::{
    BY_HAND, CALLED_OFF, Claim, Intent, IntentKind, IntentState, OpenSends, ResendRule, next_at,
};
use greffon_core::model::person::{Identifier, Person};
use greffon_core::model::scheduling::{BookingRequest, ByWhom, VisitMode};
use uuid::Uuid;

use super::names::{RowId, Slot, id_of, op_of, slot_of, span_of};
use super::sight::{Sight, appointment, sight_of};
use crate::time::{NOW, Ticks, ago, ahead, since, until};

/// What an intent wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Book,
    /// The end of what this booking brought.
    Cancel(RowId),
}

/// Why an intent was refused, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Code {
    Taken,
    ByHand,
    CalledOff,
    Other,
}

/// The appointment that a booking made, as the database has it. The patient was told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Known {
    pub(crate) sight: Sight,
    /// It was not called off.
    pub(crate) stands: bool,
    /// It was called off in the agenda, and not through greffon.
    pub(crate) struck_out: bool,
    /// A person was told that somebody else has its time as well.
    pub(crate) double: bool,
    /// A cancellation of it is under way.
    pub(crate) pending: bool,
}

/// What the checker itself keeps of an intent, so that it judges by what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Witness {
    /// The agenda did what was asked, once at least.
    pub(crate) written: bool,
    /// People do not want it any more.
    pub(crate) unwanted: bool,
    /// A person has settled it in another way: what is there is theirs.
    pub(crate) theirs: bool,
    /// A person said that it stands, whoever else is there.
    pub(crate) vouched_for: bool,
    /// All looks at what it may have left are over.
    pub(crate) looked_out: bool,
    /// When it was first seen absent since the last send.
    pub(crate) absent_for: Option<Ticks>,
    /// It was seen absent twice since then, with the gap between.
    pub(crate) absent_twice: bool,
}

/// One intent, with everything that the database has about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    /// Whose: two practices may share one agenda.
    pub(crate) practice: u8,
    pub(crate) slot: Slot,
    pub(crate) state: IntentState,
    pub(crate) refusal: Option<Code>,
    /// The time that it claims.
    pub(crate) claim: Option<Slot>,
    pub(crate) held: Option<Sight>,
    pub(crate) sends: u8,
    /// Few are none, one or two; all pauses after that are [`crate::time::LONGEST`].
    pub(crate) lookups: u8,
    pub(crate) absent_for: Option<Ticks>,
    pub(crate) open: u8,
    pub(crate) open_refusal: Option<Code>,
    pub(crate) absent_from: Ticks,
    pub(crate) look_in: Option<Ticks>,
    pub(crate) called_off: bool,
    pub(crate) waits: bool,
    /// When somebody looks at it, if a job for that is written.
    pub(crate) due: Option<Ticks>,
    pub(crate) has_job: bool,
    pub(crate) known: Option<Known>,
    pub(crate) witness: Witness,
}

const FEW: u8 = 2;

impl Row {
    /// An intent for which nothing was done yet.
    pub(crate) fn drafted(kind: Kind, practice: u8, slot: Slot) -> Self {
        Self {
            kind,
            practice,
            slot,
            state: IntentState::Drafted,
            refusal: None,
            claim: (kind == Kind::Book).then_some(slot),
            held: None,
            sends: 0,
            lookups: 0,
            absent_for: None,
            open: 0,
            open_refusal: None,
            absent_from: 0,
            look_in: None,
            called_off: false,
            waits: false,
            due: None,
            has_job: false,
            known: None,
            witness: Witness::default(),
        }
    }

    /// Which booking's entry it is about; `own` is its own name.
    pub(crate) fn booking(&self, own: RowId) -> RowId {
        match self.kind {
            Kind::Book => own,
            Kind::Cancel(of) => of,
        }
    }

    /// The time of what it made, if it was not called off.
    pub(crate) fn stands_at(&self) -> Option<Slot> {
        self.known.filter(|known| known.stands).map(|known| known.sight.slot)
    }

    /// As the core knows it.
    pub(crate) fn intent(&self, id: RowId) -> Intent {
        let booking = self.booking(id);
        let kind = match self.kind {
            Kind::Book => IntentKind::Book,
            Kind::Cancel(of) => {
                IntentKind::Cancel { appointment: id_of(of), by: ByWhom::Patient, reason: "patient-request".to_owned() }
            }
        };
        let request = BookingRequest {
            agenda: "agenda".into(),
            span: span_of(self.slot),
            motive: "visit".into(),
            mode: VisitMode::Office,
            patient: Person::default(),
            resources: Vec::new(),
            slot_handle: None,
            slot_version: None,
            note: None,
            operator: Identifier { system: String::new(), value: String::new() },
            allow_overlap: false,
            entry: None,
        };
        let resource = || agenda_resource(&"agenda".into(), &"agenda".into());
        let claim = |slot| Claim { resource: resource(), seat: 0, span: span_of(slot) };
        let name = IntentId(Uuid::from_u128(u128::from(id) + 1));
        let drafted = Intent::drafted(name, "practice".into(), kind, "agenda".into(), request, String::new(), NOW);
        Intent {
            op: op_of(id),
            chain: IntentId(Uuid::from_u128(u128::from(booking) + 1)),
            state: self.state,
            refusal: self.refusal.map(|code| word(code).to_owned()),
            claims: self.claim.map(claim).into_iter().collect(),
            appointment: self.held.map(|sight| appointment(booking, sight)),
            sends: u32::from(self.sends),
            lookups: u32::from(self.lookups),
            absent_since: self.absent_for.map(ago),
            open: OpenSends {
                count: u32::from(self.open),
                refusal: self.open_refusal.map(|code| word(code).to_owned()),
                absent_from: (self.absent_from > 0).then(|| ahead(self.absent_from)),
                look_at: self.look_in.map(ahead),
                called_off: self.called_off,
                waits: self.waits,
            },
            ..drafted
        }
    }

    /// Takes over what the core made of it.
    pub(crate) fn absorb(&mut self, intent: &Intent, rule: ResendRule) {
        // The deadline of a send stays what it was.
        let same_send = self.state == IntentState::Sending && self.sends == u8::try_from(intent.sends).unwrap_or(0);
        let deadline = self.due.filter(|_| same_send && intent.state == IntentState::Sending);
        let count = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
        self.state = intent.state;
        self.refusal = intent.refusal.as_deref().map(code);
        self.claim = intent.claims.first().map(|claim| slot_of(claim.span));
        self.held = intent.appointment.as_ref().map(sight_of);
        self.sends = count(intent.sends);
        self.lookups = count(intent.lookups).min(FEW);
        self.absent_for = intent.absent_since.map(since);
        self.open = count(intent.open.count);
        self.open_refusal = intent.open.refusal.as_deref().map(code);
        self.absent_from = intent.open.absent_from.map_or(0, until);
        self.look_in = intent.open.look_at.map(until);
        self.called_off = intent.open.called_off;
        self.waits = intent.open.waits;
        self.due = deadline.or_else(|| next_at(intent, rule).map(until));
    }

    /// Whether the job that looks after intents has anything to do with it.
    pub(crate) fn is_looked_after(&self) -> bool {
        match self.state {
            IntentState::Drafted | IntentState::Sending | IntentState::Unknown | IntentState::Compensating => true,
            IntentState::Claimed => self.waits,
            _ => self.look_in.is_some(),
        }
    }

    /// Forgets what nothing asks for any more.
    pub(super) fn forget(&mut self) {
        self.has_job &= self.is_looked_after();
        if !self.has_job {
            self.due = None;
        }
        if self.state.is_final() {
            self.waits = false;
            self.open_refusal = None;
            if self.look_in.is_none() {
                self.lookups = 0;
                self.absent_for = None;
                self.absent_from = 0;
            }
        }
        if !matches!(self.state, IntentState::Sending | IntentState::Unknown) {
            self.witness.absent_for = None;
            self.witness.absent_twice = false;
        }
        if self.state != IntentState::Refused {
            self.refusal = None;
        }
    }
}

fn word(code: Code) -> &'static str {
    match code {
        Code::Taken => "slot-taken",
        Code::ByHand => BY_HAND,
        Code::CalledOff => CALLED_OFF,
        Code::Other => "other",
    }
}

fn code(word: &str) -> Code {
    match word {
        "slot-taken" => Code::Taken,
        BY_HAND => Code::ByHand,
        CALLED_OFF => Code::CalledOff,
        _ => Code::Other,
    }
}
