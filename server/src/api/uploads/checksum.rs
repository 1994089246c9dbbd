//! The checksum of one request's bytes (tus: `Upload-Checksum`).

use app::error::ApiError;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use sha1::Sha1;
use sha2::{Digest, Sha256};

pub const ALGORITHMS: &str = "sha1,sha256";

/// What the bytes are to add up to, and how far they have.
pub struct Checksum {
    so_far: SoFar,
    wanted: Vec<u8>,
}

enum SoFar {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// # Errors
    /// 400 for an algorithm that is not among [`ALGORITHMS`], or what is no checksum.
    pub fn read(headers: &HeaderMap) -> Result<Option<Self>, ApiError> {
        let Some(value) = headers.get("upload-checksum") else { return Ok(None) };
        let flaw = || ApiError::invalid(format!("Upload-Checksum: must be one of {ALGORITHMS}, a blank, and Base64."));
        let (name, sum) = value.to_str().ok().and_then(|text| text.trim().split_once(' ')).ok_or_else(flaw)?;
        let so_far = match name {
            "sha1" => SoFar::Sha1(Sha1::new()),
            "sha256" => SoFar::Sha256(Sha256::new()),
            _ => return Err(flaw()),
        };
        Ok(Some(Self { so_far, wanted: STANDARD.decode(sum.trim()).map_err(|_| flaw())? }))
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.so_far {
            SoFar::Sha1(sum) => sum.update(bytes),
            SoFar::Sha256(sum) => sum.update(bytes),
        }
    }

    /// # Errors
    /// 460, as the protocol wants it, when the bytes are others.
    pub fn check(self) -> Result<(), ApiError> {
        let is_it = match self.so_far {
            SoFar::Sha1(sum) => sum.finalize().as_slice() == self.wanted,
            SoFar::Sha256(sum) => sum.finalize().as_slice() == self.wanted,
        };
        let message = "The bytes don't add up to their checksum; send them again.";
        let mismatch = ApiError { status: 460, code: 460, ..ApiError::bad_request("checksum_mismatch", message) };
        if is_it { Ok(()) } else { Err(mismatch) }
    }
}
