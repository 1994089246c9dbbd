//! The sums behind the reports are what the raw entries say, whatever the way they came.

use crate::support::{App, batch::View, cta, on_each_engine};
use serde_json::{Value, json};
use server::{store::Store, writer::rollup};
use uuid::Uuid;

on_each_engine! {
    sums_are_what_the_raw_entries_say
    a_view_that_finds_its_viewer_takes_its_part_along
    a_viewer_who_is_named_in_the_second_batch_of_a_group_is_known
}

/// Everything that stands in the tables of sums, as text.
pub async fn dump(store: &Store) -> Vec<String> {
    let tables = [
        "select 'video', loads || ',' || plays || ',' || viewers || ',' || watched_ms || ',' || capped_ms || ',' || unique_ms
                || ',' || hidden_ms || ',' || muted_ms || ',' || uncredited_ms || ',' || bucket_0 || ',' || bucket_25
                || ',' || bucket_50 || ',' || bucket_75 || ',' || bucket_100 || ',' || left_out
                || ',' || beyond_clock_ms || ',' || behind_gate_ms || ',' || length_ms
           from video_sums order by account_id, video_id",
        "select 'second', video_id || ':' || second || ',' || played || ',' || seen from video_seconds
          where played <> 0 or seen <> 0 order by account_id, video_id, second",
        "select 'hour', hour || ',' || loads || ',' || plays || ',' || watched_ms || ',' || capped_ms || ',' || unique_ms
                || ',' || finished || ',' || length_ms from video_hours where loads <> 0 order by account_id, video_id, hour",
        "select 'facet', facet || '=' || value || ',' || loads || ',' || plays from video_facets where loads <> 0
          order by account_id, video_id, facet, value",
        "select 'viewer', loads || ',' || plays || ',' || last_at from video_viewers
          order by account_id, video_id, viewer_id",
        "select 'met', what || ',' || n from interaction_sums where n <> 0
          order by account_id, video_id, interaction_id, what",
        "select 'view', watched_ms || ',' || unique_ms || ',' || percent || ',' || coalesce(duration_ms, 0) || spans || given
           from views order by account_id, id",
    ];
    let mut rows = Vec::new();
    for sql in tables {
        let found: Vec<(String, String)> = match store {
            Store::Sqlite { readers, .. } => sqlx::query_as(sql).fetch_all(readers).await.expect("rows"),
            Store::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await.expect("rows"),
        };
        rows.extend(found.into_iter().map(|(table, row)| format!("{table} {row}")));
    }
    rows
}

/// Leaves nothing but the raw entries and who the viewers are, and sums them up anew.
pub async fn rebuild(store: &Store) {
    let forget = [
        "delete from video_sums",
        "delete from video_seconds",
        "delete from video_hours",
        "delete from video_facets",
        "delete from video_viewers",
        "delete from interaction_sums",
        "update views set given = null, watched_ms = 0, unique_ms = 0, percent = 0, spans = '[]', hidden_ms = 0,
                muted_ms = 0, uncredited_ms = 0, beyond_clock_ms = 0, behind_gate_ms = 0, played = false,
                surface = 'play', referrer = null, page_url = null",
    ];
    for sql in forget {
        match store {
            Store::Sqlite { writer, .. } => _ = sqlx::query(sql).execute(writer).await.expect("forgotten"),
            Store::Postgres(pool) => _ = sqlx::query(sql).execute(pool).await.expect("forgotten"),
        }
    }
    rollup::catch_up(store).await.expect("summed up");
}

