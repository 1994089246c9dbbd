//! `cuepoint owner-link`, beside a server that runs.

use super::api::ours;
use crate::support::{App, batch::View, json_of, on_each_engine};
use serde_json::json;

on_each_engine! {
    whoever_opens_the_link_that_the_command_prints_is_in_no_figure
    the_command_makes_no_link_for_an_account_that_is_not_there
}

async fn whoever_opens_the_link_that_the_command_prints_is_in_no_figure(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    for (n, args) in [(1, &[][..]), (2, &["--account", "sandbox@example.com"][..])] {
        let output = app.runs("owner-link", args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let link = String::from_utf8(output.stdout).expect("text");
        let link = link.trim();
        assert!(link.starts_with(&format!("{}/video/owner/", app.url)), "{link}");
        let opened = app.http.get(link).send().await.expect("an answer");
        assert_eq!(opened.status(), 200);
        let cookie = opened.headers()["set-cookie"].to_str().expect("text");
        let cookie = cookie.split_once(';').expect("attributes").0;

        let mut view = View::of(&video.token);
        let events = view.watching(15_000);
        let request = app.post("/engage/record").header("cookie", cookie);
        assert_eq!(json_of(request.body(view.batch(&events).to_string())).await["recorded"], 3);
        let report = app.report(video.id).await;
        assert_eq!((&report["total_page_loads"], &report["total_plays"]), (&json!(0), &json!(0)));
        let told = ours(&app, &video, "reports/explain?metric=total_plays").await;
        assert_eq!(told["left_out"]["reasons"], json!({ "owner": n }));
    }
}

async fn the_command_makes_no_link_for_an_account_that_is_not_there(app: App) {
    let output = app.runs("owner-link", &["--account", "nobody@example.com"]);
    assert!(!output.status.success() && output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("--account: there is no account nobody@example.com"), "{said}");
}
