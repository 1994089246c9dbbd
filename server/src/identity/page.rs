//! A viewer comes to a page.

use super::{
    Consent, Origin, PASS_LASTS_MS, Pass, Viewer,
    cookie::{self, Kept},
    id_of_cookie,
    issuer::Issuer,
    mail, pass,
};
use crate::{
    catalogue::Published,
    keys::{digest, random},
    people,
    state::State,
    store::{self, links, viewers, viewers::Contact},
    visitor::Visitor,
};
use app::{engage::Surface, ids::Token};
use http::HeaderValue;
use uuid::Uuid;

/// The viewer of a page, and what the page gives along.
pub struct Arrival {
    pub viewer: Viewer,
    /// To be signed by the page, once it has put in what it grants; every batch brings it back. None for
    /// a video that has no token as it should be.
    pub pass: Option<Pass>,
    /// Whom the page shows as watching: a masked address, else a name. A personal link says so
    /// before its first play, while nothing else is known yet.
    pub watching_as: Option<String>,
    /// A `Set-Cookie` to answer with.
    pub cookie: Option<HeaderValue>,
    /// Why the viewer token in the address does not hold.
    pub refused: Option<String>,
}

/// What the address says about the viewer.
#[derive(Default)]
struct Said {
    token: Option<String>,
    link: Option<String>,
    dnt: bool,
}

impl Said {
    fn read(query: &str) -> Self {
        let mut said = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "viewer_token" if !value.is_empty() => said.token = Some(value.into_owned()),
                "l" if (1..=64).contains(&value.len()) => said.link = Some(value.into_owned()),
                "dnt" => said.dnt = matches!(value.as_ref(), "1" | "true"),
                _ => {}
            }
        }
        said
    }
}

/// Finds out who opens a page of a video. Writes nothing: scanners open pages too.
pub async fn arrive(
    state: &State,
    visitor: &Visitor,
    query: &str,
    surface: Surface,
    published: &Published,
    now: i64,
) -> store::Result<Arrival> {
    let (video, account_id) = (&published.video, published.video.account_id);
    let said = Said::read(query);
    let browser = Browser::of(state, visitor, said.dnt, published, now).await?;
    let framed = surface == Surface::Embed;
    let mut arrival = Arrival {
        viewer: Viewer::anonymous(browser.id),
        pass: None,
        watching_as: None,
        cookie: browser.order.map(|kept| cookie::set(kept, framed)),
        refused: None,
    };
    let (mut link, mut who) = (None, None);
    if let Some(text) = &said.token {
        match Issuer::of(state, account_id, now).await?.check(text) {
            Ok((id, contact)) => {
                who = Some(pass::sealed(&contact, &state.keys));
                let mut reader = state.store.reader().await?;
                let known = viewers::contact(reader.conn(), account_id, id).await?.unwrap_or_default();
                let (email, name) = (contact.email.or(known.email), contact.name.or(known.name));
                arrival.viewer = Viewer::new(id, Contact { email, name, ..known });
            }
            Err(reason) => arrival.refused = Some(reason),
        }
    }
    if arrival.viewer.origin < Origin::Link
        && browser.consent != Consent::Barred
        && let Some(text) = &said.link
    {
        let mut reader = state.store.reader().await?;
        let found = links::by_mark(reader.conn(), account_id, video.id, &digest(text.as_bytes())).await?;
        match found.as_ref().map(|found| (found.bound_to, found.bound_at)) {
            Some((None, None)) => {
                link = found.as_ref().map(|found| found.id);
                arrival.watching_as = found.map(|found| mail::masked(&found.email));
            }
            Some((Some(bound), _)) if browser.was(bound) => {
                let id = found.map_or(browser.id, |found| found.viewer_id);
                let contact = viewers::contact(reader.conn(), account_id, id).await?;
                arrival.viewer = Viewer::new(id, contact.unwrap_or_default());
            }
            // Forwarded, revoked or invented, or its browser was erased: whoever this is, it is not the recipient.
            Some(_) | None => {}
        }
    }
    if arrival.viewer.origin == Origin::Cookie && !browser.is_new() {
        let mut reader = state.store.reader().await?;
        let contact = viewers::contact(reader.conn(), account_id, browser.id).await?;
        arrival.viewer = Viewer::new(browser.id, contact.unwrap_or_default());
    }
    let owner = people::is_own(state, visitor, account_id, now).await?;
    let viewer = &arrival.viewer;
    arrival.watching_as =
        viewer.email.as_deref().map(mail::masked).or_else(|| viewer.called()).or(arrival.watching_as.take());
    let pass = Token::try_from(video.token.clone()).map(|token| Pass {
        video: token,
        timeline_version: video.timeline_version,
        viewer_id: viewer.id,
        grants: Vec::new(),
        expires_at: now + PASS_LASTS_MS,
        consent: browser.consent,
        framed,
        link,
        owner,
        access: video.access.version,
        who,
        duration_ms: video.duration_ms,
    });
    arrival.pass = pass.ok();
    Ok(arrival)
}

