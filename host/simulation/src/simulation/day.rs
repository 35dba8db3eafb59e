//! One day: who comes when, what breaks when, and when it is over.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use greffon_core::flow::{FlowError, NewAcknowledgement, NewEnd, Reception};
use greffon_core::model::alert::{AlertOutcome, AlertState, NextStep};
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::civil::{Zone, parse_date};
use greffon_core::model::commitment::CommitmentAction;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::Bound;
use greffon_core::ports::practices::LivePractice;
use greffon_core::time::{Instant, Span};

use super::super::Sabotage;
use super::super::agenda::{AgendaStyle, FakeAgenda, Tags};
use super::super::channel::{ChannelStyle, FakeChannel};
use super::super::clock::{ManualClock, SeededIds};
use super::super::faults::{FaultPlan, Rates, name_of};
use super::super::pace::Pace;
use super::super::plugins::FakePlugins;
use super::super::practices::{FixedPractices, feature, french_practice};
use super::super::random::Random;
use super::super::storage::MemoryStorage;
use super::Faults;
use super::cast::{Caller, Kind};
use super::executor::{Accident, Executor, Place, Turn};
use super::hands::Deed;
use super::office::{Notes, Office, Server};
use super::oracle;
use super::report::{Oracle, Report};

/// How long after midnight the day's work may last until it must be quiet.
const QUIET_AFTER_MIN: i64 = 3 * 24 * 60;
/// From here on nothing fails any more: everything must come to its end.
const CALM_AFTER_MIN: i64 = 30 * 60;
/// No instant has more work than this: several days have less.
const MAX_POLLS_AT_ONCE: u64 = 200_000;
/// Workers that found nothing to do look again after this.
const WORKER_PAUSE_MS: i64 = 700;

/// Days worth living: ordinary ones, a Saturday, and the eves and mornings of
/// both clock changes of 2026.
const DATES: [&str; 8] =
    ["2026-11-24", "2026-11-27", "2026-11-28", "2026-07-13", "2026-03-28", "2026-03-30", "2026-10-24", "2026-10-26"];

pub(super) struct Day {
    seed: u64,
    faults: Faults,
    random: Random,
    executor: Rc<Executor>,
    server: Rc<Server>,
    clock: Arc<ManualClock>,
    midnight: Instant,
    offices: Vec<Office>,
    plans: Vec<Arc<FaultPlan>>,
    notes: Notes,
    channels: Vec<FakeChannel>,
}

