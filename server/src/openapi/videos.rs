//! Videos: what they are, and what belongs to one.

use super::{
    Noun,
    call::{JSON, delete, get, patch, post, put},
    shape::{Shape, shape},
};
use serde_json::json;

pub fn noun() -> Noun {
    let mut calls = vec![
        get("/api/v1/me/videos/list", "listVideos", "All videos of the account, newest first")
            .query("page", "integer 1..1000000", "Twenty are on a page; the first is 1.")
            .answers(200, "Videos"),
    ];
    // The second path is the one that older clients know.
    for (path, more) in [("/api/v1/videos/{id}", ""), ("/api/v1/me/video/{id}", "Compatible")] {
        calls.push(get(path, &format!("show{more}Video"), "One video").answers(200, "Video"));
        let change = patch(path, &format!("change{more}Video"), "Change a video");
        calls.push(
            change
                .about("What is not named stays; null resets a field.")
                .fields(
                    "VideoChange",
                    json!({ "title": "Our talk", "comments": "approve", "theme": { "accent": "#0b7a75" } }),
                )
                .answers(200, "Video"),
        );
        let remove = delete(path, &format!("delete{more}Video"), "Delete a video");
        calls.push(
            remove
                .about("It is gone for everybody at once. Its files, views and answers follow after seven days.")
                .answers(200, "Deleted"),
        );
    }
    calls.extend([
        post("/api/v1/videos/{id}/undelete", "undeleteVideo", "Have a deleted video back")
            .answers(200, "Video")
            .fails(&[410]),
        put("/api/v1/videos/{id}/media", "replaceMedia", "Give a video another file")
            .about("Link, statistics, chapters and the captions that you gave stay, and the old file plays until the new one is ready. Views keep the length of the file that they played. A form with the file, or the address of one.")
            .fields("Source", json!({ "url": "https://example.com/talk-2.mov" }))
            .body("multipart/form-data", "Form", None, true)
            .answers(202, "Import")
            .fails(&[429]),
        put("/api/v1/videos/{id}/poster", "setPoster", "Set the poster")
            .about("A picture as the body (PNG, JPEG, GIF, WebP, AVIF), a moment of the video, or a picture's address. 501 on a server without ffmpeg.")
            .fields("Poster", json!({ "at_s": 12.5 }))
            .body("image/*", "file", None, true)
            .answers(200, "Video"),
        delete("/api/v1/videos/{id}/poster", "resetPoster", "Go back to a poster from the video").answers(200, "Video").fails(&[422]),
        get("/api/v1/videos/{id}/snippets", "showSnippets", "HTML to paste elsewhere")
            .answers(200, "Snippets"),
        get("/api/v1/videos/{id}/captions", "listCaptions", "The captions of a video").lists("Captions", "null"),
        put("/api/v1/videos/{id}/captions/{lang}", "setCaptions", "Set the captions in one language")
            .about("WebVTT, or SRT, which becomes it.")
            .query("label", "string ..200", "What viewers read in the menu; usually the language's own name.")
            .body("text/vtt", "string", Some(json!("WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n")), true)
            .body("application/x-subrip", "string", None, true)
            .fails(&[422])
            .answers(200, "Video"),
        delete("/api/v1/videos/{id}/captions/{lang}", "deleteCaptions", "Take captions away").answers(200, "Video"),
        get("/api/v1/videos/{id}/chapters", "showChapters", "The chapters of a video").answers(200, "Chapters"),
        put("/api/v1/videos/{id}/chapters", "setChapters", "Set the chapters")
            .body(JSON, "Chapters", Some(json!({ "chapters": [{ "at_s": 0, "title": "Begin" }] })), true)
            .body("text/vtt", "string", None, true)
            .fails(&[422])
            .answers(200, "Video"),
        delete("/api/v1/videos/{id}/chapters", "deleteChapters", "Take the chapters away").answers(200, "Video"),
    ]);
    Noun { name: "Videos", about: "One video, and what belongs to it.", calls, shapes: shapes() }
}

