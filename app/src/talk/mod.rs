//! What viewers say about a video: comments with their replies, and reactions, as pages show them.

pub mod comments;
pub mod form;
pub mod links;
pub mod live;
pub mod marks;
pub mod reactions;
pub mod section;

use serde::{Deserialize, Serialize};

/// Whether viewers may comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comments {
    #[default]
    On,
    /// Each comment waits until the owner approves it.
    Approve,
    Off,
}
