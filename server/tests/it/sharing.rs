//! How a link is passed on: oEmbed, what chats and search engines read, the map of the site.

use crate::support::{App, json_of, on_each_engine};
use app::film::Track;
use serde_json::{Value, json};

on_each_engine! {
    a_link_has_a_player_for_others_pages
    a_page_says_what_it_shows
    search_engines_find_what_they_may_show
    what_is_pasted_elsewhere_is_told
}

async fn what_is_pasted_elsewhere_is_told(app: App) {
    let video = app.add_video(&[], |video| video.files.preview = Some("preview.gif".into())).await;
    let (status, told) = app.call("GET", &format!("/api/v1/videos/{}/snippets", video.id), None).await;
    assert_eq!(status, 200, "{told}");
    let of = |name: &str| told[name].as_str().expect("HTML").to_owned();
    let (share, embed) =
        (format!("{}/video/play/{}", app.url, video.token), format!("{}/video/embed/{}", app.url, video.token));
    assert!(
        of("frame").starts_with(&format!("<iframe src=\"{embed}\"")) && of("frame").contains("aspect-ratio:640/360")
    );
    assert!(of("fixed").contains("width=\"640\" height=\"360\""));
    assert!(of("element").contains(&format!("<cuepoint-player token=\"{}\"", video.token)));
    let picture = format!("{}/previews/{}.gif", app.url, video.token);
    assert!(of("mail").starts_with(&format!("<a href=\"{share}\"><img src=\"{picture}\" alt=\"Play video: A test\"")));
    let page = app.get(&format!("/video/play/{}", video.token)).send().await.expect("an answer").text().await;
    let escaped = of("mail").replace('&', "&amp;").replace('"', "&quot;");
    let page = page.expect("a page").replace("&lt;", "<").replace("&gt;", ">");
    assert!(page.contains(&escaped), "the page offers the same: {escaped}");
}