impl Day {
    pub(super) fn new(seed: u64, faults: Faults, sabotage: Option<Sabotage>) -> Self {
        let mut random = Random::new(seed);
        let zone = Zone::named_or_utc("Europe/Paris");
        let date = random.pick(&DATES).and_then(|date| parse_date(date).ok()).unwrap_or_default();
        let midnight = zone.at_minute(date, 0);
        let clock = Arc::new(ManualClock::at(zone.at_minute(date, 7 * 60 + 45)));
        let pace = Arc::new(Pace::interleaving());
        let mut plans = Vec::new();
        let mut plan = |rates: Rates, random: &mut Random| {
            let plan = Arc::new(FaultPlan::seeded(rates, random.fork()));
            plans.push(plan.clone());
            plan
        };
        let storage = MemoryStorage::with(clock.clone(), plan(faults.storage, &mut random), pace.clone(), sabotage);
        let plugins = FakePlugins::with(plan(faults.pure, &mut random), pace.clone());
        let mut practices = Vec::new();
        let mut rooms = Vec::new();
        let mut channels = Vec::new();
        let notes = Notes::default();
        let store = if faults.check_then_write { AgendaStyle::LookThenWrite } else { AgendaStyle::FreeStore };
        for (id, style) in
            [("les-tilleuls", AgendaStyle::Arbitrated), ("les-acacias", store), ("le-port", AgendaStyle::NoId)]
        {
            let practice = french_practice(id);
            let at_agenda = plan(faults.agenda, &mut random);
            let agenda = FakeAgenda::with(style, clock.clone(), at_agenda, pace.clone()).named(id).sabotaged(sabotage);
            if faults.reused_tags && style == store {
                agenda.name_versions(Tags::Reused);
            }
            let mut features = vec![
                feature("agenda", Bound::Agenda(Arc::new(agenda.clone()))),
                feature("triage", plugins.triage()),
                feature("script", plugins.script()),
            ];
            for (name, style) in [("courrier", ChannelStyle::Mail), ("texto", ChannelStyle::Gateway)] {
                let at_channel = plan(faults.channel, &mut random);
                let channel = FakeChannel::with(style, clock.clone(), at_channel, pace.clone());
                channel.watch(oracle::witness(&practice.id, &storage, &agenda, &notes));
                features.push(feature(name, Bound::Channel(Arc::new(channel.clone()))));
                channels.push(channel);
            }
            rooms.push((practice.id.clone(), agenda));
            practices.push(LivePractice { practice, features });
        }
        let executor = Executor::new(random.fork(), clock.clone(), pace.clone());
        let ids = Arc::new(SeededIds::new(random.next_u64()));
        let practices = FixedPractices::new(practices);
        let mut skews_ms = vec![0];
        if random.chance(4000) {
            let most = i64::from(faults.skew_min) * 60_000;
            skews_ms.push(random.between(-most, most));
        }
        let server =
            Server::new(executor.clone(), storage, practices, clock.clone(), ids, skews_ms, sabotage.is_none());
        let offices = rooms.into_iter().map(|(practice, agenda)| Office {
            server: server.clone(),
            practice,
            agenda,
            notes: notes.clone(),
            random: Rc::new(RefCell::new(random.fork())),
        });
        let offices = offices.collect();
        Self { seed, faults, random, executor, server, clock, midnight, offices, plans, notes, channels }
    }

    pub(super) fn run(mut self) -> Report {
        for node in 0..self.server.nodes() {
            self.server.start(node);
        }
        for office in self.offices.clone() {
            self.people_come(&office);
            self.hands_write(&office);
            self.promises_are_kept(&office);
            self.alerts_are_answered(&office);
        }
        self.processes_have_accidents();
        self.go_on();
        self.end()
    }

    /// An instant between two hours of the day.
    fn between(&mut self, from_hour: i64, to_hour: i64) -> Instant {
        self.midnight
            .plus_minutes(from_hour * 60)
            .plus_millis(self.random.between(0, (to_hour - from_hour) * 3_600_000))
    }

    fn people_come(&mut self, office: &Office) {
        let callers = 9 + self.random.below(6);
        for number in 0..callers {
            let at = self.between(8, 18);
            let number = usize::try_from(number).unwrap_or(0);
            let caller = Caller::any(&mut self.random, number);
            let office = office.clone();
            self.executor.spawn(Place::World, async move {
                office.server.clock.sleep_until(at).await;
                if caller.kind == Kind::Race {
                    office.race(caller).await;
                } else {
                    office.serve(caller).await;
                }
            });
        }
    }

    /// The doctor writes into the agenda by hand; the agenda stops answering.
    fn hands_write(&mut self, office: &Office) {
        for _ in 0..self.random.below(6) {
            let at = self.between(8, 18);
            let start = self.midnight.plus_minutes(self.random.between(34, 200) * 15);
            let span = Span { start, end: start.plus_minutes(self.random.between(10, 60)) };
            let who = if self.random.chance(5000) { "dr-martin" } else { "dr-petit" };
            office.writes_at(at, who, span);
        }
        for _ in 0..self.random.below(self.faults.outages + 1) {
            let at = self.between(8, 18);
            office.down_at(at);
        }
        let Faults { overwrites, edits, deletions, .. } = self.faults;
        for (most, deed) in [(overwrites, Deed::Overwrite), (edits, Deed::Edit), (deletions, Deed::Strike)] {
            for _ in 0..self.random.below(most + 1) {
                let at = self.between(9, 19);
                office.hand_at(at, deed);
            }
        }
    }

