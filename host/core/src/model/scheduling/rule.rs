//! The rules that a booking must keep.

use serde::{Deserialize, Serialize};

/// A booking rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Wrong length.
    Duration,
    /// Too close to another.
    Buffer,
    /// Start not aligned.
    Grid,
    /// Too soon.
    Notice,
    /// Too far.
    Horizon,
    /// Too many that day.
    Quota,
    /// Not for this patient.
    PatientType,
    /// Not for this audience.
    Audience,
    /// The practitioner is away.
    Absence,
    /// The practice is closed.
    Closed,
    /// Not from this status.
    StatusTransition,
    /// Room or device taken.
    ResourceBusy,
    /// The hour is kept for other motives: a rule of greffon alone, no agenda names it.
    Reserved,
    /// A room or device that the motive takes is taken or out of order: of greffon alone.
    Resource,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 14] = [
        Self::Duration,
        Self::Buffer,
        Self::Grid,
        Self::Notice,
        Self::Horizon,
        Self::Quota,
        Self::PatientType,
        Self::Audience,
        Self::Absence,
        Self::Closed,
        Self::StatusTransition,
        Self::ResourceBusy,
        Self::Reserved,
        Self::Resource,
    ];

    /// Whether another time may keep it, so that others should be offered.
    #[must_use]
    pub fn is_of_the_time(self) -> bool {
        match self {
            Self::Buffer
            | Self::Grid
            | Self::Notice
            | Self::Quota
            | Self::Absence
            | Self::Closed
            | Self::ResourceBusy
            | Self::Reserved
            | Self::Resource => true,
            Self::Duration | Self::Horizon | Self::PatientType | Self::Audience | Self::StatusTransition => false,
        }
    }

    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Buffer => "buffer",
            Self::Grid => "grid",
            Self::Notice => "notice",
            Self::Horizon => "horizon",
            Self::Quota => "quota",
            Self::PatientType => "patient-type",
            Self::Audience => "audience",
            Self::Absence => "absence",
            Self::Closed => "closed",
            Self::StatusTransition => "status-transition",
            Self::ResourceBusy => "resource-busy",
            Self::Reserved => "reserved",
            Self::Resource => "resource",
        }
    }
}
