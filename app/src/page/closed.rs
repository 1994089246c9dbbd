//! Pages that say why there is no video here, and what to do.

use super::{Document, Frame};
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
    /// It is being prepared; the page looks again by itself.
    Processing,
    /// It could not be prepared, for this reason.
    Failed(String),
    /// Our fault, and over soon.
    Unwell,
}

/// Seconds between two looks at a video that is being prepared.
const LOOK_AGAIN: &str = "5";

impl Closed {
    pub fn status(&self) -> u16 {
        match self {
            Closed::Unknown => 404,
            Closed::Gone => 410,
            Closed::NotHere(_) => 403,
            Closed::Processing | Closed::Failed(_) => 200,
            Closed::Unwell => 503,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Closed::Unknown => "There is no video here",
            Closed::Gone => "This video is no longer available",
            Closed::NotHere(_) => "This video can't be shown on this site",
            Closed::Processing => "This video is being prepared",
            Closed::Failed(_) => "This video could not be prepared",
            Closed::Unwell => "Something went wrong on our side",
        }
    }

    fn advice(&self) -> String {
        match self {
            Closed::Unknown => "The address may have been cut off. Ask the person who sent it for a new link.".into(),
            Closed::Gone => "Its owner has taken it down, or its time has run out.".into(),
            Closed::NotHere(_) => "Its owner has chosen where it may be embedded.".into(),
            Closed::Processing => "It will start to play here in a moment.".into(),
            Closed::Failed(reason) => reason.clone(),
            Closed::Unwell => "Try again in a moment.".into(),
        }
    }
}

#[component]
pub fn ClosedPage(frame: Frame, closed: Closed) -> impl IntoView {
    let (title, advice) = (closed.title(), closed.advice());
    let waiting = closed == Closed::Processing;
    let elsewhere = match closed {
        Closed::NotHere(address) => address,
        Closed::Unknown | Closed::Gone | Closed::Processing | Closed::Failed(_) | Closed::Unwell => None,
    };
    view! {
        <Document frame title=title.to_owned() class="page closed">
            {waiting.then(|| view! { <meta http-equiv="refresh" content=LOOK_AGAIN /> })}
            <main class="notice">
                <svg class="notice-mark" viewBox="0 0 48 48" aria-hidden="true">
                    <rect class="empty" x="5" y="10" width="38" height="28" rx="6" />
                    <path d="M21 19l8 5-8 5z" />
                </svg>
                <h1>{title}</h1>
                <p>{advice}</p>
                {elsewhere.map(|href| view! {
                    <a class="button" href=href target="_blank" rel="noopener">"Watch it on its own page"</a>
                })}
            </main>
        </Document>
    }
}
