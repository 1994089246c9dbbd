//! Pages that say why there is no video here, and what to do.

use super::{Document, Frame};
use crate::words::{Lang, Word};
use leptos::prelude::*;

/// Why a video can't be watched here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// No video has this address.
    Unknown,
    /// It was there, and is no longer.
    Gone,
    /// It may not be framed by this site; it can be watched under the given address, if any.
    NotHere(Option<String>),
    /// It is being prepared, and so far, in percent; the page looks again by itself.
    Processing(Option<i64>),
    /// It could not be prepared, for this reason: one of the names on the wire, or a sentence.
    Failed(String),
    /// It needs its password, which a form asks for at this address; with what was wrong with the last one.
    Locked { action: String, said: Option<String>, status: u16 },
    /// It is for certain people.
    ForSome,
    /// The link does not open the upload page.
    NoUpload,
    /// The link does not open the report.
    NoReport,
    /// Our fault, and over soon.
    Unwell,
}

/// A padlock.
const LOCK: &str = "M19 23.5h10v7H19zM21 23.5v-3a3 3 0 0 1 6 0v3";
/// Seconds between two looks at a video that is being prepared.
const LOOK_AGAIN: &str = "5";

impl Closed {
    pub fn status(&self) -> u16 {
        match self {
            Closed::Unknown => 404,
            Closed::Gone => 410,
            Closed::NotHere(_) | Closed::ForSome | Closed::NoReport | Closed::NoUpload => 403,
            Closed::Locked { status, .. } => *status,
            Closed::Processing(_) | Closed::Failed(_) => 200,
            Closed::Unwell => 503,
        }
    }

    fn title(&self) -> Word {
        match self {
            Closed::Unknown => Word::UnknownTitle,
            Closed::Gone => Word::GoneTitle,
            Closed::NotHere(_) => Word::NotHereTitle,
            Closed::Locked { .. } => Word::LockedTitle,
            Closed::ForSome => Word::ForSomeTitle,
            Closed::Processing(_) => Word::ProcessingTitle,
            Closed::Failed(_) => Word::FailedTitle,
            Closed::NoReport => Word::ReportClosedTitle,
            Closed::NoUpload => Word::UploadClosedTitle,
            Closed::Unwell => Word::UnwellTitle,
        }
    }

    fn advice(&self, lang: Lang) -> String {
        let word = match self {
            Closed::Unknown => Word::UnknownAdvice,
            Closed::Gone => Word::GoneAdvice,
            Closed::NotHere(_) => Word::NotHereAdvice,
            Closed::Locked { .. } => Word::LockedAdvice,
            Closed::ForSome => Word::ForSomeAdvice,
            Closed::Processing(_) => Word::ProcessingAdvice,
            Closed::Failed(reason) => match failed(reason) {
                Some(word) => word,
                None => return reason.clone(),
            },
            Closed::NoReport | Closed::NoUpload => Word::ReportClosedAdvice,
            Closed::Unwell => Word::UnwellAdvice,
        };
        lang.say(word).to_owned()
    }

    /// The name of the error that an embedding page gets from the SDK.
    fn error(&self) -> &'static str {
        match self {
            Closed::Unknown | Closed::Gone => "NotFoundError",
            Closed::Locked { .. } => "PasswordError",
            Closed::NotHere(_) | Closed::ForSome | Closed::NoReport | Closed::NoUpload => "PrivacyError",
            Closed::Processing(_) | Closed::Failed(_) | Closed::Unwell => "UnavailableError",
        }
    }
}

/// What viewers are told of a reason that has a name.
fn failed(reason: &str) -> Option<Word> {
    Some(match reason {
        "INVALID_URL" | "UNREACHABLE_URL" => Word::FailedReach,
        "UNAUTHORIZED" => Word::FailedRights,
        "NETWORK_ERROR" => Word::FailedBroke,
        "FILE_TOO_LARGE" => Word::FailedLarge,
        "UNSUPPORTED_FORMAT" => Word::FailedKind,
        "PREPROCESS_FAILED" => Word::FailedMaking,
        "CANCELLED" => Word::FailedStopped,
        _ => return None,
    })
}

/// Tells the page around the frame what is wrong, once it has said hello.
fn script(closed: &Closed, lang: Lang) -> String {
    // A sentence of ours as a string of script; `<` could end the element.
    let message = serde_json::to_string(lang.say(closed.title())).unwrap_or_default().replace('<', "\\u003c");
    let name = closed.error();
    format!(
        "addEventListener('message',e=>{{if(e.source===parent&&e.data&&e.data.context==='cuepoint'&&e.ports[0])\
         e.ports[0].postMessage({{event:'error',detail:{{name:'{name}',message:{message}}}}})}})"
    )
}

/// The form for a password; it needs no script.
fn unlock(lang: Lang, action: String, said: Option<String>) -> impl IntoView {
    let is_wrong = said.is_some();
    view! {
        <form class="unlock" method="post" action=action>
            <label for="password">{lang.say(Word::Password)}</label>
            <input
                id="password"
                type="password"
                name="password"
                required
                maxlength="256"
                autocomplete="current-password"
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=is_wrong.then_some("unlock-said")
            />
            {said.map(|said| view! { <p id="unlock-said" class="unlock-said" role="alert">{said}</p> })}
            <button class="button">{lang.say(Word::Unlock)}</button>
        </form>
    }
}

/// `embedded`: it stands in a frame, around which there is a page with a main part of its own.
#[component]
pub fn ClosedPage(frame: Frame, closed: Closed, embedded: bool) -> impl IntoView {
    let lang = frame.lang;
    let (title, advice) = (lang.say(closed.title()), closed.advice(lang));
    let (script, nonce) = (script(&closed, lang), frame.nonce.clone());
    let waiting = matches!(closed, Closed::Processing(_));
    let mark = match closed {
        Closed::Locked { .. } | Closed::ForSome => LOCK,
        _ => "M21 19l8 5-8 5z",
    };
    let progress = match closed {
        Closed::Processing(Some(percent)) => Some((percent, lang.with(Word::Percented, &percent.to_string()))),
        _ => None,
    };
    let (elsewhere, form) = match closed {
        Closed::NotHere(address) => (address, None),
        Closed::Locked { action, said, .. } => (None, Some(unlock(lang, action, said))),
        _ => (None, None),
    };
    let notice = view! {
        <svg class="notice-mark" viewBox="0 0 48 48" aria-hidden="true">
            <rect class="notice-frame" x="5" y="10" width="38" height="28" rx="6" />
            <path d=mark />
        </svg>
        <h1>{title}</h1>
        <p>{advice}</p>
        {progress.map(|(percent, said)| view! {
            <p><progress max="100" value=percent.to_string() aria-label=said>{format!("{percent} %")}</progress></p>
        })}
        {form}
        {elsewhere.map(|href| view! {
            <a class="button" href=href target="_blank" rel="noopener">{lang.say(Word::WatchThere)}</a>
        })}
    };
    let notice = match embedded {
        true => view! { <section class="notice" aria-label=title>{notice}</section> }.into_any(),
        false => view! { <main class="notice">{notice}</main> }.into_any(),
    };
    view! {
        <Document frame title=title.to_owned() class="page closed">
            <script nonce=nonce>{script}</script>
            {waiting.then(|| view! { <meta http-equiv="refresh" content=LOOK_AGAIN /> })}
            {notice}
        </Document>
    }
}
