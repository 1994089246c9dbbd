//! What may no longer change about an interaction that viewers have answered: answers are counted by its kind and by
//! the place of what was picked, so that results would tell of something else. Pure.

use super::{plan::Plan, shown::by_id, wish::pointer};
use crate::store::interactions::Stored;
use app::{error::Flaw, interaction::Interaction};
use std::collections::HashSet;
use uuid::Uuid;

/// What a plan would do to the results of what is `stored`, by pointer. `answered` are the interactions that have
/// answers. Drafts change nothing yet.
pub fn flaws(plan: &Plan, stored: &[Stored], answered: &HashSet<Uuid>) -> Vec<Flaw> {
    let writes = plan.writes.iter().filter(|write| !write.draft && answered.contains(&write.interaction.id));
    let changes = writes.filter_map(|write| {
        let before = by_id(stored, write.interaction.id)?.published()?;
        Some(between(&write.at, before, &write.interaction))
    });
    changes.flatten().collect()
}

/// The interaction at `at` becomes another one: it must be of the same kind, and whatever can be picked must stay in
/// its place. A new text in an old place, a new place at the end, and one less there are fine.
fn between(at: &str, before: &Interaction, after: &Interaction) -> Vec<Flaw> {
    if before.spec.name() != after.spec.name() {
        let message = "can't change once viewers have answered; leave out the id for a new one";
        return vec![Flaw::new(pointer(at, "kind"), message)];
    }
    let old: Vec<&str> = before.spec.kind().options().into_iter().map(|(_, text)| text).collect();
    let options = after.spec.kind().options();
    let new: Vec<&str> = options.iter().map(|(_, text)| *text).collect();
    let mut flaws = Vec::new();
    for (place, (field, text)) in options.iter().enumerate() {
        if old.get(place) == Some(text) {
            continue;
        }
        // It stood where something else stands now, or nothing.
        let from = (0..old.len()).find(|from| old.get(*from) == Some(text) && new.get(*from) != Some(text));
        if let Some(from) = from {
            let message = format!(
                "was number {} when viewers answered; keep it there, or leave out the id for a new one",
                from + 1
            );
            flaws.push(Flaw::new(pointer(at, field), message));
        }
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::interactions::plan::Write, store::interactions::Live};
    use serde_json::json;

    fn poll(choices: &[&str]) -> Interaction {
        let spec = json!({"question": "Which?", "choices": choices});
        let poll = json!({"id": Uuid::from_u128(1), "kind": "poll", "at": {"s": 1}, "layout": "card", "spec": spec});
        serde_json::from_value(poll).expect("a poll")
    }

    fn screen(titles: &[&str]) -> Interaction {
        let cards: Vec<_> = titles.iter().map(|title| json!({"title": title, "action": {"seek_s": 0}})).collect();
        let spec = json!({"cards": cards});
        let screen =
            json!({"id": Uuid::from_u128(1), "kind": "end_screen", "at": "end", "layout": "card", "spec": spec});
        serde_json::from_value(screen).expect("an end screen")
    }

    /// Where the flaws are, and which number each names.
    fn moved(flaws: &[Flaw]) -> Vec<(&str, &str)> {
        let one = flaws.iter().map(|flaw| {
            let rest = flaw.message.strip_prefix("was number ").expect("a number");
            (flaw.field.as_str(), rest.split(' ').next().unwrap_or_default())
        });
        one.collect()
    }

    #[test]
    fn a_choice_that_was_answered_stays_in_its_place() {
        let old = poll(&["Tea", "Coffee", "Water"]);
        let flaws = |choices: &[&str]| between("", &old, &poll(choices));
        for fine in [
            &["Tea", "Coffee", "Water"][..],
            &["Tea", "Espresso", "Water"],
            &["Tea", "Coffee", "Water", "Milk"],
            &["Tea", "Coffee"],
            &["Milk", "Juice"],
        ] {
            assert_eq!(flaws(fine), [], "{fine:?}");
        }
        assert_eq!(
            moved(&flaws(&["Coffee", "Tea", "Water"])),
            [("/spec/choices/0", "2"), ("/spec/choices/1", "1")],
            "two have changed places"
        );
        assert_eq!(moved(&flaws(&["Tea", "Water"])), [("/spec/choices/1", "3")], "one was taken out before it");
        assert_eq!(moved(&flaws(&["Milk", "Coffee", "Water", "Tea"])), [("/spec/choices/3", "1")], "put to the end");
    }

    #[test]
    fn cards_of_one_title_are_told_apart_by_their_place() {
        let old = screen(&["More", "More", "Again"]);
        let flaws = |titles: &[&str]| between("/interactions/2", &old, &screen(titles));
        assert_eq!(flaws(&["More", "More", "Again", "More"]), []);
        assert_eq!(flaws(&["Again", "More", "Again"]), [], "renamed");
        let back = "/interactions/2/spec/cards/0/title";
        assert_eq!(moved(&flaws(&["Again", "More", "Start"])), [(back, "3")]);
    }

    #[test]
    fn a_kind_that_was_answered_stays() {
        let flaws = between("/interactions/0", &poll(&["Tea", "Coffee"]), &screen(&["Tea"]));
        let message = "can't change once viewers have answered; leave out the id for a new one";
        assert_eq!(flaws, [Flaw::new("/interactions/0/kind", message)]);
    }

    #[test]
    fn only_what_viewers_get_and_have_answered_is_held_to_that() {
        let (one, other) = (poll(&["Tea", "Coffee"]), poll(&["Coffee", "Tea"]));
        let stored = |live: Live| vec![Stored { newest: one.clone(), live, place: 0, created_at: 0, updated_at: 0 }];
        let plan = |draft: bool| {
            let write = Write { at: String::new(), interaction: other.clone(), draft, place: 0 };
            Plan { writes: vec![write], ..Plan::default() }
        };
        let answered = HashSet::from([one.id]);
        assert_eq!(flaws(&plan(false), &stored(Live::Newest), &answered).len(), 2);
        assert_eq!(flaws(&plan(false), &stored(Live::Newest), &HashSet::new()), []);
        assert_eq!(flaws(&plan(true), &stored(Live::Newest), &answered), []);
        assert_eq!(flaws(&plan(false), &stored(Live::Nothing), &answered), []);
        let published = Live::Older(Box::new(other.clone()));
        assert_eq!(flaws(&plan(false), &stored(published), &answered), [], "they have what they had");
    }
}
