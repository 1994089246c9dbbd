//! The talk on a page: the kept HTML, and what a viewer's own page has besides.

use super::{Asked, film::Found, html};
use crate::{
    catalogue::Published,
    framing::Frames,
    state::State,
    store::{
        self,
        comments::{self, SHOWN},
        videos::Video,
    },
    talk::section::Section,
};
use app::{
    page::confirm::{ConfirmPage, ConfirmPageProps},
    player::clock,
    talk::{
        Comments,
        comments::{Part, html as html_of},
        form::{Aim, Draft, NAME, form},
        section::{TalkSection, section},
    },
    words::{Lang, Word},
};
use axum::response::Response;
use uuid::Uuid;

/// Which part of the talk a page's address asks for. What is malformed is as if it were not there.
pub fn part(query: &str) -> Part {
    let mut part = Part::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "order" => part.by_time = value == "time",
            "page" => part.page = value.parse().unwrap_or(1),
            "thread" => part.thread = value.parse().ok(),
            _ => {}
        }
    }
    part
}

pub(super) fn is_on(video: &Video) -> bool {
    video.settings.comments != Comments::Off || video.settings.reactions
}

/// The talk of a play page, and the marks for its scrubber.
pub(super) async fn on_page(
    state: &State,
    found: &Found,
    asked: &Asked,
    draft: Option<Draft>,
) -> store::Result<(Option<TalkSection>, String)> {
    let published = &found.published;
    if !is_on(&published.video) {
        return Ok((None, String::new()));
    }
    let section = state.talks.section(published, asked.lang, part(&asked.query), with_email(state)).await?;
    let mut talk = whole(&section);
    let draft = match draft {
        Some(draft) => Some(named(state, published, draft).await?),
        None => {
            let wanted = wanted(state, published, asked, found.arrival.viewer.id).await?;
            with_name(wanted, found.arrival.viewer.called())
        }
    };
    if let Some(draft) = draft.filter(|_| !talk.form.is_empty()) {
        talk.form = html_of(form(asked.lang, &published.video.token, with_email(state), &draft));
    }
    let own = section.own(found.arrival.viewer.id);
    if !own.is_empty() {
        talk.list = section.list_with(&own);
    }
    Ok((Some(talk), section.marks.clone()))
}

/// The marks alone: an embed carries no comments until someone opens them.
pub(super) async fn marks(state: &State, published: &Published, lang: Lang) -> String {
    let section = state.talks.section(published, lang, Part::default(), with_email(state)).await;
    section.map_or_else(
        |error| {
            crate::reply::storage(error);
            String::new()
        },
        |section| section.marks.clone(),
    )
}

/// The talk as a piece of HTML, for a page of ours to take up.
pub async fn fragment(state: &State, published: &Published, lang: Lang, part: Part) -> store::Result<String> {
    let kept = state.talks.section(published, lang, part, with_email(state)).await?;
    Ok(html_of(section(lang, whole(&kept), String::new())))
}

fn whole(section: &Section) -> TalkSection {
    TalkSection {
        token: section.talk.token.clone(),
        head: section.head.clone(),
        form: section.form.clone(),
        list: section.list.clone(),
        seq: section.seq,
        first: section.first,
        floats: section.floats.clone(),
    }
}

fn with_email(state: &State) -> bool {
    state.config.smtp_url.is_some()
}

/// What the form is for, when the page's address says so.
async fn wanted(state: &State, published: &Published, asked: &Asked, viewer_id: Uuid) -> store::Result<Option<Draft>> {
    let mut query = url::form_urlencoded::parse(asked.query.as_bytes());
    let Some((what, value)) = query.find(|(name, _)| matches!(name.as_ref(), "reply" | "edit" | "said")) else {
        return Ok(None);
    };
    if what == "said" {
        let note = (value == "waiting").then(|| asked.lang.say(Word::WaitsForOwner).to_owned());
        return Ok(note.map(|note| Draft { note: Some(note), ..Draft::default() }));
    }
    let Ok(id) = value.parse() else { return Ok(None) };
    let video = &published.video;
    let mut reader = state.store.reader().await?;
    let comment = comments::by_id(reader.conn(), video.account_id, video.id, id).await?;
    let comment = comment.filter(|comment| comment.state == SHOWN);
    Ok(comment.and_then(|comment| match what.as_ref() {
        "reply" => Some(Draft { aim: Aim::Reply(id, comment.author), ..Draft::default() }),
        _ if comment.viewer_id == viewer_id => {
            let time = comment.at_ms.map(clock).unwrap_or_default();
            Some(Draft { aim: Aim::Edit(id), text: comment.body, name: comment.author, time, ..Draft::default() })
        }
        _ => None,
    }))
}

/// Whoever is known by name need not type it; the field takes another one.
fn with_name(draft: Option<Draft>, name: Option<String>) -> Option<Draft> {
    let Some(name) = name else { return draft };
    let mut draft = draft.unwrap_or_default();
    if draft.name.is_empty() {
        draft.name = name.chars().take(NAME).collect();
    }
    Some(draft)
}

/// The draft with the name of whom it answers. To a comment that has gone it answers no longer.
async fn named(state: &State, published: &Published, draft: Draft) -> store::Result<Draft> {
    let Aim::Reply(id, _) = draft.aim else { return Ok(draft) };
    let video = &published.video;
    let mut reader = state.store.reader().await?;
    let comment = comments::by_id(reader.conn(), video.account_id, video.id, id).await?;
    let aim = match comment.filter(|comment| comment.state == SHOWN) {
        Some(comment) => Aim::Reply(id, comment.author),
        None => Aim::Comment,
    };
    Ok(Draft { aim, ..draft })
}

/// The page behind the link in a letter; `is_good`: the link still holds.
pub fn confirm(state: &State, lang: Lang, is_good: bool) -> Response {
    let status = if is_good { 200 } else { 410 };
    html(state, lang, status, "/", &Frames::Nobody, move |frame| ConfirmPage(ConfirmPageProps { frame, is_good }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_part_of_the_talk() {
        let id = Uuid::from_u128(7);
        let all = part(&format!("order=time&page=3&thread={id}&t=20"));
        assert_eq!(all, Part { by_time: true, page: 3, thread: Some(id) });
        assert_eq!(part("order=x&page=-1&thread=y"), Part { page: 1, ..Part::default() });
        assert_eq!(part(""), Part::default());
    }
}
