//! A chain of refresh tokens as it is kept, and what is to be done about it:
//! decided here, without clock, storage or network.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use super::answer::Answer;
use super::no_token::{NoToken, Refusal};

/// What is left of an access token's life when it is not used any more: longer
/// than a request may take. Of a short life, half.
const MARGIN: Duration = Duration::from_secs(60);

/// The pause after the first exchange that came to nothing, and the longest one.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// How much longer each pause is than the one before.
const PAUSES_GROW_BY: u32 = 4;

/// How long what stays until somebody mends it is believed without a look at what
/// is kept.
pub(super) const LOOK_AFTER: Duration = Duration::from_secs(60);

/// Bytes of a state beside its tokens, and of a token's character at most, as JSON
/// writes it.
const FRAME_BYTES: usize = 1 << 10;
const CHARACTER_BYTES: usize = 6;

/// A chain, as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Chain {
    /// The token that will be spent next.
    #[serde(serialize_with = "exposed")]
    refresh_token: SecretString,
    /// The access token that it was last spent for.
    access: Option<Access>,
    /// What came of the last exchange, when that was no access token.
    trouble: Option<Trouble>,
    /// Whether an exchange was made whose answer nobody knows, so that
    /// `refresh_token` may be spent already.
    answer_lost: bool,
}

#[derive(Serialize, Deserialize)]
struct Access {
    #[serde(serialize_with = "exposed")]
    token: SecretString,
    /// How long it lasts, from when the state was written.
    lasts_ms: u64,
    /// [`Terms::digest`](super::terms::Terms::digest): it is good under these only.
    terms: String,
}

#[derive(Serialize, Deserialize)]
struct Trouble {
    cause: Cause,
    /// Exchanges in a row that came to nothing.
    failures: u32,
    /// As for an access token.
    terms: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Cause {
    GrantEnded,
    Refused(Refusal),
    NoAnswer,
}

fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// An access token that may be used.
#[derive(Clone, Debug)]
pub(super) struct Usable {
    /// The token.
    pub token: SecretString,
    /// For how long, from now.
    pub for_now: Duration,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// Why.
    pub why: NoToken,
    /// How long nothing is to be tried.
    pub pause: Duration,
}

impl Refused {
    /// Something that may be over at the next try.
    pub(super) fn for_now(why: NoToken) -> Self {
        Self { why, pause: Duration::ZERO }
    }

    /// Something that is looked at again after a while only.
    pub(super) fn for_a_while(why: NoToken) -> Self {
        Self { why, pause: LOOK_AFTER }
    }
}

/// What is to be done about a chain.
pub(super) enum Step {
    /// Its access token is used.
    Use(Usable),
    /// Nothing.
    Wait(Refused),
    /// Its refresh token is spent.
    Spend,
}

impl Chain {
    /// A chain that begins.
    pub(super) fn begin(first: &SecretString) -> Self {
        Self { refresh_token: first.clone(), access: None, trouble: None, answer_lost: false }
    }

    /// What was kept; `None` when it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// What is kept.
    pub(super) fn write(&self) -> Zeroizing<Vec<u8>> {
        // Large enough at once: growing would leave copies of tokens behind.
        let access = self.access.as_ref().map_or(0, |access| access.token.expose_secret().len());
        let tokens = access + self.refresh_token.expose_secret().len();
        let mut bytes = Zeroizing::new(Vec::with_capacity(FRAME_BYTES + CHARACTER_BYTES * tokens));
        serde_json::to_writer(&mut *bytes, self).expect("texts and numbers become JSON");
        bytes
    }

    /// The token that is to be spent.
    pub(super) fn refresh_token(&self) -> &SecretString {
        &self.refresh_token
    }

    /// What is to be done about a chain that was written `age` ago. `rejected` is
    /// an access token that its API refused.
    pub(super) fn step(&self, age: Duration, terms: &str, rejected: Option<&SecretString>) -> Step {
        let is_rejected = |token: &SecretString| rejected.is_some_and(|other| is_same(other, token));
        if let Some(access) = self.access.as_ref().filter(|access| access.terms == terms && !is_rejected(&access.token))
        {
            let for_now = usable_for(Duration::from_millis(access.lasts_ms), age);
            if !for_now.is_zero() {
                return Step::Use(Usable { token: access.token.clone(), for_now });
            }
        }
        let Some(trouble) = self.trouble.as_ref().filter(|trouble| trouble.terms == terms) else { return Step::Spend };
        match (trouble.cause, pause_after(trouble.failures).saturating_sub(age)) {
            (Cause::GrantEnded, _) => Step::Wait(Refused::for_a_while(self.why(trouble.cause))),
            (_, Duration::ZERO) => Step::Spend,
            (cause, left) => Step::Wait(Refused { why: self.why(cause), pause: left.min(LOOK_AFTER) }),
        }
    }

