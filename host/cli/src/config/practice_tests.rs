use greffon_runtime::PluginFiles;

use super::*;
use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::ids::FeatureId;
use greffon_core::model::pin::KeptSettings;
use greffon_core::model::triage::{Encounter, Finding, Protocol, Step};
use greffon_core::ports::clock::SystemClock;
use greffon_core::ports::earlier::EarlierSettings;
use greffon_core::ports::plugins::{Bound, Health, PluginFailure, Problem, Pure, Triage};
use greffon_runtime::binding::Binding;
use greffon_runtime::{PluginInfo, Ungranted};

use crate::config::shared::SharedFolders;

const MINIMAL: &str = r#"
id = "les-tilleuls"
name = "Les Tilleuls"
time-zone = "Europe/Paris"

[sites.nord]
name = "Nord"
hours = { mon-fri = ["08:00-12:00"] }

[practitioners.dr-martin]
name = "Dr Claire Martin"
rpps = "10003456789"
agendas = [{ agenda = "martin", feature = "agenda", site = "nord" }]

[motives.consultation]
label = "Consultation"
duration-min = 15
practitioners = ["dr-martin"]

[recipients.secretariat]
mailto = "secretariat@tilleuls.example"

[features.agenda]
plugin = "agenda-local"
grants.keyvalue = true
"#;

struct Known;

impl Plugins for Known {
    fn resolve(&self, plugin: &str, _: Option<PluginFiles>) -> Result<PluginInfo, Problem> {
        match plugin {
            "agenda-local" => Ok(info(plugin, PluginKind::Agenda)),
            "triage-grid" => Ok(info(plugin, PluginKind::Triage)),
            _ => {
                let message = format!("unknown plugin \"{plugin}\"");
                Err(Problem::lasting("plugin", message, "bundled: agenda-local, triage-grid"))
            }
        }
    }

    fn ungranted(&self, _: &Binding) -> Vec<Ungranted> {
        Vec::new()
    }

    fn kept_settings(&self, _: &Binding) -> Option<Arc<KeptSettings>> {
        None
    }

    fn earlier_settings(&self, _: &PracticeId, _: &FeatureId, _: &PluginInfo) -> Option<Arc<dyn EarlierSettings>> {
        None
    }

    fn analyse(&self, _: &Binding) -> Result<Vec<Finding>, Problem> {
        Ok(Vec::new())
    }

    fn bind(&self, _: &Binding) -> Result<Bound, Problem> {
        Ok(Bound::Triage(Arc::new(Silent)))
    }
}

/// Stands for every plugin: reading a file calls none.
struct Silent;

impl Health for Silent {
    fn is_suspended(&self) -> bool {
        false
    }
}

#[async_trait]
impl Triage for Silent {
    fn protocols(&self) -> &[Protocol] {
        &[]
    }

    async fn next(&self, _: &Encounter) -> Pure<Step> {
        Err(PluginFailure::Busy)
    }
}

fn info(id: &str, kind: PluginKind) -> PluginInfo {
    PluginInfo {
        reference: id.to_owned(),
        id: id.to_owned(),
        kind,
        version: "0.1.0".to_owned(),
        api: "0.1".to_owned(),
        digest: String::new(),
        size_bytes: 0,
        licence: String::new(),
        description: String::new(),
        data: Vec::new(),
        asks: Vec::new(),
    }
}

fn parsed(text: &str) -> Result<Read, Box<Diagnostic>> {
    let practices = tempfile::tempdir().expect("a folder");
    let folder = practices.path().join("les-tilleuls");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join(PRACTICE_FILE), text).expect("written");
    let around = Surroundings {
        plugins: Box::new(Known),
        shared: SharedFolders::new(),
        supervised: true,
        signers: Vec::new(),
        clock: Arc::new(SystemClock),
        approvals: Arc::default(),
    };
    super::read(Folder::open(&folder).expect("opens"), &around)
}

fn read(text: &str) -> Result<LivePractice, String> {
    parsed(text).map(|read| read.practice).map_err(|problem| problem.to_string())
}

/// A practice that is served without its agenda, and why.
fn out(text: &str) -> String {
    let read = parsed(text).expect("the rest is sound");
    let problem = read.practice.feature(&"agenda".into()).expect("there").bound.as_ref().expect_err("out");
    let errors: Vec<String> = read.errors().map(ToString::to_string).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(problem.place.is_some() && errors[0].contains(&problem.message), "{problem}");
    errors[0].clone()
}

