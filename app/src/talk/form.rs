//! The one form of the talk: it comments, answers and edits, with scripts and without.

use crate::words::{Lang, Word};
use leptos::prelude::*;
use uuid::Uuid;

/// The longest comment, name and e-mail address, in characters.
pub const TEXT: usize = 2_000;
pub const NAME: usize = 60;
pub const EMAIL: usize = 254;

/// What the form does once it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Aim {
    #[default]
    Comment,
    /// Answers a comment: its id and its author.
    Reply(Uuid, String),
    /// Changes the author's own comment.
    Edit(Uuid),
}

/// What stands in the form, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub aim: Aim,
    pub text: String,
    pub name: String,
    pub email: String,
    /// As a person writes it, such as `1:30`.
    pub time: String,
    /// Sentences in the viewer's language, by field.
    pub wrong: Vec<(&'static str, String)>,
    /// A sentence above the form, such as that a comment waits.
    pub note: Option<String>,
}

/// `with_email`: letters can be sent, so an address may be asked for.
pub fn form(lang: Lang, token: &str, with_email: bool, draft: &Draft) -> impl IntoView + use<> {
    let wrong = |field: &str| draft.wrong.iter().find(|(name, _)| *name == field).map(|(_, text)| text.clone());
    let field = |name: &'static str, label: Word, control: AnyView| {
        let error = wrong(name);
        view! {
            <div class="talk-field" data-field=name>
                <label for=format!("talk-{name}")>{lang.say(label)}</label>
                {control}
                <p class="talk-error" id=format!("talk-{name}-error") role="alert">{error}</p>
            </div>
        }
    };
    let described = |name: &str| format!("talk-{name}-error");
    let invalid = |name: &str| wrong(name).map(|_| "true");
    let text = view! {
        <textarea
            id="talk-text" name="text" rows="3" maxlength=TEXT required
            aria-describedby=described("text") aria-invalid=invalid("text")
        >{inside_textarea(&draft.text)}</textarea>
    };
    let name = view! {
        <input
            id="talk-name" name="name" type="text" maxlength=NAME required autocomplete="name" value=draft.name.clone()
            aria-describedby=described("name") aria-invalid=invalid("name")
        />
    };
    let email = with_email.then(|| {
        let email = view! {
            <input
                id="talk-email" name="email" type="email" maxlength=EMAIL autocomplete="email" value=draft.email.clone()
                aria-describedby=described("email") aria-invalid=invalid("email")
            />
        };
        field("email", Word::YourEmail, email.into_any())
    });
    let time = view! {
        <input
            id="talk-time" name="time" type="text" maxlength="12" autocomplete="off" value=draft.time.clone()
            aria-describedby=described("time") aria-invalid=invalid("time")
        />
    };
    let (mode, action, heading, parent) = match &draft.aim {
        Aim::Comment => ("new", String::new(), None, None),
        Aim::Reply(id, author) => {
            ("reply", String::new(), Some(lang.with(Word::ReplyTo, author)), Some(id.to_string()))
        }
        Aim::Edit(id) => ("edit", format!("/{id}"), Some(lang.say(Word::EditYours).to_owned()), None),
    };
    let edits = mode == "edit";
    let send = if edits { Word::SaveComment } else { Word::PostComment };
    // What belongs to no field stands at the top.
    let others = draft.wrong.iter().filter(|(field, _)| !["text", "name", "email", "time"].contains(field));
    let others = others.map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" ");
    let others = Some(others).filter(|text| !text.is_empty());
    view! {
        <form
            id="talk-form" class="talk-form" method="post" action=format!("/talk/{token}/comments{action}")
            aria-label=lang.say(Word::YourComment) data-mode=mode data-action=format!("/talk/{token}/comments")
            data-say-reply=lang.say(Word::ReplyTo) data-say-edit=lang.say(Word::EditYours)
            data-say-post=lang.say(Word::PostComment) data-say-save=lang.say(Word::SaveComment)
        >
            <p class="talk-note" role="status">{draft.note.clone()}</p>
            <p class="talk-error talk-wrong" role="alert">{others}</p>
            <p class="talk-for"><span class="talk-aim" dir="auto">{heading}</span>" "<a class="talk-link talk-cancel" href="?#talk">{lang.say(Word::Cancel)}</a></p>
            <input type="hidden" name="parent" value=parent />
            {field("text", Word::YourComment, text.into_any())}
            <fieldset class="talk-who" disabled=edits hidden=edits>
                {field("name", Word::YourName, name.into_any())}
                {email}
                {field("time", Word::AtTime, time.into_any())}
                // People don't see it; what fills it in is no person.
                <input class="talk-trap" type="text" name="website" tabindex="-1" autocomplete="off" aria-hidden="true" value="" />
            </fieldset>
            <div class="talk-send">
                <button type="submit" class="button talk-post" name="do" value="save">{lang.say(send)}</button>
                <button type="submit" class="talk-delete" name="do" value="delete" formnovalidate hidden=!edits>
                    {lang.say(Word::DeleteComment)}
                </button>
            </div>
        </form>
    }
}

/// Leptos leaves what stands in a `<textarea>` as it is, as in a `<script>`; and browsers drop a line end
/// at its beginning.
fn inside_textarea(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::talk::comments::html;

    #[test]
    fn what_was_written_stays_beside_what_is_wrong_with_it() {
        let draft = Draft {
            text: "</textarea><script>".into(),
            name: "\"Ann".into(),
            wrong: vec![("time", "Not a time.".into()), ("parent", "It is gone.".into())],
            ..Draft::default()
        };
        let html = html(form(Lang::En, "t", true, &draft));
        assert!(
            html.contains("&lt;/textarea>&lt;script></textarea>") && html.contains("value=\"&quot;Ann\""),
            "{html}"
        );
        assert!(html.contains("class=\"talk-error\">Not a time."), "{html}");
        assert!(html.contains("aria-invalid=\"true\"") && html.contains("It is gone."), "{html}");
    }

    #[test]
    fn an_address_is_asked_for_only_where_letters_can_be_sent() {
        assert!(!html(form(Lang::En, "t", false, &Draft::default())).contains("talk-email"));
    }

    #[test]
    fn editing_asks_for_no_name_and_can_delete() {
        let draft = Draft { aim: Aim::Edit(Uuid::nil()), ..Draft::default() };
        let html = html(form(Lang::En, "t", true, &draft));
        assert!(html.contains("action=\"/talk/t/comments/00000000-0000-0000-0000-000000000000\""), "{html}");
        assert!(html.contains("<fieldset disabled hidden class=\"talk-who\">"), "{html}");
        assert!(html.contains("value=\"delete\" formnovalidate class"), "{html}");
    }
}
