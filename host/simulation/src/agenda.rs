//! Agendas of the world outside, in memory: what a plugin and its server do
//! together, with every way in which the road between can fail.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use greffon_core::ids::{AgendaId, AppointmentId, MotiveId, OpId};
use greffon_core::model::callback::{CallbackError, InboundAnswer, InboundRequest};
use greffon_core::model::outside_failure::{FailureClass, LastFailure, OutsideFailure};
use greffon_core::model::scheduling::{
    AgendaAppointment, AgendaCaps, AgendaDescriptor, AgendaError, AgendaInfo, AgendaMotive, AgendaNotice,
    AppointmentStatus, BookingRequest, ByWhom, Change, Delta, Found, Hold, Probed, Slot, SlotPage, SlotQuery,
};
use greffon_core::ports::agenda_turn::{AgendaIdentity, WriteWindow};
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::{Agenda, Health};
use greffon_core::time::{Instant, Span};

use super::Sabotage;
use super::clock::ManualClock;
use super::faults::{Effect, Fault, FaultPlan};
use super::pace::Pace;

mod book;
mod careful;
mod hands;
mod notice;
mod style;

use book::{Book, Write};
pub use book::{HeldEntry, Tags};
pub use style::AgendaStyle;

/// The longest a write may take, as the fakes declare it.
const WRITE_TIMEOUT_MS: u32 = 5_000;

/// One agenda server with all agendas of a feature. Clones share it; it
/// outlives every `Reception`.
#[derive(Clone, Debug)]
pub struct FakeAgenda {
    inner: Arc<Inner>,
    /// In which writes may begin; any time without.
    window: Option<WriteWindow>,
}

#[derive(Debug)]
struct Inner {
    /// Which of all agenda servers it is.
    name: String,
    style: AgendaStyle,
    book: Mutex<Book>,
    clock: Arc<ManualClock>,
    plan: Arc<FaultPlan>,
    pace: Arc<Pace>,
    sabotage: Option<Sabotage>,
    /// What it says of itself: when it tells what is not free, and when it serves
    /// its slots.
    descriptors: [AgendaDescriptor; 2],
}

impl FakeAgenda {
    /// An empty agenda that never fails but when told to.
    #[must_use]
    pub fn new(style: AgendaStyle, clock: Arc<ManualClock>) -> Self {
        Self::with(style, clock, Arc::default(), Arc::default())
    }

    /// An empty agenda with faults and a pace.
    #[must_use]
    pub fn with(style: AgendaStyle, clock: Arc<ManualClock>, plan: Arc<FaultPlan>, pace: Arc<Pace>) -> Self {
        Self::made("only".to_owned(), style, clock, plan, pace, None)
    }

