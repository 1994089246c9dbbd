//! The place of the talk on a page: what the server keeps as finished HTML, and what differs from viewer
//! to viewer around it.

use crate::words::{Lang, Word};
use leptos::{prelude::*, tachys::html::InertElement};

/// The parts of a talk. `head`, `form` and `list` are HTML that this crate's own views rendered, each one
/// element or empty: what viewers wrote was escaped there.
#[derive(Clone, Debug)]
pub struct TalkSection {
    pub token: String,
    pub head: String,
    pub form: String,
    pub list: String,
    /// The last change that it shows.
    pub seq: i64,
    /// When the first reaction floats up, in milliseconds, and all that do.
    pub first: Option<i64>,
    pub floats: String,
}

/// `pass` says who sends the forms; it stands beside them, since they are the same for everyone.
pub fn section(lang: Lang, talk: TalkSection, pass: String) -> impl IntoView + use<> {
    let has_comments = !talk.form.is_empty();
    let part = |html: String| (!html.is_empty()).then(|| InertElement::new(html));
    let hidden = |form: &'static str| view! { <input type="hidden" name="pass" form=form value=pass.clone() /> };
    view! {
        <section
            id="talk" class="talk"
            aria-labelledby=has_comments.then_some("talk-title")
            aria-label=(!has_comments).then(|| lang.say(Word::React))
            data-token=talk.token data-lang=lang.code() data-seq=talk.seq data-first=talk.first data-floats=talk.floats
            data-say-edit=lang.say(Word::EditComment) data-say-posted=lang.say(Word::CommentPosted)
            data-say-saved=lang.say(Word::CommentSaved) data-say-gone=lang.say(Word::CommentGone)
            data-say-reacted=lang.say(Word::Reacted) data-say-lost=lang.say(Word::NotSent)
        >
            {part(talk.head)}
            {part(talk.form)}
            {part(talk.list)}
            {has_comments.then(|| hidden("talk-form"))}
            {hidden("talk-react")}
            <p class="talk-said" role="status"></p>
        </section>
    }
}
