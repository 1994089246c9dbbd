//! One call: its address, what it takes, what it answers.

use super::{code, fields, kind, list, pretty, rich, text};
use leptos::prelude::*;
use serde_json::Value;

pub fn shown(document: &Value, path: &str, method: &str, call: &Value) -> AnyView {
    let id = text(&call["operationId"]);
    let is_open = call["security"].is_array();
    view! {
        <article class="docs-call" id=id.clone() aria-labelledby=format!("{id}-name")>
            <h3 id=format!("{id}-name")>
                <a href=format!("#{id}")>
                    <span class=format!("docs-verb {method}")>{method.to_uppercase()}</span>
                    " " <code>{path.to_owned()}</code>
                </a>
            </h3>
            <p>
                <strong>{text(&call["summary"])}"."</strong>
                " " {rich(&call["description"])}
                {is_open.then_some(" Needs no key.")}
            </p>
            {parameters(&id, call)}
            {body(&id, call)}
            {answers(&id, call)}
            {example(document, path, method, call).map(|text| code("sh", text))}
        </article>
    }
    .into_any()
}

fn parameters(id: &str, call: &Value) -> Option<AnyView> {
    let rows: Vec<AnyView> = list(&call["parameters"])
        .map(|one| row(&text(&one["name"]), one["required"] == true, &one["schema"], &place(one).into()))
        .collect();
    (!rows.is_empty()).then(|| framed(format!("Parameters of {id}"), "Parameter", rows))
}

fn place(parameter: &Value) -> String {
    let about = text(&parameter["description"]);
    match parameter["in"].as_str() {
        Some("header") => format!("{about} (header)").trim_start().to_owned(),
        _ => about,
    }
}

fn body(id: &str, call: &Value) -> Option<AnyView> {
    let content = &call["requestBody"]["content"];
    if !content.is_object() {
        return None;
    }
    let rows: Vec<AnyView> =
        fields(content).map(|(media, one)| row(media, true, &one["schema"], &Value::Null)).collect();
    Some(framed(format!("Body of {id}"), "Body", rows))
}

/// What it answers, and in one row the errors that mean the same everywhere.
fn answers(id: &str, call: &Value) -> AnyView {
    let (common, own): (Vec<_>, Vec<_>) =
        fields(&call["responses"]).partition(|(_, answer)| kind::name(answer).is_some());
    let rows = own.into_iter().map(|(status, answer)| {
        let kinds = fields(&answer["content"]).map(|(media, one)| {
            let media = (media != "application/json").then(|| format!("{media}: "));
            view! { <span class="docs-kind">{media} {kind::shown(&one["schema"])}</span> }
        });
        let headers = fields(&answer["headers"]).map(|(name, header)| {
            view! { <span class="docs-more">{name.to_owned()} ": " {text(&header["description"])}</span> }
        });
        view! {
            <tr>
                <th scope="row"><code>{status.to_owned()}</code></th>
                <td>{kinds.collect_view()}{rich(&answer["description"])}{headers.collect_view()}</td>
            </tr>
        }
        .into_any()
    });
    let mut rows: Vec<AnyView> = rows.collect();
    if !common.is_empty() {
        let statuses: Vec<&str> = common.iter().map(|(status, _)| *status).collect();
        let error = view! {
            <tr>
                <th scope="row"><code>{statuses.join(" ")}</code></th>
                <td><span class="docs-kind"><a href=format!("#{}", kind::anchor("Error"))>"Error"</a></span></td>
            </tr>
        };
        rows.push(error.into_any());
    }
    framed(format!("Answers of {id}"), "Answer", rows)
}

/// What errors mean, wherever they come from.
pub fn errors(document: &Value) -> AnyView {
    let rows = fields(&document["components"]["responses"]).map(|(status, answer)| {
        view! {
            <tr>
                <th scope="row"><code>{status.to_owned()}</code></th>
                <td>{rich(&answer["description"])}</td>
            </tr>
        }
        .into_any()
    });
    framed("Errors".to_owned(), "Status", rows.collect())
}

/// The fields of a shape; none where it has no fields of its own.
pub fn table(name: &str, shape: &Value) -> Option<AnyView> {
    let is_needed = |field: &str| list(&shape["required"]).any(|one| one == field);
    let rows: Vec<AnyView> = fields(&shape["properties"])
        .map(|(field, one)| row(field, is_needed(field), one, &one["description"]))
        .collect();
    if rows.is_empty() {
        let kind = kind::shown(shape);
        return Some(view! { <p class="docs-kind">{kind}</p> }.into_any());
    }
    Some(framed(format!("Fields of {name}"), "Field", rows))
}

fn row(name: &str, is_needed: bool, schema: &Value, about: &Value) -> AnyView {
    view! {
        <tr>
            <th scope="row"><code>{name.to_owned()}</code>{(!is_needed).then_some("?")}</th>
            <td><span class="docs-kind">{kind::shown(schema)}</span>{rich(about)}</td>
        </tr>
    }
    .into_any()
}

fn framed(caption: String, head: &'static str, rows: Vec<AnyView>) -> AnyView {
    view! {
        <table class="docs-table">
            <caption>{caption}</caption>
            <thead><tr><th scope="col">{head}</th><th scope="col">"Meaning"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// How a call with a body looks in a shell.
fn example(document: &Value, path: &str, method: &str, call: &Value) -> Option<String> {
    let example = call["requestBody"]["content"]["application/json"].get("example")?;
    let host = text(&document["servers"][0]["url"]);
    let path: Vec<String> = path
        .split('/')
        .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => format!("${}", name.to_uppercase()),
            None => part.to_owned(),
        })
        .collect();
    let verb = if method == "post" { String::new() } else { format!("-X {} ", method.to_uppercase()) };
    let key = if call["security"].is_array() { "" } else { " -H \"Authorization: Bearer $API_KEY\"" };
    let short = example.to_string();
    let body = if short.len() > 90 { pretty(example) } else { short };
    let body = body.replace('\'', "'\\''");
    Some(format!("curl {verb}{host}{}{key} \\\n  -H \"Content-Type: application/json\" -d '{body}'", path.join("/")))
}
