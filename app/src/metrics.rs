//! What every figure of the reports means: one list, from which the documentation is made and the API explains.

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// As the API spells it, inner names behind a dot.
    pub name: &'static str,
    pub report: Report,
    pub definition: &'static str,
    /// How it is worked out from the inputs.
    pub formula: &'static str,
    /// Sums that it is made of, by the names that `explain` gives them.
    pub inputs: &'static [&'static str],
}

/// Where a figure is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    Video,
    Profile,
    Retention,
    Series,
    Answers,
    Attention,
    Sources,
}

impl Report {
    pub const ALL: [Report; 7] = [
        Report::Video,
        Report::Profile,
        Report::Retention,
        Report::Series,
        Report::Answers,
        Report::Attention,
        Report::Sources,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Report::Video => "Video report",
            Report::Profile => "Viewer profile",
            Report::Retention => "Retention",
            Report::Series => "Over time",
            Report::Answers => "Interactions",
            Report::Attention => "Attention",
            Report::Sources => "Sources",
        }
    }

    /// Where the API has it.
    pub fn path(self) -> &'static str {
        match self {
            Report::Video => "/api/v1/me/video/reports/{video_id}",
            Report::Profile => "/api/v1/me/video/viewer_profile?video_id= or ?user_email=",
            Report::Retention => "/api/v1/videos/{id}/reports/retention",
            Report::Series => "/api/v1/videos/{id}/reports/series?by=&from=&to=",
            Report::Answers => "/api/v1/videos/{id}/reports/answers",
            Report::Attention => "/api/v1/videos/{id}/reports/attention?page=",
            Report::Sources => "/api/v1/videos/{id}/reports/referrers, /devices, /regions, /utm",
        }
    }
}

/// What holds for all figures.
pub const RULES: &[(&str, &str)] = &[
    ("view", "One load of a player page whose script ran, or on which something was clicked or answered."),
    (
        "left out",
        "Known bots, link previews, prefetches and the owner's own views are stored with the reason, and count for nothing.",
    ),
    (
        "credit",
        "Playback is reported as intervals of the video's own time, taken where it began and stopped. In the order in which they \
         happened, no more is credited than the view's own clock allows at the speed that was played, and nothing past a required \
         interaction that was not answered. The rest is stored and shown as uncredited_ms, which is beyond_clock_ms and \
         behind_gate_ms together; what lies behind a gate is in the latter, whatever the clock says.",
    ),
    (
        "gates",
        "A view is held to the required interactions that were published when it began, as they stood then: one that is \
         published or moved later takes no credit from it, and one that is moved, withdrawn or required no more holds nothing \
         that is played from then on.",
    ),
    (
        "length",
        "A view has the length of the file that it played, also when the video's file is replaced by a longer or a shorter \
         one later. Figures by the second, and how much one viewer covered, are of the file as it is now.",
    ),
    ("played again", "Time played counts each time; coverage counts each moment once, whatever the order."),
    (
        "hidden and muted",
        "Playback in a hidden page or without sound counts, and is also summed apart: hidden_ms, muted_ms.",
    ),
    (
        "when",
        "A view belongs to the hour, in UTC, in which it began. Batches may come up to seven days late; figures then change.",
    ),
    ("twice", "An event has a number within its view. However often it comes, and in whatever order, it counts once."),
    (
        "votes",
        "A viewer who is recognised, by a token, a personal link, a form or a cookie, answers a poll or survey \
         once, in whichever view, and a quiz that comes once; of others each view does.",
    ),
    (
        "fresh",
        "A figure holds all that was acknowledged: sums change in the transaction that stores the events they are made of.",
    ),
];

macro_rules! metrics {
    ($($report:ident $name:literal $definition:literal $formula:literal [$($input:literal)*])*) => {
        pub const METRICS: &[Metric] = &[$(Metric {
            name: $name,
            report: Report::$report,
            definition: $definition,
            formula: $formula,
            inputs: &[$($input),*],
        }),*];
    };
}

