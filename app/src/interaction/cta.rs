//! A call to action: one button that leads somewhere.

use super::Kind;
use crate::{
    error::Flaw,
    player::{js, stage::Act},
    words::Word,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cta {
    pub label: String,
    #[serde(default)]
    pub description: Option<String>,
    pub action: Action,
}

/// What a click does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Action {
    Link {
        url: String,
        #[serde(default = "opens_a_tab")]
        new_tab: bool,
    },
    Seek {
        seek_s: f64,
    },
}

fn opens_a_tab() -> bool {
    true
}

/// What a viewer's player needs of a call to action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Face {
    pub label: String,
    pub description: Option<String>,
    /// The recorded way to the target, without its `s` and `n`; none when a click seeks.
    pub href: Option<String>,
    pub new_tab: bool,
    pub seek_ms: i64,
}

/// The longest label and description, in characters.
const LABEL: usize = 80;
const DESCRIPTION: usize = 300;
/// The longest URL, in bytes.
const URL: usize = 2_048;

impl Cta {
    /// The stored target of a link.
    pub fn target(&self) -> Option<&str> {
        match &self.action {
            Action::Link { url, .. } => Some(url),
            Action::Seek { .. } => None,
        }
    }
}

impl Kind for Cta {
    fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let label = self.label.trim().chars().count();
        if label == 0 || label > LABEL {
            flaws.push(Flaw::new("spec.label", format!("needs 1 to {LABEL} characters")));
        }
        if self.description.as_ref().is_some_and(|d| d.chars().count() > DESCRIPTION) {
            flaws.push(Flaw::new("spec.description", format!("may have at most {DESCRIPTION} characters")));
        }
        match &self.action {
            Action::Link { url, .. } if !is_safe_url(url) => {
                flaws.push(Flaw::new("spec.action.url", "must be an https, http, mailto or tel address"));
            }
            Action::Seek { seek_s } if !(0.0..=86_400.0).contains(seek_s) => {
                flaws.push(Flaw::new("spec.action.seek_s", "must be between 0 and 86400"));
            }
            Action::Link { .. } | Action::Seek { .. } => {}
        }
        flaws
    }

    fn check(&self, answer: &Value) -> Result<Value, Flaw> {
        match answer {
            Value::Object(_) => Ok(json!({})),
            _ => Err(Flaw::new("answer", "a click is an empty object")),
        }
    }

    fn title(&self) -> String {
        self.label.clone()
    }

    fn for_viewer(&self, video_id: i64, id: Uuid) -> String {
        let (href, new_tab, seek_ms) = match &self.action {
            Action::Link { url, new_tab } if is_web(url) => {
                (Some(format!("/video/cta/{video_id}?i={id}")), *new_tab, 0)
            }
            // A mail or telephone link opens by itself; it never passes the redirect.
            Action::Link { url, .. } => (Some(url.clone()), false, 0),
            Action::Seek { seek_s } => (None, false, (seek_s * 1000.0) as i64),
        };
        let face = Face { label: self.label.clone(), description: self.description.clone(), href, new_tab, seek_ms };
        // Strings and numbers are always JSON.
        serde_json::to_string(&face).unwrap_or_default()
    }

    fn event_name(&self) -> &'static str {
        "VideoCTA"
    }

    fn notice(&self, id: Uuid, clicked_ms: i64, _answer: &Value, cta_url: &str) -> Value {
        json!({
            "ctaUrl": cta_url,
            "ctaId": id,
            "ctaText": self.label,
            "ctaTargetUrl": self.target(),
            "ctaClickedTime": clicked_ms as f64 / 1000.0,
        })
    }
}

/// Is this an address that passes the recorded redirect?
pub fn is_web(url: &str) -> bool {
    matches!(scheme(url), Some("https" | "http"))
}

fn scheme(text: &str) -> Option<&'static str> {
    let url = url::Url::parse(text).ok()?;
    ["https", "http", "mailto", "tel"].into_iter().find(|known| *known == url.scheme())
}

fn is_safe_url(text: &str) -> bool {
    text.len() <= URL && scheme(text).is_some()
}