    /// The same, empty, as the server of this name: where there are several, one
    /// is not taken for the other.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        let Inner { style, clock, plan, pace, sabotage, .. } = &*self.inner;
        Self::made(name.to_owned(), *style, clock.clone(), plan.clone(), pace.clone(), *sabotage)
    }

    /// The same, empty, with its word twisted on the way to greffon.
    #[must_use]
    pub fn sabotaged(&self, sabotage: Option<Sabotage>) -> Self {
        let Inner { name, style, clock, plan, pace, .. } = &*self.inner;
        Self::made(name.clone(), *style, clock.clone(), plan.clone(), pace.clone(), sabotage)
    }

    fn made(
        name: String,
        style: AgendaStyle,
        clock: Arc<ManualClock>,
        plan: Arc<FaultPlan>,
        pace: Arc<Pace>,
        sabotage: Option<Sabotage>,
    ) -> Self {
        let (book, descriptors) = (Mutex::new(Book::new(style)), [false, true].map(|served| describe(style, served)));
        Self { inner: Arc::new(Inner { name, style, book, clock, plan, pace, sabotage, descriptors }), window: None }
    }

    /// What kind it is.
    #[must_use]
    pub fn style(&self) -> AgendaStyle {
        self.inner.style
    }

    /// The server names versions like this from now on.
    pub fn name_versions(&self, tags: Tags) {
        self.open_book().tags = tags;
    }

    /// Serves these free slots, instead of telling what is not free.
    pub fn serve(&self, slots: Vec<Slot>) {
        self.open_book().served = Some(slots);
    }

    /// Does not answer anybody until then.
    pub fn down_until(&self, until: Instant) {
        self.open_book().down_until = until;
    }

    /// What it does when it fails has this class for the host, or none any more.
    pub fn fails_with(&self, class: Option<FailureClass>) {
        let origin = Some("https://agenda.example".to_owned());
        let at = self.inner.clock.now();
        let seen = |class| LastFailure { failure: OutsideFailure { class, origin, status: None }, at, over_at: None };
        self.open_book().failure = class.map(seen);
    }

    /// Every entry that there ever was, those that are gone included.
    #[must_use]
    pub fn entries(&self) -> Vec<HeldEntry> {
        self.open_book().entries().cloned().collect()
    }

    /// Entries that are live now.
    #[must_use]
    pub fn live(&self) -> Vec<HeldEntry> {
        self.open_book().entries().filter(|entry| entry.is_live()).cloned().collect()
    }

    /// Pairs of live entries of one agenda that overlap by greffon's doing: it put
    /// both where they are, or it put the later one where the other stood already
    /// when it looked. Patients of a motive with `seats` who come at the very same
    /// time are a group, up to that many.
    #[must_use]
    pub fn double_bookings(&self, seats: impl Fn(&MotiveId) -> u32) -> Vec<(AppointmentId, AppointmentId)> {
        let mut live = self.live();
        live.sort_by_key(|entry| (entry.held.agenda.clone(), entry.held.span.start, entry.settled));
        let mut pairs = Vec::new();
        for (index, one) in live.iter().enumerate() {
            let mut group = 1;
            let beside = live[index + 1..]
                .iter()
                .take_while(|other| other.held.agenda == one.held.agenda && other.held.span.start < one.held.span.end);
            for other in beside {
                let places = one.held.motive.as_ref().map_or(1, &seats);
                let together = other.held.span == one.held.span && other.held.motive == one.held.motive;
                group += u32::from(together);
                let (earlier, later) = if one.settled > other.settled { (other, one) } else { (one, other) };
                let own_doing = !later.by_hand && (!earlier.by_hand || earlier.settled <= later.looked);
                if own_doing && !(together && group <= places) {
                    pairs.push((one.held.id.clone(), other.held.id.clone()));
                }
            }
        }
        pairs
    }

    /// The book, with what arrived late up to now.
    fn open_book(&self) -> MutexGuard<'_, Book> {
        let mut book = self.inner.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.settle(self.inner.clock.now());
        book
    }

    async fn reach(&self, effect: Effect) -> Result<Option<Fault>, AgendaError> {
        self.inner.pace.point().await;
        let latency_ms = self.inner.plan.latency_ms();
        if latency_ms > 0 {
            let clock = &self.inner.clock;
            clock.sleep_until(clock.now().plus_millis(latency_ms)).await;
        }
        if self.open_book().down_until > self.inner.clock.now() {
            return Err(AgendaError::Unavailable("down on purpose".to_owned()));
        }
        Ok(self.inner.plan.draw(effect))
    }

    /// A read fails or does not: nothing else can go wrong.
    async fn read<T>(&self, effect: Effect, with: impl FnOnce(&mut Book) -> T) -> Result<T, AgendaError> {
        if self.reach(effect).await?.is_some() {
            return Err(AgendaError::Unavailable("fault on purpose".to_owned()));
        }
        let answer = with(&mut self.open_book());
        self.inner.pace.point().await;
        Ok(answer)
    }

    async fn write(&self, write: Write) -> Result<AgendaAppointment, AgendaError> {
        match self.inner.style {
            AgendaStyle::LookThenWrite => self.write_carefully(write).await,
            _ => self.request(write, None).await,
        }
    }

    /// One request to the server. `looked` is the order of the last entry that
    /// was seen before, where the server itself does not look.
    async fn request(&self, write: Write, looked: Option<u64>) -> Result<AgendaAppointment, AgendaError> {
        let request = write.clone();
        let lost = || without_answer(self.inner.sabotage, &request);
        let fault = self.reach(Effect::AgendaWrite).await?;
        if self.window.is_some_and(|window| self.inner.clock.boot() >= window.closes) {
            return Err(AgendaError::Unavailable("the time of this write is over".to_owned()));
        }
        let now = self.inner.clock.now();
        let answer = match fault {
            Some(Fault::Refused) => return Err(AgendaError::Unavailable("refused on purpose".to_owned())),
            Some(Fault::Lost) => lost(),
            Some(Fault::Late) => {
                let due = now.plus_millis(self.inner.plan.lateness_ms());
                self.open_book().later(due, looked, write);
                lost()
            }
            // A second delivery of a request without a name cannot be told from
            // a second request: no transport repeats those by itself.
            Some(Fault::Doubled) if self.inner.style != AgendaStyle::NoId => {
                let mut book = self.open_book();
                let first = book.carry_out(now, looked, &write);
                drop(book.carry_out(now, looked, &write));
                first
            }
            Some(Fault::ResponseLost) => {
                drop(self.open_book().carry_out(now, looked, &write));
                lost()
            }
            None | Some(Fault::Doubled) => self.open_book().carry_out(now, looked, &write),
        };
        self.inner.pace.point().await;
        answer
    }
}

