//! Uploads in pieces (tus 1.0.0).

use super::{
    Noun,
    call::{Call, delete, get, patch, post},
    shape::shape,
};
use serde_json::json;

const PIECE: &str = "application/offset+octet-stream";
const ITEM: &str = "/api/v1/uploads/{id}";

pub fn noun() -> Noun {
    let calls = vec![
        post("/api/v1/me/upload-links", "createUploadLink", "An address of the page where people drop their files")
            .about("It holds an upload pass, which is good for uploads and nothing else.")
            .some_fields("LinkWish", json!({ "days": 7 }))
            .answers(201, "Link"),
        post("/api/v1/uploads", "createUpload", "Begin an upload")
            .about("The answer names the upload in `Location`, and the video, which has its links at once. A body is its first bytes.")
            .header("Upload-Length!", "integer 0..", "Bytes in all.")
            .header("Upload-Metadata", "string ..16384", "Pairs of a name and its value in Base64: filename title description sha256 poster_at_s video_id. `video_id` names the video whose file is to be replaced.")
            .header("Upload-Checksum", "string", "Of the body.")
            .header("Tus-Resumable", "'1.0.0'", "")
            .body(PIECE, "file", None, false)
            .answers(201, "Import")
            .tells(201, "Location", "uri", "The upload.")
            .tells(201, "Upload-Offset", "integer", "Bytes that have come.")
            .tells(201, "Upload-Expires", "string", "Until when it can be gone on with.")
            .fails(&[404, 409, 412, 422, 429, 460]),
        Call::new("options", "/api/v1/uploads", "describeUploads", "What the server can")
            .open()
            .empty(204, "In the headers `Tus-Version`, `Tus-Extension`, `Tus-Checksum-Algorithm` and `Tus-Max-Size`.")
            .fails(&[412]),
        Call::new("options", ITEM, "describeUpload", "What the server can")
            .open()
            .empty(204, "As at `/api/v1/uploads`.")
            .fails(&[412]),
        Call::new("head", ITEM, "findUpload", "How far an upload is")
            .empty(200, "In the headers.")
            .tells(200, "Upload-Offset", "integer", "Bytes that have come.")
            .tells(200, "Upload-Length", "integer", "Bytes in all.")
            .fails(&[410, 412]),
        get(ITEM, "showUpload", "The job of an upload").answers(200, "Job").fails(&[412]),
        patch(ITEM, "appendToUpload", "Go on with an upload")
            .about("What has come counts also when the connection breaks; with a checksum, all or nothing does.")
            .header("Upload-Offset!", "integer 0..", "Where these bytes begin: as many as have come.")
            .header("Upload-Checksum", "string", "sha1 or sha256, a blank, and the checksum of this body in Base64.")
            .header("Tus-Resumable", "'1.0.0'", "")
            .body(PIECE, "file", None, true)
            .empty(204, "They have come.")
            .tells(204, "Upload-Offset", "integer", "Bytes that have come.")
            .fails(&[409, 410, 412, 415, 460]),
        delete(ITEM, "endUpload", "End an upload").empty(204, "Nothing of it is left.").fails(&[412]),
        post(ITEM, "overrideUpload", "The same for clients that know GET and POST only")
            .header("X-HTTP-Method-Override!", "'PATCH' | 'DELETE' | 'HEAD'", "What is meant.")
            .header("Upload-Offset", "integer 0..", "Of PATCH.")
            .header("Upload-Checksum", "string", "")
            .body(PIECE, "file", None, false)
            .empty(200, "HEAD")
            .empty(204, "PATCH and DELETE")
            .fails(&[405, 409, 410, 412, 415, 460]),
    ];
    let shapes = vec![
        shape("LinkWish", "How long a link opens.", &[("days?", "integer 1..90 | null", "Usually 7.")]),
        shape("Link", "An address, and until when it opens.", &[("url", "uri", ""), ("expires_at", "date-time", "")])
            .example(json!({
                "url": "https://video.example.com/upload?pass=upload.1.1796000000.3q2-7wAAAAAAAAAAAAAAAA",
                "expires_at": "2026-11-30T10:00:00Z"
            })),
    ];
    let about = "Resumable uploads, as tus 1.0.0 describes them: creation, termination, expiration, checksum.";
    Noun { name: "Uploads", about, calls, shapes }
}
