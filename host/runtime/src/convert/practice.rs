//! `greffon:practice/types`.

use greffon_core::model::care::{
    ContentRef, Fact, Level, Nature, PracticeContext, Sensitivity, Source, Validation, Value,
};
use greffon_core::model::person::{Identifier, IdentityTrust, Person};
use greffon_core::model::scheduling::{ByWhom, ResourceKind, ResourceRef, VisitMode};
use greffon_core::model::triage::{Finding, FindingSeverity};

use super::{Breach, FromGuest, Intake, all, same_cases};
use crate::bindings::practice as wit;
use crate::prepared::Made;

same_cases! {
    Level = wit::Level { Vital, VeryUrgent, SameDay, Soon, Routine }
    Nature = wit::Nature { Medical, Administrative, Mixed }
    Sensitivity = wit::Sensitivity { Public, Personal, Health }
    Source = wit::Source { Caller, Patient, Operator, Clinician, Agenda, MedicalRecord, Telephony, Plugin }
    IdentityTrust = wit::IdentityTrust { Provisional, Recovered, Validated, Qualified }
    ResourceKind = wit::ResourceKind { Practitioner, PractitionerRole, Site, Room, Equipment, Service }
    VisitMode = wit::VisitMode { Office, Home, Teleconsultation, Telephone }
    ByWhom = wit::ByWhom { Patient, Practitioner, Secretary, Agenda, System }
    FindingSeverity = wit::FindingSeverity { Error, Warning }
}

impl From<Value> for wit::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Yes => Self::Yes,
            Value::No => Self::No,
            Value::Unknown => Self::Unknown,
            Value::Refused => Self::Refused,
            Value::Number(number) => Self::Number(number),
            Value::Decimal(number) => Self::Decimal(number),
            Value::Choice(id) => Self::Choice(id),
            Value::Choices(ids) => Self::Choices(ids),
            Value::Text(text) => Self::Text(text),
            Value::Date(date) => Self::Date(date),
            Value::Phone(phone) => Self::Phone(phone),
        }
    }
}

impl From<Fact> for wit::Fact {
    fn from(fact: Fact) -> Self {
        Self { key: fact.key, value: fact.value.into(), source: fact.source.into(), at: fact.at.0, by: fact.by }
    }
}

impl From<ContentRef> for wit::ContentRef {
    fn from(content: ContentRef) -> Self {
        Self { id: content.id, version: content.version, digest: content.digest }
    }
}

impl FromGuest<wit::ContentRef> for ContentRef {
    fn from_guest(content: wit::ContentRef, intake: &mut Intake) -> Result<Self, Breach> {
        // SHA-256, or none.
        if !matches!(content.digest.len(), 0 | 32) {
            return Err(Breach::Contract);
        }
        Ok(Self { id: intake.id(content.id)?, version: intake.text(content.version)?, digest: content.digest })
    }
}

impl FromGuest<wit::Validation> for Validation {
    fn from_guest(validation: wit::Validation, intake: &mut Intake) -> Result<Self, Breach> {
        // Ed25519, or none.
        if !matches!(validation.signature.len(), 0 | 64) {
            return Err(Breach::Contract);
        }
        Ok(Self {
            author: intake.text(validation.author)?,
            validator_rpps: intake.text(validation.validator_rpps)?,
            validated_at: intake.take(validation.validated_at)?,
            expires_at: intake.take(validation.expires_at)?,
            signature: validation.signature,
        })
    }
}

impl From<PracticeContext> for wit::PracticeContext {
    fn from(context: PracticeContext) -> Self {
        Self {
            site: context.site,
            practitioner: context.practitioner,
            speciality: context.speciality,
            zone: context.zone,
            now: context.now.0,
            now_local: context.now_local,
            opening: all(context.opening),
            language: context.language,
        }
    }
}

impl FromGuest<wit::Finding> for Finding {
    fn from_guest(finding: wit::Finding, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            severity: finding.severity.into(),
            path: intake.text(finding.path)?,
            message: intake.text(finding.message)?,
        })
    }
}

