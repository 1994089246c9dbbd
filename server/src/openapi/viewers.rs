//! Who watches: personal links, the key of viewer tokens, and what is stored about one person.

use super::{
    Noun,
    call::{delete, get, post},
    shape::{Field, Shape, shape},
};
use serde_json::json;

pub fn noun() -> Noun {
    let calls = vec![
        get("/api/v1/videos/{id}/links", "listLinks", "The personal links of a video")
            .query("after", "uuid", "The `next` of the page before; a hundred are on one.")
            .lists("PersonalLink", "uuid | null"),
        post("/api/v1/videos/{id}/links", "createLinks", "Make a personal link for each recipient")
            .fields("Recipients", json!({ "recipients": [{ "email": "mia@example.com", "name": "Mia" }] }))
            .answers(201, "PersonalLinks"),
        delete("/api/v1/videos/{id}/links/{link}", "revokeLink", "Revoke a personal link")
            .empty(204, "It is a plain one now."),
        get("/api/v1/viewer-key", "showViewerKey", "The key that your server signs viewer tokens with")
            .about("It is made when there is none.")
            .answers(200, "ViewerKey"),
        post("/api/v1/viewer-key", "makeViewerKey", "The same").answers(200, "ViewerKey"),
        post("/api/v1/viewer-key/rotate", "rotateViewerKey", "Make another key; the old one holds for a day more")
            .answers(200, "ViewerKey"),
        get("/api/v1/viewers/{who}/export", "exportViewer", "All that is stored about one person")
            .answers(200, "Person"),
        delete("/api/v1/viewers/{who}", "eraseViewer", "Erase all that is stored about one person")
            .about("Figures become those that they would be without that person.")
            .answers(200, "Erased"),
        post("/api/v1/me/owner-link", "createOwnerLink", "An address that leaves your own views out of the reports")
            .answers(201, "OwnerLink"),
    ];
    Noun { name: "Viewers", about: "Who watches, and what is known about them.", calls, shapes: shapes() }
}

fn shapes() -> Vec<Shape> {
    vec![
        shape("Recipients", "For whom links are made.", &[("recipients", "[Recipient] 1..100", "")]),
        shape("Recipient", "Somebody.", &[("email", "string ..320", ""), ("name?", "string 1..200 | null", "")]),
        shape("PersonalLinks", "The links that were made.", &[("items", "[PersonalLink]", ""), ("next", "null", "")]),
        shape(
            "PersonalLink",
            "A link for one recipient.",
            &[
                ("id", "uuid", ""),
                ("email", "string", ""),
                ("name", "string | null", ""),
                ("url", "uri", ""),
                ("bound", "boolean", "Does it belong to a browser?"),
                ("bound_at", "integer | null", "Unix milliseconds."),
                ("created_at", "instant", "Unix milliseconds."),
            ],
        ),
        shape(
            "ViewerKey",
            "The key of viewer tokens.",
            &[
                ("key", "string", ""),
                ("alg", "'HS256'", ""),
                ("aud", "[string]", "What may stand in a token's `aud`."),
                ("created_at", "instant", "Unix milliseconds."),
                ("previous_until", "integer | null", "Until when the one before holds."),
            ],
        )
        .example(json!({
            "key": "cuek_q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA", "alg": "HS256",
            "aud": ["https://video.example.com", "1"], "created_at": 1795435200000_i64, "previous_until": null
        })),
        shape(
            "Person",
            "All that is stored about one person.",
            &[
                ("viewers", "[object]", "Contacts."),
                ("views", "[object]", "Views, each with its events and its answers; answers outlive purged events."),
                ("comments", "[object]", ""),
                ("reactions", "[object]", ""),
                ("links", "[object]", ""),
                ("letters", "[object]", "On their way to one of the person's addresses."),
                ("webhooks", "[object]", "Messages that told of the person, as they were sent."),
            ],
        ),
        shape("Erased", "What was erased.", &[("erased", "integer 0..", "Views, comments, reactions and links.")]),
        shape("OwnerLink", "An address, and until when it opens.", OWNER_LINK),
    ]
}

const OWNER_LINK: &[Field] = &[("url", "uri", ""), ("expires_at", "instant", "Unix milliseconds.")];
