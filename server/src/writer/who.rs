//! Who a view's viewer is, as its batches tell it one after the other.

use super::{
    Accepted,
    memory::{Facts, Known},
};
use crate::{
    identity::{
        Origin,
        batch::{Claim, Word},
    },
    report::credit::{self, Gate},
    store::{self, Tx, links, viewers, viewers::Contact, views::View},
};
use app::{engage::What, interaction::lead_form::CONTACT};
use serde_json::Value;
use uuid::Uuid;

/// A link is its recipient's once this much was played: scanners open pages, and at most press play.
const HUMAN_MS: i64 = 1_000;

/// A batch's claim, on the way into its view.
pub struct Settling<'a, F> {
    pub claim: &'a Claim,
    /// The viewer of the batch's page.
    pub page: Uuid,
    /// All events of the view, also those of this batch.
    pub facts: &'a Facts,
    /// What has to be answered before more is credited.
    pub gates: &'a [Gate],
    pub now: i64,
    /// Is the event of that number stored just now, for the first time?
    pub is_new: F,
}

impl<F: Fn(u32) -> bool> Settling<'_, F> {
    /// Gives the view the viewer that it has from now on.
    pub async fn settle(&self, tx: &mut Tx, view: &mut View) -> store::Result<()> {
        self.begin(tx, view).await?;
        self.turns(tx, view).await?;
        self.link(tx, view).await
    }

    async fn begin(&self, tx: &mut Tx, view: &mut View) -> store::Result<()> {
        let takes = joins(self.claim, self.page, view.viewer_id, self.facts);
        if takes {
            view.viewer_id = self.page;
        }
        match &self.claim.contact {
            Some(said) if takes || view.entries == 0 => {
                viewers::introduce(tx.conn(), view.account_id, self.page, said, self.now).await.map(|_| ())
            }
            _ => Ok(()),
        }
    }

    async fn turns(&self, tx: &mut Tx, view: &mut View) -> store::Result<()> {
        for turn in self.claim.turns.iter().filter(|turn| (self.is_new)(turn.seq)) {
            match &turn.word {
                Word::Viewer(said) => {
                    let id = viewers::introduce(tx.conn(), view.account_id, turn.to, said, self.now).await?;
                    if !self.later(turn.seq, |what| matches!(what, What::Viewer { .. })) {
                        view.viewer_id = id;
                    }
                }
                Word::Consent(_) if self.later(turn.seq, |what| matches!(what, What::Consent { .. })) => {}
                Word::Consent(from) if from.contains(&view.viewer_id) => view.viewer_id = turn.to,
                Word::Consent(from) if Origin::of(view.viewer_id) == Origin::Link => {
                    for from in from {
                        links::follow(tx.conn(), view.account_id, view.video_id, view.viewer_id, *from, turn.to)
                            .await?;
                    }
                }
                // What a form said would end with this view; the cookie carries it on.
                Word::Consent(_)
                    if Origin::of(view.viewer_id) == Origin::Form && Origin::of(turn.to) == Origin::Cookie =>
                {
                    if let Some(said) = viewers::contact(tx.conn(), view.account_id, view.viewer_id).await? {
                        viewers::introduce(tx.conn(), view.account_id, turn.to, &said, self.now).await?;
                    }
                }
                Word::Consent(_) => {}
            }
        }
        Ok(())
    }

    /// Binds a personal link to the browser that plays it first.
    async fn link(&self, tx: &mut Tx, view: &mut View) -> store::Result<()> {
        // A scanner's browser, or the sender's own look at the link, takes it from nobody.
        let takes = view.left_out.is_none() && Origin::of(view.viewer_id).is_anonymous();
        let Some(link) = self.claim.link.filter(|_| takes) else { return Ok(()) };
        let credit = credit::of(self.facts.values(), view.duration_ms.unwrap_or(0), self.gates);
        if !credit.played || credit.watched_ms < HUMAN_MS {
            return Ok(());
        }
        let (account_id, video_id, browser) = (view.account_id, view.video_id, view.viewer_id);
        if let Some(link) = links::bind(tx.conn(), account_id, video_id, link, browser, self.now).await? {
            let said = Contact { email: Some(link.email), name: link.name, origin: Origin::Link, ..Contact::default() };
            view.viewer_id = viewers::introduce(tx.conn(), account_id, link.viewer_id, &said, self.now).await?;
        }
        Ok(())
    }

    fn later(&self, seq: u32, is_such: impl Fn(&What) -> bool) -> bool {
        self.facts.range(i64::from(seq) + 1..).any(|(_, fact)| is_such(&fact.what))
    }
}

/// Who says what has this `seq` in a batch: the view's viewer, after all that the batch says before.
pub fn speaks(batch: &Accepted, known: &Known, seq: i64) -> Uuid {
    let mut viewer_id = known.view.viewer_id;
    let Some(claim) = &batch.claim else { return viewer_id };
    if joins(claim, batch.viewer_id, viewer_id, &known.facts) {
        viewer_id = batch.viewer_id;
    }
    for turn in claim.turns.iter().filter(|turn| i64::from(turn.seq) < seq) {
        match &turn.word {
            Word::Viewer(_) => viewer_id = turn.to,
            Word::Consent(from) if from.contains(&viewer_id) => viewer_id = turn.to,
            Word::Consent(_) => {}
        }
    }
    viewer_id
}

/// Does a view take the viewer of its page now? A click may have opened it, without the page's pass.
fn joins(claim: &Claim, page: Uuid, viewer_id: Uuid, facts: &Facts) -> bool {
    let late = viewer_id == claim.daily_id && page != viewer_id;
    late && (Origin::of(page) != Origin::Cookie || !has_refused(facts))
}

fn has_refused(facts: &Facts) -> bool {
    let last = facts.values().rev().find_map(|fact| match fact.what {
        What::Consent { analytics } => Some(analytics),
        _ => None,
    });
    last == Some(false)
}

/// A form was accepted: its answers are the viewer's own words.
pub async fn filled_in(tx: &mut Tx, view: &mut View, answer: &Value, now: i64) -> store::Result<()> {
    let mut fields = answer.get("fields").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut own = |name: &str| match fields.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let [first_name, last_name, email, phone] = CONTACT.map(&mut own);
    let said = Contact { email, first_name, last_name, phone, fields, origin: Origin::Form, ..Contact::default() };
    view.viewer_id = viewers::introduce(tx.conn(), view.account_id, view.viewer_id, &said, now).await?;
    Ok(())
}

/// The e-mail that a message about this viewer carries.
pub async fn email(tx: &mut Tx, account_id: i64, viewer_id: Uuid) -> store::Result<Option<String>> {
    let contact = viewers::contact(tx.conn(), account_id, viewer_id).await?;
    Ok(contact.and_then(|contact| contact.email))
}
