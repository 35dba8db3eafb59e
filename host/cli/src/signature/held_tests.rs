use greffon_core::model::care::PracticeContext;
use greffon_core::ports::plugins::PluginFailure;
use greffon_simulation::ManualClock;

use super::super::statement::tests::digest;
use super::*;

const BEGINS: Instant = Instant(1_000_000);
const ENDS: Instant = Instant(2_000_000);

/// Plugins that let every call through, and say so by being busy.
#[derive(Debug)]
struct Busy;

impl Health for Busy {
    fn is_suspended(&self) -> bool {
        false
    }
}

#[async_trait]
impl Triage for Busy {
    fn protocols(&self) -> &[Protocol] {
        &[]
    }

    async fn next(&self, _: &Encounter) -> Pure<Step> {
        Err(PluginFailure::Busy)
    }
}

#[async_trait]
impl Script for Busy {
    fn catalogue(&self) -> &[ScriptInfo] {
        &[]
    }

    async fn render(&self, _: &Session) -> Pure<View> {
        Err(PluginFailure::Busy)
    }
}

#[async_trait]
impl EarlierSettings for Busy {
    async fn bind(&self, _: &str) -> Result<Bound, Problem> {
        Ok(Bound::Triage(Arc::new(Busy)))
    }
}

fn held() -> Held {
    let (name, rpps) = ("Dr Martin".to_owned(), "10003456789".to_owned());
    Held { name, rpps, attested: false, from: BEGINS, until: ENDS }
}

fn context(now: Instant) -> PracticeContext {
    PracticeContext {
        site: String::new(),
        practitioner: None,
        speciality: None,
        zone: "UTC".to_owned(),
        now,
        now_local: String::new(),
        opening: Vec::new(),
        language: "fr".to_owned(),
    }
}

/// What a grid answers at an instant.
async fn asked(bound: &Bound, now: Instant) -> Pure<Step> {
    let Bound::Triage(triage) = bound else { panic!("no grid") };
    let encounter =
        Encounter { motive: None, context: context(now), facts: Vec::new(), patient_age_days: None, previous: None };
    triage.next(&encounter).await
}

#[tokio::test]
async fn an_expired_grid_gives_no_step_at_its_next_use() {
    let clock = Arc::new(ManualClock::at(BEGINS));
    let bound = hold(Bound::Triage(Arc::new(Busy)), held(), Arc::clone(&clock) as _);
    assert_eq!(asked(&bound, ENDS.plus_millis(-1)).await, Err(PluginFailure::Busy), "the plugin is asked");
    assert_eq!(bound.health().problem(), None);
    for now in [ENDS, BEGINS.plus_millis(-1)] {
        let answer = asked(&bound, now).await.expect("an answer").expect_err("refused");
        assert_eq!(answer.code, "protocol-expired");
    }
    clock.set(ENDS);
    assert!(bound.health().problem().expect("shown").message.contains("ne vaut plus"));
}

#[tokio::test]
async fn an_expired_script_gives_no_view() {
    let bound = hold(Bound::Script(Arc::new(Busy)), held(), Arc::new(ManualClock::at(BEGINS)));
    let Bound::Script(script) = bound else { panic!("no script") };
    let session = |now| Session {
        script: greffon_core::model::care::ContentRef { id: String::new(), version: String::new(), digest: Vec::new() },
        context: context(now),
        facts: Vec::new(),
        assessment: None,
        emergency_call: None,
        appointment: None,
        commitments: Vec::new(),
        done: Vec::new(),
        override_reason: None,
    };
    assert!(script.render(&session(BEGINS)).await.is_err());
    assert_eq!(script.render(&session(ENDS)).await.expect("an answer").expect_err("refused").code, "protocol-expired");
}

#[tokio::test]
async fn a_contact_goes_on_with_signed_content_only_and_as_long_as_it_is() {
    let clock = Arc::new(ManualClock::at(BEGINS));
    let signed = vec![(digest("{}"), held())];
    let earlier = hold_earlier(Arc::new(Busy), "triage-grid".to_owned(), signed, clock);
    assert!(earlier.bind("{\"a\":1}").await.is_err(), "never signed, or withdrawn");
    let bound = earlier.bind("{}").await.expect("signed");
    assert_eq!(asked(&bound, BEGINS).await, Err(PluginFailure::Busy));
    assert!(asked(&bound, ENDS).await.is_ok_and(|answer| answer.is_err()));
}
