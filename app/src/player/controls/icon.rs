//! One family of icons on a 24 grid, drawn with strokes of 1.75 and round caps.

use leptos::prelude::*;

pub const PLAY: &str = "M8 5.5v13l10.5-6.5z";
pub const PAUSE: &str = "M8.5 5.5v13M15.5 5.5v13";
pub const AGAIN: &str = "M5 12a7 7 0 1 0 2.3-5.2M5 4.5v4h4";
pub const LOUD: &str = "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11";
pub const SILENT: &str = "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l5 5M21 9.5l-5 5";
pub const CAPTIONS: &str = "M5.5 5h13a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM10.5 10.5a2 2 0 1 0 0 3M17 10.5a2 2 0 1 0 0 3";
pub const DESCRIBED: &str = "M3 17.5L7 6.5l4 11M4.5 14h5M13 6.5v11h2a5.5 5.5 0 0 0 0-11zM21.5 8.5a6 6 0 0 1 0 7";
pub const CONTENTS: &str = "M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01";
pub const SETTINGS: &str = "M4 7.5h9M17.5 7.5H20M4 16.5h2.5M11 16.5h9M15.2 5.2a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6zM8.8 14.2a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6z";
pub const PICTURE: &str =
    "M5.5 5h13a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM12.5 12.5h5v3.5h-5z";
pub const DEVICE: &str =
    "M7 16.5H5.5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2h13a2 2 0 0 1 2 2v7.5a2 2 0 0 1-2 2H17M12 14.5l4.5 5h-9z";
pub const GROW: &str = "M4.5 9V4.5H9M15 4.5h4.5V9M19.5 15v4.5H15M9 19.5H4.5V15";
pub const SHRINK: &str = "M9 4.5V9H4.5M19.5 9H15V4.5M15 19.5V15h4.5M4.5 15H9v4.5";
pub const CLOSE: &str = "M6 6l12 12M18 6L6 18";
pub const BACK: &str = "M14.5 6l-6 6 6 6";
pub const ON: &str = "M9.5 6l6 6-6 6";

/// A path that may change.
pub type Path = Box<dyn Fn() -> &'static str + Send>;

pub fn icon(path: Path) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=path />
        </svg>
    }
}

/// One that stays as it is.
pub fn still(path: &'static str) -> impl IntoView {
    icon(Box::new(move || path))
}