    /// The chain after an exchange that took so long, and what came of it.
    /// `was_left_open`: the exchange before it, if there was one, was never told of.
    pub(super) fn after(
        self,
        answer: Answer,
        took: Duration,
        terms: &str,
        was_left_open: bool,
    ) -> (Self, Result<Usable, Refused>) {
        let mut next = Self { access: None, answer_lost: self.answer_lost || was_left_open, ..self };
        let cause = match answer {
            Answer::Granted { access, successor } => {
                next.answer_lost = false;
                if let Some(successor) = successor {
                    next.refresh_token = successor;
                }
                if let Some((token, lasts)) = access {
                    // It began to run down before the answer was here.
                    let lasts = lasts.saturating_sub(took);
                    let lasts_ms = u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX);
                    next.trouble = None;
                    next.access = Some(Access { token: token.clone(), lasts_ms, terms: terms.to_owned() });
                    return (next, Ok(Usable { token, for_now: usable_for(lasts, Duration::ZERO) }));
                }
                Cause::NoAnswer
            }
            Answer::GrantEnded => Cause::GrantEnded,
            Answer::Refused(refusal) => Cause::Refused(refusal),
            Answer::Nothing { may_be_spent } => {
                next.answer_lost |= may_be_spent;
                Cause::NoAnswer
            }
        };
        let before = next.trouble.take().filter(|trouble| trouble.terms == terms);
        let failures = before.map_or(0, |trouble| trouble.failures).saturating_add(1);
        let trouble = Trouble { cause, failures, terms: terms.to_owned() };
        let pause = pause_after(failures).min(LOOK_AFTER);
        next.trouble = Some(trouble);
        let refused = match next.why(cause) {
            why @ NoToken::Consent { .. } => Refused::for_a_while(why),
            why => Refused { why, pause },
        };
        (next, Err(refused))
    }

    fn why(&self, cause: Cause) -> NoToken {
        match cause {
            Cause::GrantEnded => NoToken::Consent { after_lost_answer: self.answer_lost },
            Cause::Refused(refusal) => NoToken::Client(refusal),
            Cause::NoAnswer => NoToken::NoAnswer,
        }
    }
}

/// Whether two tokens are one. Both are the host's: how long it takes tells
/// nobody anything.
pub(super) fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// How long a token is used that lasts so long and has this age.
pub(super) fn usable_for(lasts: Duration, age: Duration) -> Duration {
    lasts.saturating_sub(MARGIN.min(lasts / 2)).saturating_sub(age)
}

