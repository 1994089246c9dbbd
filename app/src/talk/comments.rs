//! Comments as HTML: a list of threads, each a comment and its replies. It is written once for everyone
//! and kept; only an author's own tools differ.

use super::{
    links::{Piece, pieces},
    reactions::{self, Counts},
};
use crate::{
    player::clock,
    words::{Lang, Word},
};
use leptos::prelude::*;
use std::collections::HashSet;
use uuid::Uuid;

/// One comment or reply as viewers see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    pub id: Uuid,
    pub parent: Option<Uuid>,
    pub author: String,
    /// The author's e-mail address is known to be theirs.
    pub verified: bool,
    pub text: String,
    /// Milliseconds of media time.
    pub at_ms: Option<i64>,
    /// Such as `November 23, 2026`, and the instant as HTML wants it.
    pub day: String,
    pub instant: String,
    pub edited: bool,
    pub deleted: bool,
    pub replies: Vec<Remark>,
    /// More than `replies` when only the last of them are shown.
    pub reply_count: i64,
}

/// Which part of the talk a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Part {
    pub by_time: bool,
    /// From 1; 0 is the first as well.
    pub page: u32,
    /// One thread, with all its replies.
    pub thread: Option<Uuid>,
}

/// The talk of one video, as far as a page shows it.
#[derive(Clone, Debug, Default)]
pub struct Talk {
    pub token: String,
    /// None when comments are off.
    pub threads: Option<Vec<Remark>>,
    /// None when reactions are off.
    pub reactions: Option<Counts>,
    /// Comments and replies that are shown.
    pub shown: i64,
    pub part: Part,
    pub has_more: bool,
}

/// Reactions and the heading: what stands above the form.
pub fn head(lang: Lang, talk: &Talk) -> impl IntoView + use<> {
    let chips = talk.reactions.as_ref().map(|counts| reactions::chips(lang, &talk.token, counts));
    let sort = |by_time: bool, word: Word| {
        let href = if by_time { "?order=time#talk" } else { "?order=newest#talk" };
        let current = (talk.part.by_time == by_time).then_some("true");
        view! { <a class="talk-order" href=href aria-current=current>{lang.say(word)}</a> }
    };
    let heading = talk.threads.is_some().then(|| {
        view! {
            <div class="talk-title">
                <h2 id="talk-title">
                    {lang.say(Word::Comments)}" "<span class="talk-count">{talk.shown}</span>
                </h2>
                {(talk.part.thread.is_none() && talk.shown > 1).then(|| view! {
                    <nav class="talk-orders" aria-label=lang.say(Word::SortComments)>
                        {sort(false, Word::Newest)}
                        {sort(true, Word::ByTime)}
                    </nav>
                })}
            </div>
        }
    });
    view! { <div class="talk-head">{chips}{heading}</div> }
}

/// The threads, and the way to more of them. Those in `own` carry their author's tools.
pub fn list(lang: Lang, talk: &Talk, own: &HashSet<Uuid>) -> impl IntoView + use<> {
    let Some(threads) = &talk.threads else { return ().into_any() };
    let is_empty = threads.is_empty();
    let rows = threads.iter().map(|thread| remark(lang, thread, own)).collect_view();
    let order = if talk.part.by_time { "order=time&" } else { "" };
    let next = talk.has_more.then(|| format!("?{order}page={}#talk", talk.part.page.max(1) + 1));
    view! {
        <div class="talk-list">
            {talk.part.thread.map(|_| view! { <a class="talk-link" href="?#talk">{lang.say(Word::AllComments)}</a> })}
            <p class="talk-none" hidden=!is_empty>{lang.say(Word::NoComments)}</p>
            <ol class="threads">{rows}</ol>
            {next.map(|href| view! { <a class="talk-link talk-more" href=href>{lang.say(Word::MoreComments)}</a> })}
        </div>
    }
    .into_any()
}

