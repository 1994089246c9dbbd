//! What one view has to answer before it is credited with more.

use crate::{
    report::credit,
    store::{self, StoreError, gates::Gate, views::View},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The gates that hold a view: those that were published when it began, as they stood then, but for those that it
/// need not answer. It is a function of what is stored, so that figures that are made anew are the same.
///
/// # Errors
/// When the view's row can't be read.
pub fn holding(gates: &[Gate], view: &View) -> store::Result<Vec<credit::Gate>> {
    let (granted, duration) = (granted(view)?, view.duration_ms.unwrap_or(0));
    let holds = |gate: &&Gate| gate.published_at <= view.started_at && !granted.contains(&gate.id);
    let held = |gate: &Gate| credit::Gate {
        id: gate.id,
        at: gate.at.starts_ms(duration),
        skip_if_known: gate.skip_if_known,
        until: gate.withdrawn_at.map(|at| at - view.started_at),
    };
    Ok(gates.iter().filter(holds).map(held).collect())
}

/// What this view need not answer, by all that its pages ever brought.
pub fn granted(view: &View) -> store::Result<Vec<Uuid>> {
    serde_json::from_str(&view.grants).map_err(|source| StoreError::Unreadable { what: "grants", source })
}

/// Keeps the grants that a page brought: a click-through comes without its page's pass.
pub fn grant(view: &mut View, new: &[Uuid]) -> store::Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let all: BTreeSet<Uuid> = granted(view)?.into_iter().chain(new.iter().copied()).collect();
    // Ids are always JSON.
    view.grants = serde_json::to_string(&all).unwrap_or_default();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::interaction::At;

    fn gate(id: u128, published_at: i64, withdrawn_at: Option<i64>) -> Gate {
        Gate { id: Uuid::from_u128(id), at: At::S(20.0), skip_if_known: false, published_at, withdrawn_at }
    }

    #[test]
    fn a_view_is_held_to_the_gates_that_stood_when_it_began_until_they_are_withdrawn() {
        let mut view = View { started_at: 1_000, ..View::new(1, 1, Uuid::nil()) };
        let gates = [
            gate(1, 0, None),
            gate(2, 1_000, None),
            gate(3, 1_001, None),
            gate(4, 0, Some(900)),
            gate(5, 0, Some(1_500)),
        ];
        let until = |view: &View| {
            let held = holding(&gates, view).expect("readable");
            held.iter().map(|gate| (gate.id.as_u128(), gate.until)).collect::<Vec<_>>()
        };
        assert_eq!(until(&view), [(1, None), (2, None), (4, Some(-100)), (5, Some(500))]);
        grant(&mut view, &[Uuid::from_u128(2)]).expect("granted");
        grant(&mut view, &[Uuid::from_u128(5)]).expect("granted");
        assert_eq!(until(&view), [(1, None), (4, Some(-100))]);
    }
}
