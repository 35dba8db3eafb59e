//! Agendas, motives, and what the settings lack.

use super::*;

fn agendas_of(json: &str) -> Practice {
    with_settings(&format!(r#"{{"base-url":"https://API.example:443/",{json}}}"#))
}

#[test]
fn an_agenda_has_one_identity_however_its_place_is_written() {
    let practice = agendas_of(r#""agendas":{"dr-martin":{"vendor-id":101,"rpps":"10003456790","site":"nord"}}"#);
    let agendas = practice.plugin.agendas().unwrap();
    assert_eq!(agendas[0].identity.as_deref(), Some("https://api.example/v1/agendas/101"));
    assert_eq!((agendas[0].label.as_str(), agendas[0].zone.as_str()), ("Dr Camille Martin", "Europe/Paris"));
    assert_eq!(agendas[0].practitioner.as_ref().unwrap().value, "10003456790");
    assert!(agendas[0].writable);
}

#[test]
fn an_agenda_that_the_vendor_does_not_show_has_no_identity() {
    let practice = agendas_of(r#""agendas":{"dr-martin":{"vendor-id":101},"dr-x":{"vendor-id":9}}"#);
    let known: Vec<bool> = practice.plugin.agendas().unwrap().iter().map(|one| one.identity.is_some()).collect();
    assert_eq!(known, [true, false]);
    practice.server.fault("request-lost", "agendas", 1);
    assert!(practice.plugin.agendas().unwrap().iter().all(|one| one.identity.is_none()));
}

#[test]
fn motives_are_told_under_their_mapped_names() {
    let practice = agendas_of(r#""agendas":{"dr-martin":{"vendor-id":101,"motives":{"suivi":202}}}"#);
    let motives = practice.plugin.motives(&"dr-martin".to_owned()).unwrap();
    let told: Vec<(&str, &str, u32)> =
        motives.iter().map(|one| (one.id.as_str(), one.label.as_str(), one.duration_min)).collect();
    assert_eq!(told, [("vendor-201", "Consultation", 15), ("suivi", "Consultation de suivi", 20)]);
    assert_eq!(practice.plugin.motives(&"dr-x".to_owned()).unwrap_err(), Error::NotFound);
}

#[test]
fn an_agenda_s_own_motive_comes_before_that_of_all() {
    let practice = agendas_of(
        r#""agendas":{"dr-martin":{"vendor-id":101,"motives":{"consultation":202}}},"motives":{"consultation":999}"#,
    );
    practice.server.motive_minutes(15);
    practice.book("op-1", "09:00").unwrap();
    assert!(practice.fakes.requests().iter().any(|one| String::from_utf8_lossy(&one.body).contains("202")));
}

#[test]
fn a_motive_that_is_not_mapped_is_named_with_the_line_to_add() {
    let practice = agendas_of(r#""agendas":{"dr-martin":{"vendor-id":101}}"#);
    let refused = |motive: &str| {
        let what = Request { motive: motive.to_owned(), ..request("09:00") };
        match practice.plugin.book(&"op-1".to_owned(), &what, None) {
            Err(Error::Invalid((key, why))) => (key, why),
            other => panic!("{other:?}"),
        }
    };
    let (key, why) = refused("consultation-suivi");
    assert_eq!(key, "settings/motives/consultation-suivi");
    assert!(why.ends_with("add motives.consultation-suivi = 202 (« Consultation de suivi »)"), "{why}");
    let (_, why) = refused("bilan");
    assert!(
        why.ends_with("add motives.bilan = …; it has 201 « Consultation », 202 « Consultation de suivi »"),
        "{why}"
    );
    practice.server.fault("request-lost", "visit_motives", 1);
    assert!(refused("bilan").1.contains("the vendor shows none"));
    let query = query(Span { start: tuesday("09:00"), end: tuesday("10:00") });
    assert!(matches!(practice.plugin.find_slots(&query), Err(Error::Invalid(_))));
    assert_eq!(practice.count("POST"), 0);
}

#[test]
fn an_agenda_that_is_not_mapped_is_named_with_the_line_to_add() {
    let practice = agendas_of(r#""agendas":{"dr-petit":{"vendor-id":102}},"motives":{"consultation":201}"#);
    let Err(Error::Invalid((key, why))) = practice.book("op-1", "09:00") else { panic!() };
    assert_eq!(key, "settings/agendas/dr-martin");
    assert!(why.ends_with("add agendas.dr-martin = { vendor-id = 101 } (« Dr Camille Martin »)"), "{why}");
}

#[test]
fn a_probe_says_what_to_correct() {
    let probed = practice().plugin.probe().unwrap();
    assert_eq!(probed.clock, noon());
    for (json, key) in [
        (r#""agendas":{"dr-martin":{"vendor-id":9}}"#, "settings/agendas/dr-martin"),
        (r#""agendas":{"dr-martin":{"vendor-id":101,"zone":"Indian/Reunion"}}"#, "settings/agendas/dr-martin"),
        (
            r#""agendas":{"dr-martin":{"vendor-id":101,"motives":{"bilan":9}}}"#,
            "settings/agendas/dr-martin/motives/bilan",
        ),
    ] {
        let practice = agendas_of(json);
        assert!(matches!(practice.plugin.probe(), Err(Error::Invalid((at, _))) if at == key), "{json}");
    }
    let practice = practice();
    practice.server.fault("token-expires", "agendas", 2);
    assert!(matches!(practice.plugin.probe(), Err(Error::Denied(why)) if why.contains("credentials.api")));
}

#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    let new = |json: &str| DoctolibLike::new(serde_json::from_str(json).unwrap()).map(|_| ());
    for (json, key) in [
        (r#"{"base-url":"https://","agendas":{"a":{"vendor-id":1}}}"#, "settings/base-url"),
        (r#"{"base-url":"https://x","agendas":{}}"#, "settings/agendas"),
        (r#"{"base-url":"https://x","agendas":{"a":{"vendor-id":1},"b":{"vendor-id":1}}}"#, "settings/agendas/b"),
    ] {
        assert!(matches!(new(json), Err(Error::Invalid((at, _))) if at == key), "{json}");
    }
}

#[test]
fn what_it_can_do_is_no_more_than_what_the_vendor_promises() {
    use greffon_sdk::agenda::Caps;

    let described = practice().plugin.describe();
    assert_eq!(described.caps, Caps::SERVES_SLOTS | Caps::DELTA | Caps::PUSH);
    let silent = agendas_of(r#""agendas":{"dr-martin":{"vendor-id":101}}"#).plugin.describe();
    assert_eq!(silent.caps, Caps::SERVES_SLOTS | Caps::DELTA);
}
