//! Addresses in a comment's text. Text stays text: a link is a node of its own, never HTML in a string.

/// A stretch of text, or an address in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// What is shown, and the web address that it leads to.
    Link(&'a str, String),
}

/// The longest address that becomes a link, in bytes.
const LONGEST: usize = 2_048;

/// Splits a text at its `http://` and `https://` addresses.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    // Where the text begins that no piece holds yet, and where the next address may begin.
    let (mut kept, mut from) = (0, 0);
    while let Some(start) = next_scheme(text, from) {
        let address = address(&text[start..]);
        from = start + address.len().max(1);
        let Some(href) = web_address(address) else { continue };
        if kept < start {
            found.push(Piece::Text(&text[kept..start]));
        }
        found.push(Piece::Link(address, href));
        kept = from;
    }
    if kept < text.len() {
        found.push(Piece::Text(&text[kept..]));
    }
    found
}

fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find(|at| {
        let rest = &bytes[*at..];
        let starts = |scheme: &[u8]| rest.get(..scheme.len()).is_some_and(|part| part.eq_ignore_ascii_case(scheme));
        let is_inside_a_word = *at > 0 && bytes[at - 1].is_ascii_alphanumeric();
        !is_inside_a_word && (starts(b"http://") || starts(b"https://"))
    })
}

/// The address that `text` begins with: up to a blank or a quote, without the punctuation that ends a sentence.
fn address(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"“”«»".contains(c)).unwrap_or(text.len());
    let mut address = &text[..end];
    while let Some(last) = address.chars().next_back() {
        let closes =
            |open: char, close: char| last == close && address.matches(open).count() < address.matches(close).count();
        if ".,;:!?'…。、".contains(last) || closes('(', ')') || closes('[', ']') {
            address = &address[..address.len() - last.len_utf8()];
        } else {
            break;
        }
    }
    address
}

fn web_address(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok().filter(|_| text.len() <= LONGEST)?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && url.host().is_some() && is_plain).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        let links = pieces(text).into_iter();
        links.filter_map(|piece| if let Piece::Link(shown, _) = piece { Some(shown) } else { None }).collect()
    }

    #[test]
    fn nothing_of_the_text_is_lost() {
        for text in
            ["", "plain", "see https://a.example/x, and http://b.example.", "https://", "é https://é.example/ü é"]
        {
            let shown = pieces(text).into_iter().map(|piece| match piece {
                Piece::Text(text) | Piece::Link(text, _) => text.to_owned(),
            });
            assert_eq!(shown.collect::<String>(), text);
        }
    }

    #[test]
    fn an_address_ends_where_the_sentence_does() {
        assert_eq!(
            links("(see https://a.example/b_(c)). Or HTTP://B.example!"),
            ["https://a.example/b_(c)", "HTTP://B.example"]
        );
        assert_eq!(links("\"https://a.example/\"><script>"), ["https://a.example/"]);
    }

    #[test]
    fn only_web_addresses_become_links() {
        for text in [
            "javascript:alert(1)",
            "ftp://a.example",
            "xhttp://a.example",
            "https://",
            "http://:80",
            "www.a.example",
            "https://user:pass@a.example/",
        ] {
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_link_leads_where_a_browser_would_go() {
        assert_eq!(
            pieces("https://a.example/\"x"),
            [Piece::Link("https://a.example/", "https://a.example/".into()), Piece::Text("\"x"),]
        );
        assert_eq!(pieces("https://ä.example"), [Piece::Link("https://ä.example", "https://xn--4ca.example/".into())]);
    }
}
