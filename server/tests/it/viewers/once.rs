//! Once for a viewer: a poll is answered, and what comes once is shown, in one view of all that a viewer has.

use super::*;
use crate::support::on_each_engine;
use app::interaction::Interaction;

on_each_engine! {
    who_is_recognised_votes_once_in_whichever_view
    who_is_not_recognised_votes_once_in_each_view
    a_quiz_may_be_tried_again_unless_it_comes_once
    votes_that_come_at_once_count_as_one
    a_vote_from_before_the_viewer_was_named_is_theirs
    who_is_named_before_a_vote_in_the_same_batch_gives_it
    a_gate_that_was_passed_in_another_view_holds_no_longer
    a_page_says_what_its_viewer_has_answered
    results_come_to_who_has_voted_in_another_view
    what_comes_once_for_a_viewer_does_not_come_in_the_next_view
    without_a_script_a_vote_is_the_viewer_s_too
}

const AGAIN: &str = "You have answered this already.";

fn one(kind: &str, more: Value) -> Interaction {
    let spec = match kind {
        "poll" => json!({"question": "Tea or coffee?", "choices": ["Tea", "Coffee", "Water"]}),
        _ => json!({"text": "Look here", "url": "https://example.com/annotated"}),
    };
    let mut one =
        json!({"id": Uuid::now_v7(), "kind": kind, "at": {"s": 20}, "duration_s": 5, "layout": "card", "spec": spec});
    for (name, value) in more.as_object().expect("an object") {
        one[name] = value.clone();
    }
    serde_json::from_value(one).expect("an interaction")
}

/// The query of who comes with a token.
async fn named(app: &App, sub: &str) -> String {
    format!("?viewer_token={}", signed(&key(app).await, &claims(sub)))
}

fn vote(view: &mut View, poll: &Interaction, choice: usize) -> Value {
    view.event(25_000, json!({"type": "answer", "interaction": poll.id, "answer": {"choice": choice}}))
}

/// Loads, and votes in a new view of this page; the view and the receipt.
async fn votes(app: &App, video: &Video, page: &Page, poll: &Interaction, choice: usize) -> (View, Value) {
    let mut view = View::of(&video.token);
    let events = [view.load(), vote(&mut view, poll, choice)];
    let receipt = json_of(send(app, page, &view, &events)).await;
    (view, receipt)
}

async fn counted(app: &App, video: &Video) -> Value {
    app.report(video.id).await["actions"]["questions"].clone()
}

/// The cues in a page's source, each by its interaction.
fn cue(page: &Page, one: &Interaction) -> Option<Value> {
    let rest = page.html.split_once("{\"timeline\":").expect("a timeline").1;
    let cues = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next().expect("a list").expect("JSON");
    let cues = cues.as_array().expect("a list").clone();
    cues.into_iter().find(|cue| cue["id"] == one.id.to_string())
}

async fn who_is_recognised_votes_once_in_whichever_view(app: App) {
    let poll = one("poll", json!({}));
    let consents = |video: &mut Video| video.settings.consent = Some(Asking::Implied);
    let video = app.add_video(std::slice::from_ref(&poll), consents).await;
    let cookie = pair(open(play(&app, &video, "")).await.cookie.as_deref().expect("a cookie"));
    let (ada, bob) = (named(&app, "ada").await, named(&app, "bob").await);
    for (i, query) in ["", ada.as_str(), bob.as_str()].into_iter().enumerate() {
        let browser = |query: &str| open(play(&app, &video, query).header("cookie", cookie.clone()));
        let (_, first) = votes(&app, &video, &browser(query).await, &poll, 0).await;
        let tally = json!({"answers": i + 1, "counts": [i + 1, 0, 0]});
        assert_eq!((&first["recorded"], &first["results"]), (&json!(2), &json!([{"seq": 1, "tally": tally}])));
        let (view, second) = votes(&app, &video, &browser(query).await, &poll, 1).await;
        assert_eq!((&second["recorded"], &second["refused"][0]["message"]), (&json!(1), &json!(AGAIN)), "{query}");
        assert_eq!(second["refused"][0]["field"], "answer");
        assert_eq!(second["results"], json!([{"seq": 1, "tally": tally, "choices": [0]}]), "the first vote counts");
        // Sent again it is refused again.
        let page = browser(query).await;
        let answer = json!({"choice": 1});
        let event = json!({"seq": 1, "at": 25_000, "type": "answer", "interaction": poll.id, "answer": answer});
        assert_eq!(json_of(send(&app, &page, &view, &[event])).await["refused"][0]["message"], AGAIN);
        assert_eq!(counted(&app, &video).await, i + 1);
    }
}

