//! Practitioners, rooms and devices that are not there.

use greffon_core::flow;
use greffon_core::model::absence::{Missing, ReportedAbsence};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::booking::Booking;
use super::each;
use super::time::Timestamp;

/// An absence that was told, of a practitioner or of a resource.
#[derive(Serialize, ToSchema)]
pub(crate) struct Absence {
    /// Its name.
    id: Uuid,
    /// Which practitioner, at all of their sites.
    practitioner: Option<String>,
    /// Which room or device.
    resource: Option<String>,
    /// From when on.
    from: Timestamp,
    /// Until when; until somebody ends it when null.
    until: Option<Timestamp>,
    /// Why, for the desk.
    note: Option<String>,
    /// Who told it.
    by: String,
    /// When.
    told_at: Timestamp,
    /// When somebody ended it.
    ended_at: Option<Timestamp>,
}

impl From<ReportedAbsence> for Absence {
    fn from(core: ReportedAbsence) -> Self {
        let (practitioner, resource) = match core.missing {
            Missing::Practitioner(id) => (Some(id.0), None),
            Missing::Resource(id) => (None, Some(id.0)),
        };
        Self {
            id: core.id.0,
            practitioner,
            resource,
            from: core.from.into(),
            until: core.until.map(Into::into),
            note: core.note,
            by: core.by,
            told_at: core.told_at.into(),
            ended_at: core.ended_at.map(Into::into),
        }
    }
}

/// An absence with what stands in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ToldAbsence {
    #[serde(flatten)]
    absence: Absence,
    /// Appointments and bookings inside it that are not over, earliest first: each is work of
    /// the reception.
    affected: Vec<Booking>,
}

impl From<flow::ToldAbsence> for ToldAbsence {
    fn from(core: flow::ToldAbsence) -> Self {
        Self { absence: core.absence.into(), affected: each(core.affected) }
    }
}
