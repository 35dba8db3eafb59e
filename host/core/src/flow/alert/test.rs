//! The daily test of a practice's chain: written to everybody, and what came of it told to
//! whoever can do something about it.

use std::time::Duration;

use super::Alerts;
use crate::flow::act::Act;
use crate::flow::error::Flow;
use crate::flow::journal::Entry;
use crate::flow::message::Post;
use crate::ids::{JobId, MessageId, PracticeId};
use crate::model::alert::{AlertTest, Asked, Unreached, everybody, next_test, persons};
use crate::model::audit::Actor;
use crate::model::care::Level;
use crate::model::channel::Address;
use crate::model::contact::opening;
use crate::model::job::{Due, Job, Lane, TestDay};
use crate::model::message::MessageCause;
use crate::model::practice::Practice;
use crate::model::recipients::{Recipient, escalation, reception};
use crate::model::wording;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{StorageError, Stored, Transaction};

/// How long the channels have to take a test. What they have not taken by then is not sent
/// any more: at another hour than the practice's own, a test frightens.
const TAKEN_WITHIN_MIN: i64 = 60;

/// A test that could begin no sooner than this after its hour is left out, for the same
/// reason.
const LATEST_BEGINNING: Duration = Duration::from_secs(60 * 60);

/// How much of a chain was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// All of it.
    Everybody,
    /// A part.
    Some,
    /// Nothing: an alert would be heard by nobody of the practice.
    Nobody,
}

/// What came of ending a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TestEnd {
    /// It had ended, or there is none.
    Already,
    /// It has ended.
    Now(Reached),
    /// Somebody has to be told, and is there again after this long.
    Later(Duration),
}

