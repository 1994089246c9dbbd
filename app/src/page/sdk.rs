//! The documentation of the embed SDK, with examples that run in the page.

mod tables;

use super::{Document, Frame, docs};
use crate::words::Lang;
use leptos::prelude::*;
use tables::{ATTRIBUTES, ERRORS, EVENTS, PARAMETERS, calls, table};

/// What the side of the page lists: the section's id, and its name.
const SECTIONS: &[(&str, &str)] = &[
    ("start", "Quick start"),
    ("poster", "Poster first"),
    ("player", "Control it"),
    ("cues", "Follow the video"),
    ("clicks", "Keep a click"),
    ("element", "The element"),
    ("parameters", "Parameters"),
    ("calls", "Calls"),
    ("events", "Events"),
    ("errors", "Errors"),
    ("screen", "Full screen"),
    ("classic", "Without modules"),
    ("types", "Types"),
    ("policy", "Content policies"),
    ("playerjs", "Player.js"),
];

const IMPORT: &str = r#"import { Player, PasswordError } from "HOST/sdk/player.js";

const player = new Player(document.querySelector("cuepoint-player"));

try {
  await player.ready();
} catch (error) {
  if (error instanceof PasswordError) console.log("Waiting for the viewer");
}"#;

const SCREEN: &str = r#"button.addEventListener("click", () => player.requestFullscreen());"#;

const CLASSIC: &str = r#"<script src="HOST/sdk/player.classic.js"></script>
<cuepoint-player token="TOKEN"></cuepoint-player>
<script>
  var player = new Cuepoint.Player(document.querySelector("cuepoint-player"));
  player.on("ended", function () { console.log("Thank you for watching"); });
</script>"#;

const TYPES: &str = r#"import type { Player, PlayerEvent } from "./cuepoint/player.js"; // a copy of HOST/sdk/player.d.ts

const ended = (event: PlayerEvent<"ended">) => console.log(event.detail.duration);"#;

const POLICY: &str = "Content-Security-Policy: script-src HOST; frame-src HOST; img-src HOST";

const PLAYER_JS: &str = r#"const player = new playerjs.Player("iframe");
player.on("ready", () => player.setVolume(40)); // 0 to 100 here"#;

const NO_SCRIPT: &str = r#"<cuepoint-player token="TOKEN">
  <a href="HOST/video/play/TOKEN">Watch the tour</a>
</cuepoint-player>"#;

/// The page; its examples play the video of `token`.
#[component]
pub fn SdkPage(frame: Frame, token: String) -> impl IntoView {
    let host = url::Url::parse(&frame.canonical).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let frame = Frame { lang: Lang::En, ..frame };
    let nonce = frame.nonce.clone();
    let here = Here { host: host.clone(), token };
    view! {
        <Document
            frame
            title="Embed SDK · Cuepoint".to_owned()
            description="Put a Cuepoint player on your page, and control it.".to_owned()
            class="page docs"
        >
            <link rel="stylesheet" href="/sdk/docs.css" />
            <script type="module" src="/sdk/docs.js" nonce=nonce></script>
            <a class="docs-skip" href="#start">"Skip to the text"</a>
            <header class="docs-head">
                {docs::top("/sdk")}
                <h1>"Embed SDK"</h1>
                <p class="docs-lead">
                    "A player on your page by one tag, and a promise for everything you want of it. Under 5 kB, no cookie without consent, "
                    "no requests to anyone else."
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
                <main class="docs-main" data-host=host>
                    {examples(&here)}
                    {reference(&here)}
                    {surroundings(&here)}
                </main>
            </div>
        </Document>
    }
}

/// What stands for `HOST` and `TOKEN` in the code of this page.
struct Here {
    host: String,
    token: String,
}

impl Here {
    fn code(&self, language: &'static str, text: &str) -> AnyView {
        let text = text.trim_end().replace("HOST", &self.host).replace("TOKEN", &self.token);
        view! {
            <div class="docs-code">
                <pre><code data-language=language>{text}</code></pre>
            </div>
        }
        .into_any()
    }

