//! The page behind the link in a letter: it asks before it confirms an address.

use super::{Document, Frame};
use crate::words::Word;
use leptos::prelude::*;

#[component]
pub fn ConfirmPage(frame: Frame, is_good: bool) -> impl IntoView {
    let lang = frame.lang;
    let (title, advice) = match is_good {
        true => (Word::ConfirmTitle, Word::ConfirmAdvice),
        false => (Word::LinkOldTitle, Word::LinkOldAdvice),
    };
    view! {
        <Document frame title=lang.say(title).to_owned() class="page closed">
            <main class="notice">
                <h1>{lang.say(title)}</h1>
                <p>{lang.say(advice)}</p>
                // To the same address, which has the proof in it.
                {is_good.then(|| view! {
                    <form method="post">
                        <button type="submit" class="button">{lang.say(Word::Confirm)}</button>
                    </form>
                })}
            </main>
        </Document>
    }
}
