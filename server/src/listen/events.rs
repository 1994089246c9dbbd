//! Server-sent events, as far as our own stream speaks them.

use uuid::Uuid;

/// A message that was heard.
#[derive(Debug, PartialEq, Eq)]
pub struct Heard {
    pub id: Uuid,
    pub event: String,
    pub body: String,
}

/// What a stream says.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    Message(Heard),
    /// Where it begins: all that follows is younger.
    Begins(Uuid),
}

/// Reads a stream that comes in pieces of any size.
#[derive(Default)]
pub struct Events {
    rest: Vec<u8>,
    id: Option<Uuid>,
    event: String,
    body: String,
}

impl Events {
    /// What is whole with this piece; comments and what has no id are passed over.
    pub fn read(&mut self, piece: &[u8]) -> Vec<Said> {
        self.rest.extend_from_slice(piece);
        let mut said = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            said.extend(self.line(line.trim_end_matches(['\r', '\n'])));
        }
        said
    }

    fn line(&mut self, line: &str) -> Option<Said> {
        if line.is_empty() {
            let (event, body) = (std::mem::take(&mut self.event), std::mem::take(&mut self.body));
            return self.id.take().map(|id| match body.is_empty() {
                true => Said::Begins(id),
                false => Said::Message(Heard { id, event, body }),
            });
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" => self.id = Uuid::try_parse(value).ok(),
            "event" => self.event = value.to_owned(),
            "data" => self.body.push_str(value),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_in_pieces_of_any_size() {
        let id = Uuid::from_u128(7);
        let text = format!("id: {id}\n: here\n\nevent: VideoCTA\nid: {id}\ndata: {{\"a\":\"é: b\"}}\n\n: here\n\n");
        let message = Heard { id, event: "VideoCTA".into(), body: r#"{"a":"é: b"}"#.into() };
        let whole = [Said::Begins(id), Said::Message(message)];
        for size in 1..text.len() {
            let mut events = Events::default();
            let said: Vec<Said> = text.as_bytes().chunks(size).flat_map(|piece| events.read(piece)).collect();
            assert_eq!(said, whole, "{size}");
        }
    }
}
