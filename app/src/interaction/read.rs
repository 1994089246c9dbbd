//! Reading a definition so that everything wrong with it is named at once, not only the first.

use super::Interaction;
use crate::error::Flaw;
use serde_json::{Value, json};

/// How many wrong places are named before giving up.
const MOST: usize = 30;

/// The interaction that `given` defines.
///
/// # Errors
/// Every flaw, by field: `spec.action.url`.
pub fn interaction(given: &Value) -> Result<Interaction, Vec<Flaw>> {
    if !given.is_object() {
        return Err(vec![Flaw::new("", "must be an object")]);
    }
    let (mut value, mut flaws) = (given.clone(), Vec::new());
    loop {
        let (field, message) = match parse(&value) {
            Ok(interaction) => {
                let more: Vec<Flaw> =
                    interaction.flaws().into_iter().filter(|flaw| !named(&flaws, &flaw.field)).collect();
                flaws.extend(more);
                return if flaws.is_empty() { Ok(interaction) } else { Err(flaws) };
            }
            Err(wrong) => wrong,
        };
        let healed = flaws.len() < MOST && heal(&mut value, &field);
        flaws.push(Flaw::new(field, message));
        if !healed {
            return Err(flaws);
        }
    }
}

/// Is it, a part of it, or what it is a part of, named already?
fn named(flaws: &[Flaw], field: &str) -> bool {
    let within = |part: &str, whole: &str| {
        part.strip_prefix(whole).is_some_and(|rest| matches!(rest.as_bytes().first(), None | Some(b'.')))
    };
    flaws.iter().any(|flaw| within(field, &flaw.field) || within(&flaw.field, field))
}

/// The interaction, or the place where reading stopped and why.
fn parse(value: &Value) -> Result<Interaction, (String, String)> {
    let Some(kind) = value.get("kind").and_then(Value::as_str).filter(|kind| super::KINDS.contains(kind)) else {
        return Err(("kind".into(), format!("must be one of {}", super::KINDS.join(", "))));
    };
    // Each part by itself: flattened and tagged types forget where they stopped.
    let spec = value.get("spec").cloned().unwrap_or_else(|| json!({}));
    let read = |error: (String, String)| (join("spec", &error.0), error.1);
    let spec = match kind {
        "annotation" => part(&spec).map(super::Spec::Annotation),
        "cta" => part(&spec).map(super::Spec::Cta),
        "lead_form" => part(&spec).map(super::Spec::LeadForm),
        "poll" => part(&spec).map(super::Spec::Poll),
        _ => part(&spec).map(super::Spec::EndScreen),
    }
    .map_err(read)?;
    Ok(Interaction {
        id: optional(value, "id")?.unwrap_or_default(),
        at: required(value, "at", "must be {\"s\":20}, {\"pct\":15}, {\"from_end_s\":15}, \"before\" or \"end\"")?,
        duration_s: optional(value, "duration_s")?,
        layout: required(
            value,
            "layout",
            "must be {\"overlay\":{x,y,w,h}}, {\"banner\":{\"edge\":\"top\" or \"bottom\"}}, \"modal\" or \"card\"",
        )?,
        pause: optional(value, "pause")?.unwrap_or_default(),
        gate: optional(value, "gate")?.unwrap_or_default(),
        skip: optional(value, "skip")?.unwrap_or_default(),
        frequency: optional(value, "frequency")?.unwrap_or_default(),
        skip_if_known: optional(value, "skip_if_known")?.unwrap_or_default(),
        spec,
    })
}

fn optional<T: serde::de::DeserializeOwned>(of: &Value, name: &str) -> Result<Option<T>, (String, String)> {
    match of.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => part(value).map(Some).map_err(|(field, message)| (join(name, &field), message)),
    }
}

fn required<T: serde::de::DeserializeOwned>(of: &Value, name: &str, hint: &str) -> Result<T, (String, String)> {
    let value = of.get(name).filter(|value| !value.is_null());
    let value = value.ok_or_else(|| (name.to_owned(), format!("is missing; it {hint}")))?;
    serde_json::from_value(value.clone()).map_err(|_| (name.to_owned(), hint.to_owned()))
}

