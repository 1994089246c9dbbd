//! Reports: figures, curves, lists, exports.

use super::{
    Noun,
    call::{get, post},
    shape::{Field, Shape, shape},
};
use serde_json::json;

pub fn noun() -> Noun {
    let of_video = "/docs/metrics says what every figure means.";
    let calls = vec![
        get("/api/v1/me/video/reports/{video_id}", "showReport", "The report of a video")
            .about(of_video)
            .answers(200, "VideoReport"),
        get("/api/v1/me/video/reports", "findReport", "The same, with the video in the query")
            .query("video_id!", "integer", "The video's number.")
            .answers(200, "VideoReport")
            .fails(&[404]),
        get("/api/v1/me/video/viewer_profile", "listViewerProfiles", "Who watched a video, or what one person watched")
            .about("Exactly one of `video_id` and `user_email`. Ten are on a page, newest play first.")
            .query("video_id", "integer", "")
            .query("user_email", "string ..320", "")
            .query("page", "integer 1..100000", "The first is 1.")
            .answers(200, "ViewerProfiles")
            .fails(&[404]),
        get("/api/v1/videos/{id}/reports/retention", "showRetention", "Which seconds were watched, and which again")
            .answers(200, "Retention"),
        get("/api/v1/videos/{id}/reports/series", "showSeries", "Figures over time, UTC")
            .query("by", "'day' | 'hour'", "Usually day.")
            .query(
                "from",
                "string",
                "A date such as 2026-11-23, or an instant with its offset, such as 2026-11-23T10:00:00Z.",
            )
            .query("to", "string", "At most 750 days or hours later.")
            .answers(200, "Series")
            .fails(&[422]),
        get("/api/v1/videos/{id}/reports/answers", "showAnswers", "What became of each interaction")
            .lists("Outcome", "null"),
        get(
            "/api/v1/videos/{id}/reports/answers/{interaction}",
            "listAnswers",
            "Every answer as it was given, newest first",
        )
        .query("after", "string", "The `next` of the page before.")
        .fails(&[422])
        .lists("GivenAnswer", "string | null"),
        get(
            "/api/v1/videos/{id}/reports/attention",
            "listAttention",
            "Each viewer's seconds, and how often they were played",
        )
        .query("page", "integer 1..100000", "Ten are on a page; the first is 1.")
        .query("viewer_id", "uuid", "Only this viewer; 404 for one who has not played the video.")
        .lists("Attention", "integer | null"),
        get(
            "/api/v1/videos/{id}/reports/explain",
            "explainMetric",
            "How a figure was made, and what was left out and why",
        )
        .query("metric!", "string", "Such as avg_watch_rate; an error names all.")
        .answers(200, "Explanation")
        .fails(&[422]),
        get("/api/v1/videos/{id}/reports/{group}", "showSources", "Where viewers came from, and what with")
            .answers(200, "Sources"),
        get("/api/v1/videos/{id}/exports/{file}", "exportViews", "Everything, streamed")
            .answers_as(200, "text/csv", "string")
            .answers_as(200, "application/x-ndjson", "string"),
        post(
            "/api/v1/videos/{id}/report-links",
            "createReportLink",
            "An address that opens the report page for a while",
        )
        .some_fields("ReportLinkWish", json!({ "days": 30 }))
        .answers(201, "Link"),
    ];
    Noun { name: "Reports", about: "What viewers watched and did.", calls, shapes: shapes() }
}