impl FromGuest<wit::Prepared> for Made {
    fn from_guest(prepared: wit::Prepared, intake: &mut Intake) -> Result<Self, Breach> {
        let warnings: Vec<Finding> = intake.take(prepared.warnings)?;
        // With an error the settings are refused, and nothing is prepared.
        let refused = warnings.iter().any(|finding| finding.severity == FindingSeverity::Error);
        // How large the bytes may be depends on the settings: who asked looks.
        if refused { Err(Breach::Contract) } else { Ok(Self { bytes: prepared.bytes, warnings }) }
    }
}

impl From<Identifier> for wit::Identifier {
    fn from(identifier: Identifier) -> Self {
        Self { system: identifier.system, value: identifier.value }
    }
}

impl FromGuest<wit::Identifier> for Identifier {
    fn from_guest(identifier: wit::Identifier, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { system: intake.id(identifier.system)?, value: intake.id(identifier.value)? })
    }
}

/// Authorities of the national health identity (ANS, NOS: INS-NIR `…4.8`,
/// INS-NIA `…4.9`, and their test ranges).
const INS: &str = "urn:oid:1.2.250.1.213.1.4.";

impl From<Person> for wit::Person {
    fn from(person: Person) -> Self {
        // RNIV: an INS number goes out with a qualified identity only.
        let may_carry_ins = person.trust == IdentityTrust::Qualified;
        let identifiers = person.identifiers.into_iter().filter(|one| may_carry_ins || !one.system.starts_with(INS));
        Self {
            identifiers: identifiers.map(Into::into).collect(),
            family: person.family,
            given: person.given,
            birth_date: person.birth_date,
            phone: person.phone,
            email: person.email,
            trust: person.trust.into(),
            known_to_practice: person.known_to_practice,
        }
    }
}

impl FromGuest<wit::Person> for Person {
    fn from_guest(person: wit::Person, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            identifiers: intake.take(person.identifiers)?,
            family: intake.text(person.family)?,
            given: intake.take(person.given)?,
            birth_date: intake.take(person.birth_date)?,
            phone: intake.take(person.phone)?,
            email: intake.take(person.email)?,
            trust: intake.trust(person.trust.into()),
            known_to_practice: person.known_to_practice,
        })
    }
}

impl From<ResourceRef> for wit::ResourceRef {
    fn from(resource: ResourceRef) -> Self {
        Self {
            kind: resource.kind.into(),
            id: resource.id,
            identifier: resource.identifier.map(Into::into),
            display: resource.display,
        }
    }
}

impl FromGuest<wit::ResourceRef> for ResourceRef {
    fn from_guest(resource: wit::ResourceRef, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            kind: resource.kind.into(),
            id: intake.id(resource.id)?,
            identifier: intake.take(resource.identifier)?,
            display: intake.take(resource.display)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ins_number_goes_out_with_a_qualified_identity_only() {
        let ins = Identifier { system: format!("{INS}8"), value: "1".to_owned() };
        let rpps = Identifier { system: "urn:oid:1.2.250.1.71.4.2.1".to_owned(), value: "2".to_owned() };
        let person = |trust| Person { identifiers: vec![ins.clone(), rpps.clone()], trust, ..Person::default() };
        assert_eq!(wit::Person::from(person(IdentityTrust::Validated)).identifiers.len(), 1);
        assert_eq!(wit::Person::from(person(IdentityTrust::Qualified)).identifiers.len(), 2);
    }

    #[test]
    fn a_digest_is_a_sha_256_or_nothing() {
        let content = |length| wit::ContentRef { id: "a".to_owned(), version: String::new(), digest: vec![0; length] };
        let mut intake = Intake::new(1_000);
        assert!(intake.take::<ContentRef, _>(content(0)).is_ok());
        assert!(intake.take::<ContentRef, _>(content(32)).is_ok());
        assert_eq!(intake.take::<ContentRef, _>(content(33)), Err(Breach::Contract));
    }
}
