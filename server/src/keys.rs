//! The instance key, and what is made with it: sealed secrets and signatures.

use chacha20poly1305::{
    AeadCore, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, OsRng},
};
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::{Digest, Sha256};
use std::{fs, io, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

/// Keys derived from the 32 bytes in `<data>/instance-key`.
#[derive(Clone)]
pub struct Keys {
    seal: [u8; 32],
    sign: [u8; 32],
}

#[derive(Debug, thiserror::Error)]
#[error("a stored secret can't be opened; was the instance key replaced?")]
pub struct CannotOpen;

const NONCE: usize = 24;

impl Keys {
    /// Reads the instance key, or makes one that only its owner can read.
    ///
    /// # Errors
    /// When the file can be neither read nor made, or is not 32 bytes long.
    pub fn load(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join("instance-key");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let bytes = random::<32>();
                write_private(&path, &bytes)?;
                bytes.to_vec()
            }
            Err(error) => return Err(error),
        };
        let bytes: [u8; 32] = bytes
            .try_into()
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the instance key must have 32 bytes"))?;
        Ok(Self::from_bytes(&bytes))
    }

    pub fn from_bytes(instance: &[u8; 32]) -> Self {
        Self { seal: mac(instance, b"seal"), sign: mac(instance, b"sign") }
    }

    /// Encrypts a secret for the database.
    pub fn seal(&self, secret: &[u8]) -> Vec<u8> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let sealed = XChaCha20Poly1305::new((&self.seal).into()).encrypt(&nonce, secret);
        // Encrypting in memory fails only past 256 GiB.
        let sealed = sealed.unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// Decrypts what [`Self::seal`] made.
    ///
    /// # Errors
    /// When it was sealed under another key, or was changed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let (nonce, rest) = sealed.split_at_checked(NONCE).ok_or(CannotOpen)?;
        let cipher = XChaCha20Poly1305::new((&self.seal).into());
        cipher.decrypt(XNonce::from_slice(nonce), rest).map_err(|_| CannotOpen)
    }

    /// A signature of `message` that only this instance can make; `purpose` keeps uses apart.
    pub fn signature(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        mac(&mac(&self.sign, purpose.as_bytes()), message)
    }
}

/// HMAC-SHA256 (RFC 2104).
pub fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        // HMAC takes keys of any length.
        Err(_) => unreachable!("HMAC takes any key"),
    };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// SHA-256, for secrets with enough randomness of their own.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Linux, macOS and Windows can't fail here once the machine has started.
    getrandom::fill(&mut bytes).unwrap_or_else(|error| unreachable!("no randomness: {error}"));
    bytes
}

/// Writes a file that only its owner can read.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let half = path.with_extension("new");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // Whole or not at all, also when the machine stops half-way.
    fs::rename(half, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_sealed_secret_opens_only_under_its_key() {
        let keys = Keys::from_bytes(&[1; 32]);
        let sealed = keys.seal(b"whsec");
        assert!(!sealed.windows(5).any(|part| part == b"whsec"));
        assert_eq!(keys.open(&sealed).expect("ours"), b"whsec");
        assert!(Keys::from_bytes(&[2; 32]).open(&sealed).is_err());
        assert!(keys.open(b"short").is_err());
    }

    #[test]
    fn the_instance_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Keys::load(folder.path()).expect("made");
        let second = Keys::load(folder.path()).expect("read");
        assert_eq!(first.signature("x", b"y"), second.signature("x", b"y"));
        let mode = fs::metadata(folder.path().join("instance-key")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn purposes_do_not_mix() {
        let keys = Keys::from_bytes(&[1; 32]);
        assert_ne!(keys.signature("pass", b"x"), keys.signature("owner", b"x"));
    }
}
