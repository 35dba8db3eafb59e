//! What a contact is pinned to, and the feature of a pin once the practice has edited
//! its settings.

use std::sync::Arc;

use futures::FutureExt;
use greffon_core::ids::ContactId;
use greffon_core::model::pin::{Pin, SettingsDigest};
use greffon_core::model::practice::PluginKind;
use greffon_core::ports::pinned::PinProblem;
use greffon_core::ports::plugins::{Bound, Problem, Triage};
use greffon_core::ports::practices::{Feature, LivePractice};
use greffon_core::ports::storage::Storage;
use greffon_core::time::Instant;
use greffon_simulation::{
    AgendaStyle, ChannelStyle, Effect, FakeAgenda, FakeChannel, FakePlugins, Fault, FaultPlan, ManualClock,
    MemoryStorage, Pace, edited, feature, french_practice,
};
use uuid::Uuid;

const EDITED: &str = r#"{"protocols":[]}"#;

fn grid() -> (Bound, Arc<dyn Triage>) {
    let bound = FakePlugins::new().triage();
    let Bound::Triage(triage) = bound.clone() else { panic!("a grid") };
    (bound, triage)
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Instant(0)))
}

fn practice(features: Vec<Feature>) -> LivePractice {
    LivePractice { features, ..LivePractice::from(french_practice("tilleuls")) }
}

fn triage_of(feature: &Feature) -> Arc<dyn Triage> {
    match &feature.bound {
        Ok(Bound::Triage(triage)) => Arc::clone(triage),
        other => panic!("{other:?}"),
    }
}

fn pinned(practice: &LivePractice, pin: &Pin, settings: &str) -> Result<Feature, PinProblem> {
    practice.pinned(pin, settings).now_or_never().expect("nothing in memory waits")
}

fn is(answer: &Result<Feature, PinProblem>, triage: &Arc<dyn Triage>) -> bool {
    answer.as_ref().is_ok_and(|feature| Arc::ptr_eq(&triage_of(feature), triage))
}

#[test]
fn features_of_pure_kinds_that_are_bound_have_a_pin() {
    let (bound, _) = grid();
    let triage = feature("tri", bound);
    let pin = triage.pin().expect("a grid is pure");
    assert_eq!((pin.kind, pin.plugin.as_str()), (PluginKind::Triage, "tri-essai"));
    assert!(pin.names("{}"));
    let clock = clock();
    let agenda = FakeAgenda::new(AgendaStyle::Arbitrated, Arc::clone(&clock));
    let agenda = feature("agenda", Bound::Agenda(Arc::new(agenda)));
    let channel = feature("courrier", Bound::Channel(Arc::new(FakeChannel::new(ChannelStyle::Mail, clock))));
    assert_eq!((agenda.pin(), channel.pin()), (None, None));
    let out = Feature { bound: Err(Problem::lasting("", "out", "")), ..triage };
    assert_eq!(out.pin(), None, "nothing begins with what is out");
}

#[test]
fn a_contact_gets_the_settings_that_it_began_with_however_often_they_were_edited() {
    let ((first, was), (second, then), (third, now)) = (grid(), grid(), grid());
    let began = feature("tri", first);
    let pin = began.pin().expect("a grid");
    assert!(is(&pinned(&practice(vec![began.clone()]), &pin, "{}"), &was), "while they are the same");

    let once = edited(&began, EDITED, second);
    let twice = edited(&once, "{\"a\":1}", third);
    for (later, present) in [(once.clone(), &then), (twice.clone(), &now)] {
        let live = practice(vec![later.clone()]);
        let answer = pinned(&live, &pin, "{}");
        assert!(is(&answer, &was));
        assert_eq!(answer.expect("bound").pin().as_ref(), Some(&pin), "it is what the pin says");
        assert!(is(&pinned(&live, &later.pin().expect("a grid"), "not looked at"), present));
        assert!(live.unchanged(&pin).is_ok_and(|same| same.is_none()));
    }
    let live = practice(vec![twice]);
    assert!(is(&pinned(&live, &once.pin().expect("a grid"), EDITED), &then));
    // Edited back, it is the present one again.
    let back = edited(&once, "{}", grid().0);
    assert!(is(&pinned(&practice(vec![back.clone()]), &pin, ""), &triage_of(&back)));
}