/// What greffon hears when an answer is lost: the truth, or what a sabotage
/// makes of it.
fn without_answer(sabotage: Option<Sabotage>, request: &Write) -> Result<AgendaAppointment, AgendaError> {
    let why = "no answer, on purpose".to_owned();
    match (sabotage, request) {
        (Some(Sabotage::UnknownIsRefused), _) => Err(AgendaError::Unavailable(why)),
        (Some(Sabotage::UnknownIsConfirmed), Write::Book(op, what)) => Ok(book::booked(op, what, None)),
        _ => Err(AgendaError::OutcomeUnknown(why)),
    }
}

fn describe(style: AgendaStyle, serves_slots: bool) -> AgendaDescriptor {
    AgendaDescriptor {
        name: "agenda d'essai".to_owned(),
        standard: format!("{style:?}"),
        caps: AgendaCaps { serves_slots, ..style.caps() },
        max_lookback_s: 0,
        min_poll_s: 1,
        calls_per_min: None,
        write_timeout_ms: WRITE_TIMEOUT_MS,
    }
}

impl Health for FakeAgenda {
    fn is_suspended(&self) -> bool {
        false
    }

    fn last_failure(&self) -> Option<LastFailure> {
        self.open_book().failure.clone()
    }
}

#[async_trait]
impl Agenda for FakeAgenda {
    fn within(&self, window: WriteWindow) -> Arc<dyn Agenda> {
        Arc::new(Self { inner: Arc::clone(&self.inner), window: Some(window) })
    }

    fn binding(&self) -> String {
        self.inner.name.clone()
    }

    fn descriptor(&self) -> &AgendaDescriptor {
        &self.inner.descriptors[usize::from(self.open_book().served.is_some())]
    }

    async fn probe(&self) -> Result<Probed, AgendaError> {
        let now = self.inner.clock.now();
        self.read(Effect::AgendaRead, |_| Probed { clock: now, product: None, version: None }).await
    }

    async fn callback(&self, request: &InboundRequest) -> Result<AgendaNotice, CallbackError> {
        notice::read(request)
    }

    async fn answer(&self, _request: &InboundRequest, _slots: &SlotPage) -> Result<InboundAnswer, CallbackError> {
        Err(CallbackError::NotMine)
    }

    async fn declare(&self, _op: &OpId, _what: &AgendaAppointment) -> Result<(), AgendaError> {
        Err(AgendaError::Unsupported("declare".to_owned()))
    }

