//! One family of icons on a 24 grid, drawn with strokes of 1.75 and round caps.

use leptos::prelude::*;

pub const PLAY: &str = "M8 5.5v13l10.5-6.5z";
pub const PAUSE: &str = "M8.5 5.5v13M15.5 5.5v13";
pub const LOUD: &str = "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11";
pub const SILENT: &str = "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l5 5M21 9.5l-5 5";
pub const CAPTIONS: &str = "M5.5 5h13a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM10.5 10.5a2 2 0 1 0 0 3M17 10.5a2 2 0 1 0 0 3";
pub const GROW: &str = "M4.5 9V4.5H9M15 4.5h4.5V9M19.5 15v4.5H15M9 19.5H4.5V15";
pub const SHRINK: &str = "M9 4.5V9H4.5M19.5 9H15V4.5M15 19.5V15h4.5M4.5 15H9v4.5";

#[component]
pub fn Icon(path: impl Fn() -> &'static str + Copy + Send + 'static) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=path />
        </svg>
    }
}
