//! What a viewer is told about an answer: how others answered, what was right, and what it opened.

use crate::{
    access::signed,
    catalogue::Published,
    grant,
    state::{State, now},
    store::{self, answers, tallies, views},
    writer::{self, AcceptedAnswer},
};
use app::engage::What;
use app::interaction::{
    Interaction, Kind, Named, Spec, lead_form,
    poll::{Poll, Results},
    text,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The results of a view's answers, each with its `seq`. Where the viewer has answered before, in the view that comes
/// with it, that answer counts: the result says what was picked there.
pub async fn of(
    state: &State,
    published: &Published,
    view_id: Uuid,
    given: impl Iterator<Item = (AcceptedAnswer, Option<Uuid>)>,
) -> store::Result<Vec<Value>> {
    let mut results = Vec::new();
    for (answer, before) in given {
        let Some(interaction) = published.interaction(answer.interaction) else { continue };
        if !interaction.spec.kind().is_once() {
            continue;
        }
        // What came under the number of another event was not stored, whatever it says.
        let counts = before.unwrap_or(view_id);
        let Some(body) = answered(state, published, interaction.id, counts).await? else { continue };
        let mut result = match &interaction.spec {
            Spec::Poll(poll) if poll.show_results == Results::AfterAnswer => {
                let mut result = marks(poll, &body);
                result.insert("tally".into(), tally(state, published, interaction, poll.choices.len()).await?);
                result
            }
            Spec::LeadForm(form) => {
                let fields = body.get("fields");
                let mut result = Map::from_iter([("known".to_owned(), lead_form::makes_known(&body).into())]);
                // What the form thanks with may name whom it has just met.
                if let Some(thanks) = &form.thanks {
                    result.insert("thanks".into(), text::fill(thanks, &met(fields)).into());
                }
                result
            }
            Spec::Poll(_) | Spec::Annotation(_) | Spec::Cta(_) | Spec::EndScreen(_) => Map::new(),
        };
        if let (Some(_), Some(choices)) = (before, body.get("choices")) {
            result.insert("choices".into(), choices.clone());
        }
        if interaction.withholds_media() {
            let others = published.timeline.iter().filter(|one| one.withholds_media() && one.id != interaction.id);
            // A gate that skips known viewers is dropped by the player once one of the answers makes this one known.
            let (mut open, mut left, mut known) = (true, false, lead_form::makes_known(&body));
            let granted = granted(state, published, view_id).await?;
            for other in others.filter(|one| !granted.contains(&one.id)) {
                let answer = answered(state, published, other.id, view_id).await?;
                known |= answer.as_ref().is_some_and(lead_form::makes_known);
                open &= answer.is_some() || other.skip_if_known;
                left |= answer.is_none();
            }
            let open = open && (known || !left);
            let video = &published.video;
            let base = signed::base(&state.keys, video, now());
            result.insert("grant".into(), grant::signed(&state.keys, video.id, interaction.id, now()).into());
            if let (true, Some(file)) = (open, &video.files.media) {
                result.insert("media".into(), json!({ "src": base.clone() + file }));
            }
        }
        result.insert("seq".into(), answer.seq.into());
        results.push(result.into());
    }
    Ok(results)
}

/// Who a form has met.
fn met(fields: Option<&Value>) -> Named {
    let text = |name: &str| Some(fields?.get(name)?.as_str()?.to_owned());
    Named {
        email: text("email"),
        name: text("name"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        phone: text("phone"),
    }
}

/// How a poll stands now, for a view that may see it, or its viewer in another one: none when they may not.
pub async fn standing(
    state: &State,
    published: &Published,
    id: Uuid,
    (view_id, viewer_id): (Uuid, Option<Uuid>),
    ended: bool,
) -> store::Result<Option<Value>> {
    let Some(interaction) = published.interaction(id) else { return Ok(None) };
    let Spec::Poll(poll) = &interaction.spec else { return Ok(None) };
    let shows = match poll.show_results {
        Results::Never => false,
        Results::AfterAnswer => true,
        Results::AfterEnd => ended,
    };
    let mut body = if shows { answered(state, published, id, view_id).await? } else { None };
    if shows
        && body.is_none()
        && interaction.is_vote()
        && let Some(viewer_id) = viewer_id
    {
        let of = (published.video.account_id, published.video.id, id);
        let mut reader = state.store.reader().await?;
        let other = answers::elsewhere(reader.conn(), of, viewer_id, view_id).await?;
        drop(reader);
        if let Some(other) = other {
            body = answered(state, published, id, other).await?;
        }
    }
    let Some(body) = body else { return Ok(None) };
    let mut standing = marks(poll, &body);
    standing.insert("tally".into(), tally(state, published, interaction, poll.choices.len()).await?);
    Ok(Some(standing.into()))
}

/// What this view answered, as it is stored.
async fn answered(state: &State, published: &Published, id: Uuid, view_id: Uuid) -> store::Result<Option<Value>> {
    let video = &published.video;
    let mut reader = state.store.reader().await?;
    let kept = answers::of_view(reader.conn(), video.account_id, video.id, id, view_id).await?;
    if kept.is_some() {
        return Ok(kept);
    }
    // Of a view that is left out, answers stay among the entries.
    for entry in store::entries::of_views(reader.conn(), &[(video.account_id, view_id)]).await? {
        if let Ok(What::Answer { interaction, answer }) = serde_json::from_str::<What>(&entry.body)
            && interaction == id
        {
            return Ok(Some(answer));
        }
    }
    Ok(None)
}

/// What this view need not answer: its pages say so, or its viewer has answered it in another one.
async fn granted(state: &State, published: &Published, view_id: Uuid) -> store::Result<Vec<Uuid>> {
    let mut reader = state.store.reader().await?;
    let view = views::by_id(reader.conn(), published.video.account_id, view_id).await?;
    Ok(view.as_ref().map(writer::granted).transpose()?.unwrap_or_default())
}

/// Right or not, and what would have been: only for a quiz.
fn marks(poll: &Poll, answer: &Value) -> Map<String, Value> {
    let mut result = Map::new();
    if let Some(correct) = poll.is_correct(&poll.counts(answer)) {
        result.insert("correct".into(), correct.into());
        result.insert("right".into(), json!(poll.correct));
    }
    result
}

async fn tally(
    state: &State,
    published: &Published,
    interaction: &Interaction,
    choices: usize,
) -> store::Result<Value> {
    let video = &published.video;
    let mut reader = state.store.reader().await?;
    let tally = tallies::of(reader.conn(), video.account_id, video.id, interaction.id, choices).await?;
    Ok(json!({ "answers": tally.answers, "counts": tally.counts }))
}
