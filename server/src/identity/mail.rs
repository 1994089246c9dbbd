//! E-mail addresses and names, as far as they are looked at.

/// The longest address (RFC 5321) and part before the `@`, in bytes, and the longest name, in characters.
const ADDRESS: usize = 254;
const LOCAL: usize = 64;
const NAME: usize = 200;

/// The address without blanks around it, if it may be one: `local@host.tld`. That it exists only a
/// message could tell.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, host) = text.rsplit_once('@')?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>()[]\\,;:\"@".contains(c);
    let labels = host.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    });
    let fits = text.len() <= ADDRESS && (1..=LOCAL).contains(&local.len()) && !local.contains(odd);
    (fits && labels && host.contains('.')).then(|| text.to_owned())
}

/// A name on one line; none when it is empty or too long.
pub fn name(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text = text.trim();
    (1..=NAME).contains(&text.chars().count()).then(|| text.to_owned())
}

/// The address as its owner will know it again and nobody else learns it: `m***@example.com`.
pub fn masked(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, host)) => format!("{}***@{host}", local.chars().next().unwrap_or('*')),
        None => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host() {
        for good in ["a@example.com", " ada.l+x@mail.example.co.uk ", "用户@例え.jp", "o'hara@example.com"] {
            assert_eq!(address(good).as_deref(), Some(good.trim()), "{good}");
        }
        let long = format!("{}@example.com", "x".repeat(65));
        for bad in [
            "",
            "a",
            "@example.com",
            "a@",
            "a@b",
            "a b@example.com",
            "a@b@example.com",
            "a@-x.com",
            "a@x..com",
            "<a@example.com>",
            "a@example.com\n",
            "a@exa\nmple.com",
            "a\0@example.com",
            &long,
        ] {
            // Blanks around it are nobody's mistake.
            assert_eq!(address(bad).is_some(), bad == "a@example.com\n", "{bad}");
        }
    }

    #[test]
    fn a_masked_address_is_known_to_its_owner_only() {
        assert_eq!(masked("michael@example.com"), "m***@example.com");
        assert_eq!(masked("用户@例え.jp"), "用***@例え.jp");
    }

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(name(" Ada\nL. "), Some("AdaL.".into()));
        assert_eq!((name("  "), name(&"x".repeat(201))), (None, None));
    }
}