/// The viewer of a page whose pass came back.
pub async fn of_pass(state: &State, account_id: i64, pass: &Pass) -> store::Result<Viewer> {
    let mut known = None;
    if Origin::of(pass.viewer_id) != Origin::Daily {
        let mut reader = state.store.reader().await?;
        known = viewers::contact(reader.conn(), account_id, pass.viewer_id).await?;
    }
    let (known, said) = (known.unwrap_or_default(), pass.contact(&state.keys).unwrap_or_default());
    let (email, name) = (said.email.or(known.email), said.name.or(known.name));
    Ok(Viewer::new(pass.viewer_id, Contact { email, name, ..known }))
}

/// The browser, as far as it may be told from others.
struct Browser {
    /// Of its cookie, else of the day.
    id: Uuid,
    /// Ids that it has, or had yesterday, without a cookie.
    days: Vec<Uuid>,
    consent: Consent,
    /// What is to be kept from now on; `Some(None)` clears it.
    order: Option<Option<Kept>>,
}

impl Browser {
    async fn of(state: &State, visitor: &Visitor, dnt: bool, published: &Published, now: i64) -> store::Result<Self> {
        let account_id = published.video.account_id;
        let salts = state.salts.both(&state.store, now).await?;
        let daily = visitor.viewer_id(&salts.today, account_id);
        let yesterday = salts.yesterday.map(|salt| visitor.viewer_id(&salt, account_id));
        let asking = published.video.settings.consent.unwrap_or(state.config.consent);
        let kept = visitor.cookie;
        let consent = cookie::consent(kept, dnt || visitor.barred, asking, &state.config);
        let (id, order) = match (consent, kept) {
            (Consent::Given, Some(Kept::Id { id, .. })) => (id_of_cookie(&state.keys, account_id, &id), None),
            (Consent::Given, _) => {
                let id = random::<16>();
                (id_of_cookie(&state.keys, account_id, &id), Some(Some(Kept::Id { id, said: false })))
            }
            (Consent::Barred, Some(_)) => (daily, Some(None)),
            (Consent::Barred | Consent::Refused | Consent::Unasked, _) => (daily, None),
        };
        Ok(Self { id, days: [Some(daily), yesterday].into_iter().flatten().collect(), consent, order })
    }

    fn is_new(&self) -> bool {
        self.order.is_some()
    }

    /// Is this the browser that had `id`?
    fn was(&self, id: Uuid) -> bool {
        self.id == id || self.days.contains(&id)
    }
}

/// An address without what identifies a viewer: `viewer_token`, and on our own pages `l`.
pub fn without_viewer(url: &str) -> String {
    let (rest, fragment) = url.split_once('#').map_or((url, None), |(rest, fragment)| (rest, Some(fragment)));
    // A fragment may be a page's second query.
    let fragment = fragment.filter(|text| !text.contains("viewer_token")).map(|text| format!("#{text}"));
    let fragment = fragment.unwrap_or_default();
    let Some((path, query)) = rest.split_once('?') else { return format!("{rest}{fragment}") };
    let is_ours = path.contains("/video/");
    let tells = |pair: &&str| {
        let name = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| name);
        name.is_some_and(|name| name == "viewer_token" || (is_ours && matches!(name.as_ref(), "l" | "k")))
    };
    let kept: Vec<&str> = query.split('&').filter(|pair| !tells(pair)).collect();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    format!("{path}{query}{fragment}")
}

/// The text that a personal link carries: only this server can make it from the link's id.
pub fn link_text(state: &State, id: Uuid) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(&state.keys.signature("link", id.as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_without_what_names_its_viewer() {
        for (url, kept) in [
            ("https://v.example/video/play/x?t=5&viewer_token=a.b.c&l=abc#z", "https://v.example/video/play/x?t=5#z"),
            ("https://v.example/video/play/x?l=abc", "https://v.example/video/play/x"),
            ("https://v.example/video/play/x?%6C=abc&viewer%5Ftoken=a", "https://v.example/video/play/x"),
            ("https://shop.example/?l=en&q=%20a", "https://shop.example/?l=en&q=%20a"),
            ("https://shop.example/#viewer_token=a", "https://shop.example/"),
            ("https://shop.example/?viewer_token=a#viewer_token=a", "https://shop.example/"),
            ("", ""),
        ] {
            assert_eq!(without_viewer(url), kept, "{url}");
        }
    }
}
