//! Batches as a player sends them.

use serde_json::{Value, json};
use server::state::now;
use uuid::Uuid;

/// One view of a video, and the events it has.
pub struct View {
    pub session: Uuid,
    token: String,
    seq: u32,
}

impl View {
    /// A page that was opened ten minutes ago, so that its clock allows ten minutes of watching.
    pub fn of(token: &str) -> Self {
        Self::opened(token, now() - 600_000)
    }

    /// A page that is opened now, with all that was published until then; its events may still be ahead.
    pub fn fresh(token: &str) -> Self {
        Self::opened(token, now())
    }

    /// A page that was opened at that time (Unix milliseconds), a week ago at most.
    pub fn opened(token: &str, at: i64) -> Self {
        let opened = u64::try_from(at).expect("after 1970");
        let random: [u8; 10] = server::keys::random();
        let session = uuid::Builder::from_unix_timestamp_millis(opened, &random).into_uuid();
        Self { session, token: token.into(), seq: 0 }
    }

    /// An event with the next number, at `at` milliseconds since the page was opened.
    pub fn event(&mut self, at: i64, what: Value) -> Value {
        let mut event = what;
        event["seq"] = self.seq.into();
        event["at"] = at.into();
        self.seq += 1;
        event
    }

    pub fn load(&mut self) -> Value {
        self.event(0, json!({"type": "load", "surface": "play"}))
    }

    pub fn play(&mut self, at: i64) -> Value {
        self.event(at, json!({"type": "play", "pos": 0}))
    }

    pub fn watched(&mut self, at: i64, from: i64, to: i64) -> Value {
        self.event(at, json!({"type": "watched", "from": from, "to": to, "rate": 100, "hidden": false, "muted": false}))
    }

    pub fn click(&mut self, at: i64, interaction: Uuid) -> Value {
        self.event(at, json!({"type": "answer", "interaction": interaction, "answer": {}}))
    }

    /// Load, play and the first `ms` milliseconds, watched at once.
    pub fn watching(&mut self, ms: i64) -> Vec<Value> {
        vec![self.load(), self.play(100), self.watched(100 + ms, 0, ms)]
    }

    pub fn batch(&self, events: &[Value]) -> Value {
        json!({"v": 1, "session": self.session, "video": self.token, "sent": now(), "events": events})
    }
}
