//! Where viewers came from, as lists of bars.

use super::{Spoken, interactions::bar};
use crate::words::Word;
use leptos::prelude::*;

/// Sources of one kind.
#[derive(Clone, Debug)]
pub struct List {
    pub name: Word,
    pub rows: Vec<Source>,
}

#[derive(Clone, Debug)]
pub struct Source {
    /// None when the browser does not tell.
    pub value: Option<String>,
    pub plays: i64,
    /// Percent of all plays.
    pub percent: f64,
}

pub fn lists(lists: &[List], spoken: Spoken) -> AnyView {
    let lists = lists.iter().filter(|list| !list.rows.is_empty()).map(|list| {
        let rows = list.rows.iter().map(|row| bar(row.value.clone(), None, row.plays, row.percent, spoken));
        view! {
            <div>
                <h3>{spoken.say(list.name)}</h3>
                <ul class="bars">{rows.collect_view()}</ul>
            </div>
        }
    });
    view! { <div class="sources">{lists.collect_view()}</div> }.into_any()
}
