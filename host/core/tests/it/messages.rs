use std::sync::Arc;

use greffon_core::flow::{NewCancellation, NewContact};
use greffon_core::jobs::Jobs;
use greffon_core::model::care::{Sensitivity, Value, keys};
use greffon_core::model::channel::Address;
use greffon_core::model::commitment::CommitmentAction;
use greffon_core::model::contact::ContactChannel;
use greffon_core::model::message::{Message, MessageState};
use greffon_core::model::scheduling::ByWhom;
use greffon_core::ports::plugins::Bound;
use greffon_simulation::{AgendaStyle, ChannelStyle, Effect, FakeChannel, Fault, feature};

use crate::office::{NOW, Office, choice, doctor, everything, fact, secretary, text};

fn messages(office: &Office, recipient: &str) -> Vec<Message> {
    office.rows().messages.values().filter(|one| one.recipient == recipient).cloned().collect()
}

fn alerted(office: &Office) {
    office.receive(vec![fact("red-flag.seizure", Value::Yes), text(keys::PATIENT_FAMILY, "Dupont")]);
}

#[test]
fn a_channel_that_cannot_send_now_is_tried_again() {
    let office = Office::open();
    alerted(&office);
    office.plan.next(Effect::ChannelSend, Fault::Refused);
    office.work();
    assert_eq!(messages(&office, "on-call")[0].state, MessageState::Queued);
    office.wait_s(9);
    assert!(office.sent.lock().unwrap().is_empty());
    office.wait_s(1);
    let message = &messages(&office, "on-call")[0];
    assert_eq!((message.state, message.attempts), (MessageState::Sent, 2));
    assert_eq!(office.sent.lock().unwrap().len(), 1);
}

#[test]
fn what_may_have_been_sent_is_never_sent_again_and_a_person_is_told() {
    for fault in [Fault::Lost, Fault::ResponseLost] {
        let office = Office::open();
        let facts = [choice(keys::CALLER_KIND, "professional"), fact(keys::RED_FLAGS_ALL, Value::No)];
        office.receive(facts.into_iter().chain([text(keys::PATIENT_FAMILY, "Dupont")]).collect());
        office.plan.next(Effect::ChannelSend, fault);
        office.wait_s(60);
        let message = &messages(&office, "on-call")[0];
        assert_eq!((message.state, message.attempts), (MessageState::Uncertain, 1));
        let told = office.sent_to("secretariat@tilleuls.example");
        assert_eq!(told.len(), 1);
        assert!(told[0].body.contains("peut-être") && !told[0].body.contains("Dupont"));
        let work: Vec<String> = office.rows().commitments.into_values().map(|one| one.what).collect();
        assert!(!work.contains(&"tell-patient".to_owned()), "it was not for the patient: {work:?}");
    }
}

#[test]
fn a_process_that_dies_while_sending_leaves_it_uncertain() {
    use futures::FutureExt;
    let mut office = Office::open();
    alerted(&office);
    // The worker dies after the message was taken up: its commit stands, its send does not.
    let jobs = futures::executor::block_on(async {
        let storage: &dyn greffon_core::ports::storage::Storage = &office.storage;
        storage
            .lease_jobs(greffon_core::model::job::Lane::Alert, 10, 10, std::time::Duration::from_secs(60))
            .await
            .unwrap()
    });
    assert_eq!(jobs.len(), 1);
    let mut rows = office.rows();
    let id = *rows.messages.keys().next().unwrap();
    let mut message = rows.messages.remove(&id).unwrap();
    message.state = MessageState::Sending;
    message.attempts = 1;
    message.feature = Some("courrier".into());
    let storage: &dyn greffon_core::ports::storage::Storage = &office.storage;
    let saved = async {
        let mut tx = storage.begin(&office.practice).await.unwrap();
        tx.save_message(&mut message).await.unwrap();
        tx.commit().await.unwrap();
    };
    saved.now_or_never().unwrap();
    office.restart();
    office.work();
    assert_eq!(messages(&office, "on-call")[0].state, MessageState::Uncertain);
    assert_eq!(office.sent_to("on-call@tilleuls.example").len(), 0, "not sent again blindly");
    assert_eq!(office.sent_to("secretariat@tilleuls.example").len(), 1);
}