pub(super) fn pause_after(failures: u32) -> Duration {
    let factor = PAUSES_GROW_BY.saturating_pow(failures.saturating_sub(1));
    FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: &str = "terms";
    const NONE: Duration = Duration::ZERO;

    fn secret(text: &str) -> SecretString {
        text.to_owned().into()
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn granted(access: &str, lasts_s: u64, successor: Option<&str>) -> Answer {
        let access = Some((secret(access), seconds(lasts_s)));
        Answer::Granted { access, successor: successor.map(secret) }
    }

    fn begun() -> Chain {
        Chain::begin(&secret("first"))
    }

    fn after(chain: Chain, answer: Answer) -> Chain {
        // Through the form in which it is kept.
        Chain::read(&chain.after(answer, NONE, TERMS, false).0.write()).expect("what was written is read")
    }

    fn used(chain: &Chain, age_s: u64) -> Option<u64> {
        match chain.step(seconds(age_s), TERMS, None) {
            Step::Use(usable) => Some(usable.for_now.as_secs()),
            _ => None,
        }
    }

    fn waits(chain: &Chain, age: Duration) -> Option<Refused> {
        match chain.step(age, TERMS, None) {
            Step::Wait(refused) => Some(refused),
            _ => None,
        }
    }

    #[test]
    fn a_successor_replaces_the_spent_token_and_without_one_it_stays() {
        let kept = after(begun(), granted("a", 3600, None));
        assert_eq!(kept.refresh_token().expose_secret(), "first");
        let rotated = after(kept, granted("b", 3600, Some("second")));
        assert_eq!(rotated.refresh_token().expose_secret(), "second");
        let answer = Answer::Granted { access: None, successor: Some(secret("third")) };
        assert_eq!(after(rotated, answer).refresh_token().expose_secret(), "third", "though nothing else was usable");
    }

    #[test]
    fn an_access_token_is_used_until_shortly_before_it_expires() {
        let chain = after(begun(), granted("a", 3600, None));
        assert_eq!((used(&chain, 0), used(&chain, 3539), used(&chain, 3540)), (Some(3540), Some(1), None));
        let short = after(begun(), granted("a", 40, None));
        assert_eq!((used(&short, 19), used(&short, 20)), (Some(1), None));
        let (slow, usable) = begun().after(granted("a", 3600, None), seconds(600), TERMS, false);
        assert_eq!(usable.expect("granted").for_now, seconds(2940), "it ran down while the answer was awaited");
        assert_eq!(used(&slow, 2939), Some(1));
    }

    #[test]
    fn an_access_token_that_was_rejected_or_is_of_other_terms_is_not_used() {
        let chain = after(begun(), granted("a", 3600, None));
        let step = |terms: &str, rejected: &str| chain.step(NONE, terms, Some(&secret(rejected)));
        assert!(matches!(step(TERMS, "a"), Step::Spend));
        assert!(matches!(step(TERMS, "b"), Step::Use(_)));
        assert!(matches!(step("other", "b"), Step::Spend));
    }

    #[test]
    fn a_grant_that_ended_is_not_tried_again_until_the_terms_change() {
        let ended = after(begun(), Answer::GrantEnded);
        let why = NoToken::Consent { after_lost_answer: false };
        for age_s in [0, 3_600, 400 * 24 * 3_600] {
            assert_eq!(waits(&ended, seconds(age_s)).map(|refused| refused.why), Some(why));
        }
        assert!(matches!(ended.step(NONE, "other", None), Step::Spend));
    }

    #[test]
    fn a_grant_that_ended_after_a_lost_answer_says_so() {
        let lost = Answer::Nothing { may_be_spent: true };
        let why = |chain: Chain, was_left_open| {
            let ended = chain.after(Answer::GrantEnded, NONE, TERMS, was_left_open);
            ended.1.expect_err("refused").why
        };
        let consent = |after_lost_answer| NoToken::Consent { after_lost_answer };
        assert_eq!(why(after(begun(), lost), false), consent(true));
        assert_eq!(why(after(begun(), Answer::Nothing { may_be_spent: false }), false), consent(false));
        assert_eq!(why(begun(), true), consent(true), "another node went without a word");
        let lost = Answer::Nothing { may_be_spent: true };
        let found = after(after(begun(), lost), granted("a", 1, None));
        assert_eq!(why(found, false), consent(false), "the provider had not spent it");
    }

    #[test]
    fn pauses_grow_to_an_hour_and_an_access_token_ends_them() {
        let mut chain = begun();
        for pause_s in [5, 20, 80, 320, 1280, 3600, 3600] {
            chain = after(chain, Answer::Refused(Refusal::InvalidClient));
            let last = seconds(pause_s) - Duration::from_millis(1);
            let refused = waits(&chain, last).expect("waits");
            assert_eq!(
                refused,
                Refused { why: NoToken::Client(Refusal::InvalidClient), pause: Duration::from_millis(1) }
            );
            assert!(matches!(chain.step(seconds(pause_s), TERMS, None), Step::Spend), "{pause_s}");
        }
        assert!(waits(&chain, NONE).expect("waits").pause <= LOOK_AFTER, "another node may have done better");
        chain = after(chain, granted("a", 3600, None));
        chain = after(chain, Answer::Nothing { may_be_spent: true });
        assert_eq!(waits(&chain, NONE), Some(Refused { why: NoToken::NoAnswer, pause: FIRST_PAUSE }));
    }

    #[test]
    fn what_is_kept_fits_in_what_was_reserved_for_it() {
        let long = "\u{1}".repeat(64 << 10);
        let terms = "d".repeat(64);
        let (granted, _) = begun().after(granted(&long, 3600, Some(&long)), NONE, &terms, false);
        let (failed, _) = Chain { access: granted.access, ..begun() }.after(Answer::GrantEnded, NONE, &terms, true);
        for chain in [Chain { refresh_token: granted.refresh_token, ..failed }, begun()] {
            let written = chain.write();
            let tokens = chain.refresh_token.expose_secret().len();
            assert!(written.capacity() <= FRAME_BYTES + CHARACTER_BYTES * 2 * tokens, "it did not grow");
        }
        assert!(Chain::read(b"{}").is_none() && Chain::read(b"").is_none());
    }
}