/// Replaces the one occurrence, so that a test says exactly what it breaks.
fn broken(from: &str, to: &str) -> String {
    assert_eq!(MINIMAL.matches(from).count(), 1, "{from}");
    read(&MINIMAL.replace(from, to)).expect_err("must be refused")
}

#[test]
fn reads_a_whole_practice() {
    let practice = read(MINIMAL).expect("reads");
    assert_eq!(practice.practitioners[0].agendas[0].hours, practice.sites[0].hours);
    assert_eq!(practice.motives[0].grid_min, 15);
    assert_eq!(practice.features[0].kind, Some(PluginKind::Agenda));
}

#[test]
fn names_the_place_of_an_unknown_key() {
    let shown = broken("duration-min = 15", "duration-mn = 15");
    assert!(shown.contains("practice.toml:17:1") && shown.contains("\"duration-min\""), "{shown}");
}

#[test]
fn names_the_place_of_a_wrong_type() {
    let shown = broken("duration-min = 15", "duration-min = \"15\"");
    assert!(shown.contains("practice.toml:17:16"), "{shown}");
}

#[test]
fn refuses_references_to_nothing() {
    let shown = broken("practitioners = [\"dr-martin\"]", "practitioners = [\"dr-martn\"]");
    assert!(shown.contains("did you mean \"dr-martin\"") && shown.contains(":18:18"), "{shown}");
    let shown = broken("feature = \"agenda\"", "feature = \"agendas\"");
    assert!(shown.contains("unknown feature \"agendas\""), "{shown}");
}

#[test]
fn refuses_numbers_out_of_range() {
    for bad in ["0", "481"] {
        let shown = broken("duration-min = 15", &format!("duration-min = {bad}"));
        assert!(shown.contains("1 to 480"), "{shown}");
    }
}

#[test]
fn refuses_an_unknown_zone_and_a_wrong_id() {
    assert!(broken("Europe/Paris", "Europe/Pari").contains("unknown time zone"));
    assert!(broken("id = \"les-tilleuls\"", "id = \"autre\"").contains("rename the folder to autre"));
    assert!(broken("id = \"les-tilleuls\"", "id = \"Les Tilleuls\"").contains("not a practice id"));
}

#[test]
fn a_feature_whose_secret_is_missing_is_out_and_names_the_file() {
    let credential = "credentials.dav = { scheme = \"basic\", username = \"u\", \
                      password = { file = \"secrets/none\" }, origin = \"https://dav.example\" }";
    let shown = out(&format!("{MINIMAL}{credential}\n"));
    assert!(shown.contains("secrets/none") && shown.contains("chmod 600"), "{shown}");
}

#[test]
fn refuses_an_inline_secret() {
    let credential = "credentials.dav = { scheme = \"basic\", username = \"u\", password = \"hunter2\", \
                      origin = \"https://dav.example\" }";
    let shown = read(&format!("{MINIMAL}{credential}\n")).expect_err("refused");
    assert!(shown.contains("{ file = \"path\" }"), "{shown}");
}

#[test]
fn a_feature_whose_plugin_is_not_there_is_out() {
    let shown = out(&MINIMAL.replace("agenda-local", "agenda-locl"));
    assert!(shown.contains("practice.toml:24:10") && shown.contains("bundled:"), "{shown}");
}

#[test]
fn refuses_an_agenda_served_by_something_else() {
    assert!(broken("plugin = \"agenda-local\"", "plugin = \"triage-grid\"").contains("is not an agenda"));
}

#[test]
fn a_recipient_has_at_least_one_address_and_the_first_is_for_everyday_messages() {
    let mailto = "mailto = \"secretariat@tilleuls.example\"";
    assert!(broken(mailto, "").contains("recipient \"secretariat\" has no address"));
    let all = "hook = \"accueil\"\ntel = \"+33199000001\"\nmailto = \"a@b.example\"";
    let practice = read(&MINIMAL.replace(mailto, all)).expect("reads");
    let schemes: Vec<&str> =
        practice.recipients["secretariat"].addresses.iter().map(|one| one.scheme.as_str()).collect();
    assert_eq!(schemes, ["mailto", "tel", "hook"]);
}

