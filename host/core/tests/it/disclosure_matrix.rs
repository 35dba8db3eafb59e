//! The whole default matrix, and what holds of any other: nothing is said on less than it needs.

use greffon_core::ids::{ContactId, PatientId};
use greffon_core::model::care::{Fact, Source, Value, keys};
use greffon_core::model::contact::{Contact, ContactChannel};
use greffon_core::model::disclosure::{
    CheckedBy, Disclosure, IdentityCheck, Information, MaySay, Needs, Relation, Verdict, Verified, for_grid,
    for_script, loosest, may_change, persons_of,
};
use greffon_core::model::patient::{self, Patient};
use greffon_core::model::person::Person;
use greffon_core::time::Instant;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

/// What a lawyer would read: what is needed, in the order of [`Relation::ALL`].
const TABLE: &str = "
change              matched matched    matched    recognised never      never matched   never never never never
registration        matched matched    recognised recognised recognised never confirmed never never never never
appointment         matched matched    recognised recognised recognised never confirmed never never never never
appointment-time    matched matched    recognised recognised recognised never confirmed never never never never
appointment-motive  matched recognised never      recognised never      never confirmed never never never never
promise             matched matched    recognised recognised recognised never confirmed never never never never
document            matched matched    recognised recognised recognised never confirmed never never never never
results-arrived     recognised recognised never   recognised never      never confirmed never never never never
answer              recognised recognised never   confirmed  never      never never     never never never never
message             recognised recognised never   confirmed  never      never never     never never never never
result              never   never      never      never      never      never never     never never never never
";

/// Number of the patient, and of somebody around them.
const THEIRS: &str = "+33639980001";
const AROUND: &str = "+33639980002";
const ELSEWHERE: &str = "+33639980009";

fn today() -> Date {
    date(2026, 11, 24)
}

fn record(born: &str) -> Patient {
    let told = Person {
        family: "Petit".to_owned(),
        given: vec!["Léa".to_owned()],
        birth_date: Some(born.to_owned()),
        phone: Some(THEIRS.to_owned()),
        ..Person::default()
    };
    Patient::told(PatientId(Uuid::from_u128(7)), "tilleuls".into(), &told, Vec::new(), Instant(0))
}

fn around(kind: &str, may_be_told: bool, must_not_be_told: bool) -> patient::Relation {
    let (name, phone) = ("Anne Petit".to_owned(), Some(AROUND.to_owned()));
    patient::Relation { kind: kind.to_owned(), name, phone, may_be_told, must_not_be_told }
}

fn fact(key: &str, value: Value) -> Fact {
    Fact { key: key.to_owned(), value, source: Source::Caller, at: Instant(0), by: "secretary-1".to_owned() }
}

fn words(key: &str, words: &str) -> Fact {
    fact(key, Value::Text(words.to_owned()))
}

/// A call of somebody who tells so much of the patient.
fn call(kind: Option<&str>, origin: &str, verified: Verified, born: &str) -> Contact {
    let id = ContactId(Uuid::from_u128(1));
    let mut contact = Contact::received(id, "tilleuls".into(), ContactChannel::Phone, Instant(0));
    contact.origin = Some(origin.to_owned());
    contact.facts.extend(kind.map(|kind| fact(keys::CALLER_KIND, Value::Choice(kind.to_owned()))));
    if verified >= Verified::Named {
        contact.facts.extend([words(keys::PATIENT_FAMILY, "PETIT"), words(keys::PATIENT_GIVEN, "Lea")]);
    }
    if verified >= Verified::Matched {
        contact.facts.push(fact(keys::PATIENT_BIRTH_DATE, Value::Date(born.to_owned())));
    }
    contact
}

fn check(contact: &mut Contact) {
    let (by, facts) = ("secretary-1".to_owned(), contact.facts.len());
    let patient = PatientId(Uuid::from_u128(7));
    contact.checks.push(IdentityCheck { how: CheckedBy::CalledBack, patient, by, at: Instant(0), facts });
}