metrics! {
    Video "total_page_loads"
        "Loads of a page with the player, played or not." "page_loads" ["page_loads"]
    Video "total_plays"
        "Loads in which the video was played: it started, or an interval was credited. At most one for each load."
        "plays" ["plays" "page_loads"]
    Video "unique_users"
        "Different viewers among the plays. A viewer is who a signed token, a personal link or a form says, else a cookie \
         where consent allows it, else the browser on that day."
        "unique_users" ["unique_users" "plays"]
    Video "avg_watch_rate"
        "How much of the video was watched on average, in percent, re-watching included; each play counts at most its \
         whole length, so that it stays a percentage. length_ms is the lengths of all plays together. 0 without plays; \
         those whose length is not known are left out."
        "round half up (100 × capped_watched_ms / length_ms)" ["capped_watched_ms" "length_ms"]
    Video "avg_unique_watch_rate"
        "The same without what was played again."
        "round half up (100 × unique_ms / length_ms)" ["unique_ms" "length_ms"]
    Video "watch_rate.0"
        "Plays that covered less than 25 percent. A play's percentage is floor(100 × covered / length), and 100 when at most \
         one second or one percent is missing, whichever is more. The five buckets add up to total_plays."
        "bucket_0" ["bucket_0" "plays"]
    Video "watch_rate.25" "Plays that covered 25 to 49 percent." "bucket_25" ["bucket_25" "plays"]
    Video "watch_rate.50" "Plays that covered 50 to 74 percent." "bucket_50" ["bucket_50" "plays"]
    Video "watch_rate.75" "Plays that covered 75 to 99 percent." "bucket_75" ["bucket_75" "plays"]
    Video "watch_rate.100" "Plays that covered everything." "bucket_100" ["bucket_100" "plays"]
    Video "actions.no_of_actions" "All that follow, together." "the sum of the other actions" ["actions"]
    Video "actions.annotations" "Clicks on annotations." "answers of that kind" ["annotation"]
    Video "actions.call_to_actions" "Clicks on calls to action." "answers of that kind" ["cta"]
    Video "actions.forms" "Forms that were sent and accepted." "answers of that kind" ["lead_form"]
    Video "actions.end_screens" "Clicks on the cards of end screens." "answers of that kind" ["end_screen"]
    Video "actions.questions" "Polls, quizzes and surveys that were answered." "answers of that kind" ["poll"]
    Video "actions.comments" "Comments that were posted and not deleted." "comments" ["comment"]
    Video "actions.reactions" "Reactions." "reactions" ["reaction"]
    Video "actions.replies" "Replies to comments that were posted and not deleted." "replies" ["reply"]
    Video "popular_region" "Where most plays came from; NA when no location database is set up." "the region with most plays" []
    Video "popular_region_plays" "Plays from there." "plays of that region" ["plays"]
    Video "plays_in_popular_region" "Both in one sentence." "popular_region_plays and popular_region" []

    Profile "video_id" "The video, as text." "" []
    Profile "email" "As a token, a personal link or a form gave it, what was verified before what was not; NA for who is not known." "" []
    Profile "viewer_name" "The name from the same places." "" []
    Profile "ip" "The address of the newest view, masked before it was stored." "" []
    Profile "last_viewed_time" "When the newest view began, in UTC, as day/month/year." "" []
    Profile "last_viewed_at" "The same instant in ISO 8601." "" []
    Profile "location" "City and country of the newest view; NA when no location database is set up." "" []
    Profile "device" "DESKTOP, MOBILE, TABLET or TV, from the newest view." "" []
    Profile "os" "The system that the newest view's browser names." "" []
    Profile "browser" "That browser." "" []
    Profile "referer_url" "The page that led to the newest view, as far as the browser tells; NA when it does not." "" []
    Profile "percentage_played"
        "How much of the video this viewer has covered in all views together, each moment once."
        "floor(100 × covered / length); 100 when at most one second or one percent is missing" []
    Profile "precentage_played" "The same under the name that existing clients read." "percentage_played" []
    Profile "views" "Views of this video that the viewer played." "" []

    Retention "views" "For each second of the video: plays that saw at least half of it." "" ["plays"]
    Retention "played"
        "For each second: how often it was played. Within a view, the time played in that second over its length, halves rounded up."
        "" ["plays"]
    Retention "rewatched" "For each second: how often it was played again." "played − views" ["plays"]
    Retention "retention" "For each second: percent of all plays that saw it, to one decimal." "100 × views / total_plays" ["plays"]

    Series "page_loads" "Loads that began within the hour or day." "" ["page_loads"]
    Series "plays" "Plays among them." "" ["plays"]
    Series "watched" "Seconds that they watched, re-watching included." "" ["watched_ms"]
    Series "finished" "Plays among them that covered everything." "" ["bucket_100"]

    Answers "impressions" "Views in which the interaction was shown." "" ["page_loads"]
    Answers "answers" "Answers and clicks that were accepted." "" ["actions"]
    Answers "answered" "Views that answered at least once." "" []
    Answers "skips" "Views that skipped it." "" []
    Answers "answer_rate" "Percent of the impressions that answered, to one decimal." "100 × answered / impressions" []
    Answers "options" "For each choice of a poll and each card of an end screen: answers that picked it, and their percent of all." "" []

    Attention "seconds" "For one viewer: stretches of the video in seconds, and how often they were played in all views together." "" []
    Attention "watched" "Seconds that this viewer watched, re-watching included." "" []

    Sources "referrers" "Loads and plays by the host of the page that led here; null when the browser does not tell." "" ["page_loads" "plays"]
    Sources "embed_locations" "Loads and plays of embeds by the page that they stand on, as far as its browser tells." "" ["page_loads" "plays"]
    Sources "surfaces" "Loads and plays on the play page and in embeds." "" ["page_loads" "plays"]
    Sources "utm_source" "Loads and plays by the utm parameters of the play page's address; utm_medium, utm_campaign, utm_term and utm_content likewise." "" ["page_loads" "plays"]
    Sources "devices" "Loads and plays by device, system and browser." "" ["page_loads" "plays"]
    Sources "regions" "Loads and plays by country and region." "" ["page_loads" "plays"]
}

/// The figure of that name; `report.name` where several reports have one.
pub fn named(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name || Some(name) == metric.full_name().as_deref())
}

impl Metric {
    /// `retention.views`; none for figures of the compatible reports, whose names are their own.
    pub fn full_name(&self) -> Option<String> {
        let report = match self.report {
            Report::Video | Report::Profile => return None,
            Report::Retention => "retention",
            Report::Series => "series",
            Report::Answers => "answers",
            Report::Attention => "attention",
            Report::Sources => "sources",
        };
        Some(format!("{report}.{}", self.name))
    }

    /// The id of its line in the documentation.
    pub fn anchor(&self) -> String {
        self.full_name().unwrap_or_else(|| self.name.to_owned()).replace('.', "-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_one_place_and_one_definition() {
        let mut anchors: Vec<String> = METRICS.iter().map(Metric::anchor).collect();
        anchors.sort();
        let all = anchors.len();
        anchors.dedup();
        assert_eq!(anchors.len(), all);
        for metric in METRICS {
            assert!(metric.definition.ends_with('.'), "{}", metric.name);
            assert!(named(metric.name).is_some());
        }
        assert_eq!(named("series.plays").map(|metric| metric.report), Some(Report::Series));
        assert_eq!(named("nonsense"), None);
    }
}
