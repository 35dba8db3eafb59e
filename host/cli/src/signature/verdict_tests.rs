use super::super::statement::tests::{digest, key, statement};
use super::*;

const NEW_YEAR: Instant = Instant(1_798_761_600_000);

fn signer(seed: u8) -> Signer {
    Signer::new("Dr Martin".to_owned(), "10003456789".to_owned(), &key(seed).verifying_key())
}

fn file(statements: impl IntoIterator<Item = Statement>) -> Signatures {
    Signatures { statements: statements.into_iter().collect() }
}

fn at(all: &Signatures, settings: &str, signers: &[Signer], now: Instant) -> Result<Held, Refusal> {
    let practice: PracticeId = "les-tilleuls".into();
    let contents = [ContentName { id: "fever".to_owned(), version: "3".to_owned() }];
    judge(
        all,
        &Wanted { practice: &practice, settings: digest(settings), contents: &contents, zone: "UTC" },
        signers,
        now,
    )
}

fn refused(all: &Signatures, settings: &str, signers: &[Signer]) -> Refusal {
    at(all, settings, signers, NEW_YEAR).expect_err("refused")
}

#[test]
fn a_signature_holds_from_its_first_instant_to_before_its_last() {
    let all = file([statement()]);
    let held = at(&all, "{}", &[signer(8), signer(7)], NEW_YEAR).expect("holds");
    assert_eq!((held.signer, held.from, held.until), (signer(7), statement().from, statement().until));
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
    let withdrawn = Statement { kind: Kind::Withdrawn, ..statement() };
    let refusal = refused(&file([statement(), withdrawn.clone().signed(&key(7))]), "{}", &[signer(7)]);
    assert!(refusal.message.contains("retiré le 2027-01-01"), "{refusal:?}");
    // Also when whoever withdrew it is no signer any more.
    assert!(refused(&file([statement(), withdrawn.clone()]), "{}", &[]).message.contains("retiré"));
    assert!(at(&file([statement(), withdrawn, statement()]), "{}", &[signer(7)], NEW_YEAR).is_ok());
}

#[test]
fn contacts_go_on_with_earlier_content_that_is_signed_still() {
    let before = Statement { settings: digest("before"), ..statement() }.signed(&key(7));
    let withdrawn = Statement { settings: digest("withdrawn"), ..statement() }.signed(&key(7));
    let all = file([
        before,
        withdrawn.clone(),
        Statement { kind: Kind::Withdrawn, ..withdrawn },
        Statement { settings: digest("forged"), ..statement() },
        statement(),
    ]);
    let held = held_settings(&all, &"les-tilleuls".into(), &[signer(7)]);
    let settings: Vec<SettingsDigest> = held.into_iter().map(|(settings, _)| settings).collect();
    assert_eq!(settings, [digest("before"), digest("{}")]);
}
