//! Places for what takes its time: each account has a few, so that none takes all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// A stream of messages.
    Stream,
    /// An endpoint that is being tried out.
    Trial,
}

impl What {
    /// Places of one account, and in all.
    fn limits(self) -> (usize, usize) {
        match self {
            What::Stream => (5, 500),
            What::Trial => (5, 100),
        }
    }
}

/// Who has places at the moment.
#[derive(Clone, Default)]
pub struct Seats(Arc<Mutex<HashMap<(What, i64), usize>>>);

/// A place; it is free again once this is dropped.
pub struct Seat {
    seats: Seats,
    of: (What, i64),
}

impl Seats {
    /// None when the account, or everybody together, has as many as there are.
    pub fn take(&self, what: What, account_id: i64) -> Option<Seat> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (most, all) = what.limits();
        let of = (what, account_id);
        let in_all: usize = taken.iter().filter(|((of, _), _)| *of == what).map(|(_, n)| n).sum();
        let own = taken.entry(of).or_default();
        if in_all >= all || *own >= most {
            return None;
        }
        *own += 1;
        Some(Seat { seats: self.clone(), of })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.of) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_a_few_seats() {
        let seats = Seats::default();
        let taken: Vec<Seat> = (0..5).filter_map(|_| seats.take(What::Stream, 1)).collect();
        assert_eq!(taken.len(), 5);
        assert!(seats.take(What::Stream, 1).is_none());
        assert!(seats.take(What::Stream, 2).is_some() && seats.take(What::Trial, 1).is_some());
        drop(taken);
        assert!(seats.take(What::Stream, 1).is_some());
    }

    #[test]
    fn all_together_have_an_end() {
        let seats = Seats::default();
        let taken: Vec<Seat> = (0..200).filter_map(|account| seats.take(What::Trial, account)).collect();
        assert_eq!(taken.len(), 100);
    }
}
