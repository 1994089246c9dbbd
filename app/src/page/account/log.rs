//! The audit log, as people read it.

use super::{Managed, form::capital};
use leptos::prelude::*;

#[derive(Clone, Debug)]
pub struct Entry {
    pub at: String,
    pub actor: String,
    /// Such as `video.change`.
    pub action: String,
    pub object: String,
    /// Names of fields.
    pub fields: String,
}

pub(super) fn view(managed: Managed) -> impl IntoView + use<> {
    let rows = managed.log.into_iter().map(|entry| {
        let what = said(&entry.action);
        view! {
            <tr>
                <td class="people-soft">{entry.at}</td>
                <td>{entry.actor}</td>
                <td>{what}</td>
                <td>{entry.object} {(!entry.fields.is_empty()).then(|| view! { <span class="people-soft">{entry.fields}</span> })}</td>
            </tr>
        }
    });
    let newest = managed.is_older.then(|| view! { <a href="/account#log">"Newest"</a> });
    let older = managed.older.map(|id| view! { <a href=format!("/account?before={id}#log")>"Older"</a> });
    view! {
        <section class="people-card" aria-labelledby="log">
            <h2 id="log">"What was changed"</h2>
            <div class="people-scroll" tabindex="0" role="region" aria-label="Table of changes">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"When (UTC)"</th>
                            <th scope="col">"Who"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"Of what"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <nav class="people-pages" aria-label="Pages of the log">{newest} {older}</nav>
        </section>
    }
}

/// `video.change` as `Video changed`.
fn said(action: &str) -> String {
    let whole = match action {
        "session.begin" => "Signed in",
        "session.end" => "Signed out",
        "session.refuse" => "Sign-in refused",
        "password.link" => "Password link made",
        "video.media" => "Video file replaced",
        "video.poster" => "Poster changed",
        "comment.moderate" => "Comment moderated",
        "webhook.test" => "Webhook tested",
        "webhook.replay" => "Webhook replay ordered",
        _ => "",
    };
    if !whole.is_empty() {
        return whole.to_owned();
    }
    let (noun, verb) = action.split_once('.').unwrap_or((action, ""));
    let done = match verb {
        "begin" => "begun".to_owned(),
        "undelete" => "restored".to_owned(),
        "resend" => "sent again".to_owned(),
        "retry" => "tried again".to_owned(),
        "cancel" => "cancelled".to_owned(),
        verb if verb.ends_with('e') => format!("{verb}d"),
        verb => format!("{verb}ed"),
    };
    capital(&format!("{} {done}", noun.replace('_', " ")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_was_done_reads_as_a_sentence() {
        for (action, said) in [
            ("video.change", "Video changed"),
            ("viewer_key.rotate", "Viewer key rotated"),
            ("member.join", "Member joined"),
            ("upload.end", "Upload ended"),
            ("session.begin", "Signed in"),
        ] {
            assert_eq!(super::said(action), said);
        }
    }
}
