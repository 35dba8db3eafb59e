//! What people do with a contact, in any role, allowed or not.

use futures::executor::block_on;
use greffon_core::flow::{
    NewAcknowledgement, NewBooking, NewClosing, NewContact, NewEnd, NewFact, NewLevel, NewOverride, NewStatement,
    SlotSearch,
};
use greffon_core::ids::ContactId;
use greffon_core::model::alert::{AlertOutcome, NextStep};
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::{Level, Source, Value, keys};
use greffon_core::model::contact::{OverrideCode, RecapOutcome};
use greffon_core::model::scheduling::VisitMode;
use greffon_core::model::view::OfferedSlot;

use super::caller::{answers, anything, everything};
use super::oracle::{Judged, holds};
use super::report::Rule;
use super::sequence::Sequence;
use crate::random::Random;

/// Whoever may have a token for a practice, and greffon itself.
const ROLES: [Role; 12] = [
    Role::Secretary,
    Role::Secretary,
    Role::Secretary,
    Role::Secretary,
    Role::Supervisor,
    Role::Practitioner,
    Role::Practitioner,
    Role::PracticeAdmin,
    Role::Auditor,
    Role::Integrator,
    Role::OperatorAdmin,
    Role::System,
];

/// Reasons that say something, and some that do not.
const REASONS: [&str; 5] = ["examen normal hier soir", "la ligne a coupé", "", "   ", "pas grave"];

fn reason(random: &mut Random) -> String {
    random.pick(&REASONS).copied().unwrap_or("").to_owned()
}

/// Whether a reason has the three words that each one needs.
fn says_something(reason: &str) -> bool {
    reason.split_whitespace().count() >= 3
}

impl Sequence {
    fn actor(&mut self) -> Actor {
        let role = self.random.pick(&ROLES).copied().unwrap_or(Role::Secretary);
        Actor { subject: format!("{}-1", role.as_str()), role }
    }

    fn id(&self) -> Option<ContactId> {
        self.contact.as_ref().map(|contact| contact.id)
    }

    /// Somebody calls, writes, or stands at the counter.
    pub(super) fn receive(&mut self) -> Judged {
        let facts = match self.random.below(4) {
            0 => Vec::new(),
            1 => everything(&mut self.random),
            _ => anything(&mut self.random),
        };
        let origin = self.random.chance(5000).then(|| "+33612345678".to_owned());
        let mut new = NewContact { channel: self.channel, origin, facts, about: None };
        let actor = Actor { subject: "secretary-1".to_owned(), role: Role::Secretary };
        let node = self.world.node(&mut self.random);
        let at = self.world.now();
        let received = block_on(node.reception.contacts.receive(&self.world.practice, new.clone(), &actor));
        let view = match received {
            Ok(view) => view,
            Err(error) => {
                self.refused(&error)?;
                // What cannot be taken is left out, as a form does.
                new.facts = Vec::new();
                let node = self.world.node(&mut self.random);
                let received = block_on(node.reception.contacts.receive(&self.world.practice, new.clone(), &actor));
                received.map_err(|error| (Rule::Refusals, error.to_string()))?
            }
        };
        self.ledger.tell(&new.facts, at);
        self.view = Some(view);
        Ok(())
    }

    pub(super) fn tell_anything(&mut self) -> Judged {
        let facts = anything(&mut self.random);
        self.tell(&facts)
    }

    pub(super) fn tell_everything(&mut self) -> Judged {
        let facts = everything(&mut self.random);
        self.tell(&facts)
    }

    /// Answers what is asked just now.
    pub(super) fn answer(&mut self) -> Judged {
        let Some(id) = self.id() else { return Ok(()) };
        let node = self.world.node(&mut self.random);
        let read = block_on(node.reception.reads.contact(&self.world.practice, id));
        let view = read.map_err(|error| (Rule::Refusals, error.to_string()))?.view;
        let facts = answers(&mut self.random, &view);
        self.tell(&facts)
    }

    fn tell(&mut self, facts: &[NewFact]) -> Judged {
        let Some(id) = self.id() else { return Ok(()) };
        let (actor, at) = (self.actor(), self.world.now());
        let node = self.world.node(&mut self.random);
        match block_on(node.reception.contacts.advance(&self.world.practice, id, facts.to_vec(), &actor)) {
            Ok(view) => {
                self.ledger.tell(facts, at);
                self.view = Some(view);
                holds(!self.is_closed(), Rule::Closed, || "facts were taken afterwards".to_owned())
            }
            Err(error) => self.refused(&error),
        }
    }

