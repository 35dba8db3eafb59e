//! Names of time zones. The host's IANA table is the first truth, so what is looked for is the IANA name behind a
//! `TZID`; only where there is none, the zone is what the object's own `VTIMEZONE` says.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use greffon_sdk::calendar;

use super::component::Component;
use super::observance::OwnZone;

/// Most zones of objects' own that are kept at once.
const MOST_OWN: usize = 200;

/// Names of Windows time zones that French practices and their neighbours meet (Unicode CLDR, `windowsZones.xml`).
const WINDOWS: [(&str, &str); 32] = [
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("Arabic Standard Time", "Asia/Baghdad"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("Azores Standard Time", "Atlantic/Azores"),
    ("Canada Central Standard Time", "America/Regina"),
    ("Central America Standard Time", "America/Guatemala"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("Central Pacific Standard Time", "Pacific/Guadalcanal"),
    ("Central Standard Time", "America/Chicago"),
    ("China Standard Time", "Asia/Shanghai"),
    ("E. Africa Standard Time", "Africa/Nairobi"),
    ("E. Europe Standard Time", "Europe/Chisinau"),
    ("Eastern Standard Time", "America/New_York"),
    ("Egypt Standard Time", "Africa/Cairo"),
    ("FLE Standard Time", "Europe/Kiev"),
    ("GMT Standard Time", "Europe/London"),
    ("GTB Standard Time", "Europe/Bucharest"),
    ("Greenwich Standard Time", "Atlantic/Reykjavik"),
    ("Hawaiian Standard Time", "Pacific/Honolulu"),
    ("Mauritius Standard Time", "Indian/Mauritius"),
    ("Morocco Standard Time", "Africa/Casablanca"),
    ("Mountain Standard Time", "America/Denver"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("Romance Standard Time", "Europe/Paris"),
    ("Russian Standard Time", "Europe/Moscow"),
    ("SA Eastern Standard Time", "America/Cayenne"),
    ("SA Western Standard Time", "America/La_Paz"),
    ("Saint Pierre Standard Time", "America/Miquelon"),
    ("Turkey Standard Time", "Europe/Istanbul"),
    ("W. Central Africa Standard Time", "Africa/Lagos"),
    ("W. Europe Standard Time", "Europe/Berlin"),
];

/// A time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Zone {
    /// One of the host's table.
    Iana(String),
    /// One that its object describes.
    Own(Rc<OwnZone>),
}

/// The zones of one agenda.
pub struct Zones {
    /// The zone of floating and all-day times.
    pub own: String,
    known: RefCell<BTreeMap<String, bool>>,
    described: RefCell<BTreeMap<String, Option<Rc<OwnZone>>>>,
}

impl Zones {
    /// Zones of an agenda that lives in `own`.
    pub fn new(own: &str) -> Self {
        Self { own: own.to_owned(), known: RefCell::default(), described: RefCell::default() }
    }

    /// The zone behind a `TZID` of an object. None: nobody knows.
    pub fn find(&self, tzid: &str, calendar: &Component) -> Option<Zone> {
        self.by_name(tzid).map(Zone::Iana).or_else(|| {
            let of_tzid = |zone: &&Component| zone.line("TZID").is_some_and(|line| line.value.trim() == tzid.trim());
            let zone = calendar.children_of("VTIMEZONE").find(of_tzid)?;
            let named = ["X-LIC-LOCATION", "TZID-ALIAS-OF"].into_iter();
            let iana = named.into_iter().find_map(|name| self.by_name(&zone.line(name)?.value));
            iana.map(Zone::Iana).or_else(|| self.described(zone).map(Zone::Own))
        })
    }

    /// What a `VTIMEZONE` says; many objects of one calendar say the same.
    fn described(&self, zone: &Component) -> Option<Rc<OwnZone>> {
        let lines = zone.children.iter().flat_map(|part| &part.lines);
        let text = lines.map(|line| line.raw.as_str()).collect::<Vec<_>>().join("\n");
        let mut described = self.described.borrow_mut();
        if described.len() >= MOST_OWN {
            described.clear();
        }
        described.entry(text).or_insert_with(|| OwnZone::read(zone).map(Rc::new)).clone()
    }

    fn by_name(&self, name: &str) -> Option<String> {
        let name = name.trim();
        if let Some((_, iana)) = WINDOWS.iter().find(|(windows, _)| windows.eq_ignore_ascii_case(name)) {
            return Some((*iana).to_owned());
        }
        // `/mozilla.org/20050126_1/Europe/Paris` and the like: what a globally unique name ends with (§3.2.19).
        let segments: Vec<&str> = name.split('/').filter(|segment| !segment.is_empty()).collect();
        let tails = [segments.len(), 3, 2, 1].into_iter().filter(|length| *length <= segments.len() && *length > 0);
        tails.map(|length| segments[segments.len() - length..].join("/")).find(|name| self.exists(name))
    }

    fn exists(&self, name: &str) -> bool {
        // An abbreviation such as `EST` or a bare city is no zone to rely on.
        let plausible = (name.contains('/') || name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("gmt"))
            && name.len() <= 64
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
        if !plausible {
            return false;
        }
        let ask = || calendar::to_instant("2026-01-01T12:00:00", name).is_ok();
        *self.known.borrow_mut().entry(name.to_owned()).or_insert_with(ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str) -> Component {
        Component::parse(format!("BEGIN:VCALENDAR\n{zone}END:VCALENDAR\n").as_bytes()).unwrap()
    }

    #[test]
    fn names_of_many_programs_are_understood() {
        let zones = Zones::new("Europe/Paris");
        for (tzid, iana) in [
            ("Europe/Paris", "Europe/Paris"),
            ("/Europe/Paris", "Europe/Paris"),
            ("/mozilla.org/20050126_1/Europe/Paris", "Europe/Paris"),
            ("/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
            ("Romance Standard Time", "Europe/Paris"),
            ("romance standard time", "Europe/Paris"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(zones.find(tzid, &calendar("")), Some(Zone::Iana(iana.to_owned())), "{tzid}");
        }
        for tzid in
            ["", "/", "Nowhere/City", "EST5", "Customized Time Zone", "../../etc/passwd", "a/b c", "Europe/Paris\u{0}"]
        {
            assert_eq!(zones.find(tzid, &calendar("")), None, "{tzid}");
        }
    }

    #[test]
    fn the_location_beside_a_homemade_name_is_used() {
        let zone = "BEGIN:VTIMEZONE\nTZID:Heure du cabinet\nX-LIC-LOCATION:Europe/Paris\nEND:VTIMEZONE\n";
        let zones = Zones::new("UTC");
        assert_eq!(zones.find("Heure du cabinet", &calendar(zone)), Some(Zone::Iana("Europe/Paris".to_owned())));
        assert_eq!(zones.find("Autre", &calendar(zone)), None);
    }
}
