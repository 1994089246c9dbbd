//! `/docs/webhooks`: how to receive, verify, watch and repair webhooks.

mod text;

use super::{Document, Frame, docs};
use crate::words::Lang;
use leptos::prelude::*;
use text::{API, ATTEMPTS, CURL, EVENTS, FIELDS, HEADERS, LISTEN, RECEIVERS, REPLAY, ROTATE, SETTINGS, TEST, table};

/// What the side of the page lists: the section's id, and its name.
const SECTIONS: &[(&str, &str)] = &[
    ("start", "Quick start"),
    ("verify", "Verify what you get"),
    ("events", "Events"),
    ("body", "The message"),
    ("promise", "What we promise"),
    ("retries", "When an attempt fails"),
    ("endpoints", "Endpoints"),
    ("rotate", "Rotate a secret"),
    ("log", "The log"),
    ("replay", "Replay"),
    ("listen", "On your own machine"),
    ("api", "Calls"),
];

/// The page. `sample` is a message as it is sent.
#[component]
pub fn WebhooksPage(frame: Frame, sample: String) -> impl IntoView {
    let host = url::Url::parse(&frame.canonical).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let frame = Frame { lang: Lang::En, ..frame };
    let nonce = frame.nonce.clone();
    view! {
        <Document
            frame
            title="Webhooks · Cuepoint".to_owned()
            description="Receive, verify, watch and repair Cuepoint's webhooks.".to_owned()
            class="page docs"
        >
            <link rel="stylesheet" href="/sdk/docs.css" />
            <script type="module" src="/sdk/docs.js" nonce=nonce></script>
            <a class="docs-skip" href="#start">"Skip to the text"</a>
            <header class="docs-head">
                {docs::top("/docs/webhooks")}
                <h1>"Webhooks"</h1>
                <p class="docs-lead">
                    "Your systems hear of every click, form and session: signed, at least once, and committed in the same "
                    "transaction as the fact itself."
                </p>
            </header>
            <div class="docs-body">
                <nav class="docs-nav" aria-label="On this page">
                    <ul>
                        {SECTIONS.iter().map(|(id, name)| view! {
                            <li><a href=format!("#{id}")>{*name}</a></li>
                        }).collect_view()}
                    </ul>
                </nav>
                <main class="docs-main" data-host=host.clone()>
                    {receiving(&host, &sample)}
                    {sending()}
                    {keeping(&host)}
                </main>
            </div>
        </Document>
    }
}

fn code(host: &str, language: &'static str, text: &str) -> AnyView {
    let text = text.trim_end().replace("HOST", host);
    view! {
        <div class="docs-code">
            <pre><code data-language=language>{text}</code></pre>
        </div>
    }
    .into_any()
}

fn section(id: &'static str, body: impl IntoView) -> impl IntoView {
    let name = SECTIONS.iter().find(|(known, _)| *known == id).map_or("", |(_, name)| name);
    view! {
        <section id=id aria-labelledby=format!("{id}-name")>
            <h2 id=format!("{id}-name")><a href=format!("#{id}")>{name}</a></h2>
            {body}
        </section>
    }
}

fn receiving(host: &str, sample: &str) -> AnyView {
    let start = view! {
        <p>"Name an address and what it wants to hear. The answer holds its id, and the secret, shown this once."</p>
        {code(host, "sh", CURL)}
        <p>"Then have a message of any kind sent there. The answer tells what your receiver said, and how to repeat the request with curl:"</p>
        {code(host, "sh", TEST)}
        <p>
            "The compatible call is " <code>"POST /webhook"</code> " with " <code>"url"</code> ", " <code>"secret_key"</code>
            " and " <code>"events"</code> ", as a form or JSON."
        </p>
    };
    let verify = view! {
        <p>
            "Messages are signed by Standard Webhooks 1.0.0, for which most languages have a library, and for older clients by a "
            "hex HMAC-SHA256 of the body alone. Verify the bytes as they came, before parsing them, and answer 401 to what does not hold."
        </p>
        {table("Headers", ["Header", "Value"], HEADERS)}
        <p>
            "A secret of your own has 1 to 256 bytes; " <code>"whsec_…"</code> " stands for the bytes that it encodes in base64. "
            "Libraries take the text called " <code>"whsec"</code> ". A secret of less than 24 bytes is too short for the standard: "
            "then only the hex signature is sent."
        </p>
        {RECEIVERS.iter().map(|(name, language, text)| view! {
            <h3>{*name}</h3>
            {code(host, language, text)}
        }).collect_view()}
    };
    let events = view! {
        {table("Events", ["Name", "When"], EVENTS)}
        <p>
            "Names are spelled as older clients know them. Further keys may be added to any message at any time; none is renamed or taken away."
        </p>
    };
    let body = view! {
        <p>"One envelope for all; the body stands under the event's name."</p>
        {code(host, "js", sample)}
        {table("What stands in it", ["Key", "Meaning"], FIELDS)}
    };
    view! {
        {section("start", start)}
        {section("verify", verify)}
        {section("events", events)}
        {section("body", body)}
    }
    .into_any()
}

