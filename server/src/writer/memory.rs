//! The views that were written lately, with their events, so that a long view is not read anew for
//! each of its batches.

use crate::{
    report::credit::Fact,
    store::{
        self, Conn, StoreError, Tx,
        entries::{self, Entry},
        locks,
        views::{self, View},
    },
};
use app::engage::What;
use std::collections::{BTreeMap, HashMap, btree_map};
use uuid::Uuid;

/// A view's events by their `seq`.
pub type Facts = BTreeMap<i64, Fact>;

/// A view's row and its events.
pub struct Known {
    pub view: View,
    pub facts: Facts,
    /// What the events weigh, in bytes, about.
    weight: usize,
}

/// The account and the id of a view.
pub type Key = (i64, Uuid);

/// What the kept events weigh at most, in bytes.
const KEPT: usize = 64 << 20;
/// What an event weighs beside its text.
const EVENT: usize = 100;

#[derive(Default)]
pub struct Memory {
    views: HashMap<Key, Known>,
    held: usize,
}

impl Memory {
    /// The views among `ids` that exist, with all their stored events.
    ///
    /// SQLite has one writer, this one, so what it remembers holds. On PostgreSQL another process
    /// may have written: views that are not remembered are reserved, since another may be creating
    /// them, the rows are locked and read, and remembered events are believed only when the row
    /// says there are just as many.
    pub async fn recall(&mut self, tx: &mut Tx, ids: &[Key]) -> store::Result<HashMap<Key, Known>> {
        let alone = matches!(tx.conn(), Conn::Sqlite(_));
        let mut kept: HashMap<Key, Known> =
            ids.iter().filter_map(|id| self.forget(*id).map(|known| (*id, known))).collect();
        let new: Vec<Key> = ids.iter().copied().filter(|id| !kept.contains_key(id)).collect();
        locks::reserve(tx.conn(), &new).await?;
        let asked: &[Key] = if alone { &new } else { ids };
        // What another process has erased is remembered here, and nowhere else.
        let mut all = if alone { std::mem::take(&mut kept) } else { HashMap::with_capacity(ids.len()) };
        let mut unread = Vec::new();
        for view in views::by_ids(tx.conn(), asked).await? {
            let key = (view.account_id, view.id);
            let remembered = kept.remove(&key).filter(|known| i64::try_from(known.facts.len()) == Ok(view.entries));
            let known = match remembered {
                Some(known) => Known { view, ..known },
                None => {
                    unread.push(key);
                    Known::new(view)
                }
            };
            all.insert(key, known);
        }
        for entry in entries::of_views(tx.conn(), &unread).await? {
            if let Some(known) = all.get_mut(&(entry.account_id, entry.view_id)) {
                let what = serde_json::from_str(&entry.body)
                    .map_err(|source| StoreError::Unreadable { what: "entry", source })?;
                known.add(&entry, what);
            }
        }
        Ok(all)
    }

    /// Remembers views that were just written.
    pub fn keep(&mut self, views: impl IntoIterator<Item = Known>) {
        if self.held > KEPT {
            *self = Self::default();
        }
        for known in views {
            self.held += known.weight;
            if let Some(old) = self.views.insert((known.view.account_id, known.view.id), known) {
                self.held -= old.weight;
            }
        }
    }

    /// Takes a view out, because it is about to change or was changed elsewhere.
    pub fn forget(&mut self, id: Key) -> Option<Known> {
        let known = self.views.remove(&id)?;
        self.held -= known.weight;
        Some(known)
    }
}

impl Known {
    /// A view without events.
    pub fn new(view: View) -> Self {
        Self { view, facts: Facts::new(), weight: 0 }
    }

    /// Adds an event in its place; false when its number is known already.
    pub fn add(&mut self, entry: &Entry, what: What) -> bool {
        let btree_map::Entry::Vacant(place) = self.facts.entry(entry.seq) else { return false };
        place.insert(Fact { at: entry.at_ms, what });
        self.weight += EVENT + entry.body.len();
        true
    }
}
