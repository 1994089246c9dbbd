//! What the pages of the documentation have in common.

use leptos::prelude::*;

const PAGES: &[(&str, &str)] =
    &[("/docs/api", "API"), ("/docs/webhooks", "Webhooks"), ("/docs/metrics", "Figures"), ("/sdk", "Embedding")];

/// The mark, and the way to the other pages. `here` is the address of this one.
pub fn top(here: &'static str) -> impl IntoView {
    view! {
        <div class="docs-top">
            <p class="docs-brand">
                <svg viewBox="0 0 48 48" aria-hidden="true">
                    <rect x="5" y="10" width="38" height="28" rx="6" />
                    <path d="M21 19l8 5-8 5z" />
                </svg>
                "Cuepoint"
            </p>
            <nav aria-label="Documentation">
                <ul>
                    {PAGES.iter().map(|(path, name)| view! {
                        <li><a href=*path aria-current=(*path == here).then_some("page")>{*name}</a></li>
                    }).collect_view()}
                </ul>
            </nav>
        </div>
    }
}
