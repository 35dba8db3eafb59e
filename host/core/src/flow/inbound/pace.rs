//! How many requests an address takes: [`PER_MINUTE`] at once, and then one more for each minute's
//! share that has passed (the generic cell rate algorithm). Counted by each node for itself, so
//! that a flood costs no write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::ids::InboundAddressId;
use crate::model::inbound::PER_MINUTE;
use crate::time::BootInstant;

const MINUTE_MS: u64 = 60_000;

/// What one request takes of the time of its address.
const SHARE_MS: u64 = MINUTE_MS / PER_MINUTE;

/// Until when each address has been taken up.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<HashMap<InboundAddressId, u64>>);

impl Pace {
    /// Takes one request of an address, or says after how many seconds there will be one.
    pub(super) fn take(&self, address: InboundAddressId, now: BootInstant) -> Result<(), u32> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = taken.get(&address).copied().unwrap_or(now.0).max(now.0) + SHARE_MS;
        let over = until.saturating_sub(now.0 + MINUTE_MS);
        if over > 0 {
            return Err(u32::try_from(over.div_ceil(1_000)).unwrap_or(1));
        }
        // Those that nobody calls are as good as new.
        taken.retain(|_, until| *until > now.0);
        taken.insert(address, until);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const HERE: InboundAddressId = InboundAddressId(Uuid::from_u128(1));
    const THERE: InboundAddressId = InboundAddressId(Uuid::from_u128(2));

    #[test]
    fn sixty_at_once_are_taken_and_the_next_after_a_second() {
        let pace = Pace::default();
        let at = |ms: u64| BootInstant(7_000_000 + ms);
        for number in 0..PER_MINUTE {
            assert_eq!(pace.take(HERE, at(0)), Ok(()), "{number}");
        }
        assert_eq!(pace.take(HERE, at(0)), Err(1));
        assert_eq!(pace.take(HERE, at(999)), Err(1));
        assert_eq!(pace.take(THERE, at(999)), Ok(()), "another address is not held up");
        assert_eq!(pace.take(HERE, at(1_000)), Ok(()));
        assert_eq!(pace.take(HERE, at(1_000)), Err(1));
    }

    #[test]
    fn what_is_refused_takes_nothing() {
        let pace = Pace::default();
        let at = |ms: u64| BootInstant(ms);
        for _ in 0..PER_MINUTE * 10 {
            let _ = pace.take(HERE, at(0));
        }
        assert_eq!(pace.take(HERE, at(1_000)), Ok(()));
        for number in 0..PER_MINUTE {
            assert_eq!(pace.take(HERE, at(MINUTE_MS * 2)), Ok(()), "{number}");
        }
    }
}
