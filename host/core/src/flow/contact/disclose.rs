//! Whoever holds the line asks whether something may be said, and makes sure of who is there.

use greffon_words::refusals;

use super::Contacts;
use crate::flow::act::Act;
use crate::flow::disclosure::about_disclosure;
use crate::flow::error::{Flow, FlowError};
use crate::flow::patient::records_of;
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::{Actor, Role};
use crate::model::civil::Zone;
use crate::model::contact::{Contact, is_open};
use crate::model::disclosure::{CheckedBy, IdentityCheck, Information, Mark, MaySay, Standing, Verdict};
use crate::model::refusal::Refusal;
use crate::model::view::ContactView;

/// More checks of one contact are not kept: the last count.
const MAX_CHECKS: usize = 20;

/// What may be said, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosed {
    /// Which information.
    pub information: Information,
    /// Who is on the line, and how well that is known.
    pub standing: Standing,
}

impl Contacts {
    /// Asks whether one kind of information of the contact's patient may be said now, to whoever
    /// is on the line. The answer is a line of the journal, whichever it is: who asked, for
    /// whom, how well they were known. A practitioner decides for themselves, and that is
    /// written down as well.
    ///
    /// # Errors
    /// `NotFound(Contact)`, `NotAllowed("contact-closed")`, `NotAllowed("verify-first")` and
    /// `NotAllowed("not-told")` with what to say instead, `Storage`.
    pub async fn disclose(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        information: Information,
        actor: &Actor,
    ) -> Flow<Disclosed> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let contact = self.stored(&practice, contact).await?;
        is_open(&contact)?;
        let records = records_of(self.storage.as_ref(), &practice.id, contact.patient.patient()).await?;
        let today = Zone::of(&practice).date(act.now);
        let may_say = MaySay::of(&practice.disclosure, &contact, &records, today);
        let refusal = may_say.mark(information).and_then(refusal);
        let decides = actor.role == Role::Practitioner;
        let action = match &refusal {
            None => "disclosure.made",
            Some(_) if decides => "disclosure.decided",
            Some(_) => "disclosure.refused",
        };
        let mut tx = self.storage.begin(&practice.id).await?;
        let entry = about_disclosure(action, &contact, information, &may_say.standing);
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.commit().await?;
        match refusal {
            Some(refusal) if !decides => Err(refusal),
            _ => Ok(Disclosed { information, standing: may_say.standing }),
        }
    }

    /// Writes down that somebody at the desk made sure of who is on the line. It counts until
    /// another caller or patient is told of.
    ///
    /// # Errors
    /// `NotFound(Contact)`, `NotAllowed("contact-closed")`, `NotAllowed("patient-unidentified")`
    /// as long as it is not known whose matter it is, `Conflict`, `Storage`.
    pub async fn check_identity(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        how: CheckedBy,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let decision = |before: &Contact| {
            is_open(before)?;
            let unidentified = || Refusal::not_allowed("patient-unidentified", refusals::patient_unidentified());
            let patient = before.patient.patient().ok_or_else(unidentified)?;
            let mut after = before.clone();
            let facts = before.facts.len();
            after.checks.push(IdentityCheck { how, patient, by: actor.subject.clone(), at: act.now, facts });
            let too_many = after.checks.len().saturating_sub(MAX_CHECKS);
            after.checks.drain(..too_many);
            Ok((after, Vec::new()))
        };
        let contact = self
            .change(act, contact, decision, |entry| entry.field("how", how.as_str()), "contact.identity-checked")
            .await?;
        self.look_at(&practice, contact, actor).await
    }
}

/// Why it may not be said; `None` when it may.
fn refusal(mark: &Mark) -> Option<FlowError> {
    let code = match mark.verdict {
        Verdict::Allowed => return None,
        Verdict::After(_) => "verify-first",
        Verdict::Refused => "not-told",
    };
    let remedy = mark.instead.clone()?;
    Some(FlowError::NotAllowed { code, remedy })
}
