//! How the talk answers: with a page, a piece of one, or JSON; and what it says when something is wrong.

use super::door::Door;
use crate::{
    api::fields::{Fields, Format},
    page,
    reply::Reply,
    talk::{wish::Wrong, write::Refused},
};
use app::{
    error::ApiError,
    talk::form::{Aim, Draft},
    words::{Lang, Word},
};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use uuid::Uuid;

/// What a request wants back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// A browser that goes there.
    Page,
    /// A script of ours that puts HTML into its page.
    Fragment,
    Json,
}

impl Asks {
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts = text(header::ACCEPT.as_str());
        let goes = text("sec-fetch-mode") == "navigate";
        let has_form = Format::of(headers) == Some(Format::Form);
        match accepts.contains("text/html") && !accepts.contains("application/json") {
            true if goes || has_form => Asks::Page,
            true => Asks::Fragment,
            // A form from a client that does not say what it reads is a form of a browser without scripts.
            false if has_form && !accepts.contains("json") => Asks::Page,
            false => Asks::Json,
        }
    }
}

/// Why nothing was done.
#[derive(Debug)]
pub enum Problem {
    Wrong(Vec<Wrong>),
    /// Seconds until it may be tried again.
    TooFast(u32),
    Off(Word),
    NotYours,
    Unknown,
    /// All that one viewer may leave.
    Enough,
    Other(ApiError),
}

/// Seconds after which a viewer is another one, by the day's salt.
const DAY: u32 = 86_400;

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self::Other(error)
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Wrong(wrong) => Self::Wrong(vec![wrong]),
            Refused::Unknown => Self::Unknown,
            Refused::NotYours => Self::NotYours,
            Refused::Enough => Self::Enough,
            Refused::Storage(error) => Self::Other(error),
        }
    }
}

impl Problem {
    /// The error that a client gets.
    pub fn told(self, lang: Lang) -> ApiError {
        match self {
            Problem::Wrong(wrong) => ApiError::flawed(wrong.iter().map(|wrong| wrong.flaw(lang)).collect()),
            Problem::TooFast(seconds) => ApiError::too_many(seconds, lang.with(Word::TooFast, &seconds.to_string())),
            Problem::Enough => ApiError::too_many(DAY, lang.say(Word::ReactedEnough)),
            Problem::Off(word) => ApiError::forbidden(lang.say(word)),
            Problem::NotYours => ApiError::forbidden(lang.say(Word::NotYours)),
            Problem::Unknown => ApiError::not_found("comment"),
            Problem::Other(error) => error,
        }
    }

    /// The error, or the page with what is wrong beside what was written. `edits`: the comment of the form.
    pub async fn answer(self, door: Door, asks: Asks, fields: &Fields, edits: Option<Uuid>) -> Result<Response, Reply> {
        let lang = door.asked.lang;
        if asks != Asks::Page {
            return Err(self.told(lang).into());
        }
        let wrong = match &self {
            Problem::Wrong(wrong) => wrong.iter().map(|wrong| (wrong.field, wrong.said(lang))).collect(),
            _ => Vec::new(),
        };
        let error = self.told(lang);
        let wrong = if wrong.is_empty() { vec![("form", error.message.clone())] } else { wrong };
        let text = |name: &str| fields.text(name).unwrap_or_default().to_owned();
        let parent = fields.text("parent").and_then(|id| id.parse().ok());
        let aim = match (edits, parent) {
            (Some(id), _) => Aim::Edit(id),
            (None, Some(id)) => Aim::Reply(id, String::new()),
            (None, None) => Aim::Comment,
        };
        let draft = Draft {
            aim,
            text: text("text"),
            name: text("name"),
            email: text("email"),
            time: text("time"),
            wrong,
            note: None,
        };
        let mut page = page::play_with(&door.state, door.token, door.asked, error.status, Some(draft)).await;
        if let Some(seconds) = error.retry_after {
            page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        Ok(page.into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn asks(pairs: &[(&'static str, &'static str)]) -> Asks {
        Asks::of(
            &pairs
                .iter()
                .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
                .collect(),
        )
    }

    #[test]
    fn a_form_gets_a_page_and_a_script_what_it_asks_for() {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let browser = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        assert_eq!(asks(&[form, browser]), Asks::Page);
        assert_eq!(asks(&[form]), Asks::Page);
        assert_eq!(asks(&[form, ("accept", "application/json")]), Asks::Json);
        assert_eq!(asks(&[("content-type", "application/json")]), Asks::Json);
        assert_eq!(asks(&[("accept", "text/html")]), Asks::Fragment);
        assert_eq!(asks(&[browser, ("sec-fetch-mode", "navigate")]), Asks::Page);
        assert_eq!(asks(&[("accept", "*/*")]), Asks::Json);
        assert_eq!(asks(&[]), Asks::Json);
    }
}