#[test]
fn a_channel_that_may_not_carry_health_carries_a_notice_instead() {
    let office = Office::open();
    let channel = office.channel.carrying_at_most(Sensitivity::Personal);
    let seen = office.sent.clone();
    channel.watch(move |message| seen.lock().unwrap().push(message.clone()));
    office.rebind("courrier", Bound::Channel(Arc::new(channel)));
    alerted(&office);
    office.work();
    let sent = office.sent_to("on-call@tilleuls.example");
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].sensitivity, Sensitivity::Personal);
    assert!(!sent[0].body.contains("Dupont") && sent[0].subject.as_deref() == Some("Message prioritaire dans greffon"));
    let message = &messages(&office, "on-call")[0];
    assert_eq!(message.state, MessageState::Sent);
    assert!(message.body.contains("Dupont"), "the text is read in greffon");
}

#[test]
fn without_a_channel_for_the_address_it_fails_and_the_reception_is_told() {
    let office = Office::open();
    let mut facts = everything("consultation");
    facts.retain(|fact| fact.key != keys::PATIENT_EMAIL);
    let contact = office.receive(facts).contact;
    office.booked(contact, "op-1");
    office.news_leaves();
    let to_patient = &messages(&office, "patient")[0];
    assert_eq!((to_patient.state, to_patient.failure.as_deref()), (MessageState::Failed, Some("no-channel")));
    assert_eq!(office.sent_to("secretariat@tilleuls.example")[0].template.id, "host.message-lost");
}

#[test]
fn what_a_message_should_have_told_a_patient_somebody_tells() {
    for has_address in [false, true] {
        let office = Office::open();
        let mut facts = everything("consultation");
        facts.retain(|fact| has_address || fact.key != keys::PATIENT_EMAIL);
        office.plan.next(Effect::Triage, Fault::Refused);
        let view = office.receive(facts);
        let (contact, promise) = (view.contact, view.commitments[0].id);
        office.close(contact).expect("closed");
        office.work();
        let later = CommitmentAction::Move { due: NOW.plus_minutes(300), reason: "visite".to_owned() };
        office.plan.next(Effect::ChannelSend, Fault::ResponseLost);
        let actor = secretary();
        let moved = office.reception.commitments.act(&office.practice, promise, later, &actor);
        futures::executor::block_on(moved).expect("moved");
        office.wait_s(60);
        let lost = messages(&office, "patient").remove(0);
        let code = if has_address { "uncertain" } else { "no-channel" };
        assert_eq!(lost.failure.as_deref(), Some(code));
        let work: Vec<_> = office.rows().commitments.into_values().filter(|one| one.id != promise).collect();
        assert_eq!(work.len(), 1);
        assert_eq!((work[0].what.as_str(), work[0].owner.as_str()), ("tell-patient", "secretariat"));
        assert_eq!((work[0].contact, &work[0].said), (contact, &lost.body));
        let told = office.sent_to("secretariat@tilleuls.example");
        let told = told.iter().find(|one| one.template.id == "host.message-lost").expect("told");
        for word in ["Jeanne Dupont", "+33612345678", "À dire de vive voix", lost.body.as_str()] {
            assert!(told.body.contains(word), "{word}: {}", told.body);
        }
        // The next call of the same patient shows it, and nothing writes it twice.
        let again = office.receive(everything("information"));
        assert!(again.banners.iter().any(|banner| banner.code.starts_with("promise-open")), "{:?}", again.banners);
        office.wait_s(600);
        assert_eq!(office.rows().commitments.len(), 2);
        // Another hour for it is the reception's own affair.
        let to_patient = messages(&office, "patient").len();
        let later = CommitmentAction::Move { due: NOW.plus_minutes(400), reason: "occupé".to_owned() };
        let moved = office.reception.commitments.act(&office.practice, work[0].id, later, &actor);
        futures::executor::block_on(moved).expect("moved");
        assert_eq!(messages(&office, "patient").len(), to_patient);
    }
}

/// Who wrote a form hears nothing from the desk.
#[test]
fn who_was_never_on_the_line_is_told_by_somebody() {
    let office = Office::open();
    let facts = everything("consultation");
    let new = NewContact { channel: ContactChannel::Form, origin: None, facts, about: None };
    let received = futures::executor::block_on(office.reception.contacts.receive(&office.practice, new, &secretary()));
    let contact = received.expect("received").contact;
    office.booked(contact, "op-1");
    office.plan.next(Effect::ChannelSend, Fault::ResponseLost);
    office.wait_s(60);
    let work: Vec<String> = office.rows().commitments.into_values().map(|one| one.what).collect();
    assert_eq!(work, ["tell-patient"]);
}