fn shapes() -> Vec<Shape> {
    vec![
        shape("Video", "A video as its owner sees it.", VIDEO).example(json!({
            "video_id": 1000002, "token": "mp1lhvzM9gyOY1mg19Fl2Q", "title": "Our talk", "description": "",
            "state": "ready", "duration": 171.689, "width": 1920, "height": 1080,
            "created_at": "2026-11-23T10:00:00Z",
            "captions": [{
                "lang": "en", "label": "English",
                "url": "https://video.example.com/media/mp1lhvzM9gyOY1mg19Fl2Q/captions.en.1f6c0a.vtt"
            }],
            "has_chapters": true, "streams": false, "loudness": { "lufs": -16.2, "peak_db": -1.1 },
            "source": { "sha256": null, "bytes": 48211004 }, "missing": [], "end": "stay", "next": null,
            "download": false,
            "theme": { "accent": "#0b7a75", "text": null, "background": null, "radius": 8, "logo": null },
            "consent": null, "comments": "on", "reactions": true, "unlisted": false,
            "access": "public", "has_password": false, "expires_at": null, "max_views": null, "embed_hosts": null,
            "share_url": "https://video.example.com/video/play/mp1lhvzM9gyOY1mg19Fl2Q",
            "embed_url": "https://video.example.com/video/embed/mp1lhvzM9gyOY1mg19Fl2Q",
            "thumbnail_preview": "https://video.example.com/previews/mp1lhvzM9gyOY1mg19Fl2Q.gif",
            "thumbnail_url": "https://video.example.com/thumbnails/mp1lhvzM9gyOY1mg19Fl2Q.jpg",
            "thumbnail_play_url": "https://video.example.com/thumbnails/mp1lhvzM9gyOY1mg19Fl2Q_play.jpg"
        })),
        shape(
            "Videos",
            "A page of videos.",
            &[
                ("status", "integer", "200"),
                ("videos", "[Video] ..20", ""),
                ("load_more", "boolean", "Is there another page?"),
                ("page", "integer 1..", ""),
                ("next_page", "integer 2..", ""),
            ],
        ),
        shape("VideoChange", "What is to be different about a video.", CHANGE),
        shape(
            "Theme",
            "A look that everyone can still read. Null is Cuepoint's own.",
            &[
                ("accent?", "string | null", "A colour such as #5b50e0."),
                ("text?", "string | null", "On cards and panels."),
                ("background?", "string | null", "Of cards and panels."),
                ("radius?", "integer 0..24 | null", "Of corners, in pixels."),
                ("logo?", "Logo | null", ""),
            ],
        ),
        shape(
            "Logo",
            "A mark in the player's corner.",
            &[
                ("src", "string", "data:image/png;base64,… or jpeg or webp, at most 48 KiB."),
                ("alt?", "string ..120", ""),
                ("href?", "string ..2048 | null", "Where it leads; it needs alt."),
            ],
        ),
        shape(
            "Snippets",
            "HTML that shows a video elsewhere.",
            &[
                ("frame", "string", "As wide as where it stands."),
                ("fixed", "string", "640 pixels wide."),
                ("element", "string", "The element of the SDK."),
                ("mail", "string", "An animated preview, else a poster, that leads to the page."),
            ],
        ),
        shape(
            "Captions",
            "Captions in one language.",
            &[("lang", "string", "BCP 47"), ("label", "string", ""), ("url", "uri", "")],
        ),
        shape("Loudness", "How loud it is (ITU-R BS.1770).", &[("lufs", "number", ""), ("peak_db", "number", "dBTP")]),
        shape(
            "SourceFile",
            "The file as it came.",
            &[("sha256", "string | null", ""), ("bytes", "integer 0.. | null", "")],
        ),
        shape(
            "Deleted",
            "A video that is gone, and until when it can be had back.",
            &[("video_id", "integer", ""), ("deleted", "boolean", ""), ("undelete_until", "date-time", "")],
        ),
        shape(
            "Poster",
            "Where a poster is from: one of the two.",
            &[
                ("at_s?", "number 0..1000000", "A moment of the video, in seconds."),
                ("url?", "string", "A picture's address, fetched once."),
            ],
        ),
        shape("Chapters", "Chapters in the order of time.", &[("chapters", "[Chapter] ..1000", "")]),
        shape(
            "Chapter",
            "Where one begins, and its name.",
            &[("at_s", "number 0..1000000", "Seconds."), ("title", "string 1..200", "")],
        ),
    ]
}

