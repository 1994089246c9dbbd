//! The timeline of a video. What an interaction is made of comes from the types that read it.

use super::{
    Noun,
    call::{JSON, delete, get, post, put},
    shape::{Field, Shape, shape},
};
use crate::api::interactions::SCHEMA;
use serde_json::{Map, Value, json};

const ALL: &str = "/api/v1/videos/{id}/interactions";
const ONE: &str = "/api/v1/videos/{id}/interactions/{iid}";

pub fn noun() -> Noun {
    let cta = json!({
        "kind": "cta", "at": { "s": 20 }, "duration_s": 8,
        "layout": { "overlay": { "x": 60, "y": 70, "w": 30, "h": 20 } },
        "spec": { "label": "Book a demo", "action": { "url": "https://example.com/demo" } }
    });
    let calls = vec![
        get(ALL, "listInteractions", "The timeline of a video").answers(200, "ShownTimeline"),
        post(ALL, "addInteractions", "Add to the timeline")
            .about("One interaction, or a timeline of them. Viewers get it at once, unless `draft` is true.")
            .body(JSON, "Interaction | Timeline", Some(cta.clone()), true)
            .fails(&[422])
            .answers(201, "WrittenTimeline"),
        put(ALL, "replaceInteractions", "Replace the whole timeline")
            .about("All or nothing; what is not named is deleted. It also takes what was exported from another video.")
            .body(JSON, "Timeline", Some(json!({ "interactions": [cta] })), true)
            .fails(&[422])
            .answers(200, "WrittenTimeline"),
        get(ONE, "showInteraction", "One interaction").answers(200, "ShownTimeline"),
        put(ONE, "replaceInteraction", "Replace one interaction")
            .about("Once viewers have answered, its kind and the places of its choices or cards stay.")
            .body(JSON, "Interaction", Some(cta), true)
            .fails(&[422])
            .answers(200, "WrittenTimeline"),
        delete(ONE, "deleteInteraction", "Take one off the timeline").empty(204, "It is gone."),
        post("/api/v1/videos/{id}/interactions/publish", "publishInteractions", "Let viewers have every draft")
            .fails(&[422])
            .answers(200, "WrittenTimeline"),
        get("/api/v1/videos/{id}/interactions/lint", "lintInteractions", "What viewers would miss")
            .answers(200, "Warnings"),
        get("/api/v1/videos/{id}/interactions/export", "exportInteractions", "The timeline for another video")
            .answers(200, "Timeline"),
        post(
            "/api/v1/videos/{id}/interactions/simulate",
            "simulateInteractions",
            "Play the timeline without a browser",
        )
        .about("By the player's own rules: what shows, what holds, and where playback is after each event.")
        .body(JSON, "Simulation", Some(json!({ "events": [{ "type": "play" }, { "type": "time", "to_s": 12 }] })), true)
        .fails(&[422])
        .answers(200, "Simulated"),
        get(SCHEMA, "showInteractionSchema", "The JSON Schema of interactions, for editors").open().answers_as(
            200,
            "application/schema+json",
            "object",
        ),
    ];
    Noun { name: "Interactions", about: "What stands on a video's timeline.", calls, shapes: shapes() }
}

/// The shapes that come from the types, under the names that they have there.
pub fn schemas() -> Map<String, Value> {
    let whole = app::interaction::schema::schema("").to_string().replace("#/$defs/", "#/components/schemas/");
    let whole: Value = serde_json::from_str(&whole).unwrap_or_default();
    whole["$defs"].as_object().cloned().unwrap_or_default()
}

fn shapes() -> Vec<Shape> {
    let listed = ("interactions", "[ShownInteraction] ..100", "");
    vec![
        shape("ShownTimeline", "Interactions as they were written last.", &[listed]),
        shape(
            "WrittenTimeline",
            "What was written, and what its author had better look at.",
            &[listed, ("warnings", "[Warning]", "")],
        ),
        Shape::of(
            "ShownInteraction",
            json!({
                "description": "An interaction, and what has become of it.",
                "allOf": [{ "$ref": "#/components/schemas/Interaction" }],
                "required": ["id", "draft", "created_at", "updated_at"],
                "properties": {
                    "draft": { "type": "boolean", "description": "Viewers don't get this." },
                    "published": {
                        "description": "What viewers get instead of a draft; null when that is nothing.",
                        "anyOf": [{ "$ref": "#/components/schemas/Interaction" }, { "type": "null" }],
                    },
                    "created_at": { "type": "integer", "format": "int64", "description": "Unix milliseconds." },
                    "updated_at": { "type": "integer", "format": "int64" },
                },
            }),
        ),
        shape("Warnings", "What authors had better look at.", &[("warnings", "[Warning]", "")]),
        shape(
            "Warning",
            "Something that viewers would miss.",
            &[
                ("interaction", "uuid", ""),
                ("with?", "uuid", "The other one that it has to do with."),
                ("field", "string", "A JSON pointer into the interaction."),
                ("message", "string", ""),
            ],
        ),
        shape(
            "Simulation",
            "What a viewer does.",
            &[
                ("events", "[SimulatedEvent] ..500", ""),
                ("known?", "boolean | null", "Is the viewer's e-mail address known?"),
                ("draft?", "boolean | null", "With drafts as if they were published?"),
            ],
        ),
        shape("SimulatedEvent", "Something that a viewer does, or the video by itself.", EVENT),
        shape(
            "Simulated",
            "Before anything happened, and after each event.",
            &[("start", "Moment", ""), ("events", "[Moment]", "")],
        ),
        shape(
            "Moment",
            "What there is to see.",
            &[
                ("position_s", "number 0..", ""),
                ("showing", "[uuid]", ""),
                ("holding", "[uuid]", "What playback waits for."),
                ("paused", "boolean", ""),
                ("refused?", "boolean", "The event was not allowed."),
            ],
        ),
    ]
}

const EVENT: &[Field] = &[
    ("type", "'play' | 'pause' | 'time' | 'seek' | 'answer' | 'skip' | 'open' | 'ended'", ""),
    ("to_s?", "number 0..86400", "Of time and seek, in seconds."),
    ("interaction?", "uuid", "Of answer, skip and open."),
];
