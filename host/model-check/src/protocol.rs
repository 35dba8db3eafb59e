//! What greffon does around its decisions, as `flow/booking` does it: the database, the turn, the
//! calls of the plugin. What is decided is decided by the core.

use crate::bounds::{Bounds, Style};
use crate::defence::Defence;

/// One scenario: what may happen, to what kind of agenda, and which defence is missing.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    /// For the eye.
    pub name: &'static str,
    /// What happens at most.
    pub bounds: Bounds,
    /// The agenda.
    pub style: Style,
    /// Every second booking is another practice's, whose claims are its own.
    pub shared: bool,
    /// What was taken out.
    pub without: Option<Defence>,
}

impl Protocol {
    /// The same without one defence.
    #[must_use]
    pub fn without(self, defence: Defence) -> Self {
        Self { without: Some(defence), ..self }
    }

    pub(crate) fn has(&self, defence: Defence) -> bool {
        self.without != Some(defence)
    }
}
