//! Who may do what: the one table of roles and permissions.

use greffon_core::model::audit::Role;

/// What a route asks for. Every route of `/v1` that touches a practice asks for
/// exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Permission {
    /// Write a new contact down.
    ReceiveContacts,
    /// Read contacts, with their facts and their timeline.
    ReadContacts,
    /// Add facts, raise the level, close. Who may *lower* a level is the flow's
    /// decision.
    WriteContacts,
    /// Search slots and book.
    Book,
    /// Read appointments.
    ReadAppointments,
    /// Move, cancel and mark appointments.
    ChangeAppointments,
    /// Read messages.
    ReadMessages,
    /// Read commitments.
    ReadCommitments,
    /// Start, keep, break, withdraw or move commitments.
    ActOnCommitments,
    /// Read alerts, with what they are about.
    ReadAlerts,
    /// Take alerts in hand, and say what came of them.
    ActOnAlerts,
    /// Look for patients, and read them with what they asked before.
    ReadPatients,
    /// Correct patients. Who may raise the trust in an identity is the model's decision.
    ChangePatients,
    /// Say which records are one patient, and which are not.
    JoinPatients,
    /// Read jobs that were given up.
    ReadDeadLetters,
    /// Put them in the queue again, or close them.
    ActOnDeadLetters,
    /// See which plugins are bound, and whether they can be used. No patient
    /// data.
    ReadPlugins,
    /// Approve grids and scripts, and withdraw them.
    ApproveContents,
    /// See how far the check after a restore is. No patient data.
    ReadRecovery,
    /// Say that a practice goes on although an agenda could not be checked.
    ReleaseRecovery,
    /// Make, list and revoke the addresses at which outside services tell of features. No
    /// patient data.
    ManageInbound,
    /// Read the journal.
    ReadAudit,
}

impl Permission {
    /// All of them; the last one is the practitioners' alone.
    pub(crate) const ALL: [Self; 22] = [
        Self::ReceiveContacts,
        Self::ReadContacts,
        Self::WriteContacts,
        Self::Book,
        Self::ReadAppointments,
        Self::ChangeAppointments,
        Self::ReadMessages,
        Self::ReadCommitments,
        Self::ActOnCommitments,
        Self::ReadAlerts,
        Self::ActOnAlerts,
        Self::ReadPatients,
        Self::ChangePatients,
        Self::JoinPatients,
        Self::ReadDeadLetters,
        Self::ActOnDeadLetters,
        Self::ReadPlugins,
        Self::ReadRecovery,
        Self::ReleaseRecovery,
        Self::ManageInbound,
        Self::ReadAudit,
        Self::ApproveContents,
    ];

    /// The word that a token's `scope` claim may name it by.
    pub(crate) fn scope_word(self) -> &'static str {
        match self {
            Self::ReceiveContacts => "greffon:receive-contacts",
            Self::ReadContacts => "greffon:read-contacts",
            Self::WriteContacts => "greffon:write-contacts",
            Self::Book => "greffon:book",
            Self::ReadAppointments => "greffon:read-appointments",
            Self::ChangeAppointments => "greffon:change-appointments",
            Self::ReadMessages => "greffon:read-messages",
            Self::ReadCommitments => "greffon:read-commitments",
            Self::ActOnCommitments => "greffon:act-on-commitments",
            Self::ReadAlerts => "greffon:read-alerts",
            Self::ActOnAlerts => "greffon:act-on-alerts",
            Self::ReadPatients => "greffon:read-patients",
            Self::ChangePatients => "greffon:change-patients",
            Self::JoinPatients => "greffon:join-patients",
            Self::ReadDeadLetters => "greffon:read-dead-letters",
            Self::ActOnDeadLetters => "greffon:act-on-dead-letters",
            Self::ReadPlugins => "greffon:read-plugins",
            Self::ReadRecovery => "greffon:read-recovery",
            Self::ReleaseRecovery => "greffon:release-recovery",
            Self::ManageInbound => "greffon:manage-inbound",
            Self::ReadAudit => "greffon:read-audit",
            Self::ApproveContents => "greffon:approve-contents",
        }
    }
}