    pub(super) fn look(&mut self) -> Judged {
        let Some(id) = self.id() else { return Ok(()) };
        let node = self.world.node(&mut self.random);
        let read = block_on(node.reception.reads.contact(&self.world.practice, id));
        self.view = Some(read.map_err(|error| (Rule::Refusals, error.to_string()))?.view);
        Ok(())
    }

    pub(super) fn set_level(&mut self) -> Judged {
        let Some(id) = self.id() else { return Ok(()) };
        let before = self.contact.as_ref().and_then(|contact| contact.level);
        let level = self.random.pick(&Level::ALL).copied().unwrap_or(Level::Routine);
        let new = NewLevel { level, reason: reason(&mut self.random) };
        let actor = self.actor();
        let lowers = before.is_some_and(|before| level > before);
        let node = self.world.node(&mut self.random);
        match block_on(node.reception.contacts.set_level(&self.world.practice, id, new.clone(), &actor)) {
            Ok(view) => {
                self.view = Some(view);
                let cares =
                    !matches!(actor.role, Role::Auditor | Role::Integrator | Role::OperatorAdmin | Role::System);
                let may_lower = actor.role == Role::Practitioner && says_something(&new.reason);
                let may = cares && (!lowers || may_lower);
                holds(may, Rule::Refusals, || format!("{:?} set {level:?} after {before:?}", actor.role))?;
                if lowers {
                    self.attack.add("levels lowered");
                    self.lowered = true;
                    self.ledger.decide();
                } else {
                    self.attack.add("levels raised by people");
                    self.ledger.give(level);
                }
                Ok(())
            }
            Err(error) => {
                self.attack.add(if lowers { "lowerings refused" } else { "raisings refused" });
                self.refused(&error)
            }
        }
    }

    pub(super) fn acknowledge(&mut self) -> Judged {
        let Some(id) = self.alert.as_ref().map(|alert| alert.id) else { return self.look() };
        let actor = self.actor();
        let node = self.world.node(&mut self.random);
        let until = self.world.now_at(node).plus_minutes(self.random.between(-5, 70));
        let next = self.random.pick(&NextStep::ALL).copied().unwrap_or(NextStep::CallBack);
        let new = NewAcknowledgement { next, until };
        match block_on(node.reception.alerts.acknowledge(&self.world.practice, id, new, &actor)) {
            Ok(_) => {
                self.attack.add("alerts taken in hand");
                Ok(())
            }
            Err(error) => self.refused(&error),
        }
    }

    pub(super) fn end_alert(&mut self) -> Judged {
        let Some(id) = self.alert.as_ref().map(|alert| alert.id) else { return self.look() };
        let actor = self.actor();
        let outcome = self.random.pick(&AlertOutcome::ALL).copied().unwrap_or(AlertOutcome::Seen);
        let note = self.random.chance(6000).then(|| reason(&mut self.random));
        let needs_note = matches!(outcome, AlertOutcome::NoDanger | AlertOutcome::Unreachable);
        let noted = note.as_deref().is_some_and(says_something);
        let node = self.world.node(&mut self.random);
        match block_on(node.reception.alerts.end(&self.world.practice, id, NewEnd { outcome, note }, &actor)) {
            Ok(_) => {
                self.attack.add("alerts ended");
                let may =
                    (!needs_note || noted) && (outcome != AlertOutcome::NoDanger || actor.role == Role::Practitioner);
                holds(may, Rule::Refusals, || format!("{:?} ended it with {outcome:?}", actor.role))
            }
            Err(error) => self.refused(&error),
        }
    }

    /// Searches a slot and books it; or a time of one's own, when none is offered.
    pub(super) fn book(&mut self) -> Judged {
        let Some(id) = self.id() else { return Ok(()) };
        self.attack.add("bookings tried");
        let actor = self.actor();
        let node = self.world.node(&mut self.random);
        let search = SlotSearch { practitioner: Some("dr-martin".into()), limit: 1, ..SlotSearch::default() };
        let found = block_on(node.reception.bookings.search(&self.world.practice, id, search));
        let offered = match found {
            Ok(offer) => {
                self.may_be_booked(id)?;
                offer.slots.into_iter().next()
            }
            Err(error) => {
                self.refused(&error)?;
                None
            }
        };
        let new = self.booking(offered);
        // What a grid says when it is asked again afterwards is no part of the booking.
        let allowed = self.may_be_booked(id);
        let node = self.world.node(&mut self.random);
        match block_on(node.reception.bookings.book(&self.world.practice, id, new, &actor)) {
            Ok(_) => {
                let urgent = self.contact.as_ref().is_some_and(|contact| contact.level == Some(Level::VeryUrgent));
                self.attack.add(if urgent { "booked at very urgent" } else { "booked" });
                allowed?;
                holds(!self.is_closed(), Rule::NothingBooked, || "of a contact that is over".to_owned())
            }
            Err(error) => self.refused(&error),
        }
    }

