//! A talk as pages carry it: read and written once for all who see the same part of it in the same
//! language, and kept until it changes.

use super::Talks;
use crate::{
    catalogue::Published,
    spoken,
    store::{
        self,
        comments::{self, Comment, DELETED, Order},
        reactions::{self, Sum},
    },
};
use app::{
    talk::{
        Comments,
        comments::{Part, Remark, Talk, head, html, list},
        form::{Draft, form},
        marks,
        reactions::Kind,
    },
    words::Lang,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Threads on a page, and replies shown of each before someone asks for all.
pub const THREADS: i64 = 20;
const REPLIES: i64 = 2;
/// Replies that a thread may have.
pub const THREAD: i64 = 200;
/// The last page there is.
const PAGES: u32 = 10_000;

/// Which HTML it is; `seq` makes it another one with each change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    video_id: i64,
    seq: i64,
    lang: Lang,
    part: Part,
    with_comments: bool,
    with_reactions: bool,
    with_email: bool,
}

/// The talk of a video in one language.
#[derive(Debug)]
pub struct Section {
    pub lang: Lang,
    pub talk: Talk,
    pub seq: i64,
    /// Above the form, the empty form, and below it.
    pub head: String,
    pub form: String,
    pub list: String,
    /// Who wrote what is shown.
    authors: Vec<(Uuid, Uuid)>,
    /// For the player's `style`: where on the scrubber something was said.
    pub marks: String,
    /// Which reactions float up when: `12love3 40like1`, the hundredth, the kind and how many.
    pub floats: String,
    /// When the first of them does, in milliseconds.
    pub first: Option<i64>,
}

impl Section {
    pub fn weight(&self) -> usize {
        // Beside the HTML stands what it was made of.
        1_000 + 2 * (self.head.len() + self.form.len() + self.list.len()) + self.marks.len()
    }

    /// The comments on it that `viewer` wrote.
    pub fn own(&self, viewer: Uuid) -> HashSet<Uuid> {
        self.authors.iter().filter(|(_, author)| *author == viewer).map(|(id, _)| *id).collect()
    }

    /// The list with its author's tools.
    pub fn list_with(&self, own: &HashSet<Uuid>) -> String {
        html(list(self.lang, &self.talk, own))
    }
}

impl Talks {
    pub async fn section(
        &self,
        published: &Published,
        lang: Lang,
        part: Part,
        with_email: bool,
    ) -> store::Result<Arc<Section>> {
        let video = &published.video;
        let part = Part { page: part.page.clamp(1, PAGES), ..part };
        let key = Key {
            video_id: video.id,
            seq: self.head(video.account_id, video.id).await?,
            lang,
            part,
            with_comments: video.settings.comments != Comments::Off,
            with_reactions: video.settings.reactions,
            with_email,
        };
        // One of those who ask at the same time makes it.
        let made = self.sections.try_get_with_by_ref(&key, async { self.make(published, &key).await.map(Arc::new) });
        made.await.map_err(|error| match Arc::try_unwrap(error) {
            Ok(error) => error,
            Err(shared) => sqlx::Error::Protocol(shared.to_string()).into(),
        })
    }

    async fn make(&self, published: &Published, key: &Key) -> store::Result<Section> {
        let video = &published.video;
        let duration_ms = video.duration_ms.unwrap_or(0);
        let of = (video.account_id, video.id);
        let mut reader = self.store.reader().await?;
        let sums = match key.with_reactions {
            true => reactions::sums(reader.conn(), of.0, of.1).await?,
            false => Vec::new(),
        };
        let mut talk = Talk {
            token: video.token.clone(),
            reactions: key.with_reactions.then(|| counts(&sums)),
            part: key.part.clone(),
            ..Talk::default()
        };
        let (mut authors, mut moments) = (Vec::new(), Vec::new());
        if key.with_comments {
            let rows = rows(&mut reader, of, &key.part).await?;
            authors = rows.authors();
            talk.has_more = rows.has_more;
            talk.shown = comments::counts(reader.conn(), of.0, of.1).await?.shown;
            talk.threads = Some(rows.remarks(key.lang));
            moments = comments::moments(reader.conn(), of, marks::MARKS as i64).await?;
        }
        drop(reader);
        let mut density = [0; 100];
        for sum in &sums {
            if let Some(slot) = usize::try_from(sum.slot).ok().and_then(|slot| density.get_mut(slot)) {
                *slot += sum.n;
            }
        }
        let first = density.iter().position(|n| *n > 0);
        let floats = sums.iter().filter(|sum| sum.slot >= 0).map(|sum| format!("{}{}{}", sum.slot, sum.kind, sum.n));
        Ok(Section {
            lang: key.lang,
            seq: key.seq,
            head: html(head(key.lang, &talk)),
            form: match key.with_comments {
                true => html(form(key.lang, &talk.token, key.with_email, &Draft::default())),
                false => String::new(),
            },
            list: html(list(key.lang, &talk, &HashSet::new())),
            authors,
            marks: marks::style(&moments, &density, duration_ms),
            floats: floats.collect::<Vec<_>>().join(" "),
            first: first.map(|slot| i64::try_from(slot).unwrap_or(0) * duration_ms / 100),
            talk,
        })
    }
}

