//! What players report, in the words of the wire: batches of events, and the answer to one.

pub mod record;

use crate::error::Flaw;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Bytes a batch may have.
pub const BATCH_BYTES: usize = 64 * 1024;
/// Events a batch may have.
pub const BATCH_EVENTS: usize = 200;
/// Where players post batches.
pub const RECORD_PATH: &str = "/engage/record";

/// One post of a player. Events stay unparsed until each is checked on its own:
/// one bad event does not sink its batch.
#[derive(Clone, Debug)]
pub struct Batch {
    pub v: u32,
    /// The view: one id per page load, made by the player.
    pub session: Uuid,
    pub video: String,
    pub pass: Option<String>,
    /// The client's clock at this send, in Unix milliseconds; only compared with `session`.
    pub sent: i64,
    pub events: Vec<Value>,
}

/// One thing that happened, named by `(session, seq)` for ever. `I` is an interaction's id and `A`
/// an answer: the server reads both strictly, the browser has lighter types for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event<I = Uuid, A = Value> {
    pub seq: u32,
    /// Milliseconds since the view began, by a monotonic clock.
    pub at: i64,
    #[serde(flatten)]
    pub what: What<I, A>,
}

/// Positions and bounds are milliseconds of media time; `rate` is in percent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What<I = Uuid, A = Value> {
    Load {
        surface: Surface,
        #[serde(default)]
        referrer: Option<String>,
        #[serde(default)]
        page_url: Option<String>,
    },
    Play {
        pos: i64,
    },
    Pause {
        pos: i64,
    },
    Watched {
        from: i64,
        to: i64,
        rate: i64,
        hidden: bool,
        muted: bool,
    },
    Seek {
        from: i64,
        to: i64,
    },
    Ended,
    Hidden,
    Visible,
    /// A visible, paused page is still there.
    Here,
    Shown {
        interaction: I,
    },
    Answer {
        interaction: I,
        answer: A,
    },
    Skip {
        interaction: I,
    },
    Viewer {
        token: String,
    },
    Consent {
        analytics: bool,
    },
    Error {
        code: i64,
    },
}

impl<I, A> What<I, A> {
    /// The wire's name of the type.
    pub fn name(&self) -> &'static str {
        match self {
            What::Load { .. } => "load",
            What::Play { .. } => "play",
            What::Pause { .. } => "pause",
            What::Watched { .. } => "watched",
            What::Seek { .. } => "seek",
            What::Ended => "ended",
            What::Hidden => "hidden",
            What::Visible => "visible",
            What::Here => "here",
            What::Shown { .. } => "shown",
            What::Answer { .. } => "answer",
            What::Skip { .. } => "skip",
            What::Viewer { .. } => "viewer",
            What::Consent { .. } => "consent",
            What::Error { .. } => "error",
        }
    }
}

/// The kinds of [`What`], as the wire spells them.
pub const TYPES: [&str; 15] = [
    "load", "play", "pause", "watched", "seek", "ended", "hidden", "visible", "here", "shown", "answer", "skip",
    "viewer", "consent", "error",
];

/// Which page the player stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    Play,
    Embed,
}

impl Surface {
    pub fn as_str(self) -> &'static str {
        match self {
            Surface::Play => "play",
            Surface::Embed => "embed",
        }
    }
}

/// The answer to a batch: every event is either on disk or refused by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Events of this batch that are on disk now, stored now or earlier.
    pub recorded: usize,
    pub refused: Vec<Refusal>,
    /// What a poll may show, per answered event. One that was refused has a result where its viewer has answered
    /// before, in this view or, with a vote, in another: of that answer, with the `choices` of a vote.
    pub results: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    pub seq: u32,
    pub field: String,
    pub message: String,
}

impl Refusal {
    pub fn new(seq: u32, flaw: Flaw) -> Self {
        Self { seq, field: flaw.field, message: flaw.message }
    }
}
