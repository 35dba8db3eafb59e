//! What the contract asks, done on the register of one agenda: read it, decide, and write it by compare-and-swap.

use greffon_sdk::agenda::{
    Appointment, ByWhom, Change, Conflict, Delta, Error, Found, Hold, Request, Rule, SlotPage, SlotQuery, Span,
    Status as Told,
};
use greffon_sdk::keyvalue::{self, Update};

use crate::archive;
use crate::item::Period;
use crate::page::Page;
use crate::register::{Claim, FORMAT, Kept, Outcome, Refusal, Register};
use crate::settings::Settings;
use crate::space::Space;
use crate::status::Status;
use crate::{listing, told};

/// Longest appointment or absence, in milliseconds: a year.
const LONGEST_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// Last instant of the year 9999.
const LAST_INSTANT: i64 = 253_402_300_799_999;

/// Longest label of an absence that is kept, in characters.
const LABEL_CHARS: usize = 200;

/// The agendas of one practice, at one instant.
pub struct Desk<'a, S> {
    /// The practice's settings.
    pub settings: &'a Settings,
    /// Where everything is kept.
    pub space: &'a S,
    /// The instant of this call.
    pub now: i64,
}

/// What a step of a write leaves.
enum Step<T> {
    /// The register is to be written.
    Write(T),
    /// The register stays as it is.
    Keep(T),
}