async fn a_link_has_a_player_for_others_pages(app: App) {
    let video = app.add_video(&[], |video| video.title = "A <b> & \"c\"".into()).await;
    let share = format!("{}/video/play/{}", app.url, video.token);
    let ask = |more: &str| {
        let url: String = url::form_urlencoded::byte_serialize(share.as_bytes()).collect();
        app.get(&format!("/services/oembed?url={url}{more}"))
    };
    let told = json_of(ask("")).await;
    let html = told["html"].as_str().expect("html").to_owned();
    assert!(html.starts_with(&format!("<iframe src=\"{}/video/embed/{}\"", app.url, video.token)), "{html}");
    assert!(html.contains("title=\"A &lt;b&gt; &amp; &quot;c&quot;\"") && html.contains("allowfullscreen"), "{html}");
    assert_eq!(
        told,
        json!({
            "version": "1.0", "type": "video", "provider_name": "Cuepoint", "provider_url": app.url, "author_name": "Test",
            "title": "A <b> & \"c\"", "width": 640, "height": 360, "html": html, "cache_age": 3600, "duration": 60.0,
            "description": "Of one minute", "thumbnail_url": format!("{}/thumbnails/{}.jpg", app.url, video.token),
            "thumbnail_width": 640, "thumbnail_height": 360,
        })
    );
    let small = json_of(ask("&maxwidth=300&maxheight=90&format=json")).await;
    assert_eq!((&small["width"], &small["height"]), (&json!(160), &json!(90)));
    let xml = ask("&format=xml").send().await.expect("an answer");
    assert_eq!(xml.headers()["content-type"], "text/xml; charset=utf-8");
    assert_eq!(xml.headers()["access-control-allow-origin"], "*");
    let xml = xml.text().await.expect("text");
    assert!(
        xml.contains("<title>A &lt;b&gt; &amp; &quot;c&quot;</title>") && xml.contains("<width>640</width>"),
        "{xml}"
    );

    let status = async |query: String| {
        app.get(&format!("/services/oembed?{query}")).send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(status(format!("url={share}&format=yaml")).await, 501);
    assert_eq!(status(String::new()).await, 400);
    let embed = share.replace("/play/", "/embed/");
    assert_eq!(status(format!("url={embed}?t=5")).await, 200);
    for other in [
        "https://example.com/video/play/x".into(),
        share.replace("/play/", "/other/"),
        share.replace("127.0.0.1", "127.0.0.2"),
        "x".into(),
    ] {
        assert_eq!(status(format!("url={other}")).await, 404, "{other}");
    }
    let fresh = app
        .add_video(&[], |video| {
            (video.state, video.files.poster, video.duration_ms, video.width) = ("processing".into(), None, None, 0)
        })
        .await;
    let told = json_of(app.get(&format!("/services/oembed?url={}/video/play/{}", app.url, fresh.token))).await;
    assert_eq!((&told["width"], &told["height"], &told["thumbnail_url"]), (&json!(640), &json!(360), &Value::Null));
    for (gone, code) in [("failed", 404), ("ready", 404)] {
        let video = app
            .add_video(&[], |video| (video.state, video.deleted_at) = (gone.into(), (gone == "ready").then_some(1)))
            .await;
        assert_eq!(status(format!("url={}/video/play/{}", app.url, video.token)).await, code);
    }
}

async fn a_page_says_what_it_shows(app: App) {
    let track = Track { src: "captions.vtt".into(), lang: "en".into(), label: "English".into() };
    let video = app
        .add_video(&[], |video| {
            video.files.captions = vec![track];
            video.files.chapters = Some("chapters.vtt".into());
            video.files.preview = Some("preview.gif".into());
        })
        .await;
    app.add_file(&video, "captions.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nSaid </script> here\n").await;
    app.add_file(&video, "chapters.vtt", b"WEBVTT\n\n00:00.000 --> 00:20.000\nOne\n\n00:20.000 --> 01:00.000\nTwo\n")
        .await;
    let html = async || {
        app.get(&format!("/video/play/{}", video.token)).send().await.expect("an answer").text().await.expect("text")
    };
    let page = html().await;
    let share = format!("{}/video/play/{}", app.url, video.token);
    for part in [
        format!("<link rel=\"canonical\" href=\"{share}\""),
        "type=\"application/json+oembed\"".into(),
        format!("property=\"og:url\" content=\"{share}\""),
        format!("property=\"og:video\" content=\"{}/media/{}/video.mp4\"", app.url, video.token),
        "name=\"twitter:card\"".into(),
        format!("{}/previews/{}.gif", app.url, video.token),
    ] {
        assert!(page.contains(&part), "{part}");
    }
    let told =
        page.split("application/ld+json\"").nth(1).and_then(|rest| rest.split('>').nth(1)).expect("a description");
    let told: Value = serde_json::from_str(told.strip_suffix("</script").expect("its end")).expect("JSON");
    assert_eq!(
        (&told["@type"], &told["duration"], &told["embedUrl"]),
        (&json!("VideoObject"), &json!("PT1M0S"), &json!(share.replace("/play/", "/embed/")))
    );
    assert_eq!(told["transcript"], "Said  here");
    assert_eq!((&told["hasPart"][1]["name"], &told["hasPart"][1]["startOffset"]), (&json!("Two"), &json!(20)));

    let framed = async || {
        let answer = app.get(&format!("/video/embed/{}", video.token)).send().await.expect("an answer");
        answer.headers().get("x-robots-tag").map(|value| value.to_str().expect("text").to_owned())
    };
    assert_eq!(framed().await, None);
    let (status, _) = app.call("PATCH", &format!("/api/v1/videos/{}", video.id), Some(json!({"unlisted": true}))).await;
    assert_eq!(status, 200);
    assert_eq!(framed().await.as_deref(), Some("noindex"));
    let page = html().await;
    assert!(page.contains("name=\"robots\" content=\"noindex\"") && !page.contains("ld+json"));
}

async fn search_engines_find_what_they_may_show(app: App) {
    let shown = app.add_video(&[], |video| video.title = "Tour & <more>".into()).await;
    let hidden = [
        app.add_video(&[], |video| video.settings.unlisted = true).await,
        app.add_video(&[], |video| video.state = "processing".into()).await,
        app.add_video(&[], |video| video.deleted_at = Some(1)).await,
        app.add_video(&[], |video| video.expires_at = Some(1)).await,
    ];
    let text = async |path: &str| {
        let answer = app.get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.expect("text")
    };
    let robots = text("/robots.txt").await;
    assert!(robots.contains(&format!("Sitemap: {}/sitemap.xml", app.url)) && robots.contains("Disallow: /api/"));
    let index = text("/sitemap.xml").await;
    let first = index.split("<loc>").nth(1).and_then(|rest| rest.split("</loc>").next()).expect("a file");
    let map = text(first.strip_prefix(&app.url).expect("ours")).await;
    assert!(map.contains(&format!("<loc>{}/video/play/{}</loc>", app.url, shown.token)), "{map}");
    assert!(
        map.contains("<video:title>Tour &amp; &lt;more&gt;</video:title>")
            && map.contains("<video:duration>60</video:duration>")
    );
    for video in hidden {
        assert!(!map.contains(&video.token), "{}", video.state);
    }
    assert_eq!(app.get("/sitemap/x.xml").send().await.expect("an answer").status(), 404);
}
