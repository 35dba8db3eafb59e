//! Static analysis of the grids, without any case. An error keeps a grid from
//! going live; a warning is for somebody to look at. Paths are JSON Pointers
//! into the settings, sentences are for the practice.

mod bands;
mod conclusions;
mod delays;
mod flags;
mod place;
mod reach;
mod search;
mod structure;
mod wording;

use greffon_sdk::practice::Finding;

use self::place::Place;
use crate::settings::Grid;

/// Everything that the analysis finds.
pub(crate) fn all(grid: &Grid) -> Vec<Finding> {
    let mut findings = Vec::new();
    if grid.protocols.is_empty() {
        findings.push(Finding::warning("/protocols", "Aucun protocole : chaque demande ira à une décision humaine."));
    }
    for (index, protocol) in grid.protocols.iter().enumerate() {
        let place = Place { protocol, path: format!("/protocols/{index}") };
        if protocol.demo {
            let message = "Contenu de démonstration : refusé hors d'un cabinet de démonstration. Retirer demo = true \
                           une fois la grille relue par un soignant.";
            findings.push(Finding::warning(format!("{}/demo", place.path), message));
        }
        let sound = structure::check(&place, &mut findings);
        conclusions::check(&place, &mut findings);
        delays::check(&place, &mut findings);
        flags::check(&place, &mut findings);
        wording::check(&place, &mut findings);
        // Keys that do not exist and circles would only be told again.
        if sound {
            reach::check(&place, grid.max_questions, &mut findings);
        }
    }
    bands::check(grid, &mut findings);
    flags::between(grid, &mut findings);
    findings
}

#[cfg(test)]
mod tests {
    use greffon_sdk::practice::FindingSeverity;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{fever, grid};

    /// Findings of the fever grid after a change to its protocol.
    fn after(change: impl FnOnce(&mut Value)) -> Vec<(FindingSeverity, String, String)> {
        let mut settings = fever();
        change(&mut settings["protocols"][0]);
        all(&grid(settings)).into_iter().map(|finding| (finding.severity, finding.path, finding.message)).collect()
    }

    #[track_caller]
    fn finds(severity: FindingSeverity, path: &str, words: &str, change: impl FnOnce(&mut Value)) {
        let findings = after(change);
        let found =
            findings.iter().any(|(level, place, text)| *level == severity && place == path && text.contains(words));
        assert!(found, "no {severity:?} at {path} with \"{words}\" in {findings:#?}");
    }

    const ERROR: FindingSeverity = FindingSeverity::Error;
    const WARNING: FindingSeverity = FindingSeverity::Warning;

