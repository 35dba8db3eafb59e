use super::super::statement::tests::{digest, key, statement};
use super::*;

const NEW_YEAR: Instant = Instant(1_798_761_600_000);

fn signer(seed: u8) -> Signer {
    Signer::new("Dr Martin".to_owned(), "10003456789".to_owned(), &key(seed).verifying_key())
}

fn file(statements: impl IntoIterator<Item = Statement>) -> Signatures {
    Signatures { statements: statements.into_iter().collect() }
}

fn contents() -> Vec<ContentName> {
    vec![ContentName { id: "fever".to_owned(), version: "3".to_owned() }]
}

/// What is known when a file is read at an instant, beside what was known before.
fn said(file: Result<Signatures, Refusal>, known: &Approvals, signers: &[Signer], now: Instant) -> Said {
    Said::new(file, known, (&"les-tilleuls".into(), &"tri".into()), signers, now)
}

fn judged(said: &Said, settings: &str, signers: &[Signer], now: Instant) -> Result<Held, Refusal> {
    let (practice, feature, contents) = ("les-tilleuls".into(), "tri".into(), contents());
    let settings = digest(settings);
    let wanted = Wanted { practice: &practice, feature: &feature, settings, contents: &contents, zone: "UTC" };
    said.judge(&wanted, signers, now)
}

fn at(all: &Signatures, settings: &str, signers: &[Signer], now: Instant) -> Result<Held, Refusal> {
    judged(&said(Ok(all.clone()), &Approvals::default(), signers, now), settings, signers, now)
}

fn refused(all: &Signatures, settings: &str, signers: &[Signer]) -> Refusal {
    at(all, settings, signers, NEW_YEAR).expect_err("refused")
}

#[test]
fn a_signature_holds_from_its_first_instant_to_before_its_last() {
    let all = file([statement()]);
    let held = at(&all, "{}", &[signer(8), signer(7)], NEW_YEAR).expect("holds");
    assert_eq!((held.name, held.from, held.until), (signer(7).name, statement().from, statement().until));
    assert!(!held.attested);
    assert!(at(&all, "{}", &[signer(7)], statement().until.plus_millis(-1)).is_ok());
    let expired = at(&all, "{}", &[signer(7)], statement().until).expect_err("over");
    assert!(expired.message.contains("expiré le 2028-01-01") && !expired.passing, "{expired:?}");
    let early = at(&all, "{}", &[signer(7)], NEW_YEAR.plus_millis(-1)).expect_err("too early");
    assert!(early.message.contains("ne commence que le 2027-01-01") && early.passing, "{early:?}");
}

#[test]
fn a_key_that_has_ended_takes_its_signatures_along() {
    let all = file([statement()]);
    let until = |day: &str| [Signer { until: Some(day.to_owned()), ..signer(7) }];
    assert!(at(&all, "{}", &until("2027-01-02"), NEW_YEAR).is_ok());
    assert!(at(&all, "{}", &until("2027-01-01"), NEW_YEAR).expect_err("ended").message.contains("expiré"));
    let later = [Signer { from: Some("2027-06-01".to_owned()), ..signer(7) }];
    assert!(at(&all, "{}", &later, NEW_YEAR).expect_err("not begun").passing);
}

#[test]
fn only_a_signer_of_the_installation_signs() {
    let all = file([statement()]);
    assert!(refused(&all, "{}", &[]).message.contains("n'est pas parmi ceux de greffon.toml"));
    let stranger = Signer { rpps: "10009999999".to_owned(), ..signer(7) };
    assert!(refused(&all, "{}", &[stranger]).message.contains("n'est pas parmi"));
    let wrong = refused(&all, "{}", &[signer(8)]);
    assert!(wrong.message.contains("n'est pas celle du soignant"), "{wrong:?}");
}

#[test]
fn a_signature_of_another_practice_or_of_other_grids_says_nothing() {
    let elsewhere = Statement { practice: "cabinet-morel".into(), ..statement() }.signed(&key(7));
    assert!(refused(&file([elsewhere]), "{}", &[signer(7)]).message.contains("autre cabinet (« cabinet-morel »)"));
    // Copied, and made to look like this practice's.
    let relabelled = Statement {
        signature: Statement { practice: "cabinet-morel".into(), ..statement() }.signed(&key(7)).signature,
        ..statement()
    };
    assert!(refused(&file([relabelled]), "{}", &[signer(7)]).message.contains("n'est pas celle du soignant"));
    let other = Statement { contents: Vec::new(), ..statement() }.signed(&key(7));
    assert!(refused(&file([other]), "{}", &[signer(7)]).message.contains("fever (3)"));
}