    async fn identity(&self, of: &AgendaId) -> Result<AgendaIdentity, AgendaError> {
        let name = &self.inner.name;
        self.read(Effect::AgendaRead, |_| AgendaIdentity(format!("urn:fake:{name}:{of}"))).await
    }

    async fn agendas(&self) -> Result<Vec<AgendaInfo>, AgendaError> {
        self.read(Effect::AgendaRead, |book| book.agendas()).await
    }

    async fn motives(&self, _of: &AgendaId) -> Result<Vec<AgendaMotive>, AgendaError> {
        Ok(Vec::new())
    }

    async fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage, AgendaError> {
        let as_of = self.inner.clock.now();
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        self.read(Effect::AgendaRead, |book| {
            let mut slots = book.slots(query);
            let complete = slots.len() <= limit;
            slots.truncate(limit);
            SlotPage { slots, complete, as_of }
        })
        .await
    }

    async fn changes(
        &self,
        of: &AgendaId,
        _cursor: Option<&str>,
        window: Span,
        _limit: u32,
    ) -> Result<Delta, AgendaError> {
        let as_of = self.inner.clock.now();
        self.read(Effect::AgendaRead, |book| {
            let live = book.entries().filter(|entry| entry.occupies(of, window));
            let upserts = live.map(|entry| Change::Upsert(entry.held.clone()));
            let changes = std::iter::once(Change::Reset).chain(upserts).collect();
            Delta { changes, cursor: String::new(), more: false, complete: true, as_of }
        })
        .await
    }

    async fn place_hold(&self, op: &OpId, what: &BookingRequest, ttl_s: u32) -> Result<Hold, AgendaError> {
        if !self.inner.style.caps().native_hold {
            return Err(AgendaError::Unsupported("holds".to_owned()));
        }
        let expires = self.inner.clock.now() + std::time::Duration::from_secs(u64::from(ttl_s));
        let held = self.write(Write::Hold(op.clone(), what.clone(), expires)).await?;
        Ok(Hold { token: op.0.clone(), expires, appointment: Some(held.id), version: held.version })
    }

    async fn release_hold(&self, op: &OpId, _token: &str) -> Result<(), AgendaError> {
        self.write(Write::Release(op.clone())).await.map(drop)
    }

    async fn book(
        &self,
        op: &OpId,
        what: &BookingRequest,
        _held: Option<&Hold>,
    ) -> Result<AgendaAppointment, AgendaError> {
        self.write(Write::Book(op.clone(), what.clone())).await
    }

    async fn look_up(&self, op: &OpId, what: &BookingRequest) -> Result<Found, AgendaError> {
        self.read(Effect::AgendaLookup, |book| book.look_up(op, what.entry.as_ref())).await
    }

    async fn move_to(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: &BookingRequest,
    ) -> Result<AgendaAppointment, AgendaError> {
        if !self.inner.style.caps().moves {
            return Err(AgendaError::Unsupported("moves".to_owned()));
        }
        self.write(Write::Move(op.clone(), id.clone(), expected.map(str::to_owned), to.clone())).await
    }

    async fn cancel(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        by: ByWhom,
        _reason: &str,
    ) -> Result<AgendaAppointment, AgendaError> {
        self.write(Write::Cancel(op.clone(), id.clone(), expected.map(str::to_owned), by)).await
    }

    async fn set_status(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&str>,
        to: AppointmentStatus,
    ) -> Result<AgendaAppointment, AgendaError> {
        self.write(Write::Status(op.clone(), id.clone(), expected.map(str::to_owned), to)).await
    }

    async fn block(&self, _op: &OpId, of: &AgendaId, over: Span, _label: &str) -> Result<String, AgendaError> {
        self.read(Effect::AgendaRead, |_| ()).await?;
        Ok(self.enter(of, over).0)
    }

    async fn unblock(&self, _op: &OpId, block: &str) -> Result<(), AgendaError> {
        self.read(Effect::AgendaRead, |_| ()).await?;
        self.strike(&AppointmentId::from(block));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
