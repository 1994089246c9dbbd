//! Viewer tokens: JSON Web Tokens (RFC 7519) that the account's own server signs, read as strictly
//! as RFC 8725 advises: one algorithm, fixed; nothing in the header decides anything.

use super::mail;
use crate::keys::mac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

/// Whom a token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    pub sub: String,
    pub email: Option<String>,
    pub name: Option<String>,
}

/// The longest token, in bytes, and `sub`, in characters.
pub const LONGEST: usize = 4_096;
const SUB: usize = 200;
/// How far a token may reach into the future, and how far two clocks may be apart, in seconds.
const REACH: f64 = 24.0 * 3_600.0;
const LEEWAY: f64 = 30.0;

/// What a token must be to hold.
pub struct Terms<'a> {
    /// The account's keys, the current one first.
    pub keys: &'a [Vec<u8>],
    /// One of these must stand in `aud`.
    pub audiences: &'a [String],
    /// Unix milliseconds.
    pub now: i64,
}

/// Whom `text` names, if it holds.
///
/// # Errors
/// What is wrong with it, as a sentence that goes on after "token".
pub fn verify(text: &str, terms: &Terms<'_>) -> Result<Claims, String> {
    if text.len() > LONGEST {
        return Err(format!("is too long: {LONGEST} bytes are allowed"));
    }
    let mut parts = text.split('.');
    let (Some(head), Some(body), Some(mark), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err("is not a JSON Web Token: three parts with dots between them".into());
    };
    let header = object(head).ok_or("has a header that is not base64url of a JSON object")?;
    allowed(&header)?;
    let mark = BASE64.decode(mark).map_err(|_| "has a signature that is not base64url")?;
    if terms.keys.is_empty() {
        return Err("can't be checked: this account has no viewer key yet".into());
    }
    // The signature before the claims: what is not signed is not worth reading.
    let signed = &text.as_bytes()[..head.len() + 1 + body.len()];
    let ours = |key: &Vec<u8>| bool::from(mac(key, signed).as_slice().ct_eq(&mark));
    if !terms.keys.iter().any(ours) {
        return Err("is not signed with this account's viewer key".into());
    }
    let claims = object(body).ok_or("has claims that are not base64url of a JSON object")?;
    in_time(&claims, terms.now)?;
    meant_for_us(&claims, terms.audiences)?;
    whom(&claims)
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&BASE64.decode(part).ok()?).ok()
}

fn allowed(header: &Map<String, Value>) -> Result<(), String> {
    match header.get("alg").and_then(Value::as_str) {
        Some("HS256") => {}
        Some(other) => return Err(format!("has the algorithm {:?}; only HS256 is taken", short(other))),
        None => return Err("names no algorithm; only HS256 is taken".into()),
    }
    if header.contains_key("crit") {
        return Err("asks in crit for something that is not understood here".into());
    }
    match header.get("typ") {
        None => Ok(()),
        Some(Value::String(kind)) if kind.eq_ignore_ascii_case("JWT") => Ok(()),
        Some(_) => Err("is of another type (typ) than JWT".into()),
    }
}

fn in_time(claims: &Map<String, Value>, now: i64) -> Result<(), String> {
    let now = now as f64 / 1_000.0;
    let moment = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => match value.as_f64().filter(|at| at.is_finite()) {
            Some(at) => Ok(Some(at)),
            None => Err(format!("has a claim {name} that is not a number of seconds since 1970")),
        },
    };
    let end = moment("exp")?.ok_or("has no claim exp: when it ends")?;
    if end + LEEWAY <= now {
        return Err("has expired".into());
    }
    if end - LEEWAY > now + REACH {
        return Err("reaches too far into the future: exp may be 24 hours ahead at most".into());
    }
    if moment("nbf")?.is_some_and(|from| from - LEEWAY > now) {
        return Err("is not valid yet (nbf)".into());
    }
    if moment("iat")?.is_some_and(|made| made - LEEWAY > now) {
        return Err("was issued in the future (iat)".into());
    }
    Ok(())
}

