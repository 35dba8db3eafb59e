//! How far an appointment is, and what may follow what.

use greffon_sdk::agenda::Status as Contract;
use serde::{Deserialize, Serialize};

/// The states of FHIR R4 `Appointment.status` that this agenda keeps. It has no demands and no waiting list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Certain.
    #[serde(rename = "b")]
    Booked,
    /// The patient is there.
    #[serde(rename = "a")]
    Arrived,
    /// It took place.
    #[serde(rename = "f")]
    Fulfilled,
    /// The patient did not come.
    #[serde(rename = "n")]
    Noshow,
    /// It will not take place.
    #[serde(rename = "c")]
    Cancelled,
    /// It was a mistake.
    #[serde(rename = "e")]
    EnteredInError,
}

impl Status {
    /// Whether the time is taken. A no-show keeps it: the patient may still come.
    pub fn occupies(self) -> bool {
        !matches!(self, Self::Cancelled | Self::EnteredInError)
    }

    /// Whether the appointment can be given another time.
    pub fn may_move(self) -> bool {
        matches!(self, Self::Booked | Self::Noshow)
    }

    /// Whether `next` may follow. What freed its time never takes it back: that would be a new booking.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Booked => next != Self::Booked,
            Self::Arrived => matches!(next, Self::Booked | Self::Fulfilled | Self::Cancelled | Self::EnteredInError),
            Self::Fulfilled => matches!(next, Self::Arrived | Self::EnteredInError),
            Self::Noshow => matches!(next, Self::Booked | Self::Arrived | Self::EnteredInError),
            Self::Cancelled => next == Self::EnteredInError,
            Self::EnteredInError => false,
        }
    }

    /// The contract's word.
    pub fn told(self) -> Contract {
        match self {
            Self::Booked => Contract::Booked,
            Self::Arrived => Contract::Arrived,
            Self::Fulfilled => Contract::Fulfilled,
            Self::Noshow => Contract::Noshow,
            Self::Cancelled => Contract::Cancelled,
            Self::EnteredInError => Contract::EnteredInError,
        }
    }

    /// From the contract's word; none for a state that this agenda does not keep.
    pub fn heard(status: Contract) -> Option<Self> {
        match status {
            Contract::Booked => Some(Self::Booked),
            Contract::Arrived => Some(Self::Arrived),
            Contract::Fulfilled => Some(Self::Fulfilled),
            Contract::Noshow => Some(Self::Noshow),
            Contract::Cancelled => Some(Self::Cancelled),
            Contract::EnteredInError => Some(Self::EnteredInError),
            Contract::Proposed | Contract::Pending | Contract::Waitlist => None,
        }
    }

    /// In French, for the operator.
    pub fn in_french(self) -> &'static str {
        match self {
            Self::Booked => "réservé",
            Self::Arrived => "arrivé",
            Self::Fulfilled => "honoré",
            Self::Noshow => "non honoré",
            Self::Cancelled => "annulé",
            Self::EnteredInError => "saisi par erreur",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Status; 6] =
        [Status::Booked, Status::Arrived, Status::Fulfilled, Status::Noshow, Status::Cancelled, Status::EnteredInError];

    #[test]
    fn no_state_that_freed_its_time_takes_it_back() {
        for from in ALL.into_iter().filter(|status| !status.occupies()) {
            for to in ALL.into_iter().filter(|status| status.occupies()) {
                assert!(!from.may_become(to), "{from:?} must not become {to:?}");
            }
        }
    }

    #[test]
    fn every_live_state_can_be_a_mistake_and_a_mistake_is_the_end() {
        for from in ALL {
            assert_eq!(from.may_become(Status::EnteredInError), from != Status::EnteredInError);
            assert!(!Status::EnteredInError.may_become(from));
        }
    }

    #[test]
    fn told_and_heard_are_inverse() {
        for status in ALL {
            assert_eq!(Status::heard(status.told()), Some(status));
        }
    }
}
