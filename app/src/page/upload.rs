//! Uploading videos: dropped or chosen, several at a time, gone on with after a break. Without scripts it is a form.

use super::{Document, Frame, inline, plain};
use crate::words::Word;
use leptos::prelude::*;
use serde_json::json;
use std::sync::LazyLock;

/// What the page may do, and for how long.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What stands in for an API key.
    pub pass: String,
    /// The longest file, in bytes, and as people say it.
    pub most: u64,
    pub most_said: String,
    /// Such as `23 November 2026`.
    pub until: String,
}

static STYLE: LazyLock<String> = LazyLock::new(|| plain(include_str!("../../../style/upload.css")));
static SCRIPT: LazyLock<String> = LazyLock::new(|| inline::script(include_str!("upload.js")));

/// What browsers offer to choose.
const ACCEPT: &str = "video/*,.mkv,.avi,.mov,.mp4,.m4v,.webm,.flv,.mpg,.mpeg,.ts,.mts,.wmv,.ogv";

#[component]
pub fn UploadPage(frame: Frame, upload: Upload) -> impl IntoView {
    let lang = frame.lang;
    let (style_nonce, nonce) = (frame.nonce.clone(), frame.nonce.clone());
    let say = move |word| lang.say(word);
    let words = json!({
        "queued": say(Word::UploadQueued), "sending": say(Word::UploadSending), "paused": say(Word::UploadPaused),
        "lost": say(Word::UploadLost), "preparing": say(Word::UploadPreparing), "ready": say(Word::UploadReady),
        "failed": say(Word::UploadFailed), "large": lang.with(Word::UploadLarge, &upload.most_said),
        "pause": say(Word::Pause), "resume": say(Word::UploadResume), "copied": say(Word::Copied), "copy": say(Word::Copy),
    });
    let action = format!("/upload?pass={}", upload.pass);
    view! {
        <Document frame title=say(Word::UploadTitle).to_owned() class="page uploads">
            <style nonce=style_nonce>{STYLE.as_str()}</style>
            <main class="upload" data-pass=upload.pass data-most=upload.most.to_string() data-words=words.to_string()>
                <h1>{say(Word::UploadTitle)}</h1>
                <p class="upload-about">{lang.with(Word::UploadAbout, &upload.most_said)}</p>
                <form class="upload-drop" id="drop" method="post" action=action enctype="multipart/form-data">
                    <svg class="upload-mark" viewBox="0 0 48 48" aria-hidden="true">
                        <path d="M24 31V11M16 18l8-8 8 8M9 29v6a4 4 0 0 0 4 4h22a4 4 0 0 0 4-4v-6" />
                    </svg>
                    <label for="choose">{say(Word::UploadDrop)}</label>
                    <input id="choose" type="file" name="file" accept=ACCEPT required />
                    <button type="submit" class="button">{say(Word::UploadSend)}</button>
                </form>
                <ol class="upload-files" id="files" aria-label=say(Word::UploadTitle)></ol>
                <p class="upload-said" id="said" role="status"></p>
                <p class="upload-until">{lang.with(Word::OpensUntil, &upload.until)}</p>
            </main>
            <template id="row">
                <li class="upload-file">
                    <div class="upload-line">
                        <strong class="upload-name"></strong>
                        <span class="upload-size"></span>
                    </div>
                    <progress max="100" value="0"></progress>
                    <div class="upload-line">
                        <span class="upload-state"></span>
                        <span class="upload-acts">
                            <a class="upload-play" hidden>{say(Word::PlayVideo)}</a>
                            <button type="button" class="upload-copy" hidden>{say(Word::Copy)}</button>
                            <button type="button" class="upload-pause">{say(Word::Pause)}</button>
                            <button type="button" class="upload-again" hidden>{say(Word::TryAgain)}</button>
                            <button type="button" class="upload-cancel">{say(Word::Cancel)}</button>
                        </span>
                    </div>
                </li>
            </template>
            <script nonce=nonce>{SCRIPT.as_str()}</script>
        </Document>
    }
}

#[cfg(test)]
mod tests {
    use super::super::Assets;
    use super::*;
    use crate::words::Lang;

    #[test]
    fn the_script_is_short_and_can_not_end_its_element_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("//"));
        assert!(SCRIPT.len() < 8_000, "{}", SCRIPT.len());
    }

    #[test]
    fn without_scripts_it_is_a_form() {
        let frame = Frame { assets: Assets::default(), nonce: "n".into(), canonical: "x".into(), lang: Lang::De };
        let upload = Upload { pass: "upload.1.2.x".into(), most: 5, most_said: "5 B".into(), until: "heute".into() };
        let html = Owner::new().with(|| UploadPage(UploadPageProps { frame, upload }).into_view().to_html());
        assert!(
            html.contains("action=\"/upload?pass=upload.1.2.x\"") && html.contains("enctype=\"multipart/form-data\"")
        );
    }
}
