//! One call of the API, described: a builder that fills in what all calls have in common.

use super::kind::schema;
use serde_json::{Map, Value, json};

/// A call: a method at a path, as the router spells it.
pub struct Call {
    pub method: &'static str,
    pub path: &'static str,
    operation: Map<String, Value>,
    is_open: bool,
}

pub fn get(path: &'static str, id: &str, summary: &str) -> Call {
    Call::new("get", path, id, summary)
}

pub fn post(path: &'static str, id: &str, summary: &str) -> Call {
    Call::new("post", path, id, summary)
}

pub fn put(path: &'static str, id: &str, summary: &str) -> Call {
    Call::new("put", path, id, summary)
}

pub fn patch(path: &'static str, id: &str, summary: &str) -> Call {
    Call::new("patch", path, id, summary)
}

pub fn delete(path: &'static str, id: &str, summary: &str) -> Call {
    Call::new("delete", path, id, summary)
}

pub const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

impl Call {
    /// With the parameters that its path names, and the errors that they may lead to.
    pub fn new(method: &'static str, path: &'static str, id: &str, summary: &str) -> Self {
        let operation = Map::from_iter([
            ("operationId".to_owned(), json!(id)),
            ("summary".to_owned(), json!(summary)),
            ("parameters".to_owned(), json!([])),
            ("responses".to_owned(), json!({})),
        ]);
        let mut call = Self { method, path, operation, is_open: false };
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let (kind, about) = in_path(path, name);
            call = call.parameter("path", name, kind, about).fails(&[400, 404]);
        }
        call
    }

    /// More than the summary says.
    pub fn about(mut self, text: &str) -> Self {
        self.operation.insert("description".to_owned(), json!(text));
        self
    }

    /// Needs no key.
    pub fn open(mut self) -> Self {
        self.is_open = true;
        self.operation.insert("security".to_owned(), json!([]));
        self
    }

    /// A parameter of the query; one whose name ends in `!` has to be there.
    pub fn query(self, name: &str, kind: &str, about: &str) -> Self {
        self.parameter("query", name, kind, about).fails(&[400])
    }

    pub fn header(self, name: &str, kind: &str, about: &str) -> Self {
        self.parameter("header", name, kind, about)
    }

    fn parameter(mut self, place: &str, name: &str, kind: &str, about: &str) -> Self {
        let is_needed = place == "path" || name.ends_with('!');
        let parameter = json!({
            "name": name.trim_end_matches('!'), "in": place, "required": is_needed, "description": about,
            "schema": schema(kind),
        });
        if let Some(Value::Array(list)) = self.operation.get_mut("parameters") {
            list.push(parameter);
        }
        self
    }

    /// A body of fields, as JSON or as a form, and what it may look like.
    pub fn fields(self, shape: &str, example: Value) -> Self {
        self.body(JSON, shape, Some(example), true).body(FORM, shape, None, true).fails(&[422])
    }

    /// The same where all of the fields may be left out.
    pub fn some_fields(self, shape: &str, example: Value) -> Self {
        self.body(JSON, shape, Some(example), false).body(FORM, shape, None, false).fails(&[422])
    }

    /// A body of one type.
    pub fn body(mut self, media: &str, kind: &str, example: Option<Value>, is_needed: bool) -> Self {
        let body = self.operation.entry("requestBody").or_insert_with(|| json!({ "content": {} }));
        body["required"] = json!(is_needed);
        body["content"][media] = content(kind, example);
        self.fails(&[400, 413])
    }

    /// What it answers where all is well.
    pub fn answers(self, status: u16, kind: &str) -> Self {
        self.answers_as(status, JSON, kind)
    }

    pub fn answers_as(mut self, status: u16, media: &str, kind: &str) -> Self {
        let answer = self.answer(status);
        answer["content"][media] = content(kind, None);
        self
    }

    /// An answer without a body.
    pub fn empty(mut self, status: u16, about: &str) -> Self {
        self.answer(status)["description"] = json!(about);
        self
    }

    /// A header of the answers with this status.
    pub fn tells(mut self, status: u16, name: &str, kind: &str, about: &str) -> Self {
        self.answer(status)["headers"][name] = json!({ "description": about, "schema": schema(kind) });
        self
    }

    /// A page of a list: `items`, and `next`, which names the page after it.
    pub fn lists(mut self, items: &str, next: &str) -> Self {
        let mut list = json!({
            "type": "object",
            "required": ["items", "next"],
            "properties": { "items": schema(&format!("[{items}]")), "next": schema(next) },
        });
        list["properties"]["next"]["description"] = json!("Null on the last page.");
        self.answer(200)["content"][JSON] = json!({ "schema": list });
        self
    }

    /// Errors that this call has beside those of all others.
    pub fn fails(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            self.put(*status, json!({ "$ref": format!("#/components/responses/{status}") }));
        }
        self
    }

    fn put(&mut self, status: u16, answer: Value) {
        self.operation["responses"][status.to_string()] = answer;
    }

    fn answer(&mut self, status: u16) -> &mut Value {
        let answer = &mut self.operation["responses"][status.to_string()];
        if answer.is_null() {
            *answer = json!({ "description": meaning(status) });
        }
        answer
    }

    /// The operation object, under this tag.
    pub fn operation(mut self, tag: &str) -> Value {
        // An address that is no text, such as one with %00, is refused everywhere.
        let mut common: Vec<&str> = vec!["400", "5XX"];
        if !self.is_open {
            // Not every key may do everything.
            common.extend(["401", "403"]);
        }
        for status in common {
            self.operation["responses"][status] = json!({ "$ref": format!("#/components/responses/{status}") });
        }
        self.operation.insert("tags".to_owned(), json!([tag]));
        self.operation.into()
    }
}

