//! One of several: native radio buttons, which every keyboard and screen reader knows.

use leptos::prelude::*;

/// A list of names, one of them chosen; `choose` gets the place of another.
pub fn choices(offered: Vec<(String, bool)>, choose: impl Fn(usize) + Copy + 'static) -> impl IntoView {
    let rows = offered.into_iter().enumerate().map(move |(place, (name, chosen))| {
        view! {
            <label class="row choice">
                <input type="radio" name="cue-choice" prop:checked=chosen on:change=move |_| choose(place) />
                <span>{name}</span>
            </label>
        }
    });
    rows.collect_view()
}