fn part<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, (String, String)> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string().replace('[', ".").replace(']', "");
        let mut path = path.trim_start_matches('.').to_owned();
        let mut message = error.inner().to_string();
        if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            (path, message) = (join(&path, name), "is missing".into());
        } else if message.contains("untagged enum") {
            message = "must be {\"url\":…}, {\"seek_s\":…} or {\"play_video\":{\"token\":…}}".into();
        }
        (path, message.chars().take(200).collect())
    })
}

fn join(path: &str, name: &str) -> String {
    match (path, name) {
        ("" | ".", name) => name.to_owned(),
        (path, "" | ".") => path.to_owned(),
        (path, name) => format!("{path}.{name}"),
    }
}

/// Puts something that can be read into the wrong place, so that what follows is read as well.
fn heal(value: &mut Value, field: &str) -> bool {
    let fillings = [
        json!("x"),
        json!(0),
        json!(false),
        json!([]),
        json!({}),
        json!({"s": 0}),
        json!("modal"),
        json!("none"),
        json!("text"),
        json!("always"),
        json!("never"),
        json!("cta"),
        json!("poll"),
        json!({"url": "https://example.com/"}),
        json!({"src": "https://example.com/"}),
    ];
    for filling in fillings {
        let mut tried = value.clone();
        let Some(place) = place(&mut tried, field) else { return false };
        *place = filling;
        match parse(&tried) {
            Err((still, _)) if still == field || still.starts_with(&format!("{field}.")) => {}
            Ok(_) | Err(_) => {
                *value = tried;
                return true;
            }
        }
    }
    false
}

fn place<'a>(value: &'a mut Value, field: &str) -> Option<&'a mut Value> {
    let mut here = value;
    for name in field.split('.') {
        if here.is_null() {
            *here = json!({});
        }
        here = match here {
            Value::Array(list) => list.get_mut(name.parse::<usize>().ok()?)?,
            Value::Object(map) => map.entry(name).or_insert(Value::Null),
            _ => return None,
        };
    }
    Some(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: Value) -> Vec<String> {
        interaction(&value).expect_err("flaws").into_iter().map(|flaw| flaw.field).collect()
    }

    fn cta(change: Value) -> Value {
        let mut value =
            json!({"kind": "cta", "at": {"s": 1}, "layout": "modal", "spec": {"label": "Go", "action": {"seek_s": 3}}});
        for (name, part) in change.as_object().expect("fields") {
            value[name] = part.clone();
        }
        value
    }

    #[test]
    fn a_good_definition_reads() {
        assert!(interaction(&cta(json!({}))).is_ok());
        assert!(interaction(&cta(json!({"something": "else", "pause": null}))).is_ok(), "unknown keys are allowed");
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let odd = cta(json!({
            "at": "soon", "pause": "yes", "gate": "iron", "frequency": 3, "duration_s": -1,
            "spec": {"label": 7, "description": "x".repeat(400), "action": {"url": "javascript:x"}}
        }));
        let mut found = fields(odd);
        found.sort();
        let expected =
            ["at", "duration_s", "frequency", "gate", "pause", "spec.action.url", "spec.description", "spec.label"];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(fields(json!({})), ["kind", "spec.label", "spec.action", "at", "layout"]);
        assert_eq!(fields(json!([])), [""]);
        assert_eq!(fields(json!({"kind": "dance"}))[0], "kind");
        let poll =
            json!({"kind": "poll", "at": "end", "layout": "card", "spec": {"question": "Which?", "choices": "all"}});
        assert_eq!(fields(poll), ["spec.choices"]);
        let form = json!({"kind": "lead_form", "at": "end", "layout": "card", "spec": {"title": "Hi", "fields": [{"type": "voice"}]}});
        assert_eq!(fields(form), ["spec.fields.0.type", "spec.fields.0.name", "spec.fields.0.label"]);
    }

    #[test]
    fn the_tenth_field_is_not_a_part_of_the_first() {
        let mut list = vec![json!({"name": "x", "label": 7}); 2];
        list.extend((2..11).map(|i| json!({"name": format!("n{i}"), "label": if i == 10 { "" } else { "X" }})));
        list[0] = json!({"name": "a", "label": "A"});
        let form = json!({"kind": "lead_form", "at": "end", "layout": "card", "spec": {"title": "Hi", "fields": list}});
        assert_eq!(fields(form), ["spec.fields.1.label", "spec.fields.10.label"]);
    }
}