/// A call, and the record, of somebody who is this to the patient and so well known; `None`
/// where nobody can be both.
fn case(relation: Relation, verified: Verified) -> Option<(Contact, Patient)> {
    let born = match relation {
        Relation::Parent => "2020-05-01",
        Relation::ParentOfAdolescent => "2010-05-01",
        _ => "1988-03-07",
    };
    let mut record = record(born);
    let from = |own: &'static str| if verified == Verified::Recognised { own } else { ELSEWHERE };
    let named = || words(keys::CALLER_NAME, "Mme Anne PETIT");
    let mut contact = match relation {
        Relation::Patient => call(Some("patient"), from(THEIRS), verified, born),
        Relation::Parent => call(Some("relative"), from(THEIRS), verified, born),
        Relation::ParentOfAdolescent => {
            record.relations.push(around("parent", false, false));
            let mut contact = call(Some("relative"), from(AROUND), verified, born);
            contact.facts.push(named());
            contact
        }
        // Without name and number nobody is recognised as either.
        Relation::Guardian | Relation::Trusted if verified == Verified::Matched => return None,
        Relation::Guardian | Relation::Trusted => {
            let kind = if relation == Relation::Guardian { "guardian" } else { "spouse" };
            record.relations.push(around(kind, relation == Relation::Trusted, false));
            let mut contact = call(Some("relative"), AROUND, verified, born);
            contact.facts.push(named());
            contact
        }
        Relation::Excluded => {
            record.relations.push(around("parent", false, true));
            call(Some("relative"), ELSEWHERE, verified, born)
        }
        Relation::OfDeceased => {
            record.deceased = true;
            call(Some("relative"), ELSEWHERE, verified, born)
        }
        Relation::Relative => call(Some("relative"), ELSEWHERE, verified, born),
        Relation::Professional => call(Some("professional"), ELSEWHERE, verified, born),
        Relation::ThirdParty => call(Some("laboratory"), ELSEWHERE, verified, born),
        Relation::Unknown => call(None, ELSEWHERE, verified, born),
    };
    let has_no_number = !matches!(
        relation,
        Relation::Patient | Relation::Parent | Relation::ParentOfAdolescent | Relation::Guardian | Relation::Trusted
    );
    if has_no_number && verified == Verified::Recognised {
        return None;
    }
    if verified == Verified::Confirmed {
        check(&mut contact);
    }
    Some((contact, record))
}

const VERIFIED: [Verified; 5] =
    [Verified::Nothing, Verified::Named, Verified::Matched, Verified::Recognised, Verified::Confirmed];

