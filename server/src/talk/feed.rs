//! What has changed in a talk since someone last heard of it, as their page takes it up.

use super::{Talks, section::remark};
use crate::store::{
    self,
    comments::{self, Comment, DELETED, SHOWN, WAITING},
    reactions,
};
use app::{
    talk::comments::{html, remark as view},
    words::Lang,
};
use serde_json::json;
use std::{collections::HashSet, sync::Arc};

/// One event of a stream.
#[derive(Clone, Debug)]
pub struct Told {
    pub seq: i64,
    /// `comment` or `reaction`.
    pub kind: &'static str,
    pub data: String,
}

/// Changes of comments that one look takes, and reactions: of more of those only the newest are told.
const COMMENTS: i64 = 100;
const REACTIONS: i64 = 50;

impl Talks {
    /// What came after `seq`, oldest first. All who ask for the same share one answer.
    pub async fn after(
        &self,
        (account_id, video_id): (i64, i64),
        seq: i64,
        head: i64,
        lang: Lang,
    ) -> store::Result<Arc<Vec<Told>>> {
        let key = (video_id, seq, head, lang);
        if let Some(told) = self.told.get(&key).await {
            return Ok(told);
        }
        let told = Arc::new(self.read_after((account_id, video_id), seq, lang).await?);
        self.told.insert(key, told.clone()).await;
        Ok(told)
    }

    async fn read_after(&self, of: (i64, i64), seq: i64, lang: Lang) -> store::Result<Vec<Told>> {
        let mut reader = self.store.reader().await?;
        let changed = comments::after(reader.conn(), of, seq, COMMENTS).await?;
        let reacted = reactions::after(reader.conn(), of, seq, REACTIONS).await?;
        let shown = comments::counts(reader.conn(), of.0, of.1).await?.shown;
        let mut told = Vec::with_capacity(changed.len() + reacted.len());
        // More comments wait: what came later waits with them.
        let until =
            if changed.len() as i64 == COMMENTS { changed.last().map_or(i64::MAX, |c| c.seq) } else { i64::MAX };
        for comment in &changed {
            // Nobody has seen it yet, but its author; who edits it takes it back for a while.
            if comment.state == WAITING && comment.edited_at.is_none() {
                continue;
            }
            let has_replies = comment.state == DELETED
                && comment.parent_id.is_none()
                && !comments::replies(reader.conn(), of, comment.id, 1).await?.is_empty();
            let data = comment_data(lang, comment, comment.state == SHOWN || has_replies, shown);
            told.push(Told { seq: comment.seq, kind: "comment", data });
        }
        for reaction in reacted.into_iter().filter(|reaction| reaction.seq <= until) {
            let data = json!({"id": reaction.id, "reaction": reaction.kind, "at": reaction.at_ms}).to_string();
            told.push(Told { seq: reaction.seq, kind: "reaction", data });
        }
        told.sort_by_key(|event| event.seq);
        Ok(told)
    }
}

/// `html` is none when the comment is to go; then nothing else of it is told.
fn comment_data(lang: Lang, comment: &Comment, stands: bool, shown: i64) -> String {
    let html = stands.then(|| html(view(lang, &remark(lang, comment), &HashSet::new())));
    let is_shown = comment.state == SHOWN;
    let (author, text) = (is_shown.then_some(&comment.author), is_shown.then_some(&comment.body));
    json!({
        "id": comment.id, "parent": comment.parent_id, "author": author, "text": text, "at": comment.at_ms,
        "html": html, "shown": shown,
    })
    .to_string()
}