async fn who_is_not_recognised_votes_once_in_each_view(app: App) {
    let poll = one("poll", json!({}));
    let video = app.add_video(std::slice::from_ref(&poll), |_| {}).await;
    for n in 1..3 {
        let page = open(play(&app, &video, "")).await;
        assert_eq!(page.origin(&app), Origin::Daily);
        let (_, receipt) = votes(&app, &video, &page, &poll, 0).await;
        assert_eq!((&receipt["refused"], counted(&app, &video).await), (&json!([]), json!(n)), "colleagues may be one");
        assert_eq!(cue(&page, &poll).expect("a cue")["answered"], Value::Null);
    }
}

async fn a_quiz_may_be_tried_again_unless_it_comes_once(app: App) {
    let spec = json!({"question": "Which?", "choices": ["This", "That", "Neither"], "mode": "quiz", "correct": [1]});
    let again = one("poll", json!({"spec": spec}));
    let once = one("poll", json!({"spec": spec, "frequency": "once_per_viewer"}));
    let video = app.add_video(&[again.clone(), once.clone()], |_| {}).await;
    let ada = named(&app, "ada").await;
    for (n, (quiz, second_counts)) in [(&again, true), (&once, false)].into_iter().enumerate() {
        votes(&app, &video, &open(play(&app, &video, &ada)).await, quiz, 0).await;
        let page = open(play(&app, &video, &ada)).await;
        assert_eq!(cue(&page, quiz).expect("a cue")["answered"].as_bool().unwrap_or(false), !second_counts, "{n}");
        let (_, receipt) = votes(&app, &video, &page, quiz, 1).await;
        assert_eq!(receipt["refused"] == json!([]), second_counts, "{receipt}");
        assert_eq!(receipt["results"][0]["correct"], second_counts, "{receipt}");
    }
    assert_eq!(counted(&app, &video).await, 3);
}

