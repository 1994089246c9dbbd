//! Videos coming in from an address or a form, and the jobs that bring them.

use super::{
    Noun,
    call::{delete, get, post},
    shape::{Field, shape},
};
use serde_json::json;

pub fn noun() -> Noun {
    let calls = vec![
        post("/api/v1/me/video/import", "importVideo", "Import a video from an address")
            .about("It has its links at once; the video follows. Asking twice with one idempotency key is asking once.")
            .header("Idempotency-Key", "string 1..255", "A name of your own for this import.")
            .fields("ImportWish", json!({ "title": "Our talk", "URL": "https://example.com/talk.mov" }))
            .answers(200, "Import")
            .fails(&[410, 429]),
        post("/api/v1/videos", "uploadVideo", "Upload a video in a form")
            .about("The file comes in the field `file`; the other fields may stand before or behind it.")
            .body("multipart/form-data", "Form", None, true)
            .fails(&[422, 429])
            .answers(201, "Import"),
        get("/api/v1/jobs", "listJobs", "All jobs of the account, newest first")
            .query("after", "string", "The `next` of the page before.")
            .lists("Job", "uuid | null"),
        get("/api/v1/videos/{id}/jobs", "listJobsOfVideo", "What was and is done for a video").lists("Job", "null"),
        get("/api/v1/jobs/{id}", "showJob", "One job").answers(200, "Job"),
        delete("/api/v1/jobs/{id}", "cancelJob", "End a job").answers(200, "Job").fails(&[409]),
        post("/api/v1/jobs/{id}/retry", "retryJob", "Try a job that failed again").answers(200, "Job").fails(&[409]),
        get("/api/v1/jobs/{id}/events", "followJob", "Follow a job")
            .about("Server-sent events named `progress`, each with the job as JSON, whenever it is further; the last one once it is over.")
            .answers_as(200, "text/event-stream", "string"),
    ];
    let shapes = vec![
        shape("ImportWish", "What is to be imported. `URL` and `url` are the same, and one of them is needed.", &[
            ("URL?", "string ..4096", "http or https."),
            ("url?", "string ..4096", ""),
            ("title?", "string ..200 | null", "Usually the name of the file."),
            ("description?", "string ..5000 | null", ""),
            ("sha256?", "string | null", "What the file has to add up to, 64 hexadecimal digits."),
            ("poster_at_s?", "number 0..1000000 | null", "The moment of the poster, in seconds."),
            ("idempotency_key?", "string ..255 | null", "Where no header can be set."),
        ]),
        shape("Source", "The address of another file.", &[
            ("URL?", "string ..4096", ""),
            ("url?", "string ..4096", ""),
            ("sha256?", "string | null", ""),
            ("poster_at_s?", "number 0..1000000 | null", ""),
        ]),
        shape("Form", "A file with what is told of it.", &[
            ("file", "file", ""),
            ("title?", "string ..200", "Usually the name of the file."),
            ("description?", "string ..5000", ""),
            ("sha256?", "string", ""),
            ("poster_at_s?", "number 0..1000000", ""),
        ]),
        shape("Import", "A video on its way; `job_id` is how far it is followed by.", &[
            ("status", "integer", ""),
            ("code", "integer", ""),
            ("video_id", "integer", ""),
            ("share_url", "uri", ""),
            ("embed_url", "uri", ""),
            ("thumbnail_preview", "uri", ""),
            ("thumbnail_url", "uri", ""),
            ("thumbnail_play_url", "uri", ""),
            ("token", "string", ""),
            ("state", "'processing' | 'ready' | 'failed'", ""),
            ("job_id?", "uuid", ""),
        ])
        .example(json!({
            "status": 200, "code": 200, "video_id": 1412089,
            "share_url": "https://video.example.com/video/play/KQf5MPDupD2qFi4U_LYoo436nEf7gilJIW0I_Pn1Ia8",
            "embed_url": "https://video.example.com/video/embed/KQf5MPDupD2qFi4U_LYoo436nEf7gilJIW0I_Pn1Ia8",
            "thumbnail_preview": "https://video.example.com/previews/KQf5MPDupD2qFi4U_LYoo436nEf7gilJIW0I_Pn1Ia8.gif",
            "thumbnail_url": "https://video.example.com/thumbnails/KQf5MPDupD2qFi4U_LYoo436nEf7gilJIW0I_Pn1Ia8.jpg",
            "thumbnail_play_url": "https://video.example.com/thumbnails/KQf5MPDupD2qFi4U_LYoo436nEf7gilJIW0I_Pn1Ia8_play.jpg",
            "token": "KQf5MPDupD2qFi4U_LYoo436nEf7gilJIW0I_Pn1Ia8", "state": "processing",
            "job_id": "0199a3c2-7c1e-7e70-9e0c-1f5a2f1b7f00"
        })),
        shape("Job", "Work on a video's file.", JOB).example(json!({
            "id": "0199a3c2-7c1e-7e70-9e0c-1f5a2f1b7f00", "video_id": 1412089,
            "token": "KQf5MPDupD2qFi4U_LYoo436nEf7gilJIW0I_Pn1Ia8", "kind": "import", "state": "running",
            "step": "fetch", "percent": 12, "attempt": 1, "error": null, "message": null,
            "video_state": "processing", "created_at": "2026-11-23T10:00:00Z", "updated_at": "2026-11-23T10:00:03Z"
        })),
    ];
    Noun { name: "Imports and jobs", about: "Files on their way in, and how far they are.", calls, shapes }
}

const JOB: &[Field] = &[
    ("id", "uuid", ""),
    ("video_id", "integer", ""),
    ("token", "string | null", ""),
    ("kind", "string", "import or replace."),
    ("state", "'receiving' | 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'", ""),
    ("step", "string", "What it is at."),
    ("percent", "integer 0..100", ""),
    ("attempt", "integer 0..", ""),
    (
        "error",
        "string | null",
        "INVALID_URL, UNREACHABLE_URL, UNAUTHORIZED, NETWORK_ERROR, FILE_TOO_LARGE, UNSUPPORTED_FORMAT, \
         PREPROCESS_FAILED or CANCELLED.",
    ),
    ("message", "string | null", "The same for people."),
    ("video_state", "'processing' | 'ready' | 'failed' | null", ""),
    ("created_at", "date-time", ""),
    ("updated_at", "date-time", ""),
];
