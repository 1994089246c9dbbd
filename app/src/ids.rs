//! Names of things, checked where they enter.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A video's public name in URLs: 22 or 43 characters of `A-Za-z0-9_-`, never decoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Token(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a video token")]
pub struct NotAToken;

impl TryFrom<String> for Token {
    type Error = NotAToken;

    fn try_from(text: String) -> Result<Self, NotAToken> {
        let long_enough = matches!(text.len(), 22 | 43);
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if long_enough && plain { Ok(Self(text)) } else { Err(NotAToken) }
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.0
    }
}

impl Token {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_22_or_43_url_safe_characters() {
        assert!(Token::try_from("demoTourOfCuepoint0001".to_owned()).is_ok());
        assert!(Token::try_from("KQf5MPDupD2qFi4U_LYoo436nEf7gilJIW0I_Pn1Ia8".to_owned()).is_ok());
        for wrong in ["", "short", "demoTourOfCuepoint000/", "demoTourOfCuepoint00é1", "demoTourOfCuepoint00011"] {
            assert_eq!(Token::try_from(wrong.to_owned()), Err(NotAToken), "{wrong}");
        }
    }
}
