//! What an author sent, read as far as it can be read by itself; every flaw is named by a JSON pointer.

use super::body::ONE;
use app::{
    error::Flaw,
    interaction::{
        Action, Image, Interaction, read,
        schema::{MOST, PORTABLE},
    },
};
use serde_json::{Map, Value};
use std::collections::HashSet;
use uuid::Uuid;

/// The interactions of one request, and everything wrong with it that it shows by itself.
#[derive(Debug, Default)]
pub struct Wish {
    pub given: Vec<Given>,
    /// How many were sent, the flawed ones too.
    pub count: usize,
    /// It was exported, maybe from another video: ids that are not known here are made anew.
    pub is_portable: bool,
    pub flaws: Vec<Flaw>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The pointer to it: empty, or `/interactions/3`.
    pub at: String,
    /// As it was sent.
    pub id: Option<Uuid>,
    pub interaction: Interaction,
    pub draft: bool,
}

impl Wish {
    /// New ones: one definition, or a list of them. Ids that were sent mean nothing.
    pub fn added(body: &Map<String, Value>) -> Self {
        let mut wish = if body.contains_key("interactions") { Self::list(body) } else { Self::single(body) };
        for one in &mut wish.given {
            one.id = None;
        }
        wish
    }

    /// One that is known as `id`.
    pub fn of(body: &Map<String, Value>, id: Uuid) -> Self {
        let mut wish = Self::single(body);
        for one in &mut wish.given {
            one.id = Some(id);
        }
        wish
    }

    /// A whole timeline.
    pub fn whole(body: &Map<String, Value>) -> Self {
        let mut wish = Self::list(body);
        let mut ids = HashSet::new();
        for one in wish.given.iter().filter(|one| one.id.is_some_and(|id| !ids.insert(id))) {
            wish.flaws.push(Flaw::new(format!("{}/id", one.at), "stands there twice"));
        }
        wish
    }

    /// Everything that a click leads to, with the pointer to it.
    pub fn actions(&self) -> impl Iterator<Item = (String, &Action)> {
        self.given.iter().flat_map(|one| {
            let actions = one.interaction.spec.kind().actions();
            actions.into_iter().map(|(field, action)| (pointer(&one.at, &field), action))
        })
    }

    /// Every picture, with the pointer to its address.
    pub fn images(&mut self) -> Vec<(String, &mut Image)> {
        let images = self.given.iter_mut().flat_map(|Given { at, interaction, .. }| {
            let images = interaction.spec.kind_mut().images();
            images.into_iter().map(|(field, image)| (pointer(at, &field), image))
        });
        images.collect()
    }

    fn single(body: &Map<String, Value>) -> Self {
        let mut wish = Self { count: 1, ..Self::default() };
        let mut body = body.clone();
        // The address names it.
        body.remove("id");
        wish.read("", &Value::Object(body));
        wish
    }

    fn list(body: &Map<String, Value>) -> Self {
        let mut wish = Self::default();
        match body.get("cuepoint") {
            None | Some(Value::Null) => {}
            Some(Value::String(version)) if version == PORTABLE => wish.is_portable = true,
            Some(_) => wish.flaws.push(Flaw::new("/cuepoint", format!("must be \"{PORTABLE}\""))),
        }
        match body.get("interactions") {
            Some(Value::Array(list)) if list.len() <= MOST => {
                wish.count = list.len();
                for (i, one) in list.iter().enumerate() {
                    wish.read(&format!("/interactions/{i}"), one);
                }
            }
            Some(Value::Array(_)) => wish.flaws.push(too_many()),
            _ => wish.flaws.push(Flaw::new("/interactions", "must be a list of interactions")),
        }
        wish
    }

    fn read(&mut self, at: &str, value: &Value) {
        if value.to_string().len() > ONE {
            self.flaws.push(Flaw::new(at, format!("may have at most {} KiB of JSON", ONE / 1024)));
            return;
        }
        let draft = match value.get("draft") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(draft)) => *draft,
            Some(_) => {
                self.flaws.push(Flaw::new(pointer(at, "draft"), "must be true or false"));
                false
            }
        };
        match read::interaction(value) {
            Ok(mut interaction) => {
                for (_, image) in interaction.spec.kind_mut().images() {
                    image.file = None;
                }
                let id = Some(interaction.id).filter(|id| !id.is_nil());
                self.given.push(Given { at: at.into(), id, interaction, draft });
            }
            Err(flaws) => {
                self.flaws.extend(flaws.into_iter().map(|flaw| Flaw::new(pointer(at, &flaw.field), flaw.message)));
            }
        }
    }
}

/// More than a video may have.
pub fn too_many() -> Flaw {
    Flaw::new("/interactions", format!("a video may have at most {MOST} interactions"))
}

/// `spec.action.url` below `/interactions/3` as a JSON pointer (RFC 6901).
pub fn pointer(at: &str, field: &str) -> String {
    let parts = field.split('.').filter(|part| !part.is_empty());
    parts.fold(at.to_owned(), |path, part| format!("{path}/{}", part.replace('~', "~0").replace('/', "~1")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cta(label: &str) -> Value {
        json!({"kind": "cta", "at": {"s": 1}, "layout": "modal", "spec": {"label": label, "action": {"seek_s": 3}}})
    }

    fn fields(wish: &Wish) -> Vec<&str> {
        wish.flaws.iter().map(|flaw| flaw.field.as_str()).collect()
    }

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn a_flaw_is_named_by_its_pointer() {
        let url = json!({"kind": "cta", "at": {"s": 1}, "layout": "modal", "spec": {"label": "x", "action": {"url": "javascript:x"}}});
        assert_eq!(fields(&Wish::added(&map(url.clone()))), ["/spec/action/url"]);
        let list = json!({"interactions": [cta("Go"), 3, url, cta("")]});
        let expected = ["/interactions/1", "/interactions/2/spec/action/url", "/interactions/3/spec/label"];
        assert_eq!(fields(&Wish::whole(&map(list))), expected);
        assert_eq!(fields(&Wish::whole(&map(json!({"cuepoint": "timeline/9"})))), ["/cuepoint", "/interactions"]);
    }

    #[test]
    fn an_id_stands_only_once_and_an_added_one_has_none_yet() {
        let mut one = cta("Go");
        one["id"] = json!(Uuid::from_u128(7));
        let list = map(json!({"interactions": [one, one]}));
        assert_eq!(fields(&Wish::whole(&list)), ["/interactions/1/id"]);
        assert!(Wish::added(&list).given.iter().all(|one| one.id.is_none()));
        one["id"] = json!("<uuid>");
        assert_eq!(fields(&Wish::whole(&map(json!({"interactions": [one]})))), ["/interactions/0/id"]);
        assert_eq!(fields(&Wish::added(&map(one))), [""; 0], "the server gives it one");
    }

    #[test]
    fn a_long_definition_is_named_and_not_read() {
        let long = cta(&"x".repeat(ONE));
        let flaws = Wish::whole(&map(json!({"interactions": [cta("Go"), long]}))).flaws;
        assert_eq!(flaws, [Flaw::new("/interactions/1", "may have at most 40 KiB of JSON")]);
    }

    #[test]
    fn what_the_server_sets_can_not_be_sent() {
        let image = json!({"src": "https://example.com/a.png", "alt": "A", "file": "../../secret"});
        let mut one = cta("Go");
        one["spec"]["image"] = image;
        let mut wish = Wish::added(&map(one));
        let [(field, image)] = wish.images().try_into().expect("one picture");
        assert_eq!((field.as_str(), &image.file), ("/spec/image/src", &None));
    }
}
