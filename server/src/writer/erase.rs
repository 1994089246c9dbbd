//! One person's traces, gathered and erased. It runs in the writer, so that no batch comes in between.

use super::{ledger, memory::Memory, rollup::Rollup};
use crate::{
    identity::{Origin, mail},
    report::part::Part,
    store::{
        self, Conn, Store, comments, interactions, people,
        reactions::{self, Reaction},
        talks, videos,
    },
};
use app::interaction::Spec;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Whom it is about: everyone who goes by an address, or one viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    /// As it was given; its case counts for nothing.
    Email(String),
    Viewer(Uuid),
}

/// A shorter word would be found in messages about others.
const TELLING: usize = 6;

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
    let (mut erased, mut texts) = (Erased::default(), BTreeSet::new());
    let mut rollup = Rollup::default();
    let mut emails: BTreeSet<String> = BTreeSet::new();
    emails.extend(Some(who.email().to_owned()).filter(|email| !email.is_empty()));
    for id in &ids {
        if let Some(known) = people::known(tx.conn(), account_id, *id).await? {
            emails.extend(known.email);
            texts.extend(known.phone);
        }
    }
    // Something may have been left under the address by nobody who goes by it any more.
    let nobody = Uuid::nil();
    for id in ids.iter().chain(std::iter::once(&nobody)) {
        for link in people::links(tx.conn(), account_id, *id, who.email()).await? {
            people::forget_link(tx.conn(), &link).await?;
            emails.insert(link.email);
            erased.rows += 1;
        }
        for comment in people::comments(tx.conn(), account_id, *id, who.email()).await? {
            if comment.state == comments::DELETED && comment.viewer_id == nobody {
                continue;
            }
            texts.insert(comment.id.to_string());
            let seq = talks::next(tx.conn(), account_id, comment.video_id).await?;
            people::forget_comment(tx.conn(), &comment, seq).await?;
            erased.talks.insert(comment.video_id, seq);
            erased.rows += 1;
        }
    }
    for id in &ids {
        for reaction in people::reactions(tx.conn(), account_id, *id).await? {
            let slot = slot(tx.conn(), &reaction).await?;
            people::forget_reaction(tx.conn(), &reaction, slot).await?;
            let seq = talks::next(tx.conn(), account_id, reaction.video_id).await?;
            erased.talks.insert(reaction.video_id, seq);
            erased.rows += 1;
        }
        for view in people::views(tx.conn(), account_id, *id).await? {
            memory.forget((account_id, view.id));
            for form in people::forms(tx.conn(), &view).await? {
                // A later word may have taken the place of this one in what is known of the viewer.
                emails.extend(form.field("email").map(str::to_owned));
                texts.extend(form.field("phone").map(str::to_owned));
                people::forget_form(tx.conn(), account_id, &form).await?;
            }
            let specs = interactions::published(tx.conn(), account_id, view.video_id).await?;
            let specs: HashMap<Uuid, Spec> = specs.into_iter().map(|one| (one.id, one.spec)).collect();
            ledger::retract(&mut tx, |id| specs.get(&id), &view).await?;
            rollup.replace(Part::of(&view)?.as_ref(), None);
            people::forget_entries(tx.conn(), account_id, view.id).await?;
            people::forget_view(tx.conn(), account_id, view.id).await?;
            erased.rows += 1;
        }
        people::forget_viewer(tx.conn(), account_id, *id).await?;
    }
    rollup.write(&mut tx).await?;
    for email in &emails {
        people::forget_mails(tx.conn(), account_id, email).await?;
    }
    for text in emails.iter().chain(&texts).filter(|text| text.chars().count() >= TELLING) {
        people::forget_messages(tx.conn(), account_id, text).await?;
    }
    tx.commit().await?;
    store.fold().await;
    Ok(erased)
}

async fn slot(conn: Conn<'_>, reaction: &Reaction) -> store::Result<i64> {
    let video = videos::by_id(conn, reaction.video_id).await?;
    Ok(reactions::slot(reaction.at_ms, video.and_then(|video| video.duration_ms).unwrap_or(0)))
}
