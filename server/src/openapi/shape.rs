//! A shape: an object that the API takes or answers, field by field.

use super::kind::schema;
use serde_json::{Map, Value, json};

pub struct Shape {
    pub name: &'static str,
    schema: Value,
}

/// Name, type in the shorthand of [`schema`], and meaning. A name that ends in `?` may be missing.
pub type Field = (&'static str, &'static str, &'static str);

pub fn shape(name: &'static str, about: &str, fields: &[Field]) -> Shape {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (field, kind, meaning) in fields {
        let mut part = schema(kind);
        if !meaning.is_empty() {
            part["description"] = json!(meaning);
        }
        let name = field.trim_end_matches('?');
        if name == *field {
            required.push(name);
        }
        properties.insert(name.to_owned(), part);
    }
    let mut schema = json!({ "type": "object", "description": about, "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    Shape { name, schema }
}

impl Shape {
    /// A shape that fields alone can't tell.
    pub fn of(name: &'static str, schema: Value) -> Self {
        Self { name, schema }
    }

    /// What one looks like.
    pub fn example(mut self, example: Value) -> Self {
        self.schema["examples"] = json!([example]);
        self
    }

    pub fn schema(self) -> Value {
        self.schema
    }
}

/// What is told when a call fails.
pub fn errors() -> Vec<Shape> {
    let error = shape(
        "Error",
        "What every error looks like.",
        &[
            ("status", "integer 400..599", "The HTTP status."),
            ("code", "integer 400..599", "The same, for older clients."),
            ("type", "string", "What went wrong, for programs."),
            ("message", "string", "What went wrong, for people."),
            ("flaws?", "[Flaw]", "Every field that is wrong."),
            ("retry_after?", "integer 0..", "Seconds after which it may be tried again; also sent as Retry-After."),
        ],
    );
    let flaw = shape(
        "Flaw",
        "One thing wrong with one field.",
        &[
            ("field", "string", "Its name, or a JSON pointer into a timeline."),
            ("message", "string", "A sentence for people."),
        ],
    );
    vec![
        error.example(json!({
            "status": 400, "code": 400, "type": "invalid_params",
            "message": "Provide exactly one of video_id or user_email."
        })),
        flaw.example(json!({ "field": "url", "message": "is missing" })),
    ]
}
