//! How long a server asks to be left alone (RFC 9110 §10.2.3).

use std::time::Duration;

use greffon_core::time::Instant;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use jiff::fmt::rfc2822::DateTimeParser;

/// The longest that a server is left alone because it says so: a server that asks for a year would be gone for good.
pub(super) const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long a server is left alone that says "too many requests" and no time.
const UNSAID: Duration = Duration::from_secs(5);

/// How long a server wants to be left alone after this answer; `None` when it does not say so. `now` is used for a
/// date only, of an answer that does not say what time it is there.
pub(super) fn wait_asked(status: StatusCode, headers: &HeaderMap, now: Instant) -> Option<Duration> {
    if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let said = text(RETRY_AFTER).and_then(|said| {
        if !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_digit()) {
            // More digits than a number has are a long time.
            return Some(said.parse().map_or(LONGEST, Duration::from_secs));
        }
        let until = instant(said)?;
        Some(until.since(text(DATE).and_then(instant).unwrap_or(now)))
    });
    let unsaid = (status == StatusCode::TOO_MANY_REQUESTS).then_some(UNSAID);
    said.or(unsaid).map(|wait| wait.min(LONGEST)).filter(|wait| !wait.is_zero())
}

/// The instant of an HTTP date; `None` for what is none.
fn instant(text: &str) -> Option<Instant> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(text).ok().map(|timestamp| Instant(timestamp.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06T08:49:37Z.
    const NOW: Instant = Instant(784_111_777_000);

    fn asked(status: u16, headers: &[(&'static str, &str)]) -> Option<u64> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse::<http::HeaderName>().expect("name"), value.parse().expect("value")));
        let status = StatusCode::from_u16(status).expect("status");
        wait_asked(status, &headers.collect(), NOW).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_obeyed_up_to_the_cap() {
        for (said, wait) in [
            ("1", Some(1)),
            (" 30 ", Some(30)),
            ("900", Some(900)),
            ("901", Some(900)),
            ("31536000", Some(900)),
            ("99999999999999999999999999", Some(900)),
            ("0", None),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Mon, 06 Nov 1995 08:49:37 GMT", Some(900)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", None),
        ] {
            assert_eq!(asked(429, &[("retry-after", said)]), wait, "{said}");
            assert_eq!(asked(503, &[("retry-after", said)]), wait, "{said}");
            assert_eq!(asked(200, &[("retry-after", said)]), None, "{said}");
        }
    }

    #[test]
    fn a_date_is_read_by_the_clock_of_the_server_where_it_shows_it() {
        let until = ("retry-after", "Sun, 06 Nov 1994 10:00:20 GMT");
        assert_eq!(asked(503, &[until, ("date", "Sun, 06 Nov 1994 10:00:00 GMT")]), Some(20));
        assert_eq!(asked(503, &[until]), Some(900));
    }

    #[test]
    fn too_many_without_a_time_is_a_few_seconds_and_unavailable_is_nothing() {
        for said in ["", "+5", "-1", "soon", "1.5", "5s"] {
            assert_eq!(asked(429, &[("retry-after", said)]), Some(5), "{said}");
            assert_eq!(asked(503, &[("retry-after", said)]), None, "{said}");
        }
        assert_eq!((asked(429, &[]), asked(503, &[])), (Some(5), None));
    }
}
