//! The card around a face: what it is called, and the ways to leave it.

use super::{Gate, Interaction, Layout, Showing, Spec, face::sign};
use crate::words::Word;
use leptos::prelude::*;

/// An interaction as it stands on the frame. One that stands in the page itself has the class of its
/// place (`in_page`), and can be left without a script.
pub fn card(interaction: &Interaction, showing: &Showing, in_page: Option<&str>) -> AnyView {
    let kind = interaction.spec.kind();
    let is_modal = interaction.layout == Layout::Modal;
    let is_dialog = matches!(interaction.layout, Layout::Modal | Layout::Card);
    let title = showing.fill(&kind.title());
    let skip = (interaction.skip.allowed && !interaction.is_required())
        .then(|| leave(interaction, showing, in_page.is_some()));
    view! {
        <section
            class=format!("{} cue-card of-{}", in_page.unwrap_or_default(), interaction.spec.name().replace('_', "-"))
            data-cue=interaction.id.to_string()
            data-kind=interaction.spec.name()
            role=is_dialog.then_some("dialog")
            aria-modal=is_modal.then_some("true")
            aria-label=is_dialog.then_some(title)
            tabindex=is_dialog.then_some("-1")
            data-not-sent=showing.say(Word::NotSent)
        >
            {kind.face(showing)}
            {skip}
        </section>
    }
    .into_any()
}

/// A word where something waits for an answer, a cross where nothing does.
fn leave(interaction: &Interaction, showing: &Showing, in_page: bool) -> AnyView {
    let asks = matches!(interaction.spec, Spec::LeadForm(_) | Spec::Poll(_)) || interaction.gate != Gate::None;
    let after = interaction.skip.after_s as i64;
    let wait = (after > 0).then(|| showing.say(Word::SkipIn));
    let after = (after > 0).then(|| after.to_string());
    if asks || wait.is_some() || interaction.skip.label.is_some() {
        let label = interaction.skip.label.as_deref();
        let label = label.map_or_else(|| showing.say(Word::Skip).to_owned(), |label| showing.fill(label));
        if in_page && after.is_none() {
            let href = showing.skip_path();
            return view! { <a class="button quiet cue-skip" href=href rel="nofollow" data-skip="">{label}</a> }
                .into_any();
        }
        view! { <button type="button" class="button quiet cue-skip" data-skip="" data-after=after data-wait=wait>{label}</button> }.into_any()
    } else {
        view! {
            <button type="button" class="cue-close" data-skip="" aria-label=showing.say(Word::Close)>
                {sign("M6 6l12 12M18 6L6 18")}
            </button>
        }
        .into_any()
    }
}
