//! The hosts that may frame a video: `example.com`, `*.example.com`, each with a port where it has one.

use url::Url;

/// Entries of one list.
pub const MOST: usize = 50;
/// The longest name of a host (RFC 1035), in bytes.
const LONGEST: usize = 253;

/// An entry as it is kept.
///
/// # Errors
/// What is wrong with it, as a sentence that goes on after its place.
pub fn read(text: &str) -> Result<String, String> {
    let text = text.trim().to_ascii_lowercase();
    if text.contains("://") || text.contains('/') {
        return Err("must be a host such as example.com, without scheme and path".into());
    }
    let (name, port) = text.split_once(':').map_or((text.as_str(), None), |(name, port)| (name, Some(port)));
    if port.is_some_and(|port| port.starts_with('+') || port.parse::<u16>().ok().is_none_or(|port| port == 0)) {
        return Err("has a port that is not a number from 1 to 65535".into());
    }
    let bare = name.strip_prefix("*.").unwrap_or(name);
    if bare.contains('*') || bare.is_empty() {
        return Err("may have a * only as its first part, before a host: *.example.com".into());
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if bare.len() > LONGEST || !bare.split('.').all(is_label) {
        return Err("must be a host such as example.com or *.example.com; other alphabets as xn--…".into());
    }
    Ok(text)
}

/// May a page at this address frame a video with this list? As `frame-ancestors` has it: without a port only
/// the usual one is meant, and `*.example.com` does not mean `example.com`.
pub fn has(allowed: &[String], page: &Url) -> bool {
    let Some(host) = page.host_str() else { return false };
    allowed.iter().any(|entry| {
        let (name, port) = entry.split_once(':').map_or((entry.as_str(), None), |(name, port)| (name, Some(port)));
        let same_port = match port {
            None => page.port().is_none(),
            Some(port) => port.parse().ok() == page.port_or_known_default(),
        };
        let same_host = match name.strip_prefix("*.") {
            Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => name == host,
        };
        same_port && same_host
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_takes_exact_hosts_and_subdomains() {
        let allowed = ["example.com", "*.example.org", "localhost:8080"].map(str::to_owned);
        let has = |page: &str| has(&allowed, &page.parse().expect("a URL"));
        for page in
            ["https://example.com/a", "http://example.com", "https://www.example.org/", "http://localhost:8080/x"]
        {
            assert!(has(page), "{page}");
        }
        for page in [
            "https://www.example.com",
            "https://example.org",
            "https://badexample.org",
            "https://example.com.evil.net",
            "https://example.com:8443",
            "http://localhost",
            "http://localhost:8081",
            "data:text/html,x",
        ] {
            assert!(!has(page), "{page}");
        }
    }

    #[test]
    fn an_entry_that_is_no_host_is_told_what_is_wrong() {
        assert_eq!(read(" Example.COM:8080 "), Ok("example.com:8080".into()));
        for good in ["localhost", "*.example.com", "127.0.0.1:3000", "xn--bcher-kva.example"] {
            assert_eq!(read(good).as_deref(), Ok(good));
        }
        for (entry, says) in [
            ("https://example.com", "without scheme"),
            ("example.com/a", "without scheme"),
            ("example.com:0", "has a port"),
            ("example.com:99999", "has a port"),
            ("example.com:+80", "has a port"),
            ("*", "may have a *"),
            ("*.", "may have a *"),
            ("a.*.com", "may have a *"),
            ("", "may have a *"),
            ("exa mple.com", "must be a host"),
            ("example..com", "must be a host"),
            ("-example.com", "must be a host"),
            ("bücher.example", "must be a host"),
            ("example.com; script-src *", "may have a *"),
            ("'none'", "must be a host"),
        ] {
            let error = read(entry).expect_err(entry);
            assert!(error.starts_with(says) || error.contains(says), "{entry}: {error}");
        }
    }
}