/// The view of a face (as JSON), in a chunk of its own.
#[lazy]
pub async fn show(face: String, act: Act) -> AnyView {
    let Ok(face) = js_sys::JSON::parse(&face) else {
        return ().into_any();
    };
    let (label, description, href) =
        (js::text(&face, "label").unwrap_or_default(), js::text(&face, "description"), js::text(&face, "href"));
    let (new_tab, seek_ms) = (js::is_true(&face, "new_tab"), js::number(&face, "seek_ms"));
    let seeks = href.is_none();
    let base = href.unwrap_or_default();
    let link = RwSignal::new(act.link(&base));
    let (name, target) = (label.clone(), if new_tab { "_blank" } else { "_top" });
    let click = move |event: web_sys::MouseEvent| {
        // A middle click opens the link as well; a right click only asks for the menu.
        if event.button() > 1 {
            return;
        }
        let (seq, href) = link.get_untracked();
        act.clicked(seq);
        if seeks {
            act.let_through("ctaclick", name.clone(), None, Box::new(move || act.seek(seek_ms)));
        } else {
            // A link that is not held opens by itself.
            let open = href.clone();
            let go = Box::new(move || {
                // The gesture still counts: the page's word comes within the time that browsers allow.
                let _ = window().open_with_url_and_target_and_features(&open, target, "noopener");
            });
            if act.holds("ctaclick", name.clone(), Some(href), go) {
                event.prevent_default();
            }
        }
        // This click still follows the address that carries its number; the next one gets its own.
        let base = base.clone();
        request_animation_frame(move || {
            let _ = link.try_set(act.link(&base));
        });
    };
    let go = if seeks {
        view! { <button type="button" class="button" on:click=click>{label}</button> }.into_any()
    } else {
        view! {
            <a class="button" href=move || link.get().1 target=target rel="noopener nofollow" on:auxclick=click.clone() on:click=click>{label}</a>
        }
        .into_any()
    };
    view! {
        <div class="cta" role="group" aria-label=act.word(Word::CallToAction)>
            {description.map(|text| view! { <p class="cta-text">{text}</p> })}
            {go}
            <button type="button" class="cta-close" aria-label=act.word(Word::Close) on:click=move |_| act.close()>
                <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
            </button>
        </div>
    }
    .into_any()
}

/// Fetches the view's chunk ahead of its moment.
pub async fn preload() {
    #[cfg(feature = "csr")]
    __preload_show().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linking_to(url: &str) -> Cta {
        Cta { label: "Book a demo".into(), description: None, action: Action::Link { url: url.into(), new_tab: true } }
    }

    #[test]
    fn a_link_may_not_run_script() {
        for url in ["javascript:alert(1)", "data:text/html,x", "/relative", "file:///etc/passwd", ""] {
            assert_eq!(linking_to(url).flaws()[0].field, "spec.action.url", "{url}");
        }
        for url in ["https://example.com/", "http://example.com", "mailto:a@example.com", "tel:+4912345"] {
            assert!(linking_to(url).flaws().is_empty(), "{url}");
        }
    }

    #[test]
    fn a_web_link_passes_the_redirect_and_a_mail_link_does_not() {
        let id = Uuid::nil();
        let href = |cta: Cta| serde_json::from_str::<Face>(&cta.for_viewer(7, id)).expect("a face").href;
        assert_eq!(
            href(linking_to("https://example.com/")).as_deref(),
            Some("/video/cta/7?i=00000000-0000-0000-0000-000000000000")
        );
        assert_eq!(href(linking_to("mailto:a@example.com")).as_deref(), Some("mailto:a@example.com"));
    }

    #[test]
    fn the_target_stays_out_of_the_page() {
        let seen = linking_to("https://secret.example.com/").for_viewer(7, Uuid::nil());
        assert!(!seen.contains("secret.example.com"));
    }

    #[test]
    fn a_click_is_an_object_and_nothing_else() {
        assert!(linking_to("https://example.com").check(&json!({})).is_ok());
        assert!(linking_to("https://example.com").check(&json!(5)).is_err());
    }
}
