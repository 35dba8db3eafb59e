//! What is counted about plugins' calls. Labels are kinds and codes: never a
//! practice, a feature or a plugin.

use greffon_core::model::outside_failure::FailureClass;
use greffon_kinds::PluginKind;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::failure::Failure;

const CALLS: &str = "greffon_plugin_calls_total";
const DURATION: &str = "greffon_plugin_call_duration_seconds";
const OPENED: &str = "greffon_plugin_breaker_openings_total";
const OUTSIDE: &str = "greffon_plugin_outside_failures_total";
const REFUSED: &str = "greffon_plugin_breaker_refusals_total";
const OPEN: &str = "greffon_plugin_breakers_open";

/// Registers names, units and descriptions with the installed recorder. Called
/// once, by the composition root.
pub fn describe() {
    describe_counter!(CALLS, Unit::Count, "calls of plugins, by kind and by what came of them");
    describe_histogram!(DURATION, Unit::Seconds, "time until a plugin's answer, waiting for a place included, by kind");
    describe_counter!(
        OPENED,
        Unit::Count,
        "times that a feature was suspended because its plugin kept failing, by kind"
    );
    describe_counter!(
        OUTSIDE,
        Unit::Count,
        "calls of plugins in which something outside failed, by kind and class of the failure"
    );
    describe_counter!(REFUSED, Unit::Count, "calls that a suspended feature did not make, by kind");
    describe_gauge!(OPEN, Unit::Count, "features that are suspended, by kind: what they do is done without them");
}

pub(crate) fn called(kind: PluginKind, failure: Option<&Failure>, seconds: f64) {
    let outcome = match failure {
        None => "answered",
        Some(Failure::Busy) => "busy",
        Some(Failure::Trapped(code) | Failure::Limit(code)) => code,
    };
    counter!(CALLS, "kind" => kind.as_str(), "outcome" => outcome).increment(1);
    histogram!(DURATION, "kind" => kind.as_str()).record(seconds);
}

/// Something outside failed in a call.
pub(crate) fn failed_outside(kind: PluginKind, class: FailureClass) {
    counter!(OUTSIDE, "kind" => kind.as_str(), "class" => class.as_str()).increment(1);
}

/// A breaker opened; `suspends` when it was closed before.
pub(crate) fn breaker_opened(kind: PluginKind, suspends: bool) {
    counter!(OPENED, "kind" => kind.as_str()).increment(1);
    if suspends {
        gauge!(OPEN, "kind" => kind.as_str()).increment(1.0);
    }
}

/// A breaker closed again, or its binding is gone.
pub(crate) fn breaker_closed(kind: PluginKind) {
    gauge!(OPEN, "kind" => kind.as_str()).decrement(1.0);
}

pub(crate) fn refused(kind: PluginKind) {
    counter!(REFUSED, "kind" => kind.as_str()).increment(1);
}
