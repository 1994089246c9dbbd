//! How a figure was made: its definition, what went into it, and what was left out and why.

use crate::{
    report::part::ANSWERS,
    store::{Conn, Result, comments, figures, reactions, videos::Video},
};
use app::metrics::{METRICS, Metric, RULES, Report};
use serde_json::{Map, Value, json};

/// Explains a metric for one video.
pub async fn of(mut conn: Conn<'_>, video: &Video, metric: &Metric) -> Result<Value> {
    let (account_id, id) = (video.account_id, video.id);
    let (report, figures) = super::video(conn.again(), video).await?;
    let mut known = Map::new();
    let mut put = |name: &str, n: i64| {
        known.insert(name.to_owned(), n.into());
    };
    for (name, n) in [
        ("page_loads", figures.page_loads),
        ("plays", figures.plays),
        ("unique_users", figures.unique_users),
        ("watched_ms", figures.watched_ms),
        ("capped_watched_ms", figures.capped_watched_ms),
        ("unique_ms", figures.unique_ms),
        ("length_ms", figures.length_ms),
        ("bucket_0", figures.bucket_0),
        ("bucket_25", figures.bucket_25),
        ("bucket_50", figures.bucket_50),
        ("bucket_75", figures.bucket_75),
        ("bucket_100", figures.bucket_100),
        ("actions", report.actions.no_of_actions),
    ] {
        put(name, n);
    }
    for kind in app::interaction::KINDS {
        put(kind, 0);
    }
    for met in figures::met(conn.again(), account_id, id).await?.into_iter().filter(|met| met.what == ANSWERS) {
        let before = known.get(&met.kind).and_then(Value::as_i64).unwrap_or(0);
        known.insert(met.kind, (before + met.n).into());
    }
    let said = comments::counts(conn.again(), account_id, id).await?;
    let reacted = reactions::total(conn.again(), account_id, id).await?;
    for (name, n) in [("comment", said.comments), ("reply", said.replies), ("reaction", reacted)] {
        known.insert(name.to_owned(), n.into());
    }
    let reasons = figures::facets(conn, account_id, id, "left_out", 100).await?;
    let reasons: Map<String, Value> = reasons.into_iter().map(|one| (one.value, one.loads.into())).collect();
    let inputs: Map<String, Value> =
        metric.inputs.iter().map(|name| ((*name).to_owned(), known.remove(*name).unwrap_or(Value::Null))).collect();
    let value = match metric.report {
        Report::Video => {
            let whole = serde_json::to_value(&report).unwrap_or_default();
            whole.pointer(&format!("/{}", metric.name.replace('.', "/"))).cloned()
        }
        Report::Profile
        | Report::Retention
        | Report::Series
        | Report::Answers
        | Report::Attention
        | Report::Sources => None,
    };
    Ok(json!({
        "video_id": id,
        "metric": metric.full_name().unwrap_or_else(|| metric.name.to_owned()),
        // Null for what is a list: its report has it.
        "value": value,
        "definition": metric.definition,
        "formula": metric.formula,
        "report": metric.report.path(),
        "inputs": inputs,
        "left_out": {
            "views": figures.left_out,
            "reasons": reasons,
            // Claimed by players, and more than their clocks or an unanswered gate allow; and of it, each alone.
            "uncredited_ms": figures.uncredited_ms,
            "beyond_clock_ms": figures.beyond_clock_ms,
            "behind_gate_ms": figures.behind_gate_ms,
        },
        // Counted, and told apart.
        "counted": { "hidden_ms": figures.hidden_ms, "muted_ms": figures.muted_ms },
        "rules": RULES.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect::<Map<_, _>>(),
    }))
}

/// The names that can be asked for.
pub fn names() -> Vec<String> {
    METRICS.iter().map(|metric| metric.full_name().unwrap_or_else(|| metric.name.to_owned())).collect()
}
