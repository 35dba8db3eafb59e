//! A script of one prompt.

use greffon_core::model::care::{ContentRef, keys, latest};
use greffon_core::model::script::{Phase, Prompt, ReadBack, ScriptInfo, Session, View};

/// Wants a number, a name and a motive; recaps them. Proposes no effects:
/// orientations make their own promises.
pub(super) fn render(session: &Session) -> View {
    let required = [keys::CALLER_PHONE, keys::PATIENT_FAMILY, keys::MOTIVE];
    let missing: Vec<String> =
        required.iter().filter(|key| latest(&session.facts, key).is_none()).map(|key| (*key).to_owned()).collect();
    let may_close = missing.is_empty() || session.override_reason.is_some();
    let prompt = Prompt {
        phase: Phase::Identification,
        spoken: "Qui appelle, et pour qui ?".to_owned(),
        hint: None,
        asks: Vec::new(),
        guide_seconds: None,
    };
    let recap = missing.is_empty().then(|| ReadBack {
        text: "Je récapitule : nous avons bien noté votre demande.".to_owned(),
        facts: required.iter().map(|key| (*key).to_owned()).collect(),
        confirmed: latest(&session.facts, keys::RECAP).map(|fact| fact.value.as_text() == Some("confirmed")),
    });
    View { prompts: vec![prompt], missing, may_close, recap, effects: Vec::new() }
}

pub(super) fn info() -> ScriptInfo {
    ScriptInfo {
        content: ContentRef { id: "script-essai".to_owned(), version: "1".to_owned(), digest: Vec::new() },
        title: "Script d'essai".to_owned(),
        motives: Vec::new(),
        caller_kinds: Vec::new(),
        needs_skills: Vec::new(),
    }
}
