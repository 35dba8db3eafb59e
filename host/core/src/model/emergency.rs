//! Public emergency services. A grid names one; what to dial is known here, so
//! that no content can send a patient to a number of its own.

use greffon_words::{Text, services};
use serde::{Deserialize, Serialize};

/// A public emergency service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", from = "String")]
pub enum EmergencyService {
    /// Medical emergencies (SAMU).
    Samu,
    /// Fire, rescue, accidents.
    FireAndRescue,
    /// Police.
    Police,
    /// Whichever service is needed, anywhere in the European Union.
    European,
    /// All services, by text message or video, for people who hear or speak
    /// badly.
    DeafRelay,
    /// A poison centre.
    PoisonCentre,
    /// Suicide prevention.
    SuicidePrevention,
}

impl EmergencyService {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Samu,
        Self::FireAndRescue,
        Self::Police,
        Self::European,
        Self::DeafRelay,
        Self::PoisonCentre,
        Self::SuicidePrevention,
    ];

    /// The word of the contract and of storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Samu => "samu",
            Self::FireAndRescue => "fire-and-rescue",
            Self::Police => "police",
            Self::European => "european",
            Self::DeafRelay => "deaf-relay",
            Self::PoisonCentre => "poison-centre",
            Self::SuicidePrevention => "suicide-prevention",
        }
    }

    /// What to call in France, to be read after « le »: the short number
    /// (service-public.fr, « Numéros d'urgence »), or the service's name where
    /// it has a number for each region.
    #[must_use]
    pub fn called(self) -> &'static str {
        match self {
            Self::Samu => "15",
            Self::FireAndRescue => "18",
            Self::Police => "17",
            Self::European => "112",
            Self::DeafRelay => "114",
            Self::PoisonCentre => "centre antipoison",
            Self::SuicidePrevention => "3114",
        }
    }

    /// The same with the service's name, for the operator's screen.
    #[must_use]
    pub fn shown(self) -> Text {
        match self {
            Self::Samu => services::samu(),
            Self::FireAndRescue => services::fire_and_rescue(),
            Self::Police => services::police(),
            Self::European => services::european(),
            Self::DeafRelay => services::deaf_relay(),
            Self::PoisonCentre => services::poison_centre(),
            Self::SuicidePrevention => services::suicide_prevention(),
        }
    }
}

/// What is stored. Contacts of the first version hold the digits that a grid
/// wrote; digits of no service become the number that reaches all of them.
impl From<String> for EmergencyService {
    fn from(stored: String) -> Self {
        let is = |service: &Self| stored == service.as_str() || stored == service.called();
        Self::ALL.into_iter().find(is).unwrap_or(Self::European)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::triage::Orientation;

    #[test]
    fn what_is_stored_is_read_back() {
        for service in EmergencyService::ALL {
            let stored = serde_json::to_value(service).unwrap();
            assert_eq!(stored, service.as_str());
            assert_eq!(serde_json::from_value::<EmergencyService>(stored).unwrap(), service);
        }
    }

    #[test]
    fn contacts_of_the_first_version_are_still_read() {
        for (digits, service) in [
            ("15", EmergencyService::Samu),
            ("18", EmergencyService::FireAndRescue),
            ("112", EmergencyService::European),
            ("0899000000", EmergencyService::European),
            ("", EmergencyService::European),
        ] {
            let stored = serde_json::json!({ "emergency-call": digits });
            let read: Orientation = serde_json::from_value(stored).unwrap();
            assert_eq!(read, Orientation::EmergencyCall(service), "{digits}");
        }
    }
}
