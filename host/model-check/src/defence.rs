//! The defences of the protocol, each of which can be taken out.

/// One behaviour without which the protocol breaks. What takes it out is named in its document;
/// the product has no switch for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Defence {
    /// The database refuses a claim that overlaps a live one.
    ClaimsExclude,
    /// A turn is not given to anybody while somebody has it.
    TurnsExclude,
    /// What was seen or decided under a turn that was lost is not stored, and sends nothing.
    TurnIsChecked,
    /// No write begins after the window of its turn.
    WindowCloses,
    /// An answer that comes after the turn was lost is looked into.
    LateAnswersAreLookedInto,
    /// An unknown outcome is no refusal.
    UnknownIsNoRefusal,
    /// An unknown outcome is no success.
    UnknownIsNoSuccess,
    /// A send that nobody answered in time is unknown, and not refused.
    OverdueIsUnknown,
    /// What is unknown keeps its claim.
    UnknownKeepsItsClaim,
    /// An absence is believed at its second sight.
    AbsenceIsSeenTwice,
    /// The two sights are some time apart.
    SightsAreApart,
    /// A sight is as old as the question that it answers.
    SightsAreDated,
    /// Only what an agenda knows again is sent again.
    OnlyNamedIsSentAgain,
    /// Sends without an answer are counted, so that a refusal of a later one is not the end.
    OpenSendsAreCounted,
    /// What a request that is over may have left is looked for.
    RemainsAreLookedFor,
    /// Of what is there, it is asked whether it is wanted.
    WantedRemainsStay,
    /// What was booked and called off is looked for, when a send of it may arrive.
    SupersededIsLookedFor,
    /// What was called off before its end is taken out.
    CalledOffIsTakenOut,
    /// The job that looks after a send is written with it.
    JobIsWrittenWithTheSend,
    /// A write is verified after it was made.
    WritesAreVerified,
    /// What stands beside another is not taken for alone.
    BesideIsNotAlone,
    /// What a hand has changed since is not changed: writes are conditional.
    WritesAreConditional,
    /// What a person settled in another way is theirs.
    ByHandIsTheirs,
    /// What somebody struck out and put back is asked about, and not taken out.
    PutBackIsAskedAbout,
    /// Entries of which nobody knows are found by later looks.
    UnknownEntriesAreFound,
    /// Appointments are looked at again.
    AppointmentsAreLookedAt,
}

impl Defence {
    /// All of them.
    pub const ALL: [Self; 26] = [
        Self::ClaimsExclude,
        Self::TurnsExclude,
        Self::TurnIsChecked,
        Self::WindowCloses,
        Self::LateAnswersAreLookedInto,
        Self::UnknownIsNoRefusal,
        Self::UnknownIsNoSuccess,
        Self::OverdueIsUnknown,
        Self::UnknownKeepsItsClaim,
        Self::AbsenceIsSeenTwice,
        Self::SightsAreApart,
        Self::SightsAreDated,
        Self::OnlyNamedIsSentAgain,
        Self::OpenSendsAreCounted,
        Self::RemainsAreLookedFor,
        Self::WantedRemainsStay,
        Self::SupersededIsLookedFor,
        Self::CalledOffIsTakenOut,
        Self::JobIsWrittenWithTheSend,
        Self::WritesAreVerified,
        Self::BesideIsNotAlone,
        Self::WritesAreConditional,
        Self::ByHandIsTheirs,
        Self::PutBackIsAskedAbout,
        Self::UnknownEntriesAreFound,
        Self::AppointmentsAreLookedAt,
    ];
}
