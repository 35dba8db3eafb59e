//! Lines of the journal, written with what they tell of.

use crate::ids::ContactId;
use crate::ports::plugins::Stamp;

/// What happened: ids, codes and numbers only.
pub(crate) struct Entry {
    pub(super) action: String,
    pub(super) contact: Option<ContactId>,
    pub(super) subject: Option<String>,
    pub(super) fields: Vec<(String, String)>,
}

impl Entry {
    /// `contact.received`, `intent.confirmed`…
    pub(crate) fn new(action: impl Into<String>) -> Self {
        Self { action: action.into(), contact: None, subject: None, fields: Vec::new() }
    }

    /// In which contact.
    pub(crate) fn in_contact(mut self, contact: Option<ContactId>) -> Self {
        self.contact = contact;
        self
    }

    /// `intent:0192…`
    pub(crate) fn about(mut self, kind: &str, id: impl std::fmt::Display) -> Self {
        self.subject = Some(format!("{kind}:{id}"));
        self
    }

    pub(crate) fn field(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.fields.push((name.to_owned(), value.to_string()));
        self
    }

    /// Which plugin had a part in it.
    pub(crate) fn by_plugin(self, stamp: &Stamp) -> Self {
        self.fields(stamp.fields())
    }

    pub(crate) fn fields(mut self, fields: Vec<(String, String)>) -> Self {
        self.fields.extend(fields);
        self
    }
}

/// A plugin that was asked, as the journal names it.
pub(crate) struct Involved {
    pub(crate) stamp: Stamp,
    /// The code of its failure, if it failed.
    pub(crate) failure: Option<String>,
}
