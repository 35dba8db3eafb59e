//! Times when somebody or something is not there, told while the practice works: a
//! practitioner who fell ill, a device that broke. What a practice knows long before stands in
//! its file.

use serde::{Deserialize, Serialize};

use crate::ids::{AbsenceId, IntentId, PracticeId, PractitionerId, ResourceId};
use crate::time::{Instant, Span};

/// Who or what is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// A practitioner, at all of their sites.
    Practitioner(PractitionerId),
    /// A room or a device.
    Resource(ResourceId),
}

/// An absence that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedAbsence {
    /// Its name.
    pub id: AbsenceId,
    /// Whose.
    pub practice: PracticeId,
    /// Who or what.
    pub missing: Missing,
    /// From when on.
    pub from: Instant,
    /// Until when; until somebody ends it when absent.
    pub until: Option<Instant>,
    /// Why, for the desk; no personal data.
    pub note: Option<String>,
    /// Who told it.
    pub by: String,
    /// When.
    pub told_at: Instant,
    /// When somebody ended it.
    pub ended_at: Option<Instant>,
    /// What stood in it when it was told and is nobody's work yet, earliest first: each by the
    /// first intent of its life, as one that is being moved has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to_displace: Vec<IntentId>,
    /// Optimistic lock.
    pub version: i64,
}

impl ReportedAbsence {
    /// The time that it takes; `None` when it was ended before it began.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        Span::new(self.from, self.until.unwrap_or(Instant(i64::MAX)))
    }

    /// The absence after somebody ended it: of what is over already nothing changes.
    #[must_use]
    pub fn ended(&self, now: Instant) -> Self {
        let until = self.until.map_or(now, |until| until.min(now)).max(self.from);
        Self { until: Some(until), ended_at: Some(self.ended_at.unwrap_or(now)), ..self.clone() }
    }
}

/// When this practitioner or resource is not there, of what was told.
pub fn times_of<'a>(absences: &'a [ReportedAbsence], missing: &'a Missing) -> impl Iterator<Item = Span> + 'a {
    absences.iter().filter(move |one| one.missing == *missing).filter_map(ReportedAbsence::span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_that_is_ended_takes_no_time_from_then_on() {
        let absence = |until: Option<i64>| ReportedAbsence {
            id: AbsenceId(uuid::Uuid::nil()),
            practice: "p".into(),
            missing: Missing::Resource("ecg".into()),
            from: Instant(100),
            until: until.map(Instant),
            note: None,
            by: "secretary-1".to_owned(),
            told_at: Instant(90),
            ended_at: None,
            to_displace: Vec::new(),
            version: 1,
        };
        let span = |from, until| Span::new(Instant(from), Instant(until));
        assert_eq!(absence(None).span(), span(100, i64::MAX), "until somebody says so");
        assert_eq!(absence(None).ended(Instant(150)).span(), span(100, 150));
        assert_eq!(absence(Some(200)).ended(Instant(150)).span(), span(100, 150));
        assert_eq!(absence(Some(200)).ended(Instant(250)).span(), span(100, 200), "it was over");
        assert_eq!(absence(Some(200)).ended(Instant(95)).span(), None, "it never began");
    }
}