fn meant_for_us(claims: &Map<String, Value>, audiences: &[String]) -> Result<(), String> {
    let ours = |value: &Value| {
        value.as_str().is_some_and(|aud| audiences.iter().any(|ours| ours == aud.trim_end_matches('/')))
    };
    match claims.get("aud") {
        None => Err(format!("has no claim aud; it must be {}", audiences.join(" or "))),
        Some(Value::Array(several)) if several.iter().any(ours) => Ok(()),
        Some(one) if ours(one) => Ok(()),
        Some(_) => Err(format!("is meant for someone else: aud must be {}", audiences.join(" or "))),
    }
}

fn whom(claims: &Map<String, Value>) -> Result<Claims, String> {
    let sub = match claims.get("sub") {
        None => return Err("has no claim sub: who is watching".into()),
        Some(sub) => sub.as_str().filter(|sub| (1..=SUB).contains(&sub.chars().count())),
    };
    let sub = sub.ok_or_else(|| format!("has a claim sub that is not text of 1 to {SUB} characters"))?;
    let read = |name: &str, read: fn(&str) -> Option<String>, what: &str| match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_str().and_then(read) {
            Some(text) => Ok(Some(text)),
            None => Err(format!("has a claim {name} that is not {what}")),
        },
    };
    Ok(Claims {
        sub: sub.to_owned(),
        email: read("email", mail::address, "an e-mail address")?,
        name: read("name", mail::name, "text of 1 to 200 characters")?,
    })
}

