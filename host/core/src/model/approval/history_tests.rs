use super::*;

const NOW: Instant = Instant(100);

fn practice() -> PracticeId {
    "les-tilleuls".into()
}

fn digest(text: &str) -> SettingsDigest {
    SettingsDigest::of("triage-grid", text)
}

fn approved(at: i64) -> Seen {
    Seen::Approved { at: Instant(at), begins: Instant(at) }
}

fn known(rows: &[(&str, &str, Seen)]) -> Approvals {
    rows.iter().fold(Approvals::default(), |known, (feature, text, seen)| {
        known.with(&practice(), &(*feature).into(), [(digest(text), *seen)], NOW).0
    })
}

fn replaced(known: &Approvals, feature: &str, text: &str, said: i64) -> Option<i64> {
    known.replaced_at(&feature.into(), digest(text), Instant(said), NOW).map(|at| at.0)
}

#[test]
fn what_was_replaced_stays_so_until_it_is_signed_again() {
    let known = known(&[("tri", "old", approved(10)), ("tri", "new", approved(20))]);
    assert_eq!(replaced(&known, "tri", "old", 10), Some(20));
    assert_eq!(replaced(&known, "tri", "old", 21), None, "signed again");
    assert_eq!(replaced(&known, "tri", "new", 20), None);
    // A file that was put back says nothing new.
    let (again, changed) = known.clone().with(&practice(), &"tri".into(), [(digest("old"), approved(10))], NOW);
    assert_eq!((&again, changed.len()), (&known, 0));
}

#[test]
fn what_has_not_begun_replaces_nothing_yet() {
    let later = Seen::Approved { at: Instant(20), begins: Instant(NOW.0 + 1) };
    let known = known(&[("tri", "old", approved(10)), ("tri", "new", later)]);
    assert_eq!(replaced(&known, "tri", "old", 10), None);
    let begun = known.replaced_at(&"tri".into(), digest("old"), Instant(10), Instant(NOW.0 + 1));
    assert_eq!(begun, Some(Instant(20)));
}

#[test]
fn another_name_brings_nothing_back() {
    let before = known(&[("tri", "old", approved(10)), ("tri", "new", approved(20))]);
    assert_eq!(replaced(&before, "tri-nord", "old", 10), Some(20));
    let (_, changed) = before.with(&practice(), &"tri-nord".into(), [(digest("old"), approved(10))], NOW);
    assert!(changed.is_empty(), "{changed:?}");
    // Whoever had it beside the other goes on with it.
    let both = known(&[("tri", "old", approved(10)), ("tri-nord", "old", approved(10)), ("tri", "new", approved(20))]);
    assert_eq!(replaced(&both, "tri-nord", "old", 10), None);
    assert_eq!(replaced(&both, "tri", "old", 10), Some(20));
}

#[test]
fn what_was_withdrawn_is_dead_under_every_name() {
    let withdrawn = known(&[("tri", "grid", approved(10)), ("tri", "grid", Seen::Withdrawn { at: Instant(20) })]);
    assert_eq!(withdrawn.withdrawn_at(digest("grid")), Some(Instant(20)));
    let (_, changed) = withdrawn.clone().with(&practice(), &"other".into(), [(digest("grid"), approved(20))], NOW);
    assert!(changed.is_empty(), "{changed:?}");
    let (again, changed) = withdrawn.with(&practice(), &"tri".into(), [(digest("grid"), approved(21))], NOW);
    assert_eq!((changed.len(), again.rows()[0].approved_at), (1, Some(Instant(21))));
}

#[test]
fn an_attestation_goes_with_a_withdrawal_and_a_later_one_stays() {
    let attested = |at: i64| Attestation {
        contents: Vec::new(),
        subject: "dr".to_owned(),
        rpps: "10003456789".to_owned(),
        at: Instant(at),
        from: Instant(at),
        until: Instant(1_000),
    };
    let mut known = Approvals::default();
    known.row_mut(&practice(), &"tri".into(), digest("grid")).attestation = Some(attested(10));
    assert_eq!(known.withdraw(&"tri".into(), Instant(10)).len(), 1);
    assert_eq!(known.attestation(&"tri".into(), digest("grid")), None);
    known.row_mut(&practice(), &"tri".into(), digest("grid")).attestation = Some(attested(11));
    known.withdraw(&"tri".into(), Instant(10));
    assert_eq!(known.attestation(&"tri".into(), digest("grid")), Some(&attested(11)));
    assert!(known.withdraw(&"script".into(), Instant(99)).is_empty());
}

#[test]
fn two_nodes_that_saw_different_files_agree() {
    let one = known(&[("tri", "old", approved(10)), ("tri", "new", approved(20))]);
    let other = known(&[("tri", "old", approved(10)), ("tri", "old", Seen::Withdrawn { at: Instant(15) })]);
    let (mut joined, mut rejoined) = (one.clone(), other.clone());
    assert_eq!(joined.join(other.rows()).len(), 1);
    assert_eq!(rejoined.join(one.rows()).len(), 1);
    assert_eq!(joined, rejoined);
    assert!(joined.join(other.rows()).is_empty(), "said once is said");
}
