//! Signed addresses of media, and who may frame them.

use super::*;
use crate::support::{json_of, on_each_engine};
use server::access::signed;

on_each_engine! {
    a_private_video_s_files_have_signed_addresses_only
    an_allow_list_is_kept_by_the_page_too
}

async fn a_private_video_s_files_have_signed_addresses_only(app: App) {
    let video = closed(&app, json!({"access": "account"})).await;
    let other = closed(&app, json!({"access": "account"})).await;
    let html = text(app.get(&format!("/video/play/{}", video.token)).header("cookie", own_cookie(&app, 1).await)).await;
    let src = media_of(&html);
    let answer = sent(app.get(&src).header("range", "bytes=4-7")).await;
    assert_eq!(answer.status(), 206);
    assert!(answer.headers()["cache-control"].to_str().expect("text").starts_with("private, max-age="));
    assert_eq!(answer.text().await.expect("a body"), "film");
    let segment = src.replace("video.mp4", "360p-1.m4s");
    assert_eq!(text(app.get(&segment)).await, "a segment", "named beside the playlist");
    assert_eq!(status(app.get(&src.replace("video.mp4", "no.mp4"))).await, 404);

    let (head, rest) = src.split_once("/s/").expect("signed");
    let (part, _) = rest.split_once('/').expect("a file");
    let (until, _) = part.split_once('.').expect("parts");
    let later = src.replace(until, &(until.parse::<i64>().expect("a number") + 3_600).to_string());
    let changed = src.replace(part, &format!("{}A", &part[..part.len() - 1]));
    let changed = if changed == src { src.replace(part, &format!("{}B", &part[..part.len() - 1])) } else { changed };
    let elsewhere = src.replace(&video.token, &other.token);
    for (path, kind) in [
        (format!("{head}/video.mp4"), "forbidden"),
        (later, "forbidden"),
        (changed, "forbidden"),
        (elsewhere, "forbidden"),
        (format!("{head}/s/x/video.mp4"), "forbidden"),
        (signed::base(&app.state().keys, &video, now() - 6 * 3_600_000) + "video.mp4", "expired"),
        (signed::base(&app.state().keys, &video, now() - 72 * 3_600_000) + "video.mp4", "expired"),
    ] {
        let answer = sent(app.get(&path)).await;
        assert_eq!(answer.status(), 403, "{path}");
        let error: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
        assert_eq!(error["type"], kind, "{path}");
    }

    let renew = |body: String| app.post(&format!("/video/media/{}", video.token)).body(body);
    let fresh = json_of(renew(pass_of(&html))).await;
    assert!(src.starts_with(fresh["media"].as_str().expect("a path")), "the same within the hour: {fresh}");
    assert_eq!(status(renew(String::new())).await, 403);
    assert_eq!(status(renew(pass_of(&html)).header("origin", "https://evil.example")).await, 403);

    change(&app, &video, json!({"access": "public"})).await;
    assert_eq!(text(app.get(&format!("{head}/video.mp4"))).await, "the film");
    assert_eq!(text(app.get(&src)).await, "the film", "pages that are open play on");
}

async fn an_allow_list_is_kept_by_the_page_too(app: App) {
    let video = closed(&app, json!({"embed_hosts": ["Example.com", "*.example.org", "localhost:8080"]})).await;
    let path = format!("/video/embed/{}", video.token);
    let from = |referer: String| app.get(&path).header("referer", referer).header("sec-fetch-dest", "iframe");
    let answer = sent(app.get(&path)).await;
    assert_eq!(answer.status(), 200, "a page that hides its address is left to the policy");
    let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.ends_with("frame-ancestors 'self' example.com *.example.org localhost:8080"), "{policy}");
    assert!(media_of(&answer.text().await.expect("a body")).contains("/s/"));
    for (parent, expected) in [
        ("https://example.com/a".to_owned(), 200),
        ("https://www.example.org/".into(), 200),
        ("http://localhost:8080/".into(), 200),
        (app.url.clone(), 200),
        ("http://localhost:8081/".into(), 403),
        ("https://example.org/".into(), 403),
        ("https://evil.example/".into(), 403),
    ] {
        let answer = sent(from(parent.clone())).await;
        assert_eq!(answer.status(), expected, "{parent}");
        let html = answer.text().await.expect("a body");
        assert_eq!(html.contains("\"pass\":"), expected == 200, "{parent}");
        assert_eq!(html.contains("PrivacyError"), expected == 403, "{parent}");
    }
    assert_eq!(status(app.get(&format!("/media/{}/video.mp4", video.token))).await, 403, "no hot link");
    assert_eq!(status(app.get(&format!("/thumbnails/{}.jpg", video.token))).await, 200);
    change(&app, &video, json!({"embed_hosts": []})).await;
    assert_eq!(status(from("https://example.com/".into())).await, 403);
    assert_eq!(status(from(app.url.clone())).await, 200, "our own pages always may");
}
