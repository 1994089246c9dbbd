//! Types in the shorthand of the description, as JSON Schema: `integer 1..100`, `string | null`, `'on' | 'off'`,
//! `[Webhook]`, `Video`.

use serde_json::{Map, Value, json};

/// The schema of a type. Alternatives stand between bars; a range after a type bounds a number, or how long a
/// text or list may be; a name that begins with a capital is a shape of the document.
///
/// # Panics
/// On what is not in the shorthand: the document is made from constants, and tests make it.
pub fn schema(text: &str) -> Value {
    let parts: Vec<&str> = parts(text);
    let literals: Vec<&str> = parts.iter().filter_map(|part| literal(part)).collect();
    let is_nullable = parts.contains(&"null");
    let rest: Vec<&str> = parts.iter().copied().filter(|part| literal(part).is_none() && *part != "null").collect();
    match (literals.as_slice(), rest.as_slice()) {
        ([], []) => json!({ "type": "null" }),
        ([], [one]) => nullable(single(one), is_nullable),
        (known, []) => {
            let mut known: Vec<Value> = known.iter().map(|text| json!(text)).collect();
            known.extend(is_nullable.then_some(Value::Null));
            nullable(json!({ "type": "string", "enum": known }), is_nullable)
        }
        (known, more) => {
            let mut any: Vec<Value> = more.iter().map(|part| single(part)).collect();
            any.extend((!known.is_empty()).then(|| json!({ "type": "string", "enum": known })));
            any.extend(is_nullable.then(|| json!({ "type": "null" })));
            json!({ "anyOf": any })
        }
    }
}

/// Splits at the bars that stand in no brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            '|' if depth == 0 => {
                parts.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts
}

fn literal(part: &str) -> Option<&str> {
    part.strip_prefix('\'')?.strip_suffix('\'')
}

fn nullable(mut schema: Value, is_nullable: bool) -> Value {
    if !is_nullable {
        return schema;
    }
    match schema.get("type").cloned() {
        Some(kind) => {
            schema["type"] = json!([kind, "null"]);
            schema
        }
        None => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

fn single(text: &str) -> Value {
    let (name, range) = match text.rsplit_once(' ') {
        // Not one inside of brackets.
        Some((name, range)) if range.contains("..") && !range.ends_with(']') => (name.trim(), Some(range)),
        _ => (text, None),
    };
    if let Some(items) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return bounded(json!({ "type": "array", "items": schema(items) }), range, "minItems", "maxItems");
    }
    let plain = |kind: &str| json!({ "type": kind });
    let text_of = |format: &str| json!({ "type": "string", "format": format });
    match name {
        "integer" | "number" => bounded(plain(name), range, "minimum", "maximum"),
        "string" => bounded(plain(name), range, "minLength", "maxLength"),
        "boolean" | "object" => plain(name),
        "any" => Value::Object(Map::new()),
        "uuid" => text_of("uuid"),
        "uri" => text_of("uri"),
        "email" => text_of("email"),
        // Unix milliseconds.
        "instant" => json!({ "type": "integer", "format": "int64" }),
        // RFC 3339.
        "date-time" => text_of("date-time"),
        "file" => json!({ "type": "string", "contentMediaType": "application/octet-stream" }),
        shape if shape.starts_with(|c: char| c.is_ascii_uppercase()) => {
            json!({ "$ref": format!("#/components/schemas/{shape}") })
        }
        other => unreachable!("{other} is no type"),
    }
}

fn bounded(mut schema: Value, range: Option<&str>, least: &str, most: &str) -> Value {
    let Some((from, to)) = range.and_then(|range| range.split_once("..")) else { return schema };
    for (name, bound) in [(least, from), (most, to)] {
        if let Ok(bound) = bound.parse::<f64>() {
            schema[name] = if bound.fract() == 0.0 { json!(bound as i64) } else { json!(bound) };
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_a_schema() {
        for (text, expected) in [
            ("integer 1..100", json!({"type": "integer", "minimum": 1, "maximum": 100})),
            ("number 0.. | null", json!({"type": ["number", "null"], "minimum": 0})),
            ("string 1..200", json!({"type": "string", "minLength": 1, "maxLength": 200})),
            ("'on' | 'off'", json!({"type": "string", "enum": ["on", "off"]})),
            ("'a' | null", json!({"type": ["string", "null"], "enum": ["a", null]})),
            ("[Video] ..20", json!({"type": "array", "items": {"$ref": "#/components/schemas/Video"}, "maxItems": 20})),
            ("[string | null]", json!({"type": "array", "items": {"type": ["string", "null"]}})),
            ("Theme | null", json!({"anyOf": [{"$ref": "#/components/schemas/Theme"}, {"type": "null"}]})),
            (
                "[string] | string",
                json!({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}),
            ),
            (
                "[[integer 0..] 3..3]",
                json!({"type": "array", "items": {
                    "type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 3, "maxItems": 3
                }}),
            ),
            ("null", json!({"type": "null"})),
            ("any", json!({})),
        ] {
            assert_eq!(schema(text), expected, "{text}");
        }
    }
}
