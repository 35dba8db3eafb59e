//! What practitioners say of grids and scripts, and what is remembered of it.

use futures::executor::block_on;
use greffon_core::flow::{Flow, NewApproval};
use greffon_core::ids::FeatureId;
use greffon_core::model::approval::{Approval, Approvals, Attestation, Content, ContentName, Standing};
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::pin::SettingsDigest;
use greffon_core::model::practice::PluginKind;
use greffon_core::time::Instant;

use crate::office::{NOW, Office, code};

const RPPS: &str = "10003456789";

fn digest(text: &str) -> SettingsDigest {
    SettingsDigest::of("triage-grid", text)
}

fn content(text: &str) -> Content {
    Content {
        feature: "tri".into(),
        kind: PluginKind::Triage,
        settings: digest(text),
        contents: vec![ContentName { id: "fievre".to_owned(), version: "3".to_owned() }],
        demo: false,
        standing: Standing::Refused { message: "unsigned".to_owned(), hint: "sign it".to_owned() },
    }
}

/// A practice whose grid nobody approved.
fn unsigned() -> Office {
    let office = Office::open();
    office.practices.put_contents(&office.practice, vec![content("grid")]);
    office
}

fn doctor() -> Actor {
    Actor { subject: "dr-7".to_owned(), role: Role::Practitioner }
}

fn until(minutes: i64) -> NewApproval {
    NewApproval { settings: digest("grid"), from: None, until: NOW.plus_minutes(minutes) }
}

fn approve(office: &Office, new: NewApproval) -> Flow<Attestation> {
    block_on(office.reception.approvals.approve(&office.practice, &"tri".into(), new, Some(RPPS), &doctor()))
}

fn withdraw(office: &Office, feature: &str) -> Flow<Instant> {
    block_on(office.reception.approvals.withdraw(&office.practice, &feature.into(), &doctor()))
}

fn known(office: &Office) -> Approvals {
    Approvals::new(office.rows().approvals.values().cloned().collect())
}

fn attested(office: &Office, text: &str) -> Option<Attestation> {
    known(office).attestation(&FeatureId::from("tri"), digest(text)).cloned()
}

#[test]
fn a_practitioner_approves_what_they_read_once_and_it_is_journalled() {
    let office = unsigned();
    let given = approve(&office, until(60)).unwrap();
    assert_eq!((given.subject.as_str(), given.rpps.as_str(), given.from), ("dr-7", RPPS, NOW));
    assert_eq!(given.contents, content("grid").contents);
    assert_eq!(attested(&office, "grid"), Some(given.clone()));
    office.clock.set(NOW.plus_minutes(1));
    assert_eq!(approve(&office, until(60)).unwrap(), given, "said twice it is said once");
    assert_eq!(office.journal("content.approved"), 1);
    // A longer time is another word.
    let longer = approve(&office, until(600)).unwrap();
    assert!(longer.at > given.at);
    assert_eq!((office.journal("content.approved"), office.rows().approvals.len()), (2, 1));
}

#[test]
fn only_a_practitioner_with_an_rpps_approves_the_content_that_is_there() {
    let office = unsigned();
    let by = |rpps: Option<&str>, role: Role, feature: &str, new: NewApproval| {
        let actor = Actor { subject: "x".to_owned(), role };
        let feature = feature.into();
        let approved = office.reception.approvals.approve(&office.practice, &feature, new, rpps, &actor);
        code(&block_on(approved).unwrap_err()).to_owned()
    };
    for role in [Role::Secretary, Role::Supervisor, Role::PracticeAdmin, Role::OperatorAdmin, Role::System] {
        assert_eq!(by(Some(RPPS), role, "tri", until(60)), "clinician-only", "{role:?}");
        let actor = Actor { subject: "x".to_owned(), role };
        let withdrawn = block_on(office.reception.approvals.withdraw(&office.practice, &"tri".into(), &actor));
        assert_eq!(code(&withdrawn.unwrap_err()), "clinician-only", "{role:?}");
    }
    for rpps in [None, Some(""), Some("1000345678"), Some("100034567890"), Some("1000345678é"), Some("1000345678x")] {
        assert_eq!(by(rpps, Role::Practitioner, "tri", until(60)), "rpps-missing", "{rpps:?}");
    }
    let ours = |new| by(Some(RPPS), Role::Practitioner, "tri", new);
    assert_eq!(by(Some(RPPS), Role::Practitioner, "autre", until(60)), "content");
    assert_eq!(ours(NewApproval { settings: digest("edited"), ..until(60) }), "content-changed");
    assert_eq!(ours(until(0)), "invalid");
    assert_eq!(ours(NewApproval { from: Some(NOW.plus_minutes(60)), ..until(60) }), "invalid");
    office.practices.put_contents(&office.practice, vec![Content { demo: true, ..content("grid") }]);
    assert_eq!(ours(until(60)), "demonstration");
    office.practices.put_contents(&office.practice, vec![Content { standing: Standing::NotNeeded, ..content("grid") }]);
    assert_eq!(ours(until(60)), "demonstration");
    assert!(office.rows().approvals.is_empty());
    assert_eq!(office.journal("content.approved"), 0);
}

#[test]
fn a_withdrawal_takes_back_all_that_was_said_and_a_new_approval_counts_again() {
    let office = unsigned();
    approve(&office, until(60)).unwrap();
    office.practices.put_contents(&office.practice, vec![content("later")]);
    let at = withdraw(&office, "tri").unwrap();
    assert_eq!(attested(&office, "grid"), None);
    let known = known(&office);
    assert!(known.withdrawn_at(digest("grid")) >= Some(at) && known.withdrawn_at(digest("later")) >= Some(at));
    assert_eq!(withdraw(&office, "tri").unwrap(), at, "a repeat changes nothing");
    assert_eq!(office.journal("content.withdrawn"), 1);
    assert_eq!(code(&withdraw(&office, "autre").unwrap_err()), "content");

    office.practices.put_contents(&office.practice, vec![content("grid")]);
    let again = approve(&office, until(60)).unwrap();
    assert!(again.at > at, "also in the same instant");
    assert_eq!(attested(&office, "grid"), Some(again));
}

#[test]
fn what_a_file_said_is_remembered_once_and_forgotten_never() {
    let office = unsigned();
    let row = |text: &str, at: i64| Approval {
        approved_at: Some(NOW.plus_minutes(at)),
        begins_at: Some(NOW.plus_minutes(at)),
        ..Approval::new(office.practice.clone(), "tri".into(), digest(text))
    };
    let remember = |rows: &[Approval]| block_on(office.reception.approvals.remember(&office.practice, rows)).unwrap();
    remember(&[row("old", -20), row("grid", -10)]);
    remember(&[row("old", -20), row("grid", -10)]);
    assert_eq!(office.journal("content.signature-seen"), 2);
    let replaced = known(&office).replaced_at(&"tri".into(), digest("old"), NOW.plus_minutes(-20), NOW);
    assert_eq!(replaced, Some(NOW.plus_minutes(-10)));
    // What stands of it is not lost with what another node saw.
    let given = approve(&office, until(60)).unwrap();
    remember(&[row("grid", -10)]);
    assert_eq!(attested(&office, "grid"), Some(given));
    let mark = block_on(office.reception.approvals.known_since(-1)).unwrap().expect("rows");
    assert_eq!(mark.1.len(), 2);
    assert_eq!(block_on(office.reception.approvals.known_since(mark.0)).unwrap(), None, "nothing new");
    withdraw(&office, "tri").unwrap();
    assert!(block_on(office.reception.approvals.known_since(mark.0)).unwrap().is_some());
}
