//! What came of a request, in words: level, orientation, what the host did.

use greffon_core::model::care::Level;
use greffon_core::model::civil::{spoken_date, spoken_time};
use greffon_core::model::wording::level_words;
use serde_json::Value;

use super::page::Outcome;

/// The items of a list; none of anything else.
pub fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// A civil time of the practice.
pub fn civil(instant: &Value, zone: &str) -> Option<jiff::civil::DateTime> {
    let at: jiff::Timestamp = instant.as_str()?.parse().ok()?;
    Some(at.in_tz(zone).ok()?.datetime())
}

/// Reads from the last view, and from the messages that were written meanwhile, what was
/// done.
pub fn fill(outcome: &mut Outcome, view: &Value, messages: &[Value], zone: &str) {
    outcome.level = level_of(&view["level"]);
    let orientation = &view["assessment"]["orientation"];
    outcome.orientation = (!orientation.is_null()).then(|| orientation_words(orientation));
    let when = |instant: &Value| {
        civil(instant, zone)
            .map_or_else(String::new, |at| format!("{} à {}", spoken_date(at.date()), spoken_time(at.time())))
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for booking in each(&view["bookings"]) {
        let op = text(&booking["op_id"]);
        let what = match op.as_str() {
            "rehearsal-move" => "rendez-vous déplacé",
            "rehearsal-cancel" => "rendez-vous annulé",
            _ => "rendez-vous",
        };
        let state = match booking["progress"].as_str() {
            Some("confirmed") => "confirmé",
            Some("refused") => "refusé par l'agenda",
            _ => "à vérifier",
        };
        outcome.did.push(format!("{what}, {} : {state}", when(&booking["start"])));
    }
    for promise in each(&view["commitments"]) {
        outcome.did.push(format!(
            "promesse ({}) tenue par {}, avant {}",
            text(&promise["what"]),
            text(&promise["owner"]),
            when(&promise["due"])
        ));
    }
    if !view["alert"].is_null() {
        let told: Vec<String> = each(&view["alert"]["told"]).map(|told| text(&told["person"])).collect();
        let told = if told.is_empty() { "personne".to_owned() } else { told.join(", ") };
        outcome
            .did
            .push(format!("alerte {}, prévenus : {told}", level_of(&view["alert"]["level"]).unwrap_or_default()));
    }
    let steps = each(&view["banners"]).find(|banner| banner["code"] == "emergency-steps");
    outcome.did.extend(steps.map(|banner| text(&banner["text"])));
    // Written in the same moment, they have no order of their own.
    let letter =
        |message: &Value| format!("message à {} : « {} »", text(&message["recipient"]), text(&message["subject"]));
    let mut letters: Vec<String> = messages.iter().map(letter).collect();
    letters.sort();
    outcome.did.extend(letters);
}

fn level_of(level: &Value) -> Option<String> {
    let level: Level = serde_json::from_value(level.clone()).ok()?;
    Some(level_words(level).to_owned())
}

/// An orientation, in words.
pub fn orientation_words(orientation: &Value) -> String {
    if let Some(word) = orientation.as_str() {
        return match word {
            "same-day-slot" => "un rendez-vous aujourd'hui".to_owned(),
            other => other.to_owned(),
        };
    }
    let Some((kind, value)) = orientation.as_object().and_then(|one| one.iter().next()) else {
        return String::new();
    };
    let delay = || within(value.as_u64().unwrap_or_default());
    let word = || value.as_str().unwrap_or_default();
    match kind.as_str() {
        "emergency-call" => format!("appeler le {}", value["shown"].as_str().unwrap_or_default()),
        "live-transfer" => format!("mettre en relation ({})", word()),
        "clinician-callback" => format!("un médecin rappelle {}", delay()),
        "slot-within" => format!("un rendez-vous {}", delay()),
        "teleconsultation" => format!("une téléconsultation {}", delay()),
        "message" => format!("un message ({})", word()),
        "document-request" => format!("un document à préparer ({})", word()),
        "redirect" => format!("un autre service ({})", word()),
        "recontact" => format!("le cabinet rappelle {}", delay()),
        "human-decision" => "une personne décide".to_owned(),
        other => other.to_owned(),
    }
}

fn within(minutes: u64) -> String {
    match minutes {
        0..120 => format!("dans les {minutes} minutes"),
        120..2880 => format!("dans les {} heures", minutes.div_ceil(60)),
        _ => format!("dans les {} jours", minutes.div_ceil(1440)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn orientations_and_levels_are_said_in_words() {
        for (orientation, words) in [
            (json!("same-day-slot"), "un rendez-vous aujourd'hui"),
            (json!({ "slot-within": 2880 }), "un rendez-vous dans les 2 jours"),
            (json!({ "clinician-callback": 60 }), "un médecin rappelle dans les 60 minutes"),
            (json!({ "emergency-call": { "service": "samu", "shown": "15 (SAMU)" } }), "appeler le 15 (SAMU)"),
            (json!({ "human-decision": "x" }), "une personne décide"),
        ] {
            assert_eq!(orientation_words(&orientation), words);
        }
        assert_eq!(level_of(&json!("same-day")).as_deref(), Some("dans la journée"));
    }
}