    fn booking(&mut self, offered: Option<OfferedSlot>) -> NewBooking {
        let start = self.world.now().plus_minutes(24 * 60);
        NewBooking {
            op_id: format!("op-{}", self.random.below(1000)).as_str().into(),
            feature: "agenda".into(),
            agenda: "dr-martin".into(),
            start: offered.as_ref().map_or(start, |slot| slot.slot.span.start),
            motive: self.random.chance(3000).then(|| "certificat".into()),
            mode: self.random.chance(1000).then_some(VisitMode::Office),
            patient: None,
            slot_handle: offered.and_then(|slot| slot.slot.handle),
            slot_version: None,
            note: None,
            again: true,
        }
    }

    /// Hangs up, or tries to.
    pub(super) fn close(&mut self) -> Judged {
        let Some(id) = self.id() else { return Ok(()) };
        let actor = self.actor();
        let new = self.closing();
        self.attack.add("closings tried");
        let reasoned = new.overriding.as_ref().is_some_and(|one| says_something(&one.words));
        let code = new.overriding.as_ref().map(|one| one.code);
        let is_taken = code.is_none() || (reasoned && self.may_give(code, actor.role));
        if code.is_some() {
            self.attack.add("overrides tried");
        }
        let node = self.world.node(&mut self.random);
        if new.recap == RecapOutcome::NotReached && is_taken {
            // Whether it can be closed then or not.
            self.ledger.cut(&actor.subject, self.world.now_at(node));
        }
        let at = self.world.now();
        match block_on(node.reception.contacts.close(&self.world.practice, id, new.clone(), &actor)) {
            Ok(view) => {
                self.view = Some(view);
                let word = match new.recap {
                    RecapOutcome::Confirmed => "confirmed",
                    RecapOutcome::Corrected => "corrected",
                    RecapOutcome::NotReached => "not-reached",
                };
                let value = Value::Choice(word.to_owned());
                self.ledger.tell(&[NewFact { key: keys::RECAP.to_owned(), value, source: Some(Source::Operator) }], at);
                if code.is_some() {
                    self.attack.add("closed by override");
                }
                let unread = new.recap == RecapOutcome::NotReached && self.channel.can_be_asked() && code.is_none();
                let may = is_taken && !unread && !self.is_closed();
                holds(may, Rule::Refusals, || format!("{:?} closed with {code:?} and {:?}", actor.role, new.recap))
            }
            Err(error) => {
                if code.is_some() {
                    self.attack.add("overrides refused");
                }
                self.refused(&error)
            }
        }
    }

    fn may_give(&self, code: Option<OverrideCode>, role: Role) -> bool {
        code != Some(OverrideCode::Other) || matches!(role, Role::Supervisor | Role::Practitioner)
    }

    fn closing(&mut self) -> NewClosing {
        use OverrideCode::{CallerRefuses, CutOff, FollowedElsewhere, Other};
        use RecapOutcome::{Confirmed, Corrected, NotReached};
        let codes = [CutOff, CallerRefuses, FollowedElsewhere, Other];
        let code = self.random.pick(&codes).copied().unwrap_or(Other);
        let words = match self.random.chance(8000) {
            true => "la ligne a coupé".to_owned(),
            false => reason(&mut self.random),
        };
        let statements = match self.random.below(6) {
            0 => vec![NewStatement::Free("Ce n'est rien, dormez.".to_owned())],
            1 => vec![NewStatement::Instruction("aggravation".to_owned())],
            _ => Vec::new(),
        };
        NewClosing {
            recap: self.random.pick(&[Confirmed, Corrected, NotReached]).copied().unwrap_or(Confirmed),
            statements,
            overriding: self.random.chance(5000).then_some(NewOverride { code, words }),
        }
    }
}
