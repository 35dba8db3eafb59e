//! One step of a case: red flags first, then questions, then the rules.

use greffon_sdk::practice::{Fact, Value};
use greffon_sdk::triage::{Assessment, Encounter, Question as Asked, Step, TriageError};

use crate::asking::{self, fits, understood};
use crate::conclude::{self, Conclusion};
use crate::condition::{Answer, Case, Truth};
use crate::known::Known;
use crate::prepared::Common;
use crate::settings::{Protocol, Question, RedFlag, Rule};

/// What comes next for a case that these protocols serve.
///
/// Several protocols serve a case of unknown age: their questions are joined,
/// and of their conclusions the most urgent counts.
pub(crate) fn next(common: &Common, protocols: &[Protocol], encounter: &Encounter) -> Result<Step, TriageError> {
    let mut asked: Vec<Asked> = Vec::new();
    let mut concluded: Option<Assessment> = None;
    for protocol in protocols {
        match Run::new(common, protocol, encounter).step()? {
            Step::Ask(questions) => {
                for question in questions {
                    if asked.iter().all(|other| other.key != question.key) {
                        asked.push(question);
                    }
                }
            }
            Step::Conclude(new) => {
                concluded = Some(match concluded {
                    Some(old) if old.level.at_least(new.level) => old,
                    _ => new,
                });
            }
        }
    }
    let urgent = concluded.as_ref().is_some_and(|assessment| conclude::is_urgent(assessment.level));
    match concluded {
        Some(assessment) if urgent || asked.is_empty() => {
            Ok(Step::Conclude(conclude::not_below(assessment, encounter.previous.as_ref())))
        }
        _ => Ok(Step::Ask(asked)),
    }
}

/// One protocol at work on one case.
struct Run<'a> {
    common: &'a Common,
    protocol: &'a Protocol,
    facts: &'a [Fact],
    known: Known<'a>,
}

/// What the answer to a red flag means.
#[derive(Clone, Copy, PartialEq)]
enum Flag {
    Positive,
    Negative,
    /// Not asked yet.
    Open,
    /// No answer; whether the question was understood is not asked yet.
    NotUnderstood,
    /// Understood, and still no answer.
    Undecided,
}

impl<'a> Run<'a> {
    fn new(common: &'a Common, protocol: &'a Protocol, encounter: &'a Encounter) -> Self {
        // Later facts replace earlier ones.
        let values = encounter.facts.iter().map(|fact| (fact.key.as_str(), fact.value.clone())).collect();
        let known = Known::new(protocol, values, encounter.patient_age_days);
        Self { common, protocol, facts: &encounter.facts, known }
    }

    fn step(&self) -> Result<Step, TriageError> {
        self.check_facts()?;
        let flags: Vec<(&RedFlag, Flag)> = self
            .protocol
            .red_flags
            .iter()
            .filter(|flag| self.known.applies(flag.when.as_ref()) != Truth::False)
            .map(|flag| (flag, self.flag(flag)))
            .collect();
        let those = |state: Flag| flags.iter().filter(move |(_, each)| *each == state).map(|(flag, _)| *flag);

        let positive: Vec<&RedFlag> = those(Flag::Positive).collect();
        if !positive.is_empty() {
            return Ok(self.conclude(Conclusion::RedFlags(&positive)));
        }
        let mut questions: Vec<Asked> = those(Flag::Open).map(asking::red_flag).collect();
        questions.extend(those(Flag::NotUnderstood).map(asking::confirmation));
        if !questions.is_empty() {
            return Ok(self.ask(questions));
        }
        let undecided: Vec<&RedFlag> = those(Flag::Undecided).collect();
        if !undecided.is_empty() {
            return Ok(self.conclude(Conclusion::Undecided(&undecided)));
        }

        let fired: Vec<_> =
            self.protocol.rules.iter().filter(|rule| rule.when.holds(&self.known) == Truth::True).collect();
        if fired.iter().any(|rule| conclude::is_urgent(rule.level)) {
            return Ok(self.conclude(Conclusion::Rules(&fired, &[])));
        }
        let open = self.open_questions();
        if !open.is_empty() {
            return Ok(self.ask(open.into_iter().map(asking::question).collect()));
        }
        let unhandled: Vec<&str> = self.unhandled(&fired);
        Ok(self.conclude(Conclusion::Rules(&fired, &unhandled)))
    }

