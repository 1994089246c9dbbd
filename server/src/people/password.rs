//! What may be the password of a person. It is stored as [`crate::hashing`] makes it.

/// In characters.
pub const SHORTEST: usize = 8;
/// In bytes.
pub const LONGEST: usize = 1_024;

/// The commonest ones that are long enough; each counts whatever its capitals, and with digits or signs behind it.
const COMMON: [&str; 48] = [
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "11111111",
    "00000000",
    "88888888",
    "12341234",
    "11223344",
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "passwort",
    "motdepasse",
    "contraseña",
    "qwertyui",
    "qwertyuiop",
    "qwerty123",
    "1q2w3e4r",
    "1qaz2wsx",
    "asdfghjk",
    "asdfghjkl",
    "zxcvbnm1",
    "abcd1234",
    "abc12345",
    "a1b2c3d4",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "basketball",
    "superman",
    "starwars",
    "trustno1",
    "whatever",
    "michelle",
    "jennifer",
    "computer",
    "internet",
    "welcome1",
    "changeme",
    "letmein1",
    "administrator",
    "aa123456",
    "cuepoint",
    "dragon12",
];

/// Why a password can't be one, as a sentence after its field's name.
///
/// # Errors
/// It is too short, too long, one of the commonest, or the e-mail address.
pub fn check(password: &str, email: &str) -> Result<(), &'static str> {
    let plain = password.trim().to_lowercase();
    let stem = plain.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    match password.chars().count() {
        ..SHORTEST => Err("must have at least 8 characters"),
        _ if password.len() > LONGEST => Err("may have at most 1,024 bytes"),
        _ if COMMON.contains(&plain.as_str()) || COMMON.contains(&stem) => {
            Err("is one of the commonest; choose another one")
        }
        _ if plain.chars().all(|c| plain.starts_with(c)) => Err("is one of the commonest; choose another one"),
        _ if plain == email.to_lowercase() => Err("must not be the e-mail address"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_enough_and_not_a_common_one() {
        for bad in ["short", "password", "Password1!", "PASSWORD123", "aaaaaaaaaa", "1234567890", "a@example.com"] {
            assert!(check(bad, "A@example.com").is_err(), "{bad}");
        }
        assert!(check(&"x1".repeat(513), "").is_err());
        assert!(check("größerü", "").is_err() && check("日本語", "").is_err(), "characters count, not bytes");
        for good in ["correct horse", "pässwörter", "zzzzzzzy", "kein-Datum-1999"] {
            assert_eq!(check(good, "a@example.com"), Ok(()), "{good}");
        }
    }
}