#[test]
fn what_came_too_late_to_be_of_use_is_told_by_nobody() {
    let office = Office::open();
    office.plan.next(Effect::Triage, Fault::Refused);
    let view = office.receive(everything("consultation"));
    let (contact, promise) = (view.contact, view.commitments[0].id);
    office.close(contact).expect("closed");
    office.work();
    let actor = secretary();
    let due = NOW.plus_minutes(200);
    let later = CommitmentAction::Move { due, reason: "visite".to_owned() };
    futures::executor::block_on(office.reception.commitments.act(&office.practice, promise, later, &actor))
        .expect("moved");
    office.clock.set(due);
    office.work();
    let lost = messages(&office, "patient").remove(0);
    assert_eq!(lost.failure.as_deref(), Some("expired"));
    assert_eq!(office.rows().commitments.len(), 1, "the other hour has come: nobody need say it");
}

/// A doctor cancels in the agenda's own application, from no call at all.
#[test]
fn news_of_an_appointment_that_changed_without_a_call_are_told_by_somebody() {
    let office = Office::open();
    let contact = office.triaged();
    office.booked(contact, "op-1");
    office.close(contact).expect("closed");
    office.work();
    let id = office.rows().appointments.values().next().expect("booked").id.clone();
    let new = NewCancellation {
        op_id: "op-2".into(),
        contact: None,
        by: ByWhom::Practitioner,
        reason: "practitioner-absent".to_owned(),
    };
    office.clock.set(NOW.plus_minutes(60));
    office.plan.next(Effect::ChannelSend, Fault::ResponseLost);
    let doctor = doctor();
    let cancelled = office.reception.appointments.cancel(&office.practice, &id, new, &doctor);
    futures::executor::block_on(cancelled).expect("cancelled");
    office.wait_s(60);
    let work: Vec<_> = office.rows().commitments.into_values().collect();
    assert_eq!(
        work.iter().map(|one| (one.what.as_str(), one.contact)).collect::<Vec<_>>(),
        [("tell-patient", contact)]
    );
}

#[test]
fn who_heard_of_the_booking_on_the_line_is_not_called_again() {
    let office = Office::open();
    let contact = office.triaged();
    office.booked(contact, "op-1");
    office.close(contact).expect("closed");
    office.plan.next(Effect::ChannelSend, Fault::ResponseLost);
    office.wait_s(60);
    assert_eq!(messages(&office, "patient")[0].state, MessageState::Uncertain);
    assert!(office.rows().commitments.is_empty());
    let told = office.sent_to("secretariat@tilleuls.example").remove(0);
    assert!(told.body.contains("envoi incertain") && !told.body.contains("Dupont"), "{}", told.body);
}

#[test]
fn a_binding_that_names_the_recipient_goes_first() {
    let office = Office::open();
    let own = FakeChannel::new(ChannelStyle::Mail, office.clock.clone());
    office.reload(|practice| {
        let mut on_call = feature("courrier-garde", Bound::Channel(Arc::new(own.clone())));
        on_call.serves.recipients = vec!["on-call".to_owned()];
        practice.features.push(on_call);
    });
    alerted(&office);
    office.work();
    assert_eq!((own.sent().len(), office.channel.sent().len()), (1, 0));
}

#[test]
fn a_gateway_that_deduplicates_is_asked_again_without_harm() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        practice.recipients.insert(
            "on-call".to_owned(),
            greffon_core::model::practice::Recipient {
                addresses: vec![Address { scheme: "tel".to_owned(), value: "+33600000000".to_owned() }],
                code: None,
            },
        );
    });
    let gateway = FakeChannel::with(ChannelStyle::Gateway, office.clock.clone(), office.plan.clone(), Arc::default());
    office.rebind("courrier", Bound::Channel(Arc::new(gateway.clone())));
    alerted(&office);
    office.plan.next(Effect::ChannelSend, Fault::ResponseLost);
    office.wait_s(60);
    assert_eq!((gateway.sent().len(), messages(&office, "on-call")[0].state), (1, MessageState::Sent));
}

#[test]
fn urgent_messages_leave_before_the_rest() {
    let office = Office::open();
    let contact = office.triaged();
    office.booked(contact, "op-1");
    alerted(&office);
    futures::executor::block_on(Jobs::new(office.reception.clone()).run_due(1)).unwrap();
    assert_eq!(office.sent.lock().unwrap()[0].template.id, "host.alert");
}
