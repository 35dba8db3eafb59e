//! `{service.samu}` in a text that is said: which number that is belongs to the host.

use greffon_core::model::emergency::EmergencyService;
use serde_json::Value;

/// How a text names a service.
const OPENS: &str = "{service.";

/// A text with the number of every service that it names. A service that is not known stays
/// as it is written; [`unknown`] finds it.
pub(super) fn put_text(text: &str) -> String {
    EmergencyService::ALL
        .into_iter()
        .fold(text.to_owned(), |text, service| text.replace(&written(service), service.called()))
}

/// Settings with the number of every service that their texts name.
pub(super) fn put(settings: &Value) -> Value {
    match settings {
        Value::String(text) => Value::String(put_text(text)),
        Value::Array(items) => Value::Array(items.iter().map(put).collect()),
        Value::Object(fields) => Value::Object(fields.iter().map(|(key, field)| (key.clone(), put(field))).collect()),
        other => other.clone(),
    }
}

/// The services of a text that are none.
pub(super) fn unknown(text: &str) -> Vec<&str> {
    let names = text.split(OPENS).skip(1).map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name));
    names.filter(|name| EmergencyService::ALL.iter().all(|service| service.as_str() != *name)).collect()
}

/// The service that has this short number, as a text is to write it.
pub(super) fn of_number(number: &str) -> Option<String> {
    EmergencyService::ALL.into_iter().find(|service| service.called() == number).map(written)
}

fn written(service: EmergencyService) -> String {
    format!("{OPENS}{}}}", service.as_str())
}

/// All of them, as texts write them.
pub(super) fn all() -> String {
    EmergencyService::ALL.map(written).join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_host_puts_the_number() {
        let settings = json!({ "a": ["Faites le {service.samu}, ou le {service.european}."], "{service.samu}": 1 });
        assert_eq!(put(&settings), json!({ "a": ["Faites le 15, ou le 112."], "{service.samu}": 1 }));
        assert_eq!(put_text("Appelez le {service.poison-centre}."), "Appelez le centre antipoison.");
        assert_eq!(put_text("{service.sammu} {number}"), "{service.sammu} {number}");
        assert_eq!(unknown("{service.sammu} {service.samu} {service."), ["sammu", ""]);
    }
}
