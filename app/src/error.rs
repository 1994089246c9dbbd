//! The one error on every wire.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// What a caller is told when a request fails: `{"status","code","type","message"}`,
/// the HTTP status being equal to `status`, and `flaws` naming each bad field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{status} {kind}: {message}")]
pub struct ApiError {
    pub status: u16,
    pub code: u16,
    #[serde(rename = "type")]
    pub kind: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flaws: Vec<Flaw>,
    /// Seconds to wait before trying again; also sent as `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// One thing wrong with one field, as a sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaw {
    pub field: String,
    pub message: String,
}

impl Flaw {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl ApiError {
    fn new(status: u16, kind: &str, message: impl Into<String>) -> Self {
        Self { status, code: status, kind: kind.into(), message: message.into(), flaws: Vec::new(), retry_after: None }
    }

    /// 400: the request as a whole cannot be understood.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_params", message)
    }

    /// 400 under a name of its own, for clients that act on it.
    pub fn bad_request(kind: &str, message: impl Into<String>) -> Self {
        Self::new(400, kind, message)
    }

    /// 401: no credentials, or wrong ones; it does not say which.
    pub fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "Provide a valid API key.")
    }

    /// 403: understood, and not allowed.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "forbidden", message)
    }

    /// 403: it was allowed, and its time is over; whoever asks anew may be allowed again.
    pub fn expired(message: impl Into<String>) -> Self {
        Self::new(403, "expired", message)
    }

    /// 404: not there, or another account's.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, "not_found", format!("There is no such {what}."))
    }

    /// 410: it was there, and is no longer.
    pub fn gone(message: impl Into<String>) -> Self {
        Self::new(410, "gone", message)
    }

    /// 429: too much at once; the same request may be sent again after `retry_after` seconds.
    pub fn too_many(retry_after: u32, message: impl Into<String>) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(429, "too_many_requests", message) }
    }

    /// 413: the body is over `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        Self::new(413, "too_large", format!("The body may be at most {limit} bytes."))
    }

    /// 422: understood, but fields are wrong; every flaw is named.
    pub fn flawed(flaws: Vec<Flaw>) -> Self {
        let message = match flaws.as_slice() {
            [only] if only.field.is_empty() => only.message.clone(),
            [only] => format!("{}: {}", only.field, only.message),
            many => format!("{} fields need attention.", many.len()),
        };
        Self { flaws, ..Self::new(422, "invalid_fields", message) }
    }

    /// 503: nothing was stored; the same request may be sent again after `retry_after` seconds.
    pub fn unavailable(retry_after: u32) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(503, "unavailable", "The server can't store this right now. Try again soon.")
        }
    }

    /// 500: our fault; the details are in the log.
    pub fn internal() -> Self {
        Self::new(500, "internal", "Something went wrong on our side.")
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use ServerFnErrorErr::*;
        match error {
            Deserialization(reason) | Args(reason) | MissingArg(reason) => Self::bad_request("malformed", reason),
            Request(reason) => Self::invalid(reason),
            Registration(_)
            | UnsupportedRequestMethod(_)
            | MiddlewareError(_)
            | ServerError(_)
            | Serialization(_)
            | Response(_) => Self::internal(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_the_wire_names_it() {
        let error = ApiError::invalid("Provide exactly one of video_id or user_email.");
        assert_eq!(
            serde_json::to_value(error).expect("an error is JSON"),
            serde_json::json!({
                "status": 400, "code": 400, "type": "invalid_params",
                "message": "Provide exactly one of video_id or user_email."
            })
        );
    }

    #[test]
    fn several_flaws_are_all_named() {
        let error = ApiError::flawed(vec![Flaw::new("url", "is missing"), Flaw::new("events", "is empty")]);
        assert_eq!(error.status, 422);
        assert_eq!(error.flaws.len(), 2);
        assert_eq!(error.message, "2 fields need attention.");
    }
}
