//! `/docs/api`: every call of the API, from the document that programs read.

mod call;
mod kind;

use super::{Document, Frame, docs};
use crate::words::Lang;
use leptos::prelude::*;
use serde_json::Value;

/// The page. `document` is the API's description (OpenAPI 3.1).
#[component]
pub fn ApiPage(frame: Frame, document: Value) -> impl IntoView {
    let host = text(&document["servers"][0]["url"]);
    let frame = Frame { lang: Lang::En, ..frame };
    let nonce = frame.nonce.clone();
    let tags: Vec<(String, String)> =
        list(&document["tags"]).map(|tag| (text(&tag["name"]), text(&tag["description"]))).collect();
    let chapters = tags.iter().map(|(name, about)| chapter(&document, name, about)).collect_view();
    let names = tags.into_iter().map(|(name, _)| name);
    let names = std::iter::once("Begin".to_owned()).chain(names).chain(std::iter::once("Shapes".to_owned()));
    let nav = names.map(|name| (format!("#{}", anchor(&name)), name));
    let nav = nav.map(|(href, name)| view! { <li><a href=href>{name}</a></li> }).collect_view();
    view! {
        <Document
            frame
            title="API · Cuepoint".to_owned()
            description="Every call of Cuepoint's API: what it takes, what it answers.".to_owned()
            class="page docs"
        >
            <link rel="stylesheet" href="/sdk/docs.css" />
            <script type="module" src="/sdk/docs.js" nonce=nonce></script>
            <a class="docs-skip" href="#begin">"Skip to the text"</a>
            <header class="docs-head">
                {docs::top("/docs/api")}
                <h1>"API"</h1>
                <p class="docs-lead">
                    "Videos, their timeline, who watched them, and webhooks, over HTTP and JSON. Programs read the same from "
                    <a href="/api/openapi.json">"/api/openapi.json"</a> " (OpenAPI 3.1)."
                </p>
            </header>
            <div class="docs-body">
                <nav class="docs-nav" aria-label="On this page">
                    <ul>
                        {nav}
                    </ul>
                </nav>
                <main class="docs-main docs-api" data-host=host.clone()>
                    {begin(&document, &host)}
                    {chapters}
                    {shapes(&document)}
                </main>
            </div>
        </Document>
    }
}

fn begin(document: &Value, host: &str) -> AnyView {
    let example = format!("curl {host}/api/v1/me/videos/list -H \"Authorization: Bearer $API_KEY\"");
    let error = list(&document["components"]["schemas"]["Error"]["examples"]).next().map(pretty);
    let body = view! {
        <p>{rich(&document["info"]["description"])}</p>
        {code("sh", example)}
        <h3>"Errors"</h3>
        <p>"The HTTP status is the error's " <code>"status"</code> ". Where fields are wrong, " <code>"flaws"</code> " names every one of them."</p>
        {error.map(|text| code("js", text))}
        {call::errors(document)}
        <p>
            "More to read: " <a href="/docs/webhooks">"Webhooks"</a> ", " <a href="/docs/metrics">"What the figures mean"</a>
            " and " <a href="/sdk">"Embedding"</a> "."
        </p>
    };
    section("begin", "Begin", body.into_any())
}

fn chapter(document: &Value, tag: &str, about: &str) -> AnyView {
    let calls = fields(&document["paths"]).flat_map(|(path, methods)| {
        fields(methods).filter(|(_, one)| one["tags"][0] == tag).map(move |(method, one)| (path, method, one))
    });
    let calls = calls.map(|(path, method, one)| call::shown(document, path, method, one)).collect_view();
    let body = view! { <p>{rich(&about.into())}</p> {calls} };
    section(&anchor(tag), tag, body.into_any())
}

fn shapes(document: &Value) -> AnyView {
    let shapes = fields(&document["components"]["schemas"]).map(|(name, shape)| {
        let example = list(&shape["examples"]).next().map(pretty);
        view! {
            <article class="docs-call" id=kind::anchor(name) aria-labelledby=format!("{}-name", kind::anchor(name))>
                <h3 id=format!("{}-name", kind::anchor(name))><a href=format!("#{}", kind::anchor(name))><code>{name.to_owned()}</code></a></h3>
                <p>{rich(&shape["description"])}</p>
                {call::table(name, shape)}
                {example.map(|text| code("js", text))}
            </article>
        }
    });
    let body = view! { <p>"What calls take and answer. More keys may come at any time."</p> {shapes.collect_view()} };
    section("shapes", "Shapes", body.into_any())
}

fn section(id: &str, name: &str, body: AnyView) -> AnyView {
    view! {
        <section id=id.to_owned() aria-labelledby=format!("{id}-name")>
            <h2 id=format!("{id}-name")><a href=format!("#{id}")>{name.to_owned()}</a></h2>
            {body}
        </section>
    }
    .into_any()
}

fn code(language: &'static str, text: String) -> AnyView {
    view! {
        <div class="docs-code">
            <pre><code data-language=language>{text}</code></pre>
        </div>
    }
    .into_any()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A name as part of the page's address.
fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The same, what stands between backticks as code.
fn rich(value: &Value) -> AnyView {
    let parts = text(value);
    let parts = parts.split('`').enumerate().map(|(n, part)| match n % 2 {
        0 => part.to_owned().into_any(),
        _ => view! { <code>{part.to_owned()}</code> }.into_any(),
    });
    parts.collect_view().into_any()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::super::Assets;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_call_is_shown_with_what_it_takes_and_answers() {
        let document = json!({
            "servers": [{ "url": "https://video.example.com" }],
            "tags": [{ "name": "Two words", "description": "About <`them`>." }],
            "paths": { "/api/v1/videos/{id}": { "patch": {
                "operationId": "changeVideo", "summary": "Change a video", "tags": ["Two words"],
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" }, "description": "Its number." }],
                "requestBody": { "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Change" }, "example": { "title": "A" }
                } } },
                "responses": {
                    "200": { "description": "Done.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Change" } } } },
                    "404": { "$ref": "#/components/responses/404" }
                }
            } } },
            "components": {
                "schemas": { "Change": { "type": "object", "required": ["title"], "properties": {
                    "title": { "type": ["string", "null"], "maxLength": 200 }
                } } },
                "responses": { "404": { "description": "Not there." } }
            }
        });
        let frame =
            Frame { assets: Assets::default(), nonce: "n".to_owned(), canonical: String::new(), lang: Lang::En };
        let html = Owner::new().with(|| ApiPage(ApiPageProps { frame, document }).into_view().to_html());
        for part in [
            "<section id=\"two-words\"",
            "href=\"#two-words\"",
            "About &lt;<code>them</code>&gt;.",
            "id=\"changeVideo\"",
            "href=\"#shape-change\"",
            "id=\"shape-change\"",
            "string | null, at most 200",
            "<code>404</code>",
            "Not there.",
            "curl -X PATCH https://video.example.com/api/v1/videos/$ID",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