    /// Code that the page's script makes editable, with a place to run it.
    fn example(&self, name: &'static str, text: &str) -> AnyView {
        view! { <div class="docs-example" data-name=name>{self.code("html", text)}</div> }.into_any()
    }
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

fn examples(here: &Here) -> AnyView {
    let start = view! {
        <p>"Load the script once, then put the tag where the player belongs. It takes the width it is given, at 16:9; your style sheet may say otherwise."</p>
        {here.example("Quick start", include_str!("../../../frontend/sdk/examples/tag.html"))}
        <p>"What stands inside the tag is seen where scripts are off:"</p>
        {here.code("html", NO_SCRIPT)}
    };
    let poster = view! {
        <p>
            "With " <code>{"loading=\"lazy\""}</code> " only the poster and a play button are loaded. The player follows when a pointer or the "
            "focus rests on it, so that it is there when it is pressed. Choose this for pages with several videos."
        </p>
        {here.example("Poster first", include_str!("../../../frontend/sdk/examples/poster.html"))}
    };
    let player = view! {
        <p>
            <code>"Player"</code> " takes the tag above, or an iframe of your own. Every call is a promise; calls made early wait until the player is ready."
        </p>
        {here.example("Control it", include_str!("../../../frontend/sdk/examples/player.html"))}
    };
    let cues = view! {
        <p>"The element has the same calls, and its events are the document's own. Cue points bring your data back at their time."</p>
        {here.example("Follow the video", include_str!("../../../frontend/sdk/examples/cues.html"))}
    };
    let clicks = view! {
        <p>
            "Clicks on calls to action, notes and end screens are yours to handle: the player waits up to 300 ms for the answer, "
            "so call " <code>"preventDefault()"</code> " before the listener returns. Play, then press the button in the video:"
        </p>
        {here.example("Keep a click", include_str!("../../../frontend/sdk/examples/click.html"))}
    };
    view! {
        {section("start", start)}
        {section("poster", poster)}
        {section("player", player)}
        {section("cues", cues)}
        {section("clicks", clicks)}
    }
    .into_any()
}

fn reference(here: &Here) -> AnyView {
    let element = view! {
        {table("Attributes of the element", ["Attribute", "Meaning"], ATTRIBUTES)}
        <p>"Any parameter below is an attribute too; a bare one means yes. A new token or host loads another video, and listeners stay."</p>
    };
    let parameters = view! {
        <p>
            "For the element as attributes, for an iframe in its address: "
            <code>{format!("{}/video/embed/{}?start=1:30&muted=1", here.host, here.token)}</code> ". Unknown ones are ignored."
        </p>
        {table("Parameters of the player", ["Parameter", "Meaning"], PARAMETERS)}
    };
    let calls = view! {
        {here.code("js", IMPORT)}
        {calls()}
    };
    let events = view! {
        <p>
            "A listener gets a CustomEvent. The fields of its " <code>"detail"</code> " can be read from the event itself: "
            <code>"player.on(\"timeupdate\", ({ seconds }) => …)"</code> ". The element hands the same events to the document; listeners "
            "for the three clicks are to be added after the script has loaded."
        </p>
        {table("Events", ["Event and detail", "When"], EVENTS)}
    };
    let errors = view! {
        <p>"A call that can't be done rejects with an Error whose name says why. The first three come from " <code>"ready()"</code> ", and then from every call."</p>
        {table("Errors", ["Name", "Why"], ERRORS)}
    };
    let screen = view! {
        <p>
            "Browsers want the viewer's own gesture for it, so ask straight from your listener. Phones that give the screen to "
            "videos only get the player over the whole window instead, with its notes, forms and polls."
        </p>
        {here.code("js", SCREEN)}
    };
    view! {
        {section("element", element)}
        {section("parameters", parameters)}
        {section("calls", calls)}
        {section("events", events)}
        {section("errors", errors)}
        {section("screen", screen)}
    }
    .into_any()
}

fn surroundings(here: &Here) -> AnyView {
    let classic = view! {
        <p>"The classic script leaves everything in " <code>"window.Cuepoint"</code> "."</p>
        {here.code("html", CLASSIC)}
    };
    let types = view! {
        <p>"TypeScript knows every call, event and detail:"</p>
        {here.code("js", TYPES)}
    };
    let policy = view! {
        <p>"A page with a content security policy needs these sources beside its own. There is no inline code or style, and no eval; Trusted Types may be on."</p>
        {here.code("http", POLICY)}
        <p><code>"img-src"</code> " is for the lazy poster alone. The site must also be one that the video's owner allows."</p>
    };
    let playerjs = view! {
        <p>
            "The frame also speaks Player.js 0.0.11, so libraries that know it work unchanged: its 15 methods and 7 events, "
            "with volumes from 0 to 100. Both may be used at once."
        </p>
        {here.code("js", PLAYER_JS)}
    };
    view! {
        {section("classic", classic)}
        {section("types", types)}
        {section("policy", policy)}
        {section("playerjs", playerjs)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::super::Assets;
    use super::*;

    #[test]
    fn every_section_is_listed_and_every_example_names_the_server() {
        let canonical = "https://video.example.com/sdk".to_owned();
        let frame = Frame { assets: Assets::default(), nonce: "n".to_owned(), canonical, lang: Lang::En };
        let token = "demoTourOfCuepoint0001".to_owned();
        let html = Owner::new().with(|| SdkPage(SdkPageProps { frame, token }).into_view().to_html());
        for (id, _) in SECTIONS {
            assert!(
                html.contains(&format!("href=\"#{id}\"")) && html.contains(&format!("<section id=\"{id}\"")),
                "{id}"
            );
        }
        assert!(html.contains("&lt;cuepoint-player token=\"demoTourOfCuepoint0001\""));
        assert!(!html.contains("HOST") && !html.contains("TOKEN") && !html.contains("<cuepoint-player"));
    }
}
