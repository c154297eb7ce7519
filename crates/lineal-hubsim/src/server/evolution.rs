//! When does a week pass?

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evolution {
    Never,
    /// Whenever so many more requests were made.
    EveryRequests(u64),
    /// Whenever so much time has gone by; noticed when the next request comes.
    EveryPeriod(Duration),
}

pub(crate) struct Clock {
    evolution: Evolution,
    requests: AtomicU64,
    next: Mutex<Instant>,
}

impl Clock {
    pub fn new(evolution: Evolution) -> Clock {
        let period = if let Evolution::EveryPeriod(period) = evolution { period } else { Duration::ZERO };
        Clock { evolution, requests: AtomicU64::new(0), next: Mutex::new(Instant::now() + period) }
    }

    /// Counts a request and returns how many weeks pass before it is answered.
    pub fn weeks_due(&self) -> u32 {
        match self.evolution {
            Evolution::Never => 0,
            Evolution::EveryRequests(every) => {
                let before = self.requests.fetch_add(1, Ordering::Relaxed);
                u32::from(before > 0 && before.is_multiple_of(every))
            }
            Evolution::EveryPeriod(period) => {
                let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
                let is_due = *next <= Instant::now() && !period.is_zero();
                if is_due {
                    // Weeks that nobody saw pass are not made up for.
                    *next = Instant::now() + period;
                }
                u32::from(is_due)
            }
        }
    }
}