async fn votes_that_come_at_once_count_as_one(app: App) {
    let poll = one("poll", json!({}));
    let video = app.add_video(std::slice::from_ref(&poll), |_| {}).await;
    let page = open(play(&app, &video, &named(&app, "ada").await)).await;
    let at_once = (0..8).map(|_| votes(&app, &video, &page, &poll, 1));
    let receipts = futures_util::future::join_all(at_once).await;
    let taken = receipts.iter().filter(|(_, receipt)| receipt["refused"] == json!([])).count();
    assert_eq!((taken, counted(&app, &video).await), (1, json!(1)));
    let tally = json!({"answers": 1, "counts": [0, 1, 0]});
    assert!(receipts.iter().all(|(_, receipt)| receipt["results"][0]["tally"] == tally));
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_that_come_to_two_servers_at_once_count_as_one() {
    let Some(app) = App::on_postgres().await else { return };
    let other = app.twin().await;
    let poll = one("poll", json!({}));
    let video = app.add_video(std::slice::from_ref(&poll), |_| {}).await;
    for n in 1..=20 {
        let page = open(play(&app, &video, &named(&app, &format!("viewer-{n}")).await)).await;
        let (here, there) = tokio::join!(votes(&app, &video, &page, &poll, 0), votes(&other, &video, &page, &poll, 0));
        let taken = [here.1, there.1].iter().filter(|receipt| receipt["refused"] == json!([])).count();
        assert_eq!((taken, counted(&app, &video).await), (1, json!(n)));
    }
}

async fn a_vote_from_before_the_viewer_was_named_is_theirs(app: App) {
    let poll = one("poll", json!({}));
    let video = app.add_video(std::slice::from_ref(&poll), |_| {}).await;
    let key = key(&app).await;
    let page = open(embed(&app, &video, "")).await;
    let (mut view, receipt) = votes(&app, &video, &page, &poll, 0).await;
    assert_eq!(receipt["refused"], json!([]));
    let ada = view.event(26_000, json!({"type": "viewer", "token": signed(&key, &claims("ada"))}));
    json_of(send(&app, &page, &view, &[ada])).await;
    let (_, again) = votes(&app, &video, &open(play(&app, &video, &named(&app, "ada").await)).await, &poll, 1).await;
    assert_eq!(again["refused"][0]["message"], AGAIN);

    // What Cy says is Cy's, whoever sits down there next.
    let page = open(play(&app, &video, &named(&app, "cy").await)).await;
    let (mut view, _) = votes(&app, &video, &page, &poll, 0).await;
    let dan = view.event(26_000, json!({"type": "viewer", "token": signed(&key, &claims("dan"))}));
    json_of(send(&app, &page, &view, &[dan])).await;
    for (sub, is_taken) in [("dan", true), ("cy", false)] {
        let page = open(play(&app, &video, &named(&app, sub).await)).await;
        let (_, receipt) = votes(&app, &video, &page, &poll, 1).await;
        assert_eq!(receipt["refused"] == json!([]), is_taken, "{sub}: {receipt}");
    }
}

async fn who_is_named_before_a_vote_in_the_same_batch_gives_it(app: App) {
    let poll = one("poll", json!({}));
    let video = app.add_video(std::slice::from_ref(&poll), |_| {}).await;
    let token = signed(&key(&app).await, &claims("ada"));
    for refused in [0, 1] {
        let page = open(embed(&app, &video, "")).await;
        let mut view = View::of(&video.token);
        let load = view.load();
        let name = view.event(20_000, json!({"type": "viewer", "token": token}));
        let voted = vote(&mut view, &poll, 2);
        let receipt = json_of(send(&app, &page, &view, &[load, name, voted])).await;
        assert_eq!(receipt["refused"].as_array().map(Vec::len), Some(refused), "{receipt}");
    }
    assert_eq!(counted(&app, &video).await, 1);
}

async fn a_gate_that_was_passed_in_another_view_holds_no_longer(app: App) {
    let gate = one("poll", json!({"at": "before", "gate": "required"}));
    let video = app.add_video(std::slice::from_ref(&gate), |_| {}).await;
    let ada = named(&app, "ada").await;
    votes(&app, &video, &open(play(&app, &video, &ada)).await, &gate, 0).await;
    assert!(open(play(&app, &video, &ada)).await.html.contains("video.mp4"), "and the next page asks no more");

    // A page that learns only later who watches has asked already.
    let page = open(embed(&app, &video, "")).await;
    assert!(!page.html.contains("video.mp4"));
    let mut view = View::of(&video.token);
    let load = view.load();
    let name = view.event(1_000, json!({"type": "viewer", "token": signed(&key(&app).await, &claims("ada"))}));
    json_of(send(&app, &page, &view, &[load, name])).await;
    let voted = vote(&mut view, &gate, 1);
    let receipt = json_of(send(&app, &page, &view, &[voted])).await;
    assert_eq!(receipt["refused"][0]["message"], AGAIN);
    assert_eq!(receipt["results"][0]["media"]["src"], format!("/media/{}/video.mp4", video.token), "{receipt}");
    let watched = [view.play(26_000), view.watched(86_100, 0, 60_000)];
    json_of(send(&app, &page, &view, &watched)).await;
    assert_eq!(app.report(video.id).await["avg_watch_rate"], 100, "it is credited");
}

async fn a_page_says_what_its_viewer_has_answered(app: App) {
    let poll = one("poll", json!({}));
    let soft = one("poll", json!({"at": "before", "gate": "soft"}));
    let video = app.add_video(&[poll.clone(), soft.clone()], |_| {}).await;
    let ada = named(&app, "ada").await;
    let page = open(play(&app, &video, &ada)).await;
    assert!(page.html.contains(&format!("data-cue=\"{}\"", soft.id)));
    votes(&app, &video, &page, &poll, 2).await;
    votes(&app, &video, &page, &soft, 0).await;

    let page = open(play(&app, &video, &ada)).await;
    for one in [&poll, &soft] {
        assert_eq!(cue(&page, one).expect("it can be opened")["answered"], true);
    }
    assert!(!page.html.contains(&format!("data-cue=\"{}\"", soft.id)), "nothing asks before the video");
    let faces = app.post(&format!("/video/faces/{}", video.token)).body(page.pass_text());
    let faces = faces.send().await.expect("an answer").text().await.expect("a body");
    assert!(faces.contains("value=\"2\" checked") && faces.contains("value=\"0\" checked"), "{faces}");
    assert!(!faces.contains("value=\"1\" checked"));
    let other = open(play(&app, &video, &named(&app, "bob").await)).await;
    assert_eq!(cue(&other, &poll).expect("a cue")["answered"], Value::Null);
}

async fn results_come_to_who_has_voted_in_another_view(app: App) {
    let poll = one("poll", json!({}));
    let video = app.add_video(std::slice::from_ref(&poll), |_| {}).await;
    let ada = named(&app, "ada").await;
    votes(&app, &video, &open(play(&app, &video, &ada)).await, &poll, 0).await;
    for (query, status) in [(ada.as_str(), 200), ("", 204)] {
        let page = open(play(&app, &video, query)).await;
        let mut view = View::of(&video.token);
        let load = view.load();
        json_of(send(&app, &page, &view, &[load])).await;
        let path = format!("/video/results/{}/{}?s={}", video.token, poll.id, view.session);
        assert_eq!(app.get(&path).send().await.expect("an answer").status(), status);
    }
}

async fn what_comes_once_for_a_viewer_does_not_come_in_the_next_view(app: App) {
    let once = |kind: &str, more: Value| {
        let mut once = one(kind, more);
        once.frequency = app::interaction::Frequency::OncePerViewer;
        once
    };
    let (note, soft) = (once("annotation", json!({})), once("poll", json!({"at": "before", "gate": "soft"})));
    let (gate, unseen) = (once("poll", json!({"gate": "required"})), once("annotation", json!({})));
    let (always, all) = (one("annotation", json!({})), [&note, &soft, &gate]);
    let timeline = [note.clone(), soft.clone(), gate.clone(), unseen.clone(), always.clone()];
    let video = app.add_video(&timeline, |_| {}).await;
    let ada = named(&app, "ada").await;
    let first = open(play(&app, &video, &ada)).await;
    let mut view = View::of(&video.token);
    let mut events = vec![view.load()];
    for one in all.into_iter().chain([&always]) {
        assert_eq!(cue(&first, one).expect("a cue")["seen"], Value::Null);
        events.push(view.event(1_000, json!({"type": "shown", "interaction": one.id})));
    }
    events.push(view.event(2_000, json!({"type": "skip", "interaction": soft.id})));
    json_of(send(&app, &first, &view, &events)).await;

    let next = open(play(&app, &video, &ada)).await;
    let seen = |page: &Page, one: &Interaction| cue(page, one).expect("it can be opened")["seen"] == true;
    assert!(seen(&next, &note) && seen(&next, &soft));
    assert!(!next.html.contains(&format!("data-cue=\"{}\"", soft.id)), "what was left is not in the page's way");
    assert!(!seen(&next, &gate), "a required gate asks until it is answered");
    assert!(!seen(&next, &unseen) && !seen(&next, &always));
    for other in [named(&app, "bob").await, String::new()] {
        let page = open(play(&app, &video, &other)).await;
        assert!(!seen(&page, &note) && page.html.contains(&format!("data-cue=\"{}\"", soft.id)));
    }
}

async fn without_a_script_a_vote_is_the_viewer_s_too(app: App) {
    let poll = one("poll", json!({"at": "before"}));
    let video = app.add_video(std::slice::from_ref(&poll), |_| {}).await;
    let path = format!("/video/answer/{}/{}", video.token, poll.id);
    let ada = named(&app, "ada").await;
    for (query, expected) in [(ada.as_str(), 1), (ada.as_str(), 1), ("", 2), ("", 3)] {
        let form = format!("s={}&choice=1", View::of(&video.token).session);
        let request = app.post(&format!("{path}{query}")).header("user-agent", CHROME);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        assert_eq!(request.send().await.expect("an answer").status(), 303, "sent twice is sent");
        assert_eq!(counted(&app, &video).await, expected);
    }
    assert!(!open(play(&app, &video, &ada)).await.html.contains(&format!("data-cue=\"{}\"", poll.id)));
}
