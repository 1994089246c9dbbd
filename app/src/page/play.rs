//! The play page: the video, its title, its contents beside it, and ways to pass it on.

use super::{Document, Frame, card::Card, renewing, rest, snippet::Snippets};
use crate::{
    film::Film,
    player::{Player, Setting, clock},
    talk::{
        live,
        section::{TalkSection, section},
    },
    words::{Lang, Word},
};
use leptos::prelude::*;
use std::sync::Arc;

/// What the page says about the video beside the video itself.
#[derive(Clone, Debug)]
pub struct About {
    /// Such as `12 views`.
    pub views: String,
    /// Such as `23 November 2026`.
    pub date: String,
    pub owner: String,
    pub share_url: String,
    pub embed_url: String,
    /// Where the SDK is found.
    pub sdk_url: String,
    /// Chapters, else what is said.
    pub contents: Arc<Vec<Line>>,
    /// Whom the page takes its viewer for: a masked e-mail address, or a name.
    pub watching_as: Option<String>,
    /// What machines are told.
    pub card: Card,
    /// A picture that moves, else one with a play mark: for mails.
    pub mail_picture: String,
}

/// A moment of the video, with what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub from_ms: i64,
    pub text: String,
}

#[component]
pub fn PlayPage(frame: Frame, film: Film, about: About, setting: Setting, talk: Option<TalkSection>) -> impl IntoView {
    let lang = frame.lang;
    let rest = rest(&frame.assets);
    let (title, description) = (film.title.clone(), film.description.clone());
    let poster = film.poster.clone();
    let lines = about.contents.iter().map(|line| (line.from_ms, line.text.clone())).collect::<Vec<_>>();
    let has_contents = film.chapters.is_some() || !film.captions.is_empty() || !film.timeline.is_empty();
    let has_chapters = film.chapters.is_some();
    let share = share(lang, &film, &about);
    let viewer = about.watching_as.map(|who| viewer(lang, who, &film.token));
    let live_nonce = frame.nonce.clone();
    let renew = renewing(&film, &frame);
    let more = about.card.head(frame.nonce.clone());
    let talk = talk.map(|talk| {
        view! {
            {section(lang, talk, film.pass.clone())}
            <script nonce=live_nonce>{live::SCRIPT.as_str()}</script>
        }
    });
    let class = if has_contents { "watch wide" } else { "watch" };
    view! {
        <Document frame title=title.clone() description=description.clone() poster boots=true more class="page">
            <main class=class>
                {renew}
                <Player film setting />
                {rest}
                <div class="watch-below">
                    <header class="watch-head">
                        <div>
                            <h1>{title}</h1>
                            <p class="watch-meta">
                                <span>{about.views}</span>
                                <span>{about.date}</span>
                                <span>{about.owner}</span>
                            </p>
                        </div>
                        <button type="button" class="share-open" popovertarget="share">
                            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
                                <path d="M12 15V4.5M8 8l4-4 4 4M5 12.5v5a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-5" />
                            </svg>
                            {lang.say(Word::Share)}
                        </button>
                    </header>
                    {viewer}
                    {(!description.is_empty()).then(|| view! { <p class="watch-about">{description}</p> })}
                    {talk}
                </div>
                {has_contents.then(|| view! {
                    <aside class="side" aria-label=lang.say(Word::Contents)>
                        <div id="contents">{contents(lang, has_chapters, &lines)}</div>
                    </aside>
                })}
                {share}
            </main>
            <footer class="foot">{lang.with(Word::PlayedBy, "Cuepoint")}</footer>
        </Document>
    }
}

/// Who is taken to be watching, and a way out that needs no script.
fn viewer(lang: Lang, who: String, token: &str) -> impl IntoView + use<> {
    let action = format!("/video/forget/{token}");
    view! {
        <form class="watch-viewer" method="post" action=action>
            <span>{lang.with(Word::WatchingAs, &who)}</span>
            <button type="submit">{lang.say(Word::NotYou)}</button>
        </form>
    }
}

/// The list as links to the page at that moment; the player puts its own in place once someone comes near.
fn contents(lang: Lang, has_chapters: bool, lines: &[(i64, String)]) -> impl IntoView + use<> {
    let rows = lines.iter().map(|(from_ms, text)| {
        view! {
            <li>
                <a class="line" href=format!("?t={}", from_ms / 1000) data-at=*from_ms>
                    <span>{text.clone()}</span>
                    {has_chapters.then(|| view! { <span class="line-time">{clock(*from_ms)}</span> })}
                </a>
            </li>
        }
    });
    let title = if has_chapters { Word::Chapters } else { Word::Transcript };
    view! {
        <div class="contents">
            <div class="contents-head"><h2 class="tab tab-shown">{lang.say(title)}</h2></div>
            <ol class="lines">{rows.collect_view()}</ol>
        </div>
    }
}

/// The dialog with links and snippets. It opens without a script; copying needs one.
fn share(lang: Lang, film: &Film, about: &About) -> impl IntoView + use<> {
    let snippets = Snippets {
        title: &film.title,
        token: &film.token,
        size: (film.width, film.height),
        share_url: &about.share_url,
        embed_url: &about.embed_url,
        sdk_url: &about.sdk_url,
        picture: &about.mail_picture,
    };
    let rows = [
        (Word::Link, about.share_url.clone(), false),
        (Word::LinkAtTime, about.share_url.clone(), true),
        (Word::Embed, snippets.fluid(), false),
        (Word::EmbedFixed, snippets.fixed(), false),
        (Word::EmbedElement, snippets.element(), false),
        (Word::EmbedMail, snippets.mail(lang.say(Word::PlayVideo)), false),
    ];
    let rows = rows.into_iter().map(|(word, text, at)| {
        view! {
            <div class="share-row">
                <span id=format!("share-{word:?}")>
                    {lang.say(word)}
                    {at.then(|| view! { " (" <span class="share-time">"0:00"</span> ")" })}
                </span>
                <div class="share-line">
                    <input type="text" readonly aria-labelledby=format!("share-{word:?}") data-at=at.then_some("") value=text />
                    <button type="button" class="button" data-copy="" aria-describedby=format!("share-{word:?}")>
                        {lang.say(Word::Copy)}
                    </button>
                </div>
            </div>
        }
    });
    view! {
        <div id="share" class="sheet share" popover="auto" role="dialog" aria-labelledby="share-title">
            <header class="sheet-head">
                <h2 id="share-title">{lang.say(Word::Share)}</h2>
                <button type="button" class="control" popovertarget="share" popovertargetaction="hide" aria-label=lang.say(Word::Close)>
                    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
                </button>
            </header>
            {rows.collect_view()}
        </div>
    }
}