async fn sums_are_what_the_raw_entries_say(app: App) {
    let demo = cta("https://example.com/demo");
    let poll = serde_json::from_value(json!({
        "id": Uuid::now_v7(), "kind": "poll", "at": {"s": 5}, "layout": "card",
        "spec": {"question": "Well?", "choices": ["Yes", "No"], "multiple": true}
    }))
    .expect("a poll");
    let timeline = [demo, poll];
    let (one, other) = (app.add_video(&timeline, |_| {}).await, app.add_video(&[], |_| {}).await);
    let mut batches = Vec::new();
    for n in 0..12_i64 {
        let mut view = View::of(if n % 3 == 0 { &other.token } else { &one.token });
        let page = format!("https://video.example.com/video/play/x?utm_source=mail{}&utm_campaign=autumn", n % 2);
        let mut events = vec![
            view.event(
                0,
                json!({"type": "load", "surface": if n % 2 == 0 { "embed" } else { "play" },
                "referrer": "https://www.example.com/a/b?c=d", "page_url": page}),
            ),
            view.play(100),
            view.watched(100 + 10_500, 0, 10_500),
            view.watched(100 + 20_500, 10_500, 20_500),
            view.event(20_700, json!({"type": "seek", "from": 20_500, "to": n * 1_000})),
            view.watched(26_000, n * 1_000, n * 1_000 + 5_000),
            // More than the clock allows.
            view.watched(27_000, 30_000, 50_000),
        ];
        if n % 3 != 0 {
            let shown = |id: Uuid| json!({"type": "shown", "interaction": id});
            events.push(view.event(6_000, shown(timeline[1].id)));
            events.push(view.event(6_100, shown(timeline[1].id)));
            events.push(view.event(
                8_000,
                json!({"type": "answer", "interaction": timeline[1].id, "answer": {"choices": [n % 2]}}),
            ));
            events.push(view.event(20_000, shown(timeline[0].id)));
            events.push(match n % 2 {
                0 => view.click(27_500, timeline[0].id),
                _ => view.event(27_500, json!({"type": "skip", "interaction": timeline[0].id})),
            });
        }
        // In pieces, backwards, and half of them again.
        for from in [8, 5, 2, 0, 4, 0] {
            let piece: &[Value] = &events[from.min(events.len())..(from + 4).min(events.len())];
            batches.push(view.batch(piece));
        }
    }
    futures_util::future::join_all(batches.iter().map(|batch| app.record(batch))).await;
    let kept = dump(&app.state().store).await;
    futures_util::future::join_all(batches.iter().rev().map(|batch| app.record(batch))).await;
    assert_eq!(dump(&app.state().store).await, kept, "what comes again changes nothing");
    assert!(kept.iter().any(|row| row.starts_with("met")) && kept.iter().any(|row| row.contains("utm_source=mail0")));
    rebuild(&app.state().store).await;
    assert_eq!(dump(&app.state().store).await, kept);
    assert_eq!(rollup::catch_up(&app.state().store).await.expect("nothing to do"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_view_that_comes_to_two_servers_at_once_is_counted_once() {
    let Some(one) = App::on_postgres().await else { return };
    let (other, demo) = (one.twin().await, cta("https://example.com/demo"));
    let video = one.add_video(std::slice::from_ref(&demo), |_| {}).await;
    for _ in 0..100 {
        let mut view = View::of(&video.token);
        let mut events = view.watching(15_000);
        events.push(view.click(15_200, demo.id));
        let batch = view.batch(&events);
        let (here, there) = tokio::join!(one.record(&batch), other.record(&batch));
        assert!(here.status() == 200 && there.status() == 200);
    }
    let report = one.report(video.id).await;
    assert_eq!((&report["total_plays"], &report["actions"]["call_to_actions"]), (&json!(100), &json!(100)));
    let Store::Postgres(pool) = &one.state().store else { panic!("it is PostgreSQL") };
    let told: i64 = sqlx::query_scalar("select count(*) from outbox").fetch_one(pool).await.expect("a number");
    assert_eq!(told, 100, "one message for each click");
    let kept = dump(&one.state().store).await;
    rebuild(&one.state().store).await;
    assert_eq!(dump(&one.state().store).await, kept);
}

fn form() -> app::interaction::Interaction {
    let form = serde_json::from_value(json!({
        "id": Uuid::now_v7(), "kind": "lead_form", "at": {"s": 5}, "layout": "modal",
        "spec": {"title": "Hello", "fields": [{"type": "email", "name": "email", "label": "E-mail", "required": true}]}
    }));
    form.expect("a form")
}

async fn a_view_that_finds_its_viewer_takes_its_part_along(app: App) {
    let form = form();
    let video = app.add_video(std::slice::from_ref(&form), |_| {}).await;
    let (mut view, mut again) = (View::of(&video.token), View::of(&video.token));
    for view in [&mut view, &mut again] {
        let events = view.watching(10_000);
        app.record(&view.batch(&events)).await;
    }
    assert_eq!(app.report(video.id).await["unique_users"], 1, "one browser");
    let answer = json!({"type": "answer", "interaction": form.id, "answer": {"fields": {"email": "mia@example.com"}}});
    let filled = view.event(20_000, answer);
    app.record(&view.batch(&[filled])).await;
    assert_eq!(app.report(video.id).await["unique_users"], 2, "one has said who they are");
    let kept = dump(&app.state().store).await;
    rebuild(&app.state().store).await;
    assert_eq!(dump(&app.state().store).await, kept);
}

/// While one group is written the next one gathers, so that most views have both of their batches in one.
async fn a_viewer_who_is_named_in_the_second_batch_of_a_group_is_known(app: App) {
    let form = form();
    let video = app.add_video(std::slice::from_ref(&form), |_| {}).await;
    let batches: Vec<Value> = (0..60)
        .flat_map(|n| {
            let mut view = View::of(&video.token);
            let events = view.watching(10_000);
            let answer = json!({"fields": {"email": format!("viewer{n}@example.com")}});
            let filled = view.event(20_000, json!({"type": "answer", "interaction": form.id, "answer": answer}));
            [view.batch(&events), view.batch(&[filled])]
        })
        .collect();
    for answer in futures_util::future::join_all(batches.iter().map(|batch| app.record(batch))).await {
        assert_eq!(answer.status(), 200);
    }
    assert_eq!(app.report(video.id).await["unique_users"], 60, "each has said who they are");
    let kept = dump(&app.state().store).await;
    rebuild(&app.state().store).await;
    assert_eq!(dump(&app.state().store).await, kept);
}