fn shapes() -> Vec<Shape> {
    let count = |name| (name, "integer 0..", "");
    vec![
        shape("VideoReport", "The report of a video.", REPORT).example(json!({
            "status": 200, "id": 988, "total_plays": 13, "total_page_loads": 15, "unique_users": 10,
            "avg_watch_rate": 85, "avg_unique_watch_rate": 80,
            "actions": {
                "no_of_actions": 111, "annotations": 4, "call_to_actions": 19, "forms": 6, "end_screens": 3,
                "questions": 5, "comments": 8, "reactions": 63, "replies": 3
            },
            "watch_rate": { "0": 0, "25": 3, "50": 2, "75": 1, "100": 7 },
            "popular_region": "Houston, Texas", "plays_in_popular_region": "1 plays from Houston, Texas",
            "popular_region_plays": 1
        })),
        shape(
            "Actions",
            "What viewers did, counted.",
            &[
                count("no_of_actions"),
                count("annotations"),
                count("call_to_actions"),
                count("forms"),
                count("end_screens"),
                count("questions"),
                count("comments"),
                count("reactions"),
                count("replies"),
            ],
        ),
        shape(
            "WatchRate",
            "Plays by the largest of these percentages that each reached.",
            &[count("0"), count("25"), count("50"), count("75"), count("100")],
        ),
        shape(
            "ViewerProfiles",
            "A page of viewers.",
            &[
                ("status", "integer", ""),
                ("viewer_profile", "[ViewerProfile] ..10", ""),
                ("load_more", "boolean", "Is there another page?"),
                ("page", "integer 1..", ""),
                ("next_page", "integer 2..", ""),
            ],
        ),
        shape("ViewerProfile", "One viewer of one video. What is not known is NA.", PROFILE).example(json!({
            "video_id": "988", "email": "michael.clark@icc.com", "viewer_name": "Michael Clark",
            "ip": "188.XXX.29.XXX", "last_viewed_time": "31/12/2018 02:23 AM",
            "last_viewed_at": "2018-12-31T02:23:00Z", "location": "Sydney, Australia", "device": "DESKTOP",
            "os": "Macintosh", "browser": "Chrome", "referer_url": "https://www.google.co.in/",
            "precentage_played": 95, "percentage_played": 95, "views": 2,
            "viewer_id": "0199a3c2-7c1e-7e70-9e0c-1f5a2f1b7f00"
        })),
        shape("Retention", "One entry for each second of the video.", RETENTION),
        shape(
            "Series",
            "Figures of each day or hour.",
            &[("video_id", "integer", ""), ("by", "'day' | 'hour'", ""), ("items", "[Stretch] ..750", "")],
        ),
        shape(
            "Stretch",
            "A day, or an hour.",
            &[
                ("at", "date-time", "When it begins."),
                count("page_loads"),
                count("plays"),
                ("watched", "number 0..", "Seconds."),
                ("finished", "integer 0..", "Views that reached the end."),
            ],
        ),
        shape("Outcome", "What became of an interaction.", OUTCOME),
        shape(
            "Option",
            "A choice of a poll, or a card of an end screen.",
            &[
                ("option", "integer 0..", ""),
                ("text", "string | null", ""),
                count("answers"),
                ("percent", "number 0..100", ""),
                ("correct?", "boolean", ""),
            ],
        ),
        shape(
            "GivenAnswer",
            "An answer as it was given.",
            &[
                ("view", "uuid", ""),
                ("viewer_id", "uuid", ""),
                ("email", "string | null", ""),
                ("name", "string | null", ""),
                ("answered_at", "date-time", ""),
                ("answer", "any", "As the kind of interaction has it."),
            ],
        ),
        shape(
            "Attention",
            "What one viewer watched.",
            &[
                ("viewer_id", "uuid", ""),
                ("email", "string | null", ""),
                ("name", "string | null", ""),
                ("last_viewed_at", "date-time", ""),
                count("views"),
                ("percentage_played", "integer 0..100", ""),
                ("watched", "number 0..", "Seconds."),
                ("seconds", "[[integer] 3..3]", "Runs: from this second, up to that one, played so often."),
            ],
        ),
        shape("Explanation", "How a figure was made.", EXPLANATION),
        shape("LeftOut", "Views in no figure, and milliseconds that were not credited.", LEFT_OUT),
        shape(
            "Sources",
            "Lists of values, those with most plays first; their names depend on the group.",
            &[("video_id", "integer", "")],
        ),
        shape("ReportLinkWish", "How long a link opens.", &[("days?", "integer 1..365 | null", "Usually 30.")]),
    ]
}

const REPORT: &[Field] = &[
    ("status", "integer", ""),
    ("id", "integer", "The video's number."),
    ("total_plays", "integer 0..", ""),
    ("total_page_loads", "integer 0..", ""),
    ("unique_users", "integer 0..", ""),
    ("avg_watch_rate", "integer 0..100", "Percent."),
    ("avg_unique_watch_rate", "integer 0..100", "Without what was watched again."),
    ("actions", "Actions", ""),
    ("watch_rate", "WatchRate", ""),
    ("popular_region", "string", "NA where it is not known."),
    ("plays_in_popular_region", "string", ""),
    ("popular_region_plays", "integer 0..", ""),
];

const PROFILE: &[Field] = &[
    ("video_id", "string", "The video's number, as text."),
    ("email", "string", ""),
    ("viewer_name", "string", ""),
    ("ip", "string", "Masked."),
    ("last_viewed_time", "string", "Day/month/year and time of day, UTC."),
    ("last_viewed_at", "date-time", ""),
    ("location", "string", ""),
    ("device", "string", ""),
    ("os", "string", ""),
    ("browser", "string", ""),
    ("referer_url", "string", ""),
    ("precentage_played", "integer 0..100", "Spelled as older clients know it."),
    ("percentage_played", "integer 0..100", ""),
    ("views", "integer 0..", ""),
    ("viewer_id", "uuid", ""),
];

const RETENTION: &[Field] = &[
    ("video_id", "integer", ""),
    ("duration", "number | null", "Seconds."),
    ("total_plays", "integer 0..", ""),
    ("views", "[integer 0..]", "Views that saw this second."),
    ("played", "[integer 0..]", "How often it was played."),
    ("rewatched", "[integer 0..]", "How often it was played again."),
    ("retention", "[number 0..100]", "Percent of plays that saw it."),
];

const OUTCOME: &[Field] = &[
    ("id", "uuid", ""),
    ("kind", "string", ""),
    ("title", "string | null", "Null when it is no longer on the timeline."),
    ("at", "number | null", "Seconds."),
    ("impressions", "integer 0..", "Views that it was shown in."),
    ("answers", "integer 0..", ""),
    ("answered", "integer 0..", "Views that answered."),
    ("skips", "integer 0..", ""),
    ("answer_rate", "number 0..100", "Percent."),
    ("options", "[Option] | null", ""),
];

const EXPLANATION: &[Field] = &[
    ("video_id", "integer", ""),
    ("metric", "string", ""),
    ("value", "any", "Null where the figure is one of many."),
    ("definition", "string", ""),
    ("formula", "string", ""),
    ("report", "string", "Where it is found."),
    ("inputs", "object", "The sums that it is made of."),
    ("left_out", "LeftOut", ""),
    ("counted", "object", "Time that counts and was hidden or muted."),
    ("rules", "object", "What holds for all figures."),
];

const LEFT_OUT: &[Field] = &[
    ("views", "integer 0..", ""),
    ("reasons", "object", "Why, and how many for each reason."),
    ("uncredited_ms", "integer 0..", "In all; of views before they were told apart, in neither of the parts."),
    ("beyond_clock_ms", "integer 0..", "More than the view's own clock allows."),
    ("behind_gate_ms", "integer 0..", "Behind a required interaction that was not answered."),
];
