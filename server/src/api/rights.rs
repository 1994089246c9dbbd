//! Which right each call needs, and what the audit log calls it. A call that is not named here needs every right.

use crate::people::Right::{self, *};
use http::Method;

/// What a call needs, and the name of what it does; none for calls that change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub method: &'static str,
    pub path: &'static str,
    pub right: Right,
    /// What the log calls it.
    pub action: Option<&'static str>,
}

const fn reads(method: &'static str, path: &'static str, right: Right) -> Rule {
    Rule { method, path, right, action: None }
}

const fn does(method: &'static str, path: &'static str, right: Right, action: &'static str) -> Rule {
    Rule { method, path, right, action: Some(action) }
}

/// Changes that write their own row, in their own transaction, are among those without an action.
pub const RULES: &[Rule] = &[
    // Videos
    reads("GET", "/api/v1/me/videos/list", Watch),
    reads("GET", "/api/v1/videos/{id}", Watch),
    reads("GET", "/api/v1/me/video/{id}", Watch),
    does("POST", "/api/v1/videos", Edit, "video.create"),
    does("POST", "/api/v1/me/video/import", Edit, "video.import"),
    does("PATCH", "/api/v1/videos/{id}", Edit, "video.change"),
    does("PATCH", "/api/v1/me/video/{id}", Edit, "video.change"),
    does("DELETE", "/api/v1/videos/{id}", Edit, "video.delete"),
    does("DELETE", "/api/v1/me/video/{id}", Edit, "video.delete"),
    does("POST", "/api/v1/videos/{id}/undelete", Edit, "video.undelete"),
    does("PUT", "/api/v1/videos/{id}/media", Edit, "video.media"),
    does("PUT", "/api/v1/videos/{id}/poster", Edit, "video.poster"),
    does("DELETE", "/api/v1/videos/{id}/poster", Edit, "video.poster"),
    reads("GET", "/api/v1/videos/{id}/snippets", Watch),
    reads("GET", "/api/v1/videos/{id}/captions", Watch),
    does("PUT", "/api/v1/videos/{id}/captions/{lang}", Edit, "captions.change"),
    does("DELETE", "/api/v1/videos/{id}/captions/{lang}", Edit, "captions.delete"),
    reads("GET", "/api/v1/videos/{id}/chapters", Watch),
    does("PUT", "/api/v1/videos/{id}/chapters", Edit, "chapters.change"),
    does("DELETE", "/api/v1/videos/{id}/chapters", Edit, "chapters.delete"),
    reads("GET", "/api/v1/videos/{id}/links", Edit),
    does("POST", "/api/v1/videos/{id}/links", Edit, "link.create"),
    does("DELETE", "/api/v1/videos/{id}/links/{link}", Edit, "link.revoke"),
    // Their way in
    does("POST", "/api/v1/me/upload-links", Edit, "upload_link.create"),
    does("POST", "/api/v1/uploads", Edit, "upload.begin"),
    reads("GET", "/api/v1/uploads/{id}", Edit),
    // A piece is no change that anybody looks for; it may also stand for the two below (tus).
    reads("POST", "/api/v1/uploads/{id}", Edit),
    reads("PATCH", "/api/v1/uploads/{id}", Edit),
    does("DELETE", "/api/v1/uploads/{id}", Edit, "upload.end"),
    reads("GET", "/api/v1/jobs", Edit),
    reads("GET", "/api/v1/jobs/{id}", Edit),
    reads("GET", "/api/v1/jobs/{id}/events", Edit),
    reads("GET", "/api/v1/videos/{id}/jobs", Edit),
    does("DELETE", "/api/v1/jobs/{id}", Edit, "job.cancel"),
    does("POST", "/api/v1/jobs/{id}/retry", Edit, "job.retry"),
    // Timelines
    reads("GET", "/api/v1/videos/{id}/interactions", Edit),
    reads("GET", "/api/v1/videos/{id}/interactions/{iid}", Edit),
    reads("GET", "/api/v1/videos/{id}/interactions/lint", Edit),
    reads("GET", "/api/v1/videos/{id}/interactions/export", Edit),
    reads("POST", "/api/v1/videos/{id}/interactions/simulate", Edit),
    does("POST", "/api/v1/videos/{id}/interactions", Edit, "interaction.create"),
    does("PUT", "/api/v1/videos/{id}/interactions", Edit, "timeline.replace"),
    does("PUT", "/api/v1/videos/{id}/interactions/{iid}", Edit, "interaction.change"),
    does("DELETE", "/api/v1/videos/{id}/interactions/{iid}", Edit, "interaction.delete"),
    does("POST", "/api/v1/videos/{id}/interactions/publish", Edit, "timeline.publish"),
    // Comments
    reads("GET", "/api/v1/videos/{id}/comments", Moderate),
    does("PATCH", "/api/v1/videos/{id}/comments/{comment}", Moderate, "comment.moderate"),
    does("DELETE", "/api/v1/videos/{id}/comments/{comment}", Moderate, "comment.delete"),
    // Reports
    reads("GET", "/api/v1/me/video/reports/{video_id}", Report),
    reads("GET", "/api/v1/me/video/reports", Report),
    reads("GET", "/api/v1/me/video/viewer_profile", Report),
    reads("GET", "/api/v1/videos/{id}/reports/retention", Report),
    reads("GET", "/api/v1/videos/{id}/reports/series", Report),
    reads("GET", "/api/v1/videos/{id}/reports/answers", Report),
    reads("GET", "/api/v1/videos/{id}/reports/answers/{interaction}", Report),
    reads("GET", "/api/v1/videos/{id}/reports/attention", Report),
    reads("GET", "/api/v1/videos/{id}/reports/explain", Report),
    reads("GET", "/api/v1/videos/{id}/reports/{group}", Report),
    reads("GET", "/api/v1/videos/{id}/exports/{file}", Report),
    does("POST", "/api/v1/videos/{id}/report-links", Report, "report_link.create"),
    does("POST", "/api/v1/me/owner-link", Edit, "owner_link.create"),
    // Viewers
    reads("GET", "/api/v1/viewers/{who}/export", Privacy),
    does("DELETE", "/api/v1/viewers/{who}", Privacy, "viewer.erase"),
    // Webhooks
    reads("GET", "/api/v1/webhooks", Hooks),
    reads("GET", "/api/v1/webhooks/{id}", Hooks),
    reads("GET", "/api/v1/webhooks/stream", Hooks),
    reads("GET", "/api/v1/webhooks/{id}/deliveries", Hooks),
    reads("GET", "/api/v1/webhooks/{id}/replays", Hooks),
    reads("GET", "/api/v1/webhooks/{id}/replays/{replay}", Hooks),
    reads("GET", "/api/v1/deliveries/{id}", Hooks),
    does("POST", "/webhook", Hooks, "webhook.create"),
    does("POST", "/api/v1/webhooks", Hooks, "webhook.create"),
    does("PATCH", "/api/v1/webhooks/{id}", Hooks, "webhook.change"),
    does("DELETE", "/api/v1/webhooks/{id}", Hooks, "webhook.delete"),
    does("POST", "/api/v1/webhooks/{id}/rotate", Hooks, "webhook.rotate"),
    does("POST", "/api/v1/webhooks/{id}/test", Hooks, "webhook.test"),
    does("POST", "/api/v1/webhooks/{id}/replay", Hooks, "webhook.replay"),
    does("DELETE", "/api/v1/webhooks/{id}/replays/{replay}", Hooks, "replay.cancel"),
    does("POST", "/api/v1/deliveries/{id}/resend", Hooks, "delivery.resend"),
    // The account
    reads("GET", "/api/v1/me/settings", Settings),
    reads("PATCH", "/api/v1/me/settings", Settings),
    reads("GET", "/api/v1/viewer-key", Settings),
    // Makes one where there is none, and shows it.
    reads("POST", "/api/v1/viewer-key", Settings),
    does("POST", "/api/v1/viewer-key/rotate", Settings, "viewer_key.rotate"),
    reads("GET", "/api/v1/keys", People),
    reads("POST", "/api/v1/keys", People),
    reads("DELETE", "/api/v1/keys/{id}", People),
    reads("GET", "/api/v1/members", People),
    reads("POST", "/api/v1/members", People),
    reads("PATCH", "/api/v1/members/{id}", People),
    reads("DELETE", "/api/v1/members/{id}", People),
    reads("GET", "/api/v1/audit", People),
];

