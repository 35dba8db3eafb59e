//! A plugin of any kind.

use std::fmt;
use std::sync::{Arc, Weak};

use super::{Agenda, Channel, Health, Script, Triage};
use crate::model::practice::PluginKind;

/// One row a kind: its name here, its trait, and what it is elsewhere.
macro_rules! kinds {
    ($($(#[$doc:meta])+ $name:ident($calls:ident) is $kind:ident,)+) => {
        /// A plugin bound to a feature of a practice. Clones are the same binding.
        #[derive(Clone)]
        pub enum Bound {
            $($(#[$doc])+ $name(Arc<dyn $calls>),)+
        }

        /// A [`Bound`] that does not keep the binding alive.
        #[derive(Clone)]
        pub enum WeakBound {
            $($(#[$doc])+ $name(Weak<dyn $calls>),)+
        }

        impl Bound {
            /// What it is.
            #[must_use]
            pub fn kind(&self) -> PluginKind {
                match self {
                    $(Self::$name(_) => PluginKind::$kind,)+
                }
            }

            /// How it has been doing.
            #[must_use]
            pub fn health(&self) -> &dyn Health {
                match self {
                    $(Self::$name(bound) => bound.as_ref(),)+
                }
            }

            /// The same, without keeping it alive.
            #[must_use]
            pub fn downgrade(&self) -> WeakBound {
                match self {
                    $(Self::$name(bound) => WeakBound::$name(Arc::downgrade(bound)),)+
                }
            }
        }

        impl WeakBound {
            /// The binding, as long as somebody has it.
            #[must_use]
            pub fn upgrade(&self) -> Option<Bound> {
                match self {
                    $(Self::$name(bound) => bound.upgrade().map(Bound::$name),)+
                }
            }
        }
    };
}

kinds! {
    /// Triages.
    Triage(Triage) is Triage,
    /// Leads the conversation.
    Script(Script) is Script,
    /// Holds appointments.
    Agenda(Agenda) is Agenda,
    /// Carries messages.
    Channel(Channel) is Notification,
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bound").field(&self.kind()).finish()
    }
}