fn content(kind: &str, example: Option<Value>) -> Value {
    let mut content = json!({ "schema": schema(kind) });
    if let Some(example) = example {
        content["example"] = example;
    }
    content
}

/// What a status says, for people.
pub fn meaning(status: u16) -> &'static str {
    match status {
        200 => "Done.",
        201 => "Created.",
        202 => "Begun.",
        204 => "Done; there is nothing to tell.",
        400 => "The request can't be understood.",
        401 => "No valid key.",
        403 => "Understood, and not allowed.",
        404 => "Not there, or another account's.",
        405 => "Another method than these.",
        409 => "It is in another state than this needs.",
        410 => "It was there, and is no longer.",
        412 => "Another version of the protocol.",
        413 => "Too much.",
        415 => "Another type of body than this takes.",
        422 => "Understood, but fields are wrong; `flaws` names each.",
        429 => "Too much at once; `Retry-After` says when there may be room.",
        460 => "The bytes don't add up to their checksum.",
        501 => "This server can't.",
        _ => "Our fault, or not possible right now; with `Retry-After` the same request may be sent again.",
    }
}

/// A parameter by its name in a path.
fn in_path(path: &str, name: &str) -> (&'static str, &'static str) {
    match name {
        "id" if path.contains("/videos/") || path.contains("/me/video/") => ("integer", "The video's number."),
        "video_id" => ("integer", "The video's number."),
        "id" if path.contains("/webhooks/") => ("uuid", "The endpoint's id."),
        "id" if path.contains("/deliveries/") => ("uuid", "The delivery's id."),
        "id" if path.contains("/uploads/") => ("uuid", "The upload's id, which is its job's too."),
        "id" => ("uuid", "Its id."),
        "iid" | "interaction" => ("uuid", "The interaction's id."),
        "lang" => ("string 2..35", "A language (BCP 47), such as `en` or `pt-BR`."),
        "who" => ("string 1..320", "An e-mail address, or the id of a viewer."),
        "group" => ("'referrers' | 'devices' | 'regions' | 'utm'", "What views are grouped by."),
        "file" => ("'views.csv' | 'views.ndjson' | 'entries.csv' | 'entries.ndjson'", "What is exported, and how."),
        _ => ("uuid", "Its id."),
    }
}
