//! `GET /api/v1/videos/{id}/exports/{views|entries}.{ndjson|csv}`: all of it, streamed while it is read.

use crate::{
    api::{caller::Caller, videos::of_caller},
    reply::{self, Reply},
    spoken,
    state::State,
    store::{
        self,
        export::{self, EntryRow, ViewRow},
        videos::Video,
    },
};
use app::error::ApiError;
use axum::{
    body::Body,
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use http::header;
use serde_json::{Value, json};
use std::io;
use uuid::Uuid;

/// Rows that are read at once; between them no connection is held.
const ROWS: i64 = 500;
const VIEWS: [&str; 30] = [
    "view",
    "viewer_id",
    "email",
    "name",
    "ip",
    "surface",
    "referrer",
    "page_url",
    "started_at",
    "last_received_at",
    "played",
    "watched_ms",
    "unique_ms",
    "hidden_ms",
    "muted_ms",
    "uncredited_ms",
    "beyond_clock_ms",
    "behind_gate_ms",
    "percent",
    "duration_ms",
    "spans",
    "entries",
    "left_out",
    "country",
    "region",
    "city",
    "browser",
    "os",
    "device",
    "device_type",
];
const ENTRIES: [&str; 6] = ["view", "seq", "at_ms", "type", "event", "received_at"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Ndjson,
    Csv,
}

pub async fn export(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let unknown = || ApiError::not_found("export");
    let (what, format) = match file.split_once('.') {
        Some((what @ ("views" | "entries"), "ndjson")) => (what, Format::Ndjson),
        Some((what @ ("views" | "entries"), "csv")) => (what, Format::Csv),
        _ => return Err(unknown().into()),
    };
    let kind = match format {
        Format::Ndjson => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8; header=present",
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}-{file}\"", video.id)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let begin =
        Reading { state, video, format, after: (i64::MIN, Uuid::nil()), inside: None, first: true, done: false };
    let body = match what {
        "views" => Body::from_stream(stream::try_unfold(begin, Reading::views)),
        _ => Body::from_stream(stream::try_unfold(begin, Reading::entries)),
    };
    Ok((headers, body).into_response())
}

/// How far an export has come.
struct Reading {
    state: State,
    video: Video,
    format: Format,
    /// The view that was read last.
    after: (i64, Uuid),
    /// Its entries up to here were read, and there are more.
    inside: Option<(Vec<Uuid>, i64)>,
    first: bool,
    done: bool,
}

impl Reading {
    async fn views(mut self) -> io::Result<Option<(Vec<u8>, Self)>> {
        if self.done {
            return Ok(None);
        }
        let rows = self.next_views().await.map_err(told)?;
        let lines: Vec<Vec<Value>> = rows.iter().map(view).collect();
        self.written(&VIEWS, lines)
    }

    async fn entries(mut self) -> io::Result<Option<(Vec<u8>, Self)>> {
        if self.done {
            return Ok(None);
        }
        let lines = self.next_entries().await.map_err(told)?;
        self.written(&ENTRIES, lines)
    }

    async fn next_views(&mut self) -> store::Result<Vec<ViewRow>> {
        let mut reader = self.state.store.reader().await?;
        let key = (self.video.account_id, self.video.id);
        let rows = export::views(reader.conn(), key, self.after, ROWS).await?;
        match rows.last() {
            Some(last) => self.after = (last.started_at, last.id),
            None => self.done = true,
        }
        Ok(rows)
    }

    /// Entries of the next views, a view's together and in their order.
    async fn next_entries(&mut self) -> store::Result<Vec<Vec<Value>>> {
        let mut lines = Vec::new();
        let (mut ids, mut from) = match self.inside.take() {
            Some(inside) => inside,
            None => (self.next_views().await?.into_iter().rev().map(|row| row.id).collect(), -1),
        };
        let mut reader = self.state.store.reader().await?;
        while let Some(id) = ids.last().copied() {
            let rows = export::entries(reader.conn(), self.video.account_id, id, from, ROWS).await?;
            let full = rows.len() as i64 == ROWS;
            from = rows.last().map_or(-1, |last| last.seq);
            lines.extend(rows.iter().map(entry));
            if !full {
                ids.pop();
                from = -1;
            }
            if lines.len() as i64 >= ROWS {
                break;
            }
        }
        if !ids.is_empty() {
            self.inside = Some((ids, from));
        }
        Ok(lines)
    }

    fn written(mut self, names: &[&str], lines: Vec<Vec<Value>>) -> io::Result<Option<(Vec<u8>, Self)>> {
        let mut out = Vec::new();
        match self.format {
            Format::Ndjson => {
                for line in lines {
                    let pairs = names.iter().map(|name| (*name).to_owned()).zip(line);
                    serde_json::to_writer(&mut out, &Value::Object(pairs.collect()))?;
                    out.push(b'\n');
                }
            }
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(&mut out);
                if self.first {
                    csv.write_record(names)?;
                }
                for line in lines {
                    csv.write_record(line.iter().map(cell))?;
                }
                csv.flush()?;
            }
        }
        self.first = false;
        Ok(Some((out, self)))
    }
}

fn told(error: store::StoreError) -> io::Error {
    io::Error::other(reply::storage(error).message)
}

fn view(row: &ViewRow) -> Vec<Value> {
    let spans: Value = serde_json::from_str(&row.spans).unwrap_or_default();
    vec![
        json!(row.id),
        json!(row.viewer_id),
        json!(row.email),
        json!(row.name),
        json!(row.ip),
        json!(row.surface),
        json!(row.referrer),
        json!(row.page_url),
        json!(spoken::instant(row.started_at)),
        json!(spoken::instant(row.last_received_at)),
        json!(row.played),
        json!(row.watched_ms),
        json!(row.unique_ms),
        json!(row.hidden_ms),
        json!(row.muted_ms),
        json!(row.uncredited_ms),
        json!(row.beyond_clock_ms),
        json!(row.behind_gate_ms),
        json!(row.percent),
        json!(row.duration_ms),
        spans,
        json!(row.entries),
        json!(row.left_out),
        json!(row.country),
        json!(row.region),
        json!(row.city),
        json!(row.browser),
        json!(row.os),
        json!(row.device),
        json!(row.device_type),
    ]
}

fn entry(row: &EntryRow) -> Vec<Value> {
    let event: Value = serde_json::from_str(&row.body).unwrap_or_default();
    vec![
        json!(row.view_id),
        json!(row.seq),
        json!(row.at_ms),
        json!(row.kind),
        event,
        json!(spoken::instant(row.received_at)),
    ]
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection): a quote stands before it.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text,
        other => return other.to_string(),
    };
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert_eq!(cell(&json!(bad)), format!("'{bad}"));
        }
        assert_eq!(
            (cell(&json!("a=1")), cell(&json!(-5)), cell(&Value::Null)),
            ("a=1".into(), "-5".into(), String::new())
        );
    }
}