    /// Whoever is told of an alert takes it in hand, or not, and says what came of it, or
    /// not: practitioners now and then, and whoever is up at night.
    fn alerts_are_answered(&mut self, office: &Office) {
        let office = office.clone();
        self.executor.spawn(Place::World, async move {
            loop {
                office.pause_s(30, 900).await;
                office.look_after_alerts().await;
            }
        });
    }

    /// Somebody goes through the open promises now and then, until evening.
    fn promises_are_kept(&mut self, office: &Office) {
        let evening = self.midnight.plus_minutes(20 * 60);
        let office = office.clone();
        self.executor.spawn(Place::World, async move {
            while office.server.clock.now() < evening {
                office.pause_s(1200, 4800).await;
                office.look_after_promises().await;
            }
        });
    }

    fn processes_have_accidents(&mut self) {
        for _ in 0..self.random.below(self.faults.crashes + 1) {
            self.accident_at_some_time(Accident::Crash);
        }
        for _ in 0..self.random.below(self.faults.stalls + 1) {
            let pause_ms = self.random.between(5_000, 20 * 60_000);
            self.accident_at_some_time(Accident::Stall(pause_ms));
        }
    }

    fn accident_at_some_time(&mut self, accident: Accident) {
        let at = self.between(8, 19);
        let polls = self.random.below(300);
        let node = usize::try_from(self.random.below(u64::try_from(self.server.nodes()).unwrap_or(1))).unwrap_or(0);
        let server = self.server.clone();
        self.executor.spawn(Place::World, async move {
            server.clock.sleep_until(at).await;
            server.executor.light_fuse(node, polls, accident);
        });
    }

    /// Until nothing is left to do, or the day must be quiet.
    fn go_on(&mut self) {
        let quiet = self.midnight.plus_minutes(QUIET_AFTER_MIN);
        let calm = self.midnight.plus_minutes(CALM_AFTER_MIN);
        let workers_wait_until = Cell::new(Instant(i64::MIN));
        let mut polls = 0_u64;
        let mut last_instant = (self.clock.now(), 0);
        loop {
            match self.executor.turn() {
                Turn::Polled => {
                    polls += 1;
                    if last_instant.0 != self.clock.now() {
                        last_instant = (self.clock.now(), polls);
                    } else if polls - last_instant.1 > MAX_POLLS_AT_ONCE {
                        let text = format!("work goes on and on at {}", self.clock.now());
                        return self.notes.violation(Oracle::Spinning, text);
                    }
                    // Workers look now and then even while people are busy.
                    if polls.is_multiple_of(16) {
                        self.ring_if_due(&workers_wait_until);
                    }
                }
                Turn::Crashed(node) => self.restart_later(node),
                Turn::Idle => {
                    if self.ring_if_due(&workers_wait_until) {
                        continue;
                    }
                    let due = self.server.storage.next_due().map(|due| due.max(workers_wait_until.get()));
                    let due = due.filter(|_| self.server.is_up());
                    let goes_on = self.executor.stalled_until();
                    let Some(next) = self.clock.next_wake().into_iter().chain(due).chain(goes_on).min() else { break };
                    if next > quiet {
                        break;
                    }
                    if next > calm {
                        self.plans.iter().for_each(|plan| plan.calm());
                    }
                    self.clock.set(next);
                }
            }
        }
    }

    /// Wakes the workers if a job is due; says whether it did.
    fn ring_if_due(&self, wait_until: &Cell<Instant>) -> bool {
        let now = self.clock.now();
        let due = self.server.is_up()
            && now >= wait_until.get()
            && self.server.storage.next_due().is_some_and(|due| due <= now);
        if due {
            wait_until.set(now.plus_millis(WORKER_PAUSE_MS));
            self.server.ring();
        }
        due
    }

