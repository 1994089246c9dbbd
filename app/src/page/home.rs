//! What stands at the root: a word on what this is.

use super::{Document, Frame};
use crate::words::Word;
use leptos::prelude::*;

#[component]
pub fn HomePage(frame: Frame) -> impl IntoView {
    let lang = frame.lang;
    view! {
        <Document frame title="Cuepoint".to_owned() class="page closed">
            <main class="notice">
                <svg class="notice-mark" viewBox="0 0 48 48" aria-hidden="true">
                    <rect x="5" y="10" width="38" height="28" rx="6" />
                    <path d="M21 19l8 5-8 5z" />
                </svg>
                <h1>{lang.with(Word::HomeTitle, "Cuepoint")}</h1>
                <p>{lang.say(Word::HomeAdvice)}</p>
            </main>
        </Document>
    }
}
