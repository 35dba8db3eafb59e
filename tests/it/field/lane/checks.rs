//! What must hold of a practice whatever went wrong: nothing told that does not stand, nothing twice,
//! nothing lost, nothing without an owner.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use greffon_core::model::commitment::{CALLBACK, VERIFY_BOOKING};
use greffon_core::model::intent::{Appointment, Intent, IntentKind, IntentState};
use greffon_core::model::message::{Message, MessageCause, MessageState};
use greffon_core::model::recipients::PATIENT;
use greffon_core::model::standing::is_gone;
use greffon_core::ports::storage::Storage as _;

use super::super::office::PRACTICE;
use super::{Lane, Said, Standing};

impl Lane {
    /// Nobody was told of what these op-ids asked for, but where the agenda holds it.
    pub async fn told_what_stands(&mut self, label: &str, booked: &str, ops: &[&str]) -> anyhow::Result<()> {
        let messages = self.messages().await?;
        for op in ops {
            let Some(intent) = self.intent(op).await? else { continue };
            let told = messages.iter().filter(|one| one.recipient == PATIENT && is_about(one, &intent)).count();
            let stands = self.standing(booked).await?.map(|one| one.span.start);
            let holds = match intent.kind {
                IntentKind::Cancel { .. } => stands.is_none(),
                IntentKind::Book | IntentKind::Move(_) => stands == Some(intent.request.span.start),
            };
            let (state, appointment) = (intent.state, intent.appointment.clone());
            self.check(told == 0 || holds, || {
                format!("{label}: told before confirmed: {op} is {state:?}, the agenda has {stands:?}, {appointment:?}")
            });
            self.check(told <= 1, || format!("{label}: {op} was told {told} times"));
        }
        Ok(())
    }

    /// What these op-ids asked for has come to an end that is true, and has an owner where a
    /// person must look. Says how each ended.
    pub async fn ended(&mut self, label: &str, booked: &str, op: &str, said: Said) -> anyhow::Result<String> {
        let Some(intent) = self.intent(op).await? else {
            self.check(said != Said::Yes && said != Said::Later, || format!("{label}: {said:?} was said of nothing"));
            return Ok("nothing stored".to_owned());
        };
        let state = intent.state;
        let mut ended = format!("{state:?}");
        let settled = matches!(
            state,
            IntentState::Confirmed | IntentState::Refused | IntentState::Compensated | IntentState::NeedsHuman
        );
        self.check(settled, || format!("{label}: lost: {op} is still {state:?}: {intent:?}"));
        self.check(said != Said::Yes || state == IntentState::Confirmed, || {
            format!("{label}: yes was said, and {op} is {state:?}")
        });
        self.check(said != Said::No || state != IntentState::Confirmed, || {
            format!("{label}: no was said, and {op} is {state:?}")
        });
        let stands = self.standing(booked).await?;
        let known = self.known(booked).await?;
        let recorded = known.as_ref().filter(|known| !is_gone(known.held.status)).map(|known| known.held.span);
        if state != IntentState::NeedsHuman {
            let there = stands.as_ref().map(|one| one.span);
            self.check(there == recorded, || {
                format!("{label}: {op} is {state:?}; the agenda has {there:?}, greffon {recorded:?}")
            });
            let wanted = match intent.kind {
                IntentKind::Cancel { .. } => there.is_none(),
                IntentKind::Book | IntentKind::Move(_) => there.map(|one| one.start) == Some(intent.request.span.start),
            };
            self.check(wanted == (state == IntentState::Confirmed), || {
                format!("{label}: {op} is {state:?} and the agenda has {there:?}")
            });
        }
        let late = said == Said::Later && matches!(state, IntentState::Refused | IntentState::Compensated);
        if state == IntentState::NeedsHuman || late {
            let what = if late { CALLBACK } else { VERIFY_BOOKING };
            let owned = self.has_owner(&intent, what).await?;
            self.check(owned, || format!("{label}: without an owner: {op} is {state:?} and nobody is to {what}"));
            ended = format!("{state:?}, {what}");
        }
        Ok(ended)
    }

    /// Whether somebody is to do this about what an intent asked for.
    pub async fn has_owner(&self, intent: &Intent, what: &str) -> anyhow::Result<bool> {
        let commitments = self.commitments().await?;
        let about = |contact| Some(contact) == intent.contact;
        Ok(commitments
            .iter()
            .any(|one| about(one.contact) && one.what == what && !one.state.is_final() && !one.owner.is_empty()))
    }