    #[test]
    fn a_sound_grid_has_no_errors() {
        let errors: Vec<_> = after(|_| ()).into_iter().filter(|(severity, ..)| *severity == ERROR).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    #[test]
    fn a_circle_of_questions_is_an_error() {
        finds(ERROR, "/protocols/0/questions/0/when", "cercle", |protocol| {
            protocol["questions"][0]["when"] = json!({ "fact": "fever.days", "at-least": 1 });
        });
    }

    #[test]
    fn a_question_that_can_never_be_asked_is_an_error() {
        finds(ERROR, "/protocols/0/questions/1/when", "jamais posée", |protocol| {
            protocol["questions"][1]["when"] = json!({ "fact": "fever.spots", "is": "yes" });
        });
        finds(ERROR, "/protocols/0/questions/1/when", "jamais posée", |protocol| {
            protocol["questions"][1]["when"] = json!({ "age-days": { "at-least": 731 } });
        });
    }

    #[test]
    fn a_missing_unknown_branch_is_a_warning() {
        finds(WARNING, "/protocols/0/questions/1", "« ne sait pas »", |_| ());
    }

    #[test]
    fn an_answer_without_a_branch_is_an_error() {
        finds(ERROR, "/protocols/0/questions/2", "« non »", |protocol| {
            protocol["rules"] = json!([
                { "id": "a", "when": { "fact": "fever.drinks", "is": "yes" }, "level": "soon",
                  "orientation": { "slot-within": 60 }, "reason": "Boit bien" },
            ]);
        });
    }

    #[test]
    fn a_dead_end_is_a_warning_with_an_example() {
        finds(WARNING, "/protocols/0/rules", "fever.drinks = non", |protocol| {
            protocol["rules"][2]["when"] = json!({ "fact": "fever.drinks", "is": "unknown" });
        });
    }

    #[test]
    fn a_red_flag_that_waits_for_a_question_is_an_error() {
        finds(ERROR, "/protocols/0/red-flags/1/when", "premier bloc", |protocol| {
            protocol["red-flags"][1]["when"] = json!({ "fact": "fever.drinks", "is": "no" });
        });
    }

    #[test]
    fn a_vital_rule_on_a_question_is_a_red_flag_at_the_wrong_place() {
        finds(ERROR, "/protocols/0/rules/2/level", "signes d'alerte", |protocol| {
            protocol["rules"][2]["level"] = "vital".into();
        });
    }

    #[test]
    fn a_conclusion_below_the_floor_is_an_error() {
        finds(ERROR, "/protocols/0/rules/3/level", "plancher", |protocol| {
            protocol["rules"][3]["level"] = "routine".into();
        });
    }

    #[test]
    fn same_conditions_with_different_levels_are_a_warning() {
        finds(WARNING, "/protocols/0/rules/4/level", "long", |protocol| {
            let mut rule = protocol["rules"][1].clone();
            rule["id"] = "long-too".into();
            rule["level"] = "soon".into();
            protocol["rules"].as_array_mut().unwrap().push(rule);
        });
    }

    #[test]
    fn a_missing_safety_net_is_an_error_below_very_urgent() {
        let change = |protocol: &mut Value| {
            protocol.as_object_mut().unwrap().remove("safety-net");
        };
        finds(ERROR, "/protocols/0/rules/1/safety-net", "aggravation", change);
        assert!(after(change).iter().all(|(_, path, _)| path != "/protocols/0/rules/0/safety-net"));
    }

    #[test]
    fn a_demonstration_says_what_it_is() {
        finds(WARNING, "/protocols/0/demo", "démonstration", |_| ());
        assert!(
            after(|protocol| protocol["demo"] = false.into()).iter().all(|(_, path, _)| path != "/protocols/0/demo")
        );
    }

    #[test]
    fn what_the_host_would_not_wait_for_is_an_error() {
        for (level, orientation, words) in [
            ("very-urgent", json!({ "clinician-callback": 16 }), "15 minutes"),
            ("very-urgent", json!("same-day-slot"), "trop tard"),
            ("same-day", json!({ "slot-within": 1441 }), "24 heures"),
            ("same-day", json!({ "clinician-callback": 1441 }), "24 heures"),
            ("soon", json!({ "slot-within": 10081 }), "7 jours"),
            ("soon", json!({ "recontact": 10081 }), "7 jours"),
        ] {
            finds(ERROR, "/protocols/0/rules/1/orientation", words, |protocol| {
                protocol["rules"][1]["level"] = level.into();
                protocol["rules"][1]["orientation"] = orientation.clone();
            });
        }
        finds(ERROR, "/protocols/0/red-flags/0/orientation", "emergency-call", |protocol| {
            protocol["red-flags"][0]["orientation"] = json!({ "live-transfer": "on-call" });
        });
        finds(ERROR, "/protocols/0/red-flags/1/orientation", "15 minutes", |protocol| {
            protocol["red-flags"][1]["orientation"] = json!({ "clinician-callback": 45 });
        });
    }

    #[test]
    fn signs_that_contradict_each_other_are_errors() {
        finds(ERROR, "/protocols/0/red-flags/1/spoken", "se contredisent", |protocol| {
            protocol["red-flags"][1]["spoken"] = "Est-il difficile à réveiller ?".into();
        });
        finds(ERROR, "/protocols/0/red-flags/1/spoken", "deux fois", |protocol| {
            protocol["red-flags"][1]["spoken"] = "est-il  difficile à réveiller".into();
            protocol["red-flags"][1]["level"] = "vital".into();
        });
        finds(ERROR, "/protocols/0/questions/2/spoken", "déjà", |protocol| {
            protocol["questions"][2]["spoken"] = "Est-il difficile à réveiller ?".into();
        });
        finds(ERROR, "/protocols/0/red-flags/0/level", "same-day", |protocol| {
            protocol["red-flags"][0]["level"] = "soon".into();
        });
    }

    #[test]
    fn one_key_says_one_thing_in_all_protocols() {
        let with_second = |change: &dyn Fn(&mut Value)| {
            let mut settings = fever();
            let mut second = settings["protocols"][0].clone();
            (second["id"], second["min-age-days"], second["max-age-days"]) =
                ("fever-child".into(), 731.into(), Value::Null);
            change(&mut second);
            settings["protocols"].as_array_mut().unwrap().push(second);
            all(&grid(settings)).into_iter().map(|one| (one.path, one.message)).collect::<Vec<_>>()
        };
        let at = |found: &[(String, String)], path: &str, words: &str| {
            found.iter().any(|(place, message)| place == path && message.contains(words))
        };
        assert!(!with_second(&|_| ()).iter().any(|(_, message)| message.contains("fever-infant")));
        let found = with_second(&|second| second["red-flags"][0]["spoken"] = "Dort-il tout le temps ?".into());
        assert!(at(&found, "/protocols/1/red-flags/0/spoken", "autrement"), "{found:#?}");
        let found = with_second(&|second| second["red-flags"][0]["level"] = "same-day".into());
        assert!(at(&found, "/protocols/1/red-flags/0/level", "vital"), "{found:#?}");
        let found = with_second(&|second| second["questions"][2]["key"] = "fever.spots".into());
        assert!(at(&found, "/protocols/1/questions/2/key", "signe d'alerte"), "{found:#?}");
    }

    #[test]
    fn ages_that_nobody_serves_are_a_warning() {
        finds(WARNING, "/protocols/0/max-age-days", "730", |_| ());
        finds(WARNING, "/protocols/0/min-age-days", "28", |protocol| protocol["min-age-days"] = 28.into());
    }

    #[test]
    fn long_double_and_negative_questions_are_warnings() {
        let long = "Est-ce que vous pouvez me dire depuis combien de jours exactement votre enfant a de la fièvre le soir ou le matin ?";
        for (spoken, words) in [
            (long, "mots"),
            ("Tousse-t-il ? Vomit-il ?", "double"),
            ("A-t-il mal au ventre et a-t-il vomi ?", "double"),
            ("N'a-t-il pas mal ?", "négative"),
        ] {
            finds(WARNING, "/protocols/0/questions/2/spoken", words, |protocol| {
                protocol["questions"][2]["spoken"] = spoken.into();
            });
        }
    }

    #[test]
    fn a_dose_is_an_error_and_a_drug_a_warning() {
        for dose in ["Donner 250 mg", "Donner 250mg toutes les 6 h", "Prendre 2 comprimés."] {
            finds(ERROR, "/protocols/0/rules/3/reason", "dose", |protocol| {
                protocol["rules"][3]["reason"] = dose.into();
            });
        }
        finds(WARNING, "/protocols/0/rules/3/reason", "médicament", |protocol| {
            protocol["rules"][3]["reason"] = "Soulagé par le paracétamol".into();
        });
    }

    #[test]
    fn a_fact_that_nothing_asks_for_is_an_error() {
        finds(ERROR, "/protocols/0/rules/1/when", "fever.dayz", |protocol| {
            protocol["rules"][1]["when"]["fact"] = "fever.dayz".into();
        });
    }

    #[test]
    fn a_choice_that_is_not_offered_is_an_error() {
        finds(ERROR, "/protocols/0/rules/2/when", "« jamais »", |protocol| {
            protocol["rules"][2]["when"] = json!({ "fact": "fever.drinks", "is": "jamais" });
        });
        finds(ERROR, "/protocols/0/rules/2/when", "nombre", |protocol| {
            protocol["rules"][2]["when"] = json!({ "fact": "fever.drinks", "at-least": 1 });
        });
    }

    #[test]
    fn a_question_under_a_key_of_the_host_is_an_error() {
        for key in ["red-flag.all", "Red-Flag.all", "emergency.outcome", "recap.outcome"] {
            for list in ["questions", "red-flags"] {
                finds(ERROR, &format!("/protocols/0/{list}/0/key"), "réservé", |protocol| {
                    protocol[list][0]["key"] = key.into();
                });
            }
        }
        finds(ERROR, "/protocols/0/questions/0/key", "sans accent", |protocol| {
            protocol["questions"][0]["key"] = "red\u{200b}-flag.all".into();
        });
    }

    #[test]
    fn names_that_stand_twice_are_errors() {
        finds(ERROR, "/protocols/0/questions/2/key", "deux fois", |protocol| {
            protocol["questions"][2]["key"] = "fever.days".into();
        });
        finds(ERROR, "/protocols/0/rules/3/id", "deux fois", |protocol| protocol["rules"][1]["id"] = "mild".into());
    }

    #[test]
    fn ages_that_overlap_or_leave_a_gap_are_errors() {
        let with_second = |least: u32| {
            let mut settings = fever();
            let mut second = settings["protocols"][0].clone();
            second["id"] = "fever-child".into();
            second["min-age-days"] = least.into();
            second["max-age-days"] = Value::Null;
            settings["protocols"].as_array_mut().unwrap().push(second);
            all(&grid(settings))
                .into_iter()
                .filter(|finding| finding.path.ends_with("min-age-days"))
                .collect::<Vec<_>>()
        };
        assert!(with_second(731).is_empty());
        assert!(with_second(730)[0].message.contains("deux protocoles"));
        assert!(with_second(732)[0].message.contains("731"));
    }

    #[test]
    fn more_questions_than_allowed_are_a_warning() {
        let mut settings = fever();
        settings["max-questions"] = 4.into();
        let findings = all(&grid(settings));
        assert!(findings.iter().any(|finding| finding.message.contains("5 questions")), "{findings:#?}");
    }
}