impl<S: Space> Desk<'_, S> {
    /// Returns what is not free in the window.
    pub fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage, Error> {
        let window = window(query.window)?;
        let known = query.agendas.iter().filter(|id| self.settings.agendas.contains_key(*id)).count();
        if known == 0 {
            return Err(Error::NotFound);
        }
        let mut page = listing::SlotList::new(query, window, self.now);
        for agenda in &query.agendas {
            if self.settings.agendas.contains_key(agenda) {
                page.read(self.settings, agenda, &self.register(agenda)?);
            } else {
                page.missing(agenda);
            }
        }
        Ok(page.finish())
    }

    /// Returns what changed since the cursor.
    pub fn changes(&self, agenda: &str, cursor: Option<&str>, window: Span, limit: u32) -> Result<Delta, Error> {
        let window = self::window(window)?;
        self.known(agenda)?;
        let register = self.register(agenda)?;
        let (changes, cursor, more): (Vec<Change>, String, bool) =
            listing::changes(agenda, &register, cursor, window, limit).ok_or(Error::CursorExpired)?;
        Ok(Delta { changes, cursor, more, complete: true, as_of: self.now })
    }

    /// Keeps a place for a while.
    pub fn place_hold(&self, op: &str, what: &Request, ttl_s: u32) -> Result<Hold, Error> {
        let claim_of = self.claim(op, what)?;
        let ttl_s = ttl_s.clamp(1, self.settings.max_hold_s.max(1));
        let until = self.now.saturating_add(i64::from(ttl_s) * 1000);
        let expires =
            self.write(&what.agenda, |register| match register.place_hold(claim_of(None), until, self.now) {
                Ok(Kept::Written(expires)) => Ok(Step::Write(expires)),
                Ok(Kept::Standing(expires)) => Ok(Step::Keep(expires)),
                Ok(Kept::Booked(position)) => {
                    Err(Error::Already(told::appointment(&what.agenda, &register.entries[position], None)))
                }
                Err(refusal) => Err(refused(&what.agenda, register, refusal)),
            })?;
        Ok(Hold { token: told::id(&what.agenda, op), expires, appointment: None, version: None })
    }

    /// Gives a hold back.
    pub fn release_hold(&self, token: &str) -> Result<(), Error> {
        let Ok((agenda, local)) = self.locate(token) else {
            return Ok(());
        };
        self.write(agenda, |register| Ok(if register.release_hold(local) { Step::Write(()) } else { Step::Keep(()) }))
    }

    /// Books.
    pub fn book(&self, op: &str, what: &Request, held: Option<&str>) -> Result<Appointment, Error> {
        let claim_of = self.claim(op, what)?;
        let held = match held {
            Some(token) => match told::split(token) {
                Some((agenda, local)) if agenda == what.agenda => Some(local),
                _ => return Err(Error::HoldExpired),
            },
            None => None,
        };
        let agenda = &what.agenda;
        let page = Page::of(what);
        let mut written = Vec::new();
        let booked = self.write(agenda, |register| {
            // Each try writes a page of its own, so that a try that fails takes away no page but its own.
            let number = register.seq;
            match register.book(claim_of(held), number, by_code(ByWhom::System), self.now) {
                Ok(Outcome::Written(position)) => {
                    archive::write_page(self.space, agenda, op, number, &page)
                        .map_err(|error| Error::read_failed(&error))?;
                    written.push(number);
                    Ok(Step::Write(register.entries[position].clone()))
                }
                Ok(Outcome::Standing(position)) => Ok(Step::Keep(register.entries[position].clone())),
                Err(refusal) => Err(refused(agenda, register, refusal)),
            }
        });
        let kept = match &booked {
            Ok(entry) => Some(entry.page),
            // The swap may have been done after all: a page too many is better than a patient too few.
            Err(Error::OutcomeUnknown(_)) => written.last().copied(),
            Err(_) => None,
        };
        let ours = kept.is_some_and(|number| written.contains(&number));
        for number in written.into_iter().filter(|number| Some(*number) != kept) {
            // A page that stays behind is in nobody's way.
            let _ = archive::delete_page(self.space, agenda, op, number);
        }
        let entry = booked?;
        let page = if ours {
            Some(page)
        } else {
            archive::read_page(self.space, agenda, entry.id(), entry.page).ok().flatten()
        };
        Ok(told::appointment(agenda, &entry, page.as_ref()))
    }

    /// Returns what an op-id wrote.
    pub fn look_up(&self, op: &str, what: &Request) -> Result<Found, Error> {
        self.known(&what.agenda)?;
        let register = self.register(&what.agenda)?;
        if let Some(position) = register.written_by(op) {
            let entry = &register.entries[position];
            let page = archive::read_page(self.space, &what.agenda, entry.id(), entry.page)
                .map_err(|error| Error::read_failed(&error))?;
            return Ok(Found::Present(told::appointment(&what.agenda, entry, page.as_ref())));
        }
        if what.span.end > register.put_away_until {
            return Ok(Found::Absent);
        }
        let past =
            archive::past_of(self.space, &what.agenda, what.span.end).map_err(|error| Error::read_failed(&error))?;
        Ok(match past.iter().find(|(entry, _)| entry.ops.iter().any(|known| known == op)) {
            Some((entry, page)) => Found::Present(told::appointment(&what.agenda, entry, page.as_ref())),
            None => Found::Absent,
        })
    }

    /// Gives an appointment another time in the same agenda.
    pub fn move_to(&self, op: &str, id: &str, expected: Option<&str>, to: &Request) -> Result<Appointment, Error> {
        let (agenda, local) = self.locate(id)?;
        if agenda != to.agenda {
            return Err(Error::Unsupported("a move to another agenda".to_owned()));
        }
        let claim_of = self.claim(op, to)?;
        self.change(agenda, |register| {
            register.move_to(local, claim_of(None), expected, by_code(ByWhom::System), self.now)
        })
    }

    /// Cancels an appointment.
    pub fn cancel(&self, op: &str, id: &str, expected: Option<&str>, by: ByWhom) -> Result<Appointment, Error> {
        self.put_status(op, id, expected, Status::Cancelled, by)
    }

    /// Sets how far an appointment is.
    pub fn set_status(&self, op: &str, id: &str, expected: Option<&str>, to: Told) -> Result<Appointment, Error> {
        let Some(to) = Status::heard(to) else {
            let text = "cet agenda ne connaît ni demande ni liste d'attente";
            return Err(Error::RuleBroken((Rule::StatusTransition, text.to_owned())));
        };
        self.put_status(op, id, expected, to, ByWhom::System)
    }

    fn put_status(
        &self,
        op: &str,
        id: &str,
        expected: Option<&str>,
        to: Status,
        by: ByWhom,
    ) -> Result<Appointment, Error> {
        let (agenda, local) = self.locate(id)?;
        self.change(agenda, |register| register.set_status(local, op, expected, to, by_code(by), self.now))
    }

    /// Writes an absence.
    pub fn block(&self, op: &str, agenda: &str, over: Span, label: &str) -> Result<String, Error> {
        self.known(agenda)?;
        let over = period("over", over)?;
        let label: String = label.chars().take(LABEL_CHARS).collect();
        self.write(agenda, |register| match register.block(op, over, &label) {
            Ok(true) => Ok(Step::Write(())),
            Ok(false) => Ok(Step::Keep(())),
            Err(refusal) => Err(refused(agenda, register, refusal)),
        })?;
        Ok(told::id(agenda, op))
    }

    /// Takes an absence away.
    pub fn unblock(&self, block_id: &str) -> Result<(), Error> {
        let Ok((agenda, local)) = self.locate(block_id) else {
            return Ok(());
        };
        self.write(agenda, |register| Ok(if register.unblock(local) { Step::Write(()) } else { Step::Keep(()) }))
    }

    /// One change of one appointment.
    fn change(
        &self,
        agenda: &str,
        mut step: impl FnMut(&mut Register) -> Result<Outcome, Refusal>,
    ) -> Result<Appointment, Error> {
        let entry = self.write(agenda, |register| match step(register) {
            Ok(Outcome::Written(position)) => Ok(Step::Write(register.entries[position].clone())),
            Ok(Outcome::Standing(position)) => Ok(Step::Keep(register.entries[position].clone())),
            Err(refusal) => Err(refused(agenda, register, refusal)),
        })?;
        // The change is made: a page that cannot be read now is no failure.
        let page = archive::read_page(self.space, agenda, entry.id(), entry.page).ok().flatten();
        Ok(told::appointment(agenda, &entry, page.as_ref()))
    }

    /// Reads, decides and writes until nobody else wrote in between.
    fn write<T>(
        &self,
        agenda: &str,
        mut step: impl FnMut(&mut Register) -> Result<Step<T>, Error>,
    ) -> Result<T, Error> {
        let mut swept_at = None;
        let result = self.space.update(&archive::register_key(agenda), |current: Option<Register>| {
            let mut register = readable(current)?;
            Ok(match step(&mut register)? {
                Step::Keep(result) => Update::Keep(result),
                Step::Write(result) => {
                    swept_at = Some(register.swept_at);
                    Update::Write(register, result)
                }
            })
        });
        match result {
            Ok(result) => {
                if let Some(swept_at) = swept_at {
                    archive::sweep(self.space, agenda, swept_at, self.settings.keep_months, self.now);
                }
                Ok(result)
            }
            Err(Trouble::Refused(error)) => Err(*error),
            Err(Trouble::Space(error)) if swept_at.is_some() => Err(Error::write_failed(&error)),
            Err(Trouble::Space(error)) => Err(Error::read_failed(&error)),
        }
    }

    fn register(&self, agenda: &str) -> Result<Register, Error> {
        let found = self.space.get(&archive::register_key(agenda)).map_err(|error| Error::read_failed(&error))?;
        readable(found)
    }

    fn known(&self, agenda: &str) -> Result<(), Error> {
        if self.settings.agendas.contains_key(agenda) { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Agenda and local part of an id that this plugin made.
    fn locate<'i>(&self, id: &'i str) -> Result<(&'i str, &'i str), Error> {
        let (agenda, local) = told::split(id).ok_or(Error::NotFound)?;
        self.known(agenda)?;
        Ok((agenda, local))
    }

    /// Checks a request, and returns what it claims, given the hold that it uses up.
    fn claim<'r>(
        &self,
        op: &'r str,
        what: &'r Request,
    ) -> Result<impl Fn(Option<&'r str>) -> Claim<'r> + use<'r, S>, Error> {
        self.known(&what.agenda)?;
        let when = period("span", what.span)?;
        let room = self.settings.room(&what.motive);
        Ok(move |held| Claim::new(op, held, when, &what.motive, room, what.allow_overlap))
    }
}

