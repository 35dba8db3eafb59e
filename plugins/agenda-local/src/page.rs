//! The page of one appointment: what nobody needs to see whether a time is free, the patient above all.

use greffon_sdk::agenda::Request;
use greffon_sdk::practice::{Identifier, IdentityTrust, Person, ResourceKind, ResourceRef, VisitMode};
use serde::{Deserialize, Serialize};

/// One page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    patient: Patient,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
    mode: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    operator: Number,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Patient {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    identifiers: Vec<Number>,
    family: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    given: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    trust: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Number {
    system: String,
    value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Resource {
    kind: u8,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identifier: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    display: Option<String>,
}

const TRUST: [IdentityTrust; 4] =
    [IdentityTrust::Provisional, IdentityTrust::Recovered, IdentityTrust::Validated, IdentityTrust::Qualified];

const KINDS: [ResourceKind; 6] = [
    ResourceKind::Practitioner,
    ResourceKind::PractitionerRole,
    ResourceKind::Site,
    ResourceKind::Room,
    ResourceKind::Equipment,
    ResourceKind::Service,
];

const MODES: [VisitMode; 4] = [VisitMode::Office, VisitMode::Home, VisitMode::Teleconsultation, VisitMode::Telephone];

fn code<T: PartialEq>(of: &T, among: &[T]) -> u8 {
    among.iter().position(|known| known == of).and_then(|position| u8::try_from(position).ok()).unwrap_or(0)
}

fn number(identifier: &Identifier) -> Number {
    Number { system: identifier.system.clone(), value: identifier.value.clone() }
}

fn identifier(number: &Number) -> Identifier {
    Identifier { system: number.system.clone(), value: number.value.clone() }
}

impl Page {
    /// What a request says beyond time and motive.
    pub fn of(request: &Request) -> Self {
        let patient = &request.patient;
        Self {
            patient: Patient {
                identifiers: patient.identifiers.iter().map(number).collect(),
                family: patient.family.clone(),
                given: patient.given.clone(),
                birth_date: patient.birth_date.clone(),
                phone: patient.phone.clone(),
                email: patient.email.clone(),
                trust: code(&patient.trust, &TRUST),
                known: patient.known_to_practice,
            },
            resources: request
                .resources
                .iter()
                .map(|resource| Resource {
                    kind: code(&resource.kind, &KINDS),
                    id: resource.id.clone(),
                    identifier: resource.identifier.as_ref().map(number),
                    display: resource.display.clone(),
                })
                .collect(),
            mode: code(&request.mode, &MODES),
            note: request.note.clone(),
            operator: number(&request.operator),
        }
    }

    /// The patient, as he was booked. An unknown code of trust counts as the lowest.
    pub fn patient(&self) -> Person {
        let patient = &self.patient;
        Person {
            identifiers: patient.identifiers.iter().map(identifier).collect(),
            family: patient.family.clone(),
            given: patient.given.clone(),
            birth_date: patient.birth_date.clone(),
            phone: patient.phone.clone(),
            email: patient.email.clone(),
            trust: TRUST.get(usize::from(patient.trust)).copied().unwrap_or(IdentityTrust::Provisional),
            known_to_practice: patient.known,
        }
    }

    /// What the appointment occupies besides its agenda.
    pub fn resources(&self) -> Vec<ResourceRef> {
        let told = |resource: &Resource| {
            let kind = KINDS.get(usize::from(resource.kind)).copied()?;
            Some(ResourceRef {
                kind,
                id: resource.id.clone(),
                identifier: resource.identifier.as_ref().map(identifier),
                display: resource.display.clone(),
            })
        };
        self.resources.iter().filter_map(told).collect()
    }
}
