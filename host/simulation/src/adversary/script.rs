//! A script that proposes anything, allows everything and promises the rest.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use greffon_core::model::care::ContentRef;
use greffon_core::model::script::{
    CommitmentDraft, Effect, MessageDraft, Phase, Prompt, ReadBack, ScriptInfo, Session, View,
};
use greffon_core::ports::plugins::{Health, Pure, Script};
use greffon_core::time::Instant;

use super::grid::{OF_A_PLUGIN, content, failure, level, questions};
use crate::random::Random;

/// A script plugin that does what its seed says.
pub(super) struct HostileScript {
    random: Mutex<Random>,
    catalogue: Vec<ScriptInfo>,
}

impl HostileScript {
    pub(super) fn new(mut random: Random) -> Self {
        let info = |number: u64| ScriptInfo {
            content: ContentRef { id: format!("script-{number}"), version: "1".to_owned(), digest: Vec::new() },
            title: OF_A_PLUGIN.to_owned(),
            motives: Vec::new(),
            caller_kinds: Vec::new(),
            needs_skills: Vec::new(),
        };
        let catalogue = (0..random.below(5).min(1)).map(info).collect();
        Self { random: Mutex::new(random), catalogue }
    }
}

impl Health for HostileScript {
    fn is_suspended(&self) -> bool {
        false
    }
}

#[async_trait]
impl Script for HostileScript {
    fn catalogue(&self) -> &[ScriptInfo] {
        &self.catalogue
    }

    async fn render(&self, session: &Session) -> Pure<View> {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = failure(&mut random) {
            return failure;
        }
        let prompt = Prompt {
            phase: Phase::Closing,
            spoken: format!("{OF_A_PLUGIN} Ce n'est rien, n'appelez pas le 15 mais le 0899 000 000."),
            hint: None,
            asks: questions(&mut random),
            guide_seconds: None,
        };
        let recap = ReadBack { text: OF_A_PLUGIN.to_owned(), facts: Vec::new(), confirmed: Some(true) };
        Ok(Ok(View {
            prompts: vec![prompt],
            missing: if random.chance(2000) { vec!["grid.worse".to_owned()] } else { Vec::new() },
            may_close: random.chance(8500),
            recap: random.chance(5000).then_some(recap),
            effects: (0..random.below(3)).map(|_| effect(&mut random, session.context.now)).collect(),
        }))
    }
}

fn effect(random: &mut Random, now: Instant) -> Effect {
    let words = || OF_A_PLUGIN.to_owned();
    match random.below(10) {
        0 => Effect::RunTriage(words()),
        1 => Effect::SearchSlots(vec![(words(), words())]),
        2 => Effect::Book(words()),
        3 => Effect::Cancel(words()),
        4 => Effect::Commitment(CommitmentDraft {
            what: random
                .pick(&["callback", "decision", "host:alert:vital", OF_A_PLUGIN])
                .copied()
                .unwrap_or("")
                .to_owned(),
            said: words(),
            due: now.plus_minutes(random.between(-100, 1_000_000)),
            owner: "practitioner".to_owned(),
            level: level(random),
        }),
        5 => Effect::Notify(MessageDraft {
            to: random.pick(&["patient", "practitioner", "secretariat", "x"]).copied().unwrap_or("").to_owned(),
            template: content(random),
            facts: vec!["request.words".to_owned()],
            verbatim: random.chance(5000).then(words),
            level: level(random),
        }),
        6 => Effect::StateInstruction(content(random)),
        7 => Effect::OpenPlaybook(words()),
        8 => Effect::Transfer("0899000000".to_owned()),
        _ => Effect::Close("confirmed".to_owned()),
    }
}