#[test]
fn what_was_edited_is_unsigned() {
    let edited = refused(&file([statement()]), "{\"a\":1}", &[signer(7)]);
    assert!(edited.message.contains("n'est pas celui qui a été signé"), "{edited:?}");
    assert!(refused(&file([]), "{}", &[signer(7)]).message.contains("n'est pas celui"));
}

#[test]
fn what_was_withdrawn_is_out_until_it_is_signed_again() {
    let withdrawn = Statement { kind: Kind::Withdrawn, at: NEW_YEAR.plus_millis(1), ..statement() };
    let refusal = refused(&file([statement(), withdrawn.clone().signed(&key(7))]), "{}", &[signer(7)]);
    assert!(refusal.message.contains("retiré le 2027-01-01"), "{refusal:?}");
    // Also when whoever withdrew it is no signer any more.
    assert!(refused(&file([statement(), withdrawn.clone()]), "{}", &[]).message.contains("retiré"));
    let again = Statement { at: NEW_YEAR.plus_millis(2), ..statement() }.signed(&key(7));
    let withdrawn = withdrawn.signed(&key(7));
    assert!(at(&file([statement(), withdrawn.clone(), again]), "{}", &[signer(7)], NEW_YEAR).is_ok());
    assert!(at(&file([withdrawn, statement()]), "{}", &[signer(7)], NEW_YEAR).is_err(), "put behind it");
}

/// Signed so many milliseconds after the new year.
fn signed(settings: &str, after: i64) -> Statement {
    Statement { settings: digest(settings), at: NEW_YEAR.plus_millis(after), ..statement() }.signed(&key(7))
}

/// What is remembered of a file that was read.
fn remembered(file: Signatures, known: &Approvals, now: Instant) -> Approvals {
    let said = said(Ok(file), known, &[signer(7)], now);
    let mut known = known.clone();
    known.join(said.new_rows());
    known
}

#[test]
fn an_older_signature_put_back_is_dead_although_its_days_are_not_over() {
    let (signers, now) = ([signer(7)], NEW_YEAR.plus_millis(100));
    let old = file([signed("old", 1)]);
    let known = remembered(old.clone(), &Approvals::default(), now);
    assert!(judged(&said(Ok(old.clone()), &known, &signers, now), "old", &signers, now).is_ok());
    let known = remembered(file([signed("old", 1), signed("new", 2)]), &known, now);
    // The grid and the file are put back as they were.
    let back = said(Ok(old.clone()), &known, &signers, now);
    let refusal = judged(&back, "old", &signers, now).expect_err("dead");
    assert!(refusal.message.contains("plus récent a été signé le 2027-01-01") && !refusal.passing, "{refusal:?}");
    assert!(refusal.hint.contains("signer de nouveau : greffon grid sign les-tilleuls"), "{refusal:?}");
    assert!(back.new_rows().is_empty(), "nothing new is said");
    // Without a memory the file alone says it, as long as it is whole.
    let whole = file([signed("old", 1), signed("new", 2)]);
    assert!(at(&whole, "old", &signers, now).expect_err("dead").message.contains("plus récent"));
    assert!(at(&old, "old", &signers, now).is_ok(), "a fresh installation cannot know");
    // Signed again, it lives.
    let again = said(Ok(file([signed("old", 3)])), &known, &signers, now);
    assert!(judged(&again, "old", &signers, now).is_ok());
    let known = remembered(file([signed("old", 3)]), &known, now);
    assert!(judged(&said(Ok(file([signed("new", 2)])), &known, &signers, now), "new", &signers, now).is_err());
}

#[test]
fn a_withdrawal_is_remembered_when_its_file_is_gone() {
    let (signers, now) = ([signer(7)], NEW_YEAR.plus_millis(100));
    let withdrawal = Statement { kind: Kind::Withdrawn, ..signed("grid", 2) }.signed(&key(7));
    let known = remembered(file([signed("grid", 1), withdrawal]), &Approvals::default(), now);
    let back = said(Ok(file([signed("grid", 1)])), &known, &signers, now);
    let refusal = judged(&back, "grid", &signers, now).expect_err("dead");
    assert!(refusal.message.contains("a été retiré le 2027-01-01"), "{refusal:?}");
    assert!(
        back.held_settings(&"les-tilleuls".into(), &"tri".into(), &signers).is_empty(),
        "nor for contacts under way"
    );
    let gone = said(Err(Refusal::unsigned(&"les-tilleuls".into())), &known, &signers, now);
    assert!(judged(&gone, "grid", &signers, now).expect_err("dead").message.contains("a été retiré"));
    let again = said(Ok(file([signed("grid", 3)])), &known, &signers, now);
    assert!(judged(&again, "grid", &signers, now).is_ok());
}

