//! The JSON Schema of what authors send: one interaction, or a whole timeline. It is made from the types, so
//! it knows their names, limits and defaults; what only several fields together show is checked by
//! [`super::read`].

use super::Interaction;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// Interactions that one video may have.
pub const MOST: usize = 100;
/// What a portable timeline calls itself.
pub const PORTABLE: &str = "timeline/1";

/// The schema, under the address where it is served.
pub fn schema(address: &str) -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    generator.subschema_for::<Interaction>();
    let mut parts: Value = generator.take_definitions(true).into();
    parts["Interaction"]["properties"]["draft"] = json!({
        "description": "Kept for its author; viewers don't get it until it is published.",
        "type": "boolean",
        "default": false,
    });
    parts["Timeline"] = json!({
        "description": "Everything on one video; what is not named is deleted.",
        "type": "object",
        "properties": {
            "cuepoint": { "description": "Of an exported timeline.", "const": PORTABLE },
            "interactions": { "type": "array", "maxItems": MOST, "items": { "$ref": "#/$defs/Interaction" } },
        },
        "required": ["interactions"],
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": "An interaction, or a timeline of them",
        "anyOf": [{ "$ref": "#/$defs/Interaction" }, { "$ref": "#/$defs/Timeline" }],
        "$defs": parts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_knows_every_kind_and_its_limits() {
        let schema = schema("https://example.com/schema.json");
        let parts = &schema["$defs"];
        for part in ["Interaction", "Annotation", "Cta", "LeadForm", "Poll", "EndScreen", "Action", "Image", "Field"] {
            assert!(parts[part].is_object(), "{part} in {schema}");
        }
        assert_eq!(parts["Cta"]["properties"]["label"]["maxLength"], 80);
        assert_eq!(parts["Poll"]["properties"]["choices"]["maxItems"], 8);
        assert_eq!(parts["Image"]["properties"].get("file"), None, "the server sets it");
    }
}
