//! What stands at the root: a word on what this is.

use super::{Document, Frame};
use leptos::prelude::*;

#[component]
pub fn HomePage(frame: Frame) -> impl IntoView {
    view! {
        <Document frame title="Cuepoint".to_owned() class="page closed">
            <main class="notice">
                <svg class="notice-mark" viewBox="0 0 48 48" aria-hidden="true">
                    <rect x="5" y="10" width="38" height="28" rx="6" />
                    <path d="M21 19l8 5-8 5z" />
                </svg>
                <h1>"Cuepoint is running"</h1>
                <p>"Videos play under the links that their owners share. There is nothing to see at this address."</p>
            </main>
        </Document>
    }
}
