//! Who may do what: the account's people, its keys, and what they have changed.

use super::{
    Noun,
    call::{delete, get, patch, post},
    shape::shape,
};
use serde_json::json;

const ROLE: &str = "'owner' | 'admin' | 'editor' | 'analyst' | 'viewer'";

pub fn noun() -> Noun {
    let calls = vec![
        get("/api/v1/members", "listMembers", "Who belongs to the account, and who is invited").lists("Member", "null"),
        post("/api/v1/members", "inviteMember", "Invite somebody")
            .about("The link is in this answer alone, and in a letter where there is a mail server.")
            .fields("MemberNew", json!({ "email": "ada@example.com", "role": "editor" }))
            .answers(201, "Invitation")
            .fails(&[409, 429]),
        patch("/api/v1/members/{id}", "changeMember", "Give a member another role")
            .fields("MemberChange", json!({ "role": "analyst" }))
            .answers(200, "Member")
            .fails(&[409]),
        delete("/api/v1/members/{id}", "removeMember", "Remove a member, or take an invitation back")
            .empty(204, "Removed.")
            .fails(&[409]),
        get("/api/v1/keys", "listKeys", "The account's keys, without their texts").lists("Key", "null"),
        post("/api/v1/keys", "createKey", "Make a key")
            .about("Its text is in this answer alone. Nobody makes a key that may more than they do.")
            .fields("KeyNew", json!({ "name": "Reports", "role": "analyst", "expires_days": 90 }))
            .answers(201, "KeyMade")
            .fails(&[409]),
        delete("/api/v1/keys/{id}", "revokeKey", "Revoke a key").empty(204, "Revoked.").fails(&[409]),
        get("/api/v1/audit", "listChanges", "What was changed, newest first")
            .query("before", "uuid", "Rows older than this one.")
            .lists("Change", "uuid | null"),
    ];
    let (role, role_or_null) = (ROLE, "'owner' | 'admin' | 'editor' | 'analyst' | 'viewer' | null");
    let shapes = vec![
        shape(
            "Member",
            "Somebody who belongs to the account, or is invited to.",
            &[
                ("id", "uuid", ""),
                ("email", "string", ""),
                ("name?", "string | null", "A member's."),
                ("role", role, ""),
                ("state", "'member' | 'invited'", ""),
                ("created_at?", "date-time", "A member's."),
                ("expires_at?", "date-time", "An invitation's."),
            ],
        ),
        shape("MemberNew", "Whom to invite.", &[("email", "string 3..320", ""), ("role", role, "")]),
        shape("MemberChange", "What is to be different.", &[("role", role, "")]),
        shape(
            "Invitation",
            "An invitation that was just made.",
            &[
                ("id", "uuid", ""),
                ("email", "string", ""),
                ("role", role, ""),
                ("state", "'invited'", ""),
                ("expires_at", "date-time", ""),
                ("url", "string", "Where whoever is invited joins."),
                ("mailed", "boolean", "A letter is on its way."),
            ],
        ),
        shape("Key", "An API key.", KEY),
        shape(
            "KeyMade",
            "A key that was just made.",
            &[KEY, &[("key", "string", "Its text, shown this once.")]].concat(),
        ),
        shape(
            "KeyNew",
            "A key to be made, with either a role or scopes.",
            &[
                ("name", "string 1..200", ""),
                ("role?", role_or_null, "All rights of a role."),
                ("scopes?", "[string] | string | null", "These rights alone."),
                ("expires_days?", "integer 1..3650 | null", "When it ends; null: never."),
            ],
        ),
        shape(
            "Change",
            "A row of the log of changes.",
            &[
                ("id", "uuid", ""),
                ("at", "date-time", ""),
                ("actor", "string", "The person's address, or the key's name."),
                ("actor_id", "string", "Of the person or the key."),
                ("action", "string", "Such as `video.change`."),
                ("object", "string", "The id of what was changed."),
                ("fields", "[string]", "The names of what was given, never the values."),
            ],
        ),
    ];
    Noun { name: "People and keys", about: "Who may do what, and what they did.", calls, shapes }
}

const KEY: &[(&str, &str, &str)] = &[
    ("id", "uuid", ""),
    ("name", "string", ""),
    ("prefix", "string", "How its text begins."),
    ("role", "'owner' | 'admin' | 'editor' | 'analyst' | 'viewer' | null", "Null where its rights are no role's."),
    ("scopes", "[string]", "Its rights."),
    ("created_at", "date-time", ""),
    ("expires_at", "date-time | null", ""),
    ("last_used_at", "date-time | null", ""),
    ("revoked_at", "date-time | null", ""),
];
