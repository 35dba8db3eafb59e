//! The server's clock, from the `Date` header (RFC 9110 §5.6.7).

use crate::ical::civil::{Date, DateTime};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that servers may send today.
pub fn instant(text: &str) -> Option<i64> {
    let (_, rest) = text.trim().split_once(", ")?;
    let [day, month, year, time, "GMT"] = rest.split(' ').collect::<Vec<_>>()[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let date = Date::parse(&format!("{year:0>4}{month:02}{day:0>2}"))?;
    let time = time.replace(':', "");
    Some(DateTime::parse(&format!("{}T{time}", date.basic()))?.utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_the_standard_is_read() {
        assert_eq!(instant("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        for text in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 31 Feb 2026 08:49:37 GMT",
            "x, é Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