/// What a role may do inside its practices.
pub(crate) fn permissions_of(role: Role) -> &'static [Permission] {
    use Permission::{
        ActOnAlerts, ActOnCommitments, ActOnDeadLetters, ApproveContents, Book, ChangeAppointments, ChangePatients,
        JoinPatients, ManageInbound, ReadAlerts, ReadAppointments, ReadAudit, ReadCommitments, ReadContacts,
        ReadDeadLetters, ReadMessages, ReadPatients, ReadPlugins, ReadRecovery, ReceiveContacts, ReleaseRecovery,
        WriteContacts,
    };
    match role {
        // Whoever holds the line.
        Role::Secretary => &[
            ReceiveContacts,
            ReadContacts,
            WriteContacts,
            Book,
            ReadAppointments,
            ChangeAppointments,
            ReadMessages,
            ReadCommitments,
            ActOnCommitments,
            ReadAlerts,
            ReadPatients,
            ChangePatients,
            ReadDeadLetters,
            ActOnDeadLetters,
            ReadPlugins,
            ReadRecovery,
        ],
        // Those who see patients: what is urgent is theirs to take in hand.
        Role::Practitioner => &[
            ReceiveContacts,
            ReadContacts,
            WriteContacts,
            Book,
            ReadAppointments,
            ChangeAppointments,
            ReadMessages,
            ReadCommitments,
            ActOnCommitments,
            ReadAlerts,
            ActOnAlerts,
            ReadPatients,
            ChangePatients,
            JoinPatients,
            ReadDeadLetters,
            ActOnDeadLetters,
            ReadPlugins,
            ApproveContents,
            ReadRecovery,
        ],
        // Leads them, so also answers for what was done; what may be said to patients is a
        // practitioner's word.
        Role::Supervisor => match Permission::ALL.split_last() {
            Some((_, others)) => others,
            None => &[],
        },
        // Runs the practice: sees everything, holds no line.
        Role::PracticeAdmin => &[
            ReadContacts,
            ReadAppointments,
            ReadMessages,
            ReadCommitments,
            ActOnCommitments,
            ReadAlerts,
            ReadPatients,
            ChangePatients,
            JoinPatients,
            ReadDeadLetters,
            ActOnDeadLetters,
            ReadPlugins,
            ReadRecovery,
            ReleaseRecovery,
            ManageInbound,
            ReadAudit,
        ],
        // Never patient data.
        Role::Integrator => &[ReadPlugins],
        Role::OperatorAdmin => &[ReadPlugins, ManageInbound],
        // The journal, which holds ids and codes only.
        Role::Auditor => &[ReadAudit],
        // greffon itself never comes in over HTTP.
        Role::System => &[],
    }
}

/// Whether a role may hold a token for every practice (`"practices": ["*"]`).
/// Only a role that sees no patient data may.
pub(crate) fn may_span_all_practices(role: Role) -> bool {
    matches!(role, Role::OperatorAdmin)
}

#[cfg(test)]
mod tests {
    use super::{Permission, may_span_all_practices, permissions_of};
    use greffon_core::model::audit::Role;

    const ROLES: [Role; 8] = [
        Role::Secretary,
        Role::Supervisor,
        Role::Practitioner,
        Role::PracticeAdmin,
        Role::Integrator,
        Role::Auditor,
        Role::OperatorAdmin,
        Role::System,
    ];

    #[test]
    fn a_role_that_spans_all_practices_sees_no_patient_data() {
        for role in ROLES.into_iter().filter(|role| may_span_all_practices(*role)) {
            assert_eq!(permissions_of(role), [Permission::ReadPlugins, Permission::ManageInbound]);
        }
    }

    #[test]
    fn every_permission_has_its_own_scope_word() {
        let words: std::collections::HashSet<_> = Permission::ALL.iter().map(|one| one.scope_word()).collect();
        assert_eq!(words.len(), Permission::ALL.len());
        assert!(words.iter().all(|word| word.starts_with("greffon:")));
    }
}
