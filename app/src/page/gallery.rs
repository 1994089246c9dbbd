//! Every kind of interaction in every layout and state, for people to look at.

use super::{Document, Frame};
use crate::{
    engage::Surface,
    error::Flaw,
    interaction::{Layout, Named, Showing, card, read},
    words::{Lang, Word},
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// One frame of the gallery.
struct Sample {
    title: &'static str,
    /// The definition, as its author writes it.
    definition: Value,
    flaws: Vec<Flaw>,
    narrow: bool,
}

fn sample(title: &'static str, kind: &str, layout: Value, spec: Value) -> Sample {
    let definition = json!({ "kind": kind, "at": { "s": 20 }, "layout": layout, "spec": spec });
    Sample { title, definition, flaws: Vec::new(), narrow: false }
}

/// The page, over the poster of the video of `token`.
#[component]
pub fn GalleryPage(frame: Frame, token: String) -> impl IntoView {
    let (lang, nonce, style) = (frame.lang, frame.nonce.clone(), frame.assets.style.clone());
    let poster = format!("/thumbnails/{token}.jpg");
    let frames = samples(lang).into_iter().enumerate().map(|(i, sample)| framed(sample, i, lang, &token, &poster));
    let frames = frames.collect_view();
    view! {
        <Document frame title="Interactions".to_owned() class="page">
            {style.map(|href| view! { <link rel="stylesheet" href=href /> })}
            <style nonce=nonce>{include_str!("../../../style/gallery.css")}</style>
            <main class="gallery">
                <h1>"Interactions"</h1>
                <p>"Every kind, layout and state, as viewers meet them. Each is shown with the definition that makes it."</p>
                {frames}
            </main>
        </Document>
    }
}

fn framed(sample: Sample, i: usize, lang: Lang, token: &str, poster: &str) -> AnyView {
    let Ok(interaction) = read::interaction(&sample.definition) else { return ().into_any() };
    let showing = Showing {
        // Each frame needs ids of its own.
        id: Uuid::from_u128(i as u128 + 1),
        video_id: 0,
        token: token.to_owned(),
        media: format!("/media/{token}/"),
        surface: Surface::Play,
        lang,
        viewer: Named { first_name: Some("Ada".into()), ..Named::default() },
        session: Uuid::nil(),
        flaws: sample.flaws,
        given: Map::new(),
        carry: Default::default(),
    };
    let (place, style) = interaction.layout.place();
    let modal = (interaction.layout == Layout::Modal).then_some("");
    let text = serde_json::to_string_pretty(&sample.definition).unwrap_or_default();
    let class = if sample.narrow { "sample narrow" } else { "sample" };
    view! {
        <section class=class>
            <h2>{sample.title}</h2>
            <div class="player live idle" data-modal=modal>
                <img src=poster.to_owned() alt="" />
                <div class="stage" style=style>{card(&interaction, &showing, Some(&format!("cue {place}")))}</div>
            </div>
            <details>
                <summary>"Definition"</summary>
                <pre tabindex="0">{text}</pre>
            </details>
        </section>
    }
    .into_any()
}

fn samples(lang: Lang) -> Vec<Sample> {
    let low = json!({ "overlay": { "x": 60, "y": 66, "w": 36, "h": 24 } });
    let link = json!({ "url": "https://example.com/demo" });
    let cta = json!({ "label": "Book a demo", "description": "15 minutes, no slides", "action": link });
    let poll = json!({ "question": "What would you use it for first?", "choices": ["Sales outreach", "Training", "Product tours"] });
    let form = json!({
        "title": "Stay in touch, {{viewer.first_name|friend}}",
        "description": "One letter a month.",
        "fields": [
            { "type": "email", "name": "email", "label": "E-mail", "required": true },
            { "type": "select", "name": "team", "label": "Team", "options": ["Up to ten", "More"] },
            { "type": "consent", "name": "consent", "label": "You may write to me.", "version": "v1", "required": true }
        ]
    });
    let cards = |n: usize| {
        let titles = [
            "Read the documentation",
            "Watch the tour again",
            "Embed it on a page",
            "Prices",
            "Customers",
            "Talk to us",
        ];
        let cards: Vec<Value> = titles[..n].iter().map(|title| json!({ "title": title, "action": link })).collect();
        json!({ "cards": cards })
    };
    let wrong = |sample: Sample| Sample {
        flaws: vec![Flaw::new("email", lang.say(Word::FieldEmail)), Flaw::new("consent", lang.say(Word::FieldMissing))],
        ..sample
    };
    let narrow = |sample: Sample| Sample { narrow: true, ..sample };
    let mut survey = poll.clone();
    survey["multiple"] = true.into();
    survey["mode"] = "survey".into();
    let waits = |mut sample: Sample| {
        sample.definition["skip"] = json!({ "after_s": 5, "label": "Not now" });
        sample.definition["gate"] = "soft".into();
        sample
    };
    let required = |mut sample: Sample| {
        sample.definition["gate"] = "required".into();
        sample
    };
    let top = json!({ "banner": { "edge": "top" } });
    let bottom = json!({ "banner": { "edge": "bottom" } });
    vec![
        sample(
            "Annotation, text",
            "annotation",
            json!({ "overlay": { "x": 6, "y": 12, "w": 34, "h": 10 } }),
            json!({ "text": "The part about reports", "seek_to_s": 48 }),
        ),
        sample(
            "Annotation, hotspot",
            "annotation",
            json!({ "overlay": { "x": 40, "y": 40, "w": 30, "h": 14 } }),
            json!({ "text": "Look here", "url": "https://example.com/", "hotspot": true }),
        ),
        sample("Call to action, overlay", "cta", low.clone(), cta.clone()),
        sample("Call to action, banner at the top", "cta", top, cta.clone()),
        sample("Call to action, banner at the bottom", "cta", bottom, cta.clone()),
        sample("Call to action, card", "cta", json!("card"), cta.clone()),
        narrow(sample("Call to action, narrow frame", "cta", low, cta)),
        waits(sample("Lead form, modal, to be skipped after a while", "lead_form", json!("modal"), form.clone())),
        required(wrong(sample("Lead form, required, with errors", "lead_form", json!("card"), form.clone()))),
        narrow(sample("Lead form, narrow frame", "lead_form", json!("modal"), form)),
        sample("Poll", "poll", json!("card"), poll.clone()),
        sample("Survey, several choices", "poll", json!("modal"), survey),
        narrow(sample("Poll, narrow frame", "poll", json!("card"), poll)),
        sample("End screen, six cards", "end_screen", json!("card"), cards(6)),
        sample("End screen, one card", "end_screen", json!("modal"), cards(1)),
        narrow(sample("End screen, narrow frame", "end_screen", json!("card"), cards(3))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_a_good_definition() {
        for sample in samples(Lang::En) {
            assert_eq!(read::interaction(&sample.definition).map(|_| ()), Ok(()), "{}", sample.title);
        }
    }
}