#[test]
fn who_is_no_signer_makes_nothing_old_and_nobody_signs_in_the_future() {
    let (signers, now) = ([signer(7)], NEW_YEAR.plus_millis(100));
    let forged = Statement { settings: digest("other"), at: NEW_YEAR.plus_millis(9), ..statement() };
    let all =
        file([signed("grid", 1), forged, Statement { kind: Kind::Withdrawn, ..signed("grid", 5) }, signed("grid", 1)]);
    assert!(at(&all, "grid", &signers, now).is_ok());
    // A key that has ended makes nothing old either.
    let ended = Signer { until: Some("2027-01-01".to_owned()), rpps: "10009999999".to_owned(), ..signer(8) };
    let by_ended = Statement { signer: ended.rpps.clone(), ..signed("other", 9) }.signed(&key(8));
    assert!(at(&file([signed("grid", 1), by_ended]), "grid", &[signer(7), ended], now).is_ok());
    let early = at(&file([signed("grid", 11 * 60_000)]), "grid", &signers, NEW_YEAR).expect_err("early");
    assert!(early.message.contains("qui est à venir") && early.passing, "{early:?}");
    assert!(at(&file([signed("grid", 9 * 60_000)]), "grid", &signers, NEW_YEAR).is_ok(), "clocks differ");
}

#[test]
fn an_attestation_counts_like_a_signature_for_its_content_and_its_time() {
    let now = NEW_YEAR.plus_millis(100);
    let given = Attestation {
        contents: contents(),
        subject: "dr-7".to_owned(),
        rpps: "10003456789".to_owned(),
        at: NEW_YEAR,
        from: NEW_YEAR,
        until: NEW_YEAR.plus_minutes(60),
    };
    let known = |given: &Attestation| {
        let mut known = Approvals::default();
        let row = known.row_mut(&"les-tilleuls".into(), &"tri".into(), digest("grid"));
        row.approve(given.at, given.from);
        row.attestation = Some(given.clone());
        known
    };
    let unsigned = || Err(Refusal::unsigned(&"les-tilleuls".into()));
    let judge = |known: &Approvals, file: Result<Signatures, Refusal>, settings: &str, now| {
        judged(&said(file, known, &[signer(7)], now), settings, &[signer(7)], now)
    };
    let held = judge(&known(&given), unsigned(), "grid", now).expect("holds");
    assert_eq!((held.name.as_str(), held.rpps.as_str(), held.attested), ("dr-7", "10003456789", true));
    assert!(judge(&known(&given), Ok(file([signed("earlier", -1)])), "grid", now).is_ok());
    // Of other content, for other grids, past its time, withdrawn, replaced.
    assert!(judge(&known(&given), unsigned(), "edited", now).expect_err("edited").message.contains("aucun soignant"));
    let others = Attestation { contents: Vec::new(), ..given.clone() };
    assert!(judge(&known(&others), unsigned(), "grid", now).expect_err("other").message.contains("fever (3)"));
    let over = judge(&known(&given), unsigned(), "grid", given.until).expect_err("over");
    assert!(over.message.contains("expiré le 2027-01-01"), "{over:?}");
    let mut withdrawn = known(&given);
    withdrawn.withdraw(&"tri".into(), given.at);
    assert!(judge(&withdrawn, unsigned(), "grid", now).expect_err("withdrawn").message.contains("retiré"));
    let newer = judge(&known(&given), Ok(file([signed("newer", 1)])), "grid", now).expect_err("replaced");
    assert!(newer.message.contains("plus récent"), "{newer:?}");
    // And contacts under way go on with it.
    let held = said(unsigned(), &known(&given), &[], now).held_settings(&"les-tilleuls".into(), &"tri".into(), &[]);
    assert_eq!(held.len(), 1);
}

#[test]
fn contacts_go_on_with_earlier_content_that_is_signed_still() {
    let before = Statement { settings: digest("before"), ..statement() }.signed(&key(7));
    let withdrawn = Statement { settings: digest("withdrawn"), ..statement() }.signed(&key(7));
    let all = file([
        before,
        withdrawn.clone(),
        Statement { kind: Kind::Withdrawn, at: NEW_YEAR.plus_millis(1), ..withdrawn }.signed(&key(7)),
        Statement { settings: digest("forged"), ..statement() },
        statement(),
    ]);
    let read = said(Ok(all), &Approvals::default(), &[signer(7)], NEW_YEAR);
    let held = read.held_settings(&"les-tilleuls".into(), &"tri".into(), &[signer(7)]);
    let settings: Vec<SettingsDigest> = held.into_iter().map(|(settings, _)| settings).collect();
    assert_eq!(settings, [digest("before"), digest("{}")]);
}
