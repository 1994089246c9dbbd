//! A JSON Schema in few words: `integer, 1 to 100`, `string | null`, a link to a shape.

use super::{list, text};
use leptos::prelude::*;
use serde_json::Value;

/// Where a shape stands on the page.
pub fn anchor(shape: &str) -> String {
    format!("shape-{}", shape.to_lowercase())
}

/// The type that a schema describes.
pub fn shown(schema: &Value) -> AnyView {
    if let Some(name) = name(schema) {
        let href = format!("#{}", anchor(&name));
        return view! { <a href=href>{name}</a> }.into_any();
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        if schema[several].is_array() {
            let parts = list(&schema[several]).enumerate().map(|(n, part)| {
                view! { {(n > 0).then_some(" | ")} {shown(part)} }
            });
            return parts.collect_view().into_any();
        }
    }
    if schema["type"] == "array" {
        return view! { "list of " {shown(&schema["items"])} {said(bounds(schema, "minItems", "maxItems"))} }
            .into_any();
    }
    words(schema).into_any()
}

/// The shape that a schema is a reference to.
pub fn name(schema: &Value) -> Option<String> {
    Some(schema["$ref"].as_str()?.rsplit('/').next()?.to_owned())
}

fn words(schema: &Value) -> String {
    if let Some(only) = schema.get("const") {
        return only.to_string();
    }
    if schema["enum"].is_array() {
        let words = list(&schema["enum"]).map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned));
        return words.collect::<Vec<_>>().join(" | ");
    }
    let format = text(&schema["format"]);
    let spelled = |kind: &str| match format.as_str() {
        "uuid" | "uri" | "email" | "date-time" if kind == "string" => format.clone(),
        _ => kind.to_owned(),
    };
    let kinds = match &schema["type"] {
        Value::String(kind) => spelled(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).map(spelled).collect::<Vec<_>>().join(" | "),
        _ if !schema["contentMediaType"].is_null() => "file".to_owned(),
        _ => "any".to_owned(),
    };
    let bounds = bounds(schema, "minimum", "maximum").or_else(|| bounds(schema, "minLength", "maxLength"));
    kinds + &said(bounds)
}

fn said(bounds: Option<String>) -> String {
    bounds.map(|bounds| format!(", {bounds}")).unwrap_or_default()
}

fn bounds(schema: &Value, least: &str, most: &str) -> Option<String> {
    match (schema.get(least), schema.get(most)) {
        (Some(least), Some(most)) if least == most => Some(least.to_string()),
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("{least} or more")),
        (None, Some(most)) => Some(format!("at most {most}")),
        (None, None) => None,
    }
}
