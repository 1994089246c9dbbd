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
use std::collections::HashMap;
use uuid::Uuid;

/// A view's row and its events in `seq` order, with that number.
pub struct Known {
    pub view: View,
    pub facts: Vec<(i64, Fact)>,
}

/// The account and the id of a view.
pub type Key = (i64, Uuid);

/// Events that are kept at most; about a hundred bytes each.
const KEPT: usize = 400_000;

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
            let facts = kept.remove(&key).map(|known| known.facts).unwrap_or_default();
            if i64::try_from(facts.len()) == Ok(view.entries) {
                all.insert(key, Known { view, facts });
            } else {
                unread.push(key);
                all.insert(key, Known { view, facts: Vec::new() });
            }
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
            self.held += known.facts.len();
            if let Some(old) = self.views.insert((known.view.account_id, known.view.id), known) {
                self.held -= old.facts.len();
            }
        }
    }

    /// Takes a view out, because it is about to change or was changed elsewhere.
    pub fn forget(&mut self, id: Key) -> Option<Known> {
        let known = self.views.remove(&id)?;
        self.held -= known.facts.len();
        Some(known)
    }
}

impl Known {
    /// Adds an event in its place; false when its number is known already.
    pub fn add(&mut self, entry: &Entry, what: What) -> bool {
        let at = self.facts.partition_point(|(seq, _)| *seq < entry.seq);
        if self.facts.get(at).is_some_and(|(seq, _)| *seq == entry.seq) {
            return false;
        }
        self.facts.insert(at, (entry.seq, Fact { at: entry.at_ms, what }));
        true
    }
}
