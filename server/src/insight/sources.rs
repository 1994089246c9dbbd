//! Where views came from, and what with.

use crate::store::{Conn, Result, figures, videos::Video};
use serde::Serialize;
use serde_json::{Map, Value, json};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// Null when the browser did not say.
    pub value: Option<String>,
    pub page_loads: i64,
    pub plays: i64,
}

/// A report of sources: its name in the address, and the facets in it under the names they have there.
pub type Group = (&'static str, &'static [(&'static str, &'static str)]);

pub const GROUPS: [Group; 4] = [
    ("referrers", &[("referrers", "referrer"), ("embed_locations", "location"), ("surfaces", "surface")]),
    ("devices", &[("types", "device_type"), ("devices", "device"), ("os", "os"), ("browsers", "browser")]),
    ("regions", &[("countries", "country"), ("regions", "region")]),
    (
        "utm",
        &[
            ("utm_source", "utm_source"),
            ("utm_medium", "utm_medium"),
            ("utm_campaign", "utm_campaign"),
            ("utm_term", "utm_term"),
            ("utm_content", "utm_content"),
        ],
    ),
];

/// Values of one facet that are listed.
const MOST: i64 = 100;

/// The values of one facet, those with most plays first.
pub async fn list(conn: Conn<'_>, video: &Video, facet: &str) -> Result<Vec<Source>> {
    let found = figures::facets(conn, video.account_id, video.id, facet, MOST).await?;
    let source = |one: figures::Facet| Source {
        value: Some(one.value).filter(|value| !value.is_empty()),
        page_loads: one.loads,
        plays: one.plays,
    };
    Ok(found.into_iter().map(source).collect())
}

/// All facets of a group.
pub async fn group(mut conn: Conn<'_>, video: &Video, facets: &[(&str, &str)]) -> Result<Value> {
    let mut lists = Map::from_iter([("video_id".to_owned(), json!(video.id))]);
    for (name, facet) in facets {
        let list = list(conn.again(), video, facet).await?;
        lists.insert((*name).to_owned(), json!(list));
    }
    Ok(lists.into())
}
