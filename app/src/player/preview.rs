//! What the scrubber shows under the pointer: the picture there, its chapter and time.

use super::{
    chapters::{self, cues, when_loaded},
    deck::Deck,
    media::ms,
    speech::clock,
};
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, PointerEvent, TextTrackKind};

/// A piece of a sprite.
#[derive(Clone, Debug, PartialEq)]
struct Tile {
    from: i64,
    style: String,
}

/// `x` is where the pointer was when this was asked for.
#[lazy]
pub async fn show(deck: Deck, x: i32) -> AnyView {
    let (tiles, at) = (RwSignal::new(Vec::<Tile>::new()), RwSignal::new(-1_i64));
    load(deck, tiles);
    let place = NodeRef::<html::Div>::new();
    Effect::new(move || {
        if let Some(range) = place.get().and_then(|place| place.closest(".scrubber").ok()?) {
            follow(&range, deck, at);
            if range.matches(":hover").unwrap_or(false) {
                at.set(under(&range, deck, x));
            }
        }
    });
    let picture = move || {
        let t = at.get();
        tiles.with(|tiles| tiles.iter().rfind(|tile| tile.from <= t).map(|tile| tile.style.clone()))
    };
    let chapter = move || {
        let t = at.get();
        deck.media.chapters.with(|all| chapters::at(all, t).map(|place| all[place].title.clone()))
    };
    let style = move || format!("--at:{}", at.get().max(0) * 10_000 / deck.media.duration.get().max(1));
    let class = move || if at.get() >= 0 { "preview seen" } else { "preview" };
    view! {
        <div class=class style=style node_ref=place aria-hidden="true">
            {move || picture().map(|style| view! { <i class="preview-picture" style=style></i> })}
            <span class="preview-chapter">{chapter}</span>
            <span class="preview-time">{move || clock(at.get())}</span>
        </div>
    }
    .into_any()
}

/// Sets `at` to the time under the pointer, -1 when it is elsewhere.
fn follow(range: &Element, deck: Deck, at: RwSignal<i64>) {
    let of = range.clone();
    let over = Closure::<dyn Fn(PointerEvent)>::new(move |event: PointerEvent| {
        at.set(under(&of, deck, event.client_x()));
    });
    let away = Closure::<dyn Fn()>::new(move || at.set(-1));
    for (name, heard) in [
        ("pointermove", over.as_ref()),
        ("pointerdown", over.as_ref()),
        ("pointerleave", away.as_ref()),
        ("pointercancel", away.as_ref()),
    ] {
        // Listening to an element that exists can't fail.
        let _ = range.add_event_listener_with_callback(name, heard.unchecked_ref());
    }
    let late = range.clone();
    // A finger that lets go leaves nothing behind; a mouse is still there.
    let up = Closure::<dyn Fn(PointerEvent)>::new(move |event: PointerEvent| {
        if event.pointer_type() == "touch" || !late.is_connected() {
            at.set(-1);
        }
    });
    let _ = range.add_event_listener_with_callback("pointerup", up.as_ref().unchecked_ref());
    over.forget();
    away.forget();
    up.forget();
}

/// The time under a horizontal position of the window.
fn under(range: &Element, deck: Deck, x: i32) -> i64 {
    let bounds = range.get_bounding_client_rect();
    // The thumb's middle runs from half its width to half its width before the end.
    let (half, x) = (THUMB / 2.0, f64::from(x) - bounds.left());
    let share = ((x - half) / (bounds.width() - THUMB).max(1.0)).clamp(0.0, 1.0);
    (share * deck.media.duration.get_untracked() as f64) as i64
}

/// The width of the scrubber's thumb in pixels, as the style sheet draws it.
const THUMB: f64 = 14.0;

/// Reads the storyboard: cues whose text is `sprite.jpg#xywh=x,y,w,h`, next to the file itself.
fn load(deck: Deck, tiles: RwSignal<Vec<Tile>>) {
    let Some((_, video)) = deck.player.elements() else { return };
    let Some(track) = chapters::track(&video, TextTrackKind::Metadata) else { return };
    let source = video.query_selector("track[kind=metadata]").ok().flatten();
    let source = source.and_then(|element| element.get_attribute("src")).unwrap_or_default();
    let folder = source.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    when_loaded(&video, &track, move |track| {
        let read = cues(track)
            .into_iter()
            .filter_map(|cue| Some(Tile { from: ms(cue.start_time()), style: tile(&folder, cue.text().trim())? }));
        tiles.set(read.collect());
    });
}

/// The inline style that shows one tile.
fn tile(folder: &str, text: &str) -> Option<String> {
    let (file, place) = text.split_once("#xywh=")?;
    let mut numbers = place.split(',').map(|n| n.parse::<u32>().ok());
    let mut next = || numbers.next().flatten();
    let (x, y, w, h) = (next()?, next()?, next()?, next()?);
    let plain = file.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    plain.then(|| format!("width:{w}px;height:{h}px;background:url({folder}/{file}) -{x}px -{y}px"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_is_a_piece_of_a_sprite_beside_the_storyboard() {
        let style = tile("/media/abc", "storyboard-1.jpg#xywh=160,90,160,90");
        assert_eq!(
            style.as_deref(),
            Some("width:160px;height:90px;background:url(/media/abc/storyboard-1.jpg) -160px -90px")
        );
        for wrong in ["storyboard-1.jpg", "a b.jpg#xywh=0,0,1,1", "../x.jpg)#xywh=0,0,1,1", "x.jpg#xywh=0,0,1"] {
            assert_eq!(tile("/media/abc", wrong), None, "{wrong}");
        }
    }
}