#[test]
fn what_is_no_longer_what_it_was_is_a_problem_and_never_the_present_grid() {
    let began = feature("tri", grid().0);
    let pin = began.pin().expect("a grid");
    let later = edited(&began, EDITED, grid().0);
    let with = |change: fn(&mut Feature)| {
        let mut changed = later.clone();
        change(&mut changed);
        pinned(&practice(vec![changed]), &pin, "{}").expect_err("a problem")
    };
    assert_eq!(pinned(&practice(Vec::new()), &pin, "{}").err(), Some(PinProblem::FeatureGone));
    assert_eq!(with(|feature| feature.stamp.plugin = "other".to_owned()), PinProblem::OtherPlugin);
    assert_eq!(with(|feature| feature.kind = Some(PluginKind::Script)), PinProblem::OtherPlugin);
    let lost = || Problem::passing("plugin", "not there", "");
    assert_eq!(
        with(|feature| (feature.kind, feature.bound) = (None, Err(Problem::passing("plugin", "not there", "")))),
        PinProblem::NotUsable(lost())
    );
    assert!(PinProblem::NotUsable(lost()).passing() && !PinProblem::FeatureGone.passing());

    let live = practice(vec![later.clone()]);
    for damaged in [" {}", "", EDITED] {
        assert_eq!(pinned(&live, &pin, damaged).err(), Some(PinProblem::SettingsDamaged));
    }
    let never = Pin { settings: SettingsDigest::of("tri-essai", "[]"), ..pin.clone() };
    assert!(matches!(pinned(&live, &never, "[]"), Err(PinProblem::NotUsable(_))), "the plugin refuses them");
    let out = Feature { bound: Err(lost()), ..began };
    let same = pinned(&practice(vec![out]), &pin, "{}");
    assert_eq!(same.err(), Some(PinProblem::NotUsable(lost())), "the same settings, and out");
}

#[test]
fn a_feature_whose_new_settings_keep_it_out_goes_on_for_who_began_before() {
    let (first, was) = grid();
    let began = feature("tri", first);
    let later = edited(&began, EDITED, grid().0);
    let out = Feature { bound: Err(Problem::lasting("settings", "refused", "")), settings: None, ..later };
    assert!(is(&pinned(&practice(vec![out]), &began.pin().expect("a grid"), "{}"), &was));
}

#[test]
fn the_text_is_read_from_storage_when_the_practice_has_other_settings() {
    let (first, was) = grid();
    let began = feature("tri", first);
    let pin = began.pin().expect("a grid");
    let plan = Arc::new(FaultPlan::none());
    let storage = MemoryStorage::with(clock(), Arc::clone(&plan), Arc::new(Pace::default()), None);
    let from = |features| {
        let live = practice(features);
        live.pinned_from(&storage, &pin).now_or_never().expect("nothing in memory waits")
    };
    let later = edited(&began, EDITED, grid().0);
    plan.next(Effect::StorageRead, Fault::Lost);
    assert!(is(&from(vec![began]).expect("not asked"), &was));
    assert!(from(vec![later.clone()]).is_err(), "the database does not answer");
    assert_eq!(from(vec![later.clone()]).expect("answers").err(), Some(PinProblem::SettingsGone));
    let kept = async {
        let mut tx = storage.begin(&"tilleuls".into()).await?;
        tx.keep_settings(ContactId(Uuid::from_u128(1)), &[(pin.clone(), "{}")]).await?;
        tx.commit().await
    };
    kept.now_or_never().expect("nothing in memory waits").expect("kept");
    assert!(is(&from(vec![later]).expect("answers"), &was));
}