#[test]
fn rungs_name_recipients_and_their_hours() {
    let rungs = |text: &str| read(&format!("{MINIMAL}\n{text}"));
    let practice = rungs(
        "[[alerts]]\npersons = [\"practitioner\"]\n[[alerts]]\npersons = [\"secretariat\"]\nhours = { mon = [\"08:00-12:00\"] }\n",
    );
    let practice = practice.expect("reads");
    assert_eq!(practice.alerts.len(), 2);
    assert_eq!(practice.alerts[1].hours.as_ref().expect("hours").0[0], [(480, 720)]);
    let shown = rungs("[[alerts]]\npersons = [\"secretariat\", \"secretaria\"]\n").expect_err("refused");
    assert!(shown.contains("unknown recipient \"secretaria\"") && shown.contains("\"secretariat\"?"), "{shown}");
    assert!(rungs("[[alerts]]\npersons = []\nhours = { lun = [\"08:00\"] }\n").is_err());
}

#[test]
fn the_chain_is_tested_at_a_time_of_the_day_and_never_by_itself() {
    assert_eq!(read(MINIMAL).expect("reads").alert_test, None);
    let at = |time: &str| read(&format!("{MINIMAL}\n[alert-test]\nat = \"{time}\"\n"));
    for (time, minute) in [("00:00", 0), ("10:30", 630), ("23:59", 1439)] {
        assert_eq!(at(time).expect("reads").alert_test, Some(minute), "{time}");
    }
    for time in ["24:00", "10h30", "1030", "25:00", "", "10:60"] {
        let shown = at(time).expect_err("refused");
        assert!(shown.contains("is not a time of the day"), "{shown}");
    }
}

#[test]
fn the_matrix_is_strict_and_no_file_opens_a_result_to_others() {
    use greffon_core::model::disclosure::{Disclosure, Information, Needs, Relation};
    assert_eq!(read(MINIMAL).unwrap().disclosure, Disclosure::default());
    let with = |row: &str, cell: &str| format!("{MINIMAL}\n[disclosure.{row}]\n{cell}\n");
    let opened = read(&with("appointment-time", "third-party = \"confirmed\"")).unwrap();
    let needs = opened.disclosure.needs(Information::AppointmentTime, Relation::ThirdParty);
    assert_eq!(needs, Needs::Confirmed);
    for (row, cell, least) in [
        ("result", "third-party = \"confirmed\"", "never"),
        ("result", "patient = \"matched\"", "confirmed"),
        ("answer", "relative = \"confirmed\"", "never"),
        ("appointment-time", "third-party = \"matched\"", "confirmed"),
    ] {
        let error = read(&with(row, cell)).unwrap_err();
        assert!(error.contains(cell) && error.contains(&format!("write \"{least}\"")), "{error}");
    }
}

#[test]
fn an_alert_that_nobody_hears_is_a_warning_and_keeps_nothing_out() {
    let read = parsed(MINIMAL).expect("reads");
    let warnings: Vec<String> = read.findings.iter().map(|(_, one)| one.to_string()).collect();
    assert!(
        warnings.iter().any(|one| one.contains("no channel of the practice carries an address of \"secretariat\""))
    );
    assert!(read.errors().next().is_none(), "{warnings:?}");
}

#[test]
fn no_delay_is_longer_than_the_host_lets_anybody_wait() {
    let delay = |key: &str, minutes: u32| read(&format!("{MINIMAL}\n[delays]\n{key} = {minutes}\n"));
    for (key, most) in
        [("urgent-decision-min", 15), ("decision-min", 1440), ("answer-min", 10_080), ("document-min", 44_640)]
    {
        assert!(delay(key, most).is_ok(), "{key}");
        for minutes in [0, most + 1, 100_000] {
            let refused = delay(key, minutes).expect_err("refused");
            assert!(refused.contains(&format!("write a number from 1 to {most}")), "{refused}");
        }
    }
}

#[test]
fn windows_that_come_once_a_week_are_too_rare_for_what_is_promised_within_a_day() {
    let warned = |hours: &str| {
        let windows = format!("[[callback-windows]]\nowner = \"secretariat\"\nhours = {hours}\nroom = 6\n");
        let read = parsed(&format!("{MINIMAL}\n{windows}")).expect("reads");
        let warnings: Vec<String> = read.findings.iter().map(|(_, one)| one.to_string()).collect();
        let line = format!("practice.toml:{}:", MINIMAL.lines().count() + 4);
        warnings.iter().any(|one| one.contains("24 h") && one.contains("148 h") && one.contains(&line))
    };
    assert!(warned("{ wed = [\"11:00-12:00\"] }"), "from Thursday morning on");
    assert!(!warned("{ mon-fri = [\"11:00-12:00\"] }"));
}

