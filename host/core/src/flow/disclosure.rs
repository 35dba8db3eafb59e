//! Lines of the journal about what was said to whom, or not said: never what.

use super::journal::Entry;
use crate::model::contact::Contact;
use crate::model::disclosure::{Information, Standing};

/// A line about a kind of information, and who was on the line.
pub(crate) fn about_disclosure(
    action: &str,
    contact: &Contact,
    information: Information,
    standing: &Standing,
) -> Entry {
    Entry::new(action)
        .in_contact(Some(contact.id))
        .field("information", information.as_str())
        .field("relation", standing.relation.as_str())
        .field("verified", standing.verified.as_str())
}
