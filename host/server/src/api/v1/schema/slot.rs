//! Slots on offer.

use greffon_core::ids::FeatureId;
use greffon_core::model::{scheduling, view};
use greffon_core::ports::practices::LivePractice;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::booking::KnownVisit;
use super::plugin::FailureClass;
use super::time::Timestamp;
use super::{each, mirrored};

mirrored! {
    /// How patient and practitioner meet.
    VisitMode = scheduling::VisitMode { Office, Home, Teleconsultation, Telephone }
}

mirrored! {
    /// What a stretch of an agenda is.
    SlotState = scheduling::SlotState { Free, Held, Busy, Unavailable }
}

mirrored! {
    /// A booking rule.
    Rule = scheduling::Rule {
        Duration, Buffer, Grid, Notice, Horizon, Quota, PatientType, Audience, Absence, Closed,
        StatusTransition, ResourceBusy, Reserved, Resource,
    }
}

/// Who may be given a slot.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Audience {
    /// Anybody.
    public: bool,
    /// Professionals, for their patients.
    professional: bool,
    /// Unscheduled care (SNP).
    snp: bool,
    /// The local health community (CPTS).
    cpts: bool,
    /// Patients known to the practice.
    own_patients: bool,
}

impl From<scheduling::Audience> for Audience {
    fn from(core: scheduling::Audience) -> Self {
        Self {
            public: core.public,
            professional: core.professional,
            snp: core.snp,
            cpts: core.cpts,
            own_patients: core.own_patients,
        }
    }
}

/// A slot, as it is offered. A booking sends it back as it is; `feature`,
/// `agenda` and `start` are enough, with `handle` and `version` where it has
/// them.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slot {
    /// The practice's name of the agenda plugin that serves it.
    pub(crate) feature: String,
    /// The agenda, as its plugin names it.
    pub(crate) agenda: String,
    /// First instant.
    pub(crate) start: Timestamp,
    /// First instant after.
    #[serde(default)]
    end: Option<Timestamp>,
    /// With whom.
    #[serde(default)]
    practitioner: Option<String>,
    /// Where.
    #[serde(default)]
    site: Option<String>,
    /// What it is; only free slots are offered.
    #[serde(default)]
    state: Option<SlotState>,
    /// For which motives; all when empty.
    #[serde(default)]
    motives: Vec<String>,
    /// For whom.
    #[serde(default)]
    audience: Audience,
    /// How.
    #[serde(default)]
    modes: Vec<VisitMode>,
    /// How many patients it still takes.
    #[serde(default)]
    seats_left: Option<u32>,
    /// What the agenda wants to be shown at booking.
    #[serde(default)]
    pub(crate) handle: Option<String>,
    /// The version that `handle` goes with.
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// Where a person could book it by hand.
    #[serde(default)]
    booking_url: Option<String>,
    /// The sentence that proposes it, in French.
    #[serde(default)]
    spoken: Option<String>,
}

impl From<view::OfferedSlot> for Slot {
    fn from(core: view::OfferedSlot) -> Self {
        let slot = core.slot;
        Self {
            feature: core.feature.0,
            agenda: slot.agenda.0,
            start: slot.span.start.into(),
            end: Some(slot.span.end.into()),
            practitioner: core.practitioner.map(|one| one.0),
            site: core.site.map(|one| one.0),
            state: Some(slot.state.into()),
            motives: slot.motives.into_iter().map(|one| one.0).collect(),
            audience: slot.audience.into(),
            modes: each(slot.modes),
            seats_left: Some(slot.seats_left),
            handle: slot.handle,
            version: slot.version,
            booking_url: slot.booking_url,
            spoken: Some(core.spoken),
        }
    }
}

/// Slots on offer, and how far to trust the list.
#[derive(Serialize, ToSchema)]
pub(crate) struct SlotOffer {
    /// The slots, earliest first; those with the practitioner whom the contact asks for come before the others.
    slots: Vec<Slot>,
    /// Whether every agenda answered in full: an empty incomplete list does not
    /// mean that nothing is free.
    complete: bool,
    /// When the oldest of the agendas was read.
    as_of: Timestamp,
    /// Agenda plugins that did not answer.
    unavailable: Vec<String>,
    /// Why, for those of which the host saw it.
    reasons: Vec<Unavailable>,
    /// Appointments to come that the patient has for the motive already, earliest first: to be
    /// shown before another one is booked, which needs `again`.
    already: Vec<KnownVisit>,
    /// Why nothing at all is offered, where a rule about the patient says so.
    not_offered: Option<NotOffered>,
}

/// Why a motive is not offered to a patient.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotOffered {
    /// Which rule.
    rule: Rule,
    /// What to say or to do, in French.
    says: String,
}

/// An agenda plugin that did not answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Unavailable {
    /// The feature.
    feature: String,
    /// Why not, as far as the host saw it.
    class: FailureClass,
    /// What it means at the desk and whom to tell, in French.
    says: String,
}

impl SlotOffer {
    /// The offer, with what is known of why agendas of the practice do not answer.
    pub(crate) fn of(core: view::SlotOffer, practice: Option<&LivePractice>) -> Self {
        let reason = |feature: &FeatureId| {
            let class = practice?.failing(feature)?;
            let says = class.at_the_desk().fr().to_owned();
            Some(Unavailable { feature: feature.0.clone(), class: class.into(), says })
        };
        Self {
            reasons: core.unavailable.iter().filter_map(reason).collect(),
            slots: each(core.slots),
            already: each(core.already),
            not_offered: core.not_offered.map(|one| NotOffered { rule: one.rule.into(), says: one.why }),
            complete: core.complete,
            as_of: core.as_of.into(),
            unavailable: core.unavailable.into_iter().map(|one| one.0).collect(),
        }
    }
}
