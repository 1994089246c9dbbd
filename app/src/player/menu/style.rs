//! How captions look: the viewer's choice, kept for all videos of this site.

use super::keep;
use crate::{
    player::{deck::Deck, memory::recall, speech::percent},
    words::Word,
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

const FONTS: [(Word, &str); 4] = [
    (Word::SansSerif, "var(--cue-font)"),
    (Word::Serif, "Georgia,\"Times New Roman\",\"Noto Serif\",serif"),
    (Word::Monospace, "ui-monospace,Menlo,Consolas,\"DejaVu Sans Mono\",monospace"),
    (Word::Casual, "\"Comic Sans MS\",\"Comic Neue\",\"Segoe Print\",cursive"),
];
const SIZES: [i32; 6] = [50, 75, 100, 150, 200, 300];
const COLOURS: [(Word, &str); 8] = [
    (Word::White, "255 255 255"),
    (Word::Yellow, "255 255 0"),
    (Word::Green, "0 255 0"),
    (Word::Cyan, "0 255 255"),
    (Word::Blue, "51 102 255"),
    (Word::Magenta, "255 0 255"),
    (Word::Red, "255 51 51"),
    (Word::Black, "0 0 0"),
];
const DENSITIES: [(Word, &str); 3] = [(Word::Solid, "1"), (Word::HalfClear, "0.5"), (Word::Clear, "0")];
const EDGES: [(Word, &str); 4] = [
    (Word::NoEdge, "none"),
    (Word::Shadow, "0 2px 4px #000,0 0 2px #000"),
    (Word::Outline, "-1px -1px 0 #000,1px -1px 0 #000,-1px 1px 0 #000,1px 1px 0 #000"),
    (Word::Raised, "1px 1px 0 #444,2px 2px 0 #222,3px 3px 0 #000"),
];

/// Font, size, colour, background, its density, edge: what is chosen before anyone chooses.
const USUAL: [usize; 6] = [0, 2, 0, 7, 0, 0];

fn chosen() -> [usize; 6] {
    let mut places = USUAL;
    let kept = recall("captions-choices").unwrap_or_default();
    for (place, text) in places.iter_mut().zip(kept.split(',')) {
        *place = text.parse().unwrap_or(*place);
    }
    places
}

/// The custom properties of the captions' place.
fn css(places: [usize; 6]) -> String {
    fn of<T: Copy>(all: &[T], place: usize) -> T {
        all[place.min(all.len() - 1)]
    }
    let [font, size, colour, ground, density, edge] = places;
    format!(
        "--caption-font:{};--caption-size:calc({} / 100);--caption-colour:rgb({});--caption-ground:rgb({} / {});--caption-edge:{}",
        of(&FONTS, font).1,
        of(&SIZES, size),
        of(&COLOURS, colour).1,
        of(&COLOURS, ground).1,
        of(&DENSITIES, density).1,
        of(&EDGES, edge).1
    )
}

pub fn form(deck: Deck) -> impl IntoView {
    let places = RwSignal::new(chosen());
    let apply = move |now: [usize; 6]| {
        places.set(now);
        let text = css(now);
        keep("captions-choices", &now.map(|place| place.to_string()).join(","));
        keep("captions-style", &text);
        let captions = deck.player.elements().and_then(|(root, _)| root.query_selector(".captions").ok()?);
        if let Some(style) = captions.map(|captions| captions.unchecked_into::<HtmlElement>().style()) {
            // How high they stand is not a matter of taste. The style of an element that exists can be set.
            let low = style.get_property_value("--low").unwrap_or_default();
            style.set_css_text(&text);
            let _ = style.set_property("--low", &low);
        }
    };
    let names = |all: &[(Word, &str)]| all.iter().map(|(word, _)| deck.say(*word)).collect::<Vec<_>>();
    let sizes = SIZES.map(|size| percent(f64::from(size) / 100.0)).to_vec();
    let fields = [
        (Word::Font, names(&FONTS)),
        (Word::Size, sizes),
        (Word::Colour, names(&COLOURS)),
        (Word::Background, names(&COLOURS)),
        (Word::HalfClear, names(&DENSITIES)),
        (Word::Edge, names(&EDGES)),
    ];
    let rows = fields.into_iter().enumerate().map(move |(field, (label, names))| {
        let choose = move |event| {
            let mut now = places.get_untracked();
            now[field] = event_target_value(&event).parse().unwrap_or(USUAL[field]);
            apply(now);
        };
        // The density belongs to the background above it.
        let label = match label {
            Word::HalfClear => [deck.say(Word::Background), " %".to_owned()].concat(),
            label => deck.say(label),
        };
        let options = names.into_iter().enumerate().map(move |(place, name)| {
            view! { <option value=place prop:selected=move || places.get()[field] == place>{name}</option> }
        });
        view! {
            <label class="row field">
                <span>{label}</span>
                <select on:change=choose>{options.collect_view()}</select>
            </label>
        }
    });
    view! {
        {rows.collect_view()}
        <button type="button" class="row" on:click=move |_| apply(USUAL)><span>{deck.say(Word::Reset)}</span></button>
    }
}