const VIDEO: &[super::shape::Field] = &[
    ("video_id", "integer", "Its number."),
    ("token", "string", "What its addresses name it by."),
    ("title", "string", ""),
    ("description", "string", ""),
    ("state", "'processing' | 'ready' | 'failed'", ""),
    ("error?", "string", "Why it failed; see the jobs' errors."),
    ("duration", "number | null", "Seconds; null until it is known."),
    ("width", "integer", "Pixels; 0 until it is known."),
    ("height", "integer", ""),
    ("created_at", "date-time", ""),
    ("captions", "[Captions]", ""),
    ("has_chapters", "boolean", ""),
    ("streams", "boolean", "Is there an HLS stream in several sizes?"),
    ("loudness", "Loudness | null", ""),
    ("source", "SourceFile", ""),
    ("missing", "[string]", "What this server could not make, such as a poster where there is no ffmpeg."),
    ("end", "'stay' | 'reset' | 'loop' | 'next' | 'end_screen'", "What happens when the video has ended."),
    ("next", "string | null", "The token of the video that follows."),
    ("download", "boolean", "May viewers download the file?"),
    ("theme", "Theme", ""),
    ("consent", "'required' | 'implied' | null", "Before a cookie tells viewers apart; null leaves it to the server."),
    ("comments", "'on' | 'approve' | 'off'", ""),
    ("reactions", "boolean", ""),
    ("unlisted", "boolean", "Kept out of all that search engines read."),
    ("access", "'public' | 'unlisted' | 'password' | 'account'", "Who may see it."),
    ("has_password", "boolean", ""),
    ("expires_at", "date-time | null", "From then on it is gone (410)."),
    ("max_views", "integer | null", "Plays after which it is gone."),
    ("embed_hosts", "[string] | null", "Who may frame it; null: anyone."),
    ("share_url", "uri", "The page."),
    ("embed_url", "uri", "The player alone, for a frame."),
    ("thumbnail_preview", "uri", "An animated preview."),
    ("thumbnail_url", "uri", "The poster."),
    ("thumbnail_play_url", "uri", "The poster with a play mark."),
];

const CHANGE: &[super::shape::Field] = &[
    ("title?", "string 1..200", ""),
    ("description?", "string ..5000 | null", ""),
    ("end?", "'stay' | 'reset' | 'loop' | 'next' | 'end_screen' | null", "next needs next."),
    ("next?", "string | null", "The token of another video of yours."),
    ("download?", "boolean | null", ""),
    ("theme?", "Theme | null", ""),
    ("consent?", "'required' | 'implied' | null", ""),
    ("comments?", "'on' | 'approve' | 'off' | null", ""),
    ("reactions?", "boolean | null", ""),
    ("unlisted?", "boolean | null", ""),
    ("access?", "'public' | 'unlisted' | 'password' | 'account'", "Who may see it."),
    ("password?", "string | null", "1 to 256 bytes, never told again."),
    ("expires_at?", "date-time | null", "The end of it."),
    ("max_views?", "integer 1.. | null", "Plays, as reports count them."),
    ("embed_hosts?", "[string] ..100 | null", "Hosts, or `*.host`, with a port where it is not the usual one."),
];
