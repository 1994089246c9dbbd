//! What a request makes of a timeline: which rows are written and which go. Pure.

use super::wish::{Given, Wish, too_many};
use crate::store::interactions::Stored;
use app::{
    error::Flaw,
    interaction::{Interaction, schema::MOST},
};
use uuid::Uuid;

/// How a request changes a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It brings new ones.
    Add,
    /// It names a known one.
    Replace,
    /// What it doesn't name goes.
    Whole,
}

#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    pub writes: Vec<Write>,
    pub deletes: Vec<Uuid>,
}

#[derive(Debug, PartialEq)]
pub struct Write {
    /// The pointer to it, in the request or in the timeline as it is listed: empty, or `/interactions/3`.
    pub at: String,
    pub interaction: Interaction,
    pub draft: bool,
    pub place: i64,
}

impl Plan {
    /// What `wish` makes of what is `stored`.
    ///
    /// # Errors
    /// What doesn't fit it, by pointer.
    pub fn of(change: Change, wish: &Wish, stored: &[Stored]) -> Result<Self, Vec<Flaw>> {
        let mut flaws = Vec::new();
        if change == Change::Add && stored.len() + wish.count > MOST {
            flaws.push(too_many());
        }
        let last = stored.iter().map(|one| one.place).max().unwrap_or(-1);
        let mut plan = Self::default();
        for (i, given) in (0..).zip(&wish.given) {
            let known = stored.iter().find(|one| Some(one.newest.id) == given.id);
            let place = match (change, known) {
                (Change::Whole, _) => i,
                (_, Some(known)) => known.place,
                (_, None) => last + 1 + i,
            };
            if given.id.is_some() && known.is_none() && !wish.is_portable {
                let message = "is not on this video's timeline; leave it out for a new one";
                flaws.push(Flaw::new(format!("{}/id", given.at), message));
            }
            plan.writes.push(write(given, known, place));
        }
        if change == Change::Whole {
            let named = |id: Uuid| wish.given.iter().any(|given| given.id == Some(id));
            plan.deletes = stored.iter().map(|one| one.newest.id).filter(|id| !named(*id)).collect();
        }
        if flaws.is_empty() { Ok(plan) } else { Err(flaws) }
    }

    /// Every draft becomes what viewers get.
    pub fn publish(stored: &[Stored]) -> Self {
        let drafts = stored.iter().enumerate().filter(|(_, one)| one.is_draft());
        let write = |(i, one): (usize, &Stored)| Write {
            at: format!("/interactions/{i}"),
            interaction: one.newest.clone(),
            draft: false,
            place: one.place,
        };
        Self { writes: drafts.map(write).collect(), deletes: Vec::new() }
    }
}

fn write(given: &Given, known: Option<&Stored>, place: i64) -> Write {
    let id = known.map_or_else(Uuid::now_v7, |known| known.newest.id);
    let interaction = Interaction { id, ..given.interaction.clone() };
    Write { at: given.at.clone(), interaction, draft: given.draft, place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::interactions::Live;
    use serde_json::{Value, json};

    fn cta(id: u128) -> Value {
        json!({"id": Uuid::from_u128(id), "kind": "cta", "at": {"s": 1}, "layout": "modal",
               "spec": {"label": "Go", "action": {"seek_s": 3}}})
    }

    fn stored(ids: &[u128], live: Live) -> Vec<Stored> {
        let one = |(place, id): (i64, &u128)| Stored {
            newest: serde_json::from_value(cta(*id)).expect("an interaction"),
            live: live.clone(),
            place,
            created_at: 0,
            updated_at: 0,
        };
        (0..).zip(ids).map(one).collect()
    }

    fn whole(list: Value, portable: bool) -> Wish {
        let mut body = json!({ "interactions": list });
        if portable {
            body["cuepoint"] = "timeline/1".into();
        }
        let wish = Wish::whole(body.as_object().expect("an object"));
        assert_eq!(wish.flaws, []);
        wish
    }

    #[test]
    fn a_whole_timeline_keeps_what_it_names_makes_the_rest_and_deletes_what_is_left() {
        let mut new = cta(0);
        new.as_object_mut().expect("an object").remove("id");
        let wish = whole(json!([new, cta(2)]), false);
        let plan = Plan::of(Change::Whole, &wish, &stored(&[1, 2], Live::Newest)).expect("a plan");
        assert_eq!(plan.deletes, [Uuid::from_u128(1)]);
        assert_eq!(plan.writes.iter().map(|write| write.place).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(plan.writes[1].interaction.id, Uuid::from_u128(2));
        assert_ne!(plan.writes[0].interaction.id, Uuid::nil());
    }

    #[test]
    fn an_unknown_id_is_a_flaw_unless_it_comes_from_elsewhere() {
        let known = stored(&[1], Live::Newest);
        let flaws = Plan::of(Change::Whole, &whole(json!([cta(1), cta(9)]), false), &known).expect_err("a flaw");
        assert_eq!(flaws[0].field, "/interactions/1/id");
        let plan = Plan::of(Change::Whole, &whole(json!([cta(1), cta(9)]), true), &known).expect("a plan");
        assert_eq!(plan.writes[0].interaction.id, Uuid::from_u128(1));
        assert_ne!(plan.writes[1].interaction.id, Uuid::from_u128(9));
    }

    #[test]
    fn a_video_has_a_hundred_at_most() {
        let ids: Vec<u128> = (1..=100).collect();
        let body = cta(0);
        let wish = Wish::added(body.as_object().expect("an object"));
        assert_eq!(Plan::of(Change::Add, &wish, &stored(&ids, Live::Nothing)), Err(vec![too_many()]));
        let plan = Plan::of(Change::Add, &wish, &stored(&ids[1..], Live::Nothing)).expect("a plan");
        assert_eq!(plan.writes[0].place, 99);
    }

    #[test]
    fn publishing_writes_only_what_is_a_draft() {
        assert_eq!(Plan::publish(&stored(&[1, 2], Live::Newest)), Plan::default());
        let drafts = Plan::publish(&stored(&[1, 2], Live::Nothing));
        assert!(drafts.writes.len() == 2 && drafts.writes.iter().all(|write| !write.draft));
    }
}
