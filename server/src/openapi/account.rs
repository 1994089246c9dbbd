//! The account itself.

use super::{
    Noun,
    call::{get, patch},
    shape::shape,
};
use serde_json::json;

pub fn noun() -> Noun {
    let calls = vec![
        get("/api/v1/me/settings", "showSettings", "What the account has decided").answers(200, "Settings"),
        patch("/api/v1/me/settings", "changeSettings", "Decide")
            .some_fields("SettingsChange", json!({ "retention_days": 90 }))
            .answers(200, "Settings"),
    ];
    let shapes = vec![
        shape(
            "Settings",
            "What an account decides about itself.",
            &[
                (
                    "retention_days",
                    "integer 8..36500 | null",
                    "Events are purged so long after their view; null keeps them.",
                ),
                ("webhook_log_days", "integer 1..36500 | null", "How long webhooks' deliveries are kept; null is 30."),
            ],
        )
        .example(json!({ "retention_days": 90, "webhook_log_days": null })),
        shape(
            "SettingsChange",
            "What is to be different.",
            &[("retention_days?", "integer 8..36500 | null", ""), ("webhook_log_days?", "integer 1..36500 | null", "")],
        ),
    ];
    Noun { name: "Account", about: "What holds for all of an account.", calls, shapes }
}
