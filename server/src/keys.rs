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
            Err(error) if error.kind() == io::ErrorKind::NotFound => write_private(&path, &random::<32>())?,
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

/// Makes a file that only its owner can read, unless another process was faster; returns what stands in it then.
///
/// # Errors
/// When the file can be neither made nor read.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let half = path.with_extension(format!("{}.new", hex::encode(random::<8>())));
    // Whole or not at all, also when the machine stops half-way.
    let made = write_new(&half, bytes).and_then(|()| match fs::hard_link(&half, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Not every file system has links.
        Err(_) => fs::rename(&half, path),
    });
    // Where it was renamed it is gone already.
    let _ = fs::remove_file(&half);
    made?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Not every file system can do it; SQLite lets that pass too.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    fs::read(path)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{os::unix::fs::PermissionsExt, sync::Barrier, thread};

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
    fn all_who_make_the_instance_key_at_once_get_the_same() {
        for _ in 0..10 {
            let (folder, gate) = (tempfile::tempdir().expect("a folder"), Barrier::new(8));
            let load = || {
                gate.wait();
                Keys::load(folder.path()).expect("a key").signature("x", b"y")
            };
            let signed: Vec<[u8; 32]> = thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
                threads.into_iter().map(|one| one.join().expect("no panic")).collect()
            });
            let kept = Keys::load(folder.path()).expect("read").signature("x", b"y");
            assert!(signed.iter().all(|one| *one == kept));
            assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left there");
        }
    }

    #[test]
    fn purposes_do_not_mix() {
        let keys = Keys::from_bytes(&[1; 32]);
        assert_ne!(keys.signature("pass", b"x"), keys.signature("owner", b"x"));
    }
}
