//! What happens after a commit, one file per job. Every job may be run twice:
//! it looks at the state first.

mod compare_agendas;
mod deliver_message;
mod displace_visits;
mod end_alert_test;
mod escalate_alert;
mod expire_hold;
mod give_up;
mod look_again;
pub mod metrics;
mod outcome;
mod purge;
mod read_agendas;
mod read_changes;
mod reconcile_booking;
mod refresh_view;
mod run;
mod test_alerts;
mod undelivered;
mod watch_agendas;
mod watch_answers;
mod watch_commitment;
mod watch_result;
mod worker;

use self::outcome::JobOutcome;
pub use self::worker::{Process, Workers, lease_renewal};
use crate::flow::{Act, Flow, Reception};
use crate::model::job::{Job, LeasedJob};
use crate::ports::storage::{Stored, Transaction};

/// Runs the jobs of a reception.
#[derive(Clone)]
pub struct Jobs {
    reception: Reception,
}

impl Jobs {
    /// Jobs that are run over this reception.
    #[must_use]
    pub fn new(reception: Reception) -> Self {
        Self { reception }
    }

    /// Runs one leased job.
    ///
    /// # Errors
    /// What the job could not deal with itself: it is run again later.
    async fn run_job(&self, leased: &LeasedJob) -> Flow<JobOutcome> {
        let Reception {
            contacts,
            bookings,
            appointments,
            absences,
            commitments,
            alerts,
            acts,
            agendas,
            retention,
            recoveries,
            ..
        } = &self.reception;
        let practice = acts.practice(&leased.practice)?;
        match &leased.job {
            Job::DeliverMessage(message) => deliver_message::run(&self.reception, &practice, leased, *message).await,
            Job::ReconcileBooking(intent) => reconcile_booking::run(bookings, &practice, *intent).await,
            Job::ExpireHold(intent) => expire_hold::run(bookings, &practice, *intent).await,
            Job::WatchCommitment(commitment) => watch_commitment::run(commitments, acts, &practice, *commitment).await,
            Job::EscalateAlert(alert, watch) => escalate_alert::run(alerts, &practice.id, *alert, *watch).await,
            Job::TestAlerts(test) => test_alerts::run(alerts, &practice, leased, test).await,
            Job::EndAlertTest(day) => end_alert_test::run(alerts, &practice, day).await,
            Job::ReadAgendas(feature) => read_agendas::run(agendas, &practice, feature).await,
            Job::LookAgain(feature, appointment) => {
                look_again::run(appointments, &practice, feature, appointment).await
            }
            Job::WatchAgendas(feature) => watch_agendas::run(appointments, &practice, feature).await,
            Job::ReadChanges(feature, agendas) => read_changes::run(appointments, &practice, feature, agendas).await,
            Job::DisplaceVisits(absence) => displace_visits::run(absences, &practice, *absence).await,
            Job::CompareAgendas(number) => compare_agendas::run(recoveries, &practice, *number).await,
            Job::Purge => purge::run(retention, &practice).await,
            Job::RefreshView(contact) => refresh_view::run(contacts, &practice.id, *contact).await,
            Job::WatchAnswers(contact) => watch_answers::run(contacts, &practice.id, *contact).await,
            Job::WatchResult(contact) => watch_result::run(contacts, &practice.id, *contact).await,
        }
    }

    /// Writes the jobs that read what the agendas of all practices tell of themselves,
    /// where that was never read or long ago. To be called now and then; how often
    /// does not matter. Says how many it wrote.
    ///
    /// # Errors
    /// When the database does not answer; what was written stays.
    pub async fn enqueue_agenda_reads(&self) -> Stored<usize> {
        let Reception { acts, agendas, .. } = &self.reception;
        let mut written = 0;
        for practice in acts.practices() {
            written += agendas.enqueue_reads(&practice).await?;
        }
        Ok(written)
    }

    /// Writes the jobs that follow the agendas of all practices, one for each feature that has
    /// none: it comes back by itself. To be called now and then. Says how many it wrote.
    ///
    /// # Errors
    /// When the database does not answer; what was written stays.
    pub async fn enqueue_agenda_watches(&self) -> Stored<usize> {
        let Reception { acts, appointments, .. } = &self.reception;
        let mut written = 0;
        for practice in acts.practices() {
            written += appointments.enqueue_watches(&practice).await?;
        }
        Ok(written)
    }

    /// Writes the jobs that remove what practices have kept for long enough, one for each
    /// practice that has none: it comes back every night. To be called now and then. Says how
    /// many it wrote.
    ///
    /// # Errors
    /// When the database does not answer; what was written stays.
    pub async fn enqueue_purges(&self) -> Stored<usize> {
        let Reception { acts, retention, .. } = &self.reception;
        let mut written = 0;
        for practice in acts.practices() {
            written += usize::from(retention.enqueue(&practice).await?);
        }
        Ok(written)
    }

    /// Writes the jobs that compare the agendas of practices which wait for it after a restore,
    /// one for each. To be called when workers begin, and now and then. Says how many it wrote.
    ///
    /// # Errors
    /// When the database does not answer; what was written stays.
    pub async fn enqueue_recoveries(&self) -> Stored<usize> {
        let Reception { acts, recoveries, .. } = &self.reception;
        let mut written = 0;
        for practice in acts.practices() {
            written += usize::from(recoveries.enqueue(&practice).await?);
        }
        Ok(written)
    }

    /// Writes the jobs of the next tests of all chains of alerts, where a practice has set an
    /// hour for it. To be called several times a day; how often does not matter. Says how
    /// many it wrote.
    ///
    /// # Errors
    /// When the database does not answer; what was written stays.
    pub async fn enqueue_alert_tests(&self) -> Stored<usize> {
        let Reception { acts, alerts, .. } = &self.reception;
        let mut written = 0;
        for practice in acts.practices() {
            written += usize::from(alerts.enqueue_test(&practice).await?);
        }
        Ok(written)
    }

    /// What a person is asked to do in place of a job that was given up.
    async fn ask_instead(&self, tx: &mut dyn Transaction, act: Act<'_>, job: &Job) -> Stored<()> {
        let Reception { messages, bookings, commitments, .. } = &self.reception;
        match job {
            Job::DeliverMessage(message) => match messages.give_up(tx, act, *message).await? {
                Some(message) => undelivered::leave_work(&self.reception, tx, act, &message).await,
                None => Ok(()),
            },
            Job::ReconcileBooking(intent) | Job::ExpireHold(intent) => bookings.give_up(tx, act, *intent).await,
            Job::WatchCommitment(commitment) => commitments.give_up(tx, act, *commitment).await,
            // The contact itself says that its view is outdated, or which question has no
            // answer; the agendas, how old it is what is known of them; of a test that was not made,
            // or not told of, the dead letter says so; the others are never given up.
            Job::RefreshView(_)
            | Job::WatchAnswers(_)
            | Job::WatchResult(_)
            | Job::EscalateAlert(..)
            | Job::ReadAgendas(_)
            | Job::LookAgain(..)
            | Job::WatchAgendas(_)
            | Job::ReadChanges(..)
            | Job::CompareAgendas(_)
            | Job::DisplaceVisits(_)
            | Job::Purge
            | Job::TestAlerts(_)
            | Job::EndAlertTest(_) => Ok(()),
        }
    }
}
