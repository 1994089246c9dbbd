//! Pages: the status, the headers, and what stands in the HTML before any script.

use crate::support::{App, cta};
use reqwest::Response;
use server::state::now;

async fn get(app: &App, path: &str) -> (u16, Response) {
    let answer = app.get(path).send().await.expect("an answer");
    (answer.status().as_u16(), answer)
}

fn policy(answer: &Response) -> String {
    answer.headers()["content-security-policy"].to_str().expect("text").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_video_stands_in_the_html() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    for page in ["play", "embed"] {
        let (status, answer) = get(&app, &format!("/video/{page}/{}", video.token)).await;
        assert_eq!(status, 200);
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers()["referrer-policy"], "strict-origin-when-cross-origin");
        assert!(!answer.headers().contains_key("x-frame-options"));
        let html = answer.text().await.expect("a body");
        let (token, title) = (&video.token, &video.title);
        assert!(html.contains(&format!("src=\"/media/{token}/video.mp4\"")), "{html}");
        assert!(html.contains(&format!("poster=\"/thumbnails/{token}.jpg\"")));
        assert!(html.contains("fetchpriority=\"high\"") && html.contains(" controls"));
        assert!(html.contains(&format!("<title>{title}</title>")));
        assert!(html.contains("<meta name=\"description\" content=\"Of one minute\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_is_strict_and_its_nonce_is_fresh() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("/video/play/{}", video.token);
    let (_, first) = get(&app, &path).await;
    let (_, second) = get(&app, &path).await;
    assert_ne!(policy(&first), policy(&second));
    assert!(policy(&first).starts_with("default-src 'none'; script-src 'self' 'nonce-"));
    assert!(policy(&first).ends_with("base-uri 'none'; frame-ancestors 'none'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_why_there_is_no_video() {
    let app = App::start().await;
    let expired = app.add_video(&[], |video| video.expires_at = Some(now() - 1)).await;
    let deleted = app.add_video(&[], |video| video.deleted_at = Some(now())).await;
    let processing = app.add_video(&[], |video| video.state = "processing".into()).await;
    let failed = app
        .add_video(&[], |video| {
            video.state = "failed".into();
            video.error = Some("The file is not a video.".into());
        })
        .await;
    for (token, status, says) in [
        ("A".repeat(22), 404, "There is no video here"),
        ("nonsense".into(), 404, "There is no video here"),
        (expired.token, 410, "no longer available"),
        (deleted.token, 410, "no longer available"),
        (processing.token, 200, "being prepared"),
        (failed.token, 200, "The file is not a video."),
    ] {
        for page in ["play", "embed"] {
            let (got, answer) = get(&app, &format!("/video/{page}/{token}")).await;
            let framed = !policy(&answer).contains("frame-ancestors");
            let html = answer.text().await.expect("a body");
            assert_eq!((got, framed), (status, page == "embed"), "{page} {token}");
            assert!(html.contains(says), "{html}");
        }
    }
    assert_eq!(get(&app, "/no/such/page").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allow_list_decides_who_may_embed() {
    let app = App::start().await;
    let video =
        app.add_video(&[], |video| video.embed_hosts = Some(vec!["example.com".into(), "*.example.org".into()])).await;
    let path = format!("/video/embed/{}", video.token);
    let (status, answer) = get(&app, &path).await;
    assert_eq!(status, 200, "a page that hides its address is left to the policy");
    assert!(policy(&answer).ends_with("frame-ancestors 'self' example.com *.example.org"));
    let from =
        |referer: &str| app.get(&path).header("referer", referer.to_owned()).header("sec-fetch-dest", "iframe").send();
    assert_eq!(from("https://example.com/page").await.expect("an answer").status(), 200);
    assert_eq!(from("https://www.example.org/").await.expect("an answer").status(), 200);
    assert_eq!(from(&app.url).await.expect("an answer").status(), 200, "our own pages may");
    let refused = from("https://evil.example/").await.expect("an answer");
    assert_eq!(refused.status(), 403);
    assert!(refused.text().await.expect("a body").contains("be shown on this site"));
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_people_is_text() {
    let app = App::start().await;
    let evil = "</title></script><script>alert(1)</script>\"'<img src=x onerror=alert(1)>";
    let mut button = cta("https://example.com/secret-target");
    let app::interaction::Spec::Cta(cta) = &mut button.spec else { panic!("a call to action") };
    cta.label = evil.into();
    let video = app
        .add_video(&[button], |video| {
            video.title = evil.into();
            video.description = evil.into();
        })
        .await;
    for page in ["play", "embed"] {
        let html = get(&app, &format!("/video/{page}/{}", video.token)).await.1.text().await.expect("a body");
        assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "{html}");
        assert!(!html.contains("secret-target"), "a link's target is not page source");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_may_ask_the_player_to_start() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("/video/embed/{}?autoplay=1&muted=true&loop=1&t=1m5s&nonsense=1", video.token);
    let html = get(&app, &path).await.1.text().await.expect("a body");
    assert!(html.contains("video.mp4#t=65\""), "{html}");
    for attribute in [" autoplay", " muted", " loop"] {
        assert!(html.contains(attribute), "{attribute}");
    }
    let plain = get(&app, &format!("/video/embed/{}?autoplay=maybe&t=1&t=x&%ff", video.token)).await.1;
    assert!(!plain.text().await.expect("a body").contains(" autoplay"));
}