    /// Refuses answers that do not fit their question. Red flags are left out:
    /// an answer that cannot be read counts as positive there.
    fn check_facts(&self) -> Result<(), TriageError> {
        for question in &self.protocol.questions {
            if let Some(value) = self.known.value(&question.key)
                && !fits(question, value)
            {
                let why = format!("is no answer of the kind {:?}", question.kind);
                return Err(TriageError::InvalidFact((question.key.clone(), why)));
            }
        }
        Ok(())
    }

    fn flag(&self, flag: &RedFlag) -> Flag {
        // A positive answer stays one: a later correction does not take it back.
        let was_positive = self
            .facts
            .iter()
            .any(|fact| fact.key == flag.key && !matches!(fact.value, Value::No | Value::Unknown | Value::Refused));
        if was_positive {
            return Flag::Positive;
        }
        match self.known.value(&flag.key) {
            None => Flag::Open,
            Some(Value::No) => Flag::Negative,
            Some(_) => match self.known.value(&understood(&flag.key)) {
                None => Flag::NotUnderstood,
                Some(Value::Yes) => Flag::Undecided,
                Some(_) => Flag::Positive,
            },
        }
    }

    /// Questions to ask now: those that apply, then, if there is none, those of
    /// which it is not known whether they apply.
    fn open_questions(&self) -> Vec<&'a Question> {
        let open = |truth: Truth| {
            let questions = self.protocol.questions.iter();
            questions
                .filter(|question| self.known.value(&question.key).is_none())
                .filter(|question| self.known.applies(question.when.as_ref()) == truth)
                .collect::<Vec<_>>()
        };
        let sure = open(Truth::True);
        if sure.is_empty() { open(Truth::Unknown) } else { sure }
    }

    /// Required questions without an answer, which no rule that fired speaks of.
    fn unhandled(&self, fired: &[&Rule]) -> Vec<&'a str> {
        let required = self.protocol.questions.iter().filter(|question| question.required);
        required
            .map(|question| question.key.as_str())
            .filter(|key| matches!(self.known.value(key), Some(Value::Unknown | Value::Refused)))
            .filter(|key| !fired.iter().any(|rule| rule.when.knows_unknown(key)))
            .collect()
    }

    /// Asks, unless that goes past the limit: then a human decides.
    fn ask(&self, mut questions: Vec<Asked>) -> Step {
        let answered = self.keys().filter(|key| self.known.value(key).is_some()).count();
        let left = self.common.max_questions.saturating_sub(answered);
        if left == 0 {
            return self.conclude(Conclusion::TooLong);
        }
        questions.truncate(left);
        Step::Ask(questions)
    }

    fn conclude(&self, conclusion: Conclusion<'_>) -> Step {
        let missing = self
            .keys()
            .filter(|key| match self.known.answer(key) {
                Answer::Given(value) => !value.is_given(),
                Answer::DoesNotApply => false,
                Answer::Missing => true,
            })
            .map(str::to_owned)
            .collect();
        Step::Conclude(conclusion.assess(self.common, self.protocol, missing))
    }

    fn keys(&self) -> impl Iterator<Item = &'a str> {
        let flags = self.protocol.red_flags.iter().map(|flag| flag.key.as_str());
        flags.chain(self.protocol.questions.iter().map(|question| question.key.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use greffon_sdk::practice::Level;
    use greffon_sdk::triage::{EmergencyService, Orientation};
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{Case, fever};

    #[test]
    fn red_flags_are_asked_first_and_together() {
        assert_eq!(Case::new("fever").asked(), ["fever.lethargic", "fever.spots"]);
        assert_eq!(Case::new("fever").with("fever.spots", Value::No).asked(), ["fever.lethargic"]);
    }

    #[test]
    fn a_positive_red_flag_concludes_at_once() {
        let assessment = Case::new("fever").with("fever.lethargic", Value::Yes).concluded();
        assert_eq!(assessment.level, Level::Vital);
        assert!(matches!(assessment.orientation, Orientation::EmergencyCall(EmergencyService::Samu)));
        assert_eq!(assessment.reasons[0].rule, "red-flag:fever.lethargic");
        assert_eq!(assessment.missing, ["fever.spots", "fever.degrees", "fever.days", "fever.drinks"]);
    }

    #[test]
    fn the_most_urgent_of_several_red_flags_counts() {
        let both = Case::new("fever").with("fever.spots", Value::Yes).with("fever.lethargic", Value::Yes).concluded();
        assert_eq!(both.level, Level::Vital);
        assert_eq!(both.reasons.len(), 2);
        let one = Case::new("fever").with("fever.spots", Value::Yes).concluded();
        assert_eq!(one.level, Level::VeryUrgent);
        assert!(matches!(one.orientation, Orientation::ClinicianCallback(15)));
        assert_eq!((one.say[0].id.as_str(), one.say[0].version.as_str()), ("rester-joignable", "2"));
    }

    #[test]
    fn an_unanswered_red_flag_is_positive_unless_it_was_understood() {
        for silence in [Value::Unknown, Value::Refused] {
            let case = Case::new("fever").with("fever.spots", Value::No).with("fever.lethargic", silence);
            assert_eq!(case.asked(), ["fever.lethargic.understood"]);
            for doubt in [Value::No, Value::Unknown, Value::Refused] {
                assert_eq!(case.clone().with("fever.lethargic.understood", doubt).concluded().level, Level::Vital);
            }
            let understood = case.with("fever.lethargic.understood", Value::Yes).concluded();
            assert_eq!(understood.level, Level::VeryUrgent);
            assert!(matches!(understood.orientation, Orientation::HumanDecision(_)));
        }
    }

    #[test]
    fn an_answer_to_a_red_flag_that_cannot_be_read_is_positive() {
        let case = Case::new("fever").with("fever.lethargic", Value::Text("je crois que non".to_owned()));
        assert_eq!(case.concluded().level, Level::Vital);
    }

    #[test]
    fn a_positive_red_flag_is_not_taken_back() {
        let case = Case::new("fever").with("fever.lethargic", Value::Yes).with("fever.lethargic", Value::No);
        assert_eq!(case.concluded().level, Level::Vital);
    }

    #[test]
    fn questions_follow_when_no_red_flag_is_left() {
        assert_eq!(Case::calm().asked(), ["fever.degrees", "fever.drinks"]);
        let hot = Case::calm().with("fever.degrees", Value::Decimal(39.2));
        assert_eq!(hot.asked(), ["fever.days", "fever.drinks"]);
        let warm = Case::calm().with("fever.degrees", Value::Number(38));
        assert_eq!(warm.asked(), ["fever.drinks"]);
    }

    #[test]
    fn a_question_is_asked_when_nobody_knows_whether_it_applies() {
        let case = Case::calm().with("fever.degrees", Value::Unknown).with("fever.drinks", Value::Yes);
        assert_eq!(case.asked(), ["fever.days"]);
    }

    #[test]
    fn an_urgent_rule_ends_the_questions() {
        let mut case = Case::calm().with("fever.degrees", Value::Number(39));
        case.encounter.patient_age_days = Some(60);
        let assessment = case.concluded();
        assert_eq!((assessment.level, assessment.reasons[0].rule.as_str()), (Level::VeryUrgent, "newborn"));
        assert_eq!(assessment.reasons[0].facts, ["fever.degrees"]);
    }

    #[test]
    fn the_highest_rule_wins_and_all_reasons_are_given() {
        let assessment = Case::calm()
            .with("fever.degrees", Value::Number(39))
            .with("fever.days", Value::Number(4))
            .with("fever.drinks", Value::Yes)
            .concluded();
        assert_eq!(assessment.level, Level::SameDay);
        assert!(matches!(assessment.orientation, Orientation::SameDaySlot));
        let rules: Vec<&str> = assessment.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        assert_eq!(rules, ["long", "mild"]);
        assert_eq!(assessment.safety_net.unwrap().id, "aggravation");
    }

    #[test]
    fn an_unknown_answer_that_no_rule_speaks_of_goes_to_a_human() {
        let case = Case::calm().with("fever.degrees", Value::Number(39)).with("fever.days", Value::Unknown);
        let assessment = case.with("fever.drinks", Value::Yes).concluded();
        assert!(matches!(assessment.orientation, Orientation::HumanDecision(_)));
        assert_eq!(assessment.missing, ["fever.days"]);
        assert_eq!(assessment.reasons.last().unwrap().rule, "unknown-answer");
    }

    #[test]
    fn an_unknown_answer_with_a_branch_of_its_own_takes_it() {
        let case = Case::calm().with("fever.degrees", Value::Number(37)).with("fever.drinks", Value::Refused);
        let assessment = case.concluded();
        assert!(matches!(assessment.orientation, Orientation::ClinicianCallback(120)));
        assert_eq!(assessment.safety_net.unwrap().id, "deshydratation");
    }

    #[test]
    fn a_dead_end_goes_to_a_human_at_the_floor() {
        let mut settings = fever();
        settings["protocols"][0]["rules"] = serde_json::json!([]);
        let case = Case::calm().with("fever.degrees", Value::Number(37)).with("fever.drinks", Value::Yes);
        let Ok(Step::Conclude(assessment)) = case.step(&settings) else { panic!("no conclusion") };
        assert_eq!(assessment.level, Level::Soon);
        assert!(matches!(assessment.orientation, Orientation::HumanDecision(_)));
    }

    #[test]
    fn too_many_questions_go_to_a_human() {
        let mut settings = fever();
        settings["max-questions"] = 3.into();
        let case = Case::calm();
        let Ok(Step::Ask(questions)) = case.step(&settings) else { panic!("no question") };
        assert_eq!(questions.len(), 1);
        let Ok(Step::Conclude(assessment)) = case.with("fever.degrees", Value::Number(37)).step(&settings) else {
            panic!("no conclusion");
        };
        assert_eq!(assessment.reasons[0].rule, "too-many-questions");
    }

    #[test]
    fn an_answer_that_does_not_fit_is_an_error_without_the_answer() {
        let error = Case::calm().with("fever.degrees", Value::Text("Durand".to_owned())).step(&fever()).unwrap_err();
        let TriageError::InvalidFact((key, why)) = error else { panic!("{error:?}") };
        assert_eq!(key, "fever.degrees");
        assert!(!why.contains("Durand"));
    }

    #[test]
    fn questions_in_a_circle_end() {
        let mut settings = fever();
        settings["protocols"][0]["questions"] = serde_json::json!([
            { "key": "a", "spoken": "A ?", "kind": "yes-no", "when": { "fact": "b", "is": "yes" } },
            { "key": "b", "spoken": "B ?", "kind": "yes-no", "when": { "fact": "a", "is": "yes" } },
        ]);
        assert!(matches!(Case::calm().step(&settings), Ok(Step::Ask(questions)) if questions.len() == 2));
    }

    #[test]
    fn a_case_of_unknown_age_is_asked_for_every_age_and_takes_the_highest_level() {
        let mut settings = fever();
        let mut adult = settings["protocols"][0].clone();
        adult["id"] = "fever-adult".into();
        adult["min-age-days"] = 731.into();
        adult["max-age-days"] = serde_json::Value::Null;
        adult["floor"] = "same-day".into();
        settings["protocols"].as_array_mut().unwrap().push(adult);
        let mut case = Case::calm().with("fever.degrees", Value::Number(37)).with("fever.drinks", Value::Yes);
        case.encounter.patient_age_days = None;
        let Ok(Step::Conclude(assessment)) = case.step(&settings) else { panic!("no conclusion") };
        assert_eq!((assessment.level, assessment.protocol.id.as_str()), (Level::SameDay, "fever-adult"));
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Yes),
            Just(Value::No),
            Just(Value::Unknown),
            Just(Value::Refused),
            (0..45_i64).prop_map(Value::Number),
            (0.0..45.0).prop_map(Value::Decimal),
            Just(Value::Text("?".to_owned())),
        ]
    }

    fn facts() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
        let key = prop::sample::select(vec![
            "fever.lethargic",
            "fever.lethargic.understood",
            "fever.spots",
            "fever.degrees",
            "fever.days",
            "fever.drinks",
        ]);
        prop::collection::vec((key, value()), 0..12)
    }

    proptest! {
        #[test]
        fn levels_never_fall_and_stay_above_the_floor(facts in facts(), age in prop::option::of(0..730_u32)) {
            let mut case = Case::new("fever");
            case.encounter.patient_age_days = age;
            for (key, value) in facts {
                case = case.with(key, value);
                let step = case.step(&fever());
                prop_assert_eq!(format!("{step:?}"), format!("{:?}", case.step(&fever())));
                if let Ok(Step::Conclude(assessment)) = step {
                    prop_assert!(assessment.level.at_least(Level::Soon));
                    prop_assert!(!assessment.reasons.is_empty());
                    if let Some(previous) = &case.encounter.previous {
                        prop_assert!(assessment.level.at_least(previous.level));
                    }
                    case.encounter.previous = Some(assessment);
                }
            }
        }

        #[test]
        fn no_routine_conclusion_without_every_red_flag_denied(facts in facts()) {
            let case = facts.into_iter().fold(Case::new("fever"), |case, (key, value)| case.with(key, value));
            if let Ok(Step::Conclude(assessment)) = case.step(&fever())
                && !conclude::is_urgent(assessment.level)
            {
                for key in ["fever.lethargic", "fever.spots"] {
                    let latest = case.encounter.facts.iter().rev().find(|fact| fact.key == key);
                    prop_assert!(latest.is_some_and(|fact| fact.value == Value::No));
                }
            }
        }
    }
}