/// A thread or a reply.
pub fn remark(lang: Lang, remark: &Remark, own: &HashSet<Uuid>) -> AnyView {
    let Remark { id, parent, at_ms, .. } = *remark;
    let name = format!("comment-{id}");
    let place = parent.unwrap_or(id);
    if remark.deleted {
        return view! {
            <li id=name class="remark" data-id=id.to_string()>
                <p class="remark-text remark-deleted">{lang.say(Word::WasDeleted)}</p>
                {replies(lang, remark, own)}
            </li>
        }
        .into_any();
    }
    let time = at_ms.map(|at| {
        let text = clock(at);
        view! { <a class="remark-at" href=format!("?t={}", at / 1000) data-at=at>{text}</a> }
    });
    let text = pieces(&remark.text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned().into_any(),
            Piece::Link(shown, href) => {
                let shown = shown.to_owned();
                view! { <a href=href rel="nofollow ugc noopener" target="_blank">{shown}</a> }.into_any()
            }
        })
        .collect_view();
    let label = format!("{name}-by");
    let reply_to = lang.with(Word::ReplyTo, &remark.author);
    view! {
        <li id=name.clone() class="remark" data-id=id.to_string() data-parent=parent.map(|id| id.to_string())>
            <article aria-labelledby=label.clone()>
                <p class="remark-head">
                    <b class="remark-author" id=label.clone() dir="auto">{remark.author.clone()}</b>
                    {remark.verified.then(|| verified(lang))}
                    {time}
                    <a class="remark-day" href=format!("?thread={place}#{name}")>
                        <time datetime=remark.instant.clone()>{remark.day.clone()}</time>
                    </a>
                    {remark.edited.then(|| view! { <span class="remark-edited">{lang.say(Word::Edited)}</span> })}
                </p>
                <p class="remark-text" dir="auto">{text}</p>
                <p class="remark-tools">
                    <a class="talk-link remark-reply" href=format!("?reply={id}#talk-form") data-to=place.to_string() aria-label=reply_to>
                        {lang.say(Word::Reply)}
                    </a>
                    {own.contains(&id).then(|| view! {
                        <a class="talk-link remark-edit" href=format!("?edit={id}#talk-form")>{lang.say(Word::EditComment)}</a>
                    })}
                </p>
            </article>
            {replies(lang, remark, own)}
        </li>
    }
    .into_any()
}

fn replies(lang: Lang, of: &Remark, own: &HashSet<Uuid>) -> AnyView {
    if of.parent.is_some() {
        return ().into_any();
    }
    let hidden = of.reply_count > i64::try_from(of.replies.len()).unwrap_or(i64::MAX);
    let all = hidden.then(|| {
        let text = lang.with(Word::AllReplies, &of.reply_count.to_string());
        view! { <a class="talk-link" href=format!("?thread={}#comment-{}", of.id, of.id)>{text}</a> }
    });
    let rows = of.replies.iter().map(|reply| remark(lang, reply, own)).collect_view();
    view! { {all}<ol class="replies">{rows}</ol> }.into_any()
}

fn verified(lang: Lang) -> impl IntoView {
    view! {
        <svg class="icon remark-verified" viewBox="0 0 24 24" role="img" aria-label=lang.say(Word::Verified)>
            <path d="M12 3.5l2.4 1.8 3-.1.9 2.9 2.5 1.7-1 2.8 1 2.8-2.5 1.7-.9 2.9-3-.1L12 20.5l-2.4-1.8-3 .1-.9-2.9-2.5-1.7 1-2.8-1-2.8 2.5-1.7.9-2.9 3 .1zM8.8 12.2l2.2 2.2 4.2-4.6" />
        </svg>
    }
}

/// The HTML of a view, as it is kept and sent.
pub fn html(view: impl IntoView + 'static) -> String {
    Owner::new().with(|| view.into_view().to_html())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Remark {
        Remark {
            id: Uuid::from_u128(7),
            parent: None,
            author: "<b>Ann</b>".into(),
            verified: false,
            text: text.into(),
            at_ms: Some(61_000),
            day: "Monday".into(),
            instant: "2026-11-23T00:00:00Z".into(),
            edited: false,
            deleted: false,
            replies: Vec::new(),
            reply_count: 0,
        }
    }

    #[test]
    fn text_stays_text_and_only_web_addresses_are_links() {
        let text = "<img src=x onerror=alert(1)> https://a.example/?a=1&b=2 javascript:alert(1)";
        let html = html(remark(Lang::En, &said(text), &HashSet::new()));
        assert!(!html.contains("<img") && !html.contains("<b>Ann"), "{html}");
        assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"), "{html}");
        assert!(html.contains("href=\"https://a.example/?a=1&amp;b=2\" rel=\"nofollow ugc noopener\""), "{html}");
        assert!(!html.contains("href=\"javascript"), "{html}");
        assert!(html.contains("href=\"?t=61\" data-at=\"61000\""), "{html}");
    }

    #[test]
    fn what_was_deleted_leaves_its_place_and_nothing_else() {
        let html = html(remark(Lang::En, &Remark { deleted: true, ..said("secret") }, &HashSet::new()));
        assert!(
            !html.contains("secret") && !html.contains("Ann") && html.contains("This comment was deleted."),
            "{html}"
        );
    }

    #[test]
    fn only_the_author_gets_tools() {
        let remark_ = said("mine");
        assert!(!html(remark(Lang::En, &remark_, &HashSet::new())).contains("?edit="));
        assert!(html(remark(Lang::En, &remark_, &HashSet::from([remark_.id]))).contains("?edit="));
    }

    #[test]
    fn an_empty_list_says_what_to_do_first() {
        let talk = Talk { threads: Some(Vec::new()), ..Talk::default() };
        assert!(html(list(Lang::En, &talk, &HashSet::new())).contains("Be the first"));
    }
}
