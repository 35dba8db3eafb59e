//! Time zones of the fake calendar: the IANA table of `jiff`.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::calendar::Error;
use crate::practice::Instant;

pub(crate) fn zone(name: &str) -> Result<TimeZone, Error> {
    TimeZone::get(name).map_err(|_| Error::UnknownZone(name.to_owned()))
}

pub(crate) fn to_instant(civil: &str, zone_name: &str) -> Result<Vec<Instant>, Error> {
    let zone = zone(zone_name)?;
    let civil: DateTime = civil.parse().map_err(|_| Error::InvalidCivil(civil.to_owned()))?;
    let offsets = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => vec![offset],
        AmbiguousOffset::Gap { .. } => Vec::new(),
        AmbiguousOffset::Fold { before, after } => vec![before, after],
    };
    offsets
        .into_iter()
        .map(|offset| {
            let instant = offset.to_timestamp(civil).map_err(|error| Error::OutOfRange(error.to_string()))?;
            Ok(instant.as_millisecond())
        })
        .collect()
}

pub(crate) fn to_civil(at: Instant, zone_name: &str) -> Result<String, Error> {
    let zone = zone(zone_name)?;
    let instant = jiff::Timestamp::from_millisecond(at).map_err(|error| Error::OutOfRange(error.to_string()))?;
    Ok(instant.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_has_no_instant_and_an_overlap_has_two() {
        assert_eq!(to_instant("2026-03-29T02:30:00", "Europe/Paris").unwrap(), [0; 0]);
        let twice = to_instant("2026-10-25T02:30:00", "Europe/Paris").unwrap();
        assert_eq!(twice[1] - twice[0], 3_600_000);
    }

    #[test]
    fn civil_times_carry_their_offset() {
        let at = to_instant("2026-11-21T09:30:00", "Europe/Paris").unwrap()[0];
        assert_eq!(to_civil(at, "Europe/Paris").unwrap(), "2026-11-21T09:30:00.000+01:00");
        assert_eq!(to_civil(at, "Europe/Nowhere"), Err(Error::UnknownZone("Europe/Nowhere".to_owned())));
    }
}