impl Alerts {
    /// Writes the job of the next test, if the practice has set an hour. Says whether it was
    /// not there yet.
    pub(crate) async fn enqueue_test(&self, practice: &PracticeId) -> Stored<bool> {
        let Ok(practice) = self.acts.practice(practice) else { return Ok(false) };
        let Some((test, at)) = next_test(&practice, self.acts.now()) else { return Ok(false) };
        let id = JobId::named(&format!("test-alerts {} {} {}", practice.id, test.day, test.minute));
        let written = async {
            let mut tx = self.storage.begin(&practice.id).await?;
            tx.enqueue(id, &Job::TestAlerts(test), Lane::Normal, Due::At(at)).await?;
            tx.commit().await
        };
        match written.await {
            Ok(()) => Ok(true),
            Err(StorageError::Exists { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes to everybody of the chain, by all their addresses, that it is a test: once a
    /// civil day, whoever asks and however often. `late` is how long its hour has been past.
    pub(crate) async fn test(
        &self,
        practice: &LivePractice,
        test: &TestDay,
        late: Duration,
        actor: &Actor,
    ) -> Flow<()> {
        // The practice may have set another hour, or none, since.
        if practice.alert_test != Some(test.minute) {
            return Ok(());
        }
        let act = Act::new(practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.alert_test().await?;
        if before.as_ref().is_some_and(|before| before.day >= test.day) {
            return Ok(());
        }
        if late > LATEST_BEGINNING {
            let entry = Entry::new("alert-test.left-out").about("alert-test", &test.day);
            self.acts.note(tx.as_mut(), act, entry).await?;
            return Ok(tx.commit().await?);
        }
        let asked = self.ask_everybody(tx.as_mut(), act, &test.day).await?;
        let messages: usize = asked.iter().map(|one| one.by.len()).sum();
        let entry = Entry::new("alert-test.sent")
            .about("alert-test", &test.day)
            .field("persons", asked.len())
            .field("messages", messages);
        self.acts.note(tx.as_mut(), act, entry).await?;
        let ends = Due::After(Duration::from_secs(u64::try_from(TAKEN_WITHIN_MIN * 60).unwrap_or(0)));
        self.acts.enqueue(tx.as_mut(), act, &Job::EndAlertTest(test.day.clone()), Lane::Normal, ends).await?;
        let mut sent = AlertTest {
            practice: practice.id.clone(),
            day: test.day.clone(),
            sent_at: act.now,
            asked,
            ended: false,
            version: before.map_or(0, |before| before.version),
        };
        tx.save_alert_test(&mut sent).await?;
        Ok(tx.commit().await?)
    }

    async fn ask_everybody(&self, tx: &mut dyn Transaction, act: Act<'_>, day: &str) -> Stored<Vec<Asked>> {
        let mut asked = Vec::new();
        let mut written: Vec<(&Address, MessageId)> = Vec::new();
        for (person, addresses) in persons(act.practice, &everybody(act.practice)) {
            let mut by = Vec::new();
            for address in addresses {
                let message = match written.iter().find(|(known, _)| *known == address) {
                    Some((_, message)) => *message,
                    None => {
                        let post = Post {
                            to: Recipient { name: person.clone(), address: Some(address.clone()) },
                            letter: wording::alert_test(act.practice),
                            level: Level::Routine,
                            valid_until: Some(act.now.plus_minutes(TAKEN_WITHIN_MIN)),
                            cause: MessageCause::AlertTest(day.to_owned()),
                            contact: None,
                        };
                        self.messages.post(tx, act, post).await?
                    }
                };
                written.push((address, message));
                by.push((address.scheme.clone(), message));
            }
            asked.push(Asked { person, by });
        }
        Ok(asked)
    }

    /// Ends the test of a civil day: whom no channel reached is told to whoever can set it
    /// right, when somebody is there; when nobody was reached, to the operator's supervisors
    /// at once.
    pub(crate) async fn end_test(&self, practice: &LivePractice, day: &str, actor: &Actor) -> Flow<TestEnd> {
        let act = Act::new(practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.alert_test().await?.filter(|test| test.day == day && !test.ended);
        let Some(mut test) = before else { return Ok(TestEnd::Already) };
        let mut messages = Vec::new();
        for (_, id) in test.asked.iter().flat_map(|asked| &asked.by) {
            messages.extend(tx.message(*id).await?);
        }
        let unreached = test.unreached(&messages);
        let reached = match unreached.len() {
            missed if missed == test.asked.len() => Reached::Nobody,
            0 => Reached::Everybody,
            _ => Reached::Some,
        };
        let opens = opening(practice, &[], act.now).first().map(|open| open.start).filter(|opens| *opens > act.now);
        if let (Reached::Some, Some(opens)) = (reached, opens) {
            return Ok(TestEnd::Later(opens.since(act.now)));
        }
        if reached != Reached::Everybody {
            self.tell_missed(tx.as_mut(), act, &test, &unreached).await?;
        }
        let entry = Entry::new("alert-test.ended")
            .about("alert-test", day)
            .field("persons", test.asked.len())
            .field("unreached", unreached.len());
        self.acts.note(tx.as_mut(), act, entry).await?;
        test.ended = true;
        tx.save_alert_test(&mut test).await?;
        tx.commit().await?;
        Ok(TestEnd::Now(reached))
    }

    async fn tell_missed(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        test: &AlertTest,
        unreached: &[Unreached],
    ) -> Stored<()> {
        let nobody = unreached.len() == test.asked.len();
        // As what tells of any message that did not arrive: when it does not arrive either,
        // the list of messages says so.
        let cause = match test.asked.iter().find_map(|one| one.by.first()) {
            Some((_, message)) => MessageCause::Message(*message),
            None => MessageCause::AlertTest(test.day.clone()),
        };
        for (person, address) in who_mends(act.practice, unreached, nobody) {
            let post = Post {
                to: Recipient { name: person, address: Some(address) },
                letter: wording::alert_test_missed(act.practice, unreached, nobody),
                level: if nobody { Level::SameDay } else { Level::Soon },
                valid_until: None,
                cause: cause.clone(),
                contact: None,
            };
            self.messages.post(tx, act, post).await?;
        }
        Ok(())
    }
}

/// Who is told, and where: of the reception the first who could be reached; all of the
/// operator's supervisors, by all their addresses, when there is none.
fn who_mends(practice: &Practice, unreached: &[Unreached], nobody: bool) -> Vec<(String, Address)> {
    let was_missed = |name: &String| unreached.iter().any(|missed| missed.person == *name);
    let reception = reception().into_iter().chain(escalation()).filter(|name| !nobody && !was_missed(name));
    let first = reception.into_iter().find_map(|name| {
        let address = practice.recipients.get(&name)?.addresses.first()?.clone();
        Some((name, address))
    });
    if let Some(first) = first {
        return vec![first];
    }
    let supervisors = persons(practice, &practice.supervision.supervisors).into_iter();
    supervisors.flat_map(|(name, all)| all.iter().map(move |one| (name.clone(), one.clone()))).collect()
}
