//! What may be said to whoever is on the line.

use greffon_core::flow;
use greffon_core::model::disclosure;
use serde::Serialize;
use utoipa::ToSchema;

use super::{each, mirrored};

mirrored! {
    /// What there is to be told of a patient, and changed for them. `registration`: whether
    /// somebody is a patient at all; `result`: what a result or the record says.
    Information = disclosure::Information {
        Change, Registration, Appointment, AppointmentTime, AppointmentMotive, Promise, Document, ResultsArrived,
        Answer, Message, Result,
    }
}

mirrored! {
    /// What somebody on the line is to the patient. `parent`: of a child under 15; `trusted`:
    /// recognised as somebody whom the patient named; `excluded`: whom the patient does not
    /// want to be told anything, or who may be them.
    CallerRelation = disclosure::Relation {
        Patient, Parent, ParentOfAdolescent, Guardian, Trusted, Relative, Professional, ThirdParty, Unknown, Excluded,
        OfDeceased,
    }
}

mirrored! {
    /// How well they are known: nothing; the patient's names; names and birth date; these from
    /// a number that the registry has for them; these, and somebody at the desk made sure.
    Verified = disclosure::Verified { Nothing, Named, Matched, Recognised, Confirmed }
}

mirrored! {
    /// How somebody at the desk made sure of who is on the line: by calling back to a number
    /// that the practice knew before, by a document that they saw, by a code that the practice
    /// agreed with the patient.
    CheckedBy = disclosure::CheckedBy { CalledBack, Document, Code }
}

mirrored! {
    /// How well somebody must be known.
    Needs = disclosure::Needs { Named, Matched, Recognised, Confirmed, Never }
}

/// Whether something may be said now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DisclosureVerdict {
    /// Yes.
    Allowed,
    /// Once the caller is known as well as `needs` says.
    After,
    /// No.
    Refused,
}

/// Whether one kind of information may be said now.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisclosureMark {
    /// Which.
    information: Information,
    /// Whether it may be said.
    verdict: DisclosureVerdict,
    /// How well the caller must be known first; null when nothing is missing, or nothing is
    /// enough.
    needs: Option<Needs>,
    /// What to say instead, and why, in French. It does not tell whether there is anything to
    /// be said.
    instead: Option<String>,
}

impl From<disclosure::Mark> for DisclosureMark {
    fn from(core: disclosure::Mark) -> Self {
        let (verdict, needs) = match core.verdict {
            disclosure::Verdict::Allowed => (DisclosureVerdict::Allowed, None),
            disclosure::Verdict::After(needs) => (DisclosureVerdict::After, Some(needs.into())),
            disclosure::Verdict::Refused => (DisclosureVerdict::Refused, None),
        };
        let instead = core.instead.map(|text| text.to_string());
        Self { information: core.information.into(), verdict, needs, instead }
    }
}

/// What may be said to whoever is on the line, of what the practice knows of the patient. What
/// is done in the contact itself is said to whoever it is done with.
#[derive(Serialize, ToSchema)]
pub(crate) struct MaySay {
    /// What they are to the patient.
    relation: CallerRelation,
    /// How well that is known.
    verified: Verified,
    /// One mark for each kind of information.
    marks: Vec<DisclosureMark>,
    /// What whoever holds the line must know of the patient's wishes and does not say, in
    /// French.
    notes: Vec<String>,
}

impl From<disclosure::MaySay> for MaySay {
    fn from(core: disclosure::MaySay) -> Self {
        Self {
            relation: core.standing.relation.into(),
            verified: core.standing.verified.into(),
            marks: each(core.marks),
            notes: core.notes.into_iter().map(|note| note.to_string()).collect(),
        }
    }
}

/// What may be said now, and to whom.
#[derive(Serialize, ToSchema)]
pub(crate) struct Disclosed {
    /// Which information.
    information: Information,
    /// What whoever is on the line is to the patient.
    relation: CallerRelation,
    /// How well that is known.
    verified: Verified,
}

impl From<flow::Disclosed> for Disclosed {
    fn from(core: flow::Disclosed) -> Self {
        let flow::Disclosed { information, standing } = core;
        Self { information: information.into(), relation: standing.relation.into(), verified: standing.verified.into() }
    }
}
