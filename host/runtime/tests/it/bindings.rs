//! A binding lives as long as it is used unchanged.

use std::sync::Arc;

use greffon_core::model::care::Sensitivity;
use greffon_core::model::practice::PluginKind::{Agenda, Notification, Triage};
use greffon_core::ports::plugins::{Bound, PluginFailure};
use greffon_runtime::binding::{Credential, CredentialScheme, MailRelay, MailSecurity};

use crate::guest::Guest;
use crate::host::{Host, binding, encounter};

/// A channel whose caps are all zeroes, but that it may carry health data.
const CARRIES_HEALTH: &str = "(i32.store8 (i32.const 1025) (i32.const 2)) (i32.const 1024)";

#[tokio::test]
async fn an_unchanged_binding_keeps_its_open_breaker_through_a_reload_and_a_changed_one_does_not() {
    let host = Host::new();
    host.register("guest", Triage, "[settings-schema]\ntype = \"object\"", &Guest::triage("unreachable"));
    let (triage, asked) = (host.triage("a", "guest"), encounter());
    for _ in 0..5 {
        assert!(triage.next(&asked).await.is_err());
    }
    let again = host.triage("a", "guest");
    assert!(Arc::ptr_eq(&triage, &again), "the same binding");
    assert_eq!(again.next(&asked).await, Err(PluginFailure::Suspended));

    let mut changed = binding("a", "guest");
    changed.settings = serde_json::json!({ "floor": "soon" });
    let Ok(Bound::Triage(changed)) = host.runtime.bind(&changed) else { panic!("binds") };
    assert!(!changed.is_suspended(), "its file may be the repair");
    assert!(triage.is_suspended(), "two revisions in use at once do not evict each other");
    assert!(Arc::ptr_eq(&triage, &host.triage("a", "guest")));
}

#[test]
fn a_binding_that_nobody_uses_is_gone_and_begins_anew() {
    let host = Host::new();
    host.register("guest", Triage, "", &Guest::triage("unreachable"));
    let first = host.triage("a", "guest");
    let gone = Arc::downgrade(&first);
    drop(first);
    assert!(gone.upgrade().is_none(), "nothing else holds it");
    assert!(host.bind("a", "guest").is_ok());
}

#[test]
fn an_unchanged_binding_is_asked_nothing_again() {
    let host = Host::new();
    host.register("guest", Agenda, "", &Guest { world: "agenda-plugin", fields: "", bodies: &[] }.component());
    let asked = || host.runtime.call_stats().iter().map(|kind| kind.count).sum::<u64>();
    let first = host.agenda("a", "guest");
    assert_eq!(asked(), 1);
    assert!(Arc::ptr_eq(&first, &host.agenda("a", "guest")));
    assert_eq!(asked(), 1);
    assert!(!Arc::ptr_eq(&first, &host.agenda("b", "guest")), "nothing is shared between practices");
}

#[test]
fn each_change_of_a_secret_is_another_binding() {
    let host = Host::new();
    let component = Guest { world: "agenda-plugin", fields: "", bodies: &[] }.component();
    host.register("guest", Agenda, "[asks]\nhttp = [\"*\"]\ncredentials = [\"dav\"]", &component);
    let bind = |username: &str, password: &str, other: &str| {
        let mut binding = binding("a", "guest");
        binding.grants.http = vec!["https://dav.example".to_owned()];
        let scheme = CredentialScheme::Basic { username: username.to_owned(), password: password.to_owned().into() };
        let origin = Some("https://dav.example".to_owned());
        binding.credentials.insert("dav".to_owned(), Credential { scheme, origin });
        binding.grants.keyvalue = other == "granted in vain";
        let Ok(Bound::Agenda(bound)) = host.runtime.bind(&binding) else { panic!("binds") };
        bound
    };
    let first = bind("cabinet", "secret", "");
    assert!(Arc::ptr_eq(&first, &bind("cabinet", "secret", "")));
    assert!(Arc::ptr_eq(&first, &bind("cabinet", "secret", "granted in vain")), "it gives the plugin nothing");
    assert!(!Arc::ptr_eq(&first, &bind("cabinet", "other", "")));
    assert!(!Arc::ptr_eq(&first, &bind("cabinetsecret", "", "")), "where one text ends counts");
}

#[test]
fn a_channel_that_sends_through_a_relay_carries_no_more_than_the_relay_may() {
    let host = Host::new();
    let bodies = &[("describe", CARRIES_HEALTH)];
    let component = Guest { world: "channel-plugin", fields: "", bodies }.component();
    host.register("guest", Notification, "[asks]\nmail = true", &component);
    let carries = |max_sensitivity| {
        let mut binding = binding("a", "guest");
        binding.grants.mail = true;
        binding.mail = Some(MailRelay {
            host: "smtp.example".to_owned(),
            port: 465,
            security: MailSecurity::Tls,
            login: None,
            from: "accueil@tilleuls.example".to_owned(),
            max_sensitivity,
        });
        let Ok(Bound::Channel(channel)) = host.runtime.bind(&binding) else { panic!("binds") };
        channel.caps().max_sensitivity
    };
    assert_eq!(carries(Sensitivity::Health), Sensitivity::Health);
    assert_eq!(carries(Sensitivity::Personal), Sensitivity::Personal);
}

#[test]
fn a_plugin_that_gives_no_answer_is_asked_again_at_the_next_try() {
    let host = Host::new();
    let bodies = &[("protocols", "unreachable")];
    host.register("guest", Triage, "", &Guest { world: "triage-plugin", fields: "", bodies }.component());
    let calls = || host.runtime.call_stats()[0].count;
    for tries in 1..=2 {
        let problem = host.bind("a", "guest").expect_err("trapped");
        assert!(problem.passing && problem.message.contains("triage.protocols"), "{problem}");
        assert_eq!(calls(), 3 * tries, "prepared twice, and asked");
    }
}