    /// The appointment that an op-id booked, as greffon knows it.
    async fn known(&self, booked: &str) -> anyhow::Result<Option<Appointment>> {
        let Some(booking) = self.intent(booked).await? else { return Ok(None) };
        Ok(self.appointments().await?.into_iter().find(|one| one.chain == booking.id))
    }

    /// After all that can still arrive has arrived, and all was compared: what greffon knows is
    /// what the agenda holds, nothing stands twice, everybody was told once.
    pub async fn ends(&mut self) -> anyhow::Result<()> {
        let name = "at the end";
        let standing = self.all_standing().await?;
        let mut sorted: Vec<&Standing> = standing.iter().collect();
        sorted.sort_by_key(|one| one.span.start);
        let doubles: Vec<String> = sorted
            .windows(2)
            .filter(|pair| pair[0].span.overlaps(&pair[1].span))
            .map(|pair| format!("{name}: double: {pair:?}"))
            .collect();
        self.wrong.extend(doubles);
        let ops: Vec<(usize, String)> =
            self.asked.iter().flat_map(|(number, ops)| ops.iter().map(|op| (*number, op.clone()))).collect();
        let (mut by_hand, mut confirmed) = (BTreeSet::new(), BTreeMap::<usize, usize>::new());
        for (number, op) in &ops {
            let Some(intent) = self.intent(op).await? else { continue };
            self.check(intent.state.is_final(), || format!("{name}: lost: {op} is still {:?}", intent.state));
            if intent.state == IntentState::NeedsHuman {
                by_hand.insert(intent.chain);
            }
            *confirmed.entry(*number).or_default() += usize::from(intent.state == IntentState::Confirmed);
        }
        let appointments = self.appointments().await?;
        let mut wrong = Vec::new();
        for known in appointments.iter().filter(|known| !by_hand.contains(&known.chain)) {
            let booking = self.office.host().host.database.intent(&PRACTICE.into(), known.chain).await?;
            let op = booking.context("an appointment has a first intent")?.op.0;
            let there = standing.iter().find(|one| one.op == op).map(|one| one.span);
            let recorded = Some(known.held.span).filter(|_| !is_gone(known.held.status));
            if there != recorded {
                wrong.push(format!("{name}: {op}: the agenda has {there:?}, greffon {recorded:?}"));
            }
        }
        for one in &standing {
            let Some(booking) = self.intent(&one.op).await? else {
                wrong.push(format!("{name}: nobody knows of {one:?}"));
                continue;
            };
            if !by_hand.contains(&booking.chain) && !appointments.iter().any(|known| known.chain == booking.chain) {
                wrong.push(format!("{name}: {one:?} stands and is no appointment of greffon's"));
            }
        }
        self.wrong.extend(wrong);
        self.everybody_was_told_once(&confirmed).await
    }

    /// Each patient has one message of each thing that was confirmed, and one mail of each
    /// message that went out.
    async fn everybody_was_told_once(&mut self, confirmed: &BTreeMap<usize, usize>) -> anyhow::Result<()> {
        let mails = self.office.mails()?;
        let messages = self.messages().await?;
        let mut wrong = Vec::new();
        for (number, confirmed) in confirmed {
            let address = format!("patient{number}@patients.example");
            let own: Vec<&Message> = messages.iter().filter(|one| one.to.value == address).collect();
            let of = |states: &[MessageState]| own.iter().filter(|one| states.contains(&one.state)).count();
            let sent = of(&[MessageState::Sent, MessageState::Delivered]);
            let uncertain = of(&[MessageState::Uncertain]);
            let to_them = |mail: &&String| mail.lines().any(|line| line.starts_with("To:") && line.contains(&address));
            let received = mails.iter().filter(to_them).count();
            if own.len() != *confirmed {
                wrong.push(format!("{address}: {} messages of {confirmed} things that were confirmed", own.len()));
            }
            if received < sent || received > sent + uncertain {
                wrong.push(format!("{address}: {received} mails, {sent} sent and {uncertain} uncertain"));
            }
        }
        self.wrong.extend(wrong);
        Ok(())
    }
}

fn is_about(message: &Message, intent: &Intent) -> bool {
    message.cause == MessageCause::Intent(intent.id)
}
