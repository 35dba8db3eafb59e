//! Durations (RFC 5545 §3.3.6): days by the calendar, the rest by the clock.

/// A duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// Days, weeks counted as seven.
    pub days: i64,
    /// Seconds beyond the days.
    pub seconds: i64,
}

impl Duration {
    /// Reads a duration of less than 100 years. None for a negative one.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
        let mut duration = Self { days: 0, seconds: 0 };
        let mut number: Option<i64> = None;
        let mut of_time = false;
        let mut parts = 0;
        for char in rest.chars() {
            if let Some(digit) = char.to_digit(10) {
                number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(i64::from(digit))?);
                continue;
            }
            if char == 'T' && !of_time && number.is_none() {
                of_time = true;
                continue;
            }
            let count = number.take()?;
            let (whole, unit) = match (char, of_time) {
                ('W', false) => (&mut duration.days, 7),
                ('D', false) => (&mut duration.days, 1),
                ('H', true) => (&mut duration.seconds, 3600),
                ('M', true) => (&mut duration.seconds, 60),
                ('S', true) => (&mut duration.seconds, 1),
                _ => return None,
            };
            *whole = whole.checked_add(count.checked_mul(unit)?)?;
            parts += 1;
        }
        let sane = duration.days < 36_525 && duration.seconds < 36_525 * 86_400;
        (number.is_none() && parts > 0 && sane).then_some(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        let read = |text| Duration::parse(text).map(|duration| (duration.days, duration.seconds));
        assert_eq!(read("PT15M"), Some((0, 900)));
        assert_eq!(read("+P1DT2H3M4S"), Some((1, 7384)));
        assert_eq!(read("P2W"), Some((14, 0)));
        assert_eq!(read("PT0S"), Some((0, 0)));
    }

    #[test]
    fn what_is_no_duration_is_none() {
        for text in [
            "",
            "P",
            "PT",
            "15M",
            "-PT5M",
            "P15M",
            "PT5",
            "PT5X",
            "PTT5M",
            "P1D2",
            "PT99999999999999999999S",
            "P36525D",
            "PT5W",
        ] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }
}