#[test]
fn a_site_keeps_the_holidays_of_its_territory_and_days_of_its_own() {
    let site = "[sites.nord]\n";
    let closures = |lines: &str| {
        read(&MINIMAL.replacen(site, &format!("{site}{lines}"), 1)).map(|read| read.sites[0].closures.clone())
    };
    let day = |month, day| jiff::civil::date(2026, month, day);
    let usual = closures("").expect("reads");
    assert!(usual.hold(day(5, 1)) && !usual.hold(day(12, 26)) && !usual.hold(day(12, 24)));
    let own = closures("holidays = \"alsace-moselle\"\nclosed = [\"2026-12-24\"]\n").expect("reads");
    assert!(own.hold(day(12, 26)) && own.hold(day(12, 24)));
    assert!(!closures("holidays = \"none\"\n").expect("reads").hold(day(5, 1)));
    let shown = closures("closed = [\"24/12/2026\"]\n").expect_err("refused");
    assert!(shown.contains("\"24/12/2026\" is not a day") && shown.contains("practice.toml:"), "{shown}");
}

#[test]
fn windows_for_call_backs_name_an_owner_and_their_room() {
    let windows = |text: &str| read(&format!("{MINIMAL}\n{text}"));
    let one = |lines: &str| windows(&format!("[[callback-windows]]\nowner = \"secretariat\"\n{lines}"));
    assert_eq!(read(MINIMAL).expect("reads").callback_windows, []);
    let hours = "hours = { mon-wed = [\"12:00-13:00\"], fri = [\"16:00-17:30\"] }\n";
    let read = one(&format!("{hours}room = 6\n")).expect("reads");
    let found = &read.callback_windows[0];
    assert_eq!((found.owner.as_str(), found.site.as_str(), found.room), ("secretariat", "nord", 6));
    assert_eq!((&found.hours.0[2], &found.hours.0[4]), (&vec![(720, 780)], &vec![(960, 1050)]));
    // The last line of the file is what is wrong.
    let last = MINIMAL.lines().count();
    for (lines, line, said) in [
        (format!("{hours}room = 0\n"), 5, "0 is out of range"),
        (format!("{hours}room = 51\n"), 5, "write a number from 1 to 50"),
        (format!("room = 6\n{hours}site = \"nor\"\n"), 6, "did you mean \"nord\"?"),
        ("room = 6\nhours = { }\n".to_owned(), 5, "\"secretariat\" never calls back here"),
        ("room = 6\nhours = { mon = [\"13:00-12:00\"] }\n".to_owned(), 5, "example: "),
        (format!("{hours}rooms = 6\n"), 5, "\"room\""),
    ] {
        let shown = one(&lines).expect_err("refused");
        assert!(shown.contains(said) && shown.contains(&format!("practice.toml:{}:", last + line)), "{shown}");
    }
    let shown = windows(&format!("[[callback-windows]]\nowner = \"secretaria\"\n{hours}room = 6\n"));
    assert!(shown.expect_err("refused").contains("did you mean \"secretariat\"?"));
    let second = |period: &str| {
        let again =
            format!("[[callback-windows]]\nowner = \"secretariat\"\nhours = {{ tue = [\"{period}\"] }}\nroom = 1\n");
        one(&format!("{hours}room = 6\n{again}"))
    };
    assert!(second("13:00-14:00").is_ok(), "one begins where the other ends");
    assert!(second("12:30-14:00").expect_err("refused").contains("two windows of \"secretariat\" overlap"));
}

/// What the file with these lines at its end, or in the motive, is refused with.
fn refused_line(motive: &str, more: &str) -> String {
    let text = MINIMAL.replace("duration-min = 15\n", &format!("duration-min = 15\n{motive}"));
    read(&format!("{text}\n{more}")).expect_err("refused")
}

#[test]
fn durations_are_of_a_practitioner_or_a_site_and_each_once() {
    let own = |lines: &str| {
        let lines = format!("[[motives.consultation.durations]]\n{lines}");
        read(&format!("{MINIMAL}\n{lines}"))
    };
    let practice = own("practitioner = \"dr-martin\"\nduration-min = 20\n").expect("reads");
    let motive = &practice.motives[0];
    assert_eq!(motive.duration_at(&"dr-martin".into(), &"nord".into()), 20);
    assert_eq!(motive.duration_at(&"dr-petit".into(), &"nord".into()), 15);
    let last = MINIMAL.lines().count();
    for (lines, line, said) in [
        ("practitioner = \"dr-martn\"\nduration-min = 20\n", 3, "did you mean \"dr-martin\"?"),
        ("site = \"sud\"\nduration-min = 20\n", 3, "known: nord"),
        ("site = \"nord\"\nduration-min = 481\n", 4, "1 to 480"),
        ("duration-min = 20\n", 3, "of nobody and of nowhere"),
        (
            "site = \"nord\"\nduration-min = 20\n[[motives.consultation.durations]]\nsite = \"nord\"\nduration-min = 25\n",
            7,
            "keep one of the two",
        ),
    ] {
        let shown = own(lines).expect_err("refused");
        assert!(shown.contains(said) && shown.contains(&format!("practice.toml:{}:", last + line)), "{shown}");
    }
}