/// What a call needs, by the template of its address. HEAD is as GET.
pub fn rule(method: &Method, path: &str) -> Option<&'static Rule> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    RULES.iter().find(|rule| rule.method == method && rule.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    /// The calls that the sources under `folder` route: method and template.
    fn routed(folder: &Path, found: &mut BTreeSet<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                routed(&entry, found);
                continue;
            }
            let text = fs::read_to_string(&entry).expect("a source");
            for part in text.split(".route(").skip(1) {
                let Some((path, rest)) = part.trim_start().strip_prefix('"').and_then(|part| part.split_once('"'))
                else {
                    continue;
                };
                if !path.starts_with("/api/v1/") && path != "/webhook" || path.contains("{*") {
                    continue;
                }
                let mut depth = 1;
                let end = rest.find(|c| {
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    depth == 0
                });
                let rest = &rest[..end.unwrap_or(rest.len())];
                for method in ["get", "post", "put", "patch", "delete"] {
                    let called = |part: &str| part.ends_with([' ', '.', ',', ':', '(']);
                    if rest.match_indices(&format!("{method}(")).any(|(at, _)| called(&rest[..at])) {
                        found.insert((method.to_uppercase(), path.to_owned()));
                    }
                }
            }
        }
    }

    #[test]
    fn every_call_that_is_routed_has_a_rule_and_every_rule_a_call() {
        let mut found = BTreeSet::new();
        routed(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api"), &mut found);
        let ruled: BTreeSet<_> = RULES.iter().map(|rule| (rule.method.to_owned(), rule.path.to_owned())).collect();
        assert_eq!(ruled.len(), RULES.len(), "a call has one rule");
        assert_eq!(found.difference(&ruled).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "without a rule");
        assert_eq!(ruled.difference(&found).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "without a call");
    }

    #[test]
    fn whoever_asks_for_the_head_needs_what_the_whole_needs() {
        assert_eq!(rule(&Method::HEAD, "/api/v1/jobs").map(|rule| rule.right), Some(Edit));
        assert_eq!(rule(&Method::OPTIONS, "/api/v1/jobs"), None);
    }
}
