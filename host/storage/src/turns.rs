//! Turns to write, one practice at a time, on this node. PostgreSQL's advisory
//! lock does the same over all nodes; waiting here first means that a busy
//! practice holds one connection and not all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use greffon_core::ids::PracticeId;

use crate::line::{Line, Standing, Turn};

/// Lines beyond this number are looked through for abandoned ones.
const SWEEP_ABOVE: usize = 1024;

/// The lines of all practices that somebody waits in.
#[derive(Default)]
pub(crate) struct Turns {
    lines: Mutex<HashMap<PracticeId, Weak<Line>>>,
}

impl Turns {
    /// Waits for the practice's turn.
    pub(crate) async fn take(&self, practice: &PracticeId, standing: Standing) -> Turn {
        self.line(practice).take(standing).await
    }

    fn line(&self, practice: &PracticeId) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(practice).and_then(Weak::upgrade) {
            return line;
        }
        if lines.len() >= SWEEP_ABOVE {
            lines.retain(|_, line| line.strong_count() > 0);
        }
        let line = Arc::new(Line::default());
        lines.insert(practice.clone(), Arc::downgrade(&line));
        line
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn a_practice_waits_for_itself_and_for_nobody_else() {
        let turns = Turns::default();
        let (nord, sud) = ("nord".into(), "sud".into());
        let first = turns.take(&nord, Standing::Last).now_or_never().unwrap();
        assert!(turns.take(&sud, Standing::Last).now_or_never().is_some());
        assert!(turns.take(&nord, Standing::First).now_or_never().is_none());
        drop(first);
        assert!(turns.take(&nord, Standing::Last).now_or_never().is_some());
    }

    #[test]
    fn abandoned_lines_are_forgotten() {
        let turns = Turns::default();
        for number in 0..3 * SWEEP_ABOVE {
            drop(turns.take(&format!("practice-{number}").into(), Standing::Last).now_or_never().unwrap());
        }
        assert!(turns.lines.lock().unwrap().len() <= SWEEP_ABOVE);
    }
}
