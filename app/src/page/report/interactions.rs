//! What viewers did with each interaction; answers as bars.

use super::Spoken;
use crate::{player::clock, words::Word};
use leptos::prelude::*;

/// What became of an interaction.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The wire's name of its kind.
    pub kind: String,
    /// None for one that is no longer on the timeline.
    pub title: Option<String>,
    pub at_ms: Option<i64>,
    pub impressions: i64,
    pub answers: i64,
    pub skips: i64,
    /// Percent of the impressions that answered.
    pub rate: f64,
    pub parts: Vec<Part>,
}

/// A choice, or a card.
#[derive(Clone, Debug)]
pub struct Part {
    pub text: Option<String>,
    pub answers: i64,
    pub percent: f64,
    pub correct: Option<bool>,
}

impl Outcome {
    /// What it is called: its title, else its kind.
    pub fn name(&self, spoken: Spoken) -> String {
        self.title.clone().unwrap_or_else(|| self.kind_name(spoken).to_owned())
    }

    fn kind_name(&self, spoken: Spoken) -> &'static str {
        spoken.say(match self.kind.as_str() {
            "annotation" => Word::Annotation,
            "cta" => Word::CallToAction,
            "lead_form" => Word::KindForm,
            "poll" => Word::KindPoll,
            "end_screen" => Word::KindEndScreen,
            _ => Word::Interactions,
        })
    }
}

pub fn list(outcomes: &[Outcome], spoken: Spoken) -> AnyView {
    view! { <ol class="outcomes">{outcomes.iter().map(|one| item(one, spoken)).collect_view()}</ol> }.into_any()
}

fn item(one: &Outcome, spoken: Spoken) -> AnyView {
    let figures = [
        (Word::Shown, spoken.n(one.impressions)),
        (Word::Answers, spoken.n(one.answers)),
        (Word::Skipped, spoken.n(one.skips)),
        (Word::Answered, spoken.percent(one.rate)),
    ];
    let figures = figures.into_iter().map(|(word, value)| {
        view! { <div><dt>{spoken.say(word)}</dt><dd>{value}</dd></div> }
    });
    let at = match one.at_ms {
        Some(at) => clock(at),
        None => spoken.say(Word::NoLongerThere).to_owned(),
    };
    let parts = (!one.parts.is_empty()).then(|| {
        let rows =
            one.parts.iter().map(|part| bar(part.text.clone(), part.correct, part.answers, part.percent, spoken));
        view! { <ul class="bars">{rows.collect_view()}</ul> }
    });
    view! {
        <li class="outcome">
            <div class="outcome-head">
                <p class="outcome-kind">{one.kind_name(spoken)}<span>{at}</span></p>
                <h3 dir="auto">{one.name(spoken)}</h3>
            </div>
            <dl class="outcome-figures">{figures.collect_view()}</dl>
            {parts}
        </li>
    }
    .into_any()
}

/// A line of a list with its share as a bar behind it.
pub fn bar(text: Option<String>, correct: Option<bool>, n: i64, percent: f64, spoken: Spoken) -> AnyView {
    let text = text.unwrap_or_else(|| spoken.say(Word::NotTold).to_owned());
    let right = (correct == Some(true)).then(|| view! { <span class="right">{spoken.say(Word::Right)}</span> });
    view! {
        <li class="bar">
            <span class="bar-text"><bdi>{text}</bdi>{right}</span>
            <span class="bar-n">{spoken.n(n)}</span>
            <span class="bar-share">{spoken.percent(percent)}</span>
            <i aria-hidden="true"><b style=format!("width:{:.1}%", percent.clamp(0.0, 100.0))></b></i>
        </li>
    }
    .into_any()
}