#[test]
fn reserved_hours_name_their_motives_and_when_they_are_released() {
    let kept = |lines: &str| read(&format!("{MINIMAL}\n[reserved.urgences]\nlabel = \"Urgences\"\n{lines}"));
    let hours = "hours = { mon-fri = [\"11:00-12:00\"] }\n";
    let whole = format!("motives = [\"consultation\"]\n{hours}practitioners = [\"dr-martin\"]\nrelease-min = 120\n");
    let practice = kept(&whole).expect("reads");
    let found = &practice.reserved[0];
    assert_eq!((found.id.as_str(), found.label.as_str(), found.release_min), ("urgences", "Urgences", Some(120)));
    assert_eq!(found.hours.0[4], [(660, 720)]);
    let last = MINIMAL.lines().count();
    for (lines, line, said) in [
        (format!("motives = []\n{hours}"), 4, "kept for nothing"),
        (format!("motives = [\"consultaton\"]\n{hours}"), 4, "did you mean \"consultation\"?"),
        (format!("motives = [\"consultation\"]\n{hours}sites = [\"sud\"]\n"), 6, "known: nord"),
        (format!("motives = [\"consultation\"]\n{hours}practitioners = [\"dr-x\"]\n"), 6, "known: dr-martin"),
        (format!("motives = [\"consultation\"]\n{hours}release-min = 43201\n"), 6, "from 0 to 43200"),
        ("motives = [\"consultation\"]\nhours = { }\n".to_owned(), 5, "no hour is kept here"),
    ] {
        let shown = kept(&lines).expect_err("refused");
        assert!(shown.contains(said) && shown.contains(&format!("practice.toml:{}:", last + line)), "{shown}");
    }
}

#[test]
fn a_motive_takes_resources_that_there_are_each_once_and_not_for_a_group() {
    let resources = "[resources.echographe]\nname = \"Échographe\"\nsite = \"nord\"\n\
                     absences = [{ from = \"2026-12-01T00:00\", to = \"2026-12-02T00:00\" }]\n\
                     [resources.salle-1]\nname = \"Salle 1\"\n[resources.salle-2]\nname = \"Salle 2\"\n";
    let with = |motive: &str| {
        let text = MINIMAL.replace("duration-min = 15\n", &format!("duration-min = 15\n{motive}"));
        read(&format!("{text}\n{resources}"))
    };
    let practice = with("resources = [\"echographe\", [\"salle-1\", \"salle-2\"]]\n").expect("reads");
    let taken: Vec<Vec<&str>> = practice.motives[0]
        .resources
        .iter()
        .map(|one| one.0.iter().map(greffon_core::ids::ResourceId::as_str).collect())
        .collect();
    assert_eq!(taken, [vec!["echographe"], vec!["salle-1", "salle-2"]]);
    let scanner = practice.resource(&"echographe".into()).expect("there");
    assert_eq!(
        (scanner.site.as_ref().map(greffon_core::ids::SiteId::as_str), scanner.absences.len()),
        (Some("nord"), 1)
    );
    for (motive, said) in [
        ("resources = [\"echograph\"]\n", "did you mean \"echographe\"?"),
        ("resources = [\"salle-1\", [\"salle-1\"]]\n", "\"salle-1\" is taken twice"),
        ("resources = [[]]\n", "nothing to choose from"),
        ("resources = [\"salle-1\"]\nseats = 2\n", "a motive of several seats takes no resources"),
        ("resources = [1]\n", "the name of a resource, or a list of names"),
    ] {
        let shown = with(motive).expect_err("refused");
        assert!(shown.contains(said) && shown.contains("practice.toml:18:"), "{shown}");
    }
    assert!(refused_line("", "[resources.x]\nname = \"X\"\nsite = \"sud\"\n").contains("known: nord"));
    assert!(refused_line("max-per-day = 501\n", "").contains("from 0 to 500"));
}
