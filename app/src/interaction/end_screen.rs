//! An end screen: cards that lead on, and the way back to the start.

use super::{Action, Image, Kind, Showing, face::sign, text};
use crate::{
    error::Flaw,
    words::{Lang, Word},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EndScreen {
    #[schemars(length(min = 1, max = CARDS))]
    pub cards: Vec<Card>,
    /// A button that plays the video again.
    #[serde(default = "yes")]
    pub replay: bool,
    /// The first card opens by itself after this many seconds, unless the viewer stops it.
    #[serde(default)]
    #[schemars(range(min = 3, max = 60))]
    pub next_after_s: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Card {
    #[schemars(length(min = 1, max = TITLE))]
    pub title: String,
    #[serde(default)]
    pub image: Option<Image>,
    pub action: Action,
}

fn yes() -> bool {
    true
}

/// The longest title, in characters, and the most cards.
const TITLE: usize = 100;
const CARDS: usize = 6;

impl EndScreen {
    fn picked(&self, answer: &Value) -> Option<(usize, &Card)> {
        let place = usize::try_from(answer.get("card")?.as_u64()?).ok()?;
        Some((place, self.cards.get(place)?))
    }
}

impl Kind for EndScreen {
    fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        if !(1..=CARDS).contains(&self.cards.len()) {
            flaws.push(Flaw::new("spec.cards", format!("needs 1 to {CARDS} cards")));
        }
        for (i, card) in self.cards.iter().enumerate() {
            flaws.extend(text::flaw(&format!("spec.cards.{i}.title"), &card.title, 1, TITLE));
            flaws.extend(card.image.iter().flat_map(|image| image.flaws(&format!("spec.cards.{i}.image"))));
            flaws.extend(card.action.flaws(&format!("spec.cards.{i}.action")));
        }
        if self.next_after_s.is_some_and(|s| !(3..=60).contains(&s)) {
            flaws.push(Flaw::new("spec.next_after_s", "must be between 3 and 60"));
        }
        flaws
    }

    fn check(&self, answer: &Value, _: Lang) -> Result<Value, Vec<Flaw>> {
        let (place, card) =
            self.picked(answer).ok_or_else(|| vec![Flaw::new("card", "is not the place of a card; the first is 0")])?;
        Ok(json!({ "card": place, "title": card.title }))
    }

    fn title(&self) -> String {
        self.cards.iter().map(|card| card.title.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn stays_ms(&self) -> Option<i64> {
        None
    }

    fn face(&self, showing: &Showing) -> AnyView {
        let cards = self.cards.iter().enumerate().map(|(i, card)| {
            let title = showing.fill(&card.title);
            let image = card.image.as_ref().map(|image| showing.picture(image, "card-image"));
            let inside = view! { {image}<span class="card-title">{title.clone()}</span> };
            let go = showing.acts(&card.action, Some(i), ("card", "endscreenclick"), title, inside.into_any());
            view! { <li>{go}</li> }
        });
        let replay = self.replay.then(|| {
            view! {
                <button type="button" class="button quiet" data-replay="">
                    {sign("M5 12a7 7 0 1 0 2.2-5.1M5 4.5v4h4")} {showing.say(Word::Replay)}
                </button>
            }
        });
        let next = self.next_after_s.map(|s| {
            view! {
                <p class="next" data-next=s.to_string() data-said=showing.say(Word::NextIn)>
                    <span class="next-text" role="timer" aria-live="off"></span>
                    <button type="button" class="button quiet" data-stay="">{showing.say(Word::StayHere)}</button>
                </p>
            }
        });
        view! {
            <div class="end-screen" role="group" aria-label=showing.say(Word::EndScreen) data-cards=self.cards.len().to_string()>
                <div class="end-head">{replay}{next}</div>
                <ul class="cards">{cards.collect_view()}</ul>
            </div>
        }
        .into_any()
    }

    fn actions(&self) -> Vec<(String, &Action)> {
        let cards = self.cards.iter().enumerate();
        cards.map(|(i, card)| (format!("spec.cards.{i}.action"), &card.action)).collect()
    }

    fn images(&mut self) -> Vec<(String, &mut Image)> {
        let cards = self.cards.iter_mut().enumerate();
        cards.filter_map(|(i, card)| Some((format!("spec.cards.{i}.image.src"), card.image.as_mut()?))).collect()
    }

    fn options(&self) -> Vec<(String, &str)> {
        let cards = self.cards.iter().enumerate();
        cards.map(|(i, card)| (format!("spec.cards.{i}.title"), card.title.as_str())).collect()
    }

    fn warnings(&self) -> Vec<Flaw> {
        let silent = self.cards.iter().enumerate().filter(|(_, card)| card.image.is_none());
        // The title names the card, so a picture without words is only decoration; a card without one looks bare.
        let some = self.cards.iter().any(|card| card.image.is_some());
        silent
            .filter(|_| some)
            .map(|(i, _)| Flaw::new(format!("spec.cards.{i}.image"), "the other cards have a picture"))
            .collect()
    }

    fn target(&self, card: Option<usize>) -> Option<&str> {
        self.cards.get(card?)?.action.target()
    }

    fn event_name(&self) -> &'static str {
        "VideoEndScreen"
    }

    fn notice(&self, id: Uuid, _: i64, answer: &Value, _: &str) -> Value {
        let card = self.picked(answer);
        json!({
            "card": card.map(|(_, card)| &card.title),
            "cardIndex": card.map(|(place, _)| place),
            "endScreenId": id,
            "url": card.and_then(|(_, card)| card.action.target()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(cards: usize) -> EndScreen {
        let card = json!({"title": "More", "action": {"url": "https://example.com/"}});
        serde_json::from_value(json!({"cards": vec![card; cards]})).expect("an end screen")
    }

    #[test]
    fn it_has_one_to_six_cards() {
        assert!(screen(1).flaws().is_empty() && screen(6).flaws().is_empty());
        assert_eq!(screen(0).flaws()[0].field, "spec.cards");
        assert_eq!(screen(7).flaws()[0].field, "spec.cards");
    }

    #[test]
    fn a_flaw_names_its_card() {
        let odd: EndScreen = serde_json::from_value(json!({"next_after_s": 2, "cards": [
            {"title": "", "image": {"src": "x"}, "action": {"seek_s": -1}}
        ]}))
        .expect("an end screen");
        let fields: Vec<String> = odd.flaws().into_iter().map(|flaw| flaw.field).collect();
        let card = |rest| format!("spec.cards.0.{rest}");
        assert_eq!(fields, [card("title"), card("image.src"), card("action.seek_s"), "spec.next_after_s".into()]);
    }

    #[test]
    fn an_answer_is_a_card_that_exists() {
        assert_eq!(screen(2).check(&json!({"card": 1}), Lang::En).expect("a card")["title"], "More");
        for bad in [json!({}), json!({"card": 2}), json!({"card": "0"}), json!(0)] {
            assert!(screen(2).check(&bad, Lang::En).is_err(), "{bad}");
        }
        let notice = screen(2).notice(Uuid::nil(), 0, &json!({"card": 1}), "");
        assert_eq!((&notice["card"], &notice["url"]), (&json!("More"), &json!("https://example.com/")));
    }
}