    fn restart_later(&mut self, node: usize) {
        self.server.crashed(node);
        let pause_ms = self.random.between(2_000, 90_000);
        let server = self.server.clone();
        self.executor.spawn(Place::World, async move {
            server.clock.sleep_until(server.clock.now().plus_millis(pause_ms)).await;
            server.start(node);
        });
    }

    fn end(self) -> Report {
        for office in &self.offices {
            oracle::judge(office, &self.notes, self.clock.now());
        }
        let mut report = self.notes.with(|noted| std::mem::take(&mut noted.report));
        report.days = 1;
        report.add("crashes", self.server.crashes.get());
        for ((effect, fault), times) in self.plans.iter().flat_map(|plan| plan.happened()) {
            report.add("faults", times);
            report.add(name_of(effect, fault), times);
        }
        report.add("stops-after-a-look", self.executor.stops.get());
        let delivered: usize = self.channels.iter().map(|channel| channel.sent().len()).sum();
        report.add("messages.left", u64::try_from(delivered).unwrap_or(0));
        for violation in &mut report.violations {
            violation.day_seed = self.seed;
        }
        self.executor.clear();
        let trace = &self.executor.trace;
        trace.mix_text(&format!("{:?}", report.counts));
        report.trace = trace.digest();
        report
    }
}

impl Office {
    async fn look_after_alerts(&self) {
        let open = self.server.storage.look(&self.practice, |rows| {
            rows.alerts.values().filter(|one| one.state != AlertState::Ended).map(|one| one.id).collect::<Vec<_>>()
        });
        for alert in open {
            let doctor = Actor { subject: "dr-martin".to_owned(), role: Role::Practitioner };
            let practice = self.practice.clone();
            let until = self.server.clock.now().plus_minutes(10);
            let acknowledges = self.below(3) == 0;
            let acted = self.ask("alert", move |reception: Reception| {
                let (practice, doctor) = (practice.clone(), doctor.clone());
                async move {
                    if acknowledges {
                        let new = NewAcknowledgement { next: NextStep::CallBack, until };
                        reception.alerts.acknowledge(&practice, alert, new, &doctor).await
                    } else {
                        let new = NewEnd { outcome: AlertOutcome::SpokenTo, note: None };
                        reception.alerts.end(&practice, alert, new, &doctor).await
                    }
                }
            });
            match acted.await {
                // An answer that was lost, and then given again; on a node whose clock is
                // hours off, an hour that is past or too far.
                None | Some(Ok(_) | Err(FlowError::NotAllowed { .. } | FlowError::Invalid { .. })) => {}
                Some(Err(error)) => self.wrong("alert", &error),
            }
        }
    }

    async fn look_after_promises(&self) {
        let open = self.server.storage.look(&self.practice, |rows| {
            rows.commitments.values().filter(|one| !one.state.is_final()).map(|one| one.id).collect::<Vec<_>>()
        });
        for commitment in open {
            if !self.chance(6000) {
                continue;
            }
            let action = match self.below(8) {
                0 => CommitmentAction::Start,
                1 => CommitmentAction::Break { reason: "le patient ne répond pas".to_owned() },
                2 => CommitmentAction::Withdraw { reason: "le patient n'en a plus besoin".to_owned() },
                3 => {
                    let due = self.server.clock.now().plus_minutes(240);
                    CommitmentAction::Move { due, reason: "le docteur est en visite".to_owned() }
                }
                _ => CommitmentAction::Keep { note: "fait".to_owned() },
            };
            let practice = self.practice.clone();
            let acted = self.ask("commitment", move |reception: Reception| {
                let (practice, action) = (practice.clone(), action.clone());
                let doctor = Actor { subject: "dr-martin".to_owned(), role: Role::Practitioner };
                async move { reception.commitments.act(&practice, commitment, action, &doctor).await }
            });
            match acted.await {
                // An answer that was lost, and then given again.
                None | Some(Ok(_) | Err(FlowError::NotAllowed { .. })) => {}
                Some(Err(error)) => self.wrong("commitment", &error),
            }
        }
    }
}