fn sending() -> AnyView {
    let promise = view! {
        <ul>
            <li>"At least once. What happened and the message about it are committed together; a crash loses neither."</li>
            <li>
                "Twice is possible: when a server dies after your answer and before it has written that down. The copy has the same "
                <code>"hook.uuid"</code> " and " <code>"webhook-id"</code> ", and so have retries and replays: keep the ids you have dealt with."
            </li>
            <li>"In no order, unless the endpoint asks for it: then one video's messages come one after the other, each after the one before was taken or given up."</li>
            <li>"Only a 2xx answer within the time is success. Redirects are not followed."</li>
            <li>"To public addresses by https on port 443 alone, checked at each connection, unless the operator allows more."</li>
        </ul>
        <p>"Answer first and work later: put the message into a queue of yours and answer 204."</p>
    };
    let retries = view! {
        <p>"A delivery is attempted ten times over three days, each time with the delay spread by 20 % either way:"</p>
        {table("Attempts", ["Attempt", "After the one before"], ATTEMPTS)}
        <ul>
            <li><code>"Retry-After"</code> " is honoured, up to 24 hours."</li>
            <li>"429 and 503 pause the whole endpoint for that time, or for 10 s."</li>
            <li>"410 switches the endpoint off."</li>
            <li>
                "After ten failures in a row, or when 70 % of ten and more fail within five minutes, the endpoint is spared: messages wait "
                "and use up no attempt. After 30 s one is sent as a probe, then after twice that, up to every 15 minutes; "
                "the first success, also that of a test, lets all of them go, and so does another " <code>"url"</code> "."
            </li>
            <li>
                "After five days without a success the endpoint is switched off. Other endpoints hear of it by "
                <code>"EndpointDisabled"</code> ". What waited is dead: it stays in the log, and can be replayed once the endpoint is switched on again."
            </li>
        </ul>
    };
    let endpoints = view! {
        <p>"An account has up to 20 endpoints. Each keeps to its own pace, and one that hangs slows nobody else."</p>
        {table("Settings", ["Field", "Meaning"], SETTINGS)}
    };
    view! {
        {section("promise", promise)}
        {section("retries", retries)}
        {section("endpoints", endpoints)}
    }
    .into_any()
}

fn keeping(host: &str) -> AnyView {
    let rotate = view! {
        <p>
            "For 24 hours both secrets sign side by side in " <code>"webhook-signature"</code>
            ", so that receivers may change at any time of that day. The hex header, which has room for one, switches at once. "
            "Up to five old secrets sign at a time: one more rotation is answered 429, and " <code>"Retry-After"</code>
            " tells when the oldest of them ends."
        </p>
        {code(host, "sh", ROTATE)}
    };
    let log = view! {
        <p>
            "Every attempt is kept for 30 days, or as long as the account's setting " <code>"webhook_log_days"</code>
            " says: when, how long it took, status or kind of error, the first 16 KiB of the answer, and the request as it was sent, its "
            "signatures cut short. " <code>"curl"</code> " is the same request as a command that signs it anew with your secret in "
            <code>"$WHSEC"</code> "."
        </p>
        <p>
            "Filters are " <code>"state event cause status video_id from until"</code> "; pages follow each other by "
            <code>"after"</code> ", the " <code>"next"</code> " of the page before. Instants are Unix milliseconds."
        </p>
    };
    let replay = view! {
        <p>
            "After an outage, ask for a time span. " <code>"missed"</code> " is what the endpoint has not taken, also from before it existed; "
            <code>"all"</code> " is everything; " <code>"events"</code> " and " <code>"video_id"</code> " narrow it. It goes on by itself, also after a restart, at the endpoint's own pace."
        </p>
        {code(host, "sh", REPLAY)}
    };
    let listen = view! {
        <p>"Where no server reaches your machine, ask for the messages instead. It begins again by itself where a connection broke off; " <code>"--after"</code> " names a message to begin after."</p>
        {code(host, "sh", LISTEN)}
        <p>
            "It reads " <code>"GET /api/v1/webhooks/stream"</code> ", server-sent events whose id is the message's. "
            "Send the last one as " <code>"Last-Event-ID"</code> " and nothing is missed; a message may come twice."
        </p>
    };
    let api = view! { {table("Calls", ["Call", "What"], API)} };
    view! {
        {section("rotate", rotate)}
        {section("log", log)}
        {section("replay", replay)}
        {section("listen", listen)}
        {section("api", api)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::super::Assets;
    use super::*;

    #[test]
    fn every_section_is_listed_and_every_example_names_the_server() {
        let canonical = "https://video.example.com/docs/webhooks".to_owned();
        let frame = Frame { assets: Assets::default(), nonce: "n".to_owned(), canonical, lang: Lang::En };
        let props = WebhooksPageProps { frame, sample: "{}".to_owned() };
        let html = Owner::new().with(|| WebhooksPage(props).into_view().to_html());
        for (id, _) in SECTIONS {
            assert!(
                html.contains(&format!("href=\"#{id}\"")) && html.contains(&format!("<section id=\"{id}\"")),
                "{id}"
            );
        }
        assert!(html.contains("https://video.example.com/api/v1/webhooks") && !html.contains("HOST"));
    }
}
