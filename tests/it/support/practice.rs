//! Practice files for the tests: synthetic, as small as they can be.

/// A practice whose agenda is kept by `agenda-local`.
pub fn local(id: &str) -> String {
    practice(
        id,
        "agenda-local",
        "grants.keyvalue = true\nsettings = { agendas = { martin = { label = \"Dr Martin\" } } }",
        "",
    )
}

/// A practice whose agenda is on a CalDAV server.
pub fn caldav(id: &str, origin: &str, calendar: &str, mail: &str) -> String {
    practice(id, "agenda-caldav", &caldav_feature(origin, calendar, ""), mail)
}

/// The same, in which a write takes a second at most.
pub fn quick_caldav(id: &str, origin: &str, calendar: &str) -> String {
    practice(id, "agenda-caldav", &caldav_feature(origin, calendar, ", write-timeout-ms = 1000"), "")
}

fn caldav_feature(origin: &str, calendar: &str, more: &str) -> String {
    format!(
        "settings = {{ base-url = \"{origin}\", calendars = {{ martin = \"{calendar}\" }}{more} }}\n\
         grants.http = [\"{origin}\"]\n\
         grants.keyvalue = true\n\
         credentials.dav = {{ scheme = \"basic\", username = \"cabinet\", password = {{ file = \"secrets/dav\" }}, \
         origin = \"{origin}\" }}"
    )
}

/// A practice with a medical motive and what is said when it gets worse, whose triage is
/// asked of this plugin.
pub fn with_triage(id: &str, plugin: &str) -> String {
    let motive = "[motives.consultation]\nlabel = \"Consultation\"\nduration-min = 15\n\n\
                  [instructions.aggravation]\nversion = \"1\"\napproved-by = \"Dr Martin\"\n\
                  text = \"Si cela s'aggrave, rappelez-nous.\"\n";
    format!("{}\n{motive}\n[features.tri]\nplugin = \"{plugin}\"\n", local(id))
}

/// A practice whose agenda is this plugin, with these lines of its feature.
pub fn with_agenda(id: &str, plugin: &str, feature: &str) -> String {
    practice(id, plugin, feature, "")
}

/// `[mail]` for a relay on the loopback interface.
pub fn relay(port: u16) -> String {
    format!("[mail]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"accueil@test.example\"\n")
}

fn practice(id: &str, plugin: &str, feature: &str, mail: &str) -> String {
    format!(
        r#"id = "{id}"
name = "Cabinet de test"
time-zone = "Europe/Paris"
demo = true

[sites.nord]
name = "Nord"
address = "1 rue du Test, 75000 Paris"
hours = {{ mon-fri = ["08:00-19:00"] }}

[practitioners.dr-martin]
name = "Dr Claire Martin"
rpps = "10003456789"
agendas = [{{ agenda = "martin", feature = "agenda", site = "nord" }}]

[motives.certificat]
label = "Certificat"
medical = false
duration-min = 15
documents = ["questionnaire de santé"]

[recipients.secretariat]
mailto = "secretariat@test.example"
[recipients.dr-martin]
mailto = "dr-martin@test.example"

{mail}
[features.agenda]
plugin = "{plugin}"
{feature}

[features.script]
plugin = "script-standard"

[features.courriel]
plugin = "notify-email"
settings = {{ from = "accueil@test.example", from-name = "Cabinet de test", max-sensitivity = "health" }}
grants.mail = true
"#
    )
}
