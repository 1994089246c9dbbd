//! One person's traces, gathered and erased. It runs in the writer, so that no batch comes in between.

use super::{ledger, memory::Memory, rollup::Rollup};
use crate::{
    identity::{Origin, mail},
    report::part::Part,
    store::{
        self, Conn, Store, forms, interactions, people,
        reactions::{self, Reaction},
        talks,
        traces::Traces,
        videos,
        views::View,
    },
};
use app::interaction::Spec;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Whom it is about: everyone who goes by an address, or one viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    /// As it was given; its case counts for nothing.
    Email(String),
    Viewer(Uuid),
}

impl Person {
    /// An address or a viewer's id.
    pub fn named(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(id) = text.parse::<Uuid>() {
            return (!id.is_nil()).then_some(Person::Viewer(id));
        }
        mail::address(text).map(Person::Email)
    }

    /// Empty for one who is named by an id.
    pub fn email(&self) -> &str {
        match self {
            Person::Email(email) => email,
            Person::Viewer(_) => "",
        }
    }

    /// The ids that the person goes under. The hash of a day may be several people's, so it is not among
    /// them unless it was asked for by itself.
    pub async fn viewers(&self, mut conn: Conn<'_>, account_id: i64) -> store::Result<BTreeSet<Uuid>> {
        let found = match self {
            Person::Viewer(id) => vec![*id],
            Person::Email(email) => people::by_email(conn.again(), account_id, email).await?,
        };
        let mut ids: BTreeSet<Uuid> = found.into_iter().collect();
        for id in ids.clone() {
            ids.extend(people::bound(conn.again(), account_id, id).await?);
        }
        ids.retain(|id| !id.is_nil() && (Origin::of(*id) != Origin::Daily || *self == Person::Viewer(*id)));
        Ok(ids)
    }

    /// The views of these viewers, and the left out ones where a form was told the address: each once, oldest first.
    pub async fn views(
        &self,
        mut conn: Conn<'_>,
        account_id: i64,
        viewers: &BTreeSet<Uuid>,
    ) -> store::Result<Vec<View>> {
        let mut found = Vec::new();
        for id in viewers {
            found.extend(people::views(conn.again(), account_id, *id).await?);
        }
        if let Person::Email(email) = self {
            found.extend(forms::told(conn.again(), account_id, email).await?);
        }
        let found: BTreeMap<_, _> = found.into_iter().map(|view| ((view.started_at, view.id), view)).collect();
        Ok(found.into_values().collect())
    }
}

/// What was erased.
#[derive(Debug, Default)]
pub struct Erased {
    /// Views, comments, reactions and links.
    pub rows: usize,
    /// Where a talk has changed: the video, and the number of the change.
    pub talks: HashMap<i64, i64>,
}

/// Erases the person. The figures of videos and polls become those that they would be without.
pub async fn erase(store: &Store, memory: &mut Memory, account_id: i64, who: &Person) -> store::Result<Erased> {
    let mut tx = store.begin().await?;
    let ids = who.viewers(tx.conn(), account_id).await?;
    let (mut erased, mut traces, mut rollup) = (Erased::default(), Traces::of(&ids), Rollup::default());
    traces.email(who.email());
    for id in &ids {
        if let Some(known) = people::known(tx.conn(), account_id, *id).await? {
            traces.email(known.email.as_deref().unwrap_or_default());
        }
    }
    // Something may have been left under the address by nobody who goes by it any more.
    let nobody = Uuid::nil();
    for id in ids.iter().chain(std::iter::once(&nobody)) {
        for link in people::links(tx.conn(), account_id, *id, who.email()).await? {
            people::forget_link(tx.conn(), &link).await?;
            traces.email(&link.email);
            erased.rows += 1;
        }
        for comment in people::comments(tx.conn(), account_id, *id, who.email()).await? {
            traces.comment(&comment);
            let seq = talks::next(tx.conn(), account_id, comment.video_id).await?;
            people::forget_comment(tx.conn(), &comment, seq).await?;
            erased.talks.insert(comment.video_id, seq);
            erased.rows += 1;
        }
    }
    for view in who.views(tx.conn(), account_id, &ids).await? {
        memory.forget((account_id, view.id));
        for form in forms::of_view(tx.conn(), &view).await? {
            traces.form(form);
        }
        let specs = interactions::published(tx.conn(), account_id, view.video_id).await?;
        let specs: HashMap<Uuid, Spec> = specs.into_iter().map(|one| (one.id, one.spec)).collect();
        ledger::retract(&mut tx, |id| specs.get(&id), &view).await?;
        rollup.replace(Part::of(&view)?.as_ref(), None);
        people::forget_entries(tx.conn(), account_id, view.id).await?;
        people::forget_view(tx.conn(), account_id, view.id).await?;
        erased.rows += 1;
    }
    for id in &ids {
        for reaction in people::reactions(tx.conn(), account_id, *id).await? {
            let slot = slot(tx.conn(), &reaction).await?;
            people::forget_reaction(tx.conn(), &reaction, slot).await?;
            let seq = talks::next(tx.conn(), account_id, reaction.video_id).await?;
            erased.talks.insert(reaction.video_id, seq);
            erased.rows += 1;
        }
        people::unbind(tx.conn(), account_id, *id).await?;
        people::forget_viewer(tx.conn(), account_id, *id).await?;
    }
    rollup.write(&mut tx).await?;
    traces.forget(tx.conn(), account_id).await?;
    tx.commit().await?;
    store.fold().await;
    Ok(erased)
}

async fn slot(conn: Conn<'_>, reaction: &Reaction) -> store::Result<i64> {
    let video = videos::by_id(conn, reaction.video_id).await?;
    Ok(reactions::slot(reaction.at_ms, video.and_then(|video| video.duration_ms).unwrap_or(0)))
}
