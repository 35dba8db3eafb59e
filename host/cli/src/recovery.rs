//! How far a practice is after a restore, in one line.

use greffon_core::model::recovery::{AgendaRecovery, AgendaState, Recovery};

/// What was found, or what the practice waits for and who can do something about it.
///
/// # Errors
/// The same line, when the practice does not book and send.
pub fn said(recovery: &Recovery) -> Result<String, String> {
    let sum = |of: fn(&AgendaRecovery) -> u32| recovery.agendas.iter().map(of).sum::<u32>();
    let mut found = format!(
        "restored {}; {} appointments found in agendas, {} corrected, {} gone, {} messages left to a person",
        recovery.restore.restored_at,
        sum(|one| one.adopted),
        sum(|one| one.corrected),
        sum(|one| one.gone),
        recovery.withheld,
    );
    let since = recovery.restore.taken_at.map_or_else(|| "the backup".to_owned(), |at| at.to_string());
    for one in recovery.agendas.iter().filter(|one| one.own) {
        found += &format!("; what agenda {} took after {since} is lost, as it is kept in this database", one.agenda);
    }
    if !recovery.is_closed() {
        return Ok(found);
    }
    let waits = |one: &AgendaRecovery| match &one.state {
        AgendaState::Compared { .. } => None,
        AgendaState::Waiting => Some(format!("{} is not compared yet", one.agenda)),
        AgendaState::Failed { code, at } => Some(format!("{} could not be compared at {at}: {code}", one.agenda)),
    };
    let waits: Vec<String> = recovery.agendas.iter().filter_map(waits).collect();
    let waits = if waits.is_empty() { "it begins when greffon serves".to_owned() } else { waits.join("; ") };
    Err(format!(
        "{found}. Nothing is booked and sent (alerts are): {waits}. To go on without: greffon restore release {}",
        recovery.practice
    ))
}

#[cfg(test)]
mod tests {
    use greffon_core::model::recovery::Restore;
    use greffon_core::time::Instant;

    use super::*;

    #[test]
    fn a_practice_that_waits_says_for_what_and_how_to_go_on_without() {
        let restore = Restore { number: 1, restored_at: Instant(0), taken_at: None };
        let agendas = [("agenda".into(), "martin".into()), ("agenda".into(), "petit".into())];
        let mut recovery = Recovery::new("tilleuls".into(), restore).over(&agendas);
        recovery.agendas[0].state = AgendaState::Failed { code: "unavailable".to_owned(), at: Instant(0) };
        let line = said(&recovery).unwrap_err();
        assert!(line.contains("martin could not be compared at 1970-01-01T00:00:00Z: unavailable"), "{line}");
        assert!(line.contains("petit is not compared yet"), "{line}");
        assert!(line.ends_with("greffon restore release tilleuls"), "{line}");
        let released = recovery.release("operator", Instant(0)).unwrap();
        assert!(said(&released).unwrap().contains("0 appointments found"));
    }
}