#[test]
fn everybody_hears_what_the_table_says_and_no_more() {
    let needs = |word: &str| {
        [Needs::Matched, Needs::Recognised, Needs::Confirmed, Needs::Never]
            .into_iter()
            .find(|one| one.as_str() == word)
            .expect("a word of the table")
    };
    let mut cells = 0;
    for (information, line) in Information::ALL.into_iter().zip(TABLE.trim().lines()) {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some(information.as_str()));
        for (relation, word) in Relation::ALL.into_iter().zip(words) {
            for verified in VERIFIED {
                let Some((contact, record)) = case(relation, verified) else { continue };
                let may_say = MaySay::of(&Disclosure::default(), &contact, &[record], today());
                let standing = &may_say.standing;
                assert_eq!((standing.relation, standing.verified), (relation, verified));
                let expected = match needs(word) {
                    Needs::Never => Verdict::Refused,
                    needs if verified.meets(needs) => Verdict::Allowed,
                    needs => Verdict::After(needs),
                };
                let mark = may_say.mark(information).unwrap();
                assert_eq!(mark.verdict, expected, "{information:?} {relation:?} {verified:?}");
                assert_eq!(mark.instead.is_none(), expected == Verdict::Allowed);
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 11 * (5 * 11 - 2 - 6), "no cell is left out");
}

#[test]
fn a_refusal_never_tells_that_there_is_something_to_be_told() {
    for (relation, verified) in Relation::ALL.into_iter().flat_map(|one| VERIFIED.map(|verified| (one, verified))) {
        let Some((contact, record)) = case(relation, verified) else { continue };
        for mark in MaySay::of(&Disclosure::default(), &contact, &[record], today()).marks {
            let said = mark.instead.map(|text| text.fr().to_owned()).unwrap_or_default();
            let tells = ["de votre rendez-vous", "vos résultats", "est patient", "ne veut pas", "dossier", "décéd"];
            assert!(tells.iter().all(|one| !said.contains(one)), "{said}");
        }
    }
}

#[test]
fn nothing_is_said_as_long_as_it_is_not_known_whose_matter_it_is() {
    for relation in Relation::ALL {
        let Some((contact, _)) = case(relation, Verified::Confirmed) else { continue };
        let may_say = MaySay::of(&Disclosure::default(), &contact, &[], today());
        assert!(Information::ALL.iter().all(|one| !may_say.allows(*one)), "{relation:?}");
    }
}

#[test]
fn a_check_is_void_once_somebody_else_is_told_of() {
    for (key, value) in [
        (keys::CALLER_KIND, Value::Choice("relative".to_owned())),
        (keys::CALLER_NAME, Value::Text("Paul".to_owned())),
        (keys::PATIENT_GIVEN, Value::Text("Inès".to_owned())),
    ] {
        let (mut contact, record) = case(Relation::Patient, Verified::Confirmed).unwrap();
        contact.facts.push(words(keys::WORDS, "bonjour"));
        let verified = |contact: &Contact| {
            MaySay::of(&Disclosure::default(), contact, std::slice::from_ref(&record), today()).standing.verified
        };
        assert_eq!(verified(&contact), Verified::Confirmed);
        contact.facts.push(fact(key, value));
        assert_ne!(verified(&contact), Verified::Confirmed, "{key}");
    }
    // A check of another patient is none.
    let (contact, record) = case(Relation::Patient, Verified::Confirmed).unwrap();
    let other = Patient { id: PatientId(Uuid::from_u128(8)), ..record };
    let may_say = MaySay::of(&Disclosure::default(), &contact, &[other], today());
    assert_eq!(may_say.standing.verified, Verified::Matched);
}

#[test]
fn whom_a_person_chose_is_known_by_the_birth_date_and_a_twin_is_not() {
    let (mut contact, record) = case(Relation::Patient, Verified::Matched).unwrap();
    contact.facts.push(words(keys::PATIENT_FAMILY, "Petite"));
    let verified = |contact: &Contact, record: &Patient| {
        MaySay::of(&Disclosure::default(), contact, std::slice::from_ref(record), today()).standing.verified
    };
    assert_eq!(verified(&contact, &record), Verified::Nothing);
    contact.patient = patient::Link::Known { patient: record.id, by: Some("secretary-1".to_owned()) };
    assert_eq!(verified(&contact, &record), Verified::Matched);
    let twin = Person { given: vec!["Inès".to_owned()], ..persons_of(std::slice::from_ref(&record)).remove(0) };
    let asked = may_change(&Disclosure::default(), &contact, &twin, &[record], today());
    assert!(asked.is_err(), "{asked:?}");
}

#[test]
fn a_number_that_only_a_caller_gave_proves_nothing() {
    let (contact, mut record) = case(Relation::Patient, Verified::Recognised).unwrap();
    record.learnt_phones = record.phones.clone();
    let may_say = MaySay::of(&Disclosure::default(), &contact, &[record], today());
    assert_eq!(may_say.standing.verified, Verified::Matched);
}

#[test]
fn the_telephone_of_whoever_is_not_to_be_told_is_never_the_patient_s() {
    let (mut contact, mut record) = case(Relation::Patient, Verified::Recognised).unwrap();
    record.relations.push(around("spouse", false, true));
    contact.origin = Some(AROUND.to_owned());
    record.phones.push(AROUND.to_owned());
    let relation = |contact: &Contact| {
        MaySay::of(&Disclosure::default(), contact, std::slice::from_ref(&record), today()).standing.relation
    };
    assert_eq!(relation(&contact), Relation::Excluded);
    // Until somebody has called the patient back.
    check(&mut contact);
    assert_eq!(relation(&contact), Relation::Patient);
}

#[test]
fn another_relative_who_is_recognised_is_not_taken_for_the_one_who_is_not_to_be_told() {
    let (mut contact, mut record) = case(Relation::Trusted, Verified::Recognised).unwrap();
    let mut other = around("parent", false, true);
    (other.name, other.phone) = ("Marc Durand".to_owned(), Some(ELSEWHERE.to_owned()));
    record.relations.push(other);
    let relation = |contact: &Contact, record: &Patient| {
        MaySay::of(&Disclosure::default(), contact, std::slice::from_ref(record), today()).standing.relation
    };
    assert_eq!(relation(&contact, &record), Relation::Trusted);
    contact.facts.push(words(keys::CALLER_NAME, "M. Durand"));
    assert_eq!(relation(&contact, &record), Relation::Excluded, "by a part of the name");
    contact.facts.push(words(keys::CALLER_NAME, "Julie Martin"));
    assert_eq!(relation(&contact, &record), Relation::Excluded, "whoever is not recognised may be him");
}

#[test]
fn a_no_in_a_joined_record_counts() {
    let (contact, record) = case(Relation::Parent, Verified::Recognised).unwrap();
    let joined = Patient { relations: vec![around("parent", false, true)], ..record.clone() };
    let may_say = MaySay::of(&Disclosure::default(), &contact, &[record, joined], today());
    assert_eq!(may_say.standing.relation, Relation::Excluded);
}

/// A matrix that is open wherever a practice can open it, and one of any cells.
fn any_matrix() -> impl Strategy<Value = Disclosure> {
    let needs =
        || prop::sample::select(vec![Needs::Named, Needs::Matched, Needs::Recognised, Needs::Confirmed, Needs::Never]);
    let cells = Information::ALL.len() * Relation::ALL.len();
    prop_oneof![Just(vec![Needs::Named; cells]), prop::collection::vec(needs(), cells)].prop_map(|needs| {
        let all = Information::ALL.into_iter().flat_map(|one| Relation::ALL.map(|relation| (one, relation)));
        all.zip(needs).fold(Disclosure::default(), |rules, ((information, relation), needs)| {
            rules.with(information, relation, needs)
        })
    })
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let told = prop_oneof![
        prop::sample::select(vec!["patient", "relative", "professional", "laboratory", "internal", "unknown"])
            .prop_map(|kind| fact(keys::CALLER_KIND, Value::Choice(kind.to_owned()))),
        prop::sample::select(vec!["Anne Petit", "Petit", "Julie Martin", ""])
            .prop_map(|it| words(keys::CALLER_NAME, it)),
        prop::sample::select(vec!["parent", "other"]).prop_map(|it| words(keys::CALLER_RELATION, it)),
        prop::sample::select(vec!["Petit", "Durand"]).prop_map(|it| words(keys::PATIENT_FAMILY, it)),
        prop::sample::select(vec!["Léa", "Inès"]).prop_map(|it| words(keys::PATIENT_GIVEN, it)),
        prop::sample::select(vec!["1988-03-07", "2010-05-01", "2020-05-01", "1988"])
            .prop_map(|it| fact(keys::PATIENT_BIRTH_DATE, Value::Date(it.to_owned()))),
        Just(fact(keys::PATIENT_KNOWN, Value::Yes)),
        Just(words("answer.text", SECRET)),
    ];
    let source = prop::sample::select(vec![
        Source::Caller,
        Source::Operator,
        Source::Clinician,
        Source::MedicalRecord,
        Source::Agenda,
    ]);
    (told, source).prop_map(|(fact, source)| Fact { source, ..fact })
}

const SECRET: &str = "la glycémie est à 3 grammes";

fn any_record() -> impl Strategy<Value = Patient> {
    let kinds = prop::sample::select(vec!["parent", "guardian", "trusted-person", "spouse"]);
    let relation = (kinds, any::<bool>(), any::<bool>()).prop_map(|(kind, told, not)| around(kind, told && !not, not));
    let born = prop::sample::select(vec!["1988-03-07", "2010-05-01", "2020-05-01"]);
    (born, prop::collection::vec(relation, 0..3), prop::bool::weighted(0.1))
        .prop_map(|(born, relations, deceased)| Patient { relations, deceased, ..record(born) })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_said_or_given_to_a_plugin_on_less_than_it_needs(
        rules in any_matrix(),
        facts in prop::collection::vec(any_fact(), 0..14),
        records in prop::collection::vec(any_record(), 0..3),
        origin in prop::sample::select(vec![THEIRS, AROUND, ELSEWHERE]),
        checked in prop::option::of(0usize..14),
    ) {
        let mut contact = call(None, origin, Verified::Nothing, "");
        for (number, fact) in facts.into_iter().enumerate() {
            if checked == Some(number) {
                check(&mut contact);
            }
            contact.facts.push(fact);
        }
        let may_say = MaySay::of(&rules, &contact, &records, today());
        let (relation, verified) = (may_say.standing.relation, may_say.standing.verified);
        for mark in &may_say.marks {
            let needs = rules.needs(mark.information, relation);
            prop_assert!(needs >= loosest(mark.information, relation));
            prop_assert_eq!(mark.verdict == Verdict::Allowed, verified.meets(needs), "{:?}", mark);
            if records.is_empty() {
                prop_assert_ne!(mark.verdict, Verdict::Allowed);
            }
        }
        if matches!(relation, Relation::ThirdParty | Relation::Relative | Relation::Excluded | Relation::Unknown) {
            prop_assert!(!may_say.allows(Information::Result) && !may_say.allows(Information::Answer));
        }
        let source_of = |fact: &Fact| match fact.source {
            Source::Clinician => Some(Information::Answer),
            Source::MedicalRecord => Some(Information::Result),
            Source::Agenda => Some(Information::AppointmentTime),
            Source::Operator if fact.key == keys::PATIENT_KNOWN => Some(Information::Registration),
            _ => None,
        };
        let (script, grid) = (for_script(&contact.facts, &may_say), for_grid(&contact.facts, &may_say));
        for ((told, given), to_grid) in contact.facts.iter().zip(&script).zip(&grid) {
            let open = source_of(told).is_none_or(|information| may_say.allows(information));
            prop_assert_eq!(given.value == told.value, open);
            prop_assert_eq!(&given.key, &told.key);
            prop_assert!(open || !matches!(to_grid.value, Value::Text(_)));
        }
    }
}