fn short(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_732_312_345_000;
    const NOW_S: i64 = NOW / 1_000;
    const KEY: &[u8] = b"cuek_a-key-of-the-account";

    fn sign(header: &Value, claims: &Value, key: &[u8]) -> String {
        let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        format!("{signed}.{}", BASE64.encode(mac(key, signed.as_bytes())))
    }

    fn check(text: &str) -> Result<Claims, String> {
        let audiences = ["https://video.example.com".to_owned(), "7".to_owned()];
        verify(text, &Terms { keys: &[b"another".to_vec(), KEY.to_vec()], audiences: &audiences, now: NOW })
    }

    fn head() -> Value {
        json!({"alg": "HS256", "typ": "JWT"})
    }

    /// Good claims with some of them changed; null takes one away.
    fn with(change: Value) -> String {
        let mut claims =
            json!({"sub": "u1", "email": "ada@example.com", "name": "Ada", "exp": NOW_S + 600, "aud": "7"});
        for (name, value) in change.as_object().expect("an object") {
            match value {
                Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        sign(&head(), &claims, KEY)
    }

    #[test]
    fn a_good_token_names_its_viewer() {
        let ada = Claims { sub: "u1".into(), email: Some("ada@example.com".into()), name: Some("Ada".into()) };
        for change in [
            json!({}),
            json!({"aud": "https://video.example.com"}),
            json!({"aud": "https://video.example.com/"}),
            json!({"aud": ["other", "7"]}),
            json!({"exp": NOW_S - 29}),
            json!({"exp": NOW_S + 24 * 3_600}),
            json!({"exp": NOW_S as f64 + 0.5, "nbf": NOW_S + 29, "iat": NOW_S}),
        ] {
            assert_eq!(check(&with(change.clone())), Ok(ada.clone()), "{change}");
        }
        let bare = check(&with(json!({"email": null, "name": null}))).expect("good");
        assert_eq!((bare.email, bare.name), (None, None));
    }

    #[test]
    fn the_example_of_the_standard_has_the_signature_that_we_compute() {
        // RFC 7515, appendix A.1; its claims are of 2011 and for nobody.
        let key = BASE64
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .expect("base64url");
        let text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                    eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
                    dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let terms = Terms { keys: &[key], audiences: &[], now: NOW };
        assert_eq!(verify(text, &terms), Err("has expired".into()));
    }

    #[test]
    fn every_bad_token_is_told_what_is_wrong_with_it() {
        let good = with(json!({}));
        let (signed, mark) = good.rsplit_once('.').expect("three parts");
        let (_, body) = signed.split_once('.').expect("two parts");
        let header = |header: Value| {
            let claims = json!({"sub": "u1", "exp": NOW_S + 600, "aud": "7"});
            sign(&header, &claims, KEY)
        };
        let none = format!("{}.{body}.", BASE64.encode(r#"{"alg":"none"}"#));
        let table = [
            ("", "is not a JSON Web Token: three parts with dots between them"),
            ("garbage", "is not a JSON Web Token: three parts with dots between them"),
            ("a.b.c.d", "is not a JSON Web Token: three parts with dots between them"),
            ("a.b.c", "has a header that is not base64url of a JSON object"),
            (&format!("{}.{body}.{mark}", BASE64.encode("[]")), "has a header that is not base64url of a JSON object"),
            (&format!("{good}="), "has a signature that is not base64url"),
            (&format!("{good}\n"), "has a signature that is not base64url"),
            (&format!("{signed}."), "is not signed with this account's viewer key"),
            (&format!("{signed}.{}", &mark[..20]), "is not signed with this account's viewer key"),
            (&sign(&head(), &json!({"sub": "u1"}), b"wrong"), "is not signed with this account's viewer key"),
            (&sign(&head(), &json!({"sub": "u1"}), b""), "is not signed with this account's viewer key"),
            (&none, "has the algorithm \"none\"; only HS256 is taken"),
            (&header(json!({"alg": "none"})), "has the algorithm \"none\"; only HS256 is taken"),
            (&header(json!({"alg": "RS256"})), "has the algorithm \"RS256\"; only HS256 is taken"),
            (&header(json!({"alg": "HS512"})), "has the algorithm \"HS512\"; only HS256 is taken"),
            (&header(json!({"alg": "hs256"})), "has the algorithm \"hs256\"; only HS256 is taken"),
            (&header(json!({})), "names no algorithm; only HS256 is taken"),
            (&header(json!({"alg": ["HS256"]})), "names no algorithm; only HS256 is taken"),
            (
                &header(json!({"alg": "HS256", "crit": ["b64"], "b64": false})),
                "asks in crit for something that is not understood here",
            ),
            (&header(json!({"alg": "HS256", "typ": "dpop+jwt"})), "is of another type (typ) than JWT"),
            (&sign(&head(), &json!([1]), KEY), "has claims that are not base64url of a JSON object"),
            (&with(json!({"exp": NOW_S - 30})), "has expired"),
            (&with(json!({"exp": null})), "has no claim exp: when it ends"),
            (&with(json!({"exp": "soon"})), "has a claim exp that is not a number of seconds since 1970"),
            (
                &with(json!({"exp": NOW_S + 24 * 3_600 + 31})),
                "reaches too far into the future: exp may be 24 hours ahead at most",
            ),
            (&with(json!({"exp": NOW})), "reaches too far into the future: exp may be 24 hours ahead at most"),
            (&with(json!({"nbf": NOW_S + 31})), "is not valid yet (nbf)"),
            (&with(json!({"nbf": true})), "has a claim nbf that is not a number of seconds since 1970"),
            (&with(json!({"iat": NOW_S + 31})), "was issued in the future (iat)"),
            (&with(json!({"aud": null})), "has no claim aud; it must be https://video.example.com or 7"),
            (
                &with(json!({"aud": "https://video.example"})),
                "is meant for someone else: aud must be https://video.example.com or 7",
            ),
            (&with(json!({"aud": 7})), "is meant for someone else: aud must be https://video.example.com or 7"),
            (&with(json!({"aud": []})), "is meant for someone else: aud must be https://video.example.com or 7"),
            (&with(json!({"sub": null})), "has no claim sub: who is watching"),
            (&with(json!({"sub": ""})), "has a claim sub that is not text of 1 to 200 characters"),
            (&with(json!({"sub": 5})), "has a claim sub that is not text of 1 to 200 characters"),
            (&with(json!({"sub": "x".repeat(201)})), "has a claim sub that is not text of 1 to 200 characters"),
            (&with(json!({"email": "ada"})), "has a claim email that is not an e-mail address"),
            (&with(json!({"name": ["Ada"]})), "has a claim name that is not text of 1 to 200 characters"),
            (&with(json!({"x": "x".repeat(4_096)})), "is too long: 4096 bytes are allowed"),
        ];
        for (text, message) in table {
            assert_eq!(check(text), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn an_account_without_a_key_takes_no_token() {
        let empty = Terms { keys: &[], audiences: &["7".to_owned()], now: NOW };
        let message = "can't be checked: this account has no viewer key yet";
        assert_eq!(verify(&with(json!({})), &empty), Err(message.into()));
    }
}
