//! The fields of a request, from a JSON object or a form alike.

use crate::reply::Reply;
use app::error::ApiError;
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
};
use futures_util::StreamExt;
use http::{HeaderMap, header};
use serde_json::{Map, Value};
use url::form_urlencoded;

/// The fields of a body by name. A form's fields are text; one that comes several times, or whose
/// name ends in `[]`, is an array under the name without it. Not to be printed: keys and secrets
/// come this way.
#[derive(Clone, Default)]
pub struct Fields(pub Map<String, Value>);

/// The longest body that is read for its fields, in bytes.
pub const LIMIT: usize = 256 * 1024;

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Reply;

    async fn from_request(request: Request, _: &S) -> Result<Self, Reply> {
        let (head, body) = request.into_parts();
        let fields = Self::read(&head.headers, &whole(body).await?)?;
        if let Some(given) = head.extensions.get::<super::log::Given>() {
            given.put(fields.0.keys());
        }
        Ok(fields)
    }
}

impl Fields {
    /// Reads a body as its `Content-Type` says.
    ///
    /// # Errors
    /// 400 when it is not a JSON object, or neither JSON nor a form.
    pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError> {
        match Format::of(headers) {
            _ if body.is_empty() => Ok(Self::default()),
            Some(Format::Json) => {
                let fields = serde_json::from_slice(body);
                fields.map(Self).map_err(|_| ApiError::invalid("The body must be a JSON object."))?.storable()
            }
            Some(Format::Form) => Self::from_form(body).storable(),
            None => Err(ApiError::invalid("Send a JSON object (application/json) or a form.")),
        }
    }

    /// The same, unless a text has the character U+0000, which PostgreSQL keeps in none.
    ///
    /// # Errors
    /// 400
    pub fn storable(self) -> Result<Self, ApiError> {
        fn has_nul(value: &Value) -> bool {
            match value {
                Value::String(text) => text.contains('\0'),
                Value::Array(list) => list.iter().any(has_nul),
                Value::Object(fields) => fields.values().any(has_nul),
                Value::Null | Value::Bool(_) | Value::Number(_) => false,
            }
        }
        if self.0.values().any(has_nul) { Err(nul()) } else { Ok(self) }
    }

    /// Reads a form, or the query of a URL.
    pub fn from_form(text: &[u8]) -> Self {
        let mut fields = Map::new();
        for (name, value) in form_urlencoded::parse(text) {
            let value = Value::String(value.into_owned());
            let (name, listed) = match name.strip_suffix("[]") {
                Some(name) => (name.to_owned(), true),
                None => (name.into_owned(), false),
            };
            match fields.get_mut(&name) {
                Some(Value::Array(list)) => list.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
                None => {
                    fields.insert(name, if listed { Value::Array(vec![value]) } else { value });
                }
            }
        }
        Self(fields)
    }

    /// The field's text; none when it is missing, null or something else.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }
}

/// 400: the character U+0000 is in no text.
pub fn nul() -> ApiError {
    ApiError::invalid("Text may not contain the character U+0000.")
}

/// How a body carries fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Form,
}

impl Format {
    /// None when the body is something else, such as a file.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let kind = kind.split(';').next().unwrap_or(kind).trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/json" => Some(Self::Json),
            "application/x-www-form-urlencoded" => Some(Self::Form),
            _ => None,
        }
    }
}

/// Reads a body to its end.
///
/// # Errors
/// 413 past [`LIMIT`], 400 when it breaks off.
pub async fn whole(body: Body) -> Result<Bytes, ApiError> {
    up_to(body, LIMIT).await
}

/// Reads a body to its end.
///
/// # Errors
/// 413 past `limit` bytes, 400 when it breaks off.
pub async fn up_to(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::invalid("The body broke off."))?;
        if bytes.len() + chunk.len() > limit {
            return Err(ApiError::too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(kind: &'static str, body: &str) -> Result<Value, u16> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, http::HeaderValue::from_static(kind))]);
        Fields::read(&headers, body.as_bytes()).map(|fields| fields.0.into()).map_err(|error| error.status)
    }

    #[test]
    fn json_and_forms_carry_the_same_fields() {
        let fields = json!({ "url": "https://example.com/?a=b", "events": ["VideoCTA", "VideoCreated"] });
        assert_eq!(read("application/json; charset=utf-8", &fields.to_string()), Ok(fields.clone()));
        let form = "url=https%3A%2F%2Fexample.com%2F%3Fa%3Db&events=VideoCTA&events=VideoCreated";
        assert_eq!(read("application/x-www-form-urlencoded", form), Ok(fields));
        assert_eq!(
            read("application/x-www-form-urlencoded", "events[]=VideoCTA"),
            Ok(json!({ "events": ["VideoCTA"] }))
        );
    }

    #[test]
    fn a_body_of_another_kind_is_an_error() {
        assert_eq!(read("application/json", "[]"), Err(400));
        assert_eq!(read("application/json", "{"), Err(400));
        assert_eq!(read("text/plain", "{}"), Err(400));
        assert_eq!(read("text/plain", ""), Ok(json!({})));
    }

    #[tokio::test]
    async fn a_body_is_read_to_its_limit() {
        assert!(whole(Body::from(vec![0; LIMIT])).await.is_ok());
        assert_eq!(whole(Body::from(vec![0; LIMIT + 1])).await.expect_err("too long").status, 413);
    }
}
