//! What the faces of interactions share: who looks at them and where, and the parts that several have.

use super::{Action, Image, text};
use crate::{
    engage::Surface,
    words::{Lang, Word},
};
use leptos::prelude::*;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Who looks, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub email: Option<String>,
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
}

impl Named {
    /// The value of a place in a text; none when there is no such place.
    pub fn value(&self, place: &str) -> Option<Option<&str>> {
        Some(match place {
            "viewer.email" => self.email.as_deref(),
            "viewer.name" => self.name.as_deref().or(self.first_name.as_deref()),
            "viewer.first_name" => {
                let first = self.name.as_deref().and_then(|name| name.split_whitespace().next());
                self.first_name.as_deref().or(first)
            }
            "viewer.last_name" => self.last_name.as_deref(),
            _ => return None,
        })
    }
}

/// Where and to whom an interaction is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Showing {
    pub id: Uuid,
    pub video_id: i64,
    pub token: String,
    /// What stands before the names of the video's files.
    pub media: String,
    pub surface: Surface,
    pub lang: Lang,
    pub viewer: Named,
    /// The page's own view, for a form that is sent without a script.
    pub session: Uuid,
    /// What was wrong with the form that was sent without a script.
    pub flaws: Vec<crate::error::Flaw>,
    /// And what stood in it.
    pub given: Map<String, Value>,
    /// The query of the way here, for the way on without a script.
    pub carry: String,
}

impl Showing {
    pub fn say(&self, word: Word) -> &'static str {
        self.lang.say(word)
    }

    /// An author's text with the viewer in it.
    pub fn fill(&self, text: &str) -> String {
        text::fill(text, &self.viewer)
    }

    /// An id of an element within this face.
    pub fn part(&self, name: &str) -> String {
        format!("{name}-{}", self.id.simple())
    }

    /// Where a form or poll is sent without a script.
    pub fn answer_path(&self) -> String {
        let path = format!("/video/answer/{}/{}", self.token, self.id);
        match (self.surface, self.carry.as_str()) {
            (Surface::Play, "") => path,
            (Surface::Play, carry) => format!("{path}?{carry}"),
            (Surface::Embed, "") => format!("{path}?embed=1"),
            (Surface::Embed, carry) => format!("{path}?embed=1&{carry}"),
        }
    }

    /// The page without this interaction, for those without a script.
    pub fn skip_path(&self) -> String {
        let carry = if self.carry.is_empty() { String::new() } else { format!("{}&", self.carry) };
        format!("/video/{}/{}?{carry}skip={}", self.surface.as_str(), self.token, self.id)
    }

    /// A picture of the author's, from our own store.
    pub fn picture(&self, image: &Image, class: &'static str) -> impl IntoView + use<> {
        let src = image.path(&self.media)?;
        Some(view! { <img class=class src=src alt=self.fill(&image.alt) loading="lazy" decoding="async" /> })
    }

    /// What a viewer presses to act: a link that leads somewhere, or a button that seeks. `card` is its
    /// place on an end screen, `event` what the embedding page hears.
    pub fn acts(
        &self,
        action: &Action,
        card: Option<usize>,
        (class, event): (&'static str, &'static str),
        label: String,
        inside: AnyView,
    ) -> AnyView {
        match action.href(self, card) {
            Some((href, new_tab)) => {
                let target = match (new_tab, self.surface) {
                    (true, _) => "_blank",
                    // Another video plays in the same frame; everything else takes the whole page's place.
                    (false, Surface::Embed) if matches!(action, Action::PlayVideo { .. }) => "_self",
                    (false, _) => "_top",
                };
                view! {
                    <a class=class href=href target=target rel="noopener nofollow" data-act=event data-card=card.map(|card| card.to_string()) data-label=label>
                        {inside}
                    </a>
                }
                .into_any()
            }
            None => {
                let seek = action.seek_ms();
                view! {
                    <button type="button" class=class data-act=event data-card=card.map(|card| card.to_string()) data-label=label data-seek=seek>
                        {inside}
                    </button>
                }
                .into_any()
            }
        }
    }
}

/// A sign of one path on the grid of 24.
pub fn sign(path: &'static str) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=path /></svg> }
}
