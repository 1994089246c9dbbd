//! What needs no key: what players report, oEmbed, and this document.

use super::{
    Noun, PATH,
    call::{JSON, get, post},
    shape::{Field, Shape, shape},
};
use serde_json::json;

pub fn noun() -> Noun {
    let batch = json!({
        "v": 1, "session": "0199a3c2-7c1e-7e70-9e0c-1f5a2f1b7f00", "video": "mp1lhvzM9gyOY1mg19Fl2Q",
        "sent": 1795435200000_i64,
        "events": [
            { "seq": 0, "at": 0, "type": "load", "surface": "embed" },
            { "seq": 1, "at": 1203, "type": "play", "pos": 0 },
            { "seq": 2, "at": 4280, "type": "watched", "from": 0, "to": 3076, "rate": 100, "hidden": false, "muted": false }
        ]
    });
    let calls = vec![
        post("/engage/record", "recordEvents", "What a player reports")
            .open()
            .about("At most 64 KiB and 200 events. 200 means on disk: an event is stored once for its session and seq, and what is neither recorded nor refused is sent again. Browsers may send it from our own pages only.")
            .body(JSON, "Batch", Some(batch), true)
            .answers(200, "Receipt")
            .fails(&[403, 404, 410, 422, 429]),
        get("/services/oembed", "oembed", "A player for whoever has a link (oEmbed 1.0)")
            .open()
            .query("url!", "string", "The address of a video's page or embed.")
            .query("maxwidth", "integer 1..", "Pixels.")
            .query("maxheight", "integer 1..", "")
            .query("format", "'json' | 'xml'", "501 for any other.")
            .answers(200, "Oembed")
            .answers_as(200, "text/xml", "string")
            .fails(&[401, 404]),
        get(PATH, "showDescription", "This document").open().answers(200, "object"),
    ];
    Noun { name: "Public", about: "What needs no key.", calls, shapes: shapes() }
}

fn shapes() -> Vec<Shape> {
    vec![
        shape(
            "Batch",
            "Events of one view.",
            &[
                ("v", "integer 1..1", ""),
                ("session", "uuid", "One per view, a UUIDv7 of the client's."),
                ("video", "string", "The video's token."),
                ("pass?", "string | null", "As the page has it."),
                ("sent", "instant", "The client's clock, in Unix milliseconds."),
                ("events", "[ViewEvent] ..200", ""),
            ],
        ),
        shape("ViewEvent", "Something that happened; what else it has depends on its type.", EVENT),
        shape(
            "Receipt",
            "What became of a batch.",
            &[
                ("recorded", "integer 0..200", "Events that are on disk, now or earlier."),
                ("refused", "[Refusal]", ""),
                (
                    "results",
                    "[object]",
                    "What a poll may show. Of a refused answer, where the viewer has answered before: of that answer, with the choices of a vote.",
                ),
            ],
        ),
        shape(
            "Refusal",
            "An event that is not stored, and why.",
            &[("seq", "integer 0..", ""), ("field", "string", ""), ("message", "string", "")],
        ),
        shape("Oembed", "A player, as oEmbed describes one.", OEMBED),
    ]
}

const EVENT: &[Field] = &[
    ("seq", "integer 0..", "Its number within the view."),
    ("at", "integer 0..", "Milliseconds since the view began."),
    (
        "type",
        "'load' | 'play' | 'pause' | 'watched' | 'seek' | 'ended' | 'hidden' | 'visible' | 'here' | 'shown' | 'answer' | 'skip' | 'viewer' | 'consent' | 'error'",
        "",
    ),
];

const OEMBED: &[Field] = &[
    ("version", "'1.0'", ""),
    ("type", "'video'", ""),
    ("title", "string", ""),
    ("author_name", "string", ""),
    ("provider_name", "string", ""),
    ("provider_url", "uri", ""),
    ("width", "integer 1..", ""),
    ("height", "integer 1..", ""),
    ("html", "string", "An iframe."),
    ("cache_age", "integer 0..", ""),
    ("thumbnail_url?", "uri", ""),
    ("thumbnail_width?", "integer", ""),
    ("thumbnail_height?", "integer", ""),
    ("duration?", "number", "Seconds."),
    ("description?", "string", ""),
];
