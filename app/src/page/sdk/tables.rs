//! Every call, event, error and parameter of the SDK, in a table each.

use leptos::prelude::*;

/// A name, what belongs to it, and what it means.
pub type Row = (&'static str, &'static str, &'static str);

const CALLS: &[Row] = &[
    ("play()", "", "NotAllowedError where the browser wants a gesture first."),
    ("pause()", "", "Stops where it is."),
    ("getPaused()", "boolean", "True before the start and at the end too."),
    ("getEnded()", "boolean", "The end has been reached, and nothing has played since."),
    ("getCurrentTime()", "number", "Seconds."),
    ("setCurrentTime(seconds)", "", "RangeError below 0 and past the end."),
    ("getDuration()", "number", "Seconds."),
    ("getVolume()", "number", "0 to 1."),
    ("setVolume(volume)", "", "RangeError outside 0 to 1. An iPhone leaves the volume to its buttons."),
    ("getMuted()", "boolean", "Silenced, whatever the volume."),
    ("setMuted(muted)", "", "The volume stays as it was."),
    ("getPlaybackRate()", "number", "1 is as recorded."),
    ("setPlaybackRate(rate)", "", "RangeError outside 0.25 to 3."),
    ("getLoop()", "boolean", "Whether it begins again at the end."),
    ("setLoop(loop)", "", "Begins again at the end."),
    ("getChapters()", "array", "{ index, title, startTime } of each."),
    ("getTextTracks()", "array", "{ language, label, kind, mode } of each; one mode is showing, or none."),
    ("enableTextTrack(language, kind?)", "", "Shows captions of that language; RangeError when there are none."),
    ("disableTextTrack()", "", "Hides captions."),
    ("requestFullscreen()", "", "From a click or a key, without waiting for anything first."),
    ("exitFullscreen()", "", "Does nothing when the player has not got the screen."),
    ("requestPictureInPicture()", "", "NotAllowedError where the browser wants a gesture inside the player."),
    ("exitPictureInPicture()", "", "The video comes back into the player."),
    ("addCuePoint(time, data?)", "string", "The event cuepoint comes at that time, with your data. Its id."),
    ("removeCuePoint(id)", "", "Takes back one of yours."),
    ("getCuePoints()", "array", "{ id, time, data } of each."),
    ("getWatched()", "object", "{ seconds, percent, ranges: [[from, to]] }: what has been seen, every second once."),
    ("setViewer(token)", "", "Who is watching, signed by your server. DataError says why a token does not hold."),
    (
        "setConsent({ analytics })",
        "",
        "true lets the frame keep a cookie, false takes it away. Without a word there is none.",
    ),
    ("ready()", "object", "When the player can be used. Other calls wait for it by themselves."),
    ("on(event, listener)", "-", "Adds a listener."),
    ("off(event, listener?)", "-", "Removes that listener, or all of the event's."),
    ("destroy()", "", "Removes listeners, rejects what still waits, empties the element. Your own iframe stays."),
];

pub const EVENTS: &[Row] = &[
    ("ready", "version, duration, methods, events", "The player can be used."),
    ("play, pause, ended", "seconds, duration, percent", "Here and below, percent is a share: 0 to 1."),
    ("playing", "seconds, duration, percent", "Frames move: at the start, and after each wait for data."),
    ("timeupdate", "seconds, duration, percent", "About four times a second."),
    ("progress", "seconds, duration, percent", "How far the video is buffered."),
    ("seeking, seeked", "seconds, duration, percent", "The viewer or the page jumps, and has arrived."),
    ("volumechange", "volume, muted", "Louder, quieter, silent or not."),
    ("ratechange", "playbackRate", "Faster or slower."),
    ("bufferstart, bufferend", "", "Playback waits for data."),
    ("loaded", "", "The length of the video is known."),
    ("error", "name, code, message", "Playback failed, or there is no video to be seen."),
    ("chapterchange", "index, title, startTime", "detail is null outside all chapters."),
    ("texttrackchange", "language, label, kind", "detail is null when captions are off."),
    ("fullscreenchange", "fullscreen", "The player takes the screen, or gives it back."),
    ("enterpictureinpicture, leavepictureinpicture", "", "The video floats above other windows, or no more."),
    ("cuepoint", "id, time, data", "One of your cue points has come."),
    ("interactionshow", "id, kind", "A call to action, form, poll, note or end screen is on the video."),
    (
        "ctaclick, annotationclick, endscreenclick",
        "id, label, url, automatic",
        "preventDefault() keeps the link from opening. automatic: nobody has clicked, a card opens by itself.",
    ),
    ("formsubmit, formskip", "id", "Not what was entered: that goes to the video's owner alone."),
    ("questionanswer", "id", "A poll or quiz was answered."),
    ("gateenter, gaterelease", "id", "Playback is held until an answer is given."),
    (
        "commentadd, replyadd",
        "id, parent, author, text, time",
        "A viewer has said something, in this player or in another that is open.",
    ),
    ("reactionadd", "id, reaction, time", "A viewer has reacted."),
    ("watchedchange", "seconds, percent, ranges", "More of the video has been seen."),
    ("consentchange", "analytics", "setConsent() was carried out."),
];

pub const ERRORS: &[Row] = &[
    ("PrivacyError", "", "The video's owner has chosen where it may be embedded, and this is not the place."),
    ("PasswordError", "", "It wants a password. The frame asks the viewer; the event ready follows."),
    ("NotFoundError", "", "No video has this token, or it is gone."),
    ("UnavailableError", "", "It is being prepared, or could not be."),
    ("RangeError", "", "A time, volume or speed that is not possible. The language's own class."),
    ("UnsupportedError", "", "This player can't do that."),
    ("NotAllowedError", "", "The browser wants a gesture. A DOMException, as from play() of a video element."),
    (
        "DataError",
        "",
        "The viewer token does not hold, or there is no true or false in a consent; the message says which. A DOMException.",
    ),
    ("AbortError", "", "The player was destroyed, or its page has left, before the answer came. A DOMException."),
];

pub const ATTRIBUTES: &[Row] = &[
    ("token", "", "The video."),
    ("host", "", "The server, when it is not the one that the script came from."),
    ("title", "", "The name of the frame for screen readers. Left out: Video player."),
    ("loading", "lazy or eager", "lazy shows the poster until someone comes near."),
    ("poster", "address", "Another picture for the lazy poster."),
];

pub const PARAMETERS: &[Row] = &[
    ("autoplay", "yes or no", "With sound only where the browser allows it; add muted to be sure."),
    ("muted, loop, controls", "yes or no", "Without controls, the page is the one to start and stop."),
    ("start, t", "time", "Where to begin: 90, 1m30s or 1:30."),
    ("stop", "time", "Where to end."),
    ("playbackRate", "0.25 to 3", "1 is as recorded."),
    ("captions", "language", "Captions that are on from the start."),
    ("color", "hex", "The accent, such as 0f7b6c. One that can't be read becomes the nearest that can."),
    ("title, keyboard, comments", "yes or no", "Parts of the player that may be left out."),
    ("lang", "language", "The player's own words."),
    ("dnt", "yes or no", "No cookie, whoever agrees, and nobody is recognised but for the day or by a viewer token."),
    ("viewer_token", "text", "Who is watching, signed by your server."),
];

pub fn table(caption: &'static str, heads: [&'static str; 2], rows: &'static [Row]) -> AnyView {
    let rows = rows.iter().map(|&(name, more, text)| {
        view! {
            <tr>
                <th scope="row">
                    {name.split(", ").map(|name| view! { <code>{name}</code> " " }).collect_view()}
                    {(!more.is_empty()).then(|| view! { <span class="docs-more">{more}</span> })}
                </th>
                <td>{text}</td>
            </tr>
        }
    });
    view! {
        <table class="docs-table">
            <caption>{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{heads[0]}</th>
                    <th scope="col">{heads[1]}</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

pub fn calls() -> AnyView {
    let rows = CALLS.iter().map(|&(name, fulfils, text)| {
        let promise = match fulfils {
            "-" => None,
            "" => Some("Promise<void>".to_owned()),
            fulfils => Some(format!("Promise<{fulfils}>")),
        };
        view! {
            <tr>
                <th scope="row">
                    <code>{name}</code>
                    {promise.map(|promise| view! { " " <span class="docs-more">{promise}</span> })}
                </th>
                <td>{text}</td>
            </tr>
        }
    });
    view! {
        <table class="docs-table">
            <caption>"Calls of Player and of the element"</caption>
            <thead>
                <tr>
                    <th scope="col">"Call"</th>
                    <th scope="col">"What to know"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