fn counts(sums: &[Sum]) -> [i64; 6] {
    Kind::ALL.map(|kind| sums.iter().filter(|sum| sum.kind == kind.name()).map(|sum| sum.n).sum())
}

/// Threads with their replies, as they are stored.
pub struct Rows {
    pub threads: Vec<(Comment, Vec<Comment>, i64)>,
    pub has_more: bool,
}

impl Rows {
    fn authors(&self) -> Vec<(Uuid, Uuid)> {
        let all = self.threads.iter().flat_map(|(thread, replies, _)| std::iter::once(thread).chain(replies));
        all.filter(|comment| comment.state != DELETED).map(|comment| (comment.id, comment.viewer_id)).collect()
    }

    fn remarks(&self, lang: Lang) -> Vec<Remark> {
        let threads = self.threads.iter().map(|(thread, replies, total)| Remark {
            replies: replies.iter().map(|reply| remark(lang, reply)).collect(),
            reply_count: *total,
            ..remark(lang, thread)
        });
        threads.collect()
    }
}

/// A part of a talk. A thread that is not there is an empty part.
pub async fn rows(reader: &mut store::Reader, of: (i64, i64), part: &Part) -> store::Result<Rows> {
    if let Some(id) = part.thread {
        let thread = comments::by_id(reader.conn(), of.0, of.1, id).await?;
        let Some(thread) = thread.filter(|thread| thread.parent_id.is_none()) else {
            return Ok(Rows { threads: Vec::new(), has_more: false });
        };
        let replies = comments::replies(reader.conn(), of, id, THREAD).await?;
        let stands = thread.state == comments::SHOWN || (thread.state == DELETED && !replies.is_empty());
        let total = i64::try_from(replies.len()).unwrap_or(0);
        let threads = if stands { vec![(thread, replies, total)] } else { Vec::new() };
        return Ok(Rows { threads, has_more: false });
    }
    let order = if part.by_time { Order::Time } else { Order::Newest };
    let offset = i64::from(part.page.max(1) - 1) * THREADS;
    let mut threads = comments::threads(reader.conn(), of, order, THREADS + 1, offset).await?;
    let has_more = threads.len() as i64 > THREADS;
    threads.truncate(THREADS as usize);
    let ids: Vec<Uuid> = threads.iter().map(|thread| thread.id).collect();
    let mut replies: HashMap<Uuid, (Vec<Comment>, i64)> = HashMap::new();
    for (reply, total) in comments::last_replies(reader.conn(), of, &ids, REPLIES).await? {
        let slot = replies.entry(reply.parent_id.unwrap_or_default()).or_default();
        slot.0.push(reply);
        slot.1 = total;
    }
    let with_replies = threads.into_iter().map(|thread| {
        let (replies, total) = replies.remove(&thread.id).unwrap_or_default();
        (thread, replies, total)
    });
    Ok(Rows { threads: with_replies.collect(), has_more })
}

/// One comment as a page in this language shows it, without its replies.
pub fn remark(lang: Lang, comment: &Comment) -> Remark {
    Remark {
        id: comment.id,
        parent: comment.parent_id,
        author: comment.author.clone(),
        verified: comment.verified,
        text: comment.body.clone(),
        at_ms: comment.at_ms,
        day: spoken::day(lang, comment.created_at),
        instant: spoken::instant(comment.created_at),
        edited: comment.edited_at.is_some(),
        deleted: comment.state == DELETED,
        replies: Vec::new(),
        reply_count: 0,
    }
}
