//! What greffon writes beside an appointment, so that it is known again: the vendor keeps no id of a partner's.

use greffon_sdk::agenda::is_op_id;

/// Longest notes that are looked through, in bytes.
const LONGEST: usize = 8 * 1024;

const BEGIN: &str = "[greffon ";

/// The mark of an op-id of an installation.
pub fn of(op: &str, installation: &str) -> String {
    format!("{BEGIN}{op} {installation}]")
}

/// The op-id in notes, if this installation wrote it. Of several marks the first one counts.
pub fn op_in<'n>(notes: &'n str, installation: &str) -> Option<&'n str> {
    let looked = notes.get(..LONGEST).unwrap_or(notes);
    let (_, rest) = looked.split_once(BEGIN)?;
    let (mark, _) = rest.split_once(']')?;
    let (op, by) = mark.split_once(' ')?;
    (by == installation && is_op_id(op)).then_some(op)
}

/// Whether notes bear a mark of any installation.
pub fn is_marked(notes: &str) -> bool {
    notes.contains(BEGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_among_what_people_write() {
        let notes = format!("apporter les analyses\n{}\nvu", of("op-1", "here"));
        assert_eq!(op_in(&notes, "here"), Some("op-1"));
        assert_eq!(op_in(&notes, "elsewhere"), None);
        assert!(is_marked(&notes));
    }

    #[test]
    fn what_is_no_mark_is_none() {
        for notes in ["", "[greffon ", "[greffon op-1]", "[greffon a/b here]", "[greffon  here]", "greffon op-1 here]"]
        {
            assert_eq!(op_in(notes, "here"), None, "{notes}");
        }
    }
}
