//! Comments, for the owner.

use super::{
    Noun,
    call::{delete, get, patch},
    shape::shape,
};
use serde_json::json;

pub fn noun() -> Noun {
    let calls = vec![
        get("/api/v1/videos/{id}/comments", "listComments", "What viewers have said")
            .query("state", "'shown' | 'waiting' | 'hidden'", "Only these; all where it is left out.")
            .query("page", "integer 1..100000", "Fifty are on a page; the first is 1.")
            .fails(&[422])
            .lists("Comment", "integer | null"),
        patch("/api/v1/videos/{id}/comments/{comment}", "moderateComment", "Approve a comment, or hide it")
            .fields("Moderation", json!({ "state": "shown" }))
            .answers(200, "Comment"),
        delete("/api/v1/videos/{id}/comments/{comment}", "deleteComment", "Delete a comment with its replies")
            .empty(204, "They are gone."),
    ];
    let shapes =
        vec![
        shape("Moderation", "What becomes of a comment.", &[("state", "'shown' | 'hidden'", "")]),
        shape("Comment", "A comment as the owner reads it.", &[
            ("id", "uuid", ""),
            ("parent", "uuid | null", "What it replies to."),
            ("author", "string", ""),
            ("verified", "boolean", "Is the author's address confirmed?"),
            ("text", "string", ""),
            ("at", "integer | null", "Milliseconds of the video that it is about."),
            ("created_at", "instant", "Unix milliseconds."),
            ("edited_at", "integer | null", ""),
            ("deleted", "boolean", ""),
            ("state", "string", "shown, waiting, hidden or deleted."),
            ("email", "string | null", ""),
        ])
        .example(json!({
            "id": "0199a3c2-7c1e-7e70-9e0c-1f5a2f1b7f00", "parent": null, "author": "Mia", "verified": true,
            "text": "Great point", "at": 12000, "created_at": 1795435200000_i64, "edited_at": null, "deleted": false,
            "state": "shown", "email": "mia@example.com"
        })),
    ];
    Noun { name: "Comments", about: "What viewers have said about a video.", calls, shapes }
}
