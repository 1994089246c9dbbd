//! What comes in chunks of its own: menus, panels and dialogs above the frame.

use super::deck::{Deck, Open};
use leptos::{prelude::*, reactive::computed::ScopedFuture};
use std::{future::Future, pin::Pin};

/// A view on its way.
pub type Chunk = Pin<Box<dyn Future<Output = AnyView>>>;

/// Shows what a chunk brings, once it is there.
pub fn later(chunk: Chunk) -> impl IntoView {
    let body = RwSignal::new_local(None::<AnyView>);
    leptos::task::spawn_local(ScopedFuture::new(async move {
        let view = chunk.await;
        // It may have been closed while it was on its way.
        let _ = body.try_set(Some(view));
    }));
    move || {
        body.track();
        body.try_update_untracked(Option::take).flatten()
    }
}

#[component]
pub fn Floats(deck: Deck) -> impl IntoView {
    move || {
        let chunk: Chunk = match deck.opened() {
            Open::Nothing => return None,
            Open::Settings => Box::pin(super::menu::show(deck)),
            Open::Contents => Box::pin(super::contents::show(deck)),
            Open::Keys => Box::pin(super::help::show(deck)),
        };
        Some(later(chunk))
    }
}
