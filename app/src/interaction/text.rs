//! The words of authors: their length, and the places in them that stand for the viewer.

use super::face::Named;
use crate::error::Flaw;

/// What is wrong with a text that needs `min` to `max` characters.
pub fn flaw(field: &str, text: &str, min: usize, max: usize) -> Option<Flaw> {
    let n = text.trim().chars().count();
    let message = match () {
        () if text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') => "has control characters".to_owned(),
        () if (min..=max).contains(&n) => return None,
        () if min == 0 => format!("may have at most {max} characters"),
        () => format!("needs {min} to {max} characters"),
    };
    Some(Flaw::new(field, message))
}

/// The same for a text that may be left out.
pub fn optional(field: &str, text: Option<&String>, max: usize) -> Option<Flaw> {
    text.and_then(|text| flaw(field, text, 0, max))
}

/// Puts the viewer into a text: `{{viewer.first_name|there}}` becomes the first name, or what stands
/// behind the bar while nobody knows it. `name`, `first_name`, `last_name` and `email` are known; any
/// other place stays as it is written.
pub fn fill(text: &str, viewer: &Named) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((place, behind)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        let (name, default) = place.split_once('|').unwrap_or((place, ""));
        match viewer.value(name.trim()) {
            Some(value) => filled.push_str(value.filter(|value| !value.is_empty()).unwrap_or(default)),
            None => filled.extend(["{{", place, "}}"]),
        }
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_filled_or_has_its_default() {
        let ada = Named { first_name: Some("Ada".into()), ..Named::default() };
        let text = "Hi {{viewer.first_name|there}}, {{ viewer.last_name | }}{{viewer.age|1}} {{";
        assert_eq!(fill(text, &ada), "Hi Ada,  {{viewer.age|1}} {{");
        assert_eq!(fill("Hi {{viewer.first_name|there}}", &Named::default()), "Hi there");
        assert_eq!(fill("{{viewer.first_name}}!", &Named::default()), "!");
    }

    #[test]
    fn the_viewer_s_own_braces_are_not_filled_again() {
        let odd = Named { name: Some("{{viewer.email}}".into()), email: Some("a@b.c".into()), ..Named::default() };
        assert_eq!(fill("{{viewer.name}}", &odd), "{{viewer.email}}");
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(flaw("x", "äöü", 1, 3), None);
        assert_eq!(flaw("x", "  ", 1, 3).expect("empty").message, "needs 1 to 3 characters");
        assert!(flaw("x", "a\u{0}b", 0, 9).is_some());
    }
}
