//! Forms that were sent, wherever they stand: among the answers, and among the entries of views that do not count.

use super::{
    Conn, Result, StoreError, on,
    outbox::Stored,
    views::{self, View},
};
use app::{engage::What, interaction::lead_form};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

const FORMS: &str = "
select interaction_id, body, received_at from answers
 where account_id = $1 and video_id = $2 and view_id = $3 and kind = 'lead_form'";
const ANSWERS: &str = "
select body, received_at from entries where account_id = $1 and view_id = $2 and kind = 'answer'";
// Robots and owners are few beside those who watch: this begins with their views.
const LEFT_OUT: &str = "
select v.id, e.body from views v cross join entries e
 where v.account_id = $1 and v.left_out is not null
   and e.account_id = v.account_id and e.view_id = v.id and e.kind = 'answer'";

/// A form that was sent.
pub struct Form {
    pub video_id: i64,
    pub interaction_id: Uuid,
    pub answer: Value,
    pub received_at: i64,
}

impl Form {
    /// What it gave under a name, as text.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.answer.get("fields")?.get(name)?.as_str()
    }

    /// Is the message about this answer?
    pub fn is_told_by(&self, message: &Stored) -> bool {
        let at = (message.event.as_str(), message.video_id, message.created_at);
        if at != (lead_form::EVENT, self.video_id, self.received_at) {
            return false;
        }
        let message: Value = serde_json::from_str(&message.body).unwrap_or_default();
        let told = lead_form::told(self.interaction_id, &self.answer);
        let mut told = told.as_object().into_iter().flatten();
        // In the place of an address that it does not give stands the one by which the viewer was known.
        told.all(|(name, value)| {
            (name == "email" && value.is_null()) || message[lead_form::EVENT].get(name) == Some(value)
        })
    }

    /// Was the address given to it, in whichever field?
    fn gives(&self, email: &str) -> bool {
        let fields = self.answer.get("fields").and_then(Value::as_object).into_iter().flatten();
        let email = email.to_lowercase();
        fields.filter_map(|(_, value)| value.as_str()).any(|text| text.trim().to_lowercase() == email)
    }
}

/// The forms that a view has sent, by its answers, and by its entries where it counts for nothing any more.
pub async fn of_view(mut conn: Conn<'_>, view: &View) -> Result<Vec<Form>> {
    let (video_id, mut forms) = (view.video_id, Vec::new());
    let kept: Vec<(Uuid, String, i64)> = on!(&mut conn, db => sqlx::query_as(FORMS)
        .bind(view.account_id).bind(view.video_id).bind(view.id).fetch_all(&mut **db).await)?;
    for (interaction_id, body, received_at) in kept {
        let answer = serde_json::from_str(&body).map_err(unreadable)?;
        forms.push(Form { video_id, interaction_id, answer, received_at });
    }
    let entries: Vec<(String, i64)> = on!(conn, db => sqlx::query_as(ANSWERS)
        .bind(view.account_id).bind(view.id).fetch_all(db).await)?;
    for (body, received_at) in entries {
        forms.extend(form(&body, video_id, received_at)?);
    }
    Ok(forms)
}

/// The views that are left out and where a form was told the address: by them nobody is known to go by it.
pub async fn told(mut conn: Conn<'_>, account_id: i64, email: &str) -> Result<Vec<View>> {
    let answers: Vec<(Uuid, String)> = on!(&mut conn, db => sqlx::query_as(LEFT_OUT)
        .bind(account_id).fetch_all(&mut **db).await)?;
    let (mut ids, mut found) = (BTreeSet::new(), Vec::new());
    for (id, body) in answers {
        // Which video it was on, and when, is not asked.
        if form(&body, 0, 0)?.is_some_and(|form| form.gives(email)) {
            ids.insert(id);
        }
    }
    for id in ids {
        found.extend(views::by_id(conn.again(), account_id, id).await?);
    }
    Ok(found)
}

/// The form that an entry has sent, if it has.
fn form(body: &str, video_id: i64, received_at: i64) -> Result<Option<Form>> {
    let what: What = serde_json::from_str(body).map_err(unreadable)?;
    Ok(match what {
        What::Answer { interaction: interaction_id, answer } if answer.get("fields").is_some() => {
            Some(Form { video_id, interaction_id, answer, received_at })
        }
        _ => None,
    })
}

fn unreadable(source: serde_json::Error) -> StoreError {
    StoreError::Unreadable { what: "answer", source }
}
