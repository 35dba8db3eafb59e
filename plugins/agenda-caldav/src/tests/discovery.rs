use greffon_sdk::http::Response;

use super::*;

fn calendar(setting: &str) -> Practice {
    with_settings(&format!(r#"{{"base-url":"https://dav.example/dav/","calendars":{{"dr-martin":{setting}}}}}"#))
}

#[test]
fn a_calendar_is_found_by_its_name_and_remembered() {
    for setting in [r#"{"name":"dr martin & associés"}"#, r#"{"name":"agenda","label":"Dr Martin"}"#] {
        let practice = calendar(setting);
        practice.server.put("a.ics", &event("a", "09:00", "09:30"));
        assert_eq!(practice.find("08:00", "18:00").unwrap().slots.len(), 1);
        assert_eq!(
            practice.server.requests(),
            ["PROPFIND", "PROPFIND", "PROPFIND", "PROPFIND", "REPORT", "REPORT", "PROPFIND"]
        );
        practice.find("08:00", "18:00").unwrap();
        assert_eq!(practice.server.requests(), ["REPORT"]);
        practice.fakes.set_now(noon() + 25 * 3_600_000);
        practice.find("08:00", "18:00").unwrap();
        assert_eq!(practice.server.requests().len(), 6, "once a day it is looked for again");
    }
}

#[test]
fn a_name_that_no_or_several_calendars_have_is_an_error_that_says_so() {
    for (setting, expected) in [
        (r#"{"name":"Dr Petit"}"#, "/cabinet/agenda/"),
        (r#"{"name":"Congés"}"#, "write one of /cabinet/b/, /cabinet/c/"),
        ("{}", "no calendar \"dr-martin\""),
    ] {
        match calendar(setting).find("08:00", "18:00") {
            Err(Error::Invalid((key, why))) => {
                assert_eq!(key, "settings/calendars/dr-martin");
                assert!(why.contains(expected), "{why}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn redirects_to_other_servers_and_circles_are_not_followed() {
    let practice = calendar(r#"{"name":"agenda"}"#);
    practice
        .server
        .fault("PROPFIND", Fault::Instead(Response::new(301, "").with_header("Location", "https://evil.example/")));
    practice.find("08:00", "18:00").unwrap();
    let circle = calendar(r#"{"name":"agenda"}"#);
    for _ in 0..8 {
        circle
            .server
            .fault("PROPFIND", Fault::Instead(Response::new(301, "").with_header("Location", "/.well-known/caldav")));
    }
    assert!(matches!(circle.find("08:00", "18:00"), Err(Error::Unavailable(_))));
    assert!(circle.server.requests().len() <= 8);
}

#[test]
fn a_refusal_during_discovery_is_a_refusal() {
    let practice = calendar(r#"{"name":"agenda"}"#);
    practice.server.fault("PROPFIND", Fault::Instead(Response::new(401, "")));
    assert!(matches!(practice.find("08:00", "18:00"), Err(Error::Denied(_))));
}

#[test]
fn settings_that_cannot_work_are_refused_with_their_key() {
    let new = |json: &str| CalDav::new(serde_json::from_str(json).unwrap()).err();
    let key = |json: &str| match new(json) {
        Some(Error::Invalid((key, _))) => key,
        other => panic!("{other:?}"),
    };
    assert_eq!(key(r#"{"base-url":"dav.example","calendars":{"a":"/a/"}}"#), "settings/base-url");
    assert_eq!(key(r#"{"base-url":"https://u:p@dav.example","calendars":{"a":"/a/"}}"#), "settings/base-url");
    assert_eq!(key(r#"{"base-url":"https://dav.example","calendars":{}}"#), "settings/calendars");
    let practice =
        with_settings(r#"{"base-url":"https://dav.example","calendars":{"dr-martin":"https://other.example/a/"}}"#);
    assert!(
        matches!(practice.find("08:00", "18:00"), Err(Error::Invalid((key, _))) if key == "settings/calendars/dr-martin")
    );
    assert!(practice.server.requests().is_empty());
}

#[test]
fn probe_tells_the_servers_clock_and_software() {
    let practice = practice();
    let probed = practice.plugin.probe().unwrap();
    assert_eq!((probed.clock, probed.product), (at("2026-03-02T11:00:05", "UTC"), None));
    for (header, product, version) in [
        ("Radicale/3.5.4 Python/3.11", Some("Radicale"), Some("3.5.4")),
        ("nginx", Some("nginx"), None),
        ("", None, None),
    ] {
        let told = crate::software(Some(header));
        assert_eq!((told.0.as_deref(), told.1.as_deref()), (product, version), "{header}");
    }
}

#[test]
fn probe_tells_what_is_wrong() {
    let practice = practice();
    let refused = |fault: Fault| {
        practice.server.fault("PROPFIND", fault);
        practice.plugin.probe().unwrap_err()
    };
    for status in [401, 403] {
        let error = refused(Fault::Instead(Response::new(status, "")));
        assert!(matches!(&error, Error::Denied(why) if why.contains("credentials.dav")), "{error:?}");
    }
    assert!(matches!(refused(Fault::Instead(Response::new(404, ""))), Error::NotFound));
    assert!(matches!(refused(Fault::Instead(Response::new(502, ""))), Error::Unavailable(why) if why.contains("502")));
    assert!(matches!(refused(Fault::LostBefore), Error::Unavailable(why) if why.contains("connection reset")));
    let limited = Response::new(429, "").with_header("Retry-After", "9");
    assert!(matches!(refused(Fault::Instead(limited)), Error::RateLimited(Some(9))));
    let moved = Response::new(301, "").with_header("Location", "https://new.example/dav/");
    assert!(matches!(refused(Fault::Instead(moved)), Error::Unavailable(why) if why.contains("https://new.example")));
    let folder = "<multistatus xmlns=\"DAV:\"><response><href>/cabinet/agenda/</href><propstat><prop><resourcetype>\
                  <collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>";
    let error = refused(Fault::Instead(Response::new(207, folder)));
    assert!(matches!(&error, Error::Invalid((key, _)) if key == "settings/calendars/dr-martin"), "{error:?}");
}

fn identity(practice: &Practice) -> Option<String> {
    practice.plugin.agendas().unwrap().remove(0).identity
}

#[test]
fn a_calendar_has_one_identity_however_the_settings_name_it() {
    for setting in [
        r#""/cabinet/agenda/""#,
        r#""/cabinet/%61genda""#,
        r#""https://DAV.example:443/cabinet/agenda/""#,
        r#"{"name":"agenda"}"#,
    ] {
        let practice = calendar(setting);
        assert_eq!(identity(&practice).as_deref(), Some("https://dav.example/cabinet/agenda/"), "{setting}");
    }
}

#[test]
fn a_calendar_is_where_its_server_redirects_to() {
    let practice = calendar(r#""/old/place/""#);
    let moved = Response::new(301, "").with_header("Location", "/cabinet/agenda");
    practice.server.fault("PROPFIND", Fault::Instead(moved));
    assert_eq!(identity(&practice).as_deref(), Some("https://dav.example/cabinet/agenda/"));
    let elsewhere = Response::new(301, "").with_header("Location", "https://evil.example/cabinet/agenda/");
    practice.server.fault("PROPFIND", Fault::Instead(elsewhere));
    assert_eq!(identity(&practice), None);
}

#[test]
fn a_calendar_that_cannot_be_asked_has_no_identity_and_the_agenda_is_told_all_the_same() {
    let practice = practice();
    practice.server.fault("PROPFIND", Fault::Instead(Response::new(503, "")));
    let agendas = practice.plugin.agendas().unwrap();
    assert_eq!((agendas[0].id.as_str(), &agendas[0].identity), ("dr-martin", &None));
}
