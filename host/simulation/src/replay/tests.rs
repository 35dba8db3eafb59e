use greffon_core::model::alert::AlertState;
use greffon_core::model::contact::ContactState;

use super::*;

const SEED: u64 = 20_261_130;

#[test]
fn what_was_recorded_is_seen_again() {
    let stories = record(SEED, 60);
    assert!(stories.iter().map(Story::contacts).sum::<usize>() >= 60);
    for story in &stories {
        let written = serde_json::to_string(story).unwrap();
        let read: Story = serde_json::from_str(&written).unwrap();
        assert_eq!(read, *story);
        assert_eq!(replay(&read), None);
    }
}

#[test]
fn stories_tell_of_every_level_of_alerts_questions_and_messages() {
    let stories = record(SEED, 200);
    let seen = |what: &dyn Fn(&Seen) -> bool| stories.iter().flat_map(|story| &story.steps).any(|(_, one)| what(one));
    for level in Level::ALL {
        assert!(seen(&|one| one.level == Some(level)), "{level:?}");
    }
    for state in [AlertState::Open, AlertState::Acknowledged, AlertState::Ended] {
        assert!(seen(&|one| one.alert.is_some_and(|(_, other)| other == state)), "{state:?}");
    }
    for state in [ContactState::Open, ContactState::Concluded, ContactState::Closed] {
        assert!(seen(&|one| one.state == Some(state)), "{state:?}");
    }
    assert!(seen(&|one| one.refused.is_some()));
    assert!(seen(&|one| one.sent.iter().any(|(_, text)| text.contains("rappel"))));
    assert!(seen(&|one| one.questions.iter().any(|(key, _)| key.starts_with("red-flag."))));
}

#[test]
fn a_difference_says_whether_somebody_is_less_well_off() {
    let story = record(SEED, 1).remove(0);
    let (deed, _) = story.steps[0].clone();
    let seen = |level, alert, asked: &[&str]| Seen {
        level,
        alert: Option::map(alert, |level| (level, AlertState::Open)),
        questions: asked.iter().map(|key| ((*key).to_owned(), String::new())).collect(),
        ..Seen::default()
    };
    let lower = |recorded: &Seen, now: &Seen| {
        let (recorded, now) = (recorded.clone(), now.clone());
        Difference { story: 0, step: 0, deed: deed.clone(), recorded, now }.is_lower()
    };
    let urgent = seen(Some(Level::VeryUrgent), Some(Level::VeryUrgent), &[]);
    let vital = seen(Some(Level::Vital), Some(Level::Vital), &[]);
    let asking = seen(None, None, &["red-flag.burn"]);
    assert!(lower(&vital, &urgent) && !lower(&urgent, &vital));
    assert!(lower(&urgent, &seen(Some(Level::VeryUrgent), None, &[])));
    assert!(lower(&urgent, &seen(None, None, &[])));
    assert!(lower(&asking, &seen(None, None, &[])), "nobody asks any more");
    assert!(!lower(&asking, &vital), "it is vital without asking");
    assert!(!lower(&asking, &asking));
}