/// Why a write ended without a result.
enum Trouble {
    /// The agenda says no.
    Refused(Box<Error>),
    /// The space failed.
    Space(keyvalue::Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Refused(Box::new(error))
    }
}

impl From<keyvalue::Error> for Trouble {
    fn from(error: keyvalue::Error) -> Self {
        Self::Space(error)
    }
}

fn readable(found: Option<Register>) -> Result<Register, Error> {
    match found {
        Some(register) if register.format != FORMAT => {
            Err(Error::Unavailable(format!("the register has format {}, not {FORMAT}", register.format)))
        }
        found => Ok(found.unwrap_or_default()),
    }
}

fn period(field: &str, span: Span) -> Result<Period, Error> {
    let wrong = |why: &str| Err(Error::Invalid((field.to_owned(), why.to_owned())));
    if span.start >= span.end {
        return wrong("empty or reversed");
    }
    if span.start < 0 || span.end > LAST_INSTANT {
        return wrong("outside the years 1970 to 9999");
    }
    if span.end - span.start > LONGEST_MS {
        return wrong("longer than a year");
    }
    Ok(Period { start: span.start, end: span.end })
}

/// A window to read: as much of it as the register can hold.
fn window(span: Span) -> Result<Period, Error> {
    let window = Period { start: span.start.max(0), end: span.end.min(LAST_INSTANT) };
    if window.start >= window.end {
        return Err(Error::Invalid(("window".to_owned(), "empty or reversed".to_owned())));
    }
    Ok(window)
}

fn by_code(by: ByWhom) -> u8 {
    told::by_code(by)
}

fn refused(agenda: &str, register: &Register, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Taken(positions) => Error::SlotTaken(Conflict {
            existing: positions
                .into_iter()
                .map(|position| told::appointment(agenda, &register.entries[position], None))
                .collect(),
            alternatives: Vec::new(),
        }),
        Refusal::Absent => Error::RuleBroken((Rule::Absence, "absence sur ce créneau".to_owned())),
        Refusal::HoldExpired => Error::HoldExpired,
        Refusal::Stale(position) => Error::Stale(told::appointment(agenda, &register.entries[position], None)),
        Refusal::NotFound => Error::NotFound,
        Refusal::Transition(present) => Error::RuleBroken((
            Rule::StatusTransition,
            format!("impossible pour un rendez-vous {}", present.in_french()),
        )),
        Refusal::Full => Error::Unavailable("the register is full".to_owned()),
    }
}
