//! The video report: how often it was loaded and played, how much of it, and what viewers did.

use crate::store::figures::Figures;
use serde::Serialize;

#[derive(Debug, PartialEq, Serialize)]
pub struct VideoReport {
    status: u16,
    id: i64,
    pub total_plays: i64,
    pub total_page_loads: i64,
    pub unique_users: i64,
    /// Whole percent: time watched over the lengths of all plays, a play counting at most once its length.
    pub avg_watch_rate: i64,
    /// The same without what was watched again.
    pub avg_unique_watch_rate: i64,
    pub actions: Actions,
    pub watch_rate: Buckets,
    popular_region: String,
    plays_in_popular_region: String,
    popular_region_plays: i64,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Actions {
    pub no_of_actions: i64,
    pub annotations: i64,
    pub call_to_actions: i64,
    pub forms: i64,
    pub end_screens: i64,
    pub questions: i64,
    pub comments: i64,
    pub reactions: i64,
    pub replies: i64,
}

/// Plays by the largest of these percentages that each reached.
#[derive(Debug, PartialEq, Serialize)]
pub struct Buckets {
    #[serde(rename = "0")]
    pub from_0: i64,
    #[serde(rename = "25")]
    pub from_25: i64,
    #[serde(rename = "50")]
    pub from_50: i64,
    #[serde(rename = "75")]
    pub from_75: i64,
    #[serde(rename = "100")]
    pub all: i64,
}

/// The report of video `id`, `answers` (and what was said) counted by kind; `region` is where most plays were,
/// and how many.
pub fn report(id: i64, figures: &Figures, answers: &[(String, i64)], region: Option<(String, i64)>) -> VideoReport {
    let (region, region_plays) = region.unwrap_or_else(|| ("NA".into(), 0));
    VideoReport {
        status: 200,
        id,
        total_plays: figures.plays,
        total_page_loads: figures.page_loads,
        unique_users: figures.unique_users,
        avg_watch_rate: rate(figures.capped_watched_ms, figures.length_ms),
        avg_unique_watch_rate: rate(figures.unique_ms, figures.length_ms),
        actions: Actions::of(answers),
        watch_rate: Buckets {
            from_0: figures.bucket_0,
            from_25: figures.bucket_25,
            from_50: figures.bucket_50,
            from_75: figures.bucket_75,
            all: figures.bucket_100,
        },
        plays_in_popular_region: format!("{region_plays} plays from {region}"),
        popular_region: region,
        popular_region_plays: region_plays,
    }
}

/// 100 × `ms` / `whole`, halves rounded up; 0 of nothing.
pub fn rate(ms: i64, whole: i64) -> i64 {
    if whole <= 0 { 0 } else { ((200 * ms + whole) / (2 * whole)).min(100) }
}

impl Actions {
    fn of(answers: &[(String, i64)]) -> Self {
        let mut actions = Self::default();
        for (kind, n) in answers {
            let slot = match kind.as_str() {
                "annotation" => &mut actions.annotations,
                "cta" => &mut actions.call_to_actions,
                "lead_form" => &mut actions.forms,
                "end_screen" => &mut actions.end_screens,
                "poll" => &mut actions.questions,
                "comment" => &mut actions.comments,
                "reaction" => &mut actions.reactions,
                "reply" => &mut actions.replies,
                _ => continue,
            };
            *slot += n;
            actions.no_of_actions += n;
        }
        actions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_has_the_wire_s_names_and_order() {
        let figures = Figures {
            page_loads: 15,
            plays: 13,
            unique_users: 10,
            capped_watched_ms: 663_000,
            unique_ms: 600_000,
            length_ms: 780_000,
            bucket_0: 0,
            bucket_25: 3,
            bucket_50: 2,
            bucket_75: 1,
            bucket_100: 7,
            ..Figures::default()
        };
        let report =
            report(988, &figures, &[("cta".into(), 19), ("poll".into(), 5)], Some(("Houston, Texas".into(), 1)));
        assert_eq!(
            serde_json::to_string(&report).expect("a report is JSON"),
            concat!(
                r#"{"status":200,"id":988,"total_plays":13,"total_page_loads":15,"unique_users":10,"#,
                r#""avg_watch_rate":85,"avg_unique_watch_rate":77,"actions":{"no_of_actions":24,"annotations":0,"#,
                r#""call_to_actions":19,"forms":0,"end_screens":0,"questions":5,"comments":0,"reactions":0,"#,
                r#""replies":0},"watch_rate":{"0":0,"25":3,"50":2,"75":1,"100":7},"popular_region":"Houston, Texas","#,
                r#""plays_in_popular_region":"1 plays from Houston, Texas","popular_region_plays":1}"#
            )
        );
    }

    #[test]
    fn a_video_that_nobody_played_is_all_zeros() {
        let report = report(1, &Figures::default(), &[], None);
        assert_eq!((report.avg_watch_rate, report.total_plays), (0, 0));
        assert_eq!(
            (report.popular_region.as_str(), report.plays_in_popular_region.as_str()),
            ("NA", "0 plays from NA")
        );
    }

    #[test]
    fn the_place_with_most_plays_is_named() {
        let report = report(1, &Figures::default(), &[], Some(("Houston, Texas".into(), 1)));
        assert_eq!((report.popular_region.as_str(), report.popular_region_plays), ("Houston, Texas", 1));
        assert_eq!(report.plays_in_popular_region, "1 plays from Houston, Texas");
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!(rate(125, 10_000), 1);
        assert_eq!(rate(150, 10_000), 2);
        assert_eq!(rate(149, 10_000), 1);
    }
}
