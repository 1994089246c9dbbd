//! Why a video could not be had, by the names that clients act on.

use crate::{
    media::{MediaError, child::ChildError, ladder::LadderError, poster::PosterError, storyboard::StoryboardError},
    store::StoreError,
};
use std::{fmt, io};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The address, or one that it leads to, is none that a file can be fetched from.
    InvalidUrl,
    /// Nobody answers there, or not with a file. Whether an address is refused is not told: that would map the
    /// network around us.
    UnreachableUrl,
    /// The server there wants to know who asks.
    Unauthorized,
    /// The connection broke, again and again.
    NetworkError,
    FileTooLarge,
    /// It is no video, or none that can be read.
    UnsupportedFormat,
    PreprocessFailed,
    /// Its owner has ended it.
    Cancelled,
}

impl Reason {
    pub const ALL: [Reason; 8] = [
        Reason::InvalidUrl,
        Reason::UnreachableUrl,
        Reason::Unauthorized,
        Reason::NetworkError,
        Reason::FileTooLarge,
        Reason::UnsupportedFormat,
        Reason::PreprocessFailed,
        Reason::Cancelled,
    ];

    /// As it stands on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidUrl => "INVALID_URL",
            Self::UnreachableUrl => "UNREACHABLE_URL",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::NetworkError => "NETWORK_ERROR",
            Self::FileTooLarge => "FILE_TOO_LARGE",
            Self::UnsupportedFormat => "UNSUPPORTED_FORMAT",
            Self::PreprocessFailed => "PREPROCESS_FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Why a job did not come to its end.
#[derive(Debug)]
pub enum Failure {
    /// Trying again would not help.
    Final(Reason, String),
    /// Something of ours, which may pass.
    Passing(String),
}

impl Failure {
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self::Final(reason, message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Final(reason, message) => write!(f, "{}: {message}", reason.name()),
            Self::Passing(message) => write!(f, "for now: {message}"),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Passing(error.to_string())
    }
}

impl From<MediaError> for Failure {
    fn from(error: MediaError) -> Self {
        Self::Passing(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Passing(error.to_string())
    }
}

/// A tool that fails does so for what the file holds; what it says is for the log, not for the wire.
impl From<ChildError> for Failure {
    fn from(error: ChildError) -> Self {
        match error {
            ChildError::Failed { .. } => {
                tracing::warn!(%error, "a file can't be prepared");
                Self::new(Reason::PreprocessFailed, "The video could not be converted.")
            }
            ChildError::TooLong { .. } => {
                Self::new(Reason::PreprocessFailed, "Preparing the video took longer than it may.")
            }
            ChildError::Missing(_) | ChildError::Io { .. } => Self::Passing(error.to_string()),
        }
    }
}

macro_rules! tool_or_disk {
    ($($error:ident)*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                match error {
                    $error::Tool(error) => error.into(),
                    $error::Io(error) => error.into(),
                }
            }
        }
    )*};
}
tool_or_disk! { PosterError StoryboardError }

impl From<LadderError> for Failure {
    fn from(error: LadderError) -> Self {
        match error {
            LadderError::Tool(error) => error.into(),
            LadderError::Io(error) => error.into(),
            LadderError::Playlist(_) => Self::Passing(error.to_string()),
        }
    }
}
