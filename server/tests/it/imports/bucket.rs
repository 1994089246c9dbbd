//! Media in a bucket: the same as in a folder, also when connections to it break.

use super::import;
use crate::support::{
    App, client,
    films::ffmpeg,
    shelf::{Book, Shelf},
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A way to a server on which some connections break in the middle of what they carry there.
async fn rough_way(to: String, broken: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let mut nth = 0;
        while let Ok((near, _)) = listener.accept().await {
            nth += 1;
            let most = if nth % 3 == 0 { 1_500_000 } else { usize::MAX };
            tokio::spawn(carry(near, to.clone(), most, broken.clone()));
        }
    });
    address
}

async fn carry(near: TcpStream, to: String, most: usize, broken: Arc<AtomicUsize>) -> Option<()> {
    let far = TcpStream::connect(&to).await.ok()?;
    let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
    let there = async {
        let (mut piece, mut sent) = (vec![0; 65_536], 0);
        loop {
            let read = from_near.read(&mut piece).await.ok().filter(|n| *n > 0)?;
            sent += read;
            if sent > most {
                broken.fetch_add(1, Ordering::SeqCst);
                return Some(());
            }
            to_far.write_all(&piece[..read]).await.ok()?;
        }
    };
    let back = tokio::io::copy(&mut from_far, &mut to_near);
    tokio::select! { _ = there => {}, _ = back => {} }
    Some(())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn a_bucket_holds_what_a_folder_does() {
    let Ok(server) = std::env::var("TEST_S3_URL") else { return };
    assert_eq!(client().put(format!("{server}/films")).send().await.expect("an answer").status(), 200);
    let broken = Arc::new(AtomicUsize::new(0));
    let endpoint = rough_way(server.trim_start_matches("http://").to_owned(), broken.clone()).await;
    let media = format!("s3://key:secret@films/some/folder?region=us-east-1&endpoint={endpoint}");
    let app = App::start_with(&[("CUEPOINT_MEDIA_URL", media)]).await;

    // Large enough for several parts.
    let path = app.folder.path().join("noise.mp4");
    ffmpeg(
        "-f lavfi -i nullsrc=size=640x360:rate=25:duration=8 -vf geq=random(1)*255:128:128 -c:v libx264 -preset ultrafast -crf 10 -pix_fmt yuv420p",
        &path,
    );
    let bytes = std::fs::read(&path).expect("a film");
    assert!(bytes.len() > 12 << 20, "{}", bytes.len());
    let shelf = Shelf::start().await;
    let url = shelf.put("/noise.mp4", Book::Plain(bytes.clone()));
    let answer = import(&app, &url).await;
    let told = app.over(&answer["job_id"]).await;
    assert_eq!(told["state"], "done", "{told}");
    let token = answer["token"].as_str().expect("a token");
    let part = app.get(&format!("/media/{token}/video.mp4")).header("range", "bytes=6000000-6000999").send().await;
    let part = part.expect("an answer");
    assert_eq!((part.status().as_u16(), part.bytes().await.expect("bytes").len()), (206, 1_000));
    for name in [
        format!("/thumbnails/{token}.jpg"),
        format!("/previews/{token}.gif"),
        format!("/media/{token}/storyboard-1.jpg"),
    ] {
        assert_eq!(app.get(&name).send().await.expect("an answer").status(), 200, "{name}");
    }

    // An upload in pieces goes through the bucket too.
    let create = app.post("/api/v1/uploads").bearer_auth(crate::support::API_KEY).header("tus-resumable", "1.0.0");
    let create = create.header("upload-length", bytes.len()).header("content-type", "application/offset+octet-stream");
    let made = create.body(bytes.clone()).send().await.expect("an answer");
    assert_eq!(made.status(), 201);
    let made: serde_json::Value = serde_json::from_str(&made.text().await.expect("text")).expect("JSON");
    assert_eq!(app.over(&made["job_id"]).await["state"], "done");
    assert!(broken.load(Ordering::SeqCst) > 0, "some connections broke");

    let (_, gone) = app.call("DELETE", &format!("/api/v1/videos/{}", answer["video_id"]), None).await;
    assert_eq!(gone["deleted"], json!(true));
    server::jobs::sweep::once(app.state(), server::state::now() + 8 * 24 * 3_600_000).await;
    let later = server::state::now() + 48 * 3_600_000;
    assert_eq!(server::jobs::sweep::orphans(app.state(), later).await.expect("looked through"), 0);
    let listed = client()
        .get(format!("{server}/films?list-type=2"))
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(!listed.contains(&format!("/{}/", answer["video_id"])), "nothing of the deleted one is left");
    assert!(!listed.contains("uploads"), "and no pieces");
}
